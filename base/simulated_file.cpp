#include "base/simulated_file.h"

#include <algorithm>
#include <map>
#include <utility>

namespace tidemark {

void SimulatedFile::write(uint64_t offset, std::string_view bytes) {
  if (bytes.empty()) {
    return;
  }
  unsynced_.push_back({.is_write = true, .offset = offset, .bytes = std::string(bytes)});
  apply(unsynced_.back(), content_);
}

void SimulatedFile::resize(uint64_t size) {
  unsynced_.push_back({.is_write = false, .offset = size, .bytes = {}});
  apply(unsynced_.back(), content_);
}

void SimulatedFile::sync() {
  // Not `durable_ = content_`: pages that a failed sync dropped are in the content only.
  for (const Operation& operation : unsynced_) {
    apply(operation, durable_);
  }
  unsynced_.clear();
}

void SimulatedFile::fail_sync(Random& random) { lose_some(random); }

void SimulatedFile::restart(Survival survival, Random& random) {
  switch (survival) {
    case Survival::kEverything:
      // The page cache outlives the process; pages that a failed sync dropped are still in it, clean.
      unsynced_.clear();
      durable_ = content_;
      return;
    case Survival::kNothing:
      unsynced_.clear();
      break;
    case Survival::kSeeded:
      lose_some(random);
      break;
  }
  content_ = durable_;
}

void SimulatedFile::corrupt(std::string content) {
  content_ = std::move(content);
  durable_ = content_;
  unsynced_.clear();
}

void SimulatedFile::apply(const Operation& operation, std::string& content) {
  if (!operation.is_write) {
    content.resize(operation.offset, '\0');
    return;
  }
  const uint64_t end = operation.offset + operation.bytes.size();
  if (end > content.size()) {
    content.resize(end, '\0');
  }
  content.replace(operation.offset, operation.bytes.size(), operation.bytes);
}

/// Brings durable_ to one of the states that the disk may be in, and forgets the rest. Purely random sectors would
/// nearly never leave a long write whole or a clean prefix, and these are the states that a crash leaves most often: so
/// each kind has its share.
void SimulatedFile::lose_some(Random& random) {
  if (unsynced_.empty()) {
    return;
  }
  switch (random.below(4)) {
    case 0:
      break;
    case 1:
      sync();
      break;
    case 2:
      keep_torn_prefix(random);
      break;
    default:
      keep_random_sectors(random);
      break;
  }
  unsynced_.clear();
}

void SimulatedFile::keep_torn_prefix(Random& random) {
  const uint64_t whole = random.below(unsynced_.size() + 1);
  for (uint64_t i = 0; i < whole; ++i) {
    apply(unsynced_[i], durable_);
  }
  if (whole < unsynced_.size() && unsynced_[whole].is_write) {
    Operation torn = unsynced_[whole];
    const uint64_t first_sector = torn.offset / kSectorBytes;
    const uint64_t last_sector = (torn.offset + torn.bytes.size() - 1) / kSectorBytes;
    const uint64_t end = (first_sector + random.below(last_sector - first_sector + 1)) * kSectorBytes;
    if (end > torn.offset) {
      torn.bytes.resize(std::min<uint64_t>(end - torn.offset, torn.bytes.size()));
      apply(torn, durable_);
    }
  }
}

void SimulatedFile::keep_random_sectors(Random& random) {
  // Cutting a file is one step of the journal and everything before it is settled; so begin after the last cut, or lose
  // it all.
  uint64_t size = durable_.size();
  size_t first = 0;
  for (size_t i = 0; i < unsynced_.size(); ++i) {
    const Operation& operation = unsynced_[i];
    const bool cuts = !operation.is_write && operation.offset < size;
    size = operation.is_write ? std::max<uint64_t>(size, operation.offset + operation.bytes.size()) : operation.offset;
    first = cuts ? i + 1 : first;
  }
  if (first > 0) {
    if (random.chance(0.5)) {
      return;
    }
    for (size_t i = 0; i < first; ++i) {
      apply(unsynced_[i], durable_);
    }
  }

  // The size that the disk knows is any of those that the file had; each sector has any of the contents that it had.
  std::map<uint64_t, std::vector<size_t>> writes_of_sector;
  std::vector<uint64_t> sizes = {durable_.size()};
  for (size_t i = first; i < unsynced_.size(); ++i) {
    const Operation& operation = unsynced_[i];
    const uint64_t end = operation.offset + operation.bytes.size();
    sizes.push_back(std::max(sizes.back(), end));
    if (operation.is_write) {
      for (uint64_t sector = operation.offset / kSectorBytes; sector * kSectorBytes < end; ++sector) {
        writes_of_sector[sector].push_back(i);
      }
    }
  }
  durable_.resize(sizes.back(), '\0');
  for (const auto& [sector, writes] : writes_of_sector) {
    const uint64_t count = random.below(writes.size() + 1);
    for (uint64_t i = 0; i < count; ++i) {
      const Operation& operation = unsynced_[writes[i]];
      const uint64_t begin = std::max(operation.offset, sector * kSectorBytes);
      const uint64_t end = std::min<uint64_t>(operation.offset + operation.bytes.size(), (sector + 1) * kSectorBytes);
      durable_.replace(begin, end - begin, operation.bytes, begin - operation.offset, end - begin);
    }
  }
  durable_.resize(sizes[random.below(sizes.size())]);
}

}  // namespace tidemark
