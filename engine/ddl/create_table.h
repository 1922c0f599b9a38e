#pragma once

#include "engine/ddl/ddl_context.h"

namespace tidemark {

/// CREATE TABLE: columns, constraints, options → one TableEntry, with its sequences (serial, identity) and the hidden
/// tables of secondary UNIQUE constraints. Foreign keys, inheritance and partitioning clauses are refused with 0A000.
void create_table(const ast::CreateTableStatement& statement, DdlContext& context);

/// The table of CREATE TABLE AS: columns as the query gives them. Null if IF NOT EXISTS found one.
const TableEntry* create_table_as(const ast::CreateTableAsStatement& statement, const std::vector<PlanOutput>& outputs,
                                  DdlContext& context);

/// 42P16 for pseudo-types, which no column can be declared with.
void require_column_type(const std::string& column, LogicalType type);

/// Adds one column with its NOT NULL, DEFAULT, GENERATED and identity clauses to `table` (also ALTER TABLE ADD COLUMN).
/// Constraints over the table (CHECK, UNIQUE, PRIMARY KEY) are left to `add_constraint`.
void add_column(TableEntry& table, const ast::ColumnDefinition& definition, DdlContext& context);

/// Throws 42P17 if the generated `column` reads another one, or what is not always the same.
void check_generation(const TableEntry& table, const ColumnEntry& column, DdlContext& context);

/// Adds a table or column constraint: CHECK, UNIQUE, PRIMARY KEY. `column`: the column it was written at, or empty.
void add_constraint(TableEntry& table, const ast::Constraint& constraint, const std::string& column,
                    DdlContext& context);

/// GENERATED … AS IDENTITY: `column` of `table` takes its values from a sequence of its own from now on.
void make_identity(const TableEntry& table, ColumnEntry& column, const ast::Constraint& constraint,
                   DdlContext& context);

/// What a CREATE SEQUENCE or identity clause says.
SequenceEntry make_sequence(const std::vector<ast::Option>& options, LogicalType type, DdlContext& context);
/// Applies options to an existing sequence (ALTER SEQUENCE).
void apply_sequence_options(SequenceEntry& sequence, const std::vector<ast::Option>& options, bool is_new,
                            DdlContext& context);

/// Puts the hidden keyed table that enforces a secondary UNIQUE (D31) and notes its id in the constraint.
void put_hidden_table(const TableEntry& table, UniqueConstraint& constraint, DdlContext& context);

}  // namespace tidemark
