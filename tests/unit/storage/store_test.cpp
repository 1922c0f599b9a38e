#include "storage/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
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
    by_key.predicates = {{kHost, ScanPredicate::Comparison::kEqual, {Value::text("a")}, {}, ""},
                         {region.id, ScanPredicate::Comparison::kIsNull, {}, {}, ""}};
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
  for (int64_t batch = 0; batch < 30; ++batch) {
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
