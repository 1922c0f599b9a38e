// json_to_record and json_to_recordset: objects as rows of columns that the call names. The binder hands the names over
// as a text[] behind the JSON. json_populate_record and json_populate_recordset: objects laid over a row value.

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/io_options.h"
#include "functions/kernel.h"
#include "functions/scalars/json_text.h"
#include "functions/tables/materialized_rows.h"
#include "types/array.h"
#include "types/json.h"
#include "types/packed_value.h"
#include "types/record.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

class JsonConverter;
std::string populated(Text base, Text json, const JsonConverter& converter);
std::string empty_row(LogicalType type, const ObjectNames& names);

[[noreturn]] void throw_no_object(Text json) {
  throw Error(sqlstate::kInvalidParameterValue, json_kind(json) == JsonKind::kArray
                                                    ? "cannot call populate_composite on an array"
                                                    : "cannot call populate_composite on a scalar");
}

/// A JSON value as a value of an SQL type: what is not NULL goes through the type's text form.
class JsonConverter {
 public:
  explicit JsonConverter(const TypeIoOptions& options) : options_(options) {}

  [[nodiscard]] Value convert(Text json, LogicalType type, Text key) const {
    if (json_kind(json) == JsonKind::kNull) return Value::null(type);
    if (type.id == kJson) return Value::bytes(type, std::string(json));
    if (type.id == kJsonb) return Value::bytes(type, normalize_jsonb(json));
    if (type.is_array() && json_kind(json) != JsonKind::kString) return convert_array(json, type, key);
    if (type.id == kRecord && json_kind(json) != JsonKind::kString) {
      const ObjectNames* const names = TypeNaming::of(options_);
      if (json_kind(json) != JsonKind::kObject) throw_no_object(json);
      if (names && type.user_type != 0) return Value::bytes(type, populated(empty_row(type, *names), json, *this));
    }
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
    const bool is_json = element_type.id == kJson || element_type.id == kJsonb;
    if (first_visit) dimensions.push_back({length, 1});
    if (dimensions[depth].length != length) throw_malformed();
    for (const Text element : elements) {
      const bool is_value = builder.size() > 0 && dimensions.size() == depth + 1 && is_json;
      const bool nested = json_kind(element) == JsonKind::kArray && !is_value;
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

[[noreturn]] void throw_no_row_type(Text function) {
  throw Error(sqlstate::kFeatureNotSupported, "could not determine row type for result of " + std::string(function))
      .with_hint(
          "Provide a non-null record argument, or call the function in the FROM clause using a column definition "
          "list.");
}

/// The row `base` with the values that `json` has for its fields.
std::string populated(Text base, Text json, const JsonConverter& converter) {
  if (json_kind(json) != JsonKind::kObject) throw_no_object(json);
  std::vector<Value> fields = unpack_record(base);
  const std::vector<std::string> names = record_field_names(base);
  for (size_t i = 0; i < fields.size(); ++i) {
    const std::string name = names.empty() ? "f" + std::to_string(i + 1) : names[i];
    if (const std::optional<Text> member = json_member(json, name)) {
      const bool is_row =
          fields[i].type().id == kRecord && !fields[i].is_null() && json_kind(*member) == JsonKind::kObject;
      fields[i] = is_row ? Value::bytes(fields[i].type(), populated(fields[i].as_bytes(), *member, converter))
                         : converter.convert(*member, fields[i].type(), name);
    }
  }
  return pack_record(fields, names);
}

/// The row of a named type with nothing in it.
std::string empty_row(LogicalType type, const ObjectNames& names) {
  std::vector<Value> fields;
  std::vector<std::string> field_names;
  for (const RowField& field : names.row_fields(type.user_type)) {
    fields.push_back(Value::null(field.type));
    field_names.push_back(field.name);
  }
  return pack_record(fields, field_names);
}

template <bool kBinary>
void populate_record(KernelCall& call) {
  const Argument<Text> bases(call.arguments[0]);
  const Argument<Text> documents(call.arguments[1]);
  const JsonConverter converter(io_options(call.context));
  const LogicalType row_type = call.arguments[0].type();
  const ObjectNames* const names = TypeNaming::of(io_options(call.context));
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    const bool no_base = call.arguments[0].is_null(row);
    if (no_base && (row_type.user_type == 0 || names == nullptr)) {
      throw_no_row_type(kBinary ? "jsonb_populate_record" : "json_populate_record");
    }
    if (call.arguments[1].is_null(row)) {
      if (no_base) {
        result.set_null(row);
      } else {
        result.mutable_data<Text>()[row] = result.heap().add(bases[row]);
      }
      continue;
    }
    const std::string base = no_base ? empty_row(row_type, *names) : std::string(bases[row]);
    result.mutable_data<Text>()[row] = result.heap().add(populated(base, documents[row], converter));
  }
  call.result = std::move(result);
}

Text name_of_set(const Value& json) { return json.type().id == kJsonb ? "jsonb_to_recordset" : "json_to_recordset"; }

std::unique_ptr<TableFunctionCall> start_record(QueryContext& context, std::span<const Value> arguments,
                                                std::span<const LogicalType> types) {
  const Text json = arguments[0].as_bytes();
  if (json_kind(json) != JsonKind::kObject) throw_no_object(json);
  return record_rows({json}, arguments[1], types, context);
}

/// The objects of an array; errors name `function`.
std::vector<Text> objects_of(Text json, const std::string& function) {
  if (json_kind(json) == JsonKind::kObject) {
    throw Error(sqlstate::kInvalidParameterValue, "cannot call " + function + " on an object");
  }
  if (json_kind(json) != JsonKind::kArray) {
    throw Error(sqlstate::kInvalidParameterValue, "cannot call " + function + " on a scalar");
  }
  std::vector<Text> objects = json_elements(json);
  for (const Text object : objects) {
    if (json_kind(object) != JsonKind::kObject) {
      throw Error(sqlstate::kInvalidParameterValue, "argument of " + function + " must be an array of objects");
    }
  }
  return objects;
}

std::unique_ptr<TableFunctionCall> start_populated_set(QueryContext& context, std::span<const Value> arguments,
                                                       std::span<const LogicalType> types) {
  const std::string name = arguments[1].type().id == kJsonb ? "jsonb_populate_recordset" : "json_populate_recordset";
  if (arguments[1].is_null()) return std::make_unique<MaterializedRows>(std::vector{Vector::flat(types[0], 0)}, 0);
  const LogicalType row_type = arguments[0].type();
  const ObjectNames* const known = TypeNaming::of(io_options(context));
  if (arguments[0].is_null() && (row_type.user_type == 0 || known == nullptr)) throw_no_row_type(name);
  const std::vector<Text> objects = objects_of(arguments[1].as_bytes(), name);
  const JsonConverter converter(io_options(context));
  std::vector<Vector> columns;
  columns.push_back(Vector::flat(types[0], objects.size()));
  const std::string base = arguments[0].is_null() ? empty_row(row_type, *known) : std::string(arguments[0].as_bytes());
  for (size_t row = 0; row < objects.size(); ++row) {
    columns[0].mutable_data<Text>()[row] = columns[0].heap().add(populated(base, objects[row], converter));
  }
  return std::make_unique<MaterializedRows>(std::move(columns), objects.size());
}

std::unique_ptr<TableFunctionCall> start_record_set(QueryContext& context, std::span<const Value> arguments,
                                                    std::span<const LogicalType> types) {
  const Text json = arguments[0].as_bytes();
  return record_rows(objects_of(json, std::string(name_of_set(arguments[0]))), arguments[1], types, context);
}

}  // namespace

void add_json_records(FunctionTables& tables) {
  const LogicalType names = LogicalType::array_of(kText);
  const auto add_table = [&](Text name, std::vector<LogicalType> arguments, auto start, Text doc) {
    TableFunction function;
    if (name.ends_with("_populate_recordset")) function.null_rule = NullRule::kCalled;
    function.name = name;
    function.arguments = std::move(arguments);
    function.columns = {{"", kRecord}};
    function.start = start;
    function.volatility = Volatility::kStable;
    function.doc = doc;
    tables.table(std::move(function));
  };
  const auto add = [&](Text name, TypeId json, auto start, Text doc) { add_table(name, {json, names}, start, doc); };
  static constexpr Text kOne = "an object as a row of the columns in AS (…)";
  static constexpr Text kMany = "an array of objects as rows of the columns in AS (…)";
  add("json_to_record", kJson, start_record, kOne);
  add("jsonb_to_record", kJsonb, start_record, kOne);
  add("json_to_recordset", kJson, start_record_set, kMany);
  add("jsonb_to_recordset", kJsonb, start_record_set, kMany);
  static constexpr Text kOver = "a row with the values that an object has for its fields";
  const auto add_populate = [&](Text name, TypeId json, auto kernel) {
    auto& function = tables.function(name, {kRecord, json}, kRecord, kernel, kOver);
    function.null_rule = NullRule::kCalled;
    function.volatility = Volatility::kStable;
  };
  add_populate("json_populate_record", kJson, populate_record<false>);
  add_populate("jsonb_populate_record", kJsonb, populate_record<true>);
  static constexpr Text kOverMany = "the same with each object of an array";
  add_table("json_populate_recordset", {kRecord, kJson}, start_populated_set, kOverMany);
  add_table("jsonb_populate_recordset", {kRecord, kJsonb}, start_populated_set, kOverMany);
}

}  // namespace tidemark
