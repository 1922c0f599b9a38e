#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "catalog/virtual_table.h"
#include "types/type_io.h"

namespace tidemark {

/// Names for regclass and its like, as one session sees them: by its database and search_path.
class SessionObjectNames final : public ObjectNames {
 public:
  /// What names are looked up in from now on.
  void set_scope(std::shared_ptr<const Catalog> catalog, ObjectId database, std::vector<std::string> search_path,
                 const VirtualTables* system_tables);

  [[nodiscard]] std::string name_of(TypeId reg_type, uint32_t oid) const override;
  /// Throws 42P01 for relations, 3F000 for schemas, 42704 for roles, types and functions that do not exist.
  [[nodiscard]] uint32_t oid_of(TypeId reg_type, std::string_view name) const override;
  [[nodiscard]] std::optional<LogicalType> user_type(uint32_t oid) const override;
  [[nodiscard]] std::string bare_type_name(uint32_t type) const override;
  [[nodiscard]] std::string type_name(uint32_t type) const override;
  [[nodiscard]] std::optional<std::string> label_of(uint32_t type, std::string_view order) const override;
  [[nodiscard]] std::optional<std::string> order_of(uint32_t type, std::string_view label) const override;
  [[nodiscard]] std::vector<std::string> orders(uint32_t type) const override;
  [[nodiscard]] std::vector<RowField> row_fields(uint32_t type) const override;

 private:
  [[nodiscard]] const CatalogEntry* find_relation(const std::vector<std::string>& parts) const;
  [[nodiscard]] const TypeEntry* find_user_type(const std::vector<std::string>& parts) const;
  /// Null if that is no user-defined type's id.
  [[nodiscard]] const TypeEntry* type_entry(uint32_t type) const;
  [[nodiscard]] ObjectId find_key(const std::vector<std::string>& parts) const;

  std::shared_ptr<const Catalog> catalog_;
  ObjectId database_ = kNoObject;
  std::vector<std::string> search_path_;
  const VirtualTables* system_tables_ = nullptr;
};

}  // namespace tidemark
