#include "functions/validity_operations.h"

namespace tidemark {

Validity both_valid(const Validity& left, const Validity& right, size_t size) {
  if (left.all_valid()) return right;
  if (right.all_valid() || left.words() == right.words()) return left;
  const size_t words = (size + 63) / 64;
  auto bits = std::make_shared_for_overwrite<uint64_t[]>(words == 0 ? 1 : words);
  for (size_t word = 0; word < words; ++word) bits[word] = left.words()[word] & right.words()[word];
  const uint64_t* first = bits.get();
  return Validity::over(first, std::move(bits));
}

size_t count_valid(const Validity& validity, size_t first, size_t last) {
  if (validity.all_valid()) return last - first;
  const uint64_t* words = validity.words();
  size_t count = 0;
  for (size_t row = first; row < last;) {
    const size_t word_end = std::min(last, (row | 63) + 1);
    uint64_t word = words[row >> 6] >> (row & 63);
    if (word_end - row < 64) word &= (uint64_t{1} << (word_end - row)) - 1;
    count += static_cast<size_t>(std::popcount(word));
    row = word_end;
  }
  return count;
}

}  // namespace tidemark
