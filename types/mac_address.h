#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "types/logical_type.h"

namespace tidemark {

/// macaddr: six bytes, the first one the most significant. macaddr8: eight, stored as ordered_unsigned.h says.
inline constexpr TypeId kMacAddress = static_cast<TypeId>(47);
inline constexpr TypeId kMacAddress8 = static_cast<TypeId>(48);

/// Both throw 22P02; of macaddr, 22003 for a byte above 255.
int64_t parse_mac_address(std::string_view text);
int64_t parse_mac_address8(std::string_view text);
void append_mac_address(std::string& target, int64_t address);
void append_mac_address8(std::string& target, int64_t address);

/// The eight bytes of six: ff:fe in the middle.
uint64_t widened_mac_address(uint64_t six_bytes);

}  // namespace tidemark
