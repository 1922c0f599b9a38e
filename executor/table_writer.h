#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "catalog/entries.h"
#include "executor/prepared_expression.h"
#include "functions/query_context.h"
#include "planner/physical_plan.h"
#include "types/data_chunk.h"

namespace tidemark {

class TransactionState;

/// ON CONFLICT DO UPDATE: what becomes of the row that is there already.
struct ConflictUpdate {
  struct Assignment {
    uint32_t column = 0;       ///< index into the table's columns
    PreparedExpression value;  ///< over the existing row, then the proposed one
  };
  std::vector<Assignment> assignments;
  PreparedExpression where;  ///< likewise; unset: always
  /// Where there are subqueries, what `assignments` read instead: for both rows of some conflicts, those that are to be
  /// changed, in order, with whatever columns; `numbers` says which they are.
  std::function<DataChunk(const DataChunk& both, SelectionVector& numbers)> source;
};

/// How rows of an already known key are treated.
struct TableWriteOptions {
  ConflictAction conflict = ConflictAction::kError;
  /// kMerge: the columns (indexes into the table's columns) that rows set; key columns need not be named. Rows may set
  /// fewer by the `set` argument of `append`.
  std::vector<uint32_t> merge_columns;
  /// kIgnore, kUpdate: the unique constraints whose conflicts count; empty: those of all.
  std::vector<ObjectId> conflict_constraints;
  const ConflictUpdate* update = nullptr;  ///< kUpdate
  bool wants_rows = false;                 ///< the caller reads what `append` returns (RETURNING)
};

/// The one writer of table rows (D33): INSERT, UPSERT, UPDATE and DELETE, COPY, line protocol and the appender all come
/// here. It computes generated columns, checks NOT NULL and CHECK, builds row batches with one series key per distinct
/// tag combination, and applies the key rule. Batches go into TransactionState::writes.
///
/// Rows are chunks with one vector for each column of the table in catalog order, of any number of rows and any vector
/// form; a generated column's vector is ignored. Throws 23502, 23514, 23505, 21000 as PostgreSQL does.
class TableWriter {
 public:
  /// Rows as they were written, generated columns included, and which row of the input each comes from.
  struct Written {
    DataChunk rows;
    std::vector<uint32_t> input_rows;
  };

  /// `target` may be empty of generated columns and checks; its expressions must hold no parameters. All outlive this.
  TableWriter(QueryContext& context, TransactionState& transaction, const TableEntry& table,
              const PhysicalWriteTarget& target, TableWriteOptions options);
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;
  ~TableWriter();

  /// Takes new rows. kMerge: `set[c]` says which rows set column c of the table (index as in `rows`); empty: all rows
  /// set all of merge_columns. The result is filled only if `wants_rows`.
  Written append(DataChunk rows, std::span<const Validity> set = {});

  /// Locks the keys of rows that were read (for append tables with the row id behind the columns) to the transaction's
  /// end. False if one of them has changed since the statement's snapshot: then nothing may be written, and the
  /// statement starts over on a new snapshot.
  [[nodiscard]] bool lock(const DataChunk& old_rows);
  /// Replaces rows, locked before, by new ones, row by row: a row whose key changes is ended and written anew. Returns
  /// the new rows with their generated columns.
  DataChunk update(const DataChunk& old_rows, DataChunk new_rows);
  /// Ends rows, locked before.
  void erase(const DataChunk& old_rows);

  /// Checks that wait for all rows (keys that an UPDATE moved). Call once, at the end of the statement.
  void finish();
  /// Rows that were inserted, changed or ended.
  [[nodiscard]] uint64_t row_count() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark
