#include "functions/array_cast.h"

#include "functions/function.h"
#include "functions/kernel.h"
#include "functions/validity_operations.h"
#include "types/array.h"

namespace tidemark {
namespace {

/// Casts all elements of a chunk's arrays in one call of the element's cast.
void cast_arrays(KernelCall& call) {
  const auto* element_cast = static_cast<const ScalarFunction*>(call.prepared);
  const LogicalType from = array_element_type(call.arguments[0].type());
  const LogicalType to = array_element_type(call.result_type);
  const Argument<std::string_view> arrays(call.arguments[0]);
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) continue;
    const ArrayView array(arrays[row], from);
    ArrayBuilder builder(to);
    if (array.size() > 0) {
      Vector elements = array.elements();
      if (element_cast == nullptr) {
        elements = elements.reinterpret(to);
      } else {
        std::vector<Vector> arguments = {elements};
        for (const Vector& extra : call.arguments.subspan(1)) {
          arguments.push_back(Vector::constant(extra.value(0), array.size()));
        }
        const Validity valid = elements.validity();
        Vector converted;
        KernelCall inner{call.context, arguments, array.size(), nullptr, to, valid, converted};
        element_cast->kernel(inner);
        elements = converted.flatten();
        elements.validity() = both_valid(elements.validity(), valid, array.size());
      }
      for (size_t i = 0; i < array.size(); ++i) builder.add(elements, i);
    }
    result.mutable_data<std::string_view>()[row] = result.heap().add(builder.finish(array.dimensions()));
  }
  call.result = std::move(result);
}

const ScalarFunction& cast_function(bool with_modifier) {
  const auto make = [](std::vector<LogicalType> arguments) {
    ScalarFunction function{.name = "cast", .arguments = std::move(arguments), .result = TypeId::kAnyArray};
    function.kernel = cast_arrays;
    function.volatility = Volatility::kStable;  // as its elements' cast may be
    function.doc = "array cast";
    return function;
  };
  static const ScalarFunction plain = make({TypeId::kAnyArray});
  static const ScalarFunction modified = make({TypeId::kAnyArray, TypeId::kInt32, TypeId::kBoolean});
  return with_modifier ? modified : plain;
}

}  // namespace

ExpressionPtr array_cast(ExpressionPtr array, LogicalType target, const Cast* element_cast, CastContext context) {
  const ScalarFunction* function = element_cast == nullptr ? nullptr : element_cast->function;
  const bool with_modifier = function != nullptr && function->arguments.size() == 3;
  const int position = array->position;
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(std::move(array));
  if (with_modifier) {
    arguments.push_back(std::make_unique<ConstantExpression>(Value::int32(target.modifier)));
    arguments.push_back(std::make_unique<ConstantExpression>(Value::boolean(context == CastContext::kExplicit)));
  }
  auto call = std::make_unique<FunctionExpression>(cast_function(with_modifier), target, std::move(arguments));
  call->position = position;
  // The registry's entries live as long as the process: nothing to own.
  call->prepared = std::shared_ptr<const void>(std::shared_ptr<const void>(), function);
  return call;
}

}  // namespace tidemark
