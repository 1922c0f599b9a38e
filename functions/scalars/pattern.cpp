// LIKE, ILIKE, SIMILAR TO, ~ and the regexp_… functions that give scalars. Constant patterns are compiled once a plan.

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/query_context.h"
#include "functions/scalars/utf8.h"
#include "text/like_pattern.h"
#include "text/regular_expression.h"
#include "text/similar_pattern.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// The pattern of each row: the prepared one, or compiled when it differs from the row before.
template <class Pattern>
class PatternOfRow {
 public:
  explicit PatternOfRow(const void* prepared) : prepared_(static_cast<const Pattern*>(prepared)) {}
  template <class Make>
  const Pattern& get(Text source, const Make& make) {
    if (prepared_ != nullptr) return *prepared_;
    if (last_ == nullptr || source != source_) {
      last_ = make(source);
      source_ = source;
    }
    return *last_;
  }

 private:
  const Pattern* prepared_;
  std::string source_;
  std::unique_ptr<const Pattern> last_;
};

template <bool kIgnoreCase>
std::unique_ptr<const LikePattern> make_like(Text pattern) {
  return std::make_unique<const LikePattern>(pattern, "\\",
                                             kIgnoreCase ? LikePattern::Case::kIgnore : LikePattern::Case::kExact);
}

template <bool kIgnoreCase>
std::shared_ptr<const void> prepare_like(QueryContext& /*context*/, std::span<const Value* const> constants) {
  if (constants[1] == nullptr || constants[1]->is_null()) return nullptr;
  return std::shared_ptr<const LikePattern>(make_like<kIgnoreCase>(constants[1]->as_bytes()));
}

template <bool kIgnoreCase, bool kNegated>
void like(KernelCall& call) {
  const Argument<Text> texts(call.arguments[0]);
  const Argument<Text> patterns(call.arguments[1]);
  PatternOfRow<LikePattern> pattern(call.prepared);
  Vector result = Vector::flat(kBoolean, call.size);
  uint8_t* to = result.mutable_data<uint8_t>();
  const auto* prepared = static_cast<const LikePattern*>(call.prepared);
  if (prepared != nullptr && prepared->has_needle() && call.arguments[0].is_flat()) {
    prepared->match_each(call.arguments[0].values<Text>(), {to, call.size});
    for (size_t row = 0; row < call.size; ++row)
      to[row] = call.valid.is_valid(row) && (to[row] != 0) != kNegated ? 1 : 0;
    call.result = std::move(result);
    return;
  }
  for (size_t row = 0; row < call.size; ++row) {
    to[row] = 0;
    if (!call.valid.is_valid(row)) continue;
    to[row] = pattern.get(patterns[row], make_like<kIgnoreCase>).matches(texts[row]) != kNegated ? 1 : 0;
  }
  call.result = std::move(result);
}

std::string like_escape(Text pattern, Text escape) { return like_with_escape(pattern, escape); }
std::string similar_escape(Text pattern, Text escape) { return similar_to_regular_expression(pattern, escape); }
std::string similar_escape_default(Text pattern) { return similar_to_regular_expression(pattern, "\\"); }

template <bool kIgnoreCase>
std::unique_ptr<const RegularExpression> make_expression(Text pattern) {
  return std::make_unique<const RegularExpression>(pattern, RegularExpression::Options{.ignore_case = kIgnoreCase});
}
template <bool kIgnoreCase>
std::shared_ptr<const void> prepare_expression(QueryContext& /*context*/, std::span<const Value* const> constants) {
  if (constants[1] == nullptr || constants[1]->is_null()) return nullptr;
  return std::shared_ptr<const RegularExpression>(make_expression<kIgnoreCase>(constants[1]->as_bytes()));
}

template <bool kIgnoreCase, bool kNegated>
void match_expression(KernelCall& call) {
  const Argument<Text> texts(call.arguments[0]);
  const Argument<Text> patterns(call.arguments[1]);
  PatternOfRow<RegularExpression> pattern(call.prepared);
  Vector result = Vector::flat(kBoolean, call.size);
  uint8_t* to = result.mutable_data<uint8_t>();
  for (size_t row = 0; row < call.size; ++row) {
    to[row] = 0;
    if (!call.valid.is_valid(row)) continue;
    call.context.check_cancelled();  // Backtracking may take a while for each row.
    to[row] = pattern.get(patterns[row], make_expression<kIgnoreCase>).matches(texts[row]) != kNegated ? 1 : 0;
  }
  call.result = std::move(result);
}

// ------------------------------------------------------------------------------------------------- regexp_… functions

[[noreturn]] void throw_must_be_positive(Text parameter, int32_t value, Text words) {
  throw Error(sqlstate::kInvalidParameterValue, "invalid value for parameter \"" + std::string(parameter) +
                                                    "\": " + std::to_string(value) + std::string(words));
}

RegularExpression::Options options_without_g(Text flags, Text function) {
  if (flags.find('g') != Text::npos) {
    throw Error(sqlstate::kInvalidParameterValue, std::string(function) + " does not support the \"global\" option");
  }
  return RegularExpression::parse_flags(flags);
}

/// Where to search on after a match that took [begin, end): behind it, one character on if it was empty.
size_t next_start(Text text, size_t end, bool was_empty) {
  if (!was_empty) return end;
  return end >= text.size() ? text.size() + 1 : end + character_bytes(text.substr(end));
}

size_t offset_in(Text text, Text part) { return static_cast<size_t>(part.data() - text.data()); }

/// Calls `body(groups)` for each match until it says false. Each may have been searched for through all of the text.
template <class Body>
void each_match(const QueryContext& context, const RegularExpression& expression, Text text, size_t from,
                const Body& body) {
  RegularExpression::Groups groups;
  while (from <= text.size() && expression.find(text, from, groups)) {
    context.check_cancelled();
    const size_t end = offset_in(text, groups[0]) + groups[0].size();
    if (!body(groups)) return;
    from = next_start(text, end, groups[0].empty());
  }
}

/// Appends a replacement: \1 … \9 groups, \& all, \\ a backslash.
void append_replacement(std::string& out, Text replacement, const RegularExpression::Groups& groups) {
  for (size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c != '\\' || i + 1 == replacement.size()) {
      out += c;
      continue;
    }
    const char next = replacement[++i];
    if (next == '&') {
      out += groups[0];
    } else if (next >= '1' && next <= '9') {
      const auto group = static_cast<size_t>(next - '0');
      if (group < groups.size()) out += groups[group];
    } else if (next == '\\') {
      out += '\\';
    } else {
      out += '\\';
      out += next;
    }
  }
}

/// Replaces match number `which` (from 1), or all if 0.
std::string replace_matches(const QueryContext& context, Text text, const RegularExpression& expression,
                            Text replacement, size_t from, int32_t which) {
  std::string out;
  size_t copied = 0;
  int32_t number = 0;
  each_match(context, expression, text, from, [&](const RegularExpression::Groups& groups) {
    ++number;
    if (which != 0 && number < which) return true;
    const size_t begin = offset_in(text, groups[0]);
    out += text.substr(copied, begin - copied);
    append_replacement(out, replacement, groups);
    copied = begin + groups[0].size();
    return which == 0;
  });
  return out += text.substr(copied);
}

/// regexp_replace's pattern and flags, made ready.
struct Replacing {
  Replacing(Text pattern, Text flags) : global(has_global(flags)), expression(pattern, parse(flags)) {}
  static bool has_global(Text flags) {
    if (!flags.empty() && flags[0] >= '0' && flags[0] <= '9') {
      throw Error(sqlstate::kInvalidParameterValue,
                  "invalid regular expression option: \"" + std::string(flags.substr(0, 1)) + "\"")
          .with_hint(
              "If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer "
              "explicitly.");
    }
    return flags.find('g') != Text::npos;
  }
  static RegularExpression::Options parse(Text flags) {
    std::string rest(flags);
    std::erase(rest, 'g');
    return RegularExpression::parse_flags(rest);
  }

  bool global;
  RegularExpression expression;
};

std::shared_ptr<const void> prepare_replace(QueryContext& /*context*/, std::span<const Value* const> constants) {
  const Value* pattern = constants[1];
  const Value* flags = constants.size() > 3 ? constants[3] : nullptr;
  const bool flags_known = constants.size() <= 3 || (flags != nullptr && !flags->is_null());
  if (pattern == nullptr || pattern->is_null() || !flags_known) return nullptr;
  return std::make_shared<const Replacing>(pattern->as_bytes(), flags != nullptr ? flags->as_bytes() : Text());
}

void regexp_replace(KernelCall& call) {
  const Argument<Text> texts(call.arguments[0]);
  const Argument<Text> patterns(call.arguments[1]);
  const Argument<Text> replacements(call.arguments[2]);
  const bool has_flags = call.arguments.size() > 3;
  const Argument<Text> flags(call.arguments[has_flags ? 3 : 1]);
  PatternOfRow<Replacing> prepared(call.prepared);
  std::string source;
  Vector result = Vector::flat(call.result_type, call.size);
  auto* to = result.mutable_data<Text>();
  for (size_t row = 0; row < call.size; ++row) {
    to[row] = Text("", 0);
    if (!call.valid.is_valid(row)) continue;
    if (call.prepared == nullptr) {
      source.assign(patterns[row]).push_back('\0');
      if (has_flags) source += flags[row];
    }
    const Replacing& replacing = prepared.get(source, [&](Text) {
      return std::make_unique<const Replacing>(patterns[row], has_flags ? flags[row] : Text());
    });
    to[row] = result.heap().add(replace_matches(call.context, texts[row], replacing.expression, replacements[row], 0,
                                                replacing.global ? 0 : 1));
  }
  call.result = std::move(result);
}

size_t start_byte(Text text, int32_t start) {
  if (start <= 0) throw_must_be_positive("start", start, "");
  const auto skipped = static_cast<size_t>(start - 1);
  const size_t bytes = prefix_bytes(text, skipped);
  return count_characters(text.substr(0, bytes)) < skipped ? text.size() + 1 : bytes;
}

std::string regexp_replace_nth(KernelCall& call, Text text, Text pattern, Text replacement, int32_t start,
                               int32_t which, Text flags) {
  const size_t from = start_byte(text, start);
  if (which < 0) throw_must_be_positive("n", which, "");
  std::string rest(flags);
  std::erase(rest, 'g');  // The number says which.
  return replace_matches(call.context, text, RegularExpression(pattern, RegularExpression::parse_flags(rest)),
                         replacement, from, which);
}
std::string regexp_replace_nth_plain(KernelCall& call, Text text, Text pattern, Text replacement, int32_t start,
                                     int32_t which) {
  return regexp_replace_nth(call, text, pattern, replacement, start, which, "");
}
std::string regexp_replace_from(KernelCall& call, Text text, Text pattern, Text replacement, int32_t start) {
  return regexp_replace_nth(call, text, pattern, replacement, start, 1, "");
}

bool regexp_like_flags(Text text, Text pattern, Text flags) {
  return RegularExpression(pattern, options_without_g(flags, "regexp_like()")).matches(text);
}

int32_t regexp_count_flags(KernelCall& call, Text text, Text pattern, int32_t start, Text flags) {
  const size_t from = start_byte(text, start);
  int32_t count = 0;
  each_match(call.context, RegularExpression(pattern, options_without_g(flags, "regexp_count()")), text, from,
             [&](const RegularExpression::Groups&) {
               ++count;
               return true;
             });
  return count;
}
int32_t regexp_count_from(KernelCall& call, Text text, Text pattern, int32_t start) {
  return regexp_count_flags(call, text, pattern, start, "");
}
int32_t regexp_count(KernelCall& call, Text text, Text pattern) {
  return regexp_count_flags(call, text, pattern, 1, "");
}

/// Group `group` of match number `which`; false if there is none.
bool find_group(const KernelCall& call, Text text, Text pattern, int32_t start, int32_t which, Text flags,
                int32_t group, Text function, Text& found) {
  const size_t from = start_byte(text, start);
  if (which <= 0) throw_must_be_positive("n", which, "");
  if (group < 0) throw_must_be_positive("subexpr", group, "");
  const RegularExpression expression(pattern, options_without_g(flags, function));
  if (static_cast<size_t>(group) > expression.group_count()) return false;
  bool success = false;
  each_match(call.context, expression, text, from, [&](const RegularExpression::Groups& groups) {
    if (--which > 0) return true;
    found = groups[static_cast<size_t>(group)];
    success = found.data() != nullptr;
    return false;
  });
  return success;
}

std::optional<std::string> regexp_substr_group(KernelCall& call, Text text, Text pattern, int32_t start, int32_t which,
                                               Text flags, int32_t group) {
  Text found;
  if (!find_group(call, text, pattern, start, which, flags, group, "regexp_substr()", found)) return std::nullopt;
  return std::string(found);
}
std::optional<std::string> regexp_substr(KernelCall& call, Text text, Text pattern) {
  return regexp_substr_group(call, text, pattern, 1, 1, "", 0);
}
std::optional<std::string> regexp_substr_from(KernelCall& call, Text text, Text pattern, int32_t start) {
  return regexp_substr_group(call, text, pattern, start, 1, "", 0);
}
std::optional<std::string> regexp_substr_nth(KernelCall& call, Text text, Text pattern, int32_t start, int32_t which) {
  return regexp_substr_group(call, text, pattern, start, which, "", 0);
}
std::optional<std::string> regexp_substr_flags(KernelCall& call, Text text, Text pattern, int32_t start, int32_t which,
                                               Text flags) {
  return regexp_substr_group(call, text, pattern, start, which, flags, 0);
}

int32_t regexp_instr_group(KernelCall& call, Text text, Text pattern, int32_t start, int32_t which, int32_t end_option,
                           Text flags, int32_t group) {
  if (end_option != 0 && end_option != 1) throw_must_be_positive("endoption", end_option, "");
  Text found;
  if (!find_group(call, text, pattern, start, which, flags, group, "regexp_instr()", found)) return 0;
  const size_t bytes = offset_in(text, found) + (end_option == 1 ? found.size() : 0);
  return static_cast<int32_t>(count_characters(text.substr(0, bytes))) + 1;
}
int32_t regexp_instr(KernelCall& call, Text text, Text pattern) {
  return regexp_instr_group(call, text, pattern, 1, 1, 0, "", 0);
}
int32_t regexp_instr_from(KernelCall& call, Text text, Text pattern, int32_t start) {
  return regexp_instr_group(call, text, pattern, start, 1, 0, "", 0);
}
int32_t regexp_instr_nth(KernelCall& call, Text text, Text pattern, int32_t start, int32_t which) {
  return regexp_instr_group(call, text, pattern, start, which, 0, "", 0);
}
int32_t regexp_instr_end(KernelCall& call, Text text, Text pattern, int32_t start, int32_t which, int32_t end_option) {
  return regexp_instr_group(call, text, pattern, start, which, end_option, "", 0);
}
int32_t regexp_instr_flags(KernelCall& call, Text text, Text pattern, int32_t start, int32_t which, int32_t end_option,
                           Text flags) {
  return regexp_instr_group(call, text, pattern, start, which, end_option, flags, 0);
}

/// substring(text from pattern): the first group if there is one, else the match.
std::optional<std::string> substring_of_pattern(Text text, Text pattern) {
  const RegularExpression expression(pattern, {});
  RegularExpression::Groups groups;
  if (!expression.find(text, 0, groups)) return std::nullopt;
  const Text found = groups[groups.size() > 1 ? 1 : 0];
  if (found.data() == nullptr) return std::nullopt;
  return std::string(found);
}

/// substring(text similar pattern escape e): what lies between the pattern's separators.
std::optional<std::string> substring_of_similar(Text text, Text pattern, Text escape) {
  return substring_of_pattern(text, similar_to_regular_expression(pattern, escape));
}

void add_pattern_operators(FunctionTables& tables) {
  const auto add = [&](Text symbol, ScalarKernel kernel, auto prepare, Text doc) {
    for (const TypeId type : {kText, kName, kBpchar}) {
      tables.operation(symbol, {type, kText}, kBoolean, kernel, doc).prepare = prepare;
    }
  };
  add("~~", like<false, false>, prepare_like<false>, "LIKE");
  add("!~~", like<false, true>, prepare_like<false>, "NOT LIKE");
  add("~~*", like<true, false>, prepare_like<true>, "ILIKE");
  add("!~~*", like<true, true>, prepare_like<true>, "NOT ILIKE");
  add("~", match_expression<false, false>, prepare_expression<false>, "matches a regular expression");
  add("!~", match_expression<false, true>, prepare_expression<false>, "does not match a regular expression");
  add("~*", match_expression<true, false>, prepare_expression<true>, "matches a regular expression, in any case");
  add("!~*", match_expression<true, true>, prepare_expression<true>,
      "does not match a regular expression, in any case");
  tables.operation("~~", {kBytea, kBytea}, kBoolean, like<false, false>, "LIKE").prepare = prepare_like<false>;
  tables.operation("!~~", {kBytea, kBytea}, kBoolean, like<false, true>, "NOT LIKE").prepare = prepare_like<false>;
}

}  // namespace

void add_patterns(FunctionTables& tables) {
  add_pattern_operators(tables);
  tables.function("like", {kText, kText}, kBoolean, like<false, false>, "LIKE").prepare = prepare_like<false>;
  tables.function("notlike", {kText, kText}, kBoolean, like<false, true>, "NOT LIKE").prepare = prepare_like<false>;
  tables.function("like_escape", {kBytea, kBytea}, kBytea, each_row<like_escape>, "LIKE pattern with another escape");
  tables.function("like_escape", {kText, kText}, kText, each_row<like_escape>, "LIKE pattern with another escape");
  tables.function("similar_to_escape", {kText}, kText, each_row<similar_escape_default>,
                  "SIMILAR TO pattern as a regular expression");
  tables.function("similar_to_escape", {kText, kText}, kText, each_row<similar_escape>,
                  "SIMILAR TO pattern as a regular expression");
  tables.function("substring", {kText, kText}, kText, each_row<substring_of_pattern>,
                  "part that matches a regular expression");
  tables.function("substring", {kText, kText, kText}, kText, each_row<substring_of_similar>,
                  "part that matches a SIMILAR TO pattern");
  tables.function("similar_escape", {kText, kText}, kText, each_row<similar_escape>,
                  "SIMILAR TO pattern as a regular expression");
  ScalarFunction& regexp_like = tables.function("regexp_like", {kText, kText}, kBoolean, match_expression<false, false>,
                                                "whether a regular expression matches");
  regexp_like.prepare = prepare_expression<false>;
  tables.function("regexp_like", {kText, kText, kText}, kBoolean, each_row<regexp_like_flags>,
                  "whether a regular expression matches");
  static constexpr Text kReplace = "matches of a regular expression replaced";
  tables.function("regexp_replace", {kText, kText, kText}, kText, regexp_replace, kReplace).prepare = prepare_replace;
  tables.function("regexp_replace", {kText, kText, kText, kText}, kText, regexp_replace, kReplace).prepare =
      prepare_replace;
  tables.function("regexp_replace", {kText, kText, kText, kInt32}, kText, each_row<regexp_replace_from>, kReplace);
  tables.function("regexp_replace", {kText, kText, kText, kInt32, kInt32}, kText, each_row<regexp_replace_nth_plain>,
                  kReplace);
  tables.function("regexp_replace", {kText, kText, kText, kInt32, kInt32, kText}, kText, each_row<regexp_replace_nth>,
                  kReplace);
  static constexpr Text kCount = "number of matches of a regular expression";
  tables.function("regexp_count", {kText, kText}, kInt32, each_row<regexp_count>, kCount);
  tables.function("regexp_count", {kText, kText, kInt32}, kInt32, each_row<regexp_count_from>, kCount);
  tables.function("regexp_count", {kText, kText, kInt32, kText}, kInt32, each_row<regexp_count_flags>, kCount);
  static constexpr Text kSubstring = "n-th match of a regular expression";
  std::vector<LogicalType> types = {kText, kText};
  const auto add = [&](Text name, TypeId result, ScalarKernel kernel, Text doc) {
    tables.function(name, types, result, kernel, doc);
  };
  add("regexp_substr", kText, each_row<regexp_substr>, kSubstring);
  types = {kText, kText, kInt32};
  add("regexp_substr", kText, each_row<regexp_substr_from>, kSubstring);
  types = {kText, kText, kInt32, kInt32};
  add("regexp_substr", kText, each_row<regexp_substr_nth>, kSubstring);
  types = {kText, kText, kInt32, kInt32, kText};
  add("regexp_substr", kText, each_row<regexp_substr_flags>, kSubstring);
  types = {kText, kText, kInt32, kInt32, kText, kInt32};
  add("regexp_substr", kText, each_row<regexp_substr_group>, kSubstring);
  static constexpr Text kPosition = "position of the n-th match of a regular expression";
  types = {kText, kText};
  add("regexp_instr", kInt32, each_row<regexp_instr>, kPosition);
  types = {kText, kText, kInt32};
  add("regexp_instr", kInt32, each_row<regexp_instr_from>, kPosition);
  types = {kText, kText, kInt32, kInt32};
  add("regexp_instr", kInt32, each_row<regexp_instr_nth>, kPosition);
  types = {kText, kText, kInt32, kInt32, kInt32};
  add("regexp_instr", kInt32, each_row<regexp_instr_end>, kPosition);
  types = {kText, kText, kInt32, kInt32, kInt32, kText};
  add("regexp_instr", kInt32, each_row<regexp_instr_flags>, kPosition);
  types = {kText, kText, kInt32, kInt32, kInt32, kText, kInt32};
  add("regexp_instr", kInt32, each_row<regexp_instr_group>, kPosition);
}

}  // namespace tidemark
