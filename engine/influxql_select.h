#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/influxql_aggregation.h"
#include "engine/influxql_measurement.h"
#include "parser/ast_query.h"
#include "parser/influxql_ast.h"
#include "tidemark/influxql.h"

namespace tidemark::influxql {

/// What a SELECT means for one measurement: a query in SQL, perhaps a pass over its rows, and the form of the series.
struct SelectPlan {
  std::shared_ptr<ast::SelectQuery> query;
  std::optional<Aggregation> aggregation;
  InfluxQlShape shape;
};

/// Plans for the measurements that have something to say, in the order of their names. Throws InfluxDB's words for what
/// it refuses, 0A000 for what is not supported here.
[[nodiscard]] std::vector<SelectPlan> plan_select(const SelectStatement& select,
                                                  const std::vector<Measurement>& measurements, int64_t now_ns);

}  // namespace tidemark::influxql
