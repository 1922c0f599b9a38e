#include <CLI/CLI.hpp>
#include <memory>

#include "bench/macro/analytics_bench.h"
#include "bench/macro/concurrency_bench.h"
#include "bench/macro/devops_bench.h"
#include "bench/macro/ingest_bench.h"
#include "bench/macro/logins_bench.h"
#include "bench/macro/storage_bench.h"
#include "cli/commands.h"

namespace tidemark {
namespace {

/// What all suites have.
struct Common {
  std::vector<std::string> against;
  bench::Effort effort;
  std::string json_file;
};

/// A suite as a subcommand: `run` makes its report from what the options have set in `options`.
template <class Options, class Add, class Run>
void add_suite(CLI::App& bench, std::function<int()>& chosen, const char* name, const char* words, const Add& add,
               const Run& run) {
  auto options = std::make_shared<Options>();
  auto common = std::make_shared<Common>();
  CLI::App* suite = bench.add_subcommand(name, words);
  add(*suite, *options);
  suite->add_option("--seed", common->effort.seed, "Seed of data and draws")->capture_default_str();
  suite->add_option("--rounds", common->effort.rounds_min, "Turns of each query at least")->capture_default_str();
  suite->add_option("--turn", common->effort.turn_queries, "Runs of a query in an engine's turn")
      ->capture_default_str();
  suite->add_option("--query-ms", common->effort.ms_min, "Time for each query at least, all engines together")
      ->capture_default_str();
  suite->add_option("--against", common->against, "Engines to compare with: duckdb, sqlite, postgres, victoriametrics")
      ->delimiter(',');
  suite->add_option("--json", common->json_file, "File that the results are appended to, a line of JSON a suite");
  suite->callback([options, common, run, &chosen] {
    chosen = [options, common, run] {
      options->against = common->against;
      options->effort = common->effort;
      const bench::Report report = run(*options);
      report.print_markdown();
      if (!common->json_file.empty()) {
        report.append_json(common->json_file);
      }
      return 0;
    };
  });
}

void add_devops_options(CLI::App& suite, bench::DevopsOptions& options) {
  suite.add_option("--hosts,--scale", options.hosts, "Hosts")->capture_default_str();
  suite.add_option("--hours", options.hours, "Hours of data, one row a host every ten seconds")->capture_default_str();
  suite.add_option("--batch-rows", options.batch_rows, "Rows a write")->capture_default_str();
  suite.add_option("--load-workers", options.load_workers, "Connections that load at once")->capture_default_str();
  suite.add_option("--workers", options.query_workers, "Connections that query at once; above 1, rates are measured")
      ->capture_default_str();
}

void add_analytics_options(CLI::App& suite, bench::AnalyticsOptions& options) {
  suite.add_option("--rows", options.rows, "Events")->capture_default_str();
}

void add_logins_options(CLI::App& suite, bench::LoginsOptions& options) {
  suite.add_option("--rows", options.rows, "Logins")->capture_default_str();
  suite.add_option("--users", options.users, "Users")->capture_default_str();
}

void add_ingest_options(CLI::App& suite, bench::IngestOptions& options) {
  suite.add_option("--rows", options.rows, "Rows by the fastest ways; slower ways get fewer")->capture_default_str();
  suite.add_option("--batch-rows", options.batch_rows, "Rows a write")->capture_default_str();
  suite
      .add_option("--forms", options.forms, "Ways in: bulk, line-protocol, copy, insert, prepared, upsert; all if none")
      ->delimiter(',');
}

void add_storage_options(CLI::App& suite, bench::StorageOptions& options) {
  suite.add_option("--hosts,--scale", options.hosts, "Hosts")->capture_default_str();
  suite.add_option("--hours", options.hours, "Hours of data, one row a host every ten seconds")->capture_default_str();
  suite.add_option("--seconds", options.seconds, "For each rate of commits")->capture_default_str();
}

void add_concurrency_options(CLI::App& suite, bench::ConcurrencyOptions& options) {
  suite.add_option("--hosts,--scale", options.hosts, "Hosts")->capture_default_str();
  suite.add_option("--hours", options.hours, "Hours of data, one row a host every ten seconds")->capture_default_str();
  suite.add_option("--seconds", options.seconds, "For each figure")->capture_default_str();
}

}  // namespace

void add_bench_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command = app.add_subcommand("bench", "Measure: loads and queries of realistic size, beside other engines");
  command->require_subcommand(1);
  add_suite<bench::DevopsOptions>(*command, chosen, "devops",
                                  "The Time Series Benchmark Suite's \"cpu only\" data and queries", add_devops_options,
                                  bench::run_devops);
  add_suite<bench::AnalyticsOptions>(*command, chosen, "analytics", "Questions of analysts to a wide table of events",
                                     add_analytics_options, bench::run_analytics);
  add_suite<bench::LoginsOptions>(*command, chosen, "logins", "Counts, counters and windows over users' logins",
                                  add_logins_options, bench::run_logins);
  add_suite<bench::IngestOptions>(*command, chosen, "ingest", "Rows a second by every way in, from 1 and 4 connections",
                                  add_ingest_options, bench::run_ingest);
  add_suite<bench::StorageOptions>(*command, chosen, "storage", "Bytes a value, commits a second, restart, any order",
                                   add_storage_options, bench::run_storage);
  add_suite<bench::ConcurrencyOptions>(*command, chosen, "concurrency", "1, 4 and 16 clients, and reads during ingest",
                                       add_concurrency_options, bench::run_concurrency);
}

}  // namespace tidemark
