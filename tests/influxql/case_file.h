#pragma once

#include <string>
#include <vector>

namespace tidemark::testing {

/// One request of a case file and the answer that it must have.
struct Case {
  std::string kind;        ///< `write` or `query`
  std::string parameters;  ///< as in a URL
  std::string body;
  int status = 0;
  std::string answer;
  size_t line = 0;
};

/// Reads a file of tests/influxql/cases; its form is in tests/influxql/README.md.
std::vector<Case> read_cases(const std::string& path);

}  // namespace tidemark::testing
