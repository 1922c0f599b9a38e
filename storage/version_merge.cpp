#include "storage/version_merge.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "base/check.h"
#include "storage/chunk_rows.h"

namespace tidemark {

Vector concatenate(LogicalType type, std::span<const Vector> pieces) {
  if (pieces.size() == 1) {
    return pieces[0];
  }
  size_t size = 0;
  for (const Vector& piece : pieces) {
    size += piece.size();
  }
  Vector result = Vector::flat(type, size);
  const size_t width = physical_width(type.physical());
  size_t row = 0;
  for (const Vector& piece : pieces) {
    const Vector flat = piece.flatten();
    std::memcpy(result.mutable_data<char>() + row * width, flat.data<char>(), flat.size() * width);
    if (!flat.validity().all_valid()) {
      result.validity().make_writable(size);
      for (size_t i = 0; i < flat.size(); ++i) {
        if (!flat.validity().is_valid(i)) {
          result.validity().set_null(row + i);
        }
      }
    }
    if (type.physical() == PhysicalType::kBytes) {
      result.share_memory_of(flat);
    }
    row += flat.size();
  }
  return result;
}

namespace {

Validity select_bits(const Validity& bits, std::span<const uint32_t> rows) {
  if (bits.all_valid()) {
    return {};
  }
  Validity result = Validity::filled(rows.size(), true);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!bits.is_valid(rows[i])) {
      result.set_null(i);
    }
  }
  return result;
}

VersionChunk slice_rows(const VersionChunk& chunk, size_t first, size_t count) {
  if (first == 0 && count == chunk.size) {
    return chunk;
  }
  VersionChunk result;
  result.size = count;
  for (const VersionChunk::SeriesRun& run : chunk.runs) {
    if (run.end > first) {
      result.runs.push_back({run.series, static_cast<uint32_t>(std::min<size_t>(run.end - first, count))});
      if (result.runs.back().end == count) {
        break;
      }
    }
  }
  result.order = chunk.order.slice(first, count);
  result.operations = chunk.operations.slice(first, count);
  for (const Vector& column : chunk.columns) {
    result.columns.push_back(column.slice(first, count));
  }
  for (const Validity& set : chunk.set) {
    if (set.all_valid()) {
      result.set.emplace_back();
    } else {
      Validity bits = Validity::filled(count, true);
      for (size_t i = 0; i < count; ++i) {
        if (!set.is_valid(first + i)) {
          bits.set_null(i);
        }
      }
      result.set.push_back(std::move(bits));
    }
  }
  result.keep = chunk.keep;
  return result;
}

/// Drops covered rows.
class DeletionFilter final : public RunSource {
 public:
  DeletionFilter(std::unique_ptr<RunSource> source, std::vector<RangeTombstone> tombstones, int64_t order_from)
      : source_(std::move(source)), tombstones_(std::move(tombstones)), order_from_(order_from) {}

  bool next(VersionChunk& chunk) override {
    while (source_->next(chunk)) {
      const std::vector<uint32_t> rows = kept_rows(chunk);
      if (rows.size() == chunk.size) {
        return true;
      }
      if (!rows.empty()) {
        chunk = select_rows(chunk, rows);
        return true;
      }
    }
    return false;
  }

 private:
  [[nodiscard]] std::vector<uint32_t> kept_rows(const VersionChunk& chunk) {
    std::vector<uint32_t> rows;
    rows.reserve(chunk.size);
    const auto* orders = chunk.order.data<int64_t>();
    uint32_t row = 0;
    for (const VersionChunk::SeriesRun& run : chunk.runs) {
      applicable_.clear();
      for (const RangeTombstone& tombstone : tombstones_) {
        if (run.series.starts_with(tombstone.series_prefix)) {
          applicable_.push_back(&tombstone);
        }
      }
      for (; row < run.end; ++row) {
        const int64_t order = orders[row];
        const bool deleted = order < order_from_ || std::ranges::any_of(
                                                        applicable_,
                                                        [order](const RangeTombstone* tombstone) {
                                                          return tombstone->from <= order && order <= tombstone->to;
                                                        });
        if (!deleted) {
          rows.push_back(row);
        }
      }
    }
    return rows;
  }

  std::unique_ptr<RunSource> source_;
  std::vector<RangeTombstone> tombstones_;
  int64_t order_from_;
  std::vector<const RangeTombstone*> applicable_;
};

/// One input of a merge: its current chunk and row.
struct Cursor {
  std::unique_ptr<RunSource> source;
  uint64_t rank = 0;
  std::shared_ptr<LoadedChunk> chunk;
  size_t row = 0;
  size_t run = 0;

  bool load() {
    VersionChunk rows;
    do {
      if (!source->next(rows)) {
        chunk = nullptr;
        return false;
      }
    } while (rows.size == 0);
    chunk = std::make_shared<LoadedChunk>(std::move(rows));
    row = 0;
    run = 0;
    return true;
  }
  [[nodiscard]] std::span<const VersionChunk::SeriesRun> runs() const { return chunk->rows().runs; }
  [[nodiscard]] RowKey key() const { return {runs()[run].series, chunk->orders()[row]}; }
  [[nodiscard]] ChunkRows::Place place() const { return {chunk, row, run}; }
  /// False at the end of the source.
  bool advance(size_t rows) {
    row += rows;
    if (row == chunk->size()) {
      return load();
    }
    while (runs()[run].end <= row) {
      ++run;
    }
    return true;
  }
  /// Rows from here on whose keys lie below `bound`: found by galloping.
  [[nodiscard]] size_t rows_below(const RowKey& bound) const {
    size_t end = row;
    for (const VersionChunk::SeriesRun& series_run : runs().subspan(run)) {
      if (series_run.series > bound.series) {
        break;
      }
      if (series_run.series < bound.series) {
        end = series_run.end;
        continue;
      }
      const int64_t* orders = chunk->orders();
      size_t low = end;
      size_t step = 1;
      while (low + step < series_run.end && orders[low + step] < bound.order) {
        low += step;
        step *= 2;
      }
      const size_t high = std::min<size_t>(low + step, series_run.end);
      end = static_cast<size_t>(std::lower_bound(orders + low, orders + high, bound.order) - orders);
      break;
    }
    return end - row;
  }
};

class MergeSource final : public RunSource {
 public:
  MergeSource(std::vector<Cursor> cursors, bool oldest) : cursors_(std::move(cursors)), oldest_(oldest) {
    // Newest first: of equal keys the first found counts.
    std::ranges::stable_sort(cursors_, std::greater(), &Cursor::rank);
    std::erase_if(cursors_, [](Cursor& cursor) { return !cursor.load(); });
    if (!cursors_.empty()) {
      std::vector<LogicalType> types;
      for (const Vector& column : cursors_[0].chunk->rows().columns) {
        types.push_back(column.type());
      }
      rows_.emplace(std::move(types), oldest);
    }
  }

  bool next(VersionChunk& chunk) override {
    while (!cursors_.empty() && !ready_ && rows_->size() < kVectorSize) {
      step();
    }
    if (rows_ && rows_->size() > 0) {
      rows_->finish(chunk);
      return true;
    }
    if (ready_) {
      chunk = std::move(*ready_);
      ready_.reset();
      return true;
    }
    return false;
  }

 private:
  /// Long enough to be handed on as it is instead of being gathered.
  static constexpr size_t kStretchRowsMin = 512;

  void step() {
    size_t smallest = 0;
    std::optional<RowKey> bound;
    RowKey key = cursors_[0].key();
    bool tie = false;
    for (size_t i = 1; i < cursors_.size(); ++i) {
      const RowKey other = cursors_[i].key();
      const auto compared = other <=> key;
      if (compared < 0) {
        bound = key;
        key = other;
        smallest = i;
        tie = false;
      } else if (compared == 0) {
        tie = true;
      } else if (!bound || other < *bound) {
        bound = other;
      }
    }
    if (tie) {
      merge_versions(key);
      return;
    }
    Cursor& cursor = cursors_[smallest];
    const size_t available = cursor.chunk->size() - cursor.row;
    const size_t count = bound ? cursor.rows_below(*bound) : available;
    TIDEMARK_ASSERT(count > 0);
    drop_if_ended(smallest, take(cursor, count));
  }

  void drop_if_ended(size_t index, size_t rows) {
    if (!cursors_[index].advance(rows)) {
      cursors_.erase(cursors_.begin() + static_cast<std::ptrdiff_t>(index));
    }
  }

  /// Some or all of `count` rows that no other input has; returns how many.
  size_t take(const Cursor& cursor, size_t count) {
    const bool drops_deletes = oldest_ && cursor.chunk->has_deletes();
    if (!drops_deletes && count >= kStretchRowsMin) {
      ready_ = slice_rows(cursor.chunk->rows(), cursor.row, count);
      if (oldest_) {
        make_whole(*ready_);
      }
      return count;
    }
    count = std::min(count, kVectorSize - rows_->size());
    if (!drops_deletes) {
      rows_->add(cursor.place(), count);
      return count;
    }
    ChunkRows::Place place = cursor.place();
    for (const size_t last = place.row + count; place.row < last; ++place.row) {
      while (cursor.runs()[place.run].end <= place.row) {
        ++place.run;
      }
      if (cursor.chunk->operation(place.row) != RowOperation::kDelete) {
        rows_->add(place, 1);
      }
    }
    return count;
  }

  /// All inputs that stand at `key`, newest first.
  void merge_versions(const RowKey& key) {
    const std::string series(key.series);  // the key's bytes may go with their chunk
    const RowKey wanted{series, key.order};
    versions_.clear();
    bool is_whole = false;
    for (size_t i = 0; i < cursors_.size();) {
      if (cursors_[i].key() != wanted) {
        ++i;
        continue;
      }
      if (!is_whole) {
        versions_.push_back(cursors_[i].place());
        is_whole = cursors_[i].chunk->operation(cursors_[i].row) != RowOperation::kMerge;
      }
      const size_t before = cursors_.size();
      drop_if_ended(i, 1);
      i += cursors_.size() == before ? 1 : 0;
    }
    const ChunkRows::Place& newest = versions_.front();
    switch (newest.chunk->operation(newest.row)) {
      case RowOperation::kMerge:
        return rows_->add_versions(versions_);
      case RowOperation::kPut:
        return rows_->add(newest, 1);
      case RowOperation::kDelete:
        if (!oldest_) {
          rows_->add(newest, 1);
        }
    }
  }

  std::vector<Cursor> cursors_;
  const bool oldest_;
  std::optional<ChunkRows> rows_;      ///< none if there is no input
  std::optional<VersionChunk> ready_;  ///< comes after the gathered rows
  std::vector<ChunkRows::Place> versions_;
};

}  // namespace

VersionChunk select_rows(const VersionChunk& chunk, std::span<const uint32_t> rows) {
  VersionChunk result;
  result.size = rows.size();
  size_t done = 0;
  for (const VersionChunk::SeriesRun& run : chunk.runs) {
    const auto end = static_cast<size_t>(std::ranges::lower_bound(rows, run.end) - rows.begin());
    if (end > done) {
      result.runs.push_back({run.series, static_cast<uint32_t>(end)});
      done = end;
    }
  }
  result.order = chunk.order.select(rows);
  result.operations =
      chunk.operations.is_constant() ? chunk.operations.slice(0, rows.size()) : chunk.operations.select(rows);
  for (const Vector& column : chunk.columns) {
    result.columns.push_back(column.select(rows));
  }
  for (const Validity& set : chunk.set) {
    result.set.push_back(select_bits(set, rows));
  }
  result.keep = chunk.keep;
  return result;
}

std::unique_ptr<RunSource> without_deleted(std::unique_ptr<RunSource> source, uint64_t rank,
                                           std::span<const TableSources::Tombstone> tombstones, int64_t order_from) {
  std::vector<RangeTombstone> acting;
  for (const TableSources::Tombstone& tombstone : tombstones) {
    if (tombstone.rank > rank) {
      acting.push_back(tombstone.range);
    }
  }
  if (acting.empty() && order_from == INT64_MIN) {
    return source;
  }
  return std::make_unique<DeletionFilter>(std::move(source), std::move(acting), order_from);
}

std::unique_ptr<RunSource> merge_runs(std::vector<MergeInput> inputs, const MergeOptions& options) {
  std::vector<Cursor> cursors;
  for (MergeInput& input : inputs) {
    Cursor cursor;
    cursor.source = without_deleted(std::move(input.source), input.rank, options.tombstones, options.order_from);
    cursor.rank = input.rank;
    cursors.push_back(std::move(cursor));
  }
  if (cursors.size() == 1 && !options.oldest) {
    return std::move(cursors[0].source);
  }
  return std::make_unique<MergeSource>(std::move(cursors), options.oldest);
}

}  // namespace tidemark
