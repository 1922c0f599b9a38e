#pragma once

#include <string_view>
#include <vector>

#include "functions/query_context.h"
#include "parser/ast.h"
#include "parser/literal_mask.h"
#include "types/value.h"

/// Literals that a plan may take as parameters, so that it serves other texts of the same shape.
namespace tidemark {

namespace ast {
struct Literal;
}

/// Those whose value decides nothing before a statement runs: compared with a column in WHERE, or written to one by
/// VALUES and SET. In the order of the text. Views and defaults that the statement names are not entered.
[[nodiscard]] std::vector<const ast::Literal*> literals_of_columns(const ast::Statement& statement);

/// The value that the binder gives to a literal where `type` is wanted. Throws what reading it throws.
[[nodiscard]] Value read_literal(const MaskedLiteral& literal, LogicalType type, QueryContext& query);

}  // namespace tidemark
