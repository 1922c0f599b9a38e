#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <unordered_map>

#include "base/file_system.h"
#include "storage/page_cache.h"
#include "storage/segment_reader.h"

namespace tidemark {

/// The segment files of a folder: `segments/<20 digits>.seg`. A file that no manifest names any more is removed when
/// the last snapshot that reads it has gone (invariant 8). Safe for many threads; must outlive all readers it gave.
class SegmentFileSet {
 public:
  SegmentFileSet(FileSystem& files, std::string directory, PageCache& cache, FileId next_file);

  /// A number for a new file.
  [[nodiscard]] FileId allocate() { return next_file_.fetch_add(1); }
  [[nodiscard]] FileId next_file() const { return next_file_.load(); }
  [[nodiscard]] std::string path(FileId file) const;
  [[nodiscard]] std::string temporary_path(FileId file) const { return path(file) + ".tmp"; }
  /// Gives a finished temporary file its name, durably.
  void publish(FileId file);

  /// The reader of a file; the same object as long as somebody holds it.
  [[nodiscard]] std::shared_ptr<const SegmentReader> reader(FileId file);
  /// No manifest names the file any more: removed at once, or when its readers are gone.
  void retire(FileId file);
  /// Removes what is in the folder but not among `live`. At start only.
  void sweep(std::span<const FileId> live);

 private:
  struct Handle;
  FileSystem& files_;
  const std::string directory_;
  PageCache& cache_;
  std::atomic<FileId> next_file_;
  std::mutex mutex_;
  std::unordered_map<FileId, std::weak_ptr<Handle>> handles_;  ///< guarded by mutex_
};

}  // namespace tidemark
