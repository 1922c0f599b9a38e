#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "types/logical_type.h"

namespace tidemark {

class TimeZone;

/// What `.datetime()` makes of a string in a JSON path: a date, time, timetz, timestamp or timestamptz, whichever the
/// string is written as.
class JsonPathDatetime {
 public:
  JsonPathDatetime() = default;
  /// ISO forms. 22031 `datetime format is not recognized: "…"`.
  static JsonPathDatetime parse(std::string_view text);
  /// With to_timestamp's template. 22007 where the text does not follow it.
  static JsonPathDatetime parse(std::string_view text, std::string_view format);

  [[nodiscard]] std::string_view type_name() const;
  /// As jsonb shows it.
  [[nodiscard]] std::string text() const;
  /// Nothing if the two are not of comparable kinds. 0A000 if a zone would be needed and none is given.
  [[nodiscard]] std::optional<std::strong_ordering> compare(const JsonPathDatetime& other, const TimeZone* zone) const;

 private:
  [[nodiscard]] int64_t as_timestamptz(const TimeZone* zone, const JsonPathDatetime& other) const;

  TypeId type_ = TypeId::kDate;
  int64_t value_ = 0;         ///< as a vector of the type holds it
  int32_t seconds_east_ = 0;  ///< as it was written
};

}  // namespace tidemark
