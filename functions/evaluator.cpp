#include "functions/evaluator.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include "base/check.h"
#include "functions/assemble.h"
#include "functions/function.h"
#include "functions/validity_operations.h"

namespace tidemark {

/// The rows that an expression is evaluated on: all of a chunk, or some. Columns are gathered at first use.
class Evaluator::Frame {
 public:
  explicit Frame(const DataChunk& input) : input_(input), size_(input.size), all_(true) {}
  Frame(const DataChunk& input, std::span<const uint32_t> rows)
      : input_(input), rows_(rows), size_(rows.size()), all_(false) {}
  Frame(const Frame&) = delete;
  Frame& operator=(const Frame&) = delete;

  [[nodiscard]] const DataChunk& input() const { return input_; }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool is_whole() const { return all_; }
  [[nodiscard]] std::span<const uint32_t> rows() const { return rows_; }

  const Vector& column(uint32_t index) {
    TIDEMARK_CHECK(index < input_.columns.size());
    if (all_) return input_.columns[index];
    if (gathered_.size() <= index) gathered_.resize(index + 1);
    if (!gathered_[index]) gathered_[index] = input_.columns[index].select(rows_);
    return *gathered_[index];
  }
  /// The chunk's row numbers of `positions`, which count rows of this frame.
  [[nodiscard]] SelectionVector in_chunk(std::span<const uint32_t> positions) const {
    SelectionVector rows(positions.begin(), positions.end());
    if (!all_) {
      for (uint32_t& row : rows) row = rows_[row];
    }
    return rows;
  }

 private:
  const DataChunk& input_;
  std::span<const uint32_t> rows_;
  size_t size_;
  bool all_;
  std::vector<std::optional<Vector>> gathered_;
};

namespace {

SelectionVector all_rows(size_t size) {
  SelectionVector rows(size);
  std::iota(rows.begin(), rows.end(), uint32_t{0});
  return rows;
}

/// The positions of [0, size) that `taken` (ascending) does not name.
SelectionVector rest_of(size_t size, std::span<const uint32_t> taken) {
  SelectionVector rest;
  rest.reserve(size - taken.size());
  size_t next = 0;
  for (uint32_t row = 0; row < size; ++row) {
    if (next < taken.size() && taken[next] == row) {
      ++next;
    } else {
      rest.push_back(row);
    }
  }
  return rest;
}

/// `positions[picked[i]]` for each i.
SelectionVector pick(std::span<const uint32_t> positions, std::span<const uint32_t> picked) {
  SelectionVector result(picked.size());
  for (size_t i = 0; i < picked.size(); ++i) result[i] = positions[picked[i]];
  return result;
}

/// A constant vector of another size.
Vector resized_constant(const Vector& constant, size_t size) {
  static constexpr uint32_t kZeros[kVectorSize] = {};
  if (size == constant.size()) return constant;
  if (size <= kVectorSize) return constant.select(std::span(kZeros, size));
  return constant.select(std::vector<uint32_t>(size, 0));
}

/// Makes a constant of a vector of one row.
Vector constant_of(const Vector& one_row, size_t size) {
  if (one_row.is_constant()) return resized_constant(one_row, size);
  return Vector::constant(one_row.value(0), size);
}

/// Rows of a boolean vector that are true.
SelectionVector true_rows(const Vector& values) {
  SelectionVector rows;
  const auto is_true = [](const Vector& flat, size_t row) {
    return flat.data<uint8_t>()[row] != 0 && flat.validity().is_valid(row);
  };
  switch (values.form()) {
    case VectorForm::kConstant:
      if (is_true(values, 0)) rows = all_rows(values.size());
      break;
    case VectorForm::kFlat: {
      rows.resize(values.size());
      size_t count = 0;
      const uint8_t* data = values.data<uint8_t>();
      if (values.validity().all_valid()) {
        for (uint32_t row = 0; row < values.size(); ++row) {
          rows[count] = row;
          count += data[row];
        }
      } else {
        for (uint32_t row = 0; row < values.size(); ++row) {
          rows[count] = row;
          count += is_true(values, row) ? 1 : 0;
        }
      }
      rows.resize(count);
      break;
    }
    case VectorForm::kDictionary: {
      const std::span<const uint32_t> codes = values.codes();
      std::vector<uint8_t> entry_is_true(values.entries().size());
      for (size_t entry = 0; entry < entry_is_true.size(); ++entry) {
        entry_is_true[entry] = is_true(values.entries(), entry) ? 1 : 0;
      }
      rows.resize(values.size());
      size_t count = 0;
      for (uint32_t row = 0; row < values.size(); ++row) {
        rows[count] = row;
        count += entry_is_true[codes[row]];
      }
      rows.resize(count);
      break;
    }
    case VectorForm::kRun: {
      const std::span<const uint32_t> ends = values.run_ends();
      uint32_t start = 0;
      for (size_t run = 0; run < ends.size(); start = ends[run++]) {
        if (!is_true(values.entries(), run)) continue;
        for (uint32_t row = start; row < ends[run]; ++row) rows.push_back(row);
      }
      break;
    }
  }
  return rows;
}

/// Runs a fast filter; `arguments` flat or constant and no constant NULL.
void select_flat(const ScalarFunction& function, std::span<const Vector> arguments, size_t size,
                 const std::span<const uint32_t>* candidates, SelectionVector& rows) {
  Validity valid;
  for (const Vector& argument : arguments) {
    if (!argument.is_constant()) valid = both_valid(valid, argument.validity(), size);
  }
  SelectCall call{arguments, size, valid, candidates, rows};
  function.select(call);
}

bool has_null_constant(std::span<const Vector> arguments) {
  return std::ranges::any_of(
      arguments, [](const Vector& vector) { return vector.is_constant() && !vector.validity().is_valid(0); });
}

}  // namespace

Vector Evaluator::evaluate(const Expression& expression, const DataChunk& input) {
  Frame frame(input);
  return value_in(expression, frame);
}

Vector Evaluator::evaluate(const Expression& expression, const DataChunk& input, std::span<const uint32_t> rows) {
  Frame frame(input, rows);
  return value_in(expression, frame);
}

SelectionVector Evaluator::select(const Expression& predicate, const DataChunk& input) {
  Frame frame(input);
  return select_in(predicate, frame);
}

Value Evaluator::evaluate_constant(const Expression& expression) {
  DataChunk one_row;
  one_row.size = 1;
  return evaluate(expression, one_row).value(0);
}

Vector Evaluator::value_in(const Expression& expression, Frame& frame) {
  switch (expression.kind) {
    case ExpressionKind::kConstant:
      return Vector::constant(expression.as<ConstantExpression>().value, frame.size());
    case ExpressionKind::kInput:
      return frame.column(expression.as<InputExpression>().index);
    case ExpressionKind::kFunction:
      return call_function(expression.as<FunctionExpression>(), frame);
    case ExpressionKind::kAnd:
    case ExpressionKind::kOr:
      return logic(expression, frame);
    case ExpressionKind::kCase:
      return case_of(expression, frame);
    case ExpressionKind::kCoalesce:
      return coalesce(expression, frame);
    case ExpressionKind::kColumn:
    case ExpressionKind::kParameter:
    case ExpressionKind::kAggregate:
    case ExpressionKind::kWindow:
    case ExpressionKind::kSubquery:
      break;
  }
  TIDEMARK_CHECK(false);
}

const void* Evaluator::prepared(const FunctionExpression& expression) {
  if (expression.prepared) return expression.prepared.get();
  if (expression.function->prepare == nullptr) return nullptr;
  const auto [place, is_new] = prepared_.try_emplace(&expression);
  if (is_new) {
    std::vector<const Value*> constants;
    for (const ExpressionPtr& child : expression.children) {
      const bool is_constant = child->kind == ExpressionKind::kConstant;
      constants.push_back(is_constant ? &child->as<ConstantExpression>().value : nullptr);
    }
    place->second = expression.function->prepare(context_, constants);
  }
  return place->second.get();
}

/// All arguments, even behind a NULL: one of them may raise an error.
std::vector<Vector> Evaluator::arguments_in(const FunctionExpression& expression, Frame& frame) {
  std::vector<Vector> arguments;
  arguments.reserve(expression.children.size());
  for (const ExpressionPtr& child : expression.children) arguments.push_back(value_in(*child, frame));
  return arguments;
}

Vector Evaluator::call_function(const FunctionExpression& expression, Frame& frame) {
  std::vector<Vector> arguments = arguments_in(expression, frame);
  return call_with(expression, arguments, frame.size());
}

Vector Evaluator::call_with(const FunctionExpression& expression, std::span<Vector> arguments, size_t size) {
  const ScalarFunction& function = *expression.function;
  const bool strict = function.null_rule == NullRule::kStrict;
  if (strict && has_null_constant(arguments)) return Vector::null_constant(expression.type, size);
  if (size == 0) return Vector::flat(expression.type, 0);

  if (function.volatility != Volatility::kVolatile) {
    size_t varying = 0;
    size_t last_varying = 0;
    for (size_t i = 0; i < arguments.size(); ++i) {
      if (!arguments[i].is_constant()) {
        ++varying;
        last_varying = i;
      }
    }
    if (varying == 0) {
      for (Vector& argument : arguments) argument = resized_constant(argument, 1);
      return constant_of(call_flat(expression, arguments, 1, nullptr), size);
    }
    if (varying == 1 && strict) {
      const Vector& argument = arguments[last_varying];
      if (!argument.is_flat() && argument.entries().size() <= size) {
        return call_lifted(expression, arguments, last_varying, size);
      }
    }
  }
  for (Vector& argument : arguments) {
    argument = function.volatility == Volatility::kVolatile ? argument.flatten() : argument.flatten_unless_constant();
  }
  return call_flat(expression, arguments, size, nullptr);
}

Vector Evaluator::call_lifted(const FunctionExpression& expression, std::span<Vector> arguments, size_t lifted,
                              size_t size) {
  const Vector outer = arguments[lifted];
  const size_t entries = outer.entries().size();
  for (size_t i = 0; i < arguments.size(); ++i) {
    arguments[i] = i == lifted ? outer.entries() : resized_constant(arguments[i], entries);
  }
  if (outer.form() == VectorForm::kRun) {
    auto results = std::make_shared<const Vector>(call_flat(expression, arguments, entries, nullptr).flatten());
    return Vector::run(std::move(results), {outer.run_ends().begin(), outer.run_ends().end()});
  }
  // Entries that no row names count as NULL, so that nothing is complained about them.
  Validity used = Validity::filled(entries, false);
  for (const uint32_t code : outer.codes()) used.set_valid(code);
  auto results = std::make_shared<const Vector>(call_flat(expression, arguments, entries, &used).flatten());
  if (results->size() == 1) return constant_of(*results, size);
  return Vector::dictionary(std::move(results), outer.codes().data(), size, std::make_shared<const Vector>(outer));
}

Vector Evaluator::call_flat(const FunctionExpression& expression, std::span<Vector> arguments, size_t size,
                            const Validity* wanted) {
  const ScalarFunction& function = *expression.function;
  Validity valid;
  if (function.null_rule == NullRule::kStrict) {
    if (wanted != nullptr) valid = *wanted;
    for (const Vector& argument : arguments) {
      if (!argument.is_constant()) {
        valid = both_valid(valid, argument.validity(), size);
      } else if (!argument.validity().is_valid(0)) {
        return Vector::null_constant(expression.type, size);
      }
    }
  }
  Vector result;
  KernelCall call{context_, arguments, size, prepared(expression), expression.type, valid, result};
  function.kernel(call);
  TIDEMARK_ASSERT(result.size() == size && (result.is_flat() || result.is_constant()));
  if (!valid.all_valid()) {
    if (result.is_constant()) result = result.flatten();
    result.validity() = both_valid(result.validity(), valid, size);
  }
  return result;
}

Vector Evaluator::logic(const Expression& expression, Frame& frame) {
  // AND is decided by false, OR by true; NULL remembers that the undecided rows are not the other one either.
  const uint8_t decisive = expression.kind == ExpressionKind::kOr ? 1 : 0;
  constexpr uint8_t kNull = 2;
  const size_t size = frame.size();
  std::vector<uint8_t> state(size, static_cast<uint8_t>(1 - decisive));
  SelectionVector open = all_rows(size);
  for (const ExpressionPtr& child : expression.children) {
    if (open.empty()) break;
    Vector values;
    if (open.size() == size) {
      values = value_in(*child, frame);
    } else {
      const SelectionVector rows = frame.in_chunk(open);
      Frame rest(frame.input(), rows);
      values = value_in(*child, rest);
    }
    if (open.size() == size && expression.children.size() == 1) return values;
    values = values.flatten_unless_constant();
    const uint8_t* data = values.data<uint8_t>();
    const bool constant = values.is_constant();
    size_t still_open = 0;
    for (size_t i = 0; i < open.size(); ++i) {
      const size_t at = constant ? 0 : i;
      const uint32_t row = open[i];
      if (!values.validity().is_valid(at)) {
        state[row] = kNull;
      } else if (data[at] == decisive) {
        state[row] = decisive;
        continue;
      }
      open[still_open++] = row;
    }
    open.resize(still_open);
  }
  Vector result = Vector::flat(TypeId::kBoolean, size);
  uint8_t* to = result.mutable_data<uint8_t>();
  for (size_t row = 0; row < size; ++row) {
    to[row] = state[row] & 1;
    if (state[row] == kNull) result.set_null(row);
  }
  return result;
}

Vector Evaluator::case_of(const Expression& expression, Frame& frame) {
  const size_t size = frame.size();
  Assembly assembly(expression.type, size);
  SelectionVector open = all_rows(size);
  const auto take = [&](const Expression& branch, std::span<const uint32_t> positions) {
    if (positions.size() == size) {
      assembly.put_all(value_in(branch, frame));
      return;
    }
    const SelectionVector rows = frame.in_chunk(positions);
    Frame taken(frame.input(), rows);
    assembly.put(positions, value_in(branch, taken));
  };
  const size_t branches = expression.children.size() / 2;
  for (size_t branch = 0; branch < branches && !open.empty(); ++branch) {
    SelectionVector matched;
    if (open.size() == size) {
      matched = select_in(*expression.children[2 * branch], frame);
    } else {
      const SelectionVector rows = frame.in_chunk(open);
      Frame rest(frame.input(), rows);
      matched = select_in(*expression.children[2 * branch], rest);
    }
    if (matched.empty()) continue;
    take(*expression.children[2 * branch + 1], pick(open, matched));
    open = pick(open, rest_of(open.size(), matched));
  }
  if (!open.empty()) take(*expression.children.back(), open);
  return std::move(assembly).finish();
}

Vector Evaluator::coalesce(const Expression& expression, Frame& frame) {
  const size_t size = frame.size();
  Vector first = value_in(*expression.children.front(), frame);
  if (first.all_valid() || expression.children.size() == 1) return first;
  Assembly assembly(expression.type, size);
  SelectionVector open = all_rows(size);
  for (size_t i = 0; i < expression.children.size() && !open.empty(); ++i) {
    Vector values;
    if (i == 0) {
      values = first;
    } else {
      const SelectionVector rows = frame.in_chunk(open);
      Frame rest(frame.input(), rows);
      values = value_in(*expression.children[i], rest);
    }
    SelectionVector there;
    for (uint32_t row = 0; row < open.size(); ++row) {
      if (!values.is_null(row)) there.push_back(row);
    }
    if (there.empty()) continue;
    assembly.put(pick(open, there), values.select(there));
    open = pick(open, rest_of(open.size(), there));
  }
  if (!open.empty()) assembly.put(open, Vector::null_constant(expression.type, open.size()));
  return std::move(assembly).finish();
}

SelectionVector Evaluator::select_in(const Expression& predicate, Frame& frame) {
  switch (predicate.kind) {
    case ExpressionKind::kAnd:
      return select_and(predicate, frame);
    case ExpressionKind::kOr:
      return select_or(predicate, frame);
    case ExpressionKind::kFunction:
      return select_by_function(predicate.as<FunctionExpression>(), frame);
    default:
      return true_rows(value_in(predicate, frame));
  }
}

SelectionVector Evaluator::select_and(const Expression& expression, Frame& frame) {
  SelectionVector kept = select_in(*expression.children.front(), frame);
  for (size_t i = 1; i < expression.children.size() && !kept.empty(); ++i) {
    if (kept.size() == frame.size()) {
      kept = select_in(*expression.children[i], frame);
      continue;
    }
    const SelectionVector rows = frame.in_chunk(kept);
    Frame rest(frame.input(), rows);
    kept = pick(kept, select_in(*expression.children[i], rest));
  }
  return kept;
}

SelectionVector Evaluator::select_or(const Expression& expression, Frame& frame) {
  SelectionVector taken = select_in(*expression.children.front(), frame);
  for (size_t i = 1; i < expression.children.size() && taken.size() < frame.size(); ++i) {
    const SelectionVector open = rest_of(frame.size(), taken);
    const SelectionVector rows = frame.in_chunk(open);
    Frame rest(frame.input(), rows);
    const SelectionVector more = pick(open, select_in(*expression.children[i], rest));
    const size_t middle = taken.size();
    taken.insert(taken.end(), more.begin(), more.end());
    std::inplace_merge(taken.begin(), taken.begin() + static_cast<std::ptrdiff_t>(middle), taken.end());
  }
  return taken;
}

/// The fast filter: input columns and constants are compared where they lie, without gathering a frame's rows first.
bool Evaluator::select_in_place(const FunctionExpression& expression, const Frame& frame, SelectionVector& rows) {
  std::vector<Vector> arguments;
  arguments.reserve(expression.children.size());
  bool any_flat = false;
  for (const ExpressionPtr& child : expression.children) {
    if (child->kind == ExpressionKind::kConstant) {
      const Value& value = child->as<ConstantExpression>().value;
      if (value.is_null()) return true;
      arguments.push_back(Vector::constant(value, frame.input().size));
    } else if (child->kind == ExpressionKind::kInput) {
      const uint32_t index = child->as<InputExpression>().index;
      TIDEMARK_CHECK(index < frame.input().columns.size());
      if (!frame.input().columns[index].is_flat()) return false;
      any_flat = true;
      arguments.push_back(frame.input().columns[index]);
    } else {
      return false;
    }
  }
  if (!any_flat) return false;
  const std::span<const uint32_t> candidates = frame.rows();
  select_flat(*expression.function, arguments, frame.input().size, frame.is_whole() ? nullptr : &candidates, rows);
  return true;
}

SelectionVector Evaluator::select_by_function(const FunctionExpression& expression, Frame& frame) {
  SelectionVector rows;
  const bool fast = expression.function->select != nullptr;
  if (frame.size() == 0 || (fast && select_in_place(expression, frame, rows))) return rows;
  std::vector<Vector> arguments = arguments_in(expression, frame);
  const auto is_flat = [](const Vector& argument) { return argument.is_flat(); };
  const auto is_plain = [](const Vector& argument) { return argument.is_flat() || argument.is_constant(); };
  if (fast && !has_null_constant(arguments) && std::ranges::any_of(arguments, is_flat) &&
      std::ranges::all_of(arguments, is_plain)) {
    select_flat(*expression.function, arguments, frame.size(), nullptr, rows);
    return rows;
  }
  return true_rows(call_with(expression, arguments, frame.size()));
}

}  // namespace tidemark
