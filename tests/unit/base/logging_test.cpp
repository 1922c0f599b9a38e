#include "base/logging.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/posix_file_system.h"

namespace tidemark {
namespace {

TEST(Logging, WritesLinesFromTheLevelOn) {
  const std::string path = join_path(testing::TempDir(), "tidemark-logging-test.log");
  std::filesystem::remove(path);
  configure_logging(LogLevel::kInfo, path);
  log_debug("too small");
  log_info("ready {}");
  log_error("broken");
  EXPECT_FALSE(log_enabled(LogLevel::kDebug));
  EXPECT_TRUE(log_enabled(LogLevel::kWarning));
  configure_logging(LogLevel::kWarning);
  PosixFileSystem files;
  const std::string text = read_file(files, path);
  EXPECT_EQ(text.find("too small"), std::string::npos);
  EXPECT_NE(text.find("] ready {}\n"), std::string::npos) << text;
  EXPECT_NE(text.find("error ["), std::string::npos) << text;
  EXPECT_THROW(configure_logging(LogLevel::kInfo, testing::TempDir()), IoError);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace tidemark
