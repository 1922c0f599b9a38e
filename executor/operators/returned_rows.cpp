#include "executor/operators/returned_rows.h"

#include "executor/collection_stream.h"

namespace tidemark {

ReturnedRows::ReturnedRows(const PhysicalWriteTarget& target, const PhysicalNode& node, ExecutionState& state)
    : expressions_(prepare_all(target.returning, state)),
      evaluator_(state.query()),
      rows_(output_types(node)),
      reservation_(state.query().memory) {}

void ReturnedRows::add(const DataChunk& table_row, const DataChunk& child_row) {
  if (!wanted() || table_row.size == 0) {
    return;
  }
  DataChunk input = table_row;
  input.columns.insert(input.columns.end(), child_row.columns.begin(), child_row.columns.end());
  DataChunk output;
  output.size = input.size;
  for (const PreparedExpression& expression : expressions_) {
    output.columns.push_back(evaluator_.evaluate(*expression, input));
  }
  rows_.append(output);
  reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
}

std::unique_ptr<RowStream> ReturnedRows::stream() const { return std::make_unique<CollectionStream>(rows_); }

}  // namespace tidemark
