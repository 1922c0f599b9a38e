// Window functions proper.

#include <algorithm>

#include "base/check.h"
#include "base/error.h"
#include "executor/window_call.h"

namespace tidemark {
namespace {

constexpr uint32_t kNone = GrowingColumn::kNullRow;

template <class T, class Each>
Vector numbers(LogicalType type, size_t size, const Each& each) {
  Vector result = Vector::flat(type, size);
  T* values = result.mutable_data<T>();
  for (size_t row = 0; row < size; ++row) {
    values[row] = static_cast<T>(each(row));
  }
  return result;
}

/// The rows of `values` named, kNone giving NULL.
Vector gather(const Vector& values, const std::vector<uint32_t>& rows) {
  GrowingColumn column(values.type());
  column.append(values);
  return column.gather(rows);
}

Vector ntile(const WindowInput& input) {
  const size_t size = input.partition.size;
  Vector result = Vector::flat(TypeId::kInt32, size);
  const Value buckets_value = input.arguments[0].value(0);
  if (buckets_value.is_null()) {
    return Vector::null_constant(TypeId::kInt32, size);
  }
  const int64_t buckets = buckets_value.as_int64();
  if (buckets <= 0) {
    throw Error("22014", "argument of ntile must be greater than zero");
  }
  const auto per_bucket = static_cast<int64_t>(size) / buckets;
  const auto longer = static_cast<int64_t>(size) % buckets;  // The first ones have a row more.
  for (size_t row = 0; row < size; ++row) {
    const auto place = static_cast<int64_t>(row);
    const int64_t in_longer = longer * (per_bucket + 1);
    const int64_t bucket = place < in_longer ? place / (per_bucket + 1) : longer + (place - in_longer) / per_bucket;
    result.mutable_data<int32_t>()[row] = static_cast<int32_t>(bucket + 1);
  }
  return result;
}

Vector shifted(const WindowInput& input, bool forward) {
  const auto size = static_cast<int64_t>(input.partition.size);
  const bool has_default = input.arguments.size() > 2;
  // Values, and behind them the defaults.
  GrowingColumn values(input.arguments[0].type());
  values.append(input.arguments[0]);
  if (has_default) {
    values.append(input.arguments[2]);
  }
  std::vector<uint32_t> rows(input.partition.size, kNone);
  for (int64_t row = 0; row < size; ++row) {
    int64_t offset = 1;
    if (input.arguments.size() > 1) {
      const Vector& offsets = input.arguments[1];
      if (offsets.is_null(static_cast<size_t>(row))) {
        continue;
      }
      offset = offsets.value(static_cast<size_t>(row)).as_int64();
    }
    const int64_t place = forward ? row + offset : row - offset;
    if (place >= 0 && place < size) {
      rows[static_cast<size_t>(row)] = static_cast<uint32_t>(place);
    } else if (has_default) {
      rows[static_cast<size_t>(row)] = static_cast<uint32_t>(size + row);
    }
  }
  return values.gather(rows);
}

uint32_t nth_of(const std::vector<RowSpan>& parts, size_t n) {
  for (const RowSpan& part : parts) {
    if (n < part.last - part.first) {
      return static_cast<uint32_t>(part.first + n);
    }
    n -= part.last - part.first;
  }
  return kNone;
}

Vector nth_value(const WindowInput& input, const FrameFinder& frames) {
  std::vector<uint32_t> rows(input.partition.size, kNone);
  for (size_t row = 0; row < rows.size(); ++row) {
    const Value n = input.arguments[1].value(row);
    if (n.is_null()) {
      continue;
    }
    if (n.as_int64() <= 0) {
      throw Error("22016", "argument of nth_value must be greater than zero");
    }
    rows[row] = nth_of(frames.parts(row), static_cast<size_t>(n.as_int64() - 1));
  }
  return gather(input.arguments[0], rows);
}

Vector edge_value(const WindowInput& input, const FrameFinder& frames, bool first) {
  std::vector<uint32_t> rows(input.partition.size, kNone);
  for (size_t row = 0; row < rows.size(); ++row) {
    if (!frames.excludes()) {
      const RowSpan frame = frames.frame(row);
      if (!frame.empty()) {
        rows[row] = static_cast<uint32_t>(first ? frame.first : frame.last - 1);
      }
      continue;
    }
    const std::vector<RowSpan> parts = frames.parts(row);
    if (!parts.empty()) {
      rows[row] = static_cast<uint32_t>(first ? parts.front().first : parts.back().last - 1);
    }
  }
  return gather(input.arguments[0], rows);
}

}  // namespace

Vector compute_window_function(const WindowExpression& call, const WindowInput& input, const FrameFinder& frames) {
  const WindowPartition& partition = input.partition;
  const size_t size = partition.size;
  switch (call.function->kind) {
    case WindowKind::kRowNumber:
      return numbers<int64_t>(TypeId::kInt64, size, [](size_t row) { return row + 1; });
    case WindowKind::kRank:
      return numbers<int64_t>(TypeId::kInt64, size, [&](size_t row) { return partition.peers_begin(row) + 1; });
    case WindowKind::kDenseRank:
      return numbers<int64_t>(TypeId::kInt64, size, [&](size_t row) { return partition.peer_group[row] + 1; });
    case WindowKind::kPercentRank:
      return numbers<double>(TypeId::kFloat64, size, [&](size_t row) {
        return size == 1 ? 0.0 : static_cast<double>(partition.peers_begin(row)) / static_cast<double>(size - 1);
      });
    case WindowKind::kCumeDist:
      return numbers<double>(TypeId::kFloat64, size, [&](size_t row) {
        return static_cast<double>(partition.peers_end(row)) / static_cast<double>(size);
      });
    case WindowKind::kNtile:
      return ntile(input);
    case WindowKind::kLag:
      return shifted(input, false);
    case WindowKind::kLead:
      return shifted(input, true);
    case WindowKind::kFirstValue:
      return edge_value(input, frames, true);
    case WindowKind::kLastValue:
      return edge_value(input, frames, false);
    case WindowKind::kNthValue:
      return nth_value(input, frames);
  }
  TIDEMARK_CHECK(false);
}

}  // namespace tidemark
