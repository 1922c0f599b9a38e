#pragma once

#include <vector>

#include "base/memory_tracker.h"
#include "executor/operator.h"
#include "executor/row_collection.h"

namespace tidemark {

/// SELECT … FOR UPDATE / SHARE: locks the rows that come through, and gives them as they are once they are locked.
/// The child is run again on a new snapshot when somebody has changed one of them meanwhile.
class LockRowsOperator final : public Operator {
 public:
  LockRowsOperator(const PhysicalLockRows& plan, ExecutionState& state);
  void start() override;

 private:
  std::unique_ptr<RowStream> make_stream() override;
  void read();
  [[nodiscard]] DataChunk key_rows(const TableEntry& table, const DataChunk& chunk) const;

  const PhysicalLockRows& plan_;
  RowCollection rows_;
  MemoryReservation reservation_;
};

}  // namespace tidemark
