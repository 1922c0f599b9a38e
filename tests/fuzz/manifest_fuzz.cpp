// Manifest and catalog files, as they are and behind a head whose checksum fits. What is read must survive being
// written.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "storage/manifest.h"
#include "tests/fuzz/refusal.h"

namespace tidemark {
namespace {

using fuzz::fail;

constexpr uint64_t kNumber = 7;
constexpr size_t kHeadBytes = 40;  // docs/FILE_FORMAT.md, "Manifest": the last 8 are the checksum

/// The head of a file like `empty`, for another payload.
std::string behind_fitting_head(const std::string& empty, std::string_view payload) {
  std::string head = empty.substr(0, kHeadBytes - 16);
  const auto put = [&head](uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) {
      head += static_cast<char>(value >> shift & 0xff);
    }
  };
  put(payload.size());
  put(block_checksum(kNumber, hash64(head), payload));
  return head.append(payload);
}

void read_manifest(std::string_view bytes) {
  const std::string once = encode_manifest(decode_manifest(bytes, kNumber));
  if (encode_manifest(decode_manifest(once, kNumber)) != once) {
    fail("a manifest does not survive being written");
  }
}

void read_catalog(std::string_view bytes) {
  const std::string once = encode_catalog(*decode_catalog(bytes, kNumber), kNumber);
  if (encode_catalog(*decode_catalog(once, kNumber), kNumber) != once) {
    fail("a catalog does not survive being written");
  }
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark;
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const std::string empty_manifest = encode_manifest({.number = kNumber, .tables = {}});
  static const std::string empty_catalog = encode_catalog(*Catalog::empty(), kNumber);
  fuzz::allow_refusal([&] {
    switch (data[0] % 4) {
      case 0:
        return read_manifest(bytes);
      case 1:
        return read_catalog(bytes);
      case 2:
        return read_manifest(behind_fitting_head(empty_manifest, bytes));
      default:
        return read_catalog(behind_fitting_head(empty_catalog, bytes));
    }
  });
  return 0;
}
