#include "planner/literal_vectors.h"

#include <charconv>
#include <limits>
#include <string>

#include "base/error.h"
#include "types/boxed_row.h"
#include "types/type_io.h"
#include "types/value.h"

namespace tidemark {

namespace {

using Cell = ast::LiteralRows::Cell;

/// A whole number that fits T; false: another way must be found.
template <class T>
bool put_integer(Vector& vector, size_t row, std::string_view text, bool negative) {
  uint64_t magnitude = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), magnitude);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  const auto limit = static_cast<uint64_t>(std::numeric_limits<T>::max());
  if (magnitude > limit) return false;
  const T value = static_cast<T>(magnitude);
  vector.mutable_data<T>()[row] = negative ? static_cast<T>(-value) : value;
  return true;
}

bool put_double(Vector& vector, size_t row, std::string_view text, bool negative) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  vector.mutable_data<double>()[row] = negative ? -value : value;
  return true;
}

/// Numbers into numbers, strings into what reads strings: the cases in which no cast stands between.
bool put_directly(Vector& vector, size_t row, const Cell& cell, std::string_view text, const TypeIoOptions& options) {
  const LogicalType type = vector.type();
  const bool number = cell.kind == ast::LiteralKind::Integer || cell.kind == ast::LiteralKind::Decimal;
  if (number) {
    switch (type.id) {
      case TypeId::kInt16:
        return put_integer<int16_t>(vector, row, text, cell.negative);
      case TypeId::kInt32:
        return put_integer<int32_t>(vector, row, text, cell.negative);
      case TypeId::kInt64:
        return put_integer<int64_t>(vector, row, text, cell.negative);
      case TypeId::kFloat64:
        return put_double(vector, row, text, cell.negative);
      default:
        return false;
    }
  }
  if (cell.kind != ast::LiteralKind::String) return false;
  if (type.id == TypeId::kText) {
    vector.mutable_data<std::string_view>()[row] = vector.heap().add(text);
    return true;
  }
  parse_into(vector, row, text, options);
  return true;
}

}  // namespace

Vector literal_vector(const ast::LiteralRows& rows, size_t column, LogicalType type, const QueryContext& context,
                      const std::function<Value(const Cell&)>& slow) {
  static const TypeIoOptions kDefaults;
  const TypeIoOptions& options = context.io ? *context.io : kDefaults;
  Vector vector = Vector::flat(type, rows.row_count());
  for (size_t row = 0; row < rows.row_count(); ++row) {
    const Cell& cell = rows.cell(row, column);
    try {
      if (cell.kind == ast::LiteralKind::Null) {
        vector.set_null(row);
      } else if (!put_directly(vector, row, cell, rows.text(cell), options)) {
        set_row(vector, row, slow(cell));
      }
    } catch (Error& error) {
      if (error.position() == 0 && !is_modifier_error(error)) error.at(rows.position(cell));
      throw;
    }
  }
  return vector;
}

bool is_modifier_error(const Error& error) {
  const std::string_view state = error.sqlstate();
  return state == "22001" || state == "22026" || (state == "22003" && error.message() == "numeric field overflow");
}

}  // namespace tidemark
