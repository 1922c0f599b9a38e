#include "executor/key_space.h"

#include "executor/transaction_state.h"

namespace tidemark {

KeySpace::KeySpace(QueryContext& context, TransactionState& transaction, TableEntry stored,
                   const UniqueConstraint* constraint, std::unique_ptr<UniqueKeyValues> values)
    : transaction_(transaction),
      stored_(std::make_unique<const TableEntry>(std::move(stored))),
      constraint_(constraint),
      values_(std::move(values)),
      builder_(*stored_),
      locker_(context, transaction, *stored_) {}

UniqueKeyValues::Rows KeySpace::project(const DataChunk& rows) const {
  return is_secondary() ? values_->of(rows) : UniqueKeyValues::Rows{rows, std::vector<uint8_t>(rows.size, 1)};
}

std::vector<RowKey> KeySpace::row_keys(const RowKeys& keys, const SelectionVector* chosen) const {
  std::vector<RowKey> result;
  const size_t size = chosen != nullptr ? chosen->size() : keys.series.size();
  result.reserve(size);
  for (size_t i = 0; i < size; ++i) {
    result.push_back(builder_.key(keys, chosen != nullptr ? (*chosen)[i] : i));
  }
  return result;
}

void KeySpace::look_up(std::span<const RowKey> keys, bool own_too, std::vector<uint8_t>& found, DataChunk* rows) const {
  std::vector<ColumnId> columns;
  if (rows != nullptr) {
    for (const ColumnEntry& column : stored_->columns) {
      columns.push_back(column.id);
    }
  }
  const std::shared_ptr<const Snapshot> newest =
      own_too ? transaction_.newest_with_all_writes() : transaction_.newest_with_own_writes();
  transaction_.note_checked_at(newest->sequence());
  DataChunk unused;
  newest->table(stored_->id)->look_up(keys, columns, found, rows != nullptr ? *rows : unused);
}

}  // namespace tidemark
