#include "executor/window_frame.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "executor/prepared_expression.h"

namespace tidemark {
namespace {

constexpr std::string_view kInvalidPrecedingOrFollowing = "22013";

Value offset_value(const Expression& expression, bool is_start, ExecutionState& state) {
  Value value = evaluate_once(expression, state);
  if (value.is_null()) {
    throw Error(sqlstate::kNullValueNotAllowed,
                std::string("frame ") + (is_start ? "starting" : "ending") + " offset must not be null");
  }
  return value;
}

[[noreturn]] void throw_negative(bool is_start) {
  throw Error(kInvalidPrecedingOrFollowing,
              std::string("frame ") + (is_start ? "starting" : "ending") + " offset must not be negative");
}

}  // namespace

FrameFinder::FrameFinder(const WindowFrame& frame, std::span<const SortKey> order_by, ExecutionState& state)
    : frame_(frame) {
  if (!order_by.empty()) {
    descending_ = order_by[0].descending;
    nulls_first_ = order_by[0].nulls_first;
  }
  const auto read = [&](const ExpressionPtr& expression, bool is_start, int64_t& rows,
                        std::optional<ValueShift>& shift) {
    if (expression == nullptr) {
      return;
    }
    const Value value = offset_value(*expression, is_start, state);
    if (frame.unit == FrameUnit::kRange) {
      TIDEMARK_CHECK(!order_by.empty());
      shift.emplace(order_by[0].expression->type, value, state.query());
      if (shift->is_negative()) {
        throw Error(kInvalidPrecedingOrFollowing, "invalid preceding or following size in window function");
      }
      return;
    }
    rows = value.as_int64();
    if (rows < 0) {
      throw_negative(is_start);
    }
  };
  read(frame.start_offset, true, start_rows_, start_shift_);
  read(frame.end_offset, false, end_rows_, end_shift_);
}

void FrameFinder::begin(const WindowPartition& partition, const Vector* order_column) {
  partition_ = &partition;
  if (order_column == nullptr) {
    return;
  }
  order_ = order_column->flatten();
  values_begin_ = 0;
  values_end_ = partition.size;
  while (values_begin_ < values_end_ && nulls_first_ && order_.is_null(values_begin_)) {
    ++values_begin_;
  }
  while (values_end_ > values_begin_ && !nulls_first_ && order_.is_null(values_end_ - 1)) {
    --values_end_;
  }
}

/// The first row whose value is at (start) or past (end) `target`, in the order's direction.
template <class T, class Wide>
size_t FrameFinder::search(Wide target, bool is_end) const {
  const T* values = order_.data<T>();
  const auto before = [&](const T& stored) {
    const auto value = static_cast<Wide>(stored);
    const bool below = descending_ ? value > target : value < target;
    return is_end ? below || value == target : below;
  };
  return static_cast<size_t>(std::partition_point(values + values_begin_, values + values_end_, before) - values);
}

size_t FrameFinder::range_bound(size_t row, bool preceding, const ValueShift& shift, bool is_end) const {
  if (order_.is_null(row)) {  // NULLs are peers of each other, and near nothing else.
    return is_end ? partition_->peers_end(row) : partition_->peers_begin(row);
  }
  const bool down = preceding != descending_;
  switch (order_.type().physical()) {
    case PhysicalType::kInt16: {
      const int64_t value = order_.data<int16_t>()[row];
      return search<int16_t>(down ? shift.minus(value) : shift.plus(value), is_end);
    }
    case PhysicalType::kInt32: {
      const int64_t value = order_.data<int32_t>()[row];
      return search<int32_t>(down ? shift.minus(value) : shift.plus(value), is_end);
    }
    case PhysicalType::kInt64: {
      const int64_t value = order_.data<int64_t>()[row];
      return search<int64_t>(down ? shift.minus(value) : shift.plus(value), is_end);
    }
    case PhysicalType::kFloat32: {
      const auto value = static_cast<double>(order_.data<float>()[row]);
      return search<float>(down ? shift.minus(value) : shift.plus(value), is_end);
    }
    case PhysicalType::kFloat64: {
      const double value = order_.data<double>()[row];
      return search<double>(down ? shift.minus(value) : shift.plus(value), is_end);
    }
    default:
      TIDEMARK_CHECK(false);
  }
}

size_t FrameFinder::bound(size_t row, FrameBoundKind kind, int64_t rows, const std::optional<ValueShift>& shift,
                          bool is_end) const {
  const auto size = static_cast<int64_t>(partition_->size);
  switch (kind) {
    case FrameBoundKind::kUnboundedPreceding:
      return 0;
    case FrameBoundKind::kUnboundedFollowing:
      return partition_->size;
    case FrameBoundKind::kCurrentRow:
      if (frame_.unit == FrameUnit::kRows) {
        return is_end ? row + 1 : row;
      }
      return is_end ? partition_->peers_end(row) : partition_->peers_begin(row);
    case FrameBoundKind::kPreceding:
    case FrameBoundKind::kFollowing:
      break;
  }
  const bool preceding = kind == FrameBoundKind::kPreceding;
  switch (frame_.unit) {
    case FrameUnit::kRange:
      return range_bound(row, preceding, *shift, is_end);
    case FrameUnit::kRows: {
      // Offsets beyond the partition are as good as its size.
      const int64_t distance = std::min(rows, size + 1);
      const int64_t place = static_cast<int64_t>(row) + (preceding ? -distance : distance) + (is_end ? 1 : 0);
      return static_cast<size_t>(std::clamp<int64_t>(place, 0, size));
    }
    case FrameUnit::kGroups: {
      const auto groups = static_cast<int64_t>(partition_->group_begin.size()) - 1;
      const int64_t distance = std::min(rows, groups + 1);
      const int64_t group =
          int64_t{partition_->peer_group[row]} + (preceding ? -distance : distance) + (is_end ? 1 : 0);
      return partition_->group_begin[static_cast<size_t>(std::clamp<int64_t>(group, 0, groups))];
    }
  }
  TIDEMARK_CHECK(false);
}

RowSpan FrameFinder::frame(size_t row) const {
  const RowSpan span{bound(row, frame_.start, start_rows_, start_shift_, false),
                     bound(row, frame_.end, end_rows_, end_shift_, true)};
  return span.empty() ? RowSpan{span.first, span.first} : span;
}

std::vector<RowSpan> FrameFinder::parts(size_t row) const {
  const RowSpan whole = frame(row);
  std::vector<RowSpan> parts;
  const auto add = [&](size_t first, size_t last) {
    const RowSpan part{std::max(first, whole.first), std::min(last, whole.last)};
    if (!part.empty()) {
      parts.push_back(part);
    }
  };
  switch (frame_.exclusion) {
    case FrameExclusion::kNone:
      add(whole.first, whole.last);
      break;
    case FrameExclusion::kCurrentRow:
      add(whole.first, row);
      add(row + 1, whole.last);
      break;
    case FrameExclusion::kGroup:
      add(whole.first, partition_->peers_begin(row));
      add(partition_->peers_end(row), whole.last);
      break;
    case FrameExclusion::kTies:
      add(whole.first, partition_->peers_begin(row));
      add(row, row + 1);
      add(partition_->peers_end(row), whole.last);
      break;
  }
  return parts;
}

}  // namespace tidemark
