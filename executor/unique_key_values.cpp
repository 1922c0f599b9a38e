#include "executor/unique_key_values.h"

#include <algorithm>

#include "executor/growing_column.h"
#include "executor/row_batch_builder.h"
#include "parser/ast_to_sql.h"

namespace tidemark {

UniqueKeyValues::UniqueKeyValues(const TableEntry& table, const UniqueConstraint& constraint,
                                 const PhysicalWriteTarget::UniqueKey* computed, QueryContext& context)
    : constraint_(constraint), computed_(computed), evaluator_(context) {
  for (const ColumnId id : constraint.columns) {
    columns_.push_back(id == kNoColumn ? kNoColumn : column_index(table, id));
  }
}

UniqueKeyValues::Rows UniqueKeyValues::of(const DataChunk& rows) {
  Rows result;
  result.keys.size = rows.size;
  result.takes_part.assign(rows.size, 1);
  SelectionVector chosen;
  const bool partial = computed_ != nullptr && computed_->predicate != nullptr;
  if (partial) {
    chosen = evaluator_.select(*computed_->predicate, rows);
    std::ranges::fill(result.takes_part, 0);
    for (const uint32_t row : chosen) {
      result.takes_part[row] = 1;
    }
  }
  size_t next_expression = 0;
  for (const uint32_t column : columns_) {
    result.keys.columns.push_back(
        column != kNoColumn ? rows.columns[column]
                            : evaluate(*computed_->expressions[next_expression++], rows, partial ? &chosen : nullptr));
  }
  if (constraint_.nulls_not_distinct) {
    return result;
  }
  for (const Vector& values : result.keys.columns) {
    for (size_t row = 0; !values.all_valid() && row < rows.size; ++row) {
      if (values.is_null(row)) {
        result.takes_part[row] = 0;
      }
    }
  }
  return result;
}

/// NULL where a row is not chosen.
Vector UniqueKeyValues::evaluate(const Expression& expression, const DataChunk& rows, const SelectionVector* chosen) {
  if (chosen == nullptr) {
    return evaluator_.evaluate(expression, rows);
  }
  if (chosen->empty()) {
    return Vector::null_constant(expression.type, rows.size);
  }
  GrowingColumn values(expression.type);
  values.append(evaluator_.evaluate(expression, rows, *chosen));
  SelectionVector places(rows.size, GrowingColumn::kNullRow);
  for (uint32_t i = 0; i < chosen->size(); ++i) {
    places[(*chosen)[i]] = i;
  }
  return values.gather(places);
}

std::string unique_key_element(const TableEntry& table, const UniqueConstraint& constraint, size_t element) {
  if (constraint.columns[element] != kNoColumn) {
    return quote_identifier(table.find_column(constraint.columns[element])->name);
  }
  const auto end = constraint.columns.begin() + static_cast<std::ptrdiff_t>(element);
  return constraint.expressions[static_cast<size_t>(std::count(constraint.columns.begin(), end, kNoColumn))];
}

}  // namespace tidemark
