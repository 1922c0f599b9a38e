#pragma once

#include <string>
#include <vector>

#include "engine/ddl/ddl_context.h"

namespace tidemark {

/// Indexes are kept as the CREATE INDEX statement that pg_get_indexdef prints; here it is read and written.

/// Elements and predicate of a unique index as `unique.index_sql` says them.
void read_index_keys(UniqueConstraint& unique, const TableEntry& table);
/// The columns of the table that the index reads, in its elements and its predicate.
std::vector<ColumnId> columns_of_index(const std::string& index_sql, const TableEntry& table,
                                       const DdlContext& context);
/// The names that the columns of an index have, in order.
std::vector<std::string> index_column_names(const std::string& index_sql);
/// The statement after `column` of `table`, which still bears its old name, is renamed.
std::string index_with_renamed_column(const std::string& index_sql, const TableEntry& table, const ColumnEntry& column,
                                      const std::string& new_name, const DdlContext& context);
/// The statement with the names that index and table have now.
std::string index_with_names(const std::string& index_sql, const std::string& index, const std::string& schema,
                             const std::string& table);

}  // namespace tidemark
