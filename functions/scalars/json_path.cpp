// jsonb and JSON paths: the jsonb_path_… functions, @? and @@. Constant paths are parsed once a plan.

#include "types/json_path.h"

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/json_path_evaluation.h"
#include "functions/kernel.h"
#include "functions/scalars/datetime_session.h"
#include "functions/tables/materialized_rows.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

std::shared_ptr<const void> prepare_path(QueryContext& /*context*/, std::span<const Value* const> constants) {
  if (constants[1] == nullptr || constants[1]->is_null()) return nullptr;
  return std::make_shared<const JsonPath>(parse_json_path(constants[1]->as_bytes()));
}

/// The call that a row's arguments mean: (json, path[, vars[, silent]]).
class PathOfRow {
 public:
  PathOfRow(const KernelCall& call, bool with_zone)
      : call_(call),
        prepared_(static_cast<const JsonPath*>(call.prepared)),
        zone_(with_zone ? &session_zone(call.context) : nullptr) {}

  JsonPathCall get(size_t row, bool silent) {
    const auto text = [&](size_t argument) { return Argument<Text>(call_.arguments[argument])[row]; };
    if (prepared_ == nullptr) parsed_ = parse_json_path(text(1));
    JsonPathCall made{prepared_ != nullptr ? *prepared_ : parsed_, text(0)};
    if (call_.arguments.size() > 2) made.vars = text(2);
    made.silent = call_.arguments.size() > 3 ? Argument<bool>(call_.arguments[3])[row] : silent;
    made.zone = zone_;
    return made;
  }

 private:
  const KernelCall& call_;
  const JsonPath* prepared_;
  const TimeZone* zone_;
  JsonPath parsed_;
};

/// Whether the path has a result; NULL if that cannot be told.
template <bool kSilent, bool kWithZone>
void exists(KernelCall& call) {
  Vector result = Vector::flat(kBoolean, call.size);
  PathOfRow path(call, kWithZone);
  for (size_t row = 0; row < call.size; ++row) {
    result.mutable_data<uint8_t>()[row] = 0;
    if (!call.valid.is_valid(row)) continue;
    const JsonPathOutcome outcome = json_path_exists(path.get(row, kSilent));
    if (outcome == JsonPathOutcome::kUnknown) {
      result.set_null(row);
    } else {
      result.mutable_data<uint8_t>()[row] = outcome == JsonPathOutcome::kFound ? 1 : 0;
    }
  }
  call.result = std::move(result);
}

/// What a path that is a predicate says.
template <bool kSilent, bool kWithZone>
void match(KernelCall& call) {
  Vector result = Vector::flat(kBoolean, call.size);
  PathOfRow path(call, kWithZone);
  for (size_t row = 0; row < call.size; ++row) {
    result.mutable_data<uint8_t>()[row] = 0;
    if (!call.valid.is_valid(row)) continue;
    const JsonPathCall wanted = path.get(row, kSilent);
    std::vector<std::string> found;
    json_path_query(wanted, found);
    if (found.size() == 1 && (found[0] == "true" || found[0] == "false")) {
      result.mutable_data<uint8_t>()[row] = found[0] == "true" ? 1 : 0;
      continue;
    }
    if (!(found.size() == 1 && found[0] == "null") && !wanted.silent) {
      throw Error("22038", "single boolean result is expected");
    }
    result.set_null(row);
  }
  call.result = std::move(result);
}

/// All results as an array, or the first of them.
template <bool kFirst, bool kWithZone>
void query(KernelCall& call) {
  Vector result = Vector::flat(kJsonb, call.size);
  PathOfRow path(call, kWithZone);
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) continue;
    std::vector<std::string> found;
    json_path_query(path.get(row, false), found);
    if (kFirst && found.empty()) {
      result.set_null(row);
      continue;
    }
    std::string text = kFirst ? found[0] : "[";
    if (!kFirst) {
      for (size_t i = 0; i < found.size(); ++i) text += (i > 0 ? ", " : "") + found[i];
      text += ']';
    }
    result.mutable_data<Text>()[row] = result.heap().add(text);
  }
  call.result = std::move(result);
}

template <bool kWithZone>
std::unique_ptr<TableFunctionCall> start_query(QueryContext& context, std::span<const Value> arguments,
                                               std::span<const LogicalType> /*types*/) {
  const JsonPath path = parse_json_path(arguments[1].as_bytes());
  JsonPathCall call{path, arguments[0].as_bytes()};
  if (arguments.size() > 2) call.vars = arguments[2].as_bytes();
  if (arguments.size() > 3) call.silent = arguments[3].as_bool();
  if (kWithZone) call.zone = &session_zone(context);
  std::vector<std::string> found;
  json_path_query(call, found);
  Vector values = Vector::flat(kJsonb, found.size());
  for (size_t i = 0; i < found.size(); ++i) values.mutable_data<Text>()[i] = values.heap().add(found[i]);
  std::vector<Vector> columns;
  columns.push_back(std::move(values));
  return std::make_unique<MaterializedRows>(std::move(columns), found.size());
}

/// With and without variables and `silent`.
template <class Add>
void with_options(const Add& add) {
  std::vector<LogicalType> arguments = {kJsonb, kJsonPathType};
  add(arguments);
  arguments.emplace_back(kJsonb);
  add(arguments);
  arguments.emplace_back(kBoolean);
  add(arguments);
}

}  // namespace

void add_json_paths(FunctionTables& tables) {
  const auto add = [&](Text name, TypeId result, ScalarKernel kernel, Volatility volatility, Text doc) {
    with_options([&](const std::vector<LogicalType>& arguments) {
      ScalarFunction& function = tables.function(name, arguments, result, kernel, doc);
      function.prepare = prepare_path;
      function.volatility = volatility;
    });
  };
  static constexpr Text kExists = "whether a path finds something";
  static constexpr Text kMatch = "what a path's predicate says";
  static constexpr Text kArray = "all that a path finds, as an array";
  static constexpr Text kFirst = "the first that a path finds";
  static constexpr Text kQuery = "what a path finds, as rows";
  using enum Volatility;
  add("jsonb_path_exists", kBoolean, exists<false, false>, kImmutable, kExists);
  add("jsonb_path_match", kBoolean, match<false, false>, kImmutable, kMatch);
  add("jsonb_path_query_array", kJsonb, query<false, false>, kImmutable, kArray);
  add("jsonb_path_query_first", kJsonb, query<true, false>, kImmutable, kFirst);
  add("jsonb_path_exists_tz", kBoolean, exists<false, true>, kStable, kExists);
  add("jsonb_path_match_tz", kBoolean, match<false, true>, kStable, kMatch);
  add("jsonb_path_query_array_tz", kJsonb, query<false, true>, kStable, kArray);
  add("jsonb_path_query_first_tz", kJsonb, query<true, true>, kStable, kFirst);
  tables.operation("@?", {kJsonb, kJsonPathType}, kBoolean, exists<true, false>, kExists).prepare = prepare_path;
  tables.operation("@@", {kJsonb, kJsonPathType}, kBoolean, match<true, false>, kMatch).prepare = prepare_path;

  const auto add_rows = [&](Text name, auto start, Volatility volatility) {
    with_options([&](const std::vector<LogicalType>& arguments) {
      TableFunction function;
      function.name = name;
      function.arguments = arguments;
      function.columns = {{"", kJsonb}};
      function.start = start;
      function.volatility = volatility;
      function.doc = kQuery;
      tables.table(std::move(function));
    });
  };
  add_rows("jsonb_path_query", start_query<false>, kImmutable);
  add_rows("jsonb_path_query_tz", start_query<true>, kStable);
}

}  // namespace tidemark
