#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "types/logical_type.h"

namespace tidemark {

/// One value of any type, or NULL: literals, parameters, bounds, results of tests. Not for hot loops.
class Value {
 public:
  /// NULL of unknown type.
  Value() = default;
  static Value null(LogicalType type);
  static Value boolean(bool value);
  static Value int16(int16_t value);
  static Value int32(int32_t value);
  static Value int64(int64_t value);
  static Value uint64(uint64_t value);
  static Value float32(float value);
  static Value float64(double value);
  static Value text(std::string value);
  static Value interval(Interval value);
  static Value uuid(Uuid value);
  /// Any type whose physical form is kBytes, in that packed form (numeric: see types/numeric.h; arrays: types/array.h).
  static Value bytes(LogicalType type, std::string value);
  /// Any type whose physical form is an integer: dates, times, timestamps, oids, booleans.
  static Value integer(LogicalType type, int64_t value);

  [[nodiscard]] LogicalType type() const { return type_; }
  [[nodiscard]] bool is_null() const { return std::holds_alternative<std::monostate>(data_); }

  [[nodiscard]] bool as_bool() const { return std::get<int64_t>(data_) != 0; }
  /// bool, int16, int32, int64 and everything physically so.
  [[nodiscard]] int64_t as_int64() const { return std::get<int64_t>(data_); }
  [[nodiscard]] uint64_t as_uint64() const { return std::get<uint64_t>(data_); }
  /// float32 and float64.
  [[nodiscard]] double as_double() const { return std::get<double>(data_); }
  [[nodiscard]] const std::string& as_bytes() const { return std::get<std::string>(data_); }
  [[nodiscard]] const Interval& as_interval() const { return std::get<Interval>(data_); }
  [[nodiscard]] const Uuid& as_uuid() const { return std::get<Uuid>(data_); }

  /// The same bits under another type of the same physical form.
  [[nodiscard]] Value with_type(LogicalType type) const;

  /// Same type, both NULL or same bits (NaN equals NaN). SQL equality is a function of the registry, not this.
  friend bool operator==(const Value& left, const Value& right);

 private:
  LogicalType type_;
  std::variant<std::monostate, int64_t, uint64_t, double, std::string, Interval, Uuid> data_;
};

}  // namespace tidemark
