// "name=value": what is accepted must be shown in a form that is accepted again and means the same.

#include <string>
#include <string_view>

#include "base/error.h"
#include "base/settings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view name = input.substr(0, input.find('='));
  const std::string_view value = input.substr(name.size() < input.size() ? name.size() + 1 : name.size());
  tidemark::Settings settings;
  try {
    settings.set(name, value, tidemark::SettingActor::kServerStart);
  } catch (const tidemark::Error& error) {
    if (error.sqlstate() == tidemark::sqlstate::kInternalError) {
      throw;
    }
    return 0;
  }
  const std::string shown = settings.show(name);
  settings.set(name, shown, tidemark::SettingActor::kServerStart);
  if (settings.show(name) != shown) {
    throw tidemark::Error(tidemark::sqlstate::kInternalError, shown + " became " + settings.show(name));
  }
  return 0;
}
