#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tidemark::bench {

/// A shared library that is opened when it is wanted, so that building the harness needs no peer.
class SharedLibrary {
 public:
  /// Looks in the folder that the variable TIDEMARK_PEERS names, or in `~/.local/share/tidemark-peers`, where
  /// scripts/install_peers.sh puts things; then where the system looks. Throws 58P01.
  explicit SharedLibrary(const std::string& file_name);
  ~SharedLibrary();
  SharedLibrary(const SharedLibrary&) = delete;
  SharedLibrary& operator=(const SharedLibrary&) = delete;

  /// Sets `function` to the function of that name. Throws 58P01 if there is none.
  template <class F>
  void bind(F*& function, const char* name) const {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): what dlsym is for.
    function = reinterpret_cast<F*>(address(name));
  }

 private:
  [[nodiscard]] void* address(const char* name) const;
  std::string file_name_;
  void* handle_;
};

}  // namespace tidemark::bench
