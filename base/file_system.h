#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/io_error.h"

namespace tidemark {

/// A file open for reading at any position. Safe to share between threads.
class RandomAccessFile {
 public:
  RandomAccessFile() = default;
  RandomAccessFile(const RandomAccessFile&) = delete;
  RandomAccessFile& operator=(const RandomAccessFile&) = delete;
  virtual ~RandomAccessFile() = default;

  /// Fills `out` with the bytes from `offset` on. Returns how many were there: fewer than `out.size()` only at the end
  /// of the file. Throws IoError.
  [[nodiscard]] virtual size_t read(uint64_t offset, std::span<char> out) const = 0;
  /// Bytes in the file now.
  [[nodiscard]] virtual uint64_t size() const = 0;

  /// The `length` bytes at `offset`. Throws Error XX001 naming the file if it ends before.
  [[nodiscard]] std::string read_exactly(uint64_t offset, size_t length) const;
  /// The same into the caller's memory.
  void read_exactly(uint64_t offset, std::span<char> out) const;

 protected:
  /// For messages.
  [[nodiscard]] virtual const std::string& path() const = 0;
};

/// A file open for writing at its position, which moves on with each append. Used by one thread at a time. Nothing is
/// buffered in the process: what `append` took survives a kill of the process, and after `sync` also a power loss,
/// provided that the directory was synced after the file was created.
class AppendFile {
 public:
  AppendFile() = default;
  AppendFile(const AppendFile&) = delete;
  AppendFile& operator=(const AppendFile&) = delete;
  virtual ~AppendFile() = default;

  /// Writes `bytes` at the position. If it throws IoError, any part of them may be in the file, and the position has
  /// not moved: a second try overwrites the first.
  virtual void append(std::string_view bytes) = 0;
  /// Makes the bytes and the size of the file durable (fdatasync). If it throws, bytes written before may be lost
  /// although a later sync succeeds: never retry, the writer has failed for good (docs/ARCHITECTURE.md, invariant 11).
  virtual void sync() = 0;
  /// The offset of the next append.
  [[nodiscard]] virtual uint64_t position() const = 0;
  /// Moves the position, to overwrite a recycled or preallocated file from its start. Does not change the size.
  virtual void seek(uint64_t position) = 0;
  /// Makes the file at least `size` bytes long, filled with zeros that own disk space, so that later writes within
  /// cannot meet a full disk. The position stays.
  virtual void preallocate(uint64_t size) = 0;
  /// Cuts the file to `size` bytes, or lengthens it by zeros. The position stays at most `size`.
  virtual void truncate(uint64_t size) = 0;
};

/// An exclusive lock, held until destroyed or until the process dies.
class FileLock {
 public:
  FileLock() = default;
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  virtual ~FileLock() = default;
};

/// The disk, as storage sees it: the one way to it, so that a test can stand in its place (FaultyFileSystem). Paths are
/// plain strings with '/'. All functions throw IoError and are safe to call from many threads.
///
/// Creation, renaming and removal of names are durable only after `sync_directory` of their folder.
class FileSystem {
 public:
  enum class OpenMode {
    kCreateNew,  ///< The file must not exist (kExists).
    kTruncate,   ///< Created, or emptied if it exists.
    kExisting,   ///< The file must exist (kNotFound); the position is its end.
  };

  FileSystem() = default;
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;
  virtual ~FileSystem() = default;

  [[nodiscard]] virtual std::unique_ptr<RandomAccessFile> open_random_access(const std::string& path) = 0;
  [[nodiscard]] virtual std::unique_ptr<AppendFile> open_append(const std::string& path, OpenMode mode) = 0;

  /// Whether a file or folder has that name.
  [[nodiscard]] virtual bool exists(const std::string& path) = 0;
  [[nodiscard]] virtual uint64_t file_size(const std::string& path) = 0;
  /// Names (not paths) of the files and folders within, sorted.
  [[nodiscard]] virtual std::vector<std::string> list(const std::string& directory) = 0;

  /// Creates one folder; its parent must exist. A folder that exists already is no error.
  virtual void create_directory(const std::string& path) = 0;
  /// Removes an empty folder.
  virtual void remove_directory(const std::string& path) = 0;
  /// Removes the name of a file. Handles that are open on it go on working.
  virtual void remove(const std::string& path) = 0;
  /// Gives the file the name `to`, replacing a file of that name atomically.
  virtual void rename(const std::string& from, const std::string& to) = 0;
  /// A second name for the same file (hard link). `to` must not exist.
  virtual void link(const std::string& from, const std::string& to) = 0;
  /// Makes creations, renames and removals in that folder durable.
  virtual void sync_directory(const std::string& path) = 0;

  /// Locks the file `path`, created if missing, against other processes and other calls (flock). Null if another holds
  /// it.
  [[nodiscard]] virtual std::unique_ptr<FileLock> try_lock(const std::string& path) = 0;
  /// Whether the file or folder, which must exist, belongs to another user than the one that this process runs as.
  [[nodiscard]] virtual bool is_owned_by_another(const std::string& path) = 0;
  /// Bytes that this process may still write to the file system that holds `path`.
  [[nodiscard]] virtual uint64_t free_space(const std::string& path) = 0;
};

/// `directory` + '/' + `name`.
std::string join_path(std::string_view directory, std::string_view name);
/// The folder that holds `path`: "a/b" for "a/b/c", "." for "c", "/" for "/c".
std::string parent_directory(std::string_view path);

/// The whole file.
std::string read_file(FileSystem& files, const std::string& path);
/// Replaces or creates `path` with `bytes` so that after a crash the old or the new content is there, whole: writes
/// `path`.tmp, syncs it, renames it, syncs the folder.
void replace_file_durably(FileSystem& files, const std::string& path, std::string_view bytes);

}  // namespace tidemark
