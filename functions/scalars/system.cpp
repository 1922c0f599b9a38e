// What a session may ask about itself and the catalog: version(), current_user, settings, sequences, privileges,
// pg_typeof, format_type and the rest that clients call.

#include <algorithm>
#include <charconv>

#include "base/ascii.h"
#include "base/error.h"
#include "functions/catalog_functions.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/identifier_text.h"
#include "functions/io_options.h"
#include "functions/kernel.h"
#include "functions/scalars/session_functions.h"
#include "types/array.h"
#include "types/numeric.h"
#include "types/type_info.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

void constant_text(KernelCall& call, std::string text) {
  call.result = Vector::constant(Value::text(std::move(text)).with_type(call.result_type), call.size);
}

void version(KernelCall& call) { constant_text(call, "PostgreSQL 15.12 (Tidemark 0.1.0), 64-bit"); }
void current_database(KernelCall& call) { constant_text(call, session_of(call).database().name); }
void current_user(KernelCall& call) { constant_text(call, session_of(call).current_user()); }
void session_user(KernelCall& call) { constant_text(call, session_of(call).session_user()); }
void backend_pid(KernelCall& call) {
  call.result = Vector::constant(Value::int32(session_of(call).backend_pid()), call.size);
}

/// The first schema of the search path that exists; NULL if none does.
void current_schema(KernelCall& call) {
  SessionState& session = session_of(call);
  for (const std::string& name : session.search_path()) {
    if (name.starts_with("pg_temp")) continue;
    if (name == "pg_catalog" || name == "information_schema" ||
        session.catalog().schema(session.database().id, name) != nullptr) {
      constant_text(call, name);
      return;
    }
  }
  call.result = Vector::null_constant(call.result_type, call.size);
}

/// The schemas of the search path that exist, as an array; with pg_catalog, which is searched first, if it is asked
/// for.
void current_schemas(KernelCall& call) {
  SessionState& session = session_of(call);
  std::vector<std::string> names = session.search_path();
  std::erase_if(names, [&](const std::string& name) {
    return name != "pg_catalog" && name != "information_schema" &&
           session.catalog().schema(session.database().id, name) == nullptr;
  });
  const Argument<bool> with_implicit(call.arguments[0]);
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) {
      continue;
    }
    ArrayBuilder builder(kName);
    const bool implicit = with_implicit[row];
    if (implicit && std::ranges::find(names, "pg_catalog") == names.end()) {
      builder.add(Value::text("pg_catalog").with_type(kName));
    }
    for (const std::string& name : names) {
      if (implicit || !name.starts_with("pg_temp")) {
        builder.add(Value::text(name).with_type(kName));
      }
    }
    result.mutable_data<std::string_view>()[row] = result.heap().add(builder.finish());
  }
  call.result = std::move(result);
}

template <class T>
Vector value_vector(LogicalType type, size_t size, T value) {
  Vector result = Vector::flat(type, size);
  std::fill_n(result.mutable_data<T>(), size, value);
  return result;
}
template <bool kValue>
void always(KernelCall& call) {
  call.result = value_vector<uint8_t>(kBoolean, call.size, kValue ? 1 : 0);
}
void null_result(KernelCall& call) { call.result = Vector::null_constant(call.result_type, call.size); }
void zero(KernelCall& call) { call.result = Vector::constant(Value::integer(call.result_type, 0), call.size); }
void empty_text(KernelCall& call) { constant_text(call, ""); }

std::optional<std::string> current_setting(KernelCall& call, Text name) {
  return session_of(call).setting(name, false);
}
std::optional<std::string> current_setting_or_null(KernelCall& call, Text name, bool missing_ok) {
  return session_of(call).setting(name, missing_ok);
}
std::string set_config(KernelCall& call, Text name, Text value, bool local) {
  session_of(call).set_setting(name, value, local);
  return session_of(call).setting(name, true).value_or(std::string(value));
}

// ------------------------------------------------------------------------------------------------------------ objects

/// `name` or `schema.name`, quoted or folded.
std::vector<std::string> name_parts(Text text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      if (quoted && i + 1 < text.size() && text[i + 1] == '"') {
        parts.back() += '"';
        ++i;
      } else {
        quoted = !quoted;
      }
    } else if (c == '.' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += quoted || c < 'A' || c > 'Z' ? c : static_cast<char>(c | 0x20);
    }
  }
  return parts;
}

const CatalogEntry* find_relation(const KernelCall& call, Text text) {
  SessionState& session = session_of(call);
  const std::vector<std::string> parts = name_parts(text);
  const auto in_schema = [&](const std::string& schema_name) -> const CatalogEntry* {
    const SchemaEntry* schema = session.catalog().schema(session.database().id, schema_name);
    return schema == nullptr ? nullptr : session.catalog().relation(schema->id, parts.back());
  };
  if (parts.size() > 1) return in_schema(parts[parts.size() - 2]);
  for (const std::string& schema : session.search_path()) {
    if (const CatalogEntry* found = in_schema(schema)) return found;
  }
  return nullptr;
}

ObjectId sequence_by_name(const KernelCall& call, Text name) {
  const CatalogEntry* entry = find_relation(call, name);
  if (entry == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + std::string(name) + "\" does not exist");
  }
  if (kind_of(*entry) != ObjectKind::kSequence) {
    throw Error(sqlstate::kWrongObjectType, "\"" + name_of(*entry) + "\" is not a sequence");
  }
  return id_of(*entry);
}
ObjectId sequence_of(const KernelCall& call, int64_t oid) {
  const auto id = static_cast<ObjectId>(oid);
  const CatalogEntry* entry = session_of(call).catalog().object(id);
  if (entry == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "could not open relation with OID " + std::to_string(oid));
  }
  if (kind_of(*entry) != ObjectKind::kSequence) {
    throw Error(sqlstate::kWrongObjectType, "\"" + name_of(*entry) + "\" is not a sequence");
  }
  return id;
}

int64_t next_value(KernelCall& call, int64_t oid) {
  return session_of(call).next_sequence_value(sequence_of(call, oid));
}
int64_t next_value_by_name(KernelCall& call, Text name) {
  return session_of(call).next_sequence_value(sequence_by_name(call, name));
}
int64_t current_value(KernelCall& call, int64_t oid) {
  return session_of(call).current_sequence_value(sequence_of(call, oid));
}
int64_t current_value_by_name(KernelCall& call, Text name) {
  return session_of(call).current_sequence_value(sequence_by_name(call, name));
}
int64_t set_value_called(KernelCall& call, int64_t oid, int64_t value, bool is_called) {
  session_of(call).set_sequence_value(sequence_of(call, oid), value, is_called);
  return value;
}
int64_t set_value(KernelCall& call, int64_t oid, int64_t value) { return set_value_called(call, oid, value, true); }
int64_t set_value_by_name(KernelCall& call, Text name, int64_t value, bool is_called) {
  session_of(call).set_sequence_value(sequence_by_name(call, name), value, is_called);
  return value;
}
int64_t set_value_by_name_called(KernelCall& call, Text name, int64_t value) {
  return set_value_by_name(call, name, value, true);
}

void last_value(KernelCall& call) {
  call.result = Vector::constant(Value::int64(session_of(call).last_value_of_session()), call.size);
}
std::optional<int64_t> sequence_last_value(KernelCall& call, int64_t oid) {
  const auto [value, is_called] = session_of(call).sequence_state(sequence_of(call, oid));
  return is_called ? std::optional(value) : std::nullopt;
}
int64_t sequence_position(KernelCall& call, int64_t oid) {
  return session_of(call).sequence_state(sequence_of(call, oid)).first;
}
std::optional<std::string> serial_sequence(KernelCall& call, Text table_name, Text column_name) {
  const CatalogEntry* entry = find_relation(call, table_name);
  const auto* table = entry == nullptr ? nullptr : std::get_if<TableEntry>(entry);
  if (table == nullptr) {
    throw Error(sqlstate::kUndefinedTable, "relation \"" + std::string(table_name) + "\" does not exist");
  }
  const ColumnEntry* column = table->find_column(column_name);
  if (column == nullptr) {
    throw Error(sqlstate::kUndefinedColumn,
                "column \"" + std::string(column_name) + "\" of relation \"" + table->name + "\" does not exist");
  }
  const Catalog& catalog = session_of(call).catalog();
  const CatalogEntry* owned = column->owned_sequence == kNoObject ? nullptr : catalog.object(column->owned_sequence);
  const auto* sequence = owned == nullptr ? nullptr : std::get_if<SequenceEntry>(owned);
  if (sequence == nullptr) return std::nullopt;
  const auto& schema = std::get<SchemaEntry>(*catalog.object(sequence->schema));
  return quoted_identifier(schema.name) + "." + quoted_identifier(sequence->name);
}

std::optional<std::string> user_by_id(KernelCall& call, int64_t oid) {
  const CatalogEntry* entry = session_of(call).catalog().object(static_cast<ObjectId>(oid));
  if (entry == nullptr || kind_of(*entry) != ObjectKind::kRole) {
    return "unknown (OID=" + std::to_string(oid) + ")";
  }
  return name_of(*entry);
}

std::optional<std::string> column_description(KernelCall& call, int64_t oid, int32_t number) {
  const TableEntry* table = session_of(call).catalog().table(static_cast<ObjectId>(oid));
  const ColumnEntry* column = table == nullptr || number < 1 ? nullptr : table->find_column(ColumnId(number));
  return column == nullptr || column->comment.empty() ? std::nullopt : std::optional(column->comment);
}

/// to_regclass and its kin: the object of this name, or NULL.
template <TypeId kRegType>
std::optional<int64_t> to_object(KernelCall& call, Text name) {
  const ObjectNames* names = io_options(call.context).names;
  if (names == nullptr) return std::nullopt;
  try {
    return names->oid_of(kRegType, name);
  } catch (const Error& error) {
    const std::string_view state = error.sqlstate();
    const bool unknown = state == sqlstate::kUndefinedTable || state == sqlstate::kUndefinedObject ||
                         state == sqlstate::kUndefinedFunction || state == sqlstate::kInvalidSchemaName ||
                         state == sqlstate::kAmbiguousFunction;
    if (!unknown) throw;
    return std::nullopt;
  }
}

std::optional<std::string> function_arguments(int64_t oid) {
  const CatalogFunction* function = catalog_function(oid);
  return function == nullptr ? std::nullopt : std::optional(arguments_text(*function));
}
std::optional<std::string> function_result(int64_t oid) {
  const CatalogFunction* function = catalog_function(oid);
  return function == nullptr ? std::nullopt : std::optional(result_text(*function));
}

/// The text under which a default, a check or an index is stored is what PostgreSQL would print back.
std::optional<std::string> expression_text(Text tree) { return std::string(tree); }
std::optional<std::string> expression_of(KernelCall& /*call*/, Text tree, int64_t /*relation*/) {
  return expression_text(tree);
}
std::optional<std::string> expression_of_pretty(KernelCall& /*call*/, Text tree, int64_t /*relation*/,
                                                bool /*pretty*/) {
  return expression_text(tree);
}
/// A constraint and the table that it is of; `table` is null if there is none of that id.
struct FoundConstraint {
  const TableEntry* table = nullptr;
  const UniqueConstraint* unique = nullptr;
  const CheckConstraint* check = nullptr;
  const ForeignKey* foreign_key = nullptr;
};
FoundConstraint find_constraint(const Catalog& catalog, int64_t oid) {
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    if (table.key && table.key->id == oid) return {&table, &*table.key};
    for (const UniqueConstraint& unique : table.uniques) {
      if (unique.id == oid) return {&table, &unique};
    }
    for (const CheckConstraint& check : table.checks) {
      if (check.id == oid) return {&table, nullptr, &check, nullptr};
    }
    for (const ForeignKey& key : table.foreign_keys) {
      if (key.id == oid) return {&table, nullptr, nullptr, &key};
    }
  }
  return {};
}
std::optional<std::string> object_description(KernelCall& call, int64_t oid) {
  const Catalog& catalog = session_of(call).catalog();
  const CatalogEntry* entry = catalog.object(static_cast<ObjectId>(oid));
  if (entry == nullptr) {
    // That of a unique index is with its keys.
    const UniqueConstraint* unique = find_constraint(catalog, oid).unique;
    entry = unique == nullptr ? nullptr : catalog.object(unique->hidden_table);
  }
  if (entry == nullptr) return std::nullopt;
  const std::string comment = std::visit(
      [](const auto& object) -> std::string {
        if constexpr (requires { object.comment; }) {
          return object.comment;
        } else {
          return {};
        }
      },
      *entry);
  return comment.empty() ? std::nullopt : std::optional(comment);
}
std::optional<std::string> object_description_in(KernelCall& call, int64_t oid, Text /*catalog*/) {
  return object_description(call, oid);
}
std::string column_list(const TableEntry& table, const std::vector<ColumnId>& columns) {
  std::string list;
  for (const ColumnId id : columns) {
    list += (list.empty() ? "" : ", ") + quoted_identifier(table.find_column(id)->name);
  }
  return "(" + list + ")";
}

std::optional<std::string> index_definition(KernelCall& call, int64_t oid) {
  const Catalog& catalog = session_of(call).catalog();
  if (const FoundConstraint found = find_constraint(catalog, oid); found.unique != nullptr) {
    if (!found.unique->index_sql.empty()) return found.unique->index_sql;
    const auto& schema = std::get<SchemaEntry>(*catalog.object(found.table->schema));
    return "CREATE UNIQUE INDEX " + quoted_identifier(found.unique->name) + " ON " + quoted_identifier(schema.name) +
           "." + quoted_identifier(found.table->name) + " USING btree " +
           column_list(*found.table, found.unique->columns);
  }
  const CatalogEntry* entry = catalog.object(static_cast<ObjectId>(oid));
  if (entry == nullptr || kind_of(*entry) != ObjectKind::kIndex) return std::nullopt;
  return std::get<IndexEntry>(*entry).definition_sql;
}
/// With a column number above 0: that column alone.
std::optional<std::string> index_column_definition(KernelCall& call, int64_t oid, int32_t column, bool /*pretty*/) {
  if (column <= 0) return index_definition(call, oid);
  const Catalog& catalog = session_of(call).catalog();
  const TableEntry* table = nullptr;
  const std::vector<ColumnId>* columns = nullptr;
  const std::vector<std::string>* expressions = nullptr;
  if (const FoundConstraint found = find_constraint(catalog, oid); found.unique != nullptr) {
    table = found.table;
    columns = &found.unique->columns;
    expressions = &found.unique->expressions;
  } else if (const CatalogEntry* entry = catalog.object(static_cast<ObjectId>(oid));
             entry != nullptr && kind_of(*entry) == ObjectKind::kIndex) {
    table = catalog.table(std::get<IndexEntry>(*entry).table);
    columns = &std::get<IndexEntry>(*entry).columns;
  }
  const auto element = static_cast<size_t>(column) - 1;
  if (table == nullptr || element >= columns->size()) return std::string();
  if ((*columns)[element] != kNoColumn) return quoted_identifier(table->find_column((*columns)[element])->name);
  const auto end = columns->begin() + static_cast<std::ptrdiff_t>(element);
  return (*expressions)[static_cast<size_t>(std::count(columns->begin(), end, kNoColumn))];
}
std::string_view action_words(KeyAction action) {
  switch (action) {
    case KeyAction::kNoAction:
      return "";
    case KeyAction::kRestrict:
      return "RESTRICT";
    case KeyAction::kCascade:
      return "CASCADE";
    case KeyAction::kSetNull:
      return "SET NULL";
    case KeyAction::kSetDefault:
      return "SET DEFAULT";
  }
  return "";
}
std::string foreign_key_text(const TableEntry& table, const ForeignKey& key, const Catalog& catalog) {
  const TableEntry* other = catalog.table(key.referenced_table);
  if (other == nullptr) {
    return "";
  }
  std::string text = "FOREIGN KEY " + column_list(table, key.columns) + " REFERENCES " +
                     quoted_identifier(other->name) + column_list(*other, key.referenced_columns);
  if (key.match_full) {
    text += " MATCH FULL";
  }
  if (key.on_update != KeyAction::kNoAction) {
    text += " ON UPDATE " + std::string(action_words(key.on_update));
  }
  if (key.on_delete != KeyAction::kNoAction) {
    text += " ON DELETE " + std::string(action_words(key.on_delete));
    if (!key.set_columns.empty()) {
      text += " " + column_list(table, key.set_columns);
    }
  }
  if (key.deferrable) {
    text += key.initially_deferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
  }
  return text + (key.validated ? "" : " NOT VALID");
}
std::optional<std::string> constraint_definition(KernelCall& call, int64_t oid) {
  const FoundConstraint found = find_constraint(session_of(call).catalog(), oid);
  if (found.table == nullptr) return std::nullopt;
  if (found.foreign_key != nullptr) {
    return foreign_key_text(*found.table, *found.foreign_key, session_of(call).catalog());
  }
  if (found.check != nullptr) return "CHECK (" + found.check->sql + ")";
  const char* kind = found.unique->primary              ? "PRIMARY KEY "
                     : found.unique->nulls_not_distinct ? "UNIQUE NULLS NOT DISTINCT "
                                                        : "UNIQUE ";
  return kind + column_list(*found.table, found.unique->columns);
}
std::optional<std::string> constraint_definition_pretty(KernelCall& call, int64_t oid, bool /*pretty*/) {
  return constraint_definition(call, oid);
}
std::optional<std::string> view_definition(KernelCall& call, int64_t oid) {
  const CatalogEntry* entry = session_of(call).catalog().object(static_cast<ObjectId>(oid));
  if (entry == nullptr || kind_of(*entry) != ObjectKind::kView) return std::nullopt;
  return std::get<ViewEntry>(*entry).sql;
}
std::optional<std::string> named_view_definition(KernelCall& call, Text name) {
  const ObjectNames* names = io_options(call.context).names;
  return names == nullptr ? std::nullopt : view_definition(call, names->oid_of(kRegclass, name));
}
std::optional<std::string> named_view_definition_pretty(KernelCall& call, Text name, bool /*pretty*/) {
  return named_view_definition(call, name);
}
std::optional<std::string> view_definition_pretty(KernelCall& call, int64_t oid, bool /*pretty*/) {
  return view_definition(call, oid);
}

// -------------------------------------------------------------------------------------------------------------- types

void type_of(KernelCall& call) {
  const LogicalType type = call.arguments[0].type();
  call.result = Vector::constant(Value::integer(kRegtype, type.oid()), call.size);
}

/// format_type(oid, modifier): strict in the oid alone.
void format_type(KernelCall& call) {
  const Argument<int64_t> oids(call.arguments[0]);
  const Argument<int32_t> modifiers(call.arguments[1]);
  const auto is_there = [](const Vector& vector, size_t row) {
    return vector.validity().is_valid(vector.is_constant() ? 0 : row);
  };
  Vector result = Vector::flat(kText, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!is_there(call.arguments[0], row)) {
      result.set_null(row);
      continue;
    }
    LogicalType type;
    std::string text = "???";
    if (oids[row] == 0) {
      text = "-";
    } else if (find_type(static_cast<uint32_t>(oids[row]), type)) {
      type.modifier = is_there(call.arguments[1], row) ? modifiers[row] : -1;
      // As words, `character` and `bit` would be of length 1: where a modifier is asked for, these names say that
      // there is none.
      const bool without_length = is_there(call.arguments[1], row) && type.modifier < 0 && !type.is_array();
      text = without_length && type.id == kBpchar ? "bpchar"
             : without_length && type.id == kBit  ? "\"bit\""
                                                  : type.to_string();
    }
    result.mutable_data<Text>()[row] = result.heap().add(text);
  }
  call.result = std::move(result);
}

void value_size(KernelCall& call) {
  const Vector& argument = call.arguments[0];
  const bool is_bytes = argument.type().physical() == PhysicalType::kBytes;
  Vector result = Vector::flat(kInt32, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    const size_t index = argument.is_constant() ? 0 : row;
    constexpr size_t kVarlenaHeader = 4;
    result.mutable_data<int32_t>()[row] = static_cast<int32_t>(
        is_bytes ? argument.data<Text>()[index].size() + kVarlenaHeader : physical_width(argument.type().physical()));
  }
  call.result = std::move(result);
}

/// pg_size_pretty: the largest unit in which the number has at least two digits or so.
std::string size_pretty(int64_t bytes) {
  static constexpr Text kUnits[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
  if (bytes < 10 * 1024 && bytes > -10 * 1024) return std::to_string(bytes) + " bytes";
  int64_t half_units = bytes / 512;  // one bit more, to round on
  size_t unit = 1;
  while (unit + 1 < std::size(kUnits) && (half_units >= 20 * 1024 - 1 || half_units <= -(20 * 1024 - 1))) {
    half_units /= 1024;
    ++unit;
  }
  const int64_t rounded = half_units < 0 ? (half_units - 1) / 2 : (half_units + 1) / 2;
  return std::to_string(rounded) + " " + std::string(kUnits[unit]);
}

/// The same of exact numbers.
std::string numeric_size_pretty(const Numeric& bytes) {
  const Numeric limit = Numeric::from_int64(10 * 1024);
  int64_t whole = 0;
  if (bytes.abs() < limit) return bytes.to_text() + " bytes";
  if (bytes.to_int64(whole)) return size_pretty(whole);
  const Numeric unit = Numeric::from_int64(int64_t{1} << 50);
  return (bytes / unit).round(0).to_text() + " PB";
}

/// What pg_size_pretty wrote, read again: a number and perhaps a unit.
int64_t size_bytes(Text size) {
  const auto fail = [&]() {
    return Error(sqlstate::kInvalidParameterValue, "invalid size: \"" + std::string(size) + "\"");
  };
  Text rest = trim_ascii_spaces(size);
  size_t digits = rest.find_first_not_of("0123456789.", !rest.empty() && (rest[0] == '-' || rest[0] == '+') ? 1 : 0);
  digits = std::min(digits, rest.size());
  if (digits < rest.size() && (rest[digits] == 'e' || rest[digits] == 'E')) {
    size_t power = digits + 1;
    if (power < rest.size() && (rest[power] == '-' || rest[power] == '+')) ++power;
    const size_t end = std::min(rest.find_first_not_of("0123456789", power), rest.size());
    if (end > power) digits = end;
  }
  if (rest.substr(0, digits).find_first_of("0123456789") == Text::npos) throw fail();
  Numeric number = Numeric::parse(rest.substr(0, digits));
  const Text unit = trim_ascii_spaces(rest.substr(digits));
  static constexpr Text kUnits[] = {"bytes", "kb", "mb", "gb", "tb", "pb"};
  const auto found = std::ranges::find(kUnits, to_ascii_lower(unit));
  if (!unit.empty() && found == std::end(kUnits)) {
    throw fail()
        .with_detail("Invalid size unit: \"" + std::string(unit) + "\".")
        .with_hint("Valid units are \"bytes\", \"kB\", \"MB\", \"GB\", \"TB\", and \"PB\".");
  }
  if (!unit.empty()) number = number * Numeric::from_int64(int64_t{1} << (10 * (found - std::begin(kUnits))));
  int64_t bytes = 0;
  if (!number.round(0).to_int64(bytes)) throw_integer_out_of_range(sizeof bytes);
  return bytes;
}

void add_session_functions(FunctionTables& tables) {
  const auto stable = [&](Text name, std::vector<LogicalType> arguments, LogicalType result, ScalarKernel kernel,
                          Text doc) -> ScalarFunction& {
    ScalarFunction& function = tables.function(name, std::move(arguments), result, kernel, doc);
    function.volatility = Volatility::kStable;
    return function;
  };
  stable("version", {}, kText, version, "which server this is");
  stable("current_database", {}, kName, current_database, "name of the database");
  stable("current_catalog", {}, kName, current_database, "name of the database");
  stable("current_schema", {}, kName, current_schema, "schema where new objects go");
  stable("current_schemas", {kBoolean}, LogicalType::array_of(kName), current_schemas, "schemas of the search path");
  stable("current_user", {}, kName, current_user, "role whose rights count");
  stable("user", {}, kName, current_user, "role whose rights count");
  stable("current_role", {}, kName, current_user, "role whose rights count");
  stable("session_user", {}, kName, session_user, "role that connected");
  stable("pg_backend_pid", {}, kInt32, backend_pid, "number of this session's process");
  stable("current_setting", {kText}, kText, each_row<current_setting>, "value of a setting");
  stable("current_setting", {kText, kBoolean}, kText, each_row<current_setting_or_null>,
         "value of a setting, NULL if there is none");
  stable("set_config", {kText, kText, kBoolean}, kText, each_row<set_config>, "sets a setting").volatility =
      Volatility::kVolatile;
  stable("pg_is_in_recovery", {}, kBoolean, always<false>, "false");
  stable("pg_my_temp_schema", {}, kOid, zero, "0");
  stable("inet_server_port", {}, kInt32, null_result, "NULL");
  stable("pg_postmaster_start_time", {}, kTimestampTz, null_result, "NULL: not kept");
}

void add_sequences(FunctionTables& tables) {
  const auto add = [&](Text name, std::vector<LogicalType> arguments, ScalarKernel kernel, Text doc) {
    tables.function(name, std::move(arguments), kInt64, kernel, doc).volatility = Volatility::kVolatile;
  };
  add("nextval", {kRegclass}, each_row<next_value>, "next value of a sequence");
  add("nextval", {kText}, each_row<next_value_by_name>, "next value of a sequence");
  add("currval", {kRegclass}, each_row<current_value>, "value that this session took last");
  add("lastval", {}, last_value, "value that this session took last, of any sequence");
  add("pg_sequence_last_value", {kRegclass}, each_row<sequence_last_value>, "last value taken; NULL if none was");
  add("sequence_position", {kRegclass}, each_row<sequence_position>, "last_value of a sequence, as reading it gives");
  tables
      .function("pg_get_serial_sequence", {kText, kText}, kText, each_row<serial_sequence>,
                "sequence of a serial or identity column")
      .volatility = Volatility::kStable;
  add("currval", {kText}, each_row<current_value_by_name>, "value that this session took last");
  add("setval", {kRegclass, kInt64}, each_row<set_value>, "sets a sequence");
  add("setval", {kRegclass, kInt64, kBoolean}, each_row<set_value_called>, "sets a sequence");
  add("setval", {kText, kInt64}, each_row<set_value_by_name_called>, "sets a sequence");
  add("setval", {kText, kInt64, kBoolean}, each_row<set_value_by_name>, "sets a sequence");
}

/// Rights are not kept by object yet: who is let in may use everything.
void add_privileges(FunctionTables& tables) {
  const auto add = [&](Text name, std::vector<LogicalType> arguments) {
    tables.function(name, std::move(arguments), kBoolean, always<true>, "whether the role has the right").volatility =
        Volatility::kStable;
  };
  for (const Text name :
       {"has_table_privilege", "has_schema_privilege", "has_database_privilege", "has_sequence_privilege",
        "has_function_privilege", "has_type_privilege", "has_tablespace_privilege", "has_any_column_privilege",
        "has_language_privilege", "has_foreign_data_wrapper_privilege", "has_server_privilege"}) {
    add(name, {kText, kText});
    add(name, {kOid, kText});
    add(name, {kName, kText, kText});
    add(name, {kName, kOid, kText});
    add(name, {kOid, kOid, kText});
  }
  for (const TypeId column : {kText, kInt16}) {
    add("has_column_privilege", {kText, column, kText});
    add("has_column_privilege", {kOid, column, kText});
    add("has_column_privilege", {kName, kOid, column, kText});
  }
  add("pg_has_role", {kName, kText});
  add("pg_has_role", {kOid, kText});
  add("pg_has_role", {kName, kName, kText});
  add("pg_has_role", {kName, kOid, kText});
  add("row_security_active", {kOid});
  add("pg_table_is_visible", {kOid});
  add("pg_type_is_visible", {kOid});
  add("pg_function_is_visible", {kOid});
  add("pg_operator_is_visible", {kOid});
  add("pg_opclass_is_visible", {kOid});
  add("pg_collation_is_visible", {kOid});
  add("pg_conversion_is_visible", {kOid});
  add("pg_statistics_obj_is_visible", {kOid});
  add("pg_ts_config_is_visible", {kOid});
  add("pg_ts_dict_is_visible", {kOid});
  add("pg_ts_parser_is_visible", {kOid});
  add("pg_ts_template_is_visible", {kOid});
}

void add_object_functions(FunctionTables& tables) {
  const auto stable = [&](Text name, std::vector<LogicalType> arguments, TypeId result, ScalarKernel kernel,
                          Text doc) -> ScalarFunction& {
    ScalarFunction& function = tables.function(name, std::move(arguments), result, kernel, doc);
    function.volatility = Volatility::kStable;
    return function;
  };
  stable("pg_get_userbyid", {kOid}, kName, each_row<user_by_id>, "name of a role");
  stable("obj_description", {kOid}, kText, each_row<object_description>, "comment on an object");
  stable("obj_description", {kOid, kName}, kText, each_row<object_description_in>, "comment on an object");
  stable("shobj_description", {kOid, kName}, kText, each_row<object_description_in>, "comment on a database or role");
  stable("col_description", {kOid, kInt32}, kText, each_row<column_description>, "comment on a column");
  stable("to_regclass", {kText}, kRegclass, each_row<to_object<kRegclass>>, "relation of this name, or NULL");
  stable("to_regtype", {kText}, kRegtype, each_row<to_object<kRegtype>>, "type of this name, or NULL");
  stable("to_regproc", {kText}, kRegproc, each_row<to_object<kRegproc>>, "function of this name, or NULL");
  stable("to_regnamespace", {kText}, kRegnamespace, each_row<to_object<kRegnamespace>>, "schema of this name, or NULL");
  stable("to_regrole", {kText}, kRegrole, each_row<to_object<kRegrole>>, "role of this name, or NULL");
  stable("pg_get_expr", {kPgNodeTree, kOid}, kText, each_row<expression_of>, "text of a stored expression");
  stable("pg_get_expr", {kPgNodeTree, kOid, kBoolean}, kText, each_row<expression_of_pretty>,
         "text of a stored expression");
  stable("pg_get_expr", {kText, kOid}, kText, each_row<expression_of>, "text of a stored expression");
  stable("pg_get_expr", {kText, kOid, kBoolean}, kText, each_row<expression_of_pretty>, "text of a stored expression");
  stable("pg_get_indexdef", {kOid}, kText, each_row<index_definition>, "CREATE INDEX of an index");
  stable("pg_get_indexdef", {kOid, kInt32, kBoolean}, kText, each_row<index_column_definition>,
         "CREATE INDEX of an index, or one column of it");
  stable("pg_get_constraintdef", {kOid}, kText, each_row<constraint_definition>, "text of a constraint");
  stable("pg_get_constraintdef", {kOid, kBoolean}, kText, each_row<constraint_definition_pretty>,
         "text of a constraint");
  stable("pg_get_viewdef", {kOid}, kText, each_row<view_definition>, "SELECT of a view");
  stable("pg_get_viewdef", {kOid, kBoolean}, kText, each_row<view_definition_pretty>, "SELECT of a view");
  stable("pg_get_viewdef", {kText}, kText, each_row<named_view_definition>, "SELECT of a view");
  stable("pg_get_viewdef", {kText, kBoolean}, kText, each_row<named_view_definition_pretty>, "SELECT of a view");
  stable("pg_get_function_identity_arguments", {kOid}, kText, each_row<function_arguments>,
         "types of a function's arguments");
  stable("pg_get_function_result", {kOid}, kText, each_row<function_result>, "type of a function's result");
  stable("pg_get_function_arguments", {kOid}, kText, each_row<function_arguments>, "types of a function's arguments");
  stable("pg_get_function_arg_default", {kOid, kInt32}, kText, null_result, "NULL: no argument has a default");
  stable("pg_get_functiondef", {kOid}, kText, null_result, "NULL: there are no user functions");
  stable("pg_get_triggerdef", {kOid}, kText, null_result, "NULL: there are no triggers");
  stable("pg_get_ruledef", {kOid}, kText, null_result, "NULL: there are no rules");
  stable("pg_get_partkeydef", {kOid}, kText, null_result, "NULL: there are no declared partitions");
  stable("pg_get_statisticsobjdef_columns", {kOid}, kText, null_result, "NULL");
  stable("pg_relation_is_publishable", {kRegclass}, kBoolean, always<false>, "false");
  stable("pg_encoding_to_char", {kInt32}, kName, [](KernelCall& call) { constant_text(call, "UTF8"); }, "UTF8");
  stable("getdatabaseencoding", {}, kName, [](KernelCall& call) { constant_text(call, "UTF8"); }, "UTF8");
  stable("pg_client_encoding", {}, kName, [](KernelCall& call) { constant_text(call, "UTF8"); }, "UTF8");
  stable("pg_tablespace_location", {kOid}, kText, empty_text, "empty: there are no tablespaces");
  ScalarFunction& type = stable("pg_typeof", {kAny}, kRegtype, type_of, "type of the argument");
  type.null_rule = NullRule::kCalled;
  ScalarFunction& format =
      stable("format_type", {kOid, kInt32}, kText, format_type, "name of a type with its modifier");
  format.null_rule = NullRule::kCalled;
  tables.function("pg_column_size", {kAny}, kInt32, value_size, "bytes of a value");
  tables.function("pg_size_pretty", {kInt64}, kText, each_row<size_pretty>, "bytes with a fitting unit");
  tables.function("pg_size_pretty", {kNumeric}, kText, each_row<numeric_size_pretty>, "bytes with a fitting unit");
  tables.function("pg_size_bytes", {kText}, kInt64, each_row<size_bytes>, "bytes of a size with a unit");
}

}  // namespace

void add_system(FunctionTables& tables) {
  add_session_functions(tables);
  add_sequences(tables);
  add_privileges(tables);
  add_object_functions(tables);
}

}  // namespace tidemark
