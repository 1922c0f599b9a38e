#include "bench/macro/side_by_side.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <thread>

#include "base/error.h"

namespace tidemark::bench {
namespace {

/// A turn ends after this time: what takes long does not depend on what the caches hold when it begins.
constexpr double kTurnMs = 20;

std::string problem_of(const std::exception& error) {
  std::string text = error.what();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text.substr(0, 300);
}

Wording without_metricsql(const Wording& wording) {
  return [&wording](Dialect dialect, Random& random) {
    return dialect == Dialect::kMetricsQl ? std::string() : wording(dialect, random);
  };
}

/// Asks all peers once and strikes those that fail or answer otherwise than the first that answers.
void check_answers(const std::vector<std::unique_ptr<PeerSession>>& sessions,
                   const std::vector<std::unique_ptr<Peer>>& peers, const Wording& wording, uint64_t seed,
                   Comparison& comparison) {
  std::optional<Answer> expected;
  for (size_t i = 0; i < peers.size(); ++i) {
    Random random(seed);
    const std::string text = wording(peers[i]->dialect(), random);
    Comparison::Side& side = comparison.sides[i];
    if (text.empty() || !side.problem.empty()) {
      continue;
    }
    try {
      Answer answer = sessions[i]->answer(text);
      const auto differs = expected ? difference(*expected, answer) : std::nullopt;
      if (differs) {
        side.problem = "answers differ: " + *differs;
        side.latencies.reset();
        continue;
      }
      if (!expected) {
        expected = std::move(answer);
      }
      side.latencies.emplace();
    } catch (const std::exception& error) {
      side.problem = problem_of(error);
      side.latencies.reset();
    }
  }
}

void time_rounds(const std::vector<std::unique_ptr<PeerSession>>& sessions,
                 const std::vector<std::unique_ptr<Peer>>& peers, const Question& question, const Effort& effort,
                 Comparison& comparison) {
  std::vector<Random> randoms(peers.size(), Random(effort.seed));
  const Stopwatch whole;
  for (size_t round = 0; round < effort.rounds_min || whole.ms() < effort.ms_min; ++round) {
    for (size_t i = 0; i < peers.size(); ++i) {
      if (!comparison.sides[i].latencies) {
        continue;
      }
      const Stopwatch turn;
      for (size_t query = 0; query < effort.turn_queries && (query == 0 || turn.ms() < kTurnMs); ++query) {
        const std::string text = question.text(peers[i]->dialect(), randoms[i]);
        const Stopwatch one;
        sessions[i]->run(text);
        comparison.sides[i].latencies->ms.push_back(one.ms());
      }
    }
  }
}

/// The least median of the sides that `counts` admits; nothing if there is none.
template <class F>
std::optional<double> best(const Comparison& comparison, const F& counts) {
  std::optional<double> least;
  for (size_t i = 0; i < comparison.sides.size(); ++i) {
    if (comparison.sides[i].latencies && counts(i)) {
      const double median = comparison.sides[i].latencies->median();
      least = least ? std::min(*least, median) : median;
    }
  }
  return least;
}

}  // namespace

Question plain_question(std::string name, std::string sql) {
  return worded_question(std::move(name),
                         [sql = std::move(sql)](Dialect /*dialect*/, Random& /*random*/) { return sql; });
}

Question worded_question(std::string name, Wording words) {
  return {std::move(name), [words = std::move(words)](Dialect dialect, Random& random) {
            return dialect == Dialect::kMetricsQl ? std::string() : words(dialect, random);
          }};
}

std::vector<Comparison> compare(const std::vector<std::unique_ptr<Peer>>& peers, const std::vector<Question>& questions,
                                const Effort& effort) {
  std::vector<std::unique_ptr<PeerSession>> sessions;
  for (const auto& peer : peers) {
    sessions.push_back(peer->connect());
  }
  std::vector<Comparison> comparisons;
  for (const Question& question : questions) {
    Comparison& comparison = comparisons.emplace_back();
    comparison.name = question.name;
    comparison.sides.resize(peers.size());
    if (question.aligned_text) {
      check_answers(sessions, peers, question.aligned_text, effort.seed, comparison);
      check_answers(sessions, peers, without_metricsql(question.text), effort.seed, comparison);
    } else {
      check_answers(sessions, peers, question.text, effort.seed, comparison);
    }
    time_rounds(sessions, peers, question, effort, comparison);
  }
  return comparisons;
}

void add_comparisons(Report& report, const std::string& title, const std::vector<std::unique_ptr<Peer>>& peers,
                     const std::vector<Comparison>& comparisons) {
  Report::Table table{.title = title, .columns = {"query"}, .rows = {}};
  for (const auto& peer : peers) {
    table.columns.push_back(peer->name() + ", ms");
  }
  struct Ratio {
    size_t side;
    bool same_form;
    std::vector<double> values;
  };
  std::vector<Ratio> ratios;
  for (size_t i = 0; i < peers.size(); ++i) {
    if (!peers[i]->is_tidemark()) {
      continue;
    }
    const std::string form = peers[i]->embedded() ? "embedded" : "server";
    for (const bool same_form : {true, false}) {
      table.columns.push_back(form + (same_form ? " ÷ best other " + form : std::string(" ÷ best of all others")));
      ratios.push_back({i, same_form, {}});
    }
  }
  Report::Table problems{.title = "Not counted", .columns = {"query", "engine", "why"}, .rows = {}};
  for (const Comparison& comparison : comparisons) {
    auto& row = table.rows.emplace_back();
    row.emplace_back(comparison.name);
    for (size_t i = 0; i < peers.size(); ++i) {
      const Comparison::Side& side = comparison.sides[i];
      row.push_back(side.latencies ? Report::Cell(side.latencies->median()) : Report::Cell());
      if (!side.problem.empty()) {
        problems.rows.push_back({comparison.name, peers[i]->name(), side.problem});
      }
    }
    for (Ratio& ratio : ratios) {
      const auto& own = comparison.sides[ratio.side].latencies;
      const auto other = best(comparison, [&](size_t i) {
        return !peers[i]->is_tidemark() && (!ratio.same_form || peers[i]->embedded() == peers[ratio.side]->embedded());
      });
      row.emplace_back();
      if (own && other) {
        ratio.values.push_back(own->median() / *other);
        row.back() = ratio.values.back();
      }
    }
  }
  auto& means = table.rows.emplace_back();
  means.emplace_back("geometric mean");
  means.resize(1 + peers.size());
  for (const Ratio& ratio : ratios) {
    double sum = 0;
    for (const double value : ratio.values) {
      sum += std::log(value);
    }
    means.push_back(ratio.values.empty() ? Report::Cell()
                                         : Report::Cell(std::exp(sum / static_cast<double>(ratio.values.size()))));
  }
  report.table(std::move(table));
  if (!problems.rows.empty()) {
    report.table(std::move(problems));
  }
}

std::vector<std::unique_ptr<Peer>> open_peers(const std::vector<std::string>& names, const std::string& folder) {
  std::vector<std::unique_ptr<Peer>> peers;
  peers.push_back(make_peer("tidemark", folder));
  peers.push_back(make_peer("tidemark-server", folder));
  for (const std::string& name : names) {
    peers.push_back(make_peer(name, folder));
  }
  return peers;
}

void load_peers(Report& report, const std::vector<std::unique_ptr<Peer>>& peers, const TableSpec& spec, size_t workers,
                const std::function<bool(TableBatch& batch)>& next) {
  struct Side {
    std::vector<std::unique_ptr<PeerSession>> sessions;
    double ms = 0;
  };
  std::vector<Side> sides(peers.size());
  for (size_t i = 0; i < peers.size(); ++i) {
    peers[i]->create(spec);
    for (size_t worker = 0; worker < workers; ++worker) {
      sides[i].sessions.push_back(peers[i]->connect());
    }
  }
  uint64_t rows = 0;
  for (bool more = true; more;) {
    // One batch a worker, encoded before the clock runs, sent at once.
    std::vector<TableBatch> batches;
    while (batches.size() < workers) {
      TableBatch& batch = batches.emplace_back(spec);
      more = next(batch);
      if (!more) {
        batches.pop_back();
        break;
      }
      rows += batch.size;
    }
    for (Side& side : sides) {
      std::vector<std::function<void()>> sends;
      for (size_t worker = 0; worker < batches.size(); ++worker) {
        sends.push_back(side.sessions[worker]->prepare_load(spec, batches[worker], LoadForm::kUsual));
      }
      const Stopwatch sending;
      run_at_once(sends);
      side.ms += sending.ms();
    }
  }
  Report::Table table{
      .title =
          fmt::format("Load of {} rows into `{}`, {} connection{}", rows, spec.name, workers, workers == 1 ? "" : "s"),
      .columns = {"engine", "version", "rows/s", "settled after, s", "MB on disk", "MB of memory, peak"},
      .rows = {}};
  for (size_t i = 0; i < peers.size(); ++i) {
    sides[i].sessions.clear();
    const Stopwatch settling;
    peers[i]->settle(spec);
    const double settled_ms = settling.ms();
    const double memory = static_cast<double>(peers[i]->memory_bytes_peak()) / 1e6;
    table.rows.push_back({peers[i]->name(), peers[i]->version(), static_cast<double>(rows) / sides[i].ms * 1000,
                          settled_ms / 1000, static_cast<double>(peers[i]->disk_bytes()) / 1e6,
                          memory > 0 ? Report::Cell(memory) : Report::Cell()});
  }
  report.table(std::move(table));
}

}  // namespace tidemark::bench
