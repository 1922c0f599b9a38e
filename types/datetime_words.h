#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace tidemark {

/// The words and the tokens of date, time and interval texts. Internal to types/.

enum class DateWordKind : uint8_t {
  kUnknown,
  kIgnored,  ///< at, on
  kMonth,
  kWeekday,
  kMeridiem,  ///< 0 am, 1 pm
  kEra,       ///< 0 ad, 1 bc
  kDaylight,  ///< dst after a zone
  kIsoTime,   ///< t
  kJulian,    ///< j
  kUnit,      ///< y, m, d, h, mm, s before a number: not taken as a date by us
  kNow,
  kToday,
  kTomorrow,
  kYesterday,
  kEpoch,
  kInfinity,
  kMinusInfinity,
  kAllBalls,
};

struct DateWord {
  DateWordKind kind = DateWordKind::kUnknown;
  int value = 0;
};

/// `word` in lower case.
DateWord find_date_word(std::string_view word);

enum class IntervalUnit : uint8_t {
  kUnknown,
  kAgo,
  kMicrosecond,
  kMillisecond,
  kSecond,
  kMinute,
  kHour,
  kDay,
  kWeek,
  kMonth,
  kYear,
  kDecade,
  kCentury,
  kMillennium,
};
IntervalUnit find_interval_unit(std::string_view word);

struct DateToken {
  enum class Kind : uint8_t {
    kNumber,     ///< digits, maybe with a point
    kDate,       ///< has - / or two points; or, beginning with a letter, the name of a zone
    kTime,       ///< has a colon
    kWord,       ///< letters
    kZone,       ///< a sign and digits
    kSignedWord  ///< a sign and letters: -infinity
  } kind = Kind::kNumber;
  std::string_view text;  ///< lower case
};

/// Cuts a text into tokens that point into `buffer`, which gets the text in lower case. Nothing (false) if a character
/// has no place in a date or there are too many tokens.
class DateTokens {
 public:
  static constexpr size_t kTextMax = 128;
  static constexpr size_t kTokensMax = 25;

  [[nodiscard]] bool cut(std::string_view text);
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] const DateToken& operator[](size_t index) const { return tokens_[index]; }

 private:
  [[nodiscard]] bool next();
  void take_while(auto accepts);
  void take_number_or_date();
  void take_word_or_zone_name();

  std::array<char, 2 * kTextMax> buffer_;
  std::array<DateToken, kTokensMax> tokens_;
  size_t size_ = 0;
  std::string_view rest_;
  size_t written_ = 0;
  size_t token_start_ = 0;
};

/// `.123` → 0.123; false if there is something else than digits.
bool parse_fraction(std::string_view text, double& fraction);

}  // namespace tidemark
