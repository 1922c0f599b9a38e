#include "parser/sql_bulk_insert.h"

#include <algorithm>
#include <cstring>

#include "base/ascii.h"
#include "base/utf8.h"
#include "grammar/SqlLexer.h"
#include "parser/sql_scanner.h"

namespace tidemark {
namespace {

using Lexer = sql_grammar::SqlLexer;

/// Shorter texts gain nothing: ANTLR needs about 100 µs for 4 KB of rows.
constexpr size_t kTextBytesMin = 4096;
/// The word VALUES must come within this; column lists are shorter.
constexpr size_t kHeaderBytesMax = 65'536;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'; }
bool continues_word(char c) {
  return is_ascii_letter(c) || is_ascii_digit(c) || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

/// Where the rows begin: after `INSERT INTO … VALUES` without parentheses around it. npos if the text does not begin
/// so.
size_t find_rows(std::string_view text) {
  constexpr std::string_view kValues = "values";
  const std::string_view header = text.substr(0, kHeaderBytesMax);
  for (size_t at = 0; at + kValues.size() < header.size(); ++at) {
    if (!equal_ignoring_ascii_case(header.substr(at, kValues.size()), kValues)) continue;
    const size_t end = at + kValues.size();
    const std::vector<ScannedToken> tokens = scan_sql(text.substr(0, end));
    // The first place where VALUES is a word of its own decides; within a string or quoted name the last token is
    // another one.
    if (tokens.empty() || tokens.back().type != Lexer::K_VALUES) continue;
    if (tokens.front().type != Lexer::K_INSERT && tokens.front().type != Lexer::K_UPSERT) return std::string_view::npos;
    const auto count = [&](size_t type) { return std::ranges::count(tokens, type, &ScannedToken::type); };
    if (count(Lexer::LP) != count(Lexer::RP) || count(Lexer::SEMI) != 0) continue;
    return end;
  }
  return std::string_view::npos;
}

class RowScanner {
 public:
  RowScanner(std::string_view text, ast::LiteralRows& rows) : text_(text), rows_(rows) {}

  /// Reads `(…), (…), …` from the front of the text. False at a surprise.
  bool run() {
    for (;;) {
      skip_space();
      if (!take('(') || !row()) return false;
      if (row_count_++ == 0) first_row_end_ = at_;
      end_ = at_;
      skip_space();
      if (!take(',')) return row_count_ > 1;
    }
  }
  [[nodiscard]] size_t first_row_end() const { return first_row_end_; }
  [[nodiscard]] size_t end() const { return end_; }

 private:
  void skip_space() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool row() {
    size_t columns = 0;
    do {
      skip_space();
      if (at_ >= text_.size() || !cell()) return false;
      ++columns;
      skip_space();
    } while (take(','));
    if (row_count_ == 0) rows_.set_column_count(columns);
    return take(')') && columns == rows_.column_count();
  }

  bool cell() {
    const char c = text_[at_];
    if (c == '\'') return string();
    if (is_ascii_digit(c) || c == '-' || c == '.') return number();
    return word("null", ast::LiteralKind::Null) || word("true", ast::LiteralKind::Boolean) ||
           word("false", ast::LiteralKind::Boolean);
  }

  void add(size_t source, size_t text_offset, size_t length, ast::LiteralKind kind, bool negative) {
    rows_.add({static_cast<uint32_t>(source), static_cast<uint32_t>(text_offset), static_cast<uint32_t>(length), kind,
               negative});
  }

  bool string() {
    const size_t start = at_++;
    bool doubled = false;
    for (;;) {
      const void* quote = std::memchr(text_.data() + at_, '\'', text_.size() - at_);
      if (quote == nullptr) return false;
      at_ = static_cast<size_t>(static_cast<const char*>(quote) - text_.data()) + 1;
      if (at_ >= text_.size() || text_[at_] != '\'') break;
      doubled = true;
      ++at_;
    }
    const std::string_view body = text_.substr(start + 1, at_ - start - 2);
    if (!doubled) {
      add(start, start + 1, body.size(), ast::LiteralKind::String, false);
      return true;
    }
    std::string value;
    value.reserve(body.size());
    for (size_t i = 0; i < body.size(); ++i) {
      value += body[i];
      if (body[i] == '\'') ++i;
    }
    const uint32_t offset = rows_.add_text(value);
    add(start, offset, value.size(), ast::LiteralKind::String, false);
    return true;
  }

  size_t skip_digits() {
    const size_t start = at_;
    while (at_ < text_.size() && is_ascii_digit(text_[at_])) ++at_;
    return at_ - start;
  }

  bool number() {
    const size_t start = at_;
    const bool negative = take('-');
    const size_t first = at_;
    size_t digits = skip_digits();
    bool decimal = false;
    if (take('.')) {
      decimal = true;
      digits += skip_digits();
    }
    if (digits == 0) return false;
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      decimal = true;
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '-' || text_[at_] == '+')) ++at_;
      if (skip_digits() == 0) return false;
    }
    if (at_ < text_.size() && (continues_word(text_[at_]) || text_[at_] == '.')) return false;
    add(start, first, at_ - first,
        decimal || !fits_int32(text_.substr(first, at_ - first)) ? ast::LiteralKind::Decimal
                                                                 : ast::LiteralKind::Integer,
        negative);
    return true;
  }

  static bool fits_int32(std::string_view digits) {
    digits.remove_prefix(std::min(digits.find_first_not_of('0'), digits.size()));
    return digits.size() < 10 || (digits.size() == 10 && digits <= "2147483647");
  }

  bool word(std::string_view lower, ast::LiteralKind kind) {
    if (!equal_ignoring_ascii_case(text_.substr(at_, lower.size()), lower)) return false;
    const size_t end = at_ + lower.size();
    if (end < text_.size() && continues_word(text_[end])) return false;
    const size_t text_offset = kind == ast::LiteralKind::Boolean ? rows_.add_text(lower) : at_;
    add(at_, text_offset, kind == ast::LiteralKind::Boolean ? lower.size() : 0, kind, false);
    at_ = end;
    return true;
  }

  std::string_view text_;
  ast::LiteralRows& rows_;
  size_t at_ = 0;
  size_t row_count_ = 0;
  size_t first_row_end_ = 0;
  size_t end_ = 0;
};

}  // namespace

std::optional<BulkInsert> scan_bulk_insert(std::string_view text) {
  if (text.size() < kTextBytesMin) return std::nullopt;
  const size_t start = find_rows(text);
  if (start == std::string_view::npos) return std::nullopt;
  const std::string_view rest = text.substr(start);
  BulkInsert result;
  const auto start_position = static_cast<int>(count_utf8_characters(text.substr(0, start))) + 1;
  result.rows = std::make_unique<ast::LiteralRows>(std::string(rest), start_position);
  RowScanner scanner(rest, *result.rows);
  if (!scanner.run()) return std::nullopt;
  result.tokens = scan_sql(text.substr(0, start + scanner.first_row_end()));
  const size_t tail = start + scanner.end();
  // The first row's closing parenthesis stands for all rows, so that the statement's source ends where it does.
  result.tokens.back().length = static_cast<uint32_t>(tail) - result.tokens.back().offset;
  const auto characters_before = static_cast<int>(count_utf8_characters(text.substr(0, tail)));
  for (ScannedToken token : scan_sql(text.substr(tail))) {
    token.offset += static_cast<uint32_t>(tail);
    token.position += characters_before;
    result.tokens.push_back(token);
  }
  return result;
}

}  // namespace tidemark
