#include "executor/operators/insert.h"

#include "executor/pipeline.h"

namespace tidemark {

InsertOperator::InsertOperator(const PhysicalInsert& plan, ExecutionState& state)
    : Operator(plan, state),
      plan_(plan),
      child_(make_operator(*plan.children[0], state)),
      row_(prepare_all(plan.row, state)),
      returned_(plan.target, plan, state) {
  for (const PhysicalInsert::Assignment& assignment : plan.update) {
    update_.assignments.push_back({assignment.column, PreparedExpression(assignment.value.get(), state)});
  }
  update_.where = PreparedExpression(plan.update_where.get(), state);
}

DataChunk InsertOperator::table_rows(const DataChunk& input, Evaluator& evaluator) const {
  DataChunk rows;
  rows.size = input.size;
  const TableEntry& table = state().snapshot->table(plan_.target.table)->entry();
  for (size_t column = 0; column < row_.size(); ++column) {
    rows.columns.push_back(row_[column] ? evaluator.evaluate(*row_[column], input)
                                        : Vector::null_constant(table.columns[column].type, input.size));
  }
  return rows;
}

void InsertOperator::start() {
  const std::shared_ptr<const TableSnapshot> table = state().snapshot->table(plan_.target.table);
  TableWriteOptions options;
  options.conflict = plan_.conflict;
  options.merge_columns = plan_.named_columns;
  options.conflict_constraint = plan_.conflict_constraint;
  options.update = &update_;
  options.wants_rows = returned_.wanted();
  TableWriter writer(query(), state().transaction(), table->entry(), plan_.target, std::move(options));
  Evaluator evaluator(query());
  const auto take = [&](DataChunk& input) {
    TableWriter::Written written = writer.append(table_rows(input, evaluator));
    if (returned_.wanted()) {
      // Which input row a written row comes from need not ascend.
      DataChunk source;
      source.size = written.input_rows.size();
      for (const Vector& column : input.columns) {
        source.columns.push_back(column.select(written.input_rows));
      }
      returned_.add(written.rows, source);
    }
  };
  child_->start();
  run_pipeline(state(), *child_, take, node());
  writer.finish();
  state().affected_rows += writer.row_count();
}

}  // namespace tidemark
