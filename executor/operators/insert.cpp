#include "executor/operators/insert.h"

#include <algorithm>
#include <numeric>

#include "executor/operators/cte.h"
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
  if (plan.children.size() > 1) {
    update_.source = [this](const DataChunk& both, SelectionVector& numbers) { return conflict_rows(both, numbers); };
  }
}

DataChunk InsertOperator::conflict_rows(const DataChunk& both, SelectionVector& numbers) const {
  const PhysicalNode& source = *plan_.children[1];
  DataChunk numbered = both;
  Vector places = Vector::flat(TypeId::kInt64, both.size);
  std::iota(places.mutable_data<int64_t>(), places.mutable_data<int64_t>() + both.size, int64_t{0});
  numbered.columns.push_back(std::move(places));
  std::vector<LogicalType> types;
  for (const Vector& column : numbered.columns) {
    types.push_back(column.type());
  }
  RowCollection working(types);
  working.append(numbered);
  const auto table = std::make_shared<CteRows>(nullptr, types, state());
  table->replace(std::move(working));
  state().ctes[plan_.conflict_cte] = table;
  const OperatorPtr operation = make_operator(source, state());
  operation->start();
  const std::unique_ptr<RowStream> stream = operation->open();
  RowCollection result(output_types(source));
  std::vector<std::pair<uint32_t, uint32_t>> found;  // number, row of `result`
  DataChunk chunk;
  while (stream->next(chunk)) {
    for (size_t row = 0; row < chunk.size; ++row) {
      const Value number = chunk.columns[plan_.conflict_number].value(row);
      found.emplace_back(static_cast<uint32_t>(number.as_int64()), static_cast<uint32_t>(result.size() + row));
    }
    result.append(chunk);
  }
  std::ranges::sort(found);
  SelectionVector order;
  numbers.clear();
  for (const auto& [number, row] : found) {
    numbers.push_back(number);
    order.push_back(row);
  }
  return result.gather(order);
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
  options.conflict_constraints = plan_.conflict_constraints;
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
