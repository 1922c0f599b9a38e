#include "base/stack_depth.h"

#include <pthread.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "base/error.h"

namespace tidemark {
namespace {

/// Enough for any statement that people or programs write; a quarter of the stack remains for what the deepest call
/// itself needs.
constexpr size_t kStackBytesMax = size_t{6} << 20U;

/// The lowest address that the calling thread's recursion may reach (stacks grow down on all machines that we build
/// for).
uintptr_t lowest_address_allowed() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  const auto top = reinterpret_cast<uintptr_t>(lowest) + size;
  return top - std::min(size / 4 * 3, kStackBytesMax);
}

}  // namespace

void check_stack_depth() {
  static thread_local const uintptr_t limit = lowest_address_allowed();
  if (reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) < limit) {
    throw Error(sqlstate::kStatementTooComplex, "stack depth limit exceeded")
        .with_hint("The statement is nested too deeply.");
  }
}

}  // namespace tidemark
