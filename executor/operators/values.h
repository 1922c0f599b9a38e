#pragma once

#include "executor/operator.h"

namespace tidemark {

/// VALUES: rows of expressions, or whole literal columns (bulk INSERT).
class ValuesOperator final : public Operator {
 public:
  ValuesOperator(const PhysicalValues& plan, ExecutionState& state);
  void start() override {}

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalValues& plan_;
};

}  // namespace tidemark
