// Row values. They are compared field by field and never become values on the way.

#include <algorithm>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/plan_builder.h"
#include "planner/predicate_forms.h"
#include "types/array.h"

namespace tidemark {

const ast::RowExpression* Binder::as_row(const ast::Expression& expression) {
  return expression.kind == ast::ExpressionKind::Row ? &expression.as<ast::RowExpression>() : nullptr;
}

void Binder::check_row_sizes(size_t left, size_t right, int position) {
  if (left != right) throw Error(sqlstate::kSyntaxError, "unequal number of entries in row expressions").at(position);
  if (left == 0) throw Error(sqlstate::kFeatureNotSupported, "cannot compare rows of zero length").at(position);
}

ExpressionPtr Binder::compare_rows(const std::string& symbol, const ast::RowExpression& left,
                                   const ast::RowExpression& right, int position) {
  check_row_sizes(left.fields.size(), right.fields.size(), position);
  std::vector<ExpressionPtr> left_fields;
  std::vector<ExpressionPtr> right_fields;
  for (const ast::ExpressionPtr& field : left.fields) left_fields.push_back(bind(*field));
  for (const ast::ExpressionPtr& field : right.fields) right_fields.push_back(bind(*field));
  return compare_lists(symbol, std::move(left_fields), std::move(right_fields), position);
}

/// `=` and `<>` take all fields together; the ordering operators go from the left: (a, b) < (c, d) is
/// a < c OR (a = c AND b < d).
ExpressionPtr Binder::compare_lists(const std::string& symbol, std::vector<ExpressionPtr> left,
                                    std::vector<ExpressionPtr> right, int position) {
  if (symbol == "=" || symbol == "<>") {
    std::vector<ExpressionPtr> tests;
    for (size_t i = 0; i < left.size(); ++i) {
      tests.push_back(call_operator(symbol, std::move(left[i]), std::move(right[i]), position));
    }
    if (tests.size() == 1) return std::move(tests[0]);
    return std::make_unique<ControlExpression>(symbol == "=" ? ExpressionKind::kAnd : ExpressionKind::kOr,
                                               LogicalType(TypeId::kBoolean), std::move(tests));
  }
  if (symbol != "<" && symbol != "<=" && symbol != ">" && symbol != ">=") {
    throw Error(sqlstate::kFeatureNotSupported,
                "could not determine interpretation of row comparison operator " + symbol)
        .with_hint("Row comparison operators must be associated with btree operator families.")
        .at(position);
  }
  const std::string strict = symbol.substr(0, 1);
  const size_t last = left.size() - 1;
  ExpressionPtr result = call_operator(symbol, left[last]->clone(), right[last]->clone(), position);
  for (size_t i = last; i-- > 0;) {
    ExpressionPtr equal = call_operator("=", left[i]->clone(), right[i]->clone(), position);
    ExpressionPtr before = call_operator(strict, std::move(left[i]), std::move(right[i]), position);
    result =
        both(ExpressionKind::kOr, std::move(before), both(ExpressionKind::kAnd, std::move(equal), std::move(result)));
  }
  return result;
}

bool Binder::is_star(const ast::Expression& expression) {
  return expression.kind == ast::ExpressionKind::ColumnReference && expression.as<ast::ColumnReference>().star;
}

ExpressionPtr Binder::bind_row(const ast::RowExpression& expression) {
  std::vector<ExpressionPtr> fields;
  for (const ast::ExpressionPtr& field : expression.fields) {
    if (is_star(*field)) {
      std::vector<Target> expanded;
      expand_star(field->as<ast::ColumnReference>(), expanded);
      for (Target& one : expanded) fields.push_back(std::move(one.expression));
      continue;
    }
    ExpressionPtr bound = bind(*field);
    // A literal may yet become a field of a named type; as a field of no named type it is text.
    fields.push_back(bound->kind == ExpressionKind::kConstant ? std::move(bound)
                                                              : to_text_if_unknown(std::move(bound)));
  }
  return make_record(std::move(fields), expression.position);
}

ExpressionPtr Binder::make_named_record(std::vector<ExpressionPtr> fields, const std::vector<std::string>& names,
                                        int position) {
  ArrayBuilder builder(TypeId::kText);
  for (const std::string& name : names) builder.add(Value::text(name));
  fields.insert(fields.begin(), std::make_unique<ConstantExpression>(
                                    Value::bytes(LogicalType::array_of(TypeId::kText), builder.finish())));
  return call_constructor("NAMED ROW", std::move(fields), TypeId::kRecord, position);
}

ExpressionPtr Binder::make_record(std::vector<ExpressionPtr> fields, int position) {
  return call_constructor("ROW", std::move(fields), TypeId::kRecord, position);
}

// ---------------------------------------------------------------------------------------------------- fields of
// records

std::optional<RecordShape> Binder::shape_of(const Expression& record) const {
  if (record.type.user_type != 0) {
    const CatalogEntry* entry = context_.catalog.object(record.type.user_type);
    if (!entry) return std::nullopt;
    RecordShape shape;
    const auto take = [&](const auto& fields) {
      for (const auto& field : fields) {
        shape.names.push_back(field.name);
        shape.types.push_back(field.type);
        shape.domains.push_back(field.domain);
      }
    };
    if (const auto* type = std::get_if<TypeEntry>(entry)) take(type->attributes);
    if (const auto* table = std::get_if<TableEntry>(entry)) take(table->columns);
    if (const auto* view = std::get_if<ViewEntry>(entry)) take(view->columns);
    return shape;
  }
  switch (record.kind) {
    case ExpressionKind::kColumn: {
      const auto found = shape_of_column_.find(record.as<ColumnExpression>().column);
      if (found == shape_of_column_.end()) return std::nullopt;
      return found->second;
    }
    case ExpressionKind::kCase:  // A row as a whole that may be missing.
      return shape_of(*record.children[1]);
    case ExpressionKind::kFunction:
      break;
    default:
      return std::nullopt;
  }
  const std::string_view name = record.as<FunctionExpression>().function->name;
  if (name.ends_with("_populate_record")) return shape_of(*record.children[0]);
  if (name != "ROW" && name != "NAMED ROW") return std::nullopt;
  RecordShape shape;
  const size_t first = name == "ROW" ? 0 : 1;
  if (first == 1) {
    const ArrayView names(record.children[0]->as<ConstantExpression>().value.as_bytes(), TypeId::kText);
    for (size_t i = 0; i < names.size(); ++i) shape.names.emplace_back(names.packed_element(i));
  }
  for (size_t i = first; i < record.children.size(); ++i) {
    if (first == 0) shape.names.push_back("f" + std::to_string(i + 1));
    const LogicalType type = record.children[i]->type;
    shape.types.push_back(type.id == TypeId::kUnknown ? LogicalType(TypeId::kText) : type);
  }
  return shape;
}

ExpressionPtr Binder::record_field(const Expression& record, const RecordShape& shape, size_t index, int position) {
  if (record.kind == ExpressionKind::kFunction) {
    const std::string_view name = record.as<FunctionExpression>().function->name;
    if (name == "ROW") return record.children[index]->clone();
    if (name == "NAMED ROW") return record.children[index + 1]->clone();
  }
  std::vector<ExpressionPtr> parts;
  parts.push_back(record.clone());
  parts.push_back(std::make_unique<ConstantExpression>(Value::int32(static_cast<int32_t>(index))));
  return call_constructor("FIELD", std::move(parts), shape.types[index], position);
}

/// Whether values of `type` are rows whose fields, or those of rows within, have rules of a domain.
bool Binder::has_domain_fields(LogicalType type) const {
  if (type.id != TypeId::kRecord || type.user_type == 0) return false;
  const std::optional<RecordShape> shape = shape_of(ConstantExpression(Value::null(type)));
  if (!shape) return false;
  for (size_t i = 0; i < shape->types.size(); ++i) {
    if (shape->domains[i] != kNoObject || has_domain_fields(shape->types[i])) return true;
  }
  return false;
}

/// A row of a named type after the rules of its fields' domains have let it pass. No row at all passes.
ExpressionPtr Binder::checked_row(ExpressionPtr row) {
  if (!has_domain_fields(row->type)) return row;
  if (row->kind == ExpressionKind::kConstant && row->as<ConstantExpression>().value.is_null()) return row;
  const RecordShape shape = *shape_of(*row);
  const LogicalType type = row->type;
  std::vector<ExpressionPtr> fields;
  for (size_t i = 0; i < shape.types.size(); ++i) {
    ExpressionPtr field = record_field(*row, shape, i, row->position);
    fields.push_back(shape.domains[i] != kNoObject ? check_domain(std::move(field), shape.domains[i])
                                                   : checked_row(std::move(field)));
  }
  ExpressionPtr checked = make_named_record(std::move(fields), shape.names, row->position);
  checked->type = type;
  const bool is_constructor =
      row->kind == ExpressionKind::kFunction && row->as<FunctionExpression>().function->name == "NAMED ROW";
  if (is_constructor) return checked;
  std::vector<ExpressionPtr> counted;
  counted.push_back(row->clone());
  ExpressionPtr is_missing = call_operator("=", call_function("num_nulls", std::move(counted), row->position),
                                           std::make_unique<ConstantExpression>(Value::int32(1)), row->position);
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(is_missing));
  parts.push_back(std::move(row));
  parts.push_back(std::move(checked));
  return std::make_unique<ControlExpression>(ExpressionKind::kCase, type, std::move(parts));
}

ExpressionPtr Binder::as_named_row(ExpressionPtr record, LogicalType target, CastContext context, int position) {
  const std::optional<RecordShape> from = shape_of(*record);
  ExpressionPtr wanted = std::make_unique<ConstantExpression>(Value::null(target));
  const std::optional<RecordShape> to = shape_of(*wanted);
  if (!from || !to) {
    throw Error(sqlstate::kFeatureNotSupported,
                "casting a row value of unknown form to type " + target.to_string() + " is not supported")
        .at(position);
  }
  depend_on(target.user_type);
  const auto refuse = [&](const std::string& detail) {
    throw Error(sqlstate::kCannotCoerce, "cannot cast type record to " + target.to_string())
        .with_detail(detail)
        .at(record->position != 0 ? record->position : position);
  };
  if (from->types.size() < to->types.size()) refuse("Input has too few columns.");
  if (from->types.size() > to->types.size()) refuse("Input has too many columns.");
  std::vector<ExpressionPtr> fields;
  for (size_t i = 0; i < to->types.size(); ++i) {
    ExpressionPtr field = record_field(*record, *from, i, position);
    if (!can_coerce(*field, to->types[i], context)) {
      refuse("Cannot cast type " + field->type.to_string() + " to " + to->types[i].to_string() + " in column " +
             std::to_string(i + 1) + ".");
    }
    fields.push_back(coerce(std::move(field), to->types[i], context, position));
  }
  ExpressionPtr row = make_named_record(std::move(fields), to->names, position);
  row->type = target;
  if (record->kind == ExpressionKind::kFunction) return row;
  // What is no constructor may be missing as a whole.
  std::vector<ExpressionPtr> parts;
  parts.push_back(make_test("IS NULL", std::move(record)));
  parts.push_back(std::move(wanted));
  parts.push_back(std::move(row));
  return std::make_unique<ControlExpression>(ExpressionKind::kCase, target, std::move(parts));
}

/// The row value before `.field` or `.*`.
ExpressionPtr Binder::bind_record(const ast::FieldSelection& selection, RecordShape& shape) {
  ExpressionPtr record = bind(*selection.operand);
  if (record->type.id != TypeId::kRecord) {
    throw Error(sqlstate::kWrongObjectType, selection.star
                                                ? "type " + record->type.to_string() + " is not composite"
                                                : "column notation ." + selection.field + " applied to type " +
                                                      record->type.to_string() + ", which is not a composite type")
        .at(start_position(*record));
  }
  std::optional<RecordShape> found = shape_of(*record);
  if (!found) {
    throw Error(sqlstate::kFeatureNotSupported, "selecting fields of a row value of unknown form is not supported")
        .at(selection.position);
  }
  shape = std::move(*found);
  return record;
}

}  // namespace tidemark
