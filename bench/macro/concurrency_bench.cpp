#include "bench/macro/concurrency_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "base/error.h"
#include "bench/macro/devops_data.h"
#include "bench/macro/devops_queries.h"
#include "bench/macro/pg_client.h"
#include "bench/macro/rate.h"
#include "bench/macro/server_process.h"

namespace tidemark::bench {
namespace {

constexpr size_t kRowsPerWrite = 10'000;

/// Loads further steps of `data` in a thread of its own until this object goes.
class Ingest {
 public:
  Ingest(Peer& peer, DevopsData data) : session_(peer.connect()), data_(std::move(data)) {
    thread_ = std::jthread([this](const std::stop_token& stop) {
      const Stopwatch whole;
      while (!stop.stop_requested()) {
        TableBatch batch(DevopsData::table());
        while (batch.size < kRowsPerWrite) {
          data_.append_step(batch);
        }
        session_->prepare_load(DevopsData::table(), batch, LoadForm::kUsual)();
        rows_ += batch.size;
        rows_per_second_ = static_cast<double>(rows_) / whole.ms() * 1000;
      }
    });
  }
  [[nodiscard]] double rows_per_second() const { return rows_per_second_; }

 private:
  std::unique_ptr<PeerSession> session_;
  DevopsData data_;
  uint64_t rows_ = 0;
  std::atomic<double> rows_per_second_{0};
  std::jthread thread_;
};

void add_client_counts(Report& report, const std::vector<std::unique_ptr<Peer>>& peers,
                       const std::vector<Question>& questions, const ConcurrencyOptions& options) {
  Report::Table table{.title = "Clients back to back",
                      .columns = {"query", "clients", "engine", "queries/s", "p50, ms", "p95, ms", "p99, ms"},
                      .rows = {}};
  for (const Question& question : questions) {
    for (const size_t clients : {size_t{1}, size_t{4}, size_t{16}}) {
      for (const auto& peer : peers) {
        const Rate rate = measure_rate(*peer, question, clients, options.seconds, options.effort.seed);
        table.rows.push_back({question.name, static_cast<double>(clients), peer->name(), rate.queries_per_second,
                              rate.latencies.median(), rate.latencies.quantile(0.95), rate.latencies.quantile(0.99)});
      }
    }
  }
  report.table(std::move(table));
}

void add_reads_during_ingest(Report& report, const std::vector<std::unique_ptr<Peer>>& peers, const Question& question,
                             const DevopsData& data, const ConcurrencyOptions& options) {
  Report::Table table{.title = fmt::format("{} from 4 clients while one connection loads", question.name),
                      .columns = {"engine", "queries/s", "p50, ms", "p99, ms", "rows/s loaded meanwhile"},
                      .rows = {}};
  for (const auto& peer : peers) {
    Rate rate;
    double loaded = 0;
    {
      const Ingest ingest(*peer, data);
      rate = measure_rate(*peer, question, 4, options.seconds, options.effort.seed);
      loaded = ingest.rows_per_second();
    }
    table.rows.push_back(
        {peer->name(), rate.queries_per_second, rate.latencies.median(), rate.latencies.quantile(0.99), loaded});
  }
  report.table(std::move(table));
}

/// Times from the start of the process to its ready line, and of the first and second query of the first client.
void add_start(Report& report, const std::vector<Question>& questions, const std::string& folder) {
  const ServerProcess server(folder);
  PgClient client(server.pg_port());
  Random random(1);
  const std::string text = questions[0].text(Dialect::kTidemark, random);
  const Stopwatch first;
  client.run(text, 0);
  report.fact("first query after the ready line", first.ms(), "ms");
  const Stopwatch second;
  client.run(text, 0);
  report.fact("the same again", second.ms(), "ms");
}

}  // namespace

Report run_concurrency(const ConcurrencyOptions& options) {
  const TemporaryFolder folder;
  Report report(fmt::format("concurrency: {} hosts, {} h", options.hosts, options.hours));
  add_machine(report);
  const auto all = devops_questions(options.hosts, static_cast<int64_t>(options.hours));
  std::vector<Question> questions;
  for (const std::string_view name : {"single-groupby-1-1-1", "cpu-max-all-8", "double-groupby-1"}) {
    questions.push_back(*std::find_if(all.begin(), all.end(), [&](const Question& q) { return q.name == name; }));
  }
  {
    const auto peers = open_peers(options.against, folder.path());
    DevopsData data(options.hosts, options.effort.seed);
    const auto steps = static_cast<int64_t>(options.hours) * 3600 / DevopsData::kStepSeconds;
    load_peers(report, peers, DevopsData::table(), 1, [&](TableBatch& batch) {
      while (batch.size < kRowsPerWrite && data.steps() < steps) {
        data.append_step(batch);
      }
      return batch.size > 0;
    });
    add_client_counts(report, peers, questions, options);
    add_reads_during_ingest(report, peers, questions[0], data, options);
  }
  add_start(report, questions, folder.path() + "/tidemark-server");
  return report;
}

}  // namespace tidemark::bench
