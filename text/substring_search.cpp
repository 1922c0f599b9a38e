#include "text/substring_search.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace tidemark {
namespace {

/// Above both, comparing the needle at every place could take too long.
constexpr size_t kTextBytesMax = 1024;
constexpr size_t kNeedleBytesMax = 64;

bool stands_at(const char* place, std::string_view needle) {
  return std::memcmp(place + 1, needle.data() + 1, needle.size() - 1) == 0;
}

}  // namespace

size_t find_substring(std::string_view text, std::string_view needle) {
  if (needle.size() <= 1) {
    return needle.empty() ? 0 : text.find(needle[0]);
  }
  if (text.size() < needle.size()) {
    return std::string_view::npos;
  }
  const char* data = text.data();
  if (text.size() > kTextBytesMax && needle.size() > kNeedleBytesMax) {
    const void* found = memmem(data, text.size(), needle.data(), needle.size());
    return found == nullptr ? std::string_view::npos : static_cast<size_t>(static_cast<const char*>(found) - data);
  }
  const size_t places = text.size() - needle.size() + 1;
  size_t place = 0;
#if defined(__SSE2__)
  constexpr size_t kWidth = sizeof(__m128i);
  const __m128i first = _mm_set1_epi8(needle.front());
  const __m128i last = _mm_set1_epi8(needle.back());
  const auto load = [](const char* from) {
    __m128i bytes;
    std::memcpy(&bytes, from, sizeof(bytes));
    return bytes;
  };
  while (places >= kWidth && place < places) {
    place = std::min(place, places - kWidth);  // the last sixteen may have been looked at in part
    const __m128i firsts = _mm_cmpeq_epi8(load(data + place), first);
    const __m128i lasts = _mm_cmpeq_epi8(load(data + place + needle.size() - 1), last);
    auto hits = static_cast<uint32_t>(_mm_movemask_epi8(_mm_and_si128(firsts, lasts)));
    for (; hits != 0; hits &= hits - 1) {
      const size_t hit = place + static_cast<size_t>(__builtin_ctz(hits));
      if (stands_at(data + hit, needle)) {
        return hit;
      }
    }
    place += kWidth;
  }
#endif
  for (; place < places; ++place) {
    if (data[place] == needle.front() && data[place + needle.size() - 1] == needle.back() &&
        stands_at(data + place, needle)) {
      return place;
    }
  }
  return std::string_view::npos;
}

}  // namespace tidemark
