#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

namespace tidemark {

class Numeric;

/// The pieces that canonical keys (types/canonical_key.h) are made of: each sorts by its bytes as its value does, and
/// none is a prefix of another. Internal to types/.
namespace key_encoding {

template <std::unsigned_integral T>
void append_big_endian(std::string& key, T value) {
  char bytes[sizeof(T)];
  for (size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>(value >> (8 * (sizeof(T) - 1 - i)));
  }
  key.append(bytes, sizeof(T));
}

/// Big-endian with the sign bit flipped.
template <std::signed_integral T>
void append_signed(std::string& key, T value) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr auto kSignBit = static_cast<Unsigned>(Unsigned{1} << (8 * sizeof(T) - 1));
  append_big_endian(key, static_cast<Unsigned>(static_cast<Unsigned>(value) ^ kSignBit));
}

/// Bytes with 0x00 written as 00 FF, ended by 00 01.
void append_escaped(std::string& key, std::string_view text);
/// First the class (kept in order by its byte), then for finite numbers but zero the decimal exponent and the digits of
/// base 100, each plus one, ended by a zero byte; all inverted below zero.
void append_numeric(std::string& key, const Numeric& value);

/// Each takes its piece off the front of `key`; XX001 if that is malformed.
std::string_view take_bytes(std::string_view& key, size_t count);
std::string take_escaped(std::string_view& key);
void skip_escaped(std::string_view& key);
void skip_numeric(std::string_view& key);
[[noreturn]] void throw_malformed();

template <std::unsigned_integral T>
T take_big_endian(std::string_view& key) {
  T value = 0;
  for (const char byte : take_bytes(key, sizeof(T))) {
    value = static_cast<T>((uint64_t{value} << 8) | static_cast<uint8_t>(byte));
  }
  return value;
}

template <std::signed_integral T>
T take_signed(std::string_view& key) {
  using Unsigned = std::make_unsigned_t<T>;
  constexpr auto kSignBit = static_cast<Unsigned>(Unsigned{1} << (8 * sizeof(T) - 1));
  return static_cast<T>(static_cast<Unsigned>(take_big_endian<Unsigned>(key) ^ kSignBit));
}

}  // namespace key_encoding

}  // namespace tidemark
