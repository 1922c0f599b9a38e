// pg_catalog's tables about relations: what psql's \d and drivers' metadata read.

#include "engine/system_tables/system_table.h"
#include "parser/ast_to_sql.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

using namespace system_row;

constexpr int64_t kHeapMethod = 2;
constexpr int64_t kBtreeMethod = 403;

Value int2vector(const std::vector<int64_t>& numbers) {
  std::string text_form;
  for (int64_t value : numbers) {
    text_form += (text_form.empty() ? "" : " ") + std::to_string(value);
  }
  return parse_value(TypeId::kInt2Vector, text_form, TypeIoOptions{});
}

Value int2_array(const std::vector<int64_t>& numbers) {
  std::string text_form = "{";
  for (int64_t value : numbers) {
    text_form += (text_form.size() == 1 ? "" : ",") + std::to_string(value);
  }
  return parse_value(LogicalType::array_of(TypeId::kInt16), text_form + "}", TypeIoOptions{});
}

/// pg_attribute.attnum of columns: their ids, which they keep; 0 for an expression.
std::vector<int64_t> attribute_numbers(const std::vector<ColumnId>& columns) {
  std::vector<int64_t> numbers;
  for (const ColumnId column : columns) {
    numbers.push_back(column == kNoColumn ? 0 : int64_t{column});
  }
  return numbers;
}

/// One row of pg_class; what Tidemark has not is what PostgreSQL shows where it is not used.
SystemRow class_row(ObjectId id, std::string_view name, ObjectId schema, ObjectId owner, char kind, int64_t columns,
                    bool has_index, int64_t rows, int64_t checks, int64_t method) {
  return {oid(id),     text(name),  oid(schema),       oid(0),          oid(0),         oid(owner),  oid(method),
          oid(id),     oid(0),      number(rows / 64), number(rows),    number(0),      oid(0),      flag(has_index),
          flag(false), letter('p'), letter(kind),      number(columns), number(checks), flag(false), flag(false),
          flag(false), flag(false), flag(false),       flag(true),      letter('d'),    flag(false), oid(0),
          number(0),   number(0)};
}

void class_rows(const SystemContext& context, SystemRows& rows) {
  const Catalog& catalog = context.catalog();
  for (const TableEntry* table : visible_tables(context)) {
    const auto constraints = unique_constraints(*table);
    const auto count = static_cast<int64_t>(context.statistics->row_count(table->id));
    rows.push_back(class_row(table->id, table->name, table->schema, table->owner, 'r',
                             static_cast<int64_t>(table->next_column_id) - 1, !constraints.empty(), count,
                             static_cast<int64_t>(table->checks.size()), kHeapMethod));
    for (const UniqueConstraint* unique : constraints) {
      rows.push_back(class_row(unique->id, unique->name, table->schema, table->owner, 'i',
                               static_cast<int64_t>(unique->columns.size()), false, count, 0, kBtreeMethod));
    }
  }
  const auto in_database = [&](ObjectId schema) {
    return schema_of(context, schema).database == context.database().id;
  };
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    if (in_database(view.schema)) {
      rows.push_back(class_row(view.id, view.name, view.schema, view.owner,
                               view.materialized_table == kNoObject ? 'v' : 'm',
                               static_cast<int64_t>(view.columns.size()), false, 0, 0, 0));
    }
  }
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kIndex)) {
    const auto& index = std::get<IndexEntry>(*entry);
    if (in_database(index.schema)) {
      rows.push_back(class_row(index.id, index.name, index.schema, catalog.table(index.table)->owner, 'i',
                               static_cast<int64_t>(index.columns.size()), false, 0, 0, kBtreeMethod));
    }
  }
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kSequence)) {
    const auto& sequence = std::get<SequenceEntry>(*entry);
    if (in_database(sequence.schema)) {
      rows.push_back(class_row(sequence.id, sequence.name, sequence.schema, sequence.owner, 'S', 3, false, 1, 0, 0));
    }
  }
  for (const TypeEntry* type : user_types(context)) {
    if (type->kind == TypeKind::kComposite) {
      rows.push_back(class_row(type->id, type->name, type->schema, type->owner, 'c',
                               static_cast<int64_t>(type->attributes.size()), false, 0, 0, 0));
    }
  }
  constexpr size_t kSchemaColumn = 2, kPersistenceColumn = 15;
  for (SystemRow& row : rows) {
    const CatalogEntry* schema = catalog.object(static_cast<ObjectId>(row[kSchemaColumn].as_int64()));
    if (schema != nullptr && name_of(*schema).starts_with("pg_temp_")) {
      row[kPersistenceColumn] = letter('t');
    }
  }
}

/// `of_table`: columns keep their numbers when others are dropped; those of other relations are counted.
void add_attributes(ObjectId relation, const std::vector<ColumnEntry>& columns, bool of_table, SystemRows& rows) {
  for (size_t i = 0; i < columns.size(); ++i) {
    const ColumnEntry& column = columns[i];
    const bool has_default = !column.default_sql.empty() && column.identity == Identity::kNone;
    rows.push_back({oid(relation),
                    text(column.name),
                    oid(column.type.oid()),
                    number(-1),
                    number(-1),
                    number(of_table ? int64_t{column.id} : static_cast<int64_t>(i + 1)),
                    number(column.type.is_array() ? 1 : 0),
                    number(-1),
                    number(column.type.id == TypeId::kTimestampTzNs ? -1 : column.type.modifier),
                    flag(false),
                    letter('p'),
                    letter('d'),
                    null(),
                    flag(column.not_null),
                    flag(has_default || !column.generated_sql.empty()),
                    flag(false),
                    column.identity == Identity::kNone ? text("") : letter(static_cast<char>(column.identity)),
                    column.generated_sql.empty() ? text("") : letter('s'),
                    flag(false),
                    flag(true),
                    number(0),
                    oid(is_string_type(column.type.id) ? 100 : 0)});
  }
}

void attribute_rows(const SystemContext& context, SystemRows& rows) {
  for (const TableEntry* table : visible_tables(context)) {
    add_attributes(table->id, table->columns, true, rows);
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      std::vector<ColumnEntry> columns;
      const TableEntry* keys = unique->is_computed() ? context.catalog().table(unique->hidden_table) : nullptr;
      for (ColumnId id : unique->columns) {
        columns.push_back(keys == nullptr ? *table->find_column(id) : keys->columns[columns.size()]);
        columns.back().default_sql.clear();
        columns.back().generated_sql.clear();
        columns.back().not_null = false;
      }
      add_attributes(unique->id, columns, false, rows);
    }
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    add_attributes(view.id, view.columns, false, rows);
  }
  for (const TypeEntry* type : user_types(context)) {
    std::vector<ColumnEntry> columns;
    for (const TypeAttribute& attribute : type->attributes) {
      columns.emplace_back();
      columns.back().id = static_cast<ColumnId>(columns.size());
      columns.back().name = attribute.name;
      columns.back().type = attribute.type;
    }
    add_attributes(type->id, columns, false, rows);
  }
}

void default_rows(const SystemContext& context, SystemRows& rows) {
  for (const TableEntry* table : visible_tables(context)) {
    for (const ColumnEntry& column : table->columns) {
      const std::string& sql = column.generated_sql.empty() ? column.default_sql : column.generated_sql;
      if (!sql.empty() && column.identity == Identity::kNone) {
        rows.push_back({oid(table->id + column.id), oid(table->id), number(column.id),
                        Value::bytes(TypeId::kPgNodeTree, shown_default(context, sql))});
      }
    }
  }
}

void index_rows(const SystemContext& context, SystemRows& rows) {
  const auto tree = [](const std::string& sql) {
    return sql.empty() ? null() : Value::bytes(TypeId::kPgNodeTree, sql);
  };
  const auto add = [&](ObjectId index, const TableEntry& table, const std::vector<ColumnId>& columns, bool unique,
                       bool primary, bool nulls_equal, const std::string& expressions, const std::string& predicate) {
    const std::vector<int64_t> keys = attribute_numbers(columns);
    const std::vector<int64_t> zeros(keys.size(), 0);
    rows.push_back({oid(index), oid(table.id), number(static_cast<int64_t>(keys.size())),
                    number(static_cast<int64_t>(keys.size())), flag(unique), flag(nulls_equal), flag(primary),
                    flag(false), flag(true), flag(false), flag(true), flag(false), flag(true), flag(true), flag(false),
                    int2vector(keys), int2vector(zeros), tree(expressions), tree(predicate)});
  };
  for (const TableEntry* table : visible_tables(context)) {
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      std::string expressions;
      for (const std::string& expression : unique->expressions) {
        expressions += (expressions.empty() ? "" : ", ") + expression;
      }
      add(unique->id, *table, unique->columns, true, unique->primary, unique->nulls_not_distinct, expressions,
          unique->predicate);
    }
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kIndex)) {
    const auto& index = std::get<IndexEntry>(*entry);
    if (const TableEntry* table = context.catalog().table(index.table)) {
      add(index.id, *table, index.columns, index.unique, false, false, "", "");
    }
  }
}

void constraint_rows(const SystemContext& context, SystemRows& rows) {
  for (const TableEntry* table : visible_tables(context)) {
    const auto add = [&](ObjectId id, std::string_view name, char kind, ObjectId index, Value columns) {
      rows.push_back({oid(id),
                      text(name),
                      oid(table->schema),
                      letter(kind),
                      flag(false),
                      flag(false),
                      flag(true),
                      oid(table->id),
                      oid(0),
                      oid(index),
                      oid(0),
                      oid(0),
                      letter(' '),
                      letter(' '),
                      letter(' '),
                      flag(true),
                      number(0),
                      flag(true),
                      std::move(columns),
                      null()});
    };
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      if (!unique->index_sql.empty()) {
        continue;
      }
      add(unique->id, unique->name, unique->primary ? 'p' : 'u', unique->id,
          int2_array(attribute_numbers(unique->columns)));
    }
    for (const CheckConstraint& check : table->checks) {
      add(check.id, check.name, 'c', kNoObject, null());
    }
    for (const ForeignKey& key : table->foreign_keys) {
      const TableEntry* other = context.catalog().table(key.referenced_table);
      add(key.id, key.name, 'f', kNoObject, int2_array(attribute_numbers(key.columns)));
      std::vector<Value>& row = rows.back();
      constexpr size_t kDeferrable = 4, kDeferred = 5, kValidated = 6, kReferenced = 11, kOnUpdate = 12, kOnDelete = 13,
                       kMatch = 14, kReferencedColumns = 19;
      row[kDeferrable] = flag(key.deferrable);
      row[kDeferred] = flag(key.initially_deferred);
      row[kValidated] = flag(key.validated);
      row[kReferenced] = oid(key.referenced_table);
      row[kOnUpdate] = letter(static_cast<char>(key.on_update));
      row[kOnDelete] = letter(static_cast<char>(key.on_delete));
      row[kMatch] = letter(key.match_full ? 'f' : 's');
      row[kReferencedColumns] = other == nullptr ? null() : int2_array(attribute_numbers(key.referenced_columns));
    }
  }
}

void description_rows(const SystemContext& context, SystemRows& rows) {
  constexpr int64_t kPgClass = 1259;
  for (const TableEntry* table : visible_tables(context)) {
    if (!table->comment.empty()) {
      rows.push_back({oid(table->id), oid(kPgClass), number(0), text(table->comment)});
    }
    for (const ColumnEntry& column : table->columns) {
      if (!column.comment.empty()) {
        rows.push_back({oid(table->id), oid(kPgClass), number(column.id), text(column.comment)});
      }
    }
  }
  constexpr int64_t kPgType = 1247;
  for (const TypeEntry* type : user_types(context)) {
    if (!type->comment.empty()) {
      rows.push_back({oid(type->id), oid(kPgType), number(0), text(type->comment)});
    }
  }
}

std::string role_name(const SystemContext& context, ObjectId id) {
  const CatalogEntry* entry = context.catalog().object(id);
  return entry == nullptr ? "" : name_of(*entry);
}

void tables_rows(const SystemContext& context, SystemRows& rows) {
  for (const TableEntry* table : visible_tables(context)) {
    rows.push_back({text(schema_of(context, table->schema).name), text(table->name),
                    text(role_name(context, table->owner)), null(), flag(!unique_constraints(*table).empty()),
                    flag(false), flag(false), flag(false)});
  }
}

void views_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    if (view.materialized_table == kNoObject) {
      rows.push_back({text(schema_of(context, view.schema).name), text(view.name), text(role_name(context, view.owner)),
                      text(" " + view.sql + ";")});
    }
  }
}

void indexes_rows(const SystemContext& context, SystemRows& rows) {
  for (const TableEntry* table : visible_tables(context)) {
    for (const UniqueConstraint* unique : unique_constraints(*table)) {
      const std::string& schema = schema_of(context, table->schema).name;
      if (!unique->index_sql.empty()) {
        rows.push_back({text(schema), text(table->name), text(unique->name), null(), text(unique->index_sql)});
        continue;
      }
      std::string columns;
      for (ColumnId id : unique->columns) {
        columns += (columns.empty() ? "" : ", ") + quote_identifier(table->find_column(id)->name);
      }
      rows.push_back({text(schema), text(table->name), text(unique->name), null(),
                      text("CREATE UNIQUE INDEX " + quote_identifier(unique->name) + " ON " + quote_identifier(schema) +
                           "." + quote_identifier(table->name) + " USING btree (" + columns + ")")});
    }
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kIndex)) {
    const auto& index = std::get<IndexEntry>(*entry);
    const TableEntry* table = context.catalog().table(index.table);
    const SchemaEntry& schema = schema_of(context, index.schema);
    if (table != nullptr && !table->hidden && schema.database == context.database().id) {
      rows.push_back({text(schema.name), text(table->name), text(index.name), null(), text(index.definition_sql)});
    }
  }
}

void user_table_statistics(const SystemContext& context, SystemRows& rows) {
  for (const TableEntry* table : visible_tables(context)) {
    rows.push_back({oid(table->id), text(schema_of(context, table->schema).name), text(table->name),
                    number(static_cast<int64_t>(context.statistics->row_count(table->id))), number(0)});
  }
}

void sequences_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSequence)) {
    const auto& sequence = std::get<SequenceEntry>(*entry);
    const SchemaEntry& schema = schema_of(context, sequence.schema);
    if (schema.database != context.database().id) {
      continue;
    }
    const auto [last_value, is_called] = context.sequence_state(sequence.id);
    rows.push_back({text(schema.name), text(sequence.name), text(role_name(context, sequence.owner)),
                    Value::integer(TypeId::kRegtype, sequence.type.oid()), number(sequence.start), number(sequence.min),
                    number(sequence.max), number(sequence.increment), flag(sequence.cycle), number(1),
                    is_called ? number(last_value) : null()});
  }
}

void sequence_rows(const SystemContext& context, SystemRows& rows) {
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kSequence)) {
    const auto& sequence = std::get<SequenceEntry>(*entry);
    rows.push_back({oid(sequence.id), oid(sequence.type.oid()), number(sequence.start), number(sequence.increment),
                    number(sequence.max), number(sequence.min), number(1), flag(sequence.cycle)});
  }
}

}  // namespace

void add_relation_tables(SystemTableList& list) {
  list.add(kCatalog, "pg_class",
           "oid:oid relname:name relnamespace:oid reltype:oid reloftype:oid relowner:oid relam:oid relfilenode:oid "
           "reltablespace:oid relpages:int4 "
           "reltuples:float4 relallvisible:int4 reltoastrelid:oid relhasindex:bool relisshared:bool "
           "relpersistence:\"char\" relkind:\"char\" relnatts:int2 "
           "relchecks:int2 relhasrules:bool relhastriggers:bool relhassubclass:bool relrowsecurity:bool "
           "relforcerowsecurity:bool relispopulated:bool "
           "relreplident:\"char\" relispartition:bool relrewrite:oid relfrozenxid:int8 relminmxid:int8 relacl:text[] "
           "reloptions:text[] relpartbound:pg_node_tree",
           class_rows);
  list.add(kCatalog, "pg_attribute",
           "attrelid:oid attname:name atttypid:oid attstattarget:int4 attlen:int2 attnum:int2 attndims:int4 "
           "attcacheoff:int4 atttypmod:int4 attbyval:bool "
           "attalign:\"char\" attstorage:\"char\" attcompression:\"char\" attnotnull:bool atthasdef:bool "
           "atthasmissing:bool attidentity:\"char\" "
           "attgenerated:\"char\" attisdropped:bool attislocal:bool attinhcount:int4 attcollation:oid attacl:text[] "
           "attoptions:text[] attfdwoptions:text[]",
           attribute_rows);
  list.add(kCatalog, "pg_attrdef", "oid:oid adrelid:oid adnum:int2 adbin:pg_node_tree", default_rows);
  list.add(kCatalog, "pg_index",
           "indexrelid:oid indrelid:oid indnatts:int2 indnkeyatts:int2 indisunique:bool indnullsnotdistinct:bool "
           "indisprimary:bool indisexclusion:bool "
           "indimmediate:bool indisclustered:bool indisvalid:bool indcheckxmin:bool indisready:bool indislive:bool "
           "indisreplident:bool indkey:int2vector "
           "indoption:int2vector indexprs:pg_node_tree indpred:pg_node_tree",
           index_rows);
  list.add(kCatalog, "pg_constraint",
           "oid:oid conname:name connamespace:oid contype:\"char\" condeferrable:bool condeferred:bool "
           "convalidated:bool conrelid:oid contypid:oid conindid:oid "
           "conparentid:oid confrelid:oid confupdtype:\"char\" confdeltype:\"char\" confmatchtype:\"char\" "
           "conislocal:bool coninhcount:int4 connoinherit:bool "
           "conkey:int2[] confkey:int2[]",
           constraint_rows);
  list.add(kCatalog, "pg_description", "objoid:oid classoid:oid objsubid:int4 description:text", description_rows);
  list.add(kCatalog, "pg_tables",
           "schemaname:name tablename:name tableowner:name tablespace:name hasindexes:bool hasrules:bool "
           "hastriggers:bool rowsecurity:bool",
           tables_rows);
  list.add(kCatalog, "pg_sequences",
           "schemaname:name sequencename:name sequenceowner:name data_type:regtype start_value:int8 min_value:int8 "
           "max_value:int8 increment_by:int8 cycle:bool cache_size:int8 last_value:int8",
           sequences_rows);
  list.add(kCatalog, "pg_views", "schemaname:name viewname:name viewowner:name definition:text", views_rows);
  list.add(kCatalog, "pg_indexes", "schemaname:name tablename:name indexname:name tablespace:name indexdef:text",
           indexes_rows);
  list.add(kCatalog, "pg_stat_user_tables", "relid:oid schemaname:name relname:name n_live_tup:int8 n_dead_tup:int8",
           user_table_statistics);
  list.add(
      kCatalog, "pg_sequence",
      "seqrelid:oid seqtypid:oid seqstart:int8 seqincrement:int8 seqmax:int8 seqmin:int8 seqcache:int8 seqcycle:bool",
      sequence_rows);
}

}  // namespace tidemark
