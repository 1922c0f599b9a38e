#include "base/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/check.h"

namespace tidemark {
namespace {

/// Repeats a system call while signals interrupt it.
template <typename Call>
auto without_interruption(Call call) {
  auto result = call();
  while (result < 0 && errno == EINTR) {
    result = call();
  }
  return result;
}

[[noreturn]] void fail(std::string_view action, const std::string& path) { throw make_io_error(action, path, errno); }

class FileDescriptor {
 public:
  FileDescriptor(const std::string& path, int flags) : path_(path) {
    number_ = without_interruption([&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); });
    if (number_ < 0) {
      fail((flags & O_CREAT) != 0 ? "create file" : "open file", path);
    }
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  // Errors of close() are of no use: durability is what sync() said. Linux closes even where it reports EINTR.
  ~FileDescriptor() { ::close(number_); }

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] uint64_t size() const {
    struct stat status{};
    if (::fstat(number_, &status) != 0) {
      fail("stat file", path_);
    }
    return static_cast<uint64_t>(status.st_size);
  }

 private:
  std::string path_;
  int number_;
};

class PosixRandomAccessFile final : public RandomAccessFile {
 public:
  explicit PosixRandomAccessFile(const std::string& path) : file_(path, O_RDONLY) {}

  [[nodiscard]] size_t read(uint64_t offset, std::span<char> out) const override {
    size_t done = 0;
    while (done < out.size()) {
      const ssize_t count = without_interruption([&] {
        return ::pread(file_.number(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
      });
      if (count < 0) {
        fail("read file", file_.path());
      }
      if (count == 0) {
        break;
      }
      done += static_cast<size_t>(count);
    }
    return done;
  }
  [[nodiscard]] uint64_t size() const override { return file_.size(); }

 protected:
  [[nodiscard]] const std::string& path() const override { return file_.path(); }

 private:
  FileDescriptor file_;
};

class PosixAppendFile final : public AppendFile {
 public:
  PosixAppendFile(const std::string& path, int flags) : file_(path, flags), position_(file_.size()) {}

  void append(std::string_view bytes) override {
    write(position_, bytes);
    position_ += bytes.size();
    if (position_ - write_behind_ >= kWriteBehindBytes) {
      // Long files go to the disk as they grow: else their sync would queue all of it at once before other files'
      // syncs.
      ::sync_file_range(file_.number(), static_cast<off_t>(write_behind_),
                        static_cast<off_t>(position_ - write_behind_), SYNC_FILE_RANGE_WRITE);
      write_behind_ = position_;
    }
  }
  void sync() override {
    if (without_interruption([&] { return ::fdatasync(file_.number()); }) != 0) {
      fail("fsync file", file_.path());
    }
  }
  [[nodiscard]] uint64_t position() const override { return position_; }
  void seek(uint64_t position) override { position_ = write_behind_ = position; }

  void preallocate(uint64_t size) override {
    const uint64_t before = file_.size();
    if (size <= before) {
      return;
    }
    try {
      // First the whole extent, which fails at once where space is short; then zeros, because a sync after writing into
      // an extent that was never written has to note that in the file system's journal as well.
      const int result = without_interruption([&] {
        return ::fallocate(file_.number(), 0, static_cast<off_t>(before), static_cast<off_t>(size - before));
      });
      if (result != 0 && errno != EOPNOTSUPP) {
        fail("allocate space for file", file_.path());
      }
      const std::string zeros(std::min<uint64_t>(size - before, 1 << 20), '\0');
      for (uint64_t offset = before; offset < size; offset += zeros.size()) {
        write(offset, std::string_view(zeros).substr(0, std::min<uint64_t>(zeros.size(), size - offset)));
      }
    } catch (const IoError&) {
      // Gives back what was taken, as far as the disk lets us.
      [[maybe_unused]] const int ignored = ::ftruncate(file_.number(), static_cast<off_t>(before));
      throw;
    }
  }

  void truncate(uint64_t size) override {
    if (without_interruption([&] { return ::ftruncate(file_.number(), static_cast<off_t>(size)); }) != 0) {
      fail("truncate file", file_.path());
    }
    position_ = std::min(position_, size);
    write_behind_ = std::min(write_behind_, size);
  }

 private:
  static constexpr uint64_t kWriteBehindBytes = 1 << 20;

  void write(uint64_t offset, std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t count = without_interruption(
          [&] { return ::pwrite(file_.number(), bytes.data(), bytes.size(), static_cast<off_t>(offset)); });
      if (count <= 0) {
        errno = count == 0 ? ENOSPC
                           : errno;  // A write of nothing without a reason: PostgreSQL, too, takes it for a full disk.
        fail("write file", file_.path());
      }
      bytes.remove_prefix(static_cast<size_t>(count));
      offset += static_cast<uint64_t>(count);
    }
  }

  FileDescriptor file_;
  uint64_t position_;
  uint64_t write_behind_ = position_;  ///< bytes before it are on their way to the disk
};

class PosixFileLock final : public FileLock {
 public:
  explicit PosixFileLock(const std::string& path) : file_(path, O_RDWR | O_CREAT) {}

  /// False if another holder has it.
  [[nodiscard]] bool acquire() {
    if (without_interruption([&] { return ::flock(file_.number(), LOCK_EX | LOCK_NB); }) == 0) {
      return true;
    }
    if (errno != EWOULDBLOCK) {
      fail("lock file", file_.path());
    }
    return false;
  }

 private:
  FileDescriptor file_;  // The kernel releases the lock with it.
};

}  // namespace

std::unique_ptr<RandomAccessFile> PosixFileSystem::open_random_access(const std::string& path) {
  return std::make_unique<PosixRandomAccessFile>(path);
}

std::unique_ptr<AppendFile> PosixFileSystem::open_append(const std::string& path, OpenMode mode) {
  switch (mode) {
    case OpenMode::kCreateNew:
      return std::make_unique<PosixAppendFile>(path, O_WRONLY | O_CREAT | O_EXCL);
    case OpenMode::kTruncate:
      return std::make_unique<PosixAppendFile>(path, O_WRONLY | O_CREAT | O_TRUNC);
    case OpenMode::kExisting:
      break;
  }
  return std::make_unique<PosixAppendFile>(path, O_WRONLY);
}

bool PosixFileSystem::exists(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0) {
    return true;
  }
  if (errno != ENOENT && errno != ENOTDIR) {
    fail("stat file", path);
  }
  return false;
}

uint64_t PosixFileSystem::file_size(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    fail("stat file", path);
  }
  return static_cast<uint64_t>(status.st_size);
}

std::vector<std::string> PosixFileSystem::list(const std::string& directory) {
  const auto close = [](DIR* open) { ::closedir(open); };
  const std::unique_ptr<DIR, decltype(close)> entries(::opendir(directory.c_str()), close);
  if (entries == nullptr) {
    fail("open directory", directory);
  }
  std::vector<std::string> names;
  while (true) {
    errno = 0;  // The only way to tell the end from an error.
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the stream belongs to this call.
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) {
      break;
    }
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") {
      names.emplace_back(name);
    }
  }
  if (errno != 0) {
    fail("read directory", directory);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void PosixFileSystem::create_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    return;
  }
  const int error_number = errno;
  struct stat status{};
  if (error_number != EEXIST || ::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    throw make_io_error("create directory", path, error_number);
  }
}

void PosixFileSystem::remove_directory(const std::string& path) {
  if (::rmdir(path.c_str()) != 0) {
    fail("remove directory", path);
  }
}

void PosixFileSystem::remove(const std::string& path) {
  if (::unlink(path.c_str()) != 0) {
    fail("remove file", path);
  }
}

void PosixFileSystem::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    fail("rename file", from);
  }
}

void PosixFileSystem::link(const std::string& from, const std::string& to) {
  if (::link(from.c_str(), to.c_str()) != 0) {
    fail("link file", to);
  }
}

void PosixFileSystem::sync_directory(const std::string& path) {
  const FileDescriptor directory(path, O_RDONLY | O_DIRECTORY);
  if (without_interruption([&] { return ::fsync(directory.number()); }) != 0) {
    fail("fsync directory", path);
  }
}

std::unique_ptr<FileLock> PosixFileSystem::try_lock(const std::string& path) {
  auto lock = std::make_unique<PosixFileLock>(path);
  return lock->acquire() ? std::move(lock) : nullptr;
}

bool PosixFileSystem::is_owned_by_another(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) {
    fail("stat file", path);
  }
  return status.st_uid != ::geteuid();
}

uint64_t PosixFileSystem::free_space(const std::string& path) {
  struct statvfs status{};
  if (::statvfs(path.c_str(), &status) != 0) {
    fail("stat file system of", path);
  }
  return static_cast<uint64_t>(status.f_bavail) * status.f_frsize;
}

}  // namespace tidemark
