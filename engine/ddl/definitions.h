#pragma once

#include <optional>

#include "engine/ddl/ddl_context.h"

namespace tidemark {

class Session;

/// The statements that define things other than tables; each checks, then puts or drops catalog entries in the context.
/// Errors are PostgreSQL's: 42P06, 42P07, 42710 for what exists, 3F000, 42P01, 42704 for what does not.

void create_schema(const ast::CreateSchemaStatement& statement, DdlContext& context);
void create_database(const ast::CreateDatabaseStatement& statement, DdlContext& context);
void create_view(const ast::CreateViewStatement& statement, DdlContext& context);
/// A unique index is given back: the rows that are there have to be entered (engine/utility/unique_keys.h).
std::optional<UniqueConstraint> create_index(const ast::CreateIndexStatement& statement, DdlContext& context);
void create_sequence(const ast::CreateSequenceStatement& statement, DdlContext& context);
void alter_sequence(const ast::AlterSequenceStatement& statement, DdlContext& context);
void create_role(const ast::CreateRoleStatement& statement, DdlContext& context);
void alter_role(const ast::AlterRoleStatement& statement, DdlContext& context);
void rename_object(const ast::RenameStatement& statement, DdlContext& context);
void set_schema(const ast::SetSchemaStatement& statement, DdlContext& context);
void comment_on(const ast::CommentStatement& statement, DdlContext& context);

void create_domain(const ast::CreateDomainStatement& statement, DdlContext& context);
/// New rules are checked against the columns of the domain.
void alter_domain(Session& session, const ast::AlterDomainStatement& statement);
void rename_domain_constraint(const ast::RenameStatement& statement, DdlContext& context);
/// OWNER TO for what is no relation.
void set_owner(const ast::SetOwnerStatement& statement, DdlContext& context);
/// `text search parser`: what messages call such an object.
std::string_view object_word(ast::ObjectKind kind);
/// Throws the error of an object of a kind of which there are none here. `on_table`: of triggers, rules, policies.
[[noreturn]] void throw_no_such_object(ast::ObjectKind kind, const ast::ObjectName& object,
                                       const ast::QualifiedName& on_table, DdlContext& context);
/// Throws 42704.
TypeEntry type_by_name(const ast::QualifiedName& name, const DdlContext& context);
/// An index of this table, of whatever kind. Throws 42704, 42809.
void check_index_of(const TableEntry& table, const std::string& index, const DdlContext& context);

void create_enum(const ast::CreateEnumStatement& statement, DdlContext& context);
void create_composite_type(const ast::CreateCompositeTypeStatement& statement, DdlContext& context);
void alter_enum(const ast::AlterEnumStatement& statement, DdlContext& context);
/// ALTER TYPE | DOMAIN … RENAME TO. 0A000 if a stored text could not follow.
void rename_type(const ast::RenameStatement& statement, DdlContext& context);
void set_type_schema(const ast::SetSchemaStatement& statement, DdlContext& context);
/// DROP TYPE, DROP DOMAIN.
void drop_type(const ast::QualifiedName& name, bool is_domain, bool cascade, DdlContext& context);
void drop_type(const TypeEntry& type, bool cascade, DdlContext& context);

/// DROP TABLE | VIEW | MATERIALIZED VIEW | INDEX | SEQUENCE | SCHEMA | DATABASE | ROLE. With dependents and without
/// CASCADE: 2BP01.
void drop_objects(const ast::DropStatement& statement, DdlContext& context);
/// The views that read the column, before `dropped` (`column a of table t`) goes: 2BP01 without CASCADE.
void drop_dependent_views(const TableEntry& table, ColumnId column, const std::string& dropped, bool cascade,
                          DdlContext& context);
/// CASCADE from what the view depends on, with a notice.
void drop_view_and_dependents(ObjectId view, DdlContext& context);
/// The schema that a table, view, index or sequence is in.
ObjectId schema_of_relation(const CatalogEntry& relation);
/// A table with its hidden tables, indexes and owned sequences.
void drop_table(const TableEntry& table, DdlContext& context);

/// Everything in a schema, but not the schema.
void drop_contents(const SchemaEntry& schema, DdlContext& context);

/// A table's rows and keys.
void truncate_table(const TableEntry& table, DdlContext& context);
void truncate_tables(const ast::TruncateStatement& statement, DdlContext& context);

}  // namespace tidemark
