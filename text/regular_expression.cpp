#include "text/regular_expression.h"

#include <re2/re2.h>

#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"
#include "text/backtracking_program.h"
#include "text/regular_expression_syntax.h"

namespace tidemark {

struct RegularExpression::Compiled {
  std::unique_ptr<re2::RE2> program;
  std::unique_ptr<BacktrackingProgram> backtracking;  ///< instead of `program`, for what RE2 cannot run
  std::string literal;  ///< what the whole expression amounts to, if it is plain text in its own case
  bool is_literal = false;
};

namespace {

using Kind = RegexNode::Kind;

constexpr int64_t kProgramBytesMax = int64_t{32} << 20;

/// Writes a syntax tree in RE2's spelling.
class Re2Writer {
 public:
  Re2Writer(bool lines, bool is_lazy) : lines_(lines), all_lazy_(is_lazy) {}

  /// Nothing if RE2 cannot run it.
  std::optional<std::string> write(const std::vector<RegexBranch>& branches) {
    write_branches(branches);
    return can_run_ ? std::optional(std::move(out_)) : std::nullopt;
  }

 private:
  /// Which characters may be met first (or last): RegexNode's bits, and this one for none at all.
  static constexpr uint8_t kNothing = 4;

  static uint8_t edge_of(const RegexNode& node, bool first) {
    switch (node.kind) {
      case Kind::kCharacters:
        return node.words;
      case Kind::kGroup: {
        uint8_t edges = 0;
        for (const RegexBranch& branch : node.branches) {
          edges |= edge_of(branch, 0, branch.size(), first);
        }
        return edges;
      }
      case Kind::kLineStart:
      case Kind::kTextStart:
        // Before it there is the start of the text or a newline: nothing of a word.
        return first ? kNothing : RegexNode::kOtherCharacters;
      case Kind::kLineEnd:
      case Kind::kTextEnd:
        return first ? RegexNode::kOtherCharacters : kNothing;
      default:
        return kNothing;
    }
  }

  /// The same of nodes [from, to) of a branch.
  static uint8_t edge_of(const RegexBranch& branch, size_t from, size_t to, bool first) {
    uint8_t edges = 0;
    for (size_t i = from; i < to; ++i) {
      const RegexNode& node = branch[first ? i : to - 1 - (i - from)];
      const uint8_t edge = edge_of(node, first);
      edges |= edge & static_cast<uint8_t>(~kNothing);
      if ((edge & kNothing) == 0 && node.count_min > 0) {
        return edges;
      }
    }
    return edges | kNothing;
  }

  /// RE2 knows only either edge of a word. That is as good where one neighbour is known.
  void write_word_edge(const RegexBranch& branch, size_t index) {
    const uint8_t before = edge_of(branch, 0, index, false);
    const uint8_t after = edge_of(branch, index + 1, branch.size(), true);
    const bool is_start = branch[index].kind == Kind::kWordStart;
    const uint8_t outside = is_start ? before : after;
    const uint8_t inside = is_start ? after : before;
    can_run_ = can_run_ && (inside == RegexNode::kWordCharacters || outside == RegexNode::kOtherCharacters);
    out_ += "\\b";
  }

  void write_branches(const std::vector<RegexBranch>& branches) {
    for (size_t i = 0; i < branches.size(); ++i) {
      out_ += i > 0 ? "|" : "";
      for (size_t node = 0; node < branches[i].size(); ++node) {
        write_node(branches[i], node);
      }
    }
  }

  void write_node(const RegexBranch& branch, size_t index) {
    const RegexNode& node = branch[index];
    switch (node.kind) {
      case Kind::kCharacters:
        out_ += node.re2;
        break;
      case Kind::kGroup: {
        // A quantifier on a group rules the group as a whole, {1,1} and {1,1}? being the way to say nothing else.
        const bool rules = node.is_lazy || (node.has_preference && node.count_min == 1 && node.count_max == 1);
        const bool outer_lazy = std::exchange(all_lazy_, rules ? node.is_lazy : all_lazy_);
        out_ += node.captures ? "(" : "(?:";
        write_branches(node.branches);
        out_ += ')';
        all_lazy_ = outer_lazy;
        break;
      }
      case Kind::kLineStart:
        out_ += lines_ ? "(?m:^)" : "\\A";
        break;
      case Kind::kLineEnd:
        out_ += lines_ ? "(?m:$)" : "\\z";
        break;
      case Kind::kTextStart:
        out_ += "\\A";
        break;
      case Kind::kTextEnd:
        out_ += "\\z";
        break;
      case Kind::kWordStart:
      case Kind::kWordEnd:
        write_word_edge(branch, index);
        break;
      case Kind::kWordEdge:
        out_ += "\\b";
        break;
      case Kind::kNoWordEdge:
        out_ += "\\B";
        break;
      case Kind::kLookAhead:
      case Kind::kLookBehind:
      case Kind::kBackReference:
        can_run_ = false;
        break;
    }
    write_quantifier(node);
  }

  void write_quantifier(const RegexNode& node) {
    if (node.count_min == 1 && node.count_max == 1) {
      return;
    }
    out_ += '{' + std::to_string(node.count_min);
    if (node.count_max == RegexNode::kNoLimit) {
      out_ += ',';
    } else if (node.count_max != node.count_min) {
      out_ += ',' + std::to_string(node.count_max);
    }
    out_ += '}';
    if (all_lazy_ && node.count_max != node.count_min) {
      out_ += '?';
    }
  }

  const bool lines_;     ///< ^ and $ match at newlines
  bool all_lazy_;        ///< here everything prefers less
  bool can_run_ = true;  ///< RE2 can
  std::string out_;
};

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// What stands at the start of a pattern and changes how the rest is read: `***=` makes it plain text, `***:` says it
/// is an advanced expression, `(?flags)` sets options.
std::string_view take_directors(std::string_view pattern, RegularExpression::Options& options) {
  if (pattern.starts_with("***=")) {
    options.literal = true;
    return pattern.substr(4);
  }
  if (pattern.starts_with("***:")) {
    pattern.remove_prefix(4);
  } else if (pattern.starts_with("***")) {
    throw_invalid_regex("quantifier operand invalid");
  }
  if (pattern.size() < 3 || !pattern.starts_with("(?") || !is_ascii_letter(pattern[2])) {
    return pattern;
  }
  for (size_t i = 2; i < pattern.size(); ++i) {
    if (pattern[i] == ')') {
      return pattern.substr(i + 1);
    }
    if (!options.apply_flag(pattern[i])) {
      break;
    }
  }
  throw_invalid_regex("invalid embedded option");
}

}  // namespace

bool RegularExpression::Options::apply_flag(char flag) {
  switch (flag) {
    case 'i':
      ignore_case = true;
      return true;
    case 'c':
      ignore_case = false;
      return true;
    case 'n':
    case 'm':
      dot_stops_at_newline = true;
      lines = true;
      return true;
    case 's':
      dot_stops_at_newline = false;
      lines = false;
      return true;
    case 'p':
      dot_stops_at_newline = true;
      lines = false;
      return true;
    case 'w':
      dot_stops_at_newline = false;
      lines = true;
      return true;
    case 'q':
      literal = true;
      return true;
    case 'x':
      expanded = true;
      return true;
    case 't':
      expanded = false;
      return true;
    case 'e':
      literal = false;
      return true;
    case 'b':
      throw Error(sqlstate::kFeatureNotSupported, "basic regular expressions are not supported");
    default:
      return false;
  }
}

RegularExpression::Options RegularExpression::parse_flags(std::string_view flags) {
  Options options;
  while (!flags.empty()) {
    if (!options.apply_flag(flags[0])) {
      throw Error(
          sqlstate::kInvalidParameterValue,
          "invalid regular expression option: \"" + std::string(flags.substr(0, utf8_prefix_bytes(flags, 1))) + "\"");
    }
    flags.remove_prefix(1);
  }
  return options;
}

RegularExpression::RegularExpression(std::string_view pattern, Options options) {
  auto compiled = std::make_unique<Compiled>();
  if (!options.literal) {
    pattern = take_directors(pattern, options);
  }
  re2::RE2::Options settings;
  settings.set_log_errors(false);
  settings.set_max_mem(kProgramBytesMax);
  settings.set_case_sensitive(!options.ignore_case);
  settings.set_longest_match(true);
  std::string translated;
  // Plain text needs no program for the question whether it occurs.
  constexpr std::string_view kSpecial = "\\^$.[]|()?*+{}";
  const bool is_plain =
      options.literal || (!options.expanded && pattern.find_first_of(kSpecial) == std::string_view::npos);
  if (is_plain) {
    compiled->is_literal = !options.ignore_case;
    compiled->literal = pattern;
    translated = re2::RE2::QuoteMeta(piece(pattern));
  } else {
    const std::vector<RegexBranch> branches =
        parse_regex(pattern, {.expanded = options.expanded, .dot_stops_at_newline = options.dot_stops_at_newline});
    const bool is_lazy = prefers_shortest(branches);
    std::optional<std::string> written = Re2Writer(options.lines, is_lazy).write(branches);
    if (!written) {
      compiled->backtracking = std::make_unique<BacktrackingProgram>(
          branches, BacktrackingProgram::Options{
                        .ignore_case = options.ignore_case, .lines = options.lines, .shortest = is_lazy});
      compiled_ = std::move(compiled);
      return;
    }
    translated = std::move(*written);
    settings.set_longest_match(!is_lazy);
  }
  compiled->program = std::make_unique<re2::RE2>(translated, settings);
  if (!compiled->program->ok()) {
    throw_invalid_regex("regular expression is too complex");  // All other faults were found before.
  }
  compiled_ = std::move(compiled);
}

RegularExpression::~RegularExpression() = default;

bool RegularExpression::matches(std::string_view text) const {
  if (compiled_->is_literal) {
    return text.find(compiled_->literal) != std::string_view::npos;
  }
  if (compiled_->backtracking) {
    return compiled_->backtracking->matches(text);
  }
  return re2::RE2::PartialMatch(piece(text), *compiled_->program);
}

size_t RegularExpression::group_count() const {
  return compiled_->backtracking ? compiled_->backtracking->group_count()
                                 : static_cast<size_t>(compiled_->program->NumberOfCapturingGroups());
}

bool RegularExpression::find(std::string_view text, size_t from, Groups& groups) const {
  if (compiled_->backtracking) {
    return compiled_->backtracking->find(text, from, groups);
  }
  const size_t count = group_count() + 1;
  std::vector<re2::StringPiece> found(count);
  if (!compiled_->program->Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, found.data(),
                                 static_cast<int>(count))) {
    return false;
  }
  groups.resize(count);
  for (size_t i = 0; i < count; ++i) {
    groups[i] = found[i].data() == nullptr ? std::string_view() : std::string_view(found[i].data(), found[i].size());
  }
  return true;
}

}  // namespace tidemark
