#include "executor/operators/delete.h"

#include <algorithm>

#include "executor/operators/scan.h"
#include "executor/operators/target_rows.h"
#include "executor/table_writer.h"
#include "executor/transaction_state.h"
#include "storage/store.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

using Comparison = ScanPredicate::Comparison;

/// Narrows [from, to] by a predicate on time. False if it is of another kind.
bool narrow(const ScanPredicate& predicate, int64_t& from, int64_t& to) {
  if (predicate.constants.size() != 1) {
    return false;
  }
  const int64_t bound = predicate.constants[0].as_int64();
  switch (predicate.comparison) {
    case Comparison::kEqual:
      from = std::max(from, bound);
      to = std::min(to, bound);
      return true;
    case Comparison::kGreaterEqual:
      from = std::max(from, bound);
      return true;
    case Comparison::kLessEqual:
      to = std::min(to, bound);
      return true;
    case Comparison::kGreater:
      if (bound == INT64_MAX) {
        return false;
      }
      from = std::max(from, bound + 1);
      return true;
    case Comparison::kLess:
      if (bound == INT64_MIN) {
        return false;
      }
      to = std::min(to, bound - 1);
      return true;
    default:
      return false;
  }
}

}  // namespace

DeleteOperator::DeleteOperator(const PhysicalDelete& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan), returned_(plan.target, plan, state) {}

/// The stretch that the scan's predicates name, if they name nothing else: equal values for the first key columns, and
/// bounds of time.
std::optional<RangeTombstone> DeleteOperator::rectangle(const TableEntry& table, const ScanOperator& scan) const {
  RangeTombstone tombstone;
  tombstone.table = table.id;
  std::vector<const ScanPredicate*> left;
  for (const ScanPredicate& predicate : scan.request().predicates) {
    const bool on_time = table.kind == TableKind::kSeries && predicate.column == table.time_column;
    if (on_time && narrow(predicate, tombstone.from, tombstone.to)) {
      continue;
    }
    left.push_back(&predicate);
  }
  for (const ColumnId column : table.series_columns()) {
    const auto found = std::ranges::find_if(left, [&](const ScanPredicate* predicate) {
      return predicate->column == column &&
             (predicate->comparison == Comparison::kIsNull ||
              (predicate->comparison == Comparison::kEqual && predicate->constants.size() == 1));
    });
    if (found == left.end()) {
      break;
    }
    const bool is_null = (*found)->comparison == Comparison::kIsNull;
    const LogicalType type = table.find_column(column)->type;
    append_key(tombstone.series_prefix, is_null ? Value::null(type) : (*found)->constants[0]);
    left.erase(found);
  }
  if (!left.empty()) {
    return std::nullopt;
  }
  return tombstone;
}

bool DeleteOperator::delete_range(const TableEntry& table) {
  TransactionState& transaction = state().transaction();
  if (!plan_.rectangle || !transaction.autocommit || returned_.wanted() || table.kind == TableKind::kAppend ||
      !table.uniques.empty() || plan_.children[0]->kind != PhysicalKind::kScan) {
    return false;
  }
  ScanOperator scan(plan_.children[0]->as<PhysicalScan>(), state());
  if (scan.reads_nothing()) {
    return true;
  }
  std::optional<RangeTombstone> tombstone = rectangle(table, scan);
  if (!tombstone) {
    return false;
  }
  // It acts at its commit on whatever is there then, so writers of single rows must be done.
  transaction.locks().lock_table(transaction.id(), table.id, transaction.lock_timeout_ms, state().cancel_check());
  const std::shared_ptr<const Snapshot> newest = transaction.newest_with_own_writes();
  ScanRequest request = scan.request();
  request.columns.clear();
  const std::unique_ptr<TableScan> rows = newest->table(table.id)->scan(request);
  uint64_t count = 0;
  DataChunk chunk;
  for (size_t morsel = 0; morsel < rows->morsel_count(); ++morsel) {
    const std::unique_ptr<MorselReader> reader = rows->open(morsel);
    while (reader->next(chunk)) {
      query().check_cancelled();
      count += chunk.size;
    }
  }
  if (count > 0) {
    WriteSet::Change& change = transaction.writes.changes.emplace_back();
    change.is_tombstone = true;
    change.tombstone = std::move(*tombstone);
  }
  state().affected_rows += count;
  return true;
}

void DeleteOperator::start() {
  const std::shared_ptr<const TableSnapshot> table = state().snapshot->table(plan_.target.table);
  if (delete_range(table->entry())) {
    return;
  }
  TableWriter writer(query(), state().transaction(), table->entry(), plan_.target, {});
  TargetRows target(plan_, state(), plan_.target.table);
  target.collect(writer);
  const RowCollection& rows = target.rows();
  for (size_t first = 0; first < rows.size(); first += kVectorSize) {
    query().check_cancelled();
    const DataChunk chunk = rows.chunk(first, std::min(kVectorSize, rows.size() - first));
    const DataChunk old_rows = target.old_rows(chunk);
    writer.erase(old_rows);
    returned_.add(old_rows, chunk);
  }
  writer.finish();
  state().affected_rows += writer.row_count();
}

}  // namespace tidemark
