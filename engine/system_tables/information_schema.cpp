// The SQL standard's views of the catalog. PostgreSQL's domains (sql_identifier …) are shown as the types below them,
// as clients see them.

#include <algorithm>

#include "engine/system_tables/system_table.h"
#include "planner/planner.h"

namespace tidemark {
namespace {

using namespace system_row;

constexpr std::string_view kSchema = "information_schema";

Value yes_or_no(bool value) { return text(value ? "YES" : "NO"); }

void schemata_rows(const SystemContext& context, SystemRows& rows) {
  const std::string& database = context.database().name;
  rows.push_back({text(database), text("pg_catalog"), text("tidemark")});
  rows.push_back({text(database), text("information_schema"), text("tidemark")});
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSchema)) {
    const auto& schema = std::get<SchemaEntry>(*entry);
    if (schema.database == context.database().id) {
      rows.push_back({text(database), text(schema.name), text("tidemark")});
    }
  }
}

void table_rows(const SystemContext& context, SystemRows& rows) {
  const auto add = [&](ObjectId schema, const std::string& name, std::string_view type, bool insertable) {
    rows.push_back({text(context.database().name), text(schema_of(context, schema).name), text(name), text(type),
                    null(), null(), null(), null(), null(), yes_or_no(insertable), yes_or_no(false), null()});
  };
  for (const TableEntry* table : visible_tables(context)) {
    add(table->schema, table->name, "BASE TABLE", true);
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    if (view.materialized_table == kNoObject) {
      add(view.schema, view.name, "VIEW", false);
    }
  }
}

/// `numeric_precision` and its radix, as PostgreSQL's view gives them.
std::pair<Value, Value> numeric_precision(LogicalType type) {
  switch (type.id) {
    case TypeId::kInt16:
      return {number(16), number(2)};
    case TypeId::kInt32:
      return {number(32), number(2)};
    case TypeId::kInt64:
      return {number(64), number(2)};
    case TypeId::kFloat32:
      return {number(24), number(2)};
    case TypeId::kFloat64:
      return {number(53), number(2)};
    case TypeId::kNumeric:
      return {type.modifier >= 4 ? number((type.modifier - 4) >> 16 & 0xffff) : null(), number(10)};
    default:
      return {null(), null()};
  }
}

std::string type_schema(const SystemContext& context, LogicalType type) {
  const CatalogEntry* entry = type.user_type == 0 ? nullptr : context.catalog().object(type.user_type);
  const auto* user = entry == nullptr ? nullptr : std::get_if<TypeEntry>(entry);
  return user == nullptr ? "pg_catalog" : schema_of(context, user->schema).name;
}

void add_columns(const SystemContext& context, ObjectId schema, const std::string& relation,
                 const std::vector<ColumnEntry>& columns, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnEntry& column = columns[i];
    const LogicalType type = column.type;
    LogicalType plain = type;
    plain.modifier = -1;
    if (type.id == TypeId::kTimestampTzNs) {
      plain = TypeId::kTimestampTz;
    }
    const bool has_length = (type.id == TypeId::kVarchar || type.id == TypeId::kBpchar) && type.modifier >= 4;
    const bool is_time = is_timestamp_type(type.id) || type.id == TypeId::kTime || type.id == TypeId::kTimeTz ||
                         type.id == TypeId::kInterval;
    const auto [precision, radix] = numeric_precision(type);
    const Value scale = is_integer_type(type.id)                            ? number(0)
                        : type.id == TypeId::kNumeric && type.modifier >= 4 ? number((type.modifier - 4) & 0x7ff)
                                                                            : null();
    const bool is_identity = column.identity != Identity::kNone;
    rows.push_back({database,
                    text(schema_of(context, schema).name),
                    text(relation),
                    text(column.name),
                    number(static_cast<int64_t>(i + 1)),
                    column.default_sql.empty() || is_identity ? null() : text(column.default_sql),
                    yes_or_no(!column.not_null),
                    text(type.is_array()       ? "ARRAY"
                         : type.user_type != 0 ? "USER-DEFINED"
                                               : plain.to_string()),
                    has_length ? number(type.modifier - 4) : null(),
                    null(),
                    precision,
                    radix,
                    scale,
                    is_time                    ? number(6)
                    : type.id == TypeId::kDate ? number(0)
                                               : null(),
                    null(),
                    database,
                    text(type_schema(context, type)),
                    text(plain.internal_name()),
                    yes_or_no(is_identity),
                    !is_identity ? null() : text(column.identity == Identity::kAlways ? "ALWAYS" : "BY DEFAULT"),
                    text(column.generated_sql.empty() ? "NEVER" : "ALWAYS"),
                    column.generated_sql.empty() ? null() : text(column.generated_sql),
                    null(),
                    yes_or_no(true)});
  }
}

void column_rows(const SystemContext& context, SystemRows& rows) {
  for (const TableEntry* table : visible_tables(context)) {
    add_columns(context, table->schema, table->name, table->columns, rows);
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    add_columns(context, view.schema, view.name, view.columns, rows);
  }
}

void table_constraint_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const TableEntry* table : visible_tables(context)) {
    const Value schema = text(schema_of(context, table->schema).name);
    const auto add = [&](const std::string& name, std::string_view type) {
      rows.push_back({database, schema, text(name), database, schema, text(table->name), text(type), yes_or_no(false),
                      yes_or_no(false), yes_or_no(true)});
    };
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      if (!unique->index_sql.empty()) {
        continue;  // An index is no constraint.
      }
      add(unique->name, unique->primary ? "PRIMARY KEY" : "UNIQUE");
    }
    for (const CheckConstraint& check : table->checks) {
      add(check.name, "CHECK");
    }
    for (const ForeignKey& key : table->foreign_keys) {
      add(key.name, "FOREIGN KEY");
      constexpr size_t kDeferrable = 7, kDeferred = 8;
      rows.back()[kDeferrable] = yes_or_no(key.deferrable);
      rows.back()[kDeferred] = yes_or_no(key.initially_deferred);
    }
  }
}

/// The constraint that a foreign key refers to; null if its table is gone.
const UniqueConstraint* referenced_constraint(const ForeignKey& key, const TableEntry* table) {
  if (table == nullptr) {
    return nullptr;
  }
  for (const UniqueConstraint* unique : unique_constraints(*table)) {
    if (!unique->is_computed() && std::ranges::is_permutation(unique->columns, key.referenced_columns)) {
      return unique;
    }
  }
  return nullptr;
}

std::string_view rule_words(KeyAction action) {
  switch (action) {
    case KeyAction::kNoAction:
      return "NO ACTION";
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

void referential_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const TableEntry* table : visible_tables(context)) {
    const Value schema = text(schema_of(context, table->schema).name);
    for (const ForeignKey& key : table->foreign_keys) {
      const TableEntry* other = context.catalog().table(key.referenced_table);
      const UniqueConstraint* unique = referenced_constraint(key, other);
      const bool is_constraint = unique != nullptr && unique->index_sql.empty();
      rows.push_back({database, schema, text(key.name), is_constraint ? database : null(),
                      is_constraint ? text(schema_of(context, other->schema).name) : null(),
                      is_constraint ? text(unique->name) : null(), text(key.match_full ? "FULL" : "NONE"),
                      text(rule_words(key.on_update)), text(rule_words(key.on_delete))});
    }
  }
}

void schema_check_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const TableEntry* table : visible_tables(context)) {
    for (const CheckConstraint& check : table->checks) {
      rows.push_back(
          {database, text(schema_of(context, table->schema).name), text(check.name), text("((" + check.sql + "))")});
    }
  }
}

/// The columns that constraints are over: those that foreign keys refer to, and those of unique constraints.
void constraint_column_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const TableEntry* table : visible_tables(context)) {
    const Value constraint_schema = text(schema_of(context, table->schema).name);
    const auto add = [&](const std::string& name, const TableEntry& of, const std::vector<ColumnId>& columns) {
      for (const ColumnId column : columns) {
        rows.push_back({database, text(schema_of(context, of.schema).name), text(of.name),
                        text(of.find_column(column)->name), database, constraint_schema, text(name)});
      }
    };
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      if (unique->index_sql.empty()) {
        add(unique->name, *table, unique->columns);
      }
    }
    for (const ForeignKey& key : table->foreign_keys) {
      if (const TableEntry* other = context.catalog().table(key.referenced_table)) {
        add(key.name, *other, key.referenced_columns);
      }
    }
  }
}

void schema_view_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    const SchemaEntry& schema = schema_of(context, view.schema);
    if (view.materialized_table != kNoObject || schema.database != context.database().id) {
      continue;
    }
    const char* const check = view.check_option == CheckOption::kNone    ? "NONE"
                              : view.check_option == CheckOption::kLocal ? "LOCAL"
                                                                         : "CASCADED";
    const Value updatable = yes_or_no(is_updatable_view(view));
    rows.push_back({text(context.database().name), text(schema.name), text(view.name), text(" " + view.sql + ";"),
                    text(check), updatable, updatable, yes_or_no(false), yes_or_no(false), yes_or_no(false)});
  }
}

void schema_sequence_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSequence)) {
    const auto& sequence = std::get<SequenceEntry>(*entry);
    const SchemaEntry& schema = schema_of(context, sequence.schema);
    const bool is_identity = [&] {
      const TableEntry* owner = context.catalog().table(sequence.owned_by_table);
      const ColumnEntry* column = owner == nullptr ? nullptr : owner->find_column(sequence.owned_by_column);
      return column != nullptr && column->identity != Identity::kNone;
    }();
    if (schema.database != context.database().id || is_identity) {
      continue;
    }
    const auto digits = [](int64_t value) { return text(std::to_string(value)); };
    rows.push_back({text(context.database().name), text(schema.name), text(sequence.name),
                    text(sequence.type.to_string()), numeric_precision(sequence.type).first, number(2), number(0),
                    digits(sequence.start), digits(sequence.min), digits(sequence.max), digits(sequence.increment),
                    yes_or_no(sequence.cycle)});
  }
}

void schema_domain_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kType)) {
    const auto& domain = std::get<TypeEntry>(*entry);
    const SchemaEntry& schema = schema_of(context, domain.schema);
    if (!domain.labels.empty() || domain.base.id == TypeId::kUnknown || schema.database != context.database().id) {
      continue;
    }
    LogicalType plain = domain.base;
    plain.modifier = -1;
    rows.push_back({text(context.database().name), text(schema.name), text(domain.name), text(plain.to_string()),
                    domain.default_sql.empty() ? null() : text(domain.default_sql), text(context.database().name),
                    text("pg_catalog"), text(plain.internal_name())});
  }
}

void key_column_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const TableEntry* table : visible_tables(context)) {
    const Value schema = text(schema_of(context, table->schema).name);
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      for (size_t i = 0; unique->index_sql.empty() && i < unique->columns.size(); ++i) {
        rows.push_back({database, schema, text(unique->name), database, schema, text(table->name),
                        text(table->find_column(unique->columns[i])->name), number(static_cast<int64_t>(i + 1)),
                        null()});
      }
    }
    for (const ForeignKey& key : table->foreign_keys) {
      const UniqueConstraint* unique = referenced_constraint(key, context.catalog().table(key.referenced_table));
      for (size_t i = 0; i < key.columns.size(); ++i) {
        Value place = null();
        if (unique != nullptr) {
          const auto found = std::ranges::find(unique->columns, key.referenced_columns[i]);
          place = number(found - unique->columns.begin() + 1);
        }
        rows.push_back({database, schema, text(key.name), database, schema, text(table->name),
                        text(table->find_column(key.columns[i])->name), number(static_cast<int64_t>(i + 1)), place});
      }
    }
  }
}

}  // namespace

void add_information_schema(SystemTableList& list) {
  list.add(kSchema, "schemata", "catalog_name:name schema_name:name schema_owner:name", schemata_rows);
  list.add(kSchema, "tables",
           "table_catalog:name table_schema:name table_name:name table_type:text self_referencing_column_name:name "
           "reference_generation:text "
           "user_defined_type_catalog:name user_defined_type_schema:name user_defined_type_name:name "
           "is_insertable_into:text is_typed:text commit_action:text",
           table_rows);
  list.add(kSchema, "columns",
           "table_catalog:name table_schema:name table_name:name column_name:name ordinal_position:int4 "
           "column_default:text is_nullable:text data_type:text "
           "character_maximum_length:int4 character_octet_length:int4 numeric_precision:int4 "
           "numeric_precision_radix:int4 numeric_scale:int4 "
           "datetime_precision:int4 collation_name:name udt_catalog:name udt_schema:name udt_name:name "
           "is_identity:text identity_generation:text "
           "is_generated:text generation_expression:text domain_name:name is_updatable:text",
           column_rows);
  list.add(kSchema, "table_constraints",
           "constraint_catalog:name constraint_schema:name constraint_name:name table_catalog:name table_schema:name "
           "table_name:name constraint_type:text "
           "is_deferrable:text initially_deferred:text enforced:text",
           table_constraint_rows);
  list.add(kSchema, "referential_constraints",
           "constraint_catalog:name constraint_schema:name constraint_name:name unique_constraint_catalog:name "
           "unique_constraint_schema:name unique_constraint_name:name match_option:text update_rule:text "
           "delete_rule:text",
           referential_rows);
  list.add(kSchema, "check_constraints",
           "constraint_catalog:name constraint_schema:name constraint_name:name check_clause:text", schema_check_rows);
  list.add(kSchema, "constraint_column_usage",
           "table_catalog:name table_schema:name table_name:name column_name:name constraint_catalog:name "
           "constraint_schema:name constraint_name:name",
           constraint_column_rows);
  list.add(kSchema, "views",
           "table_catalog:name table_schema:name table_name:name view_definition:text check_option:text "
           "is_updatable:text is_insertable_into:text is_trigger_updatable:text is_trigger_deletable:text "
           "is_trigger_insertable_into:text",
           schema_view_rows);
  list.add(kSchema, "sequences",
           "sequence_catalog:name sequence_schema:name sequence_name:name data_type:text numeric_precision:int4 "
           "numeric_precision_radix:int4 numeric_scale:int4 start_value:text minimum_value:text maximum_value:text "
           "increment:text cycle_option:text",
           schema_sequence_rows);
  list.add(kSchema, "domains",
           "domain_catalog:name domain_schema:name domain_name:name data_type:text domain_default:text "
           "udt_catalog:name udt_schema:name udt_name:name",
           schema_domain_rows);
  // Of these there are none.
  list.add(kSchema, "triggers",
           "trigger_catalog:name trigger_schema:name trigger_name:name event_manipulation:text "
           "event_object_catalog:name event_object_schema:name event_object_table:name action_order:int4 "
           "action_condition:text action_statement:text action_orientation:text action_timing:text");
  list.add(kSchema, "routines",
           "specific_catalog:name specific_schema:name specific_name:name routine_catalog:name routine_schema:name "
           "routine_name:name routine_type:text data_type:text routine_definition:text external_language:text");
  list.add(kSchema, "parameters",
           "specific_catalog:name specific_schema:name specific_name:name ordinal_position:int4 parameter_mode:text "
           "parameter_name:name data_type:text");
  list.add(kSchema, "key_column_usage",
           "constraint_catalog:name constraint_schema:name constraint_name:name table_catalog:name table_schema:name "
           "table_name:name column_name:name "
           "ordinal_position:int4 position_in_unique_constraint:int4",
           key_column_rows);
}

}  // namespace tidemark
