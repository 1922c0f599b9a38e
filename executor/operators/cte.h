#pragma once

#include <memory>
#include <vector>

#include "base/memory_tracker.h"
#include "executor/operator.h"
#include "executor/row_collection.h"

namespace tidemark {

/// The rows of one WITH definition: made when first read, kept for all readers. Or the working table of a WITH
/// RECURSIVE, which its owner changes between rounds.
class CteRows {
 public:
  /// `definition` is null for a working table.
  CteRows(OperatorPtr definition, std::span<const LogicalType> types, ExecutionState& state);
  /// Runs the definition if that has not happened yet.
  void materialize();
  [[nodiscard]] const RowCollection& rows() const { return rows_; }
  void replace(RowCollection rows);
  void append(const DataChunk& chunk);

 private:
  OperatorPtr definition_;
  ExecutionState& state_;
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
  void start() override { rows_->materialize(); }

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;

  const PhysicalCteScan& plan_;
  std::shared_ptr<CteRows> rows_;
};

/// WITH RECURSIVE: the first term's rows, then round after round those that the second term makes of the rows of the
/// round before, until there are none. UNION (not ALL) drops rows that were there already.
class RecursiveOperator final : public Operator {
 public:
  RecursiveOperator(const PhysicalRecursive& plan, ExecutionState& state);
  void start() override;

 private:
  std::unique_ptr<RowStream> make_stream() override;
  /// Adds the rows that are new to the result and to the next round's working table.
  class Round;

  const PhysicalRecursive& plan_;
  OperatorPtr first_;
  std::vector<LogicalType> types_;
  RowCollection result_;
  MemoryReservation reservation_;
};

}  // namespace tidemark
