#pragma once

#include <cstdint>

namespace tidemark {

/// Types of 64 unsigned bits (pg_lsn, xid8, macaddr8) lie in memory as signed integers that sort as they do: with the
/// top bit flipped.
constexpr int64_t from_unsigned(uint64_t value) { return static_cast<int64_t>(value ^ (uint64_t{1} << 63)); }
constexpr uint64_t to_unsigned(int64_t stored) { return static_cast<uint64_t>(stored) ^ (uint64_t{1} << 63); }

}  // namespace tidemark
