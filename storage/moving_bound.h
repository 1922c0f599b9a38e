#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "storage/scan.h"

namespace tidemark {

/// What a top-N knows while its input is still being read: the first sort key's value in the last row that it still
/// wants. A scan below leaves out what lies beyond, and looks again at each page, for the bound only ever gets tighter.
/// Shared by the threads that tighten it and those that read.
class MovingBound {
 public:
  struct Order {
    bool descending = false;
    bool nulls_first = false;
    bool drops_equal = false;  ///< rows equal to the bound are not wanted either: there is no second key, nor ties
  };

  explicit MovingBound(Order order) : order_(order) {}

  /// Whether storage compares values of the type as a sort does.
  [[nodiscard]] static bool is_for(LogicalType type);

  [[nodiscard]] const Order& order() const { return order_; }
  /// Some N rows that have been seen do not come after `last` (may be NULL). Nothing happens if that was known.
  void tighten(const Value& last);
  /// 0 until there is anything to say; grows whenever the bound gets tighter.
  [[nodiscard]] uint64_t version() const { return version_.load(std::memory_order_acquire); }
  /// What `column` must fulfil, as of `version` or later. Only if that is not 0.
  [[nodiscard]] ScanPredicate predicate(ColumnId column) const;

 private:
  [[nodiscard]] bool comes_before(const Value& left, const Value& right) const;

  const Order order_;
  std::atomic<uint64_t> version_{0};
  mutable std::mutex mutex_;
  std::optional<Value> last_;  ///< guarded by mutex_
};

/// One reader's view of its scan's bound.
class BoundWatch {
 public:
  /// `bound` may be null: then there never is one. It outlives this.
  explicit BoundWatch(const ScanRequest::Bound* bound) : bound_(bound) {}

  /// The bound as it is now; null if there is none. Stays good until the next call.
  const ScanPredicate* look();
  /// What `look` gave last.
  [[nodiscard]] const ScanPredicate* seen() const { return version_ == 0 ? nullptr : &predicate_; }

 private:
  const ScanRequest::Bound* bound_;
  uint64_t version_ = 0;
  ScanPredicate predicate_;
};

}  // namespace tidemark
