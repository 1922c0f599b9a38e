#pragma once

#include <memory>
#include <vector>

#include "executor/aggregate_sink.h"
#include "executor/operator.h"

namespace tidemark {

/// GROUP BY, DISTINCT and plain aggregates. Each thread groups what it reads into tables of its own (one a grouping
/// set); then the tables are joined, by partitions of the key's hash if they are large.
///
/// Rows reach their group in one of two ways: stretch by stretch, where the plan says that the input lies in runs of
/// the keys (group_runs.h), or row by row through the key table. Past work_mem a thread sets aside on disk the rows
/// whose group it does not hold, cut into partitions, which are aggregated one after the other at the end.
class AggregateOperator final : public Operator {
 public:
  AggregateOperator(const PhysicalAggregate& plan, ExecutionState& state);

  void start() override;

 private:
  class Stream;

  /// Groups that come out together: a finished table, or one partition of what some sinks hold in memory and on disk,
  /// joined when its turn comes.
  struct Part {
    size_t set = 0;
    std::unique_ptr<AggregateTable> table;
    size_t partition = 0;
    std::vector<std::shared_ptr<AggregateSink>> sources;
  };

  std::unique_ptr<RowStream> make_stream() override;
  [[nodiscard]] bool answer_by_count();
  void run();
  [[nodiscard]] bool run_first_groups();
  void add_parts(size_t set);
  void join_whole(size_t set);
  void join_in_parallel(size_t set);
  /// The table of a part. Where that does not fit into memory again, its sub-partitions are added to `parts`.
  std::unique_ptr<AggregateTable> join(Part& part, std::vector<Part>& parts);
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
  std::vector<Part> parts_;
};

}  // namespace tidemark
