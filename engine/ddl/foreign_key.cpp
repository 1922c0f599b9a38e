#include "engine/ddl/foreign_key.h"

#include <algorithm>

#include "functions/coercion.h"
#include "parser/sql_parser.h"
#include "types/type_info.h"

namespace tidemark {
namespace {

KeyAction key_action(ast::Constraint::Action action) {
  switch (action) {
    case ast::Constraint::Action::NoAction:
      return KeyAction::kNoAction;
    case ast::Constraint::Action::Restrict:
      return KeyAction::kRestrict;
    case ast::Constraint::Action::Cascade:
      return KeyAction::kCascade;
    case ast::Constraint::Action::SetNull:
      return KeyAction::kSetNull;
    case ast::Constraint::Action::SetDefault:
      return KeyAction::kSetDefault;
  }
  return KeyAction::kNoAction;
}

std::vector<ColumnId> named_columns(const TableEntry& table, const std::vector<ast::Name>& names) {
  std::vector<ColumnId> columns;
  for (const ast::Name& name : names) {
    const ColumnEntry* column = table.find_column(name.text);
    if (column == nullptr) {
      throw Error(sqlstate::kUndefinedColumn,
                  "column \"" + name.text + "\" referenced in foreign key constraint does not exist");
    }
    columns.push_back(column->id);
  }
  return columns;
}

std::vector<ColumnId> referenced_columns(const TableEntry& table, const ast::Constraint& constraint) {
  if (constraint.referenced_columns.empty()) {
    if (!table.key || !table.key->primary) {
      throw Error(sqlstate::kUndefinedObject, "there is no primary key for referenced table \"" + table.name + "\"");
    }
    return table.key->columns;
  }
  std::vector<ColumnId> columns = named_columns(table, constraint.referenced_columns);
  const auto is_unique_over = [&columns](const UniqueConstraint& unique) {
    return !unique.is_computed() &&
           std::is_permutation(unique.columns.begin(), unique.columns.end(), columns.begin(), columns.end());
  };
  if (!(table.key && is_unique_over(*table.key)) && std::ranges::none_of(table.uniques, is_unique_over)) {
    throw Error(sqlstate::kInvalidForeignKey,
                "there is no unique constraint matching given keys for referenced table \"" + table.name + "\"");
  }
  return columns;
}

/// Types that one kind of index serves together.
bool is_same_family(LogicalType a, LogicalType b) {
  const auto both = [&](auto is) { return is(a.id) && is(b.id); };
  return a.same_base(b) || both(is_integer_type) ||
         both([](TypeId id) { return id == TypeId::kFloat32 || id == TypeId::kFloat64; }) ||
         both([](TypeId id) { return id == TypeId::kDate || is_timestamp_type(id); });
}

/// 42804 unless `=` takes the two types, and keys of `own` can be looked up among those of `other`.
void check_comparable(const ForeignKey& key, const ColumnEntry& own, const ColumnEntry& other, DdlContext& context) {
  PlannerContext planner = context.planner();
  const std::string comparison = "NULL::" + own.type.to_string() + " = NULL::" + other.type.to_string();
  try {
    if (!is_same_family(own.type, other.type) && !can_coerce(own.type, other.type, CastContext::kImplicit)) {
      throw Error(sqlstate::kDatatypeMismatch, "");
    }
    static_cast<void>(bind_table_expression(*parse_expression(comparison), nullptr, std::nullopt, planner));
  } catch (const Error&) {
    throw Error(sqlstate::kDatatypeMismatch, "foreign key constraint \"" + key.name + "\" cannot be implemented")
        .with_detail("Key columns \"" + own.name + "\" and \"" + other.name +
                     "\" are of incompatible types: " + own.type.to_string() + " and " + other.type.to_string() + ".");
  }
}

/// What a generated column holds is not the key's to change.
void refuse_action_on_generated(const TableEntry& table, const ForeignKey& key) {
  const bool any = std::ranges::any_of(
      key.columns, [&](ColumnId column) { return !table.find_column(column)->generated_sql.empty(); });
  const auto sets = [](KeyAction action) { return action == KeyAction::kSetNull || action == KeyAction::kSetDefault; };
  const auto refuse = [](std::string_view event) {
    throw Error(sqlstate::kSyntaxError,
                "invalid " + std::string(event) + " action for foreign key constraint containing generated column");
  };
  if (any && (sets(key.on_update) || key.on_update == KeyAction::kCascade)) {
    refuse("ON UPDATE");
  }
  if (any && sets(key.on_delete)) {
    refuse("ON DELETE");
  }
}

bool refers_to_itself(const TableEntry& table, const ast::QualifiedName& name, const DdlContext& context) {
  if (const CatalogEntry* found = context.find_relation(name)) {
    return id_of(*found) == table.id;
  }
  return name.last() == table.name;
}

void forget_referrer(ObjectId referenced, ObjectId referrer, DdlContext& context) {
  const TableEntry* found = context.catalog().table(referenced);
  if (found == nullptr) {
    return;
  }
  TableEntry changed = *found;
  std::erase(changed.referenced_by, referrer);
  context.put(std::move(changed));
}

}  // namespace

const ForeignKey& add_foreign_key(TableEntry& table, const ast::Constraint& constraint, const std::string& column,
                                  const std::string& free_name, DdlContext& context) {
  if (constraint.match == ast::Constraint::Match::Partial) {
    throw Error(sqlstate::kFeatureNotSupported, "MATCH PARTIAL not yet implemented").at(constraint.position);
  }
  const bool itself = refers_to_itself(table, constraint.referenced_table, context);
  TableEntry other = itself ? table : context.table(constraint.referenced_table);
  if ((table.temporary_session == kNoObject) != (other.temporary_session == kNoObject)) {
    const bool permanent = table.temporary_session == kNoObject;
    throw Error(sqlstate::kInvalidTableDefinition,
                permanent ? "constraints on permanent tables may reference only permanent tables"
                          : "constraints on temporary tables may reference only temporary tables");
  }
  ForeignKey key;
  key.id = context.allocate_id();
  key.name = constraint.name.empty() ? free_name : constraint.name;
  std::vector<ast::Name> names = constraint.columns;
  if (names.empty()) {
    names.push_back({constraint.position, column});
  }
  key.columns = named_columns(table, names);
  key.referenced_table = other.id;
  key.referenced_columns = referenced_columns(other, constraint);
  if (key.columns.size() != key.referenced_columns.size()) {
    throw Error(sqlstate::kInvalidForeignKey, "number of referencing and referenced columns for foreign key disagree");
  }
  key.set_columns = named_columns(table, constraint.on_delete_columns);
  for (size_t i = 0; i < key.set_columns.size(); ++i) {
    if (std::ranges::find(key.columns, key.set_columns[i]) == key.columns.end()) {
      throw Error(sqlstate::kInvalidColumnReference, "column \"" + constraint.on_delete_columns[i].text +
                                                         "\" referenced in ON DELETE SET action must be part of "
                                                         "foreign key");
    }
  }
  std::ranges::sort(key.set_columns);
  key.set_columns.erase(std::ranges::unique(key.set_columns).begin(), key.set_columns.end());
  key.on_update = key_action(constraint.on_update);
  key.on_delete = key_action(constraint.on_delete);
  refuse_action_on_generated(table, key);
  key.match_full = constraint.match == ast::Constraint::Match::Full;
  key.deferrable = constraint.deferrable || constraint.initially_deferred;
  key.initially_deferred = constraint.initially_deferred;
  key.validated = !constraint.not_valid;
  for (size_t i = 0; i < key.columns.size(); ++i) {
    check_comparable(key, *table.find_column(key.columns[i]), *other.find_column(key.referenced_columns[i]), context);
  }
  TableEntry& referenced = itself ? table : other;
  if (std::ranges::find(referenced.referenced_by, table.id) == referenced.referenced_by.end()) {
    referenced.referenced_by.push_back(table.id);
    if (!itself) {
      context.put(std::move(other));
    }
  }
  table.foreign_keys.push_back(std::move(key));
  return table.foreign_keys.back();
}

void remove_foreign_key(TableEntry& table, const std::string& name, DdlContext& context) {
  const auto found = std::ranges::find(table.foreign_keys, name, &ForeignKey::name);
  const ObjectId referenced = found->referenced_table;
  table.foreign_keys.erase(found);
  if (std::ranges::find(table.foreign_keys, referenced, &ForeignKey::referenced_table) != table.foreign_keys.end()) {
    return;
  }
  if (referenced == table.id) {
    std::erase(table.referenced_by, table.id);
  } else {
    forget_referrer(referenced, table.id, context);
  }
}

void drop_references(TableEntry& table, const std::vector<ColumnId>& columns, bool any, const std::string& dropped,
                     bool cascade, DdlContext& context) {
  const auto concerns = [&](const ForeignKey& key) {
    const auto is_named = [&](ColumnId column) { return std::ranges::count(columns, column) != 0; };
    return key.referenced_table == table.id && (any ? std::ranges::any_of(key.referenced_columns, is_named)
                                                    : key.referenced_columns.size() == columns.size() &&
                                                          std::ranges::all_of(key.referenced_columns, is_named));
  };
  for (const ObjectId id : std::vector<ObjectId>(table.referenced_by)) {
    const TableEntry* found = id == table.id ? &table : context.catalog().table(id);
    if (found == nullptr) {
      continue;
    }
    TableEntry referrer = *found;
    for (const ForeignKey& key : std::vector<ForeignKey>(referrer.foreign_keys)) {
      if (!concerns(key)) {
        continue;
      }
      const std::string what = "constraint " + key.name + " on table " + referrer.name;
      if (!cascade) {
        throw Error(sqlstate::kDependentObjectsStillExist,
                    "cannot drop " + dropped + " because other objects depend on it")
            .with_detail(what + " depends on " + dropped)
            .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
      }
      context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion, "drop cascades to " + what));
      std::erase_if(referrer.foreign_keys, [&key](const ForeignKey& other) { return other.id == key.id; });
    }
    const bool refers_still = std::ranges::count(referrer.foreign_keys, table.id, &ForeignKey::referenced_table) != 0;
    if (!refers_still) {
      std::erase(table.referenced_by, id);
    }
    if (id == table.id) {
      table.foreign_keys = std::move(referrer.foreign_keys);
    } else {
      context.put(std::move(referrer));
    }
  }
}

void drop_foreign_keys(const TableEntry& table, bool cascade, const std::set<ObjectId>& leaving, DdlContext& context) {
  for (const ObjectId id : table.referenced_by) {
    const TableEntry* found = id == table.id ? nullptr : context.catalog().table(id);
    if (found == nullptr) {
      continue;
    }
    TableEntry referrer = *found;
    const bool leaves = leaving.contains(id);
    std::string detail;
    for (const ForeignKey& key : found->foreign_keys) {
      if (key.referenced_table != table.id) {
        continue;
      }
      const std::string what = "constraint " + key.name + " on table " + referrer.name;
      detail += (detail.empty() ? "" : "\n") + what + " depends on table " + table.name;
      if (cascade && !leaves) {
        context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion, "drop cascades to " + what));
      }
      if (cascade || leaves) {
        std::erase_if(referrer.foreign_keys, [&key](const ForeignKey& other) { return other.id == key.id; });
      }
    }
    if (!cascade && !leaves) {
      throw Error(sqlstate::kDependentObjectsStillExist,
                  "cannot drop table " + table.name + " because other objects depend on it")
          .with_detail(detail)
          .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
    }
    context.put(std::move(referrer));
  }
  for (const ForeignKey& key : table.foreign_keys) {
    if (key.referenced_table != table.id) {
      forget_referrer(key.referenced_table, table.id, context);
    }
  }
}

void move_foreign_keys(ObjectId from, ObjectId to, DdlContext& context) {
  const TableEntry moved = *context.catalog().table(to);
  const auto replace = [&](ObjectId& id) { id = id == from ? to : id; };
  const auto follow = [&](ObjectId id) {
    const TableEntry* found = context.catalog().table(id == from ? to : id);
    if (found == nullptr) {
      return;
    }
    TableEntry changed = *found;
    for (ForeignKey& key : changed.foreign_keys) {
      replace(key.referenced_table);
    }
    std::ranges::for_each(changed.referenced_by, replace);
    context.put(std::move(changed));
  };
  for (const ObjectId id : moved.referenced_by) {
    follow(id);
  }
  for (const ForeignKey& key : moved.foreign_keys) {
    follow(key.referenced_table);
  }
}

}  // namespace tidemark
