#include "planner/explain.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/database_implementation.h"
#include "engine/planned_result.h"
#include "engine/session.h"
#include "engine/statement_result.h"
#include "engine/utility/utility.h"
#include "parser/ast_statement.h"

namespace tidemark {
namespace {

/// PostgreSQL's options that say nothing here.
constexpr std::string_view kSilentOptions[] = {"verbose", "buffers", "wal", "settings"};

std::vector<std::vector<std::string>> lines_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  for (size_t first = 0; first < text.size();) {
    const size_t end = std::min(text.find('\n', first), text.size());
    rows.push_back({text.substr(first, end - first)});
    first = end + 1;
  }
  return rows;
}

/// What a node did, and for scans what each level dropped.
std::optional<NodeMeasures> measures_of(const PhysicalNode& node, const std::vector<NodeCounters>& counters) {
  const auto found = std::ranges::find(counters, &node, &NodeCounters::node);
  if (found == counters.end()) {
    return std::nullopt;
  }
  NodeMeasures measures{.total_ms = static_cast<double>(found->time_ns) / 1e6,
                        .rows = found->rows,
                        .loops = std::max<uint64_t>(found->starts, 1)};
  const auto add = [&](const char* label, std::string value) {
    measures.properties.emplace_back(label, std::move(value));
  };
  if (found->workers > 1) {
    add("Workers", std::to_string(found->workers));
  }
  if (found->spilled_bytes > 0) {
    add("Spilled", fmt::format("{} bytes", found->spilled_bytes));
  }
  if (node.kind == PhysicalKind::kScan) {
    const ScanCounters& scan = found->scan;
    add("Pruned", fmt::format("{} of {} partitions, {} of {} segments, {} of {} row groups, {} of {} pages",
                              scan.partitions_pruned, scan.partitions_total, scan.segments_pruned, scan.segments_total,
                              scan.row_groups_pruned, scan.row_groups_total, scan.pages_pruned, scan.pages_total));
    add("Merged sources",
        fmt::format("{}, pages answered by zone maps: {}, decoded column pages: {}, rows looked at: {}",
                    scan.sources_merged, scan.pages_summarized, scan.pages_decoded, scan.rows_scanned));
    if (scan.pages_beyond_bound > 0) {
      add("Pages beyond the top rows' bound", std::to_string(scan.pages_beyond_bound));
    }
  }
  return measures;
}

/// What has a plan in the statement: itself, or the query that it makes a table or cursor of.
const ast::Statement& explained_query(const ast::Statement& statement, bool analyze) {
  if (is_planned(statement.kind)) {
    return statement;
  }
  if (!analyze && statement.kind == ast::StatementKind::DeclareCursor) {
    return *statement.as<ast::DeclareCursorStatement>().query;
  }
  if (!analyze && statement.kind == ast::StatementKind::CreateTableAs) {
    const ast::Statement& query = *statement.as<ast::CreateTableAsStatement>().query;
    if (is_planned(query.kind)) {
      return query;
    }
  }
  throw Error(sqlstate::kFeatureNotSupported, "EXPLAIN" + std::string(analyze ? " ANALYZE" : "") + " of " +
                                                  command_words(statement) + " is not supported");
}

/// The options that say something here.
struct Wanted {
  bool analyze = false;
  bool costs = true;
  bool timing = true;
  bool summary = true;
  bool json = false;
};

Wanted wanted_by(const ast::ExplainStatement& explain) {
  Wanted wanted;
  for (const ast::Option& option : explain.options) {
    const bool on = option.value_kind == ast::Option::ValueKind::None ||
                    (option.value != "false" && option.value != "off" && option.value != "0");
    if (option.name == "analyze") {
      wanted.analyze = on;
    } else if (option.name == "costs") {
      wanted.costs = on;
    } else if (option.name == "timing") {
      wanted.timing = on;
    } else if (option.name == "summary") {
      wanted.summary = on;
    } else if (option.name == "format") {
      wanted.json = option.value == "json";
      if (option.value == "xml" || option.value == "yaml") {
        throw Error(sqlstate::kFeatureNotSupported, "EXPLAIN format \"" + option.value + "\" is not supported");
      }
      if (option.value != "text" && !wanted.json) {
        throw Error(sqlstate::kInvalidParameterValue,
                    "unrecognized value for EXPLAIN option \"format\": \"" + option.value + "\"")
            .at(option.position);
      }
    } else if (std::ranges::find(kSilentOptions, option.name) == std::end(kSilentOptions)) {
      throw Error(sqlstate::kSyntaxError, "unrecognized EXPLAIN option \"" + option.name + "\"").at(option.position);
    }
  }
  return wanted;
}

/// The planned statement; EXECUTE gives its parameters their values.
std::shared_ptr<PreparedStatement> plan_explained(Session& session, const ast::Statement& statement, bool analyze,
                                                  std::vector<Value>& values) {
  if (statement.kind == ast::StatementKind::Execute) {
    auto prepared = find_prepared(session, statement.as<ast::ExecuteStatement>(), values);
    explained_query(prepared->syntax(), analyze);
    if (prepared->planned != nullptr) {
      return prepared;
    }
  }
  const ast::Statement& explained = explained_query(statement, analyze);
  auto prepared = std::make_shared<PreparedStatement>(
      "", std::shared_ptr<const ast::Statement>(std::shared_ptr<void>(), &explained));
  session.ensure_planned(*prepared, {});
  return prepared;
}

std::unique_ptr<Result> answer(const PhysicalNode& plan, const ExplainOptions& options, const Wanted& wanted,
                               double elapsed_ms) {
  const bool tells_time = wanted.analyze && wanted.summary;
  if (!wanted.json) {
    std::string text = explain_text(plan, options);
    if (tells_time) {
      text += fmt::format("Execution Time: {:.3f} ms\n", elapsed_ms);
    }
    return BufferedResult::text_rows({"QUERY PLAN"}, lines_of(text), "EXPLAIN");
  }
  std::string text = "[\n  {\n    \"Plan\": " + explain_json(plan, options, 4);
  if (tells_time) {
    text += fmt::format(",\n    \"Execution Time\": {:.3f}", elapsed_ms);
  }
  text += "\n  }\n]";
  return BufferedResult::text_rows({"QUERY PLAN"}, {{std::move(text)}}, "EXPLAIN", TypeId::kJson);
}

}  // namespace

std::unique_ptr<Result> run_explain(Session& session, const ast::Statement& statement,
                                    std::span<const Value> parameters) {
  const auto& explain = statement.as<ast::ExplainStatement>();
  const Wanted wanted = wanted_by(explain);
  // What is explained stays owned by the EXPLAIN statement, or by its prepared statement, which outlive this call.
  std::vector<Value> values(parameters.begin(), parameters.end());
  const auto prepared = plan_explained(session, *explain.statement, wanted.analyze, values);
  ExplainOptions options{.costs = wanted.costs, .timing = wanted.timing};
  if (!wanted.analyze) {
    return answer(*prepared->planned->plan, options, wanted, 0);
  }
  const int64_t start = session.owner().clock().steady_ns();
  const auto result = session.start_planned(prepared, values, true);
  DataChunk chunk;
  while (result->next(chunk)) {
  }
  const int64_t elapsed_ns = session.owner().clock().steady_ns() - start;
  const auto& planned = static_cast<const PlannedResult&>(*result);
  options.measure = [&](const PhysicalNode& node) { return measures_of(node, planned.counters()); };
  return answer(planned.plan(), options, wanted, static_cast<double>(elapsed_ns) / 1e6);
}

}  // namespace tidemark
