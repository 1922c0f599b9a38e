#include <algorithm>

#include "base/binary_text.h"
#include "base/error.h"
#include "base/utf8.h"
#include "grammar/SqlLexer.h"
#include "parser/sql_scanner.h"

// What the tokens mean: values of names and strings, and the words for tokens that have no meaning.
namespace tidemark {
namespace {

using Lexer = sql_grammar::SqlLexer;

/// Names longer than this are refused (PostgreSQL cuts them at 63 bytes, which loses data in silence).
constexpr size_t kIdentifierBytesMax = 1024;

std::string_view error_words(size_t type) {
  switch (type) {
    case Lexer::UNTERMINATED_STRING:
      return "unterminated quoted string";
    case Lexer::UNTERMINATED_IDENTIFIER:
      return "unterminated quoted identifier";
    case Lexer::UNTERMINATED_COMMENT:
      return "unterminated /* comment";
    case Lexer::UNTERMINATED_DOLLAR:
      return "unterminated dollar-quoted string";
    case Lexer::UNTERMINATED_BITS:
      return "unterminated bit string literal";
    case Lexer::UNTERMINATED_HEX:
      return "unterminated hexadecimal string literal";
    case Lexer::EMPTY_IDENTIFIER:
      return "zero-length delimited identifier";
    case Lexer::DURATION:
    case Lexer::NUMBER_JUNK:
      return "trailing junk after numeric literal";
    case Lexer::PARAMETER_JUNK:
      return "trailing junk after parameter";
    default:
      return "syntax error";
  }
}

void append_utf8(std::string& out, uint32_t code) {
  const auto byte = [&out](uint32_t value) { out += static_cast<char>(value); };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0U | (code >> 6U));
    byte(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    byte(0xE0U | (code >> 12U));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  } else {
    byte(0xF0U | (code >> 18U));
    byte(0x80U | ((code >> 12U) & 0x3FU));
    byte(0x80U | ((code >> 6U) & 0x3FU));
    byte(0x80U | (code & 0x3FU));
  }
}

/// Undoes the escapes of one string token. Surrogate halves wait for their partner.
class Unescape {
 public:
  /// `position` is that of the first character of `body`.
  Unescape(std::string_view body, int position) : body_(body), position_(position) {}

  /// E'…': C's escapes.
  std::string c_style() {
    state_ = sqlstate::kInvalidEscapeSequence;
    while (index_ < body_.size()) {
      const char c = body_[index_++];
      if (c == '\'') ++index_;  // Doubled.
      if (c != '\\' || index_ >= body_.size()) {
        put(c);
        continue;
      }
      escape_ = index_ - 1;
      c_escape(body_[index_++]);
    }
    finish();
    return std::move(out_);
  }

  /// U&'…': `\XXXX` and `\+XXXXXX`, with another escape character after UESCAPE.
  std::string unicode(char escape, char quote) {
    while (index_ < body_.size()) {
      const char c = body_[index_++];
      if (c == quote) ++index_;
      escape_ = index_ - 1;
      if (c != escape) {
        put(c);
      } else if (index_ < body_.size() && body_[index_] == escape) {
        ++index_;
        put(c);
      } else if (index_ < body_.size() && body_[index_] == '+') {
        ++index_;
        put_code(read_hex(6));
      } else {
        put_code(read_hex(4));
      }
    }
    finish();
    return std::move(out_);
  }

 private:
  [[nodiscard]] int position_at(size_t index) const {
    return position_ + static_cast<int>(count_utf8_characters(body_.substr(0, index)));
  }
  [[noreturn]] void fail_escape() const {
    throw Error(state_, "invalid Unicode escape")
        .with_hint(state_ == sqlstate::kSyntaxError ? "Unicode escapes must be \\XXXX or \\+XXXXXX."
                                                    : "Unicode escapes must be \\uXXXX or \\UXXXXXXXX.")
        .at(position_at(escape_));
  }

  void c_escape(char c) {
    switch (c) {
      case 'b':
        return put('\b');
      case 'f':
        return put('\f');
      case 'n':
        return put('\n');
      case 'r':
        return put('\r');
      case 't':
        return put('\t');
      case 'u':
        return put_code(read_hex(4));
      case 'U':
        return put_code(read_hex(8));
      case 'x':
        if (index_ < body_.size() && hex_digit(body_[index_]) >= 0) {
          int value = hex_digit(body_[index_++]);
          if (index_ < body_.size() && hex_digit(body_[index_]) >= 0) value = value * 16 + hex_digit(body_[index_++]);
          return put(static_cast<char>(value));
        }
        return put(c);
      default:
        if (c < '0' || c > '7') return put(c);
        int value = c - '0';
        for (int i = 0; i < 2 && index_ < body_.size() && body_[index_] >= '0' && body_[index_] <= '7'; ++i)
          value = value * 8 + body_[index_++] - '0';
        put(static_cast<char>(value));
    }
  }

  uint32_t read_hex(int digits) {
    uint32_t code = 0;
    for (int i = 0; i < digits; ++i) {
      const int digit = index_ < body_.size() ? hex_digit(body_[index_]) : -1;
      if (digit < 0) {
        fail_escape();
      }
      code = code * 16 + static_cast<uint32_t>(digit);
      ++index_;
    }
    return code;
  }

  void put(char c) {
    finish();
    out_ += c;
  }

  void put_code(uint32_t code) {
    if (code >= 0xDC00 && code <= 0xDFFF && high_surrogate_ != 0) {
      code = 0x10000 + ((high_surrogate_ - 0xD800) << 10U) + (code - 0xDC00);
      high_surrogate_ = 0;
    } else {
      finish();
      if (code >= 0xDC00 && code <= 0xDFFF) fail_pair();
    }
    if (code >= 0xD800 && code <= 0xDBFF) {
      high_surrogate_ = code;
      return;
    }
    if (code == 0 || code > 0x10FFFF)
      throw Error(sqlstate::kSyntaxError, "invalid Unicode escape value").at(position_at(escape_));
    append_utf8(out_, code);
  }

  void finish() const {
    if (high_surrogate_ != 0) fail_pair();
  }
  [[noreturn]] void fail_pair() const {
    throw Error(sqlstate::kSyntaxError, "invalid Unicode surrogate pair").at(position_at(index_));
  }

  std::string_view body_;
  int position_;
  size_t index_ = 0;
  size_t escape_ = 0;  ///< Where the escape that is being read begins.
  std::string_view state_ = sqlstate::kSyntaxError;
  uint32_t high_surrogate_ = 0;
  std::string out_;
};

std::string without_doubled(std::string_view body, char quote) {
  std::string out;
  out.reserve(body.size());
  for (size_t i = 0; i < body.size(); ++i) {
    out += body[i];
    if (body[i] == quote) ++i;
  }
  return out;
}

/// Cuts `… UESCAPE 'c'` off a U& token and returns the escape character.
char take_escape_character(std::string_view& token, char quote, int position) {
  if (token.back() != '\'') return '\\';
  if (quote == '\'') {
    // The constant's own closing quote, or the one of the escape clause?
    const size_t word = token.find_last_of("eE");
    const bool clause =
        token.size() > 3 && word != std::string_view::npos && token[token.size() - 3] == '\'' &&
        token.substr(word + 1, token.size() - 3 - word - 1).find_first_not_of(" \t\r\n\f") == std::string_view::npos &&
        word >= 6 && std::ranges::equal(token.substr(word - 6, 7), std::string_view("uescape"), [](char a, char b) {
          return (a | 0x20) == b;
        });
    if (!clause) return '\\';
  }
  const char escape = token[token.size() - 2];
  if (hex_digit(escape) >= 0 || escape == '+' || escape == '\'' || escape == '"' ||
      std::string_view(" \t\r\n\f").find(escape) != std::string_view::npos) {
    const std::string literal(token.substr(token.size() - 3));
    throw Error(sqlstate::kSyntaxError, "invalid Unicode escape character at or near \"" + literal + "\"")
        .at(position + static_cast<int>(count_utf8_characters(token)) - 3);
  }
  token = token.substr(0, token.rfind(quote, token.size() - 4) + 1);
  if (quote == '\'') token = token.substr(0, token.rfind('\'') + 1);
  return escape;
}

/// The constant's parts (there are several where it goes on in another line), joined; each still with its escapes.
std::string joined_parts(std::string_view token, bool backslash_escapes) {
  std::string out;
  size_t i = 0;
  while (i < token.size()) {
    const size_t open = token.find('\'', i);
    // Between two parts there may be comments with quotes in them.
    const size_t comment = token.find("--", i);
    if (i != 0 && comment < open) {
      i = std::min(token.find_first_of("\r\n", comment), token.size());
      continue;
    }
    if (open == std::string_view::npos) break;
    size_t end = open + 1;
    while (end < token.size()) {
      if (backslash_escapes && token[end] == '\\') {
        end += 2;
      } else if (token[end] != '\'') {
        ++end;
      } else if (end + 1 < token.size() && token[end + 1] == '\'') {
        end += 2;
      } else {
        break;
      }
    }
    out += token.substr(open + 1, end - open - 1);
    i = end + 1;
  }
  return out;
}

}  // namespace

void throw_syntax_error(std::string_view text, const std::vector<ScannedToken>& tokens, size_t index,
                        std::string_view words) {
  if (index >= tokens.size()) {
    throw Error(sqlstate::kSyntaxError, std::string(words.empty() ? "syntax error" : words) + " at end of input")
        .at(static_cast<int>(count_utf8_characters(text)) + 1);
  }
  const ScannedToken& token = tokens[index];
  if (words.empty()) words = error_words(token.type);
  throw Error(sqlstate::kSyntaxError,
              std::string(words) + " at or near \"" + std::string(text.substr(token.offset, token.length)) + "\"")
      .at(token.position);
}

std::string identifier_value(std::string_view text, const ScannedToken& token) {
  std::string_view source = text.substr(token.offset, token.length);
  std::string value;
  if (token.type == Lexer::QIDENT) {
    value = without_doubled(source.substr(1, source.size() - 2), '"');
  } else if (token.type == Lexer::UQIDENT) {
    const char escape = take_escape_character(source, '"', token.position);
    value = Unescape(source.substr(3, source.size() - 4), token.position + 3).unicode(escape, '"');
  } else {
    value = source;
    std::ranges::transform(value, value.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  }
  if (value.size() > kIdentifierBytesMax) {
    throw Error("42622", "identifier is too long: " + std::to_string(value.size()) + " bytes, at most 1024 are allowed")
        .at(token.position);
  }
  return value;
}

std::string string_value(std::string_view text, const ScannedToken& token) {
  std::string_view source = text.substr(token.offset, token.length);
  switch (token.type) {
    case Lexer::DOLLAR_STRING: {
      const size_t tag = source.find('$', 1) + 1;
      return std::string(source.substr(tag, source.size() - 2 * tag));
    }
    case Lexer::ESTRING: {
      const std::string value = Unescape(joined_parts(source, true), token.position + 2).c_style();
      require_utf8(value);
      return value;
    }
    case Lexer::USTRING: {
      const char escape = take_escape_character(source, '\'', token.position);
      return Unescape(joined_parts(source, false), token.position + 3).unicode(escape, '\'');
    }
    default:
      return without_doubled(joined_parts(source, false), '\'');
  }
}

}  // namespace tidemark
