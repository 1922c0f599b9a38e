#pragma once

#include <vector>

#include "engine/ddl/ddl_context.h"

namespace tidemark {

/// Applies WITH (…) or SET (…) to a table: `time`, `partition_interval`, `retention`, `on_duplicate`. PostgreSQL's own
/// storage parameters (fillfactor, autovacuum_…) are taken and mean nothing here. Throws 22023 for an unknown parameter
/// or a bad value. `time` is looked up among the columns; whether the table may have it is for `decide_kind`.
void apply_table_options(TableEntry& table, const std::vector<ast::Option>& options, DdlContext& context);

/// Takes a parameter back to its default (ALTER TABLE … RESET).
void reset_table_option(TableEntry& table, const std::string& name);

/// Sets kind, key and time column from the constraints and the `time` option (D5, D26, D31). Throws 42P16 for
/// combinations that cannot be: retention or partition_interval without a time column, on_duplicate other than keep
/// without a key.
void decide_kind(TableEntry& table);

}  // namespace tidemark
