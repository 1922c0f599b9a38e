#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "catalog/entries.h"

namespace tidemark {

/// A table as storage sees it: which columns make the series, which is the order, and which are stored beside the key.
/// Made from a catalog entry; immutable.
///
/// Series keys that cross any interface of this room have exactly `series.size()` columns: whoever holds keys from
/// before a tag was added appends the missing columns as NULL (D27: new tags go last, so the order of keys stays).
struct TableLayout {
  struct SeriesColumn {
    ColumnId id = kNoColumn;
    LogicalType type;
    bool from_key = true;  ///< the value is read back from the key; else it is among `columns` as well
  };
  struct Column {
    ColumnId id = kNoColumn;
    LogicalType type;
    friend bool operator==(const Column&, const Column&) = default;
  };

  explicit TableLayout(const TableEntry& entry);

  ObjectId table = kNoObject;
  TableKind kind = TableKind::kAppend;
  std::vector<SeriesColumn> series;         ///< key columns without time, as declared
  ColumnId order_column = kNoColumn;        ///< kSeries: the time column; kAppend: kRowIdColumn; kKeyed: none
  LogicalType order_type = TypeId::kInt64;  ///< of `order_column`
  ColumnId time_column = kNoColumn;         ///< partitions the table; the order column, or one of `columns`, or none
  std::vector<Column> columns;              ///< what is stored beside (series, order), in creation order

  /// Index into `columns`.
  [[nodiscard]] std::optional<size_t> find_column(ColumnId id) const;
  /// Index into `series`.
  [[nodiscard]] std::optional<size_t> find_series_column(ColumnId id) const;
};

}  // namespace tidemark
