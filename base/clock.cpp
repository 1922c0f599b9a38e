#include "base/clock.h"

#include <chrono>

namespace tidemark {
namespace {

template <typename SomeClock>
int64_t nanoseconds_of() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(SomeClock::now().time_since_epoch()).count();
}

}  // namespace

int64_t Clock::wall_us() const {
  const int64_t ns = wall_ns();
  return ns / 1000 - static_cast<int64_t>(ns % 1000 < 0);
}

int64_t SystemClock::wall_ns() const { return nanoseconds_of<std::chrono::system_clock>(); }
int64_t SystemClock::steady_ns() const { return nanoseconds_of<std::chrono::steady_clock>(); }

}  // namespace tidemark
