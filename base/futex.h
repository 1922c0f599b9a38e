#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>

namespace tidemark {

/// Sleeping until another thread changes a word (futex(2)). std::atomic::wait spins and yields before it sleeps: where
/// the wait is for a disk and other threads have work, that costs several switches of context for each sleep.

/// Sleeps while `word` holds `old`.
inline void wait_while(const std::atomic<uint32_t>& word, uint32_t old) {
  while (word.load(std::memory_order_acquire) == old) {
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
  }
}

/// Wakes one thread that sleeps on `word`, after it was changed. Takes its address only: the word may be gone by now.
inline void wake_one(const std::atomic<uint32_t>* word) {
  ::syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace tidemark
