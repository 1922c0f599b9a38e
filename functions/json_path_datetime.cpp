#include "functions/json_path_datetime.h"

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/error.h"
#include "types/calendar.h"
#include "types/datetime.h"
#include "types/time_zone.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

using enum TypeId;

/// The fields that a text may name.
struct PathTimeFields {
  bool has_date = false;
  bool has_time = false;
  bool has_zone = false;
  int year = 1;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int microsecond = 0;
  int seconds_east = 0;
};

/// Takes `count` digits.
bool take_digits(std::string_view& text, size_t count_min, size_t count_max, int& number) {
  size_t count = 0;
  while (count < count_max && count < text.size() && is_ascii_digit(text[count])) ++count;
  if (count < count_min) return false;
  std::from_chars(text.data(), text.data() + count, number);
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_iso_date(std::string_view& text, PathTimeFields& fields) {
  fields.has_date = true;
  return take_digits(text, 4, 6, fields.year) && take(text, '-') && take_digits(text, 2, 2, fields.month) &&
         take(text, '-') && take_digits(text, 2, 2, fields.day);
}

bool take_zone(std::string_view& text, PathTimeFields& fields) {
  const bool west = text.starts_with('-');
  if (!west && !text.starts_with('+')) return false;
  text.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take_digits(text, 1, 2, hours)) return false;
  if (take(text, ':') && !take_digits(text, 1, 2, minutes)) return false;
  fields.has_zone = true;
  fields.seconds_east = (hours * 60 + minutes) * 60 * (west ? -1 : 1);
  return true;
}

bool take_iso_time(std::string_view& text, PathTimeFields& fields) {
  fields.has_time = true;
  if (!take_digits(text, 2, 2, fields.hour) || !take(text, ':') || !take_digits(text, 2, 2, fields.minute) ||
      !take(text, ':') || !take_digits(text, 2, 2, fields.second)) {
    return false;
  }
  while (text.starts_with(' ')) text.remove_prefix(1);
  return text.empty() || take_zone(text, fields);
}

bool read_iso(std::string_view text, PathTimeFields& fields) {
  std::string_view rest = text;
  if (!take_iso_date(rest, fields)) {
    fields = {};
    rest = text;
    return take_iso_time(rest, fields) && rest.empty();
  }
  if (rest.empty()) return true;
  return (take(rest, ' ') || take(rest, 'T')) && take_iso_time(rest, fields) && rest.empty();
}

/// One field of a template.
enum class Field : uint8_t {
  kYear,
  kMonth,
  kDay,
  kHour24,
  kHour12,
  kMinute,
  kSecond,
  kMilli,
  kMicro,
  kZoneHour,
  kZoneMinute,
  kMeridian
};
struct FieldName {
  std::string_view name;
  Field field;
};
constexpr FieldName kFieldNames[] = {
    {"yyyy", Field::kYear},   {"mm", Field::kMonth},    {"dd", Field::kDay},       {"hh24", Field::kHour24},
    {"hh12", Field::kHour12}, {"hh", Field::kHour12},   {"mi", Field::kMinute},    {"ss", Field::kSecond},
    {"ms", Field::kMilli},    {"us", Field::kMicro},    {"tzh", Field::kZoneHour}, {"tzm", Field::kZoneMinute},
    {"am", Field::kMeridian}, {"pm", Field::kMeridian},
};

[[noreturn]] void throw_bad_value(std::string_view text, std::string_view field) {
  const std::string name = to_ascii_upper(field);
  if (text.empty()) {
    throw Error(sqlstate::kInvalidDatetimeFormat, "input string is too short for datetime format");
  }
  throw Error(sqlstate::kInvalidDatetimeFormat,
              "invalid value \"" + std::string(text.substr(0, field.size())) + "\" for \"" + name + "\"")
      .with_detail("Value must be an integer.");
}

class TemplateReader {
 public:
  TemplateReader(std::string_view text, std::string_view format) : text_(text), format_(format) {}

  PathTimeFields read() {
    while (!format_.empty()) {
      if (take(format_, '"')) {
        read_quoted();
        continue;
      }
      if (const FieldName* name = next_field()) {
        read_field(*name);
        format_.remove_prefix(name->name.size());
        continue;
      }
      format_.remove_prefix(1);
      if (text_.empty()) throw Error(sqlstate::kInvalidDatetimeFormat, "input string is too short for datetime format");
      text_.remove_prefix(1);
    }
    if (!text_.empty()) {
      throw Error(sqlstate::kInvalidDatetimeFormat, "trailing characters remain in input string after datetime format");
    }
    if (pm_ && fields_.hour < 12) fields_.hour += 12;
    if (am_ && fields_.hour == 12) fields_.hour = 0;
    fields_.seconds_east = (zone_hours_ * 60 + zone_minutes_) * 60 * (zone_west_ ? -1 : 1);
    return fields_;
  }

 private:
  void read_quoted() {
    while (!format_.empty() && format_.front() != '"') {
      format_.remove_prefix(1);
      if (!text_.empty()) text_.remove_prefix(1);
    }
    take(format_, '"');
  }
  [[nodiscard]] const FieldName* next_field() const {
    for (const FieldName& candidate : kFieldNames) {
      if (format_.size() >= candidate.name.size() &&
          to_ascii_lower(format_.substr(0, candidate.name.size())) == candidate.name) {
        return &candidate;
      }
    }
    return nullptr;
  }
  int number(const FieldName& name, size_t digits) {
    int value = 0;
    if (!take_digits(text_, 1, digits, value)) throw_bad_value(text_, name.name);
    return value;
  }
  int fraction(const FieldName& name, size_t digits) {
    const size_t before = text_.size();
    int value = number(name, digits);
    for (size_t taken = before - text_.size(); taken < 6; ++taken) value *= 10;
    return value;
  }
  void read_field(const FieldName& name) {
    switch (name.field) {
      case Field::kYear:
        fields_.has_date = true;
        fields_.year = number(name, 4);
        return;
      case Field::kMonth:
        fields_.has_date = true;
        fields_.month = number(name, 2);
        return;
      case Field::kDay:
        fields_.has_date = true;
        fields_.day = number(name, 2);
        return;
      case Field::kHour24:
      case Field::kHour12:
        fields_.has_time = true;
        fields_.hour = number(name, 2);
        return;
      case Field::kMinute:
        fields_.has_time = true;
        fields_.minute = number(name, 2);
        return;
      case Field::kSecond:
        fields_.has_time = true;
        fields_.second = number(name, 2);
        return;
      case Field::kMilli:
        fields_.has_time = true;
        fields_.microsecond = fraction(name, 3);
        return;
      case Field::kMicro:
        fields_.has_time = true;
        fields_.microsecond = fraction(name, 6);
        return;
      case Field::kZoneHour:
        fields_.has_zone = true;
        while (text_.starts_with(' ')) text_.remove_prefix(1);
        zone_west_ = text_.starts_with('-');
        if (zone_west_ || text_.starts_with('+')) text_.remove_prefix(1);
        zone_hours_ = number(name, 2);
        return;
      case Field::kZoneMinute:
        fields_.has_zone = true;
        zone_minutes_ = number(name, 2);
        return;
      case Field::kMeridian:
        if (text_.size() < 2) throw_bad_value(text_, name.name);
        pm_ = to_ascii_lower(text_.front()) == 'p';
        am_ = !pm_;
        text_.remove_prefix(2);
        return;
    }
  }

  std::string_view text_;
  std::string_view format_;
  PathTimeFields fields_;
  bool am_ = false;
  bool pm_ = false;
  bool zone_west_ = false;
  int zone_hours_ = 0;
  int zone_minutes_ = 0;
};

std::string two_digits(int number) { return (number < 10 ? "0" : "") + std::to_string(number); }

/// Read by the type's own input, which knows what is out of range.
int64_t value_of_fields(TypeId type, const PathTimeFields& fields) {
  std::string text;
  if (fields.has_date) {
    text = std::to_string(fields.year);
    text.insert(0, text.size() < 4 ? 4 - text.size() : 0, '0');
    text += '-' + two_digits(fields.month) + '-' + two_digits(fields.day);
  }
  if (fields.has_time) {
    if (!text.empty()) text += ' ';
    std::string fraction = std::to_string(fields.microsecond);
    fraction.insert(0, 6 - fraction.size(), '0');
    text +=
        two_digits(fields.hour) + ':' + two_digits(fields.minute) + ':' + two_digits(fields.second) + '.' + fraction;
  }
  if (fields.has_zone) {
    const int minutes = std::abs(fields.seconds_east) / 60;
    text += (fields.seconds_east < 0 ? '-' : '+') + two_digits(minutes / 60) + ':' + two_digits(minutes % 60);
  }
  return parse_value(type, text, {}).as_int64();
}

TypeId type_of_fields(const PathTimeFields& fields) {
  if (fields.has_date && fields.has_time) return fields.has_zone ? kTimestampTz : kTimestamp;
  if (fields.has_date) return kDate;
  return fields.has_zone ? kTimeTz : kTime;
}

}  // namespace

JsonPathDatetime JsonPathDatetime::parse(std::string_view text) {
  PathTimeFields fields;
  if (!read_iso(text, fields)) {
    throw Error("22031", "datetime format is not recognized: \"" + std::string(text) + "\"")
        .with_hint("Use a datetime template argument to specify the input data format.");
  }
  JsonPathDatetime made;
  made.type_ = type_of_fields(fields);
  made.value_ = value_of_fields(made.type_, fields);
  made.seconds_east_ = fields.seconds_east;
  return made;
}

JsonPathDatetime JsonPathDatetime::parse(std::string_view text, std::string_view format) {
  const PathTimeFields fields = TemplateReader(text, format).read();
  JsonPathDatetime made;
  made.type_ = type_of_fields(fields);
  if (fields.has_date && fields.has_zone && !fields.has_time) {
    throw Error("22031", "missing time zone in input string for type timestamptz");
  }
  made.value_ = value_of_fields(made.type_, fields);
  made.seconds_east_ = fields.seconds_east;
  return made;
}

std::string_view JsonPathDatetime::type_name() const {
  switch (type_) {
    case kDate:
      return "date";
    case kTime:
      return "time without time zone";
    case kTimeTz:
      return "time with time zone";
    case kTimestamp:
      return "timestamp without time zone";
    default:
      return "timestamp with time zone";
  }
}

std::string JsonPathDatetime::text() const {
  const DateTimeOptions iso;
  std::string out;
  switch (type_) {
    case kDate:
      append_date(out, static_cast<int32_t>(value_), iso);
      return out;
    case kTime:
      append_time(out, value_);
      return out;
    case kTimeTz:
      append_time(out, unpack_timetz(value_).microseconds);
      break;
    case kTimestamp:
      append_timestamp(out, value_, iso);
      break;
    default:
      append_timestamp(out, value_ + seconds_east_ * kMicrosecondsPerSecond, iso);
      break;
  }
  std::ranges::replace(out, ' ', 'T');
  if (type_ == kTimestamp) return out;
  const int minutes = std::abs(seconds_east_) / 60;
  return out + (seconds_east_ < 0 ? '-' : '+') + two_digits(minutes / 60) + ':' + two_digits(minutes % 60);
}

namespace {

/// As errors of casts name the types.
std::string_view short_name(TypeId type) {
  switch (type) {
    case kDate:
      return "date";
    case kTime:
      return "time";
    case kTimeTz:
      return "timetz";
    case kTimestamp:
      return "timestamp";
    default:
      return "timestamptz";
  }
}

void require_zone(const TimeZone* zone, TypeId from, TypeId to) {
  if (zone != nullptr) return;
  throw Error(sqlstate::kFeatureNotSupported, "cannot convert value from " + std::string(short_name(from)) + " to " +
                                                  std::string(short_name(to)) + " without time zone usage")
      .with_hint("Use *_tz() function for time zone support.");
}

}  // namespace

int64_t JsonPathDatetime::as_timestamptz(const TimeZone* zone, const JsonPathDatetime& other) const {
  if (type_ == kTimestampTz) return value_;
  require_zone(zone, type_, other.type_);
  return type_ == kDate ? date_to_timestamptz(static_cast<int32_t>(value_), *zone)
                        : timestamp_to_timestamptz(value_, *zone);
}

std::optional<std::strong_ordering> JsonPathDatetime::compare(const JsonPathDatetime& other,
                                                              const TimeZone* zone) const {
  if (type_ == other.type_) return value_ <=> other.value_;
  const auto is_time = [](TypeId type) { return type == kTime || type == kTimeTz; };
  if (is_time(type_) != is_time(other.type_)) return std::nullopt;
  if (is_time(type_)) {
    require_zone(zone, kTime, kTimeTz);
    const auto packed = [&](const JsonPathDatetime& time) {
      // A plain time is one of the session's zone, with the offset that the zone has in winter.
      const int64_t midnight = date_to_timestamptz(0, *zone);
      return time.type_ == kTimeTz
                 ? time.value_
                 : pack_timetz({time.value_, static_cast<int32_t>(midnight / kMicrosecondsPerSecond)});
    };
    return packed(*this) <=> packed(other);
  }
  if (type_ == kTimestampTz || other.type_ == kTimestampTz) {
    return as_timestamptz(zone, other) <=> other.as_timestamptz(zone, *this);
  }
  const auto as_timestamp = [](const JsonPathDatetime& value) {
    return value.type_ == kDate ? date_to_timestamp(static_cast<int32_t>(value.value_)) : value.value_;
  };
  return as_timestamp(*this) <=> as_timestamp(other);
}

}  // namespace tidemark
