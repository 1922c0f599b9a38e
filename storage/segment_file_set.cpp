#include "storage/segment_file_set.h"

#include <unordered_set>

namespace tidemark {

struct SegmentFileSet::Handle {
  Handle(FileSystem& file_system, std::string path, FileId file, PageCache& page_cache)
      : files(file_system), cache(page_cache), reader(file_system, std::move(path), file, page_cache) {}
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (retired.load()) {
      remove(files, cache, reader.path(), reader.file());
    }
  }
  // What cannot be removed now is swept at the next start.
  static void remove(FileSystem& files, PageCache& cache, const std::string& path, FileId file) noexcept {
    try {
      cache.erase_file(file);
      files.remove(path);
    } catch (...) {  // NOLINT(bugprone-empty-catch)
    }
  }

  FileSystem& files;
  PageCache& cache;
  SegmentReader reader;
  std::atomic<bool> retired{false};
};

SegmentFileSet::SegmentFileSet(FileSystem& files, std::string directory, PageCache& cache, FileId next_file)
    : files_(files), directory_(std::move(directory)), cache_(cache), next_file_(next_file) {}

std::string SegmentFileSet::path(FileId file) const {
  std::string digits = std::to_string(file);
  digits.insert(0, 20 - digits.size(), '0');
  return join_path(directory_, digits + ".seg");
}

void SegmentFileSet::publish(FileId file) {
  files_.rename(temporary_path(file), path(file));
  files_.sync_directory(directory_);
}

std::shared_ptr<const SegmentReader> SegmentFileSet::reader(FileId file) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<Handle> handle = handles_[file].lock();
  if (handle == nullptr) {
    handle = std::make_shared<Handle>(files_, path(file), file, cache_);
    handles_[file] = handle;
  }
  const SegmentReader* reader = &handle->reader;
  return {std::move(handle), reader};
}

void SegmentFileSet::retire(FileId file) {
  std::shared_ptr<Handle> handle;
  {
    const std::lock_guard lock(mutex_);
    const auto found = handles_.find(file);
    if (found != handles_.end()) {
      handle = found->second.lock();
      handles_.erase(found);
    }
  }
  if (handle != nullptr) {
    handle->retired.store(true);
  } else {
    Handle::remove(files_, cache_, path(file), file);
  }
}

void SegmentFileSet::sweep(std::span<const FileId> live) {
  std::unordered_set<std::string> paths;
  for (const FileId file : live) {
    paths.insert(path(file));
  }
  for (const std::string& name : files_.list(directory_)) {
    const std::string found = join_path(directory_, name);
    if (!paths.contains(found) && (name.ends_with(".seg") || name.ends_with(".tmp"))) {
      files_.remove(found);
    }
  }
}

}  // namespace tidemark
