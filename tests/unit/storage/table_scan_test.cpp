// Scans against a naive model: random sources, versions, tombstones, predicates and orders.

#include "storage/table_scan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/faulty_file_system.h"
#include "storage/compaction_merge.h"
#include "storage/scan_filter.h"
#include "storage/segment_file.h"
#include "storage/segment_writer.h"
#include "storage/store.h"
#include "storage_model.h"
#include "tests/sanitized.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

using namespace testing_model;
using Comparison = ScanPredicate::Comparison;

constexpr int64_t kWindow = 2'000;
constexpr int64_t kOrderMax = 8'000;

/// A random table: some segments, some memory runs, some tombstones, and what they add up to.
class RandomTable {
 public:
  RandomTable(uint64_t seed, bool calm) : random_(seed), cache_(1 << 22) {
    auto layout = std::make_shared<TableLayout>(series_table());
    layout_ = layout;
    auto sources = std::make_shared<TableSources>();
    sources->layout = layout;
    for (int64_t window = 0; window <= kOrderMax / kWindow; ++window) {
      TableSources::Partition partition;
      partition.time_min = window * kWindow;
      partition.time_max = (window + 1) * kWindow - 1;
      partitions_.push_back(partition);
    }
    uint64_t rank = 1;
    const uint64_t segment_count = random_.below(4);
    for (uint64_t i = 0; i < segment_count; ++i, ++rank) {
      add_segment(rank, calm);
      maybe_add_tombstone(*sources, ++rank, calm);
    }
    const uint64_t memory_count = random_.below(3);
    for (uint64_t i = 0; i < memory_count; ++i) {
      Versions versions =
          random_versions(random_, *layout, random_.below(4'000), kOrderMax, calm || random_.chance(0.5));
      apply_versions(rows_, versions);
      sources->memory.push_back(
          {memory_run_of(layout, std::move(versions), 100 + random_.below(2'000), random_.chance(0.7)), ++rank});
      maybe_add_tombstone(*sources, ++rank, calm);
    }
    if (!calm && random_.chance(0.3)) {
      sources->time_from = random_.between(0, kOrderMax / 2);
      const int64_t from = sources->time_from;
      std::erase_if(rows_, [from](const auto& row) { return row.first.second < from; });
    }
    sources->partitions = partitions_;
    sources_ = std::move(sources);
  }

  void add_segment(uint64_t rank, bool calm) {
    const Versions versions =
        random_versions(random_, *layout_, random_.below(9'000), kOrderMax, calm || random_.chance(0.4));
    apply_versions(rows_, versions);
    const std::string path = "segment-" + std::to_string(rank);
    const SegmentSummary summary =
        write_segment(files_, path, rank, *layout_, versions, kWindow, random_.chance(0.5) ? 2'048 : 65'536);
    std::vector<CheckFinding> findings;
    check_segment(files_, path, rank, findings);
    EXPECT_TRUE(findings.empty()) << findings[0].problem;
    const auto reader = std::make_shared<const SegmentReader>(files_, path, rank, cache_);
    for (const SegmentExtent& extent : summary.extents) {
      const int64_t window = window_of(extent.bounds.order_min, kWindow);
      partitions_[static_cast<size_t>(window)].runs.push_back({reader, extent, rank});
    }
  }

  void maybe_add_tombstone(TableSources& sources, uint64_t rank, bool calm) {
    if (calm || random_.chance(0.7)) {
      return;
    }
    RangeTombstone tombstone;
    tombstone.table = layout_->table;
    if (random_.chance(0.7)) {
      append_key(tombstone.series_prefix, Value::text("host" + std::to_string(1 + random_.below(4))));
    }
    tombstone.from = random_.between(0, kOrderMax);
    tombstone.to = tombstone.from + random_.between(0, kOrderMax / 4);
    sources.tombstones.push_back({tombstone, rank});
    std::erase_if(rows_, [&](const auto& row) {
      return row.first.first.starts_with(tombstone.series_prefix) && row.first.second >= tombstone.from &&
             row.first.second <= tombstone.to;
    });
  }

  Random random_;
  FaultyFileSystem files_;
  PageCache cache_;
  std::shared_ptr<const TableLayout> layout_;
  std::vector<TableSources::Partition> partitions_;
  std::shared_ptr<TableSources> sources_;
  std::map<Key, std::vector<Value>> rows_;
};

/// All of a row's columns in the order host, slot, time, fields.
std::vector<Value> full_row(const TableLayout& layout, const Key& key, const std::vector<Value>& fields) {
  std::string_view series = key.first;
  std::vector<Value> row;
  for (const auto& column : layout.series) {
    row.push_back(take_from_key(series, column.type));
  }
  row.push_back(Value::integer(layout.order_type, key.second));
  row.insert(row.end(), fields.begin(), fields.end());
  return row;
}

const std::vector<ColumnId> kAllColumns = {kHost, kSlot, kTime, kCount, kRatio, kNote, kFlag};

ScanPredicate random_predicate(Random& random) {
  ScanPredicate predicate;
  predicate.column = kAllColumns[random.below(kAllColumns.size())];
  predicate.comparison = static_cast<Comparison>(random.below(10));
  const auto constant = [&]() -> Value {
    switch (predicate.column) {
      case kHost:
        return Value::text("host" + std::to_string(random.below(6)));
      case kSlot:
        return Value::int32(static_cast<int32_t>(random.below(3)));
      case kTime:
        return Value::integer(TypeId::kTimestampTzNs, random.between(-100, kOrderMax + 100));
      case kCount:
        return Value::int64(random.between(-60, 60));
      case kRatio:
        return Value::float64(static_cast<double>(random.between(-50, 50)) / 4);
      case kNote:
        return Value::text("note " + std::to_string(random.below(10)));
      default:
        return Value::boolean(random.chance(0.5));
    }
  };
  if (predicate.comparison == Comparison::kCallback) {
    predicate.callback = [](const Vector& entries, std::span<uint8_t> pass) {
      for (size_t i = 0; i < pass.size(); ++i) {
        std::string key;
        append_key(key, entries.value(i));
        pass[i] = static_cast<uint8_t>(key.back() % 3 != 0);
      }
    };
  } else if (predicate.comparison < Comparison::kIsNull) {
    const uint64_t constants = predicate.comparison == Comparison::kIn ? 1 + random.below(12) : 1;
    for (uint64_t i = 0; i < constants; ++i) {
      predicate.constants.push_back(constant());
    }
  }
  return predicate;
}

/// One row against one predicate, by canonical keys only.
bool passes(const ScanPredicate& predicate, const Value& value) {
  if (predicate.comparison == Comparison::kIsNull) {
    return value.is_null();
  }
  if (value.is_null()) {
    return false;
  }
  std::string key;
  append_key(key, value);
  if (predicate.comparison == Comparison::kCallback) {
    return key.back() % 3 != 0;
  }
  if (predicate.comparison == Comparison::kIsNotNull) {
    return true;
  }
  return std::ranges::any_of(predicate.constants, [&](const Value& constant) {
    std::string other;
    append_key(other, constant);
    switch (predicate.comparison) {
      case Comparison::kNotEqual:
        return key != other;
      case Comparison::kLess:
        return key < other;
      case Comparison::kLessEqual:
        return key <= other;
      case Comparison::kGreater:
        return key > other;
      case Comparison::kGreaterEqual:
        return key >= other;
      default:
        return key == other;
    }
  });
}

std::string printed(const std::vector<Value>& row) {
  std::string text;
  for (const Value& value : row) {
    append_key(text, value);
  }
  return text;
}

std::string described(const ScanRequest& request) {
  std::string text = "order " + std::to_string(static_cast<int>(request.order));
  for (const ScanPredicate& predicate : request.predicates) {
    text += ", column " + std::to_string(predicate.column) + " comparison " +
            std::to_string(static_cast<int>(predicate.comparison)) + " constants";
    for (const Value& constant : predicate.constants) {
      std::string key;
      append_key(key, constant);
      text += " " + testing::PrintToString(key);
    }
  }
  return text;
}

std::vector<std::string> expected_rows(const RandomTable& table, const ScanRequest& request) {
  std::vector<std::string> expected;
  for (const auto& [key, fields] : table.rows_) {
    const std::vector<Value> row = full_row(*table.layout_, key, fields);
    const bool in = std::ranges::all_of(request.predicates, [&](const ScanPredicate& predicate) {
      return passes(predicate,
                    row[static_cast<size_t>(std::ranges::find(kAllColumns, predicate.column) - kAllColumns.begin())]);
    });
    if (in) {
      std::vector<Value> output;
      for (const ColumnId column : request.columns) {
        output.push_back(row[static_cast<size_t>(std::ranges::find(kAllColumns, column) - kAllColumns.begin())]);
      }
      expected.push_back(printed(output));
    }
  }
  return expected;
}

std::vector<std::string> scanned_rows(TableScan& scan, size_t columns) {
  std::vector<std::string> rows;
  for (size_t morsel = 0; morsel < scan.morsel_count(); ++morsel) {
    const auto reader = scan.open(morsel);
    DataChunk chunk;
    while (reader->next(chunk)) {
      EXPECT_TRUE(chunk.size > 0 && chunk.size <= kVectorSize);
      EXPECT_EQ(chunk.columns.size(), columns);
      for (const Vector& column : chunk.columns) {
        EXPECT_EQ(column.size(), chunk.size);
      }
      for (size_t row = 0; row < chunk.size; ++row) {
        std::vector<Value> values;
        for (const Vector& column : chunk.columns) {
          values.push_back(column.value(row));
        }
        rows.push_back(printed(values));
      }
    }
    EXPECT_EQ(chunk.size, 0);
  }
  return rows;
}

class TableScanTest : public testing::TestWithParam<int> {};

TEST_P(TableScanTest, AgreesWithTheModel) {
  const auto seed = static_cast<uint64_t>(GetParam());
  RandomTable table(seed, seed % 3 == 0);
  Random random(seed + 1'000);
  for (int query = 0; query < 25; ++query) {
    ScanRequest request;
    request.order = static_cast<ScanOrder>(random.below(3));
    if (request.order == ScanOrder::kKey) {
      request.columns = {kHost, kSlot, kTime, kNote};
    }
    for (const ColumnId column : kAllColumns) {
      if (request.order != ScanOrder::kKey && random.chance(0.5)) {
        request.columns.push_back(column);
      }
    }
    for (uint64_t i = random.below(4); i > 0; --i) {
      request.predicates.push_back(random_predicate(random));
    }
    SCOPED_TRACE("seed " + std::to_string(seed) + " query " + std::to_string(query) + " " + described(request));
    const auto scan = make_table_scan(table.sources_, request);
    std::vector<std::string> rows = scanned_rows(*scan, request.columns.size());
    std::vector<std::string> expected = expected_rows(table, request);
    EXPECT_LE(rows.size(), scan->row_count_max());
    const ScanCounters counters = scan->counters();
    EXPECT_EQ(counters.rows_out, rows.size());
    EXPECT_GE(counters.rows_scanned, counters.rows_out);
    if (scan->exact_row_count()) {
      EXPECT_EQ(*scan->exact_row_count(), expected.size());
    }
    if (request.order != ScanOrder::kKey) {
      std::ranges::sort(rows);
      std::ranges::sort(expected);
    }
    ASSERT_EQ(rows.size(), expected.size());
    ASSERT_TRUE(rows == expected);
  }
}

TEST_P(TableScanTest, NewestFirstGoesByWindow) {
  const auto seed = static_cast<uint64_t>(GetParam());
  RandomTable table(seed, false);
  const auto scan =
      make_table_scan(table.sources_, {.columns = {kTime}, .predicates = {}, .order = ScanOrder::kNewestFirst});
  int64_t oldest_window = INT64_MAX;
  for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
    const auto reader = scan->open(morsel);
    DataChunk chunk;
    while (reader->next(chunk)) {
      for (size_t row = 0; row < chunk.size; ++row) {
        const int64_t window = window_of(chunk.columns[0].value(row).as_int64(), kWindow);
        ASSERT_LE(window, oldest_window);
        oldest_window = window;
      }
    }
  }
}

/// Position of a column in full rows.
size_t place_of(ColumnId column) {
  return static_cast<size_t>(std::ranges::find(kAllColumns, column) - kAllColumns.begin());
}

/// Of each series, for each of `values` (or for any row, if there are none) the newest row that passes and has a value.
std::vector<std::string> newest_rows(const RandomTable& table, const ScanRequest& request) {
  std::map<std::string, std::map<ColumnId, std::string>> newest;  // by series, then by column
  for (const auto& [key, fields] : table.rows_) {                 // ascending in time within a series
    const std::vector<Value> row = full_row(*table.layout_, key, fields);
    const bool in = std::ranges::all_of(request.predicates, [&](const ScanPredicate& predicate) {
      return passes(predicate, row[place_of(predicate.column)]);
    });
    for (const ColumnId column : request.newest_values) {
      const bool is_key = column == kHost || column == kSlot || column == kTime;
      if (in && (is_key || !row[place_of(column)].is_null())) {
        newest[key.first][column] = printed(row);
      }
    }
    if (in && request.newest_values.empty()) {
      newest[key.first][kNoColumn] = printed(row);
    }
  }
  std::vector<std::string> rows;
  for (const auto& [series, by_column] : newest) {
    for (const auto& [column, row] : by_column) {
      rows.push_back(row);
    }
  }
  std::ranges::sort(rows);
  rows.erase(std::ranges::unique(rows).begin(), rows.end());
  return rows;
}

TEST_P(TableScanTest, NewestOfSeriesHoldsTheNewestRows) {
  const auto seed = static_cast<uint64_t>(GetParam());
  RandomTable table(seed, seed % 3 == 0);
  Random random(seed + 2'000);
  for (int query = 0; query < 25; ++query) {
    ScanRequest request;
    request.order = ScanOrder::kNewestOfSeries;
    request.columns = kAllColumns;
    for (uint64_t i = random.below(3); i > 0; --i) {
      request.predicates.push_back(random_predicate(random));
    }
    for (const ColumnId column : kAllColumns) {
      if (query % 2 == 0 && random.chance(0.3)) {
        request.newest_values.push_back(column);
      }
    }
    SCOPED_TRACE("seed " + std::to_string(seed) + " query " + std::to_string(query) + " " + described(request));
    const auto scan = make_table_scan(table.sources_, request);
    std::vector<std::string> rows = scanned_rows(*scan, kAllColumns.size());
    std::ranges::sort(rows);
    ASSERT_TRUE(std::ranges::adjacent_find(rows) == rows.end()) << "a row came out twice";
    std::vector<std::string> all = expected_rows(table, request);
    std::ranges::sort(all);
    ASSERT_TRUE(std::ranges::includes(all, rows)) << "a row came out that is not there, or does not pass";
    ASSERT_TRUE(std::ranges::includes(rows, newest_rows(table, request)));
    EXPECT_EQ(scan->counters().rows_out, rows.size());
  }
}

/// Adds up pages as a map from their first key column.
class PageAdder final : public SummaryReceiver {
 public:
  struct Sum {
    int64_t rows = 0, values = 0, total = 0, least = INT64_MAX, greatest = INT64_MIN, newest = INT64_MIN;
    friend bool operator==(const Sum&, const Sum&) = default;
  };
  bool take(const SummarizedPage& page) override {
    if (!page.same_keys) {
      host_.clear();
      append_key(host_, page.keys[0].value(0));
    }
    EXPECT_EQ(window_of(page.order_min, kWindow), window_of(page.order_max, kWindow));
    Sum& sum = sums[{host_, window_of(page.order_min, kWindow)}];
    sum.rows += page.rows;
    sum.newest = std::max(sum.newest, page.order_max);
    if (const ZoneMap* zone = page.columns[0].zone) {
      sum.values += zone->rows - zone->nulls;
      sum.total += static_cast<int64_t>(zone->integer_sum);
      sum.least = std::min(sum.least, zone->integer_min);
      sum.greatest = std::max(sum.greatest, zone->integer_max);
    }
    ++pages;
    return true;
  }
  void add(const std::string& host, int64_t time, const Value& value) {
    Sum& sum = sums[{host, window_of(time, kWindow)}];
    ++sum.rows;
    sum.newest = std::max(sum.newest, time);
    if (!value.is_null()) {
      ++sum.values;
      sum.total += value.as_int64();
      sum.least = std::min(sum.least, value.as_int64());
      sum.greatest = std::max(sum.greatest, value.as_int64());
    }
  }

  std::map<std::pair<std::string, int64_t>, Sum> sums;
  uint64_t pages = 0;

 private:
  std::string host_;
};

TEST_P(TableScanTest, SummarizedPagesAddUpToTheirRows) {
  const auto seed = static_cast<uint64_t>(GetParam());
  RandomTable table(seed, seed % 3 == 0);
  Random random(seed + 3'000);
  for (int query = 0; query < 15; ++query) {
    SummaryWish wish;
    wish.keys = {kHost};
    wish.columns = {{kCount, SummaryWish::Fact::kSum}, {kCount, SummaryWish::Fact::kBounds}};
    wish.belong_together = [](int64_t first, int64_t last) {
      return window_of(first, kWindow) == window_of(last, kWindow);
    };
    ScanRequest request;
    request.columns = {kHost, kTime, kCount};
    request.summaries = std::make_shared<const SummaryWish>(wish);
    for (uint64_t i = random.below(3); i > 0; --i) {
      request.predicates.push_back(random_predicate(random));
    }
    SCOPED_TRACE("seed " + std::to_string(seed) + " query " + std::to_string(query) + " " + described(request));
    PageAdder found;
    const auto scan = make_table_scan(table.sources_, request);
    for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
      const auto reader = scan->open(morsel, &found);
      DataChunk chunk;
      while (reader->next(chunk)) {
        for (size_t row = 0; row < chunk.size; ++row) {
          std::string host;
          append_key(host, chunk.columns[0].value(row));
          found.add(host, chunk.columns[1].value(row).as_int64(), chunk.columns[2].value(row));
        }
      }
    }
    PageAdder expected;
    for (const auto& [key, fields] : table.rows_) {
      const std::vector<Value> row = full_row(*table.layout_, key, fields);
      if (std::ranges::all_of(request.predicates, [&](const ScanPredicate& predicate) {
            return passes(predicate, row[place_of(predicate.column)]);
          })) {
        std::string host;
        append_key(host, row[0]);
        expected.add(host, key.second, row[place_of(kCount)]);
      }
    }
    ASSERT_TRUE(found.sums == expected.sums);
    EXPECT_EQ(scan->counters().pages_summarized, found.pages);
  }
}

TEST_P(TableScanTest, LooksUpSingleRows) {
  const auto seed = static_cast<uint64_t>(GetParam());
  RandomTable table(seed, seed % 3 == 0);
  Random random(seed);
  std::vector<Key> keys;
  for (const auto& [key, fields] : table.rows_) {
    if (random.chance(0.02)) {
      keys.push_back(key);
    }
  }
  for (int i = 0; i < 50; ++i) {
    keys.emplace_back(series_of("host" + std::to_string(random.below(8)), 0), random.between(0, kOrderMax));
  }
  std::shuffle(keys.begin(), keys.end(), random);
  std::vector<RowKey> wanted;
  for (const Key& key : keys) {
    wanted.push_back({key.first, key.second});
  }
  std::vector<uint8_t> found;
  DataChunk rows;
  look_up_rows(*table.sources_, wanted, kAllColumns, found, rows);
  ASSERT_EQ(rows.size, keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const auto expected = table.rows_.find(keys[i]);
    ASSERT_EQ(found[i] != 0, expected != table.rows_.end()) << "key " << i;
    for (size_t column = 0; column < kAllColumns.size(); ++column) {
      if (found[i] != 0) {
        ASSERT_EQ(rows.columns[column].value(i), full_row(*table.layout_, keys[i], expected->second)[column]);
      } else {
        ASSERT_TRUE(rows.columns[column].is_null(i));
      }
    }
  }
}

TEST_P(TableScanTest, CompactionChangesNoAnswer) {
  const auto seed = static_cast<uint64_t>(GetParam());
  RandomTable table(seed, seed % 4 == 0);
  const ScanRequest request{.columns = kAllColumns, .predicates = {}, .order = ScanOrder::kKey};
  const std::vector<std::string> before = scanned_rows(*make_table_scan(table.sources_, request), kAllColumns.size());
  FileId file = 1'000;
  for (TableSources::Partition& partition : table.partitions_) {
    if (partition.runs.empty()) {
      continue;
    }
    // The whole window, or only its newer half: then older versions stay below.
    const size_t first = table.random_.chance(0.5) ? 0 : partition.runs.size() / 2;
    const std::span<const TableSources::Run> runs = std::span(partition.runs).subspan(first);
    const std::string path = "compacted-" + std::to_string(++file);
    SegmentWriter writer(table.files_, path, file, *table.layout_);
    CompactionOptions options;
    options.merge.oldest = first == 0;
    options.copy_row_groups = table.random_.chance(0.5);
    options.merge.tombstones = table.sources_->tombstones;
    compact_runs(runs, *table.layout_, options, writer);
    const SegmentSummary summary = writer.finish();
    const uint64_t rank = runs.back().rank;
    // Tombstones between the runs and above them still act on what is below.
    std::vector<CheckFinding> findings;
    check_segment(table.files_, path, file, findings);
    EXPECT_TRUE(findings.empty());
    partition.runs.resize(first);
    if (!summary.extents.empty()) {
      ASSERT_EQ(summary.extents.size(), 1);
      if (options.merge.oldest) {
        EXPECT_TRUE(summary.extents[0].only_puts);
      }
      partition.runs.push_back(
          {std::make_shared<const SegmentReader>(table.files_, path, file, table.cache_), summary.extents[0], rank});
    }
  }
  const auto compacted = std::make_shared<TableSources>(*table.sources_);
  compacted->partitions = table.partitions_;
  const std::vector<std::string> after = scanned_rows(*make_table_scan(compacted, request), kAllColumns.size());
  ASSERT_EQ(after.size(), before.size());
  const auto [left, right] = std::ranges::mismatch(after, before);
  ASSERT_TRUE(left == after.end()) << "row " << left - after.begin() << testing::PrintToString(*left) << " instead of "
                                   << testing::PrintToString(*right);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TableScanTest, testing::Range(1, unless_sanitized(21, 8)));

/// Two runs of one series, one after the other in time, as an append table has them.
TEST(Compaction, CopiesRowGroupsThatNothingElseTouches) {
  FaultyFileSystem files;
  PageCache cache(1 << 22);
  const auto layout = std::make_shared<const TableLayout>(series_table());
  Random random(1);
  const std::string series = series_of("host", 1);
  std::vector<TableSources::Run> runs;
  for (FileId file = 1; file <= 3; ++file) {
    Versions versions;
    // The third run reaches into the second's last row group.
    const int64_t first = file == 3 ? 79'990 : (static_cast<int64_t>(file) - 1) * 40'000;
    for (int64_t time = first; time < first + (file == 3 ? 1'000 : 40'000); ++time) {
      versions[{series, time}] = {
          .operation = RowOperation::kPut,
          .values = {Value::int64(random.between(-9, 9)), Value::float64(static_cast<double>(file)),
                     Value::text("note " + std::to_string(time % 100)), Value::null(TypeId::kBoolean)},
          .set = {true, true, true, true}};
    }
    const std::string path = std::to_string(file);
    const SegmentSummary summary = write_segment(files, path, file, *layout, versions, 1'000'000, 65'536);
    runs.push_back({std::make_shared<const SegmentReader>(files, path, file, cache), summary.extents.at(0), file});
  }
  const auto rows_of = [&](std::vector<TableSources::Run> some) {
    auto sources = std::make_shared<TableSources>();
    sources->layout = layout;
    sources->partitions = std::vector<TableSources::Partition>{{.runs = std::move(some)}};
    const auto scan = make_table_scan(sources, {.columns = kAllColumns, .predicates = {}, .order = ScanOrder::kKey});
    return scanned_rows(*scan, kAllColumns.size());
  };
  const std::vector<std::string> before = rows_of(runs);
  ASSERT_EQ(before.size(), 80'990);
  for (const bool copy : {true, false}) {
    const std::string path = copy ? "copied" : "rewritten";
    const FileId file = copy ? 10 : 11;
    SegmentWriter writer(files, path, file, *layout);
    CompactionOptions options;
    options.merge.oldest = true;
    options.copy_row_groups = copy;
    EXPECT_EQ(compact_runs(runs, *layout, options, writer), 80'990);
    const SegmentSummary summary = writer.finish();
    ASSERT_EQ(summary.extents.size(), 1);
    const SegmentReader reader(files, path, file, cache);
    const auto& groups = reader.open_file().footer().row_groups;
    ASSERT_EQ(groups.size(), 2);
    EXPECT_EQ(groups[0].rows, copy ? 40'000 : 65'536) << "the first run's row group is taken over whole";
    std::vector<CheckFinding> findings;
    check_segment(files, path, file, findings);
    EXPECT_TRUE(findings.empty());
    const TableSources::Run result{std::make_shared<const SegmentReader>(files, path, file, cache), summary.extents[0],
                                   3};
    EXPECT_TRUE(rows_of({result}) == before);
  }
}

/// One calm segment: what each level drops is known.
TEST(TableScanCounters, CountWhatEachLevelDrops) {
  FaultyFileSystem files;
  PageCache cache(1 << 22);
  auto sources = std::make_shared<TableSources>();
  const auto layout = std::make_shared<const TableLayout>(series_table());
  sources->layout = layout;
  Versions versions;
  for (int host = 1; host <= 4; ++host) {
    for (int64_t time = 0; time < 8'192; ++time) {
      versions[{series_of("host" + std::to_string(host), 0), time}] = {
          .operation = RowOperation::kPut,
          .values = {Value::int64(time), Value::float64(0.5), Value::text("x"), Value::boolean(true)},
          .set = {true, true, true, true}};
    }
  }
  const SegmentSummary summary = write_segment(files, "s", 1, *layout, versions, 4'096, 65'536);
  ASSERT_EQ(summary.extents.size(), 2);
  std::vector<TableSources::Partition> partitions;
  const auto reader = std::make_shared<const SegmentReader>(files, "s", 1, cache);
  for (size_t i = 0; i < 2; ++i) {
    TableSources::Partition partition;
    partition.time_min = static_cast<int64_t>(i) * 4'096;
    partition.time_max = partition.time_min + 4'095;
    partition.runs.push_back({reader, summary.extents[i], 1});
    partitions.push_back(partition);
  }
  sources->partitions = partitions;
  const auto count = [&](std::vector<ScanPredicate> predicates) {
    const auto scan =
        make_table_scan(sources, {.columns = {kCount}, .predicates = std::move(predicates), .order = ScanOrder::kAny});
    scanned_rows(*scan, 1);
    return scan->counters();
  };
  const auto predicate = [](ColumnId column, Comparison comparison, Value value) {
    ScanPredicate result;
    result.column = column;
    result.comparison = comparison;
    result.constants = {std::move(value)};
    return result;
  };
  const auto time = [](int64_t value) { return Value::integer(TypeId::kTimestampTzNs, value); };

  ScanCounters counters = count({});
  EXPECT_EQ(counters.partitions_total, 2);
  EXPECT_EQ(counters.pages_total, 16);
  EXPECT_EQ(counters.pages_decoded, 16);
  EXPECT_EQ(counters.rows_out, 32'768);
  EXPECT_EQ(make_table_scan(sources, {})->exact_row_count(), 32'768);

  counters = count({predicate(kTime, Comparison::kLess, time(4'096))});
  EXPECT_EQ(counters.partitions_pruned, 1);
  EXPECT_EQ(counters.segments_pruned, 1);
  EXPECT_EQ(counters.rows_out, 16'384);

  counters = count({predicate(kHost, Comparison::kEqual, Value::text("host3")),
                    predicate(kTime, Comparison::kGreaterEqual, time(6'000)),
                    predicate(kTime, Comparison::kLess, time(6'010))});
  EXPECT_EQ(counters.partitions_pruned, 1);
  EXPECT_EQ(counters.pages_total, 8);
  EXPECT_EQ(counters.pages_pruned, 7);
  EXPECT_EQ(counters.rows_scanned, 10);
  EXPECT_EQ(counters.rows_out, 10);
  EXPECT_EQ(counters.pages_decoded, 2);  // time and the field

  counters = count({predicate(kHost, Comparison::kEqual, Value::text("nobody"))});
  EXPECT_EQ(counters.row_groups_pruned, counters.row_groups_total);
  EXPECT_EQ(counters.pages_decoded, 0);

  counters = count({predicate(kCount, Comparison::kGreater, Value::int64(6'500))});
  EXPECT_EQ(counters.pages_pruned, 12);  // by zone maps: only the last page of each host has such counts
  EXPECT_EQ(counters.rows_out, 4 * 1'691);

  counters = count({predicate(kCount, Comparison::kGreaterEqual, Value::int64(0))});
  EXPECT_EQ(counters.rows_out, 32'768);
  EXPECT_EQ(counters.pages_decoded, 16) << "zone maps say that all rows pass";
  EXPECT_EQ(counters.sources_merged, 0);
}

}  // namespace
}  // namespace tidemark
