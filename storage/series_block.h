#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "types/vector.h"

namespace tidemark {

/// The series of a stretch of a row group, in order, with the row at which each ends. Rows are sorted by series, so
/// this is the whole of the key columns, and they come out as runs.
///
///     count    u32
///     ends     count × u32: row in the row group, exclusive
///     starts   ceil(count / 16) × u32: where entry 0, 16, 32 … begins within `entries`
///     entries  varint bytes shared with the entry before (0 for each 16th), varint length, the rest
class SeriesBlockWriter {
 public:
  void add(std::string_view series, uint32_t end_row);
  /// The last series goes on.
  void extend_last(uint32_t end_row) { ends_.back() = end_row; }
  [[nodiscard]] size_t count() const { return ends_.size(); }
  [[nodiscard]] size_t bytes() const { return entries_.size() + 4 * ends_.size(); }
  /// The block, leaving this empty.
  [[nodiscard]] std::string take();

 private:
  std::vector<uint32_t> ends_;
  std::vector<uint32_t> starts_;
  ByteWriter entries_;
  std::string last_;
};

/// Reads a block without decoding more than it must. Keeps a view of the bytes.
class SeriesBlockView {
 public:
  SeriesBlockView() = default;
  /// False if the bytes are malformed.
  [[nodiscard]] bool open(std::string_view bytes);
  [[nodiscard]] size_t count() const { return count_; }
  [[nodiscard]] uint32_t end(size_t index) const {
    return load_little_endian<uint32_t>(ends_ + index * sizeof(uint32_t));
  }
  /// The series that holds `row` of the row group: the first whose end lies beyond; count() if none.
  [[nodiscard]] size_t find_row(uint32_t row) const;
  /// The first series that is not below `series` (compared without any widening); count() if none. False if malformed.
  [[nodiscard]] bool lower_bound(std::string_view series, size_t& index, bool& equal) const;
  /// All series, each with `suffix` appended, as views into `heap`. False if malformed.
  [[nodiscard]] bool decode(std::string_view suffix, StringHeap& heap, std::vector<std::string_view>& series) const;

 private:
  [[nodiscard]] bool read_group(size_t group, std::span<std::string> keys, size_t& size) const;

  size_t count_ = 0;
  const char* ends_ = nullptr;
  const char* starts_ = nullptr;
  std::string_view entries_;
};

}  // namespace tidemark
