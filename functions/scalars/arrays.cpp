// Array operators and functions: comparison, concatenation, containment, searching, measuring, text.

#include <algorithm>
#include <functional>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/io_options.h"
#include "functions/kernel.h"
#include "functions/scalars/utf8.h"
#include "functions/validity_operations.h"
#include "types/array.h"
#include "types/compare.h"
#include "types/packed_value.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

Text bytes_at(const Vector& vector, size_t row) { return vector.data<Text>()[index_of(vector, row)]; }

ArrayView view_at(const Vector& vector, size_t row) {
  return {bytes_at(vector, row), array_element_type(vector.type())};
}

void add_element(ArrayBuilder& builder, const ArrayView& array, size_t index) {
  if (array.is_null(index)) {
    builder.add_null();
  } else {
    builder.add_packed(array.packed_element(index));
  }
}
void add_all(ArrayBuilder& builder, const ArrayView& array) {
  for (size_t i = 0; i < array.size(); ++i) add_element(builder, array, i);
}

template <class Test>
void compare_arrays(KernelCall& call, const Test& test) {
  Vector result = Vector::flat(kBoolean, call.size);
  const LogicalType type = call.arguments[0].type();
  for (size_t row = 0; row < call.size; ++row) {
    uint8_t& to = result.mutable_data<uint8_t>()[row];
    to = 0;
    if (!call.valid.is_valid(row)) continue;
    to = test(compare_packed(type, bytes_at(call.arguments[0], row), bytes_at(call.arguments[1], row))) ? 1 : 0;
  }
  call.result = std::move(result);
}
template <auto kTest>
void compare_arrays_by(KernelCall& call) {
  compare_arrays(call, [](std::weak_ordering order) { return kTest(order); });
}
bool order_equal(std::weak_ordering order) { return order == 0; }
bool order_not_equal(std::weak_ordering order) { return order != 0; }
bool order_less(std::weak_ordering order) { return order < 0; }
bool order_less_or_equal(std::weak_ordering order) { return order <= 0; }
bool order_greater(std::weak_ordering order) { return order > 0; }
bool order_greater_or_equal(std::weak_ordering order) { return order >= 0; }

/// For each row where the wanted arguments are there: `body(row)` gives the packed result.
template <class Body>
void array_rows(KernelCall& call, const Body& body) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) continue;
    const std::optional<std::string> packed = body(row);
    if (packed) {
      result.mutable_data<Text>()[row] = result.heap().add(*packed);
    } else {
      result.set_null(row);
    }
  }
  call.result = std::move(result);
}

[[noreturn]] void throw_incompatible(Text detail) {
  throw Error("2202E", "cannot concatenate incompatible arrays").with_detail(std::string(detail));
}

/// Arrays of equal shape side by side, or one of a dimension less at an end of the other.
std::string concatenate_arrays(const ArrayView& left, const ArrayView& right, LogicalType element_type) {
  ArrayBuilder builder(element_type);
  add_all(builder, left);
  add_all(builder, right);
  const std::span<const ArrayDimension> a = left.dimensions();
  const std::span<const ArrayDimension> b = right.dimensions();
  if (a.empty()) return builder.finish(b);
  if (b.empty()) return builder.finish(a);
  std::vector<ArrayDimension> dimensions(a.begin(), a.end());
  const auto lengths_equal = [](std::span<const ArrayDimension> x, std::span<const ArrayDimension> y) {
    return std::ranges::equal(x, y, std::equal_to<>(), &ArrayDimension::length, &ArrayDimension::length);
  };
  if (a.size() == b.size()) {
    if (!lengths_equal(a.subspan(1), b.subspan(1))) {
      throw_incompatible("Arrays with differing element dimensions are not compatible for concatenation.");
    }
    dimensions[0].length += b[0].length;
  } else if (a.size() == b.size() + 1) {
    if (!lengths_equal(a.subspan(1), b)) {
      throw_incompatible("Arrays with differing dimensions are not compatible for concatenation.");
    }
    ++dimensions[0].length;
  } else if (a.size() + 1 == b.size()) {
    if (!lengths_equal(a, b.subspan(1))) {
      throw_incompatible("Arrays with differing dimensions are not compatible for concatenation.");
    }
    dimensions.assign(b.begin(), b.end());
    ++dimensions[0].length;
  } else {
    throw_incompatible("Arrays of " + std::to_string(a.size()) + " and " + std::to_string(b.size()) +
                       " dimensions are not compatible for concatenation.");
  }
  return builder.finish(dimensions);
}

/// A NULL array counts as empty, unless both are NULL.
void array_cat(KernelCall& call) {
  const LogicalType element_type = array_element_type(call.result_type);
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    const bool left = is_there(call.arguments[0], row);
    const bool right = is_there(call.arguments[1], row);
    if (!left && !right) {
      result.set_null(row);
      continue;
    }
    std::string packed;
    if (left && right) {
      packed = concatenate_arrays(view_at(call.arguments[0], row), view_at(call.arguments[1], row), element_type);
    } else {
      packed = bytes_at(call.arguments[left ? 0 : 1], row);
    }
    result.mutable_data<Text>()[row] = result.heap().add(packed);
  }
  call.result = std::move(result);
}

/// array_append (kFront false: array, element) and array_prepend (element, array).
template <bool kFront>
void array_extend(KernelCall& call) {
  const Vector& arrays = call.arguments[kFront ? 1 : 0];
  const Vector& elements = call.arguments[kFront ? 0 : 1];
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    ArrayBuilder builder(array_element_type(call.result_type));
    int32_t lower_bound = 1;
    if (kFront) builder.add(elements, row);
    if (is_there(arrays, row)) {
      const ArrayView array = view_at(arrays, row);
      if (array.dimensions().size() > 1) {
        throw Error("22000", "argument must be empty or one-dimensional array");
      }
      if (!array.dimensions().empty()) lower_bound = array.dimensions()[0].lower_bound;
      add_all(builder, array);
    }
    if (!kFront) builder.add(elements, row);
    result.mutable_data<Text>()[row] = result.heap().add(builder.finish(lower_bound));
  }
  call.result = std::move(result);
}

bool equal_elements(const ArrayView& a, size_t i, const ArrayView& b, size_t j) {
  return !a.is_null(i) && !b.is_null(j) && compare_values(a.value(i), b.value(j)) == 0;
}

/// Whether each element of `part` is in `whole`; a NULL is in none.
bool contains(const ArrayView& whole, const ArrayView& part) {
  for (size_t j = 0; j < part.size(); ++j) {
    bool found = false;
    for (size_t i = 0; i < whole.size() && !found; ++i) found = equal_elements(whole, i, part, j);
    if (!found) return false;
  }
  return true;
}
bool overlap(const ArrayView& a, const ArrayView& b) {
  for (size_t j = 0; j < b.size(); ++j) {
    for (size_t i = 0; i < a.size(); ++i) {
      if (equal_elements(a, i, b, j)) return true;
    }
  }
  return false;
}
template <auto kTest, bool kSwap>
void test_arrays(KernelCall& call) {
  Vector result = Vector::flat(kBoolean, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    uint8_t& to = result.mutable_data<uint8_t>()[row];
    to = 0;
    if (!call.valid.is_valid(row)) continue;
    to = kTest(view_at(call.arguments[kSwap ? 1 : 0], row), view_at(call.arguments[kSwap ? 0 : 1], row)) ? 1 : 0;
  }
  call.result = std::move(result);
}

template <class Measure>
void integer_rows(KernelCall& call, const Measure& measure) {
  Vector result = Vector::flat(kInt32, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    int32_t& to = result.mutable_data<int32_t>()[row];
    to = 0;
    if (!call.valid.is_valid(row)) continue;
    const std::optional<int32_t> value = measure(view_at(call.arguments[0], row), row);
    if (value) {
      to = *value;
    } else {
      result.set_null(row);
    }
  }
  call.result = std::move(result);
}
enum class Measure : uint8_t { kLength, kLower, kUpper };
template <Measure kMeasure>
void measure_dimension(KernelCall& call) {
  const Argument<int32_t> numbers(call.arguments[1]);
  integer_rows(call, [&](const ArrayView& array, size_t row) -> std::optional<int32_t> {
    const int32_t number = numbers[row];
    if (number < 1 || static_cast<size_t>(number) > array.dimensions().size()) return std::nullopt;
    const ArrayDimension dimension = array.dimensions()[static_cast<size_t>(number - 1)];
    if (kMeasure == Measure::kLength) return dimension.length;
    if (kMeasure == Measure::kLower) return dimension.lower_bound;
    return dimension.lower_bound + dimension.length - 1;
  });
}
void array_ndims(KernelCall& call) {
  integer_rows(call, [](const ArrayView& array, size_t) -> std::optional<int32_t> {
    if (array.dimensions().empty()) return std::nullopt;
    return static_cast<int32_t>(array.dimensions().size());
  });
}
void cardinality(KernelCall& call) {
  integer_rows(call, [](const ArrayView& array, size_t) -> std::optional<int32_t> {
    return static_cast<int32_t>(array.size());
  });
}
void array_dims(KernelCall& call) {
  array_rows(call, [&](size_t row) -> std::optional<std::string> {
    const ArrayView array = view_at(call.arguments[0], row);
    if (array.dimensions().empty()) return std::nullopt;
    std::string text;
    for (const ArrayDimension& dimension : array.dimensions()) {
      text += "[" + std::to_string(dimension.lower_bound) + ":" +
              std::to_string(dimension.lower_bound + dimension.length - 1) + "]";
    }
    return text;
  });
}

/// IS NOT DISTINCT FROM between an element and a row's value.
bool same(const ArrayView& array, size_t index, const Value& value) {
  if (array.is_null(index) || value.is_null()) return array.is_null(index) && value.is_null();
  return compare_values(array.value(index), value) == 0;
}

void require_one_dimension(const ArrayView& array) {
  if (array.dimensions().size() > 1) {
    throw Error(sqlstate::kFeatureNotSupported, "searching for elements in multidimensional arrays is not supported");
  }
}

void array_position(KernelCall& call) {
  Vector result = Vector::flat(kInt32, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    result.mutable_data<int32_t>()[row] = 0;
    bool found = false;
    if (is_there(call.arguments[0], row)) {
      const ArrayView array = view_at(call.arguments[0], row);
      require_one_dimension(array);
      if (array.size() == 0) {  // whatever else is asked for
        result.set_null(row);
        continue;
      }
      const Value wanted = call.arguments[1].value(row);
      const int32_t lower = array.dimensions()[0].lower_bound;
      size_t first = 0;
      if (call.arguments.size() > 2) {
        if (!is_there(call.arguments[2], row)) {
          throw Error(sqlstate::kNullValueNotAllowed, "initial position must not be null");
        }
        const int64_t start = int64_t{Argument<int32_t>(call.arguments[2])[row]} - lower;
        first = static_cast<size_t>(std::max<int64_t>(start, 0));
      }
      for (size_t i = first; i < array.size() && !found; ++i) {
        found = same(array, i, wanted);
        if (found) result.mutable_data<int32_t>()[row] = static_cast<int32_t>(i) + lower;
      }
    }
    if (!found) result.set_null(row);
  }
  call.result = std::move(result);
}

void array_positions(KernelCall& call) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!is_there(call.arguments[0], row)) {
      result.set_null(row);
      continue;
    }
    const ArrayView array = view_at(call.arguments[0], row);
    require_one_dimension(array);
    const Value wanted = call.arguments[1].value(row);
    const int32_t lower = array.dimensions().empty() ? 1 : array.dimensions()[0].lower_bound;
    ArrayBuilder builder(kInt32);
    for (size_t i = 0; i < array.size(); ++i) {
      if (same(array, i, wanted)) builder.add(Value::int32(static_cast<int32_t>(i) + lower));
    }
    result.mutable_data<Text>()[row] = result.heap().add(builder.finish());
  }
  call.result = std::move(result);
}

/// array_remove (two arguments) and array_replace (three).
template <bool kReplace>
void array_change(KernelCall& call) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!is_there(call.arguments[0], row)) {
      result.set_null(row);
      continue;
    }
    const ArrayView array = view_at(call.arguments[0], row);
    if (!kReplace && array.dimensions().size() > 1) {
      throw Error(sqlstate::kFeatureNotSupported, "removing elements from multidimensional arrays is not supported");
    }
    const Value wanted = call.arguments[1].value(row);
    ArrayBuilder builder(array_element_type(call.result_type));
    for (size_t i = 0; i < array.size(); ++i) {
      if (!same(array, i, wanted)) {
        add_element(builder, array, i);
      } else if (kReplace) {
        builder.add(call.arguments[2], row);
      }
    }
    std::string packed;
    if (kReplace) {
      packed = builder.finish(array.dimensions());
    } else {
      packed = builder.finish(array.dimensions().empty() ? 1 : array.dimensions()[0].lower_bound);
    }
    result.mutable_data<Text>()[row] = result.heap().add(packed);
  }
  call.result = std::move(result);
}

void trim_array(KernelCall& call) {
  const Argument<int32_t> counts(call.arguments[1]);
  array_rows(call, [&](size_t row) -> std::optional<std::string> {
    const ArrayView array = view_at(call.arguments[0], row);
    const int64_t length = array.dimensions().empty() ? 0 : array.dimensions()[0].length;
    if (counts[row] < 0 || counts[row] > length) {
      throw Error("2202E", "number of elements to trim must be between 0 and " + std::to_string(length));
    }
    ArrayBuilder builder(array_element_type(call.result_type));
    if (length == counts[row]) return builder.finish();
    std::vector<ArrayDimension> dimensions(array.dimensions().begin(), array.dimensions().end());
    const size_t stride = array.size() / static_cast<size_t>(length);
    dimensions[0].length -= counts[row];
    for (ArrayDimension& dimension : dimensions) dimension.lower_bound = 1;
    for (size_t i = 0; i < stride * static_cast<size_t>(dimensions[0].length); ++i) add_element(builder, array, i);
    return builder.finish(dimensions);
  });
}

/// array_to_string(array, delimiter [, text for NULL]).
void array_to_string(KernelCall& call) {
  Vector result = Vector::flat(kText, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!is_there(call.arguments[0], row) || !is_there(call.arguments[1], row)) {
      result.set_null(row);
      continue;
    }
    const bool with_null = call.arguments.size() > 2 && is_there(call.arguments[2], row);
    const ArrayView array = view_at(call.arguments[0], row);
    std::string text;
    bool first = true;
    for (size_t i = 0; i < array.size(); ++i) {
      if (array.is_null(i) && !with_null) continue;
      if (!first) text += bytes_at(call.arguments[1], row);
      first = false;
      if (array.is_null(i)) {
        text += bytes_at(call.arguments[2], row);
      } else {
        append_text(text, array.value(i), io_options(call.context));
      }
    }
    result.mutable_data<Text>()[row] = result.heap().add(text);
  }
  call.result = std::move(result);
}

/// string_to_array(text, delimiter [, text for NULL]): a NULL delimiter splits into characters, an empty one not at
/// all.
void string_to_array(KernelCall& call) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!is_there(call.arguments[0], row)) {
      result.set_null(row);
      continue;
    }
    Text text = bytes_at(call.arguments[0], row);
    const bool has_null_text = call.arguments.size() > 2 && is_there(call.arguments[2], row);
    ArrayBuilder builder(kText);
    const auto add = [&](Text part) {
      if (has_null_text && part == bytes_at(call.arguments[2], row)) {
        builder.add_null();
      } else {
        builder.add_packed(part);
      }
    };
    if (!text.empty() && !is_there(call.arguments[1], row)) {
      while (!text.empty()) {
        const size_t bytes = character_bytes(text);
        add(text.substr(0, bytes));
        text.remove_prefix(bytes);
      }
    } else if (!text.empty()) {
      const Text delimiter = bytes_at(call.arguments[1], row);
      size_t at = delimiter.empty() ? Text::npos : text.find(delimiter);
      for (; at != Text::npos; at = text.find(delimiter)) {
        add(text.substr(0, at));
        text.remove_prefix(at + delimiter.size());
      }
      add(text);
    }
    result.mutable_data<Text>()[row] = result.heap().add(builder.finish());
  }
  call.result = std::move(result);
}

/// How many of the sorted thresholds are not above the value.
void bucket_of_thresholds(KernelCall& call) {
  Vector result = Vector::flat(kInt32, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    result.mutable_data<int32_t>()[row] = 0;
    if (!call.valid.is_valid(row)) continue;
    const ArrayView thresholds = view_at(call.arguments[1], row);
    if (thresholds.dimensions().size() > 1) throw Error("2202E", "thresholds must be one-dimensional array");
    if (thresholds.has_nulls()) {
      throw Error(sqlstate::kNullValueNotAllowed, "thresholds array must not contain NULLs");
    }
    const Value value = call.arguments[0].value(row);
    size_t low = 0;
    for (size_t high = thresholds.size(); low < high;) {
      const size_t middle = (low + high) / 2;
      if (compare_values(value, thresholds.value(middle)) < 0) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    result.mutable_data<int32_t>()[row] = static_cast<int32_t>(low);
  }
  call.result = std::move(result);
}

/// The integers of an argument of array_fill: a list, without NULLs.
std::vector<int32_t> list_of_sizes(const ArrayView& array, const char* detail) {
  if (array.dimensions().size() > 1) {
    throw Error("2202E", "wrong number of array subscripts").with_detail(detail);
  }
  std::vector<int32_t> sizes;
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) throw Error(sqlstate::kNullValueNotAllowed, "dimension values cannot be null");
    sizes.push_back(static_cast<int32_t>(array.value(i).as_int64()));
  }
  return sizes;
}

/// array_fill(value, lengths [, lower bounds]).
void array_fill(KernelCall& call) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    for (const Vector& argument : call.arguments.subspan(1)) {
      if (!is_there(argument, row)) {
        throw Error(sqlstate::kNullValueNotAllowed, "dimension array or low bound array cannot be null");
      }
    }
    const std::vector<int32_t> lengths =
        list_of_sizes(view_at(call.arguments[1], row), "Dimension array must be one dimensional.");
    if (lengths.size() > kArrayDimensionsMax) {
      throw Error(sqlstate::kProgramLimitExceeded, "number of array dimensions (" + std::to_string(lengths.size()) +
                                                       ") exceeds the maximum allowed (6)");
    }
    std::vector<int32_t> bounds(lengths.size(), 1);
    if (call.arguments.size() > 2) {
      bounds = list_of_sizes(view_at(call.arguments[2], row), "Dimension array must be one dimensional.");
      if (bounds.size() != lengths.size()) {
        throw Error("2202E", "wrong number of array subscripts")
            .with_detail("Low bound array has different size than dimensions array.");
      }
    }
    std::vector<ArrayDimension> dimensions;
    size_t count = lengths.empty() ? 0 : 1;
    for (size_t i = 0; i < lengths.size(); ++i) {
      dimensions.push_back({lengths[i], bounds[i]});
      count *= static_cast<size_t>(std::max(lengths[i], 0));
      if (lengths[i] < 0 || count > kArrayElementsMax) {
        throw Error(sqlstate::kProgramLimitExceeded, "array size exceeds the maximum allowed (134217727)");
      }
      if (count == 0) break;
    }
    for (const ArrayDimension& dimension : dimensions) {
      int32_t last = 0;
      if (__builtin_add_overflow(dimension.lower_bound, dimension.length, &last)) {
        throw Error(sqlstate::kProgramLimitExceeded,
                    "array lower bound is too large: " + std::to_string(dimension.lower_bound));
      }
    }
    ArrayBuilder builder(array_element_type(call.result_type));
    KernelGuard guard(call.context);
    const bool has_text =
        call.arguments[0].type().physical() == PhysicalType::kBytes && is_there(call.arguments[0], row);
    const size_t element_bytes = sizeof(int64_t) + (has_text ? Argument<Text>(call.arguments[0])[row].size() : 0);
    for (size_t i = 0; i < count; ++i) {
      builder.add(call.arguments[0], row);
      guard.after_row(i * element_bytes);
    }
    const std::string packed = count == 0 ? builder.finish() : builder.finish(dimensions);
    result.mutable_data<Text>()[row] = result.heap().add(packed);
  }
  call.result = std::move(result);
}

void add_array_operators(FunctionTables& tables) {
  const auto compare = [&](Text symbol, ScalarKernel kernel, Text doc) {
    tables.operation(symbol, {kAnyArray, kAnyArray}, kBoolean, kernel, doc);
  };
  compare("=", compare_arrays_by<order_equal>, "equal, element by element");
  compare("<>", compare_arrays_by<order_not_equal>, "not equal");
  compare("<", compare_arrays_by<order_less>, "less than, by the first element that differs");
  compare("<=", compare_arrays_by<order_less_or_equal>, "less than or equal");
  compare(">", compare_arrays_by<order_greater>, "greater than");
  compare(">=", compare_arrays_by<order_greater_or_equal>, "greater than or equal");
  compare("@>", test_arrays<contains, false>, "contains all elements of");
  compare("<@", test_arrays<contains, true>, "is contained in");
  compare("&&", test_arrays<overlap, false>, "has an element in common with");
  const auto concatenation = [&](LogicalType a, LogicalType b, ScalarKernel kernel) {
    tables.operation("||", {a, b}, kAnyCompatibleArray, kernel, "concatenation").null_rule = NullRule::kCalled;
  };
  concatenation(kAnyCompatibleArray, kAnyCompatibleArray, array_cat);
  concatenation(kAnyCompatibleArray, kAnyCompatible, array_extend<false>);
  concatenation(kAnyCompatible, kAnyCompatibleArray, array_extend<true>);
}

}  // namespace

void add_arrays(FunctionTables& tables) {
  add_array_operators(tables);
  const auto called = [&](Text name, std::vector<LogicalType> arguments, LogicalType result, ScalarKernel kernel,
                          Text doc) {
    tables.function(name, std::move(arguments), result, kernel, doc).null_rule = NullRule::kCalled;
  };
  const LogicalType integers = LogicalType::array_of(kInt32);
  const LogicalType texts = LogicalType::array_of(kText);
  called("array_cat", {kAnyCompatibleArray, kAnyCompatibleArray}, kAnyCompatibleArray, array_cat, "concatenation");
  called("array_append", {kAnyCompatibleArray, kAnyCompatible}, kAnyCompatibleArray, array_extend<false>,
         "with an element at the end");
  called("array_prepend", {kAnyCompatible, kAnyCompatibleArray}, kAnyCompatibleArray, array_extend<true>,
         "with an element at the front");
  tables.function("array_length", {kAnyArray, kInt32}, kInt32, measure_dimension<Measure::kLength>,
                  "length of a dimension");
  tables.function("array_lower", {kAnyArray, kInt32}, kInt32, measure_dimension<Measure::kLower>,
                  "first subscript of a dimension");
  tables.function("array_upper", {kAnyArray, kInt32}, kInt32, measure_dimension<Measure::kUpper>,
                  "last subscript of a dimension");
  tables.function("array_ndims", {kAnyArray}, kInt32, array_ndims, "number of dimensions");
  tables.function("array_dims", {kAnyArray}, kText, array_dims, "bounds of all dimensions");
  tables.function("cardinality", {kAnyArray}, kInt32, cardinality, "number of elements");
  called("array_position", {kAnyCompatibleArray, kAnyCompatible}, kInt32, array_position, "where an element first is");
  called("array_position", {kAnyCompatibleArray, kAnyCompatible, kInt32}, kInt32, array_position,
         "where an element first is, from a position on");
  called("array_positions", {kAnyCompatibleArray, kAnyCompatible}, integers, array_positions, "where an element is");
  called("array_remove", {kAnyCompatibleArray, kAnyCompatible}, kAnyCompatibleArray, array_change<false>,
         "without this element");
  called("array_replace", {kAnyCompatibleArray, kAnyCompatible, kAnyCompatible}, kAnyCompatibleArray,
         array_change<true>, "one element replaced by another");
  tables.function("trim_array", {kAnyArray, kInt32}, kAnyArray, trim_array, "without the last n elements");
  called("array_to_string", {kAnyArray, kText}, kText, array_to_string, "elements with a delimiter between");
  called("array_to_string", {kAnyArray, kText, kText}, kText, array_to_string, "elements with a delimiter between");
  called("string_to_array", {kText, kText}, texts, string_to_array, "split at a delimiter");
  called("string_to_array", {kText, kText, kText}, texts, string_to_array, "split at a delimiter");
  tables.function("width_bucket", {kAnyCompatible, kAnyCompatibleArray}, kInt32, bucket_of_thresholds,
                  "bucket of a value between sorted thresholds");
  called("array_fill", {kAnyElement, integers}, kAnyArray, array_fill, "array of equal elements");
  called("array_fill", {kAnyElement, integers, integers}, kAnyArray, array_fill, "array of equal elements");
}

}  // namespace tidemark
