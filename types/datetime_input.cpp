#include "types/datetime_input.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/ascii.h"
#include "base/error.h"
#include "types/calendar.h"
#include "types/datetime.h"
#include "types/datetime_words.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

using TokenKind = DateToken::Kind;

enum class Failure : uint8_t { kNone, kFormat, kRange, kMonthOrDayRange, kZoneRange };

[[noreturn]] void fail(Failure failure, std::string_view text, std::string_view type) {
  const std::string quoted = ": \"" + std::string(text) + "\"";
  switch (failure) {
    case Failure::kRange:
      throw Error(sqlstate::kDatetimeFieldOverflow, "date/time field value out of range" + quoted);
    case Failure::kMonthOrDayRange:
      throw Error(sqlstate::kDatetimeFieldOverflow, "date/time field value out of range" + quoted)
          .with_hint("Perhaps you need a different \"datestyle\" setting.");
    case Failure::kZoneRange:
      throw Error(sqlstate::kInvalidTimeZoneDisplacement, "time zone displacement out of range" + quoted);
    default:
      throw Error(sqlstate::kInvalidDatetimeFormat, "invalid input syntax for type " + std::string(type) + quoted);
  }
}

/// The parts of a date and time that a token can bring; no part may come twice.
enum Part : uint32_t {
  kYearPart = 1,
  kMonthPart = 2,
  kDayPart = 4,
  kDayOfYearPart = 8,
  kClockPart = 16,
  kZonePart = 32,
  kMeridiemPart = 64,
  kEraPart = 128,
  kWeekdayPart = 256,
  kDaylightPart = 512,
  kDateParts = kYearPart | kMonthPart | kDayPart,
};

enum class Special : uint8_t { kNone, kNow, kEpoch, kInfinity, kMinusInfinity };

/// What a text says, before time zones and units are applied.
struct Decoded {
  Special special = Special::kNone;
  int64_t year = 0;
  int32_t month = 0;
  int32_t day = 0;
  int32_t hour = 0;
  int32_t minute = 0;
  int32_t second = 0;
  double fraction = 0;  ///< of a second, below 1
  uint32_t parts = 0;
  int32_t seconds_east = 0;  ///< if parts has kZonePart and `zone` is null
  const TimeZone* zone = nullptr;
};

int64_t clock_microseconds(const Decoded& decoded) {
  return decoded.hour * kMicrosecondsPerHour + decoded.minute * kMicrosecondsPerMinute +
         decoded.second * kMicrosecondsPerSecond + static_cast<int64_t>(std::rint(decoded.fraction * 1e6));
}

bool parse_integer(std::string_view text, int32_t& number, size_t& used) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  used = static_cast<size_t>(end - text.data());
  return error == std::errc();
}

/// Reads the tokens of one text. Which token may mean what, in which order and after what, follows the manual's
/// appendix B.1; where that is silent, PostgreSQL 15 was asked.
class DateTimeDecoder {
 public:
  DateTimeDecoder(const DateTimeOptions& options, bool time_only) : options_(options), time_only_(time_only) {}

  Failure decode(std::string_view text) {
    if (!tokens_.cut(text) || tokens_.size() == 0) {
      return Failure::kFormat;
    }
    for (index_ = 0; index_ < tokens_.size(); ++index_) {
      const DateToken& token = tokens_[index_];
      uint32_t parts = 0;
      const Failure failure = decode_token(token, parts);
      if (failure != Failure::kNone) {
        return failure;
      }
      if ((parts & result_.parts) != 0) {
        return Failure::kFormat;
      }
      result_.parts |= parts;
    }
    return prefix_ == DateWordKind::kUnknown ? finish() : Failure::kFormat;
  }
  [[nodiscard]] const Decoded& result() const { return result_; }

 private:
  Failure decode_token(const DateToken& token, uint32_t& parts) {
    switch (token.kind) {
      case TokenKind::kDate:
        return decode_date_token(token.text, parts);
      case TokenKind::kTime:
        if (prefix_ != DateWordKind::kUnknown && prefix_ != DateWordKind::kIsoTime) {
          return Failure::kFormat;
        }
        prefix_ = DateWordKind::kUnknown;
        has_whole_clock_ = true;
        return decode_clock(token.text, parts);
      case TokenKind::kZone:
        parts = kZonePart;
        return decode_offset(token.text);
      case TokenKind::kNumber:
        return decode_number_token(token.text, parts);
      case TokenKind::kWord:
      case TokenKind::kSignedWord:
        return decode_word(token.text, parts);
    }
    return Failure::kFormat;
  }

  [[nodiscard]] bool has_date() const { return (result_.parts & kDateParts) == kDateParts; }
  /// What number fields take for known: in a time alone, a date need not come any more.
  [[nodiscard]] uint32_t known_parts() const { return time_only_ ? result_.parts | kDateParts : result_.parts; }
  /// Where a time is wanted, a date before it is tolerated.
  [[nodiscard]] bool may_be_date() const {
    if (!time_only_) {
      return (result_.parts & (kMonthPart | kDayPart)) != (kMonthPart | kDayPart);
    }
    return index_ == 0 && tokens_.size() >= 2 &&
           (tokens_[tokens_.size() - 1].kind == TokenKind::kDate || tokens_[1].kind == TokenKind::kTime);
  }

  Failure decode_date_token(std::string_view text, uint32_t& parts) {
    const bool starts_with_digit = text.front() >= '0' && text.front() <= '9';
    if (prefix_ == DateWordKind::kJulian && starts_with_digit) {  // A day with its offset: J2452271-08.
      const size_t sign = std::min(text.find('-'), text.size());
      const Failure day = decode_prefixed_number(text.substr(0, sign), parts);
      if (day != Failure::kNone || sign == text.size()) {
        return day;
      }
      parts |= kZonePart;
      return decode_offset(text.substr(sign));
    }
    if (prefix_ == DateWordKind::kUnknown && may_be_date()) {
      return decode_date(text, parts);
    }
    if (!starts_with_digit && prefix_ == DateWordKind::kUnknown) {
      result_.zone = TimeZone::find(text);
      parts = kZonePart;
      if (result_.zone == nullptr) {
        throw Error(sqlstate::kInvalidParameterValue, "time zone \"" + std::string(text) + "\" not recognized");
      }
      return Failure::kNone;
    }
    // A time without colons and its offset: 040506-08.
    const size_t sign = text.find('-');
    if ((prefix_ != DateWordKind::kUnknown && prefix_ != DateWordKind::kIsoTime) || (result_.parts & kClockPart) != 0 ||
        sign == std::string_view::npos) {
      return Failure::kFormat;
    }
    prefix_ = DateWordKind::kUnknown;
    const Failure failure = decode_offset(text.substr(sign));
    if (failure != Failure::kNone) {
      return failure;
    }
    const Failure clock = decode_long_number(text.substr(0, sign), known_parts(), parts);
    parts |= kZonePart;
    return clock;
  }

  /// Two or three fields between delimiters, one of which may be the name of a month.
  Failure decode_date(std::string_view text, uint32_t& parts) {
    constexpr size_t kFieldsMax = 25;
    std::string_view fields[kFieldsMax];
    size_t count = 0;
    for (size_t at = 0; at < text.size();) {
      const bool digits = is_ascii_digit(text[at]);
      if (!digits && !is_ascii_letter(text[at])) {
        ++at;
        continue;
      }
      size_t end = at;
      while (end < text.size() && (digits ? is_ascii_digit(text[end]) : is_ascii_letter(text[end]))) {
        ++end;
      }
      if (count == kFieldsMax) {
        return Failure::kFormat;
      }
      fields[count++] = text.substr(at, end - at);
      at = end;
    }
    bool month_in_letters = false;
    for (size_t i = 0; i < count; ++i) {
      if (is_ascii_letter(fields[i].front())) {
        const DateWord word = find_date_word(fields[i]);
        if (word.kind != DateWordKind::kIgnored) {
          if (word.kind != DateWordKind::kMonth || (parts & kMonthPart) != 0) {
            return Failure::kFormat;
          }
          result_.month = word.value;
          month_in_letters = true;
          parts |= kMonthPart;
        }
        fields[i] = {};
      }
    }
    for (size_t i = 0; i < count; ++i) {
      if (fields[i].empty()) {
        continue;
      }
      uint32_t part = 0;
      const Failure failure = decode_number(fields[i], month_in_letters, result_.parts | parts, part);
      if (failure != Failure::kNone) {
        return failure;
      }
      if ((part & (result_.parts | parts)) != 0) {
        return Failure::kFormat;
      }
      parts |= part;
    }
    return ((result_.parts | parts) & ~(kDayOfYearPart | kZonePart)) == kDateParts ? Failure::kNone : Failure::kFormat;
  }

  Failure decode_number_token(std::string_view text, uint32_t& parts) {
    if (prefix_ != DateWordKind::kUnknown) {
      return decode_prefixed_number(text, parts);
    }
    const size_t point = text.find('.');
    if (point != std::string_view::npos) {
      if (time_only_ ? index_ == 0 && tokens_.size() >= 2 && tokens_[tokens_.size() - 1].kind == TokenKind::kDate
                     : (result_.parts & kDateParts) == 0) {
        return decode_date(text, parts);
      }
      if (point > 2) {
        return decode_long_number(text, known_parts(), parts);
      }
      return time_only_ ? Failure::kFormat : decode_number(text, month_in_letters_, result_.parts, parts);
    }
    if (time_only_ ? text.size() > 4
                   : text.size() >= 6 && ((result_.parts & kDateParts) == 0 || (result_.parts & kClockPart) == 0)) {
      return decode_long_number(text, known_parts(), parts);
    }
    return decode_number(text, month_in_letters_ && !time_only_, known_parts(), parts);
  }

  /// A number behind `j`, `t` or one of the units y, m, d, h, mm, s.
  Failure decode_prefixed_number(std::string_view text, uint32_t& parts) {
    const DateWordKind prefix = prefix_;
    prefix_ = DateWordKind::kUnknown;
    if (prefix == DateWordKind::kIsoTime) {
      return decode_long_number(text, known_parts() | kDateParts, parts);
    }
    int32_t number = 0;
    size_t used = 0;
    if (!parse_integer(text, number, used)) {
      return Failure::kRange;
    }
    if (prefix == DateWordKind::kJulian) {
      const CivilDate date = civil_from_days(int64_t{number} - kEpochJulianDay);
      result_.year = date.year;
      result_.month = date.month;
      result_.day = date.day;
      is_julian_ = true;
      parts = kDateParts;
      if (used == text.size()) {
        return Failure::kNone;
      }
      double fraction = 0;
      if (!parse_fraction(text.substr(used), fraction)) {
        return Failure::kFormat;
      }
      const auto microseconds = static_cast<int64_t>(fraction * static_cast<double>(kMicrosecondsPerDay));
      const CivilTime time = civil_from_timestamp(microseconds);
      result_.hour = time.hour;
      result_.minute = time.minute;
      result_.second = time.second;
      result_.fraction = time.microsecond / 1e6;
      parts |= kClockPart;
      return Failure::kNone;
    }
    constexpr int kMonthUnit = 2, kDayUnit = 3, kMinuteUnit = 5, kSecondUnit = 6;
    if (used != text.size() && (prefix_unit_ != kSecondUnit || !parse_fraction(text.substr(used), result_.fraction))) {
      return Failure::kFormat;
    }
    if (time_only_ && prefix_unit_ <= kDayUnit) {
      return Failure::kFormat;
    }
    const bool is_minute =
        prefix_unit_ == kMinuteUnit || (prefix_unit_ == kMonthUnit && (result_.parts & kMonthPart) != 0);
    if (is_minute || prefix_unit_ == kSecondUnit) {
      const uint32_t unit = is_minute ? 1U : 2U;
      if (has_whole_clock_ || (clock_units_ & unit) != 0) {
        return Failure::kFormat;
      }
      clock_units_ |= unit;
    }
    switch (prefix_unit_) {
      case 1:
        result_.year = number;
        parts = kYearPart;
        return Failure::kNone;
      case 2:
        if ((result_.parts & kMonthPart) == 0) {
          result_.month = number;
          parts = kMonthPart;
        } else {  // After a month and an hour, m means minutes.
          result_.minute = number;
        }
        return Failure::kNone;
      case 3:
        result_.day = number;
        parts = kDayPart;
        return Failure::kNone;
      case 4:
        result_.hour = number;
        parts = kClockPart;
        return Failure::kNone;
      case 5:
        result_.minute = number;
        return Failure::kNone;
      default:
        result_.second = number;
        return Failure::kNone;
    }
  }

  /// One number whose meaning hangs on what is known and on the date order.
  Failure decode_number(std::string_view text, bool month_in_letters, uint32_t known, uint32_t& part) {
    int32_t number = 0;
    size_t used = 0;
    part = 0;
    if (!parse_integer(text, number, used)) {
      return used == 0 ? Failure::kFormat : Failure::kRange;
    }
    if (used < text.size()) {
      if (text[used] != '.') {
        return Failure::kFormat;
      }
      if (used > 2) {
        return decode_long_number(text, known | kDateParts, part);
      }
      if (!parse_fraction(text.substr(used), result_.fraction)) {
        return Failure::kFormat;
      }
    }
    const DateOrder order = options_.date_order;
    const bool long_number = text.size() >= 3;
    if (text.size() == 3 && (known & kDateParts) == kYearPart && number >= 1 && number <= 366) {
      result_.day = number;
      part = kDayOfYearPart | kMonthPart | kDayPart;
      day_of_year_ = true;
      return Failure::kNone;
    }
    switch (known & kDateParts) {
      case 0:
        part = long_number || order == DateOrder::kYearMonthDay ? kYearPart
               : order == DateOrder::kDayMonthYear              ? kDayPart
                                                                : kMonthPart;
        break;
      case kYearPart:
      case kDayPart:
        part = kMonthPart;
        break;
      case kMonthPart:
        part = month_in_letters && (long_number || order == DateOrder::kYearMonthDay) ? kYearPart : kDayPart;
        break;
      case kYearPart | kMonthPart:
        part = kDayPart;
        if (month_in_letters && long_number && year_has_two_digits_) {  // 08-Jan-1999 in year-first order
          result_.day = static_cast<int32_t>(result_.year);
          result_.year = number;
          year_has_two_digits_ = false;
          return Failure::kNone;
        }
        break;
      case kMonthPart | kDayPart:
        part = kYearPart;
        break;
      case kDateParts:
        return decode_long_number(text, known, part);
      default:
        return Failure::kFormat;
    }
    if (part == kYearPart) {
      result_.year = number;
      year_has_two_digits_ = text.size() <= 2;
    } else {
      (part == kMonthPart ? result_.month : result_.day) = number;
    }
    return Failure::kNone;
  }

  /// Digits run together: YYYYMMDD, YYMMDD, HHMMSS, HHMM, with a fraction of a second perhaps.
  Failure decode_long_number(std::string_view text, uint32_t known, uint32_t& parts) {
    parts = 0;
    const size_t point = text.find('.');
    const auto number = [](std::string_view digits) {
      int32_t value = 0;
      size_t used = 0;
      return parse_integer(digits, value, used) && used == digits.size() ? value : -1;
    };
    if (point != std::string_view::npos) {
      if (!parse_fraction(text.substr(point), result_.fraction)) {
        return Failure::kFormat;
      }
      text = text.substr(0, point);
    } else if ((known & kDateParts) != kDateParts && text.size() >= 6) {
      const size_t year_digits = text.size() - 4;
      result_.year = number(text.substr(0, year_digits));
      result_.month = number(text.substr(year_digits, 2));
      result_.day = number(text.substr(year_digits + 2));
      year_has_two_digits_ = year_digits == 2;
      parts = kDateParts;
      return Failure::kNone;
    }
    if ((known & kClockPart) != 0 || (text.size() != 6 && text.size() != 4)) {
      return Failure::kFormat;
    }
    result_.hour = number(text.substr(0, 2));
    result_.minute = number(text.substr(2, 2));
    result_.second = text.size() == 6 ? number(text.substr(4)) : 0;
    parts = kClockPart;
    return Failure::kNone;
  }

  /// hh:mm, hh:mm:ss, with a fraction.
  Failure decode_clock(std::string_view text, uint32_t& parts) {
    parts = kClockPart;
    size_t used = 0;
    if (!parse_integer(text, result_.hour, used)) {
      return Failure::kRange;
    }
    text.remove_prefix(used);
    if (text.empty() || text.front() != ':') {
      return Failure::kFormat;
    }
    text.remove_prefix(1);
    if (!parse_integer(text, result_.minute, used)) {
      return used == 0 ? Failure::kFormat : Failure::kRange;
    }
    text.remove_prefix(used);
    if (!text.empty() && text.front() == '.') {  // mm:ss.fraction
      result_.second = result_.minute;
      result_.minute = result_.hour;
      result_.hour = 0;
    } else if (!text.empty()) {
      text.remove_prefix(1);
      if (!parse_integer(text, result_.second, used)) {
        return used == 0 ? Failure::kFormat : Failure::kRange;
      }
      text.remove_prefix(used);
    }
    if (!text.empty() && !parse_fraction(text, result_.fraction)) {
      return Failure::kFormat;
    }
    return result_.minute > 59 || result_.second > 60 ? Failure::kRange : Failure::kNone;
  }

  /// +hh, +hhmm, +hh:mm, +hh:mm:ss east of UTC.
  Failure decode_offset(std::string_view text) {
    const bool west = text.front() == '-';
    if (!west && text.front() != '+') {
      return Failure::kFormat;
    }
    const size_t length = text.size();
    text.remove_prefix(1);
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t seconds = 0;
    size_t used = 0;
    if (!parse_integer(text, hours, used)) {
      return Failure::kZoneRange;
    }
    text.remove_prefix(used);
    if (!text.empty() && text.front() == ':') {
      text.remove_prefix(1);
      if (!parse_integer(text, minutes, used)) {
        return used == 0 && text.empty() ? Failure::kNone : Failure::kFormat;
      }
      text.remove_prefix(used);
      if (!text.empty() && text.front() == ':') {
        text.remove_prefix(1);
        if (!parse_integer(text, seconds, used)) {
          return Failure::kFormat;
        }
        text.remove_prefix(used);
      }
    } else if (text.empty() && length > 3) {
      minutes = hours % 100;
      hours /= 100;
    }
    if (hours > 15 || minutes > 59 || seconds > 59) {
      return Failure::kZoneRange;
    }
    result_.seconds_east = (hours * 60 + minutes) * 60 + seconds;
    result_.seconds_east = west ? -result_.seconds_east : result_.seconds_east;
    return text.empty() ? Failure::kNone : Failure::kFormat;
  }

  void set_date_from_now(int64_t days_from_today) {
    const TimeZone& zone = options_.time_zone != nullptr ? *options_.time_zone : TimeZone::utc();
    const int64_t today = floor_divide(zone.utc_to_local(options_.now), kMicrosecondsPerDay);
    const CivilDate date = civil_from_days(today + days_from_today);
    result_.year = date.year;
    result_.month = date.month;
    result_.day = date.day;
    is_julian_ = true;  // The year is as it shall be.
  }

  Failure decode_word(std::string_view text, uint32_t& parts) {
    // A time of day alone has no day to tell what a changing abbreviation means; it means what it does today.
    if (!time_only_ && (result_.zone = TimeZone::find_changing_abbreviation(text)) != nullptr) {
      parts = kZonePart;
      return Failure::kNone;
    }
    bool is_daylight = false;
    if (find_zone_abbreviation(text, result_.seconds_east, is_daylight)) {
      parts = kZonePart;
      return Failure::kNone;
    }
    const DateWord word = find_date_word(text);
    switch (word.kind) {
      case DateWordKind::kIgnored:
        return Failure::kNone;
      case DateWordKind::kNow:
        result_.special = Special::kNow;
        parts = kDateParts | kClockPart | kZonePart;
        return Failure::kNone;
      case DateWordKind::kToday:
      case DateWordKind::kTomorrow:
      case DateWordKind::kYesterday:
        if (time_only_) {
          return Failure::kFormat;
        }
        set_date_from_now(word.kind == DateWordKind::kToday ? 0 : word.kind == DateWordKind::kTomorrow ? 1 : -1);
        parts = kDateParts;
        return Failure::kNone;
      case DateWordKind::kEpoch:
      case DateWordKind::kInfinity:
      case DateWordKind::kMinusInfinity:
        if (time_only_) {
          return Failure::kFormat;
        }
        result_.special = word.kind == DateWordKind::kEpoch      ? Special::kEpoch
                          : word.kind == DateWordKind::kInfinity ? Special::kInfinity
                                                                 : Special::kMinusInfinity;
        parts = kDateParts | kClockPart | kZonePart;
        return Failure::kNone;
      case DateWordKind::kAllBalls:
        result_.seconds_east = 0;
        parts = kClockPart | kZonePart;
        return Failure::kNone;
      case DateWordKind::kMonth:
        // A number that was taken for the month before this one came was the day.
        if ((result_.parts & kMonthPart) != 0 && !month_in_letters_ && (result_.parts & kDayPart) == 0 &&
            result_.month >= 1 && result_.month <= 31) {
          result_.day = result_.month;
          result_.month = word.value;
          month_in_letters_ = true;
          parts = kDayPart;
          return Failure::kNone;
        }
        month_in_letters_ = true;
        result_.month = word.value;
        parts = kMonthPart;
        return Failure::kNone;
      case DateWordKind::kWeekday:
        parts = kWeekdayPart;
        return Failure::kNone;
      case DateWordKind::kMeridiem:
        meridiem_ = word.value;
        parts = kMeridiemPart;
        return Failure::kNone;
      case DateWordKind::kEra:
        is_bc_ = word.value == 1;
        parts = kEraPart;
        return Failure::kNone;
      case DateWordKind::kDaylight:
        result_.seconds_east += 3600;
        parts = kDaylightPart;
        return Failure::kNone;
      case DateWordKind::kIsoTime: {
        const bool date_known = time_only_ || has_date();
        if (!date_known || index_ + 1 >= tokens_.size() ||
            (tokens_[index_ + 1].kind != TokenKind::kNumber && tokens_[index_ + 1].kind != TokenKind::kTime &&
             tokens_[index_ + 1].kind != TokenKind::kDate)) {
          return Failure::kFormat;
        }
        prefix_ = word.kind;
        return Failure::kNone;
      }
      case DateWordKind::kJulian:
      case DateWordKind::kUnit:
        prefix_ = word.kind;
        prefix_unit_ = word.value;
        return Failure::kNone;
      case DateWordKind::kUnknown:
        break;
    }
    result_.zone = TimeZone::find(text);
    parts = kZonePart;
    return result_.zone != nullptr ? Failure::kNone : Failure::kFormat;
  }

  Failure finish() {
    if (result_.special != Special::kNone) {
      return Failure::kNone;
    }
    if (const Failure failure = check_date(); failure != Failure::kNone) {
      return failure;
    }
    if (meridiem_ >= 0) {
      if (result_.hour > 12) {
        return Failure::kRange;
      }
      result_.hour = result_.hour % 12 + (meridiem_ == 1 ? 12 : 0);
    }
    if (result_.hour < 0 || result_.minute < 0 || result_.second < 0 || result_.minute > 59 || result_.second > 60 ||
        result_.hour > 24 || clock_microseconds(result_) > kMicrosecondsPerDay) {
      return Failure::kRange;
    }
    if (time_only_ ? (result_.parts & kClockPart) == 0 : !has_date()) {
      return Failure::kFormat;
    }
    if (result_.zone != nullptr && (result_.parts & kDaylightPart) != 0) {
      return Failure::kFormat;
    }
    // A zone with daylight saving time tells an offset only on a day.
    return result_.zone != nullptr && !result_.zone->is_fixed() && !has_date() ? Failure::kFormat : Failure::kNone;
  }

  Failure check_date() {
    if ((result_.parts & kYearPart) != 0 && !is_julian_) {
      if (is_bc_) {
        if (result_.year <= 0) {
          return Failure::kRange;
        }
        result_.year = 1 - result_.year;  // There is no year 0: 1 BC is 0 to us.
      } else if (year_has_two_digits_) {
        if (result_.year < 0) {
          return Failure::kRange;
        }
        result_.year += result_.year < 70 ? 2000 : result_.year < 100 ? 1900 : 0;
      } else if (result_.year <= 0) {
        return Failure::kRange;
      }
    }
    if (day_of_year_) {
      const CivilDate date = civil_from_days(days_from_civil(result_.year, 1, 1) + result_.day - 1);
      result_.month = date.month;
      result_.day = date.day;
      result_.year = date.year;
    }
    if ((result_.parts & kMonthPart) != 0 && (result_.month < 1 || result_.month > 12)) {
      return Failure::kMonthOrDayRange;
    }
    if ((result_.parts & kDayPart) != 0 && (result_.day < 1 || result_.day > 31)) {
      return Failure::kMonthOrDayRange;
    }
    return has_date() && result_.day > days_in_month(result_.year, result_.month) ? Failure::kRange : Failure::kNone;
  }

  const DateTimeOptions& options_;
  const bool time_only_;
  DateTokens tokens_;
  size_t index_ = 0;
  Decoded result_;
  DateWordKind prefix_ = DateWordKind::kUnknown;  ///< j, t or a unit just before
  int prefix_unit_ = 0;
  int meridiem_ = -1;
  bool is_bc_ = false;
  bool is_julian_ = false;        ///< or otherwise with a year that needs no completion
  bool has_whole_clock_ = false;  ///< as 04:05:06
  uint32_t clock_units_ = 0;      ///< 1: minutes were given behind a unit; 2: seconds
  bool day_of_year_ = false;
  bool year_has_two_digits_ = false;
  bool month_in_letters_ = false;
};

/// In no range but that of int64: the offset, still to be applied, may bring it back into PostgreSQL's.
bool local_timestamp(const Decoded& decoded, int64_t& microseconds) {
  return !__builtin_mul_overflow(days_from_civil(decoded.year, decoded.month, decoded.day), kMicrosecondsPerDay,
                                 &microseconds) &&
         !__builtin_add_overflow(microseconds, clock_microseconds(decoded), &microseconds);
}

/// The offset that a decoded text means: its own, or the session's.
int32_t offset_of(const Decoded& decoded, int64_t local, const DateTimeOptions& options) {
  if ((decoded.parts & kZonePart) == 0) {
    return zone_of(options).offset_at_local(local);
  }
  return decoded.zone != nullptr ? decoded.zone->offset_at_local(local) : decoded.seconds_east;
}

[[noreturn]] void throw_datetime_out_of_range(std::string_view type, std::string_view text) {
  throw Error(sqlstate::kDatetimeFieldOverflow, std::string(type) + " out of range: \"" + std::string(text) + "\"");
}

/// The usual case by far, read without tokens: `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS[.ffffff…]` with blank or T between,
/// and perhaps `Z`, `+HH` or `+HH:MM`. `nanoseconds` counts what is beyond the microsecond; more digits than nine are
/// not for us. False if the text looks different in any way.
struct IsoTimestamp {
  int64_t microseconds = 0;
  int32_t nanoseconds = 0;
  int fraction_digits = 0;
  bool has_zone = false;
  int32_t seconds_east = 0;
};

inline int two_digits(const char* at) {
  const int high = at[0] - '0';
  const int low = at[1] - '0';
  return high < 0 || high > 9 || low < 0 || low > 9 ? -1 : high * 10 + low;
}

bool parse_iso_date(std::string_view text, int64_t& days) {
  const char* at = text.data();
  const int century = two_digits(at);
  const int rest = two_digits(at + 2);
  const int month = two_digits(at + 5);
  const int day = two_digits(at + 8);
  if (century < 0 || rest < 0 || at[4] != '-' || at[7] != '-' || month < 1 || month > 12 || day < 1) {
    return false;
  }
  const int year = century * 100 + rest;
  if (year == 0 || day > days_in_month(year, month)) {
    return false;
  }
  days = days_from_civil(year, month, day);
  return true;
}

bool parse_iso(std::string_view text, IsoTimestamp& result) {
  int64_t days = 0;
  if (text.size() < 10 || !parse_iso_date(text, days)) {
    return false;
  }
  result.microseconds = days * kMicrosecondsPerDay;
  if (text.size() == 10) {
    return true;
  }
  if (text.size() < 19 || (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':') {
    return false;
  }
  const int hour = two_digits(text.data() + 11);
  const int minute = two_digits(text.data() + 14);
  const int second = two_digits(text.data() + 17);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) {
    return false;
  }
  result.microseconds +=
      hour * kMicrosecondsPerHour + minute * kMicrosecondsPerMinute + second * kMicrosecondsPerSecond;
  text.remove_prefix(19);
  if (!text.empty() && text.front() == '.') {
    int32_t fraction = 0;
    size_t digits = 0;
    while (digits + 1 < text.size() && text[digits + 1] >= '0' && text[digits + 1] <= '9') {
      if (++digits > 9) {
        return false;
      }
      fraction = fraction * 10 + (text[digits] - '0');
    }
    result.fraction_digits = static_cast<int>(digits);
    for (size_t i = digits; i < 9; ++i) {
      fraction *= 10;
    }
    result.microseconds += fraction / 1000;
    result.nanoseconds = fraction % 1000;
    text.remove_prefix(digits + 1);
  }
  if (text.empty()) {
    return true;
  }
  result.has_zone = true;
  if (text == "Z") {
    return true;
  }
  if ((text.size() != 3 && text.size() != 6) || (text[0] != '+' && text[0] != '-')) {
    return false;
  }
  const int hours = two_digits(text.data() + 1);
  const int minutes = text.size() == 6 && text[3] == ':' ? two_digits(text.data() + 4) : text.size() == 3 ? 0 : -1;
  if (hours < 0 || hours > 15 || minutes < 0 || minutes > 59) {
    return false;
  }
  result.seconds_east = (hours * 3600 + minutes * 60) * (text[0] == '-' ? -1 : 1);
  return true;
}

constexpr int kMicrosecondDigits = 6;

int64_t apply_offset(int64_t local, int32_t seconds_east, std::string_view text) {
  int64_t microseconds = 0;
  if (__builtin_sub_overflow(local, seconds_east * kMicrosecondsPerSecond, &microseconds) ||
      !is_valid_timestamp(microseconds)) {
    throw_datetime_out_of_range("timestamp", text);
  }
  return microseconds;
}

Decoded decode(std::string_view text, const DateTimeOptions& options, bool time_only, std::string_view type) {
  DateTimeDecoder decoder(options, time_only);
  const Failure failure = decoder.decode(text);
  if (failure != Failure::kNone) {
    fail(failure, text, type);
  }
  return decoder.result();
}

}  // namespace

int32_t parse_date(std::string_view text, const DateTimeOptions& options) {
  int64_t iso_days = 0;
  if (text.size() == 10 && parse_iso_date(text, iso_days)) {
    return static_cast<int32_t>(iso_days);
  }
  const Decoded decoded = decode(text, options, false, "date");
  switch (decoded.special) {
    case Special::kNow:
      return timestamptz_to_date(options.now, zone_of(options));
    case Special::kEpoch:
      return -kEpochShiftDays;
    case Special::kInfinity:
      return kDateInfinity;
    case Special::kMinusInfinity:
      return kDateMinusInfinity;
    case Special::kNone:
      break;
  }
  const int64_t days = days_from_civil(decoded.year, decoded.month, decoded.day);
  if (!is_valid_date(days)) {
    throw_datetime_out_of_range("date", text);
  }
  return static_cast<int32_t>(days);
}

int64_t parse_time(std::string_view text, const DateTimeOptions& options) {
  const Decoded decoded = decode(text, options, true, "time");
  return decoded.special == Special::kNow ? timestamp_to_time(zone_of(options).utc_to_local(options.now))
                                          : clock_microseconds(decoded);
}

int64_t parse_timetz(std::string_view text, const DateTimeOptions& options) {
  const Decoded decoded = decode(text, options, true, "time with time zone");
  const int64_t now = zone_of(options).utc_to_local(options.now);
  if (decoded.special == Special::kNow) {
    return pack_timetz({timestamp_to_time(now), -zone_of(options).offset_at_utc(options.now)});
  }
  const int64_t clock = clock_microseconds(decoded);
  // A zone with daylight saving time needs a day: that in the text, else for the session's zone today.
  int64_t local = 0;
  if ((decoded.parts & kDateParts) == kDateParts) {
    if (!local_timestamp(decoded, local)) {
      throw_datetime_out_of_range("timestamp", text);
    }
  } else {
    local = floor_divide(now, kMicrosecondsPerDay) * kMicrosecondsPerDay + clock;
  }
  return pack_timetz({clock, -offset_of(decoded, local, options)});
}

int64_t parse_timestamp(std::string_view text, const DateTimeOptions& options) {
  IsoTimestamp iso;
  if (parse_iso(text, iso) && iso.fraction_digits <= kMicrosecondDigits) {
    return iso.microseconds;
  }
  const Decoded decoded = decode(text, options, false, "timestamp");
  switch (decoded.special) {
    case Special::kNow:
      return zone_of(options).utc_to_local(options.now);
    case Special::kEpoch:
      return -kEpochShiftMicroseconds;
    case Special::kInfinity:
      return kTimestampInfinity;
    case Special::kMinusInfinity:
      return kTimestampMinusInfinity;
    case Special::kNone:
      break;
  }
  int64_t microseconds = 0;
  if (!local_timestamp(decoded, microseconds) || !is_valid_timestamp(microseconds)) {
    throw_datetime_out_of_range("timestamp", text);
  }
  return microseconds;
}

int64_t parse_timestamptz(std::string_view text, const DateTimeOptions& options) {
  IsoTimestamp iso;
  if (parse_iso(text, iso) && iso.fraction_digits <= kMicrosecondDigits) {
    const int32_t offset = iso.has_zone ? iso.seconds_east : zone_of(options).offset_at_local(iso.microseconds);
    return iso.microseconds - offset * kMicrosecondsPerSecond;
  }
  const Decoded decoded = decode(text, options, false, "timestamp with time zone");
  switch (decoded.special) {
    case Special::kNow:
      return options.now;
    case Special::kEpoch:
      return -kEpochShiftMicroseconds;
    case Special::kInfinity:
      return kTimestampInfinity;
    case Special::kMinusInfinity:
      return kTimestampMinusInfinity;
    case Special::kNone:
      break;
  }
  int64_t local = 0;
  if (!local_timestamp(decoded, local)) {
    throw_datetime_out_of_range("timestamp", text);
  }
  return apply_offset(local, offset_of(decoded, local, options), text);
}

int64_t parse_timestamptz_ns(std::string_view text, const DateTimeOptions& options) {
  IsoTimestamp iso;
  int64_t microseconds = 0;
  int64_t beyond = 0;  // nanoseconds beyond the microsecond
  if (parse_iso(text, iso)) {
    const int32_t offset = iso.has_zone ? iso.seconds_east : zone_of(options).offset_at_local(iso.microseconds);
    microseconds = iso.microseconds - offset * kMicrosecondsPerSecond;
    beyond = iso.nanoseconds;
  } else {
    Decoded decoded = decode(text, options, false, "timestamp with time zone");
    if (decoded.special != Special::kNone) {
      microseconds = parse_timestamptz(text, options);
    } else {
      const auto fraction_ns = static_cast<int64_t>(std::rint(decoded.fraction * 1e9));
      decoded.fraction = 0;
      int64_t local = 0;
      if (!local_timestamp(decoded, local)) {
        throw_datetime_out_of_range("timestamp", text);
      }
      microseconds = apply_offset(local, offset_of(decoded, local, options), text) + fraction_ns / 1000;
      beyond = fraction_ns % 1000;
    }
  }
  int64_t nanoseconds = 0;
  if (!join_nanoseconds(microseconds, static_cast<int32_t>(beyond), nanoseconds)) {
    throw_datetime_out_of_range("timestamp", text);
  }
  return nanoseconds;
}

}  // namespace tidemark
