#pragma once

#include <cstdint>
#include <optional>

#include "planner/physical_plan.h"

namespace tidemark {

/// Where the first groups by a time bucket are looked for: stretches of whole buckets from one end of the time that
/// there is, each four times as long as the one before, so that what is found late costs at most a third more than
/// looking everywhere at once.
class BucketSlices {
 public:
  struct Slice {
    int64_t from = 0;
    int64_t to = 0;  ///< included
  };
  /// `time`: where rows lie. `buckets`: how long the first slice is. `has_infinity`: as for bucket_of.
  BucketSlices(const BucketSpec& bucket, bool has_infinity, bool descending, Slice time, uint64_t buckets)
      : bucket_(bucket), has_infinity_(has_infinity), descending_(descending), left_(time), buckets_(buckets) {}

  /// The next; none when all of the time has been given out.
  [[nodiscard]] std::optional<Slice> next();

 private:
  BucketSpec bucket_;
  bool has_infinity_;
  bool descending_;
  std::optional<Slice> left_;
  uint64_t buckets_;
};

}  // namespace tidemark
