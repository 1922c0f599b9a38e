#include "executor/constraint_checker.h"

#include <algorithm>

#include "base/error.h"
#include "executor/row_positions.h"
#include "executor/unique_key_values.h"
#include "parser/ast_to_sql.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

// PostgreSQL cuts long values in this message.
constexpr size_t kShownBytesMax = 64;

std::string shown_value(const Vector& column, size_t row, const TypeIoOptions& options) {
  if (column.is_null(row)) {
    return "null";
  }
  std::string text;
  append_text(text, column, row, options);
  if (text.size() > kShownBytesMax) {
    size_t end = kShownBytesMax;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
      --end;  // Not inside a character.
    }
    text.resize(end);
    text += "...";
  }
  return text;
}

}  // namespace

ConstraintChecker::ConstraintChecker(const TableEntry& table, const PhysicalWriteTarget& target, QueryContext& context)
    : table_(table), target_(target), context_(context), evaluator_(context) {}

void ConstraintChecker::generate(DataChunk& rows) {
  for (const PhysicalWriteTarget::Generated& generated : target_.generated) {
    rows.columns[generated.column] = evaluator_.evaluate(*generated.expression, rows);
  }
}

void ConstraintChecker::check(const DataChunk& rows, const std::vector<uint8_t>* named, std::span<const Validity> set) {
  for (size_t index = 0; index < table_.columns.size(); ++index) {
    const ColumnEntry& column = table_.columns[index];
    const bool required = column.not_null || (table_.kind == TableKind::kSeries && column.id == table_.time_column) ||
                          (table_.key && table_.key->primary && table_.is_key_column(column.id));
    if (!required || rows.columns[index].all_valid() || (named != nullptr && (*named)[index] == 0)) {
      continue;
    }
    for (size_t row = 0; row < rows.size; ++row) {
      if (rows.columns[index].is_null(row) && (set.empty() || set[index].is_valid(row))) {
        throw Error(sqlstate::kNotNullViolation, "null value in column \"" + column.name + "\" of relation \"" +
                                                     table_.name + "\" violates not-null constraint")
            .with_detail(failing_row(rows, row))
            .about(table_.name, column.name, "");
      }
    }
  }
  if (table_.made_by_line_protocol && table_.kind == TableKind::kSeries) {
    refuse_empty_tags(rows);
  }
  for (const PhysicalWriteTarget::Check& check : target_.checks) {
    const Vector truth = evaluator_.evaluate(*check.expression, rows);
    for (size_t row = 0; row < rows.size; ++row) {
      // NULL passes.
      const Value value = truth.value(row);
      if (check.of_view && (value.is_null() || !value.as_bool())) {
        throw Error(sqlstate::kWithCheckOptionViolation,
                    "new row violates check option for view \"" + check.name + "\"")
            .with_detail(failing_row(rows, row));
      }
      if (!value.is_null() && !value.as_bool()) {
        throw Error(sqlstate::kCheckViolation,
                    "new row for relation \"" + table_.name + "\" violates check constraint \"" + check.name + "\"")
            .with_detail(failing_row(rows, row))
            .about(table_.name, "", check.name);
      }
      if (truth.is_constant()) {
        break;
      }
    }
  }
}

/// InfluxQL takes an empty tag for a missing one, which is NULL here (D3).
void ConstraintChecker::refuse_empty_tags(const DataChunk& rows) const {
  for (size_t index = 0; index < table_.columns.size(); ++index) {
    const ColumnEntry& column = table_.columns[index];
    if (!is_string_type(column.type.id) || !table_.is_key_column(column.id)) {
      continue;
    }
    const Vector& values = values_of(rows.columns[index]);
    const std::span<const std::string_view> texts = values.values<std::string_view>();
    for (size_t entry = 0; entry < texts.size(); ++entry) {
      if (texts[entry].empty() && values.validity().is_valid(entry)) {
        throw Error(sqlstate::kCheckViolation,
                    "tag \"" + column.name + "\" of relation \"" + table_.name + "\" must not be an empty string")
            .with_hint("Use NULL for a missing tag.")
            .about(table_.name, column.name, "");
      }
    }
  }
}

std::string ConstraintChecker::failing_row(const DataChunk& rows, size_t row) const {
  static const TypeIoOptions kDefaults;
  const TypeIoOptions& options = context_.io != nullptr ? *context_.io : kDefaults;
  std::string text = "Failing row contains (";
  for (size_t index = 0; index < table_.columns.size(); ++index) {
    text += index > 0 ? ", " : "";
    text += shown_value(rows.columns[index], row, options);
  }
  return text + ").";
}

Error ConstraintChecker::duplicate_key(const UniqueConstraint& constraint, const DataChunk& key) const {
  static const TypeIoOptions kDefaults;
  const TypeIoOptions& options = context_.io != nullptr ? *context_.io : kDefaults;
  std::string names;
  std::string values;
  for (size_t element = 0; element < key.columns.size(); ++element) {
    names += (element == 0 ? "" : ", ") + unique_key_element(table_, constraint, element);
    values += element == 0 ? "" : ", ";
    if (key.columns[element].is_null(0)) {
      values += "null";
    } else {
      append_text(values, key.columns[element], 0, options);
    }
  }
  return Error(sqlstate::kUniqueViolation, "duplicate key value violates unique constraint \"" + constraint.name + "\"")
      .with_detail("Key (" + names + ")=(" + values + ") already exists.")
      .about(table_.name, "", constraint.name);
}

}  // namespace tidemark
