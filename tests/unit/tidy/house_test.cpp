// The rules of the house that no compiler checks, tried on the house itself.

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/unit/tidy/floors.h"

namespace tidemark {
namespace {

namespace fs = std::filesystem;

const fs::path& root() {
  static const fs::path path = TIDEMARK_SOURCE_DIR;
  return path;
}

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// All our files with one of these endings, as paths from the root. Build folders and hidden ones are not ours.
std::vector<fs::path> our_files(const std::vector<std::string>& endings) {
  std::vector<fs::path> paths;
  for (auto entry = fs::recursive_directory_iterator(root()); entry != fs::recursive_directory_iterator(); ++entry) {
    const std::string name = entry->path().filename();
    if (entry->is_directory() && (name.starts_with(".") || name.starts_with("build") || name == "node_modules")) {
      entry.disable_recursion_pending();
    } else if (std::find(endings.begin(), endings.end(), entry->path().extension()) != endings.end()) {
      paths.push_back(entry->path().lexically_relative(root()));
    }
  }
  return paths;
}

TEST(House, IncludesOnlyGoDown) {
  const auto sources = our_files({".h", ".cpp"});
  EXPECT_GT(sources.size(), 50U);
  for (const fs::path& source : sources) {
    for (const std::string& included : included_paths(text_of(root() / source))) {
      EXPECT_EQ(why_not_include(source.string(), included), "") << source << " includes " << included;
    }
  }
}

TEST(House, PathsThatAReadmeNamesExist) {
  const auto pages = our_files({".md"});
  EXPECT_GT(pages.size(), 1U);
  for (const fs::path& page : pages) {
    if (page.filename() != "README.md") {
      continue;
    }
    for (const std::string& path : named_paths(text_of(root() / page))) {
      EXPECT_TRUE(fs::exists(root() / path) || fs::exists(root() / page.parent_path() / path))
          << page << " names " << path;
    }
  }
}

}  // namespace
}  // namespace tidemark
