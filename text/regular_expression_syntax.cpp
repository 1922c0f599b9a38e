#include "text/regular_expression_syntax.h"

#include <charconv>
#include <utility>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"

namespace tidemark {
namespace {

using Kind = RegexNode::Kind;

constexpr int kRepetitionsMax = 255;
constexpr int kDepthMax = 500;
constexpr uint32_t kCodePointMax = 0x10ffff;

constexpr uint8_t kBoth = RegexNode::kWordCharacters | RegexNode::kOtherCharacters;

[[noreturn]] void throw_not_supported(std::string_view what) {
  throw Error(sqlstate::kFeatureNotSupported, std::string(what) + " in regular expressions are not supported");
}

uint8_t words_of(uint32_t code) {
  const bool is_word = code < 0x80 && (is_ascii_letter(static_cast<char>(code)) ||
                                       is_ascii_digit(static_cast<char>(code)) || code == '_');
  return is_word ? RegexNode::kWordCharacters : RegexNode::kOtherCharacters;
}

/// A character as RE2 takes it, outside of brackets and inside.
std::string re2_character(uint32_t code) {
  if (code < 0x80 && (is_ascii_letter(static_cast<char>(code)) || is_ascii_digit(static_cast<char>(code)))) {
    return {static_cast<char>(code)};
  }
  char digits[8];
  const auto end = std::to_chars(digits, digits + sizeof(digits), code, 16).ptr;
  return "\\x{" + std::string(digits, end) + "}";
}

/// Classes by the names that go between [: and :], and which words they have.
struct CharacterClass {
  std::string_view name;
  uint8_t words;
};
constexpr CharacterClass kClasses[] = {
    {"alnum", RegexNode::kWordCharacters},
    {"alpha", RegexNode::kWordCharacters},
    {"ascii", kBoth},
    {"blank", RegexNode::kOtherCharacters},
    {"cntrl", RegexNode::kOtherCharacters},
    {"digit", RegexNode::kWordCharacters},
    {"graph", kBoth},
    {"lower", RegexNode::kWordCharacters},
    {"print", kBoth},
    {"punct", kBoth},
    {"space", RegexNode::kOtherCharacters},
    {"upper", RegexNode::kWordCharacters},
    {"word", RegexNode::kWordCharacters},
    {"xdigit", RegexNode::kWordCharacters},
};

class Parser {
 public:
  Parser(std::string_view pattern, const RegexSyntaxOptions& options) : rest_(pattern), options_(options) {}

  std::vector<RegexBranch> parse() {
    std::vector<RegexBranch> branches = parse_branches(0);
    if (!rest_.empty()) {  // It stopped at a parenthesis that closes nothing.
      throw_invalid_regex("parentheses () not balanced");
    }
    return branches;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  uint32_t take_character() {
    const size_t bytes = utf8_prefix_bytes(rest_, 1);
    const auto first = static_cast<unsigned char>(rest_[0]);
    uint32_t code = bytes == 1 ? first : first & (0xffU >> (bytes + 1));
    for (size_t i = 1; i < bytes; ++i) {
      code = code << 6 | (static_cast<unsigned char>(rest_[i]) & 0x3fU);
    }
    rest_.remove_prefix(bytes);
    return code;
  }

  /// Comments, and what does not count in an expanded expression.
  void skip_comments() {
    for (;;) {
      if (rest_.starts_with("(?#")) {
        const size_t end = rest_.find(')');
        if (end == std::string_view::npos) {
          throw_invalid_regex("parentheses () not balanced");
        }
        rest_.remove_prefix(end + 1);
      } else if (options_.expanded && !rest_.empty() && is_ascii_space(rest_[0])) {
        rest_.remove_prefix(1);
      } else if (options_.expanded && rest_.starts_with('#')) {
        const size_t end = rest_.find('\n');
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end);
      } else {
        return;
      }
    }
  }

  std::vector<RegexBranch> parse_branches(int depth) {
    if (depth > kDepthMax) {
      throw_invalid_regex("regular expression is too complex");
    }
    std::vector<RegexBranch> branches(1);
    for (skip_comments(); !rest_.empty() && !rest_.starts_with(')'); skip_comments()) {
      if (take('|')) {
        branches.emplace_back();
        continue;
      }
      RegexNode node = parse_atom(depth);
      parse_quantifier(node);
      branches.back().push_back(std::move(node));
    }
    return branches;
  }

  static bool is_constraint(Kind kind) {
    return kind != Kind::kCharacters && kind != Kind::kGroup && kind != Kind::kBackReference;
  }

  /// Whether a quantifier stands here. A brace is one only before a digit.
  [[nodiscard]] bool at_quantifier() const {
    return rest_.starts_with('*') || rest_.starts_with('+') || rest_.starts_with('?') ||
           (rest_.size() > 1 && rest_[0] == '{' && is_ascii_digit(rest_[1]));
  }

  RegexNode parse_atom(int depth) {
    if (at_quantifier()) {
      throw_invalid_regex("quantifier operand invalid");
    }
    RegexNode node;
    const char c = rest_[0];
    switch (c) {
      case '(':
        return parse_group(depth);
      case '[':
        return parse_bracket();
      case '\\':
        return parse_escape();
      case '^':
        node.kind = Kind::kLineStart;
        break;
      case '$':
        node.kind = Kind::kLineEnd;
        break;
      case '.':
        node.re2 = options_.dot_stops_at_newline ? "[^\\n]" : "(?s:.)";
        node.words = kBoth;
        break;
      default:
        return literal(take_character());
    }
    rest_.remove_prefix(1);
    return node;
  }

  static RegexNode literal(uint32_t code) {
    RegexNode node;
    node.re2 = re2_character(code);
    node.words = words_of(code);
    return node;
  }

  RegexNode parse_group(int depth) {
    constexpr struct {
      std::string_view opening;
      Kind kind;
      bool negated;
    } kLooks[] = {{"?=", Kind::kLookAhead, false},
                  {"?!", Kind::kLookAhead, true},
                  {"?<=", Kind::kLookBehind, false},
                  {"?<!", Kind::kLookBehind, true}};
    RegexNode node;
    node.kind = Kind::kGroup;
    rest_.remove_prefix(1);
    for (const auto& look : kLooks) {
      if (rest_.starts_with(look.opening)) {
        node.kind = look.kind;
        node.negated = look.negated;
        rest_.remove_prefix(look.opening.size());
        break;
      }
    }
    const bool looks = node.kind != Kind::kGroup;
    if (rest_.starts_with("?:")) {
      rest_.remove_prefix(2);
    } else if (!looks && rest_.starts_with('?')) {
      throw_invalid_regex("quantifier operand invalid");
    } else {
      node.captures = !looks && !in_look_;  // Groups within a look-around capture nothing.
    }
    const size_t number = groups_closed_.size();
    if (node.captures) {
      groups_closed_.push_back(false);
    }
    const bool outer_look = std::exchange(in_look_, in_look_ || looks);
    node.branches = parse_branches(depth + 1);
    in_look_ = outer_look;
    if (!take(')')) {
      throw_invalid_regex("parentheses () not balanced");
    }
    if (node.captures) {
      groups_closed_[number] = true;
    }
    return node;
  }

  /// A number behind a backslash, whose first digit is `first`: one digit names a group, more do if there are so many,
  /// and are else the octal code of a character.
  RegexNode parse_back_reference(char first) {
    std::string_view digits = rest_;
    auto number = static_cast<size_t>(first - '0');
    while (!digits.empty() && is_ascii_digit(digits[0]) && number <= kRepetitionsMax) {
      number = number * 10 + static_cast<size_t>(digits[0] - '0');
      digits.remove_prefix(1);
    }
    if (digits.size() != rest_.size() && number > groups_closed_.size()) {
      auto code = static_cast<uint32_t>(first - '0');
      if (code > 7) {
        throw_escape();
      }
      for (int taken = 1; taken < 3 && !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '7'; ++taken) {
        code = code * 8 + static_cast<uint32_t>(rest_[0] - '0');
        rest_.remove_prefix(1);
      }
      return literal(code);
    }
    if (in_look_ || number > groups_closed_.size() || !groups_closed_[number - 1]) {
      throw_invalid_regex("invalid backreference number");
    }
    rest_ = digits;
    RegexNode node;
    node.kind = Kind::kBackReference;
    node.number = static_cast<int32_t>(number);
    return node;
  }

  int32_t take_count() {
    int32_t count = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), count);
    if (error != std::errc() || count > kRepetitionsMax) {
      throw_invalid_regex("invalid repetition count(s)");
    }
    rest_.remove_prefix(static_cast<size_t>(end - rest_.data()));
    return count;
  }

  void parse_quantifier(RegexNode& node) {
    skip_comments();
    if (!at_quantifier()) {
      return;
    }
    if (is_constraint(node.kind)) {
      throw_invalid_regex("quantifier operand invalid");
    }
    node.has_preference = true;
    if (take('*')) {
      node.count_min = 0;
      node.count_max = RegexNode::kNoLimit;
    } else if (take('+')) {
      node.count_max = RegexNode::kNoLimit;
    } else if (take('?')) {
      node.count_min = 0;
    } else {
      rest_.remove_prefix(1);
      node.count_min = take_count();
      node.count_max = node.count_min;
      node.has_preference = rest_.starts_with(',');
      if (take(',')) {
        node.count_max = rest_.starts_with('}') ? RegexNode::kNoLimit : rest_.empty() ? 0 : take_count();
      }
      if (rest_.empty()) {
        throw_invalid_regex("braces {} not balanced");
      }
      if (!take('}') || (node.count_max != RegexNode::kNoLimit && node.count_max < node.count_min)) {
        throw_invalid_regex("invalid repetition count(s)");
      }
    }
    node.is_lazy = take('?') && node.has_preference;
    skip_comments();
    if (at_quantifier()) {
      throw_invalid_regex("quantifier operand invalid");
    }
  }

  [[noreturn]] static void throw_escape() { throw_invalid_regex("invalid escape \\ sequence"); }

  /// The hexadecimal digits of an escape, at most or exactly so many.
  uint32_t take_hexadecimal(size_t digits, bool exactly) {
    uint32_t code = 0;
    size_t taken = 0;
    for (; taken < digits && !rest_.empty(); ++taken) {
      const char c = to_ascii_lower(rest_[0]);
      if (!is_ascii_digit(c) && (c < 'a' || c > 'f')) {
        break;
      }
      code = code * 16 + static_cast<uint32_t>(is_ascii_digit(c) ? c - '0' : c - 'a' + 10);
      if (code > kCodePointMax) {
        throw_escape();
      }
      rest_.remove_prefix(1);
    }
    if (taken == 0 || (exactly && taken < digits) || (code >= 0xd800 && code < 0xe000)) {
      throw_escape();
    }
    return code;
  }

  /// An escape that stands for one character; false if `c`, which is taken off, begins none.
  bool take_character_escape(char c, uint32_t& code) {
    constexpr std::string_view kLetters = "abBefnrtv";
    constexpr std::string_view kMeanings = "\a\b\\\x1b\f\n\r\t\v";
    if (const size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      code = static_cast<unsigned char>(kMeanings[letter]);
      return true;
    }
    switch (c) {
      case 'u':
        code = take_hexadecimal(4, true);
        return true;
      case 'U':
        code = take_hexadecimal(8, true);
        return true;
      case 'x':
        code = take_hexadecimal(255, false);
        return true;
      case 'c':
        if (rest_.empty()) {
          throw_escape();
        }
        code = static_cast<unsigned char>(rest_[0]) & 0x1fU;
        rest_.remove_prefix(1);
        return true;
      case '0': {
        code = 0;
        for (int digits = 0; digits < 2 && !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '7'; ++digits) {
          code = code * 8 + static_cast<uint32_t>(rest_[0] - '0');
          rest_.remove_prefix(1);
        }
        return true;
      }
      default:
        return false;
    }
  }

  /// \d, \w, \s and their opposites as items of a bracket.
  static bool class_escape(char c, std::string& items, uint8_t& words) {
    switch (c) {
      case 'd':
        items = "[:digit:]";
        words = RegexNode::kWordCharacters;
        return true;
      case 'w':
        items = "[:word:]";
        words = RegexNode::kWordCharacters;
        return true;
      case 's':
        items = "[:space:]";
        words = RegexNode::kOtherCharacters;
        return true;
      case 'D':
        items = "[:^digit:]";
        words = kBoth;
        return true;
      case 'W':
        items = "[:^word:]";
        words = RegexNode::kOtherCharacters;
        return true;
      case 'S':
        items = "[:^space:]";
        words = kBoth;
        return true;
      default:
        return false;
    }
  }

  RegexNode parse_escape() {
    RegexNode node;
    rest_.remove_prefix(1);
    if (rest_.empty()) {
      throw_escape();
    }
    const char c = rest_[0];
    if (!is_ascii_letter(c) && !is_ascii_digit(c)) {
      return literal(take_character());
    }
    rest_.remove_prefix(1);
    if (c >= '1' && c <= '9') {
      return parse_back_reference(c);
    }
    constexpr std::pair<char, Kind> kConstraints[] = {
        {'A', Kind::kTextStart}, {'Z', Kind::kTextEnd},  {'m', Kind::kWordStart},
        {'M', Kind::kWordEnd},   {'y', Kind::kWordEdge}, {'Y', Kind::kNoWordEdge},
    };
    for (const auto& [letter, kind] : kConstraints) {
      if (c == letter) {
        node.kind = kind;
        return node;
      }
    }
    if (class_escape(c, node.re2, node.words)) {
      node.re2 = "[" + node.re2 + "]";
      return node;
    }
    uint32_t code = 0;
    if (!take_character_escape(c, code)) {
      throw_escape();
    }
    return literal(code);
  }

  /// The name between [. and .], [= and =], or [: and :].
  std::string_view take_bracketed_name(char mark) {
    const char closing[] = {mark, ']'};
    rest_.remove_prefix(2);
    const size_t end = rest_.find({closing, 2});
    if (end == std::string_view::npos) {
      throw_invalid_regex("brackets [] not balanced");
    }
    const std::string_view name = rest_.substr(0, end);
    rest_.remove_prefix(end + 2);
    return name;
  }

  /// A single character of a bracket; false if a class came instead, whose items are then in `items`.
  bool take_bracket_character(uint32_t& code, std::string& items, uint8_t& words) {
    if (rest_.starts_with("[:")) {
      const std::string_view name = take_bracketed_name(':');
      for (const CharacterClass& known : kClasses) {
        if (known.name == name) {
          items = "[:" + std::string(name) + ":]";
          words = known.words;
          return false;
        }
      }
      throw_invalid_regex("invalid character class");
    }
    if (rest_.starts_with("[.") || rest_.starts_with("[=")) {
      const std::string_view name = take_bracketed_name(rest_[1]);
      if (name.empty() || utf8_prefix_bytes(name, 1) != name.size()) {
        throw_not_supported("collating elements with names");
      }
      const std::string_view after = std::exchange(rest_, name);
      code = take_character();
      rest_ = after;
      return true;
    }
    if (rest_[0] != '\\') {
      code = take_character();
      return true;
    }
    rest_.remove_prefix(1);
    if (rest_.empty()) {
      throw_escape();
    }
    const char c = rest_[0];
    if (!is_ascii_letter(c) && !is_ascii_digit(c)) {
      code = take_character();
      return true;
    }
    rest_.remove_prefix(1);
    if (class_escape(c, items, words)) {
      return false;
    }
    if (!take_character_escape(c, code)) {
      throw_escape();
    }
    return true;
  }

  RegexNode parse_bracket() {
    RegexNode node;
    if (rest_.starts_with("[[:<:]]") || rest_.starts_with("[[:>:]]")) {
      node.kind = rest_[3] == '<' ? Kind::kWordStart : Kind::kWordEnd;
      rest_.remove_prefix(7);
      return node;
    }
    rest_.remove_prefix(1);
    const bool negated = take('^');
    std::string body;
    bool words = false;
    bool others = false;
    bool all_words = false;  // all characters of words are in it, so that its opposite has none
    for (bool first = true;; first = false) {
      if (rest_.empty()) {
        throw_invalid_regex("brackets [] not balanced");
      }
      if (rest_[0] == ']' && !first) {
        rest_.remove_prefix(1);
        break;
      }
      uint32_t low = 0;
      std::string items;
      uint8_t item_words = 0;
      if (!take_bracket_character(low, items, item_words)) {
        body += items;
        words = words || (item_words & RegexNode::kWordCharacters) != 0;
        others = others || (item_words & RegexNode::kOtherCharacters) != 0;
        all_words = all_words || items == "[:word:]";
        continue;
      }
      uint32_t high = low;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        rest_.remove_prefix(1);
        if (!take_bracket_character(high, items, item_words) || high < low) {
          throw_invalid_regex("invalid character range");
        }
        if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {  // a-c-e
          throw_invalid_regex("invalid character range");
        }
      }
      body += re2_character(low) + (high > low ? "-" + re2_character(high) : "");
      // A range across the ends of letters and digits has both kinds.
      const bool one_kind = high == low || (is_ascii_digit_code(low) && is_ascii_digit_code(high)) ||
                            (is_lower_code(low) && is_lower_code(high)) || (is_upper_code(low) && is_upper_code(high));
      words = words || !one_kind || words_of(low) == RegexNode::kWordCharacters;
      others = others || !one_kind || words_of(low) == RegexNode::kOtherCharacters;
    }
    node.words = negated ? (all_words ? RegexNode::kOtherCharacters : kBoth)
                         : static_cast<uint8_t>((words ? RegexNode::kWordCharacters : 0) |
                                                (others ? RegexNode::kOtherCharacters : 0));
    node.re2 = (negated ? "[^" : "[") + body + (negated && options_.dot_stops_at_newline ? "\\n]" : "]");
    return node;
  }

  static bool is_ascii_digit_code(uint32_t code) { return code >= '0' && code <= '9'; }
  static bool is_lower_code(uint32_t code) { return code >= 'a' && code <= 'z'; }
  static bool is_upper_code(uint32_t code) { return code >= 'A' && code <= 'Z'; }

  std::string_view rest_;
  const RegexSyntaxOptions options_;
  std::vector<bool> groups_closed_;  ///< of each capturing group met so far
  bool in_look_ = false;             ///< within a look-around
};

enum class Preference : uint8_t { kNone, kLongest, kShortest };

Preference preference_of(const std::vector<RegexBranch>& branches) {
  if (branches.size() > 1) {
    return Preference::kLongest;
  }
  for (const RegexNode& node : branches[0]) {
    const Preference preference = node.has_preference ? (node.is_lazy ? Preference::kShortest : Preference::kLongest)
                                  : node.kind == Kind::kGroup ? preference_of(node.branches)
                                                              : Preference::kNone;
    if (preference != Preference::kNone) {
      return preference;
    }
  }
  return Preference::kNone;
}

}  // namespace

bool prefers_shortest(const std::vector<RegexBranch>& branches) {
  return preference_of(branches) == Preference::kShortest;
}

void throw_invalid_regex(std::string_view reason) {
  throw Error(sqlstate::kInvalidRegularExpression, "invalid regular expression: " + std::string(reason));
}

std::vector<RegexBranch> parse_regex(std::string_view pattern, const RegexSyntaxOptions& options) {
  return Parser(pattern, options).parse();
}

}  // namespace tidemark
