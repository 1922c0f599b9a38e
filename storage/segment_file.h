#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "base/file_system.h"
#include "storage/segment_format.h"
#include "storage/segment_reader.h"

namespace tidemark {

/// An open segment file: its footer, and its blocks through the cache. Immutable after construction; safe for many
/// threads.
class SegmentReader::File {
 public:
  /// Opens and verifies header, trailer and footer.
  File(FileSystem& files, const std::string& path, FileId file, PageCache& cache);

  [[nodiscard]] const SegmentFooter& footer() const { return footer_; }
  [[nodiscard]] FileId id() const { return file_; }

  /// The verified bytes of a block. Throws XX001.
  [[nodiscard]] PageCache::Block read_block(const BlockRef& ref) const;
  /// What `make` makes of the block at `offset`, kept in the cache beside it. `part`: as in PageCache. `make` returns
  /// the object (a shared_ptr<const T>) and about how many bytes it holds.
  template <class T, class Make>
  [[nodiscard]] std::shared_ptr<const T> derived(uint64_t offset, uint64_t part, const Make& make) const {
    if (std::shared_ptr<const T> found = cache_.find_derived<T>(file_, offset, part)) {
      return found;
    }
    std::pair<std::shared_ptr<const T>, size_t> made = make();
    cache_.insert_derived<T>(file_, offset, part, made.first, made.second);
    return std::move(made.first);
  }
  /// XX001: `segment file "<path>" is damaged at offset <offset>: <what>`.
  [[noreturn]] void fail(uint64_t offset, std::string_view what) const;

 private:
  [[nodiscard]] std::string read_verified(const BlockRef& ref, std::string_view what) const;

  std::string path_;
  FileId file_;
  PageCache& cache_;
  std::unique_ptr<RandomAccessFile> disk_;
  uint64_t size_ = 0;
  SegmentFooter footer_;
};

}  // namespace tidemark
