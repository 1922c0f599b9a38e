// json and jsonb: access, containment, changes, construction.

#include "types/json.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.h"
#include "functions/comparison_kernel.h"
#include "functions/function_tables.h"
#include "functions/io_options.h"
#include "functions/kernel.h"
#include "functions/scalars/json_text.h"
#include "functions/validity_operations.h"
#include "types/array.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

std::optional<std::string> copied(const std::optional<Text>& slice) {
  return slice ? std::optional<std::string>(std::string(*slice)) : std::nullopt;
}
std::optional<std::string> as_text(const std::optional<Text>& slice) {
  return slice ? json_as_text(*slice) : std::nullopt;
}

std::optional<std::string> member(Text json, Text key) { return copied(json_member(json, key)); }
std::optional<std::string> element(Text json, int32_t index) { return copied(json_element(json, index)); }
std::optional<std::string> member_text(Text json, Text key) { return as_text(json_member(json, key)); }
std::optional<std::string> element_text(Text json, int32_t index) { return as_text(json_element(json, index)); }

// A jsonb scalar is kept as an array of one, which shows here.
bool is_only_element(Text json, int32_t index) {
  const JsonKind kind = json_kind(json);
  return kind != JsonKind::kObject && kind != JsonKind::kArray && (index == 0 || index == -1);
}
std::optional<std::string> jsonb_element(Text json, int32_t index) {
  return is_only_element(json, index) ? std::optional(std::string(json)) : element(json, index);
}
std::optional<std::string> jsonb_element_text(Text json, int32_t index) {
  return is_only_element(json, index) ? as_text(json) : element_text(json, index);
}

/// The strings of a packed text[]; nothing if one is NULL.
std::optional<std::vector<std::string>> strings_of(Text packed) {
  const ArrayView array(packed, kText);
  std::vector<std::string> strings;
  for (size_t i = 0; i < array.size(); ++i) {
    if (array.is_null(i)) return std::nullopt;
    strings.emplace_back(array.packed_element(i));
  }
  return strings;
}

std::optional<std::string> at_path(Text json, Text path) {
  const auto steps = strings_of(path);
  return steps ? copied(json_at_path(json, *steps)) : std::nullopt;
}
std::optional<std::string> at_path_text(Text json, Text path) {
  const auto steps = strings_of(path);
  return steps ? as_text(json_at_path(json, *steps)) : std::nullopt;
}

/// json_extract_path(json, VARIADIC steps).
template <bool kAsText>
void extract_path(KernelCall& call) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) continue;
    std::vector<std::string> steps;
    for (const Vector& step : call.arguments.subspan(1)) steps.emplace_back(Argument<Text>(step)[row]);
    const std::optional<Text> found = json_at_path(Argument<Text>(call.arguments[0])[row], steps);
    const std::optional<std::string> shown = kAsText ? as_text(found) : copied(found);
    if (shown) {
      result.mutable_data<Text>()[row] = result.heap().add(*shown);
    } else {
      result.set_null(row);
    }
  }
  call.result = std::move(result);
}

// --------------------------------------------------------------------------------------------------------- containment

bool contains(Text whole, Text part) {
  const JsonKind kind = json_kind(part);
  if (json_kind(whole) != kind) return false;
  if (kind == JsonKind::kObject) {
    return std::ranges::all_of(json_members(part), [&](const JsonMember& wanted) {
      const std::optional<Text> there = json_member(whole, wanted.key);
      return there && contains(*there, wanted.value);
    });
  }
  if (kind == JsonKind::kArray) {
    const std::vector<Text> elements = json_elements(whole);
    return std::ranges::all_of(json_elements(part), [&](Text wanted) {
      return std::ranges::any_of(elements, [&](Text there) { return contains(there, wanted); });
    });
  }
  return compare_jsonb(whole, part) == 0;
}
/// At the top an array also contains a bare value.
bool jsonb_contains(Text whole, Text part) {
  const bool bare = json_kind(part) != JsonKind::kObject && json_kind(part) != JsonKind::kArray;
  if (bare && json_kind(whole) == JsonKind::kArray) return contains(whole, "[" + std::string(part) + "]");
  return contains(whole, part);
}
bool jsonb_contained(Text part, Text whole) { return jsonb_contains(whole, part); }

bool has_key(Text json, Text key) {
  const auto is_key = [&](Text value) { return json_kind(value) == JsonKind::kString && json_as_text(value) == key; };
  switch (json_kind(json)) {
    case JsonKind::kObject:
      return json_member(json, key).has_value();
    case JsonKind::kArray:
      return std::ranges::any_of(json_elements(json), is_key);
    default:
      return is_key(json);
  }
}
template <bool kAll>
bool has_keys(Text json, Text keys) {
  const ArrayView array(keys, kText);
  for (size_t i = 0; i < array.size(); ++i) {
    if (!array.is_null(i) && has_key(json, array.packed_element(i)) != kAll) return !kAll;
  }
  return kAll;
}

template <auto kTest>
bool ordered(Text a, Text b) {
  return kTest(compare_jsonb(a, b));
}
bool equal(std::weak_ordering order) { return order == 0; }
bool not_equal(std::weak_ordering order) { return order != 0; }
bool less(std::weak_ordering order) { return order < 0; }
bool less_or_equal(std::weak_ordering order) { return order <= 0; }
bool greater(std::weak_ordering order) { return order > 0; }
bool greater_or_equal(std::weak_ordering order) { return order >= 0; }

// --------------------------------------------------------------------------------------------------------------
// changes

std::string object_of(const std::vector<std::pair<std::string, std::string>>& members) {
  std::string out = "{";
  for (const auto& [key, value] : members) {
    if (out.size() > 1) out += ", ";
    append_json_string(out, key);
    out += ": " + value;
  }
  return out + "}";
}
std::string array_of(const std::vector<std::string>& elements) {
  std::string out = "[";
  for (const std::string& value : elements) {
    if (out.size() > 1) out += ", ";
    out += value;
  }
  return out + "]";
}
std::vector<std::pair<std::string, std::string>> members_of(Text object) {
  std::vector<std::pair<std::string, std::string>> members;
  for (const JsonMember& entry : json_members(object)) members.emplace_back(entry.key, std::string(entry.value));
  return members;
}
std::vector<std::string> elements_of(Text json) {
  std::vector<std::string> elements;
  if (json_kind(json) != JsonKind::kArray) return {std::string(json)};
  for (const Text value : json_elements(json)) elements.emplace_back(value);
  return elements;
}

std::string concatenate_jsonb(Text a, Text b) {
  if (json_kind(a) == JsonKind::kObject && json_kind(b) == JsonKind::kObject) {
    auto members = members_of(a);
    for (auto& entry : members_of(b)) members.push_back(std::move(entry));
    return normalize_jsonb(object_of(members));  // Of equal keys the last one stays.
  }
  std::vector<std::string> elements = elements_of(a);
  for (std::string& value : elements_of(b)) elements.push_back(std::move(value));
  return array_of(elements);
}

[[noreturn]] void throw_not_for(Text what, Text kind) {
  throw Error(sqlstate::kInvalidParameterValue, "cannot " + std::string(what) + " from " + std::string(kind));
}

std::string without_key(Text json, Text key) {
  switch (json_kind(json)) {
    case JsonKind::kObject: {
      auto members = members_of(json);
      std::erase_if(members, [&](const auto& entry) { return entry.first == key; });
      return object_of(members);
    }
    case JsonKind::kArray: {
      std::vector<std::string> elements = elements_of(json);
      std::erase_if(elements, [&](const std::string& value) {
        return json_kind(value) == JsonKind::kString && json_as_text(value) == key;
      });
      return array_of(elements);
    }
    default:
      throw_not_for("delete", "scalar");
  }
}
void require_list(const ArrayView& array) {
  if (array.dimensions().size() > 1) throw Error("2202E", "wrong number of array subscripts");
}
std::string without_keys(Text json, Text keys) {
  const ArrayView array(keys, kText);
  require_list(array);
  const JsonKind kind = json_kind(json);
  if (kind != JsonKind::kObject && kind != JsonKind::kArray) throw_not_for("delete", "scalar");
  std::string result(json);
  for (size_t i = 0; i < array.size(); ++i) {
    if (!array.is_null(i)) result = without_key(result, array.packed_element(i));
  }
  return result;
}
std::string without_element(Text json, int32_t index) {
  if (json_kind(json) == JsonKind::kObject) throw_not_for("delete", "object using integer index");
  if (json_kind(json) != JsonKind::kArray) throw_not_for("delete", "scalar");
  std::vector<std::string> elements = elements_of(json);
  const auto count = static_cast<int64_t>(elements.size());
  const int64_t at = index < 0 ? index + count : index;
  if (at >= 0 && at < count) elements.erase(elements.begin() + at);
  return array_of(elements);
}

enum class PathChange : uint8_t { kSet, kInsert, kDelete, kAssign };
struct Change {
  PathChange kind;
  Text value;
  bool create = true;  ///< kSet: whether a missing last step is made
  bool insert_after = false;
  size_t null_step = SIZE_MAX;  ///< the first step that is NULL: an error if the walk gets there
};

int64_t path_index(const std::string& step, size_t position) {
  int64_t index = 0;
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  if (error != std::errc() || end != step.data() + step.size()) {
    throw Error(sqlstate::kInvalidTextRepresentation,
                "path element at position " + std::to_string(position) + " is not an integer: \"" + step + "\"");
  }
  return index;
}

std::string changed(Text json, const std::vector<std::string>& path, size_t depth, const Change& change);

/// What an assignment makes of steps that lead nowhere yet: arrays where the step is a number, with nulls in front.
std::string grown(const std::vector<std::string>& path, size_t depth, Text value) {
  if (depth == path.size()) return std::string(value);
  int64_t index = 0;
  const std::string& step = path[depth];
  const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
  const std::string below = grown(path, depth + 1, value);
  if (error != std::errc() || end != step.data() + step.size()) return object_of({{step, below}});
  std::vector<std::string> elements(static_cast<size_t>(std::max<int64_t>(index, 0)), "null");
  elements.push_back(below);
  return array_of(elements);
}

std::string changed_object(Text json, const std::vector<std::string>& path, size_t depth, const Change& change) {
  auto members = members_of(json);
  const bool last = depth + 1 == path.size();
  const auto found = std::ranges::find(members, path[depth], [](const auto& entry) { return entry.first; });
  if (!last) {
    if (found != members.end()) {
      found->second = changed(found->second, path, depth + 1, change);
    } else if (change.kind == PathChange::kAssign) {
      members.emplace_back(path[depth], grown(path, depth + 1, change.value));
    }
  } else if (change.kind == PathChange::kDelete) {
    if (found != members.end()) members.erase(found);
  } else if (found == members.end()) {
    if (change.create) members.emplace_back(path[depth], std::string(change.value));
  } else if (change.kind == PathChange::kInsert) {
    throw Error(sqlstate::kInvalidParameterValue, "cannot replace existing key")
        .with_hint("Try using the function jsonb_set to replace key value.");
  } else {
    found->second = change.value;
  }
  return object_of(members);
}

std::string changed_array(Text json, const std::vector<std::string>& path, size_t depth, const Change& change) {
  std::vector<std::string> elements = elements_of(json);
  const auto count = static_cast<int64_t>(elements.size());
  const bool last = depth + 1 == path.size();
  int64_t index = path_index(path[depth], depth + 1);
  if (index < -count && change.kind == PathChange::kAssign) {
    throw Error(sqlstate::kInvalidParameterValue,
                "path element at position " + std::to_string(depth + 1) + " is out of range: " + std::to_string(index));
  }
  if (index < 0) index += count;
  const bool inside = index >= 0 && index < count;
  if (change.kind == PathChange::kAssign && !inside) {
    elements.resize(static_cast<size_t>(index), "null");
    elements.push_back(grown(path, depth + 1, change.value));
    return array_of(elements);
  }
  if (!last) {
    if (inside)
      elements[static_cast<size_t>(index)] = changed(elements[static_cast<size_t>(index)], path, depth + 1, change);
  } else if (change.kind == PathChange::kDelete) {
    if (inside) elements.erase(elements.begin() + index);
  } else if ((change.kind == PathChange::kSet || change.kind == PathChange::kAssign) && inside) {
    elements[static_cast<size_t>(index)] = change.value;
  } else if (change.create) {
    int64_t place = std::clamp<int64_t>(index, 0, count);
    if (inside && change.insert_after) ++place;
    elements.insert(elements.begin() + place, std::string(change.value));
  }
  return array_of(elements);
}

std::string changed(Text json, const std::vector<std::string>& path, size_t depth, const Change& change) {
  if (depth == change.null_step) {
    throw Error(sqlstate::kNullValueNotAllowed, "path element at position " + std::to_string(depth + 1) + " is null");
  }
  switch (json_kind(json)) {
    case JsonKind::kObject:
      return changed_object(json, path, depth, change);
    case JsonKind::kArray:
      return changed_array(json, path, depth, change);
    default:
      if (change.kind == PathChange::kAssign) {
        throw Error(sqlstate::kInvalidParameterValue, "cannot replace existing key")
            .with_detail("The path assumes key is a composite object, but it is a scalar value.");
      }
      return std::string(json);
  }
}

/// `SET j[a][b] = value`: (old value, new value, path, whether nothing becomes an array).
void assign_at(KernelCall& call) {
  Vector result = Vector::flat(kJsonb, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    if (!is_there(call.arguments[2], row)) {
      throw Error(sqlstate::kNullValueNotAllowed, "jsonb subscript in assignment must not be null");
    }
    const auto steps = strings_of(Argument<Text>(call.arguments[2])[row]);
    if (!steps) throw Error(sqlstate::kNullValueNotAllowed, "jsonb subscript in assignment must not be null");
    const Text value = is_there(call.arguments[1], row) ? Argument<Text>(call.arguments[1])[row] : Text("null");
    const Text nothing = Argument<bool>(call.arguments[3])[row] ? "[]" : "{}";
    const Text old = is_there(call.arguments[0], row) ? Argument<Text>(call.arguments[0])[row] : nothing;
    const std::string made = normalize_jsonb(changed(old, *steps, 0, {PathChange::kAssign, value}));
    result.mutable_data<Text>()[row] = result.heap().add(made);
  }
  call.result = std::move(result);
}

std::optional<std::string> change_at(Text json, Text path, Change change) {
  require_list(ArrayView(path, kText));
  const JsonKind kind = json_kind(json);
  if (kind != JsonKind::kObject && kind != JsonKind::kArray) {
    throw Error(sqlstate::kInvalidParameterValue,
                change.kind == PathChange::kDelete ? "cannot delete path in scalar" : "cannot set path in scalar");
  }
  const bool makes_nothing = change.kind == PathChange::kDelete || (change.kind == PathChange::kSet && !change.create);
  const ArrayView elements(path, kText);
  if (elements.size() == 0 || (makes_nothing && (json == "[]" || json == "{}"))) return std::string(json);
  std::vector<std::string> steps;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (elements.is_null(i)) change.null_step = std::min(change.null_step, i);
    steps.emplace_back(elements.is_null(i) ? Text() : elements.packed_element(i));
  }
  return normalize_jsonb(changed(json, steps, 0, change));
}
std::optional<std::string> set_path_create(Text json, Text path, Text value, bool create) {
  return change_at(json, path, {PathChange::kSet, value, create});
}
std::optional<std::string> set_path(Text json, Text path, Text value) {
  return set_path_create(json, path, value, true);
}
std::optional<std::string> insert_path_after(Text json, Text path, Text value, bool after) {
  return change_at(json, path, {PathChange::kInsert, value, true, after});
}
std::optional<std::string> insert_path(Text json, Text path, Text value) {
  return insert_path_after(json, path, value, false);
}
std::optional<std::string> delete_path(Text json, Text path) {
  return change_at(json, path, {PathChange::kDelete, {}});
}

constexpr const char* kTreatments =
    "null_value_treatment must be \"delete_key\", \"return_target\", \"use_json_null\", or \"raise_exception\"";

Text lax_treatment(const Vector& treatments, size_t row) {
  if (!is_there(treatments, row)) throw Error(sqlstate::kInvalidParameterValue, kTreatments);
  return Argument<Text>(treatments)[row];
}

std::optional<std::string> set_null_lax(Text json, Text path, bool create, Text treatment) {
  if (treatment == "raise_exception") {
    throw Error(sqlstate::kNullValueNotAllowed, "JSON value must not be null")
        .with_detail("Exception was raised because null_value_treatment is \"raise_exception\".")
        .with_hint(
            "To avoid, either change the null_value_treatment argument or ensure that an SQL NULL is not passed.");
  }
  if (treatment == "use_json_null") return set_path_create(json, path, "null", create);
  if (treatment == "delete_key") return delete_path(json, path);
  if (treatment == "return_target") return std::string(json);
  throw Error(sqlstate::kInvalidParameterValue, kTreatments);
}

/// jsonb_set that says itself what a NULL value means.
void set_path_lax(KernelCall& call) {
  Vector result = Vector::flat(kJsonb, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    const size_t count = call.arguments.size();
    if (!is_there(call.arguments[0], row) || !is_there(call.arguments[1], row) ||
        (count > 3 && !is_there(call.arguments[3], row))) {
      result.set_null(row);
      continue;
    }
    const Text json = Argument<Text>(call.arguments[0])[row];
    const Text path = Argument<Text>(call.arguments[1])[row];
    const bool create = count < 4 || Argument<bool>(call.arguments[3])[row];
    std::optional<std::string> made;
    if (is_there(call.arguments[2], row)) {
      made = set_path_create(json, path, Argument<Text>(call.arguments[2])[row], create);
    } else {
      made =
          set_null_lax(json, path, create, count < 5 ? Text("use_json_null") : lax_treatment(call.arguments[4], row));
    }
    result.mutable_data<Text>()[row] = result.heap().add(*made);
  }
  call.result = std::move(result);
}

std::string strip_nulls(Text json, bool normalized) {
  const Text colon = normalized ? ": " : ":";
  const Text comma = normalized ? ", " : ",";
  switch (json_kind(json)) {
    case JsonKind::kObject: {
      std::string out = "{";
      for (const JsonMember& entry : json_members(json)) {
        if (json_kind(entry.value) == JsonKind::kNull) continue;
        if (out.size() > 1) out += comma;
        append_json_string(out, entry.key);
        out += colon;
        out += strip_nulls(entry.value, normalized);
      }
      return out + "}";
    }
    case JsonKind::kArray: {
      std::string out = "[";
      for (const Text value : json_elements(json)) {
        if (out.size() > 1) out += comma;
        out += strip_nulls(value, normalized);
      }
      return out + "]";
    }
    default:
      return std::string(json);
  }
}
std::string json_strip_nulls(Text json) { return strip_nulls(json, false); }
std::string jsonb_strip_nulls(Text json) { return strip_nulls(json, true); }

void append_pretty(std::string& out, Text json, size_t depth) {
  const std::string indent(4 * (depth + 1), ' ');
  const std::string outer(4 * depth, ' ');
  const JsonKind kind = json_kind(json);
  bool first = true;
  const auto begin_line = [&] {
    out += first ? "\n" : ",\n";
    out += indent;
    first = false;
  };
  if (kind == JsonKind::kObject) {
    out += '{';
    for (const JsonMember& entry : json_members(json)) {
      begin_line();
      append_json_string(out, entry.key);
      out += ": ";
      append_pretty(out, entry.value, depth + 1);
    }
    out += "\n" + outer + "}";
  } else if (kind == JsonKind::kArray) {
    out += '[';
    for (const Text value : json_elements(json)) {
      begin_line();
      append_pretty(out, value, depth + 1);
    }
    out += "\n" + outer + "]";
  } else {
    out += json;
  }
}
std::string pretty(Text json) {
  std::string out;
  append_pretty(out, json, 0);
  return out;
}

// ------------------------------------------------------------------------------------------------------- asking,
// making

Text type_name(Text json) {
  switch (json_kind(json)) {
    case JsonKind::kObject:
      return "object";
    case JsonKind::kArray:
      return "array";
    case JsonKind::kString:
      return "string";
    case JsonKind::kNumber:
      return "number";
    case JsonKind::kBoolean:
      return "boolean";
    case JsonKind::kNull:
      return "null";
  }
  return {};
}
std::string json_typeof(Text json) { return std::string(type_name(json)); }

int32_t array_length(Text json) {
  switch (json_kind(json)) {
    case JsonKind::kArray:
      return static_cast<int32_t>(json_elements(json).size());
    case JsonKind::kObject:
      throw Error(sqlstate::kInvalidParameterValue, "cannot get array length of a non-array");
    default:
      throw Error(sqlstate::kInvalidParameterValue, "cannot get array length of a scalar");
  }
}

/// One JSON text a row; `body(row, out)`.
template <class Body>
void json_rows(KernelCall& call, const Body& body) {
  Vector result = Vector::flat(call.result_type, call.size);
  std::string out;
  for (size_t row = 0; row < call.size; ++row) {
    if (!call.valid.is_valid(row)) continue;
    out.clear();
    body(row, out);
    if (call.result_type.id == kJsonb) out = normalize_jsonb(out);
    result.mutable_data<Text>()[row] = result.heap().add(out);
  }
  call.result = std::move(result);
}

void to_json(KernelCall& call) {
  json_rows(call, [&](size_t row, std::string& out) {
    append_as_json(out, call.arguments[0], row, io_options(call.context));
  });
}

/// The outermost elements each on a line of its own, as the functions with `pretty` show them.
std::string on_lines(Text json) {
  const bool is_array = json_kind(json) == JsonKind::kArray;
  std::string out = is_array ? "[" : "{";
  const auto separate = [&] {
    if (out.size() > 1) out += ",\n ";
  };
  if (is_array) {
    for (const Text element : json_elements(json)) {
      separate();
      out += element;
    }
    return out + "]";
  }
  for (const JsonMember& entry : json_members(json)) {
    separate();
    append_json_string(out, entry.key);
    out += ':';
    out += entry.value;
  }
  return out + "}";
}

void to_json_on_lines(KernelCall& call) {
  const Argument<bool> pretty(call.arguments[1]);
  json_rows(call, [&](size_t row, std::string& out) {
    append_as_json(out, call.arguments[0], row, io_options(call.context));
    if (pretty[row]) out = on_lines(out);
  });
}

/// The text of a key: any type but NULL.
void append_key_text(KernelCall& call, std::string& out, const Vector& key, size_t row, size_t number) {
  if (!is_there(key, row)) {
    if (call.result_type.id == kJsonb) {
      throw Error(sqlstate::kInvalidParameterValue, "argument " + std::to_string(number) + ": key must not be null");
    }
    throw Error(sqlstate::kInvalidParameterValue, "argument " + std::to_string(number) + " cannot be null")
        .with_hint("Object keys should be text.");
  }
  if (key.type().is_array() || key.type().id == kRecord || key.type().id == kJson || key.type().id == kJsonb) {
    throw Error(sqlstate::kInvalidParameterValue, "key value must be scalar, not array, composite, or json");
  }
  std::string text;
  append_text(text, key, row, io_options(call.context));
  append_json_string(out, text);
}

void build_object(KernelCall& call) {
  if (call.arguments.size() % 2 != 0) {
    throw Error(sqlstate::kInvalidParameterValue, "argument list must have even number of elements")
        .with_hint("The arguments of " + std::string(call.result_type.id == kJsonb ? "jsonb" : "json") +
                   "_build_object() must consist of alternating keys and values.");
  }
  json_rows(call, [&](size_t row, std::string& out) {
    out = "{";
    for (size_t i = 0; i < call.arguments.size(); i += 2) {
      if (i > 0) out += ", ";
      append_key_text(call, out, call.arguments[i], row, i + 1);
      out += " : ";
      append_as_json(out, call.arguments[i + 1], row, io_options(call.context));
    }
    out += "}";
  });
}
void build_array(KernelCall& call) {
  json_rows(call, [&](size_t row, std::string& out) {
    out = "[";
    for (size_t i = 0; i < call.arguments.size(); ++i) {
      if (i > 0) out += ", ";
      append_as_json(out, call.arguments[i], row, io_options(call.context));
    }
    out += "]";
  });
}

/// json_object(keys, values), or of one array in which they alternate.
void json_object(KernelCall& call) {
  json_rows(call, [&](size_t row, std::string& out) {
    const ArrayView keys(Argument<Text>(call.arguments[0])[row], kText);
    const bool alternating = call.arguments.size() == 1;
    const ArrayView values(Argument<Text>(call.arguments.back())[row], kText);
    const auto dimensions = keys.dimensions();
    // One array may also be a list of pairs.
    if (dimensions.size() > 2 || (!alternating && (dimensions.size() > 1 || values.dimensions().size() > 1))) {
      throw Error("2202E", "wrong number of array subscripts");
    }
    if (dimensions.size() == 2 && dimensions[1].length != 2) throw Error("2202E", "array must have two columns");
    if (alternating ? keys.size() % 2 != 0 : keys.size() != values.size()) {
      throw Error("2202E", alternating ? "array must have even number of elements" : "mismatched array dimensions");
    }
    out = "{";
    for (size_t i = 0; i < keys.size(); i += alternating ? 2 : 1) {
      const size_t value = alternating ? i + 1 : i;
      if (keys.is_null(i)) throw Error(sqlstate::kNullValueNotAllowed, "null value not allowed for object key");
      if (i > 0) out += ", ";
      append_json_string(out, keys.packed_element(i));
      out += " : ";
      if (values.is_null(value)) {
        out += "null";
      } else {
        append_json_string(out, values.packed_element(value));
      }
    }
    out += "}";
  });
}

// jsonb scalars become SQL values.
[[noreturn]] void throw_no_cast(Text json, Text type) {
  const Text kind = json_kind(json) == JsonKind::kNumber ? "numeric" : type_name(json);
  throw Error(sqlstate::kInvalidParameterValue,
              "cannot cast jsonb " + std::string(kind) + " to type " + std::string(type));
}
bool jsonb_to_boolean(Text json) {
  if (json_kind(json) != JsonKind::kBoolean) throw_no_cast(json, "boolean");
  return json == "true";
}
Numeric jsonb_to_numeric(Text json) {
  if (json_kind(json) != JsonKind::kNumber) throw_no_cast(json, "numeric");
  return Numeric::parse(json);
}
template <class T>
T jsonb_to_integer(Text json) {
  static constexpr Text kName = sizeof(T) == 2 ? "smallint" : sizeof(T) == 4 ? "integer" : "bigint";
  if (json_kind(json) != JsonKind::kNumber) throw_no_cast(json, kName);
  int64_t value = 0;
  if (!Numeric::parse(json).to_int64(value) || static_cast<T>(value) != value) {
    throw Error(sqlstate::kNumericValueOutOfRange, std::string(kName) + " out of range");
  }
  return static_cast<T>(value);
}
double jsonb_to_double(Text json) {
  if (json_kind(json) != JsonKind::kNumber) throw_no_cast(json, "double precision");
  return Numeric::parse(json).to_double();
}
float jsonb_to_float(Text json) {
  if (json_kind(json) != JsonKind::kNumber) throw_no_cast(json, "real");
  const double wide = Numeric::parse(json).to_double();
  const auto narrow = static_cast<float>(wide);
  if (std::isinf(narrow) || (narrow == 0 && wide != 0)) {
    throw Error(sqlstate::kNumericValueOutOfRange, "\"" + std::string(json) + "\" is out of range for type real");
  }
  return narrow;
}
std::string json_to_jsonb(Text json) { return normalize_jsonb(json); }

void add_access(FunctionTables& tables) {
  const LogicalType texts = LogicalType::array_of(kText);
  for (const TypeId type : {kJson, kJsonb}) {
    tables.operation("->", {type, kText}, type, each_row<member>, "member of an object");
    tables.operation("->", {type, kInt32}, type, type == kJsonb ? each_row<jsonb_element> : each_row<element>,
                     "element of an array, from 0");
    tables.operation("->>", {type, kText}, kText, each_row<member_text>, "member of an object, as text");
    tables.operation("->>", {type, kInt32}, kText,
                     type == kJsonb ? each_row<jsonb_element_text> : each_row<element_text>,
                     "element of an array, as text");
    tables.operation("#>", {type, texts}, type, each_row<at_path>, "value at a path");
    tables.operation("#>>", {type, texts}, kText, each_row<at_path_text>, "value at a path, as text");
    const bool is_json = type == kJson;
    tables
        .function(is_json ? "json_extract_path" : "jsonb_extract_path", {type, kText}, type, extract_path<false>,
                  "value at a path")
        .variadic = true;
    tables
        .function(is_json ? "json_extract_path_text" : "jsonb_extract_path_text", {type, kText}, kText,
                  extract_path<true>, "value at a path, as text")
        .variadic = true;
    tables.function(is_json ? "json_typeof" : "jsonb_typeof", {type}, kText, each_row<json_typeof>,
                    "object, array, string, number, boolean or null");
    tables.function(is_json ? "json_array_length" : "jsonb_array_length", {type}, kInt32, each_row<array_length>,
                    "number of elements");
  }
  tables.function("json_strip_nulls", {kJson}, kJson, each_row<json_strip_nulls>, "without members that are null");
  tables.function("jsonb_strip_nulls", {kJsonb}, kJsonb, each_row<jsonb_strip_nulls>, "without members that are null");
  tables.function("jsonb_pretty", {kJsonb}, kText, each_row<pretty>, "indented");
}

void add_jsonb_operators(FunctionTables& tables) {
  const LogicalType texts = LogicalType::array_of(kText);
  const auto compare = [&](Text symbol, ScalarKernel kernel, Text doc) {
    tables.operation(symbol, {kJsonb, kJsonb}, kBoolean, kernel, doc);
  };
  compare("=", each_row<ordered<equal>>, "equal");
  compare("<>", each_row<ordered<not_equal>>, "not equal");
  compare("<", each_row<ordered<less>>, "less than");
  compare("<=", each_row<ordered<less_or_equal>>, "less than or equal");
  compare(">", each_row<ordered<greater>>, "greater than");
  compare(">=", each_row<ordered<greater_or_equal>>, "greater than or equal");
  compare("@>", each_row<jsonb_contains>, "contains");
  compare("<@", each_row<jsonb_contained>, "is contained in");
  tables.operation("?", {kJsonb, kText}, kBoolean, each_row<has_key>, "has this key or string");
  tables.operation("?|", {kJsonb, texts}, kBoolean, each_row<has_keys<false>>, "has one of these keys");
  tables.operation("?&", {kJsonb, texts}, kBoolean, each_row<has_keys<true>>, "has all of these keys");
  tables.operation("||", {kJsonb, kJsonb}, kJsonb, each_row<concatenate_jsonb>, "both together");
  tables.operation("-", {kJsonb, kText}, kJsonb, each_row<without_key>, "without a key or string");
  tables.operation("-", {kJsonb, texts}, kJsonb, each_row<without_keys>, "without some keys or strings");
  tables.operation("-", {kJsonb, kInt32}, kJsonb, each_row<without_element>, "without an element");
  tables.operation("#-", {kJsonb, texts}, kJsonb, each_row<delete_path>, "without what is at a path");
  tables.function("jsonb_delete_path", {kJsonb, texts}, kJsonb, each_row<delete_path>, "without what is at a path");
  tables.function("jsonb_set", {kJsonb, texts, kJsonb}, kJsonb, each_row<set_path>, "with a value at a path");
  tables.function("jsonb_set", {kJsonb, texts, kJsonb, kBoolean}, kJsonb, each_row<set_path_create>,
                  "with a value at a path, made or not if missing");
  std::vector<LogicalType> lax = {kJsonb, texts, kJsonb};
  for (const TypeId next : {kVoid, kBoolean, kText}) {
    if (next != kVoid) lax.emplace_back(next);
    tables.function("jsonb_set_lax", lax, kJsonb, set_path_lax, "with a value at a path, which may be NULL").null_rule =
        NullRule::kCalled;
  }
  ScalarFunction& assign = tables.operation("jsonb[]=", {kJsonb, kJsonb, texts, kBoolean}, kJsonb, assign_at,
                                            "with a value assigned to a subscript");
  assign.null_rule = NullRule::kCalled;
  tables.function("jsonb_insert", {kJsonb, texts, kJsonb}, kJsonb, each_row<insert_path>, "with a value put in");
  tables.function("jsonb_insert", {kJsonb, texts, kJsonb, kBoolean}, kJsonb, each_row<insert_path_after>,
                  "with a value put in, before or after");
}

void add_construction(FunctionTables& tables) {
  const LogicalType texts = LogicalType::array_of(kText);
  for (const TypeId type : {kJson, kJsonb}) {
    const bool is_json = type == kJson;
    const auto add = [&](Text name, std::vector<LogicalType> arguments, ScalarKernel kernel,
                         Text doc) -> ScalarFunction& {
      ScalarFunction& function = tables.function(name, std::move(arguments), type, kernel, doc);
      function.volatility = Volatility::kStable;
      return function;
    };
    add(is_json ? "to_json" : "to_jsonb", {kAnyElement}, to_json, "any value as JSON");
    const auto add_any = [&](Text name, ScalarKernel kernel, Text doc) {
      ScalarFunction& function = add(name, {kAny}, kernel, doc);
      function.variadic = true;
      function.null_rule = NullRule::kCalled;
      add(name, {}, kernel, doc);
    };
    add_any(is_json ? "json_build_object" : "jsonb_build_object", build_object, "object of keys and values");
    add_any(is_json ? "json_build_array" : "jsonb_build_array", build_array, "array of any values");
    tables.function(is_json ? "json_object" : "jsonb_object", {texts}, type, json_object,
                    "object of alternating keys and values");
    tables.function(is_json ? "json_object" : "jsonb_object", {texts, texts}, type, json_object,
                    "object of keys and values");
  }
  tables.function("array_to_json", {kAnyArray}, kJson, to_json, "array as JSON").volatility = Volatility::kStable;
  tables.function("row_to_json", {kRecord}, kJson, to_json, "row as JSON").volatility = Volatility::kStable;
  tables.function("array_to_json", {kAnyArray, kBoolean}, kJson, to_json_on_lines, "array as JSON, on lines or not")
      .volatility = Volatility::kStable;
  tables.function("row_to_json", {kRecord, kBoolean}, kJson, to_json_on_lines, "row as JSON, on lines or not")
      .volatility = Volatility::kStable;
}

void add_json_casts(FunctionTables& tables) {
  using enum CastContext;
  tables.cast(kJson, kJsonb, kAssignment, each_row<json_to_jsonb>);
  tables.cast(kJsonb, kJson, kAssignment, nullptr);
  tables.cast(kJsonb, kBoolean, kExplicit, each_row<jsonb_to_boolean>);
  tables.cast(kJsonb, kNumeric, kExplicit, each_row<jsonb_to_numeric>);
  tables.cast(kJsonb, kInt16, kExplicit, each_row<jsonb_to_integer<int16_t>>);
  tables.cast(kJsonb, kInt32, kExplicit, each_row<jsonb_to_integer<int32_t>>);
  tables.cast(kJsonb, kInt64, kExplicit, each_row<jsonb_to_integer<int64_t>>);
  tables.cast(kJsonb, kFloat32, kExplicit, each_row<jsonb_to_float>);
  tables.cast(kJsonb, kFloat64, kExplicit, each_row<jsonb_to_double>);
}

}  // namespace

void add_json(FunctionTables& tables) {
  add_access(tables);
  add_jsonb_operators(tables);
  add_construction(tables);
  add_json_casts(tables);
}

}  // namespace tidemark
