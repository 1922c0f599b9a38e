#include "storage/version_merge.h"

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>

#include "base/check.h"
#include "storage/boxed_row.h"
#include "types/value.h"

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

Validity concatenate_bits(std::span<const Validity> pieces, std::span<const size_t> sizes, size_t size) {
  if (std::ranges::all_of(pieces, &Validity::all_valid)) {
    return {};
  }
  Validity result = Validity::filled(size, true);
  size_t row = 0;
  for (size_t piece = 0; piece < pieces.size(); ++piece) {
    for (size_t i = 0; i < sizes[piece]; ++i, ++row) {
      if (!pieces[piece].is_valid(i)) {
        result.set_null(row);
      }
    }
  }
  return result;
}

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

RowOperation operation_at(const VersionChunk& chunk, size_t row) {
  return static_cast<RowOperation>(chunk.operations.data<uint8_t>()[chunk.operations.is_constant() ? 0 : row]);
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
  std::shared_ptr<const VersionChunk> chunk;
  size_t row = 0;
  size_t run = 0;

  bool load() {
    auto next_chunk = std::make_shared<VersionChunk>();
    do {
      if (!source->next(*next_chunk)) {
        chunk = nullptr;
        return false;
      }
    } while (next_chunk->size == 0);
    TIDEMARK_ASSERT(next_chunk->order.is_flat());
    chunk = std::move(next_chunk);
    row = 0;
    run = 0;
    return true;
  }
  [[nodiscard]] int64_t order() const { return chunk->order.data<int64_t>()[row]; }
  [[nodiscard]] RowKey key() const { return {chunk->runs[run].series, order()}; }
  /// False at the end of the source.
  bool advance(size_t rows) {
    row += rows;
    if (row == chunk->size) {
      return load();
    }
    while (chunk->runs[run].end <= row) {
      ++run;
    }
    return true;
  }
  /// Rows from here on whose keys lie below `bound`: found by galloping.
  [[nodiscard]] size_t rows_below(const RowKey& bound) const {
    size_t end = row;
    for (size_t i = run; i < chunk->runs.size(); ++i) {
      if (chunk->runs[i].series > bound.series) {
        break;
      }
      if (chunk->runs[i].series < bound.series) {
        end = chunk->runs[i].end;
        continue;
      }
      const auto* orders = chunk->order.data<int64_t>();
      size_t low = std::max(row, end);
      size_t step = 1;
      while (low + step < chunk->runs[i].end && orders[low + step] < bound.order) {
        low += step;
        step *= 2;
      }
      const size_t high = std::min<size_t>(low + step, chunk->runs[i].end);
      end = static_cast<size_t>(std::lower_bound(orders + low, orders + high, bound.order) - orders);
      break;
    }
    return end - row;
  }
};

class MergeSource final : public RunSource {
 public:
  MergeSource(std::vector<Cursor> cursors, size_t column_count, bool oldest)
      : cursors_(std::move(cursors)), column_count_(column_count), oldest_(oldest) {
    // Newest first: of equal keys the first found counts.
    std::ranges::stable_sort(cursors_, std::greater(), &Cursor::rank);
    std::erase_if(cursors_, [](Cursor& cursor) { return !cursor.load(); });
    if (!cursors_.empty()) {
      for (const Vector& column : cursors_[0].chunk->columns) {
        types_.push_back(column.type());
      }
    }
  }

  bool next(VersionChunk& chunk) override {
    while (rows_ < kVectorSize && !cursors_.empty() && !ready_) {
      step();
    }
    if (rows_ > 0) {
      flush(chunk);
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
  /// Rows of one input, or one row put together from several.
  struct Piece {
    std::shared_ptr<const VersionChunk> chunk;
    size_t first = 0;
    size_t count = 0;
    size_t merged = SIZE_MAX;  ///< index into merged_
  };
  struct MergedRow {
    std::string series;
    int64_t order = 0;
    RowOperation operation = RowOperation::kPut;
    struct Cell {
      std::shared_ptr<const VersionChunk> chunk;  ///< null: NULL
      size_t row = 0;
      bool set = false;
    };
    std::vector<Cell> cells;
  };

  struct VersionPlace {
    std::shared_ptr<const VersionChunk> chunk;
    size_t row = 0;
  };

  /// Long enough to be handed on as it is instead of being copied together.
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
    const size_t available = cursor.chunk->size - cursor.row;
    const size_t count = bound ? cursor.rows_below(*bound) : available;
    TIDEMARK_ASSERT(count > 0);
    drop_if_ended(smallest, take(cursor, std::min(count, available)));
  }

  void drop_if_ended(size_t index, size_t rows) {
    if (!cursors_[index].advance(rows)) {
      cursors_.erase(cursors_.begin() + static_cast<std::ptrdiff_t>(index));
    }
  }

  /// Some or all of `count` rows that no other input has; returns how many.
  size_t take(const Cursor& cursor, size_t count) {
    const VersionChunk& chunk = *cursor.chunk;
    const bool simple = !oldest_ || (chunk.operations.is_constant() && operation_at(chunk, 0) == RowOperation::kPut);
    if (simple && count >= kStretchRowsMin) {
      ready_ = slice_rows(chunk, cursor.row, count);
      return count;
    }
    count = std::min(count, kVectorSize - rows_);
    if (simple) {
      add_piece(cursor.chunk, cursor.row, count);
      return count;
    }
    for (size_t row = cursor.row; row < cursor.row + count; ++row) {
      const RowOperation operation = operation_at(chunk, row);
      if (operation == RowOperation::kPut) {
        add_piece(cursor.chunk, row, 1);
      } else if (operation == RowOperation::kMerge) {
        // Nothing lies below: what is not set is NULL.
        const VersionPlace place{cursor.chunk, row};
        add_merged_versions({&place, 1}, false);
      }
    }
    return count;
  }

  void add_piece(const std::shared_ptr<const VersionChunk>& chunk, size_t first, size_t count) {
    if (!pieces_.empty() && pieces_.back().chunk == chunk && pieces_.back().first + pieces_.back().count == first) {
      pieces_.back().count += count;
    } else {
      pieces_.push_back({chunk, first, count, SIZE_MAX});
    }
    rows_ += count;
  }

  static std::string_view series_of(const VersionPlace& place) {
    return std::ranges::upper_bound(place.chunk->runs, place.row, {}, &VersionChunk::SeriesRun::end)->series;
  }

  /// Newest first; all are merges but perhaps the last.
  void add_merged_versions(std::span<const VersionPlace> versions, bool complete) {
    MergedRow row;
    row.series = series_of(versions[0]);
    row.order = versions[0].chunk->order.data<int64_t>()[versions[0].row];
    row.operation = complete || oldest_ ? RowOperation::kPut : RowOperation::kMerge;
    row.cells.resize(column_count_);
    for (size_t column = 0; column < column_count_; ++column) {
      for (const VersionPlace& version : versions) {
        const bool is_put = operation_at(*version.chunk, version.row) == RowOperation::kPut;
        if (is_put || version.chunk->set.empty() || version.chunk->set[column].is_valid(version.row)) {
          row.cells[column] = {version.chunk, version.row, true};
          break;
        }
      }
    }
    merged_.push_back(std::move(row));
    pieces_.push_back({nullptr, 0, 1, merged_.size() - 1});
    ++rows_;
  }

  /// All inputs that stand at `key`, newest first.
  void merge_versions(const RowKey& key) {
    const std::string series(key.series);  // the key's bytes may go with their chunk
    const RowKey wanted{series, key.order};
    std::vector<VersionPlace> versions;
    bool complete = false;
    bool deleted = false;
    for (size_t i = 0; i < cursors_.size();) {
      if (cursors_[i].key() != wanted) {
        ++i;
        continue;
      }
      if (!complete) {
        const VersionPlace place{cursors_[i].chunk, cursors_[i].row};
        const RowOperation operation = operation_at(*place.chunk, place.row);
        complete = operation != RowOperation::kMerge;
        if (operation == RowOperation::kDelete && !versions.empty()) {
          // The merges above make a new row: nothing of what lies below shows through.
        } else {
          deleted = operation == RowOperation::kDelete;
          versions.push_back(place);
        }
      }
      const size_t before = cursors_.size();
      drop_if_ended(i, 1);
      i += cursors_.size() == before ? 1 : 0;
    }
    if (deleted) {
      if (!oldest_) {
        add_piece(versions[0].chunk, versions[0].row, 1);
      }
      return;
    }
    if (operation_at(*versions[0].chunk, versions[0].row) == RowOperation::kPut) {
      add_piece(versions[0].chunk, versions[0].row, 1);
      return;
    }
    add_merged_versions(versions, complete);
  }

  /// Joins the pieces to one chunk.
  void flush(VersionChunk& chunk) {
    if (pieces_.size() == 1 && pieces_[0].chunk != nullptr) {
      chunk = slice_rows(*pieces_[0].chunk, pieces_[0].first, pieces_[0].count);
    } else {
      join(chunk);
    }
    pieces_.clear();
    merged_.clear();
    rows_ = 0;
  }

  void join(VersionChunk& chunk) {
    chunk = {};
    chunk.size = rows_;
    auto keep = std::make_shared<std::vector<std::shared_ptr<const void>>>();
    auto merged_rows = std::make_shared<std::vector<MergedRow>>(std::move(merged_));
    keep->push_back(merged_rows);
    chunk.order = Vector::flat(TypeId::kInt64, rows_);
    chunk.operations = Vector::flat(TypeId::kBoolean, rows_);
    auto* orders = chunk.order.mutable_data<int64_t>();
    auto* operations = chunk.operations.mutable_data<uint8_t>();
    size_t row = 0;
    for (const Piece& piece : pieces_) {
      if (piece.chunk == nullptr) {
        const MergedRow& merged = (*merged_rows)[piece.merged];
        orders[row] = merged.order;
        operations[row] = static_cast<uint8_t>(merged.operation);
        add_run(chunk, merged.series, ++row);
        continue;
      }
      keep->push_back(piece.chunk->keep);
      keep->push_back(piece.chunk);
      const auto* piece_orders = piece.chunk->order.data<int64_t>();
      size_t run = 0;
      for (size_t i = piece.first; i < piece.first + piece.count; ++i) {
        orders[row] = piece_orders[i];
        operations[row] = static_cast<uint8_t>(operation_at(*piece.chunk, i));
        while (piece.chunk->runs[run].end <= i) {
          ++run;
        }
        add_run(chunk, piece.chunk->runs[run].series, ++row);
      }
    }
    for (size_t column = 0; column < column_count_; ++column) {
      join_column(column, *merged_rows, chunk);
    }
    chunk.keep = keep;
  }

  static void add_run(VersionChunk& chunk, std::string_view series, size_t end) {
    if (chunk.runs.empty() || chunk.runs.back().series != series) {
      chunk.runs.push_back({series, static_cast<uint32_t>(end)});
    } else {
      chunk.runs.back().end = static_cast<uint32_t>(end);
    }
  }

  void join_column(size_t column, const std::vector<MergedRow>& merged_rows, VersionChunk& chunk) const {
    std::vector<Vector> pieces;
    std::vector<Validity> sets;
    std::vector<size_t> sizes;
    const LogicalType type = types_[column];
    for (const Piece& piece : pieces_) {
      sizes.push_back(piece.count);
      if (piece.chunk != nullptr) {
        const VersionChunk part = slice_column(*piece.chunk, column, piece.first, piece.count);
        pieces.push_back(part.columns[0]);
        sets.push_back(part.set.empty() ? Validity() : part.set[0]);
        continue;
      }
      const MergedRow::Cell& cell = merged_rows[piece.merged].cells[column];
      pieces.push_back(cell.chunk == nullptr ? Vector::null_constant(type, 1)
                                             : cell.chunk->columns[column].slice(cell.row, 1));
      const bool set = cell.set || merged_rows[piece.merged].operation == RowOperation::kPut;
      sets.push_back(set ? Validity() : Validity::filled(1, false));
    }
    chunk.columns.push_back(concatenate(type, pieces));
    chunk.set.push_back(concatenate_bits(sets, sizes, rows_));
  }

  static VersionChunk slice_column(const VersionChunk& chunk, size_t column, size_t first, size_t count) {
    VersionChunk part;
    part.columns.push_back(chunk.columns[column].slice(first, count));
    if (!chunk.set.empty()) {
      part.set.push_back(chunk.set[column].slice(first, count));
    }
    return part;
  }

  std::vector<Cursor> cursors_;
  size_t column_count_;
  bool oldest_;
  std::vector<Piece> pieces_;
  std::vector<MergedRow> merged_;
  std::vector<LogicalType> types_;
  size_t rows_ = 0;
  std::optional<VersionChunk> ready_;  ///< comes after the pieces
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

std::unique_ptr<RunSource> merge_runs(std::vector<MergeInput> inputs, size_t column_count,
                                      const MergeOptions& options) {
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
  return std::make_unique<MergeSource>(std::move(cursors), column_count, options.oldest);
}

}  // namespace tidemark
