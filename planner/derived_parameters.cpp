#include "planner/derived_parameters.h"

#include "base/error.h"
#include "functions/coercion.h"
#include "functions/evaluator.h"
#include "functions/expression.h"
#include "planner/predicate_forms.h"
#include "types/datetime.h"

namespace tidemark {

bool may_convert_exactly(LogicalType from, LogicalType to) {
  const auto is_zoned = [](LogicalType type) {
    return type.id == TypeId::kTimestampTz || type.id == TypeId::kTimestampTzNs;
  };
  return (is_numeric_type(from.id) && is_numeric_type(to.id)) || (is_zoned(from) && is_zoned(to));
}

std::optional<Value> convert_exactly(const Value& value, LogicalType from, LogicalType to, QueryContext& query) {
  to.modifier = -1;
  if (value.is_null()) return Value::null(to);
  if (!may_convert_exactly(from, to)) return std::nullopt;
  if (from.id == TypeId::kTimestampTz && to.id == TypeId::kTimestampTzNs) {
    const int64_t nanoseconds = microseconds_to_nanoseconds_clamped(value.as_int64());
    const bool is_same = nanoseconds_to_microseconds(nanoseconds) == value.as_int64();
    return is_same ? std::optional(Value::int64(nanoseconds).with_type(to)) : std::nullopt;
  }
  const auto constant = [](const Value& of, LogicalType type) {
    return std::make_unique<ConstantExpression>(of.with_type(type));
  };
  try {
    Evaluator evaluator(query);
    const Value result =
        evaluator.evaluate_constant(*coerce(constant(value, from), to, CastContext::kExplicit)).with_type(to);
    // 2.5 would become 2: only what comes back unchanged is the same value.
    ExpressionPtr back = coerce(constant(result, to), from, CastContext::kExplicit);
    const Value equal = evaluator.evaluate_constant(*make_comparison("=", std::move(back), constant(value, from)));
    return equal.is_null() || !equal.as_bool() ? std::nullopt : std::optional(result);
  } catch (const Error&) {
    return std::nullopt;  // Out of the type's range: left to the comparison of the wider type.
  }
}

std::optional<std::vector<Value>> derive_parameters(std::span<const DerivedParameter> derived,
                                                    std::span<const Value> parameters,
                                                    std::span<const LogicalType> types, QueryContext& query) {
  std::vector<Value> values;
  for (const DerivedParameter& parameter : derived) {
    const size_t source = parameter.source - 1;
    std::optional<Value> value = convert_exactly(parameters[source], types[source], parameter.type, query);
    if (!value) return std::nullopt;
    values.push_back(*std::move(value));
  }
  return values;
}

}  // namespace tidemark
