#include "base/error.h"
#include "engine/session.h"

namespace tidemark {

std::unique_ptr<Result> Session::query_influxql(std::string_view /*text*/) {
  throw Error(sqlstate::kFeatureNotSupported, "InfluxQL is not supported yet");
}

}  // namespace tidemark
