#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/setting_definition.h"

namespace tidemark {

/// Who sets a setting: decides which contexts he may touch.
enum class SettingActor { kUser, kSuperuser, kServerStart, kServerReload };

/// Checks and normalizes text settings whose values only a higher floor understands (TimeZone). Takes the setting and
/// the new value, returns the value to keep, throws Error 22023.
using SettingCanonicalizer = std::function<std::string(Setting setting, std::string_view value)>;

/// The values of all settings, as one server or one session has them. A plain value: a session copies the server's, SET
/// LOCAL and function-local settings work on copies that are put back. One thread at a time; share by `shared_ptr<const
/// Settings>`.
///
/// Names are matched without regard to case. Names with a dot that are not in the table are free for users (`SET
/// app.user = 'x'`), except below `tidemark.` and `influxql.`. Errors are PostgreSQL's, word for word: 42704
/// unrecognized, 22023 invalid value, 55P02 cannot be changed (now), 42501 permission denied, 42602 invalid name.
class Settings {
 public:
  /// The defaults, on this machine.
  Settings();
  /// The settings of a session: begin as `server` has them, and RESET goes back there.
  explicit Settings(std::shared_ptr<const Settings> server);

  // --- Reading, in the setting's own unit (see the table). Precondition: the type fits.
  [[nodiscard]] bool boolean(Setting setting) const;
  [[nodiscard]] int64_t integer(Setting setting) const;
  [[nodiscard]] double real(Setting setting) const;
  /// Of a string or an enum setting; an enum's in the spelling of the table.
  [[nodiscard]] const std::string& text(Setting setting) const;
  /// An integer setting of memory, in bytes. -1 (no limit, where allowed) stays -1.
  [[nodiscard]] int64_t bytes(Setting setting) const;
  /// An integer setting of time, in nanoseconds. -1 (off, where allowed) stays -1.
  [[nodiscard]] int64_t nanoseconds(Setting setting) const;

  /// As SHOW prints it: with the largest unit that divides it ("64MB", "5min").
  [[nodiscard]] std::string show(std::string_view name) const;
  /// As pg_settings.setting prints it: the bare number in the setting's unit.
  [[nodiscard]] std::string plain_text(const SettingDefinition& definition) const;
  /// What RESET would set, in the same form.
  [[nodiscard]] std::string plain_reset_text(const SettingDefinition& definition) const;
  [[nodiscard]] bool exists(std::string_view name) const;
  /// Custom settings that were set, by name.
  [[nodiscard]] const std::map<std::string, std::string>& custom() const { return custom_; }
  /// Changes whenever a setting does that the meaning of a statement depends on (search_path, TimeZone …): part of a
  /// plan's key.
  [[nodiscard]] uint64_t binding_hash() const { return binding_hash_; }

  // --- Changing
  void set(std::string_view name, std::string_view value, SettingActor actor);
  void reset(std::string_view name, SettingActor actor);
  /// RESET ALL and DISCARD ALL: all that a user may set; leaves the transaction's own settings alone.
  void reset_all();
  /// By the program itself, past all permissions (is_superuser, in_hot_standby, the port that was picked).
  void set_internal(Setting setting, std::string_view value);
  /// What RESET goes back to from now on: the values that the connection began with.
  void set_reset_values(std::shared_ptr<const Settings> values) { server_ = std::move(values); }
  /// Kept by copies.
  void set_canonicalizer(SettingCanonicalizer canonicalizer) { canonicalizer_ = std::move(canonicalizer); }

 private:
  [[nodiscard]] const SettingValue& value(Setting setting) const;
  [[nodiscard]] SettingValue reset_value(const SettingDefinition& definition) const;
  [[nodiscard]] SettingValue checked(const SettingDefinition& definition, std::string_view name,
                                     std::string_view text) const;
  void assign(const SettingDefinition& definition, SettingValue value);
  void update_binding_hash();

  std::vector<SettingValue> values_;  ///< In the order of the table.
  std::map<std::string, std::string> custom_;
  std::shared_ptr<const Settings> server_;  ///< What RESET goes back to. Null in the server's own.
  SettingCanonicalizer canonicalizer_;
  uint64_t binding_hash_ = 0;
};

}  // namespace tidemark
