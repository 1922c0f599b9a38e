#include "functions/json_path_evaluation.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <compare>
#include <memory>
#include <optional>
#include <utility>

#include "base/error.h"
#include "functions/json_path_datetime.h"
#include "text/regular_expression.h"
#include "types/json.h"
#include "types/json_path.h"
#include "types/numeric.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

enum class ItemKind : uint8_t { kNull, kBoolean, kNumber, kString, kDatetime, kArray, kObject };

struct Item;
using ItemPtr = std::shared_ptr<const Item>;

/// A JSON value, taken apart.
struct Item {
  ItemKind kind = ItemKind::kNull;
  bool truth = false;
  std::string text;  ///< of strings without quotes, of numbers as numeric prints them
  JsonPathDatetime datetime;
  std::vector<ItemPtr> elements;  ///< of arrays; the values of objects
  std::vector<std::string> keys;  ///< of objects
};

ItemPtr make_number(const Numeric& number) {
  auto made = std::make_shared<Item>();
  made->kind = ItemKind::kNumber;
  made->text = number.to_text();
  return made;
}
ItemPtr make_string(std::string text) {
  auto made = std::make_shared<Item>();
  made->kind = ItemKind::kString;
  made->text = std::move(text);
  return made;
}
ItemPtr make_boolean(bool truth) {
  auto made = std::make_shared<Item>();
  made->kind = ItemKind::kBoolean;
  made->truth = truth;
  return made;
}
ItemPtr make_null() { return std::make_shared<Item>(); }

class ItemReader final : public JsonHandler {
 public:
  ItemPtr root;

  void on_null() override { put(make_null()); }
  void on_boolean(bool value) override { put(make_boolean(value)); }
  void on_number(std::string_view text) override {
    auto made = std::make_shared<Item>();
    made->kind = ItemKind::kNumber;
    made->text = text;
    put(std::move(made));
  }
  void on_string(std::string& text) override { put(make_string(std::move(text))); }
  void on_array_begin() override { open(ItemKind::kArray); }
  void on_array_end(size_t /*count*/) override { close(); }
  void on_object_begin() override { open(ItemKind::kObject); }
  void on_key(std::string& key) override { open_.back()->keys.push_back(std::move(key)); }
  void on_object_end(size_t /*count*/) override { close(); }

 private:
  void open(ItemKind kind) {
    open_.push_back(std::make_shared<Item>());
    open_.back()->kind = kind;
  }
  void close() {
    ItemPtr made = std::move(open_.back());
    open_.pop_back();
    put(std::move(made));
  }
  void put(ItemPtr made) {
    if (open_.empty()) {
      root = std::move(made);
    } else {
      open_.back()->elements.push_back(std::move(made));
    }
  }
  std::vector<std::shared_ptr<Item>> open_;
};

ItemPtr read_item(std::string_view json) {
  ItemReader reader;
  parse_json(json, reader);
  return reader.root;
}

void append_item(std::string& out, const Item& item) {
  switch (item.kind) {
    case ItemKind::kNull:
      out += "null";
      return;
    case ItemKind::kBoolean:
      out += item.truth ? "true" : "false";
      return;
    case ItemKind::kNumber:
      out += item.text;
      return;
    case ItemKind::kString:
      append_json_string(out, item.text);
      return;
    case ItemKind::kDatetime:
      append_json_string(out, item.datetime.text());
      return;
    case ItemKind::kArray:
      out += '[';
      for (size_t i = 0; i < item.elements.size(); ++i) {
        if (i > 0) out += ", ";
        append_item(out, *item.elements[i]);
      }
      out += ']';
      return;
    case ItemKind::kObject:
      out += '{';
      for (size_t i = 0; i < item.elements.size(); ++i) {
        if (i > 0) out += ", ";
        append_json_string(out, item.keys[i]);
        out += ": ";
        append_item(out, *item.elements[i]);
      }
      out += '}';
      return;
  }
}

std::string_view item_type_name(const Item& item) {
  switch (item.kind) {
    case ItemKind::kNull:
      return "null";
    case ItemKind::kBoolean:
      return "boolean";
    case ItemKind::kNumber:
      return "number";
    case ItemKind::kString:
      return "string";
    case ItemKind::kDatetime:
      return item.datetime.type_name();
    case ItemKind::kArray:
      return "array";
    case ItemKind::kObject:
      return "object";
  }
  return "";
}

using Items = std::vector<ItemPtr>;
enum class StepOutcome : uint8_t { kFound, kNothing, kError };
enum class Verdict : uint8_t { kFalse, kTrue, kUnknown };

Verdict truth_of(bool value) { return value ? Verdict::kTrue : Verdict::kFalse; }

bool holds(JsonPathKind comparison, std::strong_ordering order) {
  switch (comparison) {
    case JsonPathKind::kEqual:
      return order == 0;
    case JsonPathKind::kNotEqual:
      return order != 0;
    case JsonPathKind::kLess:
      return order < 0;
    case JsonPathKind::kLessOrEqual:
      return order <= 0;
    case JsonPathKind::kGreater:
      return order > 0;
    default:
      return order >= 0;
  }
}

std::strong_ordering order_of(std::weak_ordering order) {
  if (order < 0) return std::strong_ordering::less;
  return order > 0 ? std::strong_ordering::greater : std::strong_ordering::equal;
}

/// Evaluates in one mode. `found` null: it is only asked whether there is a result.
class Evaluation {
 public:
  Evaluation(const JsonPathCall& call, ItemPtr root, ItemPtr vars)
      : lax_(call.path.lax),
        throw_errors_(!call.silent),
        ignore_structure_(call.path.lax),
        zone_(call.zone),
        root_(std::move(root)),
        vars_(std::move(vars)),
        current_(root_) {}

  StepOutcome run(const JsonPathItem& path, Items* found) { return evaluate(path, root_, found); }
  [[nodiscard]] bool lax() const { return lax_; }

 private:
  template <class T>
  class Saved {
   public:
    Saved(T& place, T value) : place_(place), before_(std::move(place)) { place_ = std::move(value); }
    ~Saved() { place_ = std::move(before_); }
    Saved(const Saved&) = delete;
    Saved& operator=(const Saved&) = delete;

   private:
    T& place_;
    T before_;
  };

  /// For errors that a silent call, a filter and the lax mode take for "unknown".
  StepOutcome fail(const char* code, std::string message) const {
    if (throw_errors_) throw Error(code, std::move(message));
    return StepOutcome::kError;
  }
  /// The structure is not as the path expects: an error in strict mode, else nothing.
  StepOutcome mismatch(const char* code, std::string message) const {
    return ignore_structure_ ? StepOutcome::kNothing : fail(code, std::move(message));
  }

  StepOutcome evaluate(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    return evaluate(path, item, found, lax_);
  }

  /// Hands a result on to the next step, or to the caller.
  StepOutcome go_on(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    if (path.next) return evaluate(*path.next, item, found);
    if (found) found->push_back(item);
    return StepOutcome::kFound;
  }

  StepOutcome evaluate(const JsonPathItem& path, const ItemPtr& item, Items* found, bool unwrap) {
    switch (path.kind) {
      case JsonPathKind::kNull:
        return go_on(path, make_null(), found);
      case JsonPathKind::kBoolean:
        return go_on(path, make_boolean(path.truth), found);
      case JsonPathKind::kNumber: {
        auto number = std::make_shared<Item>();
        number->kind = ItemKind::kNumber;
        number->text = path.text;
        return go_on(path, number, found);
      }
      case JsonPathKind::kString:
        return go_on(path, make_string(path.text), found);
      case JsonPathKind::kVariable:
        return go_on(path, variable(path.text), found);
      case JsonPathKind::kRoot:
        return go_on(path, root_, found);
      case JsonPathKind::kCurrent:
        return go_on(path, current_, found);
      case JsonPathKind::kLast:
        return go_on(path, make_number(Numeric::from_int64(innermost_size_ - 1)), found);
      case JsonPathKind::kKey:
        return key(path, item, found, unwrap);
      case JsonPathKind::kAnyKey:
        if (item->kind == ItemKind::kObject) return levels(path.next.get(), *item, found, {1, 1, 1}, false, lax_);
        if (unwrap && item->kind == ItemKind::kArray) return unwrapped(path, *item, found);
        return mismatch("2203C", "jsonpath wildcard member accessor can only be applied to an object");
      case JsonPathKind::kAnyArray:
        if (item->kind == ItemKind::kArray) return levels(path.next.get(), *item, found, {1, 1, 1}, false, lax_);
        if (lax_) return go_on(path, item, found);
        return mismatch("22039", "jsonpath wildcard array accessor can only be applied to an array");
      case JsonPathKind::kIndexArray:
        return subscripts(path, item, found);
      case JsonPathKind::kAnyLevel:
        return any_level(path, item, found);
      case JsonPathKind::kFilter: {
        if (unwrap && item->kind == ItemKind::kArray) return unwrapped(path, *item, found);
        const Verdict truth = test_with_current(*path.left, item);
        return truth == Verdict::kTrue ? go_on(path, item, found) : StepOutcome::kNothing;
      }
      case JsonPathKind::kAdd:
      case JsonPathKind::kSubtract:
      case JsonPathKind::kMultiply:
      case JsonPathKind::kDivide:
      case JsonPathKind::kModulo:
        return arithmetic(path, item, found);
      case JsonPathKind::kPlus:
      case JsonPathKind::kMinus:
        return signed_numbers(path, item, found);
      case JsonPathKind::kType:
        return go_on(path, make_string(std::string(item_type_name(*item))), found);
      case JsonPathKind::kSize:
      case JsonPathKind::kAbs:
      case JsonPathKind::kFloor:
      case JsonPathKind::kCeiling:
      case JsonPathKind::kDouble:
      case JsonPathKind::kDatetime:
      case JsonPathKind::kKeyValue:
        return method(path, item, found, unwrap);
      default: {
        const Verdict truth = test(path, item);
        return go_on(path, truth == Verdict::kUnknown ? make_null() : make_boolean(truth == Verdict::kTrue), found);
      }
    }
  }

  ItemPtr variable(const std::string& name) const {
    const auto place = std::ranges::find(vars_->keys, name);
    if (place == vars_->keys.end()) {
      throw Error(sqlstate::kUndefinedObject, "could not find jsonpath variable \"" + name + "\"");
    }
    return vars_->elements[static_cast<size_t>(place - vars_->keys.begin())];
  }

  // ----------------------------------------------------------------------------------------------------------
  // accessors

  StepOutcome key(const JsonPathItem& path, const ItemPtr& item, Items* found, bool unwrap) {
    if (item->kind == ItemKind::kObject) {
      const auto place = std::ranges::find(item->keys, path.text);
      if (place != item->keys.end()) {
        return go_on(path, item->elements[static_cast<size_t>(place - item->keys.begin())], found);
      }
      return mismatch("2203A", "JSON object does not contain key \"" + path.text + "\"");
    }
    if (unwrap && item->kind == ItemKind::kArray) return unwrapped(path, *item, found);
    return mismatch("2203A", "jsonpath member accessor can only be applied to an object");
  }

  struct Levels {
    uint32_t level;
    uint32_t first;
    uint32_t last;
  };

  /// Applies `next` (null: nothing) to what lies in a container, from level `first` to `last` below it.
  StepOutcome levels(const JsonPathItem* next, const Item& container, Items* found, Levels range, bool ignore_structure,
                     bool unwrap_next) {
    StepOutcome result = StepOutcome::kNothing;
    if (range.level > range.last) return result;
    constexpr uint32_t kNoLimit = JsonPathItem::kNoLimit;
    for (const ItemPtr& element : container.elements) {
      const bool is_container = element->kind == ItemKind::kArray || element->kind == ItemKind::kObject;
      const bool leaf_wanted = range.first == kNoLimit && range.last == kNoLimit && !is_container;
      if (range.level >= range.first || leaf_wanted) {
        if (next) {
          const Saved<bool> structure(ignore_structure_, ignore_structure || ignore_structure_);
          result = evaluate(*next, element, found, unwrap_next);
          if (result == StepOutcome::kError || (result == StepOutcome::kFound && !found)) return result;
        } else if (found) {
          found->push_back(element);
          result = StepOutcome::kFound;
        } else {
          return StepOutcome::kFound;
        }
      }
      if (range.level < range.last && is_container) {
        const Levels deeper{range.level + 1, range.first, range.last};
        const StepOutcome below = levels(next, *element, found, deeper, ignore_structure, unwrap_next);
        if (below == StepOutcome::kError || (below == StepOutcome::kFound && !found)) return below;
        if (below == StepOutcome::kFound) result = below;
      }
    }
    return result;
  }

  /// The step itself, applied to each element of an array.
  StepOutcome unwrapped(const JsonPathItem& path, const Item& array, Items* found) {
    return levels(&path, array, found, {1, 1, 1}, false, false);
  }

  StepOutcome any_level(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    StepOutcome result = StepOutcome::kNothing;
    if (path.first == 0) {
      const Saved<bool> structure(ignore_structure_, true);
      result = go_on(path, item, found);
      if (result == StepOutcome::kError || (result == StepOutcome::kFound && !found)) return result;
    }
    if (item->kind != ItemKind::kArray && item->kind != ItemKind::kObject) return result;
    const StepOutcome below = levels(path.next.get(), *item, found, {1, path.first, path.last}, true, lax_);
    return below == StepOutcome::kNothing ? result : below;
  }

  StepOutcome subscripts(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    const bool is_array = item->kind == ItemKind::kArray;
    if (!is_array && !lax_) {
      return mismatch("22039", "jsonpath array accessor can only be applied to an array");
    }
    const auto size = is_array ? static_cast<int64_t>(item->elements.size()) : 1;
    const Saved<int64_t> innermost(innermost_size_, size);
    StepOutcome result = StepOutcome::kNothing;
    for (const JsonPathItem::Subscript& subscript : path.subscripts) {
      int64_t from = 0;
      if (index_of(*subscript.from, item, from) == StepOutcome::kError) return StepOutcome::kError;
      int64_t to = from;
      if (subscript.to && index_of(*subscript.to, item, to) == StepOutcome::kError) return StepOutcome::kError;
      if (!ignore_structure_ && (from < 0 || from > to || to >= size)) {
        return fail("22033", "jsonpath array subscript is out of bounds");
      }
      from = std::max<int64_t>(from, 0);
      to = std::min(to, size - 1);
      for (int64_t index = from; index <= to; ++index) {
        const ItemPtr element = is_array ? item->elements[static_cast<size_t>(index)] : item;
        if (!path.next && !found) return StepOutcome::kFound;
        result = go_on(path, element, found);
        if (result == StepOutcome::kError || (result == StepOutcome::kFound && !found)) return result;
      }
    }
    return result;
  }

  StepOutcome index_of(const JsonPathItem& path, const ItemPtr& item, int64_t& index) {
    Items found;
    if (evaluate(path, item, &found) == StepOutcome::kError) return StepOutcome::kError;
    if (found.size() != 1 || found[0]->kind != ItemKind::kNumber) {
      return fail("22033", "jsonpath array subscript is not a single numeric value");
    }
    if (!Numeric::parse(found[0]->text).trunc(0).to_int64(index) || index != static_cast<int32_t>(index)) {
      return fail("22033", "jsonpath array subscript is out of integer range");
    }
    return StepOutcome::kFound;
  }

  // ------------------------------------------------------------------------------------------------------------
  // methods

  static std::string_view method_name(JsonPathKind kind) {
    switch (kind) {
      case JsonPathKind::kSize:
        return "size";
      case JsonPathKind::kAbs:
        return "abs";
      case JsonPathKind::kFloor:
        return "floor";
      case JsonPathKind::kCeiling:
        return "ceiling";
      case JsonPathKind::kDouble:
        return "double";
      case JsonPathKind::kDatetime:
        return "datetime";
      default:
        return "keyvalue";
    }
  }
  StepOutcome fail_method(const char* code, JsonPathKind kind, std::string_view what) const {
    return fail(code, "jsonpath item method ." + std::string(method_name(kind)) + "() can only be applied to " +
                          std::string(what));
  }

  StepOutcome method(const JsonPathItem& path, const ItemPtr& item, Items* found, bool unwrap) {
    if (path.kind == JsonPathKind::kSize) {
      if (item->kind != ItemKind::kArray && !lax_) {
        return ignore_structure_ ? StepOutcome::kError : fail_method("22039", path.kind, "an array");
      }
      const size_t size = item->kind == ItemKind::kArray ? item->elements.size() : 1;
      return go_on(path, make_number(Numeric::from_uint64(size)), found);
    }
    if (unwrap && item->kind == ItemKind::kArray) return unwrapped(path, *item, found);
    switch (path.kind) {
      case JsonPathKind::kDouble:
        return to_double(path, item, found);
      case JsonPathKind::kDatetime:
        return to_datetime(path, item, found);
      case JsonPathKind::kKeyValue:
        return key_values(path, item, found);
      default:
        break;
    }
    if (item->kind != ItemKind::kNumber) return fail_method("22036", path.kind, "a numeric value");
    const Numeric number = Numeric::parse(item->text);
    const Numeric changed = path.kind == JsonPathKind::kAbs     ? number.abs()
                            : path.kind == JsonPathKind::kFloor ? number.floor()
                                                                : number.ceil();
    return go_on(path, make_number(changed), found);
  }

  StepOutcome to_double(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    if (item->kind == ItemKind::kNumber) {
      if (std::isinf(Numeric::parse(item->text).to_double())) {
        return fail("22036",
                    "numeric argument of jsonpath item method .double() is out of range for type double precision");
      }
      return go_on(path, item, found);
    }
    if (item->kind != ItemKind::kString) return fail_method("22036", path.kind, "a string or numeric value");
    double value = 0;
    if (!parse_double(item->text, value)) {
      return fail("22036",
                  "string argument of jsonpath item method .double() is not a valid representation of a double "
                  "precision number");
    }
    if (!std::isfinite(value)) {
      return fail("22036", "NaN or Infinity is not allowed for jsonpath item method .double()");
    }
    return go_on(path, make_number(Numeric::from_double(value)), found);
  }

  static bool parse_double(std::string_view text, double& value) {
    try {
      value = parse_value(TypeId::kFloat64, text, {}).as_double();
      return true;
    } catch (const Error&) {
      return false;
    }
  }

  StepOutcome to_datetime(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    if (item->kind != ItemKind::kString) return fail_method("22031", path.kind, "a string");
    auto made = std::make_shared<Item>();
    made->kind = ItemKind::kDatetime;
    try {
      made->datetime =
          path.truth ? JsonPathDatetime::parse(item->text, path.text) : JsonPathDatetime::parse(item->text);
    } catch (const Error&) {
      if (throw_errors_) throw;
      return StepOutcome::kError;
    }
    return go_on(path, made, found);
  }

  StepOutcome key_values(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    if (item->kind != ItemKind::kObject) return fail_method("2203C", path.kind, "an object");
    StepOutcome result = StepOutcome::kNothing;
    if (!path.next && !found) return item->keys.empty() ? StepOutcome::kNothing : StepOutcome::kFound;
    const int64_t id = json_offset_of(*root_, *item).value_or(0);
    for (size_t i = 0; i < item->keys.size(); ++i) {
      auto pair = std::make_shared<Item>();
      pair->kind = ItemKind::kObject;
      pair->keys = {"id", "key", "value"};
      pair->elements = {make_number(Numeric::from_int64(id)), make_string(item->keys[i]), item->elements[i]};
      result = go_on(path, pair, found);
      if (result == StepOutcome::kError || (result == StepOutcome::kFound && !found)) return result;
    }
    return result;
  }

  // A key-value pair's id is where PostgreSQL's binary form of the whole value has the object: each container is a
  // header and a word for each child, then the children, those but strings aligned to words.
  static int64_t align(int64_t bytes) { return (bytes + 3) / 4 * 4; }
  static int64_t stored_bytes(const Item& item, int64_t at) {
    switch (item.kind) {
      case ItemKind::kString:
      case ItemKind::kDatetime:
        return static_cast<int64_t>(item.text.size());
      case ItemKind::kNumber:
        return align(at) - at + numeric_bytes(item.text);
      case ItemKind::kArray:
      case ItemKind::kObject: {
        int64_t end = align(at) + 4 + 4 * static_cast<int64_t>(item.elements.size() + item.keys.size());
        for (const std::string& key : item.keys) end += static_cast<int64_t>(key.size());
        for (const ItemPtr& element : item.elements) end += stored_bytes(*element, end);
        return end - at;
      }
      default:
        return 0;
    }
  }
  /// Of a numeric with its length word: base-10,000 digits behind a header of two bytes.
  static int64_t numeric_bytes(std::string_view text) {
    if (text.starts_with('-')) text.remove_prefix(1);
    const size_t point = text.find('.');
    std::string whole(text.substr(0, point));
    std::string fraction = point == std::string_view::npos ? "" : std::string(text.substr(point + 1));
    whole.insert(0, (4 - whole.size() % 4) % 4, '0');
    fraction.append((4 - fraction.size() % 4) % 4, '0');
    std::string digits = whole + fraction;
    while (digits.starts_with("0000")) digits.erase(0, 4);
    while (digits.ends_with("0000")) digits.erase(digits.size() - 4);
    return 4 + 2 + static_cast<int64_t>(digits.size() / 2);
  }
  static std::optional<int64_t> json_offset_of(const Item& container, const Item& wanted, int64_t at = 0) {
    if (&container == &wanted) return at;
    if (container.kind != ItemKind::kArray && container.kind != ItemKind::kObject) return std::nullopt;
    int64_t end = at + 4 + 4 * static_cast<int64_t>(container.elements.size() + container.keys.size());
    for (const std::string& key : container.keys) end += static_cast<int64_t>(key.size());
    for (const ItemPtr& element : container.elements) {
      const bool is_container = element->kind == ItemKind::kArray || element->kind == ItemKind::kObject;
      if (is_container) {
        if (const auto inside = json_offset_of(*element, wanted, align(end))) return inside;
      }
      end += stored_bytes(*element, end);
    }
    return std::nullopt;
  }

  // ---------------------------------------------------------------------------------------------------------
  // arithmetic

  /// Results of an operand; in lax mode arrays give their elements.
  StepOutcome operand(const JsonPathItem& path, const ItemPtr& item, Items& found) {
    Items all;
    const StepOutcome result = evaluate(path, item, &all);
    if (result == StepOutcome::kError) return result;
    for (const ItemPtr& each : all) {
      if (lax_ && each->kind == ItemKind::kArray) {
        found.insert(found.end(), each->elements.begin(), each->elements.end());
      } else {
        found.push_back(each);
      }
    }
    return StepOutcome::kFound;
  }

  static std::string_view operator_symbol(JsonPathKind kind) {
    switch (kind) {
      case JsonPathKind::kAdd:
      case JsonPathKind::kPlus:
        return "+";
      case JsonPathKind::kSubtract:
      case JsonPathKind::kMinus:
        return "-";
      case JsonPathKind::kMultiply:
        return "*";
      case JsonPathKind::kDivide:
        return "/";
      default:
        return "%";
    }
  }

  StepOutcome arithmetic(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    Numeric numbers[2];
    const JsonPathItem* const sides[2] = {path.left.get(), path.right.get()};
    Items operands[2];
    for (size_t i = 0; i < 2; ++i) {
      if (operand(*sides[i], item, operands[i]) == StepOutcome::kError) return StepOutcome::kError;
    }
    for (size_t i = 0; i < 2; ++i) {
      if (operands[i].size() != 1 || operands[i][0]->kind != ItemKind::kNumber) {
        return fail("22038", std::string(i == 0 ? "left" : "right") + " operand of jsonpath operator " +
                                 std::string(operator_symbol(path.kind)) + " is not a single numeric value");
      }
      numbers[i] = Numeric::parse(operands[i][0]->text);
    }
    ItemPtr made;
    try {
      made = make_number(path.kind == JsonPathKind::kAdd        ? numbers[0] + numbers[1]
                         : path.kind == JsonPathKind::kSubtract ? numbers[0] - numbers[1]
                         : path.kind == JsonPathKind::kMultiply ? numbers[0] * numbers[1]
                         : path.kind == JsonPathKind::kDivide   ? numbers[0] / numbers[1]
                                                                : numbers[0] % numbers[1]);
    } catch (const Error&) {
      if (throw_errors_) throw;
      return StepOutcome::kError;
    }
    return go_on(path, made, found);
  }

  StepOutcome signed_numbers(const JsonPathItem& path, const ItemPtr& item, Items* found) {
    Items numbers;
    if (operand(*path.left, item, numbers) == StepOutcome::kError) return StepOutcome::kError;
    StepOutcome result = StepOutcome::kNothing;
    for (const ItemPtr& number : numbers) {
      if (number->kind != ItemKind::kNumber) {
        if (!found && !path.next) continue;
        return fail("2203B", "operand of unary jsonpath operator " + std::string(operator_symbol(path.kind)) +
                                 " is not a numeric value");
      }
      if (!found && !path.next) return StepOutcome::kFound;
      const ItemPtr made = path.kind == JsonPathKind::kMinus ? make_number(-Numeric::parse(number->text)) : number;
      const StepOutcome each = go_on(path, made, found);
      if (each == StepOutcome::kError) return each;
      if (each == StepOutcome::kFound) {
        if (!found) return each;
        result = each;
      }
    }
    return result;
  }

  // ---------------------------------------------------------------------------------------------------------
  // predicates

  /// A filter's condition: `@` is the item that it judges.
  Verdict test_with_current(const JsonPathItem& condition, const ItemPtr& item) {
    const Saved<ItemPtr> current(current_, item);
    return test(condition, item);
  }

  Verdict test(const JsonPathItem& path, const ItemPtr& item) {
    switch (path.kind) {
      case JsonPathKind::kAnd: {
        const Verdict left = test(*path.left, item);
        if (left == Verdict::kFalse) return left;
        const Verdict right = test(*path.right, item);
        return right == Verdict::kTrue ? left : right;
      }
      case JsonPathKind::kOr: {
        const Verdict left = test(*path.left, item);
        if (left == Verdict::kTrue) return left;
        const Verdict right = test(*path.right, item);
        return right == Verdict::kFalse ? left : right;
      }
      case JsonPathKind::kNot: {
        const Verdict truth = test(*path.left, item);
        return truth == Verdict::kUnknown ? truth : truth_of(truth == Verdict::kFalse);
      }
      case JsonPathKind::kIsUnknown:
        return truth_of(test(*path.left, item) == Verdict::kUnknown);
      case JsonPathKind::kExists: {
        const Saved<bool> quiet(throw_errors_, false);
        Items found;
        // In strict mode a later error counts, too.
        const StepOutcome result = evaluate(*path.left, item, lax_ ? nullptr : &found);
        if (result == StepOutcome::kError) return Verdict::kUnknown;
        return truth_of(lax_ ? result == StepOutcome::kFound : !found.empty());
      }
      case JsonPathKind::kLikeRegex:
        return like_regex(path, item);
      default:
        return compare_all(path, item);
    }
  }

  /// Whether the predicate holds for one pair of results of both sides.
  Verdict compare_all(const JsonPathItem& path, const ItemPtr& item) {
    const Saved<bool> quiet(throw_errors_, false);
    Items left;
    Items right;
    if (operand(*path.left, item, left) == StepOutcome::kError) return Verdict::kUnknown;
    if (path.kind == JsonPathKind::kStartsWith) {
      if (evaluate(*path.right, item, &right) == StepOutcome::kError) return Verdict::kUnknown;
    } else if (operand(*path.right, item, right) == StepOutcome::kError) {
      return Verdict::kUnknown;
    }
    return any_of(left, right, [&](const Item& a, const Item& b) {
      return path.kind == JsonPathKind::kStartsWith ? starts_with(a, b) : compare(path.kind, a, b);
    });
  }

  template <class Test>
  Verdict any_of(const Items& left, const Items& right, const Test& holds_for) const {
    bool unknown = false;
    bool found = false;
    for (const ItemPtr& a : left) {
      for (const ItemPtr& b : right) {
        const Verdict truth = holds_for(*a, *b);
        if (truth == Verdict::kUnknown) {
          if (!lax_) return truth;
          unknown = true;
        } else if (truth == Verdict::kTrue) {
          if (lax_) return truth;
          found = true;
        }
      }
    }
    if (found) return Verdict::kTrue;
    return unknown ? Verdict::kUnknown : Verdict::kFalse;
  }

  static Verdict starts_with(const Item& whole, const Item& initial) {
    if (whole.kind != ItemKind::kString || initial.kind != ItemKind::kString) return Verdict::kUnknown;
    return truth_of(whole.text.starts_with(initial.text));
  }

  Verdict like_regex(const JsonPathItem& path, const ItemPtr& item) {
    const RegularExpression expression(path.text, regex_options(path.flags));
    const Saved<bool> quiet(throw_errors_, false);
    Items texts;
    if (operand(*path.left, item, texts) == StepOutcome::kError) return Verdict::kUnknown;
    return any_of(texts, {make_null()}, [&](const Item& text, const Item& /*unused*/) {
      return text.kind == ItemKind::kString ? truth_of(expression.matches(text.text)) : Verdict::kUnknown;
    });
  }

  static RegularExpression::Options regex_options(std::string_view flags) {
    const auto has = [&](char flag) { return flags.find(flag) != std::string_view::npos; };
    RegularExpression::Options options;
    options.ignore_case = has('i');
    if (has('q')) {
      options.literal = true;
      return options;
    }
    options.dot_stops_at_newline = !has('s');
    options.lines = has('m');
    return options;
  }

  Verdict compare(JsonPathKind kind, const Item& left, const Item& right) const {
    if (left.kind != right.kind) {
      if (left.kind == ItemKind::kNull || right.kind == ItemKind::kNull)
        return truth_of(kind == JsonPathKind::kNotEqual);
      return Verdict::kUnknown;
    }
    switch (left.kind) {
      case ItemKind::kNull:
        return truth_of(holds(kind, std::strong_ordering::equal));
      case ItemKind::kBoolean:
        return truth_of(holds(kind, left.truth <=> right.truth));
      case ItemKind::kNumber:
        return truth_of(holds(kind, order_of(Numeric::parse(left.text) <=> Numeric::parse(right.text))));
      case ItemKind::kString:
        return truth_of(holds(kind, left.text <=> right.text));
      case ItemKind::kDatetime: {
        const auto order = left.datetime.compare(right.datetime, zone_);
        return order ? truth_of(holds(kind, *order)) : Verdict::kUnknown;
      }
      default:
        return Verdict::kUnknown;
    }
  }

  const bool lax_;
  bool throw_errors_;
  bool ignore_structure_;
  const TimeZone* const zone_;
  const ItemPtr root_;
  const ItemPtr vars_;
  ItemPtr current_;
  int64_t innermost_size_ = -1;
};

Evaluation begin(const JsonPathCall& call) {
  ItemPtr vars = read_item(call.vars);
  if (vars->kind != ItemKind::kObject) {
    throw Error(sqlstate::kInvalidParameterValue, "\"vars\" argument is not an object")
        .with_detail("Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.");
  }
  return {call, read_item(call.json), std::move(vars)};
}

JsonPathOutcome outcome_of(StepOutcome outcome) {
  if (outcome == StepOutcome::kError) return JsonPathOutcome::kUnknown;
  return outcome == StepOutcome::kFound ? JsonPathOutcome::kFound : JsonPathOutcome::kNothing;
}

}  // namespace

JsonPathOutcome json_path_exists(const JsonPathCall& call) {
  Evaluation evaluation = begin(call);
  if (evaluation.lax()) return outcome_of(evaluation.run(*call.path.root, nullptr));
  // The strict mode must see all results: there may be an error behind the first.
  Items found;
  const StepOutcome outcome = evaluation.run(*call.path.root, &found);
  if (outcome == StepOutcome::kError) return JsonPathOutcome::kUnknown;
  return found.empty() ? JsonPathOutcome::kNothing : JsonPathOutcome::kFound;
}

JsonPathOutcome json_path_query(const JsonPathCall& call, std::vector<std::string>& results) {
  Evaluation evaluation = begin(call);
  Items found;
  // A silent error ends the search; what was found before it counts.
  const StepOutcome outcome = evaluation.run(*call.path.root, &found);
  if (outcome == StepOutcome::kError && found.empty()) return JsonPathOutcome::kUnknown;
  for (const ItemPtr& each : found) append_item(results.emplace_back(), *each);
  return found.empty() ? JsonPathOutcome::kNothing : JsonPathOutcome::kFound;
}

}  // namespace tidemark
