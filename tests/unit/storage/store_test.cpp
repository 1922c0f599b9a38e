#include "storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

#include "base/error.h"
#include "base/random.h"
#include "tests/sanitized.h"
#include "tests/unit/storage/table_fixture.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark::testing_storage {
namespace {

constexpr ObjectId kTable = 20000;

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.sqlstate() + " " + error.message() + " " + error.detail();
  }
  return "no error";
}

class StoreTest : public ::testing::TestWithParam<bool> {
 protected:
  Store& open_with(TableKind kind) {
    Store& store = disk_.open();
    table_ = make_table(kTable, "t", kind);
    store.commit(create_table(table_), {});
    return store;
  }
  void put(const std::vector<Row>& rows) {
    disk_.store->commit(one_change(make_batch(table_, RowOperation::kPut, rows)), {});
  }
  void merge(const std::vector<Row>& rows) {
    disk_.store->commit(one_change(make_batch(table_, RowOperation::kMerge, rows)), {});
  }
  void remove(const std::vector<Row>& rows) { disk_.store->commit(one_change(make_deletes(table_, rows)), {}); }
  void remove_range(const std::string& host, int64_t from, int64_t to) {
    disk_.store->commit(one_tombstone({kTable, host.empty() ? "" : series_key(host), from, to}), {});
  }
  /// The tests run twice: with all rows in memtables, and with a flush after every step.
  void step() {
    if (GetParam()) {
      disk_.store->flush(kTable);
    }
  }
  Content content() { return read_all(*disk_.store->snapshot(), kTable); }
  void reopen() { disk_.open(); }

  StoreOnFaultyDisk disk_;
  TableEntry table_;
};

TEST_P(StoreTest, RowsAreThereAtOnceAndAfterReopening) {
  open_with(TableKind::kSeries);
  put({{"b", 20, 1, 0.5, "x"}, {"a", 10, 2, {}, {}}});
  step();
  const Content want = {{"a@10", "2|-|-"}, {"b@20", "1|0.5|x"}};
  EXPECT_EQ(content(), want);
  reopen();
  EXPECT_EQ(content(), want);
}

TEST_P(StoreTest, MergesFillFieldsOneByOneAndNewestWins) {
  open_with(TableKind::kSeries);
  merge({{"a", 1, 1, {}, {}}});
  step();
  merge({{"a", 1, {}, 2.5, {}}});
  step();
  EXPECT_EQ(content(), (Content{{"a@1", "1|2.5|-"}}));
  merge({{"a", 1, 9, {}, "n"}, {"a", 1, 10, {}, {}}});
  step();
  EXPECT_EQ(content(), (Content{{"a@1", "10|2.5|n"}}));
  put({{"a", 1, {}, {}, "whole"}});
  step();
  EXPECT_EQ(content(), (Content{{"a@1", "-|-|whole"}}));
}

TEST_P(StoreTest, DeletesHideOlderVersionsOnly) {
  open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, {}}, {"a", 2, 2, {}, {}}});
  step();
  remove({{"a", 1, {}, {}, {}}});
  step();
  EXPECT_EQ(content(), (Content{{"a@2", "2|-|-"}}));
  merge({{"a", 1, {}, 7.0, {}}});
  step();
  EXPECT_EQ(content(), (Content{{"a@1", "-|7|-"}, {"a@2", "2|-|-"}}));
  reopen();
  EXPECT_EQ(content(), (Content{{"a@1", "-|7|-"}, {"a@2", "2|-|-"}}));
}

TEST_P(StoreTest, RangeTombstonesActOnWhatWasThereBefore) {
  open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, {}}, {"a", 5, 5, {}, {}}, {"b", 1, 1, {}, {}}});
  step();
  remove_range("a", 0, 3);
  step();
  EXPECT_EQ(content(), (Content{{"a@5", "5|-|-"}, {"b@1", "1|-|-"}}));
  put({{"a", 2, 2, {}, {}}});
  step();
  EXPECT_EQ(content(), (Content{{"a@2", "2|-|-"}, {"a@5", "5|-|-"}, {"b@1", "1|-|-"}}));
  reopen();
  EXPECT_EQ(content(), (Content{{"a@2", "2|-|-"}, {"a@5", "5|-|-"}, {"b@1", "1|-|-"}}));
  remove_range("", INT64_MIN, INT64_MAX);
  step();
  EXPECT_TRUE(content().empty());
  reopen();
  EXPECT_TRUE(content().empty());
}

TEST_P(StoreTest, KeyedTablesKeepOneRowAKey) {
  open_with(TableKind::kKeyed);
  put({{"u1", 100, 1, {}, {}}, {"u2", 100, 1, {}, {}}});
  step();
  put({{"u1", 200, 2, {}, {}}});
  step();
  EXPECT_EQ(content(), (Content{{"u1", "200 2|-|-"}, {"u2", "100 1|-|-"}}));
  reopen();
  EXPECT_EQ(content(), (Content{{"u1", "200 2|-|-"}, {"u2", "100 1|-|-"}}));
}

TEST_P(StoreTest, AppendTablesKeepEveryRowInOrderOfArrival) {
  open_with(TableKind::kAppend);
  put({{"a", 1, 1, {}, {}}, {"a", 1, 1, {}, {}}});
  step();
  put({{"z", 0, 5, {}, {}}});
  step();
  EXPECT_EQ(content(), (Content{{"1", "a@1 1|-|-"}, {"2", "a@1 1|-|-"}, {"3", "z@0 5|-|-"}}));
  remove({{"", 2, {}, {}, {}}});
  step();
  EXPECT_EQ(content(), (Content{{"1", "a@1 1|-|-"}, {"3", "z@0 5|-|-"}}));
  reopen();
  put({{"n", 9, 9, {}, {}}});
  EXPECT_EQ(content(), (Content{{"1", "a@1 1|-|-"}, {"3", "z@0 5|-|-"}, {"4", "n@9 9|-|-"}}));
}

TEST_P(StoreTest, SnapshotsStayAsTheyWere) {
  Store& store = open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, {}}});
  const auto before = store.snapshot();
  put({{"a", 1, 2, {}, {}}, {"b", 1, 2, {}, {}}});
  step();
  remove({{"a", 1, {}, {}, {}}});
  step();
  remove_range("", INT64_MIN, INT64_MAX);
  store.compact(kTable);
  EXPECT_EQ(read_all(*before, kTable), (Content{{"a@1", "1|-|-"}}));
  EXPECT_TRUE(content().empty());
}

TEST_P(StoreTest, OwnWritesLieOnTopAndSavepointsGoBack) {
  Store& store = open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, {}}, {"a", 2, 2, {}, {}}});
  step();
  const auto base = store.snapshot();
  const auto one = base->with(one_change(make_batch(table_, RowOperation::kMerge, {{"a", 1, {}, 0.5, {}}})));
  EXPECT_EQ(read_all(*one, kTable), (Content{{"a@1", "1|0.5|-"}, {"a@2", "2|-|-"}}));
  const auto two = one->with(one_change(make_deletes(table_, {{"a", 2, {}, {}, {}}})));
  EXPECT_EQ(read_all(*two, kTable), (Content{{"a@1", "1|0.5|-"}}));
  const auto other = one->with(one_change(make_batch(table_, RowOperation::kPut, {{"c", 3, 3, {}, {}}})));
  EXPECT_EQ(read_all(*other, kTable), (Content{{"a@1", "1|0.5|-"}, {"a@2", "2|-|-"}, {"c@3", "3|-|-"}}));
  EXPECT_EQ(read_all(*two, kTable), (Content{{"a@1", "1|0.5|-"}}));
  EXPECT_EQ(content(), (Content{{"a@1", "1|-|-"}, {"a@2", "2|-|-"}}));
}

TEST_P(StoreTest, OwnWritesMoveToANewerState) {
  Store& store = open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, {}}, {"a", 2, 2, {}, {}}});
  const auto base = store.snapshot();
  const auto old = base->with(one_change(make_batch(table_, RowOperation::kMerge, {{"a", 1, {}, 0.5, {}}})));
  put({{"a", 1, 7, {}, {}}, {"b", 1, 1, {}, {}}});
  step();
  const auto moved = store.snapshot()->with_own_of(*old);
  ASSERT_NE(moved, nullptr);
  const Content expected{{"a@1", "7|0.5|-"}, {"a@2", "2|-|-"}, {"b@1", "1|-|-"}};
  EXPECT_EQ(read_all(*moved, kTable), expected);
  const auto more = moved->with(one_change(make_deletes(table_, {{"b", 1, {}, {}, {}}})));
  EXPECT_EQ(read_all(*more, kTable), (Content{{"a@1", "7|0.5|-"}, {"a@2", "2|-|-"}}));
  EXPECT_EQ(read_all(*moved, kTable), expected);
  EXPECT_EQ(read_all(*old, kTable), (Content{{"a@1", "1|0.5|-"}, {"a@2", "2|-|-"}}));

  TableEntry renamed = table_;
  renamed.columns.back().name = "other";
  store.commit(create_table(renamed), {});
  EXPECT_EQ(store.snapshot()->with_own_of(*moved), nullptr);
}

TEST_P(StoreTest, LooksUpRowsByKey) {
  Store& store = open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, "x"}, {"b", 1, 2, {}, {}}});
  step();
  merge({{"a", 1, {}, 0.5, {}}});
  step();
  remove({{"b", 1, {}, {}, {}}});
  const std::vector<std::string> series = {series_key("b"), series_key("a"), series_key("q")};
  const std::vector<RowKey> keys = {{series[0], 1}, {series[1], 1}, {series[2], 1}, {series[1], 7}};
  const std::vector<ColumnId> columns = {kB, kA, kNote, kHost, kTime};
  std::vector<uint8_t> found;
  DataChunk rows;
  store.snapshot()->table(kTable)->look_up(keys, columns, found, rows);
  EXPECT_THAT(found, ::testing::ElementsAre(0, 1, 0, 0));
  ASSERT_EQ(rows.size, 4u);
  EXPECT_EQ(rows.columns[0].value(1).as_double(), 0.5);
  EXPECT_EQ(rows.columns[1].value(1).as_int64(), 1);
  EXPECT_EQ(rows.columns[2].value(1).as_bytes(), "x");
  EXPECT_EQ(rows.columns[3].value(1).as_bytes(), "a");
  EXPECT_TRUE(rows.columns[1].is_null(0));
}

TEST_P(StoreTest, TheSameKeyTwiceIsAUniqueViolationWithPostgresqlsWords) {
  Store& store = open_with(TableKind::kSeries);
  const SequenceNumber before = store.snapshot()->sequence();
  put({{"a", 1, 1, {}, {}}});
  step();
  RowBatch batch = make_batch(table_, RowOperation::kPut, {{"b", 1, 1, {}, {}}, {"a", 1, 5, {}, {}}});
  batch.expect_absent = true;
  CommitOptions options;
  options.checked_at = before;
  EXPECT_EQ(error_of([&] { store.commit(one_change(batch), options); }),
            "23505 duplicate key value violates unique constraint \"t_pkey\" "
            "Key (host, time)=(a, 2000-01-01 00:00:00.000001+00) already exists.");
  EXPECT_EQ(content(), (Content{{"a@1", "1|-|-"}})) << "all or nothing";
  remove({{"a", 1, {}, {}, {}}});
  step();
  EXPECT_EQ(error_of([&] { store.commit(one_change(batch), options); }), "no error");
}

TEST_P(StoreTest, FirstCommitterWins) {
  Store& store = open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, {}}, {"b", 1, 1, {}, {}}});
  step();
  CommitOptions options;
  options.first_committer_wins = true;
  options.checked_at = store.snapshot()->sequence();
  put({{"a", 1, 2, {}, {}}});
  EXPECT_EQ(error_of([&] {
              store.commit(one_change(make_batch(table_, RowOperation::kPut, {{"a", 1, 3, {}, {}}})), options);
            }),
            "40001 could not serialize access due to concurrent update ");
  EXPECT_EQ(error_of([&] {
              store.commit(one_change(make_batch(table_, RowOperation::kPut, {{"b", 1, 3, {}, {}}})), options);
            }),
            "no error");
  options.first_committer_wins = false;
  options.tables_read = {kTable};
  EXPECT_EQ(error_of([&] {
              store.commit(one_change(make_batch(table_, RowOperation::kPut, {{"z", 1, 3, {}, {}}})), options);
            }).substr(0, 5),
            "40001");
}

TEST_P(StoreTest, RowIdsOfOwnRowsBecomeRealAtCommit) {
  Store& store = open_with(TableKind::kAppend);
  put({{"first", 1, 1, {}, {}}});
  step();
  // A transaction puts two rows, sees them under provisional ids, deletes one of them.
  WriteSet all = one_change(make_batch(table_, RowOperation::kPut, {{"x", 1, 1, {}, {}}, {"y", 1, 2, {}, {}}}));
  const auto own = store.snapshot()->with(all);
  const Content seen = read_all(*own, kTable);
  ASSERT_EQ(seen.size(), 3u);
  const int64_t id_of_y = std::stoll(std::next(seen.begin(), 2)->first);
  const WriteSet deletion = one_change(make_deletes(table_, {{"", id_of_y, {}, {}, {}}}));
  EXPECT_EQ(read_all(*own->with(deletion), kTable).size(), 2u);
  all.changes.push_back(deletion.changes[0]);
  put({{"between", 1, 1, {}, {}}});
  store.commit(all, {});
  EXPECT_EQ(content(), (Content{{"1", "first@1 1|-|-"}, {"2", "between@1 1|-|-"}, {"3", "x@1 1|-|-"}}));
}

TEST_P(StoreTest, DroppedTablesAreGoneAndTheirIdsStayUnused) {
  Store& store = open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, {}}});
  step();
  const auto before = store.snapshot();
  const ObjectId next = store.allocate_object_id();
  WriteSet drop;
  drop.catalog.push_back(CatalogDelta::drop(ObjectKind::kTable, kTable));
  store.commit(drop, {});
  EXPECT_EQ(error_of([&] { static_cast<void>(store.snapshot()->table(kTable)); }).substr(0, 5), "42P01");
  EXPECT_EQ(read_all(*before, kTable).size(), 1u);
  EXPECT_EQ(error_of([&] { put({{"a", 1, 1, {}, {}}}); }).substr(0, 5), "42P01");
  reopen();
  EXPECT_EQ(disk_.store->snapshot()->catalog()->table(kTable), nullptr);
  EXPECT_GE(disk_.store->allocate_object_id(), next);
}

TEST_P(StoreTest, ANewTagWidensKeysAndOldRowsHaveItNull) {
  Store& store = open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, {}}});
  step();
  TableEntry wider = table_;
  ColumnEntry region = wider.columns[0];
  region.id = wider.next_column_id++;
  region.name = "region";
  wider.columns.push_back(region);
  wider.key->columns = {kHost, region.id, kTime};
  store.commit(create_table(wider), {});
  step();
  // A writer that has not noticed, and one that has.
  put({{"a", 2, 2, {}, {}}});
  step();
  RowBatch batch = make_batch(wider, RowOperation::kPut, {{"a", 1, 5, {}, {}}});
  append_key(batch.series[0], Value::text("eu"));
  store.commit(one_change(batch), {});
  step();
  merge({{"a", 1, {}, 0.5, {}}});
  step();
  for (int round = 0; round < 2; ++round) {
    ScanRequest request;
    request.columns = {kHost, region.id, kTime, kA, kB};
    const auto scan = disk_.store->snapshot()->table(kTable)->scan(request);
    std::vector<std::string> rows;
    for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
      const auto reader = scan->open(morsel);
      DataChunk chunk;
      while (reader->next(chunk)) {
        for (size_t row = 0; row < chunk.size; ++row) {
          rows.push_back((chunk.columns[1].is_null(row) ? "-" : chunk.columns[1].value(row).as_bytes()) + "@" +
                         std::to_string(chunk.columns[2].value(row).as_int64()) + "=" +
                         std::to_string(chunk.columns[3].value(row).as_int64()) +
                         (chunk.columns[4].is_null(row) ? "" : "b"));
        }
      }
    }
    EXPECT_THAT(rows, ::testing::UnorderedElementsAre("-@1=1b", "-@2=2", "eu@1=5"));
    // By full key, the new column included.
    std::string old_series = series_key("a");
    append_key(old_series, Value::null(TypeId::kText));
    const std::vector<RowKey> keys = {{old_series, 1}, {old_series, 2}, {batch.series[0], 1}, {batch.series[0], 2}};
    std::vector<uint8_t> found;
    DataChunk looked_up;
    const std::vector<ColumnId> only_a = {kA};
    disk_.store->snapshot()->table(kTable)->look_up(keys, only_a, found, looked_up);
    EXPECT_THAT(found, ::testing::ElementsAre(1, 1, 1, 0));
    ScanRequest by_key;
    by_key.columns = {kA};
    by_key.predicates = {{kHost, ScanPredicate::Comparison::kEqual, {Value::text("a")}, {}, false, ""},
                         {region.id, ScanPredicate::Comparison::kIsNull, {}, {}, false, ""}};
    const auto narrow = disk_.store->snapshot()->table(kTable)->scan(by_key);
    size_t count = 0;
    for (size_t morsel = 0; morsel < narrow->morsel_count(); ++morsel) {
      const auto reader = narrow->open(morsel);
      DataChunk chunk;
      while (reader->next(chunk)) {
        count += chunk.size;
      }
    }
    EXPECT_EQ(count, 2u);
    reopen();
  }
}

TEST_P(StoreTest, CompactionLeavesTheSameRows) {
  Store& store = open_with(TableKind::kSeries);
  for (int64_t i = 0; i < 12; ++i) {
    put({{"a", i % 5, i, {}, {}}, {"b", i, i, {}, "n" + std::to_string(i)}});
    merge({{"a", i % 3, {}, static_cast<double>(i), {}}});
    if (i % 4 == 3) {
      remove({{"b", i - 1, {}, {}, {}}});
    }
    if (i == 8) {
      remove_range("b", 0, 3);
    }
    step();
  }
  const Content want = content();
  store.compact(kTable);
  EXPECT_EQ(content(), want);
  EXPECT_EQ(read_all(*store.snapshot(), kTable, ScanOrder::kKey), want);
  EXPECT_EQ(store.metrics().segments, 1u);
  reopen();
  EXPECT_EQ(content(), want);
  disk_.store.reset();
  EXPECT_TRUE(check_folder(disk_.files, "data").empty());
}

TEST_P(StoreTest, RetentionHidesOldRowsAtOnceAndDropsTheirWindowsLater) {
  Store& store = open_with(TableKind::kSeries);
  const int64_t day_us = 86'400'000'000;
  const int64_t now = disk_.clock.wall_us() - 946'684'800'000'000;
  put({{"a", now - 10 * day_us, 1, {}, {}}, {"a", now, 2, {}, {}}});
  step();
  EXPECT_EQ(content().size(), 2u);
  table_.retention_us = 5 * day_us;
  store.commit(create_table(table_), {});
  EXPECT_EQ(content().size(), 1u);
  store.compact(kTable);
  EXPECT_EQ(content().size(), 1u);
  EXPECT_EQ(store.statistics().row_count(kTable), 1u);
  disk_.clock.advance_ns(6 * day_us * 1000);
  EXPECT_EQ(content().size(), 0u);
}

// What a transaction wrote is held against its snapshot, though a flush forgets which commit wrote what.
TEST_P(StoreTest, FirstCommitterWinsAcrossAFlush) {
  Store& store = open_with(TableKind::kSeries);
  put({{"a", 1, 1, {}, "x"}, {"b", 1, 1, 0.5, {}}, {"c", 1, 1, {}, {}}, {"d", 1, 1, {}, {}}, {"d", 2, 2, {}, {}}});
  step();
  CommitOptions options;
  options.first_committer_wins = true;
  options.base = store.snapshot();
  options.checked_at = options.base->sequence();
  merge({{"a", 1, {}, {}, "y"}});
  step();
  remove({{"b", 1, {}, {}, {}}});
  step();
  remove_range("d", 0, 1);
  put({{"e", 1, 1, {}, {}}});
  step();
  const auto outcome_of = [&](const std::string& host, int64_t time, RowOperation operation) {
    return error_of([&] {
      const std::vector<Row> rows = {{host, time, 7, {}, {}}};
      store.commit(one_change(operation == RowOperation::kDelete ? make_deletes(table_, rows)
                                                                 : make_batch(table_, operation, rows)),
                   options);
    });
  };
  const std::string refused = "40001 could not serialize access due to concurrent update ";
  EXPECT_EQ(outcome_of("a", 1, RowOperation::kPut), refused) << "one of its fields was written";
  EXPECT_EQ(outcome_of("b", 1, RowOperation::kMerge), refused) << "it was deleted";
  EXPECT_EQ(outcome_of("d", 1, RowOperation::kPut), refused) << "it was deleted with others of its series";
  EXPECT_EQ(outcome_of("e", 1, RowOperation::kPut), refused) << "it was not there yet";
  EXPECT_EQ(outcome_of("c", 1, RowOperation::kPut), "no error") << "nobody touched it";
  EXPECT_EQ(outcome_of("d", 2, RowOperation::kDelete), "no error") << "nor this one";
  EXPECT_EQ(outcome_of("f", 1, RowOperation::kPut), "no error") << "nor one that is new";
}

TEST_P(StoreTest, AKeyThatWasInsertedAndDeletedByRangeSinceIsAbsent) {
  Store& store = open_with(TableKind::kSeries);
  const SequenceNumber before = store.snapshot()->sequence();
  put({{"a", 1, 1, {}, {}}});
  step();
  remove_range("a", 0, 5);
  step();
  RowBatch batch = make_batch(table_, RowOperation::kPut, {{"a", 1, 5, {}, {}}});
  batch.expect_absent = true;
  CommitOptions options;
  options.checked_at = before;
  EXPECT_EQ(error_of([&] { store.commit(one_change(batch), options); }), "no error");
  EXPECT_EQ(error_of([&] { store.commit(one_change(batch), options); }).substr(0, 5), "23505");
}

// --- odd input ---

TEST_P(StoreTest, KeepsTheExtremesOfTimesAndNumbers) {
  Store& store = open_with(TableKind::kSeries);
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  // -infinity and infinity, as PostgreSQL stores them, and the times next to them.
  put({{"t", INT64_MIN, 1, {}, {}},
       {"t", INT64_MIN + 1, 2, {}, {}},
       {"t", -1, 3, {}, {}},
       {"t", 0, 4, {}, {}},
       {"t", INT64_MAX - 1, 5, {}, {}},
       {"t", INT64_MAX, 6, {}, {}}});
  step();
  put({{"v", 1, INT64_MIN, -inf, {}},
       {"v", 2, INT64_MAX, inf, {}},
       {"v", 3, 0, nan, {}},
       {"v", 4, 0, -0.0, {}},
       {"v", 5, 0, 0.0, {}},
       {"v", 6, 0, std::numeric_limits<double>::denorm_min(), {}},
       {"v", 7, 0, std::numeric_limits<double>::max(), {}},
       {"", 8, 0, {}, ""}});
  step();
  const Content want = {{"t@-9223372036854775808", "1|-|-"},
                        {"t@-9223372036854775807", "2|-|-"},
                        {"t@-1", "3|-|-"},
                        {"t@0", "4|-|-"},
                        {"t@9223372036854775806", "5|-|-"},
                        {"t@9223372036854775807", "6|-|-"},
                        {"v@1", "-9223372036854775808|-inf|-"},
                        {"v@2", "9223372036854775807|inf|-"},
                        {"v@3", "0|nan|-"},
                        {"v@4", "0|-0|-"},
                        {"v@5", "0|0|-"},
                        {"v@6", "0|4.9406564584124654e-324|-"},
                        {"v@7", "0|1.7976931348623157e+308|-"},
                        {"@8", "0|-|"}};
  EXPECT_EQ(content(), want);
  reopen();
  EXPECT_EQ(content(), want);
  disk_.store->compact(kTable);
  EXPECT_EQ(content(), want);
  static_cast<void>(store);
}

TEST_P(StoreTest, KeepsStringsOfAMegabyteAndBatchesWithoutRows) {
  Store& store = open_with(TableKind::kSeries);
  disk_.options.wal_file_bytes = 8 << 20;
  const std::string large(1 << 20, 'x');
  std::string mixed(1 << 20, ' ');
  Random random(3);
  std::ranges::generate(mixed, [&] { return static_cast<char>(random.below(256)); });
  put({{"a", 1, {}, {}, large}, {"b", 1, {}, {}, mixed}, {"c", 1, {}, {}, ""}});
  step();
  put({{large, 1, 1, {}, {}}});
  step();
  store.commit(one_change(make_batch(table_, RowOperation::kPut, {})), {});
  store.commit(WriteSet{}, {});
  const Content want = {{"a@1", "-|-|" + large}, {"b@1", "-|-|" + mixed}, {"c@1", "-|-|"}, {large + "@1", "1|-|-"}};
  EXPECT_TRUE(content() == want);
  reopen();
  EXPECT_TRUE(content() == want);
  disk_.store->compact(kTable);
  EXPECT_TRUE(content() == want);
}

TEST_P(StoreTest, HoldsTablesOf4096Columns) {
  Store& store = disk_.open();
  table_ = make_table(kTable, "t", TableKind::kSeries);
  constexpr ColumnId kColumns = 4096;
  while (table_.columns.size() < kColumns) {
    ColumnEntry column = table_.columns[2];
    column.id = table_.next_column_id++;
    column.name = "c" + std::to_string(column.id);
    table_.columns.push_back(column);
  }
  store.commit(create_table(table_), {});
  RowBatch batch = make_batch(table_, RowOperation::kPut, {{"h", 1, 1, {}, {}}, {"h", 2, 2, {}, {}}});
  const RowBatch::Column a = batch.columns[0];
  for (const ColumnEntry& column : std::span(table_.columns).subspan(5)) {
    batch.columns.push_back(a);
    batch.columns.back().id = column.id;
  }
  store.commit(one_change(batch), {});
  step();
  reopen();
  ScanRequest request;
  for (const ColumnEntry& column : table_.columns) {
    request.columns.push_back(column.id);
  }
  const auto scan = disk_.store->snapshot()->table(kTable)->scan(request);
  ASSERT_EQ(scan->morsel_count(), 1u);
  DataChunk chunk;
  ASSERT_TRUE(scan->open(0)->next(chunk));
  ASSERT_EQ(chunk.size, 2u);
  ASSERT_EQ(chunk.columns.size(), size_t{kColumns});
  for (size_t column = 5; column < kColumns; ++column) {
    ASSERT_EQ(chunk.columns[column].value(1).as_int64(), 2);
  }
}

TEST_P(StoreTest, TheRetentionOfASchemaCountsForItsTables) {
  Store& store = open_with(TableKind::kSeries);
  const int64_t day_us = 86'400'000'000;
  const int64_t now = disk_.clock.wall_us() - 946'684'800'000'000;
  put({{"a", now - 10 * day_us, 1, {}, {}}, {"a", now - day_us, 2, {}, {}}, {"a", now, 3, {}, {}}});
  step();
  SchemaEntry schema = std::get<SchemaEntry>(*store.snapshot()->catalog()->object(table_.schema));
  schema.retention_us = 5 * day_us;
  WriteSet alter;
  alter.catalog.push_back(CatalogDelta::put(schema));
  auto before = store.snapshot();
  store.commit(std::move(alter), {});
  EXPECT_EQ(content().size(), 2u);
  EXPECT_EQ(read_all(*before, kTable).size(), 3u) << "an older snapshot keeps what it saw";
  before.reset();
  table_.retention_us = day_us / 2;
  store.commit(create_table(table_), {});
  EXPECT_EQ(content().size(), 1u) << "the shorter one counts";
  store.compact(kTable);
  EXPECT_EQ(store.statistics().row_count(kTable), 1u);
  reopen();
  EXPECT_EQ(content().size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Store, StoreTest, ::testing::Bool(),
                         [](const auto& parameter) { return parameter.param ? "FlushedAfterEachStep" : "InMemory"; });

TEST(Store, ASecondStoreOnOneFolderIsRefused) {
  StoreOnFaultyDisk disk;
  disk.open();
  EXPECT_EQ(error_of([&] {
              static_cast<void>(Store::open(disk.files, "data", disk.options, disk.clock, disk.memory));
            }).substr(0, 5),
            "55006");
}

TEST(Store, AFolderOfAnotherUserIsRefusedUntouched) {
  StoreOnFaultyDisk disk;
  disk.open();
  disk.store.reset();
  const std::vector<std::string> before = disk.files.list("data");
  disk.files.set_owned_by_another("data");
  EXPECT_EQ(error_of([&] { disk.open(); }), "55000 data folder \"data\" has wrong ownership ");
  EXPECT_EQ(disk.files.list("data"), before);
}

// --- room in memory and on disk ---

/// Rows of about 100 bytes each.
std::vector<Row> wide_rows(const std::string& host, int64_t first, int64_t count) {
  std::vector<Row> rows;
  for (int64_t i = 0; i < count; ++i) {
    // Digits that do not repeat, so that they take their room on disk as well.
    std::string note;
    uint64_t state = static_cast<uint64_t>(first + i) * 0x9E3779B97F4A7C15U + 1;
    while (note.size() < 80) {
      state ^= state << 13;
      state ^= state >> 7;
      state ^= state << 17;
      note += std::to_string(state);
    }
    rows.push_back({host, first + i, i, {}, note});
  }
  return rows;
}

TEST(Store, WritersWaitForASlowFlushAndAreRefusedWhenTheBoundIsReached) {
  std::atomic<bool> disk_is_slow{true};
  StoreOnFaultyDisk disk;
  disk.options.background_work = true;
  disk.options.memtable_bytes_max = 64 << 10;
  disk.options.wal_file_bytes = 8 << 20;
  disk.options.writer_wait_ms_max = 1000;
  disk.files.set_observer([&](FileCall call, const std::string& path) {
    if (call == FileCall::kCreate && path.ends_with(".seg.tmp")) {
      disk_is_slow.wait(true);
    }
  });
  Store& store = disk.open();
  const TableEntry table = make_table(kTable, "t", TableKind::kSeries);
  store.commit(create_table(table), {});
  int64_t rows = 0;
  while (store.metrics().memtable_bytes < disk.options.memtable_bytes_max * 2) {
    store.commit(one_change(make_batch(table, RowOperation::kPut, wide_rows("h", rows, 50))), {});
    rows += 50;
  }
  const auto write = [&](const std::string& host) {
    return error_of(
        [&] { store.commit(one_change(make_batch(table, RowOperation::kPut, wide_rows(host, 0, 1))), {}); });
  };
  const auto wait_for_waiter = [&](uint64_t number) {
    while (store.metrics().writer_waits < number) {
      std::this_thread::yield();
    }
  };
  std::string outcome;
  std::thread refused([&] { outcome = write("refused"); });
  wait_for_waiter(1);
  disk.clock.advance_ns(1'000'000'000);
  refused.join();
  EXPECT_TRUE(outcome.starts_with("53000 too many rows wait to be written to segments Memtables hold ")) << outcome;
  EXPECT_EQ(store.metrics().writer_wait_us, 1'000'000u);
  EXPECT_EQ(read_all(*store.snapshot(), kTable).size(), static_cast<size_t>(rows)) << "readers do not wait";
  EXPECT_EQ(error_of([&] { store.commit(one_tombstone({kTable, series_key("h"), 0, 9}), {}); }), "no error")
      << "nor does what makes room";

  std::thread patient([&] { outcome = write("patient"); });
  wait_for_waiter(2);
  disk_is_slow = false;
  disk_is_slow.notify_all();
  patient.join();
  EXPECT_EQ(outcome, "no error");
  EXPECT_EQ(store.metrics().writer_waits, 2u);
  const Content content = read_all(*store.snapshot(), kTable);
  EXPECT_EQ(content.size(), static_cast<size_t>(rows - 10 + 1));
  EXPECT_TRUE(content.contains("patient@0"));
  EXPECT_FALSE(content.contains("refused@0"));
}

class FullDisk : public ::testing::Test {
 protected:
  static constexpr ObjectId kLarge = 20000;
  static constexpr ObjectId kSmall = 20010;

  FullDisk() {
    disk_.open();
    large_ = make_table(kLarge, "large", TableKind::kSeries);
    small_ = make_table(kSmall, "small", TableKind::kSeries);
    disk_.store->commit(create_table(large_), {});
    disk_.store->commit(create_table(small_), {});
    for (int64_t first = 0; first < 20'000; first += 500) {
      write(large_, first, 500);
    }
    disk_.store->flush(kNoObject);
    // Not a byte more, and no room in the log's preallocated file either.
    constexpr uint64_t kPlenty = 1 << 30;
    disk_.files.set_space_limit(kPlenty);
    disk_.files.set_space_limit(kPlenty - disk_.files.free_space("data"));
    while (error_.empty()) {
      error_ = write(small_, rows_, 50);
      rows_ += error_.empty() ? 50 : 0;
    }
  }

  std::string write(const TableEntry& table, int64_t first, int64_t count) {
    const std::string error = error_of([&] {
      disk_.store->commit(one_change(make_batch(table, RowOperation::kPut, wide_rows("h", first, count))), {});
    });
    return error == "no error" ? "" : error;
  }
  size_t count(ObjectId table) { return read_all(*disk_.store->snapshot(), table).size(); }
  /// After room was made: writes go on without a restart, nothing was lost, and a restart finds the same.
  void expect_all_well(size_t rows_in_large) {
    disk_.store->flush(kNoObject);
    EXPECT_EQ(write(small_, rows_, 50), "");
    rows_ += 50;
    EXPECT_EQ(count(kSmall), static_cast<size_t>(rows_));
    EXPECT_TRUE(disk_.files.exists("data/RESERVE")) << "for the next time";
    disk_.open();
    EXPECT_EQ(count(kSmall), static_cast<size_t>(rows_));
    if (rows_in_large > 0) {
      EXPECT_EQ(count(kLarge), rows_in_large);
    }
    disk_.store.reset();
    EXPECT_TRUE(check_folder(disk_.files, "data").empty());
  }

  StoreOnFaultyDisk disk_;
  TableEntry large_;
  TableEntry small_;
  std::string error_;
  int64_t rows_ = 0;
};

TEST_F(FullDisk, RefusesWritesAndGoesOnReading) {
  EXPECT_EQ(error_.substr(0, 5), "53100") << error_;
  EXPECT_GT(rows_, 0);
  EXPECT_EQ(count(kSmall), static_cast<size_t>(rows_));
  EXPECT_EQ(count(kLarge), 20'000u);
  EXPECT_EQ(error_of([&] { disk_.store->flush(kSmall); }).substr(0, 5), "53100");
  EXPECT_EQ(count(kSmall), static_cast<size_t>(rows_)) << "what could not be flushed stays in memory";
  EXPECT_EQ(disk_.store->metrics().failure, "") << "and the store has not failed";
  disk_.files.set_space_limit(std::nullopt);
  expect_all_well(20'000);
}

TEST_F(FullDisk, DroppingATableMakesRoom) {
  WriteSet drop;
  drop.catalog.push_back(CatalogDelta::drop(ObjectKind::kTable, kLarge));
  EXPECT_EQ(error_of([&] { disk_.store->commit(std::move(drop), {}); }), "no error");
  expect_all_well(0);
}

TEST_F(FullDisk, TruncatingATableMakesRoom) {
  EXPECT_EQ(error_of([&] { disk_.store->commit(one_tombstone({kLarge, "", INT64_MIN, INT64_MAX}), {}); }), "no error");
  EXPECT_EQ(count(kLarge), 0u);
  expect_all_well(0);
}

TEST(Store, RetentionMakesRoomOnAFullDisk) {
  StoreOnFaultyDisk disk;
  Store& store = disk.open();
  TableEntry table = make_table(kTable, "t", TableKind::kSeries);
  const int64_t day_us = 86'400'000'000;
  table.retention_us = 5 * day_us;
  store.commit(create_table(table), {});
  const int64_t now = disk.clock.wall_us() - 946'684'800'000'000;
  for (int64_t i = 0; i < 40; ++i) {
    store.commit(one_change(make_batch(table, RowOperation::kPut, wide_rows("h", now + i * 500, 500))), {});
  }
  store.flush(kTable);
  constexpr uint64_t kPlenty = 1 << 30;
  disk.files.set_space_limit(kPlenty);
  const uint64_t used = kPlenty - disk.files.free_space("data");
  disk.files.set_space_limit(used);
  disk.clock.advance_ns(7 * day_us * 1000);
  EXPECT_EQ(error_of([&] { store.compact(kTable); }), "no error");
  EXPECT_TRUE(disk.files.list("data/segments").empty()) << "the window's file is gone";
  EXPECT_EQ(store.metrics().segments, 0u);
}

TEST(Store, BackgroundWorkDropsWhatRetentionHasEnded) {
  StoreOnFaultyDisk disk;
  disk.options.background_work = true;
  disk.options.background_workers = 1;
  disk.options.retention_check_ms = 1;
  Store& store = disk.open();
  TableEntry table = make_table(kTable, "t", TableKind::kSeries);
  const int64_t day_us = 86'400'000'000;
  table.retention_us = 5 * day_us;
  store.commit(create_table(table), {});
  const int64_t now = disk.clock.wall_us() - 946'684'800'000'000;
  store.commit(one_change(make_batch(table, RowOperation::kPut, {{"h", now, 1, {}, {}}})), {});
  store.flush(kTable);
  EXPECT_EQ(store.metrics().segments, 1u);
  disk.clock.advance_ns(7 * day_us * 1000);
  while (store.metrics().segments > 0) {
    std::this_thread::yield();
  }
}

// --- COMPACT ---

/// Sizes of the segment files after COMPACT, and the rows.
struct Compacted {
  std::vector<uint64_t> file_bytes;
  Content content;
  friend bool operator==(const Compacted&, const Compacted&) = default;
};

/// Merges that commute: each field of each row is written once.
std::vector<RowBatch> commuting_batches(const TableEntry& table) {
  const int64_t hour_us = 3'600'000'000;
  std::vector<RowBatch> batches;
  for (int64_t batch = 0; batch < 60; ++batch) {
    std::vector<Row> with_a;
    std::vector<Row> with_note;
    for (int64_t i = batch * 500; i < (batch + 1) * 500; ++i) {
      const std::string host = "h" + std::to_string(i % 7);
      const int64_t time = i * 11 * hour_us / 1000;
      with_a.push_back({host, time, i * i % 1009, {}, {}});
      with_note.push_back({host, time, {}, {}, "note " + std::to_string(i % 50)});
    }
    batches.push_back(make_batch(table, RowOperation::kMerge, with_a));
    batches.push_back(make_batch(table, RowOperation::kMerge, with_note));
  }
  return batches;
}

Compacted compacted(const std::function<void(std::vector<RowBatch>&)>& arrange, size_t batches_per_flush,
                    bool background_work) {
  StoreOnFaultyDisk disk;
  disk.options.wal_file_bytes = 4 << 20;
  disk.options.background_work = background_work;
  disk.options.memtable_bytes_max = background_work ? 512 << 10 : 64 << 20;
  Store& store = disk.open();
  TableEntry table = make_table(kTable, "t", TableKind::kSeries);
  table.partition_interval_us = 86'400'000'000;
  store.commit(create_table(table), {});
  std::vector<RowBatch> batches = commuting_batches(table);
  arrange(batches);
  for (size_t i = 0; i < batches.size(); ++i) {
    store.commit(one_change(std::move(batches[i])), {});
    if ((i + 1) % batches_per_flush == 0) {
      store.flush(kTable);
    }
  }
  store.compact(kTable);
  Compacted result;
  result.content = read_all(*store.snapshot(), kTable);
  disk.store.reset();
  EXPECT_TRUE(check_folder(disk.files, "data").empty());
  for (const std::string& name : disk.files.list("data/segments")) {
    result.file_bytes.push_back(disk.files.file_size("data/segments/" + name));
  }
  std::ranges::sort(result.file_bytes);
  return result;
}

TEST(Store, CompactGivesTheSameFilesWhateverTheArrival) {
  const Compacted in_order = compacted([](auto&) {}, 1000, false);
  ASSERT_EQ(in_order.content.size(), 30'000u);
  ASSERT_GT(in_order.file_bytes.size(), 10u);
  const auto reverse = [](std::vector<RowBatch>& batches) { std::ranges::reverse(batches); };
  const auto shuffle = [](std::vector<RowBatch>& batches) {
    Random random(5);
    for (size_t i = batches.size(); i > 1; --i) {
      std::swap(batches[i - 1], batches[random.below(i)]);
    }
  };
  EXPECT_EQ(compacted(reverse, 7, false), in_order);
  EXPECT_EQ(compacted(shuffle, 3, false), in_order);
  EXPECT_EQ(compacted(shuffle, 11, true), in_order) << "after background work";
}

/// COMPACT on a thread of its own that stands still before it writes its first file, until `go_on`.
class HeldCompaction : public ::testing::Test {
 protected:
  HeldCompaction() {
    disk_.files.set_observer([this](FileCall call, const std::string& path) {
      if (call == FileCall::kCreate && path.ends_with(".seg.tmp") && std::this_thread::get_id() == compactor_.load()) {
        is_held_ = true;
        is_held_.notify_all();
        may_go_on_.wait(false);
      }
    });
    disk_.open();
    table_ = make_table(kTable, "t", TableKind::kSeries);
    disk_.store->commit(create_table(table_), {});
    for (int64_t i = 0; i < 3; ++i) {
      put({{"a", i, i, {}, {}}, {"b", i, i, {}, "n"}, {"c", 0, i, {}, {}}});
      disk_.store->flush(kTable);
    }
    thread_ = std::thread([this] {
      compactor_ = std::this_thread::get_id();
      disk_.store->compact(kTable);
    });
    is_held_.wait(false);
  }
  void go_on() {
    may_go_on_ = true;
    may_go_on_.notify_all();
    thread_.join();
  }
  void put(const std::vector<Row>& rows) {
    disk_.store->commit(one_change(make_batch(table_, RowOperation::kPut, rows)), {});
  }
  Content content() { return read_all(*disk_.store->snapshot(), kTable); }
  void expect_the_same_after_reopening(const Content& want) {
    EXPECT_EQ(content(), want);
    disk_.open();
    EXPECT_EQ(content(), want);
    disk_.store.reset();
    EXPECT_TRUE(check_folder(disk_.files, "data").empty());
  }

  std::atomic<bool> is_held_{false};
  std::atomic<bool> may_go_on_{false};
  std::atomic<std::thread::id> compactor_{};
  StoreOnFaultyDisk disk_;
  TableEntry table_;
  std::thread thread_;
};

TEST_F(HeldCompaction, FlushesAndSchemaChangesGoOnBesideIt) {
  put({{"a", 1, 100, {}, {}}, {"z", 5, 5, {}, {}}});
  disk_.store->flush(kTable);
  disk_.store->commit(one_tombstone({kTable, series_key("b"), 0, 1}), {});
  disk_.store->commit(create_table(with_region(table_)), {});
  put({{"c", 0, 7, {}, {}}});
  disk_.store->flush(kTable);
  const Content want = {{"a@0", "0|-|-"}, {"a@1", "100|-|-"}, {"a@2", "2|-|-"},
                        {"b@2", "2|-|n"}, {"c@0", "7|-|-"},   {"z@5", "5|-|-"}};
  EXPECT_EQ(content(), want);
  go_on();
  EXPECT_EQ(content(), want);
  EXPECT_EQ(disk_.store->metrics().compactions, 1u);
  EXPECT_EQ(disk_.store->metrics().segments, 3u) << "its result and two younger runs";
  disk_.store->compact(kTable);
  EXPECT_EQ(disk_.store->metrics().segments, 1u);
  expect_the_same_after_reopening(want);
}

TEST_F(HeldCompaction, WhatWasTruncatedMeanwhileStaysAway) {
  disk_.store->commit(one_tombstone({kTable, "", INT64_MIN, INT64_MAX}), {});
  put({{"new", 1, 1, {}, {}}});
  disk_.store->flush(kTable);
  go_on();
  EXPECT_EQ(disk_.store->metrics().segments, 1u);
  EXPECT_EQ(disk_.files.list("data/segments").size(), 1u) << "nothing is left of the merge";
  expect_the_same_after_reopening({{"new@1", "1|-|-"}});
}

TEST_F(HeldCompaction, WhatWasDroppedMeanwhileStaysAway) {
  WriteSet drop;
  drop.catalog.push_back(CatalogDelta::drop(ObjectKind::kTable, kTable));
  disk_.store->commit(std::move(drop), {});
  disk_.store->flush(kNoObject);
  go_on();
  EXPECT_TRUE(disk_.files.list("data/segments").empty());
}

TEST(Store, ColdWindowsAreRewrittenForSizeOnce) {
  StoreOnFaultyDisk disk;
  const int64_t day_us = 86'400'000'000;
  disk.options.cold_after_us = 30 * day_us;
  Store& store = disk.open();
  TableEntry table = make_table(kTable, "t", TableKind::kSeries);
  table.partition_interval_us = day_us;
  store.commit(create_table(table), {});
  const int64_t now = disk.clock.wall_us() - 946'684'800'000'000;
  Random random(1);
  for (const int64_t days_ago : {1, 40}) {
    std::vector<Row> rows;
    int64_t walk = 50;
    for (int64_t i = 0; i < 5000; ++i) {
      walk += random.between(-1, 1) + random.between(-1, 1);
      rows.push_back({"h", now - days_ago * day_us - day_us / 2 + i * 1'000'000, walk, {}, {}});
    }
    store.commit(one_change(make_batch(table, RowOperation::kPut, rows)), {});
  }
  store.flush(kTable);
  const Content want = read_all(*store.snapshot(), kTable);
  const uint64_t before = store.table_bytes(kTable);
  store.compact(kTable);
  const uint64_t after = store.table_bytes(kTable);
  EXPECT_LT(after, before);
  EXPECT_EQ(read_all(*store.snapshot(), kTable), want);
  const uint64_t compactions = store.metrics().compactions;
  EXPECT_GE(compactions, 1u);
  disk.open();
  disk.store->compact(kTable);
  EXPECT_EQ(disk.store->metrics().compactions, 0u) << "it is known, also after a restart, what is cold already";
  EXPECT_EQ(read_all(*disk.store->snapshot(), kTable), want);
  disk.clock.advance_ns(40 * day_us * 1000);
  disk.store->compact(kTable);
  EXPECT_EQ(disk.store->metrics().compactions, 1u) << "the other window's time has come";
  EXPECT_LT(disk.store->table_bytes(kTable), after);
  EXPECT_EQ(read_all(*disk.store->snapshot(), kTable), want);
  disk.store.reset();
  EXPECT_TRUE(check_folder(disk.files, "data").empty());
}

TEST(Store, AFolderThatCannotBeMadeIsAClearError) {
  StoreOnFaultyDisk disk;
  EXPECT_EQ(error_of([&] {
              static_cast<void>(Store::open(disk.files, "no/such/folder", disk.options, disk.clock, disk.memory));
            }).substr(0, 5),
            "58P01");
  disk.files.inject({.kind = IoErrorKind::kPermission, .nth = 1, .and_all_later = true});
  const std::string error = error_of([&] { disk.open(); });
  EXPECT_EQ(error.substr(0, 5), "58030") << error;
  disk.files.clear_faults();
  EXPECT_EQ(error_of([&] { disk.open(); }), "no error") << "and nothing is left that would stand in the way";
}

TEST(Store, ConcurrentCommitsShareSyncs) {
  StoreOnFaultyDisk disk;
  Store& store = disk.open();
  const TableEntry table = make_table(kTable, "t", TableKind::kSeries);
  store.commit(create_table(table), {});
  constexpr int kThreads = 8;
  constexpr int kCommits = 50;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int64_t i = 0; i < kCommits; ++i) {
        store.commit(one_change(make_batch(table, RowOperation::kPut, {{std::to_string(thread), i, i, {}, {}}})), {});
        static_cast<void>(read_all(*store.snapshot(), kTable));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(read_all(*store.snapshot(), kTable).size(), size_t{kThreads * kCommits});
  EXPECT_EQ(store.metrics().commits, uint64_t{kThreads * kCommits + 1});
}

TEST(Store, ManyRowsFromManyBatchesAreSortedAndFolded) {
  StoreOnFaultyDisk disk;
  disk.options.wal_file_bytes = 8 << 20;
  Store& store = disk.open();
  const TableEntry table = make_table(kTable, "t", TableKind::kSeries);
  store.commit(create_table(table), {});
  Content want;
  for (int64_t batch = 0; batch < unless_sanitized(30, 12); ++batch) {
    std::vector<Row> rows;
    for (int64_t i = 0; i < 7000; ++i) {
      // Mostly in order of time, some rows late, some again.
      const int64_t time = i % 50 == 0 ? batch * 10 : batch * 700 + i / 10;
      rows.push_back({"h" + std::to_string(i % 10), time, batch * 10'000 + i, {}, {}});
      want["h" + std::to_string(i % 10) + "@" + std::to_string(time)] = std::to_string(batch * 10'000 + i) + "|-|-";
    }
    store.commit(one_change(make_batch(table, RowOperation::kPut, rows)), {});
  }
  EXPECT_EQ(read_all(*store.snapshot(), kTable), want);
  EXPECT_EQ(read_all(*store.snapshot(), kTable, ScanOrder::kKey), want);
  store.flush(kTable);
  EXPECT_EQ(read_all(*store.snapshot(), kTable), want);
  disk.open();
  EXPECT_EQ(read_all(*disk.store->snapshot(), kTable), want);
  disk.store.reset();
  EXPECT_TRUE(check_folder(disk.files, "data").empty());
}

}  // namespace
}  // namespace tidemark::testing_storage
