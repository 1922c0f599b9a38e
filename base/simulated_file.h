#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"

namespace tidemark {

/// What of the unsynced writes is still there after a restart.
enum class Survival {
  kSeeded,      ///< Power loss: any part, chosen by the seed.
  kNothing,     ///< Power loss: none.
  kEverything,  ///< The process was killed, the machine went on.
};

/// The bytes of one file as a page cache over a disk holds them: what a read sees, what is durable, and the unsynced
/// writes in between. A disk writes sectors of 512 bytes whole, in any order, at any time: so after a power loss each
/// sector has one of the contents that it had since the last sync.
class SimulatedFile {
 public:
  static constexpr uint64_t kSectorBytes = 512;

  [[nodiscard]] const std::string& content() const { return content_; }
  [[nodiscard]] bool has_unsynced_writes() const { return !unsynced_.empty(); }

  void write(uint64_t offset, std::string_view bytes);
  /// Cuts, or lengthens by zeros.
  void resize(uint64_t size);
  /// All unsynced writes become durable.
  void sync();
  /// A sync that fails as on Linux: some pages reached the disk, all are marked clean. Reads still see them, but no
  /// later sync writes them, and a power loss takes them.
  void fail_sync(Random& random);
  /// After a restart the content is what was durable plus what survived; all of it is durable then.
  void restart(Survival survival, Random& random);
  /// Replaces the content on disk and in the cache without a trace, as a fault of the disk does.
  void corrupt(std::string content);

 private:
  struct Operation {
    bool is_write;      ///< Otherwise a resize.
    uint64_t offset;    ///< Of the write, or the new size.
    std::string bytes;  ///< Empty for a resize.
  };

  static void apply(const Operation& operation, std::string& content);
  void lose_some(Random& random);
  void keep_torn_prefix(Random& random);
  void keep_random_sectors(Random& random);

  std::string content_;              ///< What reads see.
  std::string durable_;              ///< What the disk holds for certain.
  std::vector<Operation> unsynced_;  ///< In order; not yet in durable_.
};

}  // namespace tidemark
