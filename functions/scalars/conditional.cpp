// GREATEST, LEAST, num_nulls, num_nonnulls. COALESCE, NULLIF and CASE are expressions of their own.

#include "functions/assemble.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/validity_operations.h"
#include "types/compare.h"

namespace tidemark {
namespace {

using enum TypeId;

/// NULLs do not count; NULL if all are.
template <bool kGreatest>
void extreme(KernelCall& call) {
  // For each argument the rows that it wins.
  std::vector<SelectionVector> won(call.arguments.size());
  for (uint32_t row = 0; row < call.size; ++row) {
    size_t best = call.arguments.size();
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      const Vector& argument = call.arguments[i];
      if (!is_there(argument, row)) continue;
      if (best == call.arguments.size()) {
        best = i;
        continue;
      }
      const std::weak_ordering order = compare_rows(argument, row, call.arguments[best], row);
      if (kGreatest ? order > 0 : order < 0) best = i;
    }
    if (best != call.arguments.size()) won[best].push_back(row);
  }
  Assembly assembly(call.result_type, call.size);
  for (size_t i = 0; i < won.size(); ++i) {
    if (!won[i].empty()) assembly.put(won[i], call.arguments[i].select(won[i]));
  }
  call.result = std::move(assembly).finish();
}

template <bool kNulls>
void count_nulls(KernelCall& call) {
  Vector result = Vector::flat(kInt32, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    int32_t count = 0;
    for (const Vector& argument : call.arguments) count += is_there(argument, row) != kNulls ? 1 : 0;
    result.mutable_data<int32_t>()[row] = count;
  }
  call.result = std::move(result);
}

}  // namespace

void add_conditionals(FunctionTables& tables) {
  const auto add = [&](std::string_view name, TypeId argument, TypeId result, ScalarKernel kernel,
                       std::string_view doc) {
    ScalarFunction& function = tables.function(name, {argument}, result, kernel, doc);
    function.variadic = true;
    function.null_rule = NullRule::kCalled;
  };
  add("greatest", kAnyCompatible, kAnyCompatible, extreme<true>, "the greatest argument, NULLs aside");
  add("least", kAnyCompatible, kAnyCompatible, extreme<false>, "the least argument, NULLs aside");
  add("num_nulls", kAny, kInt32, count_nulls<true>, "how many arguments are NULL");
  add("num_nonnulls", kAny, kInt32, count_nulls<false>, "how many arguments are not NULL");
}

}  // namespace tidemark
