#pragma once

#include "base/error.h"
#include "functions/function.h"
#include "functions/query_context.h"

namespace tidemark {

/// The session that a function runs in. Throws 0A000 where there is none: in a test, in a constant of a stored
/// expression.
inline SessionState& session_of(const KernelCall& call) {
  if (call.context.session == nullptr) {
    throw Error(sqlstate::kFeatureNotSupported, "this function needs a session");
  }
  return *call.context.session;
}

}  // namespace tidemark
