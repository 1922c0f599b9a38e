#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "catalog/catalog.h"
#include "parser/ast.h"
#include "parser/ast_statement.h"
#include "planner/planner.h"

namespace tidemark {

/// What one DDL statement sees and does. It looks names up in `catalog()`, which shows its own changes at once, and
/// leaves behind `deltas()` for the transaction (D29). Nothing is written here.
class DdlContext {
 public:
  struct Environment {
    ObjectId database = kNoObject;
    ObjectId role = kNoObject;
    bool superuser = false;
    std::vector<std::string> search_path;  ///< with the schema of the session's temporary relations, if there is one
    std::string temporary_schema;          ///< its name; made with the first temporary relation
    std::function<ObjectId()> allocate_id;
    /// A planner that sees `catalog` (which must outlive it); names of types and their labels are those of it, too.
    std::function<PlannerContext(const std::shared_ptr<const Catalog>& catalog)> planner;
    std::function<void(std::string_view severity, const Error& content)> notice;
  };

  DdlContext(std::shared_ptr<const Catalog> catalog, Environment environment)
      : catalog_(std::move(catalog)), environment_(std::move(environment)) {}

  [[nodiscard]] const Catalog& catalog() const { return *catalog_; }
  [[nodiscard]] const std::shared_ptr<const Catalog>& shared_catalog() const { return catalog_; }
  [[nodiscard]] const Environment& environment() const { return environment_; }
  [[nodiscard]] PlannerContext planner() const { return environment_.planner(catalog_); }
  [[nodiscard]] ObjectId allocate_id() { return environment_.allocate_id(); }
  void notice(std::string_view severity, const Error& content) { environment_.notice(severity, content); }

  void put(CatalogEntry entry);
  void drop(ObjectKind kind, ObjectId id);
  /// Tables whose rows have to go with this statement (TRUNCATE).
  void truncate(ObjectId table) { truncated_.push_back(table); }
  [[nodiscard]] const std::vector<CatalogDelta>& deltas() const { return deltas_; }
  [[nodiscard]] const std::vector<ObjectId>& truncated() const { return truncated_; }

  /// The schema that an unqualified or qualified new name goes to. Throws 3F000, 0A000 for another database.
  /// `temporary`: the session's own, which is made if need be; 42P16 if the name says another.
  const SchemaEntry& schema_for_creation(const ast::QualifiedName& name, bool temporary = false);
  [[nodiscard]] bool is_temporary(const SchemaEntry& schema) const {
    return schema.name == environment_.temporary_schema;
  }
  /// A relation by search_path; null if there is none.
  const CatalogEntry* find_relation(const ast::QualifiedName& name) const;
  /// The table with a secondary UNIQUE, or unique index, of this name, and which it is; null if there is none.
  const TableEntry* find_unique_index(const ast::QualifiedName& name, const UniqueConstraint** unique) const;
  /// As find_relation, for ordinary tables: throws 42P01 `relation "x" does not exist`, 42809 `"x" is not a table`.
  TableEntry table(const ast::QualifiedName& name) const;
  /// As `table`, but a materialized view stands for the table with its rows.
  TableEntry indexed_table(const ast::QualifiedName& name) const;
  /// The schema by name in this database; throws 3F000.
  const SchemaEntry& schema(std::string_view name) const;
  /// By name, or CURRENT_USER and its like; throws 42704.
  const RoleEntry& role(const std::string& name) const;
  /// Throws 42501 `must be owner of …` unless the role owns it or is a superuser.
  void require_owner(ObjectId owner, std::string_view kind, std::string_view name) const;

 private:
  void add(CatalogDelta delta);
  /// 0A000 for columns of a table's row type.
  void require_storable(const CatalogEntry& entry) const;
  const CatalogEntry* find_any_relation(const ast::QualifiedName& name) const;
  const SchemaEntry* schema_of(const ast::QualifiedName& name) const;
  const SchemaEntry& temporary_schema();

  std::shared_ptr<const Catalog> catalog_;
  Environment environment_;
  std::vector<CatalogDelta> deltas_;
  std::vector<ObjectId> truncated_;
};

/// `a.b.c` for messages, without quotes as PostgreSQL prints names there.
std::string display_name(const ast::QualifiedName& name);

/// The value of a storage parameter as text; `on` for one without a value.
std::string option_text(const ast::Option& option);

}  // namespace tidemark
