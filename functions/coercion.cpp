#include "functions/coercion.h"

#include <algorithm>

#include "base/error.h"
#include "functions/array_cast.h"
#include "functions/function.h"
#include "types/type_info.h"

namespace tidemark {

namespace {

/// The type of signatures that every enum fits.
bool is_any_enum(LogicalType type) { return type.id == TypeId::kEnum && type.user_type == 0; }

}  // namespace

char type_category(LogicalType type) {
  if (type.is_array()) return 'A';
  if (is_pseudo_type(type.id) || is_any_enum(type)) return 'P';
  if (type.id == TypeId::kRecord && type.user_type != 0) return 'C';
  return type_info(type.id).category;
}

bool is_preferred_type(LogicalType type) {
  // timestamptz(9) and uint8 never win a contest: they are reached by exact match only.
  if (type.is_array() || is_pseudo_type(type.id) || type.id == TypeId::kTimestampTzNs || type.id == TypeId::kUInt64) {
    return false;
  }
  return type_info(type.id).preferred;
}

bool is_pseudo_type(TypeId id) { return id >= TypeId::kAny; }

namespace {

bool allows(CastContext offered, CastContext wanted) { return static_cast<int>(offered) >= static_cast<int>(wanted); }

bool is_array_cast(LogicalType from, LogicalType to) {
  return from.is_array() && to.is_array() && !is_pseudo_type(from.element) && !is_pseudo_type(to.element);
}

}  // namespace

bool can_coerce(LogicalType from, LogicalType to, CastContext context) {
  if (from.same_base(to) || to.id == TypeId::kAny || from.id == TypeId::kUnknown) return true;
  if (is_any_enum(to)) return from.id == TypeId::kEnum;
  // A row of no named type may become one of a named type (the binder takes it apart), and the other way round.
  if (from.id == TypeId::kRecord && to.id == TypeId::kRecord) return from.user_type == 0 || to.user_type == 0;
  switch (to.id) {
    case TypeId::kAnyElement:
    case TypeId::kAnyCompatible:
      return true;
    case TypeId::kAnyArray:
    case TypeId::kAnyCompatibleArray:
      return from.is_array() || from.id == TypeId::kOidVector || from.id == TypeId::kInt2Vector;
    case TypeId::kAnyNonArray:
      return !from.is_array();
    default:
      break;
  }
  const Cast* cast = FunctionRegistry::instance().cast(from, to);
  if (cast != nullptr) return allows(cast->context, context);
  return is_array_cast(from, to) && can_coerce(from.element_type(), to.element_type(), context);
}

bool is_binary_coercible(LogicalType from, LogicalType to) {
  if (from.same_base(to)) return true;
  const Cast* cast = FunctionRegistry::instance().cast(from, to);
  return cast != nullptr && cast->function == nullptr;
}

namespace {

/// Gives the same bytes another type.
void relabel(KernelCall& call) { call.result = call.arguments[0].reinterpret(call.result_type); }

const ScalarFunction& relabel_function() {
  static const ScalarFunction function{.name = "cast",
                                       .arguments = {TypeId::kAny},
                                       .result = TypeId::kAny,
                                       .kernel = relabel,
                                       .doc = "relabelling cast"};
  return function;
}

ExpressionPtr constant(Value value) { return std::make_unique<ConstantExpression>(std::move(value)); }

template <class... Parts>
std::vector<ExpressionPtr> list_of(Parts... parts) {
  std::vector<ExpressionPtr> list;
  (list.push_back(std::move(parts)), ...);
  return list;
}

ExpressionPtr call_cast(const ScalarFunction& function, ExpressionPtr expression, LogicalType target,
                        CastContext context) {
  const int position = expression->position;
  std::vector<ExpressionPtr> arguments = list_of(std::move(expression));
  if (function.arguments.size() == 3) {
    arguments.push_back(constant(Value::int32(target.modifier)));
    arguments.push_back(constant(Value::boolean(context == CastContext::kExplicit)));
  }
  auto call = std::make_unique<FunctionExpression>(function, target, std::move(arguments));
  call->position = position;
  return call;
}

ExpressionPtr relabelled(ExpressionPtr expression, LogicalType target) {
  if (expression->kind == ExpressionKind::kConstant) {
    const int position = expression->position;
    ExpressionPtr result = constant(expression->as<ConstantExpression>().value.with_type(target));
    result->position = position;
    return result;
  }
  return call_cast(relabel_function(), std::move(expression), target, CastContext::kImplicit);
}

/// varchar(n), numeric(p,s), timestamp(p) …: cuts, pads or rounds a value that has the base type already.
ExpressionPtr apply_modifier(ExpressionPtr expression, LogicalType target, CastContext context) {
  if (target.modifier < 0 || expression->type.modifier == target.modifier) return expression;
  if (target.is_array()) {
    const Cast* cast = FunctionRegistry::instance().cast(target.element_type(), target.element_type());
    if (cast == nullptr) return expression;
    return array_cast(std::move(expression), target, cast, context);
  }
  const Cast* cast = FunctionRegistry::instance().cast(target, target);
  if (cast == nullptr) return relabelled(std::move(expression), target);
  return call_cast(*cast->function, std::move(expression), target, context);
}

}  // namespace

ExpressionPtr coerce(ExpressionPtr expression, LogicalType target, CastContext context) {
  const LogicalType from = expression->type;
  if (from.same_base(target)) return apply_modifier(std::move(expression), target, context);
  if (from.id == TypeId::kRecord && target == LogicalType(TypeId::kRecord)) {
    return relabelled(std::move(expression), target);
  }
  const Cast* cast = FunctionRegistry::instance().cast(from, target);
  const bool is_input = from.id == TypeId::kUnknown;
  if (cast != nullptr && (is_input || allows(cast->context, context))) {
    LogicalType base = target;
    base.modifier = -1;
    if (cast->function == nullptr) {
      return apply_modifier(relabelled(std::move(expression), base), target, context);
    }
    // What a number without a unit means in an interval's text depends on the fields that the type names.
    const bool reads_modifier = is_input && target.id == TypeId::kInterval;
    if (cast->function->arguments.size() == 3 || reads_modifier) {
      return call_cast(*cast->function, std::move(expression), target, context);
    }
    return apply_modifier(call_cast(*cast->function, std::move(expression), base, context), target, context);
  }
  if (is_array_cast(from, target) && can_coerce(from.element_type(), target.element_type(), context)) {
    const Cast* element_cast = FunctionRegistry::instance().cast(from.element_type(), target.element_type());
    LogicalType base = target;
    base.modifier = -1;
    return apply_modifier(array_cast(std::move(expression), base, element_cast, context), target, context);
  }
  throw Error(sqlstate::kCannotCoerce,
              "cannot cast type " + LogicalType(from).to_string() + " to " + target.to_string())
      .at(expression->position);
}

LogicalType select_common_type(std::span<const LogicalType> types, std::string_view construct) {
  if (types.empty()) return TypeId::kText;
  if (std::ranges::all_of(types, [&](const LogicalType& type) { return type == types.front(); }) &&
      types.front().id != TypeId::kUnknown) {
    return types.front();
  }
  const auto is_time = [](LogicalType type) {
    return type.id == TypeId::kTimestampTz || type.id == TypeId::kTimestampTzNs;
  };
  const auto is_integer_of_either_kind = [](LogicalType type) {
    return type.id == TypeId::kUInt64 || is_integer_type(type.id);
  };
  LogicalType common = types.front();
  common.modifier = -1;
  for (const LogicalType& type : types.subspan(1)) {
    LogicalType next = type;
    next.modifier = -1;
    if (next.id == TypeId::kUnknown || next.same_base(common)) continue;
    if (common.id == TypeId::kUnknown) {
      common = next;
    } else if (type_category(common) != type_category(next)) {
      throw Error(sqlstate::kDatatypeMismatch, std::string(construct) + " types " + common.to_string() + " and " +
                                                   next.to_string() + " cannot be matched");
    } else if (is_time(common) && is_time(next)) {
      common = TypeId::kTimestampTzNs;  // D32
    } else if (is_integer_of_either_kind(common) && is_integer_of_either_kind(next) &&
               (common.id == TypeId::kUInt64 || next.id == TypeId::kUInt64)) {
      common = TypeId::kNumeric;  // The only type that holds both.
    } else if (!is_preferred_type(common) && can_coerce(common, next, CastContext::kImplicit) &&
               !can_coerce(next, common, CastContext::kImplicit)) {
      common = next;
    }
  }
  if (common.id == TypeId::kUnknown) return TypeId::kText;
  const auto same_modifier = [&](const LogicalType& type) {
    return type.same_base(common) && type.modifier == types.front().modifier;
  };
  if (std::ranges::all_of(types, same_modifier)) common.modifier = types.front().modifier;
  return common;
}

}  // namespace tidemark
