#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "functions/evaluator.h"
#include "functions/expression.h"
#include "functions/query_context.h"
#include "functions/registry.h"

namespace tidemark::testing {

/// A context without a session, for kernels that need none.
struct TestContext {
  ManualClock clock;
  Random random{42};
  QueryContext context;
  TestContext();
};

ExpressionPtr constant(Value value);
ExpressionPtr input(uint32_t index, LogicalType type);
/// Resolves and coerces as the binder does.
ExpressionPtr call(std::string_view name, std::vector<ExpressionPtr> arguments, Flavour flavour = Flavour::kSql);
ExpressionPtr operation(std::string_view symbol, std::vector<ExpressionPtr> arguments, Flavour flavour = Flavour::kSql);
ExpressionPtr control(ExpressionKind kind, LogicalType type, std::vector<ExpressionPtr> parts);

template <class... Parts>
std::vector<ExpressionPtr> list(Parts... parts) {
  std::vector<ExpressionPtr> result;
  (result.push_back(std::move(parts)), ...);
  return result;
}

/// A flat vector of boxed values; NULLs where they are NULL.
Vector flat_vector(LogicalType type, std::span<const Value> values);
/// The same values in other forms: flat, dictionary (with unused entries), run.
std::vector<Vector> all_forms(LogicalType type, std::span<const Value> values);

/// The SQLSTATE and message that `body` throws: `22012 division by zero`; empty if nothing.
template <class Body>
std::string error_of(const Body& body);

}  // namespace tidemark::testing

#include "base/error.h"

template <class Body>
std::string tidemark::testing::error_of(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.sqlstate() + " " + error.message();
  }
  return "";
}
