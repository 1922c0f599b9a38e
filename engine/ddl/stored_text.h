#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ddl/ddl_context.h"
#include "planner/name_uses.h"

namespace tidemark {

/// Views, defaults, CHECK and generated columns are kept as text (D29). Here that text is made so that it keeps its
/// meaning, and follows what it names when that is renamed.

/// A view's query as it is stored: each `*` and NATURAL is spelt out, as columns that its tables get later do not
/// change the view.
std::string stored_query(const ast::Statement& query, DdlContext& context);
/// A default as it is stored: `nextval('s')` names the sequence with its schema.
std::string stored_default(const ast::Expression& expression, const ColumnEntry& column, DdlContext& context);
/// `nextval('schema.sequence'::regclass)`.
std::string next_value_sql(const DdlContext& context, ObjectId sequence);

/// The columns of `table` that an expression over its row reads.
std::vector<ColumnId> columns_read(const std::string& sql, const TableEntry& table, const DdlContext& context);
/// Whether the view's query reads that column of the relation.
bool view_reads(const ViewEntry& view, ObjectId relation, ColumnId column, const DdlContext& context);
/// The same expression after `column` of `table`, which still bears its old name, is renamed.
std::string with_renamed_column(const std::string& sql, const TableEntry& table, ColumnId column,
                                const std::string& new_name, const DdlContext& context);
/// The view's query with the schemas of all relations that it reads, so that it means the same under any search_path.
std::string with_schemas(const ViewEntry& view, const DdlContext& context);

/// Renames something that views read: made before the change, `finish`ed after it. 0A000 if a view could not follow.
class ViewRenaming {
 public:
  /// A relation that gets another name or schema.
  ViewRenaming(const CatalogEntry& relation, const std::string& new_schema, const std::string& new_name,
               const DdlContext& context);
  /// A column of a table or view.
  ViewRenaming(const CatalogEntry& relation, ColumnId column, const std::string& old_name, const std::string& new_name,
               const DdlContext& context);
  /// A schema.
  ViewRenaming(const SchemaEntry& schema, const std::string& new_name, const DdlContext& context);
  /// Puts the views as they read now.
  void finish(DdlContext& context);

 private:
  template <class Rename>
  void restate(const ViewEntry& view, const DdlContext& context, Rename&& rename);

  std::string renamed_;  ///< for the message
  std::vector<ViewEntry> views_;
  std::vector<std::vector<std::string>> outputs_;  ///< of each view before: names and types
};

/// Looks at each text of SQL that the database keeps and that can be bound: whose it is (`view v`), the text, what its
/// names mean. What `edit` returns takes its place.
using TextEdit = std::function<std::string(const std::string& owner, const std::string& sql, const NameUses& uses)>;
void edit_stored_texts(const TextEdit& edit, DdlContext& context);
/// `schema.name` in the places of the casts to the type.
std::string with_renamed_type(const std::string& sql, const NameUses& uses, ObjectId type, const std::string& now);
/// The literals that are read as values of the enum and say `before` say `now`.
std::string with_renamed_label(const std::string& sql, const NameUses& uses, ObjectId type, const std::string& before,
                               const std::string& now);

/// Defaults that take values of this sequence: the tables' ids, once for each column.
std::vector<ObjectId> tables_with_default(const std::string& next_value, const Catalog& catalog);
/// After the sequence, or its schema, got another name: the defaults that said `before` say what it is now.
void rename_in_defaults(const std::string& before, const std::string& now, DdlContext& context);

}  // namespace tidemark
