#include "storage/row_group_directory.h"

#include "base/check.h"
#include "storage/encodings/text_encoding.h"
#include "storage/series_key.h"
#include "storage/type_widening.h"
#include "types/boxed_row.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark {

namespace {

size_t directory_bytes(const RowGroupDirectory& directory) {
  size_t bytes = sizeof(directory) + directory.index.columns.size() * sizeof(std::string_view);
  for (const PageInfo& page : directory.index.pages) {
    bytes += sizeof(page) + page.first_series.size();
  }
  return bytes;
}

size_t chunk_bytes(const ColumnChunk& chunk) {
  size_t bytes = sizeof(chunk) + chunk.blocks.size() * sizeof(ColumnChunk::Block) +
                 chunk.pages.size() * sizeof(ColumnChunk::Page) + chunk.zones.size() * sizeof(ZoneMap);
  for (const ZoneMap& zone : chunk.zones) {
    bytes += zone.text_min.size() + zone.text_max.size();
  }
  return bytes;
}

/// The values of all key columns, in one pass over the keys.
std::vector<Vector> decode_keys(const TableLayout& layout, std::span<const std::string_view> series) {
  std::vector<Vector> keys;
  for (const TableLayout::SeriesColumn& column : layout.series) {
    keys.push_back(column.from_key ? Vector::flat(column.type, series.size()) : Vector());
  }
  for (size_t i = 0; i < series.size(); ++i) {
    std::string_view key = series[i];
    for (size_t column = 0; column < keys.size(); ++column) {
      if (layout.series[column].from_key) {
        set_row(keys[column], i, take_from_key(key, layout.series[column].type));
      } else {
        skip_in_key(key, layout.series[column].type);
      }
    }
  }
  return keys;
}

}  // namespace

std::shared_ptr<const RowGroupDirectory> read_directory(const SegmentReader::File& file, uint32_t row_group) {
  const RowGroupInfo& info = file.footer().row_groups[row_group];
  return file.derived<RowGroupDirectory>(info.index.offset, kDirectoryPart, [&] {
    auto directory = std::make_shared<RowGroupDirectory>();
    directory->bytes = file.read_block(info.index);
    if (!read_row_group_index(*directory->bytes, info.rows, directory->index) ||
        directory->index.columns.size() != file.footer().columns.size()) {
      file.fail(info.index.offset, "malformed row group index");
    }
    const size_t bytes = directory_bytes(*directory);
    return std::pair<std::shared_ptr<const RowGroupDirectory>, size_t>(std::move(directory), bytes);
  });
}

std::shared_ptr<const ColumnChunk> read_column_directory(const SegmentReader::File& file, uint32_t row_group,
                                                         const RowGroupDirectory& directory, size_t stored) {
  const RowGroupInfo& info = file.footer().row_groups[row_group];
  return file.derived<ColumnChunk>(info.index.offset, kFirstColumnPart + stored, [&] {
    auto chunk = std::make_shared<ColumnChunk>();
    if (!read_chunk(directory.index.columns[stored], zone_kind(file.footer().columns[stored].type),
                    directory.index.pages, true, *chunk)) {
      file.fail(info.index.offset, "malformed column directory");
    }
    const size_t bytes = chunk_bytes(*chunk);
    return std::pair<std::shared_ptr<const ColumnChunk>, size_t>(std::move(chunk), bytes);
  });
}

std::shared_ptr<const DecodedSeries> read_series(const SegmentReader::File& file, const BlockRef& block,
                                                 const TableLayout& layout) {
  // The series come out with the tags that the table has now.
  const uint64_t part = 1 + layout.series.size();
  return file.derived<DecodedSeries>(block.offset, part, [&] {
    auto decoded = std::make_shared<DecodedSeries>();
    decoded->bytes = file.read_block(block);
    decoded->heap = std::make_shared<StringHeap>();
    const size_t stored_columns = file.footer().series.size();
    TIDEMARK_CHECK(stored_columns <= layout.series.size());
    if (!decoded->view.open(*decoded->bytes) ||
        !decoded->view.decode(widening_suffix(layout.series.size() - stored_columns), *decoded->heap,
                              decoded->series)) {
      file.fail(block.offset, "malformed series block");
    }
    decoded->keys = decode_keys(layout, decoded->series);
    size_t bytes = sizeof(*decoded) + decoded->heap->bytes() + decoded->series.size() * sizeof(std::string_view);
    for (const Vector& key : decoded->keys) {
      bytes += key.memory_bytes();
    }
    return std::pair<std::shared_ptr<const DecodedSeries>, size_t>(std::move(decoded), bytes);
  });
}

std::shared_ptr<const Vector> read_dictionary(const SegmentReader::File& file, const ColumnChunk& chunk,
                                              LogicalType stored_type, LogicalType type) {
  const auto decode = [&] {
    const PageCache::Block block = file.read_block(chunk.dictionary);
    const size_t count = chunk.dictionary_entries;
    const size_t bytes = decoded_text_bytes(*block, count);
    auto entries = std::make_shared<Vector>(Vector::flat(stored_type, count + (chunk.has_null_code ? 1 : 0)));
    if (bytes == SIZE_MAX ||
        !decode_texts(*block, entries->heap().allocate(bytes), {entries->mutable_data<std::string_view>(), count})) {
      file.fail(chunk.dictionary.offset, "malformed dictionary");
    }
    if (chunk.has_null_code) {
      entries->mutable_data<std::string_view>()[count] = {};
      entries->set_null(count);
    }
    auto widened = std::make_shared<const Vector>(widen(*entries, type));
    const size_t memory = widened->memory_bytes();
    return std::pair<std::shared_ptr<const Vector>, size_t>(std::move(widened), memory);
  };
  constexpr uint64_t kDictionaryPart = 1;
  std::shared_ptr<const Vector> entries = file.derived<Vector>(chunk.dictionary.offset, kDictionaryPart, decode);
  // The column's type may have changed since the entries were kept.
  return entries->type() == type ? entries : decode().first;
}

}  // namespace tidemark
