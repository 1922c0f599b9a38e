// money: arithmetic, casts, cash_words, and its aggregates. A value is a number of cents.

#include "types/money.h"

#include <cmath>

#include "base/error.h"
#include "functions/aggregate_kernel.h"
#include "functions/comparison_kernel.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

using enum TypeId;
using enum CastContext;

constexpr int64_t kCentsPerUnit = 100;

[[noreturn]] void throw_out_of_range() { throw Error(sqlstate::kNumericValueOutOfRange, "money out of range"); }

int64_t plus_money(int64_t a, int64_t b) {
  int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) throw_out_of_range();
  return sum;
}
int64_t subtract_money(int64_t a, int64_t b) {
  int64_t difference = 0;
  if (__builtin_sub_overflow(a, b, &difference)) throw_out_of_range();
  return difference;
}

int64_t rounded_cents(double cents) {
  const double rounded = std::nearbyint(cents);
  constexpr double kEnd = 9223372036854775808.0;
  if (!(rounded >= -kEnd && rounded < kEnd)) throw_out_of_range();
  return static_cast<int64_t>(rounded);
}

template <class T>
int64_t multiply_money(int64_t cents, T factor) {
  if constexpr (std::is_floating_point_v<T>) {
    return rounded_cents(static_cast<double>(cents) * static_cast<double>(factor));
  } else {
    int64_t product = 0;
    if (__builtin_mul_overflow(cents, int64_t{factor}, &product)) throw_out_of_range();
    return product;
  }
}
template <class T>
int64_t multiply_by_money(T factor, int64_t cents) {
  return multiply_money<T>(cents, factor);
}

template <class T>
int64_t divide_money(int64_t cents, T divisor) {
  if (divisor == 0) throw_division_by_zero();
  if constexpr (std::is_floating_point_v<T>) {
    return rounded_cents(static_cast<double>(cents) / static_cast<double>(divisor));
  } else {
    if (cents == INT64_MIN && divisor == -1) throw_out_of_range();
    return cents / divisor;
  }
}

double divide_by_money(int64_t cents, int64_t divisor) {
  if (divisor == 0) throw_division_by_zero();
  return static_cast<double>(cents) / static_cast<double>(divisor);
}

template <class T>
int64_t integer_to_money(T units) {
  int64_t cents = 0;
  if (__builtin_mul_overflow(int64_t{units}, kCentsPerUnit, &cents)) throw_integer_out_of_range(8);
  return cents;
}
int64_t numeric_to_money(const Numeric& units) {
  return (units * Numeric::from_int64(kCentsPerUnit)).round(0).to_integer("bigint", INT64_MIN, INT64_MAX);
}
Numeric money_to_numeric(int64_t cents) { return Numeric::from_int128(cents, 2); }

std::string words_below_thousand(uint64_t number) {
  static constexpr std::string_view kSmall[] = {
      "zero", "one",    "two",    "three",    "four",     "five",    "six",     "seven",     "eight",    "nine",
      "ten",  "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  static constexpr std::string_view kTens[] = {"",      "",      "twenty",  "thirty", "forty",
                                               "fifty", "sixty", "seventy", "eighty", "ninety"};
  const uint64_t tens = number % 100;
  std::string below;
  if (tens < 20) {
    below = kSmall[tens];
  } else {
    below = kTens[tens / 10];
    if (tens % 10 != 0) below += " " + std::string(kSmall[tens % 10]);
  }
  if (number <= 20 || number < 100) return below;
  std::string words = std::string(kSmall[number / 100]) + " hundred";
  if (tens == 0) return words;
  return words + (tens >= 20 ? " " : " and ") + below;
}

/// "One hundred twenty three dollars and forty five cents"
std::string amount_in_words(int64_t cents) {
  uint64_t value = cents < 0 ? 0 - static_cast<uint64_t>(cents) : static_cast<uint64_t>(cents);
  std::string words = cents < 0 ? "minus " : "";
  const uint64_t rest = value % kCentsPerUnit;
  value /= kCentsPerUnit;
  static constexpr struct {
    uint64_t size;
    std::string_view name;
  } kGroups[] = {{1000000000000000, " quadrillion "},
                 {1000000000000, " trillion "},
                 {1000000000, " billion "},
                 {1000000, " million "},
                 {1000, " thousand "}};
  for (const auto& group : kGroups) {
    if (const uint64_t count = value / group.size % 1000; count != 0) {
      words += words_below_thousand(count) + std::string(group.name);
    }
  }
  if (value % 1000 != 0) words += words_below_thousand(value % 1000);
  if (value == 0) words += "zero";
  words += value == 1 ? " dollar and " : " dollars and ";
  words += words_below_thousand(rest) + (rest == 1 ? " cent" : " cents");
  words[0] = static_cast<char>(words[0] - 'a' + 'A');
  return words;
}

struct MoneySum {
  using Input = int64_t;
  using Output = int64_t;
  struct State {
    int64_t value = 0;
    bool any = false;
  };
  static void add(State& state, int64_t value) {
    state.value = plus_money(state.value, value);
    state.any = true;
  }
  static void merge(State& into, State& from) {
    if (from.any) add(into, from.value);
  }
  static bool finish(AggregateCall& /*call*/, const State& state, int64_t& output) {
    output = state.value;
    return state.any;
  }
};

template <class T>
void add_number_arithmetic(FunctionTables& tables, TypeId number) {
  tables.operation("*", {kMoney, number}, kMoney, each_value<multiply_money<T>>, "a multiple of an amount");
  tables.operation("*", {number, kMoney}, kMoney, each_value<multiply_by_money<T>>, "a multiple of an amount");
  tables.operation("/", {kMoney, number}, kMoney, each_value<divide_money<T>>, "a part of an amount");
}

}  // namespace

void add_money(FunctionTables& tables) {
  add_comparison<int64_t>(tables, kMoney, kMoney);
  tables.operation("+", {kMoney, kMoney}, kMoney, each_value<plus_money>, "sum of amounts");
  tables.operation("-", {kMoney, kMoney}, kMoney, each_value<subtract_money>, "difference of amounts");
  tables.operation("/", {kMoney, kMoney}, kFloat64, each_value<divide_by_money>, "ratio of amounts");
  add_number_arithmetic<int16_t>(tables, kInt16);
  add_number_arithmetic<int32_t>(tables, kInt32);
  add_number_arithmetic<int64_t>(tables, kInt64);
  add_number_arithmetic<float>(tables, kFloat32);
  add_number_arithmetic<double>(tables, kFloat64);
  tables.cast(kInt32, kMoney, kAssignment, each_value<integer_to_money<int32_t>>);
  tables.cast(kInt64, kMoney, kAssignment, each_value<integer_to_money<int64_t>>);
  tables.cast(kNumeric, kMoney, kAssignment, each_row<numeric_to_money>);
  tables.cast(kMoney, kNumeric, kAssignment, each_row<money_to_numeric>);
  tables.function("cash_words", {kMoney}, kText, each_row<amount_in_words>, "an amount in English words");
  tables.aggregate(make_aggregate<MoneySum>("sum", kMoney, kMoney, "sum of amounts"));
}

}  // namespace tidemark
