#include "base/faulty_file_system.h"

#include <gtest/gtest.h>

#include <set>

namespace tidemark {
namespace {

using Names = std::vector<std::string>;
using Mode = FileSystem::OpenMode;

void write_synced(FileSystem& files, const std::string& path, std::string_view bytes) {
  const auto file = files.open_append(path, Mode::kTruncate);
  file->append(bytes);
  file->sync();
}

template <typename Action>
std::optional<IoErrorKind> kind_of_error(Action action) {
  try {
    action();
  } catch (const IoError& error) {
    return error.kind();
  }
  return std::nullopt;
}

TEST(FaultyFileSystem, AFileWhoseNameWasNotSyncedMayBeGone) {
  std::set<Names> seen;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    FaultyFileSystem files;
    write_synced(files, "a", "bytes");
    files.restart(Survival::kSeeded, seed);
    seen.insert(files.list(""));
    if (files.exists("a")) {
      EXPECT_EQ(read_file(files, "a"), "bytes");
    }
  }
  EXPECT_EQ(seen, (std::set<Names>{{}, {"a"}}));
}

TEST(FaultyFileSystem, SyncedNamesAndBytesAlwaysSurvive) {
  for (uint64_t seed = 0; seed < 100; ++seed) {
    FaultyFileSystem files;
    files.create_directory("d");
    write_synced(files, "d/a", "bytes");
    files.sync_directory("d");
    files.sync_directory("");
    files.restart(Survival::kSeeded, seed);
    EXPECT_EQ(read_file(files, "d/a"), "bytes");
  }
}

TEST(FaultyFileSystem, AFolderThatItsParentDoesNotKnowIsLostWithAllInIt) {
  FaultyFileSystem files;
  files.create_directory("d");
  write_synced(files, "d/a", "bytes");
  files.sync_directory("d");
  files.restart(Survival::kNothing);
  EXPECT_EQ(files.list(""), Names{});
}

TEST(FaultyFileSystem, AnUnsyncedRenameIsWholeOrNotThere) {
  std::set<std::string> seen;
  for (uint64_t seed = 0; seed < 100; ++seed) {
    FaultyFileSystem files;
    write_synced(files, "CURRENT", "old");
    write_synced(files, "CURRENT.tmp", "new");
    files.sync_directory("");
    files.rename("CURRENT.tmp", "CURRENT");
    files.restart(Survival::kSeeded, seed);
    seen.insert(read_file(files, "CURRENT"));
    EXPECT_EQ(files.exists("CURRENT.tmp"), read_file(files, "CURRENT") == "old");
  }
  EXPECT_EQ(seen, (std::set<std::string>{"old", "new"}));
}

TEST(FaultyFileSystem, ALaterRemovalMaySurviveAnEarlierRename) {
  std::set<Names> seen;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    FaultyFileSystem files;
    write_synced(files, "a", "");
    write_synced(files, "b", "");
    files.sync_directory("");
    files.rename("a", "c");
    files.remove("b");
    files.restart(Survival::kSeeded, seed);
    seen.insert(files.list(""));
  }
  EXPECT_EQ(seen, (std::set<Names>{{"a", "b"}, {"b", "c"}, {"c"}, {"a"}}));
}

TEST(FaultyFileSystem, SyncingOneFolderOfAMoveBringsWhatWentBeforeInTheOther) {
  FaultyFileSystem files;
  files.create_directory("from");
  files.create_directory("to");
  files.sync_directory("");
  write_synced(files, "to/x", "first");
  write_synced(files, "from/y", "second");
  files.rename("from/y", "to/x");
  files.sync_directory("from");
  files.sync_directory("to");
  files.restart(Survival::kNothing);
  EXPECT_EQ(read_file(files, "to/x"), "second");
}

TEST(FaultyFileSystem, UnsyncedBytesAreLostAtTheRestart) {
  FaultyFileSystem files;
  const auto file = files.open_append("wal", Mode::kCreateNew);
  file->append("synced");
  file->sync();
  files.sync_directory("");
  file->append(" lost");
  files.restart(Survival::kNothing);
  EXPECT_EQ(read_file(files, "wal"), "synced");
}

TEST(FaultyFileSystem, HandlesAndLocksDoNotOutliveARestart) {
  FaultyFileSystem files;
  const auto writer = files.open_append("a", Mode::kCreateNew);
  const auto reader = files.open_random_access("a");
  const auto lock = files.try_lock("LOCK");
  files.restart(Survival::kEverything);
  EXPECT_TRUE(kind_of_error([&] { writer->append("x"); }));
  EXPECT_TRUE(kind_of_error([&] { writer->sync(); }));
  EXPECT_TRUE(kind_of_error([&] { static_cast<void>(reader->size()); }));
  EXPECT_EQ(files.file_size("a"), 0U);
  EXPECT_NE(files.try_lock("LOCK"), nullptr);
}

TEST(FaultyFileSystem, AnOldLockDoesNotFreeANewOne) {
  FaultyFileSystem files;
  auto old_lock = files.try_lock("LOCK");
  files.restart(Survival::kEverything);
  const auto new_lock = files.try_lock("LOCK");
  old_lock = nullptr;
  EXPECT_EQ(files.try_lock("LOCK"), nullptr);
}

TEST(FaultyFileSystem, ThePowerGoesBeforeTheChosenCall) {
  const auto workload = [](FaultyFileSystem& files) {
    replace_file_durably(files, "a", "1");
    replace_file_durably(files, "a", "2");
  };
  FaultyFileSystem rehearsal;
  workload(rehearsal);
  const uint64_t calls = rehearsal.calls();
  EXPECT_EQ(calls, 10U);
  std::set<std::string> seen;
  for (uint64_t k = 1; k <= calls; ++k) {
    for (uint64_t seed = 0; seed < 20; ++seed) {
      FaultyFileSystem files;
      files.power_off_at_call(k);
      EXPECT_EQ(kind_of_error([&] { workload(files); }), IoErrorKind::kIo);
      EXPECT_TRUE(files.is_off());
      EXPECT_TRUE(kind_of_error([&] { static_cast<void>(files.exists("a")); }));
      files.restart(Survival::kSeeded, seed);
      const std::string content = files.exists("a") ? read_file(files, "a") : "none";
      seen.insert(content);
      // The first replacement has returned after five calls: from then on "1" is the least that must be there.
      EXPECT_TRUE(content == "1" || content == "2" || (content == "none" && k <= 5)) << k << files.history();
    }
  }
  EXPECT_EQ(seen, (std::set<std::string>{"none", "1", "2"}));
}

TEST(FaultyFileSystem, TheNthCallOfAKindFailsOnce) {
  FaultyFileSystem files;
  const auto file = files.open_append("a", Mode::kCreateNew);
  files.inject({.kind = IoErrorKind::kTooManyFiles, .only = FileCall::kAppend, .nth = 2});
  file->append("a");
  file->sync();
  EXPECT_EQ(kind_of_error([&] { file->append("b"); }), IoErrorKind::kTooManyFiles);
  file->append("c");
  EXPECT_EQ(read_file(files, "a"), "ac");
}

TEST(FaultyFileSystem, AllLaterCallsFailUntilCleared) {
  FaultyFileSystem files;
  files.inject({.kind = IoErrorKind::kNoSpace, .nth = 2, .and_all_later = true});
  files.create_directory("a");
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(kind_of_error([&] { files.create_directory("b"); }), IoErrorKind::kNoSpace);
  }
  EXPECT_EQ(kind_of_error([&] { files.remove_directory("a"); }), IoErrorKind::kNoSpace);
  files.clear_faults();
  files.create_directory("b");
  EXPECT_EQ(files.list(""), (Names{"a", "b"}));
}

TEST(FaultyFileSystem, APartialWriteLeavesHalfAndIsOverwrittenByASecondTry) {
  FaultyFileSystem files;
  const auto file = files.open_append("a", Mode::kCreateNew);
  files.inject({.only = FileCall::kAppend, .partial = true});
  EXPECT_EQ(kind_of_error([&] { file->append("abcd"); }), IoErrorKind::kIo);
  EXPECT_EQ(read_file(files, "a"), "ab");
  EXPECT_EQ(file->position(), 0U);
  file->append("xyz");
  EXPECT_EQ(read_file(files, "a"), "xyz");
}

TEST(FaultyFileSystem, APartialReadFails) {
  FaultyFileSystem files;
  write_synced(files, "a", "abcd");
  const auto reader = files.open_random_access("a");
  files.inject({.only = FileCall::kRead, .partial = true});
  std::string buffer = "....";
  EXPECT_EQ(kind_of_error([&] { static_cast<void>(reader->read(0, buffer)); }), IoErrorKind::kIo);
  EXPECT_EQ(buffer, "ab..");
}

TEST(FaultyFileSystem, AFailedSyncDropsItsPagesAndTheNextSyncLies) {
  bool lost = false;
  for (uint64_t seed = 0; seed < 20; ++seed) {
    FaultyFileSystem files(seed);
    const auto file = files.open_append("wal", Mode::kCreateNew);
    files.sync_directory("");
    file->append("record");
    files.inject({.only = FileCall::kSync});
    EXPECT_EQ(kind_of_error([&] { file->sync(); }), IoErrorKind::kIo);
    file->sync();
    EXPECT_EQ(read_file(files, "wal"), "record");
    files.restart(Survival::kNothing);
    lost = lost || read_file(files, "wal").empty();
  }
  EXPECT_TRUE(lost);
}

TEST(FaultyFileSystem, SpaceEndsAtTheByteAndReturnsWithARemoval) {
  FaultyFileSystem files;
  write_synced(files, "old", "12345");
  files.set_space_limit(8);
  const auto file = files.open_append("new", Mode::kCreateNew);
  EXPECT_EQ(files.free_space(""), 3U);
  EXPECT_EQ(kind_of_error([&] { file->append("abcdef"); }), IoErrorKind::kNoSpace);
  EXPECT_EQ(read_file(files, "new"), "abc");
  file->append("xyz");  // Over what is there: needs no space.
  EXPECT_EQ(kind_of_error([&] { file->preallocate(4); }), IoErrorKind::kNoSpace);
  files.remove("old");
  file->append("def");
  EXPECT_EQ(read_file(files, "new"), "xyzdef");
}

TEST(FaultyFileSystem, DamageIsQuiet) {
  FaultyFileSystem files;
  write_synced(files, "a", std::string(512, 'a') + std::string(512, 'b'));
  files.flip_bit("a", 0);
  EXPECT_EQ(read_file(files, "a")[0], 'a' ^ 1);
  files.swap_sectors("a", 0, 1);
  EXPECT_EQ(read_file(files, "a")[0], 'b');
  EXPECT_EQ(read_file(files, "a")[512], 'a' ^ 1);
  files.corrupt("a", [](std::string& content) { content.resize(3); });
  EXPECT_EQ(read_file(files, "a"), "bbb");
}

TEST(FaultyFileSystem, ObserverSeesEachCallAndHistoryTellsThem) {
  FaultyFileSystem files(7);
  std::vector<std::string> seen;
  files.set_observer([&](FileCall call, const std::string& path) {
    if (call == FileCall::kCreate) {
      seen.push_back(path);
    }
  });
  write_synced(files, "a", "abc");
  EXPECT_EQ(seen, Names{"a"});
  const std::string history = files.history();
  EXPECT_NE(history.find("seed 7"), std::string::npos);
  EXPECT_NE(history.find("2 append a offset=0 bytes=3"), std::string::npos) << history;
}

}  // namespace
}  // namespace tidemark
