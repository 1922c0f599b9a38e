#include "executor/window_frame.h"

#include <algorithm>

#include "base/check.h"
#include "base/error.h"

namespace tidemark {
namespace {

constexpr std::string_view kInvalidPrecedingOrFollowing = "22013";

[[noreturn]] void throw_negative(bool is_start) {
  throw Error(kInvalidPrecedingOrFollowing,
              std::string("frame ") + (is_start ? "starting" : "ending") + " offset must not be negative");
}

}  // namespace

FrameFinder::FrameFinder(const WindowFrame& frame, std::span<const SortKey> order_by, const FrameOffsets& offsets,
                         ExecutionState& state)
    : frame_(frame) {
  if (!order_by.empty()) {
    descending_ = order_by[0].descending;
    nulls_first_ = order_by[0].nulls_first;
  }
  const auto read = [&](const std::optional<Value>& value, bool is_start, int64_t& rows,
                        std::optional<RangeOffset>& range) {
    if (!value) {
      return;
    }
    if (value->is_null()) {
      throw Error(sqlstate::kNullValueNotAllowed,
                  std::string("frame ") + (is_start ? "starting" : "ending") + " offset must not be null");
    }
    if (frame.unit == FrameUnit::kRange) {
      TIDEMARK_CHECK(!order_by.empty());
      range.emplace(order_by[0].expression->type, *value, state.query());
      return;
    }
    rows = value->as_int64();
    if (rows < 0) {
      throw_negative(is_start);
    }
  };
  read(offsets.start, true, start_rows_, start_range_);
  read(offsets.end, false, end_rows_, end_range_);
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

size_t FrameFinder::range_bound(size_t row, bool preceding, const RangeOffset& range, bool is_end) const {
  if (order_.is_null(row)) {  // NULLs are peers of each other, and near nothing else.
    return is_end ? partition_->peers_end(row) : partition_->peers_begin(row);
  }
  return range.find(order_, values_begin_, values_end_,
                    {.row = row, .down = preceding != descending_, .descending = descending_, .is_end = is_end});
}

size_t FrameFinder::bound(size_t row, FrameBoundKind kind, int64_t rows, const std::optional<RangeOffset>& range,
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
      return range_bound(row, preceding, *range, is_end);
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
  const RowSpan span{bound(row, frame_.start, start_rows_, start_range_, false),
                     bound(row, frame_.end, end_rows_, end_range_, true)};
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
