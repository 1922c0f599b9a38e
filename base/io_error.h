#pragma once

#include "base/error.h"

namespace tidemark {

/// What the operating system said, as far as callers act on it. Resource kinds (kNoSpace, kTooManyFiles) pass; they are
/// never a sign of damaged data and never a reason to delete or rename anything (docs/ARCHITECTURE.md, invariant 13).
enum class IoErrorKind { kNoSpace, kIo, kTooManyFiles, kNotFound, kExists, kPermission, kOther };

/// An Error of the file system: SQLSTATE 53100 for kNoSpace, 53000 for kTooManyFiles, 58P01 for kNotFound, else 58030.
class IoError : public Error {
 public:
  IoError(IoErrorKind kind, std::string message);

  [[nodiscard]] IoErrorKind kind() const { return kind_; }

 private:
  IoErrorKind kind_;
};

/// The kind that an errno value stands for.
IoErrorKind io_error_kind(int error_number);

/// Makes an IoError `could not <action> "<path>": <text of error_number>`, PostgreSQL's form. `action` is such as "open
/// file".
IoError make_io_error(std::string_view action, std::string_view path, int error_number);

}  // namespace tidemark
