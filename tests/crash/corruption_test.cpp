// Flipped bits in each kind of file: an error that names the file, or no difference; never a wrong answer.

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/logging.h"
#include "tests/crash/operations.h"

namespace tidemark::crash {
namespace {

class Corruption : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { configure_logging(LogLevel::kOff); }

  /// A folder with segments of several tables, a manifest, and commits that are only in the log.
  static std::unique_ptr<StoreOnFaultyDisk> make_folder(std::map<ObjectId, Content>& content) {
    auto disk = std::make_unique<StoreOnFaultyDisk>(1);
    disk->options.wal_file_bytes = 4096;
    disk->open();
    Model model;
    for (const Operation& step : scripted_workload()) {
      perform(step, *disk);
      model.apply(step);
    }
    disk->store->flush(kNoObject);
    Random random(7);
    for (int i = 0; i < 12; ++i) {
      Operation operation = random_operation(model, random);
      if (operation.kind == Operation::Kind::kWrite) {
        operation.wait_for_sync = true;
        perform(operation, *disk);
        model.apply(operation);
      }
    }
    content = model.content();
    disk->store.reset();
    return disk;
  }

  /// Flips bits of `path` and expects XX001 (or 0A000 for a version) or the right answer each time.
  static void flip_through(const std::string& path, size_t step) {
    std::map<ObjectId, Content> content;
    const uint64_t bytes = make_folder(content)->files.file_size(path);
    size_t noticed = 0;
    size_t flips = 0;
    for (uint64_t bit = 3; bit < bytes * 8; bit += step) {
      auto disk = make_folder(content);
      disk->files.flip_bit(path, bit);
      ++flips;
      try {
        disk->open();
        const std::map<ObjectId, Content> found = content_of(*disk->store);
        ASSERT_EQ(found, content) << path << " bit " << bit;
      } catch (const Error& error) {
        ++noticed;
        ASSERT_TRUE(error.sqlstate() == sqlstate::kDataCorrupted || error.sqlstate() == sqlstate::kFeatureNotSupported)
            << path << " bit " << bit << ": " << error.sqlstate() << " " << error.message();
      }
    }
    EXPECT_GT(noticed, flips / 4) << path;
  }

  static std::vector<std::string> files_in(const std::string& folder, const std::string& part) {
    std::map<ObjectId, Content> content;
    auto disk = make_folder(content);
    std::vector<std::string> found;
    for (const std::string& name : disk->files.list(folder)) {
      if (name.find(part) != std::string::npos) {
        found.push_back(join_path(folder, name));
      }
    }
    return found;
  }
};

TEST_F(Corruption, OfCurrentIsNoticed) { flip_through("data/CURRENT", 3); }

TEST_F(Corruption, OfTheManifestIsNoticed) { flip_through(files_in("data", "manifest-").at(0), 41); }

TEST_F(Corruption, OfTheCatalogIsNoticed) { flip_through(files_in("data", "catalog-").at(0), 97); }

TEST_F(Corruption, OfSegmentsIsNoticed) {
  const std::vector<std::string> segments = files_in("data/segments", ".seg");
  ASSERT_FALSE(segments.empty());
  for (const std::string& path : segments) {
    flip_through(path, 331);
  }
}

TEST_F(Corruption, OfDurableLogRecordsIsNoticedAndALastOneIsATail) {
  std::map<ObjectId, Content> content;
  const std::vector<std::string> logs = files_in("data/wal", ".wal");
  SequenceNumber last_sequence = 0;
  {
    auto disk = make_folder(content);
    last_sequence = disk->open().snapshot()->sequence();
  }
  for (const std::string& path : logs) {
    const uint64_t bytes = make_folder(content)->files.file_size(path);
    for (uint64_t bit = 1; bit < bytes * 8; bit += 509) {
      auto disk = make_folder(content);
      disk->files.flip_bit(path, bit);
      try {
        disk->open();
        // Only the very last record may be taken for a torn tail: nothing after it says that it was durable.
        const auto found = content_of(*disk->store);
        const bool nothing_lost = found == content;
        const bool last_lost = disk->store->snapshot()->sequence() + 1 == last_sequence;
        ASSERT_TRUE(nothing_lost || last_lost) << path << " bit " << bit;
      } catch (const Error& error) {
        ASSERT_EQ(error.sqlstate(), sqlstate::kDataCorrupted) << path << " bit " << bit << ": " << error.message();
      }
    }
  }
}

TEST_F(Corruption, SalvageKeepsWhatLiesBeforeAndTheOriginalAside) {
  std::map<ObjectId, Content> content;
  auto disk = make_folder(content);
  // The first record of the first file that is needed: others follow that say it was durable.
  std::string damaged;
  for (const std::string& path : files_in("data/wal", ".wal")) {
    disk = make_folder(content);
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
  std::map<ObjectId, Content> content;
  auto disk = make_folder(content);
  const std::vector<std::string> segments = files_in("data/segments", ".seg");
  const std::string& path = segments.front();
  disk->files.corrupt(path, [](std::string& bytes) { bytes.assign(bytes.size(), 'x'); });
  disk->open();
  const auto snapshot = disk->store->snapshot();
  size_t broken = 0;
  for (const auto& [id, want] : content) {
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
  std::map<ObjectId, Content> content;
  auto disk = make_folder(content);
  const std::string path = files_in("data", "manifest-").at(0);
  disk->files.corrupt(path, [](std::string& bytes) { bytes[8] = 99; });
  const std::string before = read_file(disk->files, path);
  EXPECT_THROW(disk->open(), Error);
  EXPECT_EQ(read_file(disk->files, path), before);
}

}  // namespace
}  // namespace tidemark::crash
