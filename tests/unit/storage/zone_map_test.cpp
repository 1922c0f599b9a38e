#include "storage/zone_map.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/scan.h"
#include "storage/scan_filter.h"
#include "types/value.h"

namespace tidemark {
namespace {

using Comparison = ScanPredicate::Comparison;

Vector random_values(Random& random, LogicalType type, size_t rows) {
  Vector values = Vector::flat(type, rows);
  const int64_t low = random.between(-20, 20);
  const int64_t span = random.between(0, 10);
  for (size_t row = 0; row < rows; ++row) {
    const int64_t number = random.between(low, low + span);
    switch (type.physical()) {
      case PhysicalType::kInt64:
        values.mutable_data<int64_t>()[row] = number;
        break;
      case PhysicalType::kUInt64:
        values.mutable_data<uint64_t>()[row] = static_cast<uint64_t>(number);  // wraps: values above 2^63
        break;
      case PhysicalType::kFloat64:
        values.mutable_data<double>()[row] = random.chance(0.05) ? std::nan("") : static_cast<double>(number) * -0.5;
        break;
      default:
        values.mutable_data<std::string_view>()[row] =
            values.heap().add(random.chance(0.3) ? std::string(40, 'm') + std::to_string(number)
                                                 : std::string(1, static_cast<char>('m' + number % 10)));
        break;
    }
    if (random.chance(0.1)) {
      values.set_null(row);
    }
  }
  return values;
}

TEST(ZoneMap, NeverContradictsTheRows) {
  Random random(1);
  const LogicalType types[] = {TypeId::kInt64, TypeId::kUInt64, TypeId::kFloat64, TypeId::kText};
  size_t pruned = 0;
  size_t sure = 0;
  for (int round = 0; round < 4'000; ++round) {
    const LogicalType type = types[random.below(4)];
    const Vector values = random_values(random, type, 1 + random.below(20));
    const ZoneMap zone = summarize(values, random.chance(0.5));
    ByteWriter out;
    write_zone_map(zone, zone_kind(type), out);
    ByteCursor cursor(out.view());
    const ZoneMap read = read_zone_map(cursor, zone_kind(type), zone.rows);
    ASSERT_TRUE(cursor.ok() && cursor.rest().empty());
    ScanPredicate predicate;
    predicate.comparison = static_cast<Comparison>(random.below(9));
    if (predicate.comparison < Comparison::kIsNull) {
      const size_t constants = predicate.comparison == Comparison::kIn ? 1 + random.below(3) : 1;
      while (predicate.constants.size() < constants) {
        const Vector other = random_values(random, type, 1);
        if (!other.is_null(0)) {
          predicate.constants.push_back(other.value(0));
        }
      }
    }
    std::vector<uint8_t> pass(values.size(), 1);
    apply_predicate(predicate, values, pass);
    const auto passing = std::ranges::count(pass, 1);
    const ZoneVerdict verdict = judge(read, type, predicate);
    ASSERT_TRUE(verdict != ZoneVerdict::kNone || passing == 0) << "round " << round;
    ASSERT_TRUE(verdict != ZoneVerdict::kAll || passing == static_cast<int64_t>(values.size())) << "round " << round;
    pruned += verdict == ZoneVerdict::kNone ? 1 : 0;
    sure += verdict == ZoneVerdict::kAll ? 1 : 0;
  }
  EXPECT_GT(pruned, 500);
  EXPECT_GT(sure, 100);
}

TEST(ZoneMap, SumsAndEndsSurviveTheRoundTrip) {
  Vector values = Vector::flat(TypeId::kInt64, 3);
  values.mutable_data<int64_t>()[0] = INT64_MIN;
  values.mutable_data<int64_t>()[1] = INT64_MIN;
  values.mutable_data<int64_t>()[2] = 5;
  values.set_null(2);
  ByteWriter out;
  write_zone_map(summarize(values, true), ZoneKind::kInteger, out);
  ByteCursor cursor(out.view());
  const ZoneMap zone = read_zone_map(cursor, ZoneKind::kInteger, 3);
  EXPECT_EQ(zone.nulls, 1);
  ASSERT_TRUE(zone.has_sum && zone.has_ends);
  EXPECT_TRUE(zone.integer_sum == 2 * static_cast<Int128>(INT64_MIN));
  EXPECT_EQ(zone.last_bits, INT64_MIN);
  EXPECT_EQ(zone.first_row, 0);
  EXPECT_EQ(zone.last_row, 1);
}

TEST(ZoneMap, FloatSumsOnlyPastTheExactOrderThreshold) {
  Vector values = Vector::flat(TypeId::kFloat64, 1'024);
  std::fill_n(values.mutable_data<double>(), 1'024, 0.5);
  EXPECT_FALSE(summarize(values, false).has_sum);
  Vector more = Vector::flat(TypeId::kFloat64, 1'025);
  std::fill_n(more.mutable_data<double>(), 1'025, 0.5);
  EXPECT_TRUE(summarize(more, false).has_sum);
  EXPECT_EQ(summarize(more, false).real_sum, 512.5);
}

}  // namespace
}  // namespace tidemark
