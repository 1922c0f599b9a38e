#include "base/io_error.h"

#include <cerrno>
#include <system_error>

namespace tidemark {
namespace {

std::string_view sqlstate_of(IoErrorKind kind) {
  switch (kind) {
    case IoErrorKind::kNoSpace:
      return sqlstate::kDiskFull;
    case IoErrorKind::kTooManyFiles:
      return sqlstate::kInsufficientResources;
    case IoErrorKind::kNotFound:
      return sqlstate::kUndefinedFile;
    default:
      return sqlstate::kIoError;
  }
}

}  // namespace

IoError::IoError(IoErrorKind kind, std::string message) : Error(sqlstate_of(kind), std::move(message)), kind_(kind) {}

IoErrorKind io_error_kind(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return IoErrorKind::kNoSpace;
    case EIO:
      return IoErrorKind::kIo;
    case EMFILE:
    case ENFILE:
      return IoErrorKind::kTooManyFiles;
    case ENOENT:
      return IoErrorKind::kNotFound;
    case EEXIST:
      return IoErrorKind::kExists;
    case EACCES:
    case EPERM:
    case EROFS:
      return IoErrorKind::kPermission;
    default:
      return IoErrorKind::kOther;
  }
}

IoError make_io_error(std::string_view action, std::string_view path, int error_number) {
  std::string message = "could not ";
  message.append(action).append(" \"").append(path).append("\": ");
  message.append(std::generic_category().message(error_number));
  return IoError(io_error_kind(error_number), std::move(message));
}

}  // namespace tidemark
