// The order of a write (docs/ARCHITECTURE.md): encode → reserve memory → enqueue → the leader checks, assigns sequence
// numbers and row ids → one append → one sync → memtables → publish → wake.

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <chrono>
#include <numeric>

#include "base/bytes.h"
#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "storage/series_key.h"
#include "storage/snapshot.h"
#include "storage/store_impl.h"
#include "storage/unique_violation.h"

namespace tidemark {
namespace {

struct KeyHash {
  size_t operator()(const Hash128& hash) const noexcept { return hash.low; }
};

/// Writers that wait for room look at the clock this often.
constexpr auto kClockLookInterval = std::chrono::milliseconds(10);

Hash128 hash_of(const RowKey& key) { return hash128(key.series, static_cast<uint64_t>(key.order)); }

bool has_provisional_ids(const WriteSet& writes) {
  for (const WriteSet::Change& change : writes.changes) {
    for (const int64_t order : change.batch.order) {
      if (order >= kProvisionalRowIds) {
        return true;
      }
    }
  }
  return false;
}

/// Drops of objects and tombstones, nothing that takes more room.
bool only_removes(const WriteSet& writes) {
  return std::ranges::all_of(
             writes.catalog,
             [](const CatalogDelta& delta) { return delta.operation == CatalogDelta::Operation::kDrop; }) &&
         std::ranges::all_of(writes.changes, &WriteSet::Change::is_tombstone);
}

bool covers_all(const RangeTombstone& range) {
  return range.series_prefix.empty() && range.from == INT64_MIN && range.to == INT64_MAX;
}

bool covers(const RangeTombstone& range, const RowKey& key) {
  return key.series.starts_with(range.series_prefix) && key.order >= range.from && key.order <= range.to;
}

/// Whether a change of `writes` before `index` deletes the key itself.
bool deleted_before(const WriteSet& writes, size_t index, const RowKey& key) {
  for (size_t i = index; i-- > 0;) {
    const WriteSet::Change& change = writes.changes[i];
    if (change.is_tombstone) {
      if (change.tombstone.table == writes.changes[index].batch.table && covers(change.tombstone, key)) {
        return true;
      }
      continue;
    }
    if (change.batch.table != writes.changes[index].batch.table) {
      continue;
    }
    for (size_t row = change.batch.size(); row-- > 0;) {
      if (change.batch.key(row) == key) {
        return change.batch.operation == RowOperation::kDelete;
      }
    }
  }
  return false;
}

}  // namespace

/// What the leader knows while it goes through a group: the state that the commits before have left.
struct StoreImpl::GroupState {
  std::shared_ptr<const Catalog> catalog;
  SequenceNumber sequence = 0;
  std::vector<CommitRequest*> accepted;
  boost::unordered_flat_map<ObjectId, uint64_t> next_row_id;
  boost::unordered_flat_map<ObjectId, std::shared_ptr<const TableLayout>> new_layouts;
  /// Last operation on each key that the group wrote, and its range tombstones, of tables for which somebody asked.
  struct Keys {
    struct Last {
      RowOperation operation = RowOperation::kPut;
      size_t change = 0;  ///< counts the changes of the group to the table
    };
    boost::unordered_flat_map<Hash128, Last, KeyHash> last;
    std::vector<std::pair<RangeTombstone, size_t>> tombstones;
    size_t changes = 0;
    size_t requests = 0;  ///< how many of `accepted` are in it
  };
  boost::unordered_flat_map<ObjectId, Keys> keys;

  const Keys& keys_of(ObjectId table) {
    Keys& known = keys[table];
    for (; known.requests < accepted.size(); ++known.requests) {
      for (const WriteSet::Change& change : accepted[known.requests]->writes.changes) {
        if ((change.is_tombstone ? change.tombstone.table : change.batch.table) != table) {
          continue;
        }
        ++known.changes;
        if (change.is_tombstone) {
          known.tombstones.emplace_back(change.tombstone, known.changes);
          continue;
        }
        for (size_t row = 0; row < change.batch.size(); ++row) {
          known.last[hash_of(change.batch.key(row))] = {change.batch.operation, known.changes};
        }
      }
    }
    return known;
  }
  /// Marks in `written` the keys that the group wrote; with `only_live` says of each key that it wrote whether its row
  /// is there now.
  void look_at_group(ObjectId table, std::span<const RowKey> asked, bool only_live, std::vector<uint8_t>& written) {
    const Keys& group = keys_of(table);
    for (size_t i = 0; i < asked.size(); ++i) {
      const auto found = group.last.find(hash_of(asked[i]));
      size_t last_change = 0;
      if (found != group.last.end()) {
        last_change = found->second.change;
        written[i] = !only_live || found->second.operation != RowOperation::kDelete ? 1 : 0;
      }
      for (const auto& [range, change] : group.tombstones) {
        if (change > last_change && covers(range, asked[i])) {
          written[i] = only_live ? 0 : 1;
        }
      }
    }
  }
  [[nodiscard]] bool wrote(ObjectId table) const {
    for (const CommitRequest* request : accepted) {
      for (const WriteSet::Change& change : request->writes.changes) {
        if ((change.is_tombstone ? change.tombstone.table : change.batch.table) == table) {
          return true;
        }
      }
    }
    return false;
  }
};

SequenceNumber StoreImpl::commit(WriteSet writes, const CommitOptions& options) {
  if (has_failed()) {
    throw_failed();
  }
  if (writes.empty()) {
    return published()->sequence;
  }
  CommitRequest request;
  request.options = &options;
  uint64_t bytes = 0;
  for (const WriteSet::Change& change : writes.changes) {
    if (!change.is_tombstone) {
      bytes += MemTable::bytes_needed(change.batch);
    }
  }
  request.writes = std::move(writes);
  request.encoded = encode_write_set(request.writes);
  if (bytes > 0) {  // what only drops or deletes by range makes room
    wait_for_room();
  }
  request.memory = MemoryReservation(&memory_, static_cast<int64_t>(bytes));
  queue_.commit(request);
  if (!options.wait_for_sync && sync_job_ != nullptr) {
    scheduler_->request(sync_job_);
  }
  return request.sequence;
}

// Back-pressure: memtables may grow to twice their budget; past it, writers wait for a flush, but not for ever.
void StoreImpl::wait_for_room() {
  const uint64_t limit = options_.memtable_bytes_max * 2;
  if (memtable_bytes_.load() < limit) {
    return;
  }
  if (scheduler_ == nullptr) {
    flush(kNoObject);
    return;
  }
  const int64_t start_ns = clock_.steady_ns();
  writer_waits_ += 1;
  const int64_t wait_ns_max = options_.writer_wait_ms_max * 1'000'000;
  scheduler_->request(flush_job_);
  const auto has_room = [&] { return memtable_bytes_.load() < limit || has_failed(); };
  {
    std::unique_lock lock(room_mutex_);
    while (!has_room() && clock_.steady_ns() - start_ns < wait_ns_max) {
      room_.wait_for(lock, kClockLookInterval);
    }
  }
  writer_wait_us_ += static_cast<uint64_t>((clock_.steady_ns() - start_ns) / 1000);
  if (has_failed()) {
    throw_failed();
  }
  if (!has_room()) {
    const std::string last_error = scheduler_->status(flush_job_).failures_in_a_row > 0
                                       ? " The last attempt failed: " + scheduler_->status(flush_job_).last_error
                                       : "";
    throw Error(sqlstate::kInsufficientResources, "too many rows wait to be written to segments")
        .with_detail("Memtables hold " + std::to_string(memtable_bytes_.load()) +
                     " bytes and were not flushed within " + std::to_string(options_.writer_wait_ms_max) + " ms." +
                     last_error)
        .with_hint("Write more slowly, or raise memtable_bytes_max.");
  }
}

void StoreImpl::process_group(std::span<CommitRequest* const> group) {
  GroupState state;
  state.sequence = next_sequence_ - 1;
  bool wants_sync = false;
  std::unique_lock preparing(state_mutex_);
  state.catalog = catalog_;
  for (CommitRequest* request : group) {
    try {
      if (has_failed()) {
        throw_failed();
      }
      prepare(*request, state);
      request->sequence = ++state.sequence;
      state.accepted.push_back(request);
      wants_sync |= request->options->wait_for_sync;
    } catch (...) {
      request->error = std::current_exception();
    }
  }
  preparing.unlock();
  if (state.accepted.empty()) {
    return;
  }
  const auto refuse_all = [&](const std::exception_ptr& error) {
    for (CommitRequest* request : state.accepted) {
      request->error = error;
    }
  };
  try {
    append_to_wal(state);
  } catch (const IoError& error) {
    if (error.kind() != IoErrorKind::kNoSpace && error.kind() != IoErrorKind::kTooManyFiles) {
      fail(error.message());
    }
    refuse_all(std::current_exception());
    return;
  } catch (...) {
    fail("the WAL could not be written");
    refuse_all(std::current_exception());
    return;
  }
  try {
    if (wants_sync) {
      sync_wal();
    }
    next_sequence_ = state.sequence + 1;
    // From here on nothing may fail: the commits are durable.
    const std::lock_guard lock(state_mutex_);
    std::vector<ObjectId> touched;
    for (CommitRequest* request : state.accepted) {
      apply(request->writes, request->sequence, wal_->current_number(), request->memory, touched);
    }
    applied_sequence_ = state.sequence;
    publish(state.sequence, touched);
  } catch (const Error& error) {
    fail(error.message());
    refuse_all(std::make_exception_ptr(Error(sqlstate::kIoError, error.message())
                                           .with_detail("It is not known whether the transaction was committed; "
                                                        "the store takes no more writes until it is restarted.")));
    return;
  } catch (const std::exception& error) {
    fail(error.what());
    refuse_all(std::make_exception_ptr(Error(sqlstate::kIoError, error.what())));
    return;
  }
  commits_ += state.accepted.size();
  wal_bytes_ = wal_->bytes_written();
  if ((memtable_bytes_.load() > options_.memtable_bytes_max / 2 || wal_->wants_spare() || manifest_is_stale_) &&
      flush_job_ != nullptr) {
    scheduler_->request(flush_job_);
  }
}

void StoreImpl::append_to_wal(const GroupState& state) {
  std::vector<WalWriter::Record> records;
  records.reserve(state.accepted.size());
  for (const CommitRequest* request : state.accepted) {
    records.push_back({wal::RecordKind::kCommit, request->sequence, request->encoded.bytes});
  }
  try {
    wal_->append(records);
  } catch (const IoError& error) {
    // A full disk must not keep the commits out that free space (invariant 12).
    const bool frees_space =
        std::ranges::any_of(state.accepted, [](const CommitRequest* request) { return only_removes(request->writes); });
    if (error.kind() != IoErrorKind::kNoSpace || !frees_space || !release_reserve()) {
      throw;
    }
    wal_->append(records);
  }
}

void StoreImpl::sync_wal() {
  if (wal_->has_unsynced()) {
    wal_->sync();
    wal_syncs_ += 1;
  }
}

void StoreImpl::prepare(CommitRequest& request, GroupState& state) {
  std::shared_ptr<const Catalog> catalog = state.catalog;
  if (!request.writes.catalog.empty()) {
    catalog = catalog->with(request.writes.catalog);
  }
  const auto row_ids_before = state.next_row_id;
  try {
    check_conflicts(request, state, *catalog);
    resolve_rows(request, state, *catalog);
  } catch (...) {
    state.next_row_id = row_ids_before;
    throw;
  }
  for (const CatalogDelta& delta : request.writes.catalog) {
    if (delta.kind == ObjectKind::kTable) {
      const TableEntry* entry = catalog->table(delta.id);
      state.new_layouts[delta.id] = entry == nullptr ? nullptr : std::make_shared<const TableLayout>(*entry);
    }
  }
  state.catalog = std::move(catalog);
}

// Widens keys that were made before a tag was added, and gives rows of append tables their ids.
void StoreImpl::resolve_rows(CommitRequest& request, GroupState& state, const Catalog& catalog) {
  bool encode_again = false;
  boost::unordered_flat_map<ObjectId, uint64_t> first_new_id;
  const bool provisional = has_provisional_ids(request.writes);
  const auto layout_of = [&](const TableEntry& entry) {
    const auto altered = state.new_layouts.find(entry.id);
    const auto known = tables_.find(entry.id);
    if (request.writes.catalog.empty() && altered != state.new_layouts.end()) {
      return altered->second;
    }
    return request.writes.catalog.empty() && known != tables_.end() ? known->second.memory.layout()
                                                                    : std::make_shared<const TableLayout>(entry);
  };
  size_t id_slot = 0;
  for (WriteSet::Change& change : request.writes.changes) {
    const ObjectId id = change.is_tombstone ? change.tombstone.table : change.batch.table;
    const TableEntry* entry = catalog.table(id);
    if (entry == nullptr) {
      throw Error(sqlstate::kUndefinedTable, "relation with OID " + std::to_string(id) + " does not exist");
    }
    if (change.is_tombstone) {
      continue;
    }
    RowBatch& batch = change.batch;
    const std::shared_ptr<const TableLayout> current = layout_of(*entry);
    const TableLayout& layout = *current;
    if (keys_are_short(batch, layout)) {
      widen_keys(batch, layout);
      encode_again = true;
    }
    uint64_t* next_id = nullptr;
    if (layout.kind == TableKind::kAppend) {
      const auto known = tables_.find(id);
      next_id =
          &state.next_row_id.try_emplace(id, known == tables_.end() ? 1 : known->second.next_row_id).first->second;
      first_new_id.try_emplace(id, *next_id);
    }
    if (row_ids_are_missing(batch)) {
      TIDEMARK_CHECK(next_id != nullptr && batch.operation == RowOperation::kPut);
      batch.order.resize(batch.size());
      const EncodedWriteSet::RowIds& slot = request.encoded.row_ids[id_slot++];
      store_little_endian(request.encoded.bytes.data() + slot.offset, *next_id);
      for (int64_t& order : batch.order) {
        order = static_cast<int64_t>((*next_id)++);
      }
    } else if (provisional && next_id != nullptr) {
      // The n-th row that this transaction put has the n-th id from the first on.
      for (int64_t& order : batch.order) {
        if (order >= kProvisionalRowIds) {
          order = static_cast<int64_t>(first_new_id[id]) + (order - kProvisionalRowIds);
          encode_again = true;
        }
      }
    }
    TIDEMARK_CHECK(batch.order.size() == batch.size());
  }
  if (encode_again) {
    request.encoded = encode_write_set(request.writes);
  }
}

void StoreImpl::check_conflicts(const CommitRequest& request, GroupState& state, const Catalog& catalog) {
  const CommitOptions& options = *request.options;
  for (const ObjectId read : options.tables_read) {
    const auto table = tables_.find(read);
    if ((table != tables_.end() && table->second.last_commit > options.checked_at) || state.wrote(read)) {
      throw Error(sqlstate::kSerializationFailure,
                  "could not serialize access due to read/write dependencies among transactions")
          .with_hint("The transaction might succeed if retried.");
    }
  }
  for (size_t i = 0; i < request.writes.changes.size(); ++i) {
    const WriteSet::Change& change = request.writes.changes[i];
    const RowBatch& batch = change.batch;
    if (change.is_tombstone || batch.size() == 0 || (!batch.expect_absent && !options.first_committer_wins)) {
      continue;
    }
    const auto table = tables_.find(batch.table);
    if (table == tables_.end() || batch.order.empty()) {
      continue;  // made by this commit, or rows that are new by themselves
    }
    const bool store_is_newer = table->second.last_commit > options.checked_at;
    const bool group_is_newer = state.wrote(batch.table);
    if (!store_is_newer && !group_is_newer) {
      continue;
    }
    std::vector<RowKey> keys(batch.size());
    for (size_t row = 0; row < keys.size(); ++row) {
      keys[row] = batch.key(row);
    }
    std::vector<uint8_t> written(keys.size(), 0);
    if (store_is_newer) {
      written = batch.expect_absent ? inserted_since(table->second, keys, options.checked_at)
                                    : written_since(table->second, keys, options);
    }
    if (group_is_newer) {
      state.look_at_group(batch.table, keys, batch.expect_absent, written);
    }
    for (size_t row = 0; row < keys.size(); ++row) {
      if (written[row] == 0) {
        continue;
      }
      if (!batch.expect_absent) {
        throw Error(sqlstate::kSerializationFailure, "could not serialize access due to concurrent update");
      }
      if (!deleted_before(request.writes, i, keys[row])) {
        throw unique_violation(*catalog.table(batch.table), batch, row);
      }
    }
  }
}

namespace {

/// What memtables and tombstones in memory say of a key.
struct NewestInMemory {
  SequenceNumber sequence = 0;  ///< of the newest version; 0: none
  bool is_there = false;        ///< its row, as far as memory tells
  SequenceNumber deleted = 0;   ///< of the newest range tombstone over the key; 0: none
};

NewestInMemory newest_in_memory(const MemoryList& memory, const RowKey& key, SequenceNumber since) {
  NewestInMemory result;
  uint64_t deleted_rank = 0;
  for (const MemoryList::Tombstone& tombstone : memory.tombstones()) {
    if (covers(tombstone.tombstone.range, key)) {
      result.deleted = tombstone.sequence;
      deleted_rank = tombstone.tombstone.rank;
    }
  }
  const auto& entries = memory.entries();
  for (size_t entry = entries.size(); entry-- > 0 && entries[entry].last_sequence > since;) {
    const auto newest = entries[entry].run->newest_version(key);
    if (!newest) {
      continue;
    }
    const auto& marks = entries[entry].marks;
    const auto mark = std::ranges::upper_bound(marks, newest->position, {}, &MemoryList::Entry::Mark::versions);
    TIDEMARK_CHECK(mark != marks.end());
    result.sequence = mark->sequence;
    result.is_there = newest->operation != RowOperation::kDelete && entries[entry].rank > deleted_rank;
    break;
  }
  return result;
}

/// Places of `keys` in ascending order, as look-ups of many want them.
std::vector<uint32_t> ascending(std::span<const RowKey> keys) {
  std::vector<uint32_t> order(keys.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](uint32_t place) { return keys[place]; });
  return order;
}

}  // namespace

// One flag a key that was absent at `since`: whether its row is there now.
std::vector<uint8_t> StoreImpl::inserted_since(const TableState& table, std::span<const RowKey> keys,
                                               SequenceNumber since) const {
  std::vector<uint8_t> inserted(keys.size(), 0);
  if (table.flushed_sequence > since) {
    std::vector<RowKey> sorted;
    const std::vector<uint32_t> order = ascending(keys);
    for (const uint32_t place : order) {
      sorted.push_back(keys[place]);
    }
    std::vector<uint8_t> found;
    DataChunk rows;
    look_up_rows(*table.version->sources, sorted, {}, found, rows);
    for (size_t i = 0; i < sorted.size(); ++i) {
      inserted[order[i]] = found[i];
    }
    return inserted;
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    const NewestInMemory newest = newest_in_memory(table.memory, keys[i], since);
    inserted[i] = newest.sequence > since && newest.is_there ? 1 : 0;
  }
  return inserted;
}

// One flag a key: whether a commit after options.checked_at wrote or deleted it. Memtables know the commit of each
// version; of what was flushed since, the rows are held against those that the transaction saw.
std::vector<uint8_t> StoreImpl::written_since(const TableState& table, std::span<const RowKey> keys,
                                              const CommitOptions& options) const {
  std::vector<uint8_t> written(keys.size(), 0);
  std::vector<RowKey> asked;
  std::vector<uint32_t> places;
  for (const uint32_t place : ascending(keys)) {
    const NewestInMemory newest = newest_in_memory(table.memory, keys[place], options.checked_at);
    written[place] = newest.sequence > options.checked_at ? 1 : 0;
    const bool may_be_deleted = newest.deleted > options.checked_at;
    if (written[place] == 0 && (may_be_deleted || table.flushed_sequence > options.checked_at)) {
      asked.push_back(keys[place]);
      places.push_back(place);
    }
  }
  if (asked.empty()) {
    return written;
  }
  std::vector<ColumnId> columns;
  for (const TableLayout::Column& column : table.memory.layout()->columns) {
    columns.push_back(column.id);
  }
  std::vector<uint8_t> is_there;
  DataChunk now;
  look_up_rows(*table.version->sources, asked, columns, is_there, now);
  std::vector<uint8_t> was_there;
  DataChunk before;
  const auto base = std::dynamic_pointer_cast<const StoreSnapshot>(options.base);
  const TableVersion* seen = base == nullptr ? nullptr : base->committed(table.memory.layout()->table);
  // Rows of another layout are not compared: the table was altered meanwhile.
  const bool is_comparable = seen != nullptr && seen->sources->layout->columns == table.memory.layout()->columns &&
                             seen->sources->layout->series.size() == table.memory.layout()->series.size();
  if (is_comparable) {
    look_up_rows(*seen->sources, asked, columns, was_there, before);
  }
  for (size_t i = 0; i < asked.size(); ++i) {
    const auto same_value = [i](const Vector& left, const Vector& right) { return left.value(i) == right.value(i); };
    const bool is_same = is_comparable && was_there[i] == is_there[i] &&
                         (is_there[i] == 0 || std::ranges::equal(now.columns, before.columns, same_value));
    written[places[i]] = is_same ? 0 : 1;
  }
  return written;
}

void StoreImpl::apply(const WriteSet& writes, SequenceNumber sequence, uint64_t wal_number, MemoryReservation& memory,
                      std::vector<ObjectId>& touched) {
  if (!writes.catalog.empty()) {
    apply_catalog(writes.catalog, touched);
    if (catalog_wal_number_ == 0) {
      catalog_wal_number_ = wal_number;
    }
  }
  for (const WriteSet::Change& change : writes.changes) {
    const auto found = tables_.find(change.is_tombstone ? change.tombstone.table : change.batch.table);
    if (found == tables_.end()) {
      continue;  // replayed rows of a table that was dropped since
    }
    TableState& table = found->second;
    if (sequence <= table.flushed_sequence) {
      continue;  // replayed rows that are in segments
    }
    touched.push_back(found->first);
    table.last_commit = sequence;
    if (change.is_tombstone) {
      if (covers_all(change.tombstone)) {
        // Nothing that is there survives: it goes at once.
        memtable_bytes_ -= table.memory.memory_bytes();
        table.memory.drop_through(UINT64_MAX);
        manifest_is_stale_ = manifest_is_stale_ || !table.partitions.empty();
        table.partitions = {};
        table.tombstones.clear();
      }
      table.memory.append(change.tombstone, sequence, wal_number);
      continue;
    }
    if (change.batch.size() == 0) {
      continue;
    }
    const RowBatch* batch = &change.batch;
    RowBatch widened;
    if (keys_are_short(*batch, *table.memory.layout())) {  // replayed from before a tag was added
      widened = *batch;
      widen_keys(widened, *table.memory.layout());
      batch = &widened;
    }
    const uint64_t bytes = MemTable::bytes_needed(*batch);
    const MemTable::SliceList filled =
        table.memory.append(*batch, sequence, wal_number, memory.split(static_cast<int64_t>(bytes)));
    memtable_bytes_ += bytes;
    if (table.memory.layout()->kind == TableKind::kAppend && change.batch.operation == RowOperation::kPut) {
      for (const int64_t order : change.batch.order) {
        table.next_row_id = std::max(table.next_row_id, static_cast<uint64_t>(order) + 1);
      }
    }
    if (!filled.empty()) {
      to_settle_.insert(to_settle_.end(), filled.begin(), filled.end());
      if (settle_job_ != nullptr) {
        scheduler_->request(settle_job_);
      }
    }
  }
}

void StoreImpl::apply_catalog(std::span<const CatalogDelta> deltas, std::vector<ObjectId>& touched) {
  catalog_ = catalog_->with(deltas);
  ObjectId next = next_object_id_.load();
  while (next < catalog_->next_object_id() &&
         !next_object_id_.compare_exchange_weak(next, catalog_->next_object_id())) {
  }
  for (const CatalogDelta& delta : deltas) {
    if (delta.kind != ObjectKind::kTable) {
      continue;
    }
    touched.push_back(delta.id);
    const TableEntry* entry = catalog_->table(delta.id);
    const auto found = tables_.find(delta.id);
    if (entry == nullptr) {
      if (found != tables_.end()) {
        memtable_bytes_ -= found->second.memory.memory_bytes();
        manifest_is_stale_ = manifest_is_stale_ || !found->second.partitions.empty();
        tables_.erase(found);
      }
      continue;
    }
    auto layout = std::make_shared<const TableLayout>(*entry);
    if (found == tables_.end()) {
      tables_.emplace(delta.id, TableState(MemoryList(std::move(layout), 1)));
      continue;
    }
    TableState& table = found->second;
    const size_t columns_before = table.memory.layout()->series.size();
    if (layout->series.size() > columns_before) {
      std::vector<TableSources::Partition> partitions = table.partitions.vector();
      for (TableSources::Partition& partition : partitions) {
        for (TableSources::Run& run : partition.runs) {
          widen_bounds(run.extent.bounds, layout->series.size() - columns_before);
        }
      }
      table.partitions = std::move(partitions);
    }
    table.memory.set_layout(std::move(layout));
  }
}

// Keys in segments are read as if they had the columns that joined the key later, as NULL; so are their bounds.
void StoreImpl::widen_bounds(KeyBounds& bounds, size_t columns) {
  widen_series(bounds.series_min, columns);
  widen_series(bounds.series_max, columns);
}

void StoreImpl::publish(SequenceNumber sequence, std::span<const ObjectId> touched) {
  auto state = std::make_shared<StoreState>(published_ == nullptr ? StoreState{} : *published_);
  state->sequence = sequence;
  state->catalog = catalog_;
  for (const ObjectId id : touched) {
    const auto found = tables_.find(id);
    if (found == tables_.end()) {
      state->tables.erase(id);
      continue;
    }
    TableState& table = found->second;
    auto sources = std::make_shared<TableSources>();
    sources->layout = table.memory.layout();
    sources->partitions = table.partitions;
    sources->tombstones = table.tombstones;
    table.memory.describe(*sources);
    table.version = std::make_shared<const TableVersion>(TableVersion{std::move(sources), table.last_commit});
    state->tables.put(id, table.version);
  }
  const std::lock_guard lock(published_mutex_);
  published_ = std::move(state);
}

void StoreImpl::fail(const std::string& reason) noexcept {
  {
    const std::lock_guard lock(failure_mutex_);
    if (failure_.empty()) {
      failure_ = reason.empty() ? "unknown failure" : reason;
    }
  }
  failed_.store(true, std::memory_order_release);
  const std::lock_guard lock(room_mutex_);
  room_.notify_all();
}

void StoreImpl::throw_failed() const {
  const std::lock_guard lock(failure_mutex_);
  throw Error(sqlstate::kIoError, "the store takes no more writes after a failure: " + failure_)
      .with_hint("Reads go on. Restart the server to recover what is on disk.");
}

}  // namespace tidemark
