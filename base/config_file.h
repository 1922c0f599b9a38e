#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// One line of a config file.
struct ConfigLine {
  std::string name;
  std::string value;
  size_t line;  ///< From 1.
};

/// Reads a config file in the form of postgresql.conf: lines of `name = value` (the `=` may be left out), `#` begins a
/// comment, a value with spaces or signs stands in single quotes, with '' for a quote in it. Names may be anything; the
/// settings judge them. Throws Error 42601 that names `file` and the line.
std::vector<ConfigLine> parse_config(std::string_view text, std::string_view file);

}  // namespace tidemark
