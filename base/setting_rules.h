#pragma once

#include <string>
#include <string_view>

#include "base/setting_definition.h"

namespace tidemark {

/// Rules of single text settings that need nothing from higher floors: DateStyle, client_encoding, search_path. Returns
/// the value to keep; `current` is the value so far, which a partial one completes (`SET DateStyle = 'DMY'`). Throws
/// Error 22023. Other settings are returned as they are.
std::string canonical_setting_text(const SettingDefinition& definition, std::string_view value,
                                   std::string_view current);

/// Precondition: `name` is not in the table. Throws Error 42602 or 42704 unless users may create a setting of that
/// name: two or more identifiers with dots between, the first of them not ours.
void check_custom_setting_name(std::string_view name);

}  // namespace tidemark
