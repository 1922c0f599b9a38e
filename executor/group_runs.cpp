#include "executor/group_runs.h"

#include <algorithm>

#include "base/check.h"
#include "base/simd.h"
#include "types/int128.h"
#include "types/physical_dispatch.h"

namespace tidemark {
namespace {

/// Adds every row of `key` whose value differs from the row before (and perhaps some that do not).
void add_changes(const Vector& key, SelectionVector& starts) {
  const auto size = static_cast<uint32_t>(key.size());
  switch (key.form()) {
    case VectorForm::kConstant:
      return;
    case VectorForm::kRun:
      for (const uint32_t end : key.run_ends()) {
        if (end < size) {
          starts.push_back(end);
        }
      }
      return;
    case VectorForm::kDictionary: {
      const std::span<const uint32_t> codes = key.codes();
      for (uint32_t row = 1; row < size; ++row) {
        if (codes[row] != codes[row - 1]) {
          starts.push_back(row);
        }
      }
      return;
    }
    case VectorForm::kFlat:
      break;
  }
  dispatch_physical(key.type().physical(), [&](auto zero) {
    using T = decltype(zero);
    const T* values = key.data<T>();
    const Validity& validity = key.validity();
    for (uint32_t row = 1; row < size; ++row) {
      if (!(values[row] == values[row - 1]) || validity.is_valid(row) != validity.is_valid(row - 1)) {
        starts.push_back(row);
      }
    }
  });
}

/// Whether some time in (first, last) lies before the one in front of it.
TIDEMARK_SIMD_CLONES bool descends(const int64_t* times, size_t first, size_t last) {
  unsigned descents = 0;
  for (size_t row = first + 1; row < last; ++row) {
    descents |= static_cast<unsigned>(times[row] < times[row - 1]);
  }
  return descents != 0;
}

/// Where the times that ascend from `first` on end.
size_t ascent_end(const int64_t* times, size_t first, size_t last) {
  if (!descends(times, first, last)) {
    return last;
  }
  size_t row = first + 1;
  while (times[row] >= times[row - 1]) {
    ++row;
  }
  return row;
}

/// The first row in (row, last) whose time is at or past `end`; `guess` rows away is the best guess.
size_t gallop(const int64_t* times, size_t row, size_t last, int64_t end, size_t guess) {
  size_t low = row;  // below `end`
  size_t step = std::max<size_t>(guess, 1);
  size_t high = low + step;
  if (high < last && times[high] < end) {
    do {
      low = high;
      step *= 2;
      high = low + step;
    } while (high < last && times[high] < end);
  } else {
    // Just before the guess is where a regular series has its edge.
    const size_t before = std::min(high, last) - 1;
    if (times[before] < end) {
      return before + 1;
    }
  }
  high = std::min(high, last);
  return static_cast<size_t>(std::lower_bound(times + low + 1, times + high, end) - times);
}

/// Cuts rows [row, end), whose times ascend, at bucket edges. `guess`: the length of the bucket before.
void add_buckets(const int64_t* times, size_t row, size_t end, const BucketSpec& bucket, bool has_infinity,
                 size_t& guess, GroupRuns& runs) {
  while (row < end) {
    const TimeBucket current = bucket_of(times[row], bucket, has_infinity);
    runs.starts.push_back(static_cast<uint32_t>(row));
    runs.buckets.push_back(current.value);
    const size_t edge =
        times[end - 1] < current.end || current.end == INT64_MAX ? end : gallop(times, row, end, current.end, guess);
    guess = edge - row;
    row = edge;
  }
}

}  // namespace

TimeBucket bucket_of(int64_t time, const BucketSpec& spec, bool has_infinity) {
  if (has_infinity && time == INT64_MIN) {
    return {time, time, INT64_MIN + 1};
  }
  if (has_infinity && time == INT64_MAX) {
    return {time, time, INT64_MAX};
  }
  // Divisions of 64 bits are several times as fast, and nearly always enough.
  TimeBucket near;
  int64_t since_origin = 0;
  if (!__builtin_sub_overflow(time, spec.origin, &since_origin)) {
    const int64_t rest = since_origin % spec.width;
    const bool fits = !__builtin_sub_overflow(time, rest < 0 ? rest + spec.width : rest, &near.start) &&
                      !__builtin_add_overflow(near.start, spec.width, &near.end);
    if (fits) {
      near.value = spec.units == 1 ? near.start : near.start / spec.units - spec.shift;
      return near;
    }
  }
  const Int128 distance = Int128{time} - spec.origin;
  Int128 steps = distance / spec.width;
  if (distance % spec.width < 0) {
    --steps;
  }
  const Int128 start = steps * spec.width + spec.origin;
  const Int128 end = start + spec.width;
  const Int128 value = start / spec.units - spec.shift;
  return {static_cast<int64_t>(std::max<Int128>(start, INT64_MIN)),
          static_cast<int64_t>(std::max<Int128>(value, INT64_MIN)),
          static_cast<int64_t>(std::min<Int128>(end, INT64_MAX))};
}

std::optional<GroupRuns> find_group_runs(std::span<const Vector> keys, size_t size,
                                         const std::optional<BucketSpec>& bucket, const Vector* time) {
  GroupRuns runs;
  SelectionVector& starts = runs.starts;
  starts.push_back(0);
  for (const Vector& key : keys) {
    add_changes(key, starts);
  }
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  if (!bucket) {
    return runs;
  }
  if (!time->all_valid()) {
    return std::nullopt;
  }
  TIDEMARK_ASSERT(time->type().physical() == PhysicalType::kInt64);
  const Vector flat = time->flatten();
  const int64_t* times = flat.data<int64_t>();
  const bool has_infinity = time->type().id != TypeId::kTimestampTzNs;
  SelectionVector series_starts;
  series_starts.swap(starts);
  size_t guess = 1;
  for (size_t index = 0; index < series_starts.size(); ++index) {
    const size_t last = index + 1 < series_starts.size() ? series_starts[index + 1] : size;
    for (size_t row = series_starts[index]; row < last;) {
      // Keys may be equal where one series ends and the next begins: time goes back there.
      const size_t end = ascent_end(times, row, last);
      add_buckets(times, row, end, *bucket, has_infinity, guess, runs);
      row = end;
      if (starts.size() * kRowsPerRunMin > size + kRowsPerRunMin) {
        return std::nullopt;
      }
    }
  }
  return runs;
}

}  // namespace tidemark
