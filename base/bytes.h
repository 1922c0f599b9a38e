#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace tidemark {

/// Numbers of fixed width in bytes: what can be written as is. All stored numbers are little-endian, as is every
/// machine that this is built for (asserted in base/hash.cpp).
template <typename T>
concept FixedWidth = std::integral<T> || std::floating_point<T>;

/// Writes `value` at `target`, which need not be aligned.
template <FixedWidth T>
void store_little_endian(char* target, T value) noexcept {
  std::memcpy(target, &value, sizeof(T));
}

/// Reads a value from `source`, which need not be aligned.
template <FixedWidth T>
[[nodiscard]] T load_little_endian(const char* source) noexcept {
  T value;
  std::memcpy(&value, source, sizeof(T));
  return value;
}

/// Zigzag: small numbers of either sign become small unsigned ones (0, -1, 1, -2 … → 0, 1, 2, 3 …).
[[nodiscard]] constexpr uint64_t zigzag_encode(int64_t value) noexcept {
  return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
}
[[nodiscard]] constexpr int64_t zigzag_decode(uint64_t value) noexcept {
  return static_cast<int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

/// A varint is seven bits a byte, lowest first, the high bit set in all but the last (LEB128).
inline constexpr size_t kVarintBytesMax = 10;

/// Writes `value` to `target`, which has room for kVarintBytesMax; returns the bytes written.
inline size_t encode_varint(char* target, uint64_t value) noexcept {
  size_t bytes = 0;
  while (value >= 0x80) {
    target[bytes++] = static_cast<char>(value | 0x80);
    value >>= 7;
  }
  target[bytes++] = static_cast<char>(value);
  return bytes;
}

/// Appends to a string of bytes that it owns.
class ByteWriter {
 public:
  template <FixedWidth T>
  void put(T value) {
    std::array<char, sizeof(T)> bytes;
    store_little_endian(bytes.data(), value);
    buffer_.append(bytes.data(), bytes.size());
  }
  void put_varint(uint64_t value) {
    std::array<char, kVarintBytesMax> bytes;
    buffer_.append(bytes.data(), encode_varint(bytes.data(), value));
  }
  void put_zigzag(int64_t value) { put_varint(zigzag_encode(value)); }
  void put_bytes(std::string_view bytes) { buffer_.append(bytes); }
  /// Length as varint, then the bytes.
  void put_string(std::string_view bytes) {
    put_varint(bytes.size());
    buffer_.append(bytes);
  }
  void put_bool(bool value) { buffer_.push_back(value ? '\1' : '\0'); }
  void put_zeros(size_t count) { buffer_.append(count, '\0'); }

  /// Writes over what is there, such as a length that is known only later. Precondition: the bytes lie within.
  template <FixedWidth T>
  void overwrite(size_t offset, T value) {
    store_little_endian(buffer_.data() + offset, value);
  }

  [[nodiscard]] size_t size() const { return buffer_.size(); }
  [[nodiscard]] std::string_view view() const { return buffer_; }
  [[nodiscard]] std::string& buffer() { return buffer_; }
  /// The bytes, leaving this empty.
  [[nodiscard]] std::string take() { return std::exchange(buffer_, {}); }
  /// Empties it and keeps the memory.
  void clear() { buffer_.clear(); }
  void reserve(size_t bytes) { buffer_.reserve(bytes); }

 private:
  std::string buffer_;
};

/// Reads from bytes that it does not own and does not trust: whatever lies past the end, or is malformed, throws Error
/// XX001. Returned views point into the source.
class ByteReader {
 public:
  /// `what` names the source in errors ("manifest", "wal record"); it must outlive the reader.
  explicit ByteReader(std::string_view bytes, std::string_view what = "data") : bytes_(bytes), what_(what) {}

  template <FixedWidth T>
  [[nodiscard]] T get() {
    require(sizeof(T));
    const T value = load_little_endian<T>(bytes_.data() + position_);
    position_ += sizeof(T);
    return value;
  }
  [[nodiscard]] uint64_t get_varint() {
    // One byte is by far the most frequent.
    if (position_ < bytes_.size() && static_cast<uint8_t>(bytes_[position_]) < 0x80) [[likely]] {
      return static_cast<uint8_t>(bytes_[position_++]);
    }
    return get_long_varint();
  }
  [[nodiscard]] int64_t get_zigzag() { return zigzag_decode(get_varint()); }
  [[nodiscard]] std::string_view get_bytes(size_t count) {
    require(count);
    const std::string_view view = bytes_.substr(position_, count);
    position_ += count;
    return view;
  }
  [[nodiscard]] std::string_view get_string() { return get_bytes(get_varint()); }
  /// 0 or 1; another byte is malformed.
  [[nodiscard]] bool get_bool();
  /// A varint that counts things of at least `item_bytes_min` (> 0) bytes each that follow: checked against what is
  /// left, so that a damaged count cannot ask for a giant allocation.
  [[nodiscard]] size_t get_count(size_t item_bytes_min = 1);

  void skip(size_t count) {
    require(count);
    position_ += count;
  }
  [[nodiscard]] size_t position() const { return position_; }
  [[nodiscard]] size_t remaining() const { return bytes_.size() - position_; }
  [[nodiscard]] bool at_end() const { return position_ == bytes_.size(); }
  /// Throws unless all was read.
  void expect_end() const;
  /// Throws Error XX001: `<what> is malformed at byte <position>: <reason>`.
  [[noreturn]] void fail(std::string_view reason) const;

 private:
  void require(size_t count) const {
    if (count > remaining()) [[unlikely]] {
      fail_short(count);
    }
  }
  [[noreturn]] void fail_short(size_t count) const;
  uint64_t get_long_varint();

  std::string_view bytes_;
  std::string_view what_;
  size_t position_ = 0;
};

}  // namespace tidemark
