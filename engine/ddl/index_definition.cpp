#include "engine/ddl/index_definition.h"

#include <algorithm>
#include <optional>

#include "engine/ddl/create_table.h"
#include "engine/ddl/definitions.h"
#include "engine/ddl/stored_text.h"
#include "parser/ast_query.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"

namespace tidemark {
namespace {

/// A CREATE INDEX statement of our own, to be changed.
class OwnIndexStatement {
 public:
  explicit OwnIndexStatement(const std::string& sql) : parsed_(parse_sql(sql)) {}
  ast::CreateIndexStatement& operator*() { return parsed_.front()->as<ast::CreateIndexStatement>(); }
  ast::CreateIndexStatement* operator->() { return &**this; }

 private:
  std::vector<ast::StatementPtr> parsed_;
};

/// `(a)` and `((a))` are the column.
void take_bare_columns(ast::CreateIndexStatement& statement) {
  for (ast::IndexElement& element : statement.elements) {
    if (element.expression == nullptr || element.expression->kind != ast::ExpressionKind::ColumnReference) {
      continue;
    }
    const auto& reference = element.expression->as<ast::ColumnReference>();
    if (!reference.star) {
      element.column = reference.parts.back();
      element.expression = nullptr;
    }
  }
}

/// As pg_get_indexdef shows it: whose, where and how is said.
std::string index_definition(ast::CreateIndexStatement& statement, const TableEntry& table, const std::string& name,
                             const std::string& table_name, const DdlContext& context) {
  statement.name = name;
  statement.table.parts = {std::get<SchemaEntry>(*context.catalog().object(table.schema)).name, table_name};
  statement.if_not_exists = false;
  statement.concurrently = false;
  if (statement.method.empty()) {
    statement.method = "btree";
  }
  return to_sql(statement);
}

std::vector<std::string> column_names(const ast::CreateIndexStatement& statement) {
  std::vector<std::string> names;
  for (const ast::IndexElement& element : statement.elements) {
    const std::string base = element.expression == nullptr ? element.column : index_column_name(*element.expression);
    std::string name = base;
    for (int number = 1; std::ranges::find(names, name) != names.end(); ++number) {
      name = base + std::to_string(number);
    }
    names.push_back(std::move(name));
  }
  return names;
}

/// Throws what hinders the index: 42703, 42P17 …
void check_index(const ast::CreateIndexStatement& statement, const TableEntry& table, DdlContext& context) {
  PlannerContext planner = context.planner();
  for (const ast::IndexElement& element : statement.elements) {
    if (element.expression != nullptr) {
      static_cast<void>(bind_index_expression(*element.expression, table, false, planner));
    } else if (table.find_column(element.column) == nullptr) {
      throw Error(sqlstate::kUndefinedColumn, "column \"" + element.column + "\" does not exist");
    }
  }
  if (statement.where != nullptr) {
    static_cast<void>(bind_index_expression(*statement.where, table, true, planner));
  }
}

}  // namespace

std::optional<UniqueConstraint> create_index(const ast::CreateIndexStatement& syntax, DdlContext& context) {
  TableEntry table = context.indexed_table(syntax.table);
  context.require_owner(table.owner, "table", table.name);
  check_index(syntax, table, context);
  OwnIndexStatement statement(to_sql(syntax));
  take_bare_columns(*statement);
  std::string name = syntax.name;
  if (name.empty()) {
    std::string wanted = syntax.table.last();
    for (const std::string& column : column_names(*statement)) {
      wanted += "_" + column;
    }
    name = wanted + "_idx";
    for (int number = 1; context.catalog().relation(table.schema, name) != nullptr; ++number) {
      name = wanted + "_idx" + std::to_string(number);
    }
  }
  if (context.catalog().relation(table.schema, name) != nullptr) {
    Error taken(sqlstate::kDuplicateTable,
                "relation \"" + name + "\" already exists" + (syntax.if_not_exists ? ", skipping" : ""));
    if (!syntax.if_not_exists) {
      throw taken;
    }
    context.notice("NOTICE", taken);
    return std::nullopt;
  }
  const std::string sql = index_definition(*statement, table, name, syntax.table.last(), context);
  if (syntax.unique) {
    UniqueConstraint unique;
    unique.id = context.allocate_id();
    unique.name = name;
    unique.nulls_not_distinct = syntax.nulls_not_distinct;
    unique.index_sql = sql;
    read_index_keys(unique, table);
    put_hidden_table(table, unique, context);
    table.uniques.push_back(unique);
    context.put(std::move(table));
    return unique;
  }
  IndexEntry index;
  index.id = context.allocate_id();
  index.schema = table.schema;
  index.name = name;
  index.table = table.id;
  index.method = syntax.method;
  for (const ast::IndexElement& element : statement->elements) {
    if (element.expression == nullptr) {
      index.columns.push_back(table.find_column(element.column)->id);
    }
  }
  index.definition_sql = sql;
  context.put(std::move(index));
  return std::nullopt;
}

void read_index_keys(UniqueConstraint& unique, const TableEntry& table) {
  OwnIndexStatement statement(unique.index_sql);
  unique.columns.clear();
  unique.expressions.clear();
  for (const ast::IndexElement& element : statement->elements) {
    if (element.expression == nullptr) {
      unique.columns.push_back(table.find_column(element.column)->id);
      continue;
    }
    unique.columns.push_back(kNoColumn);
    const std::string text = to_sql(*element.expression);
    const bool is_call = element.expression->kind == ast::ExpressionKind::FunctionCall;
    unique.expressions.push_back(is_call ? text : "(" + text + ")");
  }
  unique.predicate = statement->where == nullptr ? "" : to_sql(*statement->where);
}

std::vector<ColumnId> columns_of_index(const std::string& index_sql, const TableEntry& table,
                                       const DdlContext& context) {
  OwnIndexStatement statement(index_sql);
  std::vector<ColumnId> columns;
  const auto add = [&](const ast::Expression& expression) {
    for (const ColumnId column : columns_read(to_sql(expression), table, context)) {
      columns.push_back(column);
    }
  };
  for (const ast::IndexElement& element : statement->elements) {
    if (element.expression != nullptr) {
      add(*element.expression);
    } else if (const ColumnEntry* column = table.find_column(element.column)) {
      columns.push_back(column->id);
    }
  }
  if (statement->where != nullptr) {
    add(*statement->where);
  }
  return columns;
}

std::vector<std::string> index_column_names(const std::string& index_sql) {
  return column_names(*OwnIndexStatement(index_sql));
}

std::string index_with_renamed_column(const std::string& index_sql, const TableEntry& table, const ColumnEntry& column,
                                      const std::string& new_name, const DdlContext& context) {
  OwnIndexStatement statement(index_sql);
  const auto rename = [&](ast::ExpressionPtr& expression) {
    if (expression != nullptr) {
      expression = parse_expression(with_renamed_column(to_sql(*expression), table, column.id, new_name, context));
    }
  };
  for (ast::IndexElement& element : statement->elements) {
    if (element.column == column.name) {
      element.column = new_name;
    }
    rename(element.expression);
  }
  rename(statement->where);
  return to_sql(*statement);
}

std::string index_with_names(const std::string& index_sql, const std::string& index, const std::string& schema,
                             const std::string& table) {
  OwnIndexStatement statement(index_sql);
  statement->name = index;
  statement->table.parts = {schema, table};
  return to_sql(*statement);
}

}  // namespace tidemark
