#include "parser/literal_rows.h"

#include <algorithm>

namespace tidemark::ast {

int LiteralRows::position(const Cell& cell) const {
  const auto source = std::string_view(text_).substr(0, std::min<size_t>(cell.source_offset, source_length_));
  const auto characters = std::ranges::count_if(source, [](char byte) { return (byte & 0xC0) != 0x80; });
  return position_ + static_cast<int>(characters);
}

ExpressionPtr LiteralRows::expression(const Cell& cell) const {
  const int place = position(cell);
  auto literal = std::make_unique<Literal>();
  literal->position = place;
  literal->literal_kind = cell.kind;
  literal->text = text(cell);
  if (!cell.negative) return literal;
  auto minus = std::make_unique<OperatorExpression>();
  minus->position = place;
  minus->name = {place, {}, "-"};
  literal->position = place + 1;
  minus->right = std::move(literal);
  return minus;
}

uint32_t LiteralRows::add_text(std::string_view text) {
  const auto offset = static_cast<uint32_t>(text_.size());
  text_ += text;
  return offset;
}

}  // namespace tidemark::ast
