#pragma once

#include <memory>

#include "catalog/catalog.h"
#include "catalog/shared_map.h"
#include "storage/store.h"
#include "storage/table_scan.h"

namespace tidemark {

/// One table at one moment. Immutable.
struct TableVersion {
  std::shared_ptr<const TableSources> sources;  ///< without retention
  SequenceNumber last_commit = 0;               ///< that touched its rows
};

/// The newest committed state: what a snapshot is. Immutable; a commit, a flush and a compaction make a new one.
struct StoreState {
  SequenceNumber sequence = 0;
  std::shared_ptr<const Catalog> catalog;
  SharedMap<ObjectId, std::shared_ptr<const TableVersion>> tables;
};

}  // namespace tidemark
