// INSERT, UPSERT, UPDATE and DELETE through the TableWriter, on a store whose disk is memory.

#include <gtest/gtest.h>

#include <map>

#include "base/memory_tracker.h"
#include "executor/table_writer.h"
#include "executor/transaction_state.h"
#include "executor/value_column.h"
#include "tests/unit/executor/plan_helper.h"
#include "tests/unit/storage/table_fixture.h"

namespace tidemark::testing {
namespace {

using testing_storage::StoreOnFaultyDisk;

constexpr ObjectId kTable = 20'000;
constexpr ObjectId kHidden = 20'001;
constexpr ObjectId kKey = 20'002;
constexpr ObjectId kUnique = 20'003;

ColumnEntry column(ColumnId id, std::string name, LogicalType type, bool not_null = false) {
  ColumnEntry entry;
  entry.id = id;
  entry.name = std::move(name);
  entry.type = type;
  entry.not_null = not_null;
  return entry;
}

/// t (host text, time timestamptz, a int8, b float8, note text); key (host, time), (host), or none.
TableEntry table_entry(TableKind kind) {
  TableEntry table;
  table.id = kTable;
  table.schema = 16'385;
  table.name = "t";
  table.kind = kind;
  table.columns = {column(1, "host", TypeId::kText), column(2, "time", TypeId::kTimestampTz),
                   column(3, "a", TypeId::kInt64), column(4, "b", TypeId::kFloat64), column(5, "note", TypeId::kText)};
  table.next_column_id = 6;
  if (kind != TableKind::kAppend) {
    UniqueConstraint key;
    key.id = kKey;
    key.name = "t_pkey";
    key.primary = true;
    key.columns = kind == TableKind::kSeries ? std::vector<ColumnId>{1, 2} : std::vector<ColumnId>{1};
    table.key = std::move(key);
  }
  if (kind == TableKind::kSeries) {
    table.time_column = 2;
  }
  return table;
}

Row row(std::string host, int64_t time, int64_t a, double b = 0, const char* note = nullptr) {
  return {Value::text(std::move(host)), Value::integer(TypeId::kTimestampTz, time), Value::int64(a), Value::float64(b),
          note == nullptr ? Value::null(TypeId::kText) : Value::text(note)};
}

class WriteTest : public ::testing::Test {
 protected:
  void open(TableEntry table) {
    disk_.open();
    table_ = std::move(table);
    WriteSet create;
    create.catalog.push_back(CatalogDelta::put(table_));
    disk_.store->commit(std::move(create), {});
  }

  std::unique_ptr<TransactionState> begin(IsolationLevel isolation = IsolationLevel::kReadCommitted) {
    auto transaction = std::make_unique<TransactionState>(++transactions_, isolation, locks_,
                                                          [this] { return disk_.store->snapshot(); });
    transaction->lock_timeout_ms = 20;
    return transaction;
  }
  void commit(TransactionState& transaction) {
    CommitOptions options = transaction.commit_options();
    locks_.release_all(transaction.id());
    disk_.store->commit(std::move(transaction.writes), options);
  }

  std::vector<Vector> columns_of(const Rows& rows) {
    std::vector<Vector> columns;
    for (size_t index = 0; index < table_.columns.size(); ++index) {
      ValueColumn values(table_.columns[index].type);
      for (const Row& values_row : rows) {
        values.append(values_row[index]);
      }
      columns.push_back(values.take());
    }
    return columns;
  }

  std::unique_ptr<PhysicalInsert> insert_plan(const Rows& rows, ConflictAction conflict) {
    auto node = std::make_unique<PhysicalInsert>();
    node->children.push_back(source(columns_of(rows), rows.size()));
    node->target.table = kTable;
    node->conflict = conflict;
    for (uint32_t index = 0; index < table_.columns.size(); ++index) {
      node->row.push_back(input(index, table_.columns[index].type));
    }
    return node;
  }
  void return_all(PhysicalWriteTarget& target, PhysicalNode& node) {
    std::vector<LogicalType> types;
    for (uint32_t index = 0; index < table_.columns.size(); ++index) {
      target.returning.push_back(input(index, table_.columns[index].type));
      types.push_back(table_.columns[index].type);
    }
    node.outputs = outputs_of(types);
  }
  Rows run_in(TransactionState& transaction, PhysicalPtr plan) {
    transaction.begin_statement();
    RunOptions options;
    options.transaction = &transaction;
    options.snapshot = transaction.snapshot();
    try {
      Rows rows = run(std::move(plan), options);
      transaction.end_statement();
      return rows;
    } catch (...) {
      transaction.abort_statement();
      throw;
    }
  }
  /// A statement of its own transaction.
  Rows run_alone(PhysicalPtr plan) {
    const auto transaction = begin();
    Rows rows;
    try {
      rows = run_in(*transaction, std::move(plan));
    } catch (...) {
      locks_.release_all(transaction->id());
      throw;
    }
    commit(*transaction);
    return rows;
  }
  void insert(const Rows& rows, ConflictAction conflict = ConflictAction::kError) {
    run_alone(insert_plan(rows, conflict));
  }

  std::unique_ptr<PhysicalScan> scan() { return scan(std::vector<PushedPredicate>()); }
  std::unique_ptr<PhysicalScan> scan(std::vector<PushedPredicate> pushed) {
    auto node = std::make_unique<PhysicalScan>();
    node->table = kTable;
    std::vector<LogicalType> types;
    for (const ColumnEntry& entry : table_.columns) {
      node->columns.push_back(entry.id);
      types.push_back(entry.type);
    }
    if (table_.kind == TableKind::kAppend) {
      node->columns.push_back(kRowIdColumn);
      types.push_back(TypeId::kInt64);
    }
    node->outputs = outputs_of(types);
    node->pushed = std::move(pushed);
    return node;
  }
  std::unique_ptr<PhysicalScan> scan(PushedPredicate only) {
    std::vector<PushedPredicate> pushed;
    pushed.push_back(std::move(only));
    return scan(std::move(pushed));
  }
  PushedPredicate host_is(const std::string& host) {
    PushedPredicate predicate;
    predicate.column = 1;
    predicate.constants.push_back(constant(Value::text(host)));
    return predicate;
  }
  std::unique_ptr<PhysicalUpdate> update_plan(PhysicalPtr child, uint32_t assigned, ExpressionPtr value) {
    auto node = std::make_unique<PhysicalUpdate>();
    node->children.push_back(std::move(child));
    node->target.table = kTable;
    node->assignments.push_back({assigned, std::move(value)});
    return node;
  }
  std::unique_ptr<PhysicalDelete> delete_plan(PhysicalPtr child) {
    auto node = std::make_unique<PhysicalDelete>();
    node->children.push_back(std::move(child));
    node->target.table = kTable;
    return node;
  }

  Rows content(const Snapshot& snapshot, ObjectId table = kTable) {
    ScanRequest request;
    for (const ColumnEntry& entry : snapshot.catalog()->table(table)->columns) {
      request.columns.push_back(entry.id);
    }
    Rows rows;
    const auto scan = snapshot.table(table)->scan(request);
    for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
      DataChunk chunk;
      for (const auto reader = scan->open(morsel); reader->next(chunk);) {
        unbox(chunk, rows);
      }
    }
    return rows;
  }
  std::vector<std::string> lines() { return sorted(show(content(*disk_.store->snapshot()))); }
  static std::vector<std::string> lines(const Rows& rows) { return sorted(show(rows)); }

  StoreOnFaultyDisk disk_;
  SystemClock time_goes_on_;  // The clock of the disk stands still, and lock timeouts would never come.
  LockTable locks_{time_goes_on_};
  TableEntry table_;
  TransactionId transactions_ = 0;
};

class WriteKeyTest : public WriteTest, public ::testing::WithParamInterface<TableKind> {};
INSTANTIATE_TEST_SUITE_P(Kinds, WriteKeyTest, ::testing::Values(TableKind::kSeries, TableKind::kKeyed));

TEST_P(WriteKeyTest, InsertRefusesAKeyThatIsThereAndTwiceTheSame) {
  open(table_entry(GetParam()));
  insert({row("a", 1, 1), row("b", 1, 2)});
  try {
    insert({row("c", 1, 1), row("a", 1, 5)});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "23505");
    EXPECT_EQ(error.message(), "duplicate key value violates unique constraint \"t_pkey\"");
    EXPECT_EQ(error.detail(), GetParam() == TableKind::kSeries
                                  ? "Key (host, \"time\")=(a, 2000-01-01 00:00:00.000001+00) already exists."
                                  : "Key (host)=(a) already exists.");
  }
  EXPECT_EQ(error_of([&] { insert({row("d", 1, 1), row("d", 1, 2)}); }),
            "23505 duplicate key value violates unique constraint \"t_pkey\"");
  EXPECT_EQ(lines(), lines({row("a", 1, 1), row("b", 1, 2)}));
}

TEST_F(WriteTest, InsertKeepsNotNullAndChecks) {
  TableEntry table = table_entry(TableKind::kSeries);
  table.columns[2].not_null = true;
  open(std::move(table));
  Row bad = row("a", 1, 1, 0.5, "x");
  bad[2] = Value();
  try {
    insert({row("b", 1, 1), bad});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "23502");
    EXPECT_EQ(error.message(), "null value in column \"a\" of relation \"t\" violates not-null constraint");
    EXPECT_EQ(error.detail(), "Failing row contains (a, 2000-01-01 00:00:00.000001+00, null, 0.5, x).");
  }
  auto plan = insert_plan({row("a", 1, 1), row("b", 1, -1)}, ConflictAction::kError);
  plan->target.checks.push_back(
      {"t_a_check", operation(">", list(input(2, TypeId::kInt64), constant(Value::int64(0))))});
  EXPECT_EQ(error_of([&] { run_alone(std::move(plan)); }),
            "23514 new row for relation \"t\" violates check constraint \"t_a_check\"");
  EXPECT_TRUE(lines().empty());
}

TEST_F(WriteTest, InsertComputesGeneratedColumnsAndReturnsRows) {
  open(table_entry(TableKind::kSeries));
  auto plan = insert_plan({row("a", 1, 20), row("b", 2, 30)}, ConflictAction::kError);
  plan->target.generated.push_back({2, operation("+", list(constant(Value::int64(1)), constant(Value::int64(6))))});
  return_all(plan->target, *plan);
  EXPECT_EQ(lines(run_alone(std::move(plan))), lines({row("a", 1, 7), row("b", 2, 7)}));
  EXPECT_EQ(lines(), lines({row("a", 1, 7), row("b", 2, 7)}));
}

TEST_F(WriteTest, ConflictsAreIgnoredUpdatedMergedOrReplaced) {
  open(table_entry(TableKind::kSeries));
  insert({row("a", 1, 1, 0.5, "old"), row("b", 1, 2)});

  auto ignore = insert_plan({row("a", 1, 9), row("c", 1, 3), row("c", 1, 4)}, ConflictAction::kIgnore);
  return_all(ignore->target, *ignore);
  EXPECT_EQ(lines(run_alone(std::move(ignore))), lines({row("c", 1, 3)}));

  // SET a = t.a + excluded.a WHERE excluded.a > 5
  const auto update = [&](const Rows& rows) {
    auto plan = insert_plan(rows, ConflictAction::kUpdate);
    plan->update.push_back({2, operation("+", list(input(2, TypeId::kInt64), input(7, TypeId::kInt64)))});
    plan->update_where = operation(">", list(input(7, TypeId::kInt64), constant(Value::int64(5))));
    return_all(plan->target, *plan);
    return plan;
  };
  const Rows updated = run_alone(update({row("a", 1, 10, 7, "new"), row("d", 1, 4), row("b", 1, 5)}));
  EXPECT_EQ(show(updated), show(Rows{row("a", 1, 11, 0.5, "old"), row("d", 1, 4)}));
  EXPECT_EQ(error_of([&] { run_alone(update({row("a", 1, 10), row("a", 1, 11)})); }),
            "21000 ON CONFLICT DO UPDATE command cannot affect row a second time");

  auto merge = insert_plan({row("a", 1, 50, 9, "n"), row("e", 1, 5, 9, "n"), row("a", 1, 51)}, ConflictAction::kMerge);
  merge->named_columns = {0, 1, 2};
  run_alone(std::move(merge));
  Row merged = row("e", 1, 5);
  merged[3] = Value();
  EXPECT_EQ(lines(), lines({row("a", 1, 51, 0.5, "old"), row("b", 1, 2), row("c", 1, 3), row("d", 1, 4), merged}));

  insert({row("a", 1, 60, 3), row("f", 1, 6)}, ConflictAction::kReplace);
  EXPECT_EQ(lines(),
            lines({row("a", 1, 60, 3), row("b", 1, 2), row("c", 1, 3), row("d", 1, 4), merged, row("f", 1, 6)}));
}

TEST_F(WriteTest, MergesByReadingWhereTheTableAsksForIt) {
  TableEntry table = table_entry(TableKind::kSeries);
  table.columns[3].not_null = true;  // b is not named: its NOT NULL asks for the whole row
  open(std::move(table));
  insert({row("a", 1, 1, 0.5, "old")});
  auto merge = insert_plan({row("a", 1, 2, 9), row("z", 1, 7, 9, "n"), row("a", 1, 3, 9)}, ConflictAction::kMerge);
  merge->named_columns = {0, 1, 2};
  run_alone(std::move(merge));
  EXPECT_EQ(lines(), lines({row("a", 1, 3, 0.5, "old"), row("z", 1, 7, 9, "n")}));
}

TEST_F(WriteTest, AppendTablesKeepBothAndChangeByRowId) {
  open(table_entry(TableKind::kAppend));
  insert({row("a", 1, 1), row("a", 1, 1), row("b", 2, 2)});
  EXPECT_EQ(lines(), lines({row("a", 1, 1), row("a", 1, 1), row("b", 2, 2)}));
  run_alone(
      update_plan(scan(host_is("a")), 2, operation("+", list(input(2, TypeId::kInt64), constant(Value::int64(10))))));
  EXPECT_EQ(lines(), lines({row("a", 1, 11), row("a", 1, 11), row("b", 2, 2)}));
  run_alone(delete_plan(scan(host_is("b"))));
  EXPECT_EQ(lines(), lines({row("a", 1, 11), row("a", 1, 11)}));
}

TEST_F(WriteTest, UpdatesMoveKeysPastEachOther) {
  open(table_entry(TableKind::kSeries));
  Rows rows;
  for (int64_t time = 0; time < 5000; ++time) {
    rows.push_back(row("a", time, time));
  }
  insert(rows);
  // time = time + 1: every row takes the place of the next.
  const auto moved = [&](int64_t by) {
    return update_plan(scan(), 1,
                       operation("+", list(input(1, TypeId::kTimestampTz), constant(Value::interval({by, 0, 0})))));
  };
  run_alone(moved(1));
  for (Row& expected : rows) {
    expected[1] = Value::integer(TypeId::kTimestampTz, expected[1].as_int64() + 1);
  }
  EXPECT_EQ(lines(), lines(rows));
  insert({row("a", 0, -1)});
  auto one = update_plan(scan(), 1, constant(Value::integer(TypeId::kTimestampTz, 7)));
  EXPECT_EQ(error_of([&] { run_alone(std::move(one)); }),
            "23505 duplicate key value violates unique constraint \"t_pkey\"");
}

TEST_F(WriteTest, DeletesRowsAndRectangles) {
  open(table_entry(TableKind::kSeries));
  insert({row("a", 1, 1), row("a", 2, 2), row("a", 3, 3), row("b", 2, 4)});
  auto plain = delete_plan(scan(host_is("b")));
  return_all(plain->target, *plain);
  EXPECT_EQ(lines(run_alone(std::move(plain))), lines({row("b", 2, 4)}));

  PushedPredicate late;
  late.column = 2;
  late.comparison = PushedPredicate::Comparison::kGreater;
  late.constants.push_back(constant(Value::integer(TypeId::kTimestampTz, 1)));
  std::vector<PushedPredicate> pushed;
  pushed.push_back(host_is("a"));
  pushed.push_back(std::move(late));
  auto rectangle = delete_plan(scan(std::move(pushed)));
  rectangle->rectangle = true;
  const auto transaction = begin();
  run_in(*transaction, std::move(rectangle));
  ASSERT_EQ(transaction->writes.changes.size(), 1U);
  EXPECT_TRUE(transaction->writes.changes[0].is_tombstone);
  commit(*transaction);
  EXPECT_EQ(lines(), lines({row("a", 1, 1)}));
}

TEST_F(WriteTest, SecondaryUniqueConstraintsHoldThroughEveryChange) {
  TableEntry table = table_entry(TableKind::kSeries);
  UniqueConstraint unique;
  unique.id = kUnique;
  unique.name = "t_note_key";
  unique.columns = {5};
  unique.hidden_table = kHidden;
  table.uniques.push_back(unique);
  TableEntry hidden;
  hidden.id = kHidden;
  hidden.schema = table.schema;
  hidden.name = "t_note_key";
  hidden.hidden = true;
  hidden.kind = TableKind::kKeyed;
  hidden.columns = {column(1, "note", TypeId::kText)};
  hidden.next_column_id = 2;
  hidden.key = UniqueConstraint{};
  hidden.key->columns = {1};
  hidden.key->nulls_not_distinct = true;
  open(std::move(table));
  WriteSet create;
  create.catalog.push_back(CatalogDelta::put(hidden));
  disk_.store->commit(std::move(create), {});

  insert({row("a", 1, 1, 0, "x"), row("b", 1, 2, 0, nullptr), row("c", 1, 3, 0, nullptr)});
  EXPECT_EQ(error_of([&] { insert({row("d", 1, 4, 0, "x")}); }),
            "23505 duplicate key value violates unique constraint \"t_note_key\"");
  run_alone(update_plan(scan(host_is("a")), 4, constant(Value::text("y"))));
  insert({row("d", 1, 4, 0, "x")});
  EXPECT_EQ(error_of([&] { run_alone(update_plan(scan(host_is("b")), 4, constant(Value::text("x")))); }),
            "23505 duplicate key value violates unique constraint \"t_note_key\"");
  // DO NOTHING on the secondary key alone; DO UPDATE finds the row through it.
  auto nothing = insert_plan({row("e", 1, 5, 0, "y"), row("e", 2, 5, 0, "z")}, ConflictAction::kIgnore);
  nothing->conflict_constraints = {kUnique};
  run_alone(std::move(nothing));
  auto update = insert_plan({row("q", 9, 100, 0, "z")}, ConflictAction::kUpdate);
  update->conflict_constraints = {kUnique};
  update->update.push_back({2, input(7, TypeId::kInt64)});
  run_alone(std::move(update));
  insert({row("a", 1, 70, 1, "r")}, ConflictAction::kReplace);
  run_alone(delete_plan(scan(host_is("d"))));
  EXPECT_EQ(lines(), lines({row("a", 1, 70, 1, "r"), row("b", 1, 2, 0, nullptr), row("c", 1, 3, 0, nullptr),
                            row("e", 2, 100, 0, "z")}));
  // The hidden table holds what is in the column, and nothing else.
  EXPECT_EQ(lines(content(*disk_.store->snapshot(), kHidden)), lines({{Value::text("r")}, {Value::text("z")}}));
}

TEST_F(WriteTest, ATransactionSeesItsOwnWritesAndSavepointsUndoThem) {
  open(table_entry(TableKind::kSeries));
  const auto transaction = begin();
  run_in(*transaction, insert_plan({row("a", 1, 1)}, ConflictAction::kError));
  EXPECT_EQ(lines(content(*transaction->snapshot())), lines({row("a", 1, 1)}));
  EXPECT_TRUE(lines().empty());
  EXPECT_EQ(
      error_of([&] { run_in(*transaction, insert_plan({row("b", 1, 1), row("a", 1, 2)}, ConflictAction::kError)); }),
      "23505 duplicate key value violates unique constraint \"t_pkey\"");
  transaction->set_savepoint("s");
  run_in(*transaction, insert_plan({row("b", 1, 1)}, ConflictAction::kError));
  run_in(*transaction, delete_plan(scan(host_is("a"))));
  EXPECT_EQ(lines(content(*transaction->snapshot())), lines({row("b", 1, 1)}));
  transaction->rollback_to_savepoint("s");
  EXPECT_EQ(lines(content(*transaction->snapshot())), lines({row("a", 1, 1)}));
  EXPECT_EQ(error_of([&] { transaction->release_savepoint("t"); }), "3B001 savepoint \"t\" does not exist");
  commit(*transaction);
  EXPECT_EQ(lines(), lines({row("a", 1, 1)}));
}

TEST_F(WriteTest, WritersOfOneKeyNeverLoseAnUpdate) {
  open(table_entry(TableKind::kSeries));
  insert({row("a", 1, 1), row("b", 1, 1)});
  const auto plus_one = [&] {
    return update_plan(scan(host_is("a")), 2,
                       operation("+", list(input(2, TypeId::kInt64), constant(Value::int64(1)))));
  };
  // The other commits between this one's snapshot and its lock.
  const auto first = begin();
  first->begin_statement();
  run_alone(plus_one());
  RunOptions options;
  options.transaction = first.get();
  options.snapshot = first->snapshot();
  run(plus_one(), options);
  first->end_statement();
  commit(*first);
  EXPECT_EQ(lines(), lines({row("a", 1, 3), row("b", 1, 1)}));

  const auto repeatable = begin(IsolationLevel::kRepeatableRead);
  repeatable->begin_statement();
  run_alone(plus_one());
  options.transaction = repeatable.get();
  options.snapshot = repeatable->snapshot();
  EXPECT_EQ(error_of([&] { run(plus_one(), options); }), "40001 could not serialize access due to concurrent update");
  locks_.release_all(repeatable->id());

  // A lock that is held makes others wait; nobody waits for another key.
  const auto holder = begin();
  run_in(*holder, plus_one());
  EXPECT_EQ(error_of([&] { run_alone(plus_one()); }), "55P03 canceling statement due to lock timeout");
  EXPECT_EQ(error_of([&] { insert({row("a", 1, 9)}, ConflictAction::kReplace); }),
            "55P03 canceling statement due to lock timeout");
  run_alone(delete_plan(scan(host_is("b"))));
  commit(*holder);
  EXPECT_EQ(lines(), lines({row("a", 1, 5)}));
}

TEST_F(WriteTest, ForUpdateLocksSkipsAndRefuses) {
  open(table_entry(TableKind::kSeries));
  insert({row("a", 1, 1), row("b", 1, 2)});
  const auto lock = [&](std::vector<PushedPredicate> pushed, bool skip, bool no_wait) {
    auto node = std::make_unique<PhysicalLockRows>();
    node->children.push_back(scan(std::move(pushed)));
    node->outputs = node->children[0]->outputs;
    node->table = kTable;
    node->key_columns = {0, 1};
    node->skip_locked = skip;
    node->no_wait = no_wait;
    return node;
  };
  const auto holder = begin();
  std::vector<PushedPredicate> only_a;
  only_a.push_back(host_is("a"));
  EXPECT_EQ(run_in(*holder, lock(std::move(only_a), false, false)).size(), 1U);
  const auto other = begin();
  EXPECT_EQ(lines(run_in(*other, lock(std::vector<PushedPredicate>(), true, false))), lines({row("b", 1, 2)}));
  EXPECT_EQ(error_of([&] { run_in(*other, lock(std::vector<PushedPredicate>(), false, true)); }),
            "55P03 could not obtain lock on row in relation \"t\"");
  EXPECT_EQ(error_of([&] { run_in(*other, lock(std::vector<PushedPredicate>(), false, false)); }),
            "55P03 canceling statement due to lock timeout");
}

/// Random writes of every kind against a map; after each, all rows must agree, from memtables and from segments.
TEST_F(WriteTest, AgreesWithAMap) {
  open(table_entry(TableKind::kSeries));
  Random random(41);
  std::map<std::pair<std::string, int64_t>, Row> model;
  for (int step = 0; step < 150; ++step) {
    Rows rows;
    const size_t size = random.below(step % 10 == 0 ? 3000 : 20);
    for (size_t i = 0; i < size; ++i) {
      rows.push_back(row("h" + std::to_string(random.below(4)), random.between(0, step % 10 == 0 ? 2000 : 15),
                         random.between(0, 99), 0.5, random.chance(0.3) ? nullptr : "n"));
    }
    const auto key = [](const Row& r) { return std::pair(r[0].as_bytes(), r[1].as_int64()); };
    const std::string host = "h" + std::to_string(random.below(4));
    switch (random.below(6)) {
      case 0: {
        std::map<std::pair<std::string, int64_t>, Row> next = model;
        bool fails = false;
        for (const Row& r : rows) {
          fails = !next.emplace(key(r), r).second || fails;
        }
        const std::string error = error_of([&] { insert(rows); });
        ASSERT_EQ(error.substr(0, 5), fails ? "23505" : "");
        if (!fails) {
          model = std::move(next);
        }
        break;
      }
      case 1:
        insert(rows, ConflictAction::kIgnore);
        for (const Row& r : rows) {
          model.emplace(key(r), r);
        }
        break;
      case 2:
        insert(rows, ConflictAction::kReplace);
        for (const Row& r : rows) {
          model[key(r)] = r;
        }
        break;
      case 3: {
        auto plan = insert_plan(rows, ConflictAction::kMerge);
        plan->named_columns = {0, 1, 2};
        run_alone(std::move(plan));
        for (const Row& r : rows) {
          Row fresh = r;
          fresh[3] = Value();
          fresh[4] = Value();
          model.emplace(key(r), fresh).first->second[2] = r[2];
        }
        break;
      }
      case 4:
        run_alone(update_plan(scan(host_is(host)), 2,
                              operation("+", list(input(2, TypeId::kInt64), constant(Value::int64(1000))))));
        for (auto& [place, r] : model) {
          if (place.first == host) {
            r[2] = Value::int64(r[2].as_int64() + 1000);
          }
        }
        break;
      default: {
        auto plan = delete_plan(scan(host_is(host)));
        plan->rectangle = random.chance(0.5);
        run_alone(std::move(plan));
        std::erase_if(model, [&](const auto& entry) { return entry.first.first == host; });
      }
    }
    if (random.chance(0.1)) {
      disk_.store->flush(kTable);
    }
    Rows expected;
    for (const auto& [place, r] : model) {
      expected.push_back(r);
    }
    ASSERT_EQ(lines(), lines(expected)) << step;
  }
}

/// Scans cut into morsels for two threads give what one thread gives.
TEST_F(WriteTest, ParallelPlansGiveTheSerialAnswer) {
  open(table_entry(TableKind::kSeries));
  Random random(42);
  DataChunk rows;
  rows.size = 300'000;
  std::vector<uint32_t> hosts(rows.size);
  rows.columns.resize(5);
  ValueColumn names(TypeId::kText);
  for (int host = 0; host < 50; ++host) {
    names.append(Value::text("host" + std::to_string(host)));
  }
  Vector times = Vector::flat(TypeId::kTimestampTz, rows.size);
  Vector numbers = Vector::flat(TypeId::kInt64, rows.size);
  for (size_t i = 0; i < rows.size; ++i) {
    hosts[i] = static_cast<uint32_t>(i % 50);
    times.mutable_data<int64_t>()[i] = static_cast<int64_t>(i / 50) * 1'000'000;
    numbers.mutable_data<int64_t>()[i] = random.between(0, 5000);
  }
  rows.columns[0] = Vector::dictionary(std::make_shared<const Vector>(names.take()), std::move(hosts));
  rows.columns[1] = std::move(times);
  rows.columns[2] = std::move(numbers);
  rows.columns[3] = Vector::constant(Value::float64(0.25), rows.size);
  rows.columns[4] = Vector::null_constant(TypeId::kText, rows.size);
  TestContext test;
  const PhysicalWriteTarget target;
  const auto transaction = begin();
  transaction->begin_statement();
  {
    TableWriter writer(test.context, *transaction, table_, target,
                       {ConflictAction::kMerge, {2, 3}, {}, nullptr, false});
    writer.append(std::move(rows));
    writer.finish();
    EXPECT_EQ(writer.row_count(), 300'000U);
  }
  transaction->end_statement();
  commit(*transaction);
  disk_.store->flush(kTable);

  const auto grouped = [&](uint32_t group) {
    auto node = std::make_unique<PhysicalAggregate>();
    node->children.push_back(scan());
    node->groups.push_back(input(group, table_.columns[group].type));
    node->aggregates.push_back(aggregate("count", {}));
    node->aggregates.push_back(aggregate("min", list(input(1, TypeId::kTimestampTz))));
    node->aggregates.push_back(aggregate("sum", list(input(3, TypeId::kFloat64))));
    node->run_aware = group == 0;
    node->outputs = outputs_of({table_.columns[group].type, TypeId::kInt64, TypeId::kTimestampTz, TypeId::kFloat64});
    return node;
  };
  const auto sorted_plan = [&] {
    auto node = std::make_unique<PhysicalSort>();
    node->children.push_back(scan());
    node->outputs = node->children[0]->outputs;
    node->keys.push_back(sort_key(input(2, TypeId::kInt64)));
    node->keys.push_back(sort_key(input(1, TypeId::kTimestampTz), true));
    node->keys.push_back(sort_key(input(0, TypeId::kText)));
    node->limit = constant(Value::int64(3000));
    return node;
  };
  const auto joined = [&] {
    auto node = std::make_unique<PhysicalHashJoin>();
    node->type = JoinType::kRight;
    node->children.push_back(scan());
    node->children.push_back(
        source({flat_vector(TypeId::kInt64, std::vector<Value>{Value::int64(7), Value::int64(-1)})}, 2));
    node->left_keys.push_back(input(2, TypeId::kInt64));
    node->right_keys.push_back(input(0, TypeId::kInt64));
    node->null_safe = {0};
    node->outputs = node->children[0]->outputs;
    node->outputs.push_back(outputs_of({TypeId::kInt64})[0]);
    return node;
  };
  RunOptions serial;
  serial.snapshot = disk_.store->snapshot();
  RunOptions parallel = serial;
  parallel.workers = 3;
  EXPECT_EQ(lines(run(grouped(0), parallel)), lines(run(grouped(0), serial)));
  EXPECT_EQ(lines(run(grouped(2), parallel)), lines(run(grouped(2), serial)));
  EXPECT_EQ(lines(run(grouped(1), parallel)), lines(run(grouped(1), serial)));
  EXPECT_EQ(show(run(sorted_plan(), parallel)), show(run(sorted_plan(), serial)));
  EXPECT_EQ(lines(run(joined(), parallel)), lines(run(joined(), serial)));
  parallel.work_mem_bytes = serial.work_mem_bytes = 100'000;
  EXPECT_EQ(lines(run(grouped(1), parallel)), lines(run(grouped(1), serial)));
}

}  // namespace
}  // namespace tidemark::testing
