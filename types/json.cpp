#include "types/json.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"
#include "types/key_encoding.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

/// Reads JSON by recursive descent. Without a handler it only checks.
class JsonParser {
 public:
  JsonParser(std::string_view text, JsonHandler* handler) : text_(text), handler_(handler) {}

  void parse() {
    require_utf8(text_);
    next();
    parse_value(0);
    if (token_ != Token::kEnd) {
      fail_expected("end of input");
    }
  }

 private:
  enum class Token : uint8_t { kEnd, kString, kNumber, kTrue, kFalse, kNull, kPunctuation };

  [[noreturn]] static void fail(std::string detail) {
    throw Error(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type json")
        .with_detail(std::move(detail));
  }
  [[noreturn]] void fail_expected(std::string_view what) const {
    if (token_ == Token::kEnd) {
      fail("The input string ended unexpectedly.");
    }
    fail("Expected " + std::string(what) + ", but found \"" + std::string(token_text()) + "\".");
  }
  /// Blames everything from the token's start that may belong to it.
  [[noreturn]] void fail_token() const {
    size_t end = at_;
    while (end < text_.size() && is_word_character(text_[end])) {
      ++end;
    }
    end = std::max(end, std::min(start_ + 1, text_.size()));
    fail("Token \"" + std::string(text_.substr(start_, end - start_)) + "\" is invalid.");
  }

  static bool is_word_character(char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
  }
  [[nodiscard]] std::string_view token_text() const { return text_.substr(start_, at_ - start_); }
  [[nodiscard]] bool is(char punctuation) const {
    return token_ == Token::kPunctuation && text_[start_] == punctuation;
  }

  void next() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
    start_ = at_;
    if (at_ == text_.size()) {
      token_ = Token::kEnd;
      return;
    }
    const char c = text_[at_];
    if (c == '"') {
      token_ = Token::kString;
      scan_string();
    } else if (c == '-' || is_ascii_digit(c)) {
      token_ = Token::kNumber;
      scan_number();
    } else if (c == '{' || c == '}' || c == '[' || c == ']' || c == ',' || c == ':') {
      token_ = Token::kPunctuation;
      ++at_;
    } else {
      scan_word();
    }
  }

  void scan_word() {
    while (at_ < text_.size() && is_word_character(text_[at_])) {
      ++at_;
    }
    const std::string_view word = token_text();
    if (word == "true") {
      token_ = Token::kTrue;
    } else if (word == "false") {
      token_ = Token::kFalse;
    } else if (word == "null") {
      token_ = Token::kNull;
    } else {
      fail_token();
    }
  }

  bool scan_digits() {
    const size_t before = at_;
    while (at_ < text_.size() && is_ascii_digit(text_[at_])) {
      ++at_;
    }
    return at_ > before;
  }

  void scan_number() {
    const auto peek = [this] { return at_ < text_.size() ? text_[at_] : '\0'; };
    at_ += peek() == '-' ? 1 : 0;
    bool valid = true;
    if (peek() == '0') {
      ++at_;
    } else {
      valid = scan_digits();
    }
    if (valid && peek() == '.') {
      ++at_;
      valid = scan_digits();
    }
    if (valid && (peek() == 'e' || peek() == 'E')) {
      ++at_;
      at_ += peek() == '+' || peek() == '-' ? 1 : 0;
      valid = scan_digits();
    }
    if (!valid || (at_ < text_.size() && is_word_character(text_[at_]))) {
      fail_token();
    }
  }

  void scan_string() {
    string_.clear();
    ++at_;
    for (;;) {
      size_t stop = at_;
      while (stop < text_.size() && text_[stop] != '"' && text_[stop] != '\\' &&
             static_cast<unsigned char>(text_[stop]) >= 0x20) {
        ++stop;
      }
      if (handler_ != nullptr) {
        string_.append(text_, at_, stop - at_);
      }
      at_ = stop;
      if (at_ == text_.size()) {
        fail_token();
      }
      if (text_[at_] == '"') {
        ++at_;
        return;
      }
      if (text_[at_] != '\\') {
        constexpr std::string_view kHex = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(text_[at_]);
        fail(std::string("Character with value 0x") + kHex[byte >> 4] + kHex[byte & 15] + " must be escaped.");
      }
      scan_escape();
    }
  }

  void scan_escape() {
    if (at_ + 1 == text_.size()) {
      ++at_;
      fail_token();
    }
    const char c = text_[at_ + 1];
    constexpr std::string_view kLetters = "\"\\/bfnrt";
    constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (const size_t letter = kLetters.find(c); letter != std::string_view::npos) {
      string_ += kMeanings[letter];
      at_ += 2;
    } else if (c == 'u') {
      scan_code_point();
    } else {
      const size_t character = utf8_prefix_bytes(text_.substr(at_ + 1), 1);
      fail("Escape sequence \"" + std::string(text_.substr(at_, 1 + character)) + "\" is invalid.");
    }
  }

  uint32_t scan_four_digits() {
    uint32_t value = 0;
    for (size_t i = at_ + 2; i < at_ + 6; ++i) {
      if (i >= text_.size()) {
        at_ = text_.size();
        fail_token();
      }
      const char c = to_ascii_lower(text_[i]);
      if (!is_ascii_digit(c) && (c < 'a' || c > 'f')) {
        fail("\"\\u\" must be followed by four hexadecimal digits.");
      }
      value = value * 16 + static_cast<uint32_t>(is_ascii_digit(c) ? c - '0' : c - 'a' + 10);
    }
    at_ += 6;
    return value;
  }

  void scan_code_point() {
    uint32_t code = scan_four_digits();
    if (handler_ == nullptr) {
      return;
    }
    constexpr uint32_t kHighSurrogate = 0xd800, kLowSurrogate = 0xdc00, kSurrogateEnd = 0xe000;
    constexpr const char* kLowMustFollow = "Unicode low surrogate must follow a high surrogate.";
    if (code >= kLowSurrogate && code < kSurrogateEnd) {
      fail(kLowMustFollow);
    }
    if (code >= kHighSurrogate && code < kLowSurrogate) {
      if (at_ + 1 >= text_.size() || text_[at_] != '\\' || text_[at_ + 1] != 'u') {
        fail(kLowMustFollow);
      }
      const uint32_t low = scan_four_digits();
      if (low >= kHighSurrogate && low < kLowSurrogate) {
        fail("Unicode high surrogate must not follow a high surrogate.");
      }
      if (low < kLowSurrogate || low >= kSurrogateEnd) {
        fail(kLowMustFollow);
      }
      code = 0x10000 + ((code - kHighSurrogate) << 10) + (low - kLowSurrogate);
    }
    if (code == 0) {
      throw Error("22P05", "unsupported Unicode escape sequence").with_detail("\\u0000 cannot be converted to text.");
    }
    append_utf8(code);
  }

  void append_utf8(uint32_t code) {
    const auto put = [this](uint32_t byte) { string_ += static_cast<char>(byte); };
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

  void parse_value(int depth) {
    if (depth > kJsonDepthMax) {
      throw Error(sqlstate::kStatementTooComplex, "stack depth limit exceeded");
    }
    if (is('{')) {
      parse_object(depth);
      return;
    }
    if (is('[')) {
      parse_array(depth);
      return;
    }
    switch (token_) {
      case Token::kString:
        if (handler_ != nullptr) handler_->on_string(string_);
        break;
      case Token::kNumber:
        if (handler_ != nullptr) handler_->on_number(token_text());
        break;
      case Token::kTrue:
      case Token::kFalse:
        if (handler_ != nullptr) handler_->on_boolean(token_ == Token::kTrue);
        break;
      case Token::kNull:
        if (handler_ != nullptr) handler_->on_null();
        break;
      default:
        fail_expected("JSON value");
    }
    next();
  }

  void parse_array(int depth) {
    if (handler_ != nullptr) handler_->on_array_begin();
    next();
    size_t count = 0;
    if (!is(']')) {
      for (;; next()) {
        parse_value(depth + 1);
        ++count;
        if (!is(',')) break;
      }
      if (!is(']')) {
        fail_expected("\",\" or \"]\"");
      }
    }
    if (handler_ != nullptr) handler_->on_array_end(count);
    next();
  }

  void parse_object(int depth) {
    if (handler_ != nullptr) handler_->on_object_begin();
    next();
    size_t count = 0;
    if (!is('}')) {
      for (;; next()) {
        if (token_ != Token::kString) {
          fail_expected(count == 0 ? "string or \"}\"" : "string");
        }
        if (handler_ != nullptr) handler_->on_key(string_);
        next();
        if (!is(':')) {
          fail_expected("\":\"");
        }
        next();
        parse_value(depth + 1);
        ++count;
        if (!is(',')) break;
      }
      if (!is('}')) {
        fail_expected("\",\" or \"}\"");
      }
    }
    if (handler_ != nullptr) handler_->on_object_end(count);
    next();
  }

  const std::string_view text_;
  JsonHandler* const handler_;
  Token token_ = Token::kEnd;
  size_t start_ = 0;  ///< of the token
  size_t at_ = 0;     ///< behind the token
  std::string string_;
};

/// Writes the normal form. Each open container keeps its members apart, since those of objects are to be sorted.
class JsonbNormalizer final : public JsonHandler {
 public:
  [[nodiscard]] std::string take() { return std::move(root_); }

  void on_null() override { put("null"); }
  void on_boolean(bool value) override { put(value ? "true" : "false"); }
  void on_number(std::string_view text) override { put(Numeric::parse(text).to_text()); }
  void on_string(std::string& text) override {
    std::string quoted;
    append_json_string(quoted, text);
    put(std::move(quoted));
  }
  void on_array_begin() override { open_.emplace_back(); }
  void on_array_end(size_t /*count*/) override {
    std::string text = "[";
    for (const Member& member : open_.back().members) {
      text += text.size() > 1 ? ", " : "";
      text += member.value;
    }
    open_.pop_back();
    put(std::move(text += ']'));
  }
  void on_object_begin() override { open_.emplace_back(); }
  void on_key(std::string& key) override { open_.back().next_key = std::move(key); }
  void on_object_end(size_t /*count*/) override {
    std::vector<Member> members = std::move(open_.back().members);
    open_.pop_back();
    std::sort(members.begin(), members.end(), [](const Member& left, const Member& right) {
      return std::tuple(left.key.size(), std::string_view(left.key), left.position) <
             std::tuple(right.key.size(), std::string_view(right.key), right.position);
    });
    std::string text = "{";
    for (size_t i = 0; i < members.size(); ++i) {
      if (i + 1 < members.size() && members[i + 1].key == members[i].key) {
        continue;  // The last of equal keys counts.
      }
      text += text.size() > 1 ? ", " : "";
      append_json_string(text, members[i].key);
      text += ": ";
      text += members[i].value;
    }
    put(std::move(text += '}'));
  }

 private:
  struct Member {
    std::string key;  ///< empty in arrays
    std::string value;
    size_t position = 0;  ///< in its container
  };
  struct Container {
    std::vector<Member> members;
    std::string next_key;
  };

  void put(std::string text) {
    if (open_.empty()) {
      root_ = std::move(text);
    } else {
      std::vector<Member>& members = open_.back().members;
      members.push_back({std::move(open_.back().next_key), std::move(text), members.size()});
    }
  }

  std::string root_;
  std::vector<Container> open_;
};

// The classes of values in their order. PostgreSQL puts an empty array below everything, but only at the top.
constexpr char kEmptyTopArray = 0;
constexpr char kNullClass = 1;
constexpr char kStringClass = 2;
constexpr char kNumberClass = 3;
constexpr char kFalseClass = 4;
constexpr char kTrueClass = 5;
constexpr char kArrayClass = 6;
constexpr char kObjectClass = 7;

/// Writes the key of a normal form: containers say their size before their members, in which they are compared first.
class JsonbKeyWriter final : public JsonHandler {
 public:
  explicit JsonbKeyWriter(std::string& key) : key_(key), top_(key.size()) {}

  void on_null() override { key_ += kNullClass; }
  void on_boolean(bool value) override { key_ += value ? kTrueClass : kFalseClass; }
  void on_number(std::string_view text) override {
    key_ += kNumberClass;
    key_encoding::append_numeric(key_, Numeric::parse(text));
  }
  void on_string(std::string& text) override {
    key_ += kStringClass;
    key_encoding::append_escaped(key_, text);
  }
  void on_array_begin() override { begin(kArrayClass); }
  void on_array_end(size_t count) override {
    if (count == 0 && open_.back() == top_) {
      key_.resize(top_);
      key_ += kEmptyTopArray;
      open_.pop_back();
      return;
    }
    end(count);
  }
  void on_object_begin() override { begin(kObjectClass); }
  void on_key(std::string& key) override { key_encoding::append_escaped(key_, key); }
  void on_object_end(size_t count) override { end(count); }

 private:
  void begin(char kind) {
    open_.push_back(key_.size());
    key_ += kind;
    key_.append(sizeof(uint32_t), '\0');
  }
  void end(size_t count) {
    std::string bytes;
    key_encoding::append_big_endian(bytes, static_cast<uint32_t>(count));
    key_.replace(open_.back() + 1, bytes.size(), bytes);
    open_.pop_back();
  }

  std::string& key_;
  const size_t top_;
  std::vector<size_t> open_;  ///< where open containers begin
};

void skip_key(std::string_view& key, int depth) {
  const char kind = key_encoding::take_bytes(key, 1)[0];
  if (kind == kStringClass) {
    key_encoding::take_escaped(key);
  } else if (kind == kNumberClass) {
    key_encoding::skip_numeric(key);
  } else if (kind == kArrayClass || kind == kObjectClass) {
    if (depth > kJsonDepthMax) {
      key_encoding::throw_malformed();
    }
    for (auto left = key_encoding::take_big_endian<uint32_t>(key); left > 0; --left) {
      if (kind == kObjectClass) {
        key_encoding::take_escaped(key);
      }
      skip_key(key, depth + 1);
    }
  } else if (kind < kEmptyTopArray || kind > kObjectClass) {
    key_encoding::throw_malformed();
  }
}

}  // namespace

void parse_json(std::string_view text, JsonHandler& handler) { JsonParser(text, &handler).parse(); }

void require_json(std::string_view text) { JsonParser(text, nullptr).parse(); }

std::string normalize_jsonb(std::string_view text) {
  JsonbNormalizer normalizer;
  parse_json(text, normalizer);
  return normalizer.take();
}

void append_jsonb_key(std::string& key, std::string_view normalized) {
  JsonbKeyWriter writer(key);
  parse_json(normalized, writer);
}

void skip_jsonb_key(std::string_view& key) { skip_key(key, 0); }

std::weak_ordering compare_jsonb(std::string_view left, std::string_view right) {
  if (left == right) {
    return std::weak_ordering::equivalent;
  }
  std::string left_key;
  std::string right_key;
  append_jsonb_key(left_key, left);
  append_jsonb_key(right_key, right);
  return left_key <=> right_key;
}

void append_json_string(std::string& target, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
  constexpr std::string_view kLetters = "\"\\bfnrt";
  target += '"';
  for (const char c : text) {
    if (const size_t escape = kEscaped.find(c); escape != std::string_view::npos) {
      target += '\\';
      target += kLetters[escape];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      target += "\\u00";
      target += kHex[static_cast<unsigned char>(c) >> 4];
      target += kHex[static_cast<unsigned char>(c) & 15];
    } else {
      target += c;
    }
  }
  target += '"';
}

}  // namespace tidemark
