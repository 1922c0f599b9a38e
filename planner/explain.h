#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "planner/physical_plan.h"

namespace tidemark {

/// What a node did in a run, for EXPLAIN ANALYZE.
struct NodeMeasures {
  double total_ms = 0;
  uint64_t rows = 0;
  uint64_t loops = 1;
  std::vector<std::pair<std::string, std::string>> properties = {};  ///< more of it: label and value
};

struct ExplainOptions {
  bool costs = true;
  bool timing = true;  ///< else rows and loops only
  /// Nothing for a node that was never executed. Empty: the plan was not run.
  std::function<std::optional<NodeMeasures>(const PhysicalNode& node)> measure = {};
};

/// PostgreSQL's EXPLAIN layout: `Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)`, children indented under `->`, and
/// what else there is to say of a node in lines below it, `Label: value`.
[[nodiscard]] std::string explain_text(const PhysicalNode& plan, const ExplainOptions& options = {});
/// The object that FORMAT JSON has under "Plan", indented by `indent` spaces, with PostgreSQL's names: "Node Type",
/// "Startup Cost", "Plan Rows", "Actual Rows", "Plans" and so on.
[[nodiscard]] std::string explain_json(const PhysicalNode& plan, const ExplainOptions& options, size_t indent);

}  // namespace tidemark
