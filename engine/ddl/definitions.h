#pragma once

#include "engine/ddl/ddl_context.h"

namespace tidemark {

/// The statements that define things other than tables; each checks, then puts or drops catalog entries in the context.
/// Errors are PostgreSQL's: 42P06, 42P07, 42710 for what exists, 3F000, 42P01, 42704 for what does not.

void create_schema(const ast::CreateSchemaStatement& statement, DdlContext& context);
void create_database(const ast::CreateDatabaseStatement& statement, DdlContext& context);
void create_view(const ast::CreateViewStatement& statement, DdlContext& context);
void create_index(const ast::CreateIndexStatement& statement, DdlContext& context);
void create_sequence(const ast::CreateSequenceStatement& statement, DdlContext& context);
void alter_sequence(const ast::AlterSequenceStatement& statement, DdlContext& context);
void create_role(const ast::CreateRoleStatement& statement, DdlContext& context);
void alter_role(const ast::AlterRoleStatement& statement, DdlContext& context);
void rename_object(const ast::RenameStatement& statement, DdlContext& context);
void set_schema(const ast::SetSchemaStatement& statement, DdlContext& context);
void comment_on(const ast::CommentStatement& statement, DdlContext& context);

/// DROP TABLE | VIEW | MATERIALIZED VIEW | INDEX | SEQUENCE | SCHEMA | DATABASE | ROLE. With dependents and without
/// CASCADE: 2BP01.
void drop_objects(const ast::DropStatement& statement, DdlContext& context);
/// A table with its hidden tables, indexes and owned sequences.
void drop_table(const TableEntry& table, DdlContext& context);

void truncate_tables(const ast::TruncateStatement& statement, DdlContext& context);

}  // namespace tidemark
