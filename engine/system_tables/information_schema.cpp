// The SQL standard's views of the catalog. PostgreSQL's domains (sql_identifier …) are shown as the types below them,
// as clients see them.

#include <algorithm>
#include <array>

#include "base/ascii.h"
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
    if (view.materialized_table == kNoObject && schema_of(context, view.schema).database == context.database().id) {
      add(view.schema, view.name, "VIEW", is_updatable_view(view));
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

/// How long values may be, in letters and in bytes.
std::pair<Value, Value> character_lengths(LogicalType type) {
  constexpr int64_t kUnbounded = 1 << 30;
  constexpr int64_t kLetterBytesMax = 4;
  switch (type.id) {
    case TypeId::kText:
      return {null(), number(kUnbounded)};
    case TypeId::kVarchar:
    case TypeId::kBpchar:
      return type.modifier >= 4 ? std::pair(number(type.modifier - 4), number((type.modifier - 4) * kLetterBytesMax))
                                : std::pair(null(), number(kUnbounded));
    case TypeId::kBit:
    case TypeId::kVarbit:
      return {type.modifier >= 0 ? number(type.modifier) : null(), null()};
    default:
      return {null(), null()};
  }
}

Value datetime_precision(LogicalType type) {
  constexpr int32_t kAllDigits = 0xffff;
  if (type.id == TypeId::kDate) {
    return number(0);
  }
  if (type.id == TypeId::kInterval && type.modifier >= 0) {
    return number((type.modifier & kAllDigits) == kAllDigits ? 6 : type.modifier & kAllDigits);
  }
  const bool is_time = is_timestamp_type(type.id) || type.id == TypeId::kTime || type.id == TypeId::kTimeTz ||
                       type.id == TypeId::kInterval;
  return is_time ? number(type.modifier >= 0 && type.id != TypeId::kTimestampTzNs ? type.modifier : 6) : null();
}

/// `YEAR TO MONTH` of an interval that is held to fields.
Value interval_fields(LogicalType type) {
  constexpr std::string_view kPlain = "interval ";
  std::string shown = type.id == TypeId::kInterval ? type.to_string() : "";
  if (!shown.starts_with(kPlain)) {
    return null();
  }
  return text(to_ascii_upper(shown.substr(kPlain.size())));
}

/// A domain's database, schema and name; NULLs where the column is of none.
std::array<Value, 3> domain_names(const SystemContext& context, const ColumnEntry& column) {
  const CatalogEntry* entry = column.domain == kNoObject ? nullptr : context.catalog().object(column.domain);
  const auto* domain = entry == nullptr ? nullptr : std::get_if<TypeEntry>(entry);
  if (domain == nullptr) {
    return {null(), null(), null()};
  }
  return {text(context.database().name), text(schema_of(context, domain->schema).name), text(domain->name)};
}

/// `identity_generation` to `identity_cycle`.
std::array<Value, 6> identity_values(const SystemContext& context, const ColumnEntry& column) {
  const CatalogEntry* entry =
      column.identity == Identity::kNone ? nullptr : context.catalog().object(column.owned_sequence);
  const auto* sequence = entry == nullptr ? nullptr : std::get_if<SequenceEntry>(entry);
  if (sequence == nullptr) {
    return {null(), null(), null(), null(), null(), yes_or_no(false)};
  }
  const auto digits = [](int64_t value) { return text(std::to_string(value)); };
  return {text(column.identity == Identity::kAlways ? "ALWAYS" : "BY DEFAULT"),
          digits(sequence->start),
          digits(sequence->increment),
          digits(sequence->max),
          digits(sequence->min),
          yes_or_no(sequence->cycle)};
}

void add_columns(const SystemContext& context, ObjectId schema, const std::string& relation,
                 const std::vector<ColumnEntry>& columns, bool of_table, bool updatable, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnEntry& column = columns[i];
    const int64_t place = of_table ? int64_t{column.id} : static_cast<int64_t>(i + 1);
    const LogicalType type = column.type;
    LogicalType plain = type;
    plain.modifier = -1;
    if (type.id == TypeId::kTimestampTzNs) {
      plain = TypeId::kTimestampTz;
    }
    const auto [letters, bytes] = character_lengths(type);
    const auto [precision, radix] = numeric_precision(type);
    const Value scale = is_integer_type(type.id)                            ? number(0)
                        : type.id == TypeId::kNumeric && type.modifier >= 4 ? number((type.modifier - 4) & 0x7ff)
                                                                            : null();
    const bool is_identity = column.identity != Identity::kNone;
    const auto [domain_database, domain_schema, domain_name] = domain_names(context, column);
    const auto identity = identity_values(context, column);
    rows.push_back(
        {database,
         text(schema_of(context, schema).name),
         text(relation),
         text(column.name),
         number(place),
         column.default_sql.empty() || is_identity ? null() : text(shown_default(context, column.default_sql)),
         yes_or_no(!column.not_null),
         text(type.is_array()       ? "ARRAY"
              : type.user_type != 0 ? "USER-DEFINED"
                                    : plain.to_string()),
         letters,
         bytes,
         precision,
         radix,
         scale,
         datetime_precision(type),
         interval_fields(type),
         null(),  // interval_precision
         null(),  // character_set_…
         null(),
         null(),
         null(),  // collation_…
         null(),
         null(),
         domain_database,
         domain_schema,
         domain_name,
         database,
         text(type_schema(context, type)),
         text(plain.internal_name()),
         null(),  // scope_…
         null(),
         null(),
         null(),  // maximum_cardinality
         text(std::to_string(place)),
         yes_or_no(false),
         yes_or_no(is_identity),
         identity[0],
         identity[1],
         identity[2],
         identity[3],
         identity[4],
         identity[5],
         text(column.generated_sql.empty() ? "NEVER" : "ALWAYS"),
         column.generated_sql.empty() ? null() : text(column.generated_sql),
         yes_or_no(updatable)});
  }
}

void column_rows(const SystemContext& context, SystemRows& rows) {
  for (const TableEntry* table : visible_tables(context)) {
    add_columns(context, table->schema, table->name, table->columns, true, true, rows);
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    if (view.materialized_table == kNoObject && schema_of(context, view.schema).database == context.database().id) {
      add_columns(context, view.schema, view.name, view.columns, false, is_updatable_view(view), rows);
    }
  }
}

/// PostgreSQL 15 has no constraint for NOT NULL, and so makes up a name.
std::string not_null_name(const TableEntry& table, const ColumnEntry& column) {
  return std::to_string(table.schema) + "_" + std::to_string(table.id) + "_" + std::to_string(column.id) + "_not_null";
}

void table_constraint_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const TableEntry* table : visible_tables(context)) {
    const Value schema = text(schema_of(context, table->schema).name);
    const auto add = [&](const std::string& name, std::string_view type, Value nulls_distinct) {
      rows.push_back({database, schema, text(name), database, schema, text(table->name), text(type), yes_or_no(false),
                      yes_or_no(false), yes_or_no(true), std::move(nulls_distinct)});
    };
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      if (!unique->index_sql.empty()) {
        continue;  // An index is no constraint.
      }
      add(unique->name, unique->primary ? "PRIMARY KEY" : "UNIQUE",
          unique->primary ? null() : yes_or_no(!unique->nulls_not_distinct));
    }
    for (const CheckConstraint& check : table->checks) {
      add(check.name, "CHECK", null());
    }
    for (const ColumnEntry& column : table->columns) {
      if (column.not_null) {
        add(not_null_name(*table, column), "CHECK", null());
      }
    }
    for (const ForeignKey& key : table->foreign_keys) {
      add(key.name, "FOREIGN KEY", null());
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
    for (const ColumnEntry& column : table->columns) {
      if (column.not_null) {
        rows.push_back({database, text(schema_of(context, table->schema).name), text(not_null_name(*table, column)),
                        text(column.name + " IS NOT NULL")});
      }
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
    const auto [letters, bytes] = character_lengths(domain.base);
    const auto [precision, radix] = numeric_precision(domain.base);
    rows.push_back({text(context.database().name),
                    text(schema.name),
                    text(domain.name),
                    text(plain.to_string()),
                    letters,
                    bytes,
                    null(),
                    null(),
                    null(),
                    null(),
                    null(),
                    null(),
                    precision,
                    radix,
                    is_integer_type(domain.base.id) ? number(0)
                    : domain.base.id == TypeId::kNumeric && domain.base.modifier >= 4
                        ? number((domain.base.modifier - 4) & 0x7ff)
                        : null(),
                    datetime_precision(domain.base),
                    interval_fields(domain.base),
                    null(),
                    domain.default_sql.empty() ? null() : text(domain.default_sql),
                    text(context.database().name),
                    text("pg_catalog"),
                    text(plain.internal_name()),
                    null(),
                    null(),
                    null(),
                    null(),
                    text("1")});
  }
}

void domain_constraint_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kType)) {
    const auto& domain = std::get<TypeEntry>(*entry);
    const SchemaEntry& schema = schema_of(context, domain.schema);
    if (domain.kind != TypeKind::kDomain || schema.database != context.database().id) {
      continue;
    }
    for (const CheckConstraint& check : domain.checks) {
      rows.push_back({database, text(schema.name), text(check.name), database, text(schema.name), text(domain.name),
                      yes_or_no(false), yes_or_no(false)});
    }
  }
}

/// The tables that constraints are over: the referenced ones of foreign keys, and those of unique constraints.
void constraint_table_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const TableEntry* table : visible_tables(context)) {
    const Value schema = text(schema_of(context, table->schema).name);
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      if (unique->index_sql.empty()) {
        rows.push_back({database, schema, text(table->name), database, schema, text(unique->name)});
      }
    }
    for (const ForeignKey& key : table->foreign_keys) {
      if (const TableEntry* other = context.catalog().table(key.referenced_table)) {
        rows.push_back({database, text(schema_of(context, other->schema).name), text(other->name), database, schema,
                        text(key.name)});
      }
    }
  }
}

/// Array columns, by their tables' names and their own numbers.
void element_type_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const TableEntry* table : visible_tables(context)) {
    for (const ColumnEntry& column : table->columns) {
      const LogicalType type = column.type;
      if (!type.is_array()) {
        continue;
      }
      LogicalType element = type.element_type();
      element.modifier = -1;
      SystemRow row{database,
                    text(schema_of(context, table->schema).name),
                    text(table->name),
                    text("TABLE"),
                    text(std::to_string(column.id)),
                    text(element.user_type != 0 ? "USER-DEFINED" : element.to_string())};
      constexpr size_t kUnknownOfElements = 15;  // from character_maximum_length to domain_default
      row.resize(row.size() + kUnknownOfElements);
      row.insert(row.end(), {database, text(type_schema(context, element)), text(element.internal_name()), null(),
                             null(), null(), null(), text("a" + std::to_string(column.id))});
      rows.push_back(std::move(row));
    }
  }
}

/// The relations that views read.
void view_table_rows(const SystemContext& context, SystemRows& rows) {
  const Value database = text(context.database().name);
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    const SchemaEntry& schema = schema_of(context, view.schema);
    if (view.materialized_table != kNoObject || schema.database != context.database().id) {
      continue;
    }
    for (const ObjectId id : view.depends_on) {
      const CatalogEntry* read = context.catalog().object(id);
      const bool is_relation =
          read != nullptr && (kind_of(*read) == ObjectKind::kTable || kind_of(*read) == ObjectKind::kView);
      if (is_relation) {
        const ObjectId its_schema = kind_of(*read) == ObjectKind::kTable ? std::get<TableEntry>(*read).schema
                                                                         : std::get<ViewEntry>(*read).schema;
        rows.push_back({database, text(schema.name), text(view.name), database,
                        text(schema_of(context, its_schema).name), text(name_of(*read))});
      }
    }
  }
}

void user_type_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kType)) {
    const auto& type = std::get<TypeEntry>(*entry);
    const SchemaEntry& schema = schema_of(context, type.schema);
    if (type.kind == TypeKind::kComposite && schema.database == context.database().id) {
      rows.push_back(
          {text(context.database().name), text(schema.name), text(type.name), text("STRUCTURED"), yes_or_no(true)});
    }
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
  list.add(kSchema, "schemata",
           "catalog_name:name schema_name:name schema_owner:name default_character_set_catalog:name "
           "default_character_set_schema:name default_character_set_name:name sql_path:varchar",
           schemata_rows);
  list.add(kSchema, "tables",
           "table_catalog:name table_schema:name table_name:name table_type:varchar self_referencing_column_name:name "
           "reference_generation:varchar "
           "user_defined_type_catalog:name user_defined_type_schema:name user_defined_type_name:name "
           "is_insertable_into:varchar is_typed:varchar commit_action:varchar",
           table_rows);
  list.add(kSchema, "columns",
           "table_catalog:name table_schema:name table_name:name column_name:name ordinal_position:int4 "
           "column_default:varchar is_nullable:varchar data_type:varchar "
           "character_maximum_length:int4 character_octet_length:int4 numeric_precision:int4 "
           "numeric_precision_radix:int4 numeric_scale:int4 datetime_precision:int4 interval_type:varchar "
           "interval_precision:int4 character_set_catalog:name character_set_schema:name character_set_name:name "
           "collation_catalog:name collation_schema:name collation_name:name domain_catalog:name domain_schema:name "
           "domain_name:name udt_catalog:name udt_schema:name udt_name:name scope_catalog:name scope_schema:name "
           "scope_name:name maximum_cardinality:int4 dtd_identifier:name is_self_referencing:varchar "
           "is_identity:varchar identity_generation:varchar identity_start:varchar identity_increment:varchar "
           "identity_maximum:varchar identity_minimum:varchar identity_cycle:varchar is_generated:varchar "
           "generation_expression:varchar is_updatable:varchar",
           column_rows);
  list.add(kSchema, "table_constraints",
           "constraint_catalog:name constraint_schema:name constraint_name:name table_catalog:name table_schema:name "
           "table_name:name constraint_type:varchar "
           "is_deferrable:varchar initially_deferred:varchar enforced:varchar nulls_distinct:varchar",
           table_constraint_rows);
  list.add(kSchema, "referential_constraints",
           "constraint_catalog:name constraint_schema:name constraint_name:name unique_constraint_catalog:name "
           "unique_constraint_schema:name unique_constraint_name:name match_option:varchar update_rule:varchar "
           "delete_rule:varchar",
           referential_rows);
  list.add(kSchema, "check_constraints",
           "constraint_catalog:name constraint_schema:name constraint_name:name check_clause:varchar",
           schema_check_rows);
  list.add(kSchema, "constraint_column_usage",
           "table_catalog:name table_schema:name table_name:name column_name:name constraint_catalog:name "
           "constraint_schema:name constraint_name:name",
           constraint_column_rows);
  list.add(kSchema, "views",
           "table_catalog:name table_schema:name table_name:name view_definition:varchar check_option:varchar "
           "is_updatable:varchar is_insertable_into:varchar is_trigger_updatable:varchar is_trigger_deletable:varchar "
           "is_trigger_insertable_into:varchar",
           schema_view_rows);
  list.add(
      kSchema, "sequences",
      "sequence_catalog:name sequence_schema:name sequence_name:name data_type:varchar numeric_precision:int4 "
      "numeric_precision_radix:int4 numeric_scale:int4 start_value:varchar minimum_value:varchar maximum_value:varchar "
      "increment:varchar cycle_option:varchar",
      schema_sequence_rows);
  list.add(kSchema, "domains",
           "domain_catalog:name domain_schema:name domain_name:name data_type:varchar character_maximum_length:int4 "
           "character_octet_length:int4 character_set_catalog:name character_set_schema:name character_set_name:name "
           "collation_catalog:name collation_schema:name collation_name:name numeric_precision:int4 "
           "numeric_precision_radix:int4 numeric_scale:int4 datetime_precision:int4 interval_type:varchar "
           "interval_precision:int4 domain_default:varchar udt_catalog:name udt_schema:name udt_name:name "
           "scope_catalog:name scope_schema:name scope_name:name maximum_cardinality:int4 dtd_identifier:name",
           schema_domain_rows);
  list.add(kSchema, "domain_constraints",
           "constraint_catalog:name constraint_schema:name constraint_name:name domain_catalog:name "
           "domain_schema:name domain_name:name is_deferrable:varchar initially_deferred:varchar",
           domain_constraint_rows);
  list.add(kSchema, "constraint_table_usage",
           "table_catalog:name table_schema:name table_name:name constraint_catalog:name constraint_schema:name "
           "constraint_name:name",
           constraint_table_rows);
  list.add(kSchema, "element_types",
           "object_catalog:name object_schema:name object_name:name object_type:varchar "
           "collection_type_identifier:name data_type:varchar character_maximum_length:int4 "
           "character_octet_length:int4 character_set_catalog:name character_set_schema:name character_set_name:name "
           "collation_catalog:name collation_schema:name collation_name:name numeric_precision:int4 "
           "numeric_precision_radix:int4 numeric_scale:int4 datetime_precision:int4 interval_type:varchar "
           "interval_precision:int4 domain_default:varchar udt_catalog:name udt_schema:name udt_name:name "
           "scope_catalog:name scope_schema:name scope_name:name maximum_cardinality:int4 dtd_identifier:name",
           element_type_rows);
  list.add(kSchema, "view_table_usage",
           "view_catalog:name view_schema:name view_name:name table_catalog:name table_schema:name table_name:name",
           view_table_rows);
  list.add(kSchema, "user_defined_types",
           "user_defined_type_catalog:name user_defined_type_schema:name user_defined_type_name:name "
           "user_defined_type_category:varchar is_instantiable:varchar",
           user_type_rows);
  list.add(kSchema, "information_schema_catalog_name", "catalog_name:name",
           [](const SystemContext& context, SystemRows& rows) { rows.push_back({text(context.database().name)}); });
  list.add(kSchema, "character_sets",
           "character_set_catalog:name character_set_schema:name character_set_name:name character_repertoire:name "
           "form_of_use:name default_collate_catalog:name default_collate_schema:name default_collate_name:name",
           [](const SystemContext& context, SystemRows& rows) {
             rows.push_back({null(), null(), text("UTF8"), text("UCS"), text("UTF8"), text(context.database().name),
                             text("pg_catalog"), text("C")});
           });
  list.add(kSchema, "collations",
           "collation_catalog:name collation_schema:name collation_name:name pad_attribute:varchar",
           [](const SystemContext& context, SystemRows& rows) {
             for (const char* name : {"default", "C", "POSIX"}) {
               rows.push_back({text(context.database().name), text("pg_catalog"), text(name), text("NO PAD")});
             }
           });
  // Of these there are none.
  list.add(kSchema, "triggers",
           "trigger_catalog:name trigger_schema:name trigger_name:name event_manipulation:varchar "
           "event_object_catalog:name event_object_schema:name event_object_table:name action_order:int4 "
           "action_condition:varchar action_statement:varchar action_orientation:varchar action_timing:varchar "
           "action_reference_old_table:name action_reference_new_table:name action_reference_old_row:name "
           "action_reference_new_row:name created:timestamptz");
  list.add(
      kSchema, "routines",
      "specific_catalog:name specific_schema:name specific_name:name routine_catalog:name routine_schema:name "
      "routine_name:name routine_type:varchar data_type:varchar routine_definition:varchar external_language:varchar");
  list.add(kSchema, "parameters",
           "specific_catalog:name specific_schema:name specific_name:name ordinal_position:int4 parameter_mode:varchar "
           "parameter_name:name data_type:varchar");
  list.add(kSchema, "key_column_usage",
           "constraint_catalog:name constraint_schema:name constraint_name:name table_catalog:name table_schema:name "
           "table_name:name column_name:name "
           "ordinal_position:int4 position_in_unique_constraint:int4",
           key_column_rows);
}

}  // namespace tidemark
