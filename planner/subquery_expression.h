#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "planner/logical_plan.h"

namespace tidemark {

/// A subquery inside an expression, between its binding and the moment when the node that holds the expression is put
/// together: then an Apply takes its place (bind_subquery.cpp), and the expression becomes a column.
///
/// Copies of the expression share the subquery, so that it is planned, and run, once.
struct SubqueryExpression final : Expression {
  struct Shared {
    JoinType type = JoinType::kSingle;  ///< kSingle: one row at most; kMark: EXISTS, IN, ANY
    LogicalPtr plan;                    ///< null once it is a part of the plan
    /// kMark: what each row is compared by, over the outer row and the plan's outputs. Empty: EXISTS.
    std::vector<ExpressionPtr> conditions;
    PlanOutput mark;  ///< kMark
  };
  std::shared_ptr<Shared> shared;
  PlanColumn column;  ///< of the result: an output of the plan, or the mark

  SubqueryExpression(LogicalType result_type, std::shared_ptr<Shared> subquery, PlanColumn result)
      : Expression(ExpressionKind::kSubquery, result_type), shared(std::move(subquery)), column(result) {}
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<SubqueryExpression>(*this); }
};

}  // namespace tidemark
