#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// One of PostgreSQL's regular expressions (its manual, 9.7.3), run by RE2 in linear time (D16). Immutable and shared
/// between threads.
///
/// The longest of the leftmost matches is found, as POSIX wants, unless the expression has a lazy quantifier. \m and \M
/// are taken as any word boundary.
class RegularExpression {
 public:
  struct Options {
    bool ignore_case = false;
    bool newline_sensitive = false;  ///< . and [^ stop at newlines, ^ and $ match at them
    bool literal = false;            ///< the pattern is plain text
    bool expanded = false;           ///< blanks and comments do not count
  };
  /// PostgreSQL's flag letters: i, c, n, m, s, x, q, …; `g` is left to the caller, who passes flags without it.
  /// 22023 `invalid regular expression option: "z"`.
  static Options parse_flags(std::string_view flags);

  /// 2201B `invalid regular expression: …`; 0A000 for look-around and back-references.
  RegularExpression(std::string_view pattern, Options options);
  RegularExpression(const RegularExpression&) = delete;
  RegularExpression& operator=(const RegularExpression&) = delete;
  ~RegularExpression();

  [[nodiscard]] bool matches(std::string_view text) const;
  /// Parenthesised groups.
  [[nodiscard]] size_t group_count() const;

  /// A match: groups[0] the whole, others by number; null data() where a group took no part.
  using Groups = std::vector<std::string_view>;
  /// The first match at or after byte `from` of `text` (what lies before still counts for ^ and \b). False if none.
  [[nodiscard]] bool find(std::string_view text, size_t from, Groups& groups) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

/// SQL's SIMILAR TO pattern as a regular expression, anchored at both ends. 22025 for a bad escape.
std::string similar_to_regular_expression(std::string_view pattern, std::string_view escape);

}  // namespace tidemark
