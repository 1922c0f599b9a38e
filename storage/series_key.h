#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "storage/table_layout.h"

namespace tidemark {

/// Hash of a series for Bloom filters: over the (column id, key bytes) pairs that are not NULL, so that a series keeps
/// its hash when the key is widened by a new tag (D27). Throws XX001 on malformed bytes.
[[nodiscard]] uint64_t series_hash(std::span<const TableLayout::SeriesColumn> columns, std::string_view series);

/// Appends the NULLs of `count` columns that were added after `series` was written.
void widen_series(std::string& series, size_t count);

/// What `widen_series` appends.
[[nodiscard]] std::string widening_suffix(size_t count);

}  // namespace tidemark
