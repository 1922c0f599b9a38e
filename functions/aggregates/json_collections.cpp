// json_agg, jsonb_agg, json_object_agg, jsonb_object_agg: the result shows the order in which rows came.

#include <cstring>

#include "base/error.h"
#include "functions/aggregate_kernel.h"
#include "functions/function_tables.h"
#include "functions/io_options.h"
#include "functions/scalars/json_text.h"
#include "types/json.h"

namespace tidemark {
namespace {

using enum TypeId;

struct JsonText {
  std::string parts;  ///< with separators, without the brackets
  bool any = false;
};

JsonText& text_of(std::byte* state) { return *std::launder(reinterpret_cast<JsonText*>(state)); }

void add_element(AggregateCall& call, std::byte* state, size_t row) {
  JsonText& text = text_of(state);
  if (text.any) text.parts += ", ";
  // What has parts begins a line of its own.
  const LogicalType type = call.arguments[0].type();
  if (text.any && (type.is_array() || type.id == kRecord) && !call.arguments[0].is_null(row)) text.parts += "\n ";
  append_as_json(text.parts, call.arguments[0], row, io_options(call.context));
  text.any = true;
}

void add_member(AggregateCall& call, std::byte* state, size_t row) {
  JsonText& text = text_of(state);
  if (call.arguments[0].is_null(row)) {
    throw Error(sqlstate::kInvalidParameterValue, "field name must not be null");
  }
  if (text.any) text.parts += ", ";
  std::string key;
  append_text(key, call.arguments[0], row, io_options(call.context));
  append_json_string(text.parts, key);
  text.parts += " : ";
  append_as_json(text.parts, call.arguments[1], row, io_options(call.context));
  text.any = true;
}

template <auto kAdd, bool kObject>
AggregateFunction json_aggregate(std::string_view name, TypeId result, std::string_view doc) {
  AggregateFunction function;
  function.name = name;
  function.arguments = kObject ? std::vector<LogicalType>{kAny, kAny} : std::vector<LogicalType>{kAnyElement};
  function.result = result;
  function.state_bytes = sizeof(JsonText);
  function.initialize = [](std::byte* state) { new (state) JsonText(); };
  function.destroy = [](std::byte* state) { text_of(state).~JsonText(); };
  function.update_range = [](AggregateCall& call, std::byte* state, size_t first, size_t last) {
    for (size_t row = first; row < last; ++row) kAdd(call, state, row);
  };
  function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
    for (size_t row = 0; row < states.size(); ++row) kAdd(call, states[row], row);
  };
  function.combine = [](AggregateCall& /*call*/, std::byte* into, std::byte* from) {
    JsonText& target = text_of(into);
    if (!text_of(from).any) return;
    if (target.any) target.parts += ", ";
    target.parts += text_of(from).parts;
    target.any = true;
  };
  function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& output) {
    detail::finalize_each<std::string>(call, states.size(), output, [&](size_t i, std::string& json) {
      const JsonText& text = text_of(states[i]);
      // json_object_agg writes blanks inside its braces.
      json = kObject ? "{ " + text.parts + " }" : "[" + text.parts + "]";
      if (text.any && call.result_type.id == kJsonb) json = normalize_jsonb(json);
      return text.any;
    });
  };
  function.serialize = [](const std::byte* bytes, std::string& out) {
    const auto& state = *std::launder(reinterpret_cast<const JsonText*>(bytes));
    const uint64_t size = state.parts.size();
    out += state.any ? '\1' : '\0';
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out += state.parts;
  };
  function.deserialize = [](std::string_view& in, std::byte* bytes) {
    JsonText& state = *new (bytes) JsonText();
    uint64_t size = 0;
    state.any = in[0] != 0;
    std::memcpy(&size, in.data() + 1, sizeof size);
    in.remove_prefix(1 + sizeof size);
    state.parts = in.substr(0, size);
    in.remove_prefix(size);
  };
  function.order_sensitive = true;
  function.row_bytes = 2 * sizeof(uint64_t);
  function.doc = doc;
  return function;
}

}  // namespace

void add_json_collections(FunctionTables& tables) {
  tables.aggregate(json_aggregate<add_element, false>("json_agg", kJson, "JSON array of all values"));
  tables.aggregate(json_aggregate<add_element, false>("jsonb_agg", kJsonb, "JSON array of all values"));
  tables.aggregate(json_aggregate<add_member, true>("json_object_agg", kJson, "JSON object of all keys and values"));
  tables.aggregate(json_aggregate<add_member, true>("jsonb_object_agg", kJsonb, "JSON object of all keys and values"));
}

}  // namespace tidemark
