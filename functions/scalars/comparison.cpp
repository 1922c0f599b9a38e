// = <> < <= > >= over types whose memory form is a number, text or an interval. Mixed dates and timestamps are in
// datetime_comparison.cpp, numeric in numeric.cpp.

#include <cstring>

#include "functions/comparison_kernel.h"
#include "types/bpchar.h"

namespace tidemark {

template <>
struct Order<Uuid> {
  static bool equal(const Uuid& a, const Uuid& b) { return std::memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0; }
  static bool less(const Uuid& a, const Uuid& b) { return std::memcmp(a.bytes, b.bytes, sizeof a.bytes) < 0; }
};

namespace {

/// char(n): trailing blanks do not count.
struct Padded {
  std::string_view text;
};

using Text = std::string_view;

template <auto F>
bool compare_padded(std::string_view a, std::string_view b) {
  return F(without_trailing_blanks(a), without_trailing_blanks(b));
}

template <auto F>
void add_padded(FunctionTables& tables, std::string_view symbol, std::string_view doc) {
  tables.operation(symbol, {TypeId::kBpchar, TypeId::kBpchar}, TypeId::kBoolean, each_value<compare_padded<F>>, doc)
      .select = select_compared<std::string_view, std::string_view, compare_padded<F>>;
}

void add_padded_comparison(FunctionTables& tables) {
  add_padded<is_equal<Text, Text>>(tables, "=", "equal, trailing blanks aside");
  add_padded<is_not_equal<Text, Text>>(tables, "<>", "not equal, trailing blanks aside");
  add_padded<is_less<Text, Text>>(tables, "<", "less than, trailing blanks aside");
  add_padded<is_less_or_equal<Text, Text>>(tables, "<=", "less than or equal, trailing blanks aside");
  add_padded<is_greater<Text, Text>>(tables, ">", "greater than, trailing blanks aside");
  add_padded<is_greater_or_equal<Text, Text>>(tables, ">=", "greater than or equal, trailing blanks aside");
}

/// ~<~ and its kin compare bytes whatever the collation, as < does here.
void add_byte_comparison(FunctionTables& tables) {
  using enum TypeId;
  const auto add = [&](std::string_view symbol, ScalarKernel text, ScalarKernel padded, std::string_view doc) {
    tables.operation(symbol, {kText, kText}, kBoolean, text, doc);
    tables.operation(symbol, {kBpchar, kBpchar}, kBoolean, padded, doc);
  };
  add("~<~", each_value<is_less<Text, Text>>, each_value<compare_padded<is_less<Text, Text>>>, "less than, by bytes");
  add("~<=~", each_value<is_less_or_equal<Text, Text>>, each_value<compare_padded<is_less_or_equal<Text, Text>>>,
      "less than or equal, by bytes");
  add("~>~", each_value<is_greater<Text, Text>>, each_value<compare_padded<is_greater<Text, Text>>>,
      "greater than, by bytes");
  add("~>=~", each_value<is_greater_or_equal<Text, Text>>, each_value<compare_padded<is_greater_or_equal<Text, Text>>>,
      "greater than or equal, by bytes");
}

}  // namespace

void add_comparisons(FunctionTables& tables) {
  using enum TypeId;
  add_comparison<int32_t>(tables, kInt32, kInt32);
  add_comparison<int64_t>(tables, kInt64, kInt64);
  add_comparison<int16_t>(tables, kInt16, kInt16);
  add_comparison<int16_t, int32_t>(tables, kInt16, kInt32);
  add_comparison<int16_t, int64_t>(tables, kInt16, kInt64);
  add_comparison<int32_t, int16_t>(tables, kInt32, kInt16);
  add_comparison<int32_t, int64_t>(tables, kInt32, kInt64);
  add_comparison<int64_t, int16_t>(tables, kInt64, kInt16);
  add_comparison<int64_t, int32_t>(tables, kInt64, kInt32);
  add_comparison<uint64_t>(tables, kUInt64, kUInt64);
  add_comparison<uint64_t, int64_t>(tables, kUInt64, kInt64);
  add_comparison<int64_t, uint64_t>(tables, kInt64, kUInt64);
  add_comparison<float>(tables, kFloat32, kFloat32);
  add_comparison<float, double>(tables, kFloat32, kFloat64);
  add_comparison<double, float>(tables, kFloat64, kFloat32);
  add_comparison<double>(tables, kFloat64, kFloat64);
  add_comparison<bool>(tables, kBoolean, kBoolean);
  add_comparison<std::string_view>(tables, kText, kText);
  add_comparison<std::string_view>(tables, kName, kName);
  add_comparison<std::string_view>(tables, kName, kText);
  add_comparison<std::string_view>(tables, kText, kName);
  add_comparison<std::string_view>(tables, kBytea, kBytea);
  add_comparison<std::string_view>(tables, kChar, kChar);
  add_comparison<std::string_view>(tables, kEnum, kEnum);
  add_comparison<int64_t>(tables, kOid, kOid);
  add_comparison<int64_t>(tables, kTimeTz, kTimeTz);
  add_padded_comparison(tables);
  add_byte_comparison(tables);
  add_comparison<int32_t>(tables, kDate, kDate);
  add_comparison<int64_t>(tables, kTime, kTime);
  add_comparison<int64_t>(tables, kTimestamp, kTimestamp);
  add_comparison<int64_t>(tables, kTimestampTz, kTimestampTz);
  add_comparison<int64_t>(tables, kTimestampTzNs, kTimestampTzNs);
  add_comparison<Interval>(tables, kInterval, kInterval);
  add_comparison<Uuid>(tables, kUuid, kUuid);
}

}  // namespace tidemark
