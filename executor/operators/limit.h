#pragma once

#include <cstdint>
#include <optional>

#include "executor/operator.h"

namespace tidemark {

/// The values of LIMIT and OFFSET at execution start.
struct RowWindow {
  uint64_t offset = 0;
  std::optional<uint64_t> limit;  ///< absent: all

  /// NULL means no limit, no offset. Throws 2201W, 2201X for negative numbers.
  RowWindow(const Expression* limit_expression, const Expression* offset_expression, ExecutionState& state);
  /// offset + limit, at most the largest number; only with a limit.
  [[nodiscard]] uint64_t end() const;
};

/// LIMIT and OFFSET without ties (those are part of a sort). Stops pulling when it has enough.
class LimitOperator final : public Operator {
 public:
  LimitOperator(const PhysicalLimit& plan, ExecutionState& state);
  void start() override;

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  OperatorPtr child_;
  RowWindow window_;
};

}  // namespace tidemark
