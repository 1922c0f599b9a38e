#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/faulty_file_system.h"
#include "base/io_error.h"
#include "storage/segment_format.h"
#include "storage/segment_reader.h"
#include "storage/segment_writer.h"
#include "storage/store.h"
#include "storage_model.h"
#include "tests/sanitized.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

using namespace testing_model;

std::vector<ColumnId> stored_columns(const TableLayout& layout) {
  std::vector<ColumnId> columns;
  for (const TableLayout::Column& column : layout.columns) {
    columns.push_back(column.id);
  }
  return columns;
}

/// Every version of every extent, boxed. A set flag counts for merges only.
Versions read_all(const SegmentReader& reader, const SegmentSummary& summary, const TableLayout& layout) {
  Versions versions;
  const std::vector<ColumnId> columns = stored_columns(layout);
  for (const SegmentExtent& extent : summary.extents) {
    const auto source = reader.open(extent, layout, {.range = {}, .columns = columns, .series_filter = {}});
    VersionChunk chunk;
    while (source->next(chunk)) {
      size_t run = 0;
      for (size_t row = 0; row < chunk.size; ++row) {
        while (chunk.runs[run].end <= row) {
          ++run;
        }
        Version version;
        version.operation =
            static_cast<RowOperation>(chunk.operations.data<uint8_t>()[chunk.operations.is_constant() ? 0 : row]);
        for (size_t column = 0; column < columns.size(); ++column) {
          version.values.push_back(chunk.columns[column].value(row));
          version.set.push_back(chunk.set[column].is_valid(row));
        }
        versions[{std::string(chunk.runs[run].series), chunk.order.data<int64_t>()[row]}] = std::move(version);
      }
    }
  }
  return versions;
}

void expect_same(const Versions& left, const Versions& right) {
  ASSERT_EQ(left.size(), right.size());
  for (auto a = left.begin(), b = right.begin(); a != left.end(); ++a, ++b) {
    ASSERT_EQ(a->first, b->first);
    ASSERT_EQ(a->second.operation, b->second.operation);
    ASSERT_EQ(a->second.values, b->second.values);
    if (a->second.operation == RowOperation::kMerge) {
      ASSERT_EQ(a->second.set, b->second.set);
    }
  }
}

TEST(Segment, GivesBackEveryVersion) {
  const TableLayout layout(series_table());
  for (uint64_t seed = 1; seed <= unless_sanitized<uint64_t>(12, 4); ++seed) {
    Random random(seed);
    FaultyFileSystem files;
    PageCache cache(1 << 20);
    const Versions versions =
        random_versions(random, layout, seed == 1 ? 0 : 1 + random.below(9'000), 5'000, seed % 2 == 0);
    const SegmentSummary summary = write_segment(files, "s", 7, layout, versions, 1'000, 2'048);
    const SegmentReader reader(files, "s", 7, cache);
    expect_same(read_all(reader, summary, layout), versions);
    uint64_t rows = 0;
    for (const SegmentExtent& extent : summary.extents) {
      rows += extent.rows;
    }
    EXPECT_EQ(rows, versions.size());
    EXPECT_EQ(summary.file_bytes, files.file_size("s"));
  }
}

TEST(Segment, IsAFunctionOfRowsAndFileId) {
  const TableLayout layout(series_table());
  FaultyFileSystem files;
  Random random(8);
  const Versions versions = random_versions(random, layout, 5'000, 5'000, false);
  write_segment(files, "a", 7, layout, versions, 1'000, 2'048);
  write_segment(files, "b", 7, layout, versions, 1'000, 2'048);
  write_segment(files, "c", 8, layout, versions, 1'000, 2'048);
  EXPECT_EQ(read_file(files, "a"), read_file(files, "b"));
  EXPECT_NE(read_file(files, "a"), read_file(files, "c")) << "checksums are keyed by the file";
  EXPECT_EQ(files.file_size("a"), files.file_size("c"));
}

TEST(Segment, ConstructingAReaderTouchesNoDisk) {
  FaultyFileSystem files;
  PageCache cache(1 << 20);
  const SegmentReader reader(files, "not there", 1, cache);
  EXPECT_THROW(static_cast<void>(reader.open_file()), IoError);
}

TEST(Segment, IsReadUnderALayoutThatGrewSince) {
  TableEntry entry = series_table();
  const TableLayout old_layout(entry);
  FaultyFileSystem files;
  PageCache cache(1 << 20);
  Random random(5);
  const Versions versions = random_versions(random, old_layout, 3'000, 5'000, true);
  const SegmentSummary summary = write_segment(files, "s", 7, old_layout, versions, 10'000, 2'048);

  // A new tag before time, a new field, a dropped one, and a widened one.
  ColumnEntry tag;
  tag.id = 8;
  tag.name = "region";
  tag.type = TypeId::kText;
  ColumnEntry field = tag;
  field.id = 9;
  field.name = "more";
  entry.columns.push_back(tag);
  entry.columns.push_back(field);
  entry.key->columns = {kHost, kSlot, 8, kTime};
  std::erase_if(entry.columns, [](const ColumnEntry& column) { return column.id == kNote; });
  std::ranges::find(entry.columns, kCount, &ColumnEntry::id)->type = TypeId::kFloat64;
  const TableLayout layout(entry);
  const SegmentReader reader(files, "s", 7, cache);
  const Versions read = read_all(reader, summary, layout);
  ASSERT_EQ(read.size(), versions.size());
  std::vector<std::string> keys;
  auto old = versions.begin();
  for (const auto& [key, version] : read) {
    EXPECT_EQ(key.first, old->first.first + '\x02');
    EXPECT_EQ(version.values.size(), 4);
    if (!old->second.values[0].is_null()) {
      EXPECT_EQ(version.values[0], Value::float64(static_cast<double>(old->second.values[0].as_int64())));
    }
    EXPECT_TRUE(version.values[3].is_null());
    EXPECT_FALSE(version.set[3]) << "the file does not know the column: unset";
    keys.push_back(key.first);
    ++old;
  }
  // Points are found by their widened keys.
  std::vector<RowKey> wanted;
  size_t i = 0;
  for (const auto& [key, version] : read) {
    if (i++ % 100 == 0) {
      wanted.push_back({key.first, key.second});
    }
  }
  const auto source = reader.look_up(summary.extents[0], layout, wanted, {});
  VersionChunk chunk;
  size_t found = 0;
  while (source->next(chunk)) {
    found += chunk.size;
  }
  EXPECT_EQ(found, wanted.size());
}

TEST(Segment, ManySeriesHaveABloomFilterAndSeveralSeriesBlocks) {
  TableEntry entry = series_table();
  const TableLayout layout(entry);
  FaultyFileSystem files;
  PageCache cache(1 << 24);
  Versions versions;
  for (int i = 0; i < 20'000; ++i) {
    versions[{series_of("a rather long name of a host, number " + std::to_string(i), i), 0}] = {
        .operation = RowOperation::kPut,
        .values = {Value::int64(i), Value::float64(i), Value::text("x"), Value::boolean(true)},
        .set = {true, true, true, true}};
  }
  const SegmentSummary summary = write_segment(files, "s", 7, layout, versions, 10'000, 65'536);
  const SegmentReader reader(files, "s", 7, cache);
  expect_same(read_all(reader, summary, layout), versions);
  std::vector<std::string> names;
  for (int i = 0; i < 40'000; i += 37) {
    names.push_back(series_of("a rather long name of a host, number " + std::to_string(i), i));
  }
  std::ranges::sort(names);
  std::vector<RowKey> wanted;
  for (const std::string& name : names) {
    wanted.push_back({name, 0});
  }
  const auto source = reader.look_up(summary.extents[0], layout, wanted, std::vector<ColumnId>{kCount});
  VersionChunk chunk;
  size_t found = 0;
  while (source->next(chunk)) {
    found += chunk.size;
  }
  EXPECT_EQ(found, (20'000 + 36) / 37);
}

/// Flips bytes everywhere: either the flip is reported as XX001, or nothing that is read changes. Never a crash.
TEST(Segment, EveryFlippedByteIsFoundOrHarmless) {
  const TableLayout layout(series_table());
  Random random(17);
  const Versions versions = random_versions(random, layout, 6'000, 5'000, false);
  FaultyFileSystem files;
  const SegmentSummary summary = write_segment(files, "s", 7, layout, versions, 2'500, 2'048);
  const std::string original = read_file(files, "s");
  size_t found = 0;
  size_t tried = 0;
  const auto try_flip = [&](size_t offset) {
    std::string damaged = original;
    damaged[offset] = static_cast<char>(damaged[offset] ^ static_cast<char>(1U << random.below(8)));
    replace_file_durably(files, "d", damaged);
    PageCache cache(0);
    ++tried;
    try {
      const SegmentReader reader(files, "d", 7, cache);
      expect_same(read_all(reader, summary, layout), versions);
    } catch (const Error& error) {
      ASSERT_TRUE(error.sqlstate() == sqlstate::kDataCorrupted) << error.message();
      EXPECT_NE(error.message().find("\"d\""), std::string::npos);
      EXPECT_NE(error.message().find("offset"), std::string::npos);
      ++found;
    }
    std::vector<CheckFinding> findings;
    check_segment(files, "d", 7, findings);
    EXPECT_FALSE(findings.empty()) << "check must find a flip at " << offset;
  };
  for (size_t offset = 0; offset < kSegmentHeaderBytes; ++offset) {
    try_flip(offset);
  }
  for (size_t offset = original.size() - kSegmentTrailerBytes; offset < original.size(); ++offset) {
    try_flip(offset);
  }
  for (int i = 0; i < unless_sanitized(150, 30); ++i) {
    try_flip(random.below(original.size()));
  }
  EXPECT_GT(found, tried / 2);
}

TEST(Segment, ACutFileOrAnotherFilesBlocksAreRefused) {
  const TableLayout layout(series_table());
  Random random(3);
  FaultyFileSystem files;
  PageCache cache(0);
  write_segment(files, "s", 7, layout, random_versions(random, layout, 500, 5'000, true), 10'000, 2'048);
  const std::string original = read_file(files, "s");
  for (const size_t size : {size_t{0}, size_t{10}, size_t{40}, original.size() / 2, original.size() - 1}) {
    replace_file_durably(files, "cut", original.substr(0, size));
    const SegmentReader reader(files, "cut", 7, cache);
    EXPECT_THROW(static_cast<void>(reader.open_file()), Error);
  }
  const SegmentReader other(files, "s", 8, cache);
  EXPECT_THROW(static_cast<void>(other.open_file()), Error) << "the file is number 7";
}

}  // namespace
}  // namespace tidemark
