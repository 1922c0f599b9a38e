#include "engine/session_settings.h"

#include <algorithm>

#include "engine/setting_values.h"
#include "types/time_zone.h"

namespace tidemark {

SessionSettings::SessionSettings(std::shared_ptr<const Settings> server, bool superuser)
    : actor_(superuser ? SettingActor::kSuperuser : SettingActor::kUser),
      current_(std::move(server)),
      lasting_(current_) {
  change_to(current_);
}

void SessionSettings::change_to(Settings next) {
  std::vector<std::pair<std::string_view, std::string>> told;
  for (const SettingDefinition& definition : setting_definitions()) {
    if (definition.reported && listener_) {
      std::string value = next.show(definition.name);
      if (value != current_.show(definition.name)) {
        told.emplace_back(definition.name, std::move(value));
      }
    }
  }
  current_ = std::move(next);
  const TimeZone* zone = TimeZone::find(current_.text(Setting::kTimeZone));
  io_ = make_type_io_options(current_, zone == nullptr ? TimeZone::utc() : *zone);
  io_.names = names_;
  for (const auto& [name, value] : told) {
    listener_(name, value);
  }
}

void SessionSettings::keep_before_change() {
  if (versions_.empty()) {
    versions_.push_back({"", current_, lasting_});
  }
}

void SessionSettings::set(std::string_view name, std::string_view value, bool local) {
  keep_before_change();
  Settings next = current_;
  next.set(name, value, actor_);
  if (!local) {
    lasting_.set(name, value, actor_);
  }
  change_to(std::move(next));
}

void SessionSettings::reset(std::string_view name) {
  keep_before_change();
  Settings next = current_;
  next.reset(name, actor_);
  lasting_.reset(name, actor_);
  change_to(std::move(next));
}

void SessionSettings::reset_all() {
  keep_before_change();
  Settings next = current_;
  next.reset_all();
  lasting_.reset_all();
  change_to(std::move(next));
}

void SessionSettings::keep_as_reset_values() {
  const auto values = std::make_shared<const Settings>(current_);
  current_.set_reset_values(values);
  lasting_.set_reset_values(values);
}

void SessionSettings::set_internal(Setting setting, std::string_view value) {
  keep_before_change();
  Settings next = current_;
  next.set_internal(setting, value);
  lasting_.set_internal(setting, value);
  change_to(std::move(next));
}

void SessionSettings::begin() {
  if (!versions_.empty()) {
    lasting_ = current_;
    versions_.clear();
  }
}

void SessionSettings::commit() {
  if (!versions_.empty()) {
    versions_.clear();
    change_to(lasting_);
  }
}

void SessionSettings::rollback() {
  if (!versions_.empty()) {
    Settings before = std::move(versions_.front().current);
    versions_.clear();
    lasting_ = before;
    change_to(std::move(before));
  }
}

void SessionSettings::set_savepoint(std::string name) {
  keep_before_change();
  versions_.push_back({std::move(name), current_, lasting_});
}

void SessionSettings::rollback_to_savepoint(std::string_view name) {
  while (versions_.size() > 1 && versions_.back().savepoint != name) {
    versions_.pop_back();
  }
  lasting_ = versions_.back().lasting;
  change_to(versions_.back().current);
}

void SessionSettings::release_savepoint(std::string_view name) {
  while (versions_.size() > 1) {
    const bool last = versions_.back().savepoint == name;
    versions_.pop_back();
    if (last) {
      return;
    }
  }
}

void SessionSettings::report_all() const {
  for (const SettingDefinition& definition : setting_definitions()) {
    if (definition.reported && listener_) {
      listener_(definition.name, current_.show(definition.name));
    }
  }
}

}  // namespace tidemark
