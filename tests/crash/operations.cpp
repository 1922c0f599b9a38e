#include "tests/crash/operations.h"

#include <cstdio>

#include "base/check.h"

namespace tidemark::crash {
namespace {

using testing_storage::make_batch;
using testing_storage::make_deletes;
using testing_storage::make_table;
using testing_storage::read_all;
using testing_storage::series_key;

constexpr ObjectId kSeriesTable = 20000;
constexpr ObjectId kKeyedTable = 20010;
constexpr ObjectId kAppendTable = 20020;
constexpr ObjectId kPassingTable = 20030;
constexpr int64_t kDay = 86'400'000'000;

template <class T>
std::string text(const std::optional<T>& value) {
  if (!value) {
    return "-";
  }
  if constexpr (std::is_same_v<T, double>) {
    char buffer[64];
    static_cast<void>(std::snprintf(buffer, sizeof(buffer), "%.17g", *value));
    return buffer;
  } else if constexpr (std::is_same_v<T, std::string>) {
    return *value;
  } else {
    return std::to_string(*value);
  }
}

std::string key_of(TableKind kind, const Row& row) {
  return kind == TableKind::kSeries  ? row.host + "@" + std::to_string(row.time)
         : kind == TableKind::kKeyed ? row.host
                                     : std::to_string(row.time);
}

std::string table_name(ObjectId id) { return "t" + std::to_string(id); }

Operation create(ObjectId table, TableKind kind) {
  Operation operation;
  operation.kind = Operation::Kind::kCreate;
  operation.table = table;
  operation.table_kind = kind;
  return operation;
}

Operation simple(Operation::Kind kind, ObjectId table = kNoObject) {
  Operation operation;
  operation.kind = kind;
  operation.table = table;
  return operation;
}

Operation alter(ObjectId table, Operation::Alteration alteration) {
  Operation operation = simple(Operation::Kind::kAlter, table);
  operation.alteration = alteration;
  return operation;
}

Operation write(ObjectId table, RowOperation kind, std::vector<Row> rows, bool wait_for_sync = true) {
  Operation operation;
  operation.changes.push_back({table, kind, std::move(rows), false, "", 0, 0});
  operation.wait_for_sync = wait_for_sync;
  return operation;
}

Operation range(ObjectId table, std::string host, int64_t from, int64_t to) {
  Operation operation;
  operation.changes.push_back({table, RowOperation::kDelete, {}, true, std::move(host), from, to});
  return operation;
}

}  // namespace

std::string Operation::to_string() const {
  static constexpr const char* kNames[] = {"create", "drop", "alter", "write", "flush", "compact", "reopen"};
  std::string result = kNames[static_cast<size_t>(kind)];
  result += " " + std::to_string(table);
  for (const Change& change : changes) {
    result += " {" + std::to_string(change.table) + (change.is_range ? " range" : "") + " op" +
              std::to_string(static_cast<int>(change.operation)) + " x" + std::to_string(change.rows.size()) + "}";
  }
  return result + (wait_for_sync ? "" : " async");
}

void Model::apply(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::kCreate:
      tables_[operation.table].kind = operation.table_kind;
      break;
    case Operation::Kind::kDrop:
      tables_.erase(operation.table);
      passing_table_ += 10;
      break;
    case Operation::Kind::kAlter: {
      // The new tag is NULL in all rows, and whole numbers read the same as doubles.
      Table& table = tables_.at(operation.table);
      if (operation.alteration == Operation::Alteration::kDropNote) {
        table.has_note = false;
        for (auto& [key, row] : table.rows) {
          row.note.reset();
        }
      } else if (operation.alteration == Operation::Alteration::kAddNote) {
        table.has_note = true;
      }
      break;
    }
    case Operation::Kind::kWrite:
      for (const Operation::Change& change : operation.changes) {
        apply(change);
      }
      break;
    default:
      break;
  }
}

void Model::apply(const Operation::Change& change) {
  Table& table = tables_.at(change.table);
  if (change.is_range) {
    std::erase_if(table.rows, [&](const auto& entry) {
      const StoredRow& row = entry.second;
      const int64_t order = table.kind == TableKind::kSeries  ? row.time
                            : table.kind == TableKind::kKeyed ? 0
                                                              : std::stoll(entry.first);
      return (change.host.empty() || row.host == change.host) && order >= change.from && order <= change.to;
    });
    return;
  }
  for (const Row& row : change.rows) {
    if (change.operation == RowOperation::kDelete) {
      table.rows.erase(key_of(table.kind, row));
      continue;
    }
    const std::string key =
        table.kind == TableKind::kAppend ? std::to_string(table.next_row_id++) : key_of(table.kind, row);
    StoredRow& stored = table.rows[key];
    stored.host = row.host;
    stored.time = row.time;
    if (change.operation == RowOperation::kPut) {
      stored.a = row.a;
      stored.b = row.b;
      stored.note = table.has_note ? row.note : std::nullopt;
      continue;
    }
    stored.a = row.a ? row.a : stored.a;
    stored.b = row.b ? row.b : stored.b;
    stored.note = row.note && table.has_note ? row.note : stored.note;
  }
}

std::map<ObjectId, Content> Model::content() const {
  std::map<ObjectId, Content> all;
  for (const auto& [id, table] : tables_) {
    Content& content = all[id];
    for (const auto& [key, row] : table.rows) {
      const std::string values = text(row.a) + "|" + text(row.b) + "|" + text(row.note);
      content[key] = table.kind == TableKind::kSeries  ? values
                     : table.kind == TableKind::kKeyed ? std::to_string(row.time) + " " + values
                                                       : row.host + "@" + std::to_string(row.time) + " " + values;
    }
  }
  return all;
}

int64_t Model::any_row_id(ObjectId table, Random& random) const {
  const auto& rows = tables_.at(table).rows;
  if (rows.empty()) {
    return 0;
  }
  return std::stoll(std::next(rows.begin(), static_cast<ptrdiff_t>(random.below(rows.size())))->first);
}

void perform(const Operation& operation, StoreOnFaultyDisk& disk) {
  Store& store = *disk.store;
  CommitOptions options;
  options.wait_for_sync = operation.wait_for_sync;
  switch (operation.kind) {
    case Operation::Kind::kCreate:
      store.commit(
          testing_storage::create_table(make_table(operation.table, table_name(operation.table), operation.table_kind)),
          options);
      return;
    case Operation::Kind::kDrop: {
      WriteSet writes;
      writes.catalog.push_back(CatalogDelta::drop(ObjectKind::kTable, operation.table));
      store.commit(std::move(writes), options);
      return;
    }
    case Operation::Kind::kAlter: {
      TableEntry entry = store.snapshot()->table(operation.table)->entry();
      using Alteration = Operation::Alteration;
      entry = operation.alteration == Alteration::kAddTag     ? testing_storage::with_region(std::move(entry))
              : operation.alteration == Alteration::kDropNote ? testing_storage::without_note(std::move(entry))
              : operation.alteration == Alteration::kAddNote  ? testing_storage::with_new_note(std::move(entry))
                                                              : testing_storage::with_wide_a(std::move(entry));
      store.commit(testing_storage::create_table(entry), options);
      return;
    }
    case Operation::Kind::kWrite: {
      const auto snapshot = store.snapshot();
      WriteSet writes;
      for (const Operation::Change& change : operation.changes) {
        WriteSet::Change& made = writes.changes.emplace_back();
        if (change.is_range) {
          made.is_tombstone = true;
          made.tombstone = {change.table, change.host.empty() ? "" : series_key(change.host), change.from, change.to};
          continue;
        }
        const TableEntry& table = snapshot->table(change.table)->entry();
        made.batch = change.operation == RowOperation::kDelete ? make_deletes(table, change.rows)
                                                               : make_batch(table, change.operation, change.rows);
      }
      store.commit(std::move(writes), options);
      return;
    }
    case Operation::Kind::kFlush:
      store.flush(operation.table);
      return;
    case Operation::Kind::kCompact:
      store.compact(operation.table);
      return;
    case Operation::Kind::kReopen:
      disk.open();
      return;
  }
}

std::map<ObjectId, Content> content_of(const Store& store) {
  const auto snapshot = store.snapshot();
  std::map<ObjectId, Content> all;
  for (const CatalogEntry* entry : snapshot->catalog()->all(ObjectKind::kTable)) {
    all[id_of(*entry)] = read_all(*snapshot, id_of(*entry));
  }
  return all;
}

std::vector<Operation> scripted_workload() {
  using Kind = Operation::Kind;
  constexpr auto kPut = RowOperation::kPut;
  constexpr auto kMerge = RowOperation::kMerge;
  constexpr auto kDelete = RowOperation::kDelete;
  std::vector<Operation> steps;
  steps.push_back(create(kSeriesTable, TableKind::kSeries));
  steps.push_back(write(kSeriesTable, kPut, {{"a", 1, 1, 0.5, "x"}, {"b", 2, 2, {}, {}}}));
  steps.push_back(create(kKeyedTable, TableKind::kKeyed));
  // One commit that touches two tables.
  Operation both = write(kSeriesTable, kMerge, {{"a", 1, {}, 1.5, {}}, {"c", 3, 3, {}, {}}});
  both.changes.push_back({kKeyedTable, kPut, {{"u1", 10, 1, {}, {}}, {"u2", 20, 2, {}, {}}}, false, "", 0, 0});
  steps.push_back(both);
  steps.push_back(simple(Kind::kFlush));
  steps.push_back(write(kKeyedTable, kPut, {{"u1", 30, 3, {}, "new"}}));
  steps.push_back(create(kAppendTable, TableKind::kAppend));
  steps.push_back(write(kAppendTable, kPut, {{"log", 5, 1, {}, {}}, {"log", kDay * 3, 2, {}, {}}}));
  steps.push_back(write(kSeriesTable, kDelete, {{"b", 2, {}, {}, {}}}));
  steps.push_back(write(kSeriesTable, kMerge, {{"a", 1, 7, {}, {}}, {"a", kDay * 5, 8, {}, {}}}, false));
  steps.push_back(write(kSeriesTable, kPut, {{"d", 4, 4, {}, {}}}, false));
  steps.push_back(simple(Kind::kFlush, kSeriesTable));
  steps.push_back(write(kAppendTable, kDelete, {{"", 1, {}, {}, {}}}));
  steps.push_back(simple(Kind::kReopen));
  steps.push_back(range(kSeriesTable, "a", 0, 10));
  steps.push_back(write(kSeriesTable, kPut, {{"a", 2, 22, {}, {}}}));
  steps.push_back(simple(Kind::kFlush));
  steps.push_back(create(kPassingTable, TableKind::kSeries));
  steps.push_back(write(kPassingTable, kPut, {{"z", 1, 1, {}, {}}}));
  steps.push_back(simple(Kind::kFlush, kPassingTable));
  steps.push_back(simple(Kind::kCompact, kSeriesTable));
  steps.push_back(simple(Kind::kDrop, kPassingTable));
  steps.push_back(write(kAppendTable, kPut, {{"log", 6, 3, {}, {}}}));
  steps.push_back(simple(Kind::kCompact));
  // Enough bytes that the log goes on in other files.
  for (int64_t i = 0; i < 6; ++i) {
    std::vector<Row> rows;
    for (int64_t row = 0; row < 20; ++row) {
      rows.push_back({"h" + std::to_string(row % 3), i * 100 + row, i, 0.1 * static_cast<double>(row),
                      "a note of some length, number " + std::to_string(i * 20 + row)});
    }
    steps.push_back(write(kSeriesTable, i % 2 == 0 ? kPut : kMerge, std::move(rows)));
  }
  steps.push_back(simple(Kind::kFlush));
  // The schema changes over rows in segments and in memory; a writer goes on in between.
  using Alteration = Operation::Alteration;
  steps.push_back(write(kSeriesTable, kPut, {{"before", 1, 1, {}, "gone"}}));
  steps.push_back(alter(kSeriesTable, Alteration::kAddTag));
  steps.push_back(write(kSeriesTable, kMerge, {{"before", 1, {}, 2.5, {}}, {"h1", 1, 100, {}, {}}}));
  steps.push_back(alter(kSeriesTable, Alteration::kDropNote));
  steps.push_back(alter(kSeriesTable, Alteration::kWidenA));
  steps.push_back(write(kSeriesTable, kMerge, {{"h2", 2, 200, {}, {}}}, false));
  steps.push_back(simple(Kind::kFlush, kSeriesTable));
  steps.push_back(alter(kSeriesTable, Alteration::kAddNote));
  steps.push_back(write(kSeriesTable, kMerge, {{"h2", 2, {}, {}, "new"}}));
  steps.push_back(simple(Kind::kCompact, kSeriesTable));
  steps.push_back(write(kKeyedTable, kDelete, {{"u2", 0, {}, {}, {}}}));
  steps.push_back(range(kSeriesTable, "", INT64_MIN, INT64_MAX));
  steps.push_back(write(kSeriesTable, kPut, {{"last", 1, 1, {}, {}}}));
  steps.push_back(simple(Kind::kReopen));
  steps.push_back(write(kSeriesTable, kMerge, {{"last", 1, {}, 9.0, {}}}));
  return steps;
}

Operation random_operation(const Model& model, Random& random) {
  using Kind = Operation::Kind;
  const ObjectId tables[] = {kSeriesTable, kKeyedTable, kAppendTable, model.passing_table()};
  constexpr TableKind kKinds[] = {TableKind::kSeries, TableKind::kKeyed, TableKind::kAppend, TableKind::kSeries};
  const size_t which = random.below(4);
  const ObjectId table = tables[which];
  const TableKind kind = kKinds[which];
  if (!model.has(table)) {
    return create(table, kind);
  }
  const uint64_t dice = random.below(100);
  if (dice < 5) {
    return simple(Kind::kFlush, random.chance(0.5) ? table : kNoObject);
  }
  if (dice < 8) {
    return simple(Kind::kCompact, table);
  }
  if (dice < 10) {
    return simple(Kind::kReopen);
  }
  if (dice < 11 && table == model.passing_table()) {
    return simple(Kind::kDrop, table);
  }
  if (dice < 13) {
    using Alteration = Operation::Alteration;
    if (random.chance(0.3)) {
      return kind == TableKind::kSeries && random.chance(0.5) ? alter(table, Alteration::kAddTag)
                                                              : alter(table, Alteration::kWidenA);
    }
    return alter(table, model.has_note(table) ? Alteration::kDropNote : Alteration::kAddNote);
  }
  const auto random_row = [&] {
    Row row;
    row.host = "h" + std::to_string(random.below(6));
    row.time = random.between(0, 30) + (random.chance(0.3) ? kDay * random.between(-3, 3) : 0);
    if (random.chance(0.7)) {
      row.a = random.between(-5, 1000);
    }
    if (random.chance(0.4)) {
      row.b = random.uniform();
    }
    if (random.chance(0.3)) {
      row.note = std::string(random.below(40), static_cast<char>('a' + random.below(3)));
    }
    return row;
  };
  Operation operation;
  operation.wait_for_sync = random.chance(0.8);
  Operation::Change& change = operation.changes.emplace_back();
  change.table = table;
  if (dice < 17 && kind == TableKind::kSeries) {
    change.is_range = true;
    change.operation = RowOperation::kDelete;
    change.host = random.chance(0.7) ? "h" + std::to_string(random.below(6)) : "";
    change.from = random.chance(0.1) ? INT64_MIN : random.between(0, 20);
    change.to = change.from == INT64_MIN ? INT64_MAX : change.from + random.between(0, 20);
    return operation;
  }
  const size_t rows = random.chance(0.05) ? random.below(3000) : 1 + random.below(8);
  if (kind == TableKind::kAppend && dice < 35) {
    change.operation = RowOperation::kDelete;
    Row row;
    row.time = model.any_row_id(table, random);
    change.rows.push_back(row);
    return operation;
  }
  const bool may_merge = kind != TableKind::kAppend;
  change.operation = may_merge && dice < 50   ? RowOperation::kMerge
                     : may_merge && dice < 60 ? RowOperation::kDelete
                                              : RowOperation::kPut;
  for (size_t i = 0; i < rows; ++i) {
    change.rows.push_back(random_row());
  }
  return operation;
}

}  // namespace tidemark::crash
