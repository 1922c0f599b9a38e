#include "executor/key_space.h"

#include "executor/transaction_state.h"

namespace tidemark {

KeySpace::KeySpace(QueryContext& context, TransactionState& transaction, TableEntry stored,
                   const UniqueConstraint* constraint, std::vector<uint32_t> source_columns)
    : transaction_(transaction),
      stored_(std::make_unique<const TableEntry>(std::move(stored))),
      constraint_(constraint),
      source_columns_(std::move(source_columns)),
      builder_(*stored_),
      locker_(context, transaction, *stored_) {}

DataChunk KeySpace::project(const DataChunk& rows) const {
  if (!is_secondary()) {
    return rows;
  }
  DataChunk projected;
  projected.size = rows.size;
  for (const uint32_t column : source_columns_) {
    projected.columns.push_back(rows.columns[column]);
  }
  return projected;
}

std::vector<uint8_t> KeySpace::eligible(const DataChunk& projected) const {
  std::vector<uint8_t> takes_part(projected.size, 1);
  if (!is_secondary() || constraint_->nulls_not_distinct) {
    return takes_part;
  }
  for (const Vector& column : projected.columns) {
    if (column.all_valid()) {
      continue;
    }
    for (size_t row = 0; row < projected.size; ++row) {
      if (column.is_null(row)) {
        takes_part[row] = 0;
      }
    }
  }
  return takes_part;
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
