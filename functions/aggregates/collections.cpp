// array_agg and string_agg: the result shows the order in which rows came.

#include <algorithm>

#include "base/error.h"
#include "functions/aggregate_kernel.h"
#include "functions/function_tables.h"
#include "functions/validity_operations.h"
#include "types/array.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

Text text_at(const Vector& vector, size_t row) { return vector.data<Text>()[vector.is_constant() ? 0 : row]; }

void append_number(std::string& out, uint64_t number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}
uint64_t take_number(Text& in) {
  uint64_t number = 0;
  std::memcpy(&number, in.data(), sizeof number);
  in.remove_prefix(sizeof number);
  return number;
}

// ---------------------------------------------------------------------------------------------------------- array_agg

/// Elements as packed bytes one after the other: an element is `size` bytes, or NULL.
struct Collected {
  std::string bytes;
  std::vector<uint32_t> sizes;
  static constexpr uint32_t kNull = UINT32_MAX;
};

Collected& collected(std::byte* state) { return *std::launder(reinterpret_cast<Collected*>(state)); }

void collect(Collected& state, const Vector& values, size_t row) {
  if (!is_there(values, row)) {
    state.sizes.push_back(Collected::kNull);
    return;
  }
  const size_t index = values.is_constant() ? 0 : row;
  const PhysicalType physical = values.type().physical();
  if (physical == PhysicalType::kBytes) {
    const Text bytes = values.data<Text>()[index];
    state.bytes += bytes;
    state.sizes.push_back(static_cast<uint32_t>(bytes.size()));
  } else {
    const size_t width = physical_width(physical);
    state.bytes.append(values.data<char>() + index * width, width);
    state.sizes.push_back(static_cast<uint32_t>(width));
  }
}

Vector as_vector(const Collected& state, LogicalType type) {
  Vector values = Vector::flat(type, state.sizes.size());
  const size_t width = physical_width(type.physical());
  const char* from = state.bytes.data();
  for (size_t i = 0; i < state.sizes.size(); ++i) {
    if (state.sizes[i] == Collected::kNull) {
      if (type.physical() != PhysicalType::kBytes) std::memset(values.mutable_data<char>() + i * width, 0, width);
      values.set_null(i);
      continue;
    }
    if (type.physical() == PhysicalType::kBytes) {
      values.mutable_data<Text>()[i] = Text(from, state.sizes[i]);
    } else {
      std::memcpy(values.mutable_data<char>() + i * width, from, width);
    }
    from += state.sizes[i];
  }
  return values;
}

void finalize_arrays(AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
  const LogicalType element_type = array_element_type(call.result_type);
  result = Vector::flat(call.result_type, states.size());
  for (size_t i = 0; i < states.size(); ++i) {
    const Collected& state = collected(states[i]);
    if (state.sizes.empty()) {
      result.set_null(i);
      continue;
    }
    const Vector values = as_vector(state, element_type);
    ArrayBuilder builder(element_type);
    for (size_t j = 0; j < values.size(); ++j) builder.add(values, j);
    result.mutable_data<Text>()[i] = result.heap().add(builder.finish());
  }
}

/// Arrays alike become one with a dimension more.
std::string stacked(const Collected& state, LogicalType element_type) {
  ArrayBuilder builder(element_type);
  std::vector<ArrayDimension> dimensions;
  const char* from = state.bytes.data();
  for (size_t i = 0; i < state.sizes.size(); ++i) {
    if (state.sizes[i] == Collected::kNull) {
      throw Error(sqlstate::kNullValueNotAllowed, "cannot accumulate null arrays");
    }
    const ArrayView array(Text(from, state.sizes[i]), element_type);
    from += state.sizes[i];
    if (array.dimensions().empty()) throw Error("2202E", "cannot accumulate empty arrays");
    if (i == 0) {
      dimensions.assign(array.dimensions().begin(), array.dimensions().end());
    } else if (!std::ranges::equal(dimensions, array.dimensions())) {
      throw Error("2202E", "cannot accumulate arrays of different dimensionality");
    }
    for (size_t j = 0; j < array.size(); ++j) {
      if (array.is_null(j)) {
        builder.add_null();
      } else {
        builder.add_packed(array.packed_element(j));
      }
    }
  }
  if (dimensions.size() == kArrayDimensionsMax) {
    throw Error(sqlstate::kProgramLimitExceeded, "number of array dimensions (7) exceeds the maximum allowed (6)");
  }
  dimensions.insert(dimensions.begin(), ArrayDimension{static_cast<int32_t>(state.sizes.size()), 1});
  return builder.finish(dimensions);
}

void finalize_stacks(AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
  result = Vector::flat(call.result_type, states.size());
  for (size_t i = 0; i < states.size(); ++i) {
    const Collected& state = collected(states[i]);
    if (state.sizes.empty()) {
      result.set_null(i);
    } else {
      result.mutable_data<Text>()[i] = result.heap().add(stacked(state, array_element_type(call.result_type)));
    }
  }
}

AggregateFunction array_aggregate() {
  AggregateFunction function;
  function.name = "array_agg";
  function.arguments = {kAnyNonArray};
  function.result = kAnyArray;
  function.state_bytes = sizeof(Collected);
  function.initialize = [](std::byte* state) { new (state) Collected(); };
  function.destroy = [](std::byte* state) { collected(state).~Collected(); };
  function.update_range = [](AggregateCall& call, std::byte* state, size_t first, size_t last) {
    for (size_t row = first; row < last; ++row) collect(collected(state), call.arguments[0], row);
  };
  function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
    for (size_t row = 0; row < states.size(); ++row) collect(collected(states[row]), call.arguments[0], row);
  };
  function.combine = [](AggregateCall& /*call*/, std::byte* into, std::byte* from) {
    Collected& target = collected(into);
    const Collected& source = collected(from);
    target.bytes += source.bytes;
    target.sizes.insert(target.sizes.end(), source.sizes.begin(), source.sizes.end());
  };
  function.finalize = finalize_arrays;
  function.serialize = [](const std::byte* bytes, std::string& out) {
    const auto& state = *std::launder(reinterpret_cast<const Collected*>(bytes));
    append_number(out, state.sizes.size());
    append_number(out, state.bytes.size());
    out.append(reinterpret_cast<const char*>(state.sizes.data()), state.sizes.size() * sizeof(uint32_t));
    out += state.bytes;
  };
  function.deserialize = [](Text& in, std::byte* bytes) {
    Collected& state = *new (bytes) Collected();
    state.sizes.resize(take_number(in));
    const uint64_t size = take_number(in);
    std::memcpy(state.sizes.data(), in.data(), state.sizes.size() * sizeof(uint32_t));
    in.remove_prefix(state.sizes.size() * sizeof(uint32_t));
    state.bytes = in.substr(0, size);
    in.remove_prefix(size);
  };
  function.order_sensitive = true;
  function.row_bytes = 2 * sizeof(uint64_t);
  function.doc = "array of all values, NULLs too";
  return function;
}

// --------------------------------------------------------------------------------------------------------- string_agg

/// The first value's delimiter is not shown, but joining two states needs it.
struct Joined {
  std::string text;
  std::string first_delimiter;
  bool any = false;
};

Joined& joined(std::byte* state) { return *std::launder(reinterpret_cast<Joined*>(state)); }

void join(Joined& state, AggregateCall& call, size_t row) {
  if (!is_there(call.arguments[0], row)) return;
  const Text delimiter = is_there(call.arguments[1], row) ? text_at(call.arguments[1], row) : Text();
  if (state.any) {
    state.text += delimiter;
  } else {
    state.first_delimiter = delimiter;
  }
  state.text += text_at(call.arguments[0], row);
  state.any = true;
}

AggregateFunction string_aggregate(TypeId type) {
  AggregateFunction function;
  function.name = "string_agg";
  function.arguments = {type, type};
  function.result = type;
  function.state_bytes = sizeof(Joined);
  function.initialize = [](std::byte* state) { new (state) Joined(); };
  function.destroy = [](std::byte* state) { joined(state).~Joined(); };
  function.update_range = [](AggregateCall& call, std::byte* state, size_t first, size_t last) {
    for (size_t row = first; row < last; ++row) join(joined(state), call, row);
  };
  function.update_rows = [](AggregateCall& call, std::span<std::byte* const> states) {
    for (size_t row = 0; row < states.size(); ++row) join(joined(states[row]), call, row);
  };
  function.combine = [](AggregateCall& /*call*/, std::byte* into, std::byte* from) {
    Joined& target = joined(into);
    Joined& source = joined(from);
    if (!source.any) return;
    if (target.any) {
      target.text += source.first_delimiter + source.text;
    } else {
      target = source;
    }
  };
  function.finalize = [](AggregateCall& call, std::span<std::byte* const> states, Vector& result) {
    detail::finalize_each<std::string>(call, states.size(), result, [&](size_t i, std::string& output) {
      output = joined(states[i]).text;
      return joined(states[i]).any;
    });
  };
  function.serialize = [](const std::byte* bytes, std::string& out) {
    const auto& state = *std::launder(reinterpret_cast<const Joined*>(bytes));
    out += state.any ? '\1' : '\0';
    append_number(out, state.first_delimiter.size());
    append_number(out, state.text.size());
    out += state.first_delimiter + state.text;
  };
  function.deserialize = [](Text& in, std::byte* bytes) {
    Joined& state = *new (bytes) Joined();
    state.any = in[0] != 0;
    in.remove_prefix(1);
    const uint64_t delimiter = take_number(in);
    const uint64_t text = take_number(in);
    state.first_delimiter = in.substr(0, delimiter);
    state.text = in.substr(delimiter, text);
    in.remove_prefix(delimiter + text);
  };
  function.order_sensitive = true;
  function.row_bytes = sizeof(uint64_t);
  function.doc = "texts with a delimiter between";
  return function;
}

}  // namespace

void add_collections(FunctionTables& tables) {
  tables.aggregate(array_aggregate());
  AggregateFunction stack = array_aggregate();
  stack.arguments = {kAnyArray};
  stack.finalize = finalize_stacks;
  stack.doc = "arrays as an array of one dimension more";
  tables.aggregate(std::move(stack));
  tables.aggregate(string_aggregate(kText));
  tables.aggregate(string_aggregate(kBytea));
}

}  // namespace tidemark
