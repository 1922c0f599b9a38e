#pragma once

#include <string>
#include <string_view>

#include "types/int128.h"
#include "types/logical_type.h"

namespace tidemark {

/// inet: an address of IPv4 or IPv6 and how many of its bits name the network. cidr: a network, all other bits 0.
inline constexpr TypeId kInet = static_cast<TypeId>(50);
inline constexpr TypeId kCidr = static_cast<TypeId>(51);

struct InetAddress {
  bool is_v6 = false;
  int bits = 0;
  UInt128 number = 0;

  [[nodiscard]] int width() const { return is_v6 ? 128 : 32; }
  [[nodiscard]] UInt128 all() const { return is_v6 ? ~UInt128{0} : UInt128{0xffffffff}; }
  /// The ones of the first `bits`.
  [[nodiscard]] UInt128 mask() const { return bits == 0 ? 0 : all() >> (width() - bits) << (width() - bits); }
};

/// Values of both types lie in memory as bytes that sort as PostgreSQL sorts them: family, network, bits, address.
std::string pack_inet(const InetAddress& address);
InetAddress unpack_inet(std::string_view packed);

/// `10.1.2.3/8`, `::1`. Of cidr, parts may be missing at the end: `192.168`. Throws 22P02.
InetAddress parse_inet(std::string_view text, bool is_cidr);
/// The address alone.
std::string inet_host(const InetAddress& address);
/// With its bits, unless an inet has all of them.
void append_inet(std::string& target, const InetAddress& address, bool is_cidr);

}  // namespace tidemark
