#include "executor/operators/lock_rows.h"

#include <algorithm>

#include "base/error.h"
#include "executor/collection_stream.h"
#include "executor/pipeline.h"
#include "executor/row_batch_builder.h"
#include "executor/row_locker.h"
#include "executor/transaction_state.h"
#include "storage/store.h"

namespace tidemark {

LockRowsOperator::LockRowsOperator(const PhysicalLockRows& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan), rows_(output_types(plan)), reservation_(state.query().memory) {}

void LockRowsOperator::read() {
  rows_.clear();
  const auto keep = [this](DataChunk& chunk) {
    chunk.columns.resize(plan_.outputs.size());
    rows_.append(chunk);
    reservation_.resize(static_cast<int64_t>(rows_.memory_bytes()));
  };
  const OperatorPtr child = make_operator(*plan_.children[0], state());
  child->start();
  run_pipeline(state(), *child, keep, node());
}

/// A chunk of table rows in which only the key's columns have values. `key_columns` are those of the key as declared,
/// or the row id.
DataChunk LockRowsOperator::key_rows(const TableEntry& table, const DataChunk& chunk) const {
  DataChunk rows;
  rows.size = chunk.size;
  for (const ColumnEntry& column : table.columns) {
    rows.columns.push_back(Vector::null_constant(column.type, chunk.size));
  }
  if (table.kind == TableKind::kAppend) {
    rows.columns.push_back(chunk.columns[plan_.key_columns[0]]);
    return rows;
  }
  for (size_t index = 0; index < plan_.key_columns.size(); ++index) {
    const ColumnEntry* column = table.find_column(table.key->columns[index]);
    rows.columns[static_cast<size_t>(column - table.columns.data())] = chunk.columns[plan_.key_columns[index]];
  }
  return rows;
}

void LockRowsOperator::start() {
  const std::shared_ptr<const TableSnapshot> table = state().snapshot->table(plan_.table);
  TransactionState& transaction = state().transaction();
  RowLocker locker(query(), transaction, table->entry());
  for (;;) {
    read();
    RowBatchBuilder builder(table->entry());
    const DataChunk all = rows_.chunk(0, rows_.size());
    const RowKeys keys = builder.keys(key_rows(table->entry(), all));
    std::vector<RowKey> row_keys;
    for (size_t row = 0; row < rows_.size(); ++row) {
      row_keys.push_back(builder.key(keys, row));
    }
    if (plan_.skip_locked || plan_.no_wait) {
      const std::vector<uint8_t> locked = locker.try_lock(row_keys);
      if (plan_.no_wait && std::ranges::find(locked, 0) != locked.end()) {
        throw Error(sqlstate::kLockNotAvailable,
                    "could not obtain lock on row in relation \"" + table->entry().name + "\"");
      }
      SelectionVector free_rows;
      std::vector<RowKey> free_keys;
      for (uint32_t row = 0; row < locked.size(); ++row) {
        if (locked[row] != 0) {
          free_rows.push_back(row);
          free_keys.push_back(row_keys[row]);
        }
      }
      row_keys = std::move(free_keys);
      if (free_rows.size() < rows_.size()) {
        RowCollection kept(output_types(plan_));
        kept.append(rows_.gather(free_rows));
        rows_ = std::move(kept);
      }
    } else {
      locker.lock(row_keys);
    }
    if (!locker.changed_since_snapshot(row_keys)) {
      return;
    }
    transaction.refresh_snapshot();
    state().snapshot = transaction.snapshot();
  }
}

std::unique_ptr<RowStream> LockRowsOperator::make_stream() { return std::make_unique<CollectionStream>(rows_); }

}  // namespace tidemark
