#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "executor/aggregate_sink.h"
#include "executor/operator.h"

namespace tidemark {

/// GROUP BY, DISTINCT and plain aggregates. Each thread groups what it reads into tables of its own (one a grouping
/// set); then the tables are joined, by partitions of the key's hash if they are large.
///
/// Rows reach their group in one of two ways: stretch by stretch, where the plan says that the input lies in runs of
/// the keys (group_runs.h), or row by row through the key table. Where there are very many groups a thread sets aside
/// the rows whose group it does not hold, cut into partitions: those in memory are aggregated side by side, those on
/// disk (past work_mem) one after the other as the result is read.
class AggregateOperator final : public Operator {
 public:
  AggregateOperator(const PhysicalAggregate& plan, ExecutionState& state);

  void start() override;
  [[nodiscard]] size_t stream_count() const override { return std::max<size_t>(1, parts_.size()); }

 private:
  class Stream;

  /// Groups that come out together: a finished table, or one partition of what some sinks hold in memory and on disk,
  /// joined when its turn comes.
  struct Part {
    size_t set = 0;
    size_t partition = 0;
    std::vector<std::shared_ptr<AggregateSink>> sources;  ///< empty once joined
    std::shared_ptr<AggregateSink> joined;                ///< holds the finished table, and its memory
  };

  std::unique_ptr<RowStream> make_stream() override;
  [[nodiscard]] bool answer_by_count();
  void run();
  [[nodiscard]] bool run_first_groups();
  void add_parts(size_t set);
  void join_whole(size_t set);
  /// Finishes the table of a part that is not joined yet. Where it does not fit into memory again, gives the part's own
  /// parts instead. Safe for many threads, each with a part of its own.
  std::vector<Part> join(Part& part);
  std::vector<Part> parts_of(size_t set, const std::vector<std::shared_ptr<AggregateSink>>& sources) const;
  /// The next part to be put out, joined; nothing at the end. Safe for many threads.
  std::optional<Part> take_part();
  [[nodiscard]] DataChunk output(size_t set, DataChunk results) const;

  const PhysicalAggregate& plan_;
  OperatorPtr child_;
  AggregateList list_;
  std::vector<PreparedExpression> groups_;
  std::vector<std::vector<uint32_t>> sets_;  ///< indexes into groups_
  std::vector<std::vector<LogicalType>> set_types_;
  std::vector<LogicalType> input_types_;
  std::unique_ptr<const SummaryShape> summaries_;
  AggregateShape shape_;
  std::vector<std::shared_ptr<AggregateSink>> sinks_;
  std::mutex parts_mutex_;
  std::vector<Part> parts_;  ///< guarded by parts_mutex_ once the streams run; taken from the back
};

}  // namespace tidemark
