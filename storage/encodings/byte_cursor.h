#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"

namespace tidemark {

/// Reads encoded bytes without throwing: what lies past the end, or is malformed, reads as 0 and leaves `ok()` false.
/// Decoders ask once, before their loops.
class ByteCursor {
 public:
  explicit ByteCursor(std::string_view bytes) : bytes_(bytes) {}

  template <FixedWidth T>
  [[nodiscard]] T get() {
    const std::string_view bytes = take(sizeof(T));
    return bytes.empty() ? T{} : load_little_endian<T>(bytes.data());
  }
  [[nodiscard]] uint64_t get_varint() {
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const auto byte = get<uint8_t>();
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    ok_ = false;
    return 0;
  }
  [[nodiscard]] int64_t get_zigzag() { return zigzag_decode(get_varint()); }
  /// Empty if there are not that many.
  [[nodiscard]] std::string_view take(size_t count) {
    if (count > bytes_.size()) {
      ok_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }
  /// Length as varint, then the bytes.
  [[nodiscard]] std::string_view take_string() { return take(get_varint()); }
  [[nodiscard]] std::string_view rest() const { return bytes_; }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view bytes_;
  bool ok_ = true;
};

}  // namespace tidemark
