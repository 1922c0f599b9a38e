#include "storage/segment_file.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace tidemark {

SegmentReader::File::File(FileSystem& files, const std::string& path, FileId file, PageCache& cache)
    : path_(path), file_(file), cache_(cache), disk_(files.open_random_access(path)), size_(disk_->size()) {
  if (size_ < kSegmentHeaderBytes + kSegmentTrailerBytes) {
    fail(0, "the file is too short");
  }
  const std::string header = disk_->read_exactly(0, kSegmentHeaderBytes);
  if (!header.starts_with(kSegmentMagic)) {
    fail(0, "it does not begin as a segment file does");
  }
  if (load_little_endian<uint64_t>(header.data() + 24) != block_checksum(file_, 0, header.substr(0, 24)) ||
      load_little_endian<uint64_t>(header.data() + 16) != file_) {
    fail(0, "wrong checksum of the header");
  }
  if (const auto version = load_little_endian<uint32_t>(header.data() + 8); version != kSegmentVersion) {
    throw Error(sqlstate::kFeatureNotSupported,
                fmt::format("segment file \"{}\" has format version {}, this program reads version {}", path_, version,
                            kSegmentVersion));
  }
  const uint64_t trailer_offset = size_ - kSegmentTrailerBytes;
  const std::string trailer = disk_->read_exactly(trailer_offset, kSegmentTrailerBytes);
  if (!trailer.ends_with(kSegmentEndMagic) ||
      load_little_endian<uint64_t>(trailer.data() + 16) !=
          block_checksum(file_, trailer_offset, std::string_view(trailer).substr(0, 16))) {
    fail(trailer_offset, "wrong checksum of the trailer");
  }
  const BlockRef footer{.offset = load_little_endian<uint64_t>(trailer.data()),
                        .length = load_little_endian<uint64_t>(trailer.data() + 8)};
  if (!read_footer(read_verified(footer, "footer"), footer_)) {
    fail(footer.offset, "malformed footer");
  }
}

std::string SegmentReader::File::read_verified(const BlockRef& ref, std::string_view what) const {
  if (ref.offset > size_ || ref.length > size_ - ref.offset || size_ - ref.offset - ref.length < kBlockChecksumBytes) {
    fail(ref.offset, fmt::format("the {} lies beyond the end of the file", what));
  }
  std::string bytes = disk_->read_exactly(ref.offset, ref.length + kBlockChecksumBytes);
  const auto checksum = load_little_endian<uint64_t>(bytes.data() + ref.length);
  bytes.resize(ref.length);
  if (checksum != block_checksum(file_, ref.offset, bytes)) {
    fail(ref.offset, fmt::format("wrong checksum of a {}", what));
  }
  return bytes;
}

PageCache::Block SegmentReader::File::read_block(const BlockRef& ref) const {
  if (PageCache::Block block = cache_.find(file_, ref.offset)) {
    if (block->size() != ref.length) {
      fail(ref.offset, "two references differ in the length of a block");
    }
    return block;
  }
  auto block = std::make_shared<const std::string>(read_verified(ref, "block"));
  cache_.insert(file_, ref.offset, block);
  return block;
}

void SegmentReader::File::fail(uint64_t offset, std::string_view what) const {
  throw Error(sqlstate::kDataCorrupted,
              fmt::format("segment file \"{}\" is damaged at offset {}: {}", path_, offset, what));
}

}  // namespace tidemark
