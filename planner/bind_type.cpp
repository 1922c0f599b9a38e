// Types: what a type name means, and how the binder makes expressions fit a type. The rules themselves are in
// functions/coercion.h; here they meet literals, which are read at once, and parameters, which learn their type.

#include <algorithm>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/evaluator.h"
#include "planner/binder.h"
#include "planner/literal_vectors.h"
#include "planner/name_uses.h"
#include "planner/plan_builder.h"
#include "planner/predicate_forms.h"

namespace tidemark {

// ------------------------------------------------------------------------------------------------------------ coercion

Value Binder::evaluate_constant(const Expression& expression) const {
  return Evaluator(context_.query).evaluate_constant(expression);
}

void Binder::set_parameter_type(uint32_t number, LogicalType type, int position) {
  LogicalType& known = context_.parameter_types.at(number - 1);
  type.modifier = -1;
  if (known.id == TypeId::kUnknown) {
    known = type;
  } else if (!known.same_base(type)) {
    throw Error(sqlstate::kAmbiguousParameter, "inconsistent types deduced for parameter $" + std::to_string(number))
        .with_detail(known.to_string() + " versus " + type.to_string())
        .at(position);
  }
}

bool Binder::can_coerce(const Expression& expression, LogicalType target, CastContext context) const {
  return tidemark::can_coerce(expression.type, target, context);
}

ExpressionPtr Binder::coerce(ExpressionPtr expression, LogicalType target, CastContext context, int position) {
  if (expression->type == target) return expression;
  ExpressionPtr result = coerce_unchecked(std::move(expression), target, context, position);
  return target.id == TypeId::kRecord ? checked_row(std::move(result)) : std::move(result);
}

ExpressionPtr Binder::coerce_unchecked(ExpressionPtr expression, LogicalType target, CastContext context,
                                       int position) {
  const int own_position = expression->position != 0 ? expression->position : position;
  const bool is_row = expression->type == LogicalType(TypeId::kRecord) && target.id == TypeId::kRecord;
  if (is_row && expression->kind != ExpressionKind::kConstant) {
    return as_named_row(std::move(expression), target, context, own_position);
  }
  if (expression->kind == ExpressionKind::kParameter && expression->type.id == TypeId::kUnknown) {
    set_parameter_type(expression->as<ParameterExpression>().number, target, own_position);
    expression->type = target;
    expression->type.modifier = -1;
    return tidemark::coerce(std::move(expression), target, context);
  }
  if (expression->kind == ExpressionKind::kConstant) {
    const Value& value = expression->as<ConstantExpression>().value;
    if (value.is_null() && (value.type().id == TypeId::kUnknown || target.modifier < 0) &&
        can_coerce(*expression, target, context)) {
      auto null = std::make_unique<ConstantExpression>(Value::null(target));
      null->position = own_position;
      return null;
    }
  }
  const bool is_literal = expression->kind == ExpressionKind::kConstant && expression->type.id == TypeId::kUnknown;
  if (is_literal && target.user_type != 0) {  // whose labels may be renamed
    depend_on(target.user_type);
    if (NameUses* uses = name_uses()) uses->values.push_back({own_position, target.user_type});
  }
  if (is_literal && target.modifier >= 0 && target.id != TypeId::kInterval && target.element != TypeId::kInterval) {
    // The literal is read as the bare type; cutting and rounding it is a step of its own, whose errors have no place.
    LogicalType bare = target;
    bare.modifier = -1;
    ExpressionPtr fitted = tidemark::coerce(coerce(std::move(expression), bare, context, position), target, context);
    if (fitted->kind != ExpressionKind::kConstant) {
      fitted = std::make_unique<ConstantExpression>(evaluate_constant(*fitted).with_type(target));
    }
    fitted->type = target;
    fitted->position = own_position;
    return fitted;
  }
  try {
    ExpressionPtr result = tidemark::coerce(std::move(expression), target, context);
    if (is_literal && result->kind != ExpressionKind::kConstant) {
      Value value = evaluate_constant(*result);
      // A value carries no modifier of its own; what was read obeys the target's.
      if (value.type() != target) value = value.with_type(target);
      result = std::make_unique<ConstantExpression>(std::move(value));
    }
    result->position = own_position;
    return result;
  } catch (Error& error) {
    if (error.position() == 0 && !is_modifier_error(error)) error.at(own_position);
    throw;
  }
}

ExpressionPtr Binder::coerce_argument(ExpressionPtr expression, LogicalType target, std::string_view words) {
  if (!can_coerce(*expression, target, CastContext::kAssignment) ||
      (target.id == TypeId::kBoolean && !can_coerce(*expression, target, CastContext::kImplicit))) {
    throw Error(sqlstate::kDatatypeMismatch, "argument of " + std::string(words) + " must be type " +
                                                 target.to_string() + ", not type " + expression->type.to_string())
        .at(start_position(*expression));
  }
  return coerce(std::move(expression), target, CastContext::kAssignment);
}

ExpressionPtr Binder::coerce_boolean(ExpressionPtr expression, std::string_view words) {
  return coerce_argument(std::move(expression), TypeId::kBoolean, words);
}

LogicalType Binder::common_type(const std::vector<ExpressionPtr>& expressions, std::string_view words) const {
  std::vector<LogicalType> types;
  types.reserve(expressions.size());
  for (const ExpressionPtr& expression : expressions) types.push_back(expression->type);
  try {
    return select_common_type(types, words);
  } catch (Error& error) {
    // PostgreSQL points at the first one that does not fit with those before it.
    for (size_t i = 1; i < types.size() && error.position() == 0; ++i) {
      try {
        (void)select_common_type(std::span(types).first(i + 1), words);
      } catch (const Error&) {
        error.at(start_position(*expressions[i]));
      }
    }
    throw;
  }
}

void Binder::coerce_all(std::vector<ExpressionPtr>& expressions, LogicalType type) {
  for (ExpressionPtr& expression : expressions)
    expression = coerce(std::move(expression), type, CastContext::kImplicit);
}

ExpressionPtr Binder::to_text_if_unknown(ExpressionPtr expression) {
  if (expression->type.id != TypeId::kUnknown) return expression;
  return coerce(std::move(expression), TypeId::kText, CastContext::kImplicit);
}

// ---------------------------------------------------------------------------------------------------------- type names

namespace {

[[noreturn]] void throw_no_type(const ast::TypeName& name) {
  throw Error(sqlstate::kUndefinedObject, "type \"" + joined(name.name) + "\" does not exist").at(name.position);
}

int modifier_value(const ast::Expression& expression, int position) {
  const ast::Expression* literal = &expression;
  bool negative = false;
  if (literal->kind == ast::ExpressionKind::Operator && literal->as<ast::OperatorExpression>().name.symbol == "-" &&
      !literal->as<ast::OperatorExpression>().left) {
    negative = true;
    literal = literal->as<ast::OperatorExpression>().right.get();
  }
  if (literal->kind != ast::ExpressionKind::Literal ||
      literal->as<ast::Literal>().literal_kind != ast::LiteralKind::Integer) {
    throw Error(sqlstate::kSyntaxError, "type modifiers must be simple constants or identifiers").at(position);
  }
  const int value = std::stoi(literal->as<ast::Literal>().text);
  return negative ? -value : value;
}

/// The bits of pg_type's modifier of interval that say which fields are kept.
int32_t interval_modifier(ast::IntervalFields fields, int precision) {
  constexpr int32_t kMonth = 1 << 1, kYear = 1 << 2, kDay = 1 << 3, kHour = 1 << 10, kMinute = 1 << 11,
                    kSecond = 1 << 12, kFull = 0x7FFF, kFullPrecision = 0xFFFF;
  int32_t range = kFull;
  switch (fields) {
    case ast::IntervalFields::All:
      if (precision < 0) return -1;
      break;
    case ast::IntervalFields::Year:
      range = kYear;
      break;
    case ast::IntervalFields::Month:
      range = kMonth;
      break;
    case ast::IntervalFields::Day:
      range = kDay;
      break;
    case ast::IntervalFields::Hour:
      range = kHour;
      break;
    case ast::IntervalFields::Minute:
      range = kMinute;
      break;
    case ast::IntervalFields::Second:
      range = kSecond;
      break;
    case ast::IntervalFields::YearToMonth:
      range = kYear | kMonth;
      break;
    case ast::IntervalFields::DayToHour:
      range = kDay | kHour;
      break;
    case ast::IntervalFields::DayToMinute:
      range = kDay | kHour | kMinute;
      break;
    case ast::IntervalFields::DayToSecond:
      range = kDay | kHour | kMinute | kSecond;
      break;
    case ast::IntervalFields::HourToMinute:
      range = kHour | kMinute;
      break;
    case ast::IntervalFields::HourToSecond:
      range = kHour | kMinute | kSecond;
      break;
    case ast::IntervalFields::MinuteToSecond:
      range = kMinute | kSecond;
      break;
  }
  return (range << 16) | (precision < 0 ? kFullPrecision : precision);
}

LogicalType with_length(LogicalType type, int length, const char* name, int position) {
  constexpr int kHeader = 4;  // As in PostgreSQL's atttypmod.
  if (length < 1) {
    throw Error(sqlstate::kInvalidParameterValue, std::string("length for type ") + name + " must be at least 1")
        .at(position);
  }
  constexpr int kLengthMax = 10485760;
  if (length > kLengthMax) {
    throw Error(sqlstate::kInvalidParameterValue,
                std::string("length for type ") + name + " cannot exceed " + std::to_string(kLengthMax))
        .at(position);
  }
  type.modifier = length + kHeader;
  return type;
}

LogicalType numeric_with(const std::vector<int>& modifiers, int position) {
  if (modifiers.size() > 2) {
    throw Error(sqlstate::kInvalidParameterValue, "invalid NUMERIC type modifier").at(position);
  }
  const int precision = modifiers[0];
  const int scale = modifiers.size() == 2 ? modifiers[1] : 0;
  constexpr int kPrecisionMax = 1000;
  if (precision < 1 || precision > kPrecisionMax) {
    throw Error(sqlstate::kInvalidParameterValue,
                "NUMERIC precision " + std::to_string(precision) + " must be between 1 and 1000")
        .at(position);
  }
  if (scale < -kPrecisionMax || scale > kPrecisionMax) {
    throw Error(sqlstate::kInvalidParameterValue,
                "NUMERIC scale " + std::to_string(scale) + " must be between -1000 and 1000")
        .at(position);
  }
  return LogicalType::numeric(precision, scale);
}

LogicalType with_modifiers(LogicalType type, const ast::TypeName& name, const std::vector<int>& modifiers) {
  constexpr int kMicrosecondDigits = 6;
  constexpr int kNanosecondDigits = 9;
  if (type.id == TypeId::kInterval) {
    type.modifier = interval_modifier(name.interval_fields, modifiers.empty() ? -1 : modifiers[0]);
    return type;
  }
  if (modifiers.empty()) return type;
  switch (type.id) {
    case TypeId::kNumeric:
      return numeric_with(modifiers, name.position);
    case TypeId::kVarchar:
      return with_length(type, modifiers[0], "varchar", name.position);
    case TypeId::kBpchar:
      return with_length(type, modifiers[0], "char", name.position);
    case TypeId::kBit:
    case TypeId::kVarbit:
      with_length(type, modifiers[0], "bit", name.position);
      type.modifier = modifiers[0];
      return type;
    case TypeId::kTimestampTz:
      // Nine digits are a type of their own (D2).
      if (modifiers[0] == kNanosecondDigits) return TypeId::kTimestampTzNs;
      [[fallthrough]];
    case TypeId::kTimestamp:
    case TypeId::kTime:
    case TypeId::kTimeTz:
      if (modifiers[0] < 0) {
        throw Error(sqlstate::kInvalidParameterValue, type.to_string() + " precision must not be negative")
            .at(name.position);
      }
      type.modifier = std::min(modifiers[0], kMicrosecondDigits);
      return type;
    default:
      throw Error(sqlstate::kSyntaxError, "type modifier is not allowed for type \"" + name.name.last() + "\"")
          .at(name.position);
  }
}

LogicalType type_of_column(const ast::TypeName& name, PlannerContext& context) {
  const std::vector<std::string>& parts = name.name.parts;
  if (parts.size() < 2) {
    throw Error(sqlstate::kSyntaxError, "improper %TYPE reference (too few dotted names): " + joined(name.name))
        .at(name.position);
  }
  const std::string& relation = parts[parts.size() - 2];
  const std::vector<std::string> schemas =
      parts.size() > 2 ? std::vector<std::string>{parts[parts.size() - 3]} : context.search_path;
  for (const std::string& schema_name : schemas) {
    const SchemaEntry* schema = context.catalog.schema(context.database.id, schema_name);
    const CatalogEntry* entry = schema ? context.catalog.relation(schema->id, relation) : nullptr;
    if (!entry || !std::holds_alternative<TableEntry>(*entry)) continue;
    if (const ColumnEntry* column = std::get<TableEntry>(*entry).find_column(parts.back())) return column->type;
    throw Error(sqlstate::kUndefinedColumn,
                "column \"" + parts.back() + "\" of relation \"" + relation + "\" does not exist")
        .at(name.position);
  }
  throw Error(sqlstate::kUndefinedTable, "relation \"" + relation + "\" does not exist").at(name.position);
}

/// What values of a user's type are.
LogicalType type_of(const TypeEntry& entry) {
  switch (entry.kind) {
    case TypeKind::kDomain:
      return entry.base;
    case TypeKind::kEnum:
      return LogicalType::user_defined(TypeId::kEnum, entry.id);
    case TypeKind::kComposite:
      return LogicalType::user_defined(TypeId::kRecord, entry.id);
  }
  return {};
}

const TypeEntry* user_type(const ast::TypeName& name, const PlannerContext& context) {
  const std::vector<std::string>& parts = name.name.parts;
  const std::vector<std::string> schemas =
      parts.size() > 1 ? std::vector<std::string>{parts[parts.size() - 2]} : context.search_path;
  for (const std::string& schema_name : schemas) {
    const SchemaEntry* schema = context.catalog.schema(context.database.id, schema_name);
    const TypeEntry* type = schema ? context.catalog.type(schema->id, parts.back()) : nullptr;
    if (type) return type;
  }
  return nullptr;
}

/// Each table and view is the type of its rows; null if there is none of this name.
const CatalogEntry* relation_of_row_type(const ast::TypeName& name, const PlannerContext& context) {
  const std::vector<std::string>& parts = name.name.parts;
  const std::vector<std::string> schemas =
      parts.size() > 1 ? std::vector<std::string>{parts[parts.size() - 2]} : context.search_path;
  for (const std::string& schema_name : schemas) {
    const SchemaEntry* schema = context.catalog.schema(context.database.id, schema_name);
    const CatalogEntry* found = schema ? context.catalog.relation(schema->id, parts.back()) : nullptr;
    if (!found) continue;
    const ObjectKind kind = kind_of(*found);
    return kind == ObjectKind::kTable || kind == ObjectKind::kView ? found : nullptr;
  }
  return nullptr;
}

/// `_name` is the array type over `name`.
LogicalType resolve_user_type(const ast::TypeName& name, const PlannerContext& context) {
  if (const TypeEntry* user = user_type(name, context)) return type_of(*user);
  if (name.name.last().starts_with('_')) {
    ast::TypeName element;
    element.name = name.name;
    element.name.parts.back().erase(0, 1);
    const TypeEntry* user = user_type(element, context);
    if (user && user->kind != TypeKind::kDomain) return LogicalType::array_of(type_of(*user));
  }
  if (const CatalogEntry* relation = relation_of_row_type(name, context)) {
    if (!name.array_bounds.empty()) {
      throw Error(sqlstate::kFeatureNotSupported, "arrays of a table's row type are not supported").at(name.position);
    }
    return LogicalType::user_defined(TypeId::kRecord, id_of(*relation));
  }
  throw_no_type(name);
}

}  // namespace

const TypeEntry* find_domain(const ast::TypeName& name, const PlannerContext& context) {
  LogicalType type;
  if (name.percent_type || !name.array_bounds.empty() ||
      (name.name.parts.size() == 1 && find_type(name.name.last(), type))) {
    return nullptr;
  }
  const TypeEntry* found = user_type(name, context);
  return found && found->kind == TypeKind::kDomain ? found : nullptr;
}

std::optional<LogicalType> find_user_type(const ast::QualifiedName& name, const PlannerContext& context) {
  ast::TypeName type;
  type.name = name;
  const TypeEntry* found = user_type(type, context);
  return found ? std::optional(type_of(*found)) : std::nullopt;
}

LogicalType resolve_type(const ast::TypeName& name, PlannerContext& context) {
  if (name.percent_type) return type_of_column(name, context);
  std::vector<int> modifiers;
  for (const ast::ExpressionPtr& modifier : name.modifiers) {
    modifiers.push_back(modifier_value(*modifier, name.position));
  }
  LogicalType type;
  bool names_domain = false;
  const bool built_in = name.name.parts.size() == 1 || name.name.parts[name.name.parts.size() - 2] == "pg_catalog";
  if (name.name.parts.size() == 1 && name.name.last() == "char") {
    type = TypeId::kChar;  // Only in quotes; the word CHAR is bpchar by now.
  } else if (!built_in || !find_type(name.name.last(), type)) {
    type = resolve_user_type(name, context);
    const TypeEntry* user = user_type(name, context);
    names_domain = user && user->kind == TypeKind::kDomain;
  }
  type = with_modifiers(type, name, modifiers);
  if (!name.array_bounds.empty() && names_domain) {
    // Its elements would go unchecked.
    throw Error(sqlstate::kFeatureNotSupported, "arrays of domains are not supported").at(name.position);
  }
  if (!name.array_bounds.empty() && !type.is_array()) {
    if (Binder(context).has_domain_fields(type)) {
      throw Error(sqlstate::kFeatureNotSupported, "arrays of rows with fields of domains are not supported")
          .at(name.position);
    }
    type = LogicalType::array_of(type);
  }
  return type;
}

}  // namespace tidemark
