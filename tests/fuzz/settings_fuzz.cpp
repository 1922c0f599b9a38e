// A config file of settings: what is accepted must be shown in a form that is accepted again and means the same.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/config_file.h"
#include "base/error.h"
#include "base/settings.h"

namespace tidemark {
namespace {

constexpr SettingActor kActor = SettingActor::kServerStart;

void set_and_show(Settings& settings, const ConfigLine& line) {
  try {
    settings.set(line.name, line.value, kActor);
  } catch (const Error& error) {
    if (error.sqlstate() == sqlstate::kInternalError) {
      throw;
    }
    return;
  }
  const std::string shown = settings.show(line.name);
  settings.set(line.name, shown, kActor);
  if (settings.show(line.name) != shown) {
    throw Error(sqlstate::kInternalError, shown + " became " + settings.show(line.name));
  }
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tidemark::Settings settings;
  try {
    for (const auto& line : tidemark::parse_config({reinterpret_cast<const char*>(data), size}, "fuzz")) {
      tidemark::set_and_show(settings, line);
    }
  } catch (const tidemark::Error& error) {
    if (error.sqlstate() == tidemark::sqlstate::kInternalError) {
      throw;
    }
  }
  return 0;
}
