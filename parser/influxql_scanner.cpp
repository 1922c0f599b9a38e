#include "parser/influxql_scanner.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/ascii.h"
#include "grammar/InfluxQlLexer.h"

namespace tidemark::influxql {
namespace {

using Lexer = influxql_grammar::InfluxQlLexer;
using Word = std::pair<std::string_view, uint32_t>;

constexpr std::array kWords = std::to_array<Word>({
    {"all", Lexer::K_ALL},
    {"alter", Lexer::RESERVED},
    {"and", Lexer::K_AND},
    {"any", Lexer::RESERVED},
    {"as", Lexer::K_AS},
    {"asc", Lexer::K_ASC},
    {"begin", Lexer::RESERVED},
    {"by", Lexer::K_BY},
    {"cardinality", Lexer::K_CARDINALITY},
    {"continuous", Lexer::RESERVED},
    {"create", Lexer::K_CREATE},
    {"database", Lexer::K_DATABASE},
    {"databases", Lexer::K_DATABASES},
    {"default", Lexer::RESERVED},
    {"delete", Lexer::RESERVED},
    {"desc", Lexer::K_DESC},
    {"destinations", Lexer::RESERVED},
    {"diagnostics", Lexer::RESERVED},
    {"distinct", Lexer::K_DISTINCT},
    {"drop", Lexer::K_DROP},
    {"duration", Lexer::RESERVED},
    {"end", Lexer::RESERVED},
    {"every", Lexer::RESERVED},
    {"exact", Lexer::K_EXACT},
    {"explain", Lexer::RESERVED},
    {"false", Lexer::K_FALSE},
    {"field", Lexer::K_FIELD},
    {"for", Lexer::RESERVED},
    {"from", Lexer::K_FROM},
    {"grant", Lexer::RESERVED},
    {"grants", Lexer::RESERVED},
    {"group", Lexer::K_GROUP},
    {"groups", Lexer::RESERVED},
    {"in", Lexer::K_IN},
    {"inf", Lexer::RESERVED},
    {"insert", Lexer::RESERVED},
    {"into", Lexer::RESERVED},
    {"key", Lexer::K_KEY},
    {"keys", Lexer::K_KEYS},
    {"kill", Lexer::RESERVED},
    {"limit", Lexer::K_LIMIT},
    {"measurement", Lexer::K_MEASUREMENT},
    {"measurements", Lexer::K_MEASUREMENTS},
    {"name", Lexer::RESERVED},
    {"offset", Lexer::K_OFFSET},
    {"on", Lexer::K_ON},
    {"or", Lexer::K_OR},
    {"order", Lexer::K_ORDER},
    {"password", Lexer::RESERVED},
    {"policies", Lexer::K_POLICIES},
    {"policy", Lexer::RESERVED},
    {"privileges", Lexer::RESERVED},
    {"queries", Lexer::RESERVED},
    {"query", Lexer::RESERVED},
    {"read", Lexer::RESERVED},
    {"replication", Lexer::RESERVED},
    {"resample", Lexer::RESERVED},
    {"retention", Lexer::K_RETENTION},
    {"revoke", Lexer::RESERVED},
    {"select", Lexer::K_SELECT},
    {"series", Lexer::K_SERIES},
    {"set", Lexer::RESERVED},
    {"shard", Lexer::RESERVED},
    {"shards", Lexer::RESERVED},
    {"show", Lexer::K_SHOW},
    {"slimit", Lexer::K_SLIMIT},
    {"soffset", Lexer::K_SOFFSET},
    {"stats", Lexer::RESERVED},
    {"subscription", Lexer::RESERVED},
    {"subscriptions", Lexer::RESERVED},
    {"tag", Lexer::K_TAG},
    {"to", Lexer::RESERVED},
    {"true", Lexer::K_TRUE},
    {"user", Lexer::RESERVED},
    {"users", Lexer::RESERVED},
    {"values", Lexer::K_VALUES},
    {"where", Lexer::K_WHERE},
    {"with", Lexer::K_WITH},
    {"write", Lexer::RESERVED},
});
static_assert(std::is_sorted(kWords.begin(), kWords.end(),
                             [](const Word& a, const Word& b) { return a.first < b.first; }));

bool is_word_start(char letter) { return is_ascii_letter(letter) || letter == '_'; }
bool is_word(char letter) { return is_word_start(letter) || is_ascii_digit(letter); }
bool is_blank(char letter) { return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r'; }

/// The length of the unit of a duration at `at`; 0 if none stands there.
size_t unit_length(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(std::min(at, text.size()));
  for (const std::string_view unit : {"ns", "ms", "\xC2\xB5", "\xCE\xBC", "u", "s", "m", "h", "d", "w"}) {
    if (rest.starts_with(unit)) return unit.size();
  }
  return 0;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::vector<ScannedToken> run() {
    while (skip_blanks()) {
      start_ = at_;
      const uint32_t type = next();
      tokens_.push_back(
          {type, static_cast<uint32_t>(start_), static_cast<uint32_t>(at_ - start_), static_cast<int32_t>(start_ + 1)});
    }
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] char peek(size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }

  /// False at the end of the text.
  bool skip_blanks() {
    for (;;) {
      if (is_blank(peek())) {
        ++at_;
      } else if (peek() == '-' && peek(1) == '-') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (peek() == '/' && peek(1) == '*') {
        const size_t end = text_.find("*/", at_ + 2);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        return at_ < text_.size();
      }
    }
  }

  uint32_t next() {
    const char letter = peek();
    if (is_word_start(letter)) return word();
    if (is_ascii_digit(letter) || (letter == '.' && is_ascii_digit(peek(1)))) return number();
    if (letter == '"') return quoted('"') ? Lexer::NAME : Lexer::BAD;
    if (letter == '\'') return quoted('\'') ? Lexer::STRING : Lexer::BAD;
    if (letter == '/' && regex_may_begin()) return quoted('/') ? Lexer::REGEX : Lexer::BAD;
    if (letter == '$' && is_word(peek(1))) {
      ++at_;
      while (is_word(peek())) ++at_;
      return Lexer::PARAMETER;
    }
    return symbol();
  }

  uint32_t word() {
    while (is_word(peek())) ++at_;
    const std::string folded = to_ascii_lower(text_.substr(start_, at_ - start_));
    const auto found = std::lower_bound(kWords.begin(), kWords.end(), std::string_view(folded),
                                        [](const Word& word, std::string_view wanted) { return word.first < wanted; });
    if (found != kWords.end() && found->first == folded) return found->second;
    if (folded == "fill" || folded == "tz") {
      size_t ahead = 0;
      while (is_blank(peek(ahead))) ++ahead;
      if (peek(ahead) == '(') return folded == "fill" ? Lexer::FILL : Lexer::TZ;
    }
    return Lexer::NAME;
  }

  uint32_t number() {
    while (is_ascii_digit(peek())) ++at_;
    if (unit_length(text_, at_) != 0) {
      while (is_ascii_digit(peek()) || unit_length(text_, at_) != 0)
        at_ += std::max<size_t>(unit_length(text_, at_), 1);
      return Lexer::DURATION;
    }
    if (peek() != '.' || !(is_ascii_digit(peek(1)) || start_ != at_)) return Lexer::INTEGER;
    ++at_;
    while (is_ascii_digit(peek())) ++at_;
    return Lexer::NUMBER;
  }

  /// Moves behind the closing quote; false if there is none.
  bool quoted(char quote) {
    for (++at_; at_ < text_.size(); ++at_) {
      if (text_[at_] == quote) {
        ++at_;
        return true;
      }
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    }
    return false;
  }

  /// After an operand `/` divides; elsewhere it begins a regular expression.
  [[nodiscard]] bool regex_may_begin() const {
    if (tokens_.empty()) return false;
    switch (tokens_.back().type) {
      case Lexer::K_SELECT:
      case Lexer::K_FROM:
      case Lexer::K_BY:
      case Lexer::COMMA:
      case Lexer::LP:
      case Lexer::DOT:
      case Lexer::EQ_REGEX:
      case Lexer::NE_REGEX:
        return true;
      default:
        return false;
    }
  }

  uint32_t symbol() {
    static constexpr std::pair<std::string_view, uint32_t> kSymbols[] = {{"=~", Lexer::EQ_REGEX},
                                                                         {"!~", Lexer::NE_REGEX},
                                                                         {"!=", Lexer::NE},
                                                                         {"<>", Lexer::NE},
                                                                         {"<=", Lexer::LE},
                                                                         {">=", Lexer::GE},
                                                                         {"::", Lexer::DOUBLE_COLON},
                                                                         {"=", Lexer::EQ},
                                                                         {"<", Lexer::LT},
                                                                         {">", Lexer::GT},
                                                                         {"+", Lexer::PLUS},
                                                                         {"-", Lexer::MINUS},
                                                                         {"*", Lexer::STAR},
                                                                         {"/", Lexer::SLASH},
                                                                         {"%", Lexer::PERCENT},
                                                                         {"&", Lexer::AMPERSAND},
                                                                         {"|", Lexer::PIPE},
                                                                         {"^", Lexer::CARET},
                                                                         {"(", Lexer::LP},
                                                                         {")", Lexer::RP},
                                                                         {",", Lexer::COMMA},
                                                                         {".", Lexer::DOT},
                                                                         {";", Lexer::SEMI}};
    for (const auto& [spelling, type] : kSymbols) {
      if (text_.substr(at_).starts_with(spelling)) {
        at_ += spelling.size();
        return type;
      }
    }
    ++at_;
    return Lexer::BAD;
  }

  std::string_view text_;
  size_t at_ = 0;
  size_t start_ = 0;
  std::vector<ScannedToken> tokens_;
};

}  // namespace

std::vector<ScannedToken> scan(std::string_view text) { return Scanner(text).run(); }

std::string token_value(std::string_view text, const ScannedToken& token) {
  std::string_view written = text.substr(token.offset, token.length);
  const char quote = written.empty() ? '\0' : written.front();
  if (quote != '"' && quote != '\'' && quote != '/') return std::string(written);
  written = written.substr(1, written.size() - 2);
  std::string value;
  for (size_t i = 0; i < written.size(); ++i) {
    if (written[i] != '\\' || i + 1 == written.size()) {
      value += written[i];
      continue;
    }
    const char escaped = written[++i];
    if (quote == '/') {
      // Only the slash is the language's; the rest belongs to the regular expression.
      if (escaped != '/') value += '\\';
      value += escaped;
    } else if (escaped == 'n') {
      value += '\n';
    } else if (escaped == '\\' || escaped == '"' || escaped == '\'') {
      value += escaped;
    } else {
      value += '\\';
      value += escaped;
    }
  }
  return value;
}

std::optional<int64_t> duration_value(std::string_view text) {
  int64_t total = 0;
  size_t at = 0;
  while (at < text.size()) {
    int64_t count = 0;
    while (at < text.size() && is_ascii_digit(text[at])) {
      if (__builtin_mul_overflow(count, 10, &count) || __builtin_add_overflow(count, text[at] - '0', &count)) return {};
      ++at;
    }
    const std::string_view unit = text.substr(at, unit_length(text, at));
    int64_t nanoseconds = 1'000;  // u, µ
    if (unit == "ns") nanoseconds = 1;
    if (unit == "ms") nanoseconds = 1'000'000;
    if (unit == "s") nanoseconds = 1'000'000'000;
    if (unit == "m") nanoseconds = 60'000'000'000;
    if (unit == "h") nanoseconds = 3'600'000'000'000;
    if (unit == "d") nanoseconds = 86'400'000'000'000;
    if (unit == "w") nanoseconds = 604'800'000'000'000;
    if (unit.empty() || __builtin_mul_overflow(count, nanoseconds, &count) ||
        __builtin_add_overflow(total, count, &total)) {
      return {};
    }
    at += unit.size();
  }
  return total;
}

Place place_of(std::string_view text, size_t offset) {
  Place place;
  for (size_t i = 0; i < std::min(offset, text.size()); ++i) {
    ++place.character;
    if (text[i] == '\n') place = {place.line + 1, 1};
  }
  return place;
}

}  // namespace tidemark::influxql
