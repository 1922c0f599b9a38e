// macaddr and macaddr8: bits, trunc, and how one becomes the other.

#include "base/error.h"
#include "functions/comparison_kernel.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/mac_address.h"
#include "types/ordered_unsigned.h"

namespace tidemark {
namespace {

using enum CastContext;

constexpr int64_t kSixBytes = 0xffffffffffff;

int64_t not_address(int64_t a) { return ~a & kSixBytes; }
int64_t and_addresses(int64_t a, int64_t b) { return a & b; }
int64_t or_addresses(int64_t a, int64_t b) { return a | b; }
int64_t trunc_address(int64_t a) { return a & ~int64_t{0xffffff}; }

int64_t not_address8(int64_t a) { return from_unsigned(~to_unsigned(a)); }
int64_t and_addresses8(int64_t a, int64_t b) { return from_unsigned(to_unsigned(a) & to_unsigned(b)); }
int64_t or_addresses8(int64_t a, int64_t b) { return from_unsigned(to_unsigned(a) | to_unsigned(b)); }
int64_t trunc_address8(int64_t a) { return from_unsigned(to_unsigned(a) & ~uint64_t{0xffffffffff}); }
int64_t set_seventh_bit(int64_t a) { return from_unsigned(to_unsigned(a) | uint64_t{2} << 56); }

int64_t widen_address(int64_t a) { return from_unsigned(widened_mac_address(static_cast<uint64_t>(a))); }
int64_t narrow_address(int64_t a) {
  const uint64_t value = to_unsigned(a);
  if ((value >> 24 & 0xffff) != 0xfffe) {
    throw Error(sqlstate::kNumericValueOutOfRange, "macaddr8 data out of range to convert to macaddr")
        .with_hint(
            "Only addresses that have FF and FE as values in the 4th and 5th bytes from the left, for example "
            "xx:xx:xx:ff:fe:xx:xx:xx, are eligible to be converted from macaddr8 to macaddr.");
  }
  return static_cast<int64_t>((value >> 40) << 24 | (value & 0xffffff));
}

}  // namespace

void add_mac_addresses(FunctionTables& tables) {
  add_comparison<int64_t>(tables, kMacAddress, kMacAddress);
  add_comparison<int64_t>(tables, kMacAddress8, kMacAddress8);
  const auto add = [&](TypeId type, ScalarKernel inverted, ScalarKernel both, ScalarKernel either, ScalarKernel maker) {
    tables.operation("~", {type}, type, inverted, "bits inverted");
    tables.operation("&", {type, type}, type, both, "bitwise and");
    tables.operation("|", {type, type}, type, either, "bitwise or");
    tables.function("trunc", {type}, type, maker, "the part that names the maker");
  };
  add(kMacAddress, each_value<not_address>, each_value<and_addresses>, each_value<or_addresses>,
      each_value<trunc_address>);
  add(kMacAddress8, each_value<not_address8>, each_value<and_addresses8>, each_value<or_addresses8>,
      each_value<trunc_address8>);
  tables.function("macaddr8_set7bit", {kMacAddress8}, kMacAddress8, each_value<set_seventh_bit>,
                  "the modified form that IPv6 uses");
  tables.cast(kMacAddress, kMacAddress8, kImplicit, each_value<widen_address>);
  tables.cast(kMacAddress8, kMacAddress, kImplicit, each_value<narrow_address>);
}

}  // namespace tidemark
