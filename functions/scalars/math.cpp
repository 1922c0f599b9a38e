// Mathematical functions of floats and integers; those of numeric are in numeric.cpp.

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "base/error.h"
#include "base/random.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/query_context.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

[[noreturn]] void throw_input_out_of_range() {
  throw Error(sqlstate::kNumericValueOutOfRange, "input is out of range");
}

/// Overflow if a finite argument gave an infinite result.
double checked(double result, bool arguments_finite) {
  if (std::isinf(result) && arguments_finite) throw_float_overflow();
  return result;
}

double square_root(double x) {
  if (x < 0) throw Error(sqlstate::kInvalidArgumentForPower, "cannot take square root of a negative number");
  return std::sqrt(x);
}
double cube_root(double x) { return std::cbrt(x); }
double exponential(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) return x > 0 ? x : 0;
  const double result = checked(std::exp(x), true);
  if (result == 0) throw_float_underflow();
  return result;
}
void check_logarithm(double x) {
  if (x == 0) throw Error(sqlstate::kInvalidArgumentForLogarithm, "cannot take logarithm of zero");
  if (x < 0) throw Error(sqlstate::kInvalidArgumentForLogarithm, "cannot take logarithm of a negative number");
}
double natural_logarithm(double x) {
  check_logarithm(x);
  return std::log(x);
}
double decimal_logarithm(double x) {
  check_logarithm(x);
  return std::log10(x);
}

double power(double base, double exponent) {
  if (std::isnan(base)) return exponent == 0 ? 1 : base;
  if (std::isnan(exponent)) return base == 1 ? 1 : exponent;
  if (base == 0 && exponent < 0) {
    throw Error(sqlstate::kInvalidArgumentForPower, "zero raised to a negative power is undefined");
  }
  if (base < 0 && std::floor(exponent) != exponent) {
    throw Error(sqlstate::kInvalidArgumentForPower,
                "a negative number raised to a non-integer power yields a complex result");
  }
  const double result = std::pow(base, exponent);
  if (std::isfinite(base) && std::isfinite(exponent)) {
    if (std::isinf(result)) throw_float_overflow();
    if (result == 0 && base != 0) throw_float_underflow();
  }
  return result;
}

double round_half_even(double x) { return std::nearbyint(x); }
double round_up(double x) { return std::ceil(x); }
double round_down(double x) { return std::floor(x); }
double truncate(double x) { return std::trunc(x); }
double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }
double degrees(double x) { return checked(x / (std::numbers::pi / 180), std::isfinite(x)); }
double radians(double x) {
  const double result = x * (std::numbers::pi / 180);
  if (result == 0 && x != 0) throw_float_underflow();
  return result;
}
void pi(KernelCall& call) { call.result = Vector::constant(Value::float64(std::numbers::pi), call.size); }

double sine(double x) {
  if (std::isinf(x)) throw_input_out_of_range();
  return std::sin(x);
}
double cosine(double x) {
  if (std::isinf(x)) throw_input_out_of_range();
  return std::cos(x);
}
double tangent(double x) {
  if (std::isinf(x)) throw_input_out_of_range();
  return std::tan(x);
}
double cotangent(double x) {
  if (std::isinf(x)) throw_input_out_of_range();
  return 1 / std::tan(x);
}
double arc_sine(double x) {
  if (x < -1 || x > 1) throw_input_out_of_range();
  return std::asin(x);
}
double arc_cosine(double x) {
  if (x < -1 || x > 1) throw_input_out_of_range();
  return std::acos(x);
}
double arc_tangent(double x) { return std::atan(x); }
double arc_tangent_of_ratio(double y, double x) { return std::atan2(y, x); }
double hyperbolic_sine(double x) { return std::sinh(x); }
double hyperbolic_cosine(double x) { return std::cosh(x); }
double hyperbolic_tangent(double x) { return std::tanh(x); }
double inverse_hyperbolic_sine(double x) { return std::asinh(x); }
double inverse_hyperbolic_cosine(double x) {
  if (x < 1) throw_input_out_of_range();
  return std::acosh(x);
}
double inverse_hyperbolic_tangent(double x) {
  if (x < -1 || x > 1) throw_input_out_of_range();
  return std::atanh(x);
}

// In degrees the round angles are exact: sin of 30° is 0.5, not 0.49999999999999994. The argument is brought into the
// first quadrant, and there the function is scaled so that it meets its exact values at 0°, 30°, 60° (45° for tan).
constexpr double kRadiansPerDegree = std::numbers::pi / 180;

double sine_to_thirty(double x) {
  static const double kAtThirty = std::sin(30 * kRadiansPerDegree);
  return std::sin(x * kRadiansPerDegree) / kAtThirty / 2;
}
double cosine_to_sixty(double x) {
  static const double kOneLessAtSixty = 1 - std::cos(60 * kRadiansPerDegree);
  return 1 - (1 - std::cos(x * kRadiansPerDegree)) / kOneLessAtSixty / 2;
}
double sine_in_quadrant(double x) { return x <= 30 ? sine_to_thirty(x) : cosine_to_sixty(90 - x); }
double cosine_in_quadrant(double x) { return x <= 60 ? cosine_to_sixty(x) : sine_to_thirty(90 - x); }

double sine_of_degrees(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) throw_input_out_of_range();
  x = std::fmod(x, 360);
  double sign = 1;
  if (x < 0) {
    x = -x;
    sign = -1;
  }
  if (x > 180) {
    x = 360 - x;
    sign = -sign;
  }
  if (x > 90) x = 180 - x;
  return sign * sine_in_quadrant(x);
}
double cosine_of_degrees(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) throw_input_out_of_range();
  x = std::abs(std::fmod(x, 360));
  double sign = 1;
  if (x > 180) x = 360 - x;
  if (x > 90) {
    x = 180 - x;
    sign = -1;
  }
  return sign * cosine_in_quadrant(x);
}
double tangent_in_quadrant(double x) {
  static const double kAtFortyFive = sine_in_quadrant(45) / cosine_in_quadrant(45);
  return sine_in_quadrant(x) / cosine_in_quadrant(x) / kAtFortyFive;
}
double tangent_of_degrees(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) throw_input_out_of_range();
  x = std::fmod(x, 360);
  double sign = 1;
  if (x < 0) {
    x = -x;
    sign = -1;
  }
  if (x > 180) {
    x = 360 - x;
    sign = -sign;
  }
  if (x > 90) {
    x = 180 - x;
    sign = -sign;
  }
  const double result = sign * tangent_in_quadrant(x);
  return result == 0 ? 0 : result;
}
double cotangent_of_degrees(double x) {
  if (std::isnan(x)) return x;
  if (std::isinf(x)) throw_input_out_of_range();
  static const double kAtFortyFive = cosine_in_quadrant(45) / sine_in_quadrant(45);
  x = std::fmod(x, 360);
  double sign = 1;
  if (x < 0) {
    x = -x;
    sign = -1;
  }
  if (x > 180) {
    x = 360 - x;
    sign = -sign;
  }
  if (x > 90) {
    x = 180 - x;
    sign = -sign;
  }
  const double result = sign * (cosine_in_quadrant(x) / sine_in_quadrant(x) / kAtFortyFive);
  return result == 0 ? 0 : result;
}
double arc_sine_in_quadrant(double x) {
  static const double kAtHalf = std::asin(0.5);
  static const double kAcosAtHalf = std::acos(0.5);
  return x <= 0.5 ? std::asin(x) / kAtHalf * 30 : 90 - std::acos(x) / kAcosAtHalf * 60;
}
double arc_cosine_in_quadrant(double x) {
  static const double kAtHalf = std::asin(0.5);
  static const double kAcosAtHalf = std::acos(0.5);
  return x <= 0.5 ? 90 - std::asin(x) / kAtHalf * 30 : std::acos(x) / kAcosAtHalf * 60;
}
double arc_sine_in_degrees(double x) {
  if (x < -1 || x > 1) throw_input_out_of_range();
  return x >= 0 ? arc_sine_in_quadrant(x) : -arc_sine_in_quadrant(-x);
}
double arc_cosine_in_degrees(double x) {
  if (x < -1 || x > 1) throw_input_out_of_range();
  return x >= 0 ? arc_cosine_in_quadrant(x) : 90 + arc_sine_in_quadrant(-x);
}
double arc_tangent_in_degrees(double x) {
  static const double kAtOne = std::atan(1.0);
  return std::atan(x) / kAtOne * 45;
}
double arc_tangent_of_ratio_in_degrees(double y, double x) {
  static const double kAtOne = std::atan(1.0);
  return std::atan2(y, x) / kAtOne * 45;
}

template <class T>
T greatest_common_divisor(T a, T b) {
  using Unsigned = std::make_unsigned_t<T>;
  const auto magnitude = [](T value) {
    return value < 0 ? static_cast<Unsigned>(0 - static_cast<Unsigned>(value)) : static_cast<Unsigned>(value);
  };
  const Unsigned result = std::gcd(magnitude(a), magnitude(b));
  if (result > static_cast<Unsigned>(std::numeric_limits<T>::max())) throw_integer_out_of_range(sizeof(T));
  return static_cast<T>(result);
}
template <class T>
T least_common_multiple(T a, T b) {
  if (a == 0 || b == 0) return 0;
  T result = 0;
  if (__builtin_mul_overflow(static_cast<T>(a / greatest_common_divisor(a, b)), b, &result) ||
      result == std::numeric_limits<T>::min()) {
    throw_integer_out_of_range(sizeof(T));
  }
  return result < 0 ? static_cast<T>(-result) : result;
}

int32_t width_bucket(double operand, double low, double high, int32_t count) {
  if (count <= 0) throw Error("2201G", "count must be greater than zero");
  if (std::isnan(operand) || std::isnan(low) || std::isnan(high)) {
    throw Error("2201G", "operand, lower bound, and upper bound cannot be NaN");
  }
  if (std::isinf(low) || std::isinf(high)) throw Error("2201G", "lower and upper bounds must be finite");
  if (low == high) throw Error("2201G", "lower bound cannot equal upper bound");
  const bool ascending = low < high;
  if (ascending ? operand < low : operand > low) return 0;
  if (ascending ? operand >= high : operand <= high) {
    if (count == std::numeric_limits<int32_t>::max()) throw_integer_out_of_range(4);
    return count + 1;
  }
  const double share =
      std::isfinite(high - low) ? (operand - low) / (high - low) : (operand / 2 - low / 2) / (high / 2 - low / 2);
  const auto bucket = static_cast<int32_t>(static_cast<double>(count) * share);
  // Where the share rounds to 1 the answer is count + 1, as PostgreSQL's.
  return bucket == std::numeric_limits<int32_t>::max() ? bucket : bucket + 1;
}

void random_number(KernelCall& call) {
  Vector result = Vector::flat(TypeId::kFloat64, call.size);
  double* to = result.mutable_data<double>();
  for (size_t row = 0; row < call.size; ++row) to[row] = call.context.random->uniform();
  call.result = std::move(result);
}
void set_seed(KernelCall& call) {
  const Argument<double> seeds(call.arguments[0]);
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) continue;
    const double seed = seeds[row];
    if (!(seed >= -1 && seed <= 1)) {
      std::string shown;
      append_float64(shown, seed);
      throw Error(sqlstate::kInvalidParameterValue, "setseed parameter " + shown + " is out of allowed range [-1,1]");
    }
    *call.context.random = Random(static_cast<uint64_t>(static_cast<int64_t>(seed * 9007199254740991.0)));
  }
  Vector result = Vector::flat(TypeId::kVoid, call.size);
  call.result = std::move(result);
}

}  // namespace

void add_math(FunctionTables& tables) {
  using enum TypeId;
  const auto add = [&](std::string_view name, ScalarKernel kernel, std::string_view doc) {
    tables.function(name, {kFloat64}, kFloat64, kernel, doc);
  };
  add("sqrt", each_row<square_root>, "square root");
  tables.operation("|/", {kFloat64}, kFloat64, each_row<square_root>, "square root");
  add("cbrt", each_row<cube_root>, "cube root");
  tables.operation("||/", {kFloat64}, kFloat64, each_row<cube_root>, "cube root");
  add("exp", each_row<exponential>, "e to this power");
  add("ln", each_row<natural_logarithm>, "natural logarithm");
  add("log", each_row<decimal_logarithm>, "logarithm to base 10");
  add("log10", each_row<decimal_logarithm>, "logarithm to base 10");
  for (const std::string_view name : {"power", "pow"}) {
    tables.function(name, {kFloat64, kFloat64}, kFloat64, each_row<power>, "first to the power of the second");
  }
  tables.operation("^", {kFloat64, kFloat64}, kFloat64, each_row<power>, "first to the power of the second");
  add("round", each_value<round_half_even>, "nearest integer, halves to even");
  add("ceil", each_value<round_up>, "least integer not below");
  add("ceiling", each_value<round_up>, "least integer not below");
  add("floor", each_value<round_down>, "greatest integer not above");
  add("trunc", each_value<truncate>, "integer towards zero");
  add("sign", each_value<sign>, "-1, 0 or 1");
  add("degrees", each_row<degrees>, "radians to degrees");
  add("radians", each_row<radians>, "degrees to radians");
  tables.function("pi", {}, kFloat64, pi, "3.141592653589793");
  add("sin", each_row<sine>, "sine, of radians");
  add("cos", each_row<cosine>, "cosine, of radians");
  add("tan", each_row<tangent>, "tangent, of radians");
  add("cot", each_row<cotangent>, "cotangent, of radians");
  add("asin", each_row<arc_sine>, "inverse sine, in radians");
  add("acos", each_row<arc_cosine>, "inverse cosine, in radians");
  add("atan", each_row<arc_tangent>, "inverse tangent, in radians");
  tables.function("atan2", {kFloat64, kFloat64}, kFloat64, each_row<arc_tangent_of_ratio>, "angle of y/x, in radians");
  add("sinh", each_row<hyperbolic_sine>, "hyperbolic sine");
  add("cosh", each_row<hyperbolic_cosine>, "hyperbolic cosine");
  add("tanh", each_row<hyperbolic_tangent>, "hyperbolic tangent");
  add("asinh", each_row<inverse_hyperbolic_sine>, "inverse hyperbolic sine");
  add("acosh", each_row<inverse_hyperbolic_cosine>, "inverse hyperbolic cosine");
  add("atanh", each_row<inverse_hyperbolic_tangent>, "inverse hyperbolic tangent");
  add("sind", each_row<sine_of_degrees>, "sine, of degrees");
  add("cosd", each_row<cosine_of_degrees>, "cosine, of degrees");
  add("tand", each_row<tangent_of_degrees>, "tangent, of degrees");
  add("cotd", each_row<cotangent_of_degrees>, "cotangent, of degrees");
  add("asind", each_row<arc_sine_in_degrees>, "inverse sine, in degrees");
  add("acosd", each_row<arc_cosine_in_degrees>, "inverse cosine, in degrees");
  add("atand", each_row<arc_tangent_in_degrees>, "inverse tangent, in degrees");
  tables.function("atan2d", {kFloat64, kFloat64}, kFloat64, each_row<arc_tangent_of_ratio_in_degrees>,
                  "angle of y/x, in degrees");
  tables.function("gcd", {kInt32, kInt32}, kInt32, each_row<greatest_common_divisor<int32_t>>,
                  "greatest common divisor");
  tables.function("gcd", {kInt64, kInt64}, kInt64, each_row<greatest_common_divisor<int64_t>>,
                  "greatest common divisor");
  tables.function("lcm", {kInt32, kInt32}, kInt32, each_row<least_common_multiple<int32_t>>, "least common multiple");
  tables.function("lcm", {kInt64, kInt64}, kInt64, each_row<least_common_multiple<int64_t>>, "least common multiple");
  tables.function("width_bucket", {kFloat64, kFloat64, kFloat64, kInt32}, kInt32, each_row<width_bucket>,
                  "number of the bucket among so many of equal width; 0 below, count + 1 above");
  tables.function("random", {}, kFloat64, random_number, "random number in [0, 1)").volatility = Volatility::kVolatile;
  tables.function("setseed", {kFloat64}, kVoid, set_seed, "sets the seed of random()").volatility =
      Volatility::kVolatile;
}

}  // namespace tidemark
