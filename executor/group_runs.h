#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "planner/physical_plan.h"
#include "types/vector.h"

namespace tidemark {

/// The bucket that a time lies in.
struct TimeBucket {
  int64_t start = 0;
  int64_t value = 0;  ///< `start` in the group's own unit
  int64_t end = 0;    ///< exclusive; INT64_MAX where there is none
};
/// `has_infinity`: the type's least and greatest value are ±infinity, each a bucket of its own.
[[nodiscard]] TimeBucket bucket_of(int64_t time, const BucketSpec& spec, bool has_infinity);

/// Stretches of a chunk's rows that belong to one group each, found without looking at every key: rows from the scan
/// lie in runs of (tags, time), so group edges are run ends and bucket edges (DESIGN §5).
struct GroupRuns {
  SelectionVector starts;        ///< first row of each stretch, ascending, beginning with 0
  std::vector<int64_t> buckets;  ///< the stretch's bucket, as the group's value, if there is a bucket
};

/// With fewer rows a stretch, going row by row is cheaper.
inline constexpr size_t kRowsPerRunMin = 4;

/// Cuts a chunk of `size` rows. `keys` may have any form; neighbouring stretches may be of the same group. With
/// `bucket`, `time` is its column: ascending in long stretches within equal keys, else nothing comes back, and the
/// caller goes row by row (as it must if a time is NULL). Edges are sought by galloping from the length of the bucket
/// before.
std::optional<GroupRuns> find_group_runs(std::span<const Vector> keys, size_t size,
                                         const std::optional<BucketSpec>& bucket, const Vector* time);

}  // namespace tidemark
