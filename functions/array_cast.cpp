#include "functions/array_cast.h"

#include "base/error.h"

namespace tidemark {

ExpressionPtr array_cast(ExpressionPtr array, LogicalType target, const Cast* /*element_cast*/,
                         CastContext /*context*/) {
  throw Error(sqlstate::kFeatureNotSupported,
              "casts from " + array->type.to_string() + " to " + target.to_string() + " are not supported yet");
}

}  // namespace tidemark
