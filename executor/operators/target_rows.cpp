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

void TargetRows::until_stable(const std::function<void()>& read_rows,
                              const std::function<bool(const DataChunk&)>& lock) {
  for (;;) {
    read_rows();
    bool stable = true;
    for (size_t first = 0; first < rows_.size(); first += kVectorSize) {
      state_.query().check_cancelled();
      const size_t count = std::min(kVectorSize, rows_.size() - first);
      stable = lock(rows_.chunk(first, count)) && stable;
    }
    if (stable) {
      return;
    }
    state_.transaction().refresh_snapshot();
    state_.snapshot = state_.transaction().snapshot();
  }
}

void TargetRows::collect(TableWriter& writer) {
  until_stable([&] { read_once_each(); }, [&](const DataChunk& chunk) { return writer.lock(old_rows(chunk)); });
}

void TargetRows::collect_all(TableWriter& writer, uint32_t is_matched) {
  const auto take = [&](DataChunk& chunk) {
    rows_.append(chunk);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
  };
  const auto lock = [&](const DataChunk& chunk) {
    DataChunk old = old_rows(chunk);
    SelectionVector matched;
    for (uint32_t row = 0; row < chunk.size; ++row) {
      if (!chunk.columns[is_matched].is_null(row)) {
        matched.push_back(row);
      }
    }
    old.select(matched);
    return old.size == 0 || writer.lock(old);
  };
  until_stable([&] { read(take); }, lock);
}

void TargetRows::read_once_each() {
  const std::vector<uint32_t> identity = identifying_columns(table_->entry());
  const std::vector<LogicalType> types = output_types(*plan_.children[0]);
  std::vector<LogicalType> key_types;
  for (const uint32_t column : identity) {
    key_types.push_back(types[column]);
  }
  KeyTable seen(key_types);
  KeyTable::Scratch scratch;
  std::vector<uint32_t> ids;
  read([&](DataChunk& chunk) {
    std::vector<Vector> keys;
    for (const uint32_t column : identity) {
      keys.push_back(chunk.columns[column]);
    }
    ids.resize(chunk.size);
    SelectionVector first_ones;
    seen.find_or_add(keys, chunk.size, ids, first_ones, scratch);
    rows_.append(chunk, first_ones);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes() + seen.memory_bytes()));
  });
}

void TargetRows::read(const std::function<void(DataChunk&)>& take) {
  rows_.clear();
  const OperatorPtr child = make_operator(*plan_.children[0], state_);
  child->start();
  run_pipeline(state_, *child, take, plan_);
}

}  // namespace tidemark
