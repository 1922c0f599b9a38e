// Types that users define: what all kinds have in common (finding, renaming, dropping), and enums. Domains have rules,
// and a file of their own.

#include <algorithm>
#include <set>

#include "catalog/enum_order.h"
#include "engine/ddl/create_table.h"
#include "engine/ddl/definitions.h"
#include "engine/ddl/index_definition.h"
#include "engine/ddl/stored_text.h"
#include "parser/ast_to_sql.h"

namespace tidemark {
namespace {

constexpr size_t kLabelBytesMax = 63;

const TypeEntry* find_user_type(const ast::QualifiedName& name, const DdlContext& context) {
  std::vector<std::string> schemas = context.environment().search_path;
  if (name.parts.size() > 1) {
    schemas = {name.parts[name.parts.size() - 2]};
  }
  for (const std::string& schema_name : schemas) {
    const SchemaEntry* schema = context.catalog().schema(context.environment().database, schema_name);
    if (const TypeEntry* type = schema == nullptr ? nullptr : context.catalog().type(schema->id, name.last())) {
      return type;
    }
  }
  return nullptr;
}

void require_free_type_name(ObjectId schema, const std::string& name, const DdlContext& context) {
  if (context.catalog().type(schema, name) != nullptr || context.catalog().relation(schema, name) != nullptr) {
    throw Error(sqlstate::kDuplicateObject, "type \"" + name + "\" already exists");
  }
}

/// An id whose successor is ours, too: the array type's.
ObjectId allocate_id_pair(DdlContext& context) {
  ObjectId first = context.allocate_id();
  for (ObjectId second = context.allocate_id(); second != first + 1; second = context.allocate_id()) {
    first = second;
  }
  return first;
}

// ------------------------------------------------------------------------------------------------------------ enums

void require_label(const std::string& label) {
  if (label.size() > kLabelBytesMax) {
    throw Error("42602", "invalid enum label \"" + label + "\"").with_detail("Labels must be 63 bytes or less.");
  }
}

auto find_label(std::vector<EnumLabel>& labels, const std::string& name) {
  return std::ranges::find(labels, name, &EnumLabel::name);
}

void require_existing(bool found, const std::string& label) {
  if (!found) {
    throw Error(sqlstate::kInvalidParameterValue, "\"" + label + "\" is not an existing enum label");
  }
}

void add_label(TypeEntry& type, const ast::AlterEnumStatement& statement, DdlContext& context) {
  require_label(statement.new_label);
  if (find_label(type.labels, statement.new_label) != type.labels.end()) {
    Error exists(sqlstate::kDuplicateObject, "enum label \"" + statement.new_label + "\" already exists" +
                                                 (statement.if_not_exists ? ", skipping" : ""));
    if (!statement.if_not_exists) {
      throw exists;
    }
    context.notice("NOTICE", exists);
    return;
  }
  auto place = type.labels.end();
  if (!statement.neighbour.empty()) {
    place = find_label(type.labels, statement.neighbour);
    require_existing(place != type.labels.end(), statement.neighbour);
    place += statement.after ? 1 : 0;
  }
  const std::string low = place == type.labels.begin() ? "" : std::prev(place)->order;
  const std::string high = place == type.labels.end() ? "" : place->order;
  type.labels.insert(place, {context.allocate_id(), statement.new_label, order_between(low, high)});
}

// ----------------------------------------------------------------------------------------------------------- renaming

/// Puts the type as it is now, and its name or label as it is now into the texts. 0A000 if one of those that could be
/// bound before cannot be any more.
void put_with_texts(TypeEntry type, const TextEdit& edit, DdlContext& context) {
  const std::string name = type.name;
  std::set<std::pair<std::string, std::string>> expected;
  edit_stored_texts(
      [&](const std::string& owner, const std::string& sql, const NameUses& uses) {
        std::string edited = edit(owner, sql, uses);
        expected.emplace(owner, edited);
        return edited;
      },
      context);
  context.put(std::move(type));
  edit_stored_texts(
      [&](const std::string& owner, const std::string& sql, const NameUses& /*uses*/) {
        expected.erase({owner, sql});
        return sql;
      },
      context);
  if (!expected.empty()) {
    throw Error(sqlstate::kFeatureNotSupported,
                "cannot alter type \"" + name + "\" because " + expected.begin()->first + " depends on it");
  }
}

/// A type under another name, or in another schema.
void move_type(TypeEntry type, const SchemaEntry& schema, const std::string& name, DdlContext& context) {
  const std::string now = quote_identifier(schema.name) + "." + quote_identifier(name);
  const ObjectId id = type.id;
  type.schema = schema.id;
  type.name = name;
  put_with_texts(
      std::move(type),
      [&](const std::string&, const std::string& sql, const NameUses& uses) {
        return with_renamed_type(sql, uses, id, now);
      },
      context);
}

void rename_label(TypeEntry type, const ast::AlterEnumStatement& statement, DdlContext& context) {
  require_label(statement.new_label);
  const auto label = find_label(type.labels, statement.old_label);
  require_existing(label != type.labels.end(), statement.old_label);
  if (find_label(type.labels, statement.new_label) != type.labels.end()) {
    throw Error(sqlstate::kDuplicateObject, "enum label \"" + statement.new_label + "\" already exists");
  }
  label->name = statement.new_label;
  const ObjectId id = type.id;
  put_with_texts(
      std::move(type),
      [&](const std::string&, const std::string& sql, const NameUses& uses) {
        return with_renamed_label(sql, uses, id, statement.old_label, statement.new_label);
      },
      context);
}

// ----------------------------------------------------------------------------------------------------------- dropping

/// A key column stays, and so does one that more hangs on than checks: ALTER TABLE knows how to go about it.
void drop_column_of_type(ObjectId table_id, ColumnId column, DdlContext& context) {
  TableEntry table = *context.catalog().table(table_id);
  const ColumnEntry dropped = *table.find_column(column);
  const auto has = [column](const auto& part) { return std::ranges::find(part.columns, column) != part.columns.end(); };
  const bool is_read = std::ranges::any_of(table.columns, [&](const ColumnEntry& other) {
    if (other.generated_sql.empty() || other.id == column) {
      return false;
    }
    const std::vector<ColumnId> read = columns_read(other.generated_sql, table, context);
    return std::ranges::find(read, column) != read.end();
  });
  const auto is_in_index = [&](const std::string& sql) {
    const std::vector<ColumnId> read = columns_of_index(sql, table, context);
    return std::ranges::find(read, column) != read.end();
  };
  const bool is_indexed = std::ranges::any_of(context.catalog().all(ObjectKind::kIndex),
                                              [&](const CatalogEntry* entry) {
                                                const auto& index = std::get<IndexEntry>(*entry);
                                                return index.table == table_id && is_in_index(index.definition_sql);
                                              }) ||
                          std::ranges::any_of(table.uniques, [&](const UniqueConstraint& unique) {
                            return unique.is_computed() && is_in_index(unique.index_sql);
                          });
  if (table.is_key_column(column) || is_read || is_indexed || std::ranges::any_of(table.uniques, has) ||
      std::ranges::any_of(table.foreign_keys, has)) {
    throw Error(sqlstate::kFeatureNotSupported,
                "cannot drop column \"" + dropped.name + "\" of table \"" + table.name +
                    "\" together with its type, as a key, an index or a generated column needs it");
  }
  drop_dependent_views(table, column, "column " + dropped.name + " of table " + table.name, true, context);
  std::erase_if(table.checks, [&](const CheckConstraint& check) {
    const std::vector<ColumnId> read = columns_read(check.sql, table, context);
    return std::ranges::find(read, column) != read.end();
  });
  std::erase_if(table.columns, [&](const ColumnEntry& entry) { return entry.id == column; });
  context.notice("NOTICE", Error(sqlstate::kSuccessfulCompletion,
                                 "drop cascades to column " + dropped.name + " of table " + table.name));
  context.put(std::move(table));
}

/// What needs a type and goes with it.
struct TypeUses {
  std::vector<std::pair<ObjectId, ColumnId>> columns;
  std::vector<ObjectId> types;
  std::vector<ObjectId> views;
  std::string detail;
};

/// With its schema if the bare name would not find it.
std::string shown_name(const TypeEntry& type, const DdlContext& context) {
  ast::QualifiedName bare;
  bare.parts = {type.name};
  const TypeEntry* found = find_user_type(bare, context);
  const std::string schema = std::get<SchemaEntry>(*context.catalog().object(type.schema)).name;
  return found != nullptr && found->id == type.id ? type.name : schema + "." + type.name;
}

TypeUses uses_of(const TypeEntry& type, const std::string& shown, const DdlContext& context) {
  TypeUses uses;
  const auto add = [&](const std::string& what) {
    uses.detail += (uses.detail.empty() ? "" : "\n") + what + " depends on type " + shown;
  };
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    for (const ColumnEntry& column : table.columns) {
      if (table.hidden || (column.domain != type.id && column.type.user_type != type.id)) {
        continue;
      }
      if (column.domain != kNoObject && column.domain != type.id) {
        continue;  // goes with the domain over this type
      }
      add("column " + column.name + " of table " + table.name);
      uses.columns.emplace_back(table.id, column.id);
    }
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kView)) {
    const auto& view = std::get<ViewEntry>(*entry);
    if (std::ranges::find(view.depends_on, type.id) != view.depends_on.end()) {
      add("view " + view.name);
      uses.views.push_back(view.id);
    }
  }
  for (const CatalogEntry* entry : context.catalog().all(ObjectKind::kType)) {
    const auto& other = std::get<TypeEntry>(*entry);
    const bool has_attribute = std::ranges::any_of(other.attributes, [&](const TypeAttribute& attribute) {
      return attribute.domain == type.id || attribute.type.user_type == type.id;
    });
    if (other.base_domain == type.id || (other.base_domain == kNoObject && other.base.user_type == type.id) ||
        has_attribute) {
      add("type " + other.name);
      uses.types.push_back(other.id);
    }
  }
  return uses;
}

}  // namespace

TypeEntry type_by_name(const ast::QualifiedName& name, const DdlContext& context) {
  const TypeEntry* found = find_user_type(name, context);
  if (found == nullptr) {
    throw Error(sqlstate::kUndefinedObject, "type \"" + display_name(name) + "\" does not exist");
  }
  return *found;
}

void create_enum(const ast::CreateEnumStatement& statement, DdlContext& context) {
  const SchemaEntry& schema = context.schema_for_creation(statement.type);
  TypeEntry type;
  type.kind = TypeKind::kEnum;
  type.schema = schema.id;
  type.name = statement.type.last();
  type.owner = context.environment().role;
  require_free_type_name(schema.id, type.name, context);
  type.id = allocate_id_pair(context);
  const std::vector<std::string> orders = first_orders(statement.labels.size());
  for (const std::string& label : statement.labels) {
    require_label(label);
    if (find_label(type.labels, label) != type.labels.end()) {
      throw Error(sqlstate::kUniqueViolation,
                  "duplicate key value violates unique constraint \"pg_enum_typid_label_index\"")
          .with_detail("Key (enumtypid, enumlabel)=(" + std::to_string(type.id) + ", " + label + ") already exists.");
    }
    type.labels.push_back({context.allocate_id(), label, orders[type.labels.size()]});
  }
  context.put(std::move(type));
}

void create_composite_type(const ast::CreateCompositeTypeStatement& statement, DdlContext& context) {
  const SchemaEntry& schema = context.schema_for_creation(statement.type);
  TypeEntry type;
  type.kind = TypeKind::kComposite;
  type.schema = schema.id;
  type.name = statement.type.last();
  type.owner = context.environment().role;
  require_free_type_name(schema.id, type.name, context);
  PlannerContext planner = context.planner();
  for (const ast::ColumnTypePair& column : statement.columns) {
    TypeAttribute attribute{column.name, resolve_type(column.type, planner)};
    require_column_type(attribute.name, attribute.type);
    if (std::ranges::find(type.attributes, attribute.name, &TypeAttribute::name) != type.attributes.end()) {
      throw Error(sqlstate::kDuplicateColumn, "column \"" + attribute.name + "\" specified more than once");
    }
    if (const TypeEntry* domain = find_domain(column.type, planner)) {
      attribute.domain = domain->id;
    }
    type.attributes.push_back(std::move(attribute));
  }
  type.id = allocate_id_pair(context);
  context.put(std::move(type));
}

void alter_enum(const ast::AlterEnumStatement& statement, DdlContext& context) {
  TypeEntry type = type_by_name(statement.type, context);
  if (type.kind != TypeKind::kEnum) {
    throw Error(sqlstate::kWrongObjectType, type.name + " is not an enum");
  }
  context.require_owner(type.owner, "type", type.name);
  if (!statement.old_label.empty()) {
    rename_label(std::move(type), statement, context);
    return;
  }
  add_label(type, statement, context);
  context.put(std::move(type));
}

void rename_type(const ast::RenameStatement& statement, DdlContext& context) {
  const TypeEntry type = type_by_name(statement.name, context);
  if (statement.object == ast::ObjectKind::Domain && type.kind != TypeKind::kDomain) {
    throw Error(sqlstate::kWrongObjectType, type.name + " is not a domain");
  }
  context.require_owner(type.owner, "type", type.name);
  require_free_type_name(type.schema, statement.new_name, context);
  const SchemaEntry schema = std::get<SchemaEntry>(*context.catalog().object(type.schema));
  move_type(type, schema, statement.new_name, context);
}

void set_type_schema(const ast::SetSchemaStatement& statement, DdlContext& context) {
  const TypeEntry type = type_by_name(statement.name, context);
  if (statement.object == ast::ObjectKind::Domain && type.kind != TypeKind::kDomain) {
    throw Error(sqlstate::kWrongObjectType, type.name + " is not a domain");
  }
  context.require_owner(type.owner, "type", type.name);
  const SchemaEntry schema = context.schema(statement.schema);
  if (schema.id == type.schema) {
    return;
  }
  if (context.catalog().type(schema.id, type.name) != nullptr) {
    throw Error(sqlstate::kDuplicateObject,
                "type \"" + type.name + "\" already exists in schema \"" + schema.name + "\"");
  }
  move_type(type, schema, type.name, context);
}

void drop_type(const TypeEntry& dropped, bool cascade, DdlContext& context) {
  const TypeEntry type = dropped;  // the catalog that holds it changes below
  const std::string shown = shown_name(type, context);
  const TypeUses uses = uses_of(type, shown, context);
  if (!uses.detail.empty() && !cascade) {
    throw Error(sqlstate::kDependentObjectsStillExist,
                "cannot drop type " + shown + " because other objects depend on it")
        .with_detail(uses.detail)
        .with_hint("Use DROP ... CASCADE to drop the dependent objects too.");
  }
  for (const auto& [table, column] : uses.columns) {
    drop_column_of_type(table, column, context);
  }
  for (const ObjectId id : uses.views) {
    if (context.catalog().object(id) != nullptr) {
      drop_view_and_dependents(id, context);
    }
  }
  for (const ObjectId id : uses.types) {
    if (const CatalogEntry* entry = context.catalog().object(id)) {
      context.notice("NOTICE",
                     Error(sqlstate::kSuccessfulCompletion, "drop cascades to type " + tidemark::name_of(*entry)));
      drop_type(std::get<TypeEntry>(*entry), true, context);
    }
  }
  context.drop(ObjectKind::kType, type.id);
}

void drop_type(const ast::QualifiedName& name, bool is_domain, bool cascade, DdlContext& context) {
  const TypeEntry type = type_by_name(name, context);
  if (is_domain && type.kind != TypeKind::kDomain) {
    throw Error(sqlstate::kWrongObjectType, "\"" + display_name(name) + "\" is not a domain");
  }
  context.require_owner(type.owner, "type", type.name);
  drop_type(type, cascade, context);
}

}  // namespace tidemark
