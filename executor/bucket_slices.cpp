#include "executor/bucket_slices.h"

#include <algorithm>
#include <utility>

#include "executor/group_runs.h"
#include "types/int128.h"

namespace tidemark {

std::optional<BucketSlices::Slice> BucketSlices::next() {
  if (!left_) {
    return std::nullopt;
  }
  constexpr uint64_t kBucketsMax = uint64_t{1} << 40;
  constexpr uint64_t kGrowth = 4;
  const uint64_t buckets = std::clamp<uint64_t>(buckets_, 1, kBucketsMax);
  buckets_ = buckets * kGrowth;
  Slice slice = *std::exchange(left_, std::nullopt);
  // Infinite times are buckets of their own, which no step of a width reaches.
  if (has_infinity_ && (slice.from == INT64_MIN || slice.to == INT64_MAX)) {
    return slice;
  }
  const Int128 more = Int128{buckets - 1} * bucket_.width;
  if (descending_) {
    const Int128 from = Int128{bucket_of(slice.to, bucket_, has_infinity_).start} - more;
    if (from > slice.from) {
      left_ = {slice.from, static_cast<int64_t>(from) - 1};
      slice.from = static_cast<int64_t>(from);
    }
  } else {
    const Int128 end = Int128{bucket_of(slice.from, bucket_, has_infinity_).end} + more;
    if (end <= slice.to) {
      left_ = {static_cast<int64_t>(end), slice.to};
      slice.to = static_cast<int64_t>(end) - 1;
    }
  }
  return slice;
}

}  // namespace tidemark
