// Text → interval: see parse_interval in types/datetime_input.h. Two readers: one for words, numbers and SQL's forms,
// which goes from right to left, since a unit comes behind its number; one for ISO 8601.

#include <charconv>
#include <cmath>
#include <string>

#include "base/error.h"
#include "types/calendar.h"
#include "types/datetime_input.h"
#include "types/datetime_words.h"
#include "types/interval.h"
#include "types/interval_fields.h"

namespace tidemark {
namespace {

enum class IntervalFailure : uint8_t { kNone, kFormat, kRange };

/// A number with what stands behind its point, which has the sign of the number.
struct Quantity {
  int64_t whole = 0;
  double fraction = 0;
};

/// The sum so far; months, days and microseconds in 64 bits.
class Sum {
 public:
  [[nodiscard]] bool add_microseconds(Quantity quantity, int64_t unit) {
    int64_t product = 0;
    return !__builtin_mul_overflow(quantity.whole, unit, &product) &&
           !__builtin_add_overflow(microseconds_, product, &microseconds_) && add_fraction_of(quantity.fraction, unit);
  }
  [[nodiscard]] bool add_days(Quantity quantity, int64_t unit) {
    int64_t product = 0;
    return !__builtin_mul_overflow(quantity.whole, unit, &product) && !__builtin_add_overflow(days_, product, &days_) &&
           add_days_fraction(quantity.fraction, unit);
  }
  [[nodiscard]] bool add_months(Quantity quantity) {
    return !__builtin_add_overflow(months_, quantity.whole, &months_) &&
           add_days_fraction(quantity.fraction, kDaysPerMonth);
  }
  [[nodiscard]] bool add_years(Quantity quantity, int64_t unit) {
    int64_t product = 0;
    const double months = std::rint(quantity.fraction * static_cast<double>(unit * kMonthsPerYear));
    return !__builtin_mul_overflow(quantity.whole, unit, &product) &&
           !__builtin_add_overflow(years_, product, &years_) &&
           !__builtin_add_overflow(months_, static_cast<int64_t>(months), &months_);
  }
  void negate() {
    microseconds_ = -microseconds_;
    days_ = -days_;
    months_ = -months_;
    years_ = -years_;
  }
  void force_negative() {
    microseconds_ = microseconds_ > 0 ? -microseconds_ : microseconds_;
    days_ = days_ > 0 ? -days_ : days_;
    months_ = months_ > 0 ? -months_ : months_;
    years_ = years_ > 0 ? -years_ : years_;
  }
  /// False if one of its parts is out of range; 22008 if only years and months together are.
  [[nodiscard]] bool to_interval(Interval& interval) const {
    int32_t years = 0;
    int32_t months = 0;
    interval.microseconds = microseconds_;
    if (__builtin_add_overflow(days_, 0, &interval.days) || __builtin_add_overflow(months_, 0, &months) ||
        __builtin_add_overflow(years_, 0, &years)) {
      return false;
    }
    if (__builtin_add_overflow(years_ * kMonthsPerYear, months_, &interval.months)) {
      throw Error(sqlstate::kDatetimeFieldOverflow, "interval out of range");
    }
    return true;
  }

 private:
  bool add_fraction_of(double fraction, int64_t unit) {
    if (fraction == 0) {
      return true;
    }
    const double microseconds = fraction * static_cast<double>(unit);
    double whole = std::trunc(microseconds);
    const double rest = microseconds - whole;
    whole += rest > 0.5 ? 1 : rest < -0.5 ? -1 : 0;
    return !__builtin_add_overflow(microseconds_, static_cast<int64_t>(whole), &microseconds_);
  }
  bool add_days_fraction(double fraction, int64_t unit) {
    if (fraction == 0) {
      return true;
    }
    const double days = fraction * static_cast<double>(unit);
    const auto whole = static_cast<int64_t>(days);
    return !__builtin_add_overflow(days_, whole, &days_) &&
           add_fraction_of(days - static_cast<double>(whole), kMicrosecondsPerDay);
  }

  int64_t microseconds_ = 0;
  int64_t days_ = 0;
  int64_t months_ = 0;
  int64_t years_ = 0;
};

bool parse_whole(std::string_view text, int64_t& number, size_t& used) {
  const size_t plus = text.starts_with('+') ? 1 : 0;
  const auto [end, error] = std::from_chars(text.data() + plus, text.data() + text.size(), number);
  used = error == std::errc::invalid_argument ? 0 : static_cast<size_t>(end - text.data());
  return error == std::errc();
}

class IntervalDecoder {
 public:
  explicit IntervalDecoder(int fields) : fields_(fields) {}

  IntervalFailure decode(std::string_view text, IntervalStyle style, Sum& sum) {
    if (!tokens_.cut(text) || tokens_.size() == 0) {
      return IntervalFailure::kFormat;
    }
    for (size_t left = tokens_.size(); left > 0; --left) {
      const IntervalFailure failure = decode_token(tokens_[left - 1], sum);
      if (failure != IntervalFailure::kNone) {
        return failure;
      }
    }
    if (seen_ == 0) {
      return IntervalFailure::kFormat;
    }
    if (style == IntervalStyle::kSqlStandard && tokens_[0].text.front() == '-' && !has_more_signs()) {
      sum.force_negative();  // One sign before an SQL interval is for the whole of it.
    }
    if (is_ago_) {
      sum.negate();
    }
    return IntervalFailure::kNone;
  }

 private:
  using Unit = IntervalUnit;

  [[nodiscard]] bool has_more_signs() const {
    for (size_t i = 1; i < tokens_.size(); ++i) {
      if (tokens_[i].text.front() == '-' || tokens_[i].text.front() == '+') {
        return true;
      }
    }
    return false;
  }

  IntervalFailure mark(Unit unit) {
    const uint32_t bit = uint32_t{1} << static_cast<uint32_t>(unit);
    const bool twice = (seen_ & bit) != 0;
    seen_ |= bit;
    return twice ? IntervalFailure::kFormat : IntervalFailure::kNone;
  }

  IntervalFailure decode_token(const DateToken& token, Sum& sum) {
    switch (token.kind) {
      case DateToken::Kind::kTime:
        return decode_clock(token.text, false, sum);
      case DateToken::Kind::kZone:
        if (token.text.find(':') != std::string_view::npos) {
          return decode_clock(token.text.substr(1), token.text.front() == '-', sum);
        }
        return decode_number(token.text, sum);
      case DateToken::Kind::kDate:
      case DateToken::Kind::kNumber:
        return decode_number(token.text, sum);
      case DateToken::Kind::kWord:
      case DateToken::Kind::kSignedWord:
        break;
    }
    const Unit unit = find_interval_unit(token.text);
    if (unit == Unit::kUnknown) {
      return find_date_word(token.text).kind == DateWordKind::kIgnored ? IntervalFailure::kNone
                                                                       : IntervalFailure::kFormat;
    }
    if (unit == Unit::kAgo) {
      is_ago_ = true;
    }
    unit_ = unit;
    return IntervalFailure::kNone;
  }

  /// The unit of a bare number at the end.
  [[nodiscard]] Unit default_unit() const {
    if (fields_ == interval_fields::kAll || (fields_ & interval_fields::kSecond) != 0) {
      return Unit::kSecond;
    }
    if ((fields_ & interval_fields::kMinute) != 0) {
      return Unit::kMinute;
    }
    if ((fields_ & interval_fields::kHour) != 0) {
      return Unit::kHour;
    }
    if ((fields_ & interval_fields::kDay) != 0) {
      return Unit::kDay;
    }
    return (fields_ & interval_fields::kMonth) != 0 ? Unit::kMonth : Unit::kYear;
  }

  IntervalFailure decode_number(std::string_view text, Sum& sum) {
    if (unit_ == Unit::kUnknown) {
      unit_ = default_unit();
    }
    const bool negative = text.front() == '-';
    Quantity quantity;
    size_t used = 0;
    if (text.front() != '.' && !parse_whole(text, quantity.whole, used)) {
      return used == 0 ? IntervalFailure::kFormat : IntervalFailure::kRange;
    }
    if (used < text.size() && text[used] == '-') {  // SQL's years-months
      int64_t months = 0;
      const std::string_view rest = text.substr(used + 1);
      if (rest.empty() || rest.front() < '0' || rest.front() > '9' || !parse_whole(rest, months, used) ||
          used != rest.size()) {
        return IntervalFailure::kFormat;
      }
      if (months >= kMonthsPerYear || __builtin_mul_overflow(quantity.whole, kMonthsPerYear, &quantity.whole) ||
          __builtin_add_overflow(quantity.whole, negative ? -months : months, &quantity.whole)) {
        return IntervalFailure::kRange;
      }
      unit_ = Unit::kMonth;
    } else if (used < text.size()) {
      if (text[used] != '.' || !parse_fraction(text.substr(used), quantity.fraction)) {
        return IntervalFailure::kFormat;
      }
      quantity.fraction = negative ? -quantity.fraction : quantity.fraction;
    }
    return add(quantity, sum);
  }

  IntervalFailure add(Quantity quantity, Sum& sum) {
    bool fits = true;
    const Unit unit = unit_;
    IntervalFailure failure = mark(unit);
    switch (unit) {
      case Unit::kMicrosecond:
        fits = sum.add_microseconds(quantity, 1);
        break;
      case Unit::kMillisecond:
        fits = sum.add_microseconds(quantity, 1000);
        break;
      case Unit::kSecond:
        fits = sum.add_microseconds(quantity, kMicrosecondsPerSecond);
        if (quantity.fraction != 0 &&  // Then milliseconds and microseconds are said as well.
            (mark(Unit::kMillisecond) != IntervalFailure::kNone ||
             mark(Unit::kMicrosecond) != IntervalFailure::kNone)) {
          failure = IntervalFailure::kFormat;
        }
        break;
      case Unit::kMinute:
        fits = sum.add_microseconds(quantity, kMicrosecondsPerMinute);
        break;
      case Unit::kHour:
        fits = sum.add_microseconds(quantity, kMicrosecondsPerHour);
        unit_ = Unit::kDay;  // of a number to the left
        break;
      case Unit::kDay:
        fits = sum.add_days(quantity, 1);
        break;
      case Unit::kWeek:
        fits = sum.add_days(quantity, 7);
        break;
      case Unit::kMonth:
        fits = sum.add_months(quantity);
        break;
      case Unit::kYear:
        fits = sum.add_years(quantity, 1);
        break;
      case Unit::kDecade:
        fits = sum.add_years(quantity, 10);
        break;
      case Unit::kCentury:
        fits = sum.add_years(quantity, 100);
        break;
      case Unit::kMillennium:
        fits = sum.add_years(quantity, 1000);
        break;
      case Unit::kAgo:
      case Unit::kUnknown:
        return IntervalFailure::kFormat;
    }
    return fits ? failure : IntervalFailure::kRange;
  }

  /// hours:minutes[:seconds[.fraction]], minutes:seconds.fraction, or minutes:seconds where the type says so.
  IntervalFailure decode_clock(std::string_view text, bool negative, Sum& sum) {
    int64_t parts[3] = {};
    size_t count = 0;
    double fraction = 0;
    bool has_fraction = false;
    for (;;) {
      size_t used = 0;
      if (count == 3 || text.empty() || text.front() < '0' || text.front() > '9') {
        return IntervalFailure::kFormat;
      }
      if (!parse_whole(text, parts[count], used)) {
        return IntervalFailure::kRange;
      }
      ++count;
      text.remove_prefix(used);
      if (text.empty()) {
        break;
      }
      if (text.front() == '.') {
        has_fraction = true;
        if (!parse_fraction(text, fraction)) {
          return IntervalFailure::kFormat;
        }
        break;
      }
      text.remove_prefix(1);  // a colon, for the token has nothing else
      if (text.empty() && count == 1) {
        return IntervalFailure::kFormat;
      }
    }
    if (count == 1) {
      return IntervalFailure::kFormat;
    }
    const bool minutes_first =
        count == 2 && (has_fraction || fields_ == (interval_fields::kMinute | interval_fields::kSecond));
    const int64_t hours = minutes_first ? 0 : parts[0];
    const int64_t minutes = minutes_first ? parts[0] : parts[1];
    const int64_t seconds = minutes_first ? parts[1] : parts[2];
    if (minutes > 59 || seconds > 60) {
      return IntervalFailure::kRange;
    }
    const int64_t sign = negative ? -1 : 1;
    if (!sum.add_microseconds({sign * hours, 0}, kMicrosecondsPerHour) ||
        !sum.add_microseconds({sign * minutes, 0}, kMicrosecondsPerMinute) ||
        !sum.add_microseconds({sign * seconds, 0}, kMicrosecondsPerSecond) ||
        !sum.add_microseconds({static_cast<int64_t>(std::rint(fraction * 1e6)) * sign, 0}, 1)) {
      return IntervalFailure::kRange;
    }
    unit_ = Unit::kDay;  // of a number to the left: 3 04:05:06
    for (const Unit unit : {Unit::kHour, Unit::kMinute, Unit::kSecond}) {
      if (mark(unit) != IntervalFailure::kNone) {
        return IntervalFailure::kFormat;
      }
    }
    return IntervalFailure::kNone;
  }

  const int fields_;
  DateTokens tokens_;
  Unit unit_ = Unit::kUnknown;
  uint32_t seen_ = 0;
  bool is_ago_ = false;
};

/// ISO 8601: P1Y2M3W4DT5H6M7.8S, any of the numbers with sign and fraction; also P0001-02-03T04:05:06 and
/// P00010203T040506.
class IsoDecoder {
 public:
  IntervalFailure decode(std::string_view text, Sum& sum) {
    if (text.size() < 2 || text.front() != 'P') {
      return IntervalFailure::kFormat;
    }
    rest_ = text.substr(1);
    bool in_time = false;
    while (!rest_.empty()) {
      if (rest_.front() == 'T') {
        in_time = true;
        rest_.remove_prefix(1);
        something_ = rest_.empty();  // A T with nothing behind is let pass.
        continue;
      }
      const std::string_view before = rest_;
      Quantity quantity;
      const IntervalFailure failure = take_quantity(quantity);
      if (failure != IntervalFailure::kNone) {
        return failure;
      }
      const char unit = rest_.empty() ? '\0' : rest_.front();
      bool done = false;
      const IntervalFailure other = in_time ? decode_time_part(unit, quantity, before, sum, done)
                                            : decode_date_part(unit, quantity, before, sum, done);
      if (other != IntervalFailure::kNone || done) {
        return other;
      }
      something_ = true;
    }
    return something_ ? IntervalFailure::kNone : IntervalFailure::kFormat;
  }

 private:
  IntervalFailure take_quantity(Quantity& quantity) {
    const bool negative = rest_.front() == '-';
    const bool digit_first = rest_.front() >= '0' && rest_.front() <= '9';
    if (!digit_first && !negative && rest_.front() != '+' && rest_.front() != '.') {
      return IntervalFailure::kFormat;
    }
    const std::string_view unsigned_text = negative ? rest_.substr(1) : rest_;
    size_t used = 0;
    if (!unsigned_text.empty() && unsigned_text.front() != '.') {
      if (!parse_whole(rest_, quantity.whole, used)) {
        return used == 0 ? IntervalFailure::kFormat : IntervalFailure::kRange;
      }
    } else if (negative) {
      used = 1;
    }
    rest_.remove_prefix(used);
    if (!rest_.empty() && rest_.front() == '.') {
      size_t end = 1;
      while (end < rest_.size() && rest_[end] >= '0' && rest_[end] <= '9') {
        ++end;
      }
      if (!parse_fraction(rest_.substr(0, end), quantity.fraction)) {
        return IntervalFailure::kFormat;
      }
      quantity.fraction = negative ? -quantity.fraction : quantity.fraction;
      rest_.remove_prefix(end);
    }
    return IntervalFailure::kNone;
  }

  static size_t leading_digits(std::string_view text) {
    size_t start = !text.empty() && (text.front() == '-' || text.front() == '+') ? 1 : 0;
    const size_t first = start;
    while (start < text.size() && text[start] >= '0' && text[start] <= '9') {
      ++start;
    }
    return start - first;
  }

  IntervalFailure decode_date_part(char unit, Quantity quantity, std::string_view before, Sum& sum, bool& done) {
    bool fits = true;
    switch (unit) {
      case 'Y':
        fits = sum.add_years(quantity, 1);
        break;
      case 'M':
        fits = sum.add_months(quantity);
        break;
      case 'W':
        fits = sum.add_days(quantity, 7);
        break;
      case 'D':
        fits = sum.add_days(quantity, 1);
        break;
      case 'T':
      case '\0':
        if (leading_digits(before) == 8 && !something_) {  // YYYYMMDD
          fits = sum.add_years({quantity.whole / 10000, 0}, 1) && sum.add_months({quantity.whole / 100 % 100, 0}) &&
                 sum.add_days({quantity.whole % 100, quantity.fraction}, 1);
          return fits ? IntervalFailure::kNone : IntervalFailure::kRange;
        }
        [[fallthrough]];
      case '-':
        return decode_dashed_date(unit, quantity, sum, done);
      default:
        return IntervalFailure::kFormat;
    }
    rest_.remove_prefix(1);
    return fits ? IntervalFailure::kNone : IntervalFailure::kRange;
  }

  /// YYYY[-MM[-DD]], the year being read.
  IntervalFailure decode_dashed_date(char unit, Quantity year, Sum& sum, bool& done) {
    if (something_) {
      return IntervalFailure::kFormat;
    }
    if (!sum.add_years(year, 1)) {
      return IntervalFailure::kRange;
    }
    for (int part = 0; part < 2 && unit == '-'; ++part) {
      rest_.remove_prefix(1);
      Quantity quantity;
      if (rest_.empty()) {
        return IntervalFailure::kFormat;
      }
      const IntervalFailure failure = take_quantity(quantity);
      if (failure != IntervalFailure::kNone) {
        return failure;
      }
      if (!(part == 0 ? sum.add_months(quantity) : sum.add_days(quantity, 1))) {
        return IntervalFailure::kRange;
      }
      unit = rest_.empty() ? '\0' : rest_.front();
    }
    done = rest_.empty();
    return done || unit == 'T' ? IntervalFailure::kNone : IntervalFailure::kFormat;
  }

  IntervalFailure decode_time_part(char unit, Quantity quantity, std::string_view before, Sum& sum, bool& done) {
    bool fits = true;
    switch (unit) {
      case 'H':
        fits = sum.add_microseconds(quantity, kMicrosecondsPerHour);
        break;
      case 'M':
        fits = sum.add_microseconds(quantity, kMicrosecondsPerMinute);
        break;
      case 'S':
        fits = sum.add_microseconds(quantity, kMicrosecondsPerSecond);
        break;
      case '\0':
        if (leading_digits(before) == 6 && !something_) {  // HHMMSS
          done = true;
          fits = sum.add_microseconds({quantity.whole / 10000, 0}, kMicrosecondsPerHour) &&
                 sum.add_microseconds({quantity.whole / 100 % 100, 0}, kMicrosecondsPerMinute) &&
                 sum.add_microseconds({quantity.whole % 100, quantity.fraction}, kMicrosecondsPerSecond);
          return fits ? IntervalFailure::kNone : IntervalFailure::kRange;
        }
        [[fallthrough]];
      case ':':
        return decode_colon_time(unit, quantity, sum, done);
      default:
        return IntervalFailure::kFormat;
    }
    rest_.remove_prefix(1);
    return fits ? IntervalFailure::kNone : IntervalFailure::kRange;
  }

  /// HH[:MM[:SS]], the hours being read.
  IntervalFailure decode_colon_time(char unit, Quantity hours, Sum& sum, bool& done) {
    if (something_) {
      return IntervalFailure::kFormat;
    }
    if (!sum.add_microseconds(hours, kMicrosecondsPerHour)) {
      return IntervalFailure::kRange;
    }
    for (int part = 0; part < 2 && unit == ':'; ++part) {
      rest_.remove_prefix(1);
      Quantity quantity;
      if (rest_.empty()) {
        return IntervalFailure::kFormat;
      }
      const IntervalFailure failure = take_quantity(quantity);
      if (failure != IntervalFailure::kNone) {
        return failure;
      }
      if (!sum.add_microseconds(quantity, part == 0 ? kMicrosecondsPerMinute : kMicrosecondsPerSecond)) {
        return IntervalFailure::kRange;
      }
      unit = rest_.empty() ? '\0' : rest_.front();
    }
    done = rest_.empty();
    return done ? IntervalFailure::kNone : IntervalFailure::kFormat;
  }

  std::string_view rest_;
  bool something_ = false;  ///< a part was read since P or T
};

}  // namespace

Interval parse_interval(std::string_view text, int32_t modifier, IntervalStyle style) {
  const int fields = modifier < 0 ? interval_fields::kAll : (modifier >> 16) & interval_fields::kAll;
  Sum sum;
  IntervalDecoder decoder(fields);
  IntervalFailure failure = decoder.decode(text, style, sum);
  if (failure == IntervalFailure::kFormat) {
    sum = Sum();
    failure = IsoDecoder().decode(text, sum);
  }
  const std::string quoted = ": \"" + std::string(text) + "\"";
  if (failure == IntervalFailure::kFormat) {
    throw Error(sqlstate::kInvalidDatetimeFormat, "invalid input syntax for type interval" + quoted);
  }
  Interval interval;
  if (failure == IntervalFailure::kRange || !sum.to_interval(interval)) {
    throw Error(sqlstate::kIntervalFieldOverflow, "interval field value out of range" + quoted);
  }
  return with_interval_modifier(interval, modifier);
}

}  // namespace tidemark
