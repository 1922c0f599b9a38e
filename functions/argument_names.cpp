#include "functions/argument_names.h"

namespace tidemark {
namespace {

constexpr NamedArgument optional(std::string_view name, std::string_view text) { return {name, text, true}; }

constexpr NamedArgument kMakeDate[] = {{"year"}, {"month"}, {"day"}};
constexpr NamedArgument kMakeTime[] = {{"hour"}, {"min"}, {"sec"}};
constexpr NamedArgument kMakeTimestamp[] = {{"year"}, {"month"}, {"mday"}, {"hour"}, {"min"}, {"sec"}};
constexpr NamedArgument kMakeTimestampTz[] = {{"year"}, {"month"}, {"mday"}, {"hour"}, {"min"}, {"sec"}, {"timezone"}};
constexpr NamedArgument kMakeInterval[] = {optional("years", "0"), optional("months", "0"), optional("weeks", "0"),
                                           optional("days", "0"),  optional("hours", "0"),  optional("mins", "0"),
                                           optional("secs", "0.0")};
constexpr NamedArgument kParseIdentifier[] = {{"str"}, optional("strict", "true")};
constexpr NamedArgument kJsonInsert[] = {{"jsonb_in"}, {"path"}, {"replacement"}, optional("insert_after", "false")};
constexpr NamedArgument kJsonSet[] = {{"jsonb_in"}, {"path"}, {"replacement"}, optional("create_if_missing", "true")};
constexpr NamedArgument kJsonSetLax[] = {{"jsonb_in"},
                                         {"path"},
                                         {"replacement"},
                                         optional("create_if_missing", "true"),
                                         optional("null_value_treatment", "use_json_null")};
constexpr NamedArgument kJsonPath[] = {{"target"}, {"path"}, optional("vars", "{}"), optional("silent", "false")};
constexpr NamedArgument kJsonElement[] = {{"from_json"}, {"element_index"}};
constexpr NamedArgument kJsonField[] = {{"from_json"}, {"field_name"}};
constexpr NamedArgument kJsonRecord[] = {{"base"}, {"from_json"}, optional("use_json_as_text", "false")};

constexpr struct {
  std::string_view function;
  std::span<const NamedArgument> arguments;
} kFunctions[] = {
    {"json_array_element", kJsonElement},    {"json_array_element_text", kJsonElement},
    {"json_object_field", kJsonField},       {"json_object_field_text", kJsonField},
    {"json_populate_record", kJsonRecord},   {"json_populate_recordset", kJsonRecord},
    {"jsonb_array_element", kJsonElement},   {"jsonb_array_element_text", kJsonElement},
    {"jsonb_insert", kJsonInsert},           {"jsonb_object_field", kJsonField},
    {"jsonb_object_field_text", kJsonField}, {"jsonb_path_exists", kJsonPath},
    {"jsonb_path_exists_tz", kJsonPath},     {"jsonb_path_match", kJsonPath},
    {"jsonb_path_match_tz", kJsonPath},      {"jsonb_path_query", kJsonPath},
    {"jsonb_path_query_array", kJsonPath},   {"jsonb_path_query_array_tz", kJsonPath},
    {"jsonb_path_query_first", kJsonPath},   {"jsonb_path_query_first_tz", kJsonPath},
    {"jsonb_path_query_tz", kJsonPath},      {"jsonb_set", kJsonSet},
    {"jsonb_set_lax", kJsonSetLax},          {"make_date", kMakeDate},
    {"make_interval", kMakeInterval},        {"make_time", kMakeTime},
    {"make_timestamp", kMakeTimestamp},      {"make_timestamptz", kMakeTimestampTz},
    {"parse_ident", kParseIdentifier},
};

}  // namespace

std::span<const NamedArgument> named_arguments(std::string_view function) {
  for (const auto& entry : kFunctions) {
    if (entry.function == function) return entry.arguments;
  }
  return {};
}

}  // namespace tidemark
