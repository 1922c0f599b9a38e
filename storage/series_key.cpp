#include "storage/series_key.h"

#include "base/hash.h"
#include "types/canonical_key.h"

namespace tidemark {

namespace {
constexpr char kNullColumn = '\x02';  // types/canonical_key.h
}  // namespace

uint64_t series_hash(std::span<const TableLayout::SeriesColumn> columns, std::string_view series) {
  uint64_t hash = 0;
  for (const TableLayout::SeriesColumn& column : columns) {
    const std::string_view before = series;
    skip_in_key(series, column.type);
    const std::string_view bytes = before.substr(0, before.size() - series.size());
    if (bytes[0] != kNullColumn) {
      hash = hash_combine(hash, hash64(bytes, column.id));
    }
  }
  return hash;
}

void widen_series(std::string& series, size_t count) { series.append(count, kNullColumn); }

std::string widening_suffix(size_t count) { return std::string(count, kNullColumn); }

}  // namespace tidemark
