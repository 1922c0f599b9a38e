#include "tests/unit/tidy/floors.h"

#include <gtest/gtest.h>

namespace tidemark {
namespace {

using Paths = std::vector<std::string>;

TEST(Floors, IncludesGoDown) {
  EXPECT_EQ(why_not_include("storage/store.cpp", "base/bytes.h"), "");
  EXPECT_EQ(why_not_include("storage/store.cpp", "storage/wal.h"), "");
  EXPECT_EQ(why_not_include("cli/main.cpp", "engine/include/tidemark/database.h"), "");
  EXPECT_EQ(why_not_include("base/bytes.cpp", "types/value.h"), "types does not lie below base");
  EXPECT_EQ(why_not_include("functions/kernel.h", "storage/store.h"), "storage does not lie below functions");
  EXPECT_EQ(why_not_include("types/value.h", "text/like.h"), "text does not lie below types");
}

TEST(Floors, PlannerDoesNotSeeStorage) {
  EXPECT_EQ(why_not_include("planner/binder.cpp", "functions/function.h"), "");
  EXPECT_EQ(why_not_include("planner/binder.cpp", "storage/store.h"), "planner does not see storage");
}

TEST(Floors, TheDoorsSeeTheEngineAsItsUsersDo) {
  EXPECT_EQ(why_not_include("server/pgwire/session.cpp", "tidemark/database.h"), "");
  EXPECT_EQ(why_not_include("server/pgwire/session.cpp", "engine/include/tidemark/database.h"), "");
  EXPECT_EQ(why_not_include("server/pgwire/session.cpp", "types/value.h"), "");
  EXPECT_NE(why_not_include("server/pgwire/session.cpp", "engine/session.h"), "");
  EXPECT_NE(why_not_include("bench/macro/load.cpp", "storage/store.h"), "");
  EXPECT_EQ(why_not_include("bench/micro/unpack.cpp", "storage/store.h"), "");
  EXPECT_NE(why_not_include("storage/store.cpp", "tidemark/database.h"), "");
}

TEST(Floors, TestsSeeAllAndWhatIsNoRoomIsNotIncluded) {
  EXPECT_EQ(why_not_include("tests/unit/base/bytes_test.cpp", "engine/session.h"), "");
  EXPECT_EQ(why_not_include("storage/store.cpp", "wal.h"), "names no room of the house");
}

TEST(Floors, FindsIncludesAndPaths) {
  EXPECT_EQ(included_paths("#pragma once\n#include <vector>\n#include \"a/b.h\"\n#include \"c.h\"  // why"),
            (Paths{"a/b.h", "c.h"}));
  EXPECT_EQ(
      named_paths(
          "See `a/b.h` and `c/`, not `x`, `a / b`, `/tmp/x`, `GET /ping`, `a/*.h`, `--a/b`, `text/csv`, `build/x`.\n"
          "```\n`in/block`\n```\n`d/e`"),
      (Paths{"a/b.h", "c/", "d/e"}));
}

}  // namespace
}  // namespace tidemark
