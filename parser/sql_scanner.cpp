#include "parser/sql_scanner.h"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstring>

#include "grammar/SqlLexer.h"

namespace tidemark {
namespace {

using Lexer = sql_grammar::SqlLexer;

enum class KeywordClass : uint8_t { U, C, T, R };
struct Keyword {
  uint32_t token;
  KeywordClass keyword_class;
};

const boost::unordered_flat_map<std::string_view, Keyword>& keywords() {
  static const boost::unordered_flat_map<std::string_view, Keyword> table = {
#define KEYWORD(name, word, word_class) {word, {Lexer::K_##name, KeywordClass::word_class}},
#include "grammar/sql_keywords.inc"
#undef KEYWORD
  };
  return table;
}

/// Longest key word: current_timestamp and its like; longer names need no look-up.
constexpr size_t kKeywordBytesMax = 17;

enum CharacterClass : uint8_t { kIdentifierStart = 1, kDigit = 2, kIdentifierPart = 4, kOperatorPart = 8, kSpace = 16 };

constexpr std::array<uint8_t, 256> make_character_classes() {
  std::array<uint8_t, 256> classes{};
  for (int c = 0; c < 256; ++c) {
    auto& entry = classes[static_cast<size_t>(c)];
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    if (letter) entry = kIdentifierStart | kIdentifierPart;
    if (c >= '0' && c <= '9') entry = kDigit | kIdentifierPart;
    if (c == '$') entry = kIdentifierPart;
    for (const char op : std::string_view("~!@#^&|`?+-*/%<>=")) {
      if (c == op) entry = kOperatorPart;
    }
    for (const char space : std::string_view(" \t\n\r\f")) {
      if (c == space) entry = kSpace;
    }
  }
  return classes;
}
constexpr auto kClasses = make_character_classes();

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) { tokens_.reserve(text.size() / 5 + 8); }

  std::vector<ScannedToken> run() {
    while (skip_space()) scan_token();
    merge_with_following();
    set_positions();
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] bool is(size_t at, uint8_t classes) const {
    return at < text_.size() && (kClasses[static_cast<unsigned char>(text_[at])] & classes) != 0;
  }
  [[nodiscard]] char at(size_t index) const { return index < text_.size() ? text_[index] : '\0'; }

  void add(size_t type, size_t end) {
    tokens_.push_back(
        {static_cast<uint32_t>(type), static_cast<uint32_t>(offset_), static_cast<uint32_t>(end - offset_), 0});
    offset_ = end;
  }

  /// Past white space and comments; false at the end of the text.
  bool skip_space() {
    for (;;) {
      while (is(offset_, kSpace)) ++offset_;
      if (offset_ >= text_.size()) return false;
      if (text_[offset_] == '-' && at(offset_ + 1) == '-') {
        offset_ = line_end(offset_);
      } else if (text_[offset_] == '/' && at(offset_ + 1) == '*') {
        const size_t end = comment_end(offset_);
        if (end == std::string_view::npos) {
          add(Lexer::UNTERMINATED_COMMENT, text_.size());
          return false;
        }
        offset_ = end;
      } else {
        return true;
      }
    }
  }

  [[nodiscard]] size_t line_end(size_t from) const { return std::min(text_.find_first_of("\r\n", from), text_.size()); }

  /// Comments nest.
  [[nodiscard]] size_t comment_end(size_t from) const {
    size_t depth = 0;
    for (size_t i = from; i + 1 < text_.size(); ++i) {
      if (text_[i] == '/' && text_[i + 1] == '*') {
        ++depth;
        ++i;
      } else if (text_[i] == '*' && text_[i + 1] == '/') {
        ++i;
        if (--depth == 0) return i + 1;
      }
    }
    return std::string_view::npos;
  }

  void scan_token() {
    const char c = text_[offset_];
    if (is(offset_, kIdentifierStart)) return scan_word();
    if (is(offset_, kDigit)) return scan_number();
    if (is(offset_, kOperatorPart)) return scan_operator();
    switch (c) {
      case '\'':
        return scan_string(Lexer::STRING, offset_);
      case '"':
        return scan_quoted_identifier(Lexer::QIDENT, offset_);
      case '$':
        return scan_dollar();
      case '.':
        if (is(offset_ + 1, kDigit)) return scan_number();
        return at(offset_ + 1) == '.' ? add(Lexer::DOT_DOT, offset_ + 2) : add(Lexer::DOT, offset_ + 1);
      case ':':
        if (at(offset_ + 1) == ':') return add(Lexer::TYPECAST, offset_ + 2);
        return at(offset_ + 1) == '=' ? add(Lexer::COLON_EQ, offset_ + 2) : add(Lexer::COLON, offset_ + 1);
      case '(':
        return add(Lexer::LP, offset_ + 1);
      case ')':
        return add(Lexer::RP, offset_ + 1);
      case '[':
        return add(Lexer::LBRACKET, offset_ + 1);
      case ']':
        return add(Lexer::RBRACKET, offset_ + 1);
      case ',':
        return add(Lexer::COMMA, offset_ + 1);
      case ';':
        return add(Lexer::SEMI, offset_ + 1);
      default:
        return add(Lexer::BAD_CHARACTER, offset_ + 1);
    }
  }

  void scan_word() {
    const char next = at(offset_ + 1);
    if (next == '\'') {
      switch (lower(text_[offset_])) {
        case 'e':
          return scan_string(Lexer::ESTRING, offset_ + 1);
        case 'b':
          return scan_string(Lexer::BSTRING, offset_ + 1);
        case 'x':
          return scan_string(Lexer::XSTRING, offset_ + 1);
        case 'n':
          return scan_string(Lexer::NSTRING, offset_ + 1);
        default:
          break;
      }
    }
    if (next == '&' && lower(text_[offset_]) == 'u') {
      if (at(offset_ + 2) == '\'') return scan_string(Lexer::USTRING, offset_ + 2);
      if (at(offset_ + 2) == '"') return scan_quoted_identifier(Lexer::UQIDENT, offset_ + 2);
    }
    size_t end = offset_ + 1;
    while (is(end, kIdentifierPart)) ++end;
    size_t type = Lexer::IDENT;
    if (end - offset_ <= kKeywordBytesMax) {
      std::array<char, kKeywordBytesMax> folded{};
      std::transform(text_.begin() + static_cast<ptrdiff_t>(offset_), text_.begin() + static_cast<ptrdiff_t>(end),
                     folded.begin(), lower);
      const auto found = keywords().find(std::string_view(folded.data(), end - offset_));
      if (found != keywords().end()) type = found->second.token;
    }
    add(type, end);
  }

  void scan_number() {
    size_t end = offset_;
    bool decimal = false;
    while (is(end, kDigit)) ++end;
    const size_t integer_end = end;
    if (at(end) == '.' && at(end + 1) != '.') {
      decimal = true;
      ++end;
      while (is(end, kDigit)) ++end;
    }
    if (lower(at(end)) == 'e') {
      const size_t sign = (at(end + 1) == '+' || at(end + 1) == '-') ? 1 : 0;
      if (is(end + 1 + sign, kDigit)) {
        decimal = true;
        end += 2 + sign;
        while (is(end, kDigit)) ++end;
      }
    }
    if (is(end, kIdentifierStart)) {
      size_t junk_end = end;
      while (is(junk_end, kIdentifierPart)) ++junk_end;
      return add(!decimal && is_duration(offset_, junk_end) ? Lexer::DURATION : Lexer::NUMBER_JUNK, junk_end);
    }
    if (!decimal && fits_int32(offset_, integer_end)) return add(Lexer::INTEGER, end);
    add(Lexer::DECIMAL, end);
  }

  /// `1h30m`: digits and letters by turns. SAMPLE BY takes such a token; elsewhere it is junk after a number.
  [[nodiscard]] bool is_duration(size_t from, size_t end) const {
    while (from < end) {
      const size_t digits = from;
      while (from < end && is(from, kDigit)) ++from;
      const size_t letters = from;
      while (from < end && ((text_[from] >= 'a' && text_[from] <= 'z') || (text_[from] >= 'A' && text_[from] <= 'Z')))
        ++from;
      if (letters == digits || from == letters) return false;
    }
    return true;
  }

  [[nodiscard]] bool fits_int32(size_t from, size_t end) const {
    while (from < end && text_[from] == '0') ++from;
    const std::string_view digits = text_.substr(from, end - from);
    return digits.size() < 10 || (digits.size() == 10 && digits <= "2147483647");
  }

  void scan_operator() {
    size_t end = offset_;
    while (is(end, kOperatorPart)) {
      const char c = text_[end];
      const char next = at(end + 1);
      if (end > offset_ && ((c == '-' && next == '-') || (c == '/' && next == '*'))) break;
      ++end;
    }
    std::string_view op = text_.substr(offset_, end - offset_);
    // SQL's own operators never end in + or -; so `a*-1` is two operators. One with a character that SQL does not use
    // is a user's.
    if (op.size() > 1 && (op.back() == '+' || op.back() == '-') &&
        op.find_first_of("~!@#^&|`?%") == std::string_view::npos) {
      while (op.size() > 1 && (op.back() == '+' || op.back() == '-')) op.remove_suffix(1);
    }
    add(operator_type(op), offset_ + op.size());
  }

  static size_t operator_type(std::string_view op) {
    if (op.size() == 1) {
      switch (op[0]) {
        case '+':
          return Lexer::PLUS;
        case '-':
          return Lexer::MINUS;
        case '*':
          return Lexer::STAR;
        case '/':
          return Lexer::SLASH;
        case '%':
          return Lexer::PERCENT;
        case '^':
          return Lexer::CARET;
        case '<':
          return Lexer::LT;
        case '>':
          return Lexer::GT;
        case '=':
          return Lexer::EQ;
        default:
          return Lexer::OP;
      }
    }
    if (op == "<=") return Lexer::LE;
    if (op == ">=") return Lexer::GE;
    if (op == "<>" || op == "!=") return Lexer::NE;
    if (op == "=>") return Lexer::ARROW;
    return Lexer::OP;
  }

  /// From the opening quote at `quote` past the closing one; npos if there is none.
  [[nodiscard]] size_t quoted_end(size_t quote, bool backslash_escapes) const {
    for (size_t i = quote + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && backslash_escapes) {
        ++i;
      } else if (text_[i] == text_[quote]) {
        if (at(i + 1) != text_[quote]) return i + 1;
        ++i;
      }
    }
    return std::string_view::npos;
  }

  /// Two string constants with a line break between them (and nothing but space and comments) are one.
  [[nodiscard]] size_t continuation(size_t end) const {
    bool line_break = false;
    for (;;) {
      while (is(end, kSpace)) {
        line_break |= text_[end] == '\n' || text_[end] == '\r';
        ++end;
      }
      if (at(end) != '-' || at(end + 1) != '-') break;
      end = line_end(end);
    }
    return line_break && at(end) == '\'' ? end : std::string_view::npos;
  }

  void scan_string(size_t type, size_t quote) {
    size_t end = quoted_end(quote, type == Lexer::ESTRING);
    while (end != std::string_view::npos) {
      const size_t next = continuation(end);
      if (next == std::string_view::npos) break;
      end = quoted_end(next, type == Lexer::ESTRING);
    }
    if (end == std::string_view::npos) {
      const size_t error = type == Lexer::BSTRING   ? Lexer::UNTERMINATED_BITS
                           : type == Lexer::XSTRING ? Lexer::UNTERMINATED_HEX
                                                    : Lexer::UNTERMINATED_STRING;
      return add(error, text_.size());
    }
    if (type == Lexer::USTRING) end = escape_clause_end(end);
    add(type, end);
  }

  void scan_quoted_identifier(size_t type, size_t quote) {
    const size_t end = quoted_end(quote, false);
    if (end == std::string_view::npos) return add(Lexer::UNTERMINATED_IDENTIFIER, text_.size());
    if (end == quote + 2) return add(Lexer::EMPTY_IDENTIFIER, end);
    add(type, type == Lexer::UQIDENT ? escape_clause_end(end) : end);
  }

  /// `U&'…' UESCAPE 'c'` is one token.
  [[nodiscard]] size_t escape_clause_end(size_t end) const {
    size_t word = end;
    while (is(word, kSpace)) ++word;
    constexpr std::string_view kWord = "uescape";
    for (size_t i = 0; i < kWord.size(); ++i) {
      if (lower(at(word + i)) != kWord[i]) return end;
    }
    size_t quote = word + kWord.size();
    while (is(quote, kSpace)) ++quote;
    return at(quote) == '\'' && at(quote + 2) == '\'' ? quote + 3 : end;
  }

  void scan_dollar() {
    size_t end = offset_ + 1;
    if (is(end, kDigit)) {
      while (is(end, kDigit)) ++end;
      if (is(end, kIdentifierStart)) {
        while (is(end, kIdentifierPart)) ++end;
        return add(Lexer::PARAMETER_JUNK, end);
      }
      return add(Lexer::PARAMETER, end);
    }
    while (is(end, kIdentifierStart | kDigit)) ++end;
    if (at(end) != '$') return add(Lexer::BAD_CHARACTER, offset_ + 1);
    const std::string_view tag = text_.substr(offset_, end + 1 - offset_);
    const size_t close = text_.find(tag, end + 1);
    if (close == std::string_view::npos) return add(Lexer::UNTERMINATED_DOLLAR, text_.size());
    add(Lexer::DOLLAR_STRING, close + tag.size());
  }

  [[nodiscard]] size_t type_at(size_t index) const { return index < tokens_.size() ? tokens_[index].type : 0; }

  /// Key words whose meaning the next token decides.
  void merge_with_following() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      const size_t next = type_at(i + 1);
      size_t type = tokens_[i].type;
      switch (type) {
        case Lexer::K_NOT:
          if (next == Lexer::K_BETWEEN || next == Lexer::K_IN || next == Lexer::K_LIKE || next == Lexer::K_ILIKE ||
              next == Lexer::K_SIMILAR) {
            type = Lexer::NOT_LA;
          }
          break;
        case Lexer::K_NULLS:
          if (next == Lexer::K_FIRST || next == Lexer::K_LAST) type = Lexer::NULLS_LA;
          break;
        case Lexer::K_WITH:
          if (next == Lexer::K_TIME || next == Lexer::K_ORDINALITY) type = Lexer::WITH_LA;
          break;
        case Lexer::K_SAMPLE:
          if (next == Lexer::K_BY) type = Lexer::SAMPLE_LA;
          break;
        case Lexer::K_ASOF:
          if (next == Lexer::K_JOIN && (i == 0 || type_at(i - 1) != Lexer::K_AS)) type = Lexer::ASOF_LA;
          break;
        case Lexer::K_LATEST:
          if (next == Lexer::K_ON && names_then_partition(i + 2)) type = Lexer::LATEST_LA;
          break;
        default:
          break;
      }
      tokens_[i].type = static_cast<uint32_t>(type);
    }
  }

  /// LATEST ON a.b PARTITION …: without PARTITION it is a table's alias before a join condition.
  [[nodiscard]] bool names_then_partition(size_t index) const {
    for (;;) {
      const size_t end = index + 1;
      if (type_at(end) == Lexer::K_PARTITION) return true;
      if (type_at(end) != Lexer::DOT) return false;
      index = end + 1;
    }
  }

  void set_positions() {
    const bool ascii = std::ranges::none_of(text_, [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
    size_t counted = 0;
    int position = 1;
    for (ScannedToken& token : tokens_) {
      if (ascii) {
        token.position = static_cast<int32_t>(token.offset) + 1;
        continue;
      }
      for (; counted < token.offset; ++counted)
        position += (static_cast<unsigned char>(text_[counted]) & 0xC0U) != 0x80 ? 1 : 0;
      token.position = position;
    }
  }

  std::string_view text_;
  size_t offset_ = 0;
  std::vector<ScannedToken> tokens_;
};

}  // namespace

std::vector<ScannedToken> scan_sql(std::string_view text) { return Scanner(text).run(); }

bool needs_quotes_as_identifier(std::string_view word) {
  const auto found = keywords().find(word);
  return found != keywords().end() && found->second.keyword_class != KeywordClass::U;
}

}  // namespace tidemark
