#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast_statement.h"
#include "parser/sql_tree_cursor.h"

namespace tidemark {

/// A node of the syntax tree with its place.
template <class T>
std::unique_ptr<T> make(int position) {
  auto node = std::make_unique<T>();
  node->position = position;
  return node;
}

/// ANTLR's tree → the syntax tree of ast.h. One file a part of the language; each function takes the node of the rule
/// that it is named for. What the grammar accepts and PostgreSQL does not is refused here, with PostgreSQL's words.
class SqlAstBuilder {
 public:
  SqlAstBuilder(std::string_view text, const std::vector<ScannedToken>& tokens) : text_(text), tokens_(tokens) {}

  std::vector<ast::StatementPtr> statements(const ParseNode* node);

  // sql_expression_builder.cpp
  ast::ExpressionPtr expression(const ParseNode* node);
  ast::ExpressionPtr simple_expression(const ParseNode* node) { return expression(node); }
  ast::ExpressionList expression_list(const ParseNode* node);
  ast::ExpressionPtr primary(const ParseNode* node);
  ast::ExpressionPtr special_call(const ParseNode* node);
  std::unique_ptr<ast::FunctionCall> call(ast::QualifiedName name, const ParseNode* node);
  ast::OrderItem order_item(const ParseNode* node);
  std::vector<ast::OrderItem> order_by(const ParseNode* node);
  ast::WindowDefinition window_specification(const ParseNode* node);
  ast::OperatorName operator_name(const ParseNode* node);
  /// The query in `( … )`, or null if the parentheses hold an expression or a list of them.
  ast::QueryPtr query_of_parentheses(const ParseNode* node);

  // sql_type_builder.cpp
  ast::TypeName type_name(const ParseNode* node);
  ast::TypeName constant_type(const ParseNode* node);
  ast::TypeName interval_type(int position, const ParseNode* fields);
  ast::ExpressionPtr typed_literal(const ParseNode* node);

  // sql_query_builder.cpp
  ast::QueryPtr query_statement(const ParseNode* node);
  ast::QueryPtr bare_query(const ParseNode* node) { return query_statement(node); }
  ast::QueryPtr query_in_parentheses(const ParseNode* node);
  ast::QueryPtr values_clause(const ParseNode* node);
  ast::CommonTable::Search search_clause(const ParseNode* node);
  ast::CommonTable::Cycle cycle_clause(const ParseNode* node);
  std::unique_ptr<ast::WithClause> with_clause(const ParseNode* node);
  std::vector<ast::SelectTarget> select_targets(const ParseNode* node);
  ast::TableExpressionPtr table_reference(const ParseNode* node);
  ast::TableExpressionPtr table_primary(const ParseNode* node);
  std::vector<ast::TableExpressionPtr> from_clause(const ParseNode* node);
  ast::ExpressionPtr where_clause(const ParseNode* node);
  std::unique_ptr<ast::TableReference> relation(const ParseNode* node);
  ast::ColumnTypePair column_type_pair(const ParseNode* node);
  ast::ExpressionPtr table_function_call(const ParseNode* node);
  /// Adds a set tail and a query tail to a query.
  ast::QueryPtr with_set_tail(ast::QueryPtr first, const ParseNode* set_tail);
  void add_query_tail(ast::Query& query, const ParseNode* tail);

  // sql_data_builder.cpp
  ast::StatementPtr preparable_statement(const ParseNode* node);
  ast::StatementPtr with_statement(const ParseNode* node);
  ast::StatementPtr insert_statement(const ParseNode* node);
  ast::StatementPtr update_statement(const ParseNode* node);
  ast::StatementPtr delete_statement(const ParseNode* node);
  ast::StatementPtr merge_statement(const ParseNode* node);
  ast::StatementPtr copy_statement(const ParseNode* node);
  ast::StatementPtr truncate_statement(const ParseNode* node);
  ast::IndexElement index_element(const ParseNode* node);
  std::vector<ast::Assignment> assignments(const ParseNode* node);
  std::vector<ast::Assignment::Target> insert_columns(const ParseNode* node);

  // sql_definition_builder.cpp
  ast::StatementPtr create_statement(const ParseNode* node);
  ast::Constraint table_constraint(const ParseNode* node);
  ast::ColumnDefinition column_definition(const ParseNode* node);
  std::vector<ast::Option> sequence_options(TreeCursor& cursor);

  // sql_alteration_builder.cpp
  ast::StatementPtr alter_statement(const ParseNode* node);
  ast::StatementPtr drop_statement(const ParseNode* node);
  ast::StatementPtr comment_statement(const ParseNode* node);
  ast::StatementPtr grant_statement(const ParseNode* node);
  ast::StatementPtr revoke_statement(const ParseNode* node);
  ast::StatementPtr refresh_statement(const ParseNode* node);
  ast::StatementPtr reindex_statement(const ParseNode* node);
  std::vector<ast::Option> role_options(TreeCursor& cursor);
  std::vector<ast::Option> database_options(TreeCursor& cursor);
  /// `SET …` or `RESET …` behind ALTER ROLE and ALTER DATABASE.
  ast::StatementPtr setting_clause(const ParseNode* node);

  // sql_session_builder.cpp
  ast::StatementPtr statement(const ParseNode* node);
  ast::StatementPtr session_statement(const ParseNode* node);
  ast::StatementPtr setting(const ParseNode* node, int position);
  ast::StatementPtr reset_statement(const ParseNode* node);

  // sql_name_builder.cpp: names, options, numbers
  [[nodiscard]] TreeCursor cursor(const ParseNode* node) const { return {node, tokens_}; }
  [[nodiscard]] const ScannedToken& first_token(const ParseNode* node) const;
  [[nodiscard]] int position(const ParseNode* node) const { return first_token(node).position; }
  [[nodiscard]] std::string_view source(const ScannedToken& token) const {
    return text_.substr(token.offset, token.length);
  }
  /// The name in a node that is one name token.
  [[nodiscard]] std::string name(const ParseNode* node) const;
  [[nodiscard]] ast::Name placed_name(const ParseNode* node) const { return {position(node), name(node)}; }
  /// `a.b.c`: columnName, typeFunctionName, … with dots between.
  [[nodiscard]] ast::QualifiedName qualified_name(const ParseNode* node) const;
  [[nodiscard]] std::vector<ast::QualifiedName> qualified_names(const ParseNode* node) const;
  [[nodiscard]] std::vector<ast::Name> names(const ParseNode* node) const;  ///< columnNames or columnList.
  [[nodiscard]] std::vector<std::string> role_names(const ParseNode* node) const;
  [[nodiscard]] std::string string_literal(const ParseNode* node) const;
  [[nodiscard]] std::string signed_number(const ParseNode* node) const;
  [[nodiscard]] std::vector<ast::Option> option_list(const ParseNode* node) const;  ///< optionList or withOptions.
  [[nodiscard]] ast::Option option_entry(const ParseNode* node) const;              ///< option or explainOption.
  void option_value(const ParseNode* node, ast::Option& option) const;
  [[nodiscard]] ast::ExpressionPtr literal(const ScannedToken& token) const;
  [[nodiscard]] ast::QualifiedName optional_qualified_name(TreeCursor& cursor, size_t keyword) const;

  /// Throws `syntax error at or near` the token.
  [[noreturn]] void fail_at(const ScannedToken& token) const;
  [[noreturn]] void fail_at(const ParseNode* node) const { fail_at(first_token(node)); }
  /// Throws the same, or with other words than `syntax error`, for the token after the node's last one: the one that
  /// PostgreSQL's parser has in its hand when it sees the mistake.
  [[noreturn]] void fail_at_index(size_t token_index) const;  ///< May be the end of the text.
  [[noreturn]] void fail_after(const ParseNode* node, std::string_view words = "") const;

 private:
  friend class PrecedencePass;
  ast::ExpressionPtr name_expression(const ParseNode* node);
  ast::ExpressionPtr parentheses(const ParseNode* node);
  ast::ExpressionPtr case_expression(const ParseNode* node);
  ast::ExpressionPtr array_elements(const ParseNode* node, int position);
  ast::ExpressionPtr with_indirection(ast::ExpressionPtr operand, TreeCursor& cursor);
  ast::ExpressionPtr add_indirection(ast::ExpressionPtr operand, const ParseNode* node);
  ast::ExpressionPtr finish_call(ast::QualifiedName name, TreeCursor& cursor);
  ast::ExpressionPtr typed_literal_of(ast::TypeName type, const ParseNode* string);
  ast::FunctionArgument argument(const ParseNode* node, bool& variadic);
  /// NFC, NFD, NFKC or NFKD as the string that the functions take.
  ast::ExpressionPtr normal_form(const ParseNode* node);
  ast::FrameBound frame_bound(const ParseNode* node);
  std::unique_ptr<ast::WindowFrame> window_frame(const ParseNode* node);
  ast::QueryPtr plain_query(const ParseNode* node);
  ast::QueryPtr plain_term(const ParseNode* node);
  ast::QueryPtr query_term(const ParseNode* node);
  ast::QueryPtr query_set(const ParseNode* node);
  ast::QueryPtr select_core(const ParseNode* node);
  ast::GroupingItem grouping_item(const ParseNode* node);
  ast::GroupingItem grouping_item(ast::ExpressionPtr expression, const ParseNode* node);
  std::unique_ptr<ast::SampleByClause> sample_by(const ParseNode* node);
  ast::LockingClause locking_clause(const ParseNode* node);
  void add_limit(ast::Query& query, const ParseNode* node);
  ast::TableExpressionPtr joined(ast::TableExpressionPtr left, const ParseNode* tail);
  ast::TableExpressionPtr function_reference(const ParseNode* node);
  void add_alias(ast::TableExpression& table, TreeCursor& cursor);
  std::unique_ptr<ast::TableReference> target_table(const ParseNode* node);
  ast::Assignment::Target assignment_target(const ParseNode* node);
  std::unique_ptr<ast::OnConflict> on_conflict(const ParseNode* node);
  ast::MergeAction merge_action(const ParseNode* node);
  ast::StatementPtr create_table(TreeCursor& cursor, ast::Persistence persistence, int position);
  ast::StatementPtr create_view(TreeCursor& cursor, ast::Persistence persistence, bool or_replace, int position);
  ast::StatementPtr create_materialized_view(TreeCursor& cursor, int position);
  ast::StatementPtr create_index(TreeCursor& cursor, bool unique, int position);
  ast::StatementPtr create_type(TreeCursor& cursor, int position);
  ast::StatementPtr create_domain(TreeCursor& cursor, int position);
  void add_column_constraint(ast::ColumnDefinition& column, const ParseNode* node);
  void add_table_element(ast::CreateTableStatement& table, const ParseNode* node);
  void constraint_attribute(ast::Constraint& constraint, TreeCursor& cursor);
  void references(ast::Constraint& constraint, const ParseNode* node);
  ast::StatementPtr alter_relation(ast::ObjectKind object, ast::QualifiedName name, bool if_exists, bool only,
                                   const ParseNode* node, int position);
  ast::AlterTableAction alter_action(const ParseNode* node);
  void alter_column(ast::AlterTableAction& action, const ParseNode* node);
  ast::StatementPtr alter_type_or_domain(TreeCursor& cursor, ast::ObjectKind object, int position);
  ast::StatementPtr alter_role(TreeCursor& cursor, bool group, int position);
  ast::StatementPtr domain_action(ast::QualifiedName domain, const ParseNode* node, int position);
  ast::ObjectName function_signature(const ParseNode* node);
  ast::ObjectKind object_type(const ParseNode* node);
  ast::ObjectKind function_type(const ParseNode* node);
  std::vector<ast::Privilege> privileges(const ParseNode* node);
  void grant_target(ast::GrantPrivilegesStatement& grant, const ParseNode* node);
  ast::StatementPtr grant_or_revoke(const ParseNode* node, bool grant);
  ast::StatementPtr transaction_statement(const ParseNode* node);
  ast::TransactionModes transaction_modes(const ParseNode* node);
  ast::StatementPtr set_statement(const ParseNode* node);
  std::string setting_name(TreeCursor& cursor);
  ast::StatementPtr fetch_statement(const ParseNode* node);
  ast::StatementPtr explain_statement(const ParseNode* node);
  ast::StatementPtr declare_statement(const ParseNode* node);
  ast::StatementPtr lock_statement(const ParseNode* node);
  ast::StatementPtr maintenance_statement(const ParseNode* node);
  ast::StatementPtr unsupported(const ParseNode* node);
  std::vector<ast::MaintenanceTarget> maintenance_targets(const ParseNode* node);

  std::string_view text_;
  const std::vector<ScannedToken>& tokens_;
};

}  // namespace tidemark
