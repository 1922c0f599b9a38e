#include "types/compare.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "base/error.h"
#include "case_file.h"
#include "types/array.h"
#include "types/canonical_key.h"
#include "types/json.h"
#include "types/numeric.h"
#include "types/record.h"

namespace tidemark {
namespace {

std::string key_of(const Value& value) {
  std::string key;
  append_key(key, value);
  return key;
}

uint64_t hash_of(const Value& value) {
  uint64_t hash = 0;
  hash_rows(Vector::constant(value, 1), std::span(&hash, 1), false);
  return hash;
}

/// Comparison, keys, hashes, sort keys and skipping tell the same.
void expect_consistent(const Value& a, const Value& b) {
  const std::weak_ordering order = a.is_null() || b.is_null() ? a.is_null() <=> b.is_null() : compare_values(a, b);
  const std::string a_key = key_of(a);
  const std::string b_key = key_of(b);
  const std::string text = (a.is_null() ? "NULL" : to_text(a)) + " and " + (b.is_null() ? "NULL" : to_text(b)) +
                           " of " + a.type().to_string();
  ASSERT_TRUE(order == (a_key <=> b_key)) << text;
  ASSERT_TRUE(order == compare_rows(Vector::constant(a, 3), 2, Vector::constant(b, 2), 1)) << text;
  if (order == 0) {
    ASSERT_EQ(hash_of(a), hash_of(b)) << text;
  }
  // In a key of several columns a column's bytes neither run into the next nor stop early.
  std::string longer = a_key + "\xff\x02";
  std::string_view rest = longer;
  skip_in_key(rest, a.type());
  ASSERT_EQ(rest, "\xff\x02") << text;
  if (key_keeps_original(a.type())) {
    rest = longer;
    ASSERT_EQ(take_from_key(rest, a.type()), a) << text;
    ASSERT_EQ(rest, "\xff\x02");
  }
  for (const bool descending : {false, true}) {
    for (const bool nulls_first : {false, true}) {
      std::vector<std::string> keys(2);
      append_sort_keys(std::span(keys).subspan(0, 1), Vector::constant(a, 1), {descending, nulls_first});
      append_sort_keys(std::span(keys).subspan(1, 1), Vector::constant(b, 1), {descending, nulls_first});
      const bool differ = a.is_null() != b.is_null();
      const bool before = differ ? a.is_null() == nulls_first : descending ? order > 0 : order < 0;
      ASSERT_EQ(keys[0] < keys[1], before) << text;
      ASSERT_EQ(keys[0] == keys[1], order == 0) << text;
    }
  }
}

TEST(Comparison, IsPostgresqlsForValuesKeysAndHashes) {
  for (const Case& c : read_cases("expression_order.txt")) {
    // cast('…' as TYPE) < cast('…' as TYPE)
    const std::vector<std::string> parts = split_at_quotes(c.fields[0]);
    ASSERT_EQ(parts.size(), 5U) << c.place;
    const size_t close = parts[4].rfind(')');
    const LogicalType type = parse_type(std::string_view(parts[4]).substr(4, close - 4));
    const bool is_less = parts[2].find(" < ") != std::string::npos;
    const Value a = parse_value(type, parts[1], c.options);
    const Value b = parse_value(type, parts[3], c.options);
    const auto order = compare_values(a, b);
    EXPECT_EQ(is_less ? order < 0 : order == 0, c.expected == "t") << c.place << ": " << c.fields[0];
    expect_consistent(a, b);
    expect_consistent(b, a);
  }
}

class RandomValues {
 public:
  explicit RandomValues(uint64_t seed) : random_(seed) {}

  Value next(LogicalType type) {
    if (random_() % 12 == 0) {
      return Value::null(type);
    }
    switch (type.physical()) {
      case PhysicalType::kBool:
        return Value::integer(type, pick(2));
      case PhysicalType::kInt16:
        return Value::integer(type, static_cast<int16_t>(number()));
      case PhysicalType::kInt32:
        return Value::integer(type, static_cast<int32_t>(number()));
      case PhysicalType::kInt64:
        return Value::integer(type, number());
      case PhysicalType::kUInt64:
        return Value::uint64(static_cast<uint64_t>(number()));
      case PhysicalType::kFloat32:
        return Value::float32(static_cast<float>(real()));
      case PhysicalType::kFloat64:
        return Value::float64(real());
      case PhysicalType::kInterval:
        return Value::interval({number() / 4, static_cast<int32_t>(pick(70)) - 35, static_cast<int32_t>(pick(5)) - 2});
      case PhysicalType::kUuid: {
        Uuid uuid;
        uuid.bytes[pick(16)] = static_cast<uint8_t>(pick(256));
        return Value::uuid(uuid);
      }
      case PhysicalType::kBytes:
        return Value::bytes(type, packed(type));
    }
    return {};
  }

 private:
  int64_t pick(int64_t count) { return static_cast<int64_t>(random_() % static_cast<uint64_t>(count)); }
  int64_t number() {
    switch (pick(4)) {
      case 0:
        return pick(5) - 2;
      case 1:
        return std::numeric_limits<int64_t>::min() + pick(3);
      case 2:
        return std::numeric_limits<int64_t>::max() - pick(3);
      default:
        return static_cast<int64_t>(random_());
    }
  }
  double real() {
    switch (pick(5)) {
      case 0:
        return pick(2) == 0 ? 0.0 : -0.0;
      case 1:
        return pick(2) == 0 ? std::nan("") : -std::nan("1");
      case 2:
        return pick(2) == 0 ? HUGE_VAL : -HUGE_VAL;
      default:
        return static_cast<double>(number()) / 1e6;
    }
  }
  std::string bytes() {
    std::string text;
    for (auto left = pick(5); left > 0; --left) {
      constexpr std::string_view kBytes("\0\1\2 a\xfe\xff", 7);
      text += kBytes[static_cast<size_t>(pick(7))];
    }
    return text;
  }
  std::string text() {
    std::string result;
    for (auto left = pick(4); left > 0; --left) {
      const std::string_view kCharacters[] = {" ", "a", "b", "ä", "\t"};
      result += kCharacters[pick(5)];
    }
    return result;
  }
  std::string decimal() {
    std::string digits = pick(2) == 0 ? "-" : "";
    digits += std::to_string(pick(3) == 0 ? pick(12) : number() & 0x7fffffffffffffff);
    for (auto left = pick(4) * 9; left > 0; --left) {
      digits += static_cast<char>('0' + (pick(2) == 0 ? 0 : pick(10)));
    }
    return digits + "e-" + std::to_string(pick(40));
  }
  std::string json(int depth) {
    switch (pick(depth > 2 ? 5 : 7)) {
      case 0:
        return "null";
      case 1:
        return pick(2) == 0 ? "true" : "false";
      case 2:
        return std::to_string(pick(3)) + (pick(2) == 0 ? ".0" : "");
      case 3:
      case 4: {
        std::string quoted;
        append_json_string(quoted, text());
        return quoted;
      }
      case 5: {
        std::string array = "[";
        for (auto left = pick(3); left > 0; --left) {
          array += json(depth + 1) + (left > 1 ? "," : "");
        }
        return array + "]";
      }
      default: {
        std::string object = "{";
        for (auto left = pick(3); left > 0; --left) {
          append_json_string(object, text());
          object += ":" + json(depth + 1) + (left > 1 ? "," : "");
        }
        return object + "}";
      }
    }
  }
  std::string packed(LogicalType type) {
    switch (type.id) {
      case TypeId::kNumeric:
        return pick(10) == 0 ? (pick(2) == 0 ? Numeric::nan() : Numeric::infinity(pick(2) == 0)).packed()
                             : Numeric::parse(decimal()).packed();
      case TypeId::kArray: {
        ArrayBuilder builder(type.element_type());
        for (auto left = pick(4); left > 0; --left) {
          builder.add(next(type.element_type()));
        }
        return builder.finish(static_cast<int32_t>(pick(2)));
      }
      case TypeId::kRecord: {
        const Value fields[] = {next(TypeId::kInt32), next(TypeId::kText),
                                next(LogicalType::array_of(TypeId::kNumeric))};
        return pack_record(fields);
      }
      case TypeId::kJsonb:
        return normalize_jsonb(json(0));
      case TypeId::kBytea:
        return bytes();
      case TypeId::kVarbit:
        return std::string(static_cast<size_t>(pick(3)), pick(2) == 0 ? '0' : '1');
      default:
        return text();
    }
  }

  std::mt19937_64 random_;
};

TEST(CanonicalKey, AgreesWithComparisonOverRandomValuesOfEachType) {
  const LogicalType kTypes[] = {TypeId::kBoolean,
                                TypeId::kInt16,
                                TypeId::kInt32,
                                TypeId::kInt64,
                                TypeId::kUInt64,
                                TypeId::kFloat32,
                                TypeId::kFloat64,
                                TypeId::kText,
                                TypeId::kBpchar,
                                TypeId::kBytea,
                                TypeId::kTimestamp,
                                TypeId::kInterval,
                                TypeId::kUuid,
                                TypeId::kDate,
                                TypeId::kTimestampTzNs,
                                TypeId::kNumeric,
                                TypeId::kJsonb,
                                TypeId::kVarbit,
                                TypeId::kRecord,
                                LogicalType::array_of(TypeId::kText),
                                LogicalType::array_of(TypeId::kInt32),
                                LogicalType::array_of(TypeId::kNumeric)};
  const uint64_t seed = 20240102;
  SCOPED_TRACE("seed " + std::to_string(seed));
  RandomValues values(seed);
  for (const LogicalType type : kTypes) {
    for (int round = 0; round < 1500 && !HasFatalFailure(); ++round) {
      expect_consistent(values.next(type), values.next(type));
    }
  }
}

TEST(PackedForms, ReadBackAndPrintAndSurviveTheWire) {
  RandomValues values(5);
  const LogicalType kTypes[] = {LogicalType::array_of(TypeId::kText),
                                LogicalType::array_of(TypeId::kInt32),
                                LogicalType::array_of(TypeId::kNumeric),
                                LogicalType::array_of(TypeId::kInterval),
                                TypeId::kJsonb,
                                TypeId::kNumeric};
  for (const LogicalType type : kTypes) {
    for (int round = 0; round < 300; ++round) {
      const Value value = values.next(type);
      if (value.is_null()) {
        continue;
      }
      EXPECT_EQ(parse_value(type, to_text(value), {}), value) << to_text(value);
      std::string wire;
      append_binary(wire, value);
      EXPECT_EQ(read_binary(type, wire), value) << to_text(value);
    }
  }
}

TEST(CanonicalKey, RefusesMalformedBytesOfAnyLength) {
  RandomValues values(9);
  const LogicalType kTypes[] = {TypeId::kText,  TypeId::kInt64, TypeId::kNumeric,
                                TypeId::kJsonb, TypeId::kUuid,  LogicalType::array_of(TypeId::kText),
                                TypeId::kRecord};
  for (const LogicalType type : kTypes) {
    for (int round = 0; round < 50; ++round) {
      const std::string key = key_of(values.next(type));
      for (size_t size = 0; size < key.size(); ++size) {
        std::string_view cut = std::string_view(key).substr(0, size);
        EXPECT_THROW(skip_in_key(cut, type), Error);
      }
    }
  }
}

TEST(Record, PrintsAsPostgresqlDoes) {
  const Value fields[] = {Value::int32(1),        Value::null(TypeId::kText), Value::text(""),    Value::text("a b"),
                          Value::text("q\"b\\s"), Value::boolean(true),       Value::text("x,y"), Value::text("(p)")};
  const Value record = Value::bytes(TypeId::kRecord, pack_record(fields));
  EXPECT_EQ(to_text(record), R"~((1,,"","a b","q""b\\s",t,"x,y","(p)"))~");
  EXPECT_EQ(unpack_record(record.as_bytes()), std::vector<Value>(std::begin(fields), std::end(fields)));
  EXPECT_THROW(unpack_record(std::string_view(record.as_bytes()).substr(0, 20)), Error);
}

}  // namespace
}  // namespace tidemark
