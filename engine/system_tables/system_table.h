#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/system_tables/system_tables.h"
#include "types/value.h"

namespace tidemark {

/// Values of one row, in column order.
using SystemRow = std::vector<Value>;
using SystemRows = std::vector<SystemRow>;

/// A system table: its columns as text, and a function that makes its rows.
class SystemTable final : public VirtualTable {
 public:
  using MakeRows = std::function<void(const SystemContext& context, SystemRows& rows)>;

  /// `columns`: `oid:oid relname:name relacl:text[] …`, a name and a type each. A null `make_rows` is an empty table:
  /// there for clients that ask about things that do not exist here.
  SystemTable(ObjectId id, std::string_view schema, std::string_view name, std::string_view columns,
              MakeRows make_rows);

  [[nodiscard]] ObjectId id() const override { return id_; }
  [[nodiscard]] const std::string& schema() const override { return schema_; }
  [[nodiscard]] const std::string& name() const override { return name_; }
  [[nodiscard]] const std::vector<ColumnEntry>& columns() const override { return columns_; }
  /// Values are brought to the columns' types: integers to any physical integer, text to name; missing ones at the end
  /// are NULL.
  [[nodiscard]] std::vector<DataChunk> rows(const VirtualTableContext& context) const override;

 private:
  ObjectId id_;
  std::string schema_;
  std::string name_;
  std::vector<ColumnEntry> columns_;
  MakeRows make_rows_;
};

/// Collects the tables; ids are given out in order.
class SystemTableList {
 public:
  void add(std::string_view schema, std::string_view name, std::string_view columns,
           SystemTable::MakeRows make_rows = nullptr);
  [[nodiscard]] const std::vector<std::unique_ptr<SystemTable>>& tables() const { return tables_; }

 private:
  std::vector<std::unique_ptr<SystemTable>> tables_;
};

// One file each:
void add_relation_tables(SystemTableList& list);  ///< pg_class, pg_attribute, pg_index, pg_constraint …
void add_server_tables(SystemTableList& list);    ///< pg_database, pg_roles, pg_settings, pg_stat_activity …
void add_type_tables(SystemTableList& list);      ///< pg_type, pg_proc, pg_am …
void add_information_schema(SystemTableList& list);
void add_empty_tables(SystemTableList& list);  ///< what clients look for and Tidemark has none of

// Shared by the files
namespace system_row {
inline constexpr std::string_view kCatalog = "pg_catalog";
inline Value oid(int64_t value) { return Value::integer(TypeId::kOid, value); }
inline Value text(std::string_view value) { return Value::text(std::string(value)); }
inline Value number(int64_t value) { return Value::int64(value); }
inline Value letter(char value) { return Value::bytes(TypeId::kChar, std::string(1, value)); }
inline Value flag(bool value) { return Value::boolean(value); }
inline Value null() { return Value(); }
}  // namespace system_row

/// The schemas of the context's database; pg_catalog and information_schema have fixed ids.
inline constexpr ObjectId kPgCatalogSchema = 11;
inline constexpr ObjectId kInformationSchema = 13000;

/// Every table of the database that is not hidden, by schema and name.
std::vector<const TableEntry*> visible_tables(const SystemContext& context);
/// Every type that users of the database have defined, by name.
std::vector<const TypeEntry*> user_types(const SystemContext& context);
/// Its constraints that are indexes for clients: the key and the further UNIQUEs.
std::vector<const UniqueConstraint*> unique_constraints(const TableEntry& table);
/// A default as clients see it: nextval('s'::regclass) without the schema if the search path has it.
std::string shown_default(const SystemContext& context, const std::string& sql);
const SchemaEntry& schema_of(const SystemContext& context, ObjectId schema);

}  // namespace tidemark
