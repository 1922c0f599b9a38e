#include "base/memory_tracker.h"

#include "base/check.h"
#include "base/error.h"

namespace tidemark {

MemoryTracker::MemoryTracker(std::string name, int64_t limit_bytes, MemoryTracker* parent)
    : name_(std::move(name)), parent_(parent), limit_bytes_(limit_bytes) {}

MemoryTracker::~MemoryTracker() {
  if (parent_ != nullptr) {
    parent_->release(used_bytes());
  }
}

void MemoryTracker::reserve(int64_t bytes) {
  if (const MemoryTracker* refuser = reserve_or_refuser(bytes)) {
    throw Error(sqlstate::kOutOfMemory, "out of memory")
        .with_detail("Failed on request of size " + std::to_string(bytes) + ": " + refuser->name_ + " is " +
                     std::to_string(refuser->limit_bytes()) + " bytes, of which " +
                     std::to_string(refuser->used_bytes()) + " are in use.");
  }
}

bool MemoryTracker::try_reserve(int64_t bytes) noexcept { return reserve_or_refuser(bytes) == nullptr; }

void MemoryTracker::release(int64_t bytes) noexcept {
  TIDEMARK_FATAL_CHECK(bytes >= 0);
  for (MemoryTracker* tracker = this; tracker != nullptr; tracker = tracker->parent_) {
    const int64_t before = tracker->used_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
    TIDEMARK_FATAL_CHECK(before >= bytes);
  }
}

MemoryTracker* MemoryTracker::reserve_or_refuser(int64_t bytes) noexcept {
  TIDEMARK_FATAL_CHECK(bytes >= 0);
  for (MemoryTracker* tracker = this; tracker != nullptr; tracker = tracker->parent_) {
    const int64_t before = tracker->used_bytes_.fetch_add(bytes, std::memory_order_relaxed);
    const bool too_much = bytes > tracker->limit_bytes() - before;
    if (too_much || tracker->fails_by_test()) {
      for (MemoryTracker* undo = this;; undo = undo->parent_) {
        undo->used_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
        if (undo == tracker) {
          return tracker;
        }
      }
    }
    int64_t peak = tracker->peak_bytes();
    while (peak < before + bytes &&
           !tracker->peak_bytes_.compare_exchange_weak(peak, before + bytes, std::memory_order_relaxed)) {
    }
  }
  return nullptr;
}

bool MemoryTracker::fails_by_test() noexcept {
  if (fail_countdown_.load(std::memory_order_relaxed) <= 0) [[likely]] {
    return false;
  }
  return fail_countdown_.fetch_sub(1, std::memory_order_relaxed) == 1;
}

MemoryReservation& MemoryReservation::operator=(MemoryReservation&& other) noexcept {
  if (this != &other) {
    release();
    tracker_ = std::exchange(other.tracker_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
  }
  return *this;
}

void MemoryReservation::resize(int64_t bytes) {
  if (tracker_ != nullptr) {
    if (bytes > bytes_) {
      tracker_->reserve(bytes - bytes_);
    } else {
      tracker_->release(bytes_ - bytes);
    }
  }
  bytes_ = bytes;
}

bool MemoryReservation::try_resize(int64_t bytes) noexcept {
  if (tracker_ != nullptr) {
    if (bytes > bytes_) {
      if (!tracker_->try_reserve(bytes - bytes_)) {
        return false;
      }
    } else {
      tracker_->release(bytes_ - bytes);
    }
  }
  bytes_ = bytes;
  return true;
}

void MemoryReservation::release() noexcept {
  if (tracker_ != nullptr) {
    tracker_->release(bytes_);
  }
  bytes_ = 0;
}

}  // namespace tidemark
