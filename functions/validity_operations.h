#pragma once

#include <algorithm>
#include <bit>

#include "types/vector.h"

namespace tidemark {

/// Where the value of a row lies in a flat or constant vector.
inline size_t index_of(const Vector& vector, size_t row) { return vector.is_constant() ? 0 : row; }
/// Whether a row of a flat or constant vector is not NULL.
inline bool is_there(const Vector& vector, size_t row) { return vector.validity().is_valid(index_of(vector, row)); }

/// Rows valid in both; shares bits where one has none to say.
Validity both_valid(const Validity& left, const Validity& right, size_t size);

/// How many rows of [first, last) are valid.
size_t count_valid(const Validity& validity, size_t first, size_t last);

/// Calls `body(row)` for each valid row of [first, last), a word of validity at a time.
template <class Body>
void for_each_valid(const Validity& validity, size_t first, size_t last, const Body& body) {
  if (validity.all_valid()) {
    for (size_t row = first; row < last; ++row) body(row);
    return;
  }
  const uint64_t* words = validity.words();
  for (size_t row = first; row < last;) {
    const size_t word_end = std::min(last, (row | 63) + 1);
    uint64_t word = words[row >> 6] >> (row & 63);
    if (word_end - row < 64) word &= (uint64_t{1} << (word_end - row)) - 1;
    while (word != 0) {
      body(row + static_cast<size_t>(std::countr_zero(word)));
      word &= word - 1;
    }
    row = word_end;
  }
}

}  // namespace tidemark
