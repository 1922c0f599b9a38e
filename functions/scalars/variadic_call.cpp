// f(a, VARIADIC array): a function that takes any number of arguments, called with those of an array.

#include <algorithm>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/array.h"
#include "types/packed_value.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

const ScalarFunction& variadic_function(Text name, size_t fixed) {
  for (const ScalarFunction* candidate : FunctionRegistry::instance().scalars(name)) {
    if (candidate->variadic && candidate->arguments.size() == fixed + 1) return *candidate;
  }
  throw Error(sqlstate::kUndefinedFunction, "function " + std::string(name) + " does not take VARIADIC arguments");
}

/// (name, leading arguments …, array). NULL for a NULL array, save that format() then has no arguments.
void call_spread(KernelCall& call) {
  const Text name = *call.arguments[0].data<Text>();
  const std::span<const Vector> leading = call.arguments.subspan(1, call.arguments.size() - 2);
  const Vector& arrays = call.arguments.back();
  const LogicalType element_type = array_element_type(arrays.type());
  const ScalarFunction& function = variadic_function(name, leading.size());
  Vector result = Vector::flat(call.result_type, call.size);
  std::string packed;
  for (uint32_t row = 0; row < call.size; ++row) {
    std::vector<Vector> arguments;
    for (const Vector& argument : leading) arguments.push_back(argument.slice(row, 1).flatten());
    const bool is_null = arrays.is_null(row);
    if (!is_null) {
      const ArrayView array(arrays.data<Text>()[arrays.is_constant() ? 0 : row], element_type);
      for (size_t i = 0; i < array.size(); ++i) {
        arguments.push_back(array.is_null(i) ? Vector::null_constant(element_type, 1)
                                             : Vector::constant(array.value(i), 1));
      }
    }
    const bool any_null = std::ranges::any_of(arguments, [](const Vector& argument) { return argument.is_null(0); });
    if ((is_null && name != "format") || (any_null && function.null_rule == NullRule::kStrict)) {
      result.set_null(row);
      continue;
    }
    const Validity valid;
    Vector one;
    KernelCall inner{call.context, arguments, 1, nullptr, call.result_type, valid, one};
    function.kernel(inner);
    if (one.is_null(0)) {
      result.set_null(row);
      continue;
    }
    packed.clear();
    append_packed_row(packed, one, 0);
    unpack_into(result, row, packed);
  }
  call.result = std::move(result);
}

}  // namespace

void add_spread_calls(FunctionTables& tables) {
  ScalarFunction& spread = tables.operation("VARIADIC", {kAny}, kAny, call_spread, "call with an array's elements");
  spread.variadic = true;
  spread.null_rule = NullRule::kCalled;
  spread.volatility = Volatility::kStable;  // As the least stable of what it calls.
}

}  // namespace tidemark
