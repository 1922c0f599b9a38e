#pragma once

#include <span>
#include <string_view>

namespace tidemark {

/// An argument that a call may name, as in `make_interval(days => 3)`.
struct NamedArgument {
  std::string_view name;
  std::string_view default_text = {};  ///< a literal for where it is left out
  bool has_default = false;
};

/// The arguments of a function in their order, by the names that PostgreSQL gives them; empty where it names none. All
/// overloads of a function share the names.
std::span<const NamedArgument> named_arguments(std::string_view function);

}  // namespace tidemark
