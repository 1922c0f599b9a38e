#include "storage/write_set_codec.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.h"
#include "base/random.h"
#include "tests/unit/storage/table_fixture.h"
#include "types/value.h"

namespace tidemark::testing_storage {
namespace {

void expect_same(const RowBatch& left, const RowBatch& right) {
  EXPECT_EQ(left.table, right.table);
  EXPECT_EQ(left.operation, right.operation);
  EXPECT_EQ(left.expect_absent, right.expect_absent);
  EXPECT_EQ(left.series, right.series);
  EXPECT_EQ(left.row_series, right.row_series);
  EXPECT_EQ(left.order, right.order);
  ASSERT_EQ(left.columns.size(), right.columns.size());
  for (size_t i = 0; i < left.columns.size(); ++i) {
    EXPECT_EQ(left.columns[i].id, right.columns[i].id);
    EXPECT_EQ(left.columns[i].values.type(), right.columns[i].values.type());
    for (size_t row = 0; row < left.size(); ++row) {
      EXPECT_EQ(left.columns[i].values.value(row), right.columns[i].values.value(row)) << i << " row " << row;
      EXPECT_EQ(left.columns[i].set.is_valid(row), right.columns[i].set.is_valid(row)) << i << " row " << row;
    }
  }
}

RowBatch batch_with(std::vector<Vector> columns, size_t rows) {
  RowBatch batch;
  batch.table = 7;
  batch.series = {"a", "", std::string("b\0c", 3)};
  for (size_t row = 0; row < rows; ++row) {
    batch.row_series.push_back(static_cast<uint32_t>(row % 3));
    batch.order.push_back(static_cast<int64_t>(row) * 10'000'000'000 - 5);
  }
  ColumnId id = 1;
  for (Vector& column : columns) {
    batch.columns.push_back({id++, std::move(column), {}});
  }
  return batch;
}

Vector int64s(LogicalType type, const std::vector<int64_t>& values) {
  Vector vector = Vector::flat(type, values.size());
  std::copy(values.begin(), values.end(), vector.mutable_data<int64_t>());
  return vector;
}

Vector doubles(const std::vector<double>& values) {
  Vector vector = Vector::flat(TypeId::kFloat64, values.size());
  std::copy(values.begin(), values.end(), vector.mutable_data<double>());
  return vector;
}

RowBatch round_trip(const RowBatch& batch) {
  const EncodedWriteSet encoded = encode_write_set(one_change(batch));
  return decode_write_set(encoded.bytes).changes.at(0).batch;
}

TEST(WriteSetCodec, ExtremeNumbersComeBack) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const double nan = std::nan("");
  const RowBatch batch =
      batch_with({int64s(TypeId::kInt64, {kMin, kMax, 0, -1}), int64s(TypeId::kTimestampTzNs, {kMin, kMax, kMin, 7}),
                  int64s(TypeId::kTimestampTz, {10'000'000, 30'000'000, 10'000'000, 20'000'000}),
                  doubles({-0.0, nan, 1e300, std::numeric_limits<double>::infinity()}), doubles({1, 2, -3, 0}),
                  doubles({0.1, 1e18, 9e15, -9e15})},
                 4);
  expect_same(batch, round_trip(batch));
  EXPECT_TRUE(std::signbit(round_trip(batch).columns[3].values.data<double>()[0]));
}

TEST(WriteSetCodec, EveryFormOfVectorComesBack) {
  auto entries = std::make_shared<Vector>(Vector::flat(TypeId::kText, 2));
  entries->mutable_data<std::string_view>()[0] = entries->heap().add("entry");
  entries->set_null(1);
  Vector nulls = int64s(TypeId::kInt64, {1, 2, 3, 4, 5});
  nulls.set_null(3);
  const RowBatch batch =
      batch_with({Vector::dictionary(entries, {0, 1, 0, 0, 1}), Vector::run(entries, {2, 5}),
                  Vector::constant(Value::text("same"), 5), Vector::null_constant(TypeId::kFloat64, 5), nulls},
                 5);
  expect_same(batch, round_trip(batch));
}

TEST(WriteSetCodec, LongTextsAreCompressedAndComeBack) {
  Vector texts = Vector::flat(TypeId::kText, 1000);
  for (size_t row = 0; row < 1000; ++row) {
    texts.mutable_data<std::string_view>()[row] =
        texts.heap().add("a log line of which only the number differs: " + std::to_string(row));
  }
  const RowBatch batch = batch_with({texts}, 1000);
  expect_same(batch, round_trip(batch));
  EXPECT_LT(encode_write_set(one_change(batch)).bytes.size(), 30'000u);
}

TEST(WriteSetCodec, MergesKeepWhatIsUnset) {
  const RowBatch batch = make_batch(make_table(1, "t", TableKind::kSeries), RowOperation::kMerge,
                                    {{"a", 1, 1, {}, {}}, {"b", 2, {}, 0.5, "x"}, {"a", 3, {}, {}, {}}});
  expect_same(batch, round_trip(batch));
}

TEST(WriteSetCodec, AMetricRowTakesAByteAField) {
  std::vector<Vector> fields;
  Random random(1);
  for (int field = 0; field < 10; ++field) {
    std::vector<int64_t> values(5000);
    for (int64_t& value : values) {
      value = random.between(0, 100);
    }
    fields.push_back(int64s(TypeId::kInt64, values));
  }
  const RowBatch batch = batch_with(std::move(fields), 5000);
  EXPECT_LT(encode_write_set(one_change(batch)).bytes.size(), 5000u * 14);
}

TEST(WriteSetCodec, EmptyBatchesAndTombstonesComeBack) {
  WriteSet writes = one_tombstone({5, std::string("p\0q", 3), INT64_MIN, 9});
  writes.changes.emplace_back().batch = batch_with({int64s(TypeId::kInt64, {})}, 0);
  const WriteSet again = decode_write_set(encode_write_set(writes).bytes);
  ASSERT_EQ(again.changes.size(), 2u);
  EXPECT_TRUE(again.changes[0].is_tombstone);
  EXPECT_EQ(again.changes[0].tombstone.series_prefix, writes.changes[0].tombstone.series_prefix);
  EXPECT_EQ(again.changes[0].tombstone.to, 9);
  EXPECT_EQ(again.changes[1].batch.size(), 0u);
}

TEST(WriteSetCodec, DamagedBytesAreAnErrorAndNeverACrash) {
  const RowBatch batch = make_batch(make_table(1, "t", TableKind::kSeries), RowOperation::kMerge,
                                    {{"a", 1, 1, {}, {}}, {"b", 2, {}, 0.5, "x"}, {"a", 300, {}, {}, "y"}});
  const std::string bytes = encode_write_set(one_change(batch)).bytes;
  for (size_t length = 0; length < bytes.size(); ++length) {
    EXPECT_THROW(static_cast<void>(decode_write_set(std::string_view(bytes).substr(0, length))), Error) << length;
  }
  Random random(3);
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = bytes;
    damaged[random.below(damaged.size())] = static_cast<char>(random.next());
    try {
      static_cast<void>(decode_write_set(damaged));
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), sqlstate::kDataCorrupted);
    }
  }
}

}  // namespace
}  // namespace tidemark::testing_storage
