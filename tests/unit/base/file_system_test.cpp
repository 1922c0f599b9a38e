// What every FileSystem promises, tried on the real one and on the simulated one.
#include "base/file_system.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "base/faulty_file_system.h"
#include "base/posix_file_system.h"

namespace tidemark {
namespace {

using Names = std::vector<std::string>;

/// An empty folder of its own for each test.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = testing::TempDir() + "tidemark-base-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class AnyFileSystem : public testing::TestWithParam<bool> {
 protected:
  AnyFileSystem() : root_(GetParam() ? temporary_.path() : "data") {
    if (!GetParam()) {
      faulty_.create_directory(root_);
    }
  }

  FileSystem& files() { return GetParam() ? static_cast<FileSystem&>(posix_) : faulty_; }
  [[nodiscard]] std::string path(std::string_view name) const { return join_path(root_, name); }
  void write(std::string_view name, std::string_view bytes) {
    files().open_append(path(name), FileSystem::OpenMode::kTruncate)->append(bytes);
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

  TemporaryDirectory temporary_;
  PosixFileSystem posix_;
  FaultyFileSystem faulty_;
  std::string root_;
};

INSTANTIATE_TEST_SUITE_P(Both, AnyFileSystem, testing::Bool(),
                         [](const auto& test) { return test.param ? "Posix" : "Faulty"; });

TEST_P(AnyFileSystem, ReadsWhatWasAppended) {
  const auto writer = files().open_append(path("a"), FileSystem::OpenMode::kCreateNew);
  writer->append("high");
  writer->append("-water");
  writer->sync();
  EXPECT_EQ(writer->position(), 10U);
  const auto reader = files().open_random_access(path("a"));
  EXPECT_EQ(reader->size(), 10U);
  EXPECT_EQ(reader->read_exactly(5, 5), "water");
  std::string buffer(100, '.');
  EXPECT_EQ(reader->read(8, buffer), 2U);
  EXPECT_EQ(buffer.substr(0, 3), "er.");
  EXPECT_EQ(reader->read(50, buffer), 0U);
  EXPECT_EQ(read_file(files(), path("a")), "high-water");
  EXPECT_EQ(files().file_size(path("a")), 10U);
}

TEST_P(AnyFileSystem, AShortFileIsDamagedDataNotAGiantAllocation) {
  write("a", "abc");
  const auto reader = files().open_random_access(path("a"));
  for (const auto& [offset, length] :
       std::vector<std::pair<uint64_t, size_t>>{{1, 3}, {4, 0}, {0, SIZE_MAX}, {UINT64_MAX, 1}}) {
    try {
      static_cast<void>(reader->read_exactly(offset, length));
      ADD_FAILURE() << offset << " " << length;
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), sqlstate::kDataCorrupted);
    }
  }
  EXPECT_EQ(reader->read_exactly(3, size_t{0}), "");
}

TEST_P(AnyFileSystem, OpenModesSayWhatMustExist) {
  using OpenMode = FileSystem::OpenMode;
  const auto open = [&](OpenMode mode) {
    return kind_of_error([&] { static_cast<void>(files().open_append(path("a"), mode)); });
  };
  EXPECT_EQ(open(OpenMode::kExisting), IoErrorKind::kNotFound);
  EXPECT_EQ(kind_of_error([&] { static_cast<void>(files().open_random_access(path("a"))); }), IoErrorKind::kNotFound);
  EXPECT_EQ(open(OpenMode::kCreateNew), std::nullopt);
  EXPECT_EQ(open(OpenMode::kCreateNew), IoErrorKind::kExists);
  write("a", "abc");
  const auto writer = files().open_append(path("a"), OpenMode::kExisting);
  EXPECT_EQ(writer->position(), 3U);
  writer->append("d");
  EXPECT_EQ(read_file(files(), path("a")), "abcd");
  EXPECT_EQ(open(OpenMode::kTruncate), std::nullopt);
  EXPECT_EQ(read_file(files(), path("a")), "");
}

TEST_P(AnyFileSystem, APreallocatedFileIsZerosAndIsOverwrittenInPlace) {
  const auto writer = files().open_append(path("wal"), FileSystem::OpenMode::kCreateNew);
  writer->append("ab");
  writer->preallocate(3'000'000);
  writer->preallocate(10);
  EXPECT_EQ(writer->position(), 2U);
  writer->append("cd");
  EXPECT_EQ(files().file_size(path("wal")), 3'000'000U);
  EXPECT_EQ(read_file(files(), path("wal")), "abcd" + std::string(2'999'996, '\0'));
  writer->seek(1);
  writer->append("X");
  writer->truncate(3);
  EXPECT_EQ(read_file(files(), path("wal")), "aXc");
  writer->truncate(1);
  EXPECT_EQ(writer->position(), 1U);
}

TEST_P(AnyFileSystem, RenameReplacesAndLinkDoesNot) {
  write("new", "new");
  write("old", "old");
  EXPECT_EQ(kind_of_error([&] { files().link(path("new"), path("old")); }), IoErrorKind::kExists);
  files().link(path("new"), path("second"));
  files().rename(path("new"), path("old"));
  EXPECT_EQ(files().list(root_), (Names{"old", "second"}));
  EXPECT_EQ(read_file(files(), path("old")), "new");
  EXPECT_EQ(kind_of_error([&] { files().rename(path("none"), path("old")); }), IoErrorKind::kNotFound);
}

TEST_P(AnyFileSystem, ARemovedFileIsStillReadThroughItsHandle) {
  write("a", "abc");
  const auto reader = files().open_random_access(path("a"));
  files().remove(path("a"));
  EXPECT_FALSE(files().exists(path("a")));
  EXPECT_EQ(reader->read_exactly(0, 3), "abc");
  EXPECT_EQ(kind_of_error([&] { files().remove(path("a")); }), IoErrorKind::kNotFound);
}

TEST_P(AnyFileSystem, FoldersAreMadeOnceListedAndRemovedEmpty) {
  files().create_directory(path("d"));
  files().create_directory(path("d"));
  write("d/b", "");
  write("d/a", "");
  EXPECT_EQ(files().list(path("d")), (Names{"a", "b"}));
  EXPECT_TRUE(kind_of_error([&] { files().remove_directory(path("d")); }));
  files().remove(path("d/a"));
  files().remove(path("d/b"));
  files().sync_directory(path("d"));
  files().remove_directory(path("d"));
  EXPECT_EQ(kind_of_error([&] { static_cast<void>(files().list(path("d"))); }), IoErrorKind::kNotFound);
  write("f", "");
  EXPECT_EQ(kind_of_error([&] { files().create_directory(path("f")); }), IoErrorKind::kExists);
  EXPECT_EQ(kind_of_error([&] { files().create_directory(path("x/y")); }), IoErrorKind::kNotFound);
}

TEST_P(AnyFileSystem, OnlyOneHolderHasTheLock) {
  auto lock = files().try_lock(path("LOCK"));
  ASSERT_NE(lock, nullptr);
  EXPECT_EQ(files().try_lock(path("LOCK")), nullptr);
  lock = nullptr;
  EXPECT_NE(files().try_lock(path("LOCK")), nullptr);
}

TEST_P(AnyFileSystem, ReplacesAFileDurably) {
  replace_file_durably(files(), path("CURRENT"), "1");
  replace_file_durably(files(), path("CURRENT"), "2");
  EXPECT_EQ(read_file(files(), path("CURRENT")), "2");
  EXPECT_EQ(files().list(root_), Names{"CURRENT"});
}

TEST_P(AnyFileSystem, HasFreeSpace) { EXPECT_GT(files().free_space(root_), 0U); }

TEST(PosixFileSystem, KnowsWhoseAFileIs) {
  PosixFileSystem files;
  const TemporaryDirectory temporary;
  EXPECT_FALSE(files.is_owned_by_another(temporary.path()));
  EXPECT_EQ(files.is_owned_by_another("/"), ::geteuid() != 0);
}

TEST(PosixFileSystem, FilesAndFoldersArePrivate) {
  const TemporaryDirectory temporary;
  PosixFileSystem files;
  const std::string folder = join_path(temporary.path(), "d");
  files.create_directory(folder);
  static_cast<void>(files.open_append(join_path(folder, "f"), FileSystem::OpenMode::kCreateNew));
  const auto permissions = [](const std::string& path) { return std::filesystem::status(path).permissions(); };
  EXPECT_EQ(permissions(folder), std::filesystem::perms::owner_all);
  EXPECT_EQ(permissions(join_path(folder, "f")),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST(IoError, NamesActionPathAndReason) {
  const IoError error = make_io_error("open file", "a/b", ENOENT);
  EXPECT_EQ(error.message(), "could not open file \"a/b\": No such file or directory");
  EXPECT_EQ(error.sqlstate(), "58P01");
  EXPECT_EQ(make_io_error("write file", "a", ENOSPC).sqlstate(), "53100");
  EXPECT_EQ(make_io_error("write file", "a", EDQUOT).kind(), IoErrorKind::kNoSpace);
  EXPECT_EQ(make_io_error("open file", "a", EMFILE).sqlstate(), "53000");
  EXPECT_EQ(make_io_error("read file", "a", EIO).sqlstate(), "58030");
}

TEST(Paths, JoinAndParent) {
  EXPECT_EQ(join_path("a/", "b"), "a/b");
  EXPECT_EQ(join_path("a", "b"), "a/b");
  EXPECT_EQ(join_path("", "b"), "b");
  EXPECT_EQ(parent_directory("a/b/c"), "a/b");
  EXPECT_EQ(parent_directory("c"), ".");
  EXPECT_EQ(parent_directory("/c"), "/");
}

}  // namespace
}  // namespace tidemark
