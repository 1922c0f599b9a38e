#include "bench/macro/storage_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <numeric>

#include "base/error.h"
#include "bench/macro/devops_data.h"
#include "bench/macro/devops_queries.h"
#include "bench/macro/rate.h"
#include "tidemark/database.h"

namespace tidemark::bench {
namespace {

double segment_bytes(const Database& database) {
  for (const Database::Metric& metric : database.metrics()) {
    if (metric.name == "tidemark_segment_bytes") {
      return metric.value;
    }
  }
  return 0;
}

/// The whole set as bodies of line protocol, rows in order of time or in any order.
std::vector<std::string> make_bodies(const StorageOptions& options, bool shuffled) {
  constexpr size_t kBatchRows = 10'000;
  DevopsData data(options.hosts, options.effort.seed);
  TableBatch rows(DevopsData::table());
  for (const auto steps = static_cast<int64_t>(options.hours) * 3600 / DevopsData::kStepSeconds;
       data.steps() < steps;) {
    data.append_step(rows);
  }
  std::string lines;
  append_line_protocol(lines, DevopsData::table(), rows);
  std::vector<std::string_view> order;
  for (size_t at = 0; at < lines.size();) {
    const size_t end = lines.find('\n', at) + 1;
    order.push_back(std::string_view(lines).substr(at, end - at));
    at = end;
  }
  if (shuffled) {
    Random random(options.effort.seed);
    std::shuffle(order.begin(), order.end(), random);
  }
  std::vector<std::string> bodies;
  for (size_t row = 0; row < order.size(); ++row) {
    if (row % kBatchRows == 0) {
      bodies.emplace_back();
    }
    bodies.back() += order[row];
  }
  return bodies;
}

double query_ms(Connection& connection, const StorageOptions& options) {
  const auto questions = devops_questions(options.hosts, static_cast<int64_t>(options.hours));
  Random random(options.effort.seed);
  const std::string text = questions.back().text(Dialect::kTidemark, random);
  return measure([&] {
           const auto result = connection.query(text);
           DataChunk chunk;
           while (result->next(chunk)) {
           }
         })
      .median();
}

/// Loads, opens anew, flushes, compacts, and says what each took and left.
void add_life_of_rows(Report::Table& table, const StorageOptions& options, bool shuffled) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/data";
  const auto bodies = make_bodies(options, shuffled);
  const auto rows = static_cast<double>(options.hosts * options.hours * 3600 / DevopsData::kStepSeconds);
  const double values = rows * static_cast<double>(DevopsData::kFields.size());
  const auto timed = [](const auto& work) {
    const Stopwatch watch;
    work();
    return watch.ms();
  };
  double load_ms = 0;
  {
    const auto database = Database::open(path);
    const auto connection = database->connect();
    load_ms = timed([&] {
      for (const std::string& body : bodies) {
        connection->write(body, {});
      }
    });
  }
  std::unique_ptr<Database> database;
  const double replay_ms = timed([&] { database = Database::open(path); });
  auto connection = database->connect();
  const double flush_ms = timed([&] { connection->query("FLUSH"); });
  const double flushed_bytes = segment_bytes(*database);
  const double compact_ms = timed([&] { connection->query("COMPACT"); });
  const double compacted_bytes = segment_bytes(*database);
  const double hour_by_host_ms = query_ms(*connection, options);
  connection.reset();
  database.reset();
  const double open_ms = timed([&] { database = Database::open(path); });
  table.rows.push_back({shuffled ? "in any order" : "in order of time", rows / load_ms * 1000, replay_ms, flush_ms,
                        flushed_bytes / values, compact_ms, compacted_bytes / values, hour_by_host_ms, open_ms});
}

void add_commit_rates(Report& report, const StorageOptions& options) {
  const TemporaryFolder folder;
  const auto peers = open_peers(options.against, folder.path());
  const TableSpec spec = {
      .name = "commits", .columns = {{"id", ColumnKind::kInteger}, {"value", ColumnKind::kInteger}}, .key = {"id"}};
  Report::Table table{.title = "Durable commits of one row, per second", .columns = {"writers"}, .rows = {}};
  for (const auto& peer : peers) {
    table.columns.push_back(peer->name());
    peer->create(spec);
  }
  std::atomic<int64_t> next_id{0};
  const Question insert = {"insert", [&next_id](Dialect dialect, Random& random) {
                             return dialect == Dialect::kMetricsQl ? std::string()
                                                                   : fmt::format("INSERT INTO commits VALUES ({}, {})",
                                                                                 next_id++, random.below(1'000));
                           }};
  for (const size_t writers : {size_t{1}, size_t{4}, size_t{16}, size_t{64}}) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(static_cast<double>(writers));
    for (const auto& peer : peers) {
      if (peer->dialect() == Dialect::kMetricsQl) {
        row.emplace_back();
        continue;
      }
      try {
        row.emplace_back(measure_rate(*peer, insert, writers, options.seconds, options.effort.seed).queries_per_second);
      } catch (const Error& error) {
        row.emplace_back(error.message());
      }
    }
  }
  report.table(std::move(table));
}

}  // namespace

Report run_storage(const StorageOptions& options) {
  Report report(
      fmt::format("storage: {} hosts, {} h, one row of ten fields a host every 10 s", options.hosts, options.hours));
  add_machine(report);
  Report::Table table{.title = "Life of the rows, embedded, one connection",
                      .columns = {"rows come", "rows/s, durable", "open with the log to replay, ms", "flush, ms",
                                  "bytes a value, flushed", "compaction, ms", "bytes a value, compacted",
                                  "hour-by-host, ms", "open, ms"},
                      .rows = {}};
  add_life_of_rows(table, options, false);
  add_life_of_rows(table, options, true);
  report.table(std::move(table));
  add_commit_rates(report, options);
  return report;
}

}  // namespace tidemark::bench
