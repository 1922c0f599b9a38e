#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "types/logical_type.h"

namespace tidemark {

/// SQL/JSON's path language, as PostgreSQL's type jsonpath has it. A value is kept as the text that PostgreSQL prints
/// for it, which parses to the same tree.
inline constexpr TypeId kJsonPathType = static_cast<TypeId>(43);

enum class JsonPathKind : uint8_t {
  // Values.
  kNull,
  kString,
  kNumber,
  kBoolean,
  kVariable,
  // Where a path begins.
  kRoot,
  kCurrent,
  kLast,
  // Accessors.
  kKey,
  kAnyKey,
  kAnyArray,
  kIndexArray,
  kAnyLevel,
  kFilter,
  // Methods.
  kType,
  kSize,
  kAbs,
  kFloor,
  kCeiling,
  kDouble,
  kDatetime,
  kKeyValue,
  // Operators.
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kPlus,
  kMinus,
  // Predicates.
  kAnd,
  kOr,
  kNot,
  kIsUnknown,
  kEqual,
  kNotEqual,
  kLess,
  kLessOrEqual,
  kGreater,
  kGreaterOrEqual,
  kStartsWith,
  kLikeRegex,
  kExists,
};

struct JsonPathItem;
using JsonPathItemPtr = std::unique_ptr<JsonPathItem>;

/// One step of a path, or an operator over paths; `next` is what is applied to each of its results.
struct JsonPathItem {
  static constexpr uint32_t kNoLimit = UINT32_MAX;  ///< as a level: the last

  JsonPathKind kind;
  std::string text;      ///< string, number, key, variable, pattern, or datetime's template
  bool truth = false;    ///< kBoolean; kDatetime: whether there is a template
  std::string flags;     ///< kLikeRegex: of `ismxq`, in that order
  uint32_t first = 0;    ///< kAnyLevel
  uint32_t last = 0;     ///< kAnyLevel
  JsonPathItemPtr left;  ///< operand; the first of two
  JsonPathItemPtr right;
  struct Subscript {
    JsonPathItemPtr from;
    JsonPathItemPtr to;  ///< null: the one element
  };
  std::vector<Subscript> subscripts;
  JsonPathItemPtr next;

  explicit JsonPathItem(JsonPathKind item_kind) : kind(item_kind) {}
};

struct JsonPath {
  bool lax = true;
  JsonPathItemPtr root;
};

/// 22P02 for an empty text, 42601 `syntax error at or near "…" of jsonpath input`, with PostgreSQL's words.
JsonPath parse_json_path(std::string_view text);
/// As PostgreSQL prints it: `$.a ? (@ > 1)` is `$."a"?(@ > 1)`.
std::string json_path_text(const JsonPath& path);

}  // namespace tidemark
