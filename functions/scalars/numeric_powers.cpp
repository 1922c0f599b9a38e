// Roots, powers, exponentials and logarithms of numeric.

#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

using N = Numeric;

N numeric_sqrt(const N& a) { return a.sqrt(); }
N numeric_exp(const N& a) { return a.exp(); }
N numeric_ln(const N& a) { return a.ln(); }
N numeric_log_of_base(const N& base, const N& a) { return a.log(base); }
N numeric_log(const N& a) { return a.log(N::from_int64(10)); }
N numeric_power(const N& a, const N& b) { return a.power(b); }

}  // namespace

void add_numeric_powers(FunctionTables& tables) {
  using enum TypeId;
  const auto unary = [&](std::string_view name, ScalarKernel kernel, std::string_view doc) {
    tables.function(name, {kNumeric}, kNumeric, kernel, doc);
  };
  tables.operation("^", {kNumeric, kNumeric}, kNumeric, each_row<numeric_power>, "first to the power of the second");
  unary("sqrt", each_row<numeric_sqrt>, "square root");
  unary("exp", each_row<numeric_exp>, "e to this power");
  unary("ln", each_row<numeric_ln>, "natural logarithm");
  unary("log", each_row<numeric_log>, "logarithm to base 10");
  unary("log10", each_row<numeric_log>, "logarithm to base 10");
  tables.function("log", {kNumeric, kNumeric}, kNumeric, each_row<numeric_log_of_base>,
                  "logarithm of the second to a base");
  for (const std::string_view name : {"power", "pow"}) {
    tables.function(name, {kNumeric, kNumeric}, kNumeric, each_row<numeric_power>, "first to the power of the second");
  }
}

}  // namespace tidemark
