#include "executor/operators/update.h"

#include <algorithm>

#include "executor/operators/target_rows.h"
#include "executor/table_writer.h"

namespace tidemark {

UpdateOperator::UpdateOperator(const PhysicalUpdate& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan), returned_(plan.target, plan, state) {
  for (const PhysicalUpdate::Assignment& assignment : plan.assignments) {
    assignments_.push_back({assignment.column, PreparedExpression(assignment.value.get(), state)});
  }
}

void UpdateOperator::start() {
  const std::shared_ptr<const TableSnapshot> table = state().snapshot->table(plan_.target.table);
  TableWriter writer(query(), state().transaction(), table->entry(), plan_.target, {});
  TargetRows target(plan_, state(), plan_.target.table);
  target.collect(writer);
  Evaluator evaluator(query());
  const RowCollection& rows = target.rows();
  for (size_t first = 0; first < rows.size(); first += kVectorSize) {
    query().check_cancelled();
    const DataChunk chunk = rows.chunk(first, std::min(kVectorSize, rows.size() - first));
    const DataChunk old_rows = target.old_rows(chunk);
    DataChunk new_rows = old_rows;
    new_rows.columns.resize(table->entry().columns.size());
    for (const Assignment& assignment : assignments_) {
      new_rows.columns[assignment.column] = evaluator.evaluate(*assignment.value, chunk);
    }
    DataChunk written = writer.update(old_rows, std::move(new_rows));
    if (written.columns.size() < target.old_width()) {
      written.columns.push_back(old_rows.columns.back());  // RETURNING counts the row id as part of the row.
    }
    returned_.add(written, chunk);
  }
  writer.finish();
  state().affected_rows += writer.row_count();
}

}  // namespace tidemark
