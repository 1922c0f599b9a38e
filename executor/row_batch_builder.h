#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "catalog/entries.h"
#include "executor/key_table.h"
#include "storage/row_batch.h"
#include "types/data_chunk.h"

namespace tidemark {

/// The keys of some rows: which series (a number of the builder's), and the place within it.
struct RowKeys {
  std::vector<uint32_t> series;
  std::vector<int64_t> order;
};

/// Place of a column among those of its table. Precondition: the table has it.
[[nodiscard]] uint32_t column_index(const TableEntry& table, ColumnId id);

/// Turns chunks of table rows (one vector for each column of the table, in catalog order) into row batches. A series'
/// key bytes are made once, when its combination of tags is first met.
class RowBatchBuilder {
 public:
  explicit RowBatchBuilder(const TableEntry& table);

  /// Keys of series and keyed tables; `rows` must have the key columns, the time without NULL. Append tables: a row id
  /// behind the columns gives the order, else it stays 0.
  RowKeys keys(const DataChunk& rows);
  [[nodiscard]] RowKey key(const RowKeys& keys, size_t row) const {
    return {series_[keys.series[row]], keys.order[row]};
  }
  [[nodiscard]] const std::vector<std::string>& series() const { return series_; }

  /// Whole rows (kPut): `chosen` names those that go in, all if null.
  [[nodiscard]] RowBatch put(const DataChunk& rows, const RowKeys& keys, const SelectionVector* chosen) const;
  /// Some columns (kMerge): `columns` are indexes into the table's columns; `set` as in TableWriter::append.
  [[nodiscard]] RowBatch merge(const DataChunk& rows, const RowKeys& keys, std::span<const uint32_t> columns,
                               std::span<const Validity> set) const;
  /// Ends rows (kDelete).
  [[nodiscard]] RowBatch erase(const RowKeys& keys, const SelectionVector* chosen) const;

  /// Columns that a row's key is made of, time included, as indexes into the table's columns, in declared order.
  [[nodiscard]] const std::vector<uint32_t>& key_columns() const { return key_columns_; }
  [[nodiscard]] size_t memory_bytes() const { return series_table_.memory_bytes() + series_bytes_; }
  /// Forgets all series, so that a long load does not gather them for ever. Keys made before are void.
  void forget_series();

 private:
  [[nodiscard]] bool is_stored(size_t column) const { return stored_[column] != 0; }
  void number_series(const DataChunk& rows, std::vector<uint32_t>& numbers);
  void add_series(std::span<const Vector> tags, const SelectionVector& rows);
  [[nodiscard]] RowBatch with_keys(RowOperation operation, const RowKeys& keys, const SelectionVector* chosen) const;

  const TableEntry& table_;
  std::vector<uint32_t> key_columns_;
  std::vector<uint32_t> series_columns_;  ///< key_columns_ without time
  std::vector<LogicalType> series_types_;
  size_t time_column_ = SIZE_MAX;  ///< series tables: whose values are the order
  std::vector<uint8_t> stored_;    ///< one a column: cannot be read back from the key
  KeyTable series_table_;
  KeyTable::Scratch scratch_;
  std::vector<std::string> series_;
  /// Scratch: a series' number in the batch that bears this stamp.
  struct Place {
    uint64_t stamp = 0;
    uint32_t number = 0;
  };
  mutable std::vector<Place> places_;
  mutable uint64_t stamp_ = 0;
  size_t series_bytes_ = 0;
};

}  // namespace tidemark
