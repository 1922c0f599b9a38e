#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "text/regular_expression_syntax.h"

namespace tidemark {

/// A regular expression run by PCRE2, which backtracks: it can look around and refer back, and may take a time that is
/// exponential in the text. Immutable and shared between threads. Internal to text/.
///
/// PCRE2's own choice is the first way that leads to a match. PostgreSQL's is the longest (or shortest) match at the
/// leftmost place, so that all ways from there are tried. Of ways to the same match, that one is taken whose groups
/// come first to what they prefer.
class BacktrackingProgram {
 public:
  struct Options {
    bool ignore_case = false;
    bool lines = false;     ///< ^ and $ match at newlines
    bool shortest = false;  ///< which of the leftmost matches is wanted
  };

  /// 0A000 if it looks behind over an unknown number of characters.
  BacktrackingProgram(const std::vector<RegexBranch>& branches, Options options);
  BacktrackingProgram(const BacktrackingProgram&) = delete;
  BacktrackingProgram& operator=(const BacktrackingProgram&) = delete;
  ~BacktrackingProgram();

  /// Precondition of both: `text` is valid UTF-8, `from` the start of a character or the end. 54000 after too many
  /// steps.
  [[nodiscard]] bool matches(std::string_view text) const;
  /// As RegularExpression::find.
  [[nodiscard]] bool find(std::string_view text, size_t from, std::vector<std::string_view>& groups) const;

  [[nodiscard]] size_t group_count() const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace tidemark
