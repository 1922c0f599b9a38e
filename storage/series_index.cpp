#include "storage/series_index.h"

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "storage/row_group_directory.h"
#include "storage/series_key.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

constexpr uint32_t kIndexedSeriesMax = 4'096;  ///< of a row group

uint32_t hash_of(std::string_view key) { return static_cast<uint32_t>(hash64(key)); }

std::string_view key_of_column(std::string_view series, const TableLayout& layout, size_t column) {
  for (size_t before = 0; before < column; ++before) {
    skip_in_key(series, layout.series[before].type);
  }
  std::string_view rest = series;
  skip_in_key(rest, layout.series[column].type);
  return series.substr(0, series.size() - rest.size());
}

}  // namespace

std::shared_ptr<const SeriesIndex> SeriesIndex::of(const SegmentReader::File& file, uint32_t first, uint32_t count,
                                                   const TableLayout& layout, size_t column) {
  // Apart from other parts of an index block (IndexBlockPart), which are below 2^16; tags may be added.
  const uint64_t part = (uint64_t{count} << 32U) + (layout.series.size() << 16U) + column;
  return file.derived<SeriesIndex>(file.footer().row_groups[first].index.offset, part, [&] {
    auto index = std::make_shared<SeriesIndex>();
    for (uint32_t group = 0; group < count; ++group) {
      if (file.footer().row_groups[first + group].series_count > kIndexedSeriesMax) {
        index->unindexed_.push_back(group);
        continue;
      }
      const auto directory = read_directory(file, first + group);
      for (const SeriesBlockInfo& block : directory->index.series_blocks) {
        for (const std::string_view series : read_series(file, block.ref, layout)->series) {
          index->entries_.push_back({hash_of(key_of_column(series, layout, column)), group});
        }
      }
    }
    std::ranges::sort(index->entries_);
    index->entries_.erase(std::ranges::unique(index->entries_).begin(), index->entries_.end());
    index->entries_.shrink_to_fit();
    const size_t bytes = sizeof(SeriesIndex) + index->entries_.size() * sizeof(Entry);
    return std::pair<std::shared_ptr<const SeriesIndex>, size_t>(std::move(index), bytes);
  });
}

void SeriesIndex::keep_holders(std::span<const std::string> keys, std::span<uint8_t> holds) const {
  std::vector<uint8_t> named(holds.size());
  for (const std::string& key : keys) {
    for (const Entry& entry : std::ranges::equal_range(entries_, hash_of(key), {}, &Entry::hash)) {
      named[entry.row_group] = 1;
    }
  }
  for (const uint32_t group : unindexed_) {
    named[group] = 1;
  }
  for (size_t group = 0; group < holds.size(); ++group) {
    holds[group] &= named[group];
  }
}

}  // namespace tidemark
