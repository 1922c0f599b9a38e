#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench/macro/measure.h"
#include "bench/macro/peer.h"
#include "bench/macro/report.h"

namespace tidemark::bench {

/// Words a query for an engine with what it draws from `random`; the same draws in each dialect. Empty: the engine
/// cannot say it.
using Wording = std::function<std::string(Dialect dialect, Random& random)>;

/// One kind of query.
struct Question {
  std::string name;
  Wording text;
  /// Set where MetricsQL agrees with SQL only when ranges begin and end where buckets do: draws of that kind, by which
  /// its answers are checked.
  Wording aligned_text = {};
};

/// The same SQL in every dialect.
Question plain_question(std::string name, std::string sql);
/// SQL that `words` makes; MetricsQL cannot say it.
Question worded_question(std::string name, Wording words);

/// How long to measure a question.
struct Effort {
  size_t rounds_min = 7;
  double ms_min = 300;  ///< of all peers together
  /// How often a peer is asked at most before it is the next one's turn; long queries are asked once. One: every query
  /// meets the caches that all the others left behind.
  size_t turn_queries = 5;
  uint64_t seed = 1;
};

/// What each peer made of a question.
struct Comparison {
  std::string name;
  struct Side {
    std::optional<Latencies> latencies;  ///< nothing if the peer cannot say it, or failed, or answered otherwise
    std::string problem;                 ///< why not; empty if it cannot say it
  };
  std::vector<Side> sides;  ///< one a peer
};

/// Puts every question to all peers in turns, in one run, so that what else the machine does meets all of them alike:
/// first the answers, which must be the first peer's, then rounds of turns; each query has newly drawn values and is
/// timed to its last row.
std::vector<Comparison> compare(const std::vector<std::unique_ptr<Peer>>& peers, const std::vector<Question>& questions,
                                const Effort& effort);

/// Medians, and for each form of Tidemark the ratio to the best other engine of its form (embedded, server) and to the
/// best of all; the geometric means in the last row. What went wrong is a table of its own.
void add_comparisons(Report& report, const std::string& title, const std::vector<std::unique_ptr<Peer>>& peers,
                     const std::vector<Comparison>& comparisons);

/// Opens the peers below `folder`: Tidemark embedded and as a server, then those named (`duckdb`, …).
std::vector<std::unique_ptr<Peer>> open_peers(const std::vector<std::string>& names, const std::string& folder);

/// Loads batches that `next` makes until it says false, by `workers` sessions a peer; reports rows/s of the sending
/// alone, what is on disk after settling, and the memory of servers.
void load_peers(Report& report, const std::vector<std::unique_ptr<Peer>>& peers, const TableSpec& spec, size_t workers,
                const std::function<bool(TableBatch& batch)>& next);

}  // namespace tidemark::bench
