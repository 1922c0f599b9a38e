#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// Whether a file may include another one, by the floors of docs/ARCHITECTURE.md. Both are paths from the root of the
/// house. Empty: yes. Otherwise the reason why not. Files outside the rooms (tests, examples) may include anything.
std::string why_not_include(std::string_view from, std::string_view included);

/// The paths in the `#include "…"` lines of a source text.
std::vector<std::string> included_paths(std::string_view source);

/// What stands in backticks in a Markdown text outside its code blocks and looks like a path of ours: has a slash, and
/// no sign that paths do not have (spaces, <, {, *, …). Media types and the build folder are no paths of ours.
std::vector<std::string> named_paths(std::string_view markdown);

}  // namespace tidemark
