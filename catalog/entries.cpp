#include "catalog/entries.h"

#include <algorithm>

namespace tidemark {

const ColumnEntry* TableEntry::find_column(std::string_view column_name) const {
  const auto found = std::ranges::find(columns, column_name, &ColumnEntry::name);
  return found == columns.end() ? nullptr : &*found;
}

const ColumnEntry* TableEntry::find_column(ColumnId column_id) const {
  const auto found = std::ranges::find(columns, column_id, &ColumnEntry::id);
  return found == columns.end() ? nullptr : &*found;
}

std::vector<ColumnId> TableEntry::series_columns() const {
  std::vector<ColumnId> ids;
  if (key) {
    std::ranges::copy_if(key->columns, std::back_inserter(ids),
                         [this](ColumnId column) { return kind != TableKind::kSeries || column != time_column; });
  }
  return ids;
}

bool TableEntry::is_key_column(ColumnId column_id) const {
  return key && std::ranges::find(key->columns, column_id) != key->columns.end();
}

}  // namespace tidemark
