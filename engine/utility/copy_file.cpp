#include "engine/utility/copy_file.h"

#include <filesystem>

#include "base/error.h"
#include "base/file_system.h"
#include "engine/database_implementation.h"
#include "engine/session.h"
#include "engine/statement_result.h"

namespace tidemark {
namespace {

constexpr size_t kPieceBytes = 256 * 1024;

bool is_directory(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

/// Opens by `open`; what goes wrong is said as PostgreSQL says it.
template <class Open>
auto open_copy_file(const std::string& path, bool from, Open&& open) {
  const std::string words = from ? "reading" : "writing";
  try {
    return open();
  } catch (const IoError& error) {
    const std::string what = error.message();
    const size_t reason = what.rfind(": ");
    Error told(error.sqlstate(), "could not open file \"" + path + "\" for " + words +
                                     (reason == std::string::npos ? "" : what.substr(reason)));
    if (error.kind() == IoErrorKind::kPermission) {
      told = Error(sqlstate::kInsufficientPrivilege, told.message());
    }
    throw Error(std::move(told))
        .with_hint(from ? "COPY FROM instructs the server to read a file. You may want a client-side facility such as "
                          "psql's \\copy."
                        : "COPY TO instructs the server to write a file. You may want a client-side facility such as "
                          "psql's \\copy.");
  }
}

}  // namespace

void require_copy_file(Session& session, bool from) {
  if (!session.is_superuser()) {
    throw Error(sqlstate::kInsufficientPrivilege,
                from ? "must be superuser to COPY from a file" : "must be superuser to COPY to a file")
        .with_hint("Anyone can COPY to stdout or from stdin. psql's \\copy command also works for anyone.");
  }
  if (!session.settings().current().boolean(Setting::kCopyServerFiles)) {
    throw Error(sqlstate::kInsufficientPrivilege, "COPY from and to files on the server is not allowed here")
        .with_hint("The setting copy_server_files forbids it. Use STDIN or STDOUT, or psql's \\copy.");
  }
}

std::unique_ptr<Result> copy_from_file(Session& session, Result& copy, const std::string& path) {
  FileSystem& files = session.owner().files();
  if (is_directory(path)) throw Error(sqlstate::kWrongObjectType, "\"" + path + "\" is a directory");
  const auto file = open_copy_file(path, true, [&] { return files.open_random_access(path); });
  std::string piece(kPieceBytes, '\0');
  uint64_t offset = 0;
  while (const size_t count = file->read(offset, piece)) {
    copy.copy_in(std::string_view(piece).substr(0, count));
    offset += count;
  }
  copy.copy_done();
  return BufferedResult::command(copy.command_tag(), copy.row_count());
}

std::unique_ptr<Result> copy_to_file(Session& session, Result& copy, const std::string& path) {
  if (!path.starts_with('/')) {
    throw Error("42602", "relative path not allowed for COPY to file");
  }
  if (is_directory(path)) {
    throw Error(sqlstate::kWrongObjectType, "could not open file \"" + path + "\" for writing: Is a directory");
  }
  FileSystem& files = session.owner().files();
  const auto file =
      open_copy_file(path, false, [&] { return files.open_append(path, FileSystem::OpenMode::kTruncate); });
  std::string piece;
  while (copy.next_copy_data(piece)) {
    if (piece.size() < kPieceBytes) continue;
    file->append(piece);
    piece.clear();
  }
  file->append(piece);
  return BufferedResult::command(copy.command_tag(), copy.row_count());
}

}  // namespace tidemark
