#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "base/random.h"
#include "call_helper.h"
#include "functions/overload_resolution.h"
#include "types/type_io.h"

namespace tidemark::testing {
namespace {

using enum TypeId;

/// One aggregate's state, with its clean-up.
class State {
 public:
  explicit State(const AggregateFunction& function)
      : function_(function), words_(function.state_bytes / sizeof(std::max_align_t) + 1) {
    function.initialize(bytes());
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (function_.destroy != nullptr) function_.destroy(bytes());
  }
  std::byte* bytes() { return reinterpret_cast<std::byte*>(words_.data()); }

 private:
  const AggregateFunction& function_;
  std::vector<std::max_align_t> words_;
};

/// Runs an aggregate over values by each of its entry points and checks that they agree.
Value aggregate(std::string_view name, LogicalType type, std::span<const Value> values,
                Flavour flavour = Flavour::kSql) {
  TestContext test;
  const LogicalType types[] = {type};
  const ResolvedAggregate resolved = resolve_aggregate(name, types, flavour);
  const AggregateFunction& function = *resolved.function;
  const Vector column[] = {flat_vector(type, values)};
  AggregateCall call{test.context, column, resolved.result};
  const auto result_of = [&](State& state) {
    Vector result;
    const std::vector<std::byte*> states = {state.bytes()};
    function.finalize(call, states, result);
    return result.value(0);
  };
  State whole(function);
  function.update_range(call, whole.bytes(), 0, values.size());
  const Value expected = result_of(whole);

  State pieces(function);
  for (size_t first = 0, step = 1; first < values.size(); first += step, step = step * 3 % 97 + 1) {
    function.update_range(call, pieces.bytes(), first, std::min(first + step, values.size()));
  }
  EXPECT_EQ(result_of(pieces), expected) << name << " in pieces";

  State rows(function);
  const std::vector<std::byte*> same(values.size(), rows.bytes());
  function.update_rows(call, same);
  EXPECT_EQ(result_of(rows), expected) << name << " by rows";

  State left(function);
  State right(function);
  function.update_range(call, left.bytes(), 0, values.size() / 2);
  function.update_range(call, right.bytes(), values.size() / 2, values.size());
  function.combine(call, left.bytes(), right.bytes());
  const Value combined = result_of(left);
  if (combined.is_null() ||
      (combined.type().physical() != PhysicalType::kFloat64 && combined.type().physical() != PhysicalType::kFloat32)) {
    EXPECT_EQ(combined, expected) << name << " combined";
  } else if (std::isfinite(expected.as_double())) {
    EXPECT_NEAR(combined.as_double(), expected.as_double(), 1e-9 * std::abs(expected.as_double()) + 1e-12) << name;
  }
  return expected;
}

std::vector<Value> random_values(LogicalType type, size_t count, uint64_t seed, double null_share) {
  Random random(seed);
  std::vector<Value> values;
  for (size_t i = 0; i < count; ++i) {
    if (random.chance(null_share)) {
      values.push_back(Value::null(type));
    } else if (type.physical() == PhysicalType::kFloat64) {
      values.push_back(Value::float64(random.uniform() * 1000 - 500));
    } else {
      values.push_back(Value::integer(type, random.between(-1000, 1000)));
    }
  }
  return values;
}

TEST(Aggregates, SumMinMaxCountAgreeWithTheNaiveModel) {
  for (const double null_share : {0.0, 0.01, 0.5, 1.0}) {
    for (const LogicalType type : {LogicalType(kInt16), LogicalType(kInt32)}) {
      const std::vector<Value> values = random_values(type, 3000, 7, null_share);
      int64_t sum = 0;
      int64_t count = 0;
      int64_t least = INT64_MAX;
      int64_t greatest = INT64_MIN;
      for (const Value& value : values) {
        if (value.is_null()) continue;
        sum += value.as_int64();
        ++count;
        least = std::min(least, value.as_int64());
        greatest = std::max(greatest, value.as_int64());
      }
      EXPECT_EQ(aggregate("count", type, values), Value::int64(count));
      EXPECT_EQ(aggregate("sum", type, values), count > 0 ? Value::int64(sum) : Value::null(kInt64));
      EXPECT_EQ(aggregate("min", type, values), count > 0 ? Value::integer(type, least) : Value::null(type));
      EXPECT_EQ(aggregate("max", type, values), count > 0 ? Value::integer(type, greatest) : Value::null(type));
    }
  }
}

TEST(Aggregates, FloatSumsAddInScanOrderUpTo1024ThenInLanes) {
  for (const double null_share : {0.0, 0.3}) {
    const std::vector<Value> values = random_values(kFloat64, 5000, 11, null_share);
    double head = 0;
    double lanes[4] = {};
    int64_t count = 0;
    for (const Value& value : values) {
      if (value.is_null()) continue;
      (count < 1024 ? head : lanes[count % 4]) += value.as_double();
      ++count;
    }
    EXPECT_EQ(aggregate("sum", kFloat64, values),
              Value::float64(head + ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3]))));
  }
}

TEST(Aggregates, NanIsTheGreatestFloat) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto of = [](std::string_view name, std::vector<double> numbers) {
    std::vector<Value> values;
    for (const double number : numbers) values.push_back(Value::float64(number));
    return aggregate(name, kFloat64, values);
  };
  EXPECT_EQ(of("min", {3, nan, 1}), Value::float64(1));
  EXPECT_TRUE(std::isnan(of("max", {3, nan, 1}).as_double()));
  EXPECT_TRUE(std::isnan(of("min", {nan, nan}).as_double()));
  EXPECT_EQ(of("min", {infinity, nan}), Value::float64(infinity));
  EXPECT_EQ(of("max", {-infinity}), Value::float64(-infinity));
  EXPECT_TRUE(of("max", {}).is_null());
}

TEST(Aggregates, FloatSumOverflowIsAnErrorUnlessInfinityWentIn) {
  const auto sum = [](std::vector<double> numbers) {
    std::vector<Value> values;
    for (const double number : numbers) values.push_back(Value::float64(number));
    return aggregate("sum", kFloat64, values);
  };
  EXPECT_EQ(error_of([&] { sum({1.7e308, 1.7e308}); }), "22003 value out of range: overflow");
  EXPECT_EQ(sum({std::numeric_limits<double>::infinity(), 1}), Value::float64(std::numeric_limits<double>::infinity()));
}

TEST(Aggregates, TextExtremes) {
  const std::vector<Value> values = {Value::text("pear"), Value::null(kText), Value::text("apple"),
                                     Value::text("quince")};
  EXPECT_EQ(aggregate("min", kText, values), Value::text("apple"));
  EXPECT_EQ(aggregate("max", kText, values), Value::text("quince"));
}

TEST(Aggregates, InfluxQlSumWrapsAndMeanIsFloat) {
  const std::vector<Value> values = {Value::int64(INT64_MAX), Value::int64(1)};
  EXPECT_EQ(aggregate("sum", kInt64, values, Flavour::kInfluxQl), Value::int64(INT64_MIN));
  EXPECT_EQ(aggregate("spread", kInt64, values, Flavour::kInfluxQl), Value::int64(INT64_MAX - 1));
  const std::vector<Value> small = {Value::int64(1), Value::int64(2)};
  EXPECT_EQ(aggregate("mean", kInt64, small, Flavour::kInfluxQl), Value::float64(1.5));
}

/// The answers are PostgreSQL 15's own (regenerate_cases.py).
TEST(Aggregates, AnswerAsPostgres) {
  const TypeIoOptions io;
  std::ifstream cases(TIDEMARK_CASES_FOLDER "/aggregates.txt");
  std::ifstream answers(TIDEMARK_CASES_FOLDER "/aggregates.answers");
  ASSERT_TRUE(cases.good() && answers.good());
  for (std::string line; std::getline(cases, line);) {
    std::string answer;
    std::getline(answers, answer);
    std::istringstream words(line);
    std::string name;
    std::string type_name;
    words >> name >> type_name;
    words.ignore(1);
    LogicalType type;
    ASSERT_TRUE(find_type(type_name, type)) << line;
    std::vector<Value> values;
    for (std::string text; std::getline(words, text, ',');) {
      values.push_back(text == "NULL" ? Value::null(type) : parse_value(type, text, io));
    }
    const Value result = aggregate(name, type, values);
    EXPECT_EQ(result.is_null() ? "<null>" : to_text(result, io), answer) << line;
  }
}

TEST(Aggregates, SpillAndComeBack) {
  TestContext test;
  const LogicalType types[] = {kNumeric};
  for (const std::string_view name : {"sum", "avg", "stddev", "array_agg"}) {
    const ResolvedAggregate resolved = resolve_aggregate(name, types);
    const TypeIoOptions io;
    const std::vector<Value> values = {parse_value(kNumeric, "1.5", io),
                                       parse_value(kNumeric, "12345678901234567890.25", io)};
    const Vector column[] = {flat_vector(kNumeric, values)};
    AggregateCall call{test.context, column, resolved.result};
    State state(*resolved.function);
    resolved.function->update_range(call, state.bytes(), 0, 2);
    std::string bytes;
    resolved.function->serialize(state.bytes(), bytes);
    std::vector<std::max_align_t> words(resolved.function->state_bytes / sizeof(std::max_align_t) + 1);
    auto* copy = reinterpret_cast<std::byte*>(words.data());
    std::string_view in = bytes;
    resolved.function->deserialize(in, copy);
    EXPECT_TRUE(in.empty());
    Vector result;
    const std::vector<std::byte*> states = {state.bytes(), copy};
    resolved.function->finalize(call, states, result);
    EXPECT_EQ(result.value(0), result.value(1)) << name;
    resolved.function->destroy(copy);
  }
}

}  // namespace
}  // namespace tidemark::testing
