#pragma once

#include <optional>

#include "executor/operator.h"
#include "executor/operators/returned_rows.h"
#include "storage/row_batch.h"

namespace tidemark {

class ScanOperator;

/// DELETE: ends each row the child gives; or, where the statement is a whole transaction and names just a stretch of
/// keys and time, writes one range tombstone (D13).
class DeleteOperator final : public Operator {
 public:
  DeleteOperator(const PhysicalDelete& plan, ExecutionState& state);
  void start() override;

 private:
  std::unique_ptr<RowStream> make_stream() override { return returned_.stream(); }
  [[nodiscard]] std::optional<RangeTombstone> rectangle(const TableEntry& table, const ScanOperator& scan) const;
  bool delete_range(const TableEntry& table);

  const PhysicalDelete& plan_;
  ReturnedRows returned_;
};

}  // namespace tidemark
