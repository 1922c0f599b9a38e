#pragma once

#include <atomic>
#include <cstdint>

namespace tidemark {

/// Time, passed in so that tests own it. Wall time may jump; durations come from the steady clock, and sequence
/// numbers, never time, order writes.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  /// Nanoseconds since 1970-01-01 UTC.
  [[nodiscard]] virtual int64_t wall_ns() const = 0;
  /// Nanoseconds since some fixed instant; never goes back.
  [[nodiscard]] virtual int64_t steady_ns() const = 0;

  /// Microseconds since 1970-01-01 UTC, floored.
  [[nodiscard]] int64_t wall_us() const;
};

/// The machine's clocks.
class SystemClock final : public Clock {
 public:
  [[nodiscard]] int64_t wall_ns() const override;
  [[nodiscard]] int64_t steady_ns() const override;
};

/// A clock that stands still until a test moves it.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(int64_t wall_ns = 0) : wall_ns_(wall_ns) {}

  [[nodiscard]] int64_t wall_ns() const override { return wall_ns_.load(); }
  [[nodiscard]] int64_t steady_ns() const override { return steady_ns_.load(); }

  /// Moves both clocks on.
  void advance_ns(int64_t duration_ns) {
    wall_ns_ += duration_ns;
    steady_ns_ += duration_ns;
  }
  /// Lets the wall clock jump, backwards too.
  void set_wall_ns(int64_t wall_ns) { wall_ns_ = wall_ns; }

 private:
  std::atomic<int64_t> wall_ns_;
  std::atomic<int64_t> steady_ns_{0};
};

}  // namespace tidemark
