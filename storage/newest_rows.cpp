// Rows of a series lie in the order of time, so the newest is the last of its run in a page, a block, a row group.
// Three ways lead there:
//
// - A row group that nothing else touches, without a filter: its last rows, which the page cache keeps.
// - With a filter: pages from the last to the first, and in a page each run from its end, until a row passes.
// - Sources that must be merged, and memtables: slices of time, the newest and shortest first; a series that was found
//   in one is not read in the next.
//
// Morsels come newest first. Which series are done is shared between them, so that an old row group costs a look at
// its series.

#include "storage/newest_rows.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "base/check.h"
#include "storage/row_group_scan.h"
#include "storage/version_merge.h"

namespace tidemark {

bool NewestSeries::note(std::string_view series, int64_t order) {
  const auto found = orders_.find(series);
  if (found != orders_.end()) {
    found->second = std::max(found->second, order);
    return true;
  }
  if (orders_.size() == kSeriesMax) {
    return false;
  }
  orders_.emplace(names_.add(series), order);
  return true;
}

namespace {

/// With more series than that, most rows of a row group are the last of theirs, and keeping them would be keeping it.
constexpr uint32_t kKeptSeriesMax = 4'096;

/// What is still wanted of one series, while its rows are walked from the newest to the oldest.
class SeriesWish {
 public:
  explicit SeriesWish(const ScanContext& context)
      : columns_((uint64_t{1} << context.newest_values.size()) - 1), row_(context.newest_row) {}

  [[nodiscard]] bool fulfilled() const { return !row_ && columns_ == 0; }
  /// Whether the row is wanted. `values`: the columns of ScanContext::newest_values.
  bool take(std::span<const Vector* const> values, size_t row) {
    const bool was_wanted = std::exchange(row_, false);
    const uint64_t before = columns_;
    for (uint64_t left = columns_; left != 0; left &= left - 1) {
      const auto column = static_cast<size_t>(std::countr_zero(left));
      if (!values[column]->is_null(row)) {
        columns_ &= ~(uint64_t{1} << column);
      }
    }
    return was_wanted || columns_ != before;
  }

 private:
  uint64_t columns_;  ///< without a value so far
  bool row_;          ///< the newest row is wanted whatever it holds
};

class NewestRowGroupReader final : public MorselReader {
 public:
  NewestRowGroupReader(std::shared_ptr<const ScanContext> context, const Morsel& morsel,
                       std::shared_ptr<NewestSeries> newest)
      : context_(std::move(context)),
        morsel_(morsel),
        newest_(std::move(newest)),
        rows_(*context_, morsel_),
        next_page_(rows_.reader().pages().size()) {
    counters_.pages_total = next_page_;
  }
  ~NewestRowGroupReader() override {
    counters_.pages_decoded = rows_.reader().pages_decoded();
    counters_.row_groups_pruned = counters_.pages_pruned == counters_.pages_total ? 1 : 0;
    context_->add_counters(counters_);
  }

  bool next(DataChunk& chunk) override {
    chunk.reset();
    if (!looked_for_ends_) {
      looked_for_ends_ = true;
      find_ends();
    }
    if (ends_) {
      return put_out_ends(chunk);
    }
    while (next_page_ > 0) {
      if (read_page(--next_page_, chunk)) {
        counters_.rows_out += chunk.size;
        return true;
      }
    }
    return false;
  }

 private:
  /// If the last row of each series is the one: which of them are wanted.
  void find_ends() {
    RowGroupReader& reader = rows_.reader();
    const RowGroupInfo& info = reader.info();
    const bool whole = info.bounds.order_min >= morsel_.range.order_from &&
                       info.bounds.order_max <= morsel_.range.order_to && info.series_count <= kKeptSeriesMax;
    const ScanFilter& filter = *context_->filter;
    if (!whole || !filter.column_predicates().empty() || !filter.order_predicates().empty() || morsel_.window ||
        !std::ranges::all_of(context_->newest_values, [&](ColumnId column) { return has_no_nulls(column); })) {
      return;
    }
    const std::shared_ptr<const LastRows> last = reader.last_rows();
    if (last == nullptr) {
      return;
    }
    ends_.emplace();
    const auto* orders = last->order.data<int64_t>();
    for (uint32_t index = 0; index < last->order.size(); ++index) {
      const std::string_view series = reader.series(index);
      if (morsel_.range.holds_series(series) && (!context_->series_test || context_->series_test(series)) &&
          !newest_->is_beaten(series, orders[index])) {
        newest_->note(series, orders[index]);
        ends_->push_back(index);
      }
    }
    last_ = last;
    counters_.rows_scanned = ends_->size();
    if (ends_->empty()) {
      counters_.pages_pruned = counters_.pages_total;
    }
  }

  [[nodiscard]] bool has_no_nulls(ColumnId column) {
    const ColumnChunk* chunk = rows_.reader().chunk(column);
    return chunk != nullptr && chunk->form != ColumnChunk::Form::kAbsent &&
           std::ranges::all_of(chunk->zones, [](const ZoneMap& zone) { return zone.nulls == 0; });
  }

  bool put_out_ends(DataChunk& chunk) {
    const size_t count = std::min(kVectorSize, ends_->size() - ends_done_);
    if (count == 0) {
      return false;
    }
    const std::span<const uint32_t> rows = std::span(*ends_).subspan(ends_done_, count);
    const bool all = count == last_->order.size();
    chunk.size = count;
    for (const OutputColumn& column : context_->output) {
      const Vector values = column.source == OutputColumn::Source::kOrder ? last_->order.reinterpret(column.type)
                            : column.source == OutputColumn::Source::kKey
                                ? rows_.reader().key_values(column.key_index)
                                : rows_.reader().last_values(*last_, column.id);
      chunk.columns.push_back(all ? values : values.select(rows));
    }
    ends_done_ += count;
    counters_.rows_out += count;
    return true;
  }

  bool read_page(size_t page, DataChunk& chunk) {
    if (!rows_.enter(page)) {
      ++counters_.pages_pruned;
      return false;
    }
    const KeyFilter::Found& found = rows_.find_keys();
    open_newly_met();
    open_stretches(found);
    if (stretches_.empty()) {
      ++counters_.pages_pruned;
      return false;
    }
    for (const KeyFilter::Stretch& stretch : stretches_) {
      counters_.rows_scanned += stretch.end - stretch.first;
    }
    mask_.reset(rows_.reader().pages()[page].rows);
    mask_.keep_only(stretches_);
    if (rows_.has_filter() && !rows_.filter(mask_)) {
      return false;
    }
    const std::vector<uint32_t> picked = pick_rows(found);
    if (picked.empty()) {
      return false;
    }
    chunk.size = picked.size();
    for (const OutputColumn& column : context_->output) {
      chunk.columns.push_back(rows_.output(column, picked, false));
    }
    return true;
  }

  /// Makes `wanted_` fit the series block that is loaded.
  void open_newly_met() {
    RowGroupReader& reader = rows_.reader();
    if (generation_ == reader.block_generation()) {
      return;
    }
    generation_ = reader.block_generation();
    wanted_.clear();
    for (const std::string_view series : reader.block_series()) {
      wanted_.push_back(newest_->is_beaten(series, reader.info().bounds.order_max) ? std::optional<SeriesWish>()
                                                                                   : SeriesWish(*context_));
    }
  }

  /// The stretches that were found, without the series that are done.
  void open_stretches(const KeyFilter::Found& found) {
    stretches_.clear();
    uint32_t first = 0;
    size_t stretch = 0;
    for (const RowGroupReader::SeriesRun& run : found.runs) {
      const uint32_t run_first = std::exchange(first, run.end);
      while (stretch < found.stretches.size() && found.stretches[stretch].end <= run_first) {
        ++stretch;
      }
      if (stretch < found.stretches.size() && wanted_[run.index]) {
        const KeyFilter::Stretch part{.first = std::max(run_first, found.stretches[stretch].first),
                                      .end = std::min(run.end, found.stretches[stretch].end)};
        if (part.first < part.end) {
          stretches_.push_back(part);
        }
      }
    }
  }

  std::vector<uint32_t> pick_rows(const KeyFilter::Found& found) {
    std::vector<const Vector*> values;
    for (const ColumnId column : context_->newest_values) {
      values.push_back(&rows_.decoded(column));
    }
    std::vector<uint32_t> picked;
    uint32_t first = 0;
    for (const RowGroupReader::SeriesRun& run : found.runs) {
      const uint32_t run_first = std::exchange(first, run.end);
      std::optional<SeriesWish>& wanted = wanted_[run.index];
      const size_t before = picked.size();
      for (uint32_t row = run.end; wanted && row-- > run_first;) {
        if (mask_.passes(row) && wanted->take(values, row)) {
          picked.push_back(row);
          if (wanted->fulfilled()) {
            newest_->note(rows_.reader().series(run.index), rows_.order().data<int64_t>()[row]);
            wanted.reset();
          }
        }
      }
      std::reverse(picked.begin() + static_cast<std::ptrdiff_t>(before), picked.end());
    }
    return picked;
  }

  std::shared_ptr<const ScanContext> context_;
  Morsel morsel_;
  std::shared_ptr<NewestSeries> newest_;
  RowGroupScan rows_;
  bool looked_for_ends_ = false;
  std::optional<std::vector<uint32_t>> ends_;  ///< series whose last row is the answer
  size_t ends_done_ = 0;
  std::shared_ptr<const LastRows> last_;
  size_t next_page_;
  uint64_t generation_ = 0;
  std::vector<std::optional<SeriesWish>> wanted_;  ///< one a series of the loaded block; none: done
  std::vector<KeyFilter::Stretch> stretches_;      ///< scratch
  RowMask mask_;
  ScanCounters counters_;
};

/// Row groups one after the other; what little comes out of each is put together.
class NewestRowGroupsReader final : public MorselReader {
 public:
  NewestRowGroupsReader(std::shared_ptr<const ScanContext> context, const Morsel& morsel,
                        std::shared_ptr<NewestSeries> newest)
      : context_(std::move(context)), morsel_(morsel), newest_(std::move(newest)) {}

  bool next(DataChunk& chunk) override {
    std::vector<DataChunk> pieces;
    size_t rows = 0;
    while ((waiting_.size > 0 || next_piece()) && rows + waiting_.size <= kVectorSize) {
      rows += waiting_.size;
      pieces.push_back(std::exchange(waiting_, DataChunk()));
    }
    chunk.reset();
    if (pieces.empty()) {
      return false;
    }
    if (pieces.size() == 1) {
      chunk = std::move(pieces[0]);
      return true;
    }
    chunk.size = rows;
    for (size_t column = 0; column < context_->output.size(); ++column) {
      std::vector<Vector> parts;
      for (const DataChunk& piece : pieces) {
        parts.push_back(piece.columns[column]);
      }
      chunk.columns.push_back(concatenate(context_->output[column].type, parts));
    }
    return true;
  }

 private:
  bool next_piece() {
    for (;;) {
      if (reader_ != nullptr && reader_->next(waiting_)) {
        return true;
      }
      reader_.reset();
      if (next_ == morsel_.stretches.size()) {
        return false;
      }
      Morsel one = morsel_;
      one.stretches = {morsel_.stretches[next_++]};
      reader_ = std::make_unique<NewestRowGroupReader>(context_, one, newest_);
    }
  }

  std::shared_ptr<const ScanContext> context_;
  Morsel morsel_;
  std::shared_ptr<NewestSeries> newest_;
  size_t next_ = 0;
  std::unique_ptr<MorselReader> reader_;
  DataChunk waiting_;
};

class NewestMergeReader final : public MorselReader {
 public:
  NewestMergeReader(std::shared_ptr<const ScanContext> context, const Morsel& morsel,
                    std::shared_ptr<NewestSeries> newest)
      : context_(std::move(context)),
        morsel_(morsel),
        newest_(std::move(newest)),
        assembler_(*context_, morsel.window),
        slice_(morsel.range) {
    const ScanFilter& filter = *context_->filter;
    newest_only_ = morsel_.free && filter.column_predicates().empty() && filter.order_predicates().empty() &&
                   context_->newest_values.empty() && !morsel_.window;
    cut_slices();
    if (morsel_.stretches.size() == 1 && morsel_.stretches[0].memory != nullptr) {
      series_left_ = morsel_.stretches[0].memory->run->series_count_max();
    }
    wanted_ = [this](std::string_view series) {
      return (!context_->series_test || context_->series_test(series)) && !newest_->is_beaten(series, slice_.order_to);
    };
  }
  ~NewestMergeReader() override { context_->add_counters(counters_); }

  bool next(DataChunk& chunk) override {
    VersionChunk versions;
    for (;;) {
      while (merged_ != nullptr && merged_->next(versions)) {
        chunk.reset();
        if (read(versions, chunk)) {
          counters_.rows_out += chunk.size;
          return true;
        }
      }
      merged_.reset();
      chunk.reset();
      if (slices_.empty() || series_left_ == 0) {
        return false;
      }
      slice_ = slices_.back();
      slices_.pop_back();
      last_series_.clear();
      merged_ = open_merge(context_, morsel_, slice_, wanted_, newest_only_);
    }
  }

 private:
  /// The morsel's range of order in three, the oldest and longest first (slices are taken from the back).
  void cut_slices() {
    constexpr uint64_t kRowsWorthSlices = 4'096;
    slices_.push_back(morsel_.range);
    const int64_t from = morsel_.range.order_from;
    const int64_t to = morsel_.range.order_to;
    int64_t length = 0;
    if (morsel_.rows < kRowsWorthSlices || __builtin_sub_overflow(to, from, &length)) {
      return;
    }
    for (const int64_t share : {8, 64}) {
      const int64_t edge = to - length / share;
      if (edge > slices_.back().order_from) {
        slices_.back().order_to = edge - 1;
        slices_.push_back(morsel_.range);
        slices_.back().order_from = edge;
      }
    }
  }

  bool read(const VersionChunk& versions, DataChunk& chunk) {
    counters_.rows_scanned += versions.size;
    mask_.reset(versions.size);
    assembler_.filter(versions.order, versions.columns, mask_);
    std::vector<const Vector*> values;
    for (const ColumnId column : context_->newest_values) {
      values.push_back(&versions.columns[context_->stored_index(column)]);
    }
    std::vector<uint32_t> picked;
    uint32_t first = 0;
    for (const VersionChunk::SeriesRun& run : versions.runs) {
      const uint32_t run_first = std::exchange(first, run.end);
      const size_t before = picked.size();
      SeriesWish wanted(*context_);
      for (uint32_t row = run.end; row-- > run_first && !wanted.fulfilled();) {
        if (mask_.passes(row) && wanted.take(values, row)) {
          picked.push_back(row);
          if (wanted.fulfilled()) {
            note_done(run.series, versions.order.data<int64_t>()[row]);
          }
        }
      }
      std::reverse(picked.begin() + static_cast<std::ptrdiff_t>(before), picked.end());
    }
    if (picked.empty()) {
      return false;
    }
    const auto key_column = [&](size_t column) { return key_column_of(context_->layout(), versions, column); };
    assembler_.put_out(versions.order, versions.columns, picked, picked.size() == versions.size, key_column, chunk);
    return true;
  }

  void note_done(std::string_view series, int64_t order) {
    // A series may reach from one chunk into the next.
    if (newest_->note(series, order) && series != last_series_) {
      last_series_ = series;
      if (series_left_ && *series_left_ > 0) {
        --*series_left_;
      }
    }
  }

  std::shared_ptr<const ScanContext> context_;
  Morsel morsel_;
  std::shared_ptr<NewestSeries> newest_;
  ChunkAssembler assembler_;
  bool newest_only_ = false;
  std::vector<KeyRange> slices_;  ///< still to be read, the next one last
  KeyRange slice_;
  std::function<bool(std::string_view)> wanted_;
  std::optional<uint64_t> series_left_;  ///< of a lone memory run: series that are not done, or more
  std::string last_series_;
  std::unique_ptr<RunSource> merged_;
  RowMask mask_;
  ScanCounters counters_;
};

}  // namespace

std::unique_ptr<MorselReader> open_newest(std::shared_ptr<const ScanContext> context, const Morsel& morsel,
                                          std::shared_ptr<NewestSeries> newest) {
  TIDEMARK_CHECK(context->newest_values.size() < 64);
  if (morsel.kind == Morsel::Kind::kRowGroup) {
    return std::make_unique<NewestRowGroupsReader>(std::move(context), morsel, std::move(newest));
  }
  TIDEMARK_CHECK(morsel.kind == Morsel::Kind::kMerge);
  return std::make_unique<NewestMergeReader>(std::move(context), morsel, std::move(newest));
}

}  // namespace tidemark
