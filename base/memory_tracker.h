#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "base/check.h"

namespace tidemark {

/// Counts bytes against a limit, in a tree: server → query → operator. What a child reserves counts in all its
/// ancestors, too. Memory is counted in large steps (an arena block, a hash table's growth), never per value. Safe for
/// many threads.
class MemoryTracker {
 public:
  static constexpr int64_t kUnlimited = std::numeric_limits<int64_t>::max();

  /// `name` is the setting that bounds it, for the message: "memory_limit", "query_memory_limit", "work_mem".
  /// `parent` may be null and must outlive this.
  explicit MemoryTracker(std::string name, int64_t limit_bytes = kUnlimited, MemoryTracker* parent = nullptr);
  MemoryTracker(const MemoryTracker&) = delete;
  MemoryTracker& operator=(const MemoryTracker&) = delete;
  /// Gives what is still reserved back to the ancestors.
  ~MemoryTracker();

  /// Throws Error 53200 if that would pass the limit here or above; then nothing is reserved.
  void reserve(int64_t bytes);
  /// The same for callers that can do without (spill, shrink a cache).
  [[nodiscard]] bool try_reserve(int64_t bytes) noexcept;
  /// Precondition: at least as much was reserved here.
  void release(int64_t bytes) noexcept;

  [[nodiscard]] int64_t used_bytes() const { return used_bytes_.load(std::memory_order_relaxed); }
  [[nodiscard]] int64_t peak_bytes() const { return peak_bytes_.load(std::memory_order_relaxed); }
  [[nodiscard]] int64_t limit_bytes() const { return limit_bytes_.load(std::memory_order_relaxed); }
  /// A lower limit than what is in use stops only later reservations.
  void set_limit_bytes(int64_t limit_bytes) { limit_bytes_.store(limit_bytes, std::memory_order_relaxed); }

  /// Makes the `nth` reservation from now on (1 = the next) in this tracker or below it fail, once; 0 switches that
  /// off. Call on the root: a test walks n upwards until a statement runs clean, and so meets every reservation as a
  /// failure.
  void testing_fail_reservation(int64_t nth) { fail_countdown_.store(nth, std::memory_order_relaxed); }
  /// Whether the failure armed by `testing_fail_reservation` has happened.
  [[nodiscard]] bool testing_failure_happened() const { return fail_countdown_.load(std::memory_order_relaxed) == 0; }

 private:
  /// The tracker that refused, or null.
  MemoryTracker* reserve_or_refuser(int64_t bytes) noexcept;
  bool fails_by_test() noexcept;

  const std::string name_;
  MemoryTracker* const parent_;
  std::atomic<int64_t> limit_bytes_;
  std::atomic<int64_t> used_bytes_{0};
  std::atomic<int64_t> peak_bytes_{0};
  std::atomic<int64_t> fail_countdown_{0};
};

/// Some bytes of a tracker, given back when this goes. Movable. An empty one (no tracker) counts nothing.
class MemoryReservation {
 public:
  MemoryReservation() = default;
  /// `tracker` may be null: then nothing is counted. It must outlive this. Throws Error 53200.
  explicit MemoryReservation(MemoryTracker* tracker, int64_t bytes = 0) : tracker_(tracker) { resize(bytes); }
  MemoryReservation(MemoryReservation&& other) noexcept
      : tracker_(std::exchange(other.tracker_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MemoryReservation& operator=(MemoryReservation&& other) noexcept;
  ~MemoryReservation() { release(); }

  /// Reserves or gives back the difference. Throws Error 53200; then the old size stays.
  void resize(int64_t bytes);
  void grow(int64_t by_bytes) { resize(bytes_ + by_bytes); }
  /// Like `resize`, false instead of an error.
  [[nodiscard]] bool try_resize(int64_t bytes) noexcept;
  void release() noexcept;
  /// Takes over what `other` holds. Precondition: of the same tracker, or this holds nothing.
  void absorb(MemoryReservation&& other) noexcept {
    TIDEMARK_FATAL_CHECK(bytes_ == 0 || tracker_ == other.tracker_ || other.bytes_ == 0);
    if (bytes_ == 0) {
      *this = std::move(other);
    } else {
      bytes_ += std::exchange(other.bytes_, 0);
    }
  }
  /// A part of this as a reservation of its own: at most what is held.
  [[nodiscard]] MemoryReservation split(int64_t bytes) noexcept {
    MemoryReservation part;
    part.tracker_ = tracker_;
    part.bytes_ = bytes < bytes_ ? bytes : bytes_;
    bytes_ -= part.bytes_;
    return part;
  }
  [[nodiscard]] int64_t bytes() const { return bytes_; }

 private:
  MemoryTracker* tracker_ = nullptr;
  int64_t bytes_ = 0;
};

}  // namespace tidemark
