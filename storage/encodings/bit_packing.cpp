#include "storage/encodings/bit_packing.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/bytes.h"
#include "base/check.h"
#include "base/simd.h"

namespace tidemark {

namespace {

constexpr size_t kLanes = 16;
constexpr size_t kRows = 32;
constexpr size_t kBlock = kLanes * kRows;

/// One row of lanes; the compiler splits it into as many registers as the machine needs.
using Lanes = uint32_t __attribute__((vector_size(kLanes * sizeof(uint32_t)), aligned(1), may_alias));

constexpr uint64_t mask_of(unsigned width) { return width >= 64 ? ~uint64_t{0} : (uint64_t{1} << width) - 1; }

size_t tail_bytes(size_t count, unsigned width) { return (count * width + 7) / 8; }

void pack_narrow_block(const uint64_t* values, unsigned width, unsigned shift_right, char* out) {
  std::array<uint32_t, kLanes * kRows> words{};
  for (size_t row = 0; row < kRows; ++row) {
    const size_t bit = row * width;
    for (size_t lane = 0; lane < kLanes; ++lane) {
      const auto value = static_cast<uint32_t>((values[row * kLanes + lane] >> shift_right) & mask_of(width));
      words[bit / 32 * kLanes + lane] |= value << (bit % 32);
      if (bit % 32 + width > 32) {
        words[(bit / 32 + 1) * kLanes + lane] |= value >> (32 - bit % 32);
      }
    }
  }
  std::memcpy(out, words.data(), width * kLanes * sizeof(uint32_t));
}

/// Width at most 32.
void pack_narrow(const uint64_t* values, size_t count, unsigned width, unsigned shift_right, char* out) {
  size_t done = 0;
  for (; done + kBlock <= count; done += kBlock, out += width * kLanes * sizeof(uint32_t)) {
    pack_narrow_block(values + done, width, shift_right, out);
  }
  uint64_t pending = 0;
  unsigned pending_bits = 0;
  for (; done < count; ++done) {
    pending |= ((values[done] >> shift_right) & mask_of(width)) << pending_bits;
    pending_bits += width;
    while (pending_bits >= 8) {
      *out++ = static_cast<char>(pending);
      pending >>= 8;
      pending_bits -= 8;
    }
  }
  if (pending_bits > 0) {
    *out = static_cast<char>(pending);
  }
}

template <unsigned width, unsigned row>
TIDEMARK_ALWAYS_INLINE void unpack_row(const Lanes* in, Lanes* out) {
  constexpr unsigned kBit = row * width;
  constexpr unsigned kWord = kBit / 32;
  constexpr unsigned kShift = kBit % 32;
  if constexpr (width == 0) {
    out[row] = Lanes{};
  } else if constexpr (width == 32) {
    out[row] = in[row];
  } else {
    Lanes value = in[kWord] >> kShift;
    if constexpr (kShift + width > 32) {
      value |= in[kWord + 1] << (32 - kShift);
    }
    out[row] = value & ((1U << width) - 1);
  }
}

template <unsigned width, size_t... rows>
TIDEMARK_ALWAYS_INLINE void unpack_rows(const char* in, uint32_t* out, std::index_sequence<rows...>) {
  const auto* source = reinterpret_cast<const Lanes*>(in);
  auto* target = reinterpret_cast<Lanes*>(out);
  (unpack_row<width, rows>(source, target), ...);
}

template <size_t... widths>
TIDEMARK_ALWAYS_INLINE void unpack_block_of(const char* in, unsigned width, uint32_t* out,
                                            std::index_sequence<widths...>) {
  static_cast<void>(
      ((width == widths && (unpack_rows<widths>(in, out, std::make_index_sequence<kRows>{}), true)) || ...));
}

TIDEMARK_ALWAYS_INLINE void unpack_block(const char* in, unsigned width, uint32_t* out) {
  unpack_block_of(in, width, out, std::make_index_sequence<33>{});
}

void unpack_tail(const char* in, size_t count, unsigned width, uint32_t* out) {
  if (width == 0) {
    std::fill_n(out, count, 0U);
    return;
  }
  const size_t bytes = tail_bytes(count, width);
  const auto mask = static_cast<uint32_t>(mask_of(width));
  for (size_t i = 0; i < count; ++i) {
    const size_t bit = i * width;
    uint64_t window = 0;
    std::memcpy(&window, in + bit / 8, std::min<size_t>(8, bytes - bit / 8));
    out[i] = static_cast<uint32_t>(window >> (bit % 8)) & mask;
  }
}

}  // namespace

size_t packed_bytes(size_t count, unsigned width) {
  if (width > 32) {
    return count * sizeof(uint32_t) + packed_bytes(count, width - 32);
  }
  return count / kBlock * width * kLanes * sizeof(uint32_t) + tail_bytes(count % kBlock, width);
}

void pack_bits(const uint64_t* values, size_t count, unsigned width, std::string& out) {
  TIDEMARK_FATAL_CHECK(width <= 64);
  const size_t start = out.size();
  out.resize(start + packed_bytes(count, width));
  char* target = out.data() + start;
  if (width > 32) {
    for (size_t i = 0; i < count; ++i) {
      store_little_endian(target + i * sizeof(uint32_t), static_cast<uint32_t>(values[i]));
    }
    pack_narrow(values, count, width - 32, 32, target + count * sizeof(uint32_t));
  } else {
    pack_narrow(values, count, width, 0, target);
  }
}

namespace {

/// Calls `use(first, numbers, n)` for stretches of up to 512 unpacked numbers of a narrow plane.
template <class Use>
TIDEMARK_ALWAYS_INLINE void for_each_block(const char* in, size_t count, unsigned width, const Use& use) {
  alignas(64) uint32_t numbers[kBlock];
  size_t done = 0;
  for (; done + kBlock <= count; done += kBlock, in += width * kLanes * sizeof(uint32_t)) {
    unpack_block(in, width, numbers);
    use(done, numbers, kBlock);
  }
  if (done < count) {
    unpack_tail(in, count - done, width, numbers);
    use(done, numbers, count - done);
  }
}

TIDEMARK_SIMD_CLONES void add_narrow(const char* in, size_t count, unsigned width, uint64_t base, int64_t* out) {
  for_each_block(in, count, width, [&](size_t first, const uint32_t* numbers, size_t n) __attribute__((always_inline)) {
    int64_t* target = out + first;
    for (size_t i = 0; i < n; ++i) {
      target[i] = static_cast<int64_t>(base + numbers[i]);
    }
  });
}

TIDEMARK_SIMD_CLONES void add_wide(const char* in, size_t count, unsigned width, uint64_t base, int64_t* out) {
  const char* low = in;
  for_each_block(in + count * sizeof(uint32_t), count, width - 32,
                 [&](size_t first, const uint32_t* numbers, size_t n) __attribute__((always_inline)) {
                   for (size_t i = 0; i < n; ++i) {
                     const uint64_t number = (static_cast<uint64_t>(numbers[i]) << 32) |
                                             load_little_endian<uint32_t>(low + (first + i) * sizeof(uint32_t));
                     out[first + i] = static_cast<int64_t>(base + number);
                   }
                 });
}

TIDEMARK_SIMD_CLONES void sum_narrow(const char* in, size_t count, unsigned width, uint64_t start, uint64_t step,
                                     int64_t* out) {
  uint64_t sum = start;
  for_each_block(in, count, width, [&](size_t first, const uint32_t* numbers, size_t n) __attribute__((always_inline)) {
    int64_t* target = out + first;
    // The chain is one addition a number: as fast as the stores.
    for (size_t i = 0; i < n; ++i) {
      sum += numbers[i] + step;
      target[i] = static_cast<int64_t>(sum);
    }
  });
}

TIDEMARK_SIMD_CLONES void add_codes(const char* in, size_t count, unsigned width, uint32_t base, uint32_t* out) {
  for_each_block(in, count, width, [&](size_t first, const uint32_t* numbers, size_t n) __attribute__((always_inline)) {
    for (size_t i = 0; i < n; ++i) {
      out[first + i] = base + numbers[i];
    }
  });
}

}  // namespace

void unpack_add(const char* in, size_t count, unsigned width, uint64_t base, int64_t* out) {
  TIDEMARK_ASSERT(width <= 64);
  width > 32 ? add_wide(in, count, width, base, out) : add_narrow(in, count, width, base, out);
}

void unpack_running_sum(const char* in, size_t count, unsigned width, uint64_t start, uint64_t step, int64_t* out) {
  TIDEMARK_ASSERT(width <= 64);
  if (width <= 32) {
    sum_narrow(in, count, width, start, step, out);
    return;
  }
  unpack_add(in, count, width, step, out);
  uint64_t sum = start;
  for (size_t i = 0; i < count; ++i) {
    sum += static_cast<uint64_t>(out[i]);
    out[i] = static_cast<int64_t>(sum);
  }
}

void unpack_codes(const char* in, size_t count, unsigned width, uint32_t base, uint32_t* out) {
  TIDEMARK_ASSERT(width <= 32);
  add_codes(in, count, width, base, out);
}

}  // namespace tidemark
