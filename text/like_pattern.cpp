#include "text/like_pattern.h"

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"
#include "text/case_folding.h"
#include "text/substring_search.h"

namespace tidemark {
namespace {

size_t character_bytes(std::string_view text) { return utf8_prefix_bytes(text, 1); }

[[noreturn]] void throw_ends_with_escape() {
  throw Error(sqlstate::kInvalidEscapeSequence, "LIKE pattern must not end with escape character");
}

/// Drops so many characters; false if there are fewer.
bool skip_characters(std::string_view& text, size_t count) {
  for (; count > 0; --count) {
    if (text.empty()) {
      return false;
    }
    text.remove_prefix(character_bytes(text));
  }
  return true;
}

}  // namespace

LikePattern::LikePattern(std::string_view pattern, std::string_view escape, Case letter_case)
    : segments_(1), ignore_case_(letter_case == Case::kIgnore) {
  std::string folded;
  const auto add_literal = [&](std::string_view character) {
    std::vector<Piece>& pieces = segments_.back().pieces;
    if (pieces.empty()) {
      pieces.emplace_back();
    }
    pieces.back().literal += ignore_case_ ? fold_case(character, folded) : character;
  };
  while (!pattern.empty()) {
    if (!escape.empty() && pattern.starts_with(escape)) {
      pattern.remove_prefix(escape.size());
      if (pattern.empty()) {
        ends_with_escape_ = true;
        break;
      }
    } else if (pattern[0] == '%') {
      if (segments_.size() == 1 || !segments_.back().pieces.empty()) {
        segments_.emplace_back();
      }
      pattern.remove_prefix(1);
      continue;
    } else if (pattern[0] == '_') {
      std::vector<Piece>& pieces = segments_.back().pieces;
      if (pieces.empty() || !pieces.back().literal.empty()) {
        pieces.emplace_back();
      }
      ++pieces.back().any_characters;
      has_any_character_ = true;
      pattern.remove_prefix(1);
      continue;
    }
    const size_t bytes = character_bytes(pattern);
    add_literal(pattern.substr(0, bytes));
    pattern.remove_prefix(bytes);
  }
  const std::vector<Piece>& first = segments_.front().pieces;
  if (!ignore_case_ && !first.empty() && first[0].any_characters == 0) {
    prefix_ = first[0].literal;
  }
  if (!ignore_case_ && !ends_with_escape_) {
    find_needle();
  }
  is_only_contained_ = segments_.size() == 3 && first.empty() && segments_.back().pieces.empty() &&
                       !has_any_character_ && !ends_with_escape_;
}

/// What a match begins with is cheaper to compare than to search for.
void LikePattern::find_needle() {
  constexpr size_t kBytesMin = 2;
  if (!prefix_.empty()) {
    return;
  }
  for (const Segment& segment : segments_) {
    for (const Piece& piece : segment.pieces) {
      if (piece.literal.size() >= std::max(kBytesMin, needle_.size() + 1)) {
        needle_ = piece.literal;
      }
    }
  }
}

/// Matches a segment at the start of `text` and takes it off.
bool LikePattern::take(const Segment& segment, std::string_view& text) {
  for (const Piece& piece : segment.pieces) {
    if (!skip_characters(text, piece.any_characters) || !text.starts_with(piece.literal)) {
      return false;
    }
    text.remove_prefix(piece.literal.size());
  }
  return true;
}

/// Matches a segment at the end of `text` and takes it off.
bool LikePattern::take_at_end(const Segment& segment, std::string_view& text) {
  for (size_t i = segment.pieces.size(); i > 0; --i) {
    const Piece& piece = segment.pieces[i - 1];
    if (!text.ends_with(piece.literal)) {
      return false;
    }
    text.remove_suffix(piece.literal.size());
    for (size_t left = piece.any_characters; left > 0; --left) {
      if (text.empty()) {
        return false;
      }
      size_t bytes = 1;
      while (bytes < text.size() && (static_cast<unsigned char>(text[text.size() - bytes]) & 0xc0) == 0x80) {
        ++bytes;
      }
      text.remove_suffix(bytes);
    }
  }
  return true;
}

/// Finds a segment as early as it can be and takes off everything up to its end. The earliest is enough: whatever could
/// follow a later one can follow the earliest.
bool LikePattern::find(const Segment& segment, std::string_view& text) {
  const Piece& first = segment.pieces.front();
  if (segment.pieces.size() == 1 && first.any_characters == 0) {
    const size_t found = find_substring(text, first.literal);
    if (found == std::string_view::npos) {
      return false;
    }
    text.remove_prefix(found + first.literal.size());
    return true;
  }
  for (std::string_view from = text;; from.remove_prefix(character_bytes(from))) {
    if (first.any_characters == 0) {  // Only what follows a literal may have to be tried again.
      const size_t found = find_substring(from, first.literal);
      if (found == std::string_view::npos) {
        return false;
      }
      from.remove_prefix(found);
    }
    std::string_view rest = from;
    if (take(segment, rest)) {
      text = rest;
      return true;
    }
    if (from.empty()) {
      return false;
    }
  }
}

bool LikePattern::matches_folded(std::string_view text) const {
  if (is_only_contained_) {
    return find_substring(text, segments_[1].pieces.front().literal) != std::string_view::npos;
  }
  if (!take(segments_.front(), text)) {
    return false;
  }
  if (ends_with_escape_) {
    for (size_t i = 1; i < segments_.size(); ++i) {
      if (!segments_[i].pieces.empty() && !find(segments_[i], text)) {
        return false;
      }
    }
    if (!text.empty()) {
      throw_ends_with_escape();
    }
    return false;
  }
  if (segments_.size() == 1) {
    return text.empty();
  }
  if (!take_at_end(segments_.back(), text)) {
    return false;
  }
  for (size_t i = 1; i + 1 < segments_.size(); ++i) {
    if (!find(segments_[i], text)) {
      return false;
    }
  }
  return true;
}

void LikePattern::match_each(std::span<const std::string_view> texts, std::span<uint8_t> matches) const {
  for (size_t first = 0; first < texts.size();) {
    size_t end = first + 1;
    while (end < texts.size() && texts[end].data() == texts[end - 1].data() + texts[end - 1].size()) {
      ++end;
    }
    match_stretch(texts.subspan(first, end - first), matches.subspan(first, end - first));
    first = end;
  }
}

/// Of texts without a gap between them.
void LikePattern::match_stretch(std::span<const std::string_view> texts, std::span<uint8_t> matches) const {
  const auto end_of = [](std::string_view text) { return text.data() + text.size(); };
  std::ranges::fill(matches, uint8_t{0});
  for (size_t row = 0; row < texts.size(); ++row) {
    const char* from = texts[row].data();
    const std::string_view rest(from, static_cast<size_t>(end_of(texts.back()) - from));
    const size_t found = find_substring(rest, needle_);
    if (found == std::string_view::npos) {
      return;
    }
    while (end_of(texts[row]) <= from + found) {
      ++row;
    }
    // It may stand across the end of the text; then this one has none.
    if (from + found + needle_.size() <= end_of(texts[row])) {
      matches[row] = matches_folded(texts[row]) ? 1 : 0;
    }
  }
}

bool LikePattern::matches(std::string_view text) const {
  if (!ignore_case_) {
    return matches_folded(text);
  }
  std::string buffer;
  return matches_folded(fold_case(text, buffer));
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
      if (pattern.empty()) {
        break;
      }
      const size_t next = character_bytes(pattern);
      result += pattern.substr(0, next);
      pattern.remove_prefix(next);
    } else {
      result += character == "\\" ? "\\" : "";
      result += character;
    }
  }
  return result;
}

}  // namespace tidemark
