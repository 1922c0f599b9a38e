#include "functions/query_context.h"

#include "base/error.h"

namespace tidemark {

void QueryContext::check_cancelled() const {
  if (cancelled != nullptr && cancelled->load(std::memory_order_relaxed)) {
    throw Error(sqlstate::kQueryCanceled, "canceling statement due to user request");
  }
}

}  // namespace tidemark
