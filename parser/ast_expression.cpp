#include "parser/ast_expression.h"

#include "parser/ast_query.h"

// The expressions that hold a query: only here is Query a complete type.
namespace tidemark::ast {

InExpression::InExpression() : Expression(kKind) {}
InExpression::~InExpression() = default;
SubqueryExpression::SubqueryExpression() : Expression(kKind) {}
SubqueryExpression::~SubqueryExpression() = default;
QuantifiedExpression::QuantifiedExpression() : Expression(kKind) {}
QuantifiedExpression::~QuantifiedExpression() = default;

}  // namespace tidemark::ast
