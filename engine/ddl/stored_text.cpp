#include "engine/ddl/stored_text.h"

#include <algorithm>
#include <set>

#include "engine/ddl/index_definition.h"
#include "parser/ast_query.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"
#include "parser/sql_scanner.h"
#include "planner/logical_plan.h"

namespace tidemark {
namespace {

/// A query's own syntax tree, what its names mean, and what comes out. The tree is ours: NameUses points into it, and
/// what it points to may be changed.
struct ReadQuery {
  ast::StatementPtr syntax;
  NameUses uses;
  std::vector<std::string> outputs;
};

ReadQuery read_query(const std::string& sql, const std::vector<std::string>* search_path, const DdlContext& context) {
  ReadQuery query;
  query.syntax = std::move(parse_sql(sql).front());
  PlannerContext planner = context.planner();
  if (search_path != nullptr) {
    planner.search_path = *search_path;
  }
  planner.name_uses = &query.uses;
  const LogicalPtr plan = bind_statement(*query.syntax, planner);
  for (const PlanOutput& output : plan->outputs) {
    query.outputs.push_back(output.name + " " + output.type.to_string());
  }
  return query;
}

template <class T>
T& own(const T* node) {
  return const_cast<T&>(*node);
}

std::vector<std::vector<ast::SelectTarget>*> select_lists(const NameUses& uses) {
  std::set<const std::vector<ast::SelectTarget>*> seen;
  std::vector<std::vector<ast::SelectTarget>*> lists;
  for (const auto* list : uses.lists) {
    if (seen.insert(list).second) {
      lists.push_back(&own(list));
    }
  }
  return lists;
}

void spell_out_stars(NameUses& uses) {
  for (std::vector<ast::SelectTarget>* list : select_lists(uses)) {
    std::vector<ast::SelectTarget> spelt;
    for (ast::SelectTarget& target : *list) {
      const auto star = std::ranges::find_if(uses.stars, [&](const NameUses::Star& candidate) {
        return static_cast<const ast::Expression*>(candidate.syntax) == target.expression.get();
      });
      if (star == uses.stars.end()) {
        spelt.push_back(std::move(target));
        continue;
      }
      for (const std::vector<std::string>& parts : star->columns) {
        auto column = std::make_unique<ast::ColumnReference>();
        column->parts = parts;
        spelt.push_back({target.position, std::move(column), ""});
      }
    }
    *list = std::move(spelt);
  }
}

void spell_out_joins(NameUses& uses) {
  for (const NameUses::NaturalJoin& join : uses.natural_joins) {
    ast::JoinReference& syntax = own(join.syntax);
    syntax.natural = false;
    syntax.using_columns = join.columns;
    if (join.columns.empty()) {
      syntax.condition = parse_expression("true");
    }
  }
}

std::string schema_name(const CatalogEntry& relation, const Catalog& catalog) {
  return std::visit(
      [&](const auto& entry) {
        if constexpr (requires { entry.schema; }) {
          return std::get<SchemaEntry>(*catalog.object(entry.schema)).name;
        } else {
          return std::string();
        }
      },
      relation);
}

/// The relation is named anew in FROM, and keeps the name by which its columns are known.
void rename_relation(NameUses& uses, ObjectId id, const std::string& schema, const std::string& name) {
  for (const NameUses::Relation& use : uses.relations) {
    if (use.id != id) {
      continue;
    }
    ast::TableReference& reference = own(use.syntax);
    const std::string before = reference.name.last();
    reference.name.parts = {schema, name};
    if (reference.alias.empty() && before != name) {
      reference.alias = before;
    }
  }
  for (const NameUses::Column& use : uses.columns) {
    if (use.relation == id && use.syntax->parts.size() > 2) {
      own(use.syntax).parts = {use.alias, use.syntax->parts.back()};
    }
  }
}

void rename_column(NameUses& uses, ObjectId relation, ColumnId column, const std::string& before,
                   const std::string& now) {
  const auto lists = select_lists(uses);
  for (const NameUses::Column& use : uses.columns) {
    if (use.relation != relation || use.column != column) {
      continue;
    }
    own(use.syntax).parts = {use.alias, now};
    for (std::vector<ast::SelectTarget>* list : lists) {
      for (ast::SelectTarget& target : *list) {
        if (target.expression.get() == static_cast<const ast::Expression*>(use.syntax) && target.alias.empty()) {
          target.alias = before;
        }
      }
    }
  }
}

void rename_schema(NameUses& uses, const std::string& before, const std::string& now) {
  const auto rename = [&](std::vector<std::string>& parts, size_t from_end) {
    if (parts.size() >= from_end && parts[parts.size() - from_end] == before) {
      parts[parts.size() - from_end] = now;
    }
  };
  for (const NameUses::Relation& use : uses.relations) {
    rename(own(use.syntax).name.parts, 2);
  }
  for (const NameUses::Column& use : uses.columns) {
    rename(own(use.syntax).parts, 3);
  }
}

/// The name in `nextval('name')` or `nextval('name'::regclass)`; null if it is something else.
const ast::Literal* sequence_name_of_call(const ast::Expression& expression) {
  if (expression.kind != ast::ExpressionKind::FunctionCall) {
    return nullptr;
  }
  const auto& call = expression.as<ast::FunctionCall>();
  if (call.name.last() != "nextval" || call.arguments.size() != 1) {
    return nullptr;
  }
  const ast::Expression* argument = call.arguments[0].value.get();
  if (argument->kind == ast::ExpressionKind::Cast &&
      argument->as<ast::CastExpression>().type.name.last() == "regclass") {
    argument = argument->as<ast::CastExpression>().operand.get();
  }
  if (argument->kind != ast::ExpressionKind::Literal ||
      argument->as<ast::Literal>().literal_kind != ast::LiteralKind::String) {
    return nullptr;
  }
  return &argument->as<ast::Literal>();
}

/// The sequence that nextval of a literal names; null if it is something else.
const SequenceEntry* sequence_of_call(const ast::Expression& expression, const DdlContext& context) {
  const ast::Literal* name = sequence_name_of_call(expression);
  if (name == nullptr) {
    return nullptr;
  }
  try {
    const CatalogEntry* found = context.find_relation(parse_type_name(name->text).name);
    return found == nullptr ? nullptr : std::get_if<SequenceEntry>(found);
  } catch (const Error&) {
    return nullptr;
  }
}

/// An expression over a table's row, as read_query reads queries.
NameUses read_expression(const ast::Expression& syntax, const TableEntry& table, const DdlContext& context) {
  NameUses uses;
  PlannerContext planner = context.planner();
  planner.name_uses = &uses;
  static_cast<void>(bind_table_expression(syntax, &table, std::nullopt, planner));
  return uses;
}

}  // namespace

std::string stored_query(const ast::Statement& query, DdlContext& context) {
  const std::string sql = to_sql(query);
  ReadQuery read = read_query(sql, nullptr, context);
  if (read.uses.stars.empty() && read.uses.natural_joins.empty()) {
    return sql;
  }
  spell_out_stars(read.uses);
  spell_out_joins(read.uses);
  std::string spelt = to_sql(*read.syntax);
  try {
    return read_query(spelt, nullptr, context).outputs == read.outputs ? spelt : sql;
  } catch (const Error&) {
    return sql;  // What FULL JOIN … USING merges may have no name of its own.
  }
}

std::string next_value_sql(const DdlContext& context, ObjectId sequence) {
  const auto& entry = std::get<SequenceEntry>(*context.catalog().object(sequence));
  const auto& schema = std::get<SchemaEntry>(*context.catalog().object(entry.schema));
  return "nextval(" + quote_literal(quote_identifier(schema.name) + "." + quote_identifier(entry.name)) + "::regclass)";
}

namespace {

/// A literal as PostgreSQL shows it where a value of `type` is wanted; empty if that is the literal as it is.
std::string typed_literal(const ast::Literal& literal, LogicalType type) {
  if (literal.literal_kind == ast::LiteralKind::Boolean) {
    return literal.text;
  }
  if (literal.literal_kind != ast::LiteralKind::String || is_numeric_type(type.id) || type.id == TypeId::kBoolean) {
    return "";
  }
  type.modifier = -1;
  return quote_literal(literal.text) + "::" + (type.id == TypeId::kBpchar ? "bpchar" : type.to_string());
}

}  // namespace

std::string stored_default(const ast::Expression& expression, const ColumnEntry& column, DdlContext& context) {
  PlannerContext planner = context.planner();
  try {
    static_cast<void>(bind_table_expression(expression, nullptr, column.type, planner));
  } catch (const Error& error) {
    if (error.sqlstate() != sqlstate::kStringDataRightTruncation) {
      throw;  // Too long a text is complained of when it is written.
    }
  }
  if (expression.kind == ast::ExpressionKind::Literal) {
    const auto& literal = expression.as<ast::Literal>();
    if (literal.literal_kind == ast::LiteralKind::Null && column.domain == kNoObject) {
      return "";
    }
    if (std::string typed = typed_literal(literal, column.type); !typed.empty()) {
      return typed;
    }
  }
  const SequenceEntry* sequence = sequence_of_call(expression, context);
  const ast::Literal* sequence_name = sequence_name_of_call(expression);
  if (sequence == nullptr && sequence_name != nullptr) {
    const ast::QualifiedName name = parse_type_name(sequence_name->text).name;
    if (context.find_relation(name) == nullptr) {
      throw Error(sqlstate::kUndefinedTable, "relation \"" + display_name(name) + "\" does not exist")
          .at(sequence_name->position);
    }
  }
  return sequence == nullptr ? to_sql(expression) : next_value_sql(context, sequence->id);
}

std::vector<ColumnId> columns_read(const std::string& sql, const TableEntry& table, const DdlContext& context) {
  const ast::ExpressionPtr syntax = parse_expression(sql);
  std::vector<ColumnId> columns;
  for (const NameUses::Column& use : read_expression(*syntax, table, context).columns) {
    columns.push_back(use.column);
  }
  return columns;
}

bool view_reads(const ViewEntry& view, ObjectId relation, ColumnId column, const DdlContext& context) {
  ReadQuery read;
  try {
    read = read_query(view.sql, &view.search_path, context);
  } catch (const Error&) {
    return true;  // Views in a circle: nothing better is known.
  }
  // A star that could not be spelt out stands for all columns.
  return !read.uses.stars.empty() || std::ranges::any_of(read.uses.columns, [&](const NameUses::Column& use) {
    return use.relation == relation && use.column == column;
  });
}

std::string with_renamed_column(const std::string& sql, const TableEntry& table, ColumnId column,
                                const std::string& new_name, const DdlContext& context) {
  const ast::ExpressionPtr syntax = parse_expression(sql);
  bool found = false;
  for (const NameUses::Column& use : read_expression(*syntax, table, context).columns) {
    if (use.column == column) {
      own(use.syntax).parts.back() = new_name;
      found = true;
    }
  }
  return found ? to_sql(*syntax) : sql;
}

std::string with_schemas(const ViewEntry& view, const DdlContext& context) {
  ReadQuery read = read_query(view.sql, &view.search_path, context);
  for (const NameUses::Relation& use : std::vector(read.uses.relations)) {
    const CatalogEntry* relation = context.catalog().object(use.id);
    if (relation != nullptr) {
      rename_relation(read.uses, use.id, schema_name(*relation, context.catalog()), name_of(*relation));
    }
  }
  return to_sql(*read.syntax);
}

// ------------------------------------------------------------------------------------------------------ ViewRenaming

namespace {

[[noreturn]] void throw_cannot_follow(const std::string& renamed, const std::string& view) {
  throw Error(sqlstate::kFeatureNotSupported,
              "cannot rename \"" + renamed + "\" because view \"" + view + "\" depends on it")
      .with_hint("Drop the view, rename, and create the view again.");
}

}  // namespace

template <class Rename>
void ViewRenaming::restate(const ViewEntry& view, const DdlContext& context, Rename&& rename) {
  ReadQuery read;
  try {
    read = read_query(view.sql, &view.search_path, context);
  } catch (const Error&) {
    return;  // It is broken as it is (views in a circle): nothing to keep true.
  }
  rename(read.uses);
  ViewEntry changed = view;
  changed.sql = to_sql(*read.syntax);
  views_.push_back(std::move(changed));
  outputs_.push_back(std::move(read.outputs));
}

ViewRenaming::ViewRenaming(const CatalogEntry& relation, const std::string& new_schema, const std::string& new_name,
                           const DdlContext& context)
    : renamed_(name_of(relation)) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    if (std::ranges::find(view.depends_on, id_of(relation)) != view.depends_on.end()) {
      restate(view, context, [&](NameUses& uses) { rename_relation(uses, id_of(relation), new_schema, new_name); });
    }
  }
}

ViewRenaming::ViewRenaming(const CatalogEntry& relation, ColumnId column, const std::string& old_name,
                           const std::string& new_name, const DdlContext& context)
    : renamed_(old_name) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    if (std::ranges::find(view.depends_on, id_of(relation)) == view.depends_on.end()) {
      continue;
    }
    if (view.sql.find("NATURAL") != std::string::npos) {
      throw_cannot_follow(renamed_, view.name);  // It would join by other columns.
    }
    restate(view, context, [&](NameUses& uses) { rename_column(uses, id_of(relation), column, old_name, new_name); });
  }
}

ViewRenaming::ViewRenaming(const SchemaEntry& schema, const std::string& new_name, const DdlContext& context)
    : renamed_(schema.name) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    const bool in_path = std::ranges::find(view.search_path, schema.name) != view.search_path.end();
    if (!in_path && view.sql.find(schema.name) == std::string::npos) {
      continue;
    }
    restate(view, context, [&](NameUses& uses) { rename_schema(uses, schema.name, new_name); });
    if (!views_.empty() && views_.back().id == view.id) {
      std::ranges::replace(views_.back().search_path, schema.name, new_name);
    }
  }
}

void ViewRenaming::finish(DdlContext& context) {
  for (ViewEntry& view : views_) {
    // The renamed thing may be the view itself, or the view may have gone on changing.
    const auto& current = std::get<ViewEntry>(*context.catalog().object(view.id));
    ViewEntry changed = current;
    changed.sql = view.sql;
    changed.search_path = view.search_path;
    context.put(std::move(changed));
  }
  for (size_t i = 0; i < views_.size(); ++i) {
    try {
      if (read_query(views_[i].sql, &views_[i].search_path, context).outputs == outputs_[i]) {
        continue;
      }
    } catch (const Error&) {  // says less than that the view hinders
    }
    throw_cannot_follow(renamed_, views_[i].name);
  }
}

// ----------------------------------------------------------------------------------------------------------- defaults

std::vector<ObjectId> tables_with_default(const std::string& next_value, const Catalog& catalog) {
  std::vector<ObjectId> found;
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kTable)) {
    for (const ColumnEntry& column : std::get<TableEntry>(*entry).columns) {
      if (column.default_sql == next_value) {
        found.push_back(id_of(*entry));
      }
    }
  }
  return found;
}

void rename_in_defaults(const std::string& before, const std::string& now, DdlContext& context) {
  for (const ObjectId id : tables_with_default(before, context.catalog())) {
    TableEntry table = *context.catalog().table(id);
    for (ColumnEntry& column : table.columns) {
      if (column.default_sql == before) {
        column.default_sql = now;
      }
    }
    context.put(std::move(table));
  }
}

// --------------------------------------------------------------------------------------------------- types and labels

namespace {

/// Edits the texts of one database's objects; what changes is put.
class StoredTextEditor {
 public:
  StoredTextEditor(const TextEdit& edit, DdlContext& context) : edit_(edit), context_(context) {}

  void table(TableEntry entry) {
    const std::string owner = "table " + entry.name;
    const TableEntry row = entry;
    bool changed = false;
    const auto look = [&](std::string& sql, std::optional<LogicalType> target) {
      changed |= expression(owner, sql, [&](const ast::Expression& syntax, PlannerContext& planner) {
        static_cast<void>(bind_table_expression(syntax, &row, target, planner));
      });
    };
    for (ColumnEntry& column : entry.columns) {
      look(column.default_sql, column.type);
      look(column.generated_sql, column.type);
    }
    for (CheckConstraint& check : entry.checks) {
      look(check.sql, TypeId::kBoolean);
    }
    for (UniqueConstraint& unique : entry.uniques) {
      if (index_statement(owner, unique.index_sql, row)) {
        read_index_keys(unique, row);
        changed = true;
      }
    }
    if (changed) {
      context_.put(std::move(entry));
    }
  }

  void index(IndexEntry entry) {
    const TableEntry* table = context_.catalog().table(entry.table);
    if (table != nullptr && index_statement("index " + entry.name, entry.definition_sql, TableEntry(*table))) {
      context_.put(std::move(entry));
    }
  }

  void view(ViewEntry entry) {
    ReadQuery read;
    try {
      read = read_query(entry.sql, &entry.search_path, context_);
    } catch (const Error&) {
      return;
    }
    std::string edited = edit_("view " + entry.name, entry.sql, read.uses);
    if (edited != entry.sql) {
      entry.sql = std::move(edited);
      context_.put(std::move(entry));
    }
  }

  void domain(TypeEntry entry) {
    const std::string owner = "domain " + entry.name;
    bool changed = expression(owner, entry.default_sql, [&](const ast::Expression& syntax, PlannerContext& planner) {
      static_cast<void>(bind_table_expression(syntax, nullptr, entry.base, planner));
    });
    for (CheckConstraint& check : entry.checks) {
      changed |= expression(owner, check.sql, [&](const ast::Expression& syntax, PlannerContext& planner) {
        check_domain_expression(syntax, entry.base, planner);
      });
    }
    if (changed) {
      context_.put(std::move(entry));
    }
  }

 private:
  /// True if the text changed.
  template <class Bind>
  bool expression(const std::string& owner, std::string& sql, const Bind& bind) {
    if (sql.empty()) {
      return false;
    }
    NameUses uses;
    try {
      const ast::ExpressionPtr syntax = parse_expression(sql);
      PlannerContext planner = context_.planner();
      planner.name_uses = &uses;
      bind(*syntax, planner);
    } catch (const Error&) {
      return false;
    }
    std::string edited = edit_(owner, sql, uses);
    const bool changed = edited != sql;
    sql = std::move(edited);
    return changed;
  }

  bool index_statement(const std::string& owner, std::string& sql, const TableEntry& row) {
    if (sql.empty()) {
      return false;
    }
    const std::vector<ast::StatementPtr> parsed = parse_sql(sql);
    auto& statement = parsed.front()->as<ast::CreateIndexStatement>();
    bool changed = false;
    const auto look = [&](ast::ExpressionPtr& part) {
      if (part == nullptr) {
        return;
      }
      std::string text = to_sql(*part);
      const bool edited = expression(owner, text, [&](const ast::Expression& syntax, PlannerContext& planner) {
        static_cast<void>(bind_table_expression(syntax, &row, std::nullopt, planner));
      });
      if (edited) {
        part = parse_expression(text);
        changed = true;
      }
    };
    for (ast::IndexElement& element : statement.elements) {
      look(element.expression);
    }
    look(statement.where);
    if (changed) {
      sql = to_sql(statement);
    }
    return changed;
  }

  const TextEdit& edit_;
  DdlContext& context_;
};

/// A text whose tokens are replaced one after the other, from its start to its end.
class TokenEditor {
 public:
  explicit TokenEditor(const std::string& sql) : sql_(sql), tokens_(scan_sql(sql)) {}

  /// Calls `edit(index)` for the token at each position, in order.
  template <class Edit>
  void at_each(std::vector<int> positions, const Edit& edit) const {
    std::ranges::sort(positions);
    positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
    for (const int position : positions) {
      const auto token = std::ranges::find(tokens_, position, &ScannedToken::position);
      if (token != tokens_.end()) {
        edit(static_cast<size_t>(token - tokens_.begin()));
      }
    }
  }
  [[nodiscard]] std::string_view text(size_t index) const {
    return index < tokens_.size() ? std::string_view(sql_).substr(tokens_[index].offset, tokens_[index].length) : "";
  }
  [[nodiscard]] std::string value(size_t index) const { return string_value(sql_, tokens_[index]); }
  void replace(size_t first, size_t last, std::string_view now) {
    result_.append(sql_, copied_, tokens_[first].offset - copied_);
    result_ += now;
    copied_ = tokens_[last].offset + tokens_[last].length;
  }
  [[nodiscard]] std::string finish() && { return std::move(result_.append(sql_, copied_)); }

 private:
  const std::string& sql_;
  std::vector<ScannedToken> tokens_;
  std::string result_;
  size_t copied_ = 0;
};

std::vector<int> positions_of(const std::vector<NameUses::Type>& uses, ObjectId type) {
  std::vector<int> positions;
  for (const NameUses::Type& use : uses) {
    if (use.id == type) {
      positions.push_back(use.position);
    }
  }
  return positions;
}

}  // namespace

void edit_stored_texts(const TextEdit& edit, DdlContext& context) {
  StoredTextEditor editor(edit, context);
  const std::shared_ptr<const Catalog> catalog = context.shared_catalog();
  const auto is_here = [&](ObjectId schema) {
    const CatalogEntry* found = catalog->object(schema);
    return found != nullptr && std::get<SchemaEntry>(*found).database == context.environment().database;
  };
  for (const CatalogEntry* entry : catalog->all(ObjectKind::kTable)) {
    if (is_here(std::get<TableEntry>(*entry).schema)) {
      editor.table(std::get<TableEntry>(*entry));
    }
  }
  for (const CatalogEntry* entry : catalog->all(ObjectKind::kIndex)) {
    if (is_here(std::get<IndexEntry>(*entry).schema)) {
      editor.index(std::get<IndexEntry>(*entry));
    }
  }
  for (const CatalogEntry* entry : catalog->all(ObjectKind::kView)) {
    if (is_here(std::get<ViewEntry>(*entry).schema)) {
      editor.view(std::get<ViewEntry>(*entry));
    }
  }
  for (const CatalogEntry* entry : catalog->all(ObjectKind::kType)) {
    const auto& type = std::get<TypeEntry>(*entry);
    if (type.kind == TypeKind::kDomain && is_here(type.schema)) {
      editor.domain(type);
    }
  }
}

std::string with_renamed_type(const std::string& sql, const NameUses& uses, ObjectId type, const std::string& now) {
  TokenEditor editor(sql);
  editor.at_each(positions_of(uses.types, type), [&](size_t first) {
    size_t last = first;
    while (editor.text(last + 1) == ".") {
      last += 2;
    }
    editor.replace(first, last, now);
  });
  return std::move(editor).finish();
}

std::string with_renamed_label(const std::string& sql, const NameUses& uses, ObjectId type, const std::string& before,
                               const std::string& now) {
  TokenEditor editor(sql);
  editor.at_each(positions_of(uses.values, type), [&](size_t index) {
    if (editor.text(index).starts_with('\'') && editor.value(index) == before) {
      editor.replace(index, index, quote_literal(now));
    }
  });
  return std::move(editor).finish();
}

}  // namespace tidemark
