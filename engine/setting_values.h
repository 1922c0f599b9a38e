#pragma once

#include <string>
#include <string_view>

#include "base/settings.h"
#include "types/type_io.h"

namespace tidemark {

/// What settings mean above base/: checks and normalises values that need the types room (TimeZone, DateStyle). For
/// Settings::set_canonicalizer. Throws 22023 `invalid value for parameter "TimeZone": "x"`.
std::string canonical_setting_value(Setting setting, std::string_view value);

/// How values are printed and read under these settings.
TypeIoOptions make_type_io_options(const Settings& settings, const TimeZone& zone);

/// The spelling of the settings table: `TimeZone` for `timezone`; the name itself if it is not in the table.
std::string canonical_setting_name(std::string_view name);

}  // namespace tidemark
