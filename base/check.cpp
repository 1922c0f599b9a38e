#include "base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"

namespace tidemark::detail {

void check_failed(const char* condition, const char* file, int line) {
  throw Error(sqlstate::kInternalError,
              std::string("internal check failed: ") + condition + " (" + file + ":" + std::to_string(line) + ")");
}

void fatal_check_failed(const char* condition, const char* file, int line) noexcept {
  std::fprintf(stderr, "tidemark: stopped, since going on could write wrong data: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace tidemark::detail
