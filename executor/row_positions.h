#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "types/vector.h"

namespace tidemark {

/// The flat or constant vector in which the values of any form lie.
inline const Vector& values_of(const Vector& column) {
  return column.is_flat() || column.is_constant() ? column : column.entries();
}

/// Calls `visit` with the values of a flat or constant vector of whole numbers, by their own type; false for other
/// types.
template <class Visit>
bool visit_integers(const Vector& values, const Visit& visit) {
  switch (values.type().physical()) {
    case PhysicalType::kInt16:
      visit(values.data<int16_t>());
      return true;
    case PhysicalType::kInt32:
      visit(values.data<int32_t>());
      return true;
    case PhysicalType::kInt64:
      visit(values.data<int64_t>());
      return true;
    default:
      return false;
  }
}

/// Calls `each(row, index)` for every row with the place of its value in `values_of(column)`: one switch on the form,
/// then a plain loop.
template <class Each>
void for_each_row(const Vector& column, const Each& each) {
  const size_t size = column.size();
  switch (column.form()) {
    case VectorForm::kFlat:
      for (size_t row = 0; row < size; ++row) {
        each(row, row);
      }
      return;
    case VectorForm::kConstant:
      for (size_t row = 0; row < size; ++row) {
        each(row, size_t{0});
      }
      return;
    case VectorForm::kDictionary: {
      const std::span<const uint32_t> codes = column.codes();
      for (size_t row = 0; row < size; ++row) {
        each(row, size_t{codes[row]});
      }
      return;
    }
    case VectorForm::kRun: {
      const std::span<const uint32_t> ends = column.run_ends();
      for (size_t row = 0, run = 0; run < ends.size(); ++run) {
        for (; row < ends[run]; ++row) {
          each(row, run);
        }
      }
      return;
    }
  }
}

/// The same for the rows named by `rows`, in any order: `each(i, index)` for rows[i].
template <class Each>
void for_rows(const Vector& column, std::span<const uint32_t> rows, const Each& each) {
  switch (column.form()) {
    case VectorForm::kFlat:
      for (size_t i = 0; i < rows.size(); ++i) {
        each(i, size_t{rows[i]});
      }
      return;
    case VectorForm::kConstant:
      for (size_t i = 0; i < rows.size(); ++i) {
        each(i, size_t{0});
      }
      return;
    case VectorForm::kDictionary: {
      const std::span<const uint32_t> codes = column.codes();
      for (size_t i = 0; i < rows.size(); ++i) {
        each(i, size_t{codes[rows[i]]});
      }
      return;
    }
    case VectorForm::kRun:
      for (size_t i = 0; i < rows.size(); ++i) {
        each(i, column.physical_index(rows[i]));
      }
      return;
  }
}

}  // namespace tidemark
