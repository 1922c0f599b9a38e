#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "types/int128.h"
#include "types/vector.h"

namespace tidemark {

struct ScanPredicate;
class ByteCursor;

/// In which terms values of a type are summed up: integers (all integer types, dates, times, booleans; uint64 with its
/// top bit flipped so that it sorts as int64), reals, text (types that sort by their bytes), or not at all.
enum class ZoneKind : uint8_t { kNone, kInteger, kReal, kText };
[[nodiscard]] ZoneKind zone_kind(LogicalType type);

/// What is known of the values of one page without reading it (D30). Bounds may be looser than the truth, never
/// tighter; counts are exact. Unset cells of merge versions count as NULL.
struct ZoneMap {
  /// Texts are cut to so many bytes; a cut upper bound is marked.
  static constexpr size_t kTextBytesMax = 32;
  /// Sums of floats are kept only for pages with more values (D30: fewer are added one by one, in order).
  static constexpr size_t kRealSumValuesMin = 1'025;

  uint32_t rows = 0;
  uint32_t nulls = 0;
  bool has_bounds = false;  ///< some value is not NULL (and the type has bounds)
  bool has_nan = false;     ///< reals: bounds are of the others; all NaN gives bounds min > max
  bool has_sum = false;
  bool has_ends = false;  ///< the page is of one series: first and last non-NULL value with their rows
  bool text_max_is_cut = false;
  int64_t integer_min = 0, integer_max = 0;
  Int128 integer_sum = 0;  ///< of the values as numbers (uint64: unflipped)
  double real_min = 0, real_max = 0, real_sum = 0;
  std::string text_min, text_max;
  int64_t first_bits = 0, last_bits = 0;  ///< integer value, or the bits of the double
  uint32_t first_row = 0, last_row = 0;

  /// Makes this describe both pages: bounds and counts only.
  void merge(const ZoneMap& other, ZoneKind kind);
};

/// A flat vector summed up. `one_series`: keep the ends.
[[nodiscard]] ZoneMap summarize(const Vector& values, bool one_series);
/// Dictionary codes of a page: sorted entries, so that the smallest and largest code bound the text.
[[nodiscard]] ZoneMap summarize_codes(std::span<const int64_t> codes, std::span<const std::string_view> entries);

void write_zone_map(const ZoneMap& zone, ZoneKind kind, ByteWriter& out);
/// Sets everything but `rows`. Malformed bytes leave cursor.ok() false.
[[nodiscard]] ZoneMap read_zone_map(ByteCursor& cursor, ZoneKind kind, uint32_t rows);

enum class ZoneVerdict : uint8_t { kNone, kSome, kAll };
/// Whether no row, perhaps some, or surely every row of the page passes the predicate.
[[nodiscard]] ZoneVerdict judge(const ZoneMap& zone, LogicalType type, const ScanPredicate& predicate);

/// A value in the terms of ZoneKind::kInteger.
[[nodiscard]] int64_t ordered_integer(const Value& value);

}  // namespace tidemark
