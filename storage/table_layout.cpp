#include "storage/table_layout.h"

#include <algorithm>

#include "base/check.h"
#include "types/canonical_key.h"

namespace tidemark {

TableLayout::TableLayout(const TableEntry& entry) : table(entry.id), kind(entry.kind), time_column(entry.time_column) {
  for (const ColumnId id : entry.series_columns()) {
    const ColumnEntry* column = entry.find_column(id);
    TIDEMARK_CHECK(column != nullptr);
    series.push_back({.id = id, .type = column->type, .from_key = key_keeps_original(column->type)});
  }
  if (kind == TableKind::kSeries) {
    order_column = entry.time_column;
    const ColumnEntry* time = entry.find_column(order_column);
    TIDEMARK_CHECK(time != nullptr);
    order_type = time->type;
  } else if (kind == TableKind::kAppend) {
    order_column = kRowIdColumn;
  }
  for (const ColumnEntry& column : entry.columns) {
    const std::optional<size_t> key_column = find_series_column(column.id);
    if (column.id != order_column && (!key_column || !series[*key_column].from_key)) {
      columns.push_back({.id = column.id, .type = column.type});
    }
  }
}

std::optional<size_t> TableLayout::find_column(ColumnId id) const {
  const auto found = std::ranges::find(columns, id, &Column::id);
  return found == columns.end() ? std::nullopt : std::optional(static_cast<size_t>(found - columns.begin()));
}

std::optional<size_t> TableLayout::find_series_column(ColumnId id) const {
  const auto found = std::ranges::find(series, id, &SeriesColumn::id);
  return found == series.end() ? std::nullopt : std::optional(static_cast<size_t>(found - series.begin()));
}

}  // namespace tidemark
