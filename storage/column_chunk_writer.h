#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/encodings/page_goal.h"
#include "storage/segment_format.h"
#include "types/vector.h"

namespace tidemark {

/// Appends a block to the file that is being written and returns where it lies.
using BlockSink = std::function<BlockRef(std::string_view bytes)>;

/// Gathers the pages of one column of a row group. Fixed-width pages are encoded at once; texts wait for the row
/// group's end, when it is known whether a dictionary pays.
class ColumnChunkWriter {
 public:
  ColumnChunkWriter(LogicalType type, PageGoal goal) : type_(type), goal_(goal) {}

  /// Rows [first, first + count) of `values` (any form) become rows of the current page, which must have room.
  void append(const Vector& values, const Validity& set, size_t first, size_t count);
  /// Ends the current page. `one_series`: see ZoneMap::has_ends.
  void finish_page(bool one_series);
  /// Writes the blocks and returns the chunk; empties this.
  [[nodiscard]] ColumnChunk finish(const BlockSink& write_block);

  [[nodiscard]] LogicalType type() const { return type_; }
  [[nodiscard]] size_t buffered_bytes() const { return buffered_bytes_; }

 private:
  struct TextPage {
    Vector values;
    Validity set;
  };

  [[nodiscard]] bool waits_for_dictionary() const { return type_.physical() == PhysicalType::kBytes; }
  [[nodiscard]] bool find_dictionary(std::vector<std::string_view>& entries) const;
  void encode_texts_plain();
  void encode_texts_as_codes(const std::vector<std::string_view>& entries, bool with_null, ColumnChunk& chunk);

  LogicalType type_;
  PageGoal goal_;
  Vector page_;  ///< kVectorSize rows, of which page_rows_ are filled
  Validity page_set_;
  size_t page_rows_ = 0;
  std::vector<TextPage> text_pages_;
  std::vector<std::string> encoded_;
  std::vector<ZoneMap> zones_;
  bool any_value_ = false;
  bool all_set_ = true;
  size_t buffered_bytes_ = 0;
};

}  // namespace tidemark
