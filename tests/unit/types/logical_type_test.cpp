#include "types/logical_type.h"

#include <gtest/gtest.h>

#include "types/type_info.h"

namespace tidemark {
namespace {

TEST(LogicalType, PrintsAsPostgresqlsFormatType) {
  const struct {
    LogicalType type;
    const char* text;
  } kCases[] = {
      {TypeId::kInt32, "integer"},
      {TypeId::kFloat64, "double precision"},
      {LogicalType::numeric(10, 2), "numeric(10,2)"},
      {LogicalType::numeric(3, -2), "numeric(3,-2)"},
      {LogicalType::varchar(20), "character varying(20)"},
      {{TypeId::kBpchar, 5}, "character(1)"},
      {TypeId::kBpchar, "character"},
      {{TypeId::kTimestamp, 3}, "timestamp(3) without time zone"},
      {{TypeId::kTimestampTz, 0}, "timestamp(0) with time zone"},
      {TypeId::kTimestampTzNs, "timestamp(9) with time zone"},
      {{TypeId::kTime, 2}, "time(2) without time zone"},
      {{TypeId::kInterval, (0x7fff << 16) | 3}, "interval(3)"},
      {{TypeId::kInterval, (0x1c08 << 16) | 0xffff}, "interval day to second"},
      {{TypeId::kInterval, (0x1c08 << 16) | 2}, "interval day to second(2)"},
      {LogicalType::array_of(TypeId::kInt32), "integer[]"},
      {LogicalType::array_of(TypeId::kNumeric, LogicalType::numeric(10, 2).modifier), "numeric(10,2)[]"},
      {TypeId::kChar, "\"char\""},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(c.type.to_string(), c.text);
  }
}

TEST(LogicalType, IsFoundByEachOfItsNamesAndItsOid) {
  LogicalType found;
  for (const TypeInfo& info : all_types()) {
    if (info.id == TypeId::kUInt64 || info.id == TypeId::kTimestampTzNs || info.id == TypeId::kChar) {
      continue;  // They share an OID or a name with another type.
    }
    ASSERT_TRUE(find_type(info.internal_name, found)) << info.internal_name;
    EXPECT_EQ(found, LogicalType(info.id));
    ASSERT_TRUE(find_type(info.sql_name, found));
    EXPECT_EQ(found, LogicalType(info.id));
    ASSERT_TRUE(find_type(info.oid, found));
    EXPECT_EQ(found, LogicalType(info.id));
    if (info.array_oid != 0) {
      ASSERT_TRUE(find_type(info.array_oid, found));
      EXPECT_EQ(found, LogicalType::array_of(info.id));
      EXPECT_EQ(found.oid(), info.array_oid);
      ASSERT_TRUE(find_type(found.internal_name(), found));
      EXPECT_EQ(found, LogicalType::array_of(info.id));
    }
  }
  EXPECT_TRUE(find_type("int4[]", found) && found == LogicalType::array_of(TypeId::kInt32));
  EXPECT_TRUE(find_type("decimal", found) && found == LogicalType(TypeId::kNumeric));
  EXPECT_FALSE(find_type("no_such_type", found));
  EXPECT_FALSE(find_type(uint32_t{0}, found));
  EXPECT_FALSE(find_type(uint32_t{4'000'000}, found));
}

}  // namespace
}  // namespace tidemark
