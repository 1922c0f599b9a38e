#include "types/datetime_words.h"

#include <algorithm>

#include "base/ascii.h"

namespace tidemark {
namespace {

using Kind = DateToken::Kind;

struct DateWordEntry {
  std::string_view word;
  DateWord meaning;
};

// Sorted by word.
constexpr DateWordEntry kDateWords[] = {
    {"-infinity", {DateWordKind::kMinusInfinity, 0}},
    {"ad", {DateWordKind::kEra, 0}},
    {"allballs", {DateWordKind::kAllBalls, 0}},
    {"am", {DateWordKind::kMeridiem, 0}},
    {"apr", {DateWordKind::kMonth, 4}},
    {"april", {DateWordKind::kMonth, 4}},
    {"at", {DateWordKind::kIgnored, 0}},
    {"aug", {DateWordKind::kMonth, 8}},
    {"august", {DateWordKind::kMonth, 8}},
    {"bc", {DateWordKind::kEra, 1}},
    {"d", {DateWordKind::kUnit, 3}},
    {"dec", {DateWordKind::kMonth, 12}},
    {"december", {DateWordKind::kMonth, 12}},
    {"dst", {DateWordKind::kDaylight, 0}},
    {"epoch", {DateWordKind::kEpoch, 0}},
    {"feb", {DateWordKind::kMonth, 2}},
    {"february", {DateWordKind::kMonth, 2}},
    {"fri", {DateWordKind::kWeekday, 5}},
    {"friday", {DateWordKind::kWeekday, 5}},
    {"h", {DateWordKind::kUnit, 4}},
    {"infinity", {DateWordKind::kInfinity, 0}},
    {"j", {DateWordKind::kJulian, 0}},
    {"jan", {DateWordKind::kMonth, 1}},
    {"january", {DateWordKind::kMonth, 1}},
    {"jd", {DateWordKind::kJulian, 0}},
    {"jul", {DateWordKind::kMonth, 7}},
    {"julian", {DateWordKind::kJulian, 0}},
    {"july", {DateWordKind::kMonth, 7}},
    {"jun", {DateWordKind::kMonth, 6}},
    {"june", {DateWordKind::kMonth, 6}},
    {"m", {DateWordKind::kUnit, 2}},
    {"mar", {DateWordKind::kMonth, 3}},
    {"march", {DateWordKind::kMonth, 3}},
    {"may", {DateWordKind::kMonth, 5}},
    {"mm", {DateWordKind::kUnit, 5}},
    {"mon", {DateWordKind::kWeekday, 1}},
    {"monday", {DateWordKind::kWeekday, 1}},
    {"nov", {DateWordKind::kMonth, 11}},
    {"november", {DateWordKind::kMonth, 11}},
    {"now", {DateWordKind::kNow, 0}},
    {"oct", {DateWordKind::kMonth, 10}},
    {"october", {DateWordKind::kMonth, 10}},
    {"on", {DateWordKind::kIgnored, 0}},
    {"pm", {DateWordKind::kMeridiem, 1}},
    {"s", {DateWordKind::kUnit, 6}},
    {"sat", {DateWordKind::kWeekday, 6}},
    {"saturday", {DateWordKind::kWeekday, 6}},
    {"sep", {DateWordKind::kMonth, 9}},
    {"sept", {DateWordKind::kMonth, 9}},
    {"september", {DateWordKind::kMonth, 9}},
    {"sun", {DateWordKind::kWeekday, 0}},
    {"sunday", {DateWordKind::kWeekday, 0}},
    {"t", {DateWordKind::kIsoTime, 0}},
    {"thu", {DateWordKind::kWeekday, 4}},
    {"thur", {DateWordKind::kWeekday, 4}},
    {"thurs", {DateWordKind::kWeekday, 4}},
    {"thursday", {DateWordKind::kWeekday, 4}},
    {"today", {DateWordKind::kToday, 0}},
    {"tomorrow", {DateWordKind::kTomorrow, 0}},
    {"tue", {DateWordKind::kWeekday, 2}},
    {"tues", {DateWordKind::kWeekday, 2}},
    {"tuesday", {DateWordKind::kWeekday, 2}},
    {"wed", {DateWordKind::kWeekday, 3}},
    {"wednesday", {DateWordKind::kWeekday, 3}},
    {"weds", {DateWordKind::kWeekday, 3}},
    {"y", {DateWordKind::kUnit, 1}},
    {"yesterday", {DateWordKind::kYesterday, 0}},
};

struct IntervalUnitEntry {
  std::string_view word;
  IntervalUnit unit;
};

// Sorted by word; words are told apart by their first ten characters.
constexpr IntervalUnitEntry kIntervalUnits[] = {
    {"ago", IntervalUnit::kAgo},
    {"c", IntervalUnit::kCentury},
    {"cent", IntervalUnit::kCentury},
    {"centuries", IntervalUnit::kCentury},
    {"century", IntervalUnit::kCentury},
    {"d", IntervalUnit::kDay},
    {"day", IntervalUnit::kDay},
    {"days", IntervalUnit::kDay},
    {"dec", IntervalUnit::kDecade},
    {"decade", IntervalUnit::kDecade},
    {"decades", IntervalUnit::kDecade},
    {"decs", IntervalUnit::kDecade},
    {"h", IntervalUnit::kHour},
    {"hour", IntervalUnit::kHour},
    {"hours", IntervalUnit::kHour},
    {"hr", IntervalUnit::kHour},
    {"hrs", IntervalUnit::kHour},
    {"m", IntervalUnit::kMinute},
    {"microsecon", IntervalUnit::kMicrosecond},
    {"mil", IntervalUnit::kMillennium},
    {"millennia", IntervalUnit::kMillennium},
    {"millennium", IntervalUnit::kMillennium},
    {"millisecon", IntervalUnit::kMillisecond},
    {"mils", IntervalUnit::kMillennium},
    {"min", IntervalUnit::kMinute},
    {"mins", IntervalUnit::kMinute},
    {"minute", IntervalUnit::kMinute},
    {"minutes", IntervalUnit::kMinute},
    {"mon", IntervalUnit::kMonth},
    {"mons", IntervalUnit::kMonth},
    {"month", IntervalUnit::kMonth},
    {"months", IntervalUnit::kMonth},
    {"ms", IntervalUnit::kMillisecond},
    {"msec", IntervalUnit::kMillisecond},
    {"msecond", IntervalUnit::kMillisecond},
    {"mseconds", IntervalUnit::kMillisecond},
    {"msecs", IntervalUnit::kMillisecond},
    {"s", IntervalUnit::kSecond},
    {"sec", IntervalUnit::kSecond},
    {"second", IntervalUnit::kSecond},
    {"seconds", IntervalUnit::kSecond},
    {"secs", IntervalUnit::kSecond},
    {"us", IntervalUnit::kMicrosecond},
    {"usec", IntervalUnit::kMicrosecond},
    {"usecond", IntervalUnit::kMicrosecond},
    {"useconds", IntervalUnit::kMicrosecond},
    {"usecs", IntervalUnit::kMicrosecond},
    {"w", IntervalUnit::kWeek},
    {"week", IntervalUnit::kWeek},
    {"weeks", IntervalUnit::kWeek},
    {"y", IntervalUnit::kYear},
    {"year", IntervalUnit::kYear},
    {"years", IntervalUnit::kYear},
    {"yr", IntervalUnit::kYear},
    {"yrs", IntervalUnit::kYear},
};

bool is_alphanumeric(char c) { return is_ascii_digit(c) || is_ascii_letter(c); }
bool is_punctuation(char c) { return c > ' ' && c < 0x7f && !is_alphanumeric(c); }

}  // namespace

DateWord find_date_word(std::string_view word) {
  const auto* found = std::lower_bound(std::begin(kDateWords), std::end(kDateWords), word,
                                       [](const DateWordEntry& entry, std::string_view w) { return entry.word < w; });
  return found != std::end(kDateWords) && found->word == word ? found->meaning : DateWord{};
}

IntervalUnit find_interval_unit(std::string_view word) {
  word = word.substr(0, 10);
  const auto* found =
      std::lower_bound(std::begin(kIntervalUnits), std::end(kIntervalUnits), word,
                       [](const IntervalUnitEntry& entry, std::string_view w) { return entry.word < w; });
  return found != std::end(kIntervalUnits) && found->word == word ? found->unit : IntervalUnit::kUnknown;
}

bool DateTokens::cut(std::string_view text) {
  size_ = 0;
  written_ = 0;
  rest_ = text;
  if (text.size() > kTextMax) {
    return false;
  }
  while (!rest_.empty()) {
    if (is_ascii_space(rest_.front())) {
      rest_.remove_prefix(1);
    } else if (!next()) {
      return false;
    }
  }
  return true;
}

void DateTokens::take_while(auto accepts) {
  while (!rest_.empty() && accepts(rest_.front())) {
    buffer_[written_++] = to_ascii_lower(rest_.front());
    rest_.remove_prefix(1);
  }
}

bool DateTokens::next() {
  if (size_ == kTokensMax) {
    return false;
  }
  token_start_ = written_;
  DateToken& token = tokens_[size_];
  const char first = rest_.front();
  if (is_ascii_digit(first)) {
    take_number_or_date();
  } else if (first == '.') {
    token.kind = Kind::kNumber;
    take_while([](char c) { return c == '.'; });
    take_while(is_ascii_digit);
    if (written_ - token_start_ > 1 && buffer_[token_start_ + 1] == '.') {
      return false;
    }
  } else if (is_ascii_letter(first)) {
    take_word_or_zone_name();
  } else if (first == '+' || first == '-') {
    buffer_[written_++] = first;
    rest_.remove_prefix(1);
    while (!rest_.empty() && is_ascii_space(rest_.front())) {
      rest_.remove_prefix(1);
    }
    if (!rest_.empty() && is_ascii_digit(rest_.front())) {
      token.kind = Kind::kZone;
      take_while([](char c) { return is_ascii_digit(c) || c == ':' || c == '.' || c == '-'; });
    } else if (!rest_.empty() && is_ascii_letter(rest_.front())) {
      token.kind = Kind::kSignedWord;
      take_while(is_ascii_letter);
    } else {
      return false;
    }
  } else if (is_punctuation(first)) {  // Separates tokens, says nothing.
    rest_.remove_prefix(1);
    return true;
  } else {
    return false;
  }
  token.text = {buffer_.data() + token_start_, written_ - token_start_};
  ++size_;
  return true;
}

void DateTokens::take_number_or_date() {
  DateToken& token = tokens_[size_];
  token.kind = Kind::kNumber;
  take_while(is_ascii_digit);
  const char delimiter = rest_.empty() ? '\0' : rest_.front();
  if (delimiter == ':') {
    token.kind = Kind::kTime;
    take_while([](char c) { return is_ascii_digit(c) || c == ':' || c == '.'; });
    return;
  }
  if (delimiter != '-' && delimiter != '/' && delimiter != '.') {
    return;
  }
  buffer_[written_++] = delimiter;
  rest_.remove_prefix(1);
  if (rest_.empty() || !is_ascii_digit(rest_.front())) {
    token.kind = Kind::kDate;  // A month in letters may follow.
    take_while([delimiter](char c) { return is_alphanumeric(c) || c == delimiter; });
    return;
  }
  token.kind = delimiter == '.' ? Kind::kNumber : Kind::kDate;
  take_while(is_ascii_digit);
  if (!rest_.empty() && rest_.front() == delimiter) {
    token.kind = Kind::kDate;
    take_while([delimiter](char c) { return is_ascii_digit(c) || c == delimiter; });
  }
}

void DateTokens::take_word_or_zone_name() {
  DateToken& token = tokens_[size_];
  token.kind = Kind::kWord;
  take_while(is_ascii_letter);
  const char after = rest_.empty() ? '\0' : rest_.front();
  const bool is_name =
      after == '-' || after == '/' || after == '.' ||
      ((after == '+' || is_ascii_digit(after)) &&
       find_date_word({buffer_.data() + token_start_, written_ - token_start_}).kind == DateWordKind::kUnknown);
  if (is_name) {
    token.kind = Kind::kDate;
    take_while([](char c) {
      return is_alphanumeric(c) || c == '+' || c == '-' || c == '/' || c == '_' || c == '.' || c == ':';
    });
  }
}

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

}  // namespace tidemark
