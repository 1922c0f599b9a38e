#include "functions/evaluator.h"

#include <gtest/gtest.h>

#include <limits>

#include "call_helper.h"

namespace tidemark::testing {
namespace {

using enum TypeId;

Value int4(int32_t value) { return Value::int32(value); }
const Value kNullInt4 = Value::null(kInt32);

DataChunk chunk_of(std::vector<Vector> columns) {
  DataChunk chunk;
  chunk.size = columns.front().size();
  chunk.columns = std::move(columns);
  return chunk;
}

std::vector<Value> values_of(const Vector& vector) {
  std::vector<Value> values;
  for (size_t row = 0; row < vector.size(); ++row) values.push_back(vector.value(row));
  return values;
}

TEST(Evaluator, AddsInEveryVectorFormAndKeepsNulls) {
  TestContext test;
  Evaluator evaluator(test.context);
  const std::vector<Value> numbers = {int4(1), int4(1), kNullInt4, int4(3), int4(3), int4(-7)};
  const std::vector<Value> expected = {int4(11), int4(11), kNullInt4, int4(13), int4(13), int4(3)};
  const ExpressionPtr sum = operation("+", list(input(0, kInt32), constant(int4(10))));
  for (const Vector& form : all_forms(kInt32, numbers)) {
    const Vector result = evaluator.evaluate(*sum, chunk_of({form}));
    EXPECT_EQ(values_of(result), expected);
    if (form.form() == VectorForm::kRun) {
      EXPECT_EQ(result.form(), VectorForm::kRun);
    }
  }
}

TEST(Evaluator, ComplainsAboutOverflowButNotUnderNulls) {
  TestContext test;
  Evaluator evaluator(test.context);
  const std::vector<Value> left = {int4(std::numeric_limits<int32_t>::max()), int4(1)};
  const std::vector<Value> right = {int4(1), kNullInt4};
  const ExpressionPtr sum = operation("+", list(input(0, kInt32), input(1, kInt32)));
  const auto run = [&](std::span<const Value> a, std::span<const Value> b) {
    return evaluator.evaluate(*sum, chunk_of({flat_vector(kInt32, a), flat_vector(kInt32, b)}));
  };
  EXPECT_EQ(error_of([&] { run(left, right); }), "22003 integer out of range");
  const std::vector<Value> nulls = {kNullInt4, int4(2)};
  EXPECT_EQ(values_of(run(left, nulls)), (std::vector<Value>{kNullInt4, int4(3)}));
}

TEST(Evaluator, DividesByZeroOnlyWhereAskedTo) {
  TestContext test;
  Evaluator evaluator(test.context);
  const std::vector<Value> numbers = {int4(2), int4(0), kNullInt4, int4(5)};
  const auto quotient = [] { return operation("/", list(constant(int4(10)), input(0, kInt32))); };
  for (const Vector& form : all_forms(kInt32, numbers)) {
    EXPECT_EQ(error_of([&] { evaluator.evaluate(*quotient(), chunk_of({form})); }), "22012 division by zero");
    // CASE WHEN x <> 0 THEN 10 / x ELSE -1 END
    const ExpressionPtr guarded =
        control(ExpressionKind::kCase, kInt32,
                list(operation("<>", list(input(0, kInt32), constant(int4(0)))), quotient(), constant(int4(-1))));
    EXPECT_EQ(values_of(evaluator.evaluate(*guarded, chunk_of({form}))),
              (std::vector<Value>{int4(5), int4(-1), int4(-1), int4(2)}));
    // x <> 0 AND 10 / x > 3
    const ExpressionPtr condition = control(ExpressionKind::kAnd, kBoolean,
                                            list(operation("<>", list(input(0, kInt32), constant(int4(0)))),
                                                 operation(">", list(quotient(), constant(int4(3))))));
    EXPECT_EQ(values_of(evaluator.evaluate(*condition, chunk_of({form}))),
              (std::vector<Value>{Value::boolean(true), Value::boolean(false), Value::null(kBoolean),
                                  Value::boolean(false)}));
    EXPECT_EQ(evaluator.select(*condition, chunk_of({form})), (SelectionVector{0}));
  }
}

TEST(Evaluator, NeverRunsUnusedDictionaryEntries) {
  TestContext test;
  Evaluator evaluator(test.context);
  const std::vector<Value> entries = {int4(0), int4(5)};
  const Vector column = Vector::dictionary(std::make_shared<const Vector>(flat_vector(kInt32, entries)), {1, 1, 1});
  const ExpressionPtr quotient = operation("/", list(constant(int4(10)), input(0, kInt32)));
  EXPECT_EQ(values_of(evaluator.evaluate(*quotient, chunk_of({column}))), (std::vector<Value>(3, int4(2))));
}

TEST(Evaluator, KnowsThreeValuedLogic) {
  TestContext test;
  Evaluator evaluator(test.context);
  const Value t = Value::boolean(true);
  const Value f = Value::boolean(false);
  const Value n = Value::null(kBoolean);
  const std::vector<Value> left = {t, t, t, f, f, f, n, n, n};
  const std::vector<Value> right = {t, f, n, t, f, n, t, f, n};
  const DataChunk chunk = chunk_of({flat_vector(kBoolean, left), flat_vector(kBoolean, right)});
  const auto both = [](ExpressionKind kind) {
    return control(kind, kBoolean, list(input(0, kBoolean), input(1, kBoolean)));
  };
  EXPECT_EQ(values_of(evaluator.evaluate(*both(ExpressionKind::kAnd), chunk)),
            (std::vector<Value>{t, f, n, f, f, f, n, f, n}));
  EXPECT_EQ(values_of(evaluator.evaluate(*both(ExpressionKind::kOr), chunk)),
            (std::vector<Value>{t, t, t, t, f, n, t, n, n}));
  EXPECT_EQ(evaluator.select(*both(ExpressionKind::kOr), chunk), (SelectionVector{0, 1, 2, 3, 6}));
  EXPECT_EQ(evaluator.select(*operation("NOT", list(input(0, kBoolean))), chunk), (SelectionVector{3, 4, 5}));
}

TEST(Evaluator, CoalescesOnlyWhatIsStillNull) {
  TestContext test;
  Evaluator evaluator(test.context);
  const std::vector<Value> first = {int4(1), kNullInt4, kNullInt4, kNullInt4};
  const std::vector<Value> second = {int4(0), int4(5), kNullInt4, int4(2)};
  const ExpressionPtr coalesce =
      control(ExpressionKind::kCoalesce, kInt32,
              list(input(0, kInt32), operation("/", list(constant(int4(10)), input(1, kInt32))), constant(int4(9))));
  for (const Vector& form : all_forms(kInt32, first)) {
    const DataChunk chunk = chunk_of({form, flat_vector(kInt32, second)});
    EXPECT_EQ(values_of(evaluator.evaluate(*coalesce, chunk)),
              (std::vector<Value>{int4(1), int4(2), int4(9), int4(5)}));
  }
}

TEST(Evaluator, SelectsByComparisonInEveryForm) {
  TestContext test;
  Evaluator evaluator(test.context);
  std::vector<Value> numbers;
  SelectionVector expected;
  for (uint32_t row = 0; row < 2048; ++row) {
    const auto value = static_cast<int32_t>(row * 7919 % 100);
    const bool is_null = row % 13 == 0;
    numbers.push_back(is_null ? kNullInt4 : int4(value));
    if (!is_null && value >= 40 && value < 60) expected.push_back(row);
  }
  const ExpressionPtr between = control(ExpressionKind::kAnd, kBoolean,
                                        list(operation(">=", list(input(0, kInt32), constant(int4(40)))),
                                             operation(">", list(constant(Value::int64(60)), input(0, kInt32)))));
  for (const Vector& form : all_forms(kInt32, numbers)) {
    EXPECT_EQ(evaluator.select(*between, chunk_of({form})), expected);
  }
}

TEST(Evaluator, OrdersNanAboveEverything) {
  TestContext test;
  Evaluator evaluator(test.context);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto is = [&](std::string_view symbol, double a, double b) {
    return evaluator
        .evaluate_constant(*operation(symbol, list(constant(Value::float64(a)), constant(Value::float64(b)))))
        .as_bool();
  };
  EXPECT_TRUE(is("=", nan, nan));
  EXPECT_TRUE(is(">", nan, infinity));
  EXPECT_TRUE(is("<=", 1, nan));
  EXPECT_FALSE(is("<", nan, nan));
  EXPECT_TRUE(is("=", 0.0, -0.0));
}

TEST(Evaluator, FloatsComplainAsPostgresDoes) {
  TestContext test;
  Evaluator evaluator(test.context);
  const auto error = [&](std::string_view symbol, double a, double b) {
    return error_of([&] {
      evaluator.evaluate_constant(*operation(symbol, list(constant(Value::float64(a)), constant(Value::float64(b)))));
    });
  };
  EXPECT_EQ(error("*", 1e300, 1e300), "22003 value out of range: overflow");
  EXPECT_EQ(error("*", 1e-300, 1e-300), "22003 value out of range: underflow");
  EXPECT_EQ(error("/", 1, 0), "22012 division by zero");
  EXPECT_EQ(error("/", 1e-300, 1e300), "22003 value out of range: underflow");
  EXPECT_EQ(error("/", 1e300, 1e-300), "22003 value out of range: overflow");
  EXPECT_EQ(error("+", 1.7e308, 1.7e308), "22003 value out of range: overflow");
  EXPECT_EQ(error("+", std::numeric_limits<double>::infinity(), 1), "");
}

TEST(Evaluator, InfluxQlWrapsAndDividesByZeroToZero) {
  TestContext test;
  Evaluator evaluator(test.context);
  const auto value = [&](std::string_view symbol, Value a, Value b) {
    return evaluator.evaluate_constant(
        *operation(symbol, list(constant(std::move(a)), constant(std::move(b))), Flavour::kInfluxQl));
  };
  EXPECT_EQ(value("*", Value::int64(INT64_MAX), Value::int64(2)), Value::int64(-2));
  EXPECT_EQ(value("/", Value::int64(7), Value::int64(2)), Value::float64(3.5));
  EXPECT_EQ(value("/", Value::int64(7), Value::int64(0)), Value::float64(0));
  EXPECT_EQ(value("%", Value::int64(7), Value::int64(0)), Value::int64(0));
  EXPECT_TRUE(value("%", Value::float64(7), Value::float64(0)).is_null());
}

TEST(QueryContext, SaysThatItWasCancelled) {
  std::atomic<bool> cancelled = false;
  QueryContext context;
  context.cancelled = &cancelled;
  EXPECT_EQ(error_of([&] { context.check_cancelled(); }), "");
  cancelled = true;
  EXPECT_EQ(error_of([&] { context.check_cancelled(); }), "57014 canceling statement due to user request");
}

}  // namespace
}  // namespace tidemark::testing
