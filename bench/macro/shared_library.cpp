#include "bench/macro/shared_library.h"

#include <dlfcn.h>

#include <cstdlib>

#include "base/error.h"

namespace tidemark::bench {
namespace {

std::string peer_folder() {
  if (const char* named = std::getenv("TIDEMARK_PEERS")) {
    return named;
  }
  const char* home = std::getenv("HOME");
  return std::string(home == nullptr ? "" : home) + "/.local/share/tidemark-peers";
}

}  // namespace

SharedLibrary::SharedLibrary(const std::string& file_name) : file_name_(file_name) {
  // Deep binding: the process has its own copies of libraries (re2, fmt …) that DuckDB brings along in other versions.
  constexpr int kFlags = RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND;
  handle_ = ::dlopen((peer_folder() + "/" + file_name).c_str(), kFlags);
  if (handle_ == nullptr) {
    handle_ = ::dlopen(file_name.c_str(), kFlags);
  }
  if (handle_ == nullptr) {
    throw Error(sqlstate::kUndefinedFile,
                "could not open " + file_name + "; scripts/install_peers.sh installs what the harness compares with");
  }
}

SharedLibrary::~SharedLibrary() { ::dlclose(handle_); }

void* SharedLibrary::address(const char* name) const {
  void* found = ::dlsym(handle_, name);
  if (found == nullptr) {
    throw Error(sqlstate::kUndefinedFile, file_name_ + " has no function " + name);
  }
  return found;
}

}  // namespace tidemark::bench
