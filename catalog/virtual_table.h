#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "types/data_chunk.h"

namespace tidemark {

/// What a system table may look at when it is read. The engine derives from it to add sessions, settings and storage
/// state.
class VirtualTableContext {
 public:
  virtual ~VirtualTableContext() = default;
  [[nodiscard]] virtual const Catalog& catalog() const = 0;
  [[nodiscard]] virtual const DatabaseEntry& database() const = 0;
};

/// A table whose rows are computed from live state when read: pg_catalog, information_schema. Small; made whole.
class VirtualTable {
 public:
  virtual ~VirtualTable() = default;
  [[nodiscard]] virtual ObjectId id() const = 0;
  [[nodiscard]] virtual const std::string& schema() const = 0;  ///< "pg_catalog" or "information_schema"
  [[nodiscard]] virtual const std::string& name() const = 0;
  [[nodiscard]] virtual const std::vector<ColumnEntry>& columns() const = 0;  ///< ids count from 1
  [[nodiscard]] virtual std::vector<DataChunk> rows(const VirtualTableContext& context) const = 0;
};

/// Finds system tables by name; given to the binder.
class VirtualTables {
 public:
  virtual ~VirtualTables() = default;
  [[nodiscard]] virtual const VirtualTable* find(std::string_view schema, std::string_view name) const = 0;
};

}  // namespace tidemark
