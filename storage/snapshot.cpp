#include "storage/snapshot.h"

#include <algorithm>
#include <limits>

#include "base/check.h"
#include "base/error.h"
#include "storage/write_set_codec.h"

namespace tidemark {
namespace {

__extension__ using Wide = __int128;

// Timestamps in microseconds count from 2000-01-01.
constexpr int64_t kEpoch2000UnixUs = 946'684'800'000'000;

int64_t saturated(Wide value) {
  return static_cast<int64_t>(
      std::clamp<Wide>(value, std::numeric_limits<int64_t>::min() + 1, std::numeric_limits<int64_t>::max() - 1));
}

class StoreTableSnapshot final : public TableSnapshot {
 public:
  StoreTableSnapshot(std::shared_ptr<const Catalog> catalog, const TableEntry& entry,
                     std::shared_ptr<const TableSources> sources)
      : catalog_(std::move(catalog)), entry_(entry), sources_(std::move(sources)) {}

  [[nodiscard]] const TableEntry& entry() const override { return entry_; }
  [[nodiscard]] std::unique_ptr<TableScan> scan(const ScanRequest& request) const override {
    return make_table_scan(sources_, request);
  }
  void look_up(std::span<const RowKey> keys, std::span<const ColumnId> columns, std::vector<uint8_t>& found,
               DataChunk& rows) const override {
    look_up_rows(*sources_, keys, columns, found, rows);
  }

 private:
  const std::shared_ptr<const Catalog> catalog_;  ///< owns entry_
  const TableEntry& entry_;
  const std::shared_ptr<const TableSources> sources_;
};

[[noreturn]] void throw_undefined(ObjectId id) {
  throw Error(sqlstate::kUndefinedTable, "relation with OID " + std::to_string(id) + " does not exist");
}

}  // namespace

int64_t time_units(LogicalType type, int64_t duration_us) {
  return type.id == TypeId::kTimestampTzNs ? saturated(Wide{duration_us} * 1000) : duration_us;
}

int64_t time_from_unix_us(LogicalType type, int64_t unix_us) {
  return type.id == TypeId::kTimestampTzNs ? saturated(Wide{unix_us} * 1000)
                                           : saturated(Wide{unix_us} - kEpoch2000UnixUs);
}

int64_t oldest_time_kept(const TableEntry& table, const Catalog& catalog, int64_t wall_us) {
  const ColumnEntry* time = table.find_column(table.time_column);
  if (time == nullptr || !is_timestamp_type(time->type.id) || table.kind == TableKind::kKeyed) {
    return INT64_MIN;
  }
  int64_t retention_us = table.retention_us;
  if (const CatalogEntry* object = catalog.object(table.schema)) {
    if (const auto* schema = std::get_if<SchemaEntry>(object); schema != nullptr && schema->retention_us > 0) {
      retention_us = retention_us > 0 ? std::min(retention_us, schema->retention_us) : schema->retention_us;
    }
  }
  if (retention_us <= 0) {
    return INT64_MIN;
  }
  return time_from_unix_us(time->type, saturated(Wide{wall_us} - retention_us));
}

StoreSnapshot::StoreSnapshot(std::shared_ptr<const StoreState> state, int64_t wall_us, MemoryTracker& memory)
    : state_(std::move(state)), wall_us_(wall_us), memory_(memory), catalog_(state_->catalog) {}

std::shared_ptr<const TableSnapshot> StoreSnapshot::table(ObjectId id) const {
  const TableEntry* entry = catalog_->table(id);
  if (entry == nullptr) {
    throw_undefined(id);
  }
  std::shared_ptr<const TableSources> sources;
  if (const auto own = own_.find(id); own != own_.end()) {
    sources = own->second.sources;
  } else {
    const auto* version = state_->tables.find(id);
    TIDEMARK_CHECK(version != nullptr);
    sources = (*version)->sources;
  }
  if (const int64_t time_from = oldest_time_kept(*entry, *catalog_, wall_us_); time_from != INT64_MIN) {
    auto cut = std::make_shared<TableSources>(*sources);
    cut->time_from = time_from;
    sources = std::move(cut);
  }
  return std::make_shared<const StoreTableSnapshot>(catalog_, *entry, std::move(sources));
}

std::shared_ptr<const Snapshot> StoreSnapshot::with(const WriteSet& own) const {
  auto next = std::make_shared<StoreSnapshot>(*this);
  next->add_own(own);
  return next;
}

std::shared_ptr<const Snapshot> StoreSnapshot::with_own_of(const Snapshot& other) const {
  TIDEMARK_CHECK(own_.empty());
  const auto& from = dynamic_cast<const StoreSnapshot&>(other);
  const auto is_as_it_was = [this](const auto& own) {
    const auto* version = state_->tables.find(own.first);
    return version != nullptr && (*version)->sources->layout == own.second.memory.layout();
  };
  if (from.catalog_ != from.state_->catalog || !std::ranges::all_of(from.own_, is_as_it_was)) {
    return nullptr;
  }
  auto next = std::make_shared<StoreSnapshot>(*this);
  next->own_ = from.own_;
  for (auto& [id, own] : next->own_) {
    describe(id, own);
  }
  return next;
}

StoreSnapshot::OwnTable& StoreSnapshot::own_table(ObjectId id, const StoreState& state) {
  const auto found = own_.find(id);
  if (found != own_.end()) {
    return found->second;
  }
  const auto* version = state.tables.find(id);
  std::shared_ptr<const TableLayout> layout;
  if (version != nullptr) {
    layout = (*version)->sources->layout;
  } else {
    const TableEntry* entry = catalog_->table(id);
    if (entry == nullptr) {
      throw_undefined(id);
    }
    layout = std::make_shared<const TableLayout>(*entry);
  }
  return own_.emplace(id, OwnTable{MemoryList(std::move(layout), kOwnRanks), 0, nullptr}).first->second;
}

void StoreSnapshot::add_own(const WriteSet& own) {
  std::vector<ObjectId> changed;
  if (!own.catalog.empty()) {
    catalog_ = catalog_->with(own.catalog);
    for (const CatalogDelta& delta : own.catalog) {
      if (delta.kind != ObjectKind::kTable) {
        continue;
      }
      if (const TableEntry* entry = catalog_->table(delta.id)) {
        own_table(delta.id, *state_).memory.set_layout(std::make_shared<const TableLayout>(*entry));
        changed.push_back(delta.id);
      } else {
        own_.erase(delta.id);
      }
    }
  }
  for (const WriteSet::Change& change : own.changes) {
    if (change.is_tombstone) {
      own_table(change.tombstone.table, *state_).memory.append(change.tombstone, state_->sequence, 0);
      changed.push_back(change.tombstone.table);
      continue;
    }
    const RowBatch* batch = &change.batch;
    if (batch->size() == 0) {
      continue;
    }
    OwnTable& table = own_table(batch->table, *state_);
    changed.push_back(batch->table);
    RowBatch adapted;
    if (row_ids_are_missing(*batch) || keys_are_short(*batch, *table.memory.layout())) {
      adapted = *batch;
      if (row_ids_are_missing(adapted)) {
        adapted.order.resize(adapted.size());
        for (int64_t& order : adapted.order) {
          order = kProvisionalRowIds + static_cast<int64_t>(table.new_rows++);
        }
      }
      widen_keys(adapted, *table.memory.layout());
      batch = &adapted;
    }
    MemoryReservation reserved(&memory_, static_cast<int64_t>(MemTable::bytes_needed(*batch)));
    table.memory.append(*batch, state_->sequence, 0, std::move(reserved));
  }
  for (const ObjectId id : changed) {
    if (const auto found = own_.find(id); found != own_.end()) {
      describe(id, found->second);
    }
  }
}

void StoreSnapshot::describe(ObjectId id, OwnTable& own) const {
  auto sources = std::make_shared<TableSources>();
  if (const auto* version = state_->tables.find(id)) {
    *sources = *(*version)->sources;
    if (sources->layout != own.memory.layout()) {
      for (TableSources::Memory& memory : sources->memory) {
        const auto& run = dynamic_cast<const MemTableRun&>(*memory.run);
        memory.run = run.with_layout(own.memory.layout());
      }
    }
  }
  sources->layout = own.memory.layout();
  own.memory.describe(*sources);
  own.sources = std::move(sources);
}

}  // namespace tidemark
