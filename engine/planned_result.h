#pragma once

#include <memory>
#include <string>

#include "engine/session.h"

namespace tidemark {

/// The result of a statement that the executor runs. Queries compute their rows as they are read; DML has done all its
/// work before the result exists, so that its effects do not depend on whether RETURNING's rows are read.
class PlannedResult final : public Result {
 public:
  PlannedResult(Session& session, std::shared_ptr<PreparedStatement> statement,
                std::unique_ptr<RunningStatement> running, ExecutionContext context);
  ~PlannedResult() override;

  [[nodiscard]] Kind kind() const override { return statement_->returns_rows() ? Kind::kRows : Kind::kCommand; }
  [[nodiscard]] const std::vector<ResultColumn>& columns() const override { return statement_->columns(); }
  bool next(DataChunk& chunk) override;
  [[nodiscard]] std::string command_tag() const override;
  [[nodiscard]] uint64_t row_count() const override {
    // A query with a writing WITH counts its own rows.
    const bool writes = statement_->planned->writes && statement_->syntax().kind != ast::StatementKind::Query;
    return writes ? affected_rows_ : returned_rows_;
  }
  [[nodiscard]] const PhysicalNode& plan() const { return *statement_->planned->plan; }
  /// What each node of the plan did, once the result was read to its end; for EXPLAIN ANALYZE.
  [[nodiscard]] const std::vector<NodeCounters>& counters() const { return counters_; }

 private:
  bool pull(DataChunk& chunk);
  void finish() noexcept;

  Session& session_;
  std::shared_ptr<PreparedStatement> statement_;
  std::unique_ptr<RunningStatement> running_;
  std::unique_ptr<Execution> execution_;
  DataChunk first_;  ///< DML: the first chunk of RETURNING, computed at start
  bool has_first_ = false;
  bool analyze_ = false;
  bool finished_ = false;
  std::vector<NodeCounters> counters_;
  uint64_t returned_rows_ = 0;
  uint64_t affected_rows_ = 0;
};

}  // namespace tidemark
