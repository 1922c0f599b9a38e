#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/ast_expression.h"

namespace tidemark::ast {

/// Many rows of plain literals, as a bulk INSERT sends them: one text, and for each cell its kind and place. All rows
/// are equally long. It stands for what `ValuesQuery::rows` would hold, a Literal (or a minus and a Literal) a cell.
class LiteralRows {
 public:
  struct Cell {
    uint32_t source_offset;  ///< Byte of the literal's first character, counted from the start of `rows_text`.
    uint32_t text_offset;    ///< Where its text is in `text_`.
    uint32_t text_length;
    LiteralKind kind;
    bool negative;  ///< A minus stood before the number; `text` is without it.
  };

  /// `rows_text` is the source from the first row's parenthesis on, `position` the character position of its first
  /// byte.
  LiteralRows(std::string rows_text, int position)
      : text_(std::move(rows_text)), source_length_(text_.size()), position_(position) {}

  [[nodiscard]] size_t column_count() const { return column_count_; }
  [[nodiscard]] size_t row_count() const { return column_count_ == 0 ? 0 : cells_.size() / column_count_; }
  [[nodiscard]] const Cell& cell(size_t row, size_t column) const { return cells_[row * column_count_ + column]; }
  /// The literal's text as in ast::Literal::text. Lives as long as this object.
  [[nodiscard]] std::string_view text(const Cell& cell) const {
    return {text_.data() + cell.text_offset, cell.text_length};
  }
  /// The literal's place in the statement, in characters from 1. Counts characters, so it is for error messages only.
  [[nodiscard]] int position(const Cell& cell) const;
  /// Null pointer never: the same cell as an expression, for paths that want one form only.
  [[nodiscard]] ExpressionPtr expression(const Cell& cell) const;

  // For the scanner that fills it.
  void set_column_count(size_t count) { column_count_ = count; }
  void add(const Cell& cell) { cells_.push_back(cell); }
  /// Appends text that is not a part of the source as it stands (undoubled quotes); returns its offset.
  uint32_t add_text(std::string_view text);

 private:
  std::string text_;      ///< The source, followed by what `add_text` appended.
  size_t source_length_;  ///< Bytes of `text_` that are source.
  int position_;
  size_t column_count_ = 0;
  std::vector<Cell> cells_;  ///< Row after row.
};

}  // namespace tidemark::ast
