// NOT, IS [NOT] NULL, IS [NOT] TRUE / FALSE / UNKNOWN. They stand among the operators under the words of the grammar.

#include "functions/function_tables.h"
#include "functions/kernel.h"

namespace tidemark {
namespace {

bool negation(bool value) { return !value; }

Vector boolean_constant(bool value, size_t size) { return Vector::constant(Value::boolean(value), size); }

/// Whether each row is valid, or is NULL.
template <bool kWantNull>
void null_test(KernelCall& call) {
  const Vector& argument = call.arguments[0];
  if (argument.is_constant() || argument.validity().all_valid()) {
    const bool is_null = argument.is_constant() && !argument.validity().is_valid(0);
    call.result = boolean_constant(is_null == kWantNull, call.size);
    return;
  }
  Vector result = Vector::flat(TypeId::kBoolean, call.size);
  uint8_t* to = result.mutable_data<uint8_t>();
  for (size_t row = 0; row < call.size; ++row) to[row] = argument.validity().is_valid(row) != kWantNull ? 1 : 0;
  call.result = std::move(result);
}

enum class TruthValue : uint8_t { kFalse = 0, kTrue = 1, kUnknown = 2 };

/// Whether each boolean is (or, with kNegated, is not) the wanted one of three truth values; never NULL.
template <TruthValue kWanted, bool kNegated>
void truth_test(KernelCall& call) {
  const Vector& argument = call.arguments[0];
  const Argument<bool> values(argument);
  Vector result = Vector::flat(TypeId::kBoolean, call.size);
  uint8_t* to = result.mutable_data<uint8_t>();
  for (size_t row = 0; row < call.size; ++row) {
    const bool valid = argument.validity().is_valid(argument.is_constant() ? 0 : row);
    const TruthValue truth = !valid ? TruthValue::kUnknown : values[row] ? TruthValue::kTrue : TruthValue::kFalse;
    to[row] = (truth == kWanted) != kNegated ? 1 : 0;
  }
  call.result = std::move(result);
}

}  // namespace

void add_boolean(FunctionTables& tables) {
  using enum TypeId;
  const auto add_test = [&](std::string_view words, TypeId argument, ScalarKernel kernel, std::string_view doc) {
    tables.operation(words, {argument}, kBoolean, kernel, doc).null_rule = NullRule::kCalled;
  };
  tables.operation("NOT", {kBoolean}, kBoolean, each_value<negation>, "negation");
  add_test("IS NULL", kAny, null_test<true>, "whether it is NULL");
  add_test("IS NOT NULL", kAny, null_test<false>, "whether it is not NULL");
  add_test("IS TRUE", kBoolean, truth_test<TruthValue::kTrue, false>, "whether it is true (not false, not NULL)");
  add_test("IS NOT TRUE", kBoolean, truth_test<TruthValue::kTrue, true>, "whether it is false or NULL");
  add_test("IS FALSE", kBoolean, truth_test<TruthValue::kFalse, false>, "whether it is false (not true, not NULL)");
  add_test("IS NOT FALSE", kBoolean, truth_test<TruthValue::kFalse, true>, "whether it is true or NULL");
  add_test("IS UNKNOWN", kBoolean, truth_test<TruthValue::kUnknown, false>, "whether it is NULL");
  add_test("IS NOT UNKNOWN", kBoolean, truth_test<TruthValue::kUnknown, true>, "whether it is true or false");
}

}  // namespace tidemark
