#include "storage/table_scan.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "storage/morsel_order.h"
#include "storage/newest_rows.h"
#include "storage/page_summarizer.h"
#include "storage/row_group_scan.h"
#include "storage/scan_context.h"
#include "storage/scan_plan.h"
#include "types/boxed_row.h"
#include "types/value.h"

namespace tidemark {

namespace {

/// One row group that nothing else touches: zone maps, filters and late materialization all act.
class RowGroupMorselReader final : public MorselReader {
 public:
  RowGroupMorselReader(std::shared_ptr<const ScanContext> context, const Morsel& morsel, SummaryReceiver* receiver)
      : context_(std::move(context)), morsel_(morsel), rows_(*context_, morsel_), pages_(rows_.pages()) {
    counters_.pages_total = rows_.reader().pages().size();
    counters_.pages_pruned = counters_.pages_total - (pages_.end - pages_.first);
    if (receiver != nullptr && context_->summaries != nullptr) {
      summarizer_.emplace(context_->layout(), *context_->summaries, *receiver, rows_);
    }
  }
  ~RowGroupMorselReader() override { finish(); }

  bool next(DataChunk& chunk) override {
    chunk.reset();
    while (!stretches_.empty() || pages_.first < pages_.end) {
      if (stretches_.empty() ? read_page(pages_.first++, chunk) : put_out_stretch(chunk)) {
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
    counters_.pages_decoded = rows_.reader().pages_decoded();
    counters_.pages_beyond_bound = rows_.pages_beyond_bound();
    if (counters_.pages_pruned == counters_.pages_total) {
      counters_.row_groups_pruned = 1;
    }
    context_->add_counters(counters_);
  }

  bool read_page(size_t page, DataChunk& chunk) {
    if (!rows_.enter(page)) {
      ++counters_.pages_pruned;
      return false;
    }
    const KeyFilter::Found& found = rows_.find_keys();
    if (found.stretches.empty()) {
      ++counters_.pages_pruned;
      return false;
    }
    const uint32_t page_rows = rows_.reader().pages()[page].rows;
    if (summarizer_ && found.all(page_rows) && !rows_.has_filter() && summarizer_->give_away(page, found)) {
      ++counters_.pages_summarized;
      return false;
    }
    for (const KeyFilter::Stretch& stretch : found.stretches) {
      counters_.rows_scanned += stretch.end - stretch.first;
    }
    if (!rows_.has_filter() && are_long(found.stretches)) {
      stretches_.assign(found.stretches.rbegin(), found.stretches.rend());
      return put_out_stretch(chunk);
    }
    mask_.reset(page_rows);
    if (!found.all(page_rows)) {
      mask_.keep_only(found.stretches);
    }
    if (rows_.has_filter() && !rows_.filter(mask_)) {
      return false;
    }
    bool all = true;
    const std::vector<uint32_t> rows = mask_.rows(all);
    chunk.size = all ? page_rows : rows.size();
    for (const OutputColumn& column : context_->output) {
      chunk.columns.push_back(rows_.output(column, rows, all));
    }
    return true;
  }

  /// Whether each is worth a chunk of its own, which costs about as much as copying some hundred values.
  static bool are_long(std::span<const KeyFilter::Stretch> stretches) {
    constexpr uint32_t kRowsMin = 128;
    return stretches.size() == 1 || std::ranges::all_of(stretches, [](const KeyFilter::Stretch& stretch) {
             return stretch.end - stretch.first >= kRowsMin;
           });
  }

  /// The next of the page's stretches, as it lies.
  bool put_out_stretch(DataChunk& chunk) {
    const KeyFilter::Stretch stretch = stretches_.back();
    stretches_.pop_back();
    chunk.size = stretch.end - stretch.first;
    for (const OutputColumn& column : context_->output) {
      chunk.columns.push_back(rows_.output(column, stretch));
    }
    return true;
  }

  std::shared_ptr<const ScanContext> context_;
  Morsel morsel_;
  RowGroupScan rows_;
  KeyFilter::PageRange pages_;                 ///< still to be read
  std::vector<KeyFilter::Stretch> stretches_;  ///< of the current page, still to come out, the first one last
  std::optional<PageSummarizer> summarizer_;
  RowMask mask_;
  ScanCounters counters_;
  bool finished_ = false;
};

/// Sorted sources, merged where there are several, with versions resolved.
class MergeMorselReader final : public MorselReader {
 public:
  MergeMorselReader(std::shared_ptr<const ScanContext> context, const Morsel& morsel)
      : context_(std::move(context)),
        assembler_(*context_, morsel.window),
        merged_(open_merge(context_, morsel, morsel.range, context_->series_test, false)) {}
  ~MergeMorselReader() override { context_->add_counters(counters_); }

  bool next(DataChunk& chunk) override {
    VersionChunk versions;
    while (merged_->next(versions)) {
      chunk.reset();
      counters_.rows_scanned += versions.size;
      mask_.reset(versions.size);
      const auto key_column = [&](size_t column) { return key_column_of(context_->layout(), versions, column); };
      if (assembler_.assemble(versions.order, versions.columns, mask_, key_column, chunk)) {
        counters_.rows_out += chunk.size;
        return true;
      }
    }
    chunk.reset();
    return false;
  }

 private:
  std::shared_ptr<const ScanContext> context_;
  ChunkAssembler assembler_;
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
  Scan(std::shared_ptr<ScanContext> context, ScanPlan plan, ScanOrder order)
      : context_(std::move(context)),
        plan_(std::move(plan)),
        newest_(order == ScanOrder::kNewestOfSeries ? std::make_shared<NewestSeries>() : nullptr) {}

  [[nodiscard]] size_t morsel_count() const override { return plan_.morsels.size(); }

  [[nodiscard]] std::unique_ptr<MorselReader> open(size_t morsel, SummaryReceiver* receiver) override {
    const Morsel& what = plan_.morsels.at(morsel);
    if (newest_ != nullptr) {
      return open_newest(context_, what, newest_);
    }
    switch (what.kind) {
      case Morsel::Kind::kRowGroup:
        return std::make_unique<RowGroupMorselReader>(context_, what, receiver);
      case Morsel::Kind::kArrival:
        return std::make_unique<ArrivalMorselReader>(context_, what);
      case Morsel::Kind::kMerge:
        break;
    }
    return std::make_unique<MergeMorselReader>(context_, what);
  }

  [[nodiscard]] uint64_t row_count_max() const override { return plan_.row_count_max; }
  [[nodiscard]] std::optional<uint64_t> exact_row_count() const override { return plan_.exact_row_count; }
  [[nodiscard]] std::optional<OrderBounds> order_bounds() const override { return plan_.order_bounds; }

  [[nodiscard]] ScanCounters counters() const override {
    const std::lock_guard lock(context_->mutex);
    ScanCounters sum = context_->counters;
    sum += plan_.counters;
    return sum;
  }

 private:
  std::shared_ptr<ScanContext> context_;
  ScanPlan plan_;
  std::shared_ptr<NewestSeries> newest_;  ///< kNewestOfSeries only
};

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
    context->need_stored(layout.time_column);
  }
  context->filter.emplace(layout, context->predicates);
  for (const ColumnId column : request.newest_values) {
    const bool is_key = column == layout.order_column || layout.find_series_column(column);
    if (!is_key) {
      context->newest_values.push_back(column);
    }
  }
  context->summaries = request.summaries;
  context->newest_row = context->newest_values.size() < request.newest_values.size() || request.newest_values.empty();
  for (const ColumnId id : request.columns) {
    context->output.push_back(find_output_column(layout, id, context->stored_columns));
  }
  for (const ScanPredicate* predicate : context->filter->column_predicates()) {
    context->need_stored(predicate->column);
  }
  if (request.order == ScanOrder::kNewestFirst && layout.time_column != kNoColumn &&
      layout.time_column != layout.order_column) {
    context->need_stored(layout.time_column);
  }
  for (const ColumnId column : context->newest_values) {
    context->need_stored(column);
  }
  // Of each series the newest row is wanted, wherever it lies.
  if (request.bound && request.order != ScanOrder::kNewestOfSeries && layout.find_column(request.bound->column) &&
      request.bound->column != layout.order_column && !layout.find_series_column(request.bound->column)) {
    context->bound = request.bound;
    context->need_stored(request.bound->column);
  }
  if (context->filter->tests_series()) {
    context->series_test = [filter = &*context->filter](std::string_view series) {
      return filter->passes_series(series);
    };
  }
  ScanPlan plan = plan_scan(*context->sources, *context->filter, !request.predicates.empty(), request.order);
  if (context->bound && request.order == ScanOrder::kAny) {
    put_best_first(*context, plan.morsels);
  }
  return std::make_unique<Scan>(std::move(context), std::move(plan), request.order);
}

}  // namespace tidemark
