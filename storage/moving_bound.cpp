#include "storage/moving_bound.h"

#include "base/check.h"
#include "storage/zone_map.h"
#include "types/canonical_key.h"

namespace tidemark {

bool MovingBound::is_for(LogicalType type) {
  return zone_kind(type) != ZoneKind::kNone || type.id == TypeId::kNumeric || type.id == TypeId::kUuid;
}

bool MovingBound::comes_before(const Value& left, const Value& right) const {
  if (left.is_null() || right.is_null()) {
    return left.is_null() != right.is_null() && left.is_null() == order_.nulls_first;
  }
  std::string left_key;
  std::string right_key;
  append_key(left_key, left);
  append_key(right_key, right);
  return order_.descending ? left_key > right_key : left_key < right_key;
}

void MovingBound::tighten(const Value& last) {
  if (last.is_null() && !order_.nulls_first && !order_.drops_equal) {
    return;  // Nothing comes after NULL.
  }
  const std::lock_guard lock(mutex_);
  if (last_ && !comes_before(last, *last_)) {
    return;
  }
  last_ = last;
  version_.fetch_add(1, std::memory_order_release);
}

ScanPredicate MovingBound::predicate(ColumnId column) const {
  const std::lock_guard lock(mutex_);
  TIDEMARK_CHECK(last_.has_value());
  ScanPredicate predicate;
  predicate.column = column;
  predicate.description = "top rows";
  if (last_->is_null()) {
    // Only NULLs come so early; or, where they come last, all that is not NULL comes before.
    predicate.comparison =
        order_.nulls_first ? ScanPredicate::Comparison::kIsNull : ScanPredicate::Comparison::kIsNotNull;
    return predicate;
  }
  if (order_.descending) {
    predicate.comparison =
        order_.drops_equal ? ScanPredicate::Comparison::kGreater : ScanPredicate::Comparison::kGreaterEqual;
  } else {
    predicate.comparison =
        order_.drops_equal ? ScanPredicate::Comparison::kLess : ScanPredicate::Comparison::kLessEqual;
  }
  predicate.constants.push_back(*last_);
  predicate.or_null = order_.nulls_first;
  return predicate;
}

const ScanPredicate* BoundWatch::look() {
  if (bound_ == nullptr) {
    return nullptr;
  }
  const uint64_t version = bound_->bound->version();
  if (version != version_) {
    version_ = version;
    predicate_ = bound_->bound->predicate(bound_->column);
  }
  return seen();
}

}  // namespace tidemark
