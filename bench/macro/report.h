#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace tidemark::bench {

/// What a suite has found: notes and tables, for people as Markdown and for programs as JSON.
class Report {
 public:
  using Cell = std::variant<std::monostate, double, std::string>;  ///< nothing, a figure, words
  struct Table {
    std::string title;
    std::vector<std::string> columns;
    std::vector<std::vector<Cell>> rows;
  };

  explicit Report(std::string title) : title_(std::move(title)) {}

  /// A named figure or fact: `load`, `412,000 rows/s`.
  void fact(std::string name, Cell value, std::string unit = "");
  void table(Table table) { tables_.push_back(std::move(table)); }
  [[nodiscard]] const std::vector<Table>& tables() const { return tables_; }

  void print_markdown() const;
  /// Appends this report as a line of its own (JSON Lines), so that several suites share a file. Throws 58030.
  void append_json(const std::string& path) const;

 private:
  struct Fact {
    std::string name;
    Cell value;
    std::string unit;
  };
  std::string title_;
  std::vector<Fact> facts_;
  std::vector<Table> tables_;
};

/// Three or four digits that matter: `0.0123`, `4.56`, `789`, `12345`.
std::string figure(double value);

/// Processor, cores, memory and date, as facts.
void add_machine(Report& report);

}  // namespace tidemark::bench
