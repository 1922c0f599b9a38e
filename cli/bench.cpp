#include <CLI/CLI.hpp>

#include "bench/macro/devops_bench.h"
#include "cli/commands.h"

namespace tidemark {

void add_bench_command(CLI::App& app, std::function<int()>& chosen) {
  CLI::App* command = app.add_subcommand("bench", "Measure: loads and queries of realistic size");
  command->require_subcommand(1);

  auto options = std::make_shared<bench::DevopsOptions>();
  CLI::App* devops =
      command->add_subcommand("devops", "The Time Series Benchmark Suite's \"cpu only\" data and queries");
  devops->add_option("--hosts", options->hosts, "Hosts")->capture_default_str();
  devops->add_option("--hours", options->hours, "Hours of data, one row a host every ten seconds")
      ->capture_default_str();
  devops->add_option("--seed", options->seed, "Seed of the data")->capture_default_str();
  devops->add_option("--batch-rows", options->batch_rows, "Rows a write")->capture_default_str();
  devops->add_flag("!--async", options->durable, "Do not wait for the sync of each write");
  devops->callback([options, &chosen] {
    chosen = [options] {
      bench::run_devops(*options);
      return 0;
    };
  });
}

}  // namespace tidemark
