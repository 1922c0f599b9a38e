#include "base/config_file.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemark {
namespace {

std::string read(std::string_view text) {
  std::string result;
  for (const ConfigLine& line : parse_config(text, "tidemark.conf")) {
    result += std::to_string(line.line) + ":" + line.name + "[" + line.value + "]";
  }
  return result;
}

TEST(ConfigFile, ReadsNamesAndValues) {
  EXPECT_EQ(read(""), "");
  EXPECT_EQ(read("\n# comment\n  work_mem = 64MB # why\npg_port=0\r\nauth trust"),
            "3:work_mem[64MB]4:pg_port[0]5:auth[trust]");
  EXPECT_EQ(read("search_path = '\"$user\", public'\napplication_name = 'it''s # one'\nlisten=''"),
            "1:search_path[\"$user\", public]2:application_name[it's # one]3:listen[]");
  EXPECT_EQ(read("tidemark.timestamp_digits = 9"), "1:tidemark.timestamp_digits[9]");
}

TEST(ConfigFile, WrongLinesAreNamed) {
  const auto error_of = [](std::string_view text) {
    try {
      return read(text);
    } catch (const Error& error) {
      return error.sqlstate() + ": " + error.message();
    }
  };
  EXPECT_EQ(error_of("a = 1\nb = 2 3"), "42601: syntax error in file \"tidemark.conf\" line 2, near token \"3\"");
  EXPECT_EQ(error_of("a = 'x"), "42601: syntax error in file \"tidemark.conf\" line 1, near token \"'x\"");
  EXPECT_EQ(error_of("= 1"), "42601: syntax error in file \"tidemark.conf\" line 1, near end of line");
  EXPECT_EQ(error_of("a ="), "42601: syntax error in file \"tidemark.conf\" line 1, near end of line");
  EXPECT_EQ(error_of("a"), "42601: syntax error in file \"tidemark.conf\" line 1, near end of line");
}

}  // namespace
}  // namespace tidemark
