#pragma once

#include <span>

#include "functions/expression.h"
#include "functions/query_context.h"
#include "types/data_chunk.h"

namespace tidemark {

/// Evaluates bound expressions on chunks. One a thread: it keeps scratch memory between chunks.
///
/// Dictionary vectors are lifted (a strict immutable function of one dictionary column runs once an entry) and so are
/// runs; constants stay constant. CASE, COALESCE, AND and OR evaluate a branch only on the rows that reach it, so an
/// error in a branch not taken never shows.
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
  QueryContext& context_;
};

}  // namespace tidemark
