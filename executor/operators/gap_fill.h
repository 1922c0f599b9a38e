#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "executor/operator.h"
#include "executor/row_sorter.h"
#include "executor/value_shift.h"

namespace tidemark {

/// Adds the buckets that a group lacks, and fills their values: nothing, the last value, a straight line, or a given
/// one. What is NULL in a bucket that is there counts as lacking, too.
class GapFillOperator final : public Operator {
 public:
  GapFillOperator(const PhysicalGapFill& plan, ExecutionState& state);
  void start() override;

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;
  [[nodiscard]] std::optional<int64_t> bound(const Expression* expression) const;
  void find_bounds();

  const PhysicalGapFill& plan_;
  OperatorPtr child_;
  std::vector<LogicalType> types_;
  RowOrder order_;  ///< groups, then bucket
  ValueShift width_;
  std::vector<Value> fill_values_;  ///< one a fill
  std::optional<int64_t> from_, to_;
  RowCollection rows_;
  std::vector<uint32_t> sorted_;
  MemoryReservation reservation_;
};

}  // namespace tidemark
