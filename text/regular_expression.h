#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// One of PostgreSQL's regular expressions (its manual, 9.7.3). Immutable and shared between threads.
///
/// RE2 runs it in linear time (D16), save for what RE2 cannot do: look-around, back-references, and \m and \M where no
/// neighbour tells that \y comes to the same. Those backtrack (text/backtracking_program.h), within a bound.
///
/// The longest of the leftmost matches is found, unless the expression as a whole is lazy by PostgreSQL's rule (its
/// first quantifier is): then a short one. Two differences to PostgreSQL remain in RE2's hands: which groups share a
/// match among them where several ways lead to the same match may differ, and the shortest match is found quantifier by
/// quantifier, not over all.
class RegularExpression {
 public:
  struct Options {
    bool ignore_case = false;
    bool dot_stops_at_newline = false;  ///< and so does [^
    bool lines = false;                 ///< ^ and $ match at newlines
    bool literal = false;               ///< the pattern is plain text
    bool expanded = false;              ///< blanks and comments do not count

    /// One of PostgreSQL's flag letters but `g`; false if there is none such.
    bool apply_flag(char flag);
  };
  /// A string of such letters; `g` is left to the caller. 22023 `invalid regular expression option: "z"`.
  static Options parse_flags(std::string_view flags);

  /// 2201B `invalid regular expression: …`; 0A000 for looking behind over an unknown number of characters.
  RegularExpression(std::string_view pattern, Options options);
  RegularExpression(const RegularExpression&) = delete;
  RegularExpression& operator=(const RegularExpression&) = delete;
  ~RegularExpression();

  /// Like `find`, 54000 if backtracking finds no end.
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

}  // namespace tidemark
