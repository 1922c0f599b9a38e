#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tidemark::bench {

/// A value in a form in which engines can be compared: NULL; any number, and a time as microseconds since 1970; text.
using AnswerCell = std::variant<std::monostate, double, std::string>;

/// All rows of a query, in any order.
struct Answer {
  std::vector<std::vector<AnswerCell>> rows;
};

/// Nothing if both hold the same rows, whatever their order; else where they part. Numbers may differ by a billionth.
std::optional<std::string> difference(Answer left, Answer right);

}  // namespace tidemark::bench
