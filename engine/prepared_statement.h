#pragma once

#include <memory>
#include <string>
#include <vector>

#include "parser/ast.h"
#include "parser/literal_mask.h"
#include "planner/planner.h"
#include "tidemark/statement.h"

namespace tidemark {

/// A parsed statement and, once it was planned, its plan. `kind` decides: queries and DML have plans, all others are
/// run from the syntax tree.
class PreparedStatement final : public Statement {
 public:
  PreparedStatement(std::string text, std::shared_ptr<const ast::Statement> syntax)
      : text_(std::move(text)), syntax_(std::move(syntax)) {}

  [[nodiscard]] const std::string& text() const override { return text_; }
  [[nodiscard]] const std::vector<LogicalType>& parameter_types() const override { return parameter_types_; }
  [[nodiscard]] const std::vector<ResultColumn>& columns() const override { return columns_; }
  [[nodiscard]] bool returns_rows() const override { return returns_rows_; }
  [[nodiscard]] bool is_transaction_control() const override {
    return syntax_->kind == ast::StatementKind::Transaction;
  }

  [[nodiscard]] const ast::Statement& syntax() const { return *syntax_; }
  [[nodiscard]] const std::shared_ptr<const ast::Statement>& shared_syntax() const { return syntax_; }
  void set_syntax(std::shared_ptr<const ast::Statement> syntax) { syntax_ = std::move(syntax); }

  /// Set by the session when it plans.
  std::vector<LogicalType> parameter_types_;
  std::vector<ResultColumn> columns_;
  bool returns_rows_ = false;
  std::shared_ptr<const PlannedStatement> planned;  ///< null for utility statements, and before planning
  uint64_t settings_hash = 0;                       ///< Settings::binding_hash() that `planned` was made under
  Flavour flavour = Flavour::kSql;                  ///< whose functions its names mean (D7)
  bool described = false;                           ///< columns and parameter types are known
  std::vector<Value> constants;                     ///< literals of its text that `planned` takes as parameters
  std::unique_ptr<MaskedText> masked;               ///< until it was planned, if its plan is worth keeping
  bool takes_parameters = true;                     ///< false: it is run without having been prepared
  bool among_others = false;                        ///< its text had several statements
  int64_t made_at_us = 0;                           ///< of PREPARE: when, as timestamptz
  int64_t executions = 0;                           ///< of PREPARE: how often it was run

 private:
  std::string text_;
  std::shared_ptr<const ast::Statement> syntax_;
};

/// Whether the executor runs it (queries, INSERT, UPSERT, UPDATE, DELETE, MERGE).
bool is_planned(ast::StatementKind kind);

/// The first words of the command tag: `SELECT`, `INSERT`, `CREATE TABLE`.
std::string command_words(const ast::Statement& statement);

}  // namespace tidemark
