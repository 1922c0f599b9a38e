#pragma once

#include "executor/operator.h"
#include "executor/operators/returned_rows.h"

namespace tidemark {

/// UPDATE: new rows out of the child's, put in the place of the old ones.
class UpdateOperator final : public Operator {
 public:
  UpdateOperator(const PhysicalUpdate& plan, ExecutionState& state);
  void start() override;

 private:
  std::unique_ptr<RowStream> make_stream() override { return returned_.stream(); }

  const PhysicalUpdate& plan_;
  struct Assignment {
    uint32_t column;
    PreparedExpression value;
  };
  std::vector<Assignment> assignments_;
  ReturnedRows returned_;
};

}  // namespace tidemark
