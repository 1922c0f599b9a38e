#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "executor/constraint_checker.h"
#include "executor/key_memory.h"
#include "executor/row_batch_builder.h"
#include "executor/row_locker.h"
#include "executor/unique_key_values.h"

namespace tidemark {

class TransactionState;

/// The keys of one unique constraint while a statement writes: those of the table itself, or those of a secondary
/// UNIQUE, which live as rows of a hidden keyed table (D31). Finds conflicts, and keeps the hidden table up to date.
class KeySpace {
 public:
  /// `stored`: the table that holds the keys. `values`: for a hidden table, how its rows come from those of the main
  /// table; null for the table itself.
  KeySpace(QueryContext& context, TransactionState& transaction, TableEntry stored, const UniqueConstraint* constraint,
           std::unique_ptr<UniqueKeyValues> values);

  /// The rows of the storing table for rows of the main table, and which of them take part: those of a secondary
  /// constraint that are under its predicate and have no NULL, unless NULLs are not distinct.
  [[nodiscard]] UniqueKeyValues::Rows project(const DataChunk& rows) const;
  [[nodiscard]] RowKeys keys(const DataChunk& projected) { return builder_.keys(projected); }
  /// Keys as storage names them; valid until the next call of `keys`.
  [[nodiscard]] std::vector<RowKey> row_keys(const RowKeys& keys, const SelectionVector* chosen) const;

  /// Looks the keys up in the newest state, statement's own rows left out unless `own_too`. found[row] for each key;
  /// `rows` (may be null) gets all columns of the storing table.
  void look_up(std::span<const RowKey> keys, bool own_too, std::vector<uint8_t>& found, DataChunk* rows) const;

  [[nodiscard]] KeyMemory& written() { return written_; }
  [[nodiscard]] RowLocker& locker() { return locker_; }
  [[nodiscard]] RowBatchBuilder& builder() { return builder_; }
  [[nodiscard]] const UniqueConstraint* constraint() const { return constraint_; }
  [[nodiscard]] bool is_secondary() const { return values_ != nullptr; }
  /// Of a secondary constraint.
  [[nodiscard]] UniqueKeyValues& values() const { return *values_; }

 private:
  TransactionState& transaction_;
  std::unique_ptr<const TableEntry> stored_;
  const UniqueConstraint* constraint_;
  std::unique_ptr<UniqueKeyValues> values_;
  RowBatchBuilder builder_;
  RowLocker locker_;
  KeyMemory written_;
};

}  // namespace tidemark
