#include "storage/unique_violation.h"

#include <algorithm>

#include "base/check.h"
#include "types/canonical_key.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

std::string text_of(const Value& value) { return value.is_null() ? "null" : to_text(value); }

}  // namespace

Error unique_violation(const TableEntry& table, const RowBatch& batch, size_t row) {
  TIDEMARK_CHECK(table.key);
  std::string names;
  std::string values;
  RowKey key = batch.key(row);
  for (const ColumnId id : table.key->columns) {
    const ColumnEntry* column = table.find_column(id);
    TIDEMARK_CHECK(column != nullptr);
    Value value;
    if (table.kind == TableKind::kSeries && id == table.time_column) {
      value = Value::integer(column->type, key.order);
    } else if (key_keeps_original(column->type)) {
      value = take_from_key(key.series, column->type);
    } else {
      skip_in_key(key.series, column->type);
      const auto stored = std::ranges::find(batch.columns, id, &RowBatch::Column::id);
      if (stored != batch.columns.end()) {
        value = stored->values.value(row);
      }
    }
    names.append(names.empty() ? "" : ", ").append(column->name);
    values.append(values.empty() ? "" : ", ").append(text_of(value));
  }
  return Error(sqlstate::kUniqueViolation, "duplicate key value violates unique constraint \"" + table.key->name + "\"")
      .with_detail("Key (" + names + ")=(" + values + ") already exists.")
      .about(table.name, "", table.key->name);
}

}  // namespace tidemark
