// Flipped bits in each kind of file: an error that names the file, or no difference; never a wrong answer.

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/logging.h"
#include "tests/crash/operations.h"

namespace tidemark::crash {
namespace {

using State = std::map<ObjectId, Content>;

/// The files of a folder, to be written to any number of disks.
class FolderImage {
 public:
  FolderImage(FileSystem& files, const std::string& folder) { read(files, folder); }
  void write(FileSystem& files) const {
    for (const std::string& folder : folders_) {
      files.create_directory(folder);
      files.sync_directory(parent_directory(folder));
    }
    for (const auto& [path, bytes] : content_) {
      const auto file = files.open_append(path, FileSystem::OpenMode::kTruncate);
      file->append(bytes);
      file->sync();
    }
  }
  [[nodiscard]] uint64_t bytes_of(const std::string& path) const { return content_.at(path).size(); }
  [[nodiscard]] std::vector<std::string> paths(const std::string& part) const {
    std::vector<std::string> found;
    for (const auto& [path, bytes] : content_) {
      if (path.find(part) != std::string::npos) {
        found.push_back(path);
      }
    }
    return found;
  }

 private:
  void read(FileSystem& files, const std::string& folder) {
    folders_.push_back(folder);
    for (const std::string& name : files.list(folder)) {
      const std::string path = join_path(folder, name);
      if (name == "wal" || name == "segments") {
        read(files, path);
      } else {
        content_.emplace(path, read_file(files, path));
      }
    }
  }
  std::vector<std::string> folders_;
  std::map<std::string, std::string> content_;
};

class Corruption : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    configure_logging(LogLevel::kOff);
    StoreOnFaultyDisk disk(1);
    disk.options.wal_file_bytes = 4096;
    disk.open();
    Model model;
    const auto do_both = [&](const Operation& step) {
      perform(step, disk);
      model.apply(step);
    };
    for (const Operation& step : scripted_workload()) {
      do_both(step);
    }
    disk.store->flush(kNoObject);
    Random random(7);
    for (int commits = 0; commits < 8;) {
      Operation operation = random_operation(model, random);
      if (operation.kind == Operation::Kind::kWrite) {
        operation.wait_for_sync = true;
        do_both(operation);
        ++commits;
      }
    }
    last_sequence_ = disk.store->snapshot()->sequence();
    disk.store.reset();
    content_ = model.content();
    image_ = std::make_unique<FolderImage>(disk.files, "data");
  }

  /// A disk with a folder that holds segments of several tables, a manifest, and commits that are only in the log.
  static std::unique_ptr<StoreOnFaultyDisk> make_folder() {
    auto disk = std::make_unique<StoreOnFaultyDisk>(1);
    disk->options.wal_file_bytes = 4096;
    image_->write(disk->files);
    return disk;
  }

  /// Bits of every byte of the file's ends, where its heads and trailers are, and of all that lies between.
  static std::vector<uint64_t> bits_to_flip(const std::string& path) {
    constexpr uint64_t kEndBits = 96 * 8;
    constexpr uint64_t kFlipsBetween = 250;
    constexpr uint64_t kEndStep = 5 * kThinning;
    const uint64_t bits = image_->bytes_of(path) * 8;
    const uint64_t step =
        std::max<uint64_t>(bits * kThinning / kFlipsBetween, kEndStep) | 1;  // odd: each bit of a byte has its turn
    std::vector<uint64_t> chosen;
    for (uint64_t bit = 3; bit < bits;) {
      chosen.push_back(bit);
      const bool at_an_end = bit < kEndBits || bit + kEndBits + step > bits;
      bit += at_an_end ? kEndStep : step;
    }
    return chosen;
  }

  /// Flips bits of `path` and expects XX001 (or 0A000 for a version) or the right answer each time.
  static void flip_through(const std::string& path) {
    size_t noticed = 0;
    const std::vector<uint64_t> bits = bits_to_flip(path);
    for (const uint64_t bit : bits) {
      const auto disk = make_folder();
      disk->files.flip_bit(path, bit);
      try {
        disk->open();
        ASSERT_EQ(content_of(*disk->store), content_) << path << " bit " << bit;
      } catch (const Error& error) {
        ++noticed;
        ASSERT_TRUE(error.sqlstate() == sqlstate::kDataCorrupted || error.sqlstate() == sqlstate::kFeatureNotSupported)
            << path << " bit " << bit << ": " << error.sqlstate() << " " << error.message();
      }
    }
    EXPECT_GT(noticed, bits.size() / 4) << path;
  }

  static inline std::unique_ptr<FolderImage> image_;
  static inline State content_;
  static inline SequenceNumber last_sequence_ = 0;
};

TEST_F(Corruption, OfCurrentIsNoticed) { flip_through("data/CURRENT"); }

TEST_F(Corruption, OfTheManifestIsNoticed) { flip_through(image_->paths("manifest-").at(0)); }

TEST_F(Corruption, OfTheCatalogIsNoticed) { flip_through(image_->paths("catalog-").at(0)); }

TEST_F(Corruption, OfSegmentsIsNoticed) {
  const std::vector<std::string> segments = image_->paths(".seg");
  ASSERT_FALSE(segments.empty());
  for (const std::string& path : segments) {
    flip_through(path);
  }
}

TEST_F(Corruption, OfDurableLogRecordsIsNoticedAndALastOneIsATail) {
  for (const std::string& path : image_->paths(".wal")) {
    for (const uint64_t bit : bits_to_flip(path)) {
      const auto disk = make_folder();
      disk->files.flip_bit(path, bit);
      try {
        disk->open();
        // Only the very last record may be taken for a torn tail: nothing after it says that it was durable.
        const bool nothing_lost = content_of(*disk->store) == content_;
        const bool last_lost = disk->store->snapshot()->sequence() + 1 == last_sequence_;
        ASSERT_TRUE(nothing_lost || last_lost) << path << " bit " << bit;
      } catch (const Error& error) {
        ASSERT_EQ(error.sqlstate(), sqlstate::kDataCorrupted) << path << " bit " << bit << ": " << error.message();
      }
    }
  }
}

// A sector that was written to the place of another one, and zeros in the place of a sector, as disks do it.
TEST_F(Corruption, OfWholeSectorsIsNoticed) {
  for (const std::string& path : image_->paths(".seg")) {
    const uint64_t sectors = image_->bytes_of(path) / 512;
    for (uint64_t sector = 0; sector < sectors; sector += kThinning) {
      for (const bool swap : {true, false}) {
        if (swap && sector + 1 >= sectors) {
          continue;
        }
        const auto disk = make_folder();
        if (swap) {
          disk->files.swap_sectors(path, sector, sector + 1);
        } else {
          disk->files.corrupt(path, [&](std::string& bytes) { bytes.replace(sector * 512, 512, 512, '\0'); });
        }
        try {
          disk->open();
          ASSERT_EQ(content_of(*disk->store), content_) << path << " sector " << sector;
        } catch (const Error& error) {
          ASSERT_EQ(error.sqlstate(), sqlstate::kDataCorrupted) << error.message();
        }
      }
    }
  }
}

TEST_F(Corruption, OfALengthIsNoticed) {
  for (const std::string part : {"CURRENT", "manifest-", "catalog-", ".seg"}) {
    for (const std::string& path : image_->paths(part)) {
      const uint64_t length = image_->bytes_of(path);
      for (const uint64_t kept : {uint64_t{0}, uint64_t{1}, length / 2, length - 1}) {
        const auto disk = make_folder();
        disk->files.corrupt(path, [&](std::string& bytes) { bytes.resize(kept); });
        try {
          disk->open();
          ASSERT_EQ(content_of(*disk->store), content_) << path << " cut to " << kept;
        } catch (const Error& error) {
          ASSERT_EQ(error.sqlstate(), sqlstate::kDataCorrupted) << path << ": " << error.message();
          ASSERT_NE(error.message().find(path.substr(path.rfind('/') + 1)), std::string::npos) << error.message();
        }
      }
    }
  }
}

TEST_F(Corruption, SalvageKeepsWhatLiesBeforeAndTheOriginalAside) {
  std::unique_ptr<StoreOnFaultyDisk> disk;
  // The first record of the first file that is needed: others follow that say it was durable.
  std::string damaged;
  for (const std::string& path : image_->paths(".wal")) {
    disk = make_folder();
    disk->files.flip_bit(path, 8 * 80);
    try {
      disk->open();
      disk->store.reset();
    } catch (const Error&) {
      damaged = path;
      break;
    }
  }
  ASSERT_FALSE(damaged.empty());
  EXPECT_FALSE(check_folder(disk->files, "data").empty());
  disk->options.salvage = true;
  disk->open();
  disk->options.salvage = false;
  EXPECT_TRUE(disk->files.exists(damaged + ".damaged"));
  const auto kept = content_of(*disk->store);
  disk->open();
  EXPECT_EQ(content_of(*disk->store), kept) << "after salvage the folder is whole again";
  disk->store.reset();
  EXPECT_TRUE(check_folder(disk->files, "data").empty());
}

TEST_F(Corruption, OtherTablesGoOnWhenASegmentIsDamaged) {
  const auto disk = make_folder();
  const std::string path = image_->paths(".seg").front();
  disk->files.corrupt(path, [](std::string& bytes) { bytes.assign(bytes.size(), 'x'); });
  disk->open();
  const auto snapshot = disk->store->snapshot();
  size_t broken = 0;
  for (const auto& [id, want] : content_) {
    try {
      EXPECT_EQ(testing_storage::read_all(*snapshot, id), want);
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), sqlstate::kDataCorrupted);
      EXPECT_NE(error.message().find(path.substr(path.size() - 24)), std::string::npos) << error.message();
      ++broken;
    }
  }
  EXPECT_EQ(broken, 1u);
  disk->store.reset();
  const std::vector<CheckFinding> findings = check_folder(disk->files, "data");
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].file, path);
}

TEST_F(Corruption, AFolderOfANewerFormatIsRefusedUntouched) {
  const auto disk = make_folder();
  const std::string path = image_->paths("manifest-").at(0);
  disk->files.corrupt(path, [](std::string& bytes) { bytes[8] = 99; });
  const std::string before = read_file(disk->files, path);
  EXPECT_THROW(disk->open(), Error);
  EXPECT_EQ(read_file(disk->files, path), before);
}

}  // namespace
}  // namespace tidemark::crash
