#include "types/json_path.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"
#include "types/json.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

JsonPathItemPtr make_step(JsonPathKind kind, std::string text = {}) {
  auto made = std::make_unique<JsonPathItem>(kind);
  made->text = std::move(text);
  return made;
}

JsonPathItemPtr make_pair(JsonPathKind kind, JsonPathItemPtr left, JsonPathItemPtr right) {
  JsonPathItemPtr made = make_step(kind);
  made->left = std::move(left);
  made->right = std::move(right);
  return made;
}

enum class PathToken : uint8_t { kEnd, kIdentifier, kString, kVariable, kInteger, kDecimal, kSymbol };

void append_code_point(std::string& out, uint32_t code) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xc0 | code >> 6);
    put(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    put(0xe0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  } else {
    put(0xf0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3f));
    put(0x80 | (code >> 6 & 0x3f));
    put(0x80 | (code & 0x3f));
  }
}

/// Words that mean something where they stand; any of them may be a key, too.
constexpr std::string_view kMethods[] = {"type", "size", "abs", "floor", "ceiling", "double", "keyvalue", "datetime"};
constexpr JsonPathKind kMethodKinds[] = {JsonPathKind::kType,     JsonPathKind::kSize,    JsonPathKind::kAbs,
                                         JsonPathKind::kFloor,    JsonPathKind::kCeiling, JsonPathKind::kDouble,
                                         JsonPathKind::kKeyValue, JsonPathKind::kDatetime};

class PathScanner {
 public:
  explicit PathScanner(std::string_view text) : text_(text) { next(); }

  PathToken token = PathToken::kEnd;
  std::string value;         ///< of names and strings, without escapes; else as written
  bool had_escapes = false;  ///< a name with escapes is no keyword

  [[nodiscard]] bool is(std::string_view symbol) const { return token == PathToken::kSymbol && value == symbol; }
  /// Keywords are taken in any case, but for true, false and null.
  [[nodiscard]] bool is_word(std::string_view word) const {
    if (token != PathToken::kIdentifier || had_escapes || value.size() != word.size()) return false;
    const bool exact = word == "true" || word == "false" || word == "null";
    return exact ? value == word : to_ascii_lower(value) == word;
  }
  [[nodiscard]] size_t position() const { return start_; }
  void reset(size_t position) {
    at_ = position;
    next();
  }

  [[noreturn]] void fail(std::string_view words = "syntax error") const {
    const std::string_view near = text_.substr(start_, at_ - start_);
    if (near.empty()) throw Error(sqlstate::kSyntaxError, std::string(words) + " at end of jsonpath input");
    throw Error(sqlstate::kSyntaxError,
                std::string(words) + " at or near \"" + std::string(near) + "\" of jsonpath input");
  }

  void next() {
    skip_blanks();
    start_ = at_;
    value.clear();
    had_escapes = false;
    if (at_ == text_.size()) {
      token = PathToken::kEnd;
      return;
    }
    const char c = text_[at_];
    if (c == '"') {
      token = PathToken::kString;
      scan_quoted();
    } else if (is_ascii_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_ascii_digit(text_[at_ + 1]))) {
      scan_number();
    } else if (c == '$' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      token = PathToken::kVariable;
      ++at_;
      scan_quoted();
    } else if (c == '$' && at_ + 1 < text_.size() && is_other(text_[at_ + 1])) {
      token = PathToken::kVariable;
      ++at_;
      scan_name();
    } else if (is_other(c)) {
      token = PathToken::kIdentifier;
      scan_name();
    } else {
      scan_symbol();
    }
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }
  /// What may stand in a name.
  static bool is_other(char c) {
    constexpr std::string_view kSpecial = "?%$.[]{}()|&!=<>@#,*:-+/\"";
    return !is_blank(c) && kSpecial.find(c) == std::string_view::npos;
  }

  void skip_blanks() {
    for (;;) {
      while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
      if (text_.substr(at_, 2) != "/*") return;
      const size_t end = text_.find("*/", at_ + 2);
      if (end == std::string_view::npos) {
        start_ = at_ = text_.size();
        fail("unexpected end of comment");
      }
      at_ = end + 2;
    }
  }

  void scan_symbol() {
    token = PathToken::kSymbol;
    constexpr std::string_view kPairs[] = {"**", "==", "<>", "!=", "<=", ">=", "&&", "||"};
    const std::string_view two = text_.substr(at_, 2);
    const bool pair = std::ranges::find(kPairs, two) != std::end(kPairs);
    value = text_.substr(at_, pair ? 2 : 1);
    at_ += value.size();
  }

  void scan_number() {
    token = PathToken::kInteger;
    const auto digits = [&] {
      const size_t before = at_;
      while (at_ < text_.size() && is_ascii_digit(text_[at_])) ++at_;
      return at_ > before;
    };
    if (text_[at_] == '0' && at_ + 1 < text_.size() && is_ascii_digit(text_[at_ + 1])) {
      ++at_;
      while (at_ < text_.size() && is_other(text_[at_])) ++at_;
      at_ = start_ + 2;
      fail("trailing junk after numeric literal");
    }
    digits();
    if (at_ < text_.size() && text_[at_] == '.') {
      token = PathToken::kDecimal;
      ++at_;
      digits();
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      token = PathToken::kDecimal;
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      if (!digits()) fail("invalid numeric literal");
    }
    if (at_ < text_.size() && is_other(text_[at_])) {
      at_ += utf8_prefix_bytes(text_.substr(at_), 1);
      fail("trailing junk after numeric literal");
    }
    value = text_.substr(start_, at_ - start_);
  }

  void scan_name() {
    while (at_ < text_.size()) {
      if (text_[at_] == '\\') {
        scan_escape();
        had_escapes = true;
      } else if (text_.substr(at_, 2) == "/*" || !is_other(text_[at_])) {
        return;
      } else {
        value += text_[at_++];
      }
    }
  }

  void scan_quoted() {
    ++at_;
    for (;;) {
      if (at_ == text_.size()) {
        start_ = at_;
        fail("unterminated quoted string");
      }
      if (text_[at_] == '"') {
        ++at_;
        return;
      }
      if (text_[at_] == '\\') {
        scan_escape();
      } else {
        value += text_[at_++];
      }
    }
  }

  uint32_t hex_digits(size_t count, std::string_view what) {
    uint32_t code = 0;
    for (size_t i = 0; i < count; ++i) {
      const char c = at_ < text_.size() ? to_ascii_lower(text_[at_]) : ' ';
      if (!is_ascii_digit(c) && (c < 'a' || c > 'f')) {
        fail("invalid " + std::string(what));
      }
      code = code * 16 + static_cast<uint32_t>(is_ascii_digit(c) ? c - '0' : c - 'a' + 10);
      ++at_;
    }
    return code;
  }

  uint32_t code_point() {
    constexpr std::string_view kWhat = "Unicode escape sequence";
    if (at_ < text_.size() && text_[at_] == '{') {
      ++at_;
      const size_t end = text_.find('}', at_);
      if (end == std::string_view::npos || end == at_ || end - at_ > 6) fail("invalid " + std::string(kWhat));
      const uint32_t code = hex_digits(end - at_, kWhat);
      ++at_;
      return code;
    }
    return hex_digits(4, kWhat);
  }

  void scan_escape() {
    ++at_;
    if (at_ == text_.size()) {
      start_ = at_;
      fail("unexpected end after backslash");
    }
    const char c = text_[at_++];
    constexpr std::string_view kLetters = "bfnrtv";
    constexpr std::string_view kMeanings = "\b\f\n\r\t\v";
    if (const size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      value += kMeanings[letter];
    } else if (c == 'x') {
      append_code_point(value, hex_digits(2, "hexadecimal character sequence"));
    } else if (c == 'u') {
      scan_unicode();
    } else {
      value += c;
    }
  }

  void scan_unicode() {
    constexpr uint32_t kHigh = 0xd800, kLow = 0xdc00, kEnd = 0xe000;
    constexpr const char* kLowMustFollow = "Unicode low surrogate must follow a high surrogate.";
    const auto refuse = [](const char* detail) {
      throw Error(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type jsonpath").with_detail(detail);
    };
    uint32_t code = code_point();
    if (code >= kLow && code < kEnd) refuse(kLowMustFollow);
    if (code >= kHigh && code < kLow) {
      if (text_.substr(at_, 2) != "\\u") refuse(kLowMustFollow);
      at_ += 2;
      const uint32_t low = code_point();
      if (low >= kHigh && low < kLow) refuse("Unicode high surrogate must not follow a high surrogate.");
      if (low < kLow || low >= kEnd) refuse(kLowMustFollow);
      code = 0x10000 + ((code - kHigh) << 10) + (low - kLow);
    }
    if (code == 0) {
      throw Error("22P05", "unsupported Unicode escape sequence").with_detail("\\u0000 cannot be converted to text.");
    }
    append_code_point(value, code);
  }

  const std::string_view text_;
  size_t start_ = 0;
  size_t at_ = 0;
};

/// Recursive descent over PostgreSQL's grammar. What is in parentheses may turn out to be a path or a predicate: both
/// are items, told apart by their kind.
class PathParser {
 public:
  explicit PathParser(std::string_view text) : scan_(text) {}

  JsonPath parse() {
    JsonPath path;
    if (scan_.is_word("strict") || scan_.is_word("lax")) {
      path.lax = scan_.is_word("lax");
      scan_.next();
    }
    path.root = parse_or();
    if (scan_.token != PathToken::kEnd) scan_.fail();
    check_places(*path.root, 0, false);
    return path;
  }

 private:
  static constexpr int kDepthMax = 500;

  static bool is_predicate(const JsonPathItem& made) { return made.kind >= JsonPathKind::kAnd && !made.next; }
  void require_predicate(const JsonPathItemPtr& made) const {
    if (!is_predicate(*made)) scan_.fail();
  }
  void require_path(const JsonPathItemPtr& made) const {
    if (is_predicate(*made)) scan_.fail();
  }
  bool take(std::string_view symbol) {
    if (!scan_.is(symbol)) return false;
    scan_.next();
    return true;
  }
  void expect(std::string_view symbol) {
    if (!take(symbol)) scan_.fail();
  }

  class Depth {
   public:
    explicit Depth(int& depth) : depth_(depth) {
      if (++depth_ > kDepthMax) throw Error(sqlstate::kStatementTooComplex, "stack depth limit exceeded");
    }
    ~Depth() { --depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;

   private:
    int& depth_;
  };

  JsonPathItemPtr parse_or() {
    const Depth deeper(depth_);
    JsonPathItemPtr left = parse_and();
    while (scan_.is("||")) {
      require_predicate(left);
      scan_.next();
      JsonPathItemPtr right = parse_and();
      require_predicate(right);
      left = make_pair(JsonPathKind::kOr, std::move(left), std::move(right));
    }
    return left;
  }

  JsonPathItemPtr parse_and() {
    JsonPathItemPtr left = parse_comparison();
    while (scan_.is("&&")) {
      require_predicate(left);
      scan_.next();
      JsonPathItemPtr right = parse_comparison();
      require_predicate(right);
      left = make_pair(JsonPathKind::kAnd, std::move(left), std::move(right));
    }
    return left;
  }

  JsonPathItemPtr parse_comparison() {
    if (scan_.is("!")) {
      scan_.next();
      if (!scan_.is("(") && !scan_.is_word("exists")) scan_.fail();
      JsonPathItemPtr inner;
      if (take("(")) {
        inner = parse_or();
        expect(")");
      } else {
        inner = parse_exists();
      }
      require_predicate(inner);
      JsonPathItemPtr made = make_step(JsonPathKind::kNot);
      made->left = std::move(inner);
      return made;
    }
    if (scan_.is_word("exists")) return parse_exists();
    JsonPathItemPtr left = parse_sum();
    static constexpr struct {
      std::string_view symbol;
      JsonPathKind kind;
    } kComparisons[] = {{"==", JsonPathKind::kEqual},         {"!=", JsonPathKind::kNotEqual},
                        {"<>", JsonPathKind::kNotEqual},      {"<", JsonPathKind::kLess},
                        {"<=", JsonPathKind::kLessOrEqual},   {">", JsonPathKind::kGreater},
                        {">=", JsonPathKind::kGreaterOrEqual}};
    for (const auto& [symbol, kind] : kComparisons) {
      if (!scan_.is(symbol)) continue;
      require_path(left);
      scan_.next();
      JsonPathItemPtr right = parse_sum();
      require_path(right);
      return make_pair(kind, std::move(left), std::move(right));
    }
    if (scan_.is_word("starts")) {
      require_path(left);
      return parse_starts_with(std::move(left));
    }
    if (scan_.is_word("like_regex")) {
      require_path(left);
      return parse_like_regex(std::move(left));
    }
    return left;
  }

  JsonPathItemPtr parse_exists() {
    scan_.next();
    expect("(");
    JsonPathItemPtr made = make_step(JsonPathKind::kExists);
    made->left = parse_or();
    require_path(made->left);
    expect(")");
    return made;
  }

  JsonPathItemPtr parse_starts_with(JsonPathItemPtr left) {
    scan_.next();
    if (!scan_.is_word("with")) scan_.fail();
    scan_.next();
    if (scan_.token != PathToken::kString && scan_.token != PathToken::kVariable) scan_.fail();
    JsonPathItemPtr initial =
        make_step(scan_.token == PathToken::kString ? JsonPathKind::kString : JsonPathKind::kVariable, scan_.value);
    scan_.next();
    return make_pair(JsonPathKind::kStartsWith, std::move(left), std::move(initial));
  }

  JsonPathItemPtr parse_like_regex(JsonPathItemPtr left) {
    scan_.next();
    if (scan_.token != PathToken::kString) scan_.fail();
    JsonPathItemPtr made = make_step(JsonPathKind::kLikeRegex, scan_.value);
    made->left = std::move(left);
    scan_.next();
    if (!scan_.is_word("flag")) return made;
    scan_.next();
    if (scan_.token != PathToken::kString) scan_.fail();
    constexpr std::string_view kFlags = "ismxq";
    std::string_view given = scan_.value;
    for (size_t i = 0; i < given.size(); ++i) {
      if (kFlags.find(given[i]) == std::string_view::npos) {
        const std::string_view rest = given.substr(i);
        throw Error(sqlstate::kSyntaxError, "invalid input syntax for type jsonpath")
            .with_detail("Unrecognized flag character \"" + std::string(rest.substr(0, utf8_prefix_bytes(rest, 1))) +
                         "\" in LIKE_REGEX predicate.");
      }
    }
    for (const char flag : kFlags) {
      if (given.find(flag) != std::string_view::npos) made->flags += flag;
    }
    if (made->flags.find('x') != std::string::npos && made->flags.find('q') == std::string::npos) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "XQuery \"x\" flag (expanded regular expressions) is not implemented");
    }
    scan_.next();
    return made;
  }

  JsonPathItemPtr parse_sum() {
    JsonPathItemPtr left = parse_product();
    while (scan_.is("+") || scan_.is("-")) {
      const JsonPathKind kind = scan_.is("+") ? JsonPathKind::kAdd : JsonPathKind::kSubtract;
      require_path(left);
      scan_.next();
      JsonPathItemPtr right = parse_product();
      require_path(right);
      left = make_pair(kind, std::move(left), std::move(right));
    }
    return left;
  }

  JsonPathItemPtr parse_product() {
    JsonPathItemPtr left = parse_unary();
    while (scan_.is("*") || scan_.is("/") || scan_.is("%")) {
      const JsonPathKind kind = scan_.is("*")   ? JsonPathKind::kMultiply
                                : scan_.is("/") ? JsonPathKind::kDivide
                                                : JsonPathKind::kModulo;
      require_path(left);
      scan_.next();
      JsonPathItemPtr right = parse_unary();
      require_path(right);
      left = make_pair(kind, std::move(left), std::move(right));
    }
    return left;
  }

  JsonPathItemPtr parse_unary() {
    if (!scan_.is("+") && !scan_.is("-")) return parse_accessors();
    const Depth deeper(depth_);
    const bool minus = scan_.is("-");
    scan_.next();
    JsonPathItemPtr operand = parse_unary();
    require_path(operand);
    if (operand->kind == JsonPathKind::kNumber && !operand->next) {
      if (minus) operand->text = (-Numeric::parse(operand->text)).to_text();
      return operand;
    }
    JsonPathItemPtr made = make_step(minus ? JsonPathKind::kMinus : JsonPathKind::kPlus);
    made->left = std::move(operand);
    return made;
  }

  JsonPathItemPtr parse_accessors() {
    JsonPathItemPtr first = parse_primary();
    if (is_predicate(*first) && !parenthesized_) return first;
    JsonPathItem* last = first.get();
    // `(a.b).c` goes on behind what is in the parentheses.
    while (last->next) last = last->next.get();
    while (JsonPathItemPtr next = parse_accessor()) {
      last->next = std::move(next);
      last = last->next.get();
    }
    parenthesized_ = false;
    return first;
  }

  JsonPathItemPtr parse_primary() {
    JsonPathItemPtr made;
    parenthesized_ = false;
    switch (scan_.token) {
      case PathToken::kString:
        made = make_step(JsonPathKind::kString, scan_.value);
        break;
      case PathToken::kVariable:
        made = make_step(JsonPathKind::kVariable, scan_.value);
        break;
      case PathToken::kInteger:
      case PathToken::kDecimal:
        made = make_step(JsonPathKind::kNumber, Numeric::parse(scan_.value).to_text());
        break;
      case PathToken::kIdentifier:
        if (scan_.is_word("null")) {
          made = make_step(JsonPathKind::kNull);
        } else if (scan_.is_word("true") || scan_.is_word("false")) {
          made = make_step(JsonPathKind::kBoolean);
          made->truth = scan_.is_word("true");
        } else if (scan_.is_word("last")) {
          made = make_step(JsonPathKind::kLast);
        } else {
          scan_.fail();
        }
        break;
      case PathToken::kSymbol:
        if (scan_.is("(")) return parse_parenthesized();
        if (scan_.is("$")) {
          made = make_step(JsonPathKind::kRoot);
        } else if (scan_.is("@")) {
          made = make_step(JsonPathKind::kCurrent);
        } else {
          scan_.fail();
        }
        break;
      case PathToken::kEnd:
        scan_.fail();
    }
    scan_.next();
    return made;
  }

  JsonPathItemPtr parse_parenthesized() {
    scan_.next();
    JsonPathItemPtr inner = parse_or();
    expect(")");
    if (is_predicate(*inner) && scan_.is_word("is")) {
      scan_.next();
      if (!scan_.is_word("unknown")) scan_.fail();
      scan_.next();
      JsonPathItemPtr made = make_step(JsonPathKind::kIsUnknown);
      made->left = std::move(inner);
      parenthesized_ = false;
      return made;
    }
    parenthesized_ = true;
    return inner;
  }

  /// Null where none follows.
  JsonPathItemPtr parse_accessor() {
    if (scan_.is("[")) return parse_subscripts();
    if (scan_.is("?")) {
      scan_.next();
      expect("(");
      JsonPathItemPtr made = make_step(JsonPathKind::kFilter);
      made->left = parse_or();
      require_predicate(made->left);
      expect(")");
      return made;
    }
    if (!take(".")) return nullptr;
    if (take("*")) return make_step(JsonPathKind::kAnyKey);
    if (take("**")) return parse_levels();
    if (scan_.token != PathToken::kIdentifier && scan_.token != PathToken::kString) scan_.fail();
    const bool word = scan_.token == PathToken::kIdentifier && !scan_.had_escapes;
    const std::string name = scan_.value;
    scan_.next();
    if (word && scan_.is("(")) {
      for (size_t i = 0; i < std::size(kMethods); ++i) {
        if (to_ascii_lower(name) == kMethods[i]) return parse_method(kMethodKinds[i]);
      }
      scan_.fail();
    }
    return make_step(JsonPathKind::kKey, name);
  }

  JsonPathItemPtr parse_method(JsonPathKind kind) {
    expect("(");
    JsonPathItemPtr made = make_step(kind);
    if (kind == JsonPathKind::kDatetime && scan_.token == PathToken::kString) {
      made->text = scan_.value;
      made->truth = true;
      scan_.next();
    }
    expect(")");
    return made;
  }

  JsonPathItemPtr parse_subscripts() {
    scan_.next();
    if (take("*")) {
      expect("]");
      return make_step(JsonPathKind::kAnyArray);
    }
    JsonPathItemPtr made = make_step(JsonPathKind::kIndexArray);
    do {
      JsonPathItem::Subscript subscript;
      subscript.from = parse_sum();
      require_path(subscript.from);
      if (scan_.is_word("to")) {
        scan_.next();
        subscript.to = parse_sum();
        require_path(subscript.to);
      }
      made->subscripts.push_back(std::move(subscript));
    } while (take(","));
    expect("]");
    return made;
  }

  uint32_t parse_level() {
    uint32_t level = JsonPathItem::kNoLimit;
    if (scan_.token == PathToken::kInteger) {
      std::from_chars(scan_.value.data(), scan_.value.data() + scan_.value.size(), level);
    } else if (!scan_.is_word("last")) {
      scan_.fail();
    }
    scan_.next();
    return level;
  }

  JsonPathItemPtr parse_levels() {
    JsonPathItemPtr made = make_step(JsonPathKind::kAnyLevel);
    made->last = JsonPathItem::kNoLimit;
    if (!take("{")) return made;
    made->first = made->last = parse_level();
    if (scan_.is_word("to")) {
      scan_.next();
      made->last = parse_level();
    }
    expect("}");
    return made;
  }

  /// `@` belongs into filters, `last` into subscripts.
  static void check_places(const JsonPathItem& made, int filters, bool in_subscript) {
    if (made.kind == JsonPathKind::kCurrent && filters == 0) {
      throw Error(sqlstate::kSyntaxError, "@ is not allowed in root expressions");
    }
    if (made.kind == JsonPathKind::kLast && !in_subscript) {
      throw Error(sqlstate::kSyntaxError, "LAST is allowed only in array subscripts");
    }
    if (made.left) check_places(*made.left, filters + (made.kind == JsonPathKind::kFilter ? 1 : 0), in_subscript);
    if (made.right) check_places(*made.right, filters, in_subscript);
    for (const JsonPathItem::Subscript& subscript : made.subscripts) {
      check_places(*subscript.from, filters, true);
      if (subscript.to) check_places(*subscript.to, filters, true);
    }
    if (made.next) check_places(*made.next, filters, in_subscript);
  }

  PathScanner scan_;
  int depth_ = 0;
  bool parenthesized_ = false;  ///< whether the primary just read was in parentheses
};

// --------------------------------------------------------------------------------------------------------------
// printing

int priority_of(JsonPathKind kind) {
  switch (kind) {
    case JsonPathKind::kOr:
      return 0;
    case JsonPathKind::kAnd:
      return 1;
    case JsonPathKind::kEqual:
    case JsonPathKind::kNotEqual:
    case JsonPathKind::kLess:
    case JsonPathKind::kLessOrEqual:
    case JsonPathKind::kGreater:
    case JsonPathKind::kGreaterOrEqual:
    case JsonPathKind::kStartsWith:
      return 2;
    case JsonPathKind::kAdd:
    case JsonPathKind::kSubtract:
      return 3;
    case JsonPathKind::kMultiply:
    case JsonPathKind::kDivide:
    case JsonPathKind::kModulo:
      return 4;
    case JsonPathKind::kPlus:
    case JsonPathKind::kMinus:
      return 5;
    default:
      return 6;
  }
}

std::string_view symbol_of(JsonPathKind kind) {
  switch (kind) {
    case JsonPathKind::kAnd:
      return "&&";
    case JsonPathKind::kOr:
      return "||";
    case JsonPathKind::kEqual:
      return "==";
    case JsonPathKind::kNotEqual:
      return "!=";
    case JsonPathKind::kLess:
      return "<";
    case JsonPathKind::kLessOrEqual:
      return "<=";
    case JsonPathKind::kGreater:
      return ">";
    case JsonPathKind::kGreaterOrEqual:
      return ">=";
    case JsonPathKind::kStartsWith:
      return "starts with";
    case JsonPathKind::kAdd:
    case JsonPathKind::kPlus:
      return "+";
    case JsonPathKind::kSubtract:
    case JsonPathKind::kMinus:
      return "-";
    case JsonPathKind::kMultiply:
      return "*";
    case JsonPathKind::kDivide:
      return "/";
    default:
      return "%";
  }
}

class PathPrinter {
 public:
  std::string out;

  void print(const JsonPathItem& made, bool in_path, bool brackets) {
    print_step(made, in_path, brackets);
    if (made.next) print(*made.next, true, true);
  }

 private:
  void print_operand(const JsonPathItem& operand, JsonPathKind of) {
    print(operand, false, priority_of(operand.kind) <= priority_of(of));
  }
  void print_levels(const JsonPathItem& made) {
    constexpr uint32_t kNoLimit = JsonPathItem::kNoLimit;
    const auto level = [&](uint32_t number) { return number == kNoLimit ? "last" : std::to_string(number); };
    out += "**";
    if (made.first == 0 && made.last == kNoLimit) return;
    out += '{' + level(made.first);
    if (made.first != made.last) out += " to " + level(made.last);
    out += '}';
  }
  void print_subscripts(const JsonPathItem& made) {
    out += '[';
    for (const JsonPathItem::Subscript& subscript : made.subscripts) {
      if (out.back() != '[' || &subscript != &made.subscripts.front()) out += ',';
      print(*subscript.from, false, false);
      if (subscript.to) {
        out += " to ";
        print(*subscript.to, false, false);
      }
    }
    out += ']';
  }
  void print_like_regex(const JsonPathItem& made, bool brackets) {
    if (brackets) out += '(';
    print_operand(*made.left, made.kind);
    out += " like_regex ";
    append_json_string(out, made.text);
    if (!made.flags.empty()) out += " flag \"" + made.flags + '"';
    if (brackets) out += ')';
  }

  void print_step(const JsonPathItem& made, bool in_path, bool brackets) {
    switch (made.kind) {
      case JsonPathKind::kNull:
        out += "null";
        break;
      case JsonPathKind::kString:
        append_json_string(out, made.text);
        break;
      case JsonPathKind::kNumber:
        out += made.next ? '(' + made.text + ')' : made.text;
        break;
      case JsonPathKind::kBoolean:
        out += made.truth ? "true" : "false";
        break;
      case JsonPathKind::kVariable:
        out += '$';
        append_json_string(out, made.text);
        break;
      case JsonPathKind::kRoot:
        out += '$';
        break;
      case JsonPathKind::kCurrent:
        out += '@';
        break;
      case JsonPathKind::kLast:
        out += "last";
        break;
      case JsonPathKind::kKey:
        if (in_path) out += '.';
        append_json_string(out, made.text);
        break;
      case JsonPathKind::kAnyKey:
        if (in_path) out += '.';
        out += '*';
        break;
      case JsonPathKind::kAnyArray:
        out += "[*]";
        break;
      case JsonPathKind::kIndexArray:
        print_subscripts(made);
        break;
      case JsonPathKind::kAnyLevel:
        if (in_path) out += '.';
        print_levels(made);
        break;
      case JsonPathKind::kFilter:
        out += "?(";
        print(*made.left, false, false);
        out += ')';
        break;
      case JsonPathKind::kType:
        out += ".type()";
        break;
      case JsonPathKind::kSize:
        out += ".size()";
        break;
      case JsonPathKind::kAbs:
        out += ".abs()";
        break;
      case JsonPathKind::kFloor:
        out += ".floor()";
        break;
      case JsonPathKind::kCeiling:
        out += ".ceiling()";
        break;
      case JsonPathKind::kDouble:
        out += ".double()";
        break;
      case JsonPathKind::kKeyValue:
        out += ".keyvalue()";
        break;
      case JsonPathKind::kDatetime:
        out += ".datetime(";
        if (made.truth) append_json_string(out, made.text);
        out += ')';
        break;
      case JsonPathKind::kPlus:
      case JsonPathKind::kMinus:
        if (brackets) out += '(';
        out += symbol_of(made.kind);
        print_operand(*made.left, made.kind);
        if (brackets) out += ')';
        break;
      case JsonPathKind::kNot:
        out += "!(";
        print(*made.left, false, false);
        out += ')';
        break;
      case JsonPathKind::kIsUnknown:
        out += '(';
        print(*made.left, false, false);
        out += ") is unknown";
        break;
      case JsonPathKind::kExists:
        out += "exists (";
        print(*made.left, false, false);
        out += ')';
        break;
      case JsonPathKind::kLikeRegex:
        print_like_regex(made, brackets);
        break;
      default:
        if (brackets) out += '(';
        print_operand(*made.left, made.kind);
        out += ' ';
        out += symbol_of(made.kind);
        out += ' ';
        print_operand(*made.right, made.kind);
        if (brackets) out += ')';
        break;
    }
  }
};

}  // namespace

JsonPath parse_json_path(std::string_view text) {
  const bool blank = std::ranges::all_of(text, [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; });
  if (blank) {
    throw Error(sqlstate::kInvalidTextRepresentation,
                "invalid input syntax for type jsonpath: \"" + std::string(text) + "\"");
  }
  require_utf8(text);
  return PathParser(text).parse();
}

std::string json_path_text(const JsonPath& path) {
  PathPrinter printer;
  if (!path.lax) printer.out = "strict ";
  printer.print(*path.root, false, true);
  return printer.out;
}

}  // namespace tidemark
