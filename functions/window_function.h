#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "types/vector.h"

namespace tidemark {

/// The functions that only make sense with OVER; aggregates need no entry here.
enum class WindowKind : uint8_t {
  kRowNumber,
  kRank,
  kDenseRank,
  kPercentRank,
  kCumeDist,
  kNtile,
  kLag,
  kLead,
  kFirstValue,
  kLastValue,
  kNthValue,
};

struct WindowFunction {
  std::string_view name;
  WindowKind kind;
  std::vector<LogicalType> arguments;
  LogicalType result;  ///< kAnyElement: that of the first argument
  std::string_view doc;
};

}  // namespace tidemark
