#pragma once

#include <cstdint>

namespace tidemark {

/// What the encoder of a page aims at.
enum class PageGoal : uint8_t {
  kFast,   ///< what decodes fastest among what is nearly as small
  kSmall,  ///< the smallest, entropy-coded where that saves a tenth: pages of cold windows
};

}  // namespace tidemark
