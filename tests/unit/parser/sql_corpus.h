#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace tidemark {

/// The lines of a file in tests/unit/parser/corpus, one statement a line.
///   accepted.sql    statements that PostgreSQL 15 parses (each was tried on a server);
///   extensions.sql  statements that are this product's own;
///   rejected.tsv    SQLSTATE, position (0: none), message, statement: what a PostgreSQL 15 server answered.
inline std::vector<std::string> corpus_lines(const std::string& file) {
  std::vector<std::string> lines;
  std::ifstream in(std::string(TIDEMARK_SQL_CORPUS) + "/" + file);
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

/// Everything that parses.
inline std::vector<std::string> valid_corpus() {
  std::vector<std::string> lines = corpus_lines("accepted.sql");
  for (std::string& line : corpus_lines("extensions.sql")) lines.push_back(std::move(line));
  return lines;
}

}  // namespace tidemark
