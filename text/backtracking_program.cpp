#include "text/backtracking_program.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <cstdint>
#include <new>
#include <string>
#include <utility>

#include "base/error.h"

namespace tidemark {
namespace {

using Kind = RegexNode::Kind;

/// About a third of a second on a machine of today, and PCRE2's own default.
constexpr uint32_t kStepsMax = 10'000'000;
constexpr uint32_t kHeapKibMax = 64 << 10;

/// Writes a syntax tree in PCRE2's spelling.
class Pcre2Writer {
 public:
  explicit Pcre2Writer(bool lines) : lines_(lines) {}

  /// Of each capturing group: whether it prefers less.
  std::vector<bool> shortest_groups;

  /// The callout at the end is where a match is weighed.
  std::string write(const std::vector<RegexBranch>& branches) {
    out_ = "(?:";
    write_branches(branches);
    return std::move(out_ += ")(?C1)");
  }

 private:
  void write_branches(const std::vector<RegexBranch>& branches) {
    for (size_t i = 0; i < branches.size(); ++i) {
      out_ += i > 0 ? "|" : "";
      for (const RegexNode& node : branches[i]) {
        write_node(node);
      }
    }
  }

  void write_group(std::string_view opening, const RegexNode& node) {
    out_ += opening;
    write_branches(node.branches);
    out_ += ')';
  }

  void write_node(const RegexNode& node) {
    switch (node.kind) {
      case Kind::kCharacters:
        out_ += node.re2;
        break;
      case Kind::kGroup:
        if (node.captures) {
          shortest_groups.push_back(node.has_preference ? node.is_lazy : prefers_shortest(node.branches));
        }
        write_group(node.captures ? "(" : "(?:", node);
        break;
      case Kind::kLineStart:
        out_ += lines_ ? "(?<![^\\n])" : "\\A";
        break;
      case Kind::kLineEnd:
        out_ += lines_ ? "(?![^\\n])" : "\\z";
        break;
      case Kind::kTextStart:
        out_ += "\\A";
        break;
      case Kind::kTextEnd:
        out_ += "\\z";
        break;
      case Kind::kWordStart:
        out_ += "(?<!\\w)(?=\\w)";
        break;
      case Kind::kWordEnd:
        out_ += "(?<=\\w)(?!\\w)";
        break;
      case Kind::kWordEdge:
        out_ += "\\b";
        break;
      case Kind::kNoWordEdge:
        out_ += "\\B";
        break;
      case Kind::kLookAhead:
        write_group(node.negated ? "(?!" : "(?=", node);
        break;
      case Kind::kLookBehind:
        write_group(node.negated ? "(?<!" : "(?<=", node);
        break;
      case Kind::kBackReference:
        out_ += "\\g{" + std::to_string(node.number) + '}';
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
    out_ += node.is_lazy ? "}?" : "}";
  }

  const bool lines_;
  std::string out_;
};

/// What one search knows. `best` holds begin and end of each group, the whole first.
struct Search {
  bool weighs = false;                          ///< whether to go on from a match to the next one at the same place
  const std::vector<bool>* shortest = nullptr;  ///< what the whole and each group prefer
  bool found = false;
  std::vector<size_t> best;
  std::vector<size_t> here;  ///< the match that is being weighed

  /// Of two matches, the one is better whose first difference, group by group, is as that group prefers.
  [[nodiscard]] bool is_better() const {
    for (size_t group = 0; group < shortest->size(); ++group) {
      const size_t end = here[group * 2 + 1];
      const size_t best_end = best[group * 2 + 1];
      if (here[group * 2] != best[group * 2]) {
        return false;
      }
      if (end != best_end) {
        return (*shortest)[group] ? end < best_end : end > best_end;
      }
    }
    return false;
  }
};

/// At the end of a match: notes it if it is better, and sends PCRE2 back for the next.
int weigh_match(pcre2_callout_block* block, void* data) {
  auto& search = *static_cast<Search*>(data);
  if (!search.weighs) {
    return 0;
  }
  search.here[0] = block->start_match;
  search.here[1] = block->current_position;
  for (size_t i = 2; i < search.here.size(); ++i) {
    search.here[i] = i < size_t{block->capture_top} * 2 ? block->offset_vector[i] : PCRE2_UNSET;
  }
  if (!search.found || search.is_better()) {
    search.found = true;
    search.best = search.here;
  }
  return 1;
}

struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

template <class Pointer>
Pointer checked(Pointer pointer) {
  if (pointer == nullptr) {
    throw std::bad_alloc();
  }
  return pointer;
}

}  // namespace

struct BacktrackingProgram::Compiled {
  pcre2_code* code = nullptr;
  std::vector<bool> shortest;  ///< whether the whole, and each group, prefers less
  uint32_t group_count = 0;

  Compiled() = default;
  Compiled(const Compiled&) = delete;
  Compiled& operator=(const Compiled&) = delete;
  ~Compiled() { pcre2_code_free(code); }

  /// Runs `search` from byte `from`; whether there is a match, which `data` holds unless the search weighs.
  bool run(std::string_view text, size_t from, uint32_t options, Search& search, pcre2_match_data* data) const {
    const std::unique_ptr<pcre2_match_context, FreeMatchContext> context(checked(pcre2_match_context_create(nullptr)));
    pcre2_set_match_limit(context.get(), kStepsMax);
    pcre2_set_heap_limit(context.get(), kHeapKibMax);
    pcre2_set_callout(context.get(), weigh_match, &search);
    const auto* subject = reinterpret_cast<PCRE2_SPTR>(text.empty() ? "" : text.data());
    const int result = pcre2_match(code, subject, text.size(), from, options | PCRE2_NO_UTF_CHECK, data, context.get());
    if (result == PCRE2_ERROR_NOMEMORY) {
      throw std::bad_alloc();
    }
    if (result < 0 && result != PCRE2_ERROR_NOMATCH && result != PCRE2_ERROR_CALLOUT) {
      throw Error(sqlstate::kProgramLimitExceeded, "regular expression takes too many steps on this text")
          .with_hint("Look-around and back-references backtrack; simplify the expression, or do without them.");
    }
    return result > 0 || search.found;
  }
};

BacktrackingProgram::BacktrackingProgram(const std::vector<RegexBranch>& branches, Options options) {
  Pcre2Writer writer(options.lines);
  const std::string pattern = writer.write(branches);
  auto compiled = std::make_unique<Compiled>();
  compiled->shortest = std::move(writer.shortest_groups);
  compiled->shortest.insert(compiled->shortest.begin(), options.shortest);
  int error = 0;
  size_t error_offset = 0;
  // All ways count, not only those that PCRE2 thinks are needed for a match.
  constexpr uint32_t kFlags = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_NO_AUTO_POSSESS;
  compiled->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                                 kFlags | (options.ignore_case ? PCRE2_CASELESS : 0U), &error, &error_offset, nullptr);
  if (compiled->code == nullptr) {
    if (error == PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "looking behind over an unknown number of characters in regular expressions is not supported");
    }
    throw_invalid_regex("regular expression is too complex");  // All other faults were found before.
  }
  pcre2_pattern_info(compiled->code, PCRE2_INFO_CAPTURECOUNT, &compiled->group_count);
  compiled_ = std::move(compiled);
}

BacktrackingProgram::~BacktrackingProgram() = default;

size_t BacktrackingProgram::group_count() const { return compiled_->group_count; }

bool BacktrackingProgram::matches(std::string_view text) const {
  const std::unique_ptr<pcre2_match_data, FreeMatchData> data(
      checked(pcre2_match_data_create_from_pattern(compiled_->code, nullptr)));
  Search search;
  return compiled_->run(text, 0, 0, search, data.get());
}

bool BacktrackingProgram::find(std::string_view text, size_t from, std::vector<std::string_view>& groups) const {
  const std::unique_ptr<pcre2_match_data, FreeMatchData> data(
      checked(pcre2_match_data_create_from_pattern(compiled_->code, nullptr)));
  Search search;
  if (!compiled_->run(text, from, 0, search, data.get())) {
    return false;
  }
  // Now that the place is known, all matches from there.
  const size_t begin = pcre2_get_ovector_pointer(data.get())[0];
  search.weighs = true;
  search.shortest = &compiled_->shortest;
  search.best.assign((group_count() + 1) * 2, PCRE2_UNSET);
  search.here = search.best;
  compiled_->run(text, begin, PCRE2_ANCHORED, search, data.get());
  groups.resize(group_count() + 1);
  for (size_t i = 0; i < groups.size(); ++i) {
    const size_t first = search.best[i * 2];
    groups[i] = first == PCRE2_UNSET ? std::string_view()
                                     : std::string_view(text.data() + first, search.best[i * 2 + 1] - first);
  }
  return true;
}

}  // namespace tidemark
