#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// A LIKE pattern, compiled once: `%` any text, `_` any character, an escape before either takes it literally.
/// Immutable and shared between threads.
class LikePattern {
 public:
  enum class Case : uint8_t {
    kExact,
    kIgnore,  ///< ILIKE: letters match in either case, by Unicode's simple case mapping
  };

  /// `escape` is one character, or empty for none.
  explicit LikePattern(std::string_view pattern, std::string_view escape = "\\", Case letter_case = Case::kExact);

  /// As PostgreSQL, throws 22025 `LIKE pattern must not end with escape character` for such a pattern only when the
  /// match gets to that end with text left.
  [[nodiscard]] bool matches(std::string_view text) const;
  /// Whether there is a literal to search many texts for at once: then `match_each` beats `matches`, and never throws.
  [[nodiscard]] bool has_needle() const { return !needle_.empty(); }
  /// matches[i] = whether texts[i] matches, 0 or 1. Texts that lie one behind the other in memory, as those of a page
  /// do, are searched as one for the longest literal: only those that have it are looked at by themselves.
  void match_each(std::span<const std::string_view> texts, std::span<uint8_t> matches) const;
  /// What every match begins with: for key ranges. The whole pattern if it has no wildcard (is_exact). Of no use
  /// (empty) where case is ignored.
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] bool is_exact() const {
    return segments_.size() == 1 && !has_any_character_ && !ignore_case_ && !ends_with_escape_;
  }

 private:
  /// What stands between two `%`: literals and single wildcards.
  struct Piece {
    std::string literal;
    size_t any_characters = 0;  ///< `_` in front of the literal
  };
  struct Segment {
    std::vector<Piece> pieces;
  };

  [[nodiscard]] bool matches_folded(std::string_view text) const;
  void find_needle();
  void match_stretch(std::span<const std::string_view> texts, std::span<uint8_t> matches) const;
  static bool take(const Segment& segment, std::string_view& text);
  static bool take_at_end(const Segment& segment, std::string_view& text);
  static bool find(const Segment& segment, std::string_view& text);

  std::vector<Segment> segments_;  ///< one more than there are (runs of) `%`; the first and last may be empty
  std::string prefix_;
  std::string needle_;  ///< the longest literal that a text must have somewhere; empty if searching for it is no gain
  bool has_any_character_ = false;
  bool ignore_case_ = false;
  bool ends_with_escape_ = false;
  bool is_only_contained_ = false;  ///< `%literal%`
};

/// The pattern with another escape character rewritten to backslash: SQL's `LIKE p ESCAPE e`. 22025 `invalid escape
/// string` unless the escape is empty or one character.
std::string like_with_escape(std::string_view pattern, std::string_view escape);

}  // namespace tidemark
