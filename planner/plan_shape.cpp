#include "planner/plan_shape.h"

#include "base/hash.h"

namespace tidemark {
namespace {

uint64_t scan_shape(const PhysicalScan& scan) {
  uint64_t hash = hash_combine(scan.table, static_cast<uint64_t>(scan.order));
  hash = hash_combine(hash, scan.residual != nullptr ? 1 : 0);
  for (const ColumnId column : scan.columns) hash = hash_combine(hash, column);
  for (const PushedPredicate& predicate : scan.pushed) {
    hash = hash_combine(hash, predicate.column);
    hash = hash_combine(hash, static_cast<uint64_t>(predicate.comparison));
    hash = hash_combine(hash, predicate.constants.size());
  }
  return hash;
}

uint64_t aggregate_shape(const PhysicalAggregate& aggregate) {
  return (aggregate.run_aware ? 1U : 0U) | (aggregate.zone_answers ? 2U : 0U) | (aggregate.bucket ? 4U : 0U) |
         (aggregate.first_groups ? 8U : 0U);
}

uint64_t node_shape(const PhysicalNode& node) {
  switch (node.kind) {
    case PhysicalKind::kScan:
      return scan_shape(node.as<PhysicalScan>());
    case PhysicalKind::kAggregate:
      return aggregate_shape(node.as<PhysicalAggregate>());
    case PhysicalKind::kSort:
      return node.as<PhysicalSort>().limit != nullptr ? 1 : 0;
    case PhysicalKind::kDelete:
      return node.as<PhysicalDelete>().rectangle ? 1 : 0;
    default:
      return 0;
  }
}

}  // namespace

uint64_t plan_shape(const PhysicalNode& plan) {
  uint64_t hash = hash_combine(static_cast<uint64_t>(plan.kind), node_shape(plan));
  for (const PhysicalPtr& child : plan.children) hash = hash_combine(hash, plan_shape(*child));
  return hash_combine(hash, plan.children.size());
}

}  // namespace tidemark
