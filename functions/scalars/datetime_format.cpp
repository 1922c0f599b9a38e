// to_char of dates, times and intervals, to_date and to_timestamp by template (PostgreSQL's manual, table 9.27). NS, a
// timestamptz(9)'s nine digits, is ours.

#include <algorithm>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/scalars/datetime_session.h"
#include "types/datetime.h"
#include "types/interval.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

// Longer words first where one begins another.
enum class Word : uint8_t {
  kAdDots,
  kAd,
  kAmDots,
  kAm,
  kCentury,
  kDayName,
  kDayShort,
  kDayOfYear,
  kIsoDayOfYear,
  kDay,
  kWeekday,
  kIsoWeekday,
  kFraction,
  kHour24,
  kHour12,
  kIsoYear4,
  kIsoYear3,
  kIsoYear2,
  kIsoYear1,
  kIsoWeek,
  kJulian,
  kMinute,
  kMonth,
  kMonthName,
  kMonthShort,
  kMillisecond,
  kNanosecond,
  kQuarter,
  kRoman,
  kSecondOfDay,
  kSecond,
  kZoneHour,
  kZoneMinute,
  kZone,
  kOffset,
  kMicrosecond,
  kWeekOfYear,
  kWeekOfMonth,
  kYearComma,
  kYear4,
  kYear3,
  kYear2,
  kYear1,
};
enum class Case : uint8_t { kUpper, kCapital, kLower };

struct Keyword {
  Text text;
  Word word;
  Case letters = Case::kUpper;
  int digits = 0;
};

constexpr Keyword kKeywords[] = {
    {"A.D.", Word::kAdDots},
    {"A.M.", Word::kAmDots},
    {"AD", Word::kAd},
    {"AM", Word::kAm},
    {"B.C.", Word::kAdDots},
    {"BC", Word::kAd},
    {"CC", Word::kCentury},
    {"DAY", Word::kDayName},
    {"Day", Word::kDayName, Case::kCapital},
    {"day", Word::kDayName, Case::kLower},
    {"DDD", Word::kDayOfYear},
    {"DD", Word::kDay},
    {"DY", Word::kDayShort},
    {"Dy", Word::kDayShort, Case::kCapital},
    {"dy", Word::kDayShort, Case::kLower},
    {"D", Word::kWeekday},
    {"FF1", Word::kFraction, Case::kUpper, 1},
    {"FF2", Word::kFraction, Case::kUpper, 2},
    {"FF3", Word::kFraction, Case::kUpper, 3},
    {"FF4", Word::kFraction, Case::kUpper, 4},
    {"FF5", Word::kFraction, Case::kUpper, 5},
    {"FF6", Word::kFraction, Case::kUpper, 6},
    {"HH24", Word::kHour24},
    {"HH12", Word::kHour12},
    {"HH", Word::kHour12},
    {"IDDD", Word::kIsoDayOfYear},
    {"ID", Word::kIsoWeekday},
    {"IW", Word::kIsoWeek},
    {"IYYY", Word::kIsoYear4},
    {"IYY", Word::kIsoYear3},
    {"IY", Word::kIsoYear2},
    {"I", Word::kIsoYear1},
    {"J", Word::kJulian},
    {"MI", Word::kMinute},
    {"MM", Word::kMonth},
    {"MONTH", Word::kMonthName},
    {"Month", Word::kMonthName, Case::kCapital},
    {"month", Word::kMonthName, Case::kLower},
    {"MON", Word::kMonthShort},
    {"Mon", Word::kMonthShort, Case::kCapital},
    {"mon", Word::kMonthShort, Case::kLower},
    {"MS", Word::kMillisecond},
    {"NS", Word::kNanosecond},
    {"OF", Word::kOffset},
    {"P.M.", Word::kAmDots},
    {"PM", Word::kAm},
    {"Q", Word::kQuarter},
    {"RM", Word::kRoman},
    {"SSSSS", Word::kSecondOfDay},
    {"SSSS", Word::kSecondOfDay},
    {"SS", Word::kSecond},
    {"TZH", Word::kZoneHour},
    {"TZM", Word::kZoneMinute},
    {"TZ", Word::kZone},
    {"US", Word::kMicrosecond},
    {"WW", Word::kWeekOfYear},
    {"W", Word::kWeekOfMonth},
    {"Y,YYY", Word::kYearComma},
    {"YYYY", Word::kYear4},
    {"YYY", Word::kYear3},
    {"YY", Word::kYear2},
    {"Y", Word::kYear1},
    {"a.d.", Word::kAdDots, Case::kLower},
    {"a.m.", Word::kAmDots, Case::kLower},
    {"ad", Word::kAd, Case::kLower},
    {"am", Word::kAm, Case::kLower},
    {"b.c.", Word::kAdDots, Case::kLower},
    {"bc", Word::kAd, Case::kLower},
    {"cc", Word::kCentury},
    {"ddd", Word::kDayOfYear},
    {"dd", Word::kDay},
    {"d", Word::kWeekday},
    {"ff1", Word::kFraction, Case::kUpper, 1},
    {"ff2", Word::kFraction, Case::kUpper, 2},
    {"ff3", Word::kFraction, Case::kUpper, 3},
    {"ff4", Word::kFraction, Case::kUpper, 4},
    {"ff5", Word::kFraction, Case::kUpper, 5},
    {"ff6", Word::kFraction, Case::kUpper, 6},
    {"hh24", Word::kHour24},
    {"hh12", Word::kHour12},
    {"hh", Word::kHour12},
    {"iddd", Word::kIsoDayOfYear},
    {"id", Word::kIsoWeekday},
    {"iw", Word::kIsoWeek},
    {"iyyy", Word::kIsoYear4},
    {"iyy", Word::kIsoYear3},
    {"iy", Word::kIsoYear2},
    {"i", Word::kIsoYear1},
    {"j", Word::kJulian},
    {"mi", Word::kMinute},
    {"mm", Word::kMonth},
    {"ms", Word::kMillisecond},
    {"of", Word::kOffset},
    {"p.m.", Word::kAmDots, Case::kLower},
    {"pm", Word::kAm, Case::kLower},
    {"q", Word::kQuarter},
    {"rm", Word::kRoman, Case::kLower},
    {"sssss", Word::kSecondOfDay},
    {"ssss", Word::kSecondOfDay},
    {"ss", Word::kSecond},
    {"tzh", Word::kZoneHour},
    {"tzm", Word::kZoneMinute},
    {"tz", Word::kZone, Case::kLower},
    {"us", Word::kMicrosecond},
    {"ww", Word::kWeekOfYear},
    {"w", Word::kWeekOfMonth},
    {"y,yyy", Word::kYearComma},
    {"yyyy", Word::kYear4},
    {"yyy", Word::kYear3},
    {"yy", Word::kYear2},
    {"y", Word::kYear1},
};

constexpr Text kMonths[] = {"January", "February", "March",     "April",   "May",      "June",
                            "July",    "August",   "September", "October", "November", "December"};
constexpr Text kDays[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
constexpr Text kRomanMonths[] = {"I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"};

struct Element {
  const Keyword* keyword = nullptr;  ///< null: literal text
  std::string literal;
  bool quoted = false;
  bool fill_mode = false;
  enum class Suffix : uint8_t { kNone, kUpper, kLower } suffix = Suffix::kNone;
};

std::vector<Element> read_template(Text text) {
  std::vector<Element> elements;
  bool fill_mode = false;
  while (!text.empty()) {
    if (text.starts_with("FM") || text.starts_with("fm")) {
      fill_mode = true;
      text.remove_prefix(2);
      continue;
    }
    if (text.starts_with("FX") || text.starts_with("fx") || text.starts_with("TM") || text.starts_with("tm")) {
      text.remove_prefix(2);
      continue;
    }
    if (text[0] == '"') {
      Element element;
      element.quoted = true;
      text.remove_prefix(1);
      while (!text.empty() && text[0] != '"') {
        if (text[0] == '\\' && text.size() > 1) text.remove_prefix(1);
        element.literal += text[0];
        text.remove_prefix(1);
      }
      if (!text.empty()) text.remove_prefix(1);
      elements.push_back(std::move(element));
      continue;
    }
    const auto keyword =
        std::ranges::find_if(kKeywords, [&](const Keyword& candidate) { return text.starts_with(candidate.text); });
    Element element;
    if (keyword == std::end(kKeywords)) {
      const size_t skip = text.starts_with("\\\"") ? 1 : 0;
      element.literal = text.substr(skip, 1);
      text.remove_prefix(1 + skip);
    } else {
      element.keyword = keyword;
      element.fill_mode = fill_mode;
      fill_mode = false;
      text.remove_prefix(keyword->text.size());
      if (text.starts_with("TH") || text.starts_with("th")) {
        element.suffix = text[0] == 'T' ? Element::Suffix::kUpper : Element::Suffix::kLower;
        text.remove_prefix(2);
      }
    }
    elements.push_back(std::move(element));
  }
  return elements;
}

/// What can be printed, of a time or of an interval.
struct Fields {
  int64_t year = 0;
  int32_t month = 0;
  int32_t day = 0;
  int64_t hour = 0;
  int32_t minute = 0;
  int32_t second = 0;
  int32_t microsecond = 0;
  int32_t nanosecond = 0;  ///< 0–999 below the microsecond
  int64_t days = 0;        ///< since 2000-01-01
  bool is_interval = false;
  const TimeZone::Offset* zone = nullptr;
};

std::string cased(Text name, Case letters) {
  std::string text(name);
  const auto map = [&](char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!is_letter || letters == Case::kCapital) return c;
    return letters == Case::kUpper ? static_cast<char>(c & ~0x20) : static_cast<char>(c | 0x20);
  };
  std::ranges::transform(text, text.begin(), map);
  return text;
}

class TimeWriter {
 public:
  TimeWriter(const Fields& fields, std::string& out) : fields_(fields), out_(out) {}

  void write(const Element& element) {
    if (element.keyword == nullptr) {
      out_ += element.literal;
      return;
    }
    element_ = &element;
    const size_t start = out_.size();
    write_word(*element.keyword);
    if (element.suffix != Element::Suffix::kNone && out_.size() > start && out_.back() >= '0' && out_.back() <= '9') {
      const char last = out_.back();
      const bool teen = out_.size() - start > 1 && out_[out_.size() - 2] == '1';
      const Text suffix = teen ? "th" : last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
      out_ += cased(suffix, element.suffix == Element::Suffix::kUpper ? Case::kUpper : Case::kLower);
    }
  }

 private:
  void number(int64_t value, int width) {
    const std::string digits = std::to_string(value < 0 ? -value : value);
    if (value < 0) out_ += '-';
    if (!element_->fill_mode) {
      const int missing = width - static_cast<int>(digits.size()) - 0;
      if (missing > 0) out_.append(static_cast<size_t>(missing), '0');
    }
    out_ += digits;
  }
  void name(Text text, Case letters, size_t width) {
    std::string shown = cased(text, letters);
    if (!element_->fill_mode && shown.size() < width) shown.append(width - shown.size(), ' ');
    out_ += shown;
  }
  void no_calendar_in_intervals() const {
    if (fields_.is_interval) {
      throw Error(sqlstate::kInvalidDatetimeFormat, "invalid format specification for an interval value")
          .with_hint("Intervals are not tied to specific calendar dates.");
    }
  }
  [[nodiscard]] int64_t shown_year() const {
    return fields_.is_interval || fields_.year > 0 ? fields_.year : -(fields_.year - 1);
  }
  [[nodiscard]] int64_t iso_year() const {
    if (fields_.is_interval) return fields_.year;
    int32_t result = 0;
    (void)iso_week(civil(), result);
    return result > 0 ? result : -(result - 1);
  }
  [[nodiscard]] CivilDate civil() const { return {static_cast<int32_t>(fields_.year), fields_.month, fields_.day}; }
  [[nodiscard]] int32_t iso_day() const {
    const int32_t weekday = weekday_of(fields_.days);
    return weekday == 0 ? 7 : weekday;
  }

  void write_word(const Keyword& keyword);
  void write_date_word(const Keyword& keyword);

  const Fields& fields_;
  std::string& out_;
  const Element* element_ = nullptr;
};

void TimeWriter::write_word(const Keyword& keyword) {
  const Case letters = keyword.letters;
  switch (keyword.word) {
    case Word::kAmDots:
      out_ += cased(fields_.hour % 24 >= 12 ? "P.M." : "A.M.", letters);
      break;
    case Word::kAm:
      out_ += cased(fields_.hour % 24 >= 12 ? "PM" : "AM", letters);
      break;
    case Word::kHour12: {
      const int64_t hour = fields_.hour % 12 == 0 ? 12 : fields_.hour % 12;
      number(hour, 2);
      break;
    }
    case Word::kHour24:
      number(fields_.hour, 2);
      break;
    case Word::kMinute:
      number(fields_.minute, 2);
      break;
    case Word::kSecond:
      number(fields_.second, 2);
      break;
    case Word::kMillisecond:
      out_ += std::to_string(1000 + fields_.microsecond / 1000).substr(1);
      break;
    case Word::kMicrosecond:
      out_ += std::to_string(1'000'000 + fields_.microsecond).substr(1);
      break;
    case Word::kNanosecond:
      out_ += std::to_string(1'000'000'000 + int64_t{fields_.microsecond} * 1000 + fields_.nanosecond).substr(1);
      break;
    case Word::kFraction:
      out_ += std::to_string(1'000'000 + fields_.microsecond).substr(1, static_cast<size_t>(keyword.digits));
      break;
    case Word::kSecondOfDay:
      out_ += std::to_string(fields_.hour * 3600 + fields_.minute * 60 + fields_.second);
      break;
    case Word::kZone:
      no_calendar_in_intervals();
      if (fields_.zone != nullptr) out_ += cased(fields_.zone->abbreviation, letters);
      break;
    case Word::kZoneHour:
    case Word::kZoneMinute:
    case Word::kOffset: {
      no_calendar_in_intervals();
      const int32_t seconds = fields_.zone != nullptr ? fields_.zone->seconds_east : 0;
      const int32_t magnitude = std::abs(seconds);
      const auto two = [](int32_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
      if (keyword.word == Word::kZoneMinute) {
        out_ += two(magnitude / 60 % 60);
        break;
      }
      out_ += (seconds < 0 ? '-' : '+') + two(magnitude / 3600);
      if (keyword.word == Word::kOffset && magnitude / 60 % 60 != 0) out_ += ":" + two(magnitude / 60 % 60);
      break;
    }
    default:
      write_date_word(keyword);
  }
}

void TimeWriter::write_date_word(const Keyword& keyword) {
  const Case letters = keyword.letters;
  switch (keyword.word) {
    case Word::kAdDots:
      no_calendar_in_intervals();
      out_ += cased(fields_.year <= 0 ? "B.C." : "A.D.", letters);
      break;
    case Word::kAd:
      no_calendar_in_intervals();
      out_ += cased(fields_.year <= 0 ? "BC" : "AD", letters);
      break;
    case Word::kMonthName:
      no_calendar_in_intervals();
      name(kMonths[fields_.month - 1], letters, 9);
      break;
    case Word::kMonthShort:
      no_calendar_in_intervals();
      name(kMonths[fields_.month - 1].substr(0, 3), letters, 0);
      break;
    case Word::kMonth:
      number(fields_.month, 2);
      break;
    case Word::kDayName:
      no_calendar_in_intervals();
      name(kDays[weekday_of(fields_.days)], letters, 9);
      break;
    case Word::kDayShort:
      no_calendar_in_intervals();
      name(kDays[weekday_of(fields_.days)].substr(0, 3), letters, 0);
      break;
    case Word::kDayOfYear:
      number(fields_.is_interval ? fields_.year * 365 + fields_.month * 30 + fields_.day : day_of_year(civil()), 3);
      break;
    case Word::kIsoDayOfYear: {
      int32_t year = 0;
      (void)iso_week(civil(), year);
      number(fields_.days - iso_year_start(year) + 1, 3);
      break;
    }
    case Word::kDay:
      number(fields_.day, 2);
      break;
    case Word::kWeekday:
      no_calendar_in_intervals();
      number(weekday_of(fields_.days) + 1, 0);
      break;
    case Word::kIsoWeekday:
      no_calendar_in_intervals();
      number(iso_day(), 0);
      break;
    case Word::kWeekOfYear:
      number((day_of_year(civil()) - 1) / 7 + 1, 2);
      break;
    case Word::kIsoWeek: {
      int32_t year = 0;
      number(iso_week(civil(), year), 2);
      break;
    }
    case Word::kWeekOfMonth:
      number((fields_.day - 1) / 7 + 1, 0);
      break;
    case Word::kQuarter:
      if (fields_.month != 0) number((fields_.month - 1) / 3 + 1, 0);
      break;
    case Word::kCentury: {
      const int64_t year = fields_.year;
      const int64_t century = fields_.is_interval ? year / 100 : year > 0 ? (year - 1) / 100 + 1 : year / 100 - 1;
      number(century, 2);
      break;
    }
    case Word::kYearComma: {
      const int64_t year = shown_year();
      out_ += std::to_string(year / 1000) + "," + std::to_string(1000 + year % 1000).substr(1);
      break;
    }
    case Word::kYear4:
      number(shown_year(), 4);
      break;
    case Word::kYear3:
      number(shown_year() % 1000, 3);
      break;
    case Word::kYear2:
      number(shown_year() % 100, 2);
      break;
    case Word::kYear1:
      number(shown_year() % 10, 1);
      break;
    case Word::kIsoYear4:
      number(iso_year(), 4);
      break;
    case Word::kIsoYear3:
      number(iso_year() % 1000, 3);
      break;
    case Word::kIsoYear2:
      number(iso_year() % 100, 2);
      break;
    case Word::kIsoYear1:
      number(iso_year() % 10, 1);
      break;
    case Word::kRoman:
      // Intervals have months below 1, which count back from December.
      if (fields_.month == 0 && fields_.year == 0) break;
      if (fields_.month == 0) {
        name(kRomanMonths[fields_.year > 0 ? 11 : 0], letters, 4);
      } else {
        name(kRomanMonths[fields_.month > 0 ? fields_.month - 1 : fields_.month + 12], letters, 4);
      }
      break;
    case Word::kJulian:
      number(fields_.days + kEpochJulianDay, 0);
      break;
    default:
      break;
  }
}

Fields fields_of(int64_t local) {
  const CivilTime civil = civil_from_timestamp(local);
  Fields fields;
  fields.year = civil.date.year;
  fields.month = civil.date.month;
  fields.day = civil.date.day;
  fields.hour = civil.hour;
  fields.minute = civil.minute;
  fields.second = civil.second;
  fields.microsecond = civil.microsecond;
  fields.days = floor_divide(local, kMicrosecondsPerDay);
  return fields;
}

std::optional<std::string> print(const Fields& fields, Text format) {
  if (format.empty()) return std::nullopt;
  std::string out;
  TimeWriter writer(fields, out);
  for (const Element& element : read_template(format)) writer.write(element);
  return out;
}

std::optional<std::string> format_timestamp(int64_t timestamp, Text format) {
  if (is_infinite_timestamp(timestamp)) return std::nullopt;
  return print(fields_of(timestamp), format);
}
std::optional<std::string> format_zoned(KernelCall& call, int64_t timestamp, int32_t nanosecond, Text format) {
  if (is_infinite_timestamp(timestamp)) return std::nullopt;
  const TimeZone::Offset offset = session_zone(call.context).at_utc(timestamp);
  Fields fields = fields_of(timestamp + offset.seconds_east * kMicrosecondsPerSecond);
  fields.zone = &offset;
  fields.nanosecond = nanosecond;
  return print(fields, format);
}
std::optional<std::string> format_timestamptz(KernelCall& call, int64_t timestamp, Text format) {
  return format_zoned(call, timestamp, 0, format);
}
std::optional<std::string> format_ns(KernelCall& call, int64_t nanoseconds, Text format) {
  const SplitNanoseconds split = split_nanoseconds(nanoseconds);
  return format_zoned(call, split.microseconds, split.nanoseconds, format);
}
std::optional<std::string> format_interval(Interval span, Text format) {
  Fields fields;
  fields.is_interval = true;
  fields.year = span.months / 12;
  fields.month = span.months % 12;
  fields.day = span.days;
  fields.days = span.months * 30 + span.days;
  fields.hour = static_cast<decltype(fields.hour)>(span.microseconds / kMicrosecondsPerHour);
  fields.minute = static_cast<int32_t>(span.microseconds / kMicrosecondsPerMinute % 60);
  fields.second = static_cast<int32_t>(span.microseconds / kMicrosecondsPerSecond % 60);
  fields.microsecond = static_cast<int32_t>(span.microseconds % kMicrosecondsPerSecond);
  return print(fields, format);
}

// ------------------------------------------------------------------------------------------------------------- reading

/// Reads a text by a template, as to_timestamp and to_date do: digits as many as the word has, or more if the next
/// thing in the template is no digit; separators match any separators.
class TimeReader {
 public:
  TimeReader(Text text, Text format) : text_(text), rest_(text), elements_(read_template(format)) {}

  /// Local time; `offset` if the text had one.
  int64_t read(std::optional<int32_t>& offset) {
    skip_blanks();
    for (at_ = 0; at_ < elements_.size() && !rest_.empty(); ++at_) {
      const Element& element = elements_[at_];
      if (element.keyword == nullptr) {
        take_literal(element);
      } else {
        take_word(*element.keyword);
        if (element.suffix != Element::Suffix::kNone && rest_.size() >= 2) rest_.remove_prefix(2);
      }
    }
    offset = offset_;
    return assemble();
  }

 private:
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static bool is_separator(char c) { return !is_digit(c) && !is_letter(c) && c != ' '; }

  void skip_blanks() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
  }

  void take_literal(const Element& element) {
    if (element.quoted) {
      rest_.remove_prefix(std::min(element.literal.size(), rest_.size()));
      return;
    }
    const char c = element.literal[0];
    if (c == ' ' || is_separator(c)) {
      // One separator of the template stands for one of the text and blanks around it.
      skip_blanks();
      if (!rest_.empty() && is_separator(rest_[0]) && !(starts_signed_number())) rest_.remove_prefix(1);
      skip_blanks();
    } else {
      rest_.remove_prefix(1);
    }
  }
  [[nodiscard]] bool starts_signed_number() const {
    const bool zone_follows = at_ + 1 < elements_.size() && elements_[at_ + 1].keyword != nullptr &&
                              elements_[at_ + 1].keyword->word == Word::kZoneHour;
    return zone_follows && (rest_[0] == '-' || rest_[0] == '+');
  }

  [[nodiscard]] bool digits_may_run_on() const {
    if (elements_[at_].fill_mode || at_ + 1 == elements_.size()) return true;
    const Element& next = elements_[at_ + 1];
    if (next.keyword == nullptr) return !is_digit(next.literal.empty() ? ' ' : next.literal[0]);
    switch (next.keyword->word) {
      case Word::kAd:
      case Word::kAdDots:
      case Word::kAm:
      case Word::kAmDots:
      case Word::kMonthName:
      case Word::kMonthShort:
      case Word::kDayName:
      case Word::kDayShort:
      case Word::kRoman:
      case Word::kZone:
        return true;
      default:
        return false;
    }
  }

  [[noreturn]] void throw_bad_value(Text shown, std::string detail, const char* hint) const {
    throw Error(sqlstate::kInvalidDatetimeFormat, "invalid value \"" + std::string(shown) + "\" for \"" +
                                                      std::string(elements_[at_].keyword->text) + "\"")
        .with_detail(std::move(detail))
        .with_hint(hint);
  }
  [[noreturn]] void throw_too_short(size_t width) const {
    throw Error(sqlstate::kInvalidDatetimeFormat,
                "source string too short for \"" + std::string(elements_[at_].keyword->text) + "\" formatting field")
        .with_detail("Field requires " + std::to_string(width) + " characters, but only " +
                     std::to_string(rest_.size()) + " remain.")
        .with_hint(kNotFixedWidth);
  }
  static constexpr const char* kNotFixedWidth =
      "If your source string is not fixed-width, try using the \"FM\" modifier.";

  /// Two words of a template may name one field only if they agree.
  void set(std::optional<int64_t>& field, int64_t value) const {
    if (field && *field != value) {
      throw Error(
          sqlstate::kInvalidDatetimeFormat,
          "conflicting values for \"" + std::string(elements_[at_].keyword->text) + "\" field in formatting string")
          .with_detail("This value contradicts a previous setting for the same field type.");
    }
    field = value;
  }

  /// A template counts in the common calendar's fields or in those of ISO weeks.
  void check_calendar(Word word) {
    const Calendar own = calendar_of(word);
    if (own == Calendar::kEither) return;
    if (calendar_ != Calendar::kEither && calendar_ != own) {
      throw Error(sqlstate::kInvalidDatetimeFormat, "invalid combination of date conventions")
          .with_hint("Do not mix Gregorian and ISO week date conventions in a formatting template.");
    }
    calendar_ = own;
  }
  enum class Calendar : uint8_t { kEither, kCommon, kIsoWeeks };
  static Calendar calendar_of(Word word) {
    switch (word) {
      case Word::kYear4:
      case Word::kYearComma:
      case Word::kYear3:
      case Word::kYear2:
      case Word::kYear1:
      case Word::kMonth:
      case Word::kMonthName:
      case Word::kMonthShort:
      case Word::kRoman:
      case Word::kDay:
      case Word::kDayOfYear:
      case Word::kWeekday:
      case Word::kWeekOfYear:
      case Word::kWeekOfMonth:
        return Calendar::kCommon;
      case Word::kIsoYear4:
      case Word::kIsoYear3:
      case Word::kIsoYear2:
      case Word::kIsoYear1:
      case Word::kIsoWeek:
      case Word::kIsoWeekday:
      case Word::kIsoDayOfYear:
        return Calendar::kIsoWeeks;
      default:
        return Calendar::kEither;
    }
  }

  int64_t take_number(size_t width, size_t* taken = nullptr) {
    skip_blanks();
    bool negative = false;
    if (!rest_.empty() && (rest_[0] == '-' || rest_[0] == '+')) {
      negative = rest_[0] == '-';
      rest_.remove_prefix(1);
    }
    const bool fixed = !digits_may_run_on();
    const Text field = rest_.substr(0, width);
    if (fixed && field.size() < width && !negative) throw_too_short(width);
    const size_t limit = fixed ? width : 18;
    size_t digits = 0;
    int64_t value = 0;
    while (digits < limit && digits < rest_.size() && is_digit(rest_[digits])) {
      value = value * 10 + (rest_[digits] - '0');
      ++digits;
    }
    if (digits == 0) throw_bad_value(field, "Value must be an integer.", "");
    if (fixed && digits < width && !negative) {
      throw_bad_value(field,
                      "Field requires " + std::to_string(width) + " characters, but only " + std::to_string(digits) +
                          " could be parsed.",
                      kNotFixedWidth);
    }
    if (value > INT32_MAX) {
      throw Error(sqlstate::kDatetimeFieldOverflow,
                  "value for \"" + std::string(elements_[at_].keyword->text) + "\" in source string is out of range")
          .with_detail("Value must be in the range -2147483648 to 2147483647.");
    }
    rest_.remove_prefix(digits);
    if (taken != nullptr) *taken = digits;
    return negative ? -value : value;
  }

  size_t take_name(std::span<const Text> names, size_t shown) {
    skip_blanks();
    for (size_t i = 0; i < names.size(); ++i) {
      const Text name = shown == 0 ? names[i] : names[i].substr(0, shown);
      if (rest_.size() < name.size()) continue;
      if (cased(rest_.substr(0, name.size()), Case::kLower) == cased(name, Case::kLower)) {
        rest_.remove_prefix(name.size());
        return i;
      }
    }
    throw Error(sqlstate::kInvalidDatetimeFormat, "invalid value \"" + std::string(rest_.substr(0, 9)) + "\" for \"" +
                                                      std::string(elements_[at_].keyword->text) + "\"")
        .with_detail("The given value did not match any of the allowed values for this field.");
  }

  /// Digits behind a decimal point: 5 for MS is 500.
  int32_t take_fraction(size_t digits) {
    size_t taken = 0;
    int64_t value = take_number(digits, &taken);
    for (; taken < 6; ++taken) value *= 10;
    for (; taken > 6; --taken) value /= 10;
    return static_cast<int32_t>(value);
  }

  void take_year(size_t width) {
    size_t taken = 0;
    year_ = take_number(width, &taken);
    if (taken < 4 && width < 4) {
      // Two digits mean 1970 to 2069, three 1000 less or more: nearest to 2020.
      if (year_ < 70) {
        year_ += 2000;
      } else if (year_ < 100) {
        year_ += 1900;
      } else if (year_ < 520) {
        year_ += 2000;
      } else if (year_ < 1000) {
        year_ += 1000;
      }
    }
    has_year_ = true;
  }

  void take_word(const Keyword& keyword);
  int64_t assemble();

  Text text_;
  Text rest_;
  std::vector<Element> elements_;
  size_t at_ = 0;
  int64_t year_ = 0;
  bool has_year_ = false;
  bool is_bc_ = false;
  bool is_pm_ = false;
  bool has_meridiem_ = false;
  bool hour_is_12_ = false;
  Calendar calendar_ = Calendar::kEither;
  std::optional<int64_t> month_;
  std::optional<int64_t> day_;
  int64_t day_of_year_ = 0;
  int64_t iso_day_of_year_ = 0;
  int fraction_digits_ = 6;
  int64_t week_ = 0;
  int64_t iso_week_ = 0;
  int64_t iso_day_ = 0;
  bool iso_year_ = false;
  int64_t century_ = 0;
  int64_t julian_ = -1;
  int64_t hour_ = 0;
  int64_t minute_ = 0;
  int64_t second_ = 0;
  int64_t second_of_day_ = -1;
  int32_t microsecond_ = 0;
  std::optional<int32_t> offset_;
  bool offset_negative_ = false;
};

void TimeReader::take_word(const Keyword& keyword) {
  check_calendar(keyword.word);
  switch (keyword.word) {
    case Word::kAd:
    case Word::kAdDots: {
      static constexpr Text kEras[] = {"B.C.", "A.D.", "BC", "AD"};
      is_bc_ = take_name(kEras, 0) % 2 == 0;
      break;
    }
    case Word::kAm:
    case Word::kAmDots: {
      static constexpr Text kHalves[] = {"P.M.", "A.M.", "PM", "AM"};
      is_pm_ = take_name(kHalves, 0) % 2 == 0;
      has_meridiem_ = true;
      hour_is_12_ = true;
      break;
    }
    case Word::kHour12:
      hour_is_12_ = true;
      hour_ = take_number(2);
      break;
    case Word::kHour24:
      hour_ = take_number(2);
      break;
    case Word::kMinute:
      minute_ = take_number(2);
      break;
    case Word::kSecond:
      second_ = take_number(2);
      break;
    case Word::kMillisecond:
      microsecond_ = take_fraction(3);
      break;
    case Word::kMicrosecond:
    case Word::kNanosecond:
      microsecond_ = take_fraction(keyword.word == Word::kMicrosecond ? 6 : 9);
      break;
    case Word::kFraction:
      microsecond_ = take_fraction(static_cast<size_t>(keyword.digits));
      fraction_digits_ = keyword.digits;
      break;
    case Word::kSecondOfDay:
      second_of_day_ = take_number(5);
      break;
    case Word::kYear4:
      take_year(4);
      break;
    case Word::kYearComma: {
      year_ = take_number(1) * 1000;
      if (!rest_.empty() && rest_[0] == ',') rest_.remove_prefix(1);
      year_ += take_number(3);
      has_year_ = true;
      break;
    }
    case Word::kYear3:
      take_year(3);
      break;
    case Word::kYear2:
      take_year(2);
      break;
    case Word::kYear1:
      take_year(1);
      break;
    case Word::kIsoYear4:
    case Word::kIsoYear3:
    case Word::kIsoYear2:
    case Word::kIsoYear1:
      take_year(keyword.word == Word::kIsoYear4 ? 4 : keyword.word == Word::kIsoYear3 ? 3 : 2);
      iso_year_ = true;
      break;
    case Word::kCentury:
      century_ = take_number(2);
      break;
    case Word::kMonth:
      set(month_, take_number(2));
      break;
    case Word::kMonthName:
      set(month_, static_cast<int64_t>(take_name(kMonths, 0)) + 1);
      break;
    case Word::kMonthShort:
      set(month_, static_cast<int64_t>(take_name(kMonths, 3)) + 1);
      break;
    case Word::kRoman: {
      // The longest of those that fit: VIII before VII, VI and V.
      static constexpr Text kLongestFirst[] = {"VIII", "III", "VII", "XII", "II", "IV",
                                               "VI",   "IX",  "XI",  "I",   "V",  "X"};
      static constexpr int kMonthOf[] = {8, 3, 7, 12, 2, 4, 6, 9, 11, 1, 5, 10};
      set(month_, kMonthOf[take_name(kLongestFirst, 0)]);
      break;
    }
    case Word::kDay:
      set(day_, take_number(2));
      break;
    case Word::kDayOfYear:
      day_of_year_ = take_number(3);
      break;
    case Word::kDayName:
      (void)take_name(kDays, 0);
      break;
    case Word::kDayShort:
      (void)take_name(kDays, 3);
      break;
    case Word::kWeekday:
      (void)take_number(1);
      break;
    case Word::kIsoWeekday:
      iso_day_ = take_number(1);
      break;
    case Word::kIsoWeek:
      iso_week_ = take_number(2);
      break;
    case Word::kIsoDayOfYear:
      iso_day_of_year_ = take_number(3);
      break;
    case Word::kWeekOfYear:
      week_ = take_number(2);
      break;
    case Word::kQuarter:
      (void)take_number(1);
      break;
    case Word::kWeekOfMonth:
      day_ = (take_number(1) - 1) * 7 + 1;
      break;
    case Word::kJulian:
      julian_ = take_number(7);
      break;
    case Word::kZoneHour: {
      skip_blanks();
      offset_negative_ = !rest_.empty() && rest_[0] == '-';
      const int64_t hours = take_number(2);
      offset_ = static_cast<int32_t>(hours * 3600);
      break;
    }
    case Word::kZoneMinute: {
      const auto minutes = static_cast<int32_t>(take_number(2));
      offset_ = offset_.value_or(0) + (offset_negative_ ? -minutes : minutes) * 60;
      break;
    }
    case Word::kZone:
    case Word::kOffset:
      throw Error(sqlstate::kFeatureNotSupported,
                  "formatting field \"" + std::string(keyword.text) + "\" is only supported in to_char");
  }
}

int64_t TimeReader::assemble() {
  const auto out_of_range = [&] {
    throw Error(sqlstate::kDatetimeFieldOverflow, "date/time field value out of range: \"" + std::string(text_) + "\"");
  };
  if (second_of_day_ >= 0) {
    hour_ = second_of_day_ / 3600;
    minute_ = second_of_day_ / 60 % 60;
    second_ = second_of_day_ % 60;
  }
  if (hour_is_12_ && second_of_day_ < 0) {
    if (hour_ < 1 || hour_ > 12) {
      throw Error(sqlstate::kInvalidDatetimeFormat,
                  "hour \"" + std::to_string(hour_) + "\" is invalid for the 12-hour clock")
          .with_hint("Use the 24-hour clock, or give an hour between 1 and 12.");
    }
    if (has_meridiem_ && is_pm_ && hour_ < 12) hour_ += 12;
    if (has_meridiem_ && !is_pm_ && hour_ == 12) hour_ = 0;
  }
  int64_t year = has_year_ ? year_ : 0;
  if (!has_year_ && century_ != 0) year = (century_ - 1) * 100 + 1;
  if (is_bc_) year = -year;
  if (year < 0) ++year;  // Year 0 is 1 BC.
  if (hour_ < 0 || hour_ > 23 || minute_ < 0 || minute_ > 59 || second_ < 0 || second_ > 59) out_of_range();
  int64_t days = 0;
  if (julian_ >= 0) {
    days = julian_ - kEpochJulianDay;
  } else if (iso_day_of_year_ > 0) {
    days = iso_year_start(year) + iso_day_of_year_ - 1;
  } else if (iso_week_ > 0 || (iso_year_ && iso_day_ > 0)) {
    days = iso_year_start(year) + (std::max<int64_t>(iso_week_, 1) - 1) * 7 + std::max<int64_t>(iso_day_, 1) - 1;
  } else if (day_of_year_ > 0) {
    if (day_of_year_ > (is_leap_year(year) ? 366 : 365)) out_of_range();
    days = days_from_civil(year, 1, 1) + day_of_year_ - 1;
  } else if (week_ > 0) {
    days = days_from_civil(year, 1, 1) + (week_ - 1) * 7;
  } else {
    // A zero stands for a field that was not given.
    const auto month = static_cast<int32_t>(std::max<int64_t>(month_.value_or(1), 1));
    const auto day = static_cast<int32_t>(std::max<int64_t>(day_.value_or(1), 1));
    if (month > 12 || month_.value_or(1) < 0 || day_.value_or(1) < 0 || day > days_in_month(year, month)) {
      out_of_range();
    }
    days = days_from_civil(year, month, day);
  }
  int64_t result = 0;
  const int64_t time =
      hour_ * kMicrosecondsPerHour + minute_ * kMicrosecondsPerMinute + second_ * kMicrosecondsPerSecond + microsecond_;
  if (!timestamp_from_parts(days, time, result)) throw_timestamp_out_of_range();
  return round_timestamp(result, fraction_digits_);
}

int64_t to_timestamp(KernelCall& call, Text text, Text format) {
  std::optional<int32_t> offset;
  const int64_t local = TimeReader(text, format).read(offset);
  if (offset) return local - *offset * kMicrosecondsPerSecond;
  return session_zone(call.context).local_to_utc(local);
}
int32_t to_date(Text text, Text format) {
  std::optional<int32_t> offset;
  return timestamp_to_date(TimeReader(text, format).read(offset));
}

}  // namespace

void add_datetime_formatting(FunctionTables& tables) {
  static constexpr Text kDoc = "date or time by a template";
  tables.function("to_char", {kTimestamp, kText}, kText, each_row<format_timestamp>, kDoc);
  tables.function("to_char", {kTimestampTz, kText}, kText, each_row<format_timestamptz>, kDoc).volatility =
      Volatility::kStable;
  tables.function("to_char", {kTimestampTzNs, kText}, kText, each_row<format_ns>, kDoc).volatility =
      Volatility::kStable;
  tables.function("to_char", {kInterval, kText}, kText, each_row<format_interval>, kDoc);
  tables.function("to_timestamp", {kText, kText}, kTimestampTz, each_row<to_timestamp>, "time read by a template")
      .volatility = Volatility::kStable;
  tables.function("to_date", {kText, kText}, kDate, each_row<to_date>, "date read by a template").volatility =
      Volatility::kStable;
}

}  // namespace tidemark
