#include "base/stack_depth.h"
#include "parser/sql_printer.h"

// Queries and FROM.
namespace tidemark {

void SqlPrinter::query_in_parentheses(const ast::Query& node) {
  put("(");
  query(node);
  put(")");
}

void SqlPrinter::query(const ast::Query& node) {
  check_stack_depth();
  if (node.with != nullptr) with_clause(*node.with);
  switch (node.query_kind) {
    case ast::QueryKind::Select:
      select(node.as<ast::SelectQuery>());
      break;
    case ast::QueryKind::Values:
      values(node.as<ast::ValuesQuery>());
      break;
    case ast::QueryKind::SetOperation: {
      const auto& set = node.as<ast::SetOperationQuery>();
      static constexpr std::string_view kWords[] = {" UNION ", " INTERSECT ", " EXCEPT "};
      set_operand(*set.left, true, set);
      put(kWords[static_cast<size_t>(set.operation)], set.all ? "ALL " : "");
      set_operand(*set.right, false, set);
    }
  }
  query_tail(node);
}

/// Parentheses where the operand has a tail or a WITH of its own, or binds less tightly.
void SqlPrinter::set_operand(const ast::Query& node, bool left, const ast::SetOperationQuery& parent) {
  const bool has_tail = node.with != nullptr || !node.order_by.empty() || node.limit != nullptr ||
                        node.offset != nullptr || !node.locking.empty();
  const auto level = [](const ast::SetOperationQuery& set) {
    return set.operation == ast::SetOperationKind::Intersect ? 1 : 0;
  };
  bool parentheses = has_tail;
  if (node.query_kind == ast::QueryKind::SetOperation) {
    const auto& inner = node.as<ast::SetOperationQuery>();
    parentheses = parentheses || level(inner) < level(parent) || (!left && level(inner) == level(parent));
  }
  if (parentheses) return query_in_parentheses(node);
  query(node);
}

void SqlPrinter::query_tail(const ast::Query& node) {
  order_by(node.order_by);
  if (node.offset != nullptr) {
    put(" OFFSET ");
    expression(*node.offset);
    if (node.with_ties) put(" ROWS");
  }
  if (node.limit != nullptr && node.with_ties) {
    put(" FETCH FIRST (");
    expression(*node.limit);
    put(") ROWS WITH TIES");
  } else if (node.limit != nullptr) {
    put(" LIMIT ");
    expression(*node.limit);
  }
  for (const ast::LockingClause& lock : node.locking) {
    static constexpr std::string_view kWords[] = {" FOR KEY SHARE", " FOR SHARE", " FOR NO KEY UPDATE", " FOR UPDATE"};
    put(kWords[static_cast<size_t>(lock.strength)]);
    if (!lock.tables.empty()) {
      put(" OF ");
      qualified_names(lock.tables);
    }
    if (lock.wait == ast::LockingClause::Wait::NoWait) put(" NOWAIT");
    if (lock.wait == ast::LockingClause::Wait::SkipLocked) put(" SKIP LOCKED");
  }
}

void SqlPrinter::with_clause(const ast::WithClause& node) {
  put(node.recursive ? "WITH RECURSIVE " : "WITH ");
  list(node.tables, [&](const ast::CommonTable& entry) {
    identifier(entry.name);
    name_list(entry.columns);
    put(" AS ");
    if (entry.materialized == ast::CommonTable::Materialized::Always) put("MATERIALIZED ");
    if (entry.materialized == ast::CommonTable::Materialized::Never) put("NOT MATERIALIZED ");
    put("(");
    statement(*entry.statement);
    put(")");
    if (entry.search) {
      put(entry.search->depth_first ? " SEARCH DEPTH FIRST BY " : " SEARCH BREADTH FIRST BY ");
      list(entry.search->columns, [&](const ast::Name& column) { identifier(column.text); });
      put(" SET ");
      identifier(entry.search->sequence);
    }
    if (entry.cycle) {
      put(" CYCLE ");
      list(entry.cycle->columns, [&](const ast::Name& column) { identifier(column.text); });
      put(" SET ");
      identifier(entry.cycle->mark);
      if (entry.cycle->value) {
        put(" TO ");
        expression(*entry.cycle->value);
        put(" DEFAULT ");
        expression(*entry.cycle->otherwise);
      }
      put(" USING ");
      identifier(entry.cycle->path);
    }
  });
  put(" ");
}

void SqlPrinter::targets(const std::vector<ast::SelectTarget>& items) {
  list(items, [&](const ast::SelectTarget& target_entry) {
    expression(*target_entry.expression);
    if (target_entry.alias.empty()) return;
    put(" AS ");
    identifier(target_entry.alias);
  });
}

void SqlPrinter::where(const ast::ExpressionPtr& condition) {
  if (condition == nullptr) return;
  put(" WHERE ");
  expression(*condition);
}

void SqlPrinter::returning(const std::vector<ast::SelectTarget>& items) {
  if (items.empty()) return;
  put(" RETURNING ");
  targets(items);
}

void SqlPrinter::select(const ast::SelectQuery& node) {
  put("SELECT");
  if (node.distinct) put(" DISTINCT");
  if (!node.distinct_on.empty()) {
    put(" ON (");
    expressions(node.distinct_on);
    put(")");
  }
  if (!node.targets.empty()) put(" ");
  targets(node.targets);
  if (!node.into.empty()) {
    put(node.into_temporary ? " INTO TEMPORARY " : " INTO ");
    name(node.into);
  }
  if (!node.from.empty()) {
    put(" FROM ");
    tables(node.from);
  }
  where(node.where);
  if (node.latest_on != nullptr) {
    put(" LATEST ON ");
    expression(*node.latest_on->time);
    put(" PARTITION BY ");
    expressions(node.latest_on->partition_by);
  }
  if (node.sample_by != nullptr) {
    const ast::SampleByClause& sample = *node.sample_by;
    const auto part = [&](const char* words, const ast::ExpressionPtr& value) {
      if (value == nullptr) return;
      put(words);
      expression(*value);
    };
    put(" SAMPLE BY ");
    literal(sample.stride);
    part(" FROM ", sample.from);
    part(" TO ", sample.to);
    if (!sample.fill.empty()) {
      put(" FILL (");
      expressions(sample.fill);
      put(")");
    }
    if (sample.align == ast::SampleByClause::Align::FirstObservation) put(" ALIGN TO FIRST OBSERVATION");
    if (sample.align == ast::SampleByClause::Align::Calendar) put(" ALIGN TO CALENDAR");
    part(" TIME ZONE ", sample.time_zone);
    part(" WITH OFFSET ", sample.offset);
  }
  if (node.has_group_by) {
    put(" GROUP BY ", node.group_distinct ? "DISTINCT " : "");
    list(node.group_by, [&](const ast::GroupingItem& item) { grouping(item); });
  }
  if (node.having != nullptr) {
    put(" HAVING ");
    expression(*node.having);
  }
  if (node.windows.empty()) return;
  put(" WINDOW ");
  list(node.windows, [&](const ast::WindowDefinition& definition_node) {
    identifier(definition_node.name);
    put(" AS ");
    window(definition_node);
  });
}

void SqlPrinter::grouping(const ast::GroupingItem& node) {
  using Kind = ast::GroupingKind;
  if (node.kind == Kind::Expression) return expression(*node.expression);
  if (node.kind == Kind::Empty) return put("()");
  put(node.kind == Kind::Rollup ? "ROLLUP (" : node.kind == Kind::Cube ? "CUBE (" : "GROUPING SETS (");
  list(node.items, [&](const ast::GroupingItem& item) { grouping(item); });
  put(")");
}

void SqlPrinter::values(const ast::ValuesQuery& node) {
  put("VALUES ");
  if (node.literal_rows != nullptr) {
    const ast::LiteralRows& rows = *node.literal_rows;
    for (size_t row = 0; row < rows.row_count(); ++row) {
      put(row == 0 ? "(" : ", (");
      for (size_t column_index = 0; column_index < rows.column_count(); ++column_index) {
        if (column_index > 0) put(", ");
        expression(*rows.expression(rows.cell(row, column_index)));
      }
      put(")");
    }
    return;
  }
  list(node.rows, [&](const ast::ExpressionList& row) {
    put("(");
    expressions(row);
    put(")");
  });
}

// ---------------------------------------------------------------------------------------------------------- FROM

void SqlPrinter::tables(const std::vector<ast::TableExpressionPtr>& items) {
  list(items, [&](const ast::TableExpressionPtr& item) { table(*item); });
}

void SqlPrinter::alias(const ast::TableExpression& node) {
  if (node.alias.empty()) return;
  put(" AS ");
  identifier(node.alias);
  name_list(node.column_aliases);
}

void SqlPrinter::table(const ast::TableExpression& node) {
  check_stack_depth();
  switch (node.kind) {
    case ast::TableExpressionKind::Table:
      return table_reference(node.as<ast::TableReference>());
    case ast::TableExpressionKind::Function:
      return function_reference(node.as<ast::FunctionReference>());
    case ast::TableExpressionKind::Join:
      return join(node.as<ast::JoinReference>());
    case ast::TableExpressionKind::Subquery:
      if (node.lateral) put("LATERAL ");
      query_in_parentheses(*node.as<ast::SubqueryReference>().query);
      alias(node);
  }
}

void SqlPrinter::table_reference(const ast::TableReference& node) {
  if (node.only) put("ONLY ");
  name(node.name);
  alias(node);
  if (node.sample_method.empty()) return;
  put(" TABLESAMPLE ");
  name(node.sample_method);
  put("(");
  expressions(node.sample_arguments);
  put(")");
  if (node.sample_seed == nullptr) return;
  put(" REPEATABLE (");
  expression(*node.sample_seed);
  put(")");
}

void SqlPrinter::column_types(const std::vector<ast::ColumnTypePair>& items) {
  put("(");
  list(items, [&](const ast::ColumnTypePair& item) {
    identifier(item.name);
    put(" ");
    type(item.type);
    if (item.collation.empty()) return;
    put(" COLLATE ");
    name(item.collation);
  });
  put(")");
}

void SqlPrinter::function_reference(const ast::FunctionReference& node) {
  if (node.lateral) put("LATERAL ");
  if (node.rows_from) {
    put("ROWS FROM (");
    list(node.calls, [&](const ast::TableFunctionCall& entry) {
      expression(*entry.call);
      if (entry.columns.empty()) return;
      put(" AS ");
      column_types(entry.columns);
    });
    put(")");
  } else {
    expression(*node.calls.front().call);
  }
  if (node.ordinality) put(" WITH ORDINALITY");
  if (!node.columns.empty()) {
    put(" AS ");
    if (!node.alias.empty()) identifier(node.alias);
    column_types(node.columns);
    return;
  }
  alias(node);
}

void SqlPrinter::join(const ast::JoinReference& node) {
  const bool parentheses = !node.alias.empty();
  if (parentheses) put("(");
  table(*node.left);
  put(" ");
  if (node.natural) put("NATURAL ");
  switch (node.join_kind) {
    case ast::JoinKind::Left:
      put("LEFT ");
      break;
    case ast::JoinKind::Right:
      put("RIGHT ");
      break;
    case ast::JoinKind::Full:
      put("FULL ");
      break;
    case ast::JoinKind::Cross:
      put("CROSS ");
      break;
    default:
      break;
  }
  put(node.asof ? "ASOF JOIN " : "JOIN ");
  const bool nested = node.right->kind == ast::TableExpressionKind::Join && node.right->alias.empty();
  if (nested) put("(");
  table(*node.right);
  if (nested) put(")");
  if (node.condition != nullptr) {
    put(" ON ");
    expression(*node.condition);
  }
  if (!node.using_columns.empty()) {
    put(" USING (");
    names(node.using_columns);
    put(")");
    if (!node.using_alias.empty()) {
      put(" AS ");
      identifier(node.using_alias);
    }
  }
  if (node.tolerance != nullptr) {
    put(" TOLERANCE ");
    expression(*node.tolerance);
  }
  if (parentheses) put(")");
  alias(node);
}

}  // namespace tidemark
