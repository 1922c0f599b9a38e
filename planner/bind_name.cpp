// What a column's name means, and what to say when it means nothing.

#include <algorithm>

#include "base/error.h"
#include "planner/binder.h"
#include "planner/name_uses.h"
#include "planner/plan_builder.h"

namespace tidemark {

std::string_view words_for(ExpressionPlace place) {
  switch (place) {
    case ExpressionPlace::kSelect:
      return "SELECT";
    case ExpressionPlace::kDistinctOn:
      return "DISTINCT ON";
    case ExpressionPlace::kOrderBy:
      return "ORDER BY";
    case ExpressionPlace::kWhere:
      return "WHERE";
    case ExpressionPlace::kHaving:
      return "HAVING";
    case ExpressionPlace::kGroupBy:
      return "GROUP BY";
    case ExpressionPlace::kJoin:
      return "JOIN conditions";
    case ExpressionPlace::kFromFunction:
      return "functions in FROM";
    case ExpressionPlace::kFromSubquery:
      return "FROM clause of their own query level";
    case ExpressionPlace::kFilter:
      return "FILTER";
    case ExpressionPlace::kWindow:
      return "window definitions";
    case ExpressionPlace::kLimit:
      return "LIMIT";
    case ExpressionPlace::kOffset:
      return "OFFSET";
    case ExpressionPlace::kValues:
    case ExpressionPlace::kInsertValues:
      return "VALUES";
    case ExpressionPlace::kUpdateSource:
      return "UPDATE";
    case ExpressionPlace::kReturning:
      return "RETURNING";
    case ExpressionPlace::kCheck:
      return "check constraints";
    case ExpressionPlace::kDefault:
      return "DEFAULT expressions";
    case ExpressionPlace::kGenerated:
      return "column generation expressions";
    case ExpressionPlace::kMergeWhen:
      return "MERGE WHEN conditions";
    case ExpressionPlace::kCopyWhere:
      return "COPY FROM WHERE conditions";
    case ExpressionPlace::kIndexExpression:
      return "index expressions";
    case ExpressionPlace::kIndexPredicate:
      return "index predicates";
    case ExpressionPlace::kOther:
      break;
  }
  return "this place";
}

ExpressionPtr Binder::bind_column_reference(const ast::ColumnReference& reference) {
  if (reference.star && !reference.parts.empty()) {
    // Where no list of columns can stand, `t.*` is the row as a whole.
    QueryLevel* found_level = nullptr;
    const ScopeItem* item = find_item(reference.parts, reference.position, &found_level);
    if (!item) throw_missing_relation(reference.parts, reference.position);
    return whole_row(*item, reference.position);
  }
  if (reference.star) {
    throw Error(sqlstate::kSyntaxError, "row expansion via \"*\" is not supported here").at(reference.position);
  }
  if (reference.parts.size() == 1) return find_column(reference.parts[0], reference.position, &reference);
  constexpr size_t kPartsMax = 4;  // database.schema.table.column
  if (reference.parts.size() > kPartsMax) {
    std::string name;
    for (const std::string& part : reference.parts) name += (name.empty() ? "" : ".") + part;
    throw Error(sqlstate::kSyntaxError, "improper qualified name (too many dotted names): " + name)
        .at(reference.position);
  }
  const std::span<const std::string> parts(reference.parts);
  return find_qualified_column(parts.first(parts.size() - 1), parts.back(), reference.position, &reference);
}

/// `item` itself, or, of a join, the relation in it that `column` comes from; null if that is not told.
const ScopeItem* Binder::origin_of(const ScopeItem& item, const ScopeColumn& column) const {
  if (!item.alias.empty()) return &item;
  if (column.computed) return nullptr;
  for (const QueryLevel* level = level_; level; level = level->outer) {
    for (const ScopeItem& side : level->items) {
      if (side.alias.empty() || !side.relation_visible) continue;
      const auto found = std::ranges::find_if(side.columns, [&](const ScopeColumn& candidate) {
        return !candidate.computed && candidate.output.column == column.output.column;
      });
      if (found != side.columns.end()) return &side;
    }
  }
  return nullptr;
}

void Binder::note_column(const ast::ColumnReference* syntax, const ScopeItem& item, const ScopeColumn& column) const {
  NameUses* uses = syntax ? name_uses() : nullptr;
  const ScopeItem* origin = uses ? origin_of(item, column) : nullptr;
  if (!origin || column.computed) return;
  // A subquery passes on what its columns are made from: only the relation itself has the name.
  const ObjectId relation = origin->table == column.output.table ? origin->table : kNoObject;
  uses->columns.push_back(
      {syntax, origin->alias, relation, relation == kNoObject ? kNoColumn : column.output.table_column});
}

ExpressionPtr Binder::read_scope_column(const ScopeItem& item, const ScopeColumn& column, int position) {
  if (column.computed) {
    ExpressionPtr computed = column.computed->clone();
    computed->position = position;
    return computed;
  }
  ExpressionPtr read = column_reference(column.output, position);
  read->as<ColumnExpression>().name = item.alias.empty() ? column.name : item.alias + "." + column.name;
  return read;
}

namespace {

const ScopeColumn* column_named(const ScopeItem& item, const std::string& name, int position) {
  const ScopeColumn* found = nullptr;
  for (const ScopeColumn& column : item.columns) {
    if (column.name != name) continue;
    if (found) {
      throw Error(sqlstate::kAmbiguousColumn, "column reference \"" + name + "\" is ambiguous").at(position);
    }
    found = &column;
  }
  return found;
}

[[noreturn]] void throw_lateral_not_allowed(const ScopeItem& item, int position) {
  throw Error(sqlstate::kInvalidColumnReference,
              "invalid reference to FROM-clause entry for table \"" + item.alias + "\"")
      .with_detail("The combining JOIN type must be INNER or LEFT for a LATERAL reference.")
      .at(position);
}

}  // namespace

std::string joined(const ast::QualifiedName& name) {
  std::string text;
  for (const std::string& part : name.parts) text += (text.empty() ? "" : ".") + part;
  return text;
}

/// Columns that are not in `*`: the table's id, and the exact time of a nanosecond table (D2).
ExpressionPtr Binder::system_column(const ScopeItem& item, const std::string& name, int position) {
  if (item.table == kNoObject) return nullptr;
  ExpressionPtr result;
  if (name == "tableoid") {
    result = std::make_unique<ConstantExpression>(Value::integer(TypeId::kOid, item.table));
  } else if (name == "_time_ns") {
    const TableEntry* table = context_.catalog.table(item.table);
    if (!table) return nullptr;
    for (const ScopeColumn& column : item.columns) {
      if (column.output.table_column != table->time_column || column.output.type.id != TypeId::kTimestampTzNs) continue;
      result = coerce(read_scope_column(item, column, position), TypeId::kInt64, CastContext::kExplicit, position);
    }
  }
  if (result) result->position = position;
  return result;
}

ExpressionPtr Binder::find_column(const std::string& name, int position, const ast::ColumnReference* syntax) {
  for (QueryLevel* level = level_; level; level = level->outer) {
    ExpressionPtr found;
    for (const ScopeItem& item : level->items) {
      if (!item.columns_visible || (item.lateral_only && !level->inside_lateral)) continue;
      ExpressionPtr read;
      if (const ScopeColumn* column = column_named(item, name, position)) {
        if (item.lateral_only && !item.lateral_allowed) throw_lateral_not_allowed(item, position);
        read = read_scope_column(item, *column, position);
        note_column(syntax, item, *column);
      } else {
        read = system_column(item, name, position);
      }
      if (!read) continue;
      if (found) {
        throw Error(sqlstate::kAmbiguousColumn, "column reference \"" + name + "\" is ambiguous").at(position);
      }
      found = std::move(read);
    }
    if (found) return found;
  }
  // A table's name alone stands for its whole row.
  QueryLevel* found_level = nullptr;
  if (const ScopeItem* item = find_item({&name, 1}, position, &found_level)) return whole_row(*item, position);
  throw_missing_column({}, name, position);
}

ScopeItem* Binder::find_item(std::span<const std::string> qualifier, int position, QueryLevel** found_level) {
  for (QueryLevel* level = level_; level; level = level->outer) {
    ScopeItem* found = nullptr;
    for (ScopeItem& item : level->items) {
      if (!item.relation_visible || item.alias != qualifier.back()) continue;
      if (item.lateral_only && !level->inside_lateral) continue;
      if (qualifier.size() > 1 && item.schema != qualifier[qualifier.size() - 2]) continue;
      if (qualifier.size() > 2 && item.database != qualifier[qualifier.size() - 3]) continue;
      if (found) {
        throw Error("42P09", "table reference \"" + qualifier.back() + "\" is ambiguous").at(position);
      }
      if (item.lateral_only && !item.lateral_allowed) throw_lateral_not_allowed(item, position);
      found = &item;
    }
    if (found) {
      *found_level = level;
      return found;
    }
  }
  return nullptr;
}

ExpressionPtr Binder::find_qualified_column(std::span<const std::string> qualifier, const std::string& name,
                                            int position, const ast::ColumnReference* syntax) {
  QueryLevel* found_level = nullptr;
  const ScopeItem* item = find_item(qualifier, position, &found_level);
  if (!item) throw_missing_relation(qualifier, position);
  if (const ScopeColumn* column = column_named(*item, name, position)) {
    note_column(syntax, *item, *column);
    return read_scope_column(*item, *column, position);
  }
  if (ExpressionPtr found = system_column(*item, name, position)) return found;
  throw_missing_column(qualifier.back(), name, position);
}

/// It reads all columns there are, as a star does that cannot be spelt out.
void Binder::note_whole_row() const {
  if (NameUses* uses = name_uses()) uses->stars.push_back({});
}

ExpressionPtr Binder::whole_row(const ScopeItem& item, int position) {
  if (item.is_scalar) return read_scope_column(item, item.columns[0], position);
  note_whole_row();
  std::vector<ExpressionPtr> fields;
  std::vector<std::string> names;
  for (const ScopeColumn& column : item.columns) {
    if (column.hidden) continue;
    fields.push_back(read_scope_column(item, column, position));
    names.push_back(column.name);
  }
  if (!item.may_be_missing || fields.empty()) return make_named_record(std::move(fields), names, position);
  // A row that is there and has no value in it cannot be told from one that is not; `IS NULL` holds for both.
  std::vector<ExpressionPtr> tests;
  for (const ExpressionPtr& field : fields) tests.push_back(make_test("IS NOT NULL", field->clone()));
  std::vector<ExpressionPtr> parts;
  parts.push_back(tests.size() == 1 ? std::move(tests[0])
                                    : std::make_unique<ControlExpression>(
                                          ExpressionKind::kOr, LogicalType(TypeId::kBoolean), std::move(tests)));
  parts.push_back(make_named_record(std::move(fields), names, position));
  parts.push_back(std::make_unique<ConstantExpression>(Value::null(TypeId::kRecord)));
  return std::make_unique<ControlExpression>(ExpressionKind::kCase, LogicalType(TypeId::kRecord), std::move(parts));
}

// -------------------------------------------------------------------------------------------------------------- errors

namespace {

constexpr size_t kDistanceMax = 3;  // Farther names are no suggestion; PostgreSQL's limit.

size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

/// The one or two names nearest to a misspelt one; three that are equally near are none.
struct Suggestion {
  size_t distance = kDistanceMax + 1;
  std::vector<std::string> names;

  void consider(const std::string& relation, const std::string& actual, std::string_view wanted, size_t penalty) {
    if (penalty > distance) return;
    size_t found = edit_distance(actual, wanted);
    if (found > wanted.size() / 2) return;
    found += penalty;
    if (found > kDistanceMax || found > distance) return;
    if (found < distance) names.clear();
    const bool crowded = found == distance && (names.size() == 2 || names.empty());
    distance = found;
    if (crowded) {
      names.clear();
    } else {
      names.push_back(relation + "." + actual);
    }
  }
};

}  // namespace

void Binder::throw_missing_column(const std::string& relation, const std::string& name, int position) {
  Error error(sqlstate::kUndefinedColumn, relation.empty() ? "column \"" + name + "\" does not exist"
                                                           : "column " + relation + "." + name + " does not exist");
  error.at(position);
  Suggestion suggestion;
  const auto consider = [&](const ScopeItem& item) {
    if (item.alias.empty()) return;  // A join: its columns are those of its sides.
    const size_t penalty = relation.empty() ? 0 : edit_distance(relation, item.alias);
    for (const ScopeColumn& column : item.columns) {
      if (column.name == name && penalty == 0 && error.hint().empty()) {
        error.with_hint("There is a column named \"" + name + "\" in table \"" + item.alias +
                        "\", but it cannot be referenced from this part of the query.");
      }
      suggestion.consider(item.alias, column.name, name, penalty);
    }
  };
  for (const QueryLevel* level = level_; level; level = level->outer) {
    for (const ScopeItem& item : level->items) consider(item);
    for (const ScopeItem& item : level->hidden_items) consider(item);
  }
  if (error.hint().empty() && !suggestion.names.empty()) {
    std::string hint = "Perhaps you meant to reference the column \"" + suggestion.names[0] + "\"";
    if (suggestion.names.size() == 2) hint += " or the column \"" + suggestion.names[1] + "\"";
    error.with_hint(hint + ".");
  }
  throw error;
}

void Binder::throw_missing_relation(std::span<const std::string> qualifier, int position) {
  std::string name;
  for (const std::string& part : qualifier) name += (name.empty() ? "" : ".") + part;
  const auto invalid = [&](const std::string& hint) {
    throw Error(sqlstate::kUndefinedTable, "invalid reference to FROM-clause entry for table \"" + name + "\"")
        .with_hint(hint)
        .at(position);
  };
  const auto consider = [&](const ScopeItem& item) {
    if (item.alias == qualifier.back() && qualifier.size() == 1) {
      invalid("There is an entry for table \"" + name + "\", but it cannot be referenced from this part of the query.");
    }
    const TableEntry* table = item.table == kNoObject ? nullptr : context_.catalog.table(item.table);
    if (table && table->name == qualifier.back() && item.alias != table->name) {
      invalid("Perhaps you meant to reference the table alias \"" + item.alias + "\".");
    }
  };
  for (const QueryLevel* level = level_; level; level = level->outer) {
    for (const ScopeItem& item : level->items) consider(item);
    for (const ScopeItem& item : level->hidden_items) consider(item);
  }
  throw Error(sqlstate::kUndefinedTable, "missing FROM-clause entry for table \"" + name + "\"").at(position);
}

}  // namespace tidemark
