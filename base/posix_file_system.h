#pragma once

#include "base/file_system.h"

namespace tidemark {

/// The real disk. Files are made with mode 0600, folders with 0700. Interrupted calls are repeated; short reads and
/// writes go on.
class PosixFileSystem final : public FileSystem {
 public:
  [[nodiscard]] std::unique_ptr<RandomAccessFile> open_random_access(const std::string& path) override;
  [[nodiscard]] std::unique_ptr<AppendFile> open_append(const std::string& path, OpenMode mode) override;
  [[nodiscard]] bool exists(const std::string& path) override;
  [[nodiscard]] uint64_t file_size(const std::string& path) override;
  [[nodiscard]] std::vector<std::string> list(const std::string& directory) override;
  void create_directory(const std::string& path) override;
  void remove_directory(const std::string& path) override;
  void remove(const std::string& path) override;
  void rename(const std::string& from, const std::string& to) override;
  void link(const std::string& from, const std::string& to) override;
  void sync_directory(const std::string& path) override;
  [[nodiscard]] std::unique_ptr<FileLock> try_lock(const std::string& path) override;
  [[nodiscard]] bool is_owned_by_another(const std::string& path) override;
  [[nodiscard]] uint64_t free_space(const std::string& path) override;
};

}  // namespace tidemark
