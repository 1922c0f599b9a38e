#include "bench/macro/devops_bench.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "bench/macro/devops_data.h"
#include "bench/macro/devops_queries.h"
#include "bench/macro/http_client.h"
#include "bench/macro/measure.h"
#include "server/http/http_server.h"
#include "server/pgwire/pg_server.h"
#include "tidemark/database.h"

namespace tidemark::bench {
namespace {

/// The whole load as bodies of `batch_rows` lines, made before any clock runs.
std::vector<std::string> make_bodies(const DevopsOptions& options) {
  DevopsData data(options.hosts, options.seed);
  const auto steps = static_cast<int64_t>(options.hours) * 3600 / DevopsData::kStepSeconds;
  std::vector<std::string> bodies;
  std::string body;
  size_t rows = 0;
  while (data.steps() < steps) {
    data.append_step(body);
    rows += data.hosts();
    if (rows >= options.batch_rows || data.steps() == steps) {
      bodies.push_back(std::move(body));
      body.clear();
      rows = 0;
    }
  }
  return bodies;
}

void load(HttpClient& client, const std::vector<std::string>& bodies, bool durable) {
  const std::string target = std::string("/write?db=tidemark") + (durable ? "" : "&durability=async");
  for (const std::string& body : bodies) {
    const HttpClient::Answer answer = client.post(target, body);
    if (answer.status != 204) {
      throw Error(sqlstate::kConnectionException,
                  "write was answered with " + std::to_string(answer.status) + ": " + answer.body);
    }
  }
}

uint64_t drain(Connection& connection, const std::string& sql) {
  const auto result = connection.query(sql);
  DataChunk chunk;
  uint64_t rows = 0;
  while (result->next(chunk)) {
    rows += chunk.size;
  }
  return rows;
}

class PgClient {
 public:
  explicit PgClient(uint16_t port)
      : connection_(PQconnectdb(fmt::format("host=127.0.0.1 port={} user=tidemark dbname=tidemark", port).c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) {
      throw Error(sqlstate::kConnectionException, PQerrorMessage(connection_));
    }
  }
  ~PgClient() { PQfinish(connection_); }
  PgClient(const PgClient&) = delete;
  PgClient& operator=(const PgClient&) = delete;

  void run(const std::string& sql) {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_, sql.c_str()), &PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
      throw Error(sqlstate::kConnectionException, PQerrorMessage(connection_));
    }
  }

 private:
  PGconn* connection_;
};

/// Medians of all query types; each run draws its hosts and times anew, the same ones for every target.
std::vector<double> medians(const DevopsOptions& options, const std::function<void(const std::string&)>& run) {
  std::vector<double> results;
  for (const DevopsQuery& query : devops_queries()) {
    Random random(options.seed);
    results.push_back(
        measure([&] { run(query.sql(random, options.hosts, static_cast<int64_t>(options.hours))); }).median());
  }
  return results;
}

}  // namespace

void run_devops(const DevopsOptions& options) {
  const TemporaryFolder folder;
  const auto database = Database::open(folder.path() + "/data");
  http::HttpServer http(*database, {"127.0.0.1", 0});
  pgwire::PgServer pg(*database, {"127.0.0.1", 0});
  http.start();
  pg.start();

  const std::vector<std::string> bodies = make_bodies(options);
  uint64_t line_bytes = 0;
  for (const std::string& body : bodies) {
    line_bytes += body.size();
  }
  const uint64_t rows = options.hosts * options.hours * 3600 / DevopsData::kStepSeconds;
  HttpClient client("127.0.0.1", http.port());
  const Stopwatch loading;
  load(client, bodies, options.durable);
  const double load_seconds = loading.ms() / 1000;

  const auto connection = database->connect();
  const auto in_memory = medians(options, [&](const std::string& sql) { drain(*connection, sql); });
  const Stopwatch flushing;
  connection->query("FLUSH");
  const double flush_ms = flushing.ms();
  const uint64_t values = rows * DevopsData::kFields.size();
  const auto segment_bytes = [&] {
    double bytes = 0;
    for (const Database::Metric& metric : database->metrics()) {
      bytes = metric.name == "tidemark_segment_bytes" ? metric.value : bytes;
    }
    return bytes;
  };
  const double flushed_bytes = segment_bytes();
  const auto in_segments = medians(options, [&](const std::string& sql) { drain(*connection, sql); });
  PgClient pg_client(pg.port());
  const auto over_wire = medians(options, [&](const std::string& sql) { pg_client.run(sql); });
  connection->query("COMPACT");
  const double compacted_bytes = segment_bytes();

  fmt::print("## devops: {} hosts, {} h, {} rows\n\n", options.hosts, options.hours, rows);
  fmt::print("load over HTTP, one connection, {} rows a batch, {}: {:.0f} rows/s ({:.0f} MB/s of lines)\n",
             options.batch_rows, options.durable ? "durable" : "not waiting for syncs",
             static_cast<double>(rows) / load_seconds, static_cast<double>(line_bytes) / load_seconds / 1e6);
  fmt::print("flush: {:.0f} ms; bytes in segments per field value: {:.3f} after it, {:.3f} compacted\n\n", flush_ms,
             flushed_bytes / static_cast<double>(values), compacted_bytes / static_cast<double>(values));
  fmt::print("| query | memtable, ms | segments, ms | over the wire, ms |\n|---|---:|---:|---:|\n");
  for (size_t i = 0; i < devops_queries().size(); ++i) {
    fmt::print("| {} | {:.3f} | {:.3f} | {:.3f} |\n", devops_queries()[i].name, in_memory[i], in_segments[i],
               over_wire[i]);
  }
  pg.stop();
  http.stop();
}

}  // namespace tidemark::bench
