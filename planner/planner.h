#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/table_statistics.h"
#include "catalog/virtual_table.h"
#include "functions/function.h"
#include "functions/query_context.h"
#include "parser/ast.h"
#include "planner/derived_parameters.h"
#include "planner/logical_plan.h"
#include "planner/physical_plan.h"

namespace tidemark {

namespace ast {
struct Literal;
}
struct NameUses;

/// What binding may look at. Everything outlives the call.
struct PlannerContext {
  const Catalog& catalog;
  const DatabaseEntry& database;
  std::vector<std::string> search_path;  ///< schema names, without the implicit pg_catalog
  const VirtualTables* virtual_tables = nullptr;
  const TableStatistics* statistics = nullptr;
  QueryContext& query;  ///< for folding immutable functions; its settings decide how literals are read
  /// Declared by the client; kUnknown: to be inferred. Grows and is filled in by binding.
  std::vector<LogicalType> parameter_types = {};
  /// Whose functions and operators a name means (D7).
  Flavour flavour = Flavour::kSql;
  bool takes_parameters = true;  ///< false: the text is run as it is, and `$1` is 42P02
  /// Literals of the statement to be bound as parameters: the first as $1 and so on. Only where it has no others.
  std::vector<const ast::Literal*> literal_parameters = {};
  bool derives_parameters = true;  ///< false: comparisons with parameters of other types stay as they are
  bool implicit_group_by = false;  ///< tidemark.implicit_group_by (D21)
  std::vector<std::string> disabled_rules = {};

  NameUses* name_uses = nullptr;  ///< where binding notes what names mean; usually nowhere

  // Filled in by binding.
  /// The next number that no output of the statement bears; rules take new ones from here, too.
  PlanColumn next_column = 1;
  uint32_t next_cte = 1;
  std::vector<DerivedParameter> derived_parameters = {};
  /// Objects whose change makes the plan stale, with the versions seen.
  std::vector<std::pair<ObjectId, uint64_t>> depends_on = {};
  std::vector<ObjectId> named = {};  ///< those of `depends_on` that the statement itself names, not only a view of it
  std::vector<ObjectId> tables_read = {};
  bool writes = false;
  bool writes_permanent = false;  ///< other than temporary tables
};

/// A statement that runs through the executor: queries, INSERT, UPSERT, UPDATE, DELETE, MERGE.
struct PlannedStatement {
  PhysicalPtr plan;
  std::vector<PlanOutput> outputs;  ///< of the result; empty for DML without RETURNING
  std::vector<LogicalType> parameter_types;
  std::vector<DerivedParameter> derived_parameters;
  /// Objects whose change makes the plan stale, with the versions seen.
  std::vector<std::pair<ObjectId, uint64_t>> depends_on;
  std::vector<ObjectId> named;  ///< those that the statement itself names, not only a view of it
  bool writes = false;
  bool writes_permanent = false;  ///< other than temporary tables: not in a read-only transaction
  std::vector<ObjectId> tables_read;
};

/// Binds names, types and functions. Throws 42P01, 42703, 42883, 42804 … with positions, in PostgreSQL's words.
LogicalPtr bind_statement(const ast::Statement& statement, PlannerContext& context);
/// Applies the table of rules.
LogicalPtr optimize(LogicalPtr plan, PlannerContext& context);
/// Chooses operators.
PhysicalPtr plan_physical(const LogicalNode& plan, PlannerContext& context);

/// The three in a row.
std::shared_ptr<const PlannedStatement> plan_statement(const ast::Statement& statement, PlannerContext& context);

/// Binds an expression that reads one table's row by name (defaults, CHECK, generated columns, USING): InputExpressions
/// by column order. `entry` null: no columns may be named. The result is cast to `target` by assignment rules if that
/// is set.
ExpressionPtr bind_table_expression(const ast::Expression& expression, const TableEntry* entry,
                                    std::optional<LogicalType> target, PlannerContext& context);

/// An element of an index that is no column, or its predicate, as bind_table_expression gives expressions. 42P17 unless
/// it is immutable.
ExpressionPtr bind_index_expression(const ast::Expression& expression, const TableEntry& table, bool predicate,
                                    PlannerContext& context);
/// What a writer needs for the unique indexes of the table that are over expressions or partial.
std::vector<PhysicalWriteTarget::UniqueKey> computed_unique_keys(const TableEntry& table, PlannerContext& context);
/// The name that an index's column of this expression gets: that of its function, or `expr`.
std::string index_column_name(const ast::Expression& expression);

/// COPY … FROM … WHERE over the table's row, as bind_table_expression gives expressions.
ExpressionPtr bind_copy_condition(const ast::Expression& condition, const TableEntry& table, PlannerContext& context);

/// The type that a type name of DDL means, with its modifier. Throws 42704.
LogicalType resolve_type(const ast::TypeName& name, PlannerContext& context);
/// Whether INSERT, UPDATE and DELETE go through the view, as far as its own query says.
bool is_updatable_view(const ViewEntry& view);
/// The domain that a type name means; null if it is another type.
const TypeEntry* find_domain(const ast::TypeName& name, const PlannerContext& context);

/// Binds the check of a domain over `base` (its text names the value VALUE), to see whether it can be: as
/// bind_table_expression does.
/// Whether `type` is of rows some of whose fields are of domains.
bool has_domain_fields(LogicalType type, PlannerContext& context);
void check_domain_expression(const ast::Expression& expression, LogicalType base, PlannerContext& context);
/// A column of a domain, read from the table's row and held against the domain's rules.
ExpressionPtr checked_domain_value(const TableEntry& table, uint32_t column, PlannerContext& context);

}  // namespace tidemark
