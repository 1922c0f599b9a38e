#include "catalog/catalog.h"

#include <algorithm>
#include <array>
#include <functional>
#include <type_traits>

#include "base/check.h"
#include "base/error.h"
#include "catalog/shared_map.h"

namespace tidemark {
namespace {

struct Versioned {
  std::shared_ptr<const CatalogEntry> entry;
  uint64_t version = 0;
};

/// Objects of one space cannot share a name below one parent.
enum class NameSpace : char { kDatabases = 'd', kSchemas = 's', kRoles = 'r', kRelations = 't', kTypes = 'y' };

NameSpace name_space_of(ObjectKind kind) {
  switch (kind) {
    case ObjectKind::kDatabase:
      return NameSpace::kDatabases;
    case ObjectKind::kSchema:
      return NameSpace::kSchemas;
    case ObjectKind::kRole:
      return NameSpace::kRoles;
    case ObjectKind::kType:
      return NameSpace::kTypes;
    default:
      return NameSpace::kRelations;
  }
}

std::string name_key(NameSpace space, ObjectId parent, std::string_view name) {
  std::string key(1, static_cast<char>(space));
  key.append(std::to_string(parent)).push_back('.');
  key.append(name);
  return key;
}

ObjectId parent_of(const CatalogEntry& entry) {
  return std::visit(
      [](const auto& object) -> ObjectId {
        using Entry = std::decay_t<decltype(object)>;
        if constexpr (std::is_same_v<Entry, DatabaseEntry> || std::is_same_v<Entry, RoleEntry>) {
          return kNoObject;
        } else if constexpr (std::is_same_v<Entry, SchemaEntry>) {
          return object.database;
        } else {
          return object.schema;
        }
      },
      entry);
}

std::string name_key(const CatalogEntry& entry) {
  return name_key(name_space_of(kind_of(entry)), parent_of(entry), name_of(entry));
}

[[noreturn]] void throw_name_taken(ObjectKind kind, const std::string& name) {
  const std::string tail = " \"" + name + "\" already exists";
  switch (kind) {
    case ObjectKind::kDatabase:
      throw Error(sqlstate::kDuplicateDatabase, "database" + tail);
    case ObjectKind::kSchema:
      throw Error(sqlstate::kDuplicateSchema, "schema" + tail);
    case ObjectKind::kRole:
      throw Error(sqlstate::kDuplicateObject, "role" + tail);
    case ObjectKind::kType:
      throw Error(sqlstate::kDuplicateObject, "type" + tail);
    default:
      throw Error(sqlstate::kDuplicateTable, "relation" + tail);
  }
}

/// The largest id that an entry takes: its own, or that of a constraint in it.
ObjectId largest_id_in(const CatalogEntry& entry) {
  ObjectId largest = id_of(entry);
  if (const auto* table = std::get_if<TableEntry>(&entry)) {
    if (table->key) {
      largest = std::max(largest, table->key->id);
    }
    for (const UniqueConstraint& unique : table->uniques) {
      largest = std::max({largest, unique.id, unique.hidden_table});
    }
    for (const CheckConstraint& check : table->checks) {
      largest = std::max(largest, check.id);
    }
  }
  return largest;
}

// PostgreSQL's own ids of the bootstrap superuser, of the database `postgres` and of its schema `public`.
constexpr ObjectId kBootstrapRoleId = 10;
constexpr ObjectId kBootstrapDatabaseId = 5;
constexpr ObjectId kBootstrapSchemaId = 2200;

}  // namespace

struct Catalog::Maps {
  uint64_t version = 0;
  ObjectId next_object_id = kFirstUserObjectId;
  SharedMap<ObjectId, Versioned> objects;
  SharedMap<std::string, ObjectId> names;
};

/// Applies deltas to a private copy of a catalog's maps.
class Catalog::Builder {
 public:
  static std::shared_ptr<const Catalog> apply(const Maps& base, std::span<const CatalogDelta> deltas) {
    auto maps = std::make_shared<Maps>(base);
    ++maps->version;
    for (const CatalogDelta& delta : deltas) {
      if (delta.operation == CatalogDelta::Operation::kPut) {
        put(*maps, delta.entry);
      } else {
        drop(*maps, delta.kind, delta.id);
      }
    }
    auto catalog = std::make_shared<Catalog>();
    catalog->maps_ = std::move(maps);
    return catalog;
  }

 private:
  static void put(Maps& maps, const CatalogEntry& entry) {
    const ObjectId id = id_of(entry);
    TIDEMARK_CHECK(id != kNoObject);
    const std::string key = name_key(entry);
    const ObjectId* holder = maps.names.find(key);
    if (holder != nullptr && *holder != id) {
      throw_name_taken(kind_of(entry), name_of(entry));
    }
    if (const Versioned* before = maps.objects.find(id)) {
      if (const std::string key_before = name_key(*before->entry); key_before != key) {
        maps.names.erase(key_before);
      }
    }
    maps.names.put(key, id);
    maps.objects.put(id, {.entry = std::make_shared<const CatalogEntry>(entry), .version = maps.version});
    maps.next_object_id = std::max(maps.next_object_id, largest_id_in(entry) + 1);
  }

  static void drop(Maps& maps, ObjectKind kind, ObjectId id) {
    const Versioned* before = maps.objects.find(id);
    if (before == nullptr || kind_of(*before->entry) != kind) {
      throw Error(sqlstate::kUndefinedObject, "object " + std::to_string(id) + " does not exist");
    }
    const std::string key = name_key(*before->entry);
    maps.objects.erase(id);
    maps.names.erase(key);
  }
};

CatalogDelta CatalogDelta::put(CatalogEntry entry) {
  CatalogDelta delta;
  delta.operation = Operation::kPut;
  delta.kind = kind_of(entry);
  delta.id = id_of(entry);
  delta.entry = std::move(entry);
  return delta;
}

CatalogDelta CatalogDelta::drop(ObjectKind kind, ObjectId id) {
  CatalogDelta delta;
  delta.operation = Operation::kDrop;
  delta.kind = kind;
  delta.id = id;
  return delta;
}

std::shared_ptr<const Catalog> Catalog::empty() { return Builder::apply(Maps{}, {}); }

std::shared_ptr<const Catalog> Catalog::bootstrap() {
  RoleEntry role;
  role.id = kBootstrapRoleId;
  role.name = "tidemark";
  role.superuser = true;
  role.can_login = true;
  role.create_database = true;
  role.create_role = true;
  DatabaseEntry database;
  database.id = kBootstrapDatabaseId;
  database.name = "tidemark";
  database.owner = role.id;
  SchemaEntry schema;
  schema.id = kBootstrapSchemaId;
  schema.database = database.id;
  schema.name = "public";
  schema.owner = role.id;
  const std::array deltas = {CatalogDelta::put(role), CatalogDelta::put(database), CatalogDelta::put(schema)};
  return Builder::apply(Maps{}, deltas);
}

std::shared_ptr<const Catalog> Catalog::with(std::span<const CatalogDelta> deltas) const {
  return Builder::apply(*maps_, deltas);
}

uint64_t Catalog::version() const { return maps_->version; }

uint64_t Catalog::object_version(ObjectId id) const {
  const Versioned* found = maps_->objects.find(id);
  return found == nullptr ? 0 : found->version;
}

ObjectId Catalog::next_object_id() const { return maps_->next_object_id; }

const CatalogEntry* Catalog::object(ObjectId id) const {
  const Versioned* found = maps_->objects.find(id);
  return found == nullptr ? nullptr : found->entry.get();
}

const CatalogEntry* Catalog::named(char space, ObjectId parent, std::string_view name) const {
  const ObjectId* id = maps_->names.find(name_key(NameSpace{space}, parent, name));
  return id == nullptr ? nullptr : object(*id);
}

const DatabaseEntry* Catalog::database(std::string_view name) const {
  return std::get_if<DatabaseEntry>(named(static_cast<char>(NameSpace::kDatabases), kNoObject, name));
}

const SchemaEntry* Catalog::schema(ObjectId database, std::string_view name) const {
  return std::get_if<SchemaEntry>(named(static_cast<char>(NameSpace::kSchemas), database, name));
}

const RoleEntry* Catalog::role(std::string_view name) const {
  return std::get_if<RoleEntry>(named(static_cast<char>(NameSpace::kRoles), kNoObject, name));
}

const CatalogEntry* Catalog::relation(ObjectId schema, std::string_view name) const {
  return named(static_cast<char>(NameSpace::kRelations), schema, name);
}

const TypeEntry* Catalog::type(ObjectId schema, std::string_view name) const {
  return std::get_if<TypeEntry>(named(static_cast<char>(NameSpace::kTypes), schema, name));
}

const TableEntry* Catalog::table(ObjectId id) const { return std::get_if<TableEntry>(object(id)); }

std::vector<const CatalogEntry*> Catalog::all(ObjectKind kind) const {
  std::vector<const CatalogEntry*> entries;
  maps_->objects.for_each([&](const Versioned& object) {
    if (kind_of(*object.entry) == kind) {
      entries.push_back(object.entry.get());
    }
  });
  std::ranges::sort(entries, {}, [](const CatalogEntry* entry) { return id_of(*entry); });
  return entries;
}

std::vector<const CatalogEntry*> Catalog::in_schema(ObjectId schema) const {
  std::vector<const CatalogEntry*> entries;
  maps_->objects.for_each([&](const Versioned& object) {
    const NameSpace space = name_space_of(kind_of(*object.entry));
    if ((space == NameSpace::kRelations || space == NameSpace::kTypes) && parent_of(*object.entry) == schema) {
      entries.push_back(object.entry.get());
    }
  });
  std::ranges::sort(entries, [](const CatalogEntry* left, const CatalogEntry* right) {
    return std::pair(std::string_view(name_of(*left)), id_of(*left)) <
           std::pair(std::string_view(name_of(*right)), id_of(*right));
  });
  return entries;
}

std::vector<CatalogDelta> Catalog::as_deltas() const {
  std::vector<CatalogDelta> deltas;
  maps_->objects.for_each([&](const Versioned& object) { deltas.push_back(CatalogDelta::put(*object.entry)); });
  std::ranges::sort(deltas, {}, &CatalogDelta::id);
  return deltas;
}

ObjectKind kind_of(const CatalogEntry& entry) {
  // The order of the variant's alternatives.
  constexpr std::array kKinds = {ObjectKind::kDatabase, ObjectKind::kSchema,   ObjectKind::kTable, ObjectKind::kView,
                                 ObjectKind::kIndex,    ObjectKind::kSequence, ObjectKind::kRole,  ObjectKind::kType};
  static_assert(kKinds.size() == std::variant_size_v<CatalogEntry>);
  return kKinds[entry.index()];
}

ObjectId id_of(const CatalogEntry& entry) {
  return std::visit([](const auto& object) { return object.id; }, entry);
}

const std::string& name_of(const CatalogEntry& entry) {
  return std::visit([](const auto& object) -> const std::string& { return object.name; }, entry);
}

}  // namespace tidemark
