#include "functions/registry.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <utility>

#include "functions/function_tables.h"

namespace tidemark {

template <class T>
T& FunctionTables::Family<T>::add(T entry) {
  T& placed = entries.emplace_back(std::move(entry));
  by_name[std::string(placed.name)].push_back(&placed);
  return placed;
}

ScalarFunction& FunctionTables::function(std::string_view name, std::vector<LogicalType> arguments, LogicalType result,
                                         ScalarKernel kernel, std::string_view doc) {
  ScalarFunction& entry = functions_.add({.name = name, .arguments = std::move(arguments), .result = result});
  entry.kernel = kernel;
  entry.doc = doc;
  return entry;
}

ScalarFunction& FunctionTables::operation(std::string_view symbol, std::vector<LogicalType> arguments,
                                          LogicalType result, ScalarKernel kernel, std::string_view doc) {
  ScalarFunction& entry = operators_.add({.name = symbol, .arguments = std::move(arguments), .result = result});
  entry.kernel = kernel;
  entry.doc = doc;
  return entry;
}

namespace {

uint32_t pair_of(LogicalType from, LogicalType to) {
  const auto number = [](LogicalType type) {
    return (static_cast<uint32_t>(type.id) << 8) | static_cast<uint32_t>(type.element);
  };
  return (number(from) << 16) | number(to);
}

}  // namespace

bool FunctionTables::has_cast(LogicalType from, LogicalType to) const {
  return casts_by_types_.contains(pair_of(from, to));
}

ScalarFunction* FunctionTables::cast(LogicalType from, LogicalType to, CastContext context, ScalarKernel kernel) {
  ScalarFunction* function = nullptr;
  if (kernel != nullptr) {
    function = &cast_functions_.emplace_back(ScalarFunction{.name = "cast", .arguments = {from}, .result = to});
    function->kernel = kernel;
    function->doc = "cast";
  }
  casts_by_types_[pair_of(from, to)] = &casts_.emplace_back(Cast{from, to, context, function});
  return function;
}

ScalarFunction* FunctionTables::cast_with_modifier(LogicalType from, LogicalType to, CastContext context,
                                                   ScalarKernel kernel) {
  ScalarFunction* function = cast(from, to, context, kernel);
  function->arguments = {from, TypeId::kInt32, TypeId::kBoolean};
  return function;
}

AggregateFunction& FunctionTables::aggregate(AggregateFunction aggregate) {
  return aggregates_.add(std::move(aggregate));
}

void FunctionTables::window(WindowFunction window) { windows_.add(std::move(window)); }

TableFunction& FunctionTables::table(TableFunction table) { return tables_.add(std::move(table)); }

namespace {

template <class Map>
auto overloads(const Map& by_name, std::string_view name) {
  const auto found = by_name.find(name);
  using List = typename Map::mapped_type;
  return found == by_name.end() ? std::span<const typename List::value_type>{}
                                : std::span<const typename List::value_type>(found->second);
}

template <class T>
std::vector<const T*> pointers(const std::deque<T>& entries) {
  std::vector<const T*> all;
  for (const T& entry : entries) all.push_back(&entry);
  return all;
}

}  // namespace

std::span<const ScalarFunction* const> FunctionTables::scalars(std::string_view name) const {
  return overloads(functions_.by_name, name);
}
std::span<const ScalarFunction* const> FunctionTables::operations(std::string_view symbol) const {
  return overloads(operators_.by_name, symbol);
}

struct FunctionRegistry::Maps {
  FunctionTables tables;
};

FunctionRegistry::FunctionRegistry() {
  auto maps = std::make_unique<Maps>();
  add_all_families(maps->tables);
  maps_ = std::move(maps);
}

FunctionRegistry::~FunctionRegistry() = default;

const FunctionRegistry& FunctionRegistry::instance() {
  static const FunctionRegistry registry;
  return registry;
}

std::span<const ScalarFunction* const> FunctionRegistry::scalars(std::string_view name) const {
  return overloads(maps_->tables.functions_.by_name, name);
}
std::span<const ScalarFunction* const> FunctionRegistry::operators(std::string_view name) const {
  return overloads(maps_->tables.operators_.by_name, name);
}
std::span<const AggregateFunction* const> FunctionRegistry::aggregates(std::string_view name) const {
  return overloads(maps_->tables.aggregates_.by_name, name);
}
std::span<const WindowFunction* const> FunctionRegistry::windows(std::string_view name) const {
  return overloads(maps_->tables.windows_.by_name, name);
}
std::span<const TableFunction* const> FunctionRegistry::table_functions(std::string_view name) const {
  return overloads(maps_->tables.tables_.by_name, name);
}

const Cast* FunctionRegistry::cast(LogicalType from, LogicalType to) const {
  const auto& casts = maps_->tables.casts_by_types_;
  const auto found = casts.find(pair_of(from, to));
  return found == casts.end() ? nullptr : found->second;
}

std::vector<const ScalarFunction*> FunctionRegistry::all_scalars() const {
  return pointers(maps_->tables.functions_.entries);
}
std::vector<const ScalarFunction*> FunctionRegistry::all_operators() const {
  return pointers(maps_->tables.operators_.entries);
}
std::vector<const AggregateFunction*> FunctionRegistry::all_aggregates() const {
  return pointers(maps_->tables.aggregates_.entries);
}
std::vector<const WindowFunction*> FunctionRegistry::all_windows() const {
  return pointers(maps_->tables.windows_.entries);
}
std::vector<const TableFunction*> FunctionRegistry::all_table_functions() const {
  return pointers(maps_->tables.tables_.entries);
}
std::vector<const Cast*> FunctionRegistry::all_casts() const { return pointers(maps_->tables.casts_); }

namespace {

std::string signature(std::string_view name, const std::vector<LogicalType>& arguments, bool variadic) {
  std::string text(name);
  text += '(';
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text += ", ";
    if (variadic && i + 1 == arguments.size()) text += "VARIADIC ";
    text += arguments[i].to_string();
  }
  return text + ')';
}

/// Table cells cannot hold a bare `|`.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '|') result += '\\';
    result += c;
  }
  return result;
}

struct Line {
  std::string signature;
  std::string result;
  std::string_view doc;
};

void write_table(std::string& out, std::string_view title, std::vector<Line> lines) {
  std::ranges::stable_sort(lines, {}, &Line::signature);
  out += "## " + std::string(title) + "\n\n| call | result | meaning |\n|---|---|---|\n";
  for (const Line& line : lines) {
    out += "| `" + escaped(line.signature) + "` | " + line.result + " | " + escaped(line.doc) + " |\n";
  }
  out += '\n';
}

}  // namespace

std::string registry_markdown() {
  const FunctionRegistry& registry = FunctionRegistry::instance();
  std::string out;
  std::vector<Line> lines;
  for (const ScalarFunction* entry : registry.all_operators()) {
    // What only the grammar can name stands among the operators, too; it has no symbol.
    const bool has_symbol = entry->name.find_first_not_of("+-*/<>=~!@#%^&|?") == std::string_view::npos;
    if (!has_symbol || entry->flavour == Flavour::kInfluxQl) continue;
    const std::string right = entry->arguments.back().to_string();
    std::string text = std::string(entry->name) + " " + right;
    if (entry->arguments.size() == 2) text = entry->arguments.front().to_string() + " " + text;
    lines.push_back({std::move(text), entry->result.to_string(), entry->doc});
  }
  write_table(out, "Operators", std::exchange(lines, {}));
  for (const ScalarFunction* entry : registry.all_scalars()) {
    if (entry->flavour == Flavour::kInfluxQl) continue;
    lines.push_back({signature(entry->name, entry->arguments, entry->variadic), entry->result.to_string(), entry->doc});
  }
  write_table(out, "Functions", std::exchange(lines, {}));
  for (const AggregateFunction* entry : registry.all_aggregates()) {
    if (entry->flavour == Flavour::kInfluxQl) continue;
    lines.push_back({signature(entry->name, entry->arguments, entry->variadic), entry->result.to_string(), entry->doc});
  }
  write_table(out, "Aggregates", std::exchange(lines, {}));
  for (const WindowFunction* entry : registry.all_windows()) {
    lines.push_back({signature(entry->name, entry->arguments, false), entry->result.to_string(), entry->doc});
  }
  write_table(out, "Window functions", std::exchange(lines, {}));
  for (const TableFunction* entry : registry.all_table_functions()) {
    std::string columns;
    for (const TableFunction::Column& column : entry->columns) {
      columns += (columns.empty() ? "" : ", ") + column.type.to_string();
    }
    lines.push_back({signature(entry->name, entry->arguments, entry->variadic), columns, entry->doc});
  }
  write_table(out, "Set-returning functions", std::exchange(lines, {}));
  return out;
}

}  // namespace tidemark
