#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// The syntax tree of one of PostgreSQL's advanced regular expressions (its manual, 9.7.3). Internal to text/.
struct RegexNode;

/// What stands between two `|`: nodes one after the other.
using RegexBranch = std::vector<RegexNode>;

struct RegexNode {
  enum class Kind : uint8_t {
    kCharacters,     ///< one character out of a set, or a literal; `re2` says which
    kGroup,          ///< `branches`
    kLineStart,      ///< ^
    kLineEnd,        ///< $
    kTextStart,      ///< \A
    kTextEnd,        ///< \Z
    kWordStart,      ///< \m, [[:<:]]
    kWordEnd,        ///< \M, [[:>:]]
    kWordEdge,       ///< \y
    kNoWordEdge,     ///< \Y
    kLookAhead,      ///< (?=, (?!: `branches`, `negated`
    kLookBehind,     ///< (?<=, (?<!
    kBackReference,  ///< what group `number` matched
  };
  /// Which characters a set may match: letters, digits and underscore are those of words.
  static constexpr uint8_t kWordCharacters = 1;
  static constexpr uint8_t kOtherCharacters = 2;

  static constexpr int kNoLimit = -1;

  Kind kind = Kind::kCharacters;
  uint8_t words = 0;            ///< kCharacters: bits of the two above
  bool captures = false;        ///< kGroup
  bool negated = false;         ///< kLookAhead, kLookBehind
  bool has_preference = false;  ///< has a quantifier that may take more or less: not {m}
  bool is_lazy = false;         ///< and prefers less
  int32_t count_min = 1;
  int32_t count_max = 1;  ///< or kNoLimit
  int32_t number = 0;     ///< kBackReference: of a group, from 1
  std::string re2;        ///< in RE2's spelling, which PCRE2 reads alike
  std::vector<RegexBranch> branches;
};

struct RegexSyntaxOptions {
  bool expanded = false;              ///< blanks and comments do not count
  bool dot_stops_at_newline = false;  ///< so does [^
};

/// Parses `pattern`. 2201B with PostgreSQL's words, `invalid regular expression: parentheses () not balanced`; 0A000
/// for collating elements with names.
std::vector<RegexBranch> parse_regex(std::string_view pattern, const RegexSyntaxOptions& options);

/// What PostgreSQL calls greediness: an expression has that of the first thing in it that has any, and one of several
/// branches is always greedy.
bool prefers_shortest(const std::vector<RegexBranch>& branches);

[[noreturn]] void throw_invalid_regex(std::string_view reason);

}  // namespace tidemark
