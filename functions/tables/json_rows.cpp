// JSON as rows: json_each, json_array_elements, json_object_keys and their kin.

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/scalars/json_text.h"
#include "functions/tables/materialized_rows.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

void put(Vector& column, size_t row, const std::optional<std::string>& text) {
  if (text) {
    column.mutable_data<Text>()[row] = column.heap().add(*text);
  } else {
    column.set_null(row);
  }
}

/// As JSON, or as text where the column's type is text.
std::optional<std::string> shown(Text json, LogicalType type) {
  return type.id == kText ? json_as_text(json) : std::optional(std::string(json));
}

std::unique_ptr<TableFunctionCall> start_each(QueryContext& /*context*/, std::span<const Value> arguments,
                                              std::span<const LogicalType> types) {
  const std::string& json = arguments[0].as_bytes();
  if (json_kind(json) != JsonKind::kObject) {
    throw Error(sqlstate::kInvalidParameterValue, json_kind(json) == JsonKind::kArray
                                                      ? "cannot deconstruct an array as an object"
                                                      : "cannot deconstruct a scalar");
  }
  const std::vector<JsonMember> members = json_members(json);
  Vector keys = Vector::flat(kText, members.size());
  std::vector<Vector> columns;
  for (size_t i = 0; i < members.size(); ++i) put(keys, i, members[i].key);
  columns.push_back(std::move(keys));
  if (types.size() > 1) {
    Vector values = Vector::flat(types[1], members.size());
    for (size_t i = 0; i < members.size(); ++i) put(values, i, shown(members[i].value, types[1]));
    columns.push_back(std::move(values));
  }
  return std::make_unique<MaterializedRows>(std::move(columns), members.size());
}

std::unique_ptr<TableFunctionCall> start_keys(QueryContext& context, std::span<const Value> arguments,
                                              std::span<const LogicalType> types) {
  const JsonKind kind = json_kind(arguments[0].as_bytes());
  if (kind != JsonKind::kObject) {
    const std::string name = arguments[0].type().id == kJson ? "json_object_keys" : "jsonb_object_keys";
    throw Error(sqlstate::kInvalidParameterValue,
                "cannot call " + name + (kind == JsonKind::kArray ? " on an array" : " on a scalar"));
  }
  return start_each(context, arguments, types.first(1));
}

std::unique_ptr<TableFunctionCall> start_elements(QueryContext& /*context*/, std::span<const Value> arguments,
                                                  std::span<const LogicalType> types) {
  const std::string& json = arguments[0].as_bytes();
  const JsonKind kind = json_kind(json);
  if (kind != JsonKind::kArray) {
    throw Error(sqlstate::kInvalidParameterValue, kind == JsonKind::kObject ? "cannot extract elements from an object"
                                                                            : "cannot extract elements from a scalar");
  }
  const std::vector<Text> elements = json_elements(json);
  Vector values = Vector::flat(types[0], elements.size());
  for (size_t i = 0; i < elements.size(); ++i) put(values, i, shown(elements[i], types[0]));
  std::vector<Vector> columns;
  columns.push_back(std::move(values));
  return std::make_unique<MaterializedRows>(std::move(columns), elements.size());
}

}  // namespace

void add_json_rows(FunctionTables& tables) {
  const auto add = [&](Text name, TypeId argument, std::vector<TableFunction::Column> columns, auto start, Text doc) {
    TableFunction function;
    function.name = name;
    function.arguments = {argument};
    function.columns = std::move(columns);
    function.start = start;
    function.doc = doc;
    tables.table(std::move(function));
  };
  static constexpr Text kEach = "members of an object as rows";
  static constexpr Text kElements = "elements of an array as rows";
  add("json_each", kJson, {{"key", kText}, {"value", kJson}}, start_each, kEach);
  add("jsonb_each", kJsonb, {{"key", kText}, {"value", kJsonb}}, start_each, kEach);
  add("json_each_text", kJson, {{"key", kText}, {"value", kText}}, start_each, kEach);
  add("jsonb_each_text", kJsonb, {{"key", kText}, {"value", kText}}, start_each, kEach);
  add("json_array_elements", kJson, {{"value", kJson}}, start_elements, kElements);
  add("jsonb_array_elements", kJsonb, {{"value", kJsonb}}, start_elements, kElements);
  add("json_array_elements_text", kJson, {{"value", kText}}, start_elements, kElements);
  add("jsonb_array_elements_text", kJsonb, {{"value", kText}}, start_elements, kElements);
  add("json_object_keys", kJson, {{"json_object_keys", kText}}, start_keys, "keys of an object as rows");
  add("jsonb_object_keys", kJsonb, {{"jsonb_object_keys", kText}}, start_keys, "keys of an object as rows");
}

}  // namespace tidemark
