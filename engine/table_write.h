#pragma once

#include <memory>

#include "engine/session.h"
#include "executor/table_writer.h"

namespace tidemark {

/// Rows into one table from outside the executor: COPY, the appender, line protocol. Binds the table's generated
/// columns and checks, and keeps the TableWriter with what it needs (D33).
class TableWrite {
 public:
  /// Begins a statement of the session's transaction. `conflict`: what a taken key means; see `conflict_rule`.
  TableWrite(Session& session, const TableEntry& table, TableWriteOptions options);
  TableWrite(const TableWrite&) = delete;
  TableWrite& operator=(const TableWrite&) = delete;
  /// Takes back what was appended unless `finish` was called.
  ~TableWrite();

  [[nodiscard]] TableWriter& writer() { return *writer_; }
  [[nodiscard]] const TableEntry& table() const { return table_; }
  [[nodiscard]] QueryContext& context() { return running_->context; }
  /// Default values of the columns that the caller does not give, by index into the table's columns; null: NULL.
  [[nodiscard]] const std::vector<ExpressionPtr>& defaults() const { return defaults_; }
  void finish();

 private:
  Session& session_;
  std::shared_ptr<const Catalog> catalog_;  ///< keeps the expressions' functions' catalog objects
  TableEntry table_;
  std::unique_ptr<RunningStatement> running_;
  PhysicalWriteTarget target_;
  std::vector<ExpressionPtr> defaults_;
  std::unique_ptr<TableWriter> writer_;
  bool finished_ = false;
};

/// What a taken key means for bulk writers that say nothing themselves (D6): the table's on_duplicate, else
/// `otherwise`.
ConflictAction conflict_rule(const TableEntry& table, ConflictAction otherwise);

}  // namespace tidemark
