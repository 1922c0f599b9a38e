#pragma once

namespace tidemark::detail {
/// Throws Error XX000 that names the failed condition and its place.
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
/// Prints the failed condition and aborts: on the write path a wrong database is worse than a stopped one.
[[noreturn]] void fatal_check_failed(const char* condition, const char* file, int line) noexcept;
}  // namespace tidemark::detail

/// Always on, cheap; guards what would give a wrong answer. Not reachable from user input. Throws XX000.
#define TIDEMARK_CHECK(condition)                      \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::tidemark::detail::check_failed(#condition, __FILE__, __LINE__))

/// Always on, on the write path: stops the process rather than write wrong bytes.
#define TIDEMARK_FATAL_CHECK(condition)                \
  (static_cast<bool>(condition) ? static_cast<void>(0) \
                                : ::tidemark::detail::fatal_check_failed(#condition, __FILE__, __LINE__))

/// In debug and sanitizer builds; free in release.
#if defined(NDEBUG) && !defined(TIDEMARK_SANITIZED)
#define TIDEMARK_ASSERT(condition) static_cast<void>(sizeof(static_cast<bool>(condition)))
#else
#define TIDEMARK_ASSERT(condition) TIDEMARK_CHECK(condition)
#endif
