#pragma once

#include <memory>
#include <vector>

#include "executor/execution_state.h"
#include "functions/expression.h"

namespace tidemark {

/// An expression of the plan made ready for one run: parameters are replaced by their values, and stable functions of
/// constants by their result. Borrows the plan's tree where there is nothing to replace.
class PreparedExpression {
 public:
  PreparedExpression() = default;
  /// `expression` may be null; it must outlive this. An error in folding is left for the run to meet, if it ever does.
  PreparedExpression(const Expression* expression, ExecutionState& state);

  /// One that keeps a copy of `expression`, which is ready already.
  static PreparedExpression owning(const Expression& expression);

  explicit operator bool() const { return expression_ != nullptr; }
  const Expression& operator*() const { return *expression_; }
  const Expression* operator->() const { return expression_; }
  /// The value if it is a constant, else null.
  [[nodiscard]] const Value* constant() const;

 private:
  const Expression* expression_ = nullptr;
  std::shared_ptr<const Expression> owned_;
};

std::vector<PreparedExpression> prepare_all(const std::vector<ExpressionPtr>& expressions, ExecutionState& state);

/// The value of an expression that reads no rows (LIMIT, bounds, constants of pushed predicates).
Value evaluate_once(const Expression& expression, ExecutionState& state);

}  // namespace tidemark
