#include "storage/page_summarizer.h"

#include <algorithm>

#include "types/value.h"

namespace tidemark {

namespace {

using Fact = SummaryWish::Fact;

/// Whether the zone map tells the fact exactly. `type`: as stored.
bool tells(const ZoneMap& zone, LogicalType type, Fact fact) {
  const ZoneKind kind = zone_kind(type);
  switch (fact) {
    case Fact::kCount:
      return true;
    case Fact::kSum:
      // Sums of floats depend on the order in which values are added; that of the page is not the aggregate's (D30).
      return kind == ZoneKind::kInteger && zone.has_sum;
    case Fact::kBounds:
      return zone.has_bounds && (kind == ZoneKind::kInteger || (kind == ZoneKind::kReal && !zone.has_nan &&
                                                                zone.real_min != 0 && zone.real_max != 0));
    case Fact::kEnds:
      return zone.has_ends && (kind == ZoneKind::kInteger || kind == ZoneKind::kReal);
  }
  return false;
}

/// Pages of more series are read: comparing their keys would cost as much.
constexpr size_t kSeriesComparedMax = 64;

}  // namespace

bool PageSummarizer::give_away(size_t page, const KeyFilter::Found& found) {
  const PageInfo& info = rows_.reader().pages()[page];
  if (wish_.belong_together && !wish_.belong_together(info.order_min, info.order_max)) {
    return false;
  }
  columns_.clear();
  for (const SummaryWish::Column& column : wish_.columns) {
    if (!take_column(page, column)) {
      return false;
    }
  }
  if (!take_keys(found)) {
    return false;
  }
  SummarizedPage summary;
  summary.rows = info.rows;
  summary.order_min = info.order_min;
  summary.order_max = info.order_max;
  summary.columns = columns_;
  summary.keys = keys_;
  summary.same_keys = same_keys_;
  return receiver_.take(summary);
}

/// Sets keys_ to those of the page; false if its rows have several.
bool PageSummarizer::take_keys(const KeyFilter::Found& found) {
  same_keys_ = false;
  if (wish_.keys.empty()) {
    return true;
  }
  RowGroupReader& reader = rows_.reader();
  if (found.runs.size() == 1 && generation_ == reader.block_generation() && series_ == found.runs[0].index) {
    same_keys_ = true;
    return true;
  }
  if (found.runs.size() > kSeriesComparedMax) {
    return false;
  }
  generation_ = 0;
  keys_.clear();
  for (const ColumnId key : wish_.keys) {
    const std::optional<size_t> column = layout_.find_series_column(key);
    if (!column || !layout_.series[*column].from_key) {
      return false;
    }
    const Vector& values = reader.key_values(*column);
    const Value first = found.runs.size() == 1 ? Value() : values.value(found.runs[0].index);
    for (size_t run = 1; run < found.runs.size(); ++run) {
      if (values.is_null(found.runs[run].index) != first.is_null() ||
          !(first.is_null() || values.value(found.runs[run].index) == first)) {
        return false;
      }
    }
    keys_.push_back(values.slice(found.runs[0].index, 1));
  }
  if (found.runs.size() == 1) {
    generation_ = reader.block_generation();
    series_ = found.runs[0].index;
  }
  return true;
}

/// Adds what is known of the column; false if that does not tell the fact.
bool PageSummarizer::take_column(size_t page, const SummaryWish::Column& column) {
  RowGroupReader& reader = rows_.reader();
  SummarizedPage::Column& known = columns_.emplace_back();
  const ColumnChunk* chunk = reader.chunk(column.column);
  if (chunk == nullptr || chunk->form == ColumnChunk::Form::kAbsent) {
    return true;
  }
  const ZoneMap& zone = chunk->zones[page];
  if (zone.nulls == zone.rows) {
    return true;
  }
  const LogicalType stored = *reader.stored_type(column.column);
  if (stored != layout_.columns[*layout_.find_column(column.column)].type || !tells(zone, stored, column.fact)) {
    return false;
  }
  known.zone = &zone;
  if (column.fact == Fact::kEnds) {
    const PageInfo& info = reader.pages()[page];
    const auto time_of = [&](uint32_t row) {
      return row == 0 ? info.order_min : row + 1 == info.rows ? info.order_max : rows_.order().data<int64_t>()[row];
    };
    known.first_time = time_of(zone.first_row);
    known.last_time = time_of(zone.last_row);
  }
  return true;
}

}  // namespace tidemark
