#include "base/error.h"
#include "executor/operator.h"
#include "executor/operators/aggregate.h"
#include "executor/operators/apply.h"
#include "executor/operators/asof_join.h"
#include "executor/operators/cte.h"
#include "executor/operators/delete.h"
#include "executor/operators/distinct_on.h"
#include "executor/operators/filter.h"
#include "executor/operators/gap_fill.h"
#include "executor/operators/hash_join.h"
#include "executor/operators/insert.h"
#include "executor/operators/limit.h"
#include "executor/operators/lock_rows.h"
#include "executor/operators/merge.h"
#include "executor/operators/nested_loop_join.h"
#include "executor/operators/project.h"
#include "executor/operators/scan.h"
#include "executor/operators/set_operation.h"
#include "executor/operators/sort.h"
#include "executor/operators/table_function.h"
#include "executor/operators/union_all.h"
#include "executor/operators/update.h"
#include "executor/operators/values.h"
#include "executor/operators/virtual_scan.h"
#include "executor/operators/window.h"

namespace tidemark {

OperatorPtr make_operator(const PhysicalNode& node, ExecutionState& state) {
  state.count(node, [](NodeCounters& counters) { ++counters.starts; });
  switch (node.kind) {
    case PhysicalKind::kScan:
      return std::make_unique<ScanOperator>(node.as<PhysicalScan>(), state);
    case PhysicalKind::kVirtualScan:
      return std::make_unique<VirtualScanOperator>(node.as<PhysicalVirtualScan>(), state);
    case PhysicalKind::kValues:
      return std::make_unique<ValuesOperator>(node.as<PhysicalValues>(), state);
    case PhysicalKind::kTableFunction:
      return std::make_unique<TableFunctionOperator>(node.as<PhysicalTableFunction>(), state);
    case PhysicalKind::kCteScan:
      return std::make_unique<CteScanOperator>(node.as<PhysicalCteScan>(), state);
    case PhysicalKind::kFilter:
      return std::make_unique<FilterOperator>(node.as<PhysicalFilter>(), state);
    case PhysicalKind::kProject:
      return std::make_unique<ProjectOperator>(node.as<PhysicalProject>(), state);
    case PhysicalKind::kAggregate:
      return std::make_unique<AggregateOperator>(node.as<PhysicalAggregate>(), state);
    case PhysicalKind::kWindow:
      return std::make_unique<WindowOperator>(node.as<PhysicalWindow>(), state);
    case PhysicalKind::kSort:
      return std::make_unique<SortOperator>(node.as<PhysicalSort>(), state);
    case PhysicalKind::kLimit:
      return std::make_unique<LimitOperator>(node.as<PhysicalLimit>(), state);
    case PhysicalKind::kDistinctOn:
      return std::make_unique<DistinctOnOperator>(node.as<PhysicalDistinctOn>(), state);
    case PhysicalKind::kGapFill:
      return std::make_unique<GapFillOperator>(node.as<PhysicalGapFill>(), state);
    case PhysicalKind::kHashJoin:
      return std::make_unique<HashJoinOperator>(node.as<PhysicalHashJoin>(), state);
    case PhysicalKind::kNestedLoopJoin:
      return std::make_unique<NestedLoopJoinOperator>(node.as<PhysicalNestedLoopJoin>(), state);
    case PhysicalKind::kAsofJoin:
      return std::make_unique<AsofJoinOperator>(node.as<PhysicalAsofJoin>(), state);
    case PhysicalKind::kApply:
      return std::make_unique<ApplyOperator>(node.as<PhysicalApply>(), state);
    case PhysicalKind::kUnionAll:
      return std::make_unique<UnionAllOperator>(node.as<PhysicalUnionAll>(), state);
    case PhysicalKind::kSetOperation:
      return std::make_unique<SetOperationOperator>(node.as<PhysicalSetOperation>(), state);
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
    case PhysicalKind::kMerge:
      return std::make_unique<MergeOperator>(node.as<PhysicalMerge>(), state);
    case PhysicalKind::kLockRows:
      return std::make_unique<LockRowsOperator>(node.as<PhysicalLockRows>(), state);
  }
  throw Error(sqlstate::kFeatureNotSupported, "this plan node cannot be run yet");
}

}  // namespace tidemark
