#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "bench/macro/side_by_side.h"

namespace tidemark::bench {

/// Median, p95 and p99 of what `compare` has timed, one row a question and peer.
void add_percentiles(Report& report, const std::vector<std::unique_ptr<Peer>>& peers,
                     const std::vector<Comparison>& comparisons);

/// What a group of clients that ask back to back sees.
struct Rate {
  double queries_per_second = 0;
  Latencies latencies;
};

/// `clients` sessions of one peer ask `question` back to back for `seconds`, each with draws of its own.
Rate measure_rate(Peer& peer, const Question& question, size_t clients, double seconds, uint64_t seed);

/// The same for every question and peer, as a table.
void add_rates(Report& report, const std::vector<std::unique_ptr<Peer>>& peers, const std::vector<Question>& questions,
               size_t clients, uint64_t seed);

}  // namespace tidemark::bench
