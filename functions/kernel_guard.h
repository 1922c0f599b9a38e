#pragma once

#include <cstddef>

#include "base/memory_tracker.h"
#include "functions/query_context.h"

namespace tidemark {

/// For kernels whose rows may each take long or become large: every few rows, and every few megabytes of result, it
/// asks whether the statement was cancelled (57014) and whether its memory allows for what was made (53200).
class KernelGuard {
 public:
  explicit KernelGuard(const QueryContext& context) : context_(context), made_(context.memory) {}

  /// `bytes`: what the kernel has made so far.
  void after_row(size_t bytes) {
    if (++rows_ % kRowsBetween == 0 || bytes >= next_bytes_) look(bytes);
  }

 private:
  static constexpr size_t kRowsBetween = 64;  // rows are microseconds mostly, milliseconds where it matters
  static constexpr size_t kBytesBetween = size_t{4} << 20;  // some milliseconds of writing

  void look(size_t bytes);

  const QueryContext& context_;
  MemoryReservation made_;
  size_t rows_ = 0;
  size_t next_bytes_ = kBytesBetween;
};

}  // namespace tidemark
