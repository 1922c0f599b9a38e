#pragma once

#include <vector>

#include "executor/operator.h"
#include "executor/prepared_expression.h"

namespace tidemark {

/// Reads a system table, made whole at the start.
class VirtualScanOperator final : public Operator {
 public:
  VirtualScanOperator(const PhysicalVirtualScan& plan, ExecutionState& state);
  void start() override;

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalVirtualScan& plan_;
  PreparedExpression residual_;
  std::vector<DataChunk> chunks_;
};

}  // namespace tidemark
