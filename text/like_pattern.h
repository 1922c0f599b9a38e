#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// A LIKE pattern, compiled once: `%` any text, `_` any character, an escape before either takes it literally.
/// Immutable and shared between threads.
class LikePattern {
 public:
  /// `escape` is one character, or empty for none.
  explicit LikePattern(std::string_view pattern, std::string_view escape = "\\");

  /// 22025 `LIKE pattern must not end with escape character` if the match gets there, as PostgreSQL.
  [[nodiscard]] bool matches(std::string_view text) const;
  /// What every match begins with: for key ranges. The whole pattern if it has no wildcard (is_exact).
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] bool is_exact() const { return shape_ == Shape::kEqual; }

 private:
  enum class Shape : uint8_t { kEqual, kPrefix, kSuffix, kPart, kGeneral };
  struct Piece {
    enum class Kind : uint8_t { kLiteral, kAnyCharacter, kAnyText, kDanglingEscape } kind = Kind::kLiteral;
    std::string literal;
  };

  [[nodiscard]] bool matches_pieces(std::string_view text) const;

  Shape shape_ = Shape::kGeneral;
  std::string literal_;  ///< kEqual, kPrefix, kSuffix, kPart
  std::string prefix_;
  std::vector<Piece> pieces_;
};

/// The pattern with another escape character rewritten to backslash: SQL's `LIKE p ESCAPE e`. 22025 `invalid escape
/// string` unless the escape is empty or one character.
std::string like_with_escape(std::string_view pattern, std::string_view escape);

}  // namespace tidemark
