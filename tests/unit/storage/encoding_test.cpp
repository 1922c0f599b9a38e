// Every encoding must give back what it was given, to the bit, for every shape of data; and must survive any damage to
// its bytes.

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "base/random.h"
#include "storage/column_page.h"
#include "storage/encodings/bit_packing.h"
#include "storage/encodings/float_encoding.h"
#include "storage/encodings/integer_encoding.h"
#include "storage/encodings/text_encoding.h"
#include "types/value.h"

namespace tidemark {
namespace {

struct IntegerCase {
  const char* name;
  std::function<std::vector<int64_t>(Random&)> make;
};

std::vector<int64_t> random_integers(Random& random, size_t count, int64_t low, int64_t high) {
  std::vector<int64_t> values(count);
  std::ranges::generate(values, [&] { return random.between(low, high); });
  return values;
}

std::vector<int64_t> walk(Random& random, size_t count, int64_t step) {
  std::vector<int64_t> values(count);
  int64_t value = 50;
  for (int64_t& out : values) {
    value = std::clamp<int64_t>(value + random.between(-step, step), 0, 100);
    out = value;
  }
  return values;
}

std::vector<int64_t> arithmetic(size_t count, int64_t first, int64_t step) {
  std::vector<int64_t> values(count);
  for (size_t i = 0; i < count; ++i) {
    values[i] = static_cast<int64_t>(static_cast<uint64_t>(first) + i * static_cast<uint64_t>(step));
  }
  return values;
}

std::vector<int64_t> with_outliers(Random& random, std::vector<int64_t> values) {
  for (size_t i = 0; i < values.size() / 50 + 1; ++i) {
    values[random.below(values.size())] = static_cast<int64_t>(random.next());
  }
  return values;
}

const std::vector<IntegerCase> kIntegerCases = {
    {"Empty", [](Random&) { return std::vector<int64_t>(); }},
    {"One", [](Random&) { return std::vector<int64_t>{-7}; }},
    {"Two", [](Random&) { return std::vector<int64_t>{INT64_MIN, INT64_MAX}; }},
    {"AllEqual", [](Random&) { return std::vector<int64_t>(2048, 42); }},
    {"AllMinimum", [](Random&) { return std::vector<int64_t>(100, INT64_MIN); }},
    {"Walk", [](Random& random) { return walk(random, 2048, 3); }},
    {"WalkWithResets", [](Random& random) { return with_outliers(random, walk(random, 2048, 3)); }},
    {"Regular", [](Random&) { return arithmetic(2048, 1'700'000'000'000'000'000, 10'000'000'000); }},
    {"RegularOverflowing", [](Random&) { return arithmetic(2048, INT64_MAX - 1000, 1'000'000'007); }},
    {"Jitter",
     [](Random& random) {
       auto values = arithmetic(2047, 1'700'000'000'000'000, 1'000'000);
       for (int64_t& value : values) {
         value += random.between(-500, 500);
       }
       return values;
     }},
    {"Bits", [](Random& random) { return random_integers(random, 2048, 0, 1); }},
    {"Bytes", [](Random& random) { return random_integers(random, 1999, -128, 127); }},
    {"Wide", [](Random& random) { return random_integers(random, 2048, -(int64_t{1} << 40), int64_t{1} << 40); }},
    {"Everything", [](Random& random) { return random_integers(random, 2048, INT64_MIN, INT64_MAX); }},
    {"Extremes",
     [](Random& random) {
       std::vector<int64_t> values(777);
       std::ranges::generate(values, [&] { return random.chance(0.5) ? INT64_MIN : INT64_MAX; });
       return values;
     }},
    {"Runs",
     [](Random& random) {
       std::vector<int64_t> values;
       while (values.size() < 2000) {
         values.insert(values.end(), 1 + random.below(300), random.between(-5, 5));
       }
       values.resize(2000);
       return values;
     }},
    {"MostlyEqual", [](Random& random) { return with_outliers(random, std::vector<int64_t>(2048, 9)); }},
};

class IntegerEncodingTest : public testing::TestWithParam<IntegerCase> {};

TEST_P(IntegerEncodingTest, GivesBackWhatItWasGiven) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    Random random(seed);
    const std::vector<int64_t> values = GetParam().make(random);
    size_t fast_bytes = SIZE_MAX;
    for (const PageGoal goal : {PageGoal::kFast, PageGoal::kSmall}) {
      ByteWriter chosen;
      encode_integers(values, chosen, goal);
      std::vector<int64_t> decoded(values.size());
      ASSERT_TRUE(decode_integers(chosen.view(), decoded));
      ASSERT_EQ(decoded, values) << "seed " << seed;
      EXPECT_LE(chosen.size(), values.size() * 8 + 1) << "no page grows";
      EXPECT_LE(chosen.size(), fast_bytes) << "a cold page is no larger";
      fast_bytes = chosen.size();
      if (const auto series = as_arithmetic_series(chosen.view())) {
        EXPECT_EQ(arithmetic(values.size(), series->first, series->step), values);
      }
    }
  }
}

TEST_P(IntegerEncodingTest, EachEncodingIsLossless) {
  Random random(11);
  const std::vector<int64_t> values = GetParam().make(random);
  if (values.size() < 2) {
    return;  // the chooser takes care of these
  }
  std::vector<int64_t> deltas(values.size());
  size_t run_count = 1;
  for (size_t i = 1; i < values.size(); ++i) {
    deltas[i] = static_cast<int64_t>(static_cast<uint64_t>(values[i]) - static_cast<uint64_t>(values[i - 1]));
    run_count += deltas[i] != 0 ? 1 : 0;
  }
  const IntegerProfile profile{.values = values,
                               .deltas = deltas,
                               .run_count = run_count,
                               .value_plan = plan_packing(values),
                               .delta_plan = plan_packing(std::span(deltas).subspan(1))};
  for (const IntegerEncoding* encoding : integer_encodings()) {
    if (encoding->estimate(profile) == SIZE_MAX && encoding != &kCompressedIntegerEncoding) {
      continue;
    }
    ByteWriter out;
    encoding->encode(profile, out);
    std::vector<int64_t> decoded(values.size());
    ASSERT_TRUE(encoding->decode(out.view(), decoded)) << encoding->name;
    EXPECT_EQ(decoded, values) << encoding->name;
  }
}

/// Cuts, flips and noise: decoding says false or gives some values, and touches nothing outside (the asan build sees).
TEST_P(IntegerEncodingTest, SurvivesDamage) {
  Random random(3);
  const std::vector<int64_t> values = GetParam().make(random);
  ByteWriter fast;
  encode_integers(values, fast);
  ByteWriter small;
  encode_integers(values, small, PageGoal::kSmall);
  std::vector<int64_t> decoded(values.size());
  for (int round = 0; round < 1000; ++round) {
    std::string bytes(round % 2 == 0 ? fast.view() : small.view());
    const uint64_t kind = random.below(3);
    if (kind == 0) {
      bytes.resize(random.below(bytes.size() + 1));
    } else {
      for (uint64_t i = 0; i <= random.below(3); ++i) {
        const size_t place = kind == 1 ? random.below(bytes.size()) : random.below(std::min<size_t>(bytes.size(), 16));
        bytes[place] = static_cast<char>(random.next());
      }
    }
    const std::vector<char> exact(bytes.begin(), bytes.end());  // so that a read past the end is seen
    static_cast<void>(decode_integers({exact.data(), exact.size()}, decoded));
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, IntegerEncodingTest, testing::ValuesIn(kIntegerCases),
                         [](const auto& shape) { return std::string(shape.param.name); });

TEST(IntegerEncoding, RegularTimesAreTwoNumbers) {
  ByteWriter out;
  encode_integers(arithmetic(2048, 1'700'000'000'000'000'000, 10'000'000'000), out);
  EXPECT_LE(out.size(), 20);
  const auto series = as_arithmetic_series(out.view());
  ASSERT_TRUE(series.has_value());
  EXPECT_EQ(series->first, 1'700'000'000'000'000'000);
  EXPECT_EQ(series->step, 10'000'000'000);
}

TEST(IntegerEncoding, SmallWalksTakeThreeBitsAValue) {
  Random random(5);
  ByteWriter out;
  encode_integers(walk(random, 2048, 3), out);
  EXPECT_LE(out.size(), 2048 * 0.4);
}

TEST(BitPacking, AllWidthsAndCounts) {
  Random random(1);
  for (unsigned width = 0; width <= 64; ++width) {
    for (const size_t count : {0, 1, 7, 511, 512, 513, 2047, 2048}) {
      std::vector<uint64_t> numbers(count);
      for (uint64_t& number : numbers) {
        number = width == 0 ? 0 : random.next() >> (64 - width);
      }
      std::string packed;
      pack_bits(numbers.data(), count, width, packed);
      ASSERT_EQ(packed.size(), packed_bytes(count, width));
      std::vector<int64_t> unpacked(count);
      unpack_add(packed.data(), count, width, 5, unpacked.data());
      std::vector<int64_t> sums(count);
      unpack_running_sum(packed.data(), count, width, 7, 3, sums.data());
      uint64_t sum = 7;
      for (size_t i = 0; i < count; ++i) {
        sum += numbers[i] + 3;
        ASSERT_EQ(static_cast<uint64_t>(unpacked[i]), numbers[i] + 5) << width << " " << count << " " << i;
        ASSERT_EQ(static_cast<uint64_t>(sums[i]), sum) << width << " " << count << " " << i;
      }
    }
  }
}

struct FloatCase {
  const char* name;
  std::function<std::vector<double>(Random&)> make;
};

std::vector<double> doubles(size_t count, const std::function<double()>& next) {
  std::vector<double> values(count);
  std::ranges::generate(values, next);
  return values;
}

const double kSpecials[] = {0.0,
                            -0.0,
                            std::numeric_limits<double>::infinity(),
                            -std::numeric_limits<double>::infinity(),
                            std::bit_cast<double>(uint64_t{0x7ff8'0000'0000'0001}),
                            std::bit_cast<double>(uint64_t{0x7ff0'0000'0000'0001}),
                            std::bit_cast<double>(uint64_t{0xffff'ffff'ffff'ffff}),
                            std::numeric_limits<double>::denorm_min(),
                            std::numeric_limits<double>::max(),
                            std::numeric_limits<double>::lowest(),
                            0.1,
                            1e300,
                            9007199254740993.0};

const std::vector<FloatCase> kFloatCases = {
    {"Empty", [](Random&) { return std::vector<double>(); }},
    {"OneNan", [](Random&) { return std::vector<double>{kSpecials[4]}; }},
    {"NegativeZeros", [](Random&) { return std::vector<double>(300, -0.0); }},
    {"Integers", [](Random& random) { return doubles(2048, [&] { return std::floor(random.uniform() * 100); }); }},
    {"Decimals",
     [](Random& random) { return doubles(2048, [&] { return std::round(random.uniform() * 1e5) / 100; }); }},
    {"ManyDecimals",
     [](Random& random) { return doubles(2048, [&] { return std::round(random.uniform() * 1e12) / 1e9; }); }},
    {"TrueReals", [](Random& random) { return doubles(2000, [&] { return std::sin(random.uniform()); }); }},
    {"SlowReals",
     [](Random& random) {
       double value = 1000;
       return doubles(2000, [&] { return random.chance(0.9) ? value : value += random.uniform(); });
     }},
    {"AllBits", [](Random& random) { return doubles(2048, [&] { return std::bit_cast<double>(random.next()); }); }},
    {"Specials",
     [](Random& random) { return doubles(999, [&] { return kSpecials[random.below(std::size(kSpecials))]; }); }},
    {"DecimalsWithSpecials",
     [](Random& random) {
       return doubles(2048, [&] {
         return random.chance(0.05) ? kSpecials[random.below(std::size(kSpecials))]
                                    : std::round(random.uniform() * 1000) / 10;
       });
     }},
};

class FloatEncodingTest : public testing::TestWithParam<FloatCase> {};

template <class Float>
std::string bytes_of(const std::vector<Float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(Float)};
}

template <class Float>
void expect_lossless(const std::vector<Float>& values, std::span<const FloatEncoding<Float>* const> encodings) {
  ByteWriter out;
  encode_floats(std::span<const Float>(values), out);
  EXPECT_LE(out.size(), values.size() * sizeof(Float) + 1);
  std::vector<Float> decoded(values.size());
  ASSERT_TRUE(decode_floats(out.view(), std::span(decoded)));
  EXPECT_EQ(bytes_of(decoded), bytes_of(values));
  for (const FloatEncoding<Float>* encoding : encodings) {
    ByteWriter one;
    if (!values.empty() && encoding->encode(values, PageGoal::kFast, one)) {
      std::ranges::fill(decoded, Float{});
      ASSERT_TRUE(encoding->decode(one.view(), decoded)) << encoding->name;
      EXPECT_EQ(bytes_of(decoded), bytes_of(values)) << encoding->name;
    }
  }
}

TEST_P(FloatEncodingTest, GivesBackEveryBit) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    Random random(seed);
    const std::vector<double> values = GetParam().make(random);
    expect_lossless<double>(values, float_encodings());
    std::vector<float> singles;
    for (const double value : values) {
      singles.push_back(static_cast<float>(value));
    }
    if (std::string_view(GetParam().name) == "AllBits") {
      for (float& single : singles) {
        const auto bits = static_cast<uint32_t>(random.next());
        std::memcpy(&single, &bits, sizeof(bits));
      }
    }
    expect_lossless<float>(singles, single_float_encodings());
  }
}

TEST_P(FloatEncodingTest, SurvivesDamage) {
  Random random(9);
  const std::vector<double> values = GetParam().make(random);
  ByteWriter out;
  encode_floats(std::span<const double>(values), out);
  std::vector<double> decoded(values.size());
  for (int round = 0; round < 300; ++round) {
    std::vector<char> bytes(out.view().begin(), out.view().end());
    if (random.chance(0.3)) {
      bytes.resize(random.below(bytes.size() + 1));
    } else {
      bytes[random.below(std::min<size_t>(bytes.size(), 40))] = static_cast<char>(random.next());
    }
    static_cast<void>(decode_floats({bytes.data(), bytes.size()}, std::span(decoded)));
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, FloatEncodingTest, testing::ValuesIn(kFloatCases),
                         [](const auto& shape) { return std::string(shape.param.name); });

TEST(FloatEncoding, DecimalsAreStoredAsSmallIntegers) {
  Random random(2);
  double value = 50;
  const auto values = doubles(2048, [&] {
    value += static_cast<double>(random.between(-3, 3));
    return value / 4;  // two decimals
  });
  ByteWriter out;
  encode_floats(std::span<const double>(values), out);
  EXPECT_LE(out.size(), 2048 * 1.5);
}

TEST(TextEncoding, GivesBackWhatItWasGivenAndSurvivesDamage) {
  Random random(4);
  for (int round = 0; round < 40; ++round) {
    std::vector<std::string> texts(random.below(300));
    for (std::string& text : texts) {
      text.resize(random.below(random.chance(0.1) ? 3000 : 20));
      std::ranges::generate(text, [&] { return static_cast<char>(random.below(round % 2 == 0 ? 4 : 256)); });
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    ByteWriter out;
    encode_texts(views, PageGoal::kFast, out);
    const size_t bytes = decoded_text_bytes(out.view(), views.size());
    ASSERT_NE(bytes, SIZE_MAX);
    std::vector<char> memory(bytes);
    std::vector<std::string_view> decoded(views.size());
    ASSERT_TRUE(decode_texts(out.view(), memory.data(), decoded));
    EXPECT_EQ(decoded, views);
    for (int damage = 0; damage < 50; ++damage) {
      std::vector<char> damaged(out.view().begin(), out.view().end());
      damaged[random.below(damaged.size())] = static_cast<char>(random.next());
      const std::string_view view(damaged.data(), damaged.size());
      const size_t size = decoded_text_bytes(view, views.size());
      if (size != SIZE_MAX) {
        ASSERT_LE(size, (uint64_t{1} << 17) * (damaged.size() + 1));
        std::vector<char> target(size);
        static_cast<void>(decode_texts(view, target.data(), decoded));
      }
    }
  }
}

TEST(ColumnPage, KeepsNullsUnsetCellsAndEveryType) {
  Random random(6);
  const std::vector<LogicalType> types = {TypeId::kBoolean, TypeId::kInt16,   TypeId::kInt32,   TypeId::kInt64,
                                          TypeId::kUInt64,  TypeId::kFloat32, TypeId::kFloat64, TypeId::kInterval,
                                          TypeId::kUuid,    TypeId::kText,    TypeId::kDate,    TypeId::kTimestampTzNs};
  for (const LogicalType type : types) {
    for (const size_t rows : {1, 63, 64, 2047, 2048}) {
      for (const double null_chance : {0.0, 0.3, 1.0}) {
        Vector values = Vector::flat(type, rows);
        Validity set = Validity::filled(rows, true);
        for (size_t row = 0; row < rows; ++row) {
          const size_t width = physical_width(type.physical());
          if (type.physical() == PhysicalType::kBytes) {
            values.mutable_data<std::string_view>()[row] =
                values.heap().add("text " + std::to_string(random.below(50)));
          } else {
            const uint64_t bits[2] = {random.below(type.id == TypeId::kBoolean ? 2 : 1000), random.next()};
            std::memcpy(values.mutable_data<char>() + row * width, bits, width);
          }
          if (random.chance(null_chance)) {
            values.set_null(row);
          }
          if (random.chance(null_chance / 2)) {
            set.set_null(row);
          }
        }
        ByteWriter out;
        encode_page(values, &set, random.chance(0.5) ? PageGoal::kFast : PageGoal::kSmall, out);
        Vector decoded;
        Validity decoded_set;
        ASSERT_TRUE(decode_page(out.view(), type, rows, decoded, decoded_set)) << type.to_string();
        for (size_t row = 0; row < rows; ++row) {
          ASSERT_EQ(decoded.value(row), values.value(row)) << type.to_string() << " row " << row;
          ASSERT_EQ(decoded_set.is_valid(row), set.is_valid(row));
        }
      }
    }
  }
}

}  // namespace
}  // namespace tidemark
