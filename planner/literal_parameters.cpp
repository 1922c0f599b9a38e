#include "planner/literal_parameters.h"

#include <algorithm>

#include "functions/coercion.h"
#include "functions/evaluator.h"
#include "functions/expression.h"
#include "parser/ast_expression.h"
#include "parser/ast_query.h"
#include "parser/ast_statement.h"

namespace tidemark {
namespace {

class Collector {
 public:
  void statement(const ast::Statement& statement) {
    switch (statement.kind) {
      case ast::StatementKind::Query:
        return query(static_cast<const ast::Query&>(statement));
      case ast::StatementKind::Insert: {
        const auto& insert = statement.as<ast::InsertStatement>();
        with(insert.with.get());
        if (insert.query) insert_source(*insert.query);
        return;
      }
      case ast::StatementKind::Update: {
        const auto& update = statement.as<ast::UpdateStatement>();
        with(update.with.get());
        for (const ast::Assignment& assignment : update.assignments) {
          if (!assignment.multiple) operand(assignment.value.get());
        }
        for (const auto& table : update.from) from(table.get());
        return condition(update.where.get());
      }
      case ast::StatementKind::Delete: {
        const auto& deletion = statement.as<ast::DeleteStatement>();
        with(deletion.with.get());
        for (const auto& table : deletion.using_tables) from(table.get());
        return condition(deletion.where.get());
      }
      default:
        return;
    }
  }

  std::vector<const ast::Literal*> take() {
    std::ranges::sort(found_, {}, [](const ast::Literal* literal) { return literal->position; });
    return std::move(found_);
  }

 private:
  void with(const ast::WithClause* clause) {
    if (!clause) return;
    for (const ast::CommonTable& table : clause->tables) statement(*table.statement);
  }

  void query(const ast::Query& query) {
    with(query.with.get());
    if (query.query_kind == ast::QueryKind::SetOperation) {
      const auto& both = query.as<ast::SetOperationQuery>();
      this->query(*both.left);
      this->query(*both.right);
    } else if (query.query_kind == ast::QueryKind::Select) {
      const auto& select = query.as<ast::SelectQuery>();
      for (const auto& table : select.from) from(table.get());
      condition(select.where.get());
    }
  }

  void insert_source(const ast::Query& source) {
    if (source.query_kind != ast::QueryKind::Values || source.as<ast::ValuesQuery>().literal_rows) return query(source);
    for (const ast::ExpressionList& row : source.as<ast::ValuesQuery>().rows) {
      for (const ast::ExpressionPtr& cell : row) operand(cell.get());
    }
  }

  void from(const ast::TableExpression* table) {
    if (table->kind == ast::TableExpressionKind::Subquery) {
      query(*table->as<ast::SubqueryReference>().query);
    } else if (table->kind == ast::TableExpressionKind::Join) {
      from(table->as<ast::JoinReference>().left.get());
      from(table->as<ast::JoinReference>().right.get());
    }
  }

  void condition(const ast::Expression* expression) {
    if (!expression) return;
    switch (expression->kind) {
      case ast::ExpressionKind::Logical:
        for (const ast::ExpressionPtr& part : expression->as<ast::LogicalExpression>().operands) condition(part.get());
        return;
      case ast::ExpressionKind::Operator: {
        const auto& call = expression->as<ast::OperatorExpression>();
        if (!call.left || !is_comparison(call.name)) return;
        if (is_column(*call.left)) operand(call.right.get());
        if (is_column(*call.right)) operand(call.left.get());
        return;
      }
      case ast::ExpressionKind::Between: {
        const auto& between = expression->as<ast::BetweenExpression>();
        if (!is_column(*between.operand) || between.symmetric) return;
        operand(between.low.get());
        operand(between.high.get());
        return;
      }
      case ast::ExpressionKind::In: {
        const auto& in = expression->as<ast::InExpression>();
        if (!is_column(*in.operand)) return;
        for (const ast::ExpressionPtr& element : in.list) operand(element.get());
        return;
      }
      default:
        return;
    }
  }

  /// A string or number, or a string with a type.
  void operand(const ast::Expression* expression) {
    if (expression->kind == ast::ExpressionKind::Cast) {
      const auto& cast = expression->as<ast::CastExpression>();
      const bool plain = cast.type.modifiers.empty() && cast.type.interval_fields == ast::IntervalFields::All &&
                         cast.type.array_bounds.empty() && cast.operand->kind == ast::ExpressionKind::Literal;
      if (!plain || cast.operand->as<ast::Literal>().literal_kind != ast::LiteralKind::String) return;
      expression = cast.operand.get();
    }
    if (expression->kind != ast::ExpressionKind::Literal) return;
    const auto& literal = expression->as<ast::Literal>();
    if (literal.literal_kind == ast::LiteralKind::Integer || literal.literal_kind == ast::LiteralKind::Decimal ||
        literal.literal_kind == ast::LiteralKind::String) {
      found_.push_back(&literal);
    }
  }

  static bool is_column(const ast::Expression& expression) {
    return expression.kind == ast::ExpressionKind::ColumnReference;
  }

  static bool is_comparison(const ast::OperatorName& name) {
    static constexpr std::string_view kSymbols[] = {"=", "<>", "<", "<=", ">", ">="};
    return name.schema.empty() && std::ranges::find(kSymbols, name.symbol) != std::end(kSymbols);
  }

  std::vector<const ast::Literal*> found_;
};

}  // namespace

std::vector<const ast::Literal*> literals_of_columns(const ast::Statement& statement) {
  Collector collector;
  collector.statement(statement);
  return collector.take();
}

Value read_literal(const MaskedLiteral& literal, LogicalType type, QueryContext& query) {
  if (literal.kind == MaskedKind::kInt32 && type.id == TypeId::kInt32) return Value::int32(std::stoi(literal.value));
  if (literal.kind == MaskedKind::kInt64 && type.id == TypeId::kInt64) return Value::int64(std::stoll(literal.value));
  if (type.id == TypeId::kText) return Value::text(literal.value);
  auto text = std::make_unique<ConstantExpression>(Value::text(literal.value).with_type(TypeId::kUnknown));
  type.modifier = -1;
  const ExpressionPtr read = coerce(std::move(text), type, CastContext::kImplicit);
  const Value value = Evaluator(query).evaluate_constant(*read);
  return value.type() == type ? value : value.with_type(type);
}

}  // namespace tidemark
