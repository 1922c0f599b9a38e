#include "storage/segment_format.h"

#include <algorithm>

#include "storage/encodings/bit_packing.h"
#include "storage/encodings/byte_cursor.h"
#include "types/vector.h"

namespace tidemark {

namespace {

constexpr uint8_t kHasDeletes = 1;
constexpr uint8_t kHasMerges = 2;
constexpr uint8_t kHasNullTimes = 4;
constexpr uint8_t kOneSeries = 1;
constexpr uint8_t kAllSet = 1;
constexpr uint8_t kHasNullCode = 2;

void put_ref(const BlockRef& ref, ByteWriter& out) {
  out.put_varint(ref.offset);
  out.put_varint(ref.length);
}

BlockRef get_ref(ByteCursor& cursor) {
  BlockRef ref;
  ref.offset = cursor.get_varint();
  ref.length = cursor.get_varint();
  return ref;
}

/// A count of things of at least one byte each: bounded by what is left, so that damage cannot ask for memory.
size_t get_count(ByteCursor& cursor) { return std::min<size_t>(cursor.get_varint(), cursor.rest().size()); }

void put_type(LogicalType type, ByteWriter& out) {
  out.put(static_cast<uint8_t>(type.id));
  out.put(static_cast<uint8_t>(type.element));
  out.put(type.stored_modifier());
}

LogicalType get_type(ByteCursor& cursor) {
  LogicalType type;
  type.id = static_cast<TypeId>(cursor.get<uint8_t>());
  type.element = static_cast<TypeId>(cursor.get<uint8_t>());
  type.set_stored_modifier(cursor.get<int32_t>());
  return type;
}

void put_columns(const std::vector<SegmentColumn>& columns, ByteWriter& out) {
  out.put_varint(columns.size());
  for (const SegmentColumn& column : columns) {
    out.put_varint(column.id);
    put_type(column.type, out);
  }
}

std::vector<SegmentColumn> get_columns(ByteCursor& cursor) {
  std::vector<SegmentColumn> columns(get_count(cursor));
  for (SegmentColumn& column : columns) {
    column.id = static_cast<ColumnId>(cursor.get_varint());
    column.type = get_type(cursor);
  }
  return columns;
}

int64_t advance(int64_t low, uint64_t by) { return static_cast<int64_t>(static_cast<uint64_t>(low) + by); }

}  // namespace

void write_footer(const SegmentFooter& footer, ByteWriter& out) {
  out.put_varint(footer.table);
  put_columns(footer.series, out);
  put_type(footer.order_type, out);
  put_columns(footer.columns, out);
  out.put_varint(footer.row_groups.size());
  for (const RowGroupInfo& group : footer.row_groups) {
    unsigned flags = 0;
    flags |= group.has_deletes ? kHasDeletes : 0;
    flags |= group.has_merges ? kHasMerges : 0;
    flags |= group.has_null_times ? kHasNullTimes : 0;
    out.put(static_cast<uint8_t>(flags));
    out.put_varint(group.rows);
    out.put_varint(group.series_count);
    put_ref(group.index, out);
    put_ref(group.bloom, out);
    out.put_varint(group.bytes);
    out.put_string(group.bounds.series_min);
    out.put_string(group.bounds.series_max);
    out.put(group.bounds.order_min);
    out.put(group.bounds.order_max);
    out.put(group.time_min);
    out.put(group.time_max);
  }
  out.put_varint(footer.window_ends.size());
  for (const uint32_t end : footer.window_ends) {
    out.put_varint(end);
  }
}

bool read_footer(std::string_view bytes, SegmentFooter& footer) {
  ByteCursor cursor(bytes);
  footer.table = static_cast<ObjectId>(cursor.get_varint());
  footer.series = get_columns(cursor);
  footer.order_type = get_type(cursor);
  footer.columns = get_columns(cursor);
  footer.row_groups.resize(get_count(cursor));
  for (RowGroupInfo& group : footer.row_groups) {
    const auto flags = cursor.get<uint8_t>();
    group.has_deletes = (flags & kHasDeletes) != 0;
    group.has_merges = (flags & kHasMerges) != 0;
    group.has_null_times = (flags & kHasNullTimes) != 0;
    group.rows = static_cast<uint32_t>(cursor.get_varint());
    group.series_count = static_cast<uint32_t>(cursor.get_varint());
    group.index = get_ref(cursor);
    group.bloom = get_ref(cursor);
    group.bytes = cursor.get_varint();
    group.bounds.series_min = cursor.take_string();
    group.bounds.series_max = cursor.take_string();
    group.bounds.order_min = cursor.get<int64_t>();
    group.bounds.order_max = cursor.get<int64_t>();
    group.time_min = cursor.get<int64_t>();
    group.time_max = cursor.get<int64_t>();
    if (group.rows == 0 || group.rows > kRowGroupRowsMax) {
      return false;
    }
  }
  footer.window_ends.resize(get_count(cursor));
  for (uint32_t& end : footer.window_ends) {
    end = static_cast<uint32_t>(cursor.get_varint());
  }
  return cursor.ok() && cursor.rest().empty() && std::ranges::is_sorted(footer.window_ends) &&
         (footer.row_groups.empty() ||
          (!footer.window_ends.empty() && footer.window_ends.back() == footer.row_groups.size()));
}

void write_chunk(const ColumnChunk& chunk, ZoneKind kind, bool with_zones, ByteWriter& out) {
  out.put(static_cast<uint8_t>(chunk.form));
  out.put(static_cast<uint8_t>((chunk.all_set ? kAllSet : 0) | (chunk.has_null_code ? kHasNullCode : 0)));
  if (chunk.form == ColumnChunk::Form::kAbsent) {
    return;
  }
  if (chunk.form == ColumnChunk::Form::kDictionary) {
    put_ref(chunk.dictionary, out);
    out.put_varint(chunk.dictionary_entries);
  }
  out.put_varint(chunk.blocks.size());
  for (const ColumnChunk::Block& block : chunk.blocks) {
    put_ref(block.ref, out);
    out.put_varint(block.first_page);
  }
  for (size_t page = 0; page < chunk.pages.size(); ++page) {
    out.put_varint(chunk.pages[page].length);
    if (with_zones) {
      write_zone_map(chunk.zones[page], kind, out);
    }
  }
}

bool read_chunk(std::string_view bytes, ZoneKind kind, const std::vector<PageInfo>& pages, bool with_zones,
                ColumnChunk& chunk) {
  ByteCursor cursor(bytes);
  const auto form = cursor.get<uint8_t>();
  const auto flags = cursor.get<uint8_t>();
  chunk.form = static_cast<ColumnChunk::Form>(form);
  chunk.all_set = (flags & kAllSet) != 0;
  chunk.has_null_code = (flags & kHasNullCode) != 0;
  if (!cursor.ok() || form > static_cast<uint8_t>(ColumnChunk::Form::kDictionary)) {
    return false;
  }
  if (chunk.form == ColumnChunk::Form::kAbsent) {
    return true;
  }
  if (chunk.form == ColumnChunk::Form::kDictionary) {
    chunk.dictionary = get_ref(cursor);
    chunk.dictionary_entries = static_cast<uint32_t>(cursor.get_varint());
    if (chunk.dictionary_entries > kRowGroupRowsMax) {
      return false;
    }
  }
  chunk.blocks.resize(get_count(cursor));
  for (ColumnChunk::Block& block : chunk.blocks) {
    block.ref = get_ref(cursor);
    block.first_page = static_cast<uint32_t>(cursor.get_varint());
  }
  if (chunk.blocks.empty() || chunk.blocks[0].first_page != 0) {
    return false;
  }
  chunk.pages.resize(pages.size());
  chunk.zones.resize(with_zones ? pages.size() : 0);
  uint32_t block = 0;
  uint64_t offset = 0;
  for (size_t page = 0; page < pages.size(); ++page) {
    if (block + 1 < chunk.blocks.size() && chunk.blocks[block + 1].first_page == page) {
      ++block;
      offset = 0;
    }
    const uint64_t length = cursor.get_varint();
    if (!cursor.ok() || length > chunk.blocks[block].ref.length || offset + length > chunk.blocks[block].ref.length) {
      return false;
    }
    chunk.pages[page] = {
        .block = block, .offset = static_cast<uint32_t>(offset), .length = static_cast<uint32_t>(length)};
    offset += length;
    if (with_zones) {
      chunk.zones[page] = read_zone_map(cursor, kind, pages[page].rows);
    }
  }
  return cursor.ok();
}

void write_row_group_index(const RowGroupIndex& index, ByteWriter& out) {
  out.put_varint(index.pages.size());
  std::string_view before;
  for (const PageInfo& page : index.pages) {
    out.put_varint(page.rows);
    out.put(page.one_series ? kOneSeries : uint8_t{0});
    const size_t shared = static_cast<size_t>(std::ranges::mismatch(before, page.first_series).in1 - before.begin());
    out.put_varint(shared);
    out.put_string(std::string_view(page.first_series).substr(shared));
    before = page.first_series;
    out.put_zigzag(page.order_min);
    out.put_varint(distance(page.order_min, page.order_max));
    out.put_varint(distance(page.order_min, page.first_order));
  }
  out.put_varint(index.series_blocks.size());
  for (const SeriesBlockInfo& block : index.series_blocks) {
    put_ref(block.ref, out);
    out.put_varint(block.first_page);
  }
  ByteWriter chunk;
  write_chunk(index.order, ZoneKind::kNone, false, chunk);
  out.put_string(chunk.view());
  chunk.clear();
  write_chunk(index.operations, ZoneKind::kNone, false, chunk);
  out.put_string(chunk.view());
  out.put_varint(index.columns.size());
  for (const std::string_view column : index.columns) {
    out.put_string(column);
  }
}

bool read_row_group_index(std::string_view bytes, uint32_t rows, RowGroupIndex& index) {
  ByteCursor cursor(bytes);
  index.pages.resize(get_count(cursor));
  uint32_t first_row = 0;
  std::string_view before;
  for (PageInfo& page : index.pages) {
    page.first_row = first_row;
    page.rows = static_cast<uint32_t>(cursor.get_varint());
    page.one_series = (cursor.get<uint8_t>() & kOneSeries) != 0;
    const uint64_t shared = cursor.get_varint();
    const std::string_view rest = cursor.take_string();
    if (!cursor.ok() || shared > before.size() || page.rows == 0 || page.rows > kVectorSize ||
        page.rows > rows - first_row) {
      return false;
    }
    page.first_series.reserve(shared + rest.size());
    page.first_series.append(before.substr(0, shared)).append(rest);
    before = page.first_series;
    page.order_min = cursor.get_zigzag();
    page.order_max = advance(page.order_min, cursor.get_varint());
    page.first_order = advance(page.order_min, cursor.get_varint());
    first_row += page.rows;
  }
  index.series_blocks.resize(get_count(cursor));
  for (SeriesBlockInfo& block : index.series_blocks) {
    block.ref = get_ref(cursor);
    block.first_page = static_cast<uint32_t>(cursor.get_varint());
  }
  if (first_row != rows || index.series_blocks.empty() || index.series_blocks[0].first_page != 0 ||
      !read_chunk(cursor.take_string(), ZoneKind::kNone, index.pages, false, index.order) ||
      !read_chunk(cursor.take_string(), ZoneKind::kNone, index.pages, false, index.operations)) {
    return false;
  }
  index.columns.resize(get_count(cursor));
  for (std::string_view& column : index.columns) {
    column = cursor.take_string();
  }
  return cursor.ok();
}

}  // namespace tidemark
