#include "types/enum_value.h"

#include "base/error.h"
#include "base/utf8.h"

namespace tidemark {

std::string enum_label(LogicalType type, std::string_view order, const ObjectNames* names) {
  std::optional<std::string> label = names == nullptr ? std::nullopt : names->label_of(type.user_type, order);
  return label ? std::move(*label) : std::string(order);
}

std::string enum_order(LogicalType type, std::string_view label, const ObjectNames* names) {
  if (type.user_type == 0 || names == nullptr) {
    throw Error(sqlstate::kFeatureNotSupported, "cannot accept a value of type " + type.to_string());
  }
  require_utf8(label);
  if (std::optional<std::string> order = names->order_of(type.user_type, label)) {
    return std::move(*order);
  }
  std::string name = names->type_name(type.user_type);
  throw Error(sqlstate::kInvalidTextRepresentation,
              "invalid input value for enum " + name + ": \"" + std::string(label) + "\"");
}

}  // namespace tidemark
