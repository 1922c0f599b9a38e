// What there is for enum types alone: the ends of a type's order and stretches of it. Comparisons, casts and aggregates
// are in the families of those.

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/io_options.h"
#include "functions/kernel.h"
#include "types/array.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

using enum TypeId;

/// All values of the enum that the call's first argument is of; that may be NULL.
std::vector<std::string> values_of(const KernelCall& call) {
  const ObjectNames* names = TypeNaming::of(io_options(call.context));
  return names == nullptr ? std::vector<std::string>{} : names->orders(call.arguments[0].type().user_type);
}

template <bool kLast>
void enum_end(KernelCall& call) {
  const std::vector<std::string> values = values_of(call);
  if (values.empty()) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState,
                "enum " + call.arguments[0].type().to_string() + " contains no values");
  }
  call.result = Vector::constant(Value::bytes(call.result_type, kLast ? values.back() : values.front()), call.size);
}

Vector array_of_values(const KernelCall& call, const std::vector<std::string>& values, const auto& holds) {
  const LogicalType element = call.arguments[0].type();
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    ArrayBuilder builder(element);
    for (const std::string& value : values) {
      if (holds(row, value)) builder.add(Value::bytes(element, value));
    }
    result.mutable_data<std::string_view>()[row] = result.heap().add(builder.finish());
  }
  return result;
}

void enum_range_all(KernelCall& call) {
  call.result = array_of_values(call, values_of(call), [](size_t, const std::string&) { return true; });
}

/// NULL leaves an end open.
void enum_range_between(KernelCall& call) {
  const Vector first = call.arguments[0].flatten();
  const Vector last = call.arguments[1].flatten();
  call.result = array_of_values(call, values_of(call), [&](size_t row, const std::string& value) {
    return (first.is_null(row) || first.data<std::string_view>()[row] <= value) &&
           (last.is_null(row) || value <= last.data<std::string_view>()[row]);
  });
}

}  // namespace

void add_enums(FunctionTables& tables) {
  const auto add = [&](std::string_view name, std::vector<LogicalType> arguments, LogicalType result,
                       ScalarKernel kernel, std::string_view doc) {
    ScalarFunction& function = tables.function(name, std::move(arguments), result, kernel, doc);
    function.null_rule = NullRule::kCalled;
    function.volatility = Volatility::kStable;
  };
  add("enum_first", {kEnum}, kEnum, enum_end<false>, "first value of the argument's enum type");
  add("enum_last", {kEnum}, kEnum, enum_end<true>, "last value of the argument's enum type");
  add("enum_range", {kEnum}, kAnyArray, enum_range_all, "all values of the argument's enum type, in order");
  add("enum_range", {kEnum, kEnum}, kAnyArray, enum_range_between,
      "values from the first to the second; NULL is an end");
}

}  // namespace tidemark
