#pragma once

#include <memory>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/operator.h"
#include "executor/row_collection.h"

namespace tidemark {

/// The rows of one WITH definition: made as far as somebody reads them, kept for all readers. Or the working table of a
/// WITH RECURSIVE, which its owner changes between rounds.
///
/// Read by the caller's thread only: a CTE scan has one stream, and pipelines pull single streams there.
class CteRows {
 public:
  /// `definition` is null for a working table.
  CteRows(OperatorPtr definition, std::span<const LogicalType> types, ExecutionState& state);
  /// Starts the definition if that has not happened yet.
  void start();
  /// Runs the definition to its end.
  void materialize();
  /// Fills `chunk` with rows from `first` on, of the columns named; false if there are none. Runs the definition on
  /// where that is needed.
  bool read(size_t first, std::span<const uint32_t> columns, DataChunk& chunk);
  void replace(RowCollection rows);

 private:
  /// One more chunk of the definition; false at its end.
  bool fetch();

  QueryContext& query_;
  OperatorPtr definition_;
  std::unique_ptr<RowStream> stream_;  ///< of the definition, while it runs
  RowCollection rows_;
  MemoryReservation reservation_;
};

/// WITH: definitions are run when their first reader starts; those that write, always.
class WithOperator final : public Operator {
 public:
  WithOperator(const PhysicalWith& plan, ExecutionState& state);
  void start() override;
  [[nodiscard]] size_t stream_count() const override { return body_->stream_count(); }

 private:
  std::unique_ptr<RowStream> make_stream() override { return body_->open(); }

  const PhysicalWith& plan_;
  std::vector<std::shared_ptr<CteRows>> definitions_;
  OperatorPtr body_;
};

/// Reads a definition, or the working table of the recursion that this is in.
class CteScanOperator final : public Operator {
 public:
  CteScanOperator(const PhysicalCteScan& plan, ExecutionState& state);
  void start() override { rows_->start(); }

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalCteScan& plan_;
  std::shared_ptr<CteRows> rows_;
};

/// WITH RECURSIVE: the first term's rows, then round after round those that the second term makes of the rows of the
/// round before, until there are none. UNION (not ALL) drops rows that were there already. Rows are given as they are
/// made, so that a recursion without an end serves a LIMIT above it.
class RecursiveOperator final : public Operator {
 public:
  RecursiveOperator(const PhysicalRecursive& plan, ExecutionState& state);
  void start() override;

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalRecursive& plan_;
  OperatorPtr first_;
};

}  // namespace tidemark
