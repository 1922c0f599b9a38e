#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "executor/operator.h"
#include "executor/prepared_expression.h"
#include "storage/scan.h"

namespace tidemark {

/// Reads a stored table: pushed predicates get their constants and go to storage; morsels are handed out to whichever
/// stream asks next; what is left of the filter is applied here.
class ScanOperator final : public Operator {
 public:
  ScanOperator(const PhysicalScan& plan, ExecutionState& state);

  void start() override;
  [[nodiscard]] size_t stream_count() const override;
  [[nodiscard]] ScanColumn scan_column(uint32_t output) override;
  /// Pages that fulfil `wish` go to receiver number n from the n-th stream that is opened. Before `start`.
  void want_summaries(std::shared_ptr<const SummaryWish> wish) { request_.summaries = std::move(wish); }
  /// Before the streams are opened; the receivers outlive them.
  void give_summaries_to(std::vector<SummaryReceiver*> receivers);
  /// Reads again, only rows whose order lies in [from, to]. After `start`; streams are opened anew.
  void restart_within(int64_t from, int64_t to);
  /// Where the rows lie. After `start`.
  [[nodiscard]] std::optional<TableScan::OrderBounds> order_bounds() const;
  /// The number of rows if storage knows it without reading any. After `start`.
  [[nodiscard]] std::optional<uint64_t> exact_row_count() const;
  /// A further conjunct, for joins that know their keys by now. Before `start`.
  void add_predicate(ScanPredicate predicate) { request_.predicates.push_back(std::move(predicate)); }
  /// Rows beyond the bound are not wanted. Before `start`.
  void bound_by(ColumnId column, std::shared_ptr<const MovingBound> bound) {
    request_.bound = {column, std::move(bound)};
  }
  [[nodiscard]] const PhysicalScan& plan() const { return plan_; }
  /// What storage was asked for. After construction.
  [[nodiscard]] const ScanRequest& request() const { return request_; }
  [[nodiscard]] bool reads_nothing() const { return reads_nothing_; }

 private:
  class Stream;
  std::unique_ptr<RowStream> make_stream() override;
  void push(const PushedPredicate& pushed);
  void book_counters() const;

  const PhysicalScan& plan_;
  PreparedExpression residual_;
  ScanRequest request_;
  bool reads_nothing_ = false;  ///< some conjunct compares with NULL
  std::unique_ptr<TableScan> scan_;
  std::vector<SummaryReceiver*> receivers_;
  size_t opened_ = 0;    ///< streams since `receivers_` were set
  ScanCounters before_;  ///< what scans counted that were restarted
  std::atomic<size_t> next_morsel_{0};
};

}  // namespace tidemark
