// inet and cidr: parts of addresses, networks within networks, arithmetic.

#include <algorithm>
#include <bit>

#include "base/error.h"
#include "functions/comparison_kernel.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/inet.h"

namespace tidemark {
namespace {

using Packed = std::string_view;
using enum TypeId;
using enum CastContext;

// -------------------------------------------------------------------------------------------------------------- parts

std::string host(Packed a) { return inet_host(unpack_inet(a)); }
std::string shown_with_bits(Packed a) {
  const InetAddress address = unpack_inet(a);
  return inet_host(address) + "/" + std::to_string(address.bits);
}
int32_t family(Packed a) { return unpack_inet(a).is_v6 ? 6 : 4; }
int32_t mask_length(Packed a) { return unpack_inet(a).bits; }

/// The number that `make` makes of the address, as a whole address.
template <auto kMake>
std::string made(Packed a) {
  InetAddress address = unpack_inet(a);
  address.number = kMake(address);
  address.bits = address.width();
  return pack_inet(address);
}
UInt128 mask_of(const InetAddress& address) { return address.mask(); }
UInt128 host_mask_of(const InetAddress& address) { return address.all() & ~address.mask(); }

std::string broadcast(Packed a) {
  InetAddress address = unpack_inet(a);
  address.number |= host_mask_of(address);
  return pack_inet(address);
}
std::string network(Packed a) {
  InetAddress address = unpack_inet(a);
  address.number &= address.mask();
  return pack_inet(address);
}

std::string abbreviated(Packed a) {
  std::string text;
  append_inet(text, unpack_inet(a), false);
  return text;
}
/// Octets of IPv4 that no bit reaches are left out.
std::string abbreviated_network(Packed a) {
  const InetAddress address = unpack_inet(a);
  std::string text = inet_host(address);
  if (!address.is_v6) {
    for (int octets = std::max((address.bits + 7) / 8, 1); octets < 4; ++octets) text.resize(text.rfind('.'));
  }
  return text + "/" + std::to_string(address.bits);
}

int checked_bits(const InetAddress& address, int32_t bits) {
  if (bits == -1) return address.width();
  if (bits < 0 || bits > address.width()) {
    throw Error(sqlstate::kInvalidParameterValue, "invalid mask length: " + std::to_string(bits));
  }
  return bits;
}
std::string with_bits(Packed a, int32_t bits) {
  InetAddress address = unpack_inet(a);
  address.bits = checked_bits(address, bits);
  return pack_inet(address);
}
std::string network_with_bits(Packed a, int32_t bits) { return network(with_bits(a, bits)); }

// ----------------------------------------------------------------------------------------------------------- networks

bool same_family(Packed a, Packed b) { return a[0] == b[0]; }

int common_bits(const InetAddress& a, const InetAddress& b) {
  const int most = std::min(a.bits, b.bits);
  int common = 0;
  while (common < most && ((a.number ^ b.number) >> (a.width() - 1 - common) & 1) == 0) ++common;
  return common;
}

std::string merged_network(Packed left, Packed right) {
  if (!same_family(left, right)) {
    throw Error(sqlstate::kInvalidParameterValue, "cannot merge addresses from different families");
  }
  InetAddress a = unpack_inet(left);
  a.bits = common_bits(a, unpack_inet(right));
  a.number &= a.mask();
  return pack_inet(a);
}

/// Whether the first `bits` of both are the same.
bool share_bits(Packed left, Packed right, int (*bits)(int, int)) {
  if (!same_family(left, right)) return false;
  const InetAddress a = unpack_inet(left);
  const InetAddress b = unpack_inet(right);
  const int count = bits(a.bits, b.bits);
  return count >= 0 && common_bits(a, b) >= count;
}
bool is_within(Packed a, Packed b) {
  return share_bits(a, b, [](int x, int y) { return x > y ? y : -1; });
}
bool is_within_or_equal(Packed a, Packed b) {
  return share_bits(a, b, [](int x, int y) { return x >= y ? y : -1; });
}
bool contains_address(Packed a, Packed b) { return is_within(b, a); }
bool contains_or_equals(Packed a, Packed b) { return is_within_or_equal(b, a); }
bool overlaps(Packed a, Packed b) {
  return share_bits(a, b, [](int x, int y) { return std::min(x, y); });
}

// --------------------------------------------------------------------------------------------------------- arithmetic

std::string inverted(Packed a) {
  InetAddress address = unpack_inet(a);
  address.number = ~address.number & address.all();
  return pack_inet(address);
}

template <bool kAnd>
std::string combined(Packed left, Packed right) {
  if (!same_family(left, right)) {
    throw Error(sqlstate::kInvalidParameterValue,
                std::string("cannot ") + (kAnd ? "AND" : "OR") + " inet values of different sizes");
  }
  InetAddress a = unpack_inet(left);
  const InetAddress b = unpack_inet(right);
  a.number = kAnd ? a.number & b.number : a.number | b.number;
  a.bits = std::max(a.bits, b.bits);
  return pack_inet(a);
}

[[noreturn]] void throw_out_of_range() { throw Error(sqlstate::kNumericValueOutOfRange, "result is out of range"); }

std::string address_moved(Packed a, Int128 by) {
  InetAddress address = unpack_inet(a);
  const UInt128 size = by < 0 ? static_cast<UInt128>(-by) : static_cast<UInt128>(by);
  if (by < 0 ? size > address.number : size > address.all() - address.number) throw_out_of_range();
  address.number = by < 0 ? address.number - size : address.number + size;
  return pack_inet(address);
}
std::string plus(Packed a, int64_t by) { return address_moved(a, by); }
std::string plus_reversed(int64_t by, Packed a) { return address_moved(a, by); }
std::string minus(Packed a, int64_t by) { return address_moved(a, -Int128{by}); }

int64_t distance_between(Packed left, Packed right) {
  if (!same_family(left, right)) {
    throw Error(sqlstate::kInvalidParameterValue, "cannot subtract inet values of different sizes");
  }
  const UInt128 a = unpack_inet(left).number;
  const UInt128 b = unpack_inet(right).number;
  const UInt128 size = a >= b ? a - b : b - a;
  constexpr UInt128 kMax = INT64_MAX;
  if (size > kMax + (a >= b ? 0 : 1)) throw_out_of_range();
  return a >= b ? static_cast<int64_t>(size) : static_cast<int64_t>(-static_cast<Int128>(size));
}

}  // namespace

void add_addresses(FunctionTables& tables) {
  add_comparison<Packed>(tables, kInet, kInet);
  tables.cast(kCidr, kInet, kImplicit, nullptr);
  tables.cast(kInet, kCidr, kAssignment, each_row<network>);
  for (const TypeId address : {kInet, kCidr}) {
    for (const TypeId text : {kText, kVarchar, kBpchar}) {
      tables.cast(address, text, kAssignment, each_row<shown_with_bits>);
    }
  }
  tables.function("host", {kInet}, kText, each_row<host>, "the address without its bits");
  tables.function("family", {kInet}, kInt32, each_row<family>, "4 or 6");
  tables.function("masklen", {kInet}, kInt32, each_row<mask_length>, "bits that name the network");
  tables.function("netmask", {kInet}, kInet, each_row<made<mask_of>>, "the network's bits as an address");
  tables.function("hostmask", {kInet}, kInet, each_row<made<host_mask_of>>, "the other bits as an address");
  tables.function("broadcast", {kInet}, kInet, each_row<broadcast>, "the network's last address");
  tables.function("network", {kInet}, kCidr, each_row<network>, "the network of an address");
  tables.function("abbrev", {kInet}, kText, each_row<abbreviated>, "short text");
  tables.function("abbrev", {kCidr}, kText, each_row<abbreviated_network>, "short text");
  tables.function("set_masklen", {kInet, kInt32}, kInet, each_row<with_bits>, "with other bits");
  tables.function("set_masklen", {kCidr, kInt32}, kCidr, each_row<network_with_bits>, "with other bits");
  tables.function("inet_same_family", {kInet, kInet}, kBoolean, each_row<same_family>, "whether both are IPv4 or IPv6");
  tables.function("inet_merge", {kInet, kInet}, kCidr, each_row<merged_network>, "the smallest network that has both");
  tables.operation("<<", {kInet, kInet}, kBoolean, each_row<is_within>, "within");
  tables.operation("<<=", {kInet, kInet}, kBoolean, each_row<is_within_or_equal>, "within or equal");
  tables.operation(">>", {kInet, kInet}, kBoolean, each_row<contains_address>, "contains");
  tables.operation(">>=", {kInet, kInet}, kBoolean, each_row<contains_or_equals>, "contains or equals");
  tables.operation("&&", {kInet, kInet}, kBoolean, each_row<overlaps>, "has addresses in common");
  tables.operation("~", {kInet}, kInet, each_row<inverted>, "bits inverted");
  tables.operation("&", {kInet, kInet}, kInet, each_row<combined<true>>, "bitwise and");
  tables.operation("|", {kInet, kInet}, kInet, each_row<combined<false>>, "bitwise or");
  tables.operation("+", {kInet, kInt64}, kInet, each_row<plus>, "so many addresses on");
  tables.operation("+", {kInt64, kInet}, kInet, each_row<plus_reversed>, "so many addresses on");
  tables.operation("-", {kInet, kInt64}, kInet, each_row<minus>, "so many addresses back");
  tables.operation("-", {kInet, kInet}, kInt64, each_row<distance_between>, "addresses between");
}

}  // namespace tidemark
