#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/file_system.h"
#include "catalog/catalog.h"
#include "storage/segment.h"
#include "storage/store.h"

namespace tidemark {

/// What of the folder counts: which segments hold which runs of which table, from where the WAL is needed, and the
/// catalog. Written whole each time; CURRENT names the one that holds (invariant 7). docs/FILE_FORMAT.md, "Manifest".
struct Manifest {
  struct Run {
    SegmentExtent extent;
    uint64_t rank = 0;
  };
  struct Partition {
    int64_t time_min = INT64_MIN;
    int64_t time_max = INT64_MAX;
    bool holds_null_times = false;
    std::vector<Run> runs;  ///< ascending by rank
  };
  struct Tombstone {
    RangeTombstone range;
    uint64_t rank = 0;
  };
  struct Table {
    ObjectId id = kNoObject;
    SequenceNumber flushed_sequence = 0;  ///< the table's rows of commits up to it are in its runs
    uint64_t next_row_id = 1;
    uint64_t next_rank = 1;
    std::vector<Partition> partitions;  ///< ascending by time
    std::vector<Tombstone> tombstones;
  };

  uint64_t number = 0;
  uint64_t wal_first = 1;       ///< WAL files below it are not needed
  SequenceNumber sequence = 0;  ///< catalog changes of commits up to it are in the catalog file
  uint64_t catalog_number = 0;  ///< names the catalog file
  ObjectId next_object_id = kFirstUserObjectId;
  FileId next_file_id = 1;
  std::vector<Table> tables;  ///< ascending by id
};

std::string encode_manifest(const Manifest& manifest);
/// Throws XX001 if it is damaged, 0A000 if it is of an unknown format version.
Manifest decode_manifest(std::string_view bytes, uint64_t number);
std::string encode_catalog(const Catalog& catalog, uint64_t number);
std::shared_ptr<const Catalog> decode_catalog(std::string_view bytes, uint64_t number);

/// The manifest files of a folder.
class ManifestStore {
 public:
  ManifestStore(FileSystem& files, std::string folder) : files_(files), folder_(std::move(folder)) {}

  struct Loaded {
    Manifest manifest;
    std::shared_ptr<const Catalog> catalog;
  };
  /// Nothing if there is no CURRENT. Throws XX001 naming file and offset.
  [[nodiscard]] std::optional<Loaded> load() const;
  /// Makes `manifest` the current one; durable when it returns. `catalog`: written as manifest.catalog_number, unless
  /// null (then that file is there already). Throws IoError; the one before is still in place then, or this one.
  void install(const Manifest& manifest, const Catalog* catalog);
  /// Removes manifest and catalog files other than those of `current`.
  void remove_others(const Manifest& current);

  static std::string manifest_name(uint64_t number);
  static std::string catalog_name(uint64_t number);

 private:
  static std::string encode_current(uint64_t number);
  void write_synced(const std::string& name, std::string_view bytes);

  FileSystem& files_;
  const std::string folder_;
};

}  // namespace tidemark
