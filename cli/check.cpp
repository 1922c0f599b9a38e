#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.h"
#include "tidemark/maintenance.h"

namespace tidemark {

void add_check_command(CLI::App& app, std::function<int()>& chosen) {
  auto folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("check", "Verify every checksum and invariant of a data folder, read-only");
  command->add_option("DIR", *folder, "The data folder; no server may have it open")->required();
  command->callback([folder, &chosen] {
    chosen = [folder] {
      const auto findings = check_data_folder(*folder);
      for (const FolderFinding& finding : findings) {
        fmt::print("{} at offset {}: {}\n", finding.file, finding.offset, finding.problem);
      }
      fmt::print("{}\n", findings.empty() ? "no problem found" : fmt::format("{} problems found", findings.size()));
      return findings.empty() ? 0 : 2;
    };
  });
}

}  // namespace tidemark
