#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <string_view>

#include "storage/series_table.h"

namespace tidemark {

/// The texts of one column of a memtable, each kept once as long as that pays: rows hold codes. When most values turn
/// out to be new (log messages, identifiers), it stops looking for equal ones and only stores.
///
/// One thread adds; any thread may read codes that it got from a snapshot.
class TextDictionary {
 public:
  /// Only by the writer.
  uint32_t intern(std::string_view text) {
    if (!interning_ || text.size() > kInternedBytesMax) {
      return add(text);
    }
    ++looked_up_;
    const auto found = codes_.find(text);
    if (found != codes_.end()) {
      return found->second;
    }
    const uint32_t code = add(text);
    codes_.emplace(texts_[code], code);
    if (looked_up_ >= kTrial && codes_.size() > looked_up_ / 2) {
      interning_ = false;
      codes_ = {};
    }
    return code;
  }

  [[nodiscard]] std::string_view text(uint32_t code) const { return texts_[code]; }
  /// Only by the writer.
  [[nodiscard]] size_t size() const { return texts_.size(); }

 private:
  static constexpr size_t kInternedBytesMax = 256;
  static constexpr size_t kTrial = 4096;  ///< values seen before the hit rate is judged

  uint32_t add(std::string_view text) {
    const auto code = static_cast<uint32_t>(texts_.size());
    texts_.push_back(arena_.copy(text));
    return code;
  }

  Arena arena_;
  StableArray<std::string_view> texts_;
  boost::unordered_flat_map<std::string_view, uint32_t, Hash64> codes_;
  size_t looked_up_ = 0;
  bool interning_ = true;
};

}  // namespace tidemark
