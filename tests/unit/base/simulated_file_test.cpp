#include "base/simulated_file.h"

#include <gtest/gtest.h>

#include <set>

namespace tidemark {
namespace {

constexpr uint64_t kSector = SimulatedFile::kSectorBytes;

/// All contents that some of 400 seeds leave of a file made by `prepare`.
template <typename Prepare>
std::set<std::string> contents_after_power_loss(Prepare prepare) {
  std::set<std::string> contents;
  for (uint64_t seed = 0; seed < 400; ++seed) {
    SimulatedFile file;
    prepare(file);
    Random random(seed);
    file.restart(Survival::kSeeded, random);
    contents.insert(file.content());
    EXPECT_FALSE(file.has_unsynced_writes());
  }
  return contents;
}

TEST(SimulatedFile, SyncedBytesAlwaysSurvive) {
  const auto contents = contents_after_power_loss([](SimulatedFile& file) {
    file.write(0, "synced");
    file.sync();
  });
  EXPECT_EQ(contents, std::set<std::string>{"synced"});
}

TEST(SimulatedFile, UnsyncedBytesSurviveOrNot) {
  const auto contents = contents_after_power_loss([](SimulatedFile& file) {
    file.write(0, "old");
    file.sync();
    file.write(0, "new");
  });
  EXPECT_EQ(contents, (std::set<std::string>{"old", "new"}));
}

TEST(SimulatedFile, ALongWriteIsTornAtSectorsOnly) {
  const auto contents =
      contents_after_power_loss([](SimulatedFile& file) { file.write(0, std::string(4 * kSector, 'x')); });
  EXPECT_TRUE(contents.contains(""));
  EXPECT_TRUE(contents.contains(std::string(4 * kSector, 'x')));
  EXPECT_TRUE(contents.contains(std::string(2 * kSector, 'x')));
  bool hole = false;
  for (const std::string& content : contents) {
    ASSERT_EQ(content.size() % kSector, 0U);
    for (size_t sector = 0; sector < content.size(); sector += kSector) {
      const std::string bytes = content.substr(sector, kSector);
      ASSERT_TRUE(bytes == std::string(kSector, 'x') || bytes == std::string(kSector, '\0'));
      hole = hole || bytes[0] == '\0';
    }
  }
  EXPECT_TRUE(hole);  // A later sector may be there while an earlier one is not.
}

TEST(SimulatedFile, ALaterWriteMaySurviveAnEarlierOne) {
  const auto contents = contents_after_power_loss([](SimulatedFile& file) {
    file.write(0, std::string(kSector, 'a'));
    file.write(kSector, std::string(kSector, 'b'));
  });
  EXPECT_TRUE(contents.contains(std::string(kSector, '\0') + std::string(kSector, 'b')));
  EXPECT_TRUE(contents.contains(std::string(kSector, 'a')));
}

TEST(SimulatedFile, ASectorHasOneOfTheContentsThatItHad) {
  const auto contents = contents_after_power_loss([](SimulatedFile& file) {
    file.write(0, "..");
    file.sync();
    file.write(0, "a");
    file.write(1, "b");
  });
  EXPECT_EQ(contents, (std::set<std::string>{"..", "a.", "ab"}));  // Never ".b".
}

TEST(SimulatedFile, ATruncationSurvivesOrNot) {
  const auto contents = contents_after_power_loss([](SimulatedFile& file) {
    file.write(0, "long");
    file.sync();
    file.resize(1);
    file.write(1, "!");
  });
  // Or the size of the last write does, without its byte.
  EXPECT_EQ(contents, (std::set<std::string>{"long", "l", "l!", std::string("l\0", 2)}));
}

TEST(SimulatedFile, AFailedSyncDropsPagesThatNoLaterSyncBrings) {
  std::set<std::string> contents;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SimulatedFile file;
    Random random(seed);
    file.write(0, "first,");
    file.fail_sync(random);
    EXPECT_EQ(file.content(), "first,");  // Still in the page cache …
    file.write(6, "second");
    file.sync();
    file.restart(Survival::kNothing, random);
    contents.insert(file.content());
  }
  EXPECT_EQ(contents, (std::set<std::string>{"first,second", std::string(6, '\0') + "second"}));
}

TEST(SimulatedFile, AKilledProcessLosesNothingAPowerLossAllThatItMay) {
  for (const Survival survival : {Survival::kNothing, Survival::kEverything}) {
    SimulatedFile file;
    file.write(0, "synced");
    file.sync();
    file.write(6, " and more");
    Random random(0);
    file.restart(survival, random);
    EXPECT_EQ(file.content(), survival == Survival::kNothing ? "synced" : "synced and more");
  }
}

}  // namespace
}  // namespace tidemark
