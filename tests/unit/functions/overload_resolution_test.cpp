#include "functions/overload_resolution.h"

#include <gtest/gtest.h>

#include "call_helper.h"
#include "functions/coercion.h"

namespace tidemark::testing {
namespace {

using enum TypeId;

TEST(OverloadResolution, TakesTheExactOperator) {
  const auto result = [](LogicalType a, LogicalType b) {
    const LogicalType types[] = {a, b};
    return resolve_operator("+", types).result.to_string();
  };
  EXPECT_EQ(result(kInt32, kInt32), "integer");
  EXPECT_EQ(result(kInt16, kInt64), "bigint");
  EXPECT_EQ(result(kInt32, kUnknown), "integer");
  EXPECT_EQ(result(kFloat32, kFloat64), "double precision");
}

TEST(OverloadResolution, ErrorsSpeakAsPostgres) {
  const auto error = [](std::string_view symbol, std::vector<LogicalType> types) {
    return error_of([&] { (void)resolve_operator(symbol, types); });
  };
  EXPECT_EQ(error("+", {kText, kInt32}), "42883 operator does not exist: text + integer");
  EXPECT_EQ(error("-", {kBoolean}), "42883 operator does not exist: - boolean");
  const LogicalType integer[] = {kInt32};
  EXPECT_EQ(error_of([&] { (void)resolve_scalar("foo", integer); }), "42883 function foo(integer) does not exist");
}

TEST(OverloadResolution, AggregatesByType) {
  const auto result = [](std::string_view name, LogicalType type, Flavour flavour) {
    const LogicalType types[] = {type};
    return resolve_aggregate(name, types, flavour).result.to_string();
  };
  EXPECT_EQ(result("sum", kInt32, Flavour::kSql), "bigint");
  EXPECT_EQ(result("sum", kInt64, Flavour::kInfluxQl), "bigint");
  EXPECT_EQ(result("max", kTimestampTz, Flavour::kSql), "timestamp with time zone");
  EXPECT_EQ(result("count", kInterval, Flavour::kSql), "bigint");
}

TEST(CommonType, FollowsPostgres) {
  const auto common = [](std::vector<LogicalType> types) { return select_common_type(types, "UNION").to_string(); };
  EXPECT_EQ(common({kUnknown, kUnknown}), "text");
  EXPECT_EQ(common({kUnknown, kInt32}), "integer");
  EXPECT_EQ(common({kTimestampTz, kTimestampTzNs}), "timestamp(9) with time zone");
  EXPECT_EQ(error_of([&] { common({kInt32, kText}); }), "42804 UNION types integer and text cannot be matched");
}

}  // namespace
}  // namespace tidemark::testing
