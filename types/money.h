#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "types/logical_type.h"

namespace tidemark {

/// money: a number of cents, shown as the locale C does.
inline constexpr TypeId kMoney = static_cast<TypeId>(45);

/// `$1,234.56`, `-12`, `(3.5)`. Throws 22P02, 22003.
int64_t parse_money(std::string_view text);
void append_money(std::string& target, int64_t cents);

}  // namespace tidemark
