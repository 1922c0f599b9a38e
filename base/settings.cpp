#include "base/settings.h"

#include <algorithm>
#include <utility>

#include "base/ascii.h"
#include "base/check.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/setting_rules.h"

namespace tidemark {
namespace {

Error unrecognized(std::string_view name) {
  return Error(sqlstate::kUndefinedObject, "unrecognized configuration parameter \"" + std::string(name) + "\"");
}

void check_permission(const SettingDefinition& definition, std::string_view name, SettingActor actor) {
  const std::string parameter = "parameter \"" + std::string(name) + "\" ";
  const bool at_start = actor == SettingActor::kServerStart;
  const bool by_server = at_start || actor == SettingActor::kServerReload;
  switch (definition.context) {
    case SettingContext::kInternal:
      throw Error(sqlstate::kCantChangeRuntimeParam, parameter + "cannot be changed");
    case SettingContext::kPostmaster:
      if (!at_start) {
        throw Error(sqlstate::kCantChangeRuntimeParam, parameter + "cannot be changed without restarting the server");
      }
      break;
    case SettingContext::kSighup:
      if (!by_server) {
        throw Error(sqlstate::kCantChangeRuntimeParam, parameter + "cannot be changed now");
      }
      break;
    case SettingContext::kSuperuser:
      if (actor == SettingActor::kUser) {
        throw Error(sqlstate::kInsufficientPrivilege,
                    "permission denied to set " + parameter.substr(0, parameter.size() - 1));
      }
      break;
    case SettingContext::kUser:
      break;
  }
}

}  // namespace

Settings::Settings() {
  for (const SettingDefinition& definition : setting_definitions()) {
    values_.push_back(default_setting(definition));
  }
  update_binding_hash();
}

Settings::Settings(std::shared_ptr<const Settings> server) : Settings(*server) { server_ = std::move(server); }

// --- Reading --------------------------------------------------------------------------------------------------------

const SettingValue& Settings::value(Setting setting) const {
  return values_[setting_index(setting_definition(setting))];
}

bool Settings::boolean(Setting setting) const { return std::get<bool>(value(setting)); }
int64_t Settings::integer(Setting setting) const { return std::get<int64_t>(value(setting)); }
double Settings::real(Setting setting) const { return std::get<double>(value(setting)); }
const std::string& Settings::text(Setting setting) const { return std::get<std::string>(value(setting)); }

int64_t Settings::bytes(Setting setting) const {
  const SettingUnit unit = setting_definition(setting).form.unit;
  TIDEMARK_CHECK(unit == SettingUnit::kBytes || unit == SettingUnit::kKilobytes);
  const int64_t count = integer(setting);
  return unit == SettingUnit::kBytes || count < 0 ? count : count * 1024;
}

int64_t Settings::nanoseconds(Setting setting) const {
  const SettingUnit unit = setting_definition(setting).form.unit;
  TIDEMARK_CHECK(unit == SettingUnit::kMilliseconds || unit == SettingUnit::kSeconds);
  const int64_t count = integer(setting);
  return count < 0 ? count : count * (unit == SettingUnit::kSeconds ? 1'000'000'000 : 1'000'000);
}

std::string Settings::show(std::string_view name) const {
  if (const SettingDefinition* definition = find_setting(name)) {
    return setting_text_with_unit(*definition, values_[setting_index(*definition)]);
  }
  const auto custom = custom_.find(to_ascii_lower(name));
  if (custom == custom_.end()) {
    throw unrecognized(name);
  }
  return custom->second;
}

bool Settings::exists(std::string_view name) const {
  return find_setting(name) != nullptr || custom_.contains(to_ascii_lower(name));
}

std::string Settings::plain_text(const SettingDefinition& definition) const {
  return plain_setting_text(values_[setting_index(definition)]);
}

SettingValue Settings::reset_value(const SettingDefinition& definition) const {
  return server_ != nullptr ? server_->values_[setting_index(definition)] : default_setting(definition);
}

std::string Settings::plain_reset_text(const SettingDefinition& definition) const {
  return plain_setting_text(reset_value(definition));
}

// --- Changing -------------------------------------------------------------------------------------------------------

void Settings::set(std::string_view name, std::string_view value, SettingActor actor) {
  const SettingDefinition* definition = find_setting(name);
  if (definition == nullptr) {
    check_custom_setting_name(name);
    custom_[to_ascii_lower(name)] = value;
    return;
  }
  check_permission(*definition, name, actor);
  assign(*definition, checked(*definition, name, value));
}

void Settings::set_internal(Setting setting, std::string_view value) {
  const SettingDefinition& definition = setting_definition(setting);
  assign(definition, checked(definition, definition.name, value));
}

void Settings::reset(std::string_view name, SettingActor actor) {
  if (const SettingDefinition* definition = find_setting(name)) {
    check_permission(*definition, name, actor);
    assign(*definition, reset_value(*definition));
    return;
  }
  const std::string key = to_ascii_lower(name);
  const auto custom = custom_.find(key);
  if (custom == custom_.end()) {
    throw unrecognized(name);
  }
  // A custom setting cannot be taken back: it is empty from now on, as in PostgreSQL.
  custom->second = server_ != nullptr && server_->custom_.contains(key) ? server_->custom_.at(key) : "";
}

void Settings::reset_all() {
  for (const SettingDefinition& definition : setting_definitions()) {
    const bool may_reset =
        definition.context == SettingContext::kUser || definition.context == SettingContext::kSuperuser;
    if (may_reset && !definition.name.starts_with("transaction_")) {
      assign(definition, reset_value(definition));
    }
  }
  for (auto& [name, value] : custom_) {
    reset(name, SettingActor::kSuperuser);
  }
}

SettingValue Settings::checked(const SettingDefinition& definition, std::string_view name,
                               std::string_view text) const {
  SettingValue parsed = parse_setting(definition, name, text);
  if (definition.form.type == SettingType::kString) {
    const auto& current = std::get<std::string>(values_[setting_index(definition)]);
    std::string canonical = canonical_setting_text(definition, text, current);
    parsed = canonicalizer_ ? canonicalizer_(definition.id, canonical) : std::move(canonical);
  }
  return parsed;
}

void Settings::assign(const SettingDefinition& definition, SettingValue value) {
  values_[setting_index(definition)] = std::move(value);
  if (definition.binding) {
    update_binding_hash();
  }
}

void Settings::update_binding_hash() {
  binding_hash_ = 0;
  for (const SettingDefinition& definition : setting_definitions()) {
    if (definition.binding) {
      binding_hash_ = hash_combine(binding_hash_, hash64(plain_text(definition)));
    }
  }
}

}  // namespace tidemark
