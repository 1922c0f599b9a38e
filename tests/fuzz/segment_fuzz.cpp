// Everything that reads bytes of a segment file after their checksum: pages of each type, dictionaries, series blocks,
// directories. The first byte chooses.

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "storage/column_page.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/text_encoding.h"
#include "storage/segment_format.h"
#include "storage/series_block.h"
#include "types/value.h"

namespace tidemark {
namespace {

constexpr TypeId kTypes[] = {TypeId::kBoolean, TypeId::kInt16,   TypeId::kInt32,    TypeId::kInt64, TypeId::kUInt64,
                             TypeId::kFloat32, TypeId::kFloat64, TypeId::kInterval, TypeId::kUuid,  TypeId::kText};
constexpr size_t kRowCounts[] = {1, 64, 100, kVectorSize};

void read_page(std::string_view bytes, unsigned choice) {
  const LogicalType type = kTypes[choice % std::size(kTypes)];
  const size_t rows = kRowCounts[choice / std::size(kTypes) % std::size(kRowCounts)];
  Vector values;
  Validity set;
  if (decode_page(bytes, type, rows, values, set)) {
    for (size_t row = 0; row < rows; row += 17) {
      static_cast<void>(values.value(row));
      static_cast<void>(set.is_valid(row));
    }
  }
}

void read_directories(std::string_view bytes) {
  SegmentFooter footer;
  static_cast<void>(read_footer(bytes, footer));
  RowGroupIndex index;
  if (read_row_group_index(bytes, 5'000, index)) {
    for (const std::string_view column : index.columns) {
      ColumnChunk chunk;
      static_cast<void>(read_chunk(column, ZoneKind::kInteger, index.pages, true, chunk));
      static_cast<void>(read_chunk(column, ZoneKind::kText, index.pages, true, chunk));
    }
  }
}

void read_series(std::string_view bytes) {
  SeriesBlockView view;
  if (!view.open(bytes)) {
    return;
  }
  StringHeap heap;
  std::vector<std::string_view> series;
  static_cast<void>(view.decode("\x02", heap, series));
  size_t index = 0;
  bool equal = false;
  static_cast<void>(view.lower_bound("host", index, equal));
  static_cast<void>(view.find_row(100));
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] < 128) {
    tidemark::read_page(bytes, data[0]);
  } else if (data[0] < 192) {
    tidemark::read_directories(bytes);
  } else {
    tidemark::read_series(bytes);
  }
  return 0;
}
