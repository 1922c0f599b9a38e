#pragma once

#include <memory>
#include <span>
#include <vector>

#include "executor/operator.h"
#include "executor/row_sorter.h"

namespace tidemark {

/// DISTINCT ON and LATEST ON: of each group of equal keys the row that comes first in `order`. Each thread keeps the
/// best row of each group it has met, so that memory goes with the groups, not with the rows.
class DistinctOnOperator final : public Operator {
 public:
  DistinctOnOperator(const PhysicalDistinctOn& plan, ExecutionState& state);
  void start() override;

 private:
  class Keeper;
  std::unique_ptr<RowStream> make_stream() override;
  /// Gives the best row of each group of all keepers to `sorter`.
  void join(std::span<const std::unique_ptr<Sink>> keepers, RowSorter& sorter);
  void join_partitions(std::span<const std::unique_ptr<Sink>> keepers, RowSorter& sorter);
  void feed(Sink& sink, RowStream&& rows) const;

  const PhysicalDistinctOn& plan_;
  OperatorPtr child_;
  std::vector<LogicalType> types_;
  std::vector<PreparedExpression> keys_;
  std::vector<PreparedExpression> order_values_;
  std::vector<LogicalType> order_types_;
  std::unique_ptr<RowOrder> order_;   ///< over rows of order_values_
  std::unique_ptr<RowOrder> output_;  ///< of the result
  std::vector<std::unique_ptr<SortedRun>> runs_;
};

}  // namespace tidemark
