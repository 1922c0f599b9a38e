#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast_statement.h"

namespace tidemark {

/// Writes syntax trees as canonical SQL; see ast_to_sql.h. One instance writes one text.
class SqlPrinter {
 public:
  [[nodiscard]] std::string take() { return std::move(out_); }

  // sql_printer.cpp
  void statement(const ast::Statement& node);
  void name(const ast::QualifiedName& node);

  // sql_expression_printer.cpp
  void expression(const ast::Expression& node);
  void type(const ast::TypeName& node);

 private:
  /// Appends the parts one after the other.
  template <class... Parts>
  void put(const Parts&... parts) {
    (out_.append(parts), ...);
  }
  void identifier(std::string_view text);
  void literal(std::string_view text);
  /// Writes `items` with `, ` between.
  template <class Items, class Write>
  void list(const Items& items, Write&& write) {
    bool first = true;
    for (const auto& item : items) {
      if (!first) put(", ");
      first = false;
      write(item);
    }
  }
  void names(const std::vector<ast::Name>& items);
  void name_list(const std::vector<ast::Name>& items);  ///< In parentheses, with a space before; nothing if empty.
  void qualified_names(const std::vector<ast::QualifiedName>& items);
  void expressions(const ast::ExpressionList& items);
  void identifiers(const std::vector<std::string>& items);
  void options(const std::vector<ast::Option>& items);
  void with_options(const std::vector<ast::Option>& items);
  void option_value(const ast::Option& option);

  // sql_expression_printer.cpp
  void operand(const ast::Expression& node, int level);
  void restricted(const ast::Expression& node);
  void primary(const ast::Expression& node);
  void operator_name(const ast::OperatorName& node);
  void operator_expression(const ast::OperatorExpression& node);
  void case_expression(const ast::CaseExpression& node);
  void function_call(const ast::FunctionCall& node);
  void builtin(const ast::BuiltinExpression& node);
  void cast(const ast::CastExpression& node);
  void order_items(const std::vector<ast::OrderItem>& items);
  void order_by(const std::vector<ast::OrderItem>& items);
  void window(const ast::WindowDefinition& node);
  void frame_bound(const ast::FrameBound& node);
  void frame(const ast::WindowFrame& node);

  // sql_query_printer.cpp
  void query(const ast::Query& node);
  void query_in_parentheses(const ast::Query& node);
  void set_operand(const ast::Query& node, bool left, const ast::SetOperationQuery& parent);
  void select(const ast::SelectQuery& node);
  void values(const ast::ValuesQuery& node);
  void with_clause(const ast::WithClause& node);
  void targets(const std::vector<ast::SelectTarget>& items);
  void tables(const std::vector<ast::TableExpressionPtr>& items);
  void table(const ast::TableExpression& node);
  void table_reference(const ast::TableReference& node);
  void function_reference(const ast::FunctionReference& node);
  void join(const ast::JoinReference& node);
  void alias(const ast::TableExpression& node);
  void column_types(const std::vector<ast::ColumnTypePair>& items);
  void grouping(const ast::GroupingItem& node);
  void query_tail(const ast::Query& node);
  void where(const ast::ExpressionPtr& condition);
  void returning(const std::vector<ast::SelectTarget>& items);

  // sql_data_printer.cpp
  void insert(const ast::InsertStatement& node);
  void update(const ast::UpdateStatement& node);
  void delete_rows(const ast::DeleteStatement& node);
  void merge(const ast::MergeStatement& node);
  void copy(const ast::CopyStatement& node);
  void target_columns(const std::vector<ast::Assignment::Target>& items);
  void target(const ast::Assignment::Target& node);
  void assignments(const std::vector<ast::Assignment>& items);
  void index_elements(const std::vector<ast::IndexElement>& items);
  void overriding(ast::Overriding kind);

  // sql_definition_printer.cpp
  bool definition(const ast::Statement& node);  ///< False if the statement is none.
  void create_table(const ast::CreateTableStatement& node);
  void create_table_as(const ast::CreateTableAsStatement& node);
  void create_view(const ast::CreateViewStatement& node);
  void create_index(const ast::CreateIndexStatement& node);
  void constraint(const ast::Constraint& node, bool of_table);
  void foreign_key(const ast::Constraint& node);
  void column(const ast::ColumnDefinition& node);
  void sequence_options(const std::vector<ast::Option>& items);
  void alter_table(const ast::AlterTableStatement& node);
  void alter_action(const ast::AlterTableAction& node);
  void alter_domain(const ast::AlterDomainStatement& node);
  void alter_enum(const ast::AlterEnumStatement& node);
  void drop(const ast::DropStatement& node);
  void comment(const ast::CommentStatement& node);
  void object_name(const ast::ObjectName& node);
  void rename(const ast::RenameStatement& node);

  // sql_session_printer.cpp
  void session(const ast::Statement& node);
  void role_options(const std::vector<ast::Option>& items);
  void grant_privileges(const ast::GrantPrivilegesStatement& node);
  void grant_role(const ast::GrantRoleStatement& node);
  void transaction(const ast::TransactionStatement& node);
  void transaction_modes(const ast::TransactionModes& node);
  void set(const ast::SetStatement& node);
  void fetch(const ast::FetchStatement& node);
  void setting_name(std::string_view dotted);
  void maintenance(const char* word, const std::vector<ast::Option>& option_items,
                   const std::vector<ast::MaintenanceTarget>& items);

  std::string out_;
};

/// `MATERIALIZED VIEW`, `TEXT SEARCH CONFIGURATION` …
[[nodiscard]] std::string_view object_words(ast::ObjectKind kind);

}  // namespace tidemark
