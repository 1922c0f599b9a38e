#include "parser/sql_printer.h"

#include "parser/ast_to_sql.h"

// Names, lists, options, and the statements that move data.
namespace tidemark {

void SqlPrinter::identifier(std::string_view text) { put(quote_identifier(text)); }
void SqlPrinter::literal(std::string_view text) { put(quote_literal(text)); }

void SqlPrinter::name(const ast::QualifiedName& node) {
  for (size_t i = 0; i < node.parts.size(); ++i) {
    if (i > 0) put(".");
    identifier(node.parts[i]);
  }
}

void SqlPrinter::names(const std::vector<ast::Name>& items) {
  list(items, [&](const ast::Name& item) { identifier(item.text); });
}

void SqlPrinter::name_list(const std::vector<ast::Name>& items) {
  if (items.empty()) return;
  put(" (");
  names(items);
  put(")");
}

void SqlPrinter::qualified_names(const std::vector<ast::QualifiedName>& items) {
  list(items, [&](const ast::QualifiedName& item) { name(item); });
}

void SqlPrinter::expressions(const ast::ExpressionList& items) {
  list(items, [&](const ast::ExpressionPtr& item) { expression(*item); });
}

void SqlPrinter::identifiers(const std::vector<std::string>& items) {
  list(items, [&](const std::string& item) { identifier(item); });
}

void SqlPrinter::option_value(const ast::Option& option) {
  using Kind = ast::Option::ValueKind;
  switch (option.value_kind) {
    case Kind::None:
      return;
    case Kind::Word:
    case Kind::Number:
      return put(option.value);
    case Kind::String:
      return literal(option.value);
    case Kind::List:
      if (option.list.size() == 1 && option.list[0] == "*") return put("*");
      put("(");
      list(option.list, [&](const std::string& item) { literal(item); });
      put(")");
  }
}

void SqlPrinter::options(const std::vector<ast::Option>& items) {
  put("(");
  list(items, [&](const ast::Option& option) {
    put(option.name);
    if (option.value_kind == ast::Option::ValueKind::None) return;
    put(" ");
    option_value(option);
  });
  put(")");
}

void SqlPrinter::with_options(const std::vector<ast::Option>& items) {
  if (items.empty()) return;
  put(" WITH (");
  list(items, [&](const ast::Option& option) {
    put(option.name);
    if (option.value_kind == ast::Option::ValueKind::None) return;
    put(" = ");
    option_value(option);
  });
  put(")");
}

void SqlPrinter::statement(const ast::Statement& node) {
  using Kind = ast::StatementKind;
  switch (node.kind) {
    case Kind::Query:
      return query(node.as<ast::Query>());
    case Kind::Insert:
      return insert(node.as<ast::InsertStatement>());
    case Kind::Update:
      return update(node.as<ast::UpdateStatement>());
    case Kind::Delete:
      return delete_rows(node.as<ast::DeleteStatement>());
    case Kind::Merge:
      return merge(node.as<ast::MergeStatement>());
    case Kind::Copy:
      return copy(node.as<ast::CopyStatement>());
    case Kind::Truncate: {
      const auto& truncate = node.as<ast::TruncateStatement>();
      put("TRUNCATE ");
      qualified_names(truncate.tables);
      return put(truncate.restart_identity ? " RESTART IDENTITY" : "", truncate.cascade ? " CASCADE" : "");
    }
    default:
      if (!definition(node)) session(node);
  }
}

// ---------------------------------------------------------------------------------------------------------- rows

void SqlPrinter::target(const ast::Assignment::Target& node) {
  identifier(node.column);
  for (const std::string& field : node.fields) {
    put(".");
    identifier(field);
  }
  for (const auto& [low, high, slice] : node.subscripts) {
    put("[");
    if (low != nullptr) expression(*low);
    if (slice) put(":");
    if (high != nullptr) expression(*high);
    put("]");
  }
}

void SqlPrinter::target_columns(const std::vector<ast::Assignment::Target>& items) {
  put("(");
  list(items, [&](const ast::Assignment::Target& item) { target(item); });
  put(")");
}

void SqlPrinter::assignments(const std::vector<ast::Assignment>& items) {
  list(items, [&](const ast::Assignment& item) {
    if (item.multiple) {
      target_columns(item.targets);
    } else {
      target(item.targets.front());
    }
    put(" = ");
    expression(*item.value);
  });
}

void SqlPrinter::overriding(ast::Overriding kind) {
  if (kind == ast::Overriding::User) put(" OVERRIDING USER VALUE");
  if (kind == ast::Overriding::System) put(" OVERRIDING SYSTEM VALUE");
}

void SqlPrinter::index_elements(const std::vector<ast::IndexElement>& items) {
  put("(");
  list(items, [&](const ast::IndexElement& item) {
    if (item.expression == nullptr) {
      identifier(item.column);
    } else {
      const bool is_call = item.expression->kind == ast::ExpressionKind::FunctionCall;
      put(is_call ? "" : "(");
      expression(*item.expression);
      put(is_call ? "" : ")");
    }
    if (!item.collation.empty()) {
      put(" COLLATE ");
      name(item.collation);
    }
    if (!item.operator_class.empty()) {
      put(" ");
      name(item.operator_class);
    }
    if (item.direction == ast::OrderItem::Direction::Ascending) put(" ASC");
    if (item.direction == ast::OrderItem::Direction::Descending) put(" DESC");
    if (item.nulls == ast::OrderItem::Nulls::First) put(" NULLS FIRST");
    if (item.nulls == ast::OrderItem::Nulls::Last) put(" NULLS LAST");
  });
  put(")");
}

void SqlPrinter::insert(const ast::InsertStatement& node) {
  if (node.with != nullptr) with_clause(*node.with);
  put(node.upsert ? "UPSERT INTO " : "INSERT INTO ");
  name(node.table);
  if (!node.alias.empty()) {
    put(" AS ");
    identifier(node.alias);
  }
  if (!node.columns.empty()) {
    put(" ");
    target_columns(node.columns);
  }
  overriding(node.overriding);
  put(" ");
  if (node.query == nullptr) {
    put("DEFAULT VALUES");
  } else {
    query(*node.query);
  }
  if (node.on_conflict != nullptr) {
    const ast::OnConflict& conflict = *node.on_conflict;
    put(" ON CONFLICT");
    if (!conflict.target.empty()) {
      put(" ");
      index_elements(conflict.target);
      where(conflict.target_where);
    } else if (!conflict.constraint.empty()) {
      put(" ON CONSTRAINT ");
      identifier(conflict.constraint);
    }
    if (conflict.update) {
      put(" DO UPDATE SET ");
      assignments(conflict.assignments);
      where(conflict.where);
    } else {
      put(" DO NOTHING");
    }
  }
  returning(node.returning);
}

void SqlPrinter::update(const ast::UpdateStatement& node) {
  if (node.with != nullptr) with_clause(*node.with);
  put("UPDATE ");
  table(*node.table);
  put(" SET ");
  assignments(node.assignments);
  if (!node.from.empty()) {
    put(" FROM ");
    tables(node.from);
  }
  where(node.where);
  returning(node.returning);
}

void SqlPrinter::delete_rows(const ast::DeleteStatement& node) {
  if (node.with != nullptr) with_clause(*node.with);
  put("DELETE FROM ");
  table(*node.table);
  if (!node.using_tables.empty()) {
    put(" USING ");
    tables(node.using_tables);
  }
  where(node.where);
  returning(node.returning);
}

void SqlPrinter::merge(const ast::MergeStatement& node) {
  using Kind = ast::MergeAction::Kind;
  if (node.with != nullptr) with_clause(*node.with);
  put("MERGE INTO ");
  table(*node.target);
  put(" USING ");
  table(*node.source);
  put(" ON ");
  expression(*node.condition);
  for (const ast::MergeAction& action : node.actions) {
    put(action.matched ? " WHEN MATCHED" : " WHEN NOT MATCHED");
    if (action.condition != nullptr) {
      put(" AND ");
      expression(*action.condition);
    }
    put(" THEN ");
    switch (action.kind) {
      case Kind::DoNothing:
        put("DO NOTHING");
        break;
      case Kind::Delete:
        put("DELETE");
        break;
      case Kind::Update:
        put("UPDATE SET ");
        assignments(action.assignments);
        break;
      case Kind::Insert:
        put("INSERT");
        if (!action.columns.empty()) {
          put(" ");
          target_columns(action.columns);
        }
        overriding(action.overriding);
        if (action.values.empty()) {
          put(" DEFAULT VALUES");
        } else {
          put(" VALUES (");
          expressions(action.values);
          put(")");
        }
    }
  }
}

void SqlPrinter::copy(const ast::CopyStatement& node) {
  put("COPY ");
  if (node.query != nullptr) {
    put("(");
    statement(*node.query);
    put(")");
  } else {
    name(node.table);
    name_list(node.columns);
  }
  put(node.from ? " FROM " : " TO ");
  if (node.program) put("PROGRAM ");
  if (node.standard_stream) {
    put(node.from ? "STDIN" : "STDOUT");
  } else {
    literal(node.file);
  }
  if (!node.options.empty()) {
    put(" WITH ");
    options(node.options);
  }
  where(node.where);
}

}  // namespace tidemark
