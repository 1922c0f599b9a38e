#include "parser/copy_format.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace tidemark {
namespace {

/// Rows as `a|b`, NULL as `~`; `piece` bytes are fed at a time.
std::vector<std::string> parse(const CopyFormat& format, std::string_view data, size_t piece) {
  const auto parser = format.csv ? make_copy_csv_parser(format) : make_copy_text_parser(format);
  std::vector<std::string> rows;
  const CopyRowSink sink = [&](std::span<CopyField> fields, uint64_t line, std::string_view /*raw*/) {
    std::string row = std::to_string(line) + ":";
    for (size_t i = 0; i < fields.size(); ++i) {
      if (i != 0) row += '|';
      row += fields[i].is_null ? std::string("~") : std::string(fields[i].text);
    }
    rows.push_back(std::move(row));
  };
  for (size_t at = 0; at < data.size(); at += piece) parser->feed(data.substr(at, piece), sink);
  parser->finish(sink);
  return rows;
}

CopyFormat csv() {
  CopyFormat format;
  format.csv = true;
  format.delimiter = ',';
  format.null_text = "";
  return format;
}

struct ReadCase {
  const char* what;
  CopyFormat format;
  std::string_view data;
  std::vector<std::string> rows;
};

TEST(CopyFormat, ReadsRowsWhateverThePiecesTheyComeIn) {
  const ReadCase cases[] = {
      {"plain", {}, "1\tx\n2\ty\n", {"1:1|x", "2:2|y"}},
      {"no newline at the end", {}, "1\tx\n2\ty", {"1:1|x", "2:2|y"}},
      {"null and empty", {}, "\\N\t\n", {"1:~|"}},
      {"escapes", {}, "a\\tb\\\\c\\n\\x41\\101\\q\n", {"1:a\tb\\c\nAAq"}},
      {"escaped newline is data", {}, "a\\\nb\tc\nd\n", {"1:a\nb|c", "3:d"}},
      {"escaped delimiter", {}, "a\\\tb\tc\n", {"1:a\tb|c"}},
      {"windows line ends", {}, "1\t2\r\n3\t4\r\n", {"1:1|2", "2:3|4"}},
      {"end marker", {}, "1\n\\.\n2\n", {"1:1"}},
      {"csv", csv(), "1,x\n2,\"y, z\"\n", {"1:1|x", "2:2|y, z"}},
      {"csv quotes", csv(), "\"a\"\"b\",\"\",\n", {"1:a\"b||~"}},
      {"csv newline in quotes", csv(), "\"a\nb\",c\nd,e\n", {"1:a\nb|c", "3:d|e"}},
      {"csv quote inside", csv(), "a\"b,c\"d,e\n", {"1:ab,cd|e"}},
  };
  for (const ReadCase& entry : cases) {
    for (const size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{1000}}) {
      EXPECT_EQ(parse(entry.format, entry.data, piece), entry.rows) << entry.what << ", pieces of " << piece;
    }
  }
}

TEST(CopyFormat, SaysSoWhenAQuoteIsNeverClosed) {
  try {
    parse(csv(), "1,\"abc\n2,3\n", 4);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.sqlstate(), "22P04");
    EXPECT_EQ(error.message(), "unterminated CSV quoted field");
  }
}

TEST(CopyFormat, WritesWhatItReads) {
  for (const std::string value :
       {"", "plain", "tab\tnewline\nreturn\r", "back\\slash", "quote\"comma,", "\\N", "\\."}) {
    std::string text;
    append_copy_text(text, value, {});
    EXPECT_EQ(parse({}, text + "\tend\n", 1000), std::vector<std::string>{"1:" + value + "|end"}) << value;
    std::string quoted;
    append_copy_csv(quoted, value, csv(), false, false);
    EXPECT_EQ(parse(csv(), quoted + ",end\n", 1000), std::vector<std::string>{"1:" + value + "|end"}) << value;
  }
}

}  // namespace
}  // namespace tidemark
