#include "types/inet.h"

#include <arpa/inet.h>

#include <array>
#include <charconv>

#include "base/error.h"

namespace tidemark {
namespace {

constexpr int kVersionSix = 6;

void put_number(std::string& target, UInt128 number, int width) {
  for (int shift = width - 8; shift >= 0; shift -= 8) target += static_cast<char>(number >> shift);
}

UInt128 read_number(std::string_view bytes) {
  UInt128 number = 0;
  for (const char byte : bytes) number = number << 8 | static_cast<uint8_t>(byte);
  return number;
}

/// A decimal number without sign in all of `text`, or -1.
int small_number(std::string_view text, int max) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = error == std::errc() && end == text.data() + text.size() && text[0] != '-';
  return whole && value <= max ? value : -1;
}

/// The bits that a class of networks has, where they are not said.
int bits_of_class(int first_octet, int octets) {
  int bits = first_octet >= 240 ? 32 : first_octet >= 224 ? 8 : first_octet >= 192 ? 24 : first_octet >= 128 ? 16 : 8;
  if (bits < octets * 8) bits = octets * 8;
  return bits == 8 && first_octet == 224 ? 4 : bits;
}

/// False if `text` is no address.
bool read_v4(std::string_view text, std::string_view bits, bool has_bits, bool is_cidr, InetAddress& address) {
  int octets = 0;
  int first = 0;
  while (octets < 4) {
    const size_t dot = text.find('.');
    const int octet = small_number(text.substr(0, dot), 255);
    if (octet < 0) return false;
    if (octets == 0) first = octet;
    address.number = address.number << 8 | static_cast<unsigned>(octet);
    ++octets;
    if (dot == std::string_view::npos) {
      text = {};
      break;
    }
    text.remove_prefix(dot + 1);
    if (octets == 4) return false;
  }
  address.number <<= 8 * (4 - octets);
  if (has_bits) {
    address.bits = small_number(bits, 32);
    // An inet says each octet that its bits reach into.
    return address.bits >= 0 && (is_cidr || address.bits / 8 <= octets);
  }
  address.bits = is_cidr ? bits_of_class(first, octets) : 32;
  return is_cidr || octets == 4;
}

bool read_v6(std::string_view text, std::string_view bits, bool has_bits, InetAddress& address) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) != 1) return false;
  address.is_v6 = true;
  address.number = read_number({bytes.data(), bytes.size()});
  address.bits = has_bits ? small_number(bits, 128) : 128;
  return address.bits >= 0;
}

}  // namespace

std::string pack_inet(const InetAddress& address) {
  std::string packed(1, static_cast<char>(address.is_v6 ? kVersionSix : 4));
  put_number(packed, address.number & address.mask(), address.width());
  packed += static_cast<char>(address.bits);
  put_number(packed, address.number, address.width());
  return packed;
}

InetAddress unpack_inet(std::string_view packed) {
  InetAddress address;
  address.is_v6 = packed[0] == kVersionSix;
  const auto bytes = static_cast<size_t>(address.width() / 8);
  address.bits = static_cast<uint8_t>(packed[1 + bytes]);
  address.number = read_number(packed.substr(2 + bytes, bytes));
  return address;
}

InetAddress parse_inet(std::string_view text, bool is_cidr) {
  const size_t slash = text.find('/');
  const bool has_bits = slash != std::string_view::npos;
  const std::string_view host = text.substr(0, slash);
  const std::string_view bits = has_bits ? text.substr(slash + 1) : "";
  InetAddress address;
  const bool is_v6 = host.find(':') != std::string_view::npos;
  if (is_v6 ? !read_v6(host, bits, has_bits, address) : !read_v4(host, bits, has_bits, is_cidr, address)) {
    throw Error(sqlstate::kInvalidTextRepresentation, std::string("invalid input syntax for type ") +
                                                          (is_cidr ? "cidr" : "inet") + ": \"" + std::string(text) +
                                                          "\"");
  }
  if (is_cidr && (address.number & ~address.mask()) != 0) {
    throw Error(sqlstate::kInvalidTextRepresentation, "invalid cidr value: \"" + std::string(text) + "\"")
        .with_detail("Value has bits set to right of mask.");
  }
  return address;
}

std::string inet_host(const InetAddress& address) {
  std::string bytes;
  put_number(bytes, address.number, address.width());
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(address.is_v6 ? AF_INET6 : AF_INET, bytes.data(), text.data(), text.size());
  return text.data();
}

void append_inet(std::string& target, const InetAddress& address, bool is_cidr) {
  target += inet_host(address);
  if (is_cidr || address.bits != address.width()) target += '/' + std::to_string(address.bits);
}

}  // namespace tidemark
