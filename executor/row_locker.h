#pragma once

#include <span>
#include <vector>

#include "catalog/entries.h"
#include "functions/query_context.h"
#include "storage/row_batch.h"
#include "storage/store.h"

namespace tidemark {

class TransactionState;

/// Locks rows that a statement is about to change, and sees to it that it has not read an old version of them.
class RowLocker {
 public:
  RowLocker(QueryContext& context, TransactionState& transaction, const TableEntry& table);

  /// Takes the locks, in the keys' order (so that two statements over the same rows do not wait in a circle). Throws
  /// 40P01, 55P03, 57014.
  void lock(std::vector<RowKey> keys);
  /// Takes those locks that are free; one flag a key says which.
  [[nodiscard]] std::vector<uint8_t> try_lock(std::span<const RowKey> keys);
  /// Waits until nobody else holds the keys, without taking them: before blind writes (D15).
  void wait_for(std::span<const RowKey> keys);
  /// Whether some of these rows, now locked, is not what the statement's snapshot says: somebody has committed in
  /// between. The statement must then start over on a newer one.
  [[nodiscard]] bool changed_since_snapshot(std::span<const RowKey> keys) const;

 private:
  QueryContext& context_;
  TransactionState& transaction_;
  const TableEntry& table_;
};

/// Whether row `row` of two chunks (same types) holds the same bits, NULLs included.
bool same_row(const DataChunk& left, const DataChunk& right, size_t row);

}  // namespace tidemark
