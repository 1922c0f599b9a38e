#include "tests/influxql/case_file.h"

#include <fstream>
#include <stdexcept>

namespace tidemark::testing {

std::vector<Case> read_cases(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<Case> cases;
  enum class Part { kNone, kBody, kAnswer } part = Part::kNone;
  std::string text;
  size_t number = 0;
  while (std::getline(file, text)) {
    ++number;
    if (text.empty()) {
      part = Part::kNone;
    } else if (part == Part::kNone) {
      if (text.starts_with('#')) continue;
      const size_t blank = std::min(text.find(' '), text.size());
      Case entry;
      entry.kind = text.substr(0, blank);
      entry.parameters = text.substr(std::min(blank + 1, text.size()));
      entry.line = number;
      if (entry.kind != "write" && entry.kind != "query") {
        throw std::runtime_error(path + ":" + std::to_string(number) + ": neither write nor query");
      }
      cases.push_back(std::move(entry));
      part = Part::kBody;
    } else if (part == Part::kBody) {
      if (text.starts_with("=> ") || text.starts_with("tidemark ")) {
        cases.back().status = std::stoi(text.substr(text.find(' ') + 1));
        part = Part::kAnswer;
      } else {
        cases.back().body += (cases.back().body.empty() ? "" : "\n") + text;
      }
    } else {
      cases.back().answer += text + "\n";
    }
  }
  return cases;
}

}  // namespace tidemark::testing
