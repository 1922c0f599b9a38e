#include "storage/table_scan.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/check.h"
#include "storage/boxed_row.h"
#include "storage/compaction_merge.h"
#include "storage/key_filter.h"
#include "storage/row_group_reader.h"
#include "storage/scan_plan.h"
#include "storage/version_merge.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark {

namespace {

/// Where an output column comes from.
struct OutputColumn {
  enum class Source : uint8_t { kOrder, kKey, kStored };
  Source source = Source::kStored;
  ColumnId id = kNoColumn;
  LogicalType type;
  size_t key_index = 0;     ///< kKey: into layout.series
  size_t stored_index = 0;  ///< kStored: into Scan::stored_columns
};

/// What all readers of a scan share.
struct ScanContext {
  std::shared_ptr<const TableSources> sources;
  std::vector<ScanPredicate> predicates;  ///< the filter points into them
  std::optional<ScanFilter> filter;
  std::vector<OutputColumn> output;
  std::vector<ColumnId> stored_columns;  ///< read by merges and arrivals: those of the output, then of predicates
  std::function<bool(std::string_view)> series_test;
  /// Append tables: the time column, if rows must be cut by it (retention); NULL times stay.
  ColumnId cut_column = kNoColumn;

  mutable std::mutex mutex;
  mutable ScanCounters counters;  ///< guarded by `mutex`

  [[nodiscard]] const TableLayout& layout() const { return *sources->layout; }
  [[nodiscard]] size_t stored_index(ColumnId id) const {
    return static_cast<size_t>(std::ranges::find(stored_columns, id) - stored_columns.begin());
  }
  void add_counters(const ScanCounters& part) const {
    const std::lock_guard lock(mutex);
    counters.row_groups_pruned += part.row_groups_pruned;
    counters.pages_total += part.pages_total;
    counters.pages_pruned += part.pages_pruned;
    counters.pages_decoded += part.pages_decoded;
    counters.rows_scanned += part.rows_scanned;
    counters.rows_out += part.rows_out;
  }
};

/// Rows of a chunk that are still in.
class RowMask {
 public:
  void reset(size_t rows) {
    pass_.assign(rows, 1);
    touched_ = false;
  }
  void keep_only(std::span<const KeyFilter::Stretch> stretches) {
    std::ranges::fill(pass_, uint8_t{0});
    for (const KeyFilter::Stretch& stretch : stretches) {
      std::fill(pass_.begin() + stretch.first, pass_.begin() + stretch.end, uint8_t{1});
    }
    touched_ = true;
  }
  void apply(const ScanPredicate& predicate, const Vector& values) {
    apply_predicate(predicate, values, pass_);
    touched_ = true;
  }
  /// Only rows of the window (or without a time, if that is what it asks for).
  void apply(const Morsel::TimeWindow& window, const Vector& times) {
    const RowView<int64_t> view(times);
    for (size_t i = 0; i < pass_.size(); ++i) {
      const bool in = view.is_null(i) ? window.nulls : !window.nulls && window.from <= view[i] && view[i] <= window.to;
      pass_[i] &= static_cast<uint8_t>(in);
    }
    touched_ = true;
  }
  void apply_retention(int64_t from, const Vector& times) {
    const RowView<int64_t> view(times);
    for (size_t i = 0; i < pass_.size(); ++i) {
      pass_[i] &= static_cast<uint8_t>(view.is_null(i) || view[i] >= from);
    }
    touched_ = true;
  }
  [[nodiscard]] std::span<uint8_t> bits() {
    touched_ = true;
    return pass_;
  }
  /// The rows that pass; sets `all` instead if each does.
  [[nodiscard]] std::vector<uint32_t> rows(bool& all) const {
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
  [[nodiscard]] bool none() const { return touched_ && std::ranges::find(pass_, uint8_t{1}) == pass_.end(); }

 private:
  std::vector<uint8_t> pass_;
  bool touched_ = false;
};

/// One row group that nothing else touches: zone maps, filters and late materialization all act.
class RowGroupMorselReader final : public MorselReader {
 public:
  RowGroupMorselReader(std::shared_ptr<const ScanContext> context, const Morsel& morsel)
      : context_(std::move(context)),
        morsel_(morsel),
        reader_(morsel.stretches[0].run->segment->open_file(), morsel.stretches[0].first, context_->layout()),
        keys_(morsel_.range, &context_->series_test) {
    counters_.pages_total = reader_.pages().size();
    cut_ = context_->cut_column != kNoColumn && reader_.info().time_min < context_->sources->time_from;
    const RowGroupInfo& info = reader_.info();
    if (morsel_.window && !morsel_.window->nulls && !info.has_null_times && info.time_min >= morsel_.window->from &&
        info.time_max <= morsel_.window->to) {
      morsel_.window.reset();
    }
  }
  ~RowGroupMorselReader() override { finish(); }

  bool next(DataChunk& chunk) override {
    chunk.reset();
    while (page_ < reader_.pages().size()) {
      if (read_page(page_++, chunk)) {
        counters_.rows_out += chunk.size;
        return true;
      }
    }
    finish();
    return false;
  }

 private:
  void finish() {
    if (finished_) {
      return;
    }
    finished_ = true;
    counters_.pages_decoded = reader_.pages_decoded();
    if (counters_.pages_pruned == counters_.pages_total) {
      counters_.row_groups_pruned = 1;
    }
    context_->add_counters(counters_);
  }

  bool read_page(size_t page, DataChunk& chunk) {
    needed_.clear();
    if (!keys_.may_hold(reader_.pages(), page) || zones_rule_out(page)) {
      ++counters_.pages_pruned;
      return false;
    }
    const PageInfo& info = reader_.pages()[page];
    KeyFilter::Found found = keys_.find(reader_, page);
    if (found.stretches.empty()) {
      ++counters_.pages_pruned;
      return false;
    }
    decoded_.clear();
    mask_.reset(info.rows);
    size_t looked_at = 0;
    for (const KeyFilter::Stretch& stretch : found.stretches) {
      looked_at += stretch.end - stretch.first;
    }
    counters_.rows_scanned += looked_at;
    if (!found.all(info.rows)) {
      mask_.keep_only(found.stretches);
    }
    if (!filter_rows(page, found)) {
      return false;
    }
    bool all = true;
    const std::vector<uint32_t> rows = mask_.rows(all);
    if (!all && rows.empty()) {
      return false;
    }
    chunk.size = all ? info.rows : rows.size();
    for (const OutputColumn& column : context_->output) {
      chunk.columns.push_back(output_column(column, page, found, rows, all));
    }
    return true;
  }

  /// Judges the page by its zone maps; collects the predicates that must look at rows.
  bool zones_rule_out(size_t page) {
    for (const ScanPredicate* predicate : context_->filter->column_predicates()) {
      const ColumnChunk* chunk = reader_.chunk(predicate->column);
      ZoneMap zone;
      if (chunk == nullptr || chunk->form == ColumnChunk::Form::kAbsent) {
        zone.rows = zone.nulls = reader_.pages()[page].rows;
      } else {
        zone = chunk->zones[page];
      }
      const std::optional<LogicalType> stored = reader_.stored_type(predicate->column);
      const LogicalType current = context_->layout().columns[*context_->layout().find_column(predicate->column)].type;
      // Bounds of a column whose type was changed since speak of the former values.
      if (stored && stored->physical() != current.physical()) {
        zone.has_bounds = false;
      }
      const ZoneVerdict verdict = judge(zone, current, *predicate);
      if (verdict == ZoneVerdict::kNone) {
        return true;
      }
      if (verdict == ZoneVerdict::kSome) {
        needed_.push_back(predicate);
      }
    }
    return false;
  }

  /// False if no row is left.
  bool filter_rows(size_t page, KeyFilter::Found& found) {
    for (const ScanPredicate* predicate : context_->filter->order_predicates()) {
      found.order = found.order ? found.order : reader_.order(page);
      mask_.apply(*predicate, *found.order);
    }
    if (cut_) {
      mask_.apply_retention(context_->sources->time_from, decoded(context_->cut_column, page));
    }
    if (morsel_.window) {
      mask_.apply(*morsel_.window, decoded(context_->layout().time_column, page));
    }
    for (const ScanPredicate* predicate : needed_) {
      if (mask_.none()) {
        return false;
      }
      mask_.apply(*predicate, decoded(predicate->column, page));
    }
    return true;
  }

  const Vector& decoded(ColumnId column, size_t page) {
    for (const auto& [id, values] : decoded_) {
      if (id == column) {
        return values;
      }
    }
    return decoded_.emplace_back(column, reader_.column(page, column)).second;
  }

  Vector output_column(const OutputColumn& column, size_t page, KeyFilter::Found& found, std::span<const uint32_t> rows,
                       bool all) {
    Vector values;
    switch (column.source) {
      case OutputColumn::Source::kOrder:
        found.order = found.order ? found.order : reader_.order(page);
        values = found.order->reinterpret(column.type);
        break;
      case OutputColumn::Source::kKey:
        values = key_column(column.key_index, found.runs);
        break;
      case OutputColumn::Source::kStored:
        values = decoded(column.id, page);
        break;
    }
    return all ? values : values.select(rows);
  }

  Vector key_column(size_t column, const std::vector<RowGroupReader::SeriesRun>& runs) {
    const Vector& entries = reader_.key_values(column);
    if (runs.size() == 1) {
      return Vector::constant(entries.value(runs[0].index), runs[0].end);
    }
    std::vector<uint32_t> ends;
    ends.reserve(runs.size());
    for (const RowGroupReader::SeriesRun& run : runs) {
      ends.push_back(run.end);
    }
    return Vector::run(std::make_shared<const Vector>(entries.slice(runs[0].index, runs.size())), std::move(ends));
  }

  std::shared_ptr<const ScanContext> context_;
  Morsel morsel_;
  RowGroupReader reader_;
  KeyFilter keys_;
  bool cut_ = false;
  size_t page_ = 0;
  RowMask mask_;
  std::vector<const ScanPredicate*> needed_;
  std::vector<std::pair<ColumnId, Vector>> decoded_;
  ScanCounters counters_;
  bool finished_ = false;
};

/// The output of chunks that come with all stored columns: filters them and puts the key columns beside.
class ChunkAssembler {
 public:
  ChunkAssembler(const ScanContext& context, const std::optional<Morsel::TimeWindow>& window)
      : context_(context), window_(window) {}

  /// Rows that pass everything but the key range and series tests go on; false if none is left. `key_column(i)` gives
  /// key column i of the unfiltered chunk. `mask` may have rows out already.
  template <class KeyColumn>
  bool assemble(const Vector& order, const std::vector<Vector>& columns, RowMask& mask, const KeyColumn& key_column,
                DataChunk& chunk) const {
    for (const ScanPredicate* predicate : context_.filter->order_predicates()) {
      mask.apply(*predicate, order);
    }
    if (context_.cut_column != kNoColumn) {
      mask.apply_retention(context_.sources->time_from, columns[context_.stored_index(context_.cut_column)]);
    }
    if (window_) {
      mask.apply(*window_, columns[context_.stored_index(context_.layout().time_column)]);
    }
    for (const ScanPredicate* predicate : context_.filter->column_predicates()) {
      mask.apply(*predicate, columns[context_.stored_index(predicate->column)]);
    }
    bool all = true;
    const std::vector<uint32_t> rows = mask.rows(all);
    if (!all && rows.empty()) {
      return false;
    }
    chunk.size = all ? order.size() : rows.size();
    for (const OutputColumn& column : context_.output) {
      Vector values = column.source == OutputColumn::Source::kOrder ? order.reinterpret(column.type)
                      : column.source == OutputColumn::Source::kKey ? key_column(column.key_index)
                                                                    : columns[column.stored_index];
      chunk.columns.push_back(all ? std::move(values) : values.select(rows));
    }
    return true;
  }

 private:
  const ScanContext& context_;
  std::optional<Morsel::TimeWindow> window_;
};

/// The value of one key column of a series.
Value key_value(const TableLayout& layout, std::string_view series, size_t column) {
  for (size_t skipped = 0; skipped < column; ++skipped) {
    skip_in_key(series, layout.series[skipped].type);
  }
  return take_from_key(series, layout.series[column].type);
}

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

/// Sorted sources, merged where there are several, with versions resolved.
class MergeMorselReader final : public MorselReader {
 public:
  MergeMorselReader(std::shared_ptr<const ScanContext> context, const Morsel& morsel)
      : context_(std::move(context)), assembler_(*context_, morsel.window) {
    std::vector<MergeInput> inputs;
    for (size_t first = 0; first < morsel.stretches.size();) {
      const uint64_t rank = morsel.stretches[first].rank();
      const size_t source = morsel.stretches[first].source;
      std::vector<std::unique_ptr<RunSource>> sources;
      for (; first < morsel.stretches.size() && morsel.stretches[first].source == source; ++first) {
        open(morsel.stretches[first], morsel.range, sources);
      }
      inputs.push_back({std::make_unique<ConcatenatedSource>(std::move(sources)), rank});
    }
    MergeOptions options;
    // Nothing that is read here has older versions elsewhere; a lone stretch of rows needs no resolving at all.
    options.oldest = !morsel.free;
    for (const TableSources::Tombstone& tombstone : context_->sources->tombstones) {
      const KeyRange& range = morsel.range;
      if (tombstone.range.to >= range.order_from && tombstone.range.from <= range.order_to &&
          (!range.series_to || tombstone.range.series_prefix < *range.series_to)) {
        tombstones_.push_back(tombstone);
      }
    }
    options.tombstones = tombstones_;
    merged_ = merge_runs(std::move(inputs), context_->stored_columns.size(), options);
  }
  ~MergeMorselReader() override { context_->add_counters(counters_); }

  bool next(DataChunk& chunk) override {
    VersionChunk versions;
    while (merged_->next(versions)) {
      chunk.reset();
      counters_.rows_scanned += versions.size;
      mask_.reset(versions.size);
      const auto key_column = [&](size_t column) { return key_values(versions, column); };
      if (assembler_.assemble(versions.order, versions.columns, mask_, key_column, chunk)) {
        counters_.rows_out += chunk.size;
        return true;
      }
    }
    chunk.reset();
    return false;
  }

 private:
  void open(const Morsel::Stretch& stretch, const KeyRange& range, std::vector<std::unique_ptr<RunSource>>& sources) {
    RunRequest request{.range = range, .columns = context_->stored_columns, .series_filter = context_->series_test};
    if (stretch.run != nullptr) {
      SegmentExtent extent = stretch.run->extent;
      extent.row_group_first = stretch.first;
      extent.row_group_count = stretch.count;
      sources.push_back(stretch.run->segment->open(extent, context_->layout(), request));
      return;
    }
    const MemoryRun& run = *stretch.memory->run;
    for (uint32_t part = stretch.first; part < stretch.first + stretch.count; ++part) {
      request.range = clipped(range, run.parts()[part].bounds);
      sources.push_back(run.open(request));
    }
  }

  [[nodiscard]] Vector key_values(const VersionChunk& versions, size_t column) const {
    const TableLayout& layout = context_->layout();
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

  std::shared_ptr<const ScanContext> context_;
  ChunkAssembler assembler_;
  std::vector<TableSources::Tombstone> tombstones_;  ///< those that reach into the morsel
  std::unique_ptr<RunSource> merged_;
  RowMask mask_;
  ScanCounters counters_;
};

/// Rows of a memory run as they arrived; key columns are dictionaries over its series.
class ArrivalMorselReader final : public MorselReader {
 public:
  ArrivalMorselReader(std::shared_ptr<const ScanContext> context, const Morsel& morsel)
      : context_(std::move(context)),
        assembler_(*context_, morsel.window),
        range_(morsel.range),
        source_(morsel.stretches[0].memory->run->open_arrival(morsel.arrival_first, morsel.arrival_last,
                                                              context_->stored_columns)),
        key_values_(context_->layout().series.size()) {}
  ~ArrivalMorselReader() override { context_->add_counters(counters_); }

  bool next(DataChunk& chunk) override {
    ArrivalChunk arrived;
    while (source_->next(arrived)) {
      chunk.reset();
      counters_.rows_scanned += arrived.size;
      mask_.reset(arrived.size);
      if (range_.order_from != INT64_MIN || range_.order_to != INT64_MAX) {
        const auto* orders = arrived.order.data<int64_t>();
        const std::span<uint8_t> pass = mask_.bits();
        for (size_t i = 0; i < pass.size(); ++i) {
          pass[i] &= static_cast<uint8_t>(orders[i] >= range_.order_from && orders[i] <= range_.order_to);
        }
      }
      const auto key_column = [&](size_t column) { return key_values(arrived.series, column); };
      if (assembler_.assemble(arrived.order, arrived.columns, mask_, key_column, chunk)) {
        counters_.rows_out += chunk.size;
        return true;
      }
    }
    chunk.reset();
    return false;
  }

 private:
  [[nodiscard]] Vector key_values(const Vector& series, size_t column) {
    if (series.is_constant()) {
      return Vector::constant(key_value(context_->layout(), series.data<std::string_view>()[0], column), series.size());
    }
    if (series.shared_entries() != series_entries_) {
      series_entries_ = series.shared_entries();
      std::ranges::fill(key_values_, nullptr);
    }
    std::shared_ptr<const Vector>& values = key_values_[column];
    if (values == nullptr) {
      const auto* keys = series_entries_->data<std::string_view>();
      auto entries =
          std::make_shared<Vector>(Vector::flat(context_->layout().series[column].type, series_entries_->size()));
      for (size_t i = 0; i < entries->size(); ++i) {
        set_row(*entries, i, key_value(context_->layout(), keys[i], column));
      }
      values = std::move(entries);
    }
    const std::span<const uint32_t> codes = series.codes();
    return Vector::dictionary(values, std::vector<uint32_t>(codes.begin(), codes.end()));
  }

  std::shared_ptr<const ScanContext> context_;
  ChunkAssembler assembler_;
  KeyRange range_;
  std::unique_ptr<ArrivalSource> source_;
  std::shared_ptr<const Vector> series_entries_;
  std::vector<std::shared_ptr<const Vector>> key_values_;
  RowMask mask_;
  ScanCounters counters_;
};

class Scan final : public TableScan {
 public:
  Scan(std::shared_ptr<ScanContext> context, ScanPlan plan) : context_(std::move(context)), plan_(std::move(plan)) {}

  [[nodiscard]] size_t morsel_count() const override { return plan_.morsels.size(); }

  [[nodiscard]] std::unique_ptr<MorselReader> open(size_t morsel) override {
    const Morsel& what = plan_.morsels.at(morsel);
    switch (what.kind) {
      case Morsel::Kind::kRowGroup:
        return std::make_unique<RowGroupMorselReader>(context_, what);
      case Morsel::Kind::kArrival:
        return std::make_unique<ArrivalMorselReader>(context_, what);
      case Morsel::Kind::kMerge:
        break;
    }
    return std::make_unique<MergeMorselReader>(context_, what);
  }

  [[nodiscard]] uint64_t row_count_max() const override { return plan_.row_count_max; }
  [[nodiscard]] std::optional<uint64_t> exact_row_count() const override { return plan_.exact_row_count; }

  [[nodiscard]] ScanCounters counters() const override {
    const std::lock_guard lock(context_->mutex);
    ScanCounters sum = context_->counters;
    sum.partitions_total = plan_.counters.partitions_total;
    sum.partitions_pruned = plan_.counters.partitions_pruned;
    sum.segments_total = plan_.counters.segments_total;
    sum.segments_pruned = plan_.counters.segments_pruned;
    sum.row_groups_total = plan_.counters.row_groups_total;
    sum.row_groups_pruned += plan_.counters.row_groups_pruned;
    sum.sources_merged = plan_.counters.sources_merged;
    return sum;
  }

 private:
  std::shared_ptr<ScanContext> context_;
  ScanPlan plan_;
};

OutputColumn output_column(const TableLayout& layout, ColumnId id, std::vector<ColumnId>& stored_columns) {
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

void need_stored(ScanContext& context, ColumnId id) {
  if (std::ranges::find(context.stored_columns, id) == context.stored_columns.end()) {
    context.stored_columns.push_back(id);
  }
}

}  // namespace

std::unique_ptr<TableScan> make_table_scan(std::shared_ptr<const TableSources> sources, const ScanRequest& request) {
  auto context = std::make_shared<ScanContext>();
  context->sources = std::move(sources);
  const TableLayout& layout = context->layout();
  context->predicates = request.predicates;
  const bool has_cut = context->sources->time_from != INT64_MIN && layout.time_column != kNoColumn;
  if (has_cut && layout.time_column == layout.order_column) {
    context->predicates.push_back({.column = layout.order_column,
                                   .comparison = ScanPredicate::Comparison::kGreaterEqual,
                                   .constants = {Value::integer(layout.order_type, context->sources->time_from)},
                                   .callback = {},
                                   .description = "retention"});
  } else if (has_cut) {
    context->cut_column = layout.time_column;
    need_stored(*context, layout.time_column);
  }
  context->filter.emplace(layout, context->predicates);
  for (const ColumnId id : request.columns) {
    context->output.push_back(output_column(layout, id, context->stored_columns));
  }
  for (const ScanPredicate* predicate : context->filter->column_predicates()) {
    need_stored(*context, predicate->column);
  }
  if (request.order == ScanOrder::kNewestFirst && layout.time_column != kNoColumn &&
      layout.time_column != layout.order_column) {
    need_stored(*context, layout.time_column);
  }
  if (context->filter->tests_series()) {
    context->series_test = [filter = &*context->filter](std::string_view series) {
      return filter->passes_series(series);
    };
  }
  ScanPlan plan = plan_scan(*context->sources, *context->filter, !request.predicates.empty(), request.order);
  return std::make_unique<Scan>(std::move(context), std::move(plan));
}

void look_up_rows(const TableSources& sources, std::span<const RowKey> keys, std::span<const ColumnId> columns,
                  std::vector<uint8_t>& found, DataChunk& rows) {
  const TableLayout& layout = *sources.layout;
  std::vector<uint32_t> by_key(keys.size());
  for (uint32_t i = 0; i < by_key.size(); ++i) {
    by_key[i] = i;
  }
  std::ranges::sort(by_key, {}, [&](uint32_t i) { return keys[i]; });
  std::vector<RowKey> sorted;
  for (const uint32_t i : by_key) {
    if (sorted.empty() || sorted.back() != keys[i]) {
      sorted.push_back(keys[i]);
    }
  }
  std::vector<ColumnId> stored;
  std::vector<OutputColumn> output;
  for (const ColumnId id : columns) {
    output.push_back(output_column(layout, id, stored));
  }
  const bool time_is_order = layout.time_column != kNoColumn && layout.time_column == layout.order_column;
  const bool cut_by_column = sources.time_from != INT64_MIN && layout.time_column != kNoColumn && !time_is_order;
  size_t cut_index = 0;
  if (cut_by_column) {
    cut_index = output_column(layout, layout.time_column, stored).stored_index;
  }
  std::vector<MergeInput> inputs;
  for (const TableSources::Partition& partition : sources.partitions) {
    for (const TableSources::Run& run : partition.runs) {
      const KeyBounds& bounds = run.extent.bounds;
      const bool may_hold = std::ranges::any_of(sorted, [&](const RowKey& key) {
        return key.series >= bounds.series_min && key.series <= bounds.series_max && key.order >= bounds.order_min &&
               key.order <= bounds.order_max;
      });
      if (may_hold) {
        inputs.push_back({run.segment->look_up(run.extent, layout, sorted, stored), run.rank});
      }
    }
  }
  for (const TableSources::Memory& memory : sources.memory) {
    inputs.push_back({memory.run->look_up(sorted, stored), memory.rank});
  }
  MergeOptions options;
  options.oldest = true;
  options.tombstones = sources.tombstones;
  options.order_from = time_is_order ? sources.time_from : INT64_MIN;
  const std::unique_ptr<RunSource> merged = merge_runs(std::move(inputs), stored.size(), options);

  // Row i of the answer is row places[i] of the found ones; what is missing is NULL.
  std::vector<std::vector<Vector>> pieces(columns.size());
  std::vector<uint32_t> place_of_sorted(sorted.size(), UINT32_MAX);
  uint32_t place = 0;
  size_t next_key = 0;
  VersionChunk chunk;
  while (merged->next(chunk)) {
    const auto* orders = chunk.order.data<int64_t>();
    uint32_t row = 0;
    for (const VersionChunk::SeriesRun& run : chunk.runs) {
      for (; row < run.end; ++row) {
        while (next_key < sorted.size() && sorted[next_key] < RowKey{run.series, orders[row]}) {
          ++next_key;
        }
        TIDEMARK_CHECK(next_key < sorted.size());
        bool expired = false;
        if (cut_by_column) {
          const RowView<int64_t> times(chunk.columns[cut_index]);
          expired = !times.is_null(row) && times[row] < sources.time_from;
        }
        if (!expired) {
          place_of_sorted[next_key] = place + row;
        }
      }
    }
    for (size_t i = 0; i < columns.size(); ++i) {
      const OutputColumn& column = output[i];
      if (column.source == OutputColumn::Source::kStored) {
        pieces[i].push_back(chunk.columns[column.stored_index].flatten());
      } else if (column.source == OutputColumn::Source::kOrder) {
        pieces[i].push_back(chunk.order.reinterpret(column.type));
      } else {
        Vector values = Vector::flat(column.type, chunk.size);
        size_t done = 0;
        for (const VersionChunk::SeriesRun& run : chunk.runs) {
          const Value value = key_value(layout, run.series, column.key_index);
          for (; done < run.end; ++done) {
            set_row(values, done, value);
          }
        }
        pieces[i].push_back(std::move(values));
      }
    }
    place += static_cast<uint32_t>(chunk.size);
  }
  found.assign(keys.size(), 0);
  std::vector<uint32_t> places(keys.size(), place);  // `place`: the NULL row at the end
  size_t sorted_index = 0;
  for (const uint32_t i : by_key) {
    while (sorted[sorted_index] < keys[i]) {
      ++sorted_index;
    }
    if (place_of_sorted[sorted_index] != UINT32_MAX) {
      found[i] = 1;
      places[i] = place_of_sorted[sorted_index];
    }
  }
  rows.reset();
  rows.size = keys.size();
  for (size_t i = 0; i < columns.size(); ++i) {
    pieces[i].push_back(Vector::null_constant(output[i].type, 1).flatten());
    rows.columns.push_back(concatenate(output[i].type, pieces[i]).select(places));
  }
}

}  // namespace tidemark
