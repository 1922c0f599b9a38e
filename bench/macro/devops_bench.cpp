#include "bench/macro/devops_bench.h"

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "bench/macro/devops_data.h"
#include "bench/macro/devops_queries.h"
#include "bench/macro/http_client.h"
#include "bench/macro/measure.h"
#include "bench/macro/pg_client.h"
#include "bench/macro/server_process.h"
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

double segment_bytes(const Database& database) {
  for (const Database::Metric& metric : database.metrics()) {
    if (metric.name == "tidemark_segment_bytes") {
      return metric.value;
    }
  }
  return 0;
}

}  // namespace

void run_devops(const DevopsOptions& options) {
  const TemporaryFolder folder;
  const std::string data = folder.path() + "/data";
  const std::vector<std::string> bodies = make_bodies(options);
  uint64_t line_bytes = 0;
  for (const std::string& body : bodies) {
    line_bytes += body.size();
  }
  const uint64_t rows = options.hosts * options.hours * 3600 / DevopsData::kStepSeconds;
  const uint64_t values = rows * DevopsData::kFields.size();

  double load_seconds = 0;
  {
    const ServerProcess server(data);
    HttpClient client("127.0.0.1", server.http_port());
    const Stopwatch loading;
    load(client, bodies, options.durable);
    load_seconds = loading.ms() / 1000;
  }

  std::vector<double> in_memory;
  std::vector<double> in_segments;
  double replay_ms = 0;
  double flush_ms = 0;
  double flushed_bytes = 0;
  double compacted_bytes = 0;
  {
    const Stopwatch opening;
    const auto database = Database::open(data);
    replay_ms = opening.ms();
    const auto connection = database->connect();
    in_memory = medians(options, [&](const std::string& sql) { drain(*connection, sql); });
    const Stopwatch flushing;
    connection->query("FLUSH");
    flush_ms = flushing.ms();
    flushed_bytes = segment_bytes(*database);
    in_segments = medians(options, [&](const std::string& sql) { drain(*connection, sql); });
    connection->query("COMPACT");
    compacted_bytes = segment_bytes(*database);
  }

  const ServerProcess server(data);
  PgClient pg_client(server.pg_port());
  const auto over_wire = medians(options, [&](const std::string& sql) { pg_client.run(sql, 0); });

  fmt::print("## devops: {} hosts, {} h, {} rows\n\n", options.hosts, options.hours, rows);
  fmt::print("load over HTTP, one connection, {} rows a batch, {}: {:.0f} rows/s ({:.0f} MB/s of lines)\n",
             options.batch_rows, options.durable ? "durable" : "not waiting for syncs",
             static_cast<double>(rows) / load_seconds, static_cast<double>(line_bytes) / load_seconds / 1e6);
  fmt::print("open, with {} rows to replay from the log: {:.0f} ms; flush: {:.0f} ms\n", rows, replay_ms, flush_ms);
  fmt::print("bytes in segments per field value: {:.3f} flushed, {:.3f} compacted\n\n",
             flushed_bytes / static_cast<double>(values), compacted_bytes / static_cast<double>(values));
  fmt::print("| query | memtable, ms | segments, ms | over the wire, ms |\n|---|---:|---:|---:|\n");
  for (size_t i = 0; i < devops_queries().size(); ++i) {
    fmt::print("| {} | {:.3f} | {:.3f} | {:.3f} |\n", devops_queries()[i].name, in_memory[i], in_segments[i],
               over_wire[i]);
  }
}

}  // namespace tidemark::bench
