#include "server/http/influxql_series.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "types/calendar.h"

namespace tidemark::http {
namespace {

int64_t nanoseconds_of(const Value& time) {
  if (time.is_null()) return 0;
  if (time.type().id == TypeId::kTimestampTzNs) return time.as_int64();
  return (time.as_int64() + kEpochShiftMicroseconds) * 1000;
}

bool is_number(const Value& value) {
  switch (value.type().physical()) {
    case PhysicalType::kFloat64:
    case PhysicalType::kInt64:
      return true;
    default:
      return false;
  }
}

/// The value at `time` on the line between two others; integers are truncated, as InfluxDB does.
Value between(const Value& left, int64_t left_time, const Value& right, int64_t right_time, int64_t time) {
  const auto share = static_cast<double>(time - left_time) / static_cast<double>(right_time - left_time);
  if (left.type().physical() == PhysicalType::kFloat64) {
    const double slope = (right.as_double() - left.as_double()) / static_cast<double>(right_time - left_time);
    return Value::float64(slope * static_cast<double>(time - left_time) + left.as_double());
  }
  const auto first = static_cast<double>(left.as_int64());
  return Value::int64(static_cast<int64_t>(first + (static_cast<double>(right.as_int64()) - first) * share));
}

/// One series: fills gaps and counts rows.
class SeriesShaper {
 public:
  SeriesShaper(const InfluxQlShape& shape, const std::vector<ResultColumn>& columns, SeriesWriter& writer)
      : shape_(shape), writer_(writer), fills_(shape.window_ns > 0 && shape.fill != InfluxQlFill::kNone) {
    const size_t first = columns.size() - (shape.columns.size() - (shape.has_time ? 1 : 0));
    for (size_t i = first; i < columns.size(); ++i) types_.push_back(columns[i].type);
  }

  void add(SeriesRow row) {
    if (fills_) {
      fill_before(row.time_ns);
      patch(row);
      next_ = step(row.time_ns);
    }
    pass(std::move(row));
  }

  void finish() {
    if (fills_ && next_) {
      if (shape_.descending) {
        if (shape_.first_window_ns) fill_until(*shape_.first_window_ns);
      } else {
        fill_until(shape_.last_window_ns);
      }
    }
    flush_pending();
  }

 private:
  [[nodiscard]] int64_t step(int64_t time) const {
    return shape_.descending ? time - shape_.window_ns : time + shape_.window_ns;
  }

  /// Windows between the last row (or the range's edge) and `time`.
  void fill_before(int64_t time) {
    if (!next_) {
      // Descending rows begin at the newest window of the range; ascending ones at its first, or at their own.
      next_ = shape_.descending ? shape_.last_window_ns : shape_.first_window_ns.value_or(time);
    }
    check_count(time);
    while (shape_.descending ? *next_ > time : *next_ < time) make_empty();
  }

  void fill_until(int64_t last) {
    check_count(last);
    while (shape_.descending ? *next_ >= last : *next_ <= last) make_empty();
  }

  void check_count(int64_t until) const {
    const auto distance = static_cast<double>(until) - static_cast<double>(*next_);
    const double windows = std::abs(distance) / static_cast<double>(shape_.window_ns);
    if (windows > static_cast<double>(kWindowsMax)) {
      throw Error(sqlstate::kProgramLimitExceeded, "max-select-buckets limit exceeded: (" +
                                                       std::to_string(static_cast<int64_t>(windows)) + "/" +
                                                       std::to_string(kWindowsMax) + ")");
    }
  }

  void make_empty() {
    SeriesRow row;
    row.time_ns = *next_;
    row.values.resize(types_.size());
    patch(row);
    next_ = step(*next_);
    pass(std::move(row));
  }

  /// Replaces the nulls of a window by what fill() says. Linear ones wait for the next value.
  void patch(SeriesRow& row) {
    if (previous_.empty()) previous_.resize(types_.size());
    for (size_t i = 0; i < row.values.size(); ++i) {
      Value& value = row.values[i];
      const bool counts = i < shape_.is_count.size() && shape_.is_count[i];
      switch (shape_.fill) {
        case InfluxQlFill::kNull:
          if (value.is_null() && counts) value = Value::int64(0);
          break;
        case InfluxQlFill::kNumber:
          if (value.is_null()) value = number_of_type(types_[i]);
          break;
        case InfluxQlFill::kPrevious:
          if (value.is_null()) {
            value = previous_[i];
          } else {
            previous_[i] = value;
          }
          break;
        case InfluxQlFill::kLinear:
        case InfluxQlFill::kNone:
          break;
      }
    }
  }

  [[nodiscard]] Value number_of_type(LogicalType type) const {
    switch (type.physical()) {
      case PhysicalType::kFloat64:
        return Value::float64(shape_.fill_number);
      case PhysicalType::kInt64:
        return Value::int64(static_cast<int64_t>(shape_.fill_number));
      default:
        return Value();
    }
  }

  /// With fill(linear), rows wait until every column's gap has its right end.
  void pass(SeriesRow row) {
    if (!fills_ || shape_.fill != InfluxQlFill::kLinear) {
      emit(row);
      return;
    }
    pending_.push_back(std::move(row));
    bool complete = true;
    for (size_t i = 0; i < types_.size(); ++i) complete = close_gap(i) && complete;
    if (!complete || pending_.size() < 2) return;
    // The newest row is the left end of what comes.
    for (size_t i = 0; i + 1 < pending_.size(); ++i) emit(pending_[i]);
    pending_.erase(pending_.begin(), pending_.end() - 1);
  }

  /// True if column `i` has a value in the newest row.
  bool close_gap(size_t i) {
    const SeriesRow& right = pending_.back();
    if (right.values[i].is_null()) return false;
    if (!is_number(right.values[i])) return true;
    for (size_t left = pending_.size() - 1; left-- > 0;) {
      if (pending_[left].values[i].is_null()) continue;
      for (size_t gap = left + 1; gap + 1 < pending_.size(); ++gap) {
        pending_[gap].values[i] = between(pending_[left].values[i], pending_[left].time_ns, right.values[i],
                                          right.time_ns, pending_[gap].time_ns);
      }
      break;
    }
    return true;
  }

  void flush_pending() {
    for (const SeriesRow& row : pending_) emit(row);
    pending_.clear();
  }

  void emit(const SeriesRow& row) {
    const int64_t number = seen_++;
    if (number < shape_.offset || (shape_.limit > 0 && number >= shape_.offset + shape_.limit)) return;
    writer_.row(row);
  }

  const InfluxQlShape& shape_;
  SeriesWriter& writer_;
  const bool fills_;
  std::vector<LogicalType> types_;
  std::optional<int64_t> next_;  ///< the window that comes next
  std::vector<Value> previous_;
  std::vector<SeriesRow> pending_;
  int64_t seen_ = 0;
};

/// Begins a series with its first row that is shown, so that OFFSET past the end leaves none.
class LateWriter final : public SeriesWriter {
 public:
  LateWriter(SeriesWriter& writer, std::vector<std::string> tags) : writer_(writer), tags_(std::move(tags)) {}
  void begin_series(const std::vector<std::string>& /*tags*/) override {}
  void row(const SeriesRow& row) override {
    if (!begun_) writer_.begin_series(tags_);
    begun_ = true;
    writer_.row(row);
  }
  void end_series() override {
    if (begun_) writer_.end_series();
  }

 private:
  SeriesWriter& writer_;
  std::vector<std::string> tags_;
  bool begun_ = false;
};

}  // namespace

void write_series(const InfluxQlShape& shape, Result& rows, SeriesWriter& writer) {
  const size_t tag_count = shape.tag_keys.size();
  const bool time_column = shape.has_time && !shape.fixed_time_ns;
  std::vector<std::string> tags;
  std::optional<LateWriter> late;
  std::optional<SeriesShaper> shaper;
  int64_t series_seen = 0;
  const auto finish = [&] {
    if (!shaper) return;
    shaper->finish();
    late->end_series();
    shaper.reset();
  };
  DataChunk chunk;
  bool any = false;
  while (rows.next(chunk)) {
    for (size_t r = 0; r < chunk.size; ++r) {
      std::vector<std::string> row_tags;
      for (size_t t = 0; t < tag_count; ++t) {
        const Value tag = chunk.columns[t].value(r);
        row_tags.push_back(tag.is_null() ? std::string() : tag.as_bytes());
      }
      if (!any || row_tags != tags) {
        finish();
        tags = std::move(row_tags);
        const int64_t number = series_seen++;
        if (number >= shape.series_offset &&
            (shape.series_limit == 0 || number < shape.series_offset + shape.series_limit)) {
          late.emplace(writer, tags);
          shaper.emplace(shape, rows.columns(), *late);
        }
        any = true;
      }
      if (!shaper) continue;
      SeriesRow row;
      row.time_ns = shape.fixed_time_ns.value_or(0);
      size_t column = tag_count;
      if (time_column) row.time_ns = nanoseconds_of(chunk.columns[column++].value(r));
      for (; column < chunk.columns.size(); ++column) row.values.push_back(chunk.columns[column].value(r));
      shaper->add(std::move(row));
    }
  }
  finish();
}

}  // namespace tidemark::http
