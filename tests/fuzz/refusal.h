#pragma once

#include <string>

#include "base/error.h"

namespace tidemark::fuzz {

/// A property of an answer that does not hold. Nothing catches it, so the fuzzer stops and keeps the input.
[[noreturn]] inline void fail(const std::string& what) { throw Error(sqlstate::kInternalError, what); }

/// Runs `body`, which may refuse its input with an Error; but never with an internal one, which is a bug.
template <class Body>
void allow_refusal(const Body& body) {
  try {
    body();
  } catch (const Error& error) {
    if (error.sqlstate() == sqlstate::kInternalError) {
      throw;
    }
  }
}

}  // namespace tidemark::fuzz
