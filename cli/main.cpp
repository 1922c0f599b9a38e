// The program: `tidemark serve | shell | check | bench | demo`. Each subcommand is a file of its own.

#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/error.h"
#include "cli/commands.h"

int main(int argc, char** argv) {
  CLI::App app(
      "Tidemark, a time-series database: SQL over PostgreSQL's protocol, InfluxDB's HTTP API, one data folder.",
      "tidemark");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("tidemark ") + TIDEMARK_VERSION);
  std::function<int()> chosen;
  tidemark::add_serve_command(app, chosen);
  tidemark::add_shell_command(app, chosen);
  tidemark::add_check_command(app, chosen);
  tidemark::add_bench_command(app, chosen);
  tidemark::add_demo_command(app, chosen);
  CLI11_PARSE(app, argc, argv);
  try {
    return chosen();
  } catch (const tidemark::Error& error) {
    std::fprintf(stderr, "tidemark: %s (%s)\n", error.message().c_str(), error.sqlstate().c_str());
    for (const std::string& more : {error.detail(), error.hint()}) {
      if (!more.empty()) {
        std::fprintf(stderr, "  %s\n", more.c_str());
      }
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tidemark: %s\n", error.what());
  }
  return 1;
}
