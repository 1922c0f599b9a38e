#include "bench/macro/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tidemark::bench {
namespace {

std::string cell_text(const AnswerCell& cell, int digits) {
  if (const auto* number = std::get_if<double>(&cell)) {
    // An average of nothing but minus zeros is a zero all the same.
    return fmt::format("{:.{}g}", *number == 0 ? 0.0 : *number, digits);
  }
  return std::holds_alternative<std::monostate>(cell) ? "NULL" : std::get<std::string>(cell);
}

std::string row_text(const std::vector<AnswerCell>& row, int digits) {
  std::string text;
  for (const AnswerCell& cell : row) {
    text += cell_text(cell, digits);
    text += '|';
  }
  return text;
}

/// Seven digits: enough to tell rows apart by their keys (times are below), few enough to survive other rounding.
void sort_rows(Answer& answer) {
  std::vector<std::pair<std::string, size_t>> order;
  for (size_t row = 0; row < answer.rows.size(); ++row) {
    std::string key;
    for (const AnswerCell& cell : answer.rows[row]) {
      const auto* number = std::get_if<double>(&cell);
      key += number != nullptr && *number == std::floor(*number) ? cell_text(cell, 17) : cell_text(cell, 7);
      key += '|';
    }
    order.emplace_back(std::move(key), row);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::vector<AnswerCell>> sorted;
  for (const auto& [key, row] : order) {
    sorted.push_back(std::move(answer.rows[row]));
  }
  answer.rows = std::move(sorted);
}

bool same(const AnswerCell& left, const AnswerCell& right) {
  const auto* left_number = std::get_if<double>(&left);
  const auto* right_number = std::get_if<double>(&right);
  if (left_number == nullptr || right_number == nullptr) {
    return left == right;
  }
  const double scale = std::max({std::abs(*left_number), std::abs(*right_number), 1e-12});
  return std::abs(*left_number - *right_number) <= 1e-9 * scale ||
         (std::isnan(*left_number) && std::isnan(*right_number));
}

}  // namespace

std::optional<std::string> difference(Answer left, Answer right) {
  if (left.rows.size() != right.rows.size()) {
    return fmt::format("{} rows against {}", left.rows.size(), right.rows.size());
  }
  sort_rows(left);
  sort_rows(right);
  for (size_t row = 0; row < left.rows.size(); ++row) {
    const auto& one = left.rows[row];
    const auto& other = right.rows[row];
    if (one.size() != other.size() || !std::equal(one.begin(), one.end(), other.begin(), same)) {
      return fmt::format("{} against {}", row_text(one, 17), row_text(other, 17));
    }
  }
  return std::nullopt;
}

}  // namespace tidemark::bench
