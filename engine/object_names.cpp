#include "engine/object_names.h"

#include <algorithm>

#include "base/error.h"
#include "engine/system_tables/system_table.h"
#include "functions/catalog_functions.h"
#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

/// The schemas that every database has without an entry in the catalog.
constexpr std::pair<std::string_view, ObjectId> kSystemSchemas[] = {{"pg_catalog", kPgCatalogSchema},
                                                                    {"information_schema", kInformationSchema}};

}  // namespace

void SessionObjectNames::set_scope(std::shared_ptr<const Catalog> catalog, ObjectId database,
                                   std::vector<std::string> search_path, const VirtualTables* system_tables) {
  catalog_ = std::move(catalog);
  database_ = database;
  search_path_ = std::move(search_path);
  system_tables_ = system_tables;
}

namespace {

/// The constraint or index whose keys a hidden table holds; null for other relations.
const UniqueConstraint* unique_of(const Catalog& catalog, const CatalogEntry& relation) {
  const auto* keys = std::get_if<TableEntry>(&relation);
  const TableEntry* table =
      keys == nullptr || keys->enforces_for == kNoObject ? nullptr : catalog.table(keys->enforces_for);
  if (table == nullptr) {
    return nullptr;
  }
  const auto found = std::ranges::find(table->uniques, keys->id, &UniqueConstraint::hidden_table);
  return found == table->uniques.end() ? nullptr : &*found;
}

/// The name of a unique constraint or index; empty if this is the id of none.
std::string name_of_unique(const Catalog& catalog, ObjectId id) {
  for (const CatalogEntry* entry : catalog.all(ObjectKind::kTable)) {
    const auto& table = std::get<TableEntry>(*entry);
    if (table.key && !table.hidden && table.key->id == id) {
      return table.key->name;
    }
    const auto found = std::ranges::find(table.uniques, id, &UniqueConstraint::id);
    if (found != table.uniques.end()) {
      return found->name;
    }
  }
  return "";
}

}  // namespace

/// The index of a table's own key, which is no relation here.
ObjectId SessionObjectNames::find_key(const std::vector<std::string>& parts) const {
  const std::vector<std::string> schemas =
      parts.size() > 1 ? std::vector<std::string>{parts[parts.size() - 2]} : search_path_;
  for (const std::string& name : schemas) {
    const SchemaEntry* schema = catalog_->schema(database_, name);
    if (schema == nullptr) {
      continue;
    }
    for (const CatalogEntry* entry : catalog_->in_schema(schema->id)) {
      const auto* table = std::get_if<TableEntry>(entry);
      if (table != nullptr && !table->hidden && table->key && table->key->name == parts.back()) {
        return table->key->id;
      }
    }
  }
  return kNoObject;
}

const CatalogEntry* SessionObjectNames::find_relation(const std::vector<std::string>& parts) const {
  const auto in = [&](std::string_view schema_name) -> const CatalogEntry* {
    const SchemaEntry* schema = catalog_->schema(database_, schema_name);
    return schema == nullptr ? nullptr : catalog_->relation(schema->id, parts.back());
  };
  if (parts.size() > 1) {
    return in(parts[parts.size() - 2]);
  }
  for (const std::string& schema : search_path_) {
    if (const CatalogEntry* found = in(schema)) {
      return found;
    }
  }
  return nullptr;
}

const TypeEntry* SessionObjectNames::find_user_type(const std::vector<std::string>& parts) const {
  const std::vector<std::string> schemas =
      parts.size() > 1 ? std::vector<std::string>{parts[parts.size() - 2]} : search_path_;
  for (const std::string& schema_name : schemas) {
    const SchemaEntry* schema = catalog_ == nullptr ? nullptr : catalog_->schema(database_, schema_name);
    if (const TypeEntry* type = schema == nullptr ? nullptr : catalog_->type(schema->id, parts.back())) {
      return type;
    }
  }
  return nullptr;
}

const TypeEntry* SessionObjectNames::type_entry(uint32_t type) const {
  const CatalogEntry* entry = catalog_ == nullptr ? nullptr : catalog_->object(type);
  return entry == nullptr ? nullptr : std::get_if<TypeEntry>(entry);
}

std::optional<LogicalType> SessionObjectNames::user_type(uint32_t oid) const {
  const auto type_of = [](const TypeEntry* type) -> std::optional<LogicalType> {
    if (type == nullptr || type->kind == TypeKind::kDomain) {
      return std::nullopt;
    }
    return LogicalType::user_defined(type->kind == TypeKind::kEnum ? TypeId::kEnum : TypeId::kRecord, type->id);
  };
  if (const auto type = type_of(type_entry(oid))) {
    return type;
  }
  const CatalogEntry* relation = catalog_ == nullptr ? nullptr : catalog_->object(oid);
  if (relation != nullptr && (kind_of(*relation) == ObjectKind::kTable || kind_of(*relation) == ObjectKind::kView)) {
    return LogicalType::user_defined(TypeId::kRecord, oid);  // the type of its rows
  }
  const auto element = type_of(type_entry(oid - 1));
  return element ? std::optional(LogicalType::array_of(*element)) : std::nullopt;
}

std::string SessionObjectNames::bare_type_name(uint32_t type) const {
  const CatalogEntry* entry = catalog_ == nullptr ? nullptr : catalog_->object(type);
  return entry == nullptr ? "" : tidemark::name_of(*entry);
}

std::string SessionObjectNames::type_name(uint32_t type) const {
  const TypeEntry* entry = type_entry(type);
  if (entry == nullptr) {
    const CatalogEntry* relation = catalog_ == nullptr ? nullptr : catalog_->object(type);
    return relation == nullptr ? "" : name_of(TypeId::kRegclass, type);
  }
  if (find_user_type({entry->name}) == entry) {
    return quote_identifier(entry->name);
  }
  const CatalogEntry* schema = catalog_->object(entry->schema);
  return quote_identifier(tidemark::name_of(*schema)) + "." + quote_identifier(entry->name);
}

std::optional<std::string> SessionObjectNames::label_of(uint32_t type, std::string_view order) const {
  const TypeEntry* entry = type_entry(type);
  if (entry == nullptr) {
    return std::nullopt;
  }
  const auto label = std::ranges::lower_bound(entry->labels, order, {}, &EnumLabel::order);
  return label != entry->labels.end() && label->order == order ? std::optional(label->name) : std::nullopt;
}

std::optional<std::string> SessionObjectNames::order_of(uint32_t type, std::string_view label) const {
  const TypeEntry* entry = type_entry(type);
  if (entry == nullptr) {
    return std::nullopt;
  }
  const auto found = std::ranges::find(entry->labels, label, &EnumLabel::name);
  return found != entry->labels.end() ? std::optional(found->order) : std::nullopt;
}

std::vector<std::string> SessionObjectNames::orders(uint32_t type) const {
  std::vector<std::string> all;
  if (const TypeEntry* entry = type_entry(type)) {
    for (const EnumLabel& label : entry->labels) {
      all.push_back(label.order);
    }
  }
  return all;
}

std::vector<RowField> SessionObjectNames::row_fields(uint32_t type) const {
  std::vector<RowField> fields;
  const auto take = [&](const auto& parts) {
    for (const auto& part : parts) {
      fields.push_back({part.name, part.type});
    }
  };
  const CatalogEntry* entry = catalog_ == nullptr ? nullptr : catalog_->object(type);
  if (entry == nullptr) {
    return fields;
  }
  if (const auto* composite = std::get_if<TypeEntry>(entry)) {
    take(composite->attributes);
  } else if (const auto* table = std::get_if<TableEntry>(entry)) {
    take(table->columns);
  } else if (const auto* view = std::get_if<ViewEntry>(entry)) {
    take(view->columns);
  }
  return fields;
}

std::string SessionObjectNames::name_of(TypeId reg_type, uint32_t oid) const {
  if (reg_type == TypeId::kRegtype) {
    const TypeNaming naming(this);
    LogicalType type;
    return find_type(oid, type) ? type.to_string() : type_name(oid);  // domains are no types of values
  }
  if (reg_type == TypeId::kRegproc) {
    const CatalogFunction* function = catalog_function(oid);
    return function == nullptr ? "" : quote_identifier(function->name);
  }
  if (reg_type == TypeId::kRegnamespace) {
    for (const auto& [name, id] : kSystemSchemas) {
      if (id == oid) {
        return std::string(name);
      }
    }
  }
  const CatalogEntry* entry = catalog_ == nullptr ? nullptr : catalog_->object(oid);
  if (entry == nullptr) {
    const std::string unique = catalog_ == nullptr ? "" : name_of_unique(*catalog_, oid);
    return unique.empty() ? "" : quote_identifier(unique);
  }
  const std::string name = quote_identifier(tidemark::name_of(*entry));
  if (reg_type != TypeId::kRegclass) {
    return name;
  }
  // With its schema only where the bare name would find another relation, or none.
  if (find_relation({tidemark::name_of(*entry)}) == entry) {
    return name;
  }
  const ObjectId schema = std::visit(
      [](const auto& object) {
        if constexpr (requires { object.schema; }) {
          return object.schema;
        } else {
          return kNoObject;
        }
      },
      *entry);
  const CatalogEntry* schema_entry = catalog_->object(schema);
  return schema_entry == nullptr ? name : quote_identifier(tidemark::name_of(*schema_entry)) + "." + name;
}

namespace {

uint32_t function_named(std::string_view name, std::string_view shown) {
  const auto functions = catalog_functions();
  const auto is_named = [name](const CatalogFunction& function) { return function.name == name; };
  const auto found = std::ranges::find_if(functions, is_named);
  if (found == functions.end()) {
    throw Error(sqlstate::kUndefinedFunction, "function \"" + std::string(shown) + "\" does not exist");
  }
  if (std::find_if(found + 1, functions.end(), is_named) != functions.end()) {
    throw Error(sqlstate::kAmbiguousFunction, "more than one function named \"" + std::string(shown) + "\"");
  }
  return static_cast<uint32_t>(found->oid);
}

}  // namespace

uint32_t SessionObjectNames::oid_of(TypeId reg_type, std::string_view name) const {
  // A type name is just a name with dots and quotes here: the parser folds and unquotes it.
  const std::vector<std::string> parts = parse_type_name(name).name.parts;
  switch (reg_type) {
    case TypeId::kRegtype: {
      LogicalType type;
      const bool is_array = !parse_type_name(name).array_bounds.empty();
      if (const TypeEntry* user = find_type(parts.back(), type) ? nullptr : find_user_type(parts)) {
        return is_array ? user->id + 1 : user->id;
      }
      if (find_type(parts.back(), type)) {
        return is_array && !type.is_array() ? LogicalType::array_of(type).oid() : type.oid();
      }
      throw Error(sqlstate::kUndefinedObject, "type \"" + std::string(name) + "\" does not exist");
    }
    case TypeId::kRegnamespace:
      for (const auto& [schema_name, id] : kSystemSchemas) {
        if (schema_name == parts.back()) {
          return id;
        }
      }
      if (const SchemaEntry* schema = catalog_->schema(database_, parts.back())) {
        return schema->id;
      }
      throw Error(sqlstate::kInvalidSchemaName, "schema \"" + std::string(name) + "\" does not exist");
    case TypeId::kRegrole:
      if (const RoleEntry* role = catalog_->role(parts.back())) {
        return role->id;
      }
      throw Error(sqlstate::kUndefinedObject, "role \"" + std::string(name) + "\" does not exist");
    case TypeId::kRegclass: {
      if (const CatalogEntry* entry = find_relation(parts)) {
        const UniqueConstraint* unique = unique_of(*catalog_, *entry);
        return unique == nullptr ? id_of(*entry) : unique->id;
      }
      if (const ObjectId key = find_key(parts); key != kNoObject) {
        return key;
      }
      const std::string schema = parts.size() > 1 ? parts[parts.size() - 2] : "pg_catalog";
      if (const VirtualTable* table = system_tables_->find(schema, parts.back())) {
        return table->id();
      }
      const bool system_schema = std::ranges::any_of(kSystemSchemas, [&](const auto& e) { return e.first == schema; });
      if (!system_schema && catalog_->schema(database_, schema) == nullptr) {
        throw Error(sqlstate::kInvalidSchemaName, "schema \"" + schema + "\" does not exist");
      }
      throw Error(sqlstate::kUndefinedTable, "relation \"" + std::string(name) + "\" does not exist");
    }
    default:
      return function_named(parts.back(), name);
  }
}

}  // namespace tidemark
