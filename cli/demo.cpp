// `tidemark demo`: the main job, end to end, on a server process of its own: load, look, change, kill, and find
// everything again.

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>

#include "base/error.h"
#include "bench/macro/devops_data.h"
#include "bench/macro/http_client.h"
#include "bench/macro/measure.h"
#include "bench/macro/pg_client.h"
#include "bench/macro/server_process.h"
#include "cli/commands.h"
#include "cli/text_table.h"

namespace tidemark {
namespace {

using bench::DevopsData;
using bench::HttpClient;
using bench::PgClient;
using bench::ServerProcess;
using bench::Stopwatch;

constexpr size_t kHosts = 100;
constexpr int64_t kSteps = 24 * 3600 / DevopsData::kStepSeconds;
constexpr size_t kLogins = 1'000'000;
constexpr size_t kUsers = 50'000;
constexpr size_t kRowsShown = 6;

void show(PgClient& client, const std::string& sql) {
  fmt::print("\ntidemark=> {}\n", sql);
  const Stopwatch watch;
  PgClient::Answer answer = client.run(sql, kRowsShown);
  const double ms = watch.ms();
  if (answer.columns.empty()) {
    fmt::print("{}\n", answer.tag);
  } else {
    print_table(TextTable{std::move(answer.columns), std::move(answer.rows),
                          answer.row_count - std::min(answer.row_count, kRowsShown)});
  }
  fmt::print("Time: {:.3f} ms\n", ms);
}

/// A bar on a terminal; silence elsewhere.
class ProgressBar {
 public:
  void show(double done) const {
    if (isatty(STDOUT_FILENO) == 0) {
      return;
    }
    constexpr size_t kWidth = 40;
    const auto filled = static_cast<size_t>(done * kWidth);
    fmt::print("\r  [{}{}] {:3.0f} %", std::string(filled, '#'), std::string(kWidth - filled, ' '), done * 100);
    if (done >= 1) {
      fmt::print("\r{}\r", std::string(kWidth + 12, ' '));
    }
    std::fflush(stdout);
  }
};

void write(HttpClient& client, const std::string& lines) {
  const HttpClient::Answer answer = client.post("/write?db=tidemark", lines);
  if (answer.status != 204) {
    throw Error(sqlstate::kConnectionException,
                "write was answered with " + std::to_string(answer.status) + ": " + answer.body);
  }
}

void load_cpu(HttpClient& client) {
  fmt::print("Loading {} hosts, a row every {} s for 24 h, as line protocol over HTTP …\n", kHosts,
             DevopsData::kStepSeconds);
  DevopsData data(kHosts, 1);
  const ProgressBar bar;
  const Stopwatch watch;
  bench::TableBatch rows(DevopsData::table());
  while (data.steps() < kSteps) {
    data.append_step(rows);
    if (data.steps() % 100 == 0 || data.steps() == kSteps) {
      std::string lines;
      bench::append_line_protocol(lines, DevopsData::table(), rows);
      write(client, lines);
      rows = bench::TableBatch(DevopsData::table());
      bar.show(static_cast<double>(data.steps()) / kSteps);
    }
  }
  fmt::print(
      "{} rows of 10 tags and 10 fields in {:.2f} s (the generator's time included), each batch durable when it was "
      "acknowledged.\n",
      kSteps * static_cast<int64_t>(kHosts), watch.ms() / 1000);
}

void load_logins(HttpClient& client) {
  fmt::print("Loading {} logins of {} users …\n", kLogins, kUsers);
  bench::LoginData data(kUsers, 2);
  const ProgressBar bar;
  const Stopwatch watch;
  constexpr size_t kBatch = 20'000;
  for (size_t done = 0; done < kLogins; done += kBatch) {
    std::string lines;
    data.append(lines, kBatch);
    write(client, lines);
    bar.show(static_cast<double>(done + kBatch) / kLogins);
  }
  fmt::print("done in {:.2f} s.\n", watch.ms() / 1000);
}

void show_influxql(HttpClient& client, const std::string& query) {
  fmt::print("\nInfluxQL> {}\n", query);
  const Stopwatch watch;
  const HttpClient::Answer answer = client.get("/query?db=tidemark&q=" + bench::percent_encode(query));
  const double ms = watch.ms();
  constexpr size_t kShown = 400;
  fmt::print("{}{}\nTime: {:.3f} ms\n", answer.body.substr(0, kShown), answer.body.size() > kShown ? " …" : "", ms);
  if (answer.status != 200) {
    throw Error(sqlstate::kConnectionException, "the query was answered with " + std::to_string(answer.status));
  }
}

void tour(PgClient& sql, HttpClient& http) {
  show(sql,
       "SELECT time, hostname, usage_user, usage_system FROM cpu WHERE hostname = 'host_7' AND time >= '2024-01-01 "
       "12:00' AND time < '2024-01-01 12:01' ORDER BY time");
  show(sql,
       "SELECT hostname, date_bin('1 hour', time, '1970-01-01') AS hour, avg(usage_user), max(usage_user) FROM cpu "
       "GROUP BY 1, 2 ORDER BY 1, 2");
  show(sql, "SELECT user_id, count(*) AS logins FROM logins GROUP BY user_id ORDER BY logins DESC, user_id");
  show(sql, "SELECT DISTINCT ON (hostname) hostname, time, usage_user FROM cpu ORDER BY hostname, time DESC");
  show(sql, "CREATE TABLE login_counts (user_id text PRIMARY KEY, count bigint)");
  show(sql, "UPSERT INTO login_counts (user_id, count) SELECT user_id, count(*) FROM logins GROUP BY user_id");
  show(sql, "UPSERT INTO login_counts (user_id, count) VALUES ('u1', 1000000)");
  show(sql, "SELECT * FROM login_counts ORDER BY count DESC, user_id LIMIT 3");
  show(sql, "CREATE TABLE owners (hostname text PRIMARY KEY, owner text NOT NULL)");
  show(sql, "INSERT INTO owners VALUES ('host_0', 'Ada'), ('host_1', 'Grace'), ('host_2', 'Ada')");
  show(sql,
       "SELECT o.owner, count(*), avg(c.usage_user) FROM cpu c JOIN owners o ON c.hostname = o.hostname GROUP BY "
       "o.owner ORDER BY o.owner");
  show_influxql(http,
                "SELECT mean(usage_user) FROM cpu WHERE time >= '2024-01-01T00:00:00Z' AND time < "
                "'2024-01-01T03:00:00Z' GROUP BY time(1h), hostname");
}

std::string counts(PgClient& sql) {
  return fmt::format("cpu {}, logins {}, login_counts {}, owners {}", sql.value("SELECT count(*) FROM cpu"),
                     sql.value("SELECT count(*) FROM logins"), sql.value("SELECT count(*) FROM login_counts"),
                     sql.value("SELECT count(*) FROM owners"));
}

int demo() {
  const bench::TemporaryFolder folder;
  const std::string data = folder.path() + "/data";
  std::string before;
  {
    ServerProcess server(data);
    HttpClient http("127.0.0.1", server.http_port());
    load_cpu(http);
    load_logins(http);
    PgClient sql(server.pg_port());
    tour(sql, http);
    before = counts(sql);
    fmt::print("\nRows before kill -9: {}\n", before);
    server.stop(SIGKILL);
  }
  const Stopwatch watch;
  ServerProcess server(data);
  fmt::print("Killed, started again: ready after {:.0f} ms\n", watch.ms());
  PgClient sql(server.pg_port());
  const std::string after = counts(sql);
  fmt::print("Rows after it:       {}\n", after);
  if (before != after) {
    throw Error(sqlstate::kDataCorrupted, "rows were lost");
  }
  fmt::print("Nothing that was acknowledged was lost.\n");
  return 0;
}

}  // namespace

void add_demo_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command = app.add_subcommand("demo", "Show the main job end to end in a temporary folder");
  command->callback([&chosen] { chosen = demo; });
}

}  // namespace tidemark
