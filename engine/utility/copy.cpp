#include "base/error.h"
#include "engine/utility/utility.h"

namespace tidemark {

std::unique_ptr<Result> run_copy(Session& /*session*/, PreparedStatement& /*statement*/) {
  throw Error(sqlstate::kFeatureNotSupported, "COPY is not supported yet");
}

}  // namespace tidemark
