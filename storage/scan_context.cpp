#include "storage/scan_context.h"

#include <algorithm>

#include "base/check.h"
#include "storage/compaction_merge.h"
#include "storage/version_merge.h"
#include "types/boxed_row.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark {

namespace {

/// The stretches of one source, one after the other: ascending in key.
class ConcatenatedSource final : public RunSource {
 public:
  explicit ConcatenatedSource(std::vector<std::unique_ptr<RunSource>> sources) : sources_(std::move(sources)) {}

  bool next(VersionChunk& chunk) override {
    for (; current_ < sources_.size(); ++current_) {
      if (sources_[current_]->next(chunk)) {
        return true;
      }
      sources_[current_].reset();
    }
    return false;
  }

 private:
  std::vector<std::unique_ptr<RunSource>> sources_;
  size_t current_ = 0;
};

/// A merge and what it points into.
class OwnedMerge final : public RunSource {
 public:
  OwnedMerge(std::shared_ptr<const ScanContext> context, std::vector<TableSources::Tombstone> tombstones)
      : context_(std::move(context)), tombstones_(std::move(tombstones)) {}

  void merge(std::vector<MergeInput> inputs, bool oldest) {
    MergeOptions options;
    options.oldest = oldest;
    options.tombstones = tombstones_;
    merged_ = merge_runs(std::move(inputs), options);
  }
  bool next(VersionChunk& chunk) override { return merged_->next(chunk); }

 private:
  std::shared_ptr<const ScanContext> context_;
  std::vector<TableSources::Tombstone> tombstones_;  ///< those that reach into the range
  std::unique_ptr<RunSource> merged_;
};

KeyRange clipped(const KeyRange& range, const KeyBounds& bounds) {
  KeyRange result = range;
  result.series_from = std::max(result.series_from, bounds.series_min);
  std::string beyond = bounds.series_max + '\0';
  if (!result.series_to || beyond < *result.series_to) {
    result.series_to = std::move(beyond);
  }
  result.order_from = std::max(result.order_from, bounds.order_min);
  result.order_to = std::min(result.order_to, bounds.order_max);
  return result;
}

void open_stretch(const ScanContext& context, const Morsel::Stretch& stretch, RunRequest request,
                  std::vector<std::unique_ptr<RunSource>>& sources) {
  if (stretch.run != nullptr) {
    SegmentExtent extent = stretch.run->extent;
    extent.row_group_first = stretch.first;
    extent.row_group_count = stretch.count;
    sources.push_back(stretch.run->segment->open(extent, context.layout(), request));
    return;
  }
  // Parts that follow each other are what the run has between the first and the last.
  const MemoryRun& run = *stretch.memory->run;
  KeyBounds bounds = run.parts()[stretch.first].bounds;
  for (uint32_t part = stretch.first + 1; part < stretch.first + stretch.count; ++part) {
    bounds.extend(run.parts()[part].bounds);
  }
  request.range = clipped(request.range, bounds);
  sources.push_back(run.open(request));
}

}  // namespace

OutputColumn find_output_column(const TableLayout& layout, ColumnId id, std::vector<ColumnId>& stored_columns) {
  OutputColumn column;
  column.id = id;
  if (id == layout.order_column) {
    column.source = OutputColumn::Source::kOrder;
    column.type = layout.order_type;
    return column;
  }
  const std::optional<size_t> key = layout.find_series_column(id);
  if (key && layout.series[*key].from_key) {
    column.source = OutputColumn::Source::kKey;
    column.type = layout.series[*key].type;
    column.key_index = *key;
    return column;
  }
  const std::optional<size_t> stored = layout.find_column(id);
  TIDEMARK_CHECK(stored.has_value());
  column.type = layout.columns[*stored].type;
  const auto known = std::ranges::find(stored_columns, id);
  column.stored_index = static_cast<size_t>(known - stored_columns.begin());
  if (known == stored_columns.end()) {
    stored_columns.push_back(id);
  }
  return column;
}

Value key_value(const TableLayout& layout, std::string_view series, size_t column) {
  for (size_t skipped = 0; skipped < column; ++skipped) {
    skip_in_key(series, layout.series[skipped].type);
  }
  return take_from_key(series, layout.series[column].type);
}

size_t ScanContext::stored_index(ColumnId id) const {
  return static_cast<size_t>(std::ranges::find(stored_columns, id) - stored_columns.begin());
}

void ScanContext::need_stored(ColumnId id) {
  if (std::ranges::find(stored_columns, id) == stored_columns.end()) {
    stored_columns.push_back(id);
  }
}

ScanCounters& ScanCounters::operator+=(const ScanCounters& other) {
  partitions_total += other.partitions_total;
  partitions_pruned += other.partitions_pruned;
  segments_total += other.segments_total;
  segments_pruned += other.segments_pruned;
  row_groups_total += other.row_groups_total;
  row_groups_pruned += other.row_groups_pruned;
  pages_total += other.pages_total;
  pages_pruned += other.pages_pruned;
  pages_beyond_bound += other.pages_beyond_bound;
  pages_summarized += other.pages_summarized;
  pages_decoded += other.pages_decoded;
  sources_merged += other.sources_merged;
  rows_scanned += other.rows_scanned;
  rows_out += other.rows_out;
  return *this;
}

void ScanContext::add_counters(const ScanCounters& part) const {
  const std::lock_guard lock(mutex);
  counters += part;
}

void RowMask::reset(size_t rows) {
  pass_.assign(rows, 1);
  touched_ = false;
}

void RowMask::keep_only(std::span<const KeyFilter::Stretch> stretches) {
  std::ranges::fill(pass_, uint8_t{0});
  for (const KeyFilter::Stretch& stretch : stretches) {
    std::fill(pass_.begin() + stretch.first, pass_.begin() + stretch.end, uint8_t{1});
  }
  touched_ = true;
}

void RowMask::apply(const ScanPredicate& predicate, const Vector& values) {
  apply_predicate(predicate, values, pass_);
  touched_ = true;
}

void RowMask::apply(const ScanPredicate& predicate, const Vector& values, DictionaryAnswers& answers) {
  answers.apply(predicate, values, pass_);
  touched_ = true;
}

void RowMask::apply(const Morsel::TimeWindow& window, const Vector& times) {
  const RowView<int64_t> view(times);
  for (size_t i = 0; i < pass_.size(); ++i) {
    const bool in = view.is_null(i) ? window.nulls : !window.nulls && window.from <= view[i] && view[i] <= window.to;
    pass_[i] &= static_cast<uint8_t>(in);
  }
  touched_ = true;
}

void RowMask::apply_retention(int64_t from, const Vector& times) {
  const RowView<int64_t> view(times);
  for (size_t i = 0; i < pass_.size(); ++i) {
    pass_[i] &= static_cast<uint8_t>(view.is_null(i) || view[i] >= from);
  }
  touched_ = true;
}

std::vector<uint32_t> RowMask::rows(bool& all) const {
  std::vector<uint32_t> rows;
  all = true;
  if (!touched_) {
    return rows;
  }
  rows.resize(pass_.size());
  size_t count = 0;
  for (size_t i = 0; i < pass_.size(); ++i) {
    rows[count] = static_cast<uint32_t>(i);
    count += pass_[i];
  }
  rows.resize(count);
  all = count == pass_.size();
  return rows;
}

bool RowMask::none() const { return touched_ && std::ranges::find(pass_, uint8_t{1}) == pass_.end(); }

void ChunkAssembler::filter(const Vector& order, const std::vector<Vector>& columns, RowMask& mask) {
  for (const ScanPredicate* predicate : context_.filter->order_predicates()) {
    mask.apply(*predicate, order);
  }
  if (context_.cut_column != kNoColumn) {
    mask.apply_retention(context_.sources->time_from, columns[context_.stored_index(context_.cut_column)]);
  }
  if (window_) {
    mask.apply(*window_, columns[context_.stored_index(context_.layout().time_column)]);
  }
  const std::span<const ScanPredicate* const> predicates = context_.filter->column_predicates();
  answers_.resize(predicates.size());
  for (size_t i = 0; i < predicates.size(); ++i) {
    mask.apply(*predicates[i], columns[context_.stored_index(predicates[i]->column)], answers_[i]);
  }
  if (const ScanPredicate* bound = bound_.look()) {
    mask.apply(*bound, columns[context_.stored_index(bound->column)]);
  }
}

Vector key_column_of(const TableLayout& layout, const VersionChunk& versions, size_t column) {
  if (versions.runs.size() == 1) {
    return Vector::constant(key_value(layout, versions.runs[0].series, column), versions.size);
  }
  auto entries = std::make_shared<Vector>(Vector::flat(layout.series[column].type, versions.runs.size()));
  std::vector<uint32_t> ends;
  ends.reserve(versions.runs.size());
  for (const VersionChunk::SeriesRun& run : versions.runs) {
    set_row(*entries, ends.size(), key_value(layout, run.series, column));
    ends.push_back(run.end);
  }
  return Vector::run(std::move(entries), std::move(ends));
}

std::unique_ptr<RunSource> open_merge(std::shared_ptr<const ScanContext> context, const Morsel& morsel,
                                      const KeyRange& range, const std::function<bool(std::string_view)>& series_filter,
                                      bool newest_only) {
  TIDEMARK_ASSERT(!newest_only || morsel.free);
  RunRequest request{
      .range = range, .columns = context->stored_columns, .series_filter = series_filter, .newest_only = newest_only};
  std::vector<MergeInput> inputs;
  for (size_t first = 0; first < morsel.stretches.size();) {
    const uint64_t rank = morsel.stretches[first].rank();
    const size_t source = morsel.stretches[first].source;
    std::vector<std::unique_ptr<RunSource>> sources;
    for (; first < morsel.stretches.size() && morsel.stretches[first].source == source; ++first) {
      open_stretch(*context, morsel.stretches[first], request, sources);
    }
    inputs.push_back({std::make_unique<ConcatenatedSource>(std::move(sources)), rank});
  }
  std::vector<TableSources::Tombstone> tombstones;
  for (const TableSources::Tombstone& tombstone : context->sources->tombstones) {
    if (tombstone.range.to >= range.order_from && tombstone.range.from <= range.order_to &&
        (!range.series_to || tombstone.range.series_prefix < *range.series_to)) {
      tombstones.push_back(tombstone);
    }
  }
  auto source = std::make_unique<OwnedMerge>(std::move(context), std::move(tombstones));
  // Nothing that is read here has older versions elsewhere; a lone stretch of rows needs no resolving at all.
  source->merge(std::move(inputs), !morsel.free);
  return source;
}

}  // namespace tidemark
