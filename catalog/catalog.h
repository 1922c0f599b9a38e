#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "catalog/entries.h"

namespace tidemark {

using CatalogEntry =
    std::variant<DatabaseEntry, SchemaEntry, TableEntry, ViewEntry, IndexEntry, SequenceEntry, RoleEntry, TypeEntry>;

/// One change: an object put (new or replacing the one of the same id) or dropped. The unit that the WAL and the
/// manifest record (D29).
struct CatalogDelta {
  enum class Operation : uint8_t { kPut = 1, kDrop = 2 };
  Operation operation = Operation::kPut;
  ObjectKind kind = ObjectKind::kTable;
  ObjectId id = kNoObject;
  CatalogEntry entry;  ///< kPut only

  static CatalogDelta put(CatalogEntry entry);
  static CatalogDelta drop(ObjectKind kind, ObjectId id);
};

/// Byte form of a delta; versioned by field numbers so that older folders stay readable. `decode` throws XX001 on
/// malformed bytes.
void encode_delta(std::string& out, const CatalogDelta& delta);
CatalogDelta decode_delta(std::string_view& in);

/// All databases, schemas, tables, roles of a data folder at one moment. Immutable and shared between threads; DDL
/// makes a new one.
///
/// Lookups are by exact name: folding and search_path are the binder's business. Names of relations (tables, views,
/// indexes, sequences) share one space within a schema, as in PostgreSQL.
class Catalog {
 public:
  /// Nothing in it; what a manifest's checkpoint is replayed onto.
  static std::shared_ptr<const Catalog> empty();
  /// With database `tidemark`, its schema `public`, and role `tidemark` (superuser).
  static std::shared_ptr<const Catalog> bootstrap();

  /// A new snapshot. Throws 42P07, 42P06, 42710 … if a name is taken by another object, 42704 if a dropped object does
  /// not exist.
  [[nodiscard]] std::shared_ptr<const Catalog> with(std::span<const CatalogDelta> deltas) const;

  /// Grows with each `with`; a plan is valid as long as the versions of the objects it names are unchanged.
  [[nodiscard]] uint64_t version() const;
  /// The version at which the object was last put; 0 if there is none.
  [[nodiscard]] uint64_t object_version(ObjectId id) const;
  /// Where new ids may start: above every id ever put.
  [[nodiscard]] ObjectId next_object_id() const;

  [[nodiscard]] const DatabaseEntry* database(std::string_view name) const;
  [[nodiscard]] const SchemaEntry* schema(ObjectId database, std::string_view name) const;
  [[nodiscard]] const RoleEntry* role(std::string_view name) const;
  /// Table, view, index or sequence of that name; null if none.
  [[nodiscard]] const CatalogEntry* relation(ObjectId schema, std::string_view name) const;
  [[nodiscard]] const TypeEntry* type(ObjectId schema, std::string_view name) const;
  [[nodiscard]] const CatalogEntry* object(ObjectId id) const;
  [[nodiscard]] const TableEntry* table(ObjectId id) const;

  /// Everything of one kind, by id (the order of creation).
  [[nodiscard]] std::vector<const CatalogEntry*> all(ObjectKind kind) const;
  /// Relations and types of one schema, by name.
  [[nodiscard]] std::vector<const CatalogEntry*> in_schema(ObjectId schema) const;

  /// The whole as put-deltas in an order that replays (the manifest's checkpoint).
  [[nodiscard]] std::vector<CatalogDelta> as_deltas() const;

  class Builder;

 private:
  struct Maps;
  [[nodiscard]] const CatalogEntry* named(char space, ObjectId parent, std::string_view name) const;
  std::shared_ptr<const Maps> maps_;
};

ObjectKind kind_of(const CatalogEntry& entry);
ObjectId id_of(const CatalogEntry& entry);
const std::string& name_of(const CatalogEntry& entry);

}  // namespace tidemark
