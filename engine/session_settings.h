#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/settings.h"
#include "types/type_io.h"

namespace tidemark {

/// A session's settings with PostgreSQL's transaction rules: SET lasts if its transaction commits, SET LOCAL until its
/// end, and ROLLBACK TO takes both back. Also keeps the options by which values are printed and read in step with them.
class SessionSettings {
 public:
  SessionSettings(std::shared_ptr<const Settings> server, bool superuser);

  [[nodiscard]] const Settings& current() const { return current_; }
  [[nodiscard]] const TypeIoOptions& io() const { return io_; }
  /// Who knows the names of objects, for regclass and its like in io(); outlives this.
  void name_objects_by(const ObjectNames& names) {
    names_ = &names;
    io_.names = names_;
  }
  [[nodiscard]] SettingActor actor() const { return actor_; }

  /// Inside a transaction (`begin` was called) `local` values go with it.
  void set(std::string_view name, std::string_view value, bool local);
  void reset(std::string_view name);
  void reset_all();
  /// RESET goes back to the values of now: those that the client asked for as it connected.
  void keep_as_reset_values();
  void set_internal(Setting setting, std::string_view value);

  void begin();
  void commit();
  void rollback();
  void set_savepoint(std::string name);
  void rollback_to_savepoint(std::string_view name);
  void release_savepoint(std::string_view name);

  /// Told of each reported setting whose value has changed.
  void on_change(std::function<void(std::string_view name, std::string_view value)> listener) {
    listener_ = std::move(listener);
  }
  /// Tells the listener every reported setting.
  void report_all() const;

 private:
  struct Version {
    std::string savepoint;
    Settings current;
    Settings lasting;
  };
  void keep_before_change();
  /// Replaces the values and tells what has changed.
  void change_to(Settings next);

  SettingActor actor_;
  Settings current_;
  Settings lasting_;  ///< as `current_` will be after COMMIT
  /// Front: at BEGIN; then one a savepoint. Empty while the transaction has changed nothing: most do not.
  std::vector<Version> versions_;
  TypeIoOptions io_;
  const ObjectNames* names_ = nullptr;
  std::function<void(std::string_view, std::string_view)> listener_;
};

}  // namespace tidemark
