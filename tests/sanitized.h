#pragma once

namespace tidemark {

/// How much of something a test does: `full`, and under sanitizers, which make it about ten times slower, `small`.
template <class T>
constexpr T unless_sanitized([[maybe_unused]] T full, [[maybe_unused]] T small) {
#ifdef TIDEMARK_SANITIZED
  return small;
#else
  return full;
#endif
}

}  // namespace tidemark
