#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// The texts that stand for an enum's labels in values (EnumLabel::order). They sort as the labels do, and between any
/// two of them there is always room for another, so that ALTER TYPE … ADD VALUE BEFORE never touches a stored value.
/// Read as a fraction's digits: the characters from ! to ~ are the digits 0 to 93, and the last digit is never 0.

/// For a new type's labels; ascending, as short as their number allows.
std::vector<std::string> first_orders(size_t count);
/// Above `low` and below `high`. Empty: below, or above, all.
/// Precondition: low < high if neither is empty.
std::string order_between(std::string_view low, std::string_view high);

}  // namespace tidemark
