#pragma once

#include <set>
#include <string>

#include "engine/ddl/ddl_context.h"

namespace tidemark {

/// FOREIGN KEY and REFERENCES: adds the key to `table`, which need not be in the catalog yet, and notes in the
/// referenced table who refers to it. `column`: the column it was written at, or empty. Rows are not looked at.
/// Throws 42P01, 42703, 42830, 42804 as PostgreSQL does.
const ForeignKey& add_foreign_key(TableEntry& table, const ast::Constraint& constraint, const std::string& column,
                                  const std::string& free_name, DdlContext& context);

/// Takes a foreign key from `table`; its entry is left to the caller to put.
void remove_foreign_key(TableEntry& table, const std::string& name, DdlContext& context);

/// Before a unique key of `table` goes: the foreign keys that refer to just those columns, or, with `any`, to one of
/// them, go with CASCADE; else 2BP01. `dropped`: `constraint t_pkey on table t`.
void drop_references(TableEntry& table, const std::vector<ColumnId>& columns, bool any, const std::string& dropped,
                     bool cascade, DdlContext& context);

/// Before `table` is dropped: its foreign keys are forgotten, and those to it of tables that go as well (`leaving`), or
/// with CASCADE; else 2BP01 for them.
void drop_foreign_keys(const TableEntry& table, bool cascade, const std::set<ObjectId>& leaving, DdlContext& context);

/// The table has taken another id (a rewrite): foreign keys from and to it follow.
void move_foreign_keys(ObjectId from, ObjectId to, DdlContext& context);

}  // namespace tidemark
