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

/// The others of PostgreSQL's are taken and say nothing here.
constexpr std::string_view kExplainOptions[] = {"analyze", "format",   "verbose", "costs",  "buffers",
                                                "wal",     "settings", "timing",  "summary"};

std::vector<std::vector<std::string>> lines_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows;
  for (size_t first = 0; first < text.size();) {
    const size_t end = std::min(text.find('\n', first), text.size());
    rows.push_back({text.substr(first, end - first)});
    first = end + 1;
  }
  return rows;
}

/// ` (actual time=… rows=… loops=…)`, and for scans what each level dropped.
std::string measured(const PhysicalNode& node, const std::vector<NodeCounters>& counters) {
  for (const NodeCounters& counter : counters) {
    if (counter.node != &node) {
      continue;
    }
    std::string text = fmt::format(" (actual time={:.3f} rows={} loops={})", static_cast<double>(counter.time_ns) / 1e6,
                                   counter.rows, std::max<uint64_t>(counter.starts, 1));
    if (counter.workers > 1) {
      text += fmt::format("\nWorkers: {}", counter.workers);
    }
    if (counter.spilled_bytes > 0) {
      text += fmt::format("\nSpilled: {} bytes", counter.spilled_bytes);
    }
    if (node.kind == PhysicalKind::kScan) {
      const ScanCounters& scan = counter.scan;
      text += fmt::format("\nPruned: {} of {} partitions, {} of {} segments, {} of {} row groups, {} of {} pages",
                          scan.partitions_pruned, scan.partitions_total, scan.segments_pruned, scan.segments_total,
                          scan.row_groups_pruned, scan.row_groups_total, scan.pages_pruned, scan.pages_total);
      text += fmt::format(
          "\nMerged sources: {}, pages answered by zone maps: {}, decoded column pages: {}, rows looked at: {}",
          scan.sources_merged, scan.pages_summarized, scan.pages_decoded, scan.rows_scanned);
      if (scan.pages_beyond_bound > 0) {
        text += fmt::format("\nPages beyond the top rows' bound: {}", scan.pages_beyond_bound);
      }
    }
    return text;
  }
  return " (never executed)";
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

}  // namespace

std::unique_ptr<Result> run_explain(Session& session, const ast::Statement& statement,
                                    std::span<const Value> parameters) {
  const auto& explain = statement.as<ast::ExplainStatement>();
  bool analyze = false;
  for (const ast::Option& option : explain.options) {
    const bool on =
        option.value_kind == ast::Option::ValueKind::None || (option.value != "false" && option.value != "off");
    if (option.name == "analyze") {
      analyze = on;
    } else if (option.name == "format" && option.value != "text") {
      if (option.value != "xml" && option.value != "json" && option.value != "yaml") {
        throw Error(sqlstate::kInvalidParameterValue,
                    "unrecognized value for EXPLAIN option \"format\": \"" + option.value + "\"")
            .at(option.position);
      }
      throw Error(sqlstate::kFeatureNotSupported, "EXPLAIN format \"" + option.value + "\" is not supported");
    } else if (std::ranges::find(kExplainOptions, option.name) == std::end(kExplainOptions)) {
      throw Error(sqlstate::kSyntaxError, "unrecognized EXPLAIN option \"" + option.name + "\"").at(option.position);
    }
  }
  const ast::Statement& explained = explained_query(*explain.statement, analyze);
  // The syntax stays owned by the EXPLAIN statement, which outlives this call.
  auto prepared = std::make_shared<PreparedStatement>(
      "", std::shared_ptr<const ast::Statement>(std::shared_ptr<void>(), &explained));
  session.ensure_planned(*prepared, {});
  if (!analyze) {
    return BufferedResult::text_rows({"QUERY PLAN"}, lines_of(explain_text(*prepared->planned->plan)), "EXPLAIN");
  }
  const int64_t start = session.owner().clock().steady_ns();
  const auto result = session.start_planned(prepared, parameters, true);
  DataChunk chunk;
  while (result->next(chunk)) {
  }
  const int64_t elapsed_ns = session.owner().clock().steady_ns() - start;
  const auto& counters = static_cast<const PlannedResult&>(*result).counters();
  std::string text =
      explain_text(*prepared->planned->plan, [&](const PhysicalNode& node) { return measured(node, counters); });
  text += fmt::format("Execution Time: {:.3f} ms\n", static_cast<double>(elapsed_ns) / 1e6);
  return BufferedResult::text_rows({"QUERY PLAN"}, lines_of(text), "EXPLAIN");
}

}  // namespace tidemark
