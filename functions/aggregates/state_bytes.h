#pragma once

#include <cstring>
#include <string>
#include <string_view>

namespace tidemark {

/// The parts of an aggregate's state that goes to disk, as their bytes in memory: read by the process that wrote them.
template <class T>
void append_plain(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T>
T take_plain(std::string_view& in) {
  T value;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return value;
}

}  // namespace tidemark
