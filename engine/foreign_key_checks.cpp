#include "engine/foreign_key_checks.h"

#include <algorithm>
#include <set>

#include "engine/internal_sql.h"
#include "engine/session.h"
#include "parser/ast_to_sql.h"
#include "types/canonical_key.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

/// Keys in one statement: longer lists are cut.
constexpr size_t kKeysPerStatement = 1000;

std::string plain_text(const Value& value) {
  std::string text;
  const Vector one = Vector::constant(value, 1);
  append_text(text, one, 0, TypeIoOptions{});
  return text;
}

std::string literal(const Value& value) {
  return value.is_null() ? "NULL" : quote_literal(plain_text(value)) + "::" + value.type().to_string();
}

std::string canonical(const std::vector<Value>& values) {
  std::string key;
  for (const Value& value : values) {
    append_key(key, value);
  }
  return key;
}

std::vector<uint32_t> places(const TableEntry& table, const std::vector<ColumnId>& columns) {
  std::vector<uint32_t> result;
  for (const ColumnId id : columns) {
    result.push_back(static_cast<uint32_t>(table.find_column(id) - table.columns.data()));
  }
  return result;
}

std::vector<Value> values_at(const DataChunk& rows, size_t row, const std::vector<uint32_t>& columns) {
  std::vector<Value> values;
  for (const uint32_t column : columns) {
    values.push_back(rows.columns[column].value(row));
  }
  return values;
}

bool has_null(const std::vector<Value>& values) { return std::ranges::any_of(values, &Value::is_null); }

std::string name_list(const TableEntry& table, const std::vector<ColumnId>& columns) {
  std::string list;
  for (const ColumnId id : columns) {
    list += (list.empty() ? "" : ", ") + quote_identifier(table.find_column(id)->name);
  }
  return list;
}

/// `(a, b) IN ((1, 2), …)`, or `a IN (1, …)`.
std::string membership(const std::string& names, const KeyValues& keys, size_t first, size_t count) {
  const bool single = keys[first].size() == 1;
  std::string text = (single ? names : "(" + names + ")") + " IN (";
  for (size_t i = first; i < first + count; ++i) {
    text += i > first ? ", " : "";
    text += single ? "" : "(";
    for (size_t part = 0; part < keys[i].size(); ++part) {
      text += (part > 0 ? ", " : "") + literal(keys[i][part]);
    }
    text += single ? "" : ")";
  }
  return text + ")";
}

/// `Key (a, b)=(1, 2)`.
std::string described(const TableEntry& table, const std::vector<ColumnId>& columns, const std::vector<Value>& values) {
  std::string names;
  std::string texts;
  for (size_t i = 0; i < columns.size(); ++i) {
    names += (i > 0 ? ", " : "") + table.find_column(columns[i])->name;
    texts += (i > 0 ? ", " : "") + (values[i].is_null() ? "null" : plain_text(values[i]));
  }
  return "Key (" + names + ")=(" + texts + ")";
}

/// The two tables of a foreign key.
struct Relation {
  const TableEntry& referring;
  const TableEntry& referenced;
  const ForeignKey& key;
};

class ForeignKeyChecker {
 public:
  explicit ForeignKeyChecker(Session& session) : session_(session), catalog_(session.current_catalog()) {}

  void run(TransactionState& transaction) {
    std::vector<RowChange> all;
    while (!transaction.row_changes.empty()) {
      for (RowChange& change : std::exchange(transaction.row_changes, {})) {
        act(change);
        all.push_back(std::move(change));
      }
    }
    for (const RowChange& change : all) {
      check(change);
    }
  }

  void run_deferred(const DeferredKeyCheck& deferred) {
    const TableEntry* table = catalog_->table(deferred.table);
    const auto key = table == nullptr ? std::vector<ForeignKey>::const_iterator()
                                      : std::ranges::find(table->foreign_keys, deferred.key, &ForeignKey::id);
    if (table == nullptr || key == table->foreign_keys.end()) {
      return;
    }
    const Relation relation{*table, *catalog_->table(key->referenced_table), *key};
    if (!deferred.written) {
      check_gone(relation, deferred.values);
      return;
    }
    for (const std::vector<Value>& missing : missing_keys(relation, deferred.values)) {
      if (any_row(session_, "SELECT 1 FROM " + qualified_name(*table, *catalog_) + " WHERE " +
                                membership(name_list(*table, key->columns), {missing}, 0, 1))) {
        throw_missing(relation, missing);
      }
    }
  }

  void validate(const TableEntry& table, const ForeignKey& key) {
    const TableEntry& referenced = *catalog_->table(key.referenced_table);
    std::string present;
    std::string absent;
    std::string equal;
    std::string names;
    for (size_t i = 0; i < key.columns.size(); ++i) {
      const std::string own = "t." + quote_identifier(table.find_column(key.columns[i])->name);
      names += (i > 0 ? ", " : "") + own;
      present += (i > 0 ? " AND " : "") + own + " IS NOT NULL";
      absent += (i > 0 ? " AND " : "") + own + " IS NULL";
      equal += (i > 0 ? " AND " : "") + own + " = r." +
               quote_identifier(referenced.find_column(key.referenced_columns[i])->name);
    }
    const std::string own_rows = " FROM " + qualified_name(table, *catalog_) + " AS t WHERE ";
    if (key.match_full &&
        any_row(session_, "SELECT 1" + own_rows + "NOT (" + present + ") AND NOT (" + absent + ") LIMIT 1")) {
      throw_mixed(table, key);
    }
    const auto rows =
        read_sql(session_, "SELECT " + names + own_rows + present + " AND NOT EXISTS (SELECT 1 FROM " +
                               qualified_name(referenced, *catalog_) + " AS r WHERE " + equal + ") LIMIT 1");
    DataChunk chunk;
    if (rows->next(chunk) && chunk.size > 0) {
      std::vector<Value> values;
      for (const Vector& column : chunk.columns) {
        values.push_back(column.value(0));
      }
      throw_missing({table, referenced, key}, values);
    }
  }

 private:
  /// ON DELETE and ON UPDATE.
  void act(const RowChange& change) {
    if (!change.before) {
      return;
    }
    for_each_referrer(change.table, [&](const Relation& relation) {
      const KeyAction action = change.after ? relation.key.on_update : relation.key.on_delete;
      if (action == KeyAction::kNoAction) {
        return;
      }
      KeyValues successors;
      const KeyValues gone = keys_gone(change, relation, &successors);
      if (gone.empty()) {
        return;
      }
      if (action == KeyAction::kRestrict) {
        check_gone(relation, gone);
      } else {
        follow(relation, action, gone, change.after ? &successors : nullptr);
        if (action == KeyAction::kSetDefault) {
          check_gone(relation, gone);  // The default may be the key that has just gone.
        }
      }
    });
  }

  void follow(const Relation& relation, KeyAction action, const KeyValues& gone, const KeyValues* successors) {
    const std::string table = qualified_name(relation.referring, *catalog_);
    const std::string names = name_list(relation.referring, relation.key.columns);
    for (size_t first = 0; first < gone.size(); first += kKeysPerStatement) {
      const size_t count = std::min(kKeysPerStatement, gone.size() - first);
      const std::string where = " WHERE " + membership(names, gone, first, count);
      if (action != KeyAction::kCascade) {
        const bool some = successors == nullptr && !relation.key.set_columns.empty();
        std::string assignments;
        for (const ColumnId id : some ? relation.key.set_columns : relation.key.columns) {
          assignments += (assignments.empty() ? "" : ", ") +
                         quote_identifier(relation.referring.find_column(id)->name) +
                         (action == KeyAction::kSetNull ? " = NULL" : " = DEFAULT");
        }
        run_sql(session_, "UPDATE " + table + " SET " + assignments + where);
      } else if (successors == nullptr) {
        run_sql(session_, "DELETE FROM " + table + where);
      } else {
        cascade_update(relation, gone, *successors, first, count);
      }
    }
  }

  void cascade_update(const Relation& relation, const KeyValues& gone, const KeyValues& successors, size_t first,
                      size_t count) {
    std::string assignments;
    std::string where;
    std::string columns;
    for (size_t i = 0; i < relation.key.columns.size(); ++i) {
      const ColumnEntry& column = *relation.referring.find_column(relation.key.columns[i]);
      const std::string name = quote_identifier(column.name);
      const std::string number = std::to_string(i);
      assignments += (i > 0 ? ", " : "") + name + " = v.new_" + number + "::" + column.type.to_string();
      where += (i > 0 ? " AND " : "") + std::string("t.") + name + " = v.old_" + number;
      columns += (i > 0 ? ", old_" : "old_") + number + ", new_" + number;
    }
    std::string rows;
    for (size_t i = first; i < first + count; ++i) {
      rows += i > first ? ", (" : "(";
      for (size_t part = 0; part < gone[i].size(); ++part) {
        rows += (part > 0 ? ", " : "") + literal(gone[i][part]) + ", " + literal(successors[i][part]);
      }
      rows += ")";
    }
    run_sql(session_, "UPDATE " + qualified_name(relation.referring, *catalog_) + " AS t SET " + assignments +
                          " FROM (VALUES " + rows + ") AS v(" + columns + ") WHERE " + where);
  }

  void check(const RowChange& change) {
    const TableEntry* table = catalog_->table(change.table);
    if (change.after && table != nullptr) {
      for (const ForeignKey& key : table->foreign_keys) {
        const Relation relation{*table, *catalog_->table(key.referenced_table), key};
        KeyValues written = keys_written(change, relation);
        if (written.empty()) {
          continue;
        }
        if (session_.is_deferred(key)) {
          session_.defer_check({table->id, key.id, true, std::move(written)});
        } else if (const KeyValues missing = missing_keys(relation, written); !missing.empty()) {
          throw_missing(relation, missing.front());
        }
      }
    }
    if (change.before) {
      for_each_referrer(change.table, [&](const Relation& relation) {
        const KeyAction action = change.after ? relation.key.on_update : relation.key.on_delete;
        KeyValues gone = action == KeyAction::kNoAction ? keys_gone(change, relation, nullptr) : KeyValues();
        if (gone.empty()) {
          return;
        }
        if (session_.is_deferred(relation.key)) {
          session_.defer_check({relation.referring.id, relation.key.id, false, std::move(gone)});
        } else {
          check_gone(relation, gone);
        }
      });
    }
  }

  template <class Function>
  void for_each_referrer(ObjectId table, const Function& function) {
    const TableEntry* referenced = catalog_->table(table);
    if (referenced == nullptr) {
      return;
    }
    for (const ObjectId id : referenced->referenced_by) {
      const TableEntry* referring = catalog_->table(id);
      if (referring == nullptr) {
        continue;
      }
      for (const ForeignKey& key : referring->foreign_keys) {
        if (key.referenced_table == table) {
          function(Relation{*referring, *referenced, key});
        }
      }
    }
  }

  /// Each once, without those that a row had before already.
  static KeyValues keys_written(const RowChange& change, const Relation& relation) {
    const std::vector<uint32_t> columns = places(relation.referring, relation.key.columns);
    KeyValues keys;
    std::set<std::string> seen;
    for (size_t row = 0; row < change.after->size; ++row) {
      std::vector<Value> values = values_at(*change.after, row, columns);
      if (has_null(values)) {
        if (relation.key.match_full && !std::ranges::all_of(values, &Value::is_null)) {
          throw_mixed(relation.referring, relation.key);
        }
        continue;
      }
      const std::string text = canonical(values);
      if (change.before && canonical(values_at(*change.before, row, columns)) == text) {
        continue;
      }
      if (seen.insert(text).second) {
        keys.push_back(std::move(values));
      }
    }
    return keys;
  }

  /// Keys that rows no longer have; `successors`: what they have instead.
  static KeyValues keys_gone(const RowChange& change, const Relation& relation, KeyValues* successors) {
    const std::vector<uint32_t> columns = places(relation.referenced, relation.key.referenced_columns);
    KeyValues keys;
    for (size_t row = 0; row < change.before->size; ++row) {
      std::vector<Value> values = values_at(*change.before, row, columns);
      if (has_null(values)) {
        continue;
      }
      if (change.after) {
        std::vector<Value> next = values_at(*change.after, row, columns);
        if (canonical(next) == canonical(values)) {
          continue;
        }
        if (successors != nullptr) {
          successors->push_back(std::move(next));
        }
      }
      keys.push_back(std::move(values));
    }
    return keys;
  }

  /// Those of `keys` that the referenced table does not have. The rows that are found are locked.
  KeyValues missing_keys(const Relation& relation, const KeyValues& keys) {
    const std::string names = name_list(relation.referenced, relation.key.referenced_columns);
    const std::string select = "SELECT 1 FROM " + qualified_name(relation.referenced, *catalog_) + " WHERE ";
    KeyValues missing;
    for (size_t first = 0; first < keys.size(); first += kKeysPerStatement) {
      const size_t count = std::min(kKeysPerStatement, keys.size() - first);
      if (row_count(select + membership(names, keys, first, count) + " FOR KEY SHARE") == count) {
        continue;
      }
      for (size_t i = first; i < first + count; ++i) {
        if (!any_row(session_, select + membership(names, keys, i, 1))) {
          missing.push_back(keys[i]);
        }
      }
    }
    return missing;
  }

  /// Nobody may refer to `keys`, unless another row has taken the key.
  void check_gone(const Relation& relation, const KeyValues& keys) {
    const std::string select = "SELECT DISTINCT " + name_list(relation.referring, relation.key.columns) + " FROM " +
                               qualified_name(relation.referring, *catalog_) + " WHERE ";
    for (size_t first = 0; first < keys.size(); first += kKeysPerStatement) {
      const size_t count = std::min(kKeysPerStatement, keys.size() - first);
      const auto rows = read_sql(
          session_, select + membership(name_list(relation.referring, relation.key.columns), keys, first, count));
      DataChunk chunk;
      while (rows->next(chunk)) {
        for (size_t row = 0; row < chunk.size; ++row) {
          std::vector<Value> values;
          for (const Vector& column : chunk.columns) {
            values.push_back(column.value(row));
          }
          if (missing_keys(relation, {values}).empty()) {
            continue;
          }
          throw Error(sqlstate::kForeignKeyViolation, "update or delete on table \"" + relation.referenced.name +
                                                          "\" violates foreign key constraint \"" + relation.key.name +
                                                          "\" on table \"" + relation.referring.name + "\"")
              .with_detail(described(relation.referenced, relation.key.referenced_columns, values) +
                           " is still referenced from table \"" + relation.referring.name + "\".")
              .about(relation.referring.name, "", relation.key.name);
        }
      }
    }
  }

  size_t row_count(const std::string& sql) {
    const auto rows = read_sql(session_, sql);
    DataChunk chunk;
    size_t count = 0;
    while (rows->next(chunk)) {
      count += chunk.size;
    }
    return count;
  }

  [[noreturn]] static void throw_missing(const Relation& relation, const std::vector<Value>& values) {
    throw Error(sqlstate::kForeignKeyViolation, "insert or update on table \"" + relation.referring.name +
                                                    "\" violates foreign key constraint \"" + relation.key.name + "\"")
        .with_detail(described(relation.referring, relation.key.columns, values) + " is not present in table \"" +
                     relation.referenced.name + "\".")
        .about(relation.referring.name, "", relation.key.name);
  }

  [[noreturn]] static void throw_mixed(const TableEntry& table, const ForeignKey& key) {
    throw Error(sqlstate::kForeignKeyViolation,
                "insert or update on table \"" + table.name + "\" violates foreign key constraint \"" + key.name + "\"")
        .with_detail("MATCH FULL does not allow mixing of null and nonnull key values.")
        .about(table.name, "", key.name);
  }

  Session& session_;
  std::shared_ptr<const Catalog> catalog_;
};

}  // namespace

void enforce_foreign_keys(Session& session) {
  TransactionState& transaction = *session.transaction();
  // Statements of the checker itself leave their rows to the loop that is running.
  if (transaction.row_changes.empty() || session.is_enforcing_keys()) {
    return;
  }
  const Session::KeyEnforcement now(session);
  ForeignKeyChecker(session).run(transaction);
}

void run_deferred_checks(Session& session, std::vector<DeferredKeyCheck> checks) {
  ForeignKeyChecker checker(session);
  for (const DeferredKeyCheck& check : checks) {
    checker.run_deferred(check);
  }
}

void validate_foreign_key(Session& session, const TableEntry& table, const ForeignKey& key) {
  ForeignKeyChecker(session).validate(table, key);
}

}  // namespace tidemark
