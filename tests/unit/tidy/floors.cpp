#include "tests/unit/tidy/floors.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace tidemark {
namespace {

struct Room {
  std::string_view folder;
  int floor;
  std::string_view never;  ///< A room of a lower floor that it must not see, either; empty: none.
};

// docs/ARCHITECTURE.md, "The house". A room sees itself and the floors below.
constexpr std::array<Room, 15> kRooms = {{
    {"base", 0, ""},
    {"types", 1, ""},
    {"text", 1, ""},
    {"grammar", 1, ""},
    {"catalog", 2, ""},
    {"parser", 2, ""},
    {"functions", 3, ""},
    {"storage", 3, ""},
    {"planner", 4, "storage"},
    {"executor", 5, ""},
    {"engine", 6, ""},
    {"server", 7, ""},
    {"bench/macro", 7, ""},
    {"bench/micro", 9, ""},
    {"cli", 8, ""},
}};

// Rooms of floor 7 see the engine as its users do, and of the rest only these.
constexpr std::string_view kEngineApi = "engine/include/tidemark/";
constexpr std::array<std::string_view, 2> kSeenByDoors = {"base", "types"};

const Room* room_of(std::string_view path) {
  const auto room = std::find_if(kRooms.begin(), kRooms.end(), [&](const Room& candidate) {
    return path.starts_with(candidate.folder) && path.substr(candidate.folder.size()).starts_with('/');
  });
  return room == kRooms.end() ? nullptr : &*room;
}

bool is_path_sign(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || std::string_view("_-./").find(c) != std::string_view::npos;
}

/// Media types, and what only a build makes.
bool is_never_ours(std::string_view word) {
  return word.starts_with("application/") || word == "text/plain" || word == "text/csv" || word == "text/html" ||
         word.starts_with("build");
}

}  // namespace

std::string why_not_include(std::string_view from, std::string_view included) {
  const Room* here = room_of(from);
  // The embedded API is included as its users do, by the folder that they install.
  const std::string path =
      included.starts_with("tidemark/") ? "engine/include/" + std::string(included) : std::string(included);
  const Room* there = room_of(path);
  if (here == nullptr || here == there) {
    return "";
  }
  if (there == nullptr) {
    return "names no room of the house";
  }
  if (there->floor >= here->floor) {
    return std::string(there->folder) + " does not lie below " + std::string(here->folder);
  }
  if (there->folder == here->never) {
    return std::string(here->folder) + " does not see " + std::string(there->folder);
  }
  const bool seen_by_doors = path.starts_with(kEngineApi) ||
                             std::find(kSeenByDoors.begin(), kSeenByDoors.end(), there->folder) != kSeenByDoors.end();
  if (here->floor == 7 && !seen_by_doors) {
    return std::string(here->folder) + " sees only the engine's public headers, base and types";
  }
  return "";
}

std::vector<std::string> included_paths(std::string_view source) {
  constexpr std::string_view kInclude = "#include \"";
  std::vector<std::string> paths;
  while (!source.empty()) {
    const std::string_view line = source.substr(0, source.find('\n'));
    if (line.starts_with(kInclude)) {
      const std::string_view rest = line.substr(kInclude.size());
      paths.emplace_back(rest.substr(0, rest.find('"')));
    }
    source.remove_prefix(std::min(line.size() + 1, source.size()));
  }
  return paths;
}

std::vector<std::string> named_paths(std::string_view markdown) {
  std::vector<std::string> paths;
  bool in_block = false;
  while (!markdown.empty()) {
    std::string_view line = markdown.substr(0, markdown.find('\n'));
    markdown.remove_prefix(std::min(line.size() + 1, markdown.size()));
    in_block = in_block != line.starts_with("```");
    while (!in_block) {
      const size_t open = line.find('`');
      const size_t close = open == std::string_view::npos ? open : line.find('`', open + 1);
      if (close == std::string_view::npos) {
        break;
      }
      const std::string_view word = line.substr(open + 1, close - open - 1);
      line.remove_prefix(close + 1);
      const bool is_path = word.find('/') != std::string_view::npos && word.front() != '/' && word.front() != '-' &&
                           std::all_of(word.begin(), word.end(), is_path_sign) && !is_never_ours(word);
      if (is_path) {
        paths.emplace_back(word);
      }
    }
  }
  return paths;
}

}  // namespace tidemark
