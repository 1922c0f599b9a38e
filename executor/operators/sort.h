#pragma once

#include <memory>
#include <vector>

#include "executor/operator.h"
#include "executor/operators/limit.h"
#include "executor/row_sorter.h"

namespace tidemark {

/// ORDER BY, alone or with LIMIT (top-N, perhaps WITH TIES). Each thread sorts what it reads; the streams are merged.
class SortOperator final : public Operator {
 public:
  SortOperator(const PhysicalSort& plan, ExecutionState& state);
  void start() override;

 private:
  std::unique_ptr<RowStream> make_stream() override;
  std::shared_ptr<MovingBound> bound_scan();

  const PhysicalSort& plan_;
  OperatorPtr child_;
  RowOrder order_;
  RowWindow window_;
  SortLimit limit_;
  std::vector<std::unique_ptr<SortedRun>> runs_;
};

}  // namespace tidemark
