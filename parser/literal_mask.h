#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// Kinds of literals that the binder gives different types: texts that differ in a kind may mean different things.
enum class MaskedKind : char { kString = 's', kInt32 = 'i', kInt64 = 'l', kNumeric = 'n' };

/// A literal that was taken out of a statement's text.
struct MaskedLiteral {
  MaskedKind kind;
  int32_t position;   ///< In characters, from 1, as syntax trees have it.
  uint32_t offset;    ///< Of what was written, in bytes.
  uint32_t length;    ///< Likewise.
  std::string value;  ///< Of a string: escapes undone. Of a number: its digits.
};

/// A statement's text without its plain strings and numbers: statements that differ in nothing else have equal `shape`.
struct MaskedText {
  std::string shape;
  std::vector<MaskedLiteral> literals;
  bool has_parameters = false;  ///< `$1` stands in it.
  size_t begin = 0, end = 0;    ///< The statement without what stands around it, semicolons too.
};

/// Nothing for what is not one statement of whole tokens. Scans once, at hundreds of megabytes a second.
[[nodiscard]] std::optional<MaskedText> mask_literals(std::string_view text);

}  // namespace tidemark
