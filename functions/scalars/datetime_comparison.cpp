// Comparisons between different date and timestamp types. A date stands for its midnight; zones are the session's; a
// microsecond value against nanoseconds is clamped to their range (D32).

#include "functions/comparison_kernel.h"
#include "functions/function_tables.h"
#include "functions/scalars/datetime_session.h"
#include "types/datetime.h"

namespace tidemark {
namespace {

using enum TypeId;

// Each converts one side into the unit in which both are compared.
int64_t unchanged(const KernelCall& /*call*/, int64_t value) { return value; }
int64_t midnight(const KernelCall& /*call*/, int32_t date) {
  // A date may lie beyond the timestamps; it is then above or below all of them.
  if (is_infinite_date(date)) return date == kDateInfinity ? kTimestampInfinity : kTimestampMinusInfinity;
  int64_t result = 0;
  if (__builtin_mul_overflow(int64_t{date}, kMicrosecondsPerDay, &result)) {
    return date > 0 ? kTimestampInfinity - 1 : kTimestampMinusInfinity + 1;
  }
  return result;
}
/// The instant may lie beyond the timestamps with time zone; it compares as what it is.
int64_t zoned(const KernelCall& call, int64_t timestamp) {
  return is_infinite_timestamp(timestamp) ? timestamp : session_zone(call.context).local_to_utc(timestamp);
}
int64_t zoned_midnight(const KernelCall& call, int32_t date) {
  const int64_t local = midnight(call, date);
  return is_valid_timestamp(local) ? zoned(call, local) : local;
}
int64_t clamped(const KernelCall& /*call*/, int64_t timestamptz) {
  return microseconds_to_nanoseconds_clamped(timestamptz);
}
int64_t clamped_zoned(const KernelCall& call, int64_t timestamp) {
  return microseconds_to_nanoseconds_clamped(zoned(call, timestamp));
}
int64_t clamped_midnight(const KernelCall& call, int32_t date) {
  return microseconds_to_nanoseconds_clamped(zoned_midnight(call, date));
}

template <class A, class B, auto kConvertA, auto kConvertB, auto kCompare>
void compare_converted(KernelCall& call) {
  const Argument<A> left(call.arguments[0]);
  const Argument<B> right(call.arguments[1]);
  Vector result = Vector::flat(kBoolean, call.size);
  uint8_t* to = result.mutable_data<uint8_t>();
  const bool left_constant = call.arguments[0].is_constant();
  const bool right_constant = call.arguments[1].is_constant();
  // A constant is converted once.
  const int64_t left_once = left_constant ? kConvertA(call, left[0]) : 0;
  const int64_t right_once = right_constant ? kConvertB(call, right[0]) : 0;
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) {
      to[row] = 0;
      continue;
    }
    const int64_t a = left_constant ? left_once : kConvertA(call, left[row]);
    const int64_t b = right_constant ? right_once : kConvertB(call, right[row]);
    to[row] = kCompare(a, b) ? 1 : 0;
  }
  call.result = std::move(result);
}

template <class A, class B, auto kConvertA, auto kConvertB>
void add_mixed(FunctionTables& tables, TypeId a, TypeId b, Volatility volatility) {
  using T = int64_t;
  const auto add = [&](std::string_view symbol, ScalarKernel kernel, std::string_view doc) {
    tables.operation(symbol, {a, b}, kBoolean, kernel, doc).volatility = volatility;
  };
  add("=", compare_converted<A, B, kConvertA, kConvertB, is_equal<T, T>>, "equal");
  add("<>", compare_converted<A, B, kConvertA, kConvertB, is_not_equal<T, T>>, "not equal");
  add("<", compare_converted<A, B, kConvertA, kConvertB, is_less<T, T>>, "less than");
  add("<=", compare_converted<A, B, kConvertA, kConvertB, is_less_or_equal<T, T>>, "less than or equal");
  add(">", compare_converted<A, B, kConvertA, kConvertB, is_greater<T, T>>, "greater than");
  add(">=", compare_converted<A, B, kConvertA, kConvertB, is_greater_or_equal<T, T>>, "greater than or equal");
}

template <class A, class B, auto kConvertA, auto kConvertB>
void add_both_ways(FunctionTables& tables, TypeId a, TypeId b, Volatility volatility) {
  add_mixed<A, B, kConvertA, kConvertB>(tables, a, b, volatility);
  add_mixed<B, A, kConvertB, kConvertA>(tables, b, a, volatility);
}

}  // namespace

void add_datetime_comparisons(FunctionTables& tables) {
  using enum Volatility;
  add_both_ways<int32_t, int64_t, midnight, unchanged>(tables, kDate, kTimestamp, kImmutable);
  add_both_ways<int32_t, int64_t, zoned_midnight, unchanged>(tables, kDate, kTimestampTz, kStable);
  add_both_ways<int64_t, int64_t, zoned, unchanged>(tables, kTimestamp, kTimestampTz, kStable);
  add_both_ways<int32_t, int64_t, clamped_midnight, unchanged>(tables, kDate, kTimestampTzNs, kStable);
  add_both_ways<int64_t, int64_t, clamped_zoned, unchanged>(tables, kTimestamp, kTimestampTzNs, kStable);
  add_both_ways<int64_t, int64_t, clamped, unchanged>(tables, kTimestampTz, kTimestampTzNs, kImmutable);
}

}  // namespace tidemark
