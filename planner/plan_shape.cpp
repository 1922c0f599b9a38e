#include "planner/plan_shape.h"

#include <algorithm>

namespace tidemark {
namespace {

bool is_same_predicate(const PushedPredicate& a, const PushedPredicate& b) {
  return a.column == b.column && a.comparison == b.comparison && a.constants.size() == b.constants.size() &&
         (a.callback == nullptr) == (b.callback == nullptr);
}

bool is_same_scan(const PhysicalScan& a, const PhysicalScan& b) {
  return a.table == b.table && a.order == b.order && a.columns == b.columns &&
         (a.residual == nullptr) == (b.residual == nullptr) &&
         std::ranges::equal(a.pushed, b.pushed, is_same_predicate);
}

bool is_same_aggregate(const PhysicalAggregate& a, const PhysicalAggregate& b) {
  return a.run_aware == b.run_aware && a.zone_answers == b.zone_answers &&
         a.bucket.has_value() == b.bucket.has_value() && a.first_groups.has_value() == b.first_groups.has_value();
}

bool is_same_node(const PhysicalNode& a, const PhysicalNode& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case PhysicalKind::kScan:
      return is_same_scan(a.as<PhysicalScan>(), b.as<PhysicalScan>());
    case PhysicalKind::kAggregate:
      return is_same_aggregate(a.as<PhysicalAggregate>(), b.as<PhysicalAggregate>());
    case PhysicalKind::kSort:
      return (a.as<PhysicalSort>().limit == nullptr) == (b.as<PhysicalSort>().limit == nullptr);
    case PhysicalKind::kDelete:
      return a.as<PhysicalDelete>().rectangle == b.as<PhysicalDelete>().rectangle;
    default:
      return true;
  }
}

}  // namespace

bool have_same_shape(const PhysicalNode& a, const PhysicalNode& b) {
  return is_same_node(a, b) &&
         std::ranges::equal(a.children, b.children,
                            [](const PhysicalPtr& x, const PhysicalPtr& y) { return have_same_shape(*x, *y); });
}

}  // namespace tidemark
