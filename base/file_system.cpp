#include "base/file_system.h"

namespace tidemark {

void RandomAccessFile::read_exactly(uint64_t offset, std::span<char> out) const {
  if (read(offset, out) != out.size()) {
    throw Error(sqlstate::kDataCorrupted,
                "file \"" + path() + "\" ends before byte " + std::to_string(offset + out.size()));
  }
}

std::string RandomAccessFile::read_exactly(uint64_t offset, size_t length) const {
  // Checked before the allocation: a damaged length must not ask for terabytes.
  const uint64_t bytes = size();
  if (offset > bytes || length > bytes - offset) {
    throw Error(sqlstate::kDataCorrupted, "file \"" + path() + "\" has " + std::to_string(bytes) +
                                              " bytes, too few to read " + std::to_string(length) + " at offset " +
                                              std::to_string(offset));
  }
  std::string out(length, '\0');
  read_exactly(offset, std::span<char>(out));
  return out;
}

std::string join_path(std::string_view directory, std::string_view name) {
  std::string path(directory);
  if (!path.empty() && path.back() != '/') {
    path += '/';
  }
  return path.append(name);
}

std::string parent_directory(std::string_view path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string_view::npos) {
    return ".";
  }
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

std::string read_file(FileSystem& files, const std::string& path) {
  const auto file = files.open_random_access(path);
  return file->read_exactly(0, file->size());
}

void replace_file_durably(FileSystem& files, const std::string& path, std::string_view bytes) {
  const std::string temporary = path + ".tmp";
  {
    const auto file = files.open_append(temporary, FileSystem::OpenMode::kTruncate);
    file->append(bytes);
    file->sync();
  }
  files.rename(temporary, path);
  files.sync_directory(parent_directory(path));
}

}  // namespace tidemark
