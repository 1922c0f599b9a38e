#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/object_id.h"
#include "types/logical_type.h"

namespace tidemark {

/// What a catalog snapshot is made of. Entries are plain values: DDL makes a changed copy and puts it
/// (catalog/catalog.h). Expressions (defaults, checks, view bodies) are kept as canonical, fully qualified SQL text
/// (D29).

enum class ObjectKind : uint8_t {
  kDatabase = 1,
  kSchema = 2,
  kTable = 3,
  kView = 4,
  kIndex = 5,
  kSequence = 6,
  kRole = 7,
  kType = 8
};

struct DatabaseEntry {
  ObjectId id = kNoObject;
  std::string name;
  ObjectId owner = kNoObject;
  std::string default_schema = "public";  ///< InfluxQL's default retention policy (D1)
  std::string comment;
};

struct SchemaEntry {
  ObjectId id = kNoObject;
  ObjectId database = kNoObject;
  std::string name;
  ObjectId owner = kNoObject;
  int64_t retention_us = 0;           ///< as a retention policy: 0 keeps for ever
  int64_t partition_interval_us = 0;  ///< InfluxQL's shard duration; 0 leaves it to the table
  std::string comment;
};

/// How rows are identified (D5).
enum class TableKind : uint8_t {
  kSeries = 1,  ///< unique key that contains the time column
  kKeyed = 2,   ///< unique key without time
  kAppend = 3,  ///< no key; a hidden row id
};

/// What a second row with the same key means (D6). kUnset: error for INSERT and COPY, merge for line protocol.
enum class OnDuplicate : uint8_t { kUnset = 0, kError = 1, kIgnore = 2, kMerge = 3, kReplace = 4, kKeep = 5 };

enum class Identity : char { kNone = 0, kAlways = 'a', kByDefault = 'd' };

struct ColumnEntry {
  ColumnId id = kNoColumn;
  std::string name;
  LogicalType type;
  bool not_null = false;
  std::string default_sql;    ///< empty: none
  std::string generated_sql;  ///< GENERATED ALWAYS AS (…) STORED; empty: none
  Identity identity = Identity::kNone;
  ObjectId owned_sequence = kNoObject;  ///< serial and identity columns
  ObjectId domain = kNoObject;          ///< the domain that it was declared with; `type` is what that is over
  std::string comment;
};

struct UniqueConstraint {
  ObjectId id = kNoObject;
  std::string name;
  std::vector<ColumnId> columns;  ///< in declared order; kNoColumn: an expression (unique indexes only)
  bool primary = false;
  bool nulls_not_distinct = false;
  ObjectId hidden_table = kNoObject;  ///< secondary constraints: the keyed table that enforces it (D31)
  std::string index_sql;              ///< CREATE UNIQUE INDEX: an index and no constraint, as pg_get_indexdef prints it
  std::vector<std::string> expressions = {};  ///< one for each kNoColumn, as an index's definition shows it
  std::string predicate = {};                 ///< the rows that take part; empty: all

  /// Whether what it holds of a row has to be computed: it is no constraint over columns then.
  [[nodiscard]] bool is_computed() const { return !expressions.empty() || !predicate.empty(); }
};

struct CheckConstraint {
  ObjectId id = kNoObject;
  std::string name;
  std::string sql;
};

/// What becomes of rows whose referenced key goes or changes; the letters are pg_constraint's.
enum class KeyAction : char { kNoAction = 'a', kRestrict = 'r', kCascade = 'c', kSetNull = 'n', kSetDefault = 'd' };

struct ForeignKey {
  ObjectId id = kNoObject;
  std::string name;
  std::vector<ColumnId> columns;
  ObjectId referenced_table = kNoObject;
  std::vector<ColumnId> referenced_columns;  ///< one a column
  KeyAction on_update = KeyAction::kNoAction;
  KeyAction on_delete = KeyAction::kNoAction;
  std::vector<ColumnId> set_columns;  ///< ON DELETE SET NULL | DEFAULT (…); empty: all
  bool match_full = false;
  bool deferrable = false;
  bool initially_deferred = false;
  bool validated = true;
};

/// What a temporary table's rows, or the table, do at the end of a transaction.
enum class OnCommit : uint8_t { kPreserveRows = 0, kDeleteRows = 1, kDrop = 2 };

struct TableEntry {
  ObjectId id = kNoObject;
  ObjectId schema = kNoObject;
  std::string name;
  ObjectId owner = kNoObject;
  TableKind kind = TableKind::kAppend;
  std::vector<ColumnEntry> columns;  ///< in creation order; dropped ones are gone
  ColumnId next_column_id = 1;
  std::optional<UniqueConstraint> key;    ///< the storage key: series and keyed tables
  std::vector<UniqueConstraint> uniques;  ///< further ones
  std::vector<CheckConstraint> checks;
  std::vector<ForeignKey> foreign_keys;
  std::vector<ObjectId> referenced_by;  ///< tables with foreign keys to this one, each once
  ColumnId time_column = kNoColumn;     ///< partitions the table; always set for kSeries
  int64_t partition_interval_us = 0;    ///< 0: follows the density of the data
  int64_t retention_us = 0;             ///< 0: keeps for ever (the schema's retention applies as well)
  OnDuplicate on_duplicate = OnDuplicate::kUnset;
  bool made_by_line_protocol = false;      ///< tags and fields may be added by writes
  bool hidden = false;                     ///< enforces a secondary UNIQUE; not listed
  ObjectId enforces_for = kNoObject;       ///< of a table that enforces a UNIQUE: the table whose keys it holds
  ObjectId temporary_session = kNoObject;  ///< temp tables: their schema; they are gone with their session
  OnCommit on_commit = OnCommit::kPreserveRows;
  std::string comment;

  [[nodiscard]] const ColumnEntry* find_column(std::string_view column_name) const;
  [[nodiscard]] const ColumnEntry* find_column(ColumnId column_id) const;
  /// The key's columns without the time column, in declared order: the series of a row, InfluxQL's tags. Empty for
  /// append tables.
  [[nodiscard]] std::vector<ColumnId> series_columns() const;
  [[nodiscard]] bool is_key_column(ColumnId column_id) const;
};

/// What WITH CHECK OPTION holds new rows against: this view's condition, or those of the views below it as well.
enum class CheckOption : uint8_t { kNone = 0, kLocal = 1, kCascaded = 2 };

struct ViewEntry {
  ObjectId id = kNoObject;
  ObjectId schema = kNoObject;
  std::string name;
  ObjectId owner = kNoObject;
  std::string sql;                       ///< canonical SELECT
  std::vector<std::string> search_path;  ///< under which `sql` was written and is read
  std::vector<ColumnEntry> columns;      ///< names and types as of creation
  std::vector<ObjectId> depends_on;
  ObjectId materialized_table = kNoObject;  ///< materialized views: where the rows are
  bool populated = true;                    ///< materialized views: false after WITH NO DATA
  CheckOption check_option = CheckOption::kNone;
  std::string comment;
};

struct IndexEntry {
  ObjectId id = kNoObject;
  ObjectId schema = kNoObject;
  std::string name;
  ObjectId table = kNoObject;
  std::string method = "btree";
  std::vector<ColumnId> columns;
  std::string definition_sql;  ///< as pg_get_indexdef prints it
  bool unique = false;
  std::string comment;
};

struct SequenceEntry {
  ObjectId id = kNoObject;
  ObjectId schema = kNoObject;
  std::string name;
  ObjectId owner = kNoObject;
  LogicalType type = TypeId::kInt64;
  int64_t start = 1;
  int64_t increment = 1;
  int64_t min = 1;
  int64_t max = INT64_MAX;
  bool cycle = false;
  ObjectId owned_by_table = kNoObject;
  ColumnId owned_by_column = kNoColumn;
  int64_t last_value = 1;  ///< reserved up to here: a crash may skip values, never repeat one
  bool is_called = false;
  std::string comment;
};

struct RoleEntry {
  ObjectId id = kNoObject;
  std::string name;
  bool superuser = false;
  bool can_login = false;
  bool create_database = false;
  bool create_role = false;
  std::string password_verifier;  ///< SCRAM-SHA-256$… ; empty: none
  std::vector<ObjectId> member_of;
};

/// The letters are pg_type's.
enum class TypeKind : char { kComposite = 'c', kDomain = 'd', kEnum = 'e' };

struct EnumLabel {
  ObjectId id = kNoObject;
  std::string name;
  std::string order;  ///< what values hold: bytes that sort as the labels do (catalog/enum_order.h)
};

struct TypeAttribute {
  std::string name;
  LogicalType type;
  ObjectId domain = kNoObject;  ///< as of a column
};

/// Enum types, composite types and domains. The OID of the array type over an enum or composite type is the next after
/// its own.
struct TypeEntry {
  ObjectId id = kNoObject;
  ObjectId schema = kNoObject;
  std::string name;
  TypeKind kind = TypeKind::kDomain;
  ObjectId owner = kNoObject;
  std::vector<EnumLabel> labels;          ///< enums: by `order`
  std::vector<TypeAttribute> attributes;  ///< composite types
  // Domains: values are those of `base`, which satisfy the rules of this domain and of `base_domain`, if it is over
  // one.
  LogicalType base;
  ObjectId base_domain = kNoObject;
  bool not_null = false;
  std::string default_sql;
  std::vector<CheckConstraint> checks;  ///< over `value`
  std::string comment;
};

}  // namespace tidemark
