#include "types/datetime_decoder.h"

#include <charconv>
#include <cmath>
#include <string>

#include "base/ascii.h"
#include "base/error.h"
#include "types/calendar.h"
#include "types/datetime_words.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

using namespace date_time_part;
using TokenKind = DateToken::Kind;

bool parse_integer(std::string_view text, int32_t& number, size_t& used) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  used = static_cast<size_t>(end - text.data());
  return error == std::errc();
}

/// `.123` → 0.123; false if there is something else than digits.
bool parse_fraction(std::string_view text, double& fraction) {
  fraction = 0;
  if (text.empty() || text.front() != '.') {
    return false;
  }
  if (text.size() == 1) {
    return true;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), fraction, std::chars_format::fixed);
  return error == std::errc() && end == text.data() + text.size();
}

/// Reads the tokens of one text. Which token may mean what, in which order and after what, follows the manual's
/// appendix B.1; where that is silent, PostgreSQL 15 was asked.
class DateTimeDecoder {
 public:
  DateTimeDecoder(const DateTimeOptions& options, bool time_only) : options_(options), time_only_(time_only) {}

  DateTimeFailure decode(std::string_view text) {
    if (!tokens_.cut(text) || tokens_.size() == 0) {
      return DateTimeFailure::kFormat;
    }
    for (index_ = 0; index_ < tokens_.size(); ++index_) {
      const DateToken& token = tokens_[index_];
      uint32_t parts = 0;
      const DateTimeFailure failure = decode_token(token, parts);
      if (failure != DateTimeFailure::kNone) {
        return failure;
      }
      if ((parts & result_.parts) != 0) {
        return DateTimeFailure::kFormat;
      }
      result_.parts |= parts;
    }
    return prefix_ == DateWordKind::kUnknown ? finish() : DateTimeFailure::kFormat;
  }
  [[nodiscard]] const DecodedDateTime& result() const { return result_; }

 private:
  DateTimeFailure decode_token(const DateToken& token, uint32_t& parts) {
    switch (token.kind) {
      case TokenKind::kDate:
        return decode_date_token(token.text, parts);
      case TokenKind::kTime:
        if (prefix_ != DateWordKind::kUnknown && prefix_ != DateWordKind::kIsoTime) {
          return DateTimeFailure::kFormat;
        }
        prefix_ = DateWordKind::kUnknown;
        return decode_clock(token.text, parts);
      case TokenKind::kZone:
        parts = kZone;
        return decode_offset(token.text);
      case TokenKind::kNumber:
        return decode_number_token(token.text, parts);
      case TokenKind::kWord:
      case TokenKind::kSignedWord:
        return decode_word(token.text, parts);
    }
    return DateTimeFailure::kFormat;
  }

  [[nodiscard]] bool has_date() const { return (result_.parts & kDateParts) == kDateParts; }
  /// What number fields take for known: in a time alone, a date need not come any more.
  [[nodiscard]] uint32_t known_parts() const { return time_only_ ? result_.parts | kDateParts : result_.parts; }
  /// Where a time is wanted, a date before it is tolerated.
  [[nodiscard]] bool may_be_date() const {
    if (!time_only_) {
      return (result_.parts & (kMonth | kDay)) != (kMonth | kDay);
    }
    return index_ == 0 && tokens_.size() >= 2 &&
           (tokens_[tokens_.size() - 1].kind == TokenKind::kDate || tokens_[1].kind == TokenKind::kTime);
  }

  DateTimeFailure decode_date_token(std::string_view text, uint32_t& parts) {
    const bool starts_with_digit = text.front() >= '0' && text.front() <= '9';
    if (prefix_ == DateWordKind::kUnknown && may_be_date()) {
      return decode_date(text, parts);
    }
    if (!starts_with_digit && prefix_ == DateWordKind::kUnknown) {
      result_.zone = TimeZone::find(text);
      parts = kZone;
      if (result_.zone == nullptr) {
        throw Error(sqlstate::kInvalidParameterValue, "time zone \"" + std::string(text) + "\" not recognized");
      }
      return DateTimeFailure::kNone;
    }
    // A time without colons and its offset: 040506-08.
    const size_t sign = text.find('-');
    if ((prefix_ != DateWordKind::kUnknown && prefix_ != DateWordKind::kIsoTime) || (result_.parts & kClock) != 0 ||
        sign == std::string_view::npos) {
      return DateTimeFailure::kFormat;
    }
    prefix_ = DateWordKind::kUnknown;
    const DateTimeFailure failure = decode_offset(text.substr(sign));
    if (failure != DateTimeFailure::kNone) {
      return failure;
    }
    const DateTimeFailure clock = decode_long_number(text.substr(0, sign), known_parts(), parts);
    parts |= kZone;
    return clock;
  }

  /// Two or three fields between delimiters, one of which may be the name of a month.
  DateTimeFailure decode_date(std::string_view text, uint32_t& parts) {
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
        return DateTimeFailure::kFormat;
      }
      fields[count++] = text.substr(at, end - at);
      at = end;
    }
    bool month_in_letters = false;
    for (size_t i = 0; i < count; ++i) {
      if (is_ascii_letter(fields[i].front())) {
        const DateWord word = find_date_word(fields[i]);
        if (word.kind != DateWordKind::kIgnored) {
          if (word.kind != DateWordKind::kMonth || (parts & kMonth) != 0) {
            return DateTimeFailure::kFormat;
          }
          result_.month = word.value;
          month_in_letters = true;
          parts |= kMonth;
        }
        fields[i] = {};
      }
    }
    for (size_t i = 0; i < count; ++i) {
      if (fields[i].empty()) {
        continue;
      }
      uint32_t part = 0;
      const DateTimeFailure failure = decode_number(fields[i], month_in_letters, result_.parts | parts, part);
      if (failure != DateTimeFailure::kNone) {
        return failure;
      }
      if ((part & (result_.parts | parts)) != 0) {
        return DateTimeFailure::kFormat;
      }
      parts |= part;
    }
    return ((result_.parts | parts) & ~(kDayOfYear | kZone)) == kDateParts ? DateTimeFailure::kNone
                                                                           : DateTimeFailure::kFormat;
  }

  DateTimeFailure decode_number_token(std::string_view text, uint32_t& parts) {
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
      return time_only_ ? DateTimeFailure::kFormat : decode_number(text, month_in_letters_, result_.parts, parts);
    }
    if (time_only_ ? text.size() > 4
                   : text.size() >= 6 && ((result_.parts & kDateParts) == 0 || (result_.parts & kClock) == 0)) {
      return decode_long_number(text, known_parts(), parts);
    }
    return decode_number(text, month_in_letters_ && !time_only_, known_parts(), parts);
  }

  /// A number behind `j`, `t` or one of the units y, m, d, h, mm, s.
  DateTimeFailure decode_prefixed_number(std::string_view text, uint32_t& parts) {
    const DateWordKind prefix = prefix_;
    prefix_ = DateWordKind::kUnknown;
    if (prefix == DateWordKind::kIsoTime) {
      return decode_long_number(text, known_parts() | kDateParts, parts);
    }
    int32_t number = 0;
    size_t used = 0;
    if (!parse_integer(text, number, used)) {
      return DateTimeFailure::kRange;
    }
    if (prefix == DateWordKind::kJulian) {
      const CivilDate date = civil_from_days(int64_t{number} - kEpochJulianDay);
      result_.year = date.year;
      result_.month = date.month;
      result_.day = date.day;
      is_julian_ = true;
      parts = kDateParts;
      if (used == text.size()) {
        return DateTimeFailure::kNone;
      }
      double fraction = 0;
      if (!parse_fraction(text.substr(used), fraction)) {
        return DateTimeFailure::kFormat;
      }
      const auto microseconds = static_cast<int64_t>(fraction * static_cast<double>(kMicrosecondsPerDay));
      const CivilTime time = civil_from_timestamp(microseconds);
      result_.hour = time.hour;
      result_.minute = time.minute;
      result_.second = time.second;
      result_.fraction = time.microsecond / 1e6;
      parts |= kClock;
      return DateTimeFailure::kNone;
    }
    if (used != text.size()) {
      return DateTimeFailure::kFormat;
    }
    switch (prefix_unit_) {
      case 1:
        result_.year = number;
        parts = kYear;
        return DateTimeFailure::kNone;
      case 2:
        if ((result_.parts & kMonth) == 0) {
          result_.month = number;
          parts = kMonth;
        } else {  // After a month and an hour, m means minutes.
          result_.minute = number;
        }
        return DateTimeFailure::kNone;
      case 3:
        result_.day = number;
        parts = kDay;
        return DateTimeFailure::kNone;
      case 4:
        result_.hour = number;
        parts = kClock;
        return DateTimeFailure::kNone;
      case 5:
        result_.minute = number;
        return DateTimeFailure::kNone;
      default:
        result_.second = number;
        return DateTimeFailure::kNone;
    }
  }

  /// One number whose meaning hangs on what is known and on the date order.
  DateTimeFailure decode_number(std::string_view text, bool month_in_letters, uint32_t known, uint32_t& part) {
    int32_t number = 0;
    size_t used = 0;
    part = 0;
    if (!parse_integer(text, number, used)) {
      return used == 0 ? DateTimeFailure::kFormat : DateTimeFailure::kRange;
    }
    if (used < text.size()) {
      if (text[used] != '.') {
        return DateTimeFailure::kFormat;
      }
      if (used > 2) {
        return decode_long_number(text, known | kDateParts, part);
      }
      if (!parse_fraction(text.substr(used), result_.fraction)) {
        return DateTimeFailure::kFormat;
      }
    }
    const DateOrder order = options_.date_order;
    const bool long_number = text.size() >= 3;
    if (text.size() == 3 && (known & kDateParts) == kYear && number >= 1 && number <= 366) {
      result_.day = number;
      part = kDayOfYear | kMonth | kDay;
      day_of_year_ = true;
      return DateTimeFailure::kNone;
    }
    switch (known & kDateParts) {
      case 0:
        part = long_number || order == DateOrder::kYearMonthDay ? kYear
               : order == DateOrder::kDayMonthYear              ? kDay
                                                                : kMonth;
        break;
      case kYear:
      case kDay:
        part = kMonth;
        break;
      case kMonth:
        part = month_in_letters && (long_number || order == DateOrder::kYearMonthDay) ? kYear : kDay;
        break;
      case kYear | kMonth:
        part = kDay;
        if (month_in_letters && long_number && year_has_two_digits_) {  // 08-Jan-1999 in year-first order
          result_.day = static_cast<int32_t>(result_.year);
          result_.year = number;
          year_has_two_digits_ = false;
          return DateTimeFailure::kNone;
        }
        break;
      case kMonth | kDay:
        part = kYear;
        break;
      case kDateParts:
        return decode_long_number(text, known, part);
      default:
        return DateTimeFailure::kFormat;
    }
    if (part == kYear) {
      result_.year = number;
      year_has_two_digits_ = text.size() <= 2;
    } else {
      (part == kMonth ? result_.month : result_.day) = number;
    }
    return DateTimeFailure::kNone;
  }

  /// Digits run together: YYYYMMDD, YYMMDD, HHMMSS, HHMM, with a fraction of a second perhaps.
  DateTimeFailure decode_long_number(std::string_view text, uint32_t known, uint32_t& parts) {
    parts = 0;
    const size_t point = text.find('.');
    const auto number = [](std::string_view digits) {
      int32_t value = 0;
      size_t used = 0;
      return parse_integer(digits, value, used) && used == digits.size() ? value : -1;
    };
    if (point != std::string_view::npos) {
      if (!parse_fraction(text.substr(point), result_.fraction)) {
        return DateTimeFailure::kFormat;
      }
      text = text.substr(0, point);
    } else if ((known & kDateParts) != kDateParts && text.size() >= 6) {
      const size_t year_digits = text.size() - 4;
      result_.year = number(text.substr(0, year_digits));
      result_.month = number(text.substr(year_digits, 2));
      result_.day = number(text.substr(year_digits + 2));
      year_has_two_digits_ = year_digits == 2;
      parts = kDateParts;
      return DateTimeFailure::kNone;
    }
    if ((known & kClock) != 0 || (text.size() != 6 && text.size() != 4)) {
      return DateTimeFailure::kFormat;
    }
    result_.hour = number(text.substr(0, 2));
    result_.minute = number(text.substr(2, 2));
    result_.second = text.size() == 6 ? number(text.substr(4)) : 0;
    parts = kClock;
    return DateTimeFailure::kNone;
  }

  /// hh:mm, hh:mm:ss, with a fraction.
  DateTimeFailure decode_clock(std::string_view text, uint32_t& parts) {
    parts = kClock;
    size_t used = 0;
    if (!parse_integer(text, result_.hour, used)) {
      return DateTimeFailure::kRange;
    }
    text.remove_prefix(used);
    if (text.empty() || text.front() != ':') {
      return DateTimeFailure::kFormat;
    }
    text.remove_prefix(1);
    if (!parse_integer(text, result_.minute, used)) {
      return used == 0 ? DateTimeFailure::kFormat : DateTimeFailure::kRange;
    }
    text.remove_prefix(used);
    if (!text.empty() && text.front() == '.') {  // mm:ss.fraction
      result_.second = result_.minute;
      result_.minute = result_.hour;
      result_.hour = 0;
    } else if (!text.empty()) {
      text.remove_prefix(1);
      if (!parse_integer(text, result_.second, used)) {
        return used == 0 ? DateTimeFailure::kFormat : DateTimeFailure::kRange;
      }
      text.remove_prefix(used);
    }
    if (!text.empty() && !parse_fraction(text, result_.fraction)) {
      return DateTimeFailure::kFormat;
    }
    return result_.minute > 59 || result_.second > 60 ? DateTimeFailure::kRange : DateTimeFailure::kNone;
  }

  /// +hh, +hhmm, +hh:mm, +hh:mm:ss east of UTC.
  DateTimeFailure decode_offset(std::string_view text) {
    const bool west = text.front() == '-';
    if (!west && text.front() != '+') {
      return DateTimeFailure::kFormat;
    }
    const size_t length = text.size();
    text.remove_prefix(1);
    int32_t hours = 0;
    int32_t minutes = 0;
    int32_t seconds = 0;
    size_t used = 0;
    if (!parse_integer(text, hours, used)) {
      return DateTimeFailure::kZoneRange;
    }
    text.remove_prefix(used);
    if (!text.empty() && text.front() == ':') {
      text.remove_prefix(1);
      if (!parse_integer(text, minutes, used)) {
        return used == 0 && text.empty() ? DateTimeFailure::kNone : DateTimeFailure::kFormat;
      }
      text.remove_prefix(used);
      if (!text.empty() && text.front() == ':') {
        text.remove_prefix(1);
        if (!parse_integer(text, seconds, used)) {
          return DateTimeFailure::kFormat;
        }
        text.remove_prefix(used);
      }
    } else if (text.empty() && length > 3) {
      minutes = hours % 100;
      hours /= 100;
    }
    if (hours > 15 || minutes > 59 || seconds > 59) {
      return DateTimeFailure::kZoneRange;
    }
    result_.seconds_east = (hours * 60 + minutes) * 60 + seconds;
    result_.seconds_east = west ? -result_.seconds_east : result_.seconds_east;
    return text.empty() ? DateTimeFailure::kNone : DateTimeFailure::kFormat;
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

  DateTimeFailure decode_word(std::string_view text, uint32_t& parts) {
    bool is_daylight = false;
    if (find_zone_abbreviation(text, result_.seconds_east, is_daylight)) {
      parts = kZone;
      return DateTimeFailure::kNone;
    }
    const DateWord word = find_date_word(text);
    switch (word.kind) {
      case DateWordKind::kIgnored:
        return DateTimeFailure::kNone;
      case DateWordKind::kNow:
        result_.special = DateTimeSpecial::kNow;
        parts = kDateParts | kClock | kZone;
        return DateTimeFailure::kNone;
      case DateWordKind::kToday:
      case DateWordKind::kTomorrow:
      case DateWordKind::kYesterday:
        if (time_only_) {
          return DateTimeFailure::kFormat;
        }
        set_date_from_now(word.kind == DateWordKind::kToday ? 0 : word.kind == DateWordKind::kTomorrow ? 1 : -1);
        parts = kDateParts;
        return DateTimeFailure::kNone;
      case DateWordKind::kEpoch:
      case DateWordKind::kInfinity:
      case DateWordKind::kMinusInfinity:
        if (time_only_) {
          return DateTimeFailure::kFormat;
        }
        result_.special = word.kind == DateWordKind::kEpoch      ? DateTimeSpecial::kEpoch
                          : word.kind == DateWordKind::kInfinity ? DateTimeSpecial::kInfinity
                                                                 : DateTimeSpecial::kMinusInfinity;
        parts = kDateParts | kClock | kZone;
        return DateTimeFailure::kNone;
      case DateWordKind::kAllBalls:
        result_.seconds_east = 0;
        parts = kClock | kZone;
        return DateTimeFailure::kNone;
      case DateWordKind::kMonth:
        // A number that was taken for the month before this one came was the day.
        if ((result_.parts & kMonth) != 0 && !month_in_letters_ && (result_.parts & kDay) == 0 && result_.month >= 1 &&
            result_.month <= 31) {
          result_.day = result_.month;
          result_.month = word.value;
          month_in_letters_ = true;
          parts = kDay;
          return DateTimeFailure::kNone;
        }
        month_in_letters_ = true;
        result_.month = word.value;
        parts = kMonth;
        return DateTimeFailure::kNone;
      case DateWordKind::kWeekday:
        parts = kWeekday;
        return DateTimeFailure::kNone;
      case DateWordKind::kMeridiem:
        meridiem_ = word.value;
        parts = kMeridiem;
        return DateTimeFailure::kNone;
      case DateWordKind::kEra:
        is_bc_ = word.value == 1;
        parts = kEra;
        return DateTimeFailure::kNone;
      case DateWordKind::kDaylight:
        result_.seconds_east += 3600;
        parts = kDaylight;
        return DateTimeFailure::kNone;
      case DateWordKind::kIsoTime: {
        const bool date_known = time_only_ || has_date();
        if (!date_known || index_ + 1 >= tokens_.size() ||
            (tokens_[index_ + 1].kind != TokenKind::kNumber && tokens_[index_ + 1].kind != TokenKind::kTime &&
             tokens_[index_ + 1].kind != TokenKind::kDate)) {
          return DateTimeFailure::kFormat;
        }
        prefix_ = word.kind;
        return DateTimeFailure::kNone;
      }
      case DateWordKind::kJulian:
      case DateWordKind::kUnit:
        prefix_ = word.kind;
        prefix_unit_ = word.value;
        return DateTimeFailure::kNone;
      case DateWordKind::kUnknown:
        break;
    }
    result_.zone = TimeZone::find(text);
    parts = kZone;
    return result_.zone != nullptr ? DateTimeFailure::kNone : DateTimeFailure::kFormat;
  }

  DateTimeFailure finish() {
    if (result_.special != DateTimeSpecial::kNone) {
      return DateTimeFailure::kNone;
    }
    if (const DateTimeFailure failure = check_date(); failure != DateTimeFailure::kNone) {
      return failure;
    }
    if (meridiem_ >= 0) {
      if (result_.hour > 12) {
        return DateTimeFailure::kRange;
      }
      result_.hour = result_.hour % 12 + (meridiem_ == 1 ? 12 : 0);
    }
    if (result_.hour < 0 || result_.minute < 0 || result_.second < 0 || result_.minute > 59 || result_.second > 60 ||
        result_.hour > 24 || clock_microseconds(result_) > kMicrosecondsPerDay) {
      return DateTimeFailure::kRange;
    }
    if (time_only_ ? (result_.parts & kClock) == 0 : !has_date()) {
      return DateTimeFailure::kFormat;
    }
    if (result_.zone != nullptr && (result_.parts & kDaylight) != 0) {
      return DateTimeFailure::kFormat;
    }
    // A zone with daylight saving time tells an offset only on a day.
    return result_.zone != nullptr && !result_.zone->is_fixed() && !has_date() ? DateTimeFailure::kFormat
                                                                               : DateTimeFailure::kNone;
  }

  DateTimeFailure check_date() {
    if ((result_.parts & kYear) != 0 && !is_julian_) {
      if (is_bc_) {
        if (result_.year <= 0) {
          return DateTimeFailure::kRange;
        }
        result_.year = 1 - result_.year;  // There is no year 0: 1 BC is 0 to us.
      } else if (year_has_two_digits_) {
        if (result_.year < 0) {
          return DateTimeFailure::kRange;
        }
        result_.year += result_.year < 70 ? 2000 : result_.year < 100 ? 1900 : 0;
      } else if (result_.year <= 0) {
        return DateTimeFailure::kRange;
      }
    }
    if (day_of_year_) {
      const CivilDate date = civil_from_days(days_from_civil(result_.year, 1, 1) + result_.day - 1);
      result_.month = date.month;
      result_.day = date.day;
      result_.year = date.year;
    }
    if ((result_.parts & kMonth) != 0 && (result_.month < 1 || result_.month > 12)) {
      return DateTimeFailure::kMonthOrDayRange;
    }
    if ((result_.parts & kDay) != 0 && (result_.day < 1 || result_.day > 31)) {
      return DateTimeFailure::kMonthOrDayRange;
    }
    return has_date() && result_.day > days_in_month(result_.year, result_.month) ? DateTimeFailure::kRange
                                                                                  : DateTimeFailure::kNone;
  }

  const DateTimeOptions& options_;
  const bool time_only_;
  DateTokens tokens_;
  size_t index_ = 0;
  DecodedDateTime result_;
  DateWordKind prefix_ = DateWordKind::kUnknown;  ///< j, t or a unit just before
  int prefix_unit_ = 0;
  int meridiem_ = -1;
  bool is_bc_ = false;
  bool is_julian_ = false;  ///< or otherwise with a year that needs no completion
  bool day_of_year_ = false;
  bool year_has_two_digits_ = false;
  bool month_in_letters_ = false;
};

}  // namespace

int64_t clock_microseconds(const DecodedDateTime& decoded) {
  return decoded.hour * kMicrosecondsPerHour + decoded.minute * kMicrosecondsPerMinute +
         decoded.second * kMicrosecondsPerSecond + static_cast<int64_t>(std::rint(decoded.fraction * 1e6));
}

DateTimeFailure decode_datetime(std::string_view text, const DateTimeOptions& options, bool time_only,
                                DecodedDateTime& decoded) {
  DateTimeDecoder decoder(options, time_only);
  const DateTimeFailure failure = decoder.decode(text);
  decoded = decoder.result();
  return failure;
}

}  // namespace tidemark
