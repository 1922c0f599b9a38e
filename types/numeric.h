#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "types/int128.h"

namespace tidemark {

/// PostgreSQL's exact decimal number: an integer coefficient times 10^-scale, or NaN, or ±Infinity. The scale is what
/// PostgreSQL calls dscale, the digits shown behind the point: 1.0 and 1.00 are equal numbers with different scales.
/// Each operation gives the value *and the scale* that PostgreSQL 15 gives. NaN equals NaN and is above Infinity.
///
/// Limits as there: 131,072 digits before the point, 16,383 behind; beyond them 22003 `value overflows numeric format`.
/// Coefficients that fit 128 bits (38 digits) never touch the heap.
///
/// Packed form, which Value and Vector hold for TypeId::kNumeric (little-endian):
///   uint16: bits 0–13 scale, bits 14–15 kind (0 finite, 1 NaN, 2 Infinity, 3 -Infinity; scale 0 unless finite)
///   the coefficient in two's complement in the fewest bytes that hold it; zero has none.
/// Equal bytes ⇔ same value and same scale.
class Numeric {
 public:
  static constexpr int kScaleMax = 16383;
  static constexpr int kPrecisionMax = 1000;  ///< of a declared numeric(p,s)
  static constexpr int kIntegralDigitsMax = 131072;

  enum class Kind : uint8_t { kFinite, kNan, kInfinity, kMinusInfinity };

  /// Zero with scale 0.
  Numeric() = default;
  static Numeric nan() { return Numeric(Kind::kNan); }
  static Numeric infinity(bool negative = false) { return Numeric(negative ? Kind::kMinusInfinity : Kind::kInfinity); }
  /// coefficient × 10^-scale; 0 <= scale <= kScaleMax.
  static Numeric from_int128(Int128 coefficient, int scale = 0);
  static Numeric from_int64(int64_t value) { return from_int128(value); }
  static Numeric from_uint64(uint64_t value) { return from_int128(static_cast<Int128>(value)); }
  /// As PostgreSQL's casts: the 15 (double) or 6 (float) significant digits that such a number surely has.
  static Numeric from_double(double value);
  static Numeric from_float(float value);
  /// PostgreSQL's input: blanks, sign, digits, point, exponent; NaN, Infinity, inf in any case.
  /// 22P02 `invalid input syntax for type numeric: "…"`, 22003 if out of range.
  static Numeric parse(std::string_view text);
  /// Throws XX001 if the bytes are malformed.
  static Numeric unpack(std::string_view packed);

  void append_packed(std::string& target) const;
  [[nodiscard]] std::string packed() const;
  void append_text(std::string& target) const;
  [[nodiscard]] std::string to_text() const;
  /// Appends the text of a packed numeric without making a Numeric if it is small.
  static void append_text_of_packed(std::string& target, std::string_view packed);

  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_finite() const { return kind_ == Kind::kFinite; }
  [[nodiscard]] bool is_nan() const { return kind_ == Kind::kNan; }
  [[nodiscard]] bool is_infinite() const { return kind_ == Kind::kInfinity || kind_ == Kind::kMinusInfinity; }
  [[nodiscard]] int scale() const { return scale_; }
  /// -1, 0 or 1; infinities have a sign, NaN has 0.
  [[nodiscard]] int sign() const;
  /// Whether the coefficient fits 128 bits, and then what it is (also for kinds other than finite: 0).
  [[nodiscard]] bool is_small() const { return magnitude_.empty(); }
  [[nodiscard]] Int128 small_coefficient() const { return coefficient_; }
  /// The decimal digits of the coefficient's magnitude, no sign, at least one.
  [[nodiscard]] std::string coefficient_digits() const;
  /// The fewest digits behind the point that hold the value (numeric's min_scale): 0 for 8.40 is 1.
  [[nodiscard]] int min_scale() const;

  friend std::weak_ordering operator<=>(const Numeric& left, const Numeric& right);
  /// Equal numbers, whatever their scales.
  friend bool operator==(const Numeric& left, const Numeric& right) { return (left <=> right) == 0; }

  [[nodiscard]] Numeric operator-() const;
  friend Numeric operator+(const Numeric& left, const Numeric& right);
  friend Numeric operator-(const Numeric& left, const Numeric& right);
  friend Numeric operator*(const Numeric& left, const Numeric& right);
  /// 22012 if the divisor is zero; PostgreSQL's choice of scale (at least 16 significant digits).
  friend Numeric operator/(const Numeric& left, const Numeric& right);
  /// Sign of the dividend; 22012.
  friend Numeric operator%(const Numeric& left, const Numeric& right);
  /// Quotient truncated to an integer (`div(a, b)`); 22012.
  [[nodiscard]] Numeric divide_truncating(const Numeric& divisor) const;

  [[nodiscard]] Numeric abs() const;
  /// To `digits` behind the point (negative: before it), half away from zero. The result has scale max(digits, 0).
  [[nodiscard]] Numeric round(int digits) const;
  [[nodiscard]] Numeric trunc(int digits) const;
  [[nodiscard]] Numeric ceil() const;
  [[nodiscard]] Numeric floor() const;
  /// The same value with min_scale() digits behind the point.
  [[nodiscard]] Numeric trim_scale() const;

  /// The functions of the same name. Errors as PostgreSQL: 2201F for roots of negatives and for powers that are not
  /// real, 2201E for logarithms of what is not positive, 22003 where the result does not fit.
  [[nodiscard]] Numeric sqrt() const;
  [[nodiscard]] Numeric exp() const;
  [[nodiscard]] Numeric ln() const;
  [[nodiscard]] Numeric log(const Numeric& base) const;
  [[nodiscard]] Numeric power(const Numeric& exponent) const;

  /// Rounds half away from zero; false if NaN, infinite or out of range.
  [[nodiscard]] bool to_int64(int64_t& value) const;
  [[nodiscard]] bool to_uint64(uint64_t& value) const;
  [[nodiscard]] bool to_int128(Int128& value) const;
  /// The nearest double; ±Infinity where it is out of range (the caller knows whether that is an error).
  [[nodiscard]] double to_double() const;

  /// As casts do it: 22003 `bigint out of range`, 0A000 `cannot convert NaN to bigint` with the name of the type given.
  [[nodiscard]] int64_t to_integer(std::string_view type_name, int64_t min, int64_t max) const;
  /// As casts do it: 22003 `"1000…" is out of range for type double precision`, also where a tiny number would vanish.
  [[nodiscard]] double to_double_checked() const;

  /// The value as it is stored in a column of numeric(p,s) with this type modifier: rounded to the scale; 22003
  /// `numeric field overflow` with PostgreSQL's detail if it has too many digits. Infinity fits only modifier -1.
  [[nodiscard]] Numeric with_modifier(int32_t modifier) const;

 private:
  friend class NumericMath;
  explicit Numeric(Kind kind) : kind_(kind) {}

  Int128 coefficient_ = 0;           ///< if magnitude_ is empty
  std::vector<uint64_t> magnitude_;  ///< little-endian words of a coefficient beyond 128 bits, no leading zeros
  bool negative_ = false;            ///< the sign that goes with magnitude_
  uint16_t scale_ = 0;
  Kind kind_ = Kind::kFinite;
};

}  // namespace tidemark
