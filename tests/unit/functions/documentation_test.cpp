// docs/FUNCTIONS.md is what the registry prints. `TIDEMARK_REWRITE=1 functions_test` prints it anew.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "functions/registry.h"

namespace tidemark {
namespace {

constexpr const char* kHead =
    "# Functions, operators and aggregates\n\n"
    "Printed from the registry by `TIDEMARK_REWRITE=1 functions_test`; a test fails where the two differ. The "
    "functions "
    "behind\nPostgreSQL's operators (`int4pl` …) are listed like any other.\n\n";

std::string read_file(const std::string& path) {
  const std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(FunctionDocumentation, IsWhatTheRegistryPrints) {
  const std::string path = TIDEMARK_DOCS_FOLDER "/FUNCTIONS.md";
  const std::string printed = kHead + registry_markdown();
  if (std::getenv("TIDEMARK_REWRITE") != nullptr) std::ofstream(path) << printed;
  EXPECT_TRUE(read_file(path) == printed) << "docs/FUNCTIONS.md is stale: run TIDEMARK_REWRITE=1 functions_test";
}

TEST(FunctionRegistry, HasTheBreadthOfPostgresql) {
  const FunctionRegistry& registry = FunctionRegistry::instance();
  std::set<std::string_view> names;
  const auto add = [&](const auto& entries) {
    for (const auto* entry : entries) names.insert(entry->name);
  };
  add(registry.all_scalars());
  add(registry.all_aggregates());
  add(registry.all_windows());
  add(registry.all_table_functions());
  EXPECT_GE(names.size(), 600u);
}

}  // namespace
}  // namespace tidemark
