#include "storage/row_group_scan.h"

#include <algorithm>

#include "storage/segment_file.h"

namespace tidemark {

RowGroupScan::RowGroupScan(const ScanContext& context, const Morsel& morsel)
    : context_(context),
      window_(morsel.window),
      reader_(morsel.stretches[0].run->segment->open_file(), morsel.stretches[0].first, context.layout()),
      keys_(morsel.range, &context.series_test),
      bound_(context.bound_or_null()),
      constants_(context.layout().series.size()) {
  const RowGroupInfo& info = reader_.info();
  cut_ = context.cut_column != kNoColumn && info.time_min < context.sources->time_from;
  if (window_ && !window_->nulls && !info.has_null_times && info.time_min >= window_->from &&
      info.time_max <= window_->to) {
    window_.reset();
  }
}

bool RowGroupScan::enter(size_t page) {
  if (!keys_.may_hold(reader_, page)) {
    return false;
  }
  page_ = page;
  decoded_.clear();
  found_ = {};
  needed_.clear();
  return !zones_rule_out(page);
}

KeyFilter::Found& RowGroupScan::find_keys() {
  found_ = keys_.find(reader_, page_);
  return found_;
}

/// Judges the page by its zone maps; collects the predicates that must look at rows.
bool RowGroupScan::zones_rule_out(size_t page) {
  const std::span<const ScanPredicate* const> predicates = context_.filter->column_predicates();
  answers_.resize(predicates.size());
  sought_.resize(predicates.size());
  for (size_t i = 0; i < predicates.size(); ++i) {
    const ZoneVerdict verdict = judge_page(page, *predicates[i]);
    if (verdict == ZoneVerdict::kNone || (verdict == ZoneVerdict::kSome && filters_rule_out(page, i))) {
      return true;
    }
    if (verdict == ZoneVerdict::kSome) {
      needed_.push_back({.predicate = predicates[i], .answers = &answers_[i]});
    }
  }
  if (const ScanPredicate* bound = bound_.look()) {
    const ZoneVerdict verdict = judge_page(page, *bound);
    if (verdict == ZoneVerdict::kNone) {
      ++pages_beyond_bound_;
      return true;
    }
    if (verdict == ZoneVerdict::kSome) {
      // Few pages have a row this side of the bound, so it goes first where the column is cheap to decode.
      const LogicalType type = context_.layout().columns[*context_.layout().find_column(bound->column)].type;
      needed_.insert(type.physical() == PhysicalType::kBytes ? needed_.end() : needed_.begin(), {.predicate = bound});
    }
  }
  return false;
}

/// Whether no row of the page has one of the values that a predicate names, as far as filters say.
bool RowGroupScan::filters_rule_out(size_t page, size_t predicate) {
  constexpr size_t kValuesMax = 64;  // Of more, most pages have one.
  const ScanPredicate& named = *context_.filter->column_predicates()[predicate];
  if (!named.indexed || named.or_null || named.constants.size() > kValuesMax) {
    return false;
  }
  const LogicalType type = context_.layout().columns[*context_.layout().find_column(named.column)].type;
  if (!PageFilters::take(type)) {
    return false;
  }
  std::optional<Sought>& sought = sought_[predicate];
  if (!sought) {
    sought.emplace();
    sought->filters = reader_.page_filters(named.column);
    for (const Value& value : named.constants) {
      sought->hashes.push_back(PageFilters::hash(value, type));
    }
  }
  return sought->filters != nullptr &&
         std::ranges::none_of(sought->hashes, [&](uint64_t hash) { return sought->filters->may_hold(page, hash); });
}

ZoneVerdict RowGroupScan::judge_page(size_t page, const ScanPredicate& predicate) {
  const ColumnChunk* chunk = reader_.chunk(predicate.column);
  const std::optional<LogicalType> stored = reader_.stored_type(predicate.column);
  const LogicalType current = context_.layout().columns[*context_.layout().find_column(predicate.column)].type;
  if (chunk == nullptr || chunk->form == ColumnChunk::Form::kAbsent) {
    ZoneMap zone;
    zone.rows = zone.nulls = reader_.pages()[page].rows;
    return judge(zone, current, predicate);
  }
  if (stored && stored->physical() != current.physical()) {
    // Bounds of a column whose type was changed since speak of the former values.
    ZoneMap zone = chunk->zones[page];
    zone.has_bounds = false;
    return judge(zone, current, predicate);
  }
  return judge(chunk->zones[page], current, predicate);
}

bool RowGroupScan::has_filter() const {
  return !context_.filter->order_predicates().empty() || cut_ || window_ || !needed_.empty();
}

bool RowGroupScan::filter(RowMask& mask) {
  for (const ScanPredicate* predicate : context_.filter->order_predicates()) {
    mask.apply(*predicate, order());
  }
  if (cut_) {
    mask.apply_retention(context_.sources->time_from, decoded(context_.cut_column));
  }
  if (window_) {
    mask.apply(*window_, decoded(context_.layout().time_column));
  }
  for (const auto& [predicate, answers] : needed_) {
    if (mask.none()) {
      return false;
    }
    if (answers != nullptr) {
      mask.apply(*predicate, decoded(predicate->column), *answers);
    } else {
      mask.apply(*predicate, decoded(predicate->column));
    }
    if (predicate == bound_.seen() && mask.none()) {
      ++pages_beyond_bound_;
      return false;
    }
  }
  return !mask.none();
}

const Vector& RowGroupScan::order() {
  if (!found_.order) {
    found_.order = reader_.order(page_);
  }
  return *found_.order;
}

const Vector& RowGroupScan::decoded(ColumnId column) {
  for (const auto& [id, values] : decoded_) {
    if (id == column) {
      return values;
    }
  }
  return decoded_.emplace_back(column, reader_.column(page_, column)).second;
}

Vector RowGroupScan::output(const OutputColumn& column, std::span<const uint32_t> rows, bool all) {
  Vector values;
  switch (column.source) {
    case OutputColumn::Source::kOrder:
      values = order().reinterpret(column.type);
      break;
    case OutputColumn::Source::kKey:
      values = key_column(column.key_index);
      break;
    case OutputColumn::Source::kStored:
      values = decoded(column.id);
      break;
  }
  return all ? values : values.select(rows);
}

Vector RowGroupScan::output(const OutputColumn& column, const KeyFilter::Stretch& stretch) {
  const size_t count = stretch.end - stretch.first;
  switch (column.source) {
    case OutputColumn::Source::kOrder:
      return order().reinterpret(column.type).slice(stretch.first, count);
    case OutputColumn::Source::kStored:
      return decoded(column.id).slice(stretch.first, count);
    case OutputColumn::Source::kKey:
      break;
  }
  const auto run = std::ranges::upper_bound(found_.runs, stretch.first, {}, &RowGroupReader::SeriesRun::end);
  return run->end >= stretch.end ? key_constant(column.key_index, run->index, count)
                                 : key_column(column.key_index).slice(stretch.first, count);
}

/// A long series fills many pages: its value is boxed once.
Vector RowGroupScan::key_constant(size_t column, uint32_t series, size_t size) {
  Constant& constant = constants_[column];
  if (constant.generation != reader_.block_generation() || constant.index != series) {
    constant = {reader_.block_generation(), series,
                Vector::constant(reader_.key_values(column).value(series), kVectorSize)};
  }
  return constant.values.slice(0, size);
}

Vector RowGroupScan::key_column(size_t column) {
  const Vector& entries = reader_.key_values(column);
  const std::vector<RowGroupReader::SeriesRun>& runs = found_.runs;
  if (runs.size() == 1) {
    return key_constant(column, runs[0].index, runs[0].end);
  }
  std::vector<uint32_t> ends;
  ends.reserve(runs.size());
  for (const RowGroupReader::SeriesRun& run : runs) {
    ends.push_back(run.end);
  }
  return Vector::run(std::make_shared<const Vector>(entries.slice(runs[0].index, runs.size())), std::move(ends));
}

}  // namespace tidemark
