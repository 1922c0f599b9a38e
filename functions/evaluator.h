#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "functions/expression.h"
#include "functions/query_context.h"
#include "types/data_chunk.h"

namespace tidemark {

/// Evaluates bound expressions on chunks. One a thread: it keeps what functions prepared between chunks.
///
/// Dictionary vectors are lifted (a strict function of one dictionary column runs once an entry) and so are runs;
/// constants stay constant. CASE, COALESCE, AND and OR evaluate a branch only on the rows that reach it, so an error in
/// a branch not taken never shows. Expressions must outlive the evaluator.
class Evaluator {
 public:
  explicit Evaluator(QueryContext& context) : context_(context) {}

  /// The value of each row of `input`. Any vector form may come back. `expression` holds no kColumn and no kParameter.
  Vector evaluate(const Expression& expression, const DataChunk& input);
  /// The same on the rows named by `rows` only; the result has rows.size() rows.
  Vector evaluate(const Expression& expression, const DataChunk& input, std::span<const uint32_t> rows);
  /// The rows for which `predicate` is true (not NULL, not false), ascending. Conjuncts are applied one after the other
  /// on what is left.
  SelectionVector select(const Expression& predicate, const DataChunk& input);
  /// The value of an expression that reads no input.
  Value evaluate_constant(const Expression& expression);

 private:
  class Frame;
  Vector value_in(const Expression& expression, Frame& frame);
  SelectionVector select_in(const Expression& predicate, Frame& frame);
  std::vector<Vector> arguments_in(const FunctionExpression& expression, Frame& frame);
  Vector call_function(const FunctionExpression& expression, Frame& frame);
  Vector call_with(const FunctionExpression& expression, std::span<Vector> arguments, size_t size);
  Vector call_flat(const FunctionExpression& expression, std::span<Vector> arguments, size_t size,
                   const Validity* wanted);
  Vector call_lifted(const FunctionExpression& expression, std::span<Vector> arguments, size_t lifted, size_t size);
  Vector logic(const Expression& expression, Frame& frame);
  Vector case_of(const Expression& expression, Frame& frame);
  Vector coalesce(const Expression& expression, Frame& frame);
  SelectionVector select_and(const Expression& expression, Frame& frame);
  SelectionVector select_or(const Expression& expression, Frame& frame);
  bool select_in_place(const FunctionExpression& expression, const Frame& frame, SelectionVector& rows);
  SelectionVector select_by_function(const FunctionExpression& expression, Frame& frame);
  const void* prepared(const FunctionExpression& expression);

  QueryContext& context_;
  std::unordered_map<const Expression*, std::shared_ptr<const void>> prepared_;
};

}  // namespace tidemark
