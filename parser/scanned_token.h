#pragma once

#include <cstdint>

namespace tidemark {

/// A token of a statement text: its type (a number of the generated grammar) and where it stands.
struct ScannedToken {
  uint32_t type;
  uint32_t offset;   ///< In bytes.
  uint32_t length;   ///< In bytes.
  int32_t position;  ///< In characters, from 1: what an error message tells.
};

}  // namespace tidemark
