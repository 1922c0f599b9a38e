// json_to_record and json_to_recordset: objects as rows of columns that the call names. The binder hands the names over
// as a text[] behind the JSON.

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/io_options.h"
#include "functions/scalars/json_text.h"
#include "functions/tables/materialized_rows.h"
#include "types/array.h"
#include "types/json.h"
#include "types/packed_value.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// A JSON value as a value of an SQL type: what is not NULL goes through the type's text form.
class JsonConverter {
 public:
  explicit JsonConverter(const TypeIoOptions& options) : options_(options) {}

  [[nodiscard]] Value convert(Text json, LogicalType type, Text key) const {
    if (type.id == kJson) return Value::bytes(type, std::string(json));
    if (type.id == kJsonb) return Value::bytes(type, normalize_jsonb(json));
    if (json_kind(json) == JsonKind::kNull) return Value::null(type);
    if (type.is_array() && json_kind(json) != JsonKind::kString) return convert_array(json, type, key);
    return parse_value(type, *json_as_text(json), options_);
  }

 private:
  [[nodiscard]] Value convert_array(Text json, LogicalType type, Text key) const {
    ArrayBuilder builder(type.element_type());
    std::vector<ArrayDimension> dimensions;
    add_elements(json, type.element_type(), key, 0, dimensions, builder);
    return Value::bytes(type, builder.size() == 0 ? builder.finish() : builder.finish(dimensions));
  }

  void add_elements(Text json, LogicalType element_type, Text key, size_t depth,
                    std::vector<ArrayDimension>& dimensions, ArrayBuilder& builder) const {
    if (json_kind(json) != JsonKind::kArray) {
      throw Error(sqlstate::kInvalidTextRepresentation, "expected JSON array")
          .with_hint("See the value of key \"" + std::string(key) + "\".");
    }
    const std::vector<Text> elements = json_elements(json);
    const auto length = static_cast<int32_t>(elements.size());
    const bool first_visit = dimensions.size() == depth;
    if (first_visit) dimensions.push_back({length, 1});
    if (dimensions[depth].length != length) throw_malformed();
    for (const Text element : elements) {
      const bool nested = json_kind(element) == JsonKind::kArray;
      // Whether there is a further dimension is known once the first element was seen.
      if (nested) {
        if (builder.size() > 0 && dimensions.size() == depth + 1) throw_malformed();
        add_elements(element, element_type, key, depth + 1, dimensions, builder);
        continue;
      }
      if (dimensions.size() > depth + 1) throw_malformed();
      builder.add(convert(element, element_type, key));
    }
  }
  [[noreturn]] static void throw_malformed() {
    throw Error(sqlstate::kInvalidTextRepresentation, "malformed JSON array")
        .with_detail("Multidimensional arrays must have sub-arrays with matching dimensions.");
  }

  const TypeIoOptions& options_;
};

void put_row(std::vector<Vector>& columns, size_t row, Text object, const ArrayView& names,
             const JsonConverter& converter) {
  for (size_t i = 0; i < columns.size(); ++i) {
    const std::optional<Text> member = json_member(object, names.packed_element(i));
    const Value value = member ? converter.convert(*member, columns[i].type(), names.packed_element(i))
                               : Value::null(columns[i].type());
    if (value.is_null()) {
      columns[i].set_null(row);
      continue;
    }
    std::string packed;
    append_packed_value(packed, value);
    unpack_into(columns[i], row, packed);
  }
}

std::unique_ptr<TableFunctionCall> record_rows(const std::vector<Text>& objects, const Value& names_value,
                                               std::span<const LogicalType> types, const QueryContext& context) {
  const ArrayView names(names_value.as_bytes(), kText);
  const JsonConverter converter(io_options(context));
  std::vector<Vector> columns;
  for (const LogicalType& type : types) columns.push_back(Vector::flat(type, objects.size()));
  for (size_t row = 0; row < objects.size(); ++row) put_row(columns, row, objects[row], names, converter);
  return std::make_unique<MaterializedRows>(std::move(columns), objects.size());
}

Text name_of_set(const Value& json) { return json.type().id == kJsonb ? "jsonb_to_recordset" : "json_to_recordset"; }

std::unique_ptr<TableFunctionCall> start_record(QueryContext& context, std::span<const Value> arguments,
                                                std::span<const LogicalType> types) {
  const Text json = arguments[0].as_bytes();
  if (json_kind(json) != JsonKind::kObject) {
    throw Error(sqlstate::kInvalidParameterValue, json_kind(json) == JsonKind::kArray
                                                      ? "cannot call populate_composite on an array"
                                                      : "cannot call populate_composite on a scalar");
  }
  return record_rows({json}, arguments[1], types, context);
}

std::unique_ptr<TableFunctionCall> start_record_set(QueryContext& context, std::span<const Value> arguments,
                                                    std::span<const LogicalType> types) {
  const Text json = arguments[0].as_bytes();
  const std::string name(name_of_set(arguments[0]));
  if (json_kind(json) == JsonKind::kObject) {
    throw Error(sqlstate::kInvalidParameterValue, "cannot call " + name + " on an object");
  }
  if (json_kind(json) != JsonKind::kArray) {
    throw Error(sqlstate::kInvalidParameterValue, "cannot call " + name + " on a scalar");
  }
  const std::vector<Text> objects = json_elements(json);
  for (const Text object : objects) {
    if (json_kind(object) != JsonKind::kObject) {
      throw Error(sqlstate::kInvalidParameterValue, "argument of " + name + " must be an array of objects");
    }
  }
  return record_rows(objects, arguments[1], types, context);
}

}  // namespace

void add_json_records(FunctionTables& tables) {
  const LogicalType names = LogicalType::array_of(kText);
  const auto add = [&](Text name, TypeId json, auto start, Text doc) {
    TableFunction function;
    function.name = name;
    function.arguments = {json, names};
    function.columns = {{"", kRecord}};
    function.start = start;
    function.volatility = Volatility::kStable;
    function.doc = doc;
    tables.table(std::move(function));
  };
  static constexpr Text kOne = "an object as a row of the columns in AS (…)";
  static constexpr Text kMany = "an array of objects as rows of the columns in AS (…)";
  add("json_to_record", kJson, start_record, kOne);
  add("jsonb_to_record", kJsonb, start_record, kOne);
  add("json_to_recordset", kJson, start_record_set, kMany);
  add("jsonb_to_recordset", kJsonb, start_record_set, kMany);
}

}  // namespace tidemark
