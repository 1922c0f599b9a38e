// What `SET a[i] = x` and `SET a[i:j] = x` make of an array: operators under names that no operator can have.

#include <optional>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/validity_operations.h"
#include "types/array.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

Error subscript_error(const char* words) { return {"2202E", words}; }

/// The elements of an array that is changed in place.
struct Elements {
  std::vector<ArrayDimension> dimensions;
  std::vector<std::optional<std::string>> values;  ///< packed; nothing for NULL

  explicit Elements(const std::optional<ArrayView>& array) {
    if (!array) return;
    dimensions.assign(array->dimensions().begin(), array->dimensions().end());
    for (size_t i = 0; i < array->size(); ++i) values.push_back(packed(*array, i));
  }
  static std::optional<std::string> packed(const ArrayView& array, size_t index) {
    if (array.is_null(index)) return std::nullopt;
    return std::string(array.packed_element(index));
  }
  [[nodiscard]] std::string pack(LogicalType element_type) const {
    ArrayBuilder builder(element_type);
    for (const std::optional<std::string>& value : values) {
      if (value) {
        builder.add_packed(*value);
      } else {
        builder.add_null();
      }
    }
    return dimensions.empty() ? builder.finish() : builder.finish(dimensions);
  }
  /// One dimension only: makes it reach from `first` to `last`, with NULLs where there was nothing.
  void extend(int64_t first, int64_t last) {
    ArrayDimension& own = dimensions[0];
    if (first < own.lower_bound) {
      const int64_t added = own.lower_bound - first;
      check_count(added + own.length);
      values.insert(values.begin(), static_cast<size_t>(added), std::nullopt);
      own.length += static_cast<int32_t>(added);
      own.lower_bound = static_cast<int32_t>(first);
    }
    const int64_t end = int64_t{own.lower_bound} + own.length - 1;
    if (last > end) {
      check_count(own.length + (last - end));
      values.insert(values.end(), static_cast<size_t>(last - end), std::nullopt);
      own.length += static_cast<int32_t>(last - end);
    }
  }
  static void check_count(int64_t count) {
    if (count > static_cast<int64_t>(kArrayElementsMax)) {
      throw Error(sqlstate::kProgramLimitExceeded, "array size exceeds the maximum allowed (134217727)");
    }
  }
};

std::optional<ArrayView> array_at(const Vector& arrays, size_t row, LogicalType element_type) {
  if (!is_there(arrays, row)) return std::nullopt;
  return ArrayView(arrays.data<Text>()[arrays.is_constant() ? 0 : row], element_type);
}

int32_t subscript_at(const Vector& subscripts, size_t row) {
  if (!is_there(subscripts, row)) {
    throw Error(sqlstate::kNullValueNotAllowed, "array subscript in assignment must not be null");
  }
  return Argument<int32_t>(subscripts)[row];
}

/// (array, element, subscript …)
void set_element(KernelCall& call) {
  const LogicalType element_type = array_element_type(call.result_type);
  const std::span<const Vector> subscripts = call.arguments.subspan(2);
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    Elements elements(array_at(call.arguments[0], row, element_type));
    ArrayBuilder single(element_type);
    single.add(call.arguments[1], row);
    const std::string packed = single.finish();
    const std::optional<std::string> value = Elements::packed(ArrayView(packed, element_type), 0);
    std::vector<int32_t> places;
    for (const Vector& subscript : subscripts) places.push_back(subscript_at(subscript, row));
    if (elements.dimensions.empty()) {
      for (const int32_t place : places) elements.dimensions.push_back({1, place});
      elements.values = {value};
    } else if (elements.dimensions.size() != places.size()) {
      throw subscript_error("wrong number of array subscripts");
    } else {
      if (places.size() == 1) elements.extend(places[0], places[0]);
      size_t index = 0;
      for (size_t i = 0; i < places.size(); ++i) {
        const ArrayDimension& dimension = elements.dimensions[i];
        const int64_t offset = int64_t{places[i]} - dimension.lower_bound;
        if (offset < 0 || offset >= dimension.length) throw subscript_error("array subscript out of range");
        index = index * static_cast<size_t>(dimension.length) + static_cast<size_t>(offset);
      }
      elements.values[index] = value;
    }
    result.mutable_data<Text>()[row] = result.heap().add(elements.pack(element_type));
  }
  call.result = std::move(result);
}

struct Bound {
  bool low_given;
  bool high_given;
  int64_t low;
  int64_t high;
};

/// The bounds of one dimension: (low, high, whether low was written, whether high was).
Bound bound_at(std::span<const Vector> parts, size_t row) {
  Bound bound{Argument<bool>(parts[2])[row], Argument<bool>(parts[3])[row], 0, 0};
  if (bound.low_given) bound.low = subscript_at(parts[0], row);
  if (bound.high_given) bound.high = subscript_at(parts[1], row);
  return bound;
}

void set_slice_of_nothing(Elements& elements, const std::vector<Bound>& bounds, const ArrayView& source) {
  int64_t count = 1;
  for (const Bound& bound : bounds) {
    if (!bound.low_given || !bound.high_given) {
      throw subscript_error("array slice subscript must provide both boundaries")
          .with_detail("When assigning to a slice of an empty array value, slice boundaries must be fully specified.");
    }
    if (bound.low > bound.high) throw subscript_error("upper bound cannot be less than lower bound");
    elements.dimensions.push_back({static_cast<int32_t>(bound.high - bound.low + 1), static_cast<int32_t>(bound.low)});
    count *= bound.high - bound.low + 1;
    Elements::check_count(count);
  }
  if (count > static_cast<int64_t>(source.size())) throw subscript_error("source array too small");
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) elements.values.push_back(Elements::packed(source, i));
}

void set_slice_of(Elements& elements, const std::vector<Bound>& bounds, const ArrayView& source) {
  const size_t count = elements.dimensions.size();
  if (count < bounds.size()) throw subscript_error("wrong number of array subscripts");
  std::vector<std::pair<int64_t, int64_t>> ranges;  ///< offsets from the lower bounds, both ends in
  for (size_t i = 0; i < count; ++i) {
    const ArrayDimension own = elements.dimensions[i];
    int64_t low = own.lower_bound;
    int64_t high = int64_t{own.lower_bound} + own.length - 1;
    const int64_t first = low;
    const int64_t last = high;
    if (i < bounds.size()) {
      if (bounds[i].low_given) low = bounds[i].low;
      if (bounds[i].high_given) high = bounds[i].high;
      if (low > high) throw subscript_error("upper bound cannot be less than lower bound");
    }
    if (count == 1) {
      elements.extend(low, high);
    } else if (low < first || high > last) {
      throw subscript_error("array subscript out of range");
    }
    ranges.emplace_back(low - elements.dimensions[i].lower_bound, high - elements.dimensions[i].lower_bound);
  }
  size_t wanted = 1;
  for (const auto& [low, high] : ranges) wanted *= static_cast<size_t>(high - low + 1);
  if (wanted > source.size()) throw subscript_error("source array too small");
  std::vector<int64_t> place;
  for (const auto& range : ranges) place.push_back(range.first);
  for (size_t i = 0; i < wanted; ++i) {
    size_t index = 0;
    for (size_t d = 0; d < count; ++d) {
      index = index * static_cast<size_t>(elements.dimensions[d].length) + static_cast<size_t>(place[d]);
    }
    elements.values[index] = Elements::packed(source, i);
    for (size_t d = count; d-- > 0;) {
      if (++place[d] <= ranges[d].second) break;
      place[d] = ranges[d].first;
    }
  }
}

/// (array, array, then of each dimension: low, high, whether low was written, whether high was)
void set_slice(KernelCall& call) {
  const LogicalType element_type = array_element_type(call.result_type);
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    Elements elements(array_at(call.arguments[0], row, element_type));
    const std::optional<ArrayView> source = array_at(call.arguments[1], row, element_type);
    std::vector<Bound> bounds;
    for (size_t part = 2; part < call.arguments.size(); part += 4) {
      bounds.push_back(bound_at(call.arguments.subspan(part, 4), row));
    }
    if (source && elements.dimensions.empty()) {
      set_slice_of_nothing(elements, bounds, *source);
    } else if (source) {
      set_slice_of(elements, bounds, *source);
    }
    if (!source && !is_there(call.arguments[0], row)) {
      result.set_null(row);
      continue;
    }
    result.mutable_data<Text>()[row] = result.heap().add(elements.pack(element_type));
  }
  call.result = std::move(result);
}

}  // namespace

void add_array_assignments(FunctionTables& tables) {
  const auto add = [&](Text name, ScalarKernel kernel, Text doc) {
    ScalarFunction& function = tables.operation(name, {kAny}, kAnyArray, kernel, doc);
    function.variadic = true;
    function.null_rule = NullRule::kCalled;
  };
  add("[]=", set_element, "array with an element set");
  add("[:]=", set_slice, "array with a part set");
}

}  // namespace tidemark
