#pragma once

#include <string>
#include <vector>

#include "parser/ast_statement.h"
#include "parser/copy_format.h"

namespace tidemark {

enum class CopyHeader : uint8_t { kNone, kSkip, kMatch };

/// A COPY statement's options, checked.
struct CopyOptions {
  CopyFormat format;
  CopyHeader header = CopyHeader::kNone;
  bool force_quote_all = false;
  std::vector<std::string> force_quote;
  std::vector<std::string> force_not_null;
  std::vector<std::string> force_null;
};

/// Throws what PostgreSQL says of options that are unknown, twice there, or do not fit each other; 0A000 for the binary
/// format and for encodings other than UTF-8.
[[nodiscard]] CopyOptions read_copy_options(const ast::CopyStatement& copy);

}  // namespace tidemark
