#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>

#include "storage/memory_list.h"
#include "storage/table_version.h"

namespace tidemark {

/// Row ids of an append table's rows that are not committed yet: kProvisionalRowIds + n for the n-th row that the
/// transaction put there. Deletes and updates of such rows name them so; the commit puts the real ids in their place.
inline constexpr int64_t kProvisionalRowIds = int64_t{1} << 62;
/// Ranks of a transaction's own memtables: above all that the store hands out.
inline constexpr uint64_t kOwnRanks = uint64_t{1} << 62;

/// A state of the store, with the writes of one transaction on top if it has any.
class StoreSnapshot final : public Snapshot {
 public:
  /// `wall_us`: what retention counts from. `memory` is charged for own writes and outlives the snapshot.
  StoreSnapshot(std::shared_ptr<const StoreState> state, int64_t wall_us, MemoryTracker& memory);

  [[nodiscard]] SequenceNumber sequence() const override { return state_->sequence; }
  [[nodiscard]] const std::shared_ptr<const Catalog>& catalog() const override { return catalog_; }
  [[nodiscard]] std::shared_ptr<const TableSnapshot> table(ObjectId id) const override;
  [[nodiscard]] std::shared_ptr<const Snapshot> with(const WriteSet& own) const override;
  [[nodiscard]] std::shared_ptr<const Snapshot> with_own_of(const Snapshot& other) const override;
  /// The table without own writes and without retention; null if there is none.
  [[nodiscard]] const TableVersion* committed(ObjectId id) const {
    const auto* version = state_->tables.find(id);
    return version == nullptr ? nullptr : version->get();
  }

 private:
  struct OwnTable {
    MemoryList memory;
    uint64_t new_rows = 0;  ///< put into an append table without an id
    std::shared_ptr<const TableSources> sources;
  };
  void add_own(const WriteSet& own);
  OwnTable& own_table(ObjectId id, const StoreState& state);
  void describe(ObjectId id, OwnTable& own) const;

  const std::shared_ptr<const StoreState> state_;
  const int64_t wall_us_;
  MemoryTracker& memory_;
  std::shared_ptr<const Catalog> catalog_;
  boost::unordered_flat_map<ObjectId, OwnTable> own_;
};

/// The oldest time that the retention of a table and of its schema lets live, in the unit of the time column; INT64_MIN
/// if there is none.
int64_t oldest_time_kept(const TableEntry& table, const Catalog& catalog, int64_t wall_us);

/// A length of time in microseconds, and a moment in microseconds since 1970, in the unit of a time column; saturating.
int64_t time_units(LogicalType type, int64_t duration_us);
int64_t time_from_unix_us(LogicalType type, int64_t unix_us);

}  // namespace tidemark
