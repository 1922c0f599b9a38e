#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "catalog/entries.h"
#include "functions/query_context.h"
#include "planner/physical_plan.h"
#include "types/data_chunk.h"

namespace tidemark {

class TransactionState;

/// How rows of an already known key are treated, and which of the table's rules apply.
struct TableWriteOptions {
  ConflictAction conflict = ConflictAction::kError;
  /// kMerge: the columns (indexes into the table's columns) that rows set; key columns need not be named. Rows may set
  /// fewer by the `set` argument of `append`.
  std::vector<uint32_t> merge_columns;
};

/// The one writer of table rows (D33): INSERT, UPSERT, UPDATE and DELETE, COPY, line protocol and the appender all come
/// here. It computes generated columns, checks NOT NULL and CHECK, builds row batches with one series key per distinct
/// tag combination, and applies the key rule. Batches go into TransactionState::writes.
///
/// Rows are chunks with one vector for each column of the table in catalog order, of any number of rows and any vector
/// form; a generated column's vector is ignored. Throws 23502, 23514, 23505, 21000 as PostgreSQL does.
class TableWriter {
 public:
  /// `target` may be empty of generated columns and checks; its expressions must hold no parameters. `statement`: of
  /// the caller; keys are looked up in its snapshot.
  TableWriter(QueryContext& context, TransactionState& transaction, const TableEntry& table,
              const PhysicalWriteTarget& target, TableWriteOptions options);
  TableWriter(const TableWriter&) = delete;
  TableWriter& operator=(const TableWriter&) = delete;
  ~TableWriter();

  /// Takes rows. kMerge: `set[c]` says which rows set column c of the table (index as in `rows`); empty: all rows set
  /// all of merge_columns. Returns the rows that were written, generated columns included (for RETURNING).
  DataChunk append(DataChunk rows, std::span<const Validity> set = {});
  /// Hands what is left to the transaction. Call once, at the end of the statement.
  void finish();
  /// Rows that were inserted or changed.
  [[nodiscard]] uint64_t row_count() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tidemark
