#include "bench/macro/report.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <ctime>
#include <fstream>
#include <thread>

#include "base/error.h"

namespace tidemark::bench {
namespace {

std::string markdown(const Report::Cell& cell) {
  if (const auto* number = std::get_if<double>(&cell)) {
    return figure(*number);
  }
  const auto* words = std::get_if<std::string>(&cell);
  return words == nullptr ? "–" : *words;
}

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      out += '\\';
    }
    if (static_cast<unsigned char>(letter) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(letter));
    } else {
      out += letter;
    }
  }
  return out + "\"";
}

std::string json(const Report::Cell& cell) {
  if (const auto* number = std::get_if<double>(&cell)) {
    return std::isfinite(*number) ? fmt::format("{}", *number) : "null";
  }
  const auto* words = std::get_if<std::string>(&cell);
  return words == nullptr ? "null" : json_text(*words);
}

template <class T, class F>
std::string json_list(const std::vector<T>& items, const F& item_text) {
  std::string out = "[";
  for (const T& item : items) {
    out += (out.size() > 1 ? ", " : "") + item_text(item);
  }
  return out + "]";
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) {
      return line.substr(line.find(':') + 2);
    }
  }
  return "unknown";
}

}  // namespace

std::string figure(double value) {
  const double size = std::abs(value);
  if (size >= 100 || size == 0) {
    return fmt::format("{:.0f}", value);
  }
  return fmt::format("{:.{}f}", value, size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4);
}

void Report::fact(std::string name, Cell value, std::string unit) {
  facts_.push_back({std::move(name), std::move(value), std::move(unit)});
}

void Report::print_markdown() const {
  fmt::print("## {}\n\n", title_);
  for (const Fact& fact : facts_) {
    fmt::print("- {}: {}{}{}\n", fact.name, markdown(fact.value), fact.unit.empty() ? "" : " ", fact.unit);
  }
  for (const Table& table : tables_) {
    fmt::print("\n### {}\n\n", table.title);
    for (const std::string& column : table.columns) {
      fmt::print("| {} ", column);
    }
    fmt::print("|\n|---|");
    for (size_t i = 1; i < table.columns.size(); ++i) {
      fmt::print("---:|");
    }
    fmt::print("\n");
    for (const auto& row : table.rows) {
      for (const Cell& cell : row) {
        fmt::print("| {} ", markdown(cell));
      }
      fmt::print("|\n");
    }
  }
  fmt::print("\n");
}

void Report::append_json(const std::string& path) const {
  std::ofstream file(path, std::ios::app);
  const auto row_text = [](const std::vector<Cell>& row) { return json_list(row, json); };
  file << "{\"title\": " << json_text(title_) << ", \"facts\": "
       << json_list(facts_,
                    [](const Fact& fact) {
                      return fmt::format("{{\"name\": {}, \"value\": {}, \"unit\": {}}}", json_text(fact.name),
                                         json(fact.value), json_text(fact.unit));
                    })
       << ", \"tables\": "
       << json_list(tables_,
                    [&](const Table& table) {
                      return fmt::format("{{\"title\": {}, \"columns\": {}, \"rows\": {}}}", json_text(table.title),
                                         json_list(table.columns, json_text), json_list(table.rows, row_text));
                    })
       << "}\n";
  if (!file) {
    throw Error(sqlstate::kIoError, "could not write " + path);
  }
}

void add_machine(Report& report) {
  const auto memory_bytes =
      static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE));
  report.fact("machine", fmt::format("{} cores of {}, {:.0f} GiB of memory", std::thread::hardware_concurrency(),
                                     processor(), memory_bytes / 0x1p30));
  report.fact("date", fmt::format("{:%Y-%m-%d}", fmt::gmtime(std::time(nullptr))));
}

}  // namespace tidemark::bench
