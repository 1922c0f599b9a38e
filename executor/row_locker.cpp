#include "executor/row_locker.h"

#include <algorithm>
#include <cstring>

#include "executor/row_positions.h"
#include "executor/transaction_state.h"
#include "types/physical_dispatch.h"

namespace tidemark {

bool same_row(const DataChunk& left, const DataChunk& right, size_t row) {
  for (size_t column = 0; column < left.columns.size(); ++column) {
    const Vector& left_values = left.columns[column];
    const Vector& right_values = right.columns[column];
    if (left_values.is_null(row) != right_values.is_null(row)) {
      return false;
    }
    if (left_values.is_null(row)) {
      continue;
    }
    const bool same = dispatch_physical(left_values.type().physical(), [&](auto zero) {
      using T = decltype(zero);
      const T& a = values_of(left_values).template data<T>()[left_values.physical_index(row)];
      const T& b = values_of(right_values).template data<T>()[right_values.physical_index(row)];
      if constexpr (std::is_floating_point_v<T>) {
        return std::memcmp(&a, &b, sizeof(T)) == 0;
      } else {
        return a == b;
      }
    });
    if (!same) {
      return false;
    }
  }
  return true;
}

RowLocker::RowLocker(QueryContext& context, TransactionState& transaction, const TableEntry& table)
    : context_(context), transaction_(transaction), table_(table) {}

void RowLocker::lock(std::vector<RowKey> keys) {
  std::ranges::sort(keys);
  const std::function<void()> check = [this] { context_.check_cancelled(); };
  for (const RowKey& key : keys) {
    transaction_.lock_key(table_.id, key, check);
  }
}

std::vector<uint8_t> RowLocker::try_lock(std::span<const RowKey> keys) {
  std::vector<uint8_t> locked;
  locked.reserve(keys.size());
  for (const RowKey& key : keys) {
    locked.push_back(transaction_.try_lock_key(table_.id, key) ? 1 : 0);
  }
  return locked;
}

void RowLocker::wait_for(std::span<const RowKey> keys) {
  if (!transaction_.locks().others_hold_locks(transaction_.id(), table_.id)) {
    return;
  }
  const std::function<void()> check = [this] { context_.check_cancelled(); };
  for (const RowKey& key : keys) {
    transaction_.locks().wait_for_key(transaction_.id(), table_.id, key, transaction_.lock_timeout_ms, check);
  }
}

bool RowLocker::changed_since_snapshot(std::span<const RowKey> keys) const {
  const std::shared_ptr<const Snapshot> seen = transaction_.snapshot();
  const std::shared_ptr<const Snapshot> newest = transaction_.newest_with_own_writes();
  if (newest->sequence() == seen->sequence()) {
    return false;
  }
  std::vector<ColumnId> columns;
  for (const ColumnEntry& column : table_.columns) {
    columns.push_back(column.id);
  }
  std::vector<uint8_t> found_before;
  std::vector<uint8_t> found_now;
  DataChunk before;
  DataChunk now;
  seen->table(table_.id)->look_up(keys, columns, found_before, before);
  newest->table(table_.id)->look_up(keys, columns, found_now, now);
  for (size_t row = 0; row < keys.size(); ++row) {
    if (found_before[row] != found_now[row] || (found_now[row] != 0 && !same_row(before, now, row))) {
      return true;
    }
  }
  return false;
}

}  // namespace tidemark
