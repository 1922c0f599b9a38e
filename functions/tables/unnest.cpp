// Arrays and texts as rows: unnest, generate_subscripts, string_to_table, regexp_matches, regexp_split_to_table.

#include <algorithm>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/query_context.h"
#include "functions/scalars/utf8.h"
#include "text/regular_expression.h"
#include "types/array.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// Rows that are all known when the call begins.
class ReadyRows final : public TableFunctionCall {
 public:
  explicit ReadyRows(Vector values) : values_(std::move(values)) {}
  bool next(DataChunk& rows) override {
    if (next_ >= values_.size()) return false;
    const size_t count = std::min(kVectorSize, values_.size() - next_);
    rows.reset();
    rows.columns.push_back(values_.slice(next_, count));
    rows.size = count;
    next_ += count;
    return true;
  }

 private:
  Vector values_;
  size_t next_ = 0;
};

std::unique_ptr<TableFunctionCall> start_unnest(QueryContext& /*context*/, std::span<const Value> arguments,
                                                std::span<const LogicalType> types) {
  const ArrayView array(arguments[0].as_bytes(), array_element_type(arguments[0].type()));
  // The elements' memory may be the argument's: the rows outlive it.
  Vector values = Vector::flat(types[0], array.size());
  std::vector<uint32_t> all(array.size());
  for (uint32_t i = 0; i < array.size(); ++i) all[i] = i;
  if (types[0].physical() != PhysicalType::kBytes) {
    return std::make_unique<ReadyRows>(array.elements().select(all).reinterpret(types[0]));
  }
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) {
      values.set_null(i);
    } else {
      values.mutable_data<Text>()[i] = values.heap().add(array.packed_element(i));
    }
  }
  return std::make_unique<ReadyRows>(std::move(values));
}

double count_elements(std::span<const Value> arguments) {
  if (arguments[0].is_null()) return 0;
  return static_cast<double>(ArrayView(arguments[0].as_bytes(), array_element_type(arguments[0].type())).size());
}

std::unique_ptr<TableFunctionCall> start_subscripts(QueryContext& /*context*/, std::span<const Value> arguments,
                                                    std::span<const LogicalType> /*types*/) {
  const ArrayView array(arguments[0].as_bytes(), array_element_type(arguments[0].type()));
  const int64_t number = arguments[1].as_int64();
  const bool backwards = arguments.size() > 2 && arguments[2].as_bool();
  if (number < 1 || static_cast<size_t>(number) > array.dimensions().size()) {
    return std::make_unique<ReadyRows>(Vector::flat(kInt32, 0));
  }
  const ArrayDimension dimension = array.dimensions()[static_cast<size_t>(number - 1)];
  Vector values = Vector::flat(kInt32, static_cast<size_t>(dimension.length));
  for (int32_t i = 0; i < dimension.length; ++i) {
    values.mutable_data<int32_t>()[i] = dimension.lower_bound + (backwards ? dimension.length - 1 - i : i);
  }
  return std::make_unique<ReadyRows>(std::move(values));
}

Vector text_vector(const std::vector<std::string>& texts, LogicalType type) {
  Vector values = Vector::flat(type, texts.size());
  for (size_t i = 0; i < texts.size(); ++i) values.mutable_data<Text>()[i] = values.heap().add(texts[i]);
  return values;
}

std::unique_ptr<TableFunctionCall> start_string_to_table(QueryContext& /*context*/, std::span<const Value> arguments,
                                                         std::span<const LogicalType> /*types*/) {
  std::vector<std::string> parts;
  const std::string text = arguments[0].is_null() ? "" : arguments[0].as_bytes();
  Text rest = text;
  if (arguments[1].is_null()) {
    while (!rest.empty()) {
      const size_t bytes = character_bytes(rest);
      parts.emplace_back(rest.substr(0, bytes));
      rest.remove_prefix(bytes);
    }
  } else if (!rest.empty()) {
    const Text delimiter = arguments[1].as_bytes();
    size_t at = delimiter.empty() ? Text::npos : rest.find(delimiter);
    for (; at != Text::npos; at = rest.find(delimiter)) {
      parts.emplace_back(rest.substr(0, at));
      rest.remove_prefix(at + delimiter.size());
    }
    parts.emplace_back(rest);
  }
  Vector values = text_vector(parts, kText);
  if (arguments.size() > 2 && !arguments[2].is_null()) {
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i] == arguments[2].as_bytes()) values.set_null(i);
    }
  }
  return std::make_unique<ReadyRows>(std::move(values));
}

/// Calls `body(groups)` for each match.
template <class Body>
void each_match(const QueryContext& context, const RegularExpression& expression, Text text, bool all,
                const Body& body) {
  RegularExpression::Groups groups;
  size_t from = 0;
  while (from <= text.size() && expression.find(text, from, groups)) {
    context.check_cancelled();
    body(groups);
    if (!all) return;
    const size_t end = static_cast<size_t>(groups[0].data() - text.data()) + groups[0].size();
    from = !groups[0].empty() ? end : end >= text.size() ? text.size() + 1 : end + character_bytes(text.substr(end));
  }
}

/// The groups of one match as text[], or the match itself if there are none.
std::string groups_as_array(const RegularExpression::Groups& groups) {
  ArrayBuilder builder(kText);
  for (size_t i = groups.size() > 1 ? 1 : 0; i < groups.size(); ++i) {
    if (groups[i].data() == nullptr) {
      builder.add_null();
    } else {
      builder.add_packed(groups[i]);
    }
  }
  return builder.finish();
}

/// The pieces between matches. An empty match at the end of a piece splits nothing.
std::vector<std::string> split_at_matches(const QueryContext& context, const RegularExpression& expression, Text text) {
  std::vector<std::string> parts;
  size_t start = 0;
  each_match(context, expression, text, true, [&](const RegularExpression::Groups& groups) {
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    if (groups[0].empty() && (begin == start || begin == text.size())) {
      if (begin == 0 || begin == text.size() || begin == start) return;
    }
    parts.emplace_back(text.substr(start, begin - start));
    start = begin + groups[0].size();
  });
  parts.emplace_back(text.substr(start));
  return parts;
}

RegularExpression::Options options_of(std::string flags, bool& global) {
  global = std::erase(flags, 'g') > 0;
  return RegularExpression::parse_flags(flags);
}
RegularExpression::Options options_without_global(const std::string& flags, Text function) {
  bool global = false;
  const RegularExpression::Options options = options_of(flags, global);
  if (global) {
    throw Error(sqlstate::kInvalidParameterValue, std::string(function) + " does not support the \"global\" option");
  }
  return options;
}

std::unique_ptr<TableFunctionCall> start_regexp_matches(QueryContext& context, std::span<const Value> arguments,
                                                        std::span<const LogicalType> types) {
  bool global = false;
  const RegularExpression::Options options = options_of(arguments.size() > 2 ? arguments[2].as_bytes() : "", global);
  const RegularExpression expression(arguments[1].as_bytes(), options);
  std::vector<std::string> rows;
  each_match(context, expression, arguments[0].as_bytes(), global,
             [&](const RegularExpression::Groups& groups) { rows.push_back(groups_as_array(groups)); });
  return std::make_unique<ReadyRows>(text_vector(rows, types[0]));
}

std::unique_ptr<TableFunctionCall> start_regexp_split(QueryContext& context, std::span<const Value> arguments,
                                                      std::span<const LogicalType> /*types*/) {
  const RegularExpression expression(
      arguments[1].as_bytes(),
      options_without_global(arguments.size() > 2 ? arguments[2].as_bytes() : "", "regexp_split_to_table()"));
  return std::make_unique<ReadyRows>(
      text_vector(split_at_matches(context, expression, arguments[0].as_bytes()), kText));
}

// The same as scalars that give arrays.
std::optional<std::string> regexp_match_flags(Text text, Text pattern, Text flags) {
  if (flags.find('g') != Text::npos) {
    throw Error(sqlstate::kInvalidParameterValue, "regexp_match() does not support the \"global\" option")
        .with_hint("Use the regexp_matches function instead.");
  }
  const RegularExpression expression(pattern, RegularExpression::parse_flags(flags));
  RegularExpression::Groups groups;
  if (!expression.find(text, 0, groups)) return std::nullopt;
  return groups_as_array(groups);
}
std::optional<std::string> regexp_match(Text text, Text pattern) { return regexp_match_flags(text, pattern, ""); }

std::string regexp_split_flags(KernelCall& call, Text text, Text pattern, Text flags) {
  const RegularExpression expression(pattern, options_without_global(std::string(flags), "regexp_split_to_array()"));
  ArrayBuilder builder(kText);
  for (const std::string& part : split_at_matches(call.context, expression, text)) builder.add_packed(part);
  return builder.finish();
}
std::string regexp_split(KernelCall& call, Text text, Text pattern) {
  return regexp_split_flags(call, text, pattern, "");
}

}  // namespace

void add_unnest(FunctionTables& tables) {
  const LogicalType texts = LogicalType::array_of(kText);
  const auto add = [&](Text name, std::vector<LogicalType> arguments, LogicalType result, auto start,
                       Text doc) -> TableFunction& {
    TableFunction function;
    function.name = name;
    function.arguments = std::move(arguments);
    function.columns = {{name, result}};
    function.start = start;
    function.doc = doc;
    return tables.table(std::move(function));
  };
  add("unnest", {kAnyArray}, kAnyElement, start_unnest, "elements of an array as rows").estimate = count_elements;
  add("generate_subscripts", {kAnyArray, kInt32}, kInt32, start_subscripts, "subscripts of a dimension");
  add("generate_subscripts", {kAnyArray, kInt32, kBoolean}, kInt32, start_subscripts,
      "subscripts of a dimension, maybe backwards");
  add("string_to_table", {kText, kText}, kText, start_string_to_table, "parts between delimiters as rows").null_rule =
      NullRule::kCalled;
  add("string_to_table", {kText, kText, kText}, kText, start_string_to_table, "parts between delimiters as rows")
      .null_rule = NullRule::kCalled;
  add("regexp_matches", {kText, kText}, texts, start_regexp_matches, "groups of the first match");
  add("regexp_matches", {kText, kText, kText}, texts, start_regexp_matches, "groups of the matches");
  add("regexp_split_to_table", {kText, kText}, kText, start_regexp_split, "parts between matches as rows");
  add("regexp_split_to_table", {kText, kText, kText}, kText, start_regexp_split, "parts between matches as rows");
  tables.function("regexp_match", {kText, kText}, texts, each_row<regexp_match>, "groups of the first match");
  tables.function("regexp_match", {kText, kText, kText}, texts, each_row<regexp_match_flags>,
                  "groups of the first match");
  tables.function("regexp_split_to_array", {kText, kText}, texts, each_row<regexp_split>, "parts between matches");
  tables.function("regexp_split_to_array", {kText, kText, kText}, texts, each_row<regexp_split_flags>,
                  "parts between matches");
}

}  // namespace tidemark
