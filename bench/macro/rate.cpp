#include "bench/macro/rate.h"

#include <fmt/format.h>

#include "base/error.h"

namespace tidemark::bench {

void add_percentiles(Report& report, const std::vector<std::unique_ptr<Peer>>& peers,
                     const std::vector<Comparison>& comparisons) {
  Report::Table table{
      .title = "Latencies", .columns = {"query", "engine", "p50, ms", "p95, ms", "p99, ms", "runs"}, .rows = {}};
  for (const Comparison& comparison : comparisons) {
    for (size_t i = 0; i < peers.size(); ++i) {
      const auto& latencies = comparison.sides[i].latencies;
      if (latencies) {
        table.rows.push_back({comparison.name, peers[i]->name(), latencies->median(), latencies->quantile(0.95),
                              latencies->quantile(0.99), static_cast<double>(latencies->ms.size())});
      }
    }
  }
  report.table(std::move(table));
}

Rate measure_rate(Peer& peer, const Question& question, size_t clients, double seconds, uint64_t seed) {
  std::vector<std::unique_ptr<PeerSession>> sessions;
  std::vector<Latencies> latencies(clients);
  std::vector<std::function<void()>> works;
  for (size_t client = 0; client < clients; ++client) {
    sessions.push_back(peer.connect());
    works.emplace_back([&, client] {
      Random random(seed + client);
      sessions[client]->run(question.text(peer.dialect(), random));
      const Stopwatch whole;
      while (whole.ms() < seconds * 1000) {
        const std::string text = question.text(peer.dialect(), random);
        const Stopwatch one;
        sessions[client]->run(text);
        latencies[client].ms.push_back(one.ms());
      }
    });
  }
  run_at_once(works);
  Rate rate;
  for (const Latencies& client : latencies) {
    rate.latencies.ms.insert(rate.latencies.ms.end(), client.ms.begin(), client.ms.end());
  }
  rate.queries_per_second = static_cast<double>(rate.latencies.ms.size()) / seconds;
  return rate;
}

void add_rates(Report& report, const std::vector<std::unique_ptr<Peer>>& peers, const std::vector<Question>& questions,
               size_t clients, uint64_t seed) {
  constexpr double kSeconds = 1;
  Report::Table table{.title = fmt::format("{} clients back to back", clients),
                      .columns = {"query", "engine", "queries/s", "p50, ms", "p95, ms", "p99, ms"},
                      .rows = {}};
  for (const Question& question : questions) {
    for (const auto& peer : peers) {
      Random random(seed);
      if (question.text(peer->dialect(), random).empty()) {
        continue;
      }
      try {
        const Rate rate = measure_rate(*peer, question, clients, kSeconds, seed);
        table.rows.push_back({question.name, peer->name(), rate.queries_per_second, rate.latencies.median(),
                              rate.latencies.quantile(0.95), rate.latencies.quantile(0.99)});
      } catch (const Error& error) {
        table.rows.push_back({question.name, peer->name(), error.message(), {}, {}, {}});
      }
    }
  }
  report.table(std::move(table));
}

}  // namespace tidemark::bench
