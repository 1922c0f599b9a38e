#include "text/like_pattern.h"

#include "base/error.h"

namespace tidemark {
namespace {

size_t character_bytes(std::string_view text) {
  size_t bytes = 1;
  while (bytes < text.size() && (static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) ++bytes;
  return bytes;
}

}  // namespace

LikePattern::LikePattern(std::string_view pattern, std::string_view escape) {
  using enum Piece::Kind;
  const auto add_literal = [&](std::string_view character) {
    if (pieces_.empty() || pieces_.back().kind != kLiteral) pieces_.push_back({kLiteral, {}});
    pieces_.back().literal += character;
  };
  while (!pattern.empty()) {
    if (!escape.empty() && pattern.starts_with(escape)) {
      pattern.remove_prefix(escape.size());
      if (pattern.empty()) {
        pieces_.push_back({kDanglingEscape, {}});
        break;
      }
    } else if (pattern[0] == '%' || pattern[0] == '_') {
      const Piece::Kind kind = pattern[0] == '%' ? kAnyText : kAnyCharacter;
      // `%_` is `_%`: counted characters first, one `%` at most.
      if (kind == kAnyCharacter && !pieces_.empty() && pieces_.back().kind == kAnyText) {
        pieces_.insert(pieces_.end() - 1, {kAnyCharacter, {}});
      } else if (kind != kAnyText || pieces_.empty() || pieces_.back().kind != kAnyText) {
        pieces_.push_back({kind, {}});
      }
      pattern.remove_prefix(1);
      continue;
    }
    const size_t bytes = character_bytes(pattern);
    add_literal(pattern.substr(0, bytes));
    pattern.remove_prefix(bytes);
  }
  const auto is = [&](size_t index, Piece::Kind kind) { return pieces_[index].kind == kind; };
  if (!pieces_.empty() && is(0, kLiteral)) prefix_ = pieces_[0].literal;
  const size_t count = pieces_.size();
  if (count == 0 || (count == 1 && is(0, kLiteral))) {
    shape_ = Shape::kEqual;
    literal_ = prefix_;
  } else if (count == 1 && is(0, kAnyText)) {
    shape_ = Shape::kPrefix;  // Of the empty prefix: everything.
  } else if (count == 2 && is(0, kLiteral) && is(1, kAnyText)) {
    shape_ = Shape::kPrefix;
    literal_ = prefix_;
  } else if (count == 2 && is(0, kAnyText) && is(1, kLiteral)) {
    shape_ = Shape::kSuffix;
    literal_ = pieces_[1].literal;
  } else if (count == 3 && is(0, kAnyText) && is(1, kLiteral) && is(2, kAnyText)) {
    shape_ = Shape::kPart;
    literal_ = pieces_[1].literal;
  }
}

bool LikePattern::matches(std::string_view text) const {
  switch (shape_) {
    case Shape::kEqual:
      return text == literal_;
    case Shape::kPrefix:
      return text.starts_with(literal_);
    case Shape::kSuffix:
      return text.ends_with(literal_);
    case Shape::kPart:
      return text.find(literal_) != std::string_view::npos;
    case Shape::kGeneral:
      return matches_pieces(text);
  }
  return false;
}

/// Greedy with one point of return: a failure after a `%` lets that `%` take one character more. An earlier `%` need
/// never be tried again, since the later one could take up whatever it gives.
bool LikePattern::matches_pieces(std::string_view text) const {
  using enum Piece::Kind;
  size_t piece = 0;
  size_t return_piece = pieces_.size();  // the piece after the last %; none yet
  bool has_return = false;
  std::string_view return_text;
  while (true) {
    bool failed = false;
    if (piece == pieces_.size()) {
      if (text.empty()) return true;
      failed = true;
    } else if (pieces_[piece].kind == kAnyText) {
      if (++piece == pieces_.size()) return true;
      return_piece = piece;
      return_text = text;
      has_return = true;
    } else if (pieces_[piece].kind == kAnyCharacter) {
      if (text.empty()) return false;
      text.remove_prefix(character_bytes(text));
      ++piece;
    } else if (pieces_[piece].kind == kDanglingEscape) {
      if (!text.empty()) {
        throw Error(sqlstate::kInvalidEscapeSequence, "LIKE pattern must not end with escape character");
      }
      failed = true;
    } else if (text.starts_with(pieces_[piece].literal)) {
      text.remove_prefix(pieces_[piece].literal.size());
      ++piece;
    } else {
      failed = true;
    }
    if (!failed) continue;
    if (!has_return || return_text.empty()) return false;
    return_text.remove_prefix(character_bytes(return_text));
    text = return_text;
    piece = return_piece;
  }
}

std::string like_with_escape(std::string_view pattern, std::string_view escape) {
  if (!escape.empty() && character_bytes(escape) != escape.size()) {
    throw Error(sqlstate::kInvalidEscapeSequence, "invalid escape string")
        .with_hint("Escape string must be empty or one character.");
  }
  std::string result;
  while (!pattern.empty()) {
    const size_t bytes = character_bytes(pattern);
    const std::string_view character = pattern.substr(0, bytes);
    pattern.remove_prefix(bytes);
    if (!escape.empty() && character == escape) {
      result += '\\';
      if (pattern.empty()) break;
      const size_t next = character_bytes(pattern);
      result += pattern.substr(0, next);
      pattern.remove_prefix(next);
    } else {
      if (character == "\\") result += '\\';
      result += character;
    }
  }
  return result;
}

}  // namespace tidemark
