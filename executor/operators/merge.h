#pragma once

#include "executor/operator.h"
#include "executor/table_writer.h"

namespace tidemark {

/// MERGE: each row of the child, a source row with the target row that it matches or none, is inserted, updates or ends
/// its target row, or does nothing: as the first action says whose condition holds.
class MergeOperator final : public Operator {
 public:
  MergeOperator(const PhysicalMerge& plan, ExecutionState& state);
  void start() override;

 private:
  struct Action {
    LogicalMerge::ActionKind kind;
    bool matched;
    PreparedExpression condition;
    struct Value {
      uint32_t column;
      PreparedExpression expression;
    };
    std::vector<Value> values;
  };
  class Run;

  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalMerge& plan_;
  std::vector<Action> actions_;
};

}  // namespace tidemark
