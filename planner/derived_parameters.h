#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "functions/query_context.h"
#include "types/value.h"

namespace tidemark {

/// A parameter that equals another one, in a column's own type, so that storage can compare the column with it. Rules
/// make them; they are numbered after the statement's own parameters.
struct DerivedParameter {
  uint32_t source;  ///< number of the statement's own parameter, from 1
  LogicalType type;
  friend bool operator==(const DerivedParameter&, const DerivedParameter&) = default;
};

/// Whether `convert_exactly` knows the pair: numbers of all kinds, and times with zone of either precision.
[[nodiscard]] bool may_convert_exactly(LogicalType from, LogicalType to);
/// The value of type `to` that equals `value`; nothing where there is none (2.5 as an integer, a year that nanoseconds
/// do not hold).
[[nodiscard]] std::optional<Value> convert_exactly(const Value& value, LogicalType from, LogicalType to,
                                                   QueryContext& query);
/// The values of `derived`, of a statement with these parameters; nothing if one of them has none.
[[nodiscard]] std::optional<std::vector<Value>> derive_parameters(std::span<const DerivedParameter> derived,
                                                                  std::span<const Value> parameters,
                                                                  std::span<const LogicalType> types,
                                                                  QueryContext& query);

}  // namespace tidemark
