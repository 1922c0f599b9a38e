#include "parser/literal_mask.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "grammar/SqlLexer.h"
#include "parser/sql_scanner.h"

namespace tidemark {
namespace {

using Lexer = sql_grammar::SqlLexer;

/// Bytes that no text in UTF-8 holds stand for literals.
constexpr char kMask = '\xff';

std::optional<MaskedKind> kind_of(const ScannedToken& token, std::string_view written) {
  if (token.type == Lexer::STRING) return MaskedKind::kString;
  if (token.type == Lexer::INTEGER) return MaskedKind::kInt32;
  if (token.type != Lexer::DECIMAL) return std::nullopt;
  int64_t value = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + written.size(), value);
  return error == std::errc() && end == written.data() + written.size() ? MaskedKind::kInt64 : MaskedKind::kNumeric;
}

}  // namespace

std::optional<MaskedText> mask_literals(std::string_view text) {
  if (valid_utf8_prefix(text) != text.size()) return std::nullopt;
  std::vector<ScannedToken> tokens = scan_sql(text);
  while (!tokens.empty() && tokens.back().type == Lexer::SEMI) tokens.pop_back();
  if (tokens.empty()) return std::nullopt;
  MaskedText masked;
  masked.begin = tokens.front().offset;
  masked.end = tokens.back().offset + tokens.back().length;
  masked.shape.reserve(masked.end - masked.begin);
  size_t copied = masked.begin;
  for (const ScannedToken& token : tokens) {
    if (token.type == Lexer::SEMI) return std::nullopt;
    masked.has_parameters |= token.type == Lexer::PARAMETER;
    const std::string_view written = text.substr(token.offset, token.length);
    const std::optional<MaskedKind> kind = kind_of(token, written);
    if (!kind) continue;
    masked.shape.append(text, copied, token.offset - copied);
    masked.shape += {kMask, static_cast<char>(*kind)};
    copied = token.offset + token.length;
    masked.literals.push_back({*kind, token.position, token.offset, token.length,
                               *kind == MaskedKind::kString ? string_value(text, token) : std::string(written)});
  }
  masked.shape.append(text, copied, masked.end - copied);
  return masked;
}

}  // namespace tidemark
