#include "base/error.h"
#include "executor/operator.h"
#include "executor/operators/aggregate.h"
#include "executor/operators/cte.h"
#include "executor/operators/delete.h"
#include "executor/operators/filter.h"
#include "executor/operators/hash_join.h"
#include "executor/operators/insert.h"
#include "executor/operators/limit.h"
#include "executor/operators/project.h"
#include "executor/operators/scan.h"
#include "executor/operators/sort.h"
#include "executor/operators/update.h"
#include "executor/operators/values.h"

namespace tidemark {

OperatorPtr make_operator(const PhysicalNode& node, ExecutionState& state) {
  state.count(node, [](NodeCounters& counters) { ++counters.starts; });
  switch (node.kind) {
    case PhysicalKind::kScan:
      return std::make_unique<ScanOperator>(node.as<PhysicalScan>(), state);
    case PhysicalKind::kValues:
      return std::make_unique<ValuesOperator>(node.as<PhysicalValues>(), state);
    case PhysicalKind::kCteScan:
      return std::make_unique<CteScanOperator>(node.as<PhysicalCteScan>(), state);
    case PhysicalKind::kFilter:
      return std::make_unique<FilterOperator>(node.as<PhysicalFilter>(), state);
    case PhysicalKind::kProject:
      return std::make_unique<ProjectOperator>(node.as<PhysicalProject>(), state);
    case PhysicalKind::kAggregate:
      return std::make_unique<AggregateOperator>(node.as<PhysicalAggregate>(), state);
    case PhysicalKind::kSort:
      return std::make_unique<SortOperator>(node.as<PhysicalSort>(), state);
    case PhysicalKind::kLimit:
      return std::make_unique<LimitOperator>(node.as<PhysicalLimit>(), state);
    case PhysicalKind::kHashJoin:
      return std::make_unique<HashJoinOperator>(node.as<PhysicalHashJoin>(), state);
    case PhysicalKind::kRecursive:
      return std::make_unique<RecursiveOperator>(node.as<PhysicalRecursive>(), state);
    case PhysicalKind::kWith:
      return std::make_unique<WithOperator>(node.as<PhysicalWith>(), state);
    case PhysicalKind::kInsert:
      return std::make_unique<InsertOperator>(node.as<PhysicalInsert>(), state);
    case PhysicalKind::kUpdate:
      return std::make_unique<UpdateOperator>(node.as<PhysicalUpdate>(), state);
    case PhysicalKind::kDelete:
      return std::make_unique<DeleteOperator>(node.as<PhysicalDelete>(), state);
    default:
      throw Error(sqlstate::kFeatureNotSupported, "this plan node cannot be run yet");
  }
}

}  // namespace tidemark
