// What the grammar makes of arrays and rows: ARRAY[…], a[i], a[i:j], ROW(…), and `x op ANY (array)`. They stand among
// the operators under names that no operator can have.

#include <algorithm>
#include <array>
#include <cstring>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/overload_resolution.h"
#include "functions/validity_operations.h"
#include "types/array.h"
#include "types/compare.h"
#include "types/packed_value.h"
#include "types/record.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// ARRAY[a, b, …]: one dimension.
void make_array(KernelCall& call) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    ArrayBuilder builder(array_element_type(call.result_type));
    for (const Vector& element : call.arguments) builder.add(element, row);
    result.mutable_data<Text>()[row] = result.heap().add(builder.finish());
  }
  call.result = std::move(result);
}

[[noreturn]] void throw_dimensions_differ() {
  throw Error("2202E", "multidimensional arrays must have array expressions with matching dimensions");
}

/// ARRAY[ARRAY[…], ARRAY[…]]: one dimension more than its parts, which must be alike.
void make_array_of_arrays(KernelCall& call) {
  const LogicalType element_type = array_element_type(call.result_type);
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    ArrayBuilder builder(element_type);
    std::vector<ArrayDimension> dimensions;
    int32_t parts = 0;
    for (const Vector& argument : call.arguments) {
      if (!is_there(argument, row)) throw_dimensions_differ();
      const ArrayView part(argument.data<Text>()[index_of(argument, row)], element_type);
      const std::span<const ArrayDimension> own = part.dimensions();
      if (parts++ == 0) {
        dimensions.assign(own.begin(), own.end());
      } else if (!std::ranges::equal(dimensions, own)) {
        throw_dimensions_differ();
      }
      for (size_t i = 0; i < part.size(); ++i) {
        if (part.is_null(i)) {
          builder.add_null();
        } else {
          builder.add_packed(part.packed_element(i));
        }
      }
    }
    if (dimensions.empty()) {
      result.mutable_data<Text>()[row] = result.heap().add(ArrayBuilder(element_type).finish());
      continue;
    }
    if (dimensions.size() == kArrayDimensionsMax) {
      throw Error(sqlstate::kProgramLimitExceeded, "number of array dimensions (7) exceeds the maximum allowed (6)");
    }
    dimensions.insert(dimensions.begin(), ArrayDimension{parts, 1});
    result.mutable_data<Text>()[row] = result.heap().add(builder.finish(dimensions));
  }
  call.result = std::move(result);
}

/// a[i], or a[i][j]… where all subscripts are given at once. NULL outside the bounds.
void subscript(KernelCall& call) {
  const LogicalType element_type = array_element_type(call.arguments[0].type());
  const Argument<Text> arrays(call.arguments[0]);
  std::vector<Argument<int32_t>> subscripts;
  for (const Vector& argument : call.arguments.subspan(1)) subscripts.emplace_back(argument);
  Vector result = Vector::flat(call.result_type, call.size);
  if (call.result_type.physical() != PhysicalType::kBytes) {
    std::memset(result.mutable_data<char>(), 0, call.size * physical_width(call.result_type.physical()));
  }
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) continue;
    const ArrayView array(arrays[row], element_type);
    const std::span<const ArrayDimension> dimensions = array.dimensions();
    bool inside = dimensions.size() == subscripts.size();
    size_t index = 0;
    for (size_t i = 0; inside && i < dimensions.size(); ++i) {
      const int64_t offset = int64_t{subscripts[i][row]} - dimensions[i].lower_bound;
      inside = offset >= 0 && offset < dimensions[i].length;
      index = index * static_cast<size_t>(dimensions[i].length) + static_cast<size_t>(offset);
    }
    if (!inside || array.is_null(index)) {
      result.set_null(row);
    } else {
      unpack_into(result, row, array.packed_element(index));
    }
  }
  call.result = std::move(result);
}

/// a[low:high]…: (array, then of each dimension low, high, whether low was written, whether high was). Dimensions that
/// are not named come whole. The result begins at 1.
void slice(KernelCall& call) {
  const LogicalType element_type = array_element_type(call.arguments[0].type());
  const Argument<Text> arrays(call.arguments[0]);
  const size_t named = (call.arguments.size() - 1) / 4;
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    bool unknown = !is_there(call.arguments[0], row);
    for (size_t part = 1; part < call.arguments.size(); part += 4) {
      for (const size_t side : {size_t{0}, size_t{1}}) {
        const bool given = Argument<bool>(call.arguments[part + 2 + side])[row];
        unknown = unknown || (given && !is_there(call.arguments[part + side], row));
      }
    }
    if (unknown) {
      result.set_null(row);
      continue;
    }
    const ArrayView array(arrays[row], element_type);
    ArrayBuilder builder(element_type);
    std::vector<ArrayDimension> dimensions(array.dimensions().begin(), array.dimensions().end());
    std::vector<std::pair<int64_t, int64_t>> ranges;  // offsets, both ends in
    bool empty = dimensions.size() < named;
    for (size_t i = 0; i < dimensions.size() && !empty; ++i) {
      int64_t low = dimensions[i].lower_bound;
      int64_t high = low + dimensions[i].length - 1;
      if (i < named) {
        const std::span<const Vector> parts = call.arguments.subspan(1 + 4 * i, 4);
        if (Argument<bool>(parts[2])[row]) low = std::max<int64_t>(low, Argument<int32_t>(parts[0])[row]);
        if (Argument<bool>(parts[3])[row]) high = std::min<int64_t>(high, Argument<int32_t>(parts[1])[row]);
      }
      empty = low > high;
      ranges.emplace_back(low - dimensions[i].lower_bound, high - dimensions[i].lower_bound);
    }
    if (empty || dimensions.empty()) {
      result.mutable_data<Text>()[row] = result.heap().add(builder.finish());
      continue;
    }
    size_t count = 1;
    std::vector<int64_t> place;
    for (const auto& [low, high] : ranges) {
      count *= static_cast<size_t>(high - low + 1);
      place.push_back(low);
    }
    for (size_t i = 0; i < count; ++i) {
      size_t index = 0;
      for (size_t d = 0; d < place.size(); ++d) {
        index = index * static_cast<size_t>(dimensions[d].length) + static_cast<size_t>(place[d]);
      }
      if (array.is_null(index)) {
        builder.add_null();
      } else {
        builder.add_packed(array.packed_element(index));
      }
      for (size_t d = place.size(); d-- > 0;) {
        if (++place[d] <= ranges[d].second) break;
        place[d] = ranges[d].first;
      }
    }
    for (size_t d = 0; d < dimensions.size(); ++d) {
      dimensions[d] = {static_cast<int32_t>(ranges[d].second - ranges[d].first + 1), 1};
    }
    result.mutable_data<Text>()[row] = result.heap().add(builder.finish(dimensions));
  }
  call.result = std::move(result);
}

/// A literal that nothing has given a type is text.
Value field_value(const Vector& argument, size_t row) {
  Value value = argument.value(row);
  return value.type().id == kUnknown ? value.with_type(kText) : value;
}

void make_row(KernelCall& call) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    std::vector<Value> fields;
    for (const Vector& argument : call.arguments) fields.push_back(field_value(argument, row));
    result.mutable_data<Text>()[row] = result.heap().add(pack_record(fields));
  }
  call.result = std::move(result);
}

/// The same with the fields' names, a constant text[], in front.
void make_named_row(KernelCall& call) {
  const ArrayView array(*call.arguments[0].data<Text>(), kText);
  std::vector<std::string> names;
  for (size_t i = 0; i < array.size(); ++i) names.emplace_back(array.packed_element(i));
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    std::vector<Value> fields;
    for (const Vector& argument : call.arguments.subspan(1)) fields.push_back(field_value(argument, row));
    result.mutable_data<Text>()[row] = result.heap().add(pack_record(fields, names));
  }
  call.result = std::move(result);
}

/// Field number `index` of a row value, a constant, from 0.
void record_field(KernelCall& call) {
  const Argument<Text> records(call.arguments[0]);
  const Argument<int32_t> index(call.arguments[1]);
  Vector result = Vector::flat(call.result_type, call.size);
  if (call.result_type.physical() != PhysicalType::kBytes) {
    std::memset(result.mutable_data<char>(), 0, call.size * physical_width(call.result_type.physical()));
  }
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) continue;
    if (const auto field = packed_record_field(records[row], static_cast<size_t>(index[row]))) {
      unpack_into(result, row, *field);
    } else {
      result.set_null(row);
    }
  }
  call.result = std::move(result);
}

/// Field by field; NULLs are equal to each other and above all values.
std::weak_ordering order_of_rows(Text left_packed, Text right_packed) {
  const std::vector<Value> left = unpack_record(left_packed);
  const std::vector<Value> right = unpack_record(right_packed);
  for (size_t i = 0; i < std::min(left.size(), right.size()); ++i) {
    if (!left[i].type().same_base(right[i].type())) {
      throw Error(sqlstate::kDatatypeMismatch, "cannot compare dissimilar column types " + left[i].type().to_string() +
                                                   " and " + right[i].type().to_string() + " at record column " +
                                                   std::to_string(i + 1));
    }
  }
  if (left.size() != right.size()) {
    throw Error(sqlstate::kDatatypeMismatch, "cannot compare record types with different numbers of columns");
  }
  return compare_packed(kRecord, left_packed, right_packed);
}
bool rows_equal(Text left, Text right) { return order_of_rows(left, right) == 0; }
bool rows_not_equal(Text left, Text right) { return order_of_rows(left, right) != 0; }
bool row_less(Text left, Text right) { return order_of_rows(left, right) < 0; }
bool row_less_or_equal(Text left, Text right) { return order_of_rows(left, right) <= 0; }
bool row_greater(Text left, Text right) { return order_of_rows(left, right) > 0; }
bool row_greater_or_equal(Text left, Text right) { return order_of_rows(left, right) >= 0; }

void add_row_comparisons(FunctionTables& tables) {
  const auto add = [&](Text symbol, ScalarKernel kernel, Text doc) {
    tables.operation(symbol, {kRecord, kRecord}, kBoolean, kernel, doc);
  };
  add("=", each_row<rows_equal>, "equal, field by field");
  add("<>", each_row<rows_not_equal>, "not equal");
  add("<", each_row<row_less>, "less than, by the first field that differs");
  add("<=", each_row<row_less_or_equal>, "less than or equal");
  add(">", each_row<row_greater>, "greater than");
  add(">=", each_row<row_greater_or_equal>, "greater than or equal");
}

// --------------------------------------------------------------------------------------------------------- ANY and ALL

constexpr std::array<Text, 17> kSymbols = {"=",    "<>", "<",  "<=", ">",   ">=", "~~", "!~~", "~~*",
                                           "!~~*", "~",  "!~", "~*", "!~*", "@>", "<@", "&&"};

const ScalarFunction& operator_for(Text symbol, LogicalType left, LogicalType right) {
  for (const ScalarFunction* candidate : FunctionRegistry::instance().operators(symbol)) {
    if (candidate->flavour != Flavour::kInfluxQl && candidate->arguments.size() == 2 &&
        candidate->arguments[0].same_base(left) && candidate->arguments[1].same_base(right)) {
      return *candidate;
    }
  }
  const LogicalType types[] = {left, right};
  return *resolve_operator(symbol, types).function;
}

/// Calls the operator on two vectors, at least one of them flat or of size 1, and folds its truth into `state`: 0
/// false, 1 true, 2 unknown, where `decisive` ends the matter.
class Fold {
 public:
  Fold(const KernelCall& call, const ScalarFunction& function) : call_(call), function_(function) {}

  Vector truth(std::span<const Vector> arguments, size_t size) {
    Validity valid;
    for (const Vector& argument : arguments) {
      if (!argument.is_constant()) {
        valid = both_valid(valid, argument.validity(), size);
      } else if (!argument.validity().is_valid(0)) {
        return Vector::null_constant(kBoolean, size);
      }
    }
    Vector result;
    KernelCall inner{call_.context, arguments, size, nullptr, kBoolean, valid, result};
    function_.kernel(inner);
    if (!valid.all_valid()) {
      result = result.flatten();
      result.validity() = both_valid(result.validity(), valid, size);
    }
    return result;
  }

 private:
  const KernelCall& call_;
  const ScalarFunction& function_;
};

constexpr uint8_t kUnknownTruth = 2;

void fold_into(uint8_t& state, const Vector& truth, size_t row, uint8_t decisive) {
  const size_t index = index_of(truth, row);
  if (!truth.validity().is_valid(index)) {
    if (state != decisive) state = kUnknownTruth;
  } else if ((truth.data<uint8_t>()[index] != 0 ? 1 : 0) == decisive) {
    state = decisive;
  }
}

Vector truth_vector(std::span<const uint8_t> states) {
  Vector result = Vector::flat(kBoolean, states.size());
  for (size_t row = 0; row < states.size(); ++row) {
    result.mutable_data<uint8_t>()[row] = states[row] & 1;
    if (states[row] == kUnknownTruth) result.set_null(row);
  }
  return result;
}

/// kAll: true unless one is false; else false unless one is true. A constant array goes element by element over all
/// rows, others row by row over their elements.
template <size_t kSymbol, bool kAll>
void quantified(KernelCall& call) {
  const Vector& operands = call.arguments[0];
  const Vector& arrays = call.arguments[1];
  const LogicalType element_type = array_element_type(arrays.type());
  Fold fold(call, operator_for(kSymbols[kSymbol], operands.type(), element_type));
  constexpr uint8_t kDecisive = kAll ? 0 : 1;
  std::vector<uint8_t> states(call.size, static_cast<uint8_t>(1 - kDecisive));
  if (arrays.is_constant() && !operands.is_constant()) {
    if (!is_there(arrays, 0)) {
      call.result = Vector::null_constant(kBoolean, call.size);
      return;
    }
    const ArrayView array(*arrays.data<Text>(), element_type);
    for (size_t i = 0; i < array.size(); ++i) {
      const Value element = array.value(i);
      const Vector pair[] = {operands, element.is_null() ? Vector::null_constant(element_type, call.size)
                                                         : Vector::constant(element, call.size)};
      const Vector truth = fold.truth(pair, call.size);
      for (size_t row = 0; row < call.size; ++row) fold_into(states[row], truth, row, kDecisive);
    }
    call.result = truth_vector(states);
    return;
  }
  for (uint32_t row = 0; row < call.size; ++row) {
    if (!is_there(arrays, row)) {
      states[row] = kUnknownTruth;
      continue;
    }
    const ArrayView array(arrays.data<Text>()[index_of(arrays, row)], element_type);
    if (array.size() == 0) continue;
    const Value operand = operands.value(row);
    const Vector pair[] = {operand.is_null() ? Vector::null_constant(operands.type(), array.size())
                                             : Vector::constant(operand, array.size()),
                           array.elements()};
    const Vector truth = fold.truth(pair, array.size());
    for (size_t i = 0; i < array.size(); ++i) fold_into(states[row], truth, i, kDecisive);
  }
  call.result = truth_vector(states);
}

template <size_t... kSymbol>
void add_quantified(FunctionTables& tables, std::index_sequence<kSymbol...>) {
  // Names are views; the strings live for the life of the process.
  static std::array<std::string, 2 * sizeof...(kSymbol)> names = {(std::string(kSymbols[kSymbol]) + " ANY")...,
                                                                  (std::string(kSymbols[kSymbol]) + " ALL")...};
  const auto add = [&](Text name, ScalarKernel kernel, Text doc) {
    tables.operation(name, {kAny, kAnyArray}, kBoolean, kernel, doc).null_rule = NullRule::kCalled;
  };
  (add(names[kSymbol], quantified<kSymbol, false>, "whether it holds for one element"), ...);
  (add(names[sizeof...(kSymbol) + kSymbol], quantified<kSymbol, true>, "whether it holds for all elements"), ...);
}

/// The first argument, unless the second is false: then the error that the others name (SQLSTATE and message).
void pass_domain(KernelCall& call) {
  const Vector& holds = call.arguments[1];
  for (size_t row = 0; row < call.size; ++row) {
    const Value value = holds.value(row);
    if (!value.is_null() && !value.as_bool()) {
      throw Error(call.arguments[2].value(row).as_bytes(), call.arguments[3].value(row).as_bytes());
    }
    if (holds.is_constant()) break;
  }
  call.result = call.arguments[0];
}

}  // namespace

void add_array_constructors(FunctionTables& tables) {
  const auto called = [](ScalarFunction& function) {
    function.null_rule = NullRule::kCalled;
    function.variadic = true;
  };
  called(tables.operation("ARRAY", {kAnyElement}, kAnyArray, make_array, "array of these elements"));
  called(
      tables.operation("ARRAY OF ARRAYS", {kAnyArray}, kAnyArray, make_array_of_arrays, "array of one dimension more"));
  called(tables.operation("ROW", {kAny}, kRecord, make_row, "row value of these fields"));
  called(tables.operation("NAMED ROW", {kAny}, kRecord, make_named_row, "row value of these fields, with names"));
  tables.operation("FIELD", {kRecord, kInt32}, kAny, record_field, "field of a row value");
  add_row_comparisons(tables);
  tables.operation("[]", {kAnyArray, kInt32}, kAnyElement, subscript, "element of an array; NULL outside of it")
      .variadic = true;
  called(tables.operation("[:]", {kAny}, kAnyArray, slice, "part of an array"));
  tables
      .operation("DOMAIN", {kAnyElement, kBoolean, kText, kText}, kAnyElement, pass_domain,
                 "the value, if its domain lets it pass")
      .null_rule = NullRule::kCalled;
  add_quantified(tables, std::make_index_sequence<kSymbols.size()>());
}

}  // namespace tidemark
