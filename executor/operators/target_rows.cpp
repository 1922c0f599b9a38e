#include "executor/operators/target_rows.h"

#include <algorithm>

#include "executor/key_table.h"
#include "executor/pipeline.h"
#include "executor/transaction_state.h"

namespace tidemark {
namespace {

/// Columns of the old row that tell it from all others.
std::vector<uint32_t> identifying_columns(const TableEntry& table) {
  std::vector<uint32_t> columns;
  if (table.kind == TableKind::kAppend) {
    columns.push_back(static_cast<uint32_t>(table.columns.size()));  // the row id
    return columns;
  }
  for (uint32_t index = 0; index < table.columns.size(); ++index) {
    if (table.is_key_column(table.columns[index].id)) {
      columns.push_back(index);
    }
  }
  return columns;
}

}  // namespace

TargetRows::TargetRows(const PhysicalNode& plan, ExecutionState& state, ObjectId table)
    : plan_(plan),
      state_(state),
      table_(state.snapshot->table(table)),
      old_width_(table_->entry().columns.size() + (table_->entry().kind == TableKind::kAppend ? 1 : 0)),
      rows_(output_types(*plan.children[0])),
      reservation_(state.query().memory) {}

DataChunk TargetRows::old_rows(const DataChunk& chunk) const {
  DataChunk old;
  old.size = chunk.size;
  old.columns.assign(chunk.columns.begin(), chunk.columns.begin() + static_cast<std::ptrdiff_t>(old_width_));
  return old;
}

void TargetRows::collect(TableWriter& writer) {
  for (;;) {
    read();
    bool stable = true;
    for (size_t first = 0; first < rows_.size(); first += kVectorSize) {
      state_.query().check_cancelled();
      const size_t count = std::min(kVectorSize, rows_.size() - first);
      stable = writer.lock(old_rows(rows_.chunk(first, count))) && stable;
    }
    if (stable) {
      return;
    }
    state_.transaction().refresh_snapshot();
    state_.snapshot = state_.transaction().snapshot();
  }
}

void TargetRows::read() {
  rows_.clear();
  const std::vector<uint32_t> identity = identifying_columns(table_->entry());
  const std::vector<LogicalType> types = output_types(*plan_.children[0]);
  std::vector<LogicalType> key_types;
  for (const uint32_t column : identity) {
    key_types.push_back(types[column]);
  }
  KeyTable seen(key_types);
  KeyTable::Scratch scratch;
  std::vector<uint32_t> ids;
  const auto take = [&](DataChunk& chunk) {
    std::vector<Vector> keys;
    for (const uint32_t column : identity) {
      keys.push_back(chunk.columns[column]);
    }
    ids.resize(chunk.size);
    SelectionVector first_ones;
    seen.find_or_add(keys, chunk.size, ids, first_ones, scratch);
    rows_.append(chunk, first_ones);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes() + seen.memory_bytes()));
  };
  const OperatorPtr child = make_operator(*plan_.children[0], state_);
  child->start();
  run_pipeline(state_, *child, take, plan_);
}

}  // namespace tidemark
