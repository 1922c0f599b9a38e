#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/hash.h"
#include "types/vector.h"

namespace tidemark {

/// The texts of one column as the rows of a COPY bring them. While few of them differ they become a dictionary, so that
/// whoever stores them works once an entry; a column of many different texts becomes flat, and stays so.
class CopyTextColumn {
 public:
  /// `rows_max`: how many rows are gathered at most before `take`. A type whose texts are stored as they come.
  CopyTextColumn(LogicalType type, size_t rows_max) : type_(type), rows_max_(rows_max) {}

  void add(std::string_view text);
  void add_null();
  /// The rows that were added; none are there afterwards.
  [[nodiscard]] Vector take();

 private:
  // A dictionary pays when its entries are met again and again; and its hash table should stay in the cache.
  static constexpr size_t kEntriesMax = 1024;
  struct TextHash {
    using is_avalanching = void;
    size_t operator()(std::string_view text) const { return hash64(text); }
  };

  void become_flat();

  LogicalType type_;
  size_t rows_max_;
  bool is_flat_ = false;
  // While not flat: entries, and one code a row.
  StringHeap entry_bytes_;
  std::vector<std::string_view> entries_;
  boost::unordered_flat_map<std::string_view, uint32_t, TextHash> code_of_text_;
  std::optional<uint32_t> null_code_;
  std::vector<uint32_t> codes_;
  // Flat.
  Vector values_;
  size_t size_ = 0;
};

}  // namespace tidemark
