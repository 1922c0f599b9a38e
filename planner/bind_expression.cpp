// Expressions: one function a kind of syntax. Calls are in bind_function.cpp, rows in bind_row.cpp, subqueries in
// bind_subquery.cpp.

#include <algorithm>
#include <charconv>

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/overload_resolution.h"
#include "planner/binder.h"
#include "planner/name_uses.h"
#include "planner/plan_builder.h"
#include "planner/plan_walk.h"
#include "planner/predicate_forms.h"

namespace tidemark {

ExpressionPtr Binder::bind(const ast::Expression& expression) {
  check_depth();
  ExpressionPtr bound = bind_by_kind(expression);
  if (bound->position == 0) bound->position = expression.position;
  return bound;
}

ExpressionPtr Binder::bind_by_kind(const ast::Expression& expression) {
  using Kind = ast::ExpressionKind;
  switch (expression.kind) {
    case Kind::ColumnReference:
      return bind_column_reference(expression.as<ast::ColumnReference>());
    case Kind::Literal:
      return bind_literal(expression.as<ast::Literal>());
    case Kind::Parameter:
      return bind_parameter(expression.as<ast::Parameter>());
    case Kind::Default:
      throw Error(sqlstate::kSyntaxError, "DEFAULT is not allowed in this context").at(expression.position);
    case Kind::Operator:
      return bind_operator(expression.as<ast::OperatorExpression>());
    case Kind::Logical:
      return bind_logical(expression.as<ast::LogicalExpression>());
    case Kind::Not:
      return call_operator("NOT", nullptr, coerce_boolean(bind(*expression.as<ast::NotExpression>().operand), "NOT"),
                           expression.position);
    case Kind::Between:
      return bind_between(expression.as<ast::BetweenExpression>());
    case Kind::In:
      return bind_in(expression.as<ast::InExpression>());
    case Kind::Pattern:
      return bind_pattern(expression.as<ast::PatternExpression>());
    case Kind::Test:
      return bind_test(expression.as<ast::TestExpression>());
    case Kind::DistinctFrom:
      return bind_distinct_from(expression.as<ast::DistinctFromExpression>());
    case Kind::Case:
      return bind_case(expression.as<ast::CaseExpression>());
    case Kind::Cast:
      return bind_cast(expression.as<ast::CastExpression>());
    case Kind::Collate:
      return bind_collate(expression.as<ast::CollateExpression>());
    case Kind::AtTimeZone: {
      const auto& zone = expression.as<ast::AtTimeZoneExpression>();
      std::vector<ExpressionPtr> arguments;
      arguments.push_back(bind(*zone.zone));
      arguments.push_back(bind(*zone.operand));
      return call_function("timezone", std::move(arguments), expression.position);
    }
    case Kind::FunctionCall:
      return bind_function_call(expression.as<ast::FunctionCall>());
    case Kind::Builtin:
      return bind_builtin(expression.as<ast::BuiltinExpression>());
    case Kind::Subquery:
      return bind_subquery(expression.as<ast::SubqueryExpression>());
    case Kind::Quantified:
      return bind_quantified(expression.as<ast::QuantifiedExpression>());
    case Kind::Array:
      return bind_array(expression.as<ast::ArrayExpression>());
    case Kind::Row:
      return bind_row(expression.as<ast::RowExpression>());
    case Kind::Subscript:
      return bind_subscript(expression.as<ast::SubscriptExpression>());
    case Kind::FieldSelection:
      return bind_field_selection(expression.as<ast::FieldSelection>());
    case Kind::CurrentOf:
      throw Error(sqlstate::kFeatureNotSupported, "WHERE CURRENT OF is not supported").at(expression.position);
  }
  return nullptr;
}

ExpressionPtr Binder::bind_in_place(const ast::Expression& expression, ExpressionPlace place) {
  PlaceScope here(*this, place);
  return bind(expression);
}

ExpressionPtr Binder::bind_predicate(const ast::Expression& expression, ExpressionPlace place) {
  const std::string_view words = place == ExpressionPlace::kJoin ? "JOIN/ON" : words_for(place);
  return coerce_boolean(bind_in_place(expression, place), words);
}

// ------------------------------------------------------------------------------------------------------------ literals

namespace {

ExpressionPtr constant(Value value, int position) {
  auto result = std::make_unique<ConstantExpression>(std::move(value));
  result->position = position;
  return result;
}

ExpressionPtr unknown_literal(std::string text, int position) {
  return constant(Value::text(std::move(text)).with_type(TypeId::kUnknown), position);
}

}  // namespace

/// `text` may begin with a minus: int4 if it fits, else int8, else numeric.
ExpressionPtr Binder::number(const std::string& text, int position) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size()) {
    if (value >= INT32_MIN && value <= INT32_MAX) {
      return constant(Value::int32(static_cast<int32_t>(value)), position);
    }
    return constant(Value::int64(value), position);
  }
  return coerce(unknown_literal(text, position), TypeId::kNumeric, CastContext::kImplicit, position);
}

ExpressionPtr Binder::bind_literal(const ast::Literal& literal) {
  const auto& parameters = context_.literal_parameters;
  if (const auto found = std::ranges::find(parameters, &literal); found != parameters.end()) {
    const auto index = static_cast<size_t>(found - parameters.begin());
    LogicalType& type = context_.parameter_types.at(index);
    if (literal.literal_kind != ast::LiteralKind::String) type = number(literal.text, 0)->type;
    auto parameter = std::make_unique<ParameterExpression>(static_cast<uint32_t>(index) + 1, type);
    parameter->position = literal.position;
    return parameter;
  }
  switch (literal.literal_kind) {
    case ast::LiteralKind::Null:
      return constant(Value::null(TypeId::kUnknown), literal.position);
    case ast::LiteralKind::Boolean:
      return constant(Value::boolean(literal.text == "true"), literal.position);
    case ast::LiteralKind::Integer:
    case ast::LiteralKind::Decimal:
      return number(literal.text, literal.position);
    case ast::LiteralKind::String:
      return unknown_literal(literal.text, literal.position);
    case ast::LiteralKind::BitString:
      return coerce(unknown_literal("b" + literal.text, literal.position), TypeId::kBit, CastContext::kExplicit,
                    literal.position);
    case ast::LiteralKind::HexString:
      return coerce(unknown_literal("x" + literal.text, literal.position), TypeId::kBit, CastContext::kExplicit,
                    literal.position);
  }
  return nullptr;
}

ExpressionPtr Binder::bind_parameter(const ast::Parameter& parameter) {
  constexpr int kParametersMax = 65535;  // What the protocol can bind.
  if (parameter.number < 1 || parameter.number > kParametersMax || !context_.takes_parameters) {
    throw Error(sqlstate::kUndefinedParameter, "there is no parameter $" + std::to_string(parameter.number))
        .at(parameter.position);
  }
  const auto number = static_cast<uint32_t>(parameter.number);
  if (context_.parameter_types.size() < number) context_.parameter_types.resize(number);
  auto result = std::make_unique<ParameterExpression>(number, context_.parameter_types[number - 1]);
  result->position = parameter.position;
  return result;
}

// ----------------------------------------------------------------------------------------------------------- operators

ExpressionPtr Binder::call_operator(const std::string& symbol, ExpressionPtr left, ExpressionPtr right, int position) {
  std::vector<ExpressionPtr> operands;
  if (left) operands.push_back(std::move(left));
  operands.push_back(std::move(right));
  std::vector<LogicalType> types;
  for (const ExpressionPtr& operand : operands) types.push_back(operand->type);
  try {
    const ResolvedScalar resolved = resolve_operator(symbol, types, context_.flavour);
    return call_resolved(resolved, std::move(operands), position);
  } catch (Error& error) {
    if (error.position() == 0) error.at(position);
    throw;
  }
}

ExpressionPtr Binder::call_resolved(const ResolvedScalar& resolved, std::vector<ExpressionPtr> arguments,
                                    int position) {
  for (size_t i = 0; i < arguments.size(); ++i) {
    LogicalType target = resolved.arguments[i];
    // The signature says nothing of modifiers: a value keeps its own.
    if (arguments[i]->type.same_base(target)) continue;
    if (is_pseudo_type(target.id)) continue;
    arguments[i] = coerce(std::move(arguments[i]), target, CastContext::kImplicit, position);
  }
  // What is laid over a row of a named type is a row of it.
  const bool keeps_type = resolved.function->name.ends_with("_populate_record") && arguments[0]->type.user_type != 0;
  const LogicalType result = keeps_type ? arguments[0]->type : resolved.result;
  auto call = std::make_unique<FunctionExpression>(*resolved.function, result, std::move(arguments));
  call->position = position;
  if (keeps_type) return checked_row(std::move(call));
  return call;
}

ExpressionPtr Binder::bind_operator(const ast::OperatorExpression& expression) {
  const std::string& symbol = expression.name.symbol;
  if (!expression.left && symbol == "-" && expression.right->kind == ast::ExpressionKind::Literal) {
    const auto& literal = expression.right->as<ast::Literal>();
    if (literal.literal_kind == ast::LiteralKind::Integer || literal.literal_kind == ast::LiteralKind::Decimal) {
      return number("-" + literal.text, expression.position);
    }
  }
  if (expression.left) {
    const ast::RowExpression* left_row = as_row(*expression.left);
    const ast::RowExpression* right_row = as_row(*expression.right);
    if (left_row && right_row) return compare_rows(symbol, *left_row, *right_row, expression.position);
    if (left_row && expression.right->kind == ast::ExpressionKind::Subquery) {
      return compare_row_with_query(symbol, *left_row, expression.right->as<ast::SubqueryExpression>(),
                                    expression.position);
    }
  }
  ExpressionPtr left = expression.left ? bind(*expression.left) : nullptr;
  return call_operator(symbol, std::move(left), bind(*expression.right), expression.position);
}

ExpressionPtr Binder::bind_logical(const ast::LogicalExpression& expression) {
  std::vector<ExpressionPtr> operands;
  for (const ast::ExpressionPtr& operand : expression.operands) {
    operands.push_back(coerce_boolean(bind(*operand), expression.is_and ? "AND" : "OR"));
  }
  return std::make_unique<ControlExpression>(expression.is_and ? ExpressionKind::kAnd : ExpressionKind::kOr,
                                             LogicalType(TypeId::kBoolean), std::move(operands));
}

ExpressionPtr Binder::bind_between(const ast::BetweenExpression& expression) {
  const int position = expression.position;
  const ExpressionPtr operand = bind(*expression.operand);
  const ExpressionPtr low = bind(*expression.low);
  const ExpressionPtr high = bind(*expression.high);
  const auto compare = [&](const char* symbol, const ExpressionPtr& bound) {
    return call_operator(symbol, operand->clone(), bound->clone(), position);
  };
  const auto within = [&](const ExpressionPtr& from, const ExpressionPtr& to) {
    return expression.negated ? both(ExpressionKind::kOr, compare("<", from), compare(">", to))
                              : both(ExpressionKind::kAnd, compare(">=", from), compare("<=", to));
  };
  if (!expression.symmetric) return within(low, high);
  return both(expression.negated ? ExpressionKind::kAnd : ExpressionKind::kOr, within(low, high), within(high, low));
}

ExpressionPtr Binder::both(ExpressionKind kind, ExpressionPtr left, ExpressionPtr right) {
  std::vector<ExpressionPtr> operands;
  operands.push_back(std::move(left));
  operands.push_back(std::move(right));
  return std::make_unique<ControlExpression>(kind, LogicalType(TypeId::kBoolean), std::move(operands));
}

ExpressionPtr Binder::bind_in(const ast::InExpression& expression) {
  const char* symbol = expression.negated ? "<>" : "=";
  if (expression.query) {
    return bind_in_query(*expression.operand, symbol, *expression.query, expression.position, expression.negated);
  }
  const ExpressionKind kind = expression.negated ? ExpressionKind::kAnd : ExpressionKind::kOr;
  std::vector<ExpressionPtr> tests;
  if (const ast::RowExpression* row = as_row(*expression.operand)) {
    for (const ast::ExpressionPtr& item : expression.list) {
      const ast::RowExpression* item_row = as_row(*item);
      if (!item_row) {
        throw Error(sqlstate::kUndefinedFunction, "operator does not exist: record = " + bind(*item)->type.to_string())
            .at(expression.position);
      }
      tests.push_back(compare_rows(symbol, *row, *item_row, expression.position));
    }
  } else {
    // The operand and the items that read no column agree on one type, as in ARRAY[…], if there are several; if they
    // cannot, and for all other items, each is compared on its own.
    ExpressionPtr operand = bind(*expression.operand);
    std::vector<ExpressionPtr> items;
    std::vector<ExpressionPtr> alike;
    alike.push_back(operand->clone());
    std::vector<bool> is_alike;
    for (const ast::ExpressionPtr& item : expression.list) {
      items.push_back(bind(*item));
      PlanColumnSet read;
      add_columns(*items.back(), read);
      is_alike.push_back(read.empty());
      if (read.empty()) alike.push_back(items.back()->clone());
    }
    std::optional<LogicalType> common;
    constexpr size_t kOperandAndOne = 2;
    try {
      if (alike.size() > kOperandAndOne) common = common_type(alike, "IN");
    } catch (const Error&) {
      common.reset();  // Comparing one by one finds the operator, or says which does not exist.
    }
    for (size_t i = 0; i < items.size(); ++i) {
      if (common && is_alike[i]) items[i] = coerce(std::move(items[i]), *common, CastContext::kImplicit);
      tests.push_back(call_operator(symbol, operand->clone(), std::move(items[i]), expression.position));
    }
  }
  if (tests.size() == 1) return std::move(tests[0]);
  return std::make_unique<ControlExpression>(kind, LogicalType(TypeId::kBoolean), std::move(tests));
}

ExpressionPtr Binder::bind_pattern(const ast::PatternExpression& expression) {
  const int position = expression.position;
  ExpressionPtr operand = bind(*expression.operand);
  ExpressionPtr pattern = bind(*expression.pattern);
  ExpressionPtr escape = expression.escape ? bind(*expression.escape) : nullptr;
  const auto with_escape = [&](const char* name, bool always) {
    if (!escape && !always) return;
    std::vector<ExpressionPtr> arguments;
    arguments.push_back(std::move(pattern));
    if (escape) arguments.push_back(std::move(escape));
    pattern = call_function(name, std::move(arguments), position);
  };
  std::string symbol;
  switch (expression.pattern_kind) {
    case ast::PatternKind::Like:
      with_escape("like_escape", false);
      symbol = expression.negated ? "!~~" : "~~";
      break;
    case ast::PatternKind::ILike:
      with_escape("like_escape", false);
      symbol = expression.negated ? "!~~*" : "~~*";
      break;
    case ast::PatternKind::Similar:
      with_escape("similar_to_escape", true);
      symbol = expression.negated ? "!~" : "~";
      break;
    case ast::PatternKind::Matches: {
      std::vector<ExpressionPtr> document;
      document.push_back(std::move(operand));
      std::vector<ExpressionPtr> query;
      query.push_back(std::move(pattern));
      ExpressionPtr found = call_operator("@@", call_function("to_tsvector", std::move(document), position),
                                          call_function("websearch_to_tsquery", std::move(query), position), position);
      return expression.negated ? call_operator("NOT", nullptr, std::move(found), position) : std::move(found);
    }
  }
  return call_operator(symbol, std::move(operand), std::move(pattern), position);
}

ExpressionPtr Binder::bind_test(const ast::TestExpression& expression) {
  const std::string is = expression.negated ? "IS NOT " : "IS ";
  switch (expression.test_kind) {
    case ast::TestKind::Null: {
      if (const ast::RowExpression* row = as_row(*expression.operand)) {
        // IS NULL of a row: all its fields are; IS NOT NULL: none is.
        std::vector<ExpressionPtr> tests;
        for (const ast::ExpressionPtr& field : row->fields) {
          tests.push_back(call_operator(is + "NULL", nullptr, bind(*field), expression.position));
        }
        if (tests.empty()) return constant(Value::boolean(true), expression.position);
        return std::make_unique<ControlExpression>(ExpressionKind::kAnd, LogicalType(TypeId::kBoolean),
                                                   std::move(tests));
      }
      ExpressionPtr operand = to_text_if_unknown(bind(*expression.operand));
      const auto shape =
          operand->type.user_type != 0 && operand->type.id == TypeId::kRecord ? shape_of(*operand) : std::nullopt;
      if (shape && !shape->types.empty()) {
        // As of a row's constructor. A row that is missing as a whole has fields that are NULL.
        std::vector<ExpressionPtr> tests;
        for (size_t i = 0; i < shape->types.size(); ++i) {
          tests.push_back(call_operator(is + "NULL", nullptr, record_field(*operand, *shape, i, expression.position),
                                        expression.position));
        }
        if (tests.size() == 1) return std::move(tests[0]);
        return std::make_unique<ControlExpression>(ExpressionKind::kAnd, LogicalType(TypeId::kBoolean),
                                                   std::move(tests));
      }
      return call_operator(is + "NULL", nullptr, std::move(operand), expression.position);
    }
    case ast::TestKind::True:
    case ast::TestKind::False:
    case ast::TestKind::Unknown: {
      const std::string word = expression.test_kind == ast::TestKind::True    ? "TRUE"
                               : expression.test_kind == ast::TestKind::False ? "FALSE"
                                                                              : "UNKNOWN";
      ExpressionPtr operand = coerce_boolean(bind(*expression.operand), is + word);
      return call_operator(is + word, nullptr, std::move(operand), expression.position);
    }
    case ast::TestKind::Document:
    case ast::TestKind::Normalized:
      break;
  }
  throw Error(sqlstate::kFeatureNotSupported, "IS DOCUMENT and IS NORMALIZED are not supported")
      .at(expression.position);
}

ExpressionPtr Binder::bind_distinct_from(const ast::DistinctFromExpression& expression) {
  const ast::RowExpression* left_row = as_row(*expression.left);
  const ast::RowExpression* right_row = as_row(*expression.right);
  ExpressionPtr equal;
  if (left_row && right_row) {
    check_row_sizes(left_row->fields.size(), right_row->fields.size(), expression.position);
    std::vector<ExpressionPtr> tests;
    for (size_t i = 0; i < left_row->fields.size(); ++i) {
      tests.push_back(null_safe_equal(bind(*left_row->fields[i]), bind(*right_row->fields[i]), expression.position));
    }
    equal = join_conjuncts(std::move(tests));
    if (!equal) equal = constant(Value::boolean(true), expression.position);
  } else {
    equal = null_safe_equal(bind(*expression.left), bind(*expression.right), expression.position);
  }
  return expression.negated ? std::move(equal) : call_operator("NOT", nullptr, std::move(equal), expression.position);
}

ExpressionPtr Binder::null_safe_equal(ExpressionPtr left, ExpressionPtr right, int position) {
  ExpressionPtr equal = call_operator("=", std::move(left), std::move(right), position);
  return make_null_safe(std::move(equal));
}

// ---------------------------------------------------------------------------------------------------------------- CASE

ExpressionPtr Binder::bind_case(const ast::CaseExpression& expression) {
  const size_t set_calls_before = level_->set_calls.size();
  const ExpressionPtr operand = expression.operand ? to_text_if_unknown(bind(*expression.operand)) : nullptr;
  std::vector<ExpressionPtr> conditions;
  std::vector<ExpressionPtr> results;
  for (const ast::CaseBranch& branch : expression.branches) {
    ExpressionPtr condition = bind(*branch.condition);
    if (operand) {
      condition = call_operator("=", operand->clone(), std::move(condition), branch.condition->position);
    }
    conditions.push_back(coerce_boolean(std::move(condition), "CASE/WHEN"));
    results.push_back(bind(*branch.result));
  }
  ExpressionPtr otherwise =
      expression.otherwise ? bind(*expression.otherwise) : constant(Value::null(TypeId::kUnknown), expression.position);
  refuse_new_set_calls(set_calls_before, "CASE", expression.position);
  // ELSE comes first in the choice of the type, as in PostgreSQL.
  results.insert(results.begin(), std::move(otherwise));
  const LogicalType type = common_type(results, "CASE");
  coerce_all(results, type);
  std::vector<ExpressionPtr> parts;
  for (size_t i = 0; i < conditions.size(); ++i) {
    parts.push_back(std::move(conditions[i]));
    parts.push_back(std::move(results[i + 1]));
  }
  parts.push_back(std::move(results[0]));
  return std::make_unique<ControlExpression>(ExpressionKind::kCase, type, std::move(parts));
}

// --------------------------------------------------------------------------------------------------------------- casts

ExpressionPtr Binder::bind_cast(const ast::CastExpression& expression) {
  const LogicalType type = resolve_type(expression.type, context_);
  const TypeEntry* const domain = find_domain(expression.type, context_);
  if (type.user_type != 0) depend_on(type.user_type);
  if (NameUses* uses = domain || type.user_type != 0 ? name_uses() : nullptr) {
    uses->types.push_back({expression.type.position, domain ? domain->id : type.user_type});
  }
  if (expression.operand->kind == ast::ExpressionKind::Array && type.is_array()) {
    ExpressionPtr array = coerce(bind_array(expression.operand->as<ast::ArrayExpression>(), type), type,
                                 CastContext::kExplicit, expression.position);
    return domain ? check_domain(std::move(array), domain->id) : std::move(array);
  }
  ExpressionPtr operand = bind(*expression.operand);
  const bool literal = operand->kind == ExpressionKind::kConstant && operand->type.id == TypeId::kUnknown;
  if (!tidemark::can_coerce(operand->type, type, CastContext::kExplicit)) {
    throw Error(sqlstate::kCannotCoerce, "cannot cast type " + operand->type.to_string() + " to " + type.to_string())
        .at(expression.position);
  }
  ExpressionPtr result = coerce(std::move(operand), type, CastContext::kExplicit, expression.position);
  if (!literal) result->position = expression.position;
  if (domain) {
    result = check_domain(std::move(result), domain->id);
  }
  return result;
}

ExpressionPtr Binder::bind_collate(const ast::CollateExpression& expression) {
  const std::string& name = expression.collation.last();
  if (name != "C" && name != "POSIX" && name != "default" && name != "ucs_basic") {
    throw Error(sqlstate::kUndefinedObject, "collation \"" + name + "\" for encoding \"UTF8\" does not exist")
        .at(expression.position);
  }
  ExpressionPtr operand = to_text_if_unknown(bind(*expression.operand));
  if (!is_string_type(operand->type.id)) {
    throw Error(sqlstate::kDatatypeMismatch, "collations are not supported by type " + operand->type.to_string())
        .at(expression.position);
  }
  return operand;
}

// -------------------------------------------------------------------------------------------------------------- arrays

ExpressionPtr Binder::bind_array(const ast::ArrayExpression& expression, std::optional<LogicalType> target) {
  std::vector<ExpressionPtr> elements;
  bool nested = false;
  for (const ast::ExpressionPtr& element : expression.elements) {
    if (element->kind == ast::ExpressionKind::Array) {
      nested = true;
      elements.push_back(bind_array(element->as<ast::ArrayExpression>(), target));
    } else {
      elements.push_back(bind(*element));
    }
  }
  if (elements.empty() && !target) {
    throw Error(sqlstate::kIndeterminateDatatype, "cannot determine type of empty array")
        .with_hint("Explicitly cast to the desired type, for example ARRAY[]::integer[].")
        .at(expression.position);
  }
  LogicalType element_type = target ? (nested ? *target : target->element_type()) : common_type(elements, "ARRAY");
  const CastContext context = target ? CastContext::kExplicit : CastContext::kImplicit;
  for (ExpressionPtr& element : elements) {
    element = coerce(std::move(element), element_type, context, expression.position);
  }
  const bool of_arrays = element_type.is_array();
  const LogicalType type = of_arrays ? element_type : LogicalType::array_of(element_type);
  return call_constructor(of_arrays ? "ARRAY OF ARRAYS" : "ARRAY", std::move(elements), type, expression.position);
}

ExpressionPtr Binder::call_constructor(const char* name, std::vector<ExpressionPtr> parts, LogicalType type,
                                       int position) {
  const auto overloads = FunctionRegistry::instance().operators(name);
  if (overloads.empty()) {
    throw Error(sqlstate::kFeatureNotSupported, std::string(name) + " is not supported yet").at(position);
  }
  auto call = std::make_unique<FunctionExpression>(*overloads.front(), type, std::move(parts));
  call->position = position;
  return call;
}

namespace {

/// `a[1][2:3]` as the steps behind `a`, in the order in which they are written.
std::vector<const ast::SubscriptExpression*> subscript_steps(const ast::SubscriptExpression& expression) {
  std::vector<const ast::SubscriptExpression*> steps;
  const ast::SubscriptExpression* step = &expression;
  while (step != nullptr) {
    steps.push_back(step);
    const ast::Expression& operand = *step->operand;
    step = operand.kind == ast::ExpressionKind::Subscript ? &operand.as<ast::SubscriptExpression>() : nullptr;
    if (step != nullptr && step->closed) step = nullptr;
  }
  std::ranges::reverse(steps);
  return steps;
}

}  // namespace

ExpressionPtr Binder::bind_subscript(const ast::SubscriptExpression& expression) {
  const std::vector<const ast::SubscriptExpression*> steps = subscript_steps(expression);
  ExpressionPtr operand = bind(*steps.front()->operand);
  // The catalog's vectors are arrays but for their text form.
  if (operand->type.id == TypeId::kInt2Vector || operand->type.id == TypeId::kOidVector) {
    const TypeId element = operand->type.id == TypeId::kInt2Vector ? TypeId::kInt16 : TypeId::kOid;
    operand = coerce(std::move(operand), LogicalType::array_of(element), CastContext::kImplicit, expression.position);
  }
  std::vector<SubscriptBounds> bounds;
  for (const ast::SubscriptExpression* step : steps) {
    bounds.push_back({step->low.get(), step->high.get(), step->slice});
  }
  if (operand->type.id == TypeId::kJsonb) {
    ExpressionPtr path = bind_json_subscripts(bounds, expression.position);
    return call_operator("#>", std::move(operand), std::move(path), expression.position);
  }
  if (!operand->type.is_array()) {
    throw Error(sqlstate::kDatatypeMismatch,
                "cannot subscript type " + operand->type.to_string() + " because it does not support subscripting")
        .at(steps.front()->operand->position);
  }
  const LogicalType array_type = operand->type;
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(operand));
  const bool slice = bind_array_subscripts(bounds, parts, expression.position);
  return call_constructor(slice ? "[:]" : "[]", std::move(parts), slice ? array_type : array_type.element_type(),
                          expression.position);
}

/// Appends what the kernels take of subscripts; whether they name a part of the array: then an index n means 1:n.
bool Binder::bind_array_subscripts(const std::vector<SubscriptBounds>& bounds, std::vector<ExpressionPtr>& parts,
                                   int position) {
  constexpr size_t kDimensionsMax = 6;
  if (bounds.size() > kDimensionsMax) {
    throw Error(sqlstate::kProgramLimitExceeded,
                "number of array dimensions (" + std::to_string(bounds.size()) + ") exceeds the maximum allowed (6)");
  }
  const auto add = [&](const ast::Expression* index) {
    ExpressionPtr bound = index ? bind(*index) : constant(Value::null(TypeId::kInt32), position);
    if (!can_coerce(*bound, TypeId::kInt32, CastContext::kAssignment)) {
      throw Error(sqlstate::kDatatypeMismatch, "array subscript must have type integer").at(bound->position);
    }
    parts.push_back(coerce(std::move(bound), TypeId::kInt32, CastContext::kAssignment));
  };
  const bool slice = std::ranges::any_of(bounds, &SubscriptBounds::slice);
  for (const SubscriptBounds& bound : bounds) {
    if (!slice) {
      add(bound.high);
      continue;
    }
    if (bound.slice) {
      add(bound.low);
    } else {
      parts.push_back(constant(Value::int32(1), position));
    }
    add(bound.high);
    // A bound that was not written is told from a NULL by two flags behind them.
    parts.push_back(constant(Value::boolean(!bound.slice || bound.low != nullptr), position));
    parts.push_back(constant(Value::boolean(bound.high != nullptr), position));
  }
  return slice;
}

/// Subscripts of jsonb as a path: text[].
ExpressionPtr Binder::bind_json_subscripts(const std::vector<SubscriptBounds>& bounds, int position) {
  std::vector<ExpressionPtr> steps;
  for (const SubscriptBounds& bound : bounds) {
    if (bound.slice) {
      const ast::Expression* place = bound.low ? bound.low : bound.high;
      throw Error(sqlstate::kDatatypeMismatch, "jsonb subscript does not support slices")
          .at(place ? place->position : position);
    }
    ExpressionPtr step = bind(*bound.high);
    const TypeId type = step->type.id;
    if (type != TypeId::kUnknown && !can_coerce(*step, TypeId::kInt32, CastContext::kImplicit) &&
        !can_coerce(*step, TypeId::kText, CastContext::kImplicit)) {
      throw Error(sqlstate::kDatatypeMismatch, "subscript type " + step->type.to_string() + " is not supported")
          .with_hint("jsonb subscript must be coercible to either integer or text.")
          .at(step->position);
    }
    steps.push_back(coerce(std::move(step), TypeId::kText, CastContext::kExplicit));
  }
  return call_constructor("ARRAY", std::move(steps), LogicalType::array_of(TypeId::kText), position);
}

ExpressionPtr Binder::bind_field_selection(const ast::FieldSelection& expression) {
  // `(t).a`, where t is a table in scope, is the column.
  if (!expression.star && expression.operand->kind == ast::ExpressionKind::ColumnReference) {
    const auto& operand = expression.operand->as<ast::ColumnReference>();
    QueryLevel* found_level = nullptr;
    const ScopeItem* item =
        operand.parts.size() == 1 ? find_item(operand.parts, operand.position, &found_level) : nullptr;
    // A column of that name comes first, and a scalar function's row is its value.
    const bool is_row = item && !item->is_scalar &&
                        std::ranges::find(item->columns, operand.parts[0], &ScopeColumn::name) == item->columns.end();
    if (is_row) {
      return find_qualified_column(operand.parts, expression.field, operand.position);
    }
  }
  RecordShape shape;
  const ExpressionPtr record = bind_record(expression, shape);
  if (expression.star) {
    throw Error(sqlstate::kSyntaxError, "row expansion via \"*\" is not supported here").at(expression.position);
  }
  const auto name = std::ranges::find(shape.names, expression.field);
  if (name == shape.names.end()) {
    throw Error(sqlstate::kUndefinedColumn,
                record->type.user_type != 0
                    ? "column \"" + expression.field + "\" not found in data type " + record->type.to_string()
                    : "could not identify column \"" + expression.field + "\" in record data type")
        .at(start_position(*record));
  }
  return record_field(*record, shape, static_cast<size_t>(name - shape.names.begin()), expression.position);
}

ExpressionPtr Binder::bind_quantified(const ast::QuantifiedExpression& expression) {
  if (expression.query) {
    return bind_in_query(*expression.operand, expression.name.symbol, *expression.query, expression.position,
                         expression.all);
  }
  // Over the elements of ARRAY[…] as they stand, else by the registry's function for any array.
  const ExpressionKind kind = expression.all ? ExpressionKind::kAnd : ExpressionKind::kOr;
  const std::string& symbol = expression.name.symbol;
  if (expression.array->kind == ast::ExpressionKind::Array) {
    const ExpressionPtr operand = bind(*expression.operand);
    std::vector<ExpressionPtr> tests;
    std::vector<ExpressionPtr> elements;
    for (const ast::ExpressionPtr& element : expression.array->as<ast::ArrayExpression>().elements) {
      elements.push_back(bind(*element));
    }
    if (!elements.empty()) {
      coerce_all(elements, common_type(elements, "ARRAY"));
      for (ExpressionPtr& element : elements) {
        tests.push_back(call_operator(symbol, operand->clone(), std::move(element), expression.position));
      }
      if (tests.size() == 1) return std::move(tests[0]);
      return std::make_unique<ControlExpression>(kind, LogicalType(TypeId::kBoolean), std::move(tests));
    }
  }
  return bind_quantified_array(expression);
}

/// `x op ANY (array)`: the registry's constructor "ANY" takes (x, array, the operator applied to two dummies).
ExpressionPtr Binder::bind_quantified_array(const ast::QuantifiedExpression& expression) {
  ExpressionPtr operand = bind(*expression.operand);
  ExpressionPtr array = bind(*expression.array);
  if (array->type.id == TypeId::kUnknown) {
    const LogicalType element = operand->type.id == TypeId::kUnknown ? LogicalType(TypeId::kText) : operand->type;
    array = coerce(std::move(array), LogicalType::array_of(element), CastContext::kImplicit);
  }
  if (!array->type.is_array()) {
    throw Error(sqlstate::kWrongObjectType, "op ANY/ALL (array) requires array on right side").at(expression.position);
  }
  const LogicalType types[] = {operand->type, array->type.element_type()};
  ResolvedScalar resolved;
  try {
    resolved = resolve_operator(expression.name.symbol, types);
  } catch (Error& error) {
    error.at(expression.position);
    throw;
  }
  if (resolved.result.id != TypeId::kBoolean) {
    throw Error(sqlstate::kWrongObjectType, "op ANY/ALL (array) requires operator to yield boolean")
        .at(expression.position);
  }
  if (!is_pseudo_type(resolved.arguments[0].id)) {
    operand = coerce(std::move(operand), resolved.arguments[0], CastContext::kImplicit);
  }
  if (!is_pseudo_type(resolved.arguments[1].id) && !array->type.element_type().same_base(resolved.arguments[1])) {
    array = coerce(std::move(array), LogicalType::array_of(resolved.arguments[1]), CastContext::kImplicit);
  }
  std::vector<ExpressionPtr> parts;
  parts.push_back(std::move(operand));
  parts.push_back(std::move(array));
  const std::string name = expression.name.symbol + (expression.all ? " ALL" : " ANY");
  return call_constructor(name.c_str(), std::move(parts), TypeId::kBoolean, expression.position);
}

}  // namespace tidemark
