#include "types/type_io.h"

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <random>

#include "base/binary_text.h"
#include "base/error.h"
#include "case_file.h"
#include "types/modifier.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

class TextCases : public testing::TestWithParam<const char*> {};

TEST_P(TextCases, ReadAndPrintAsPostgresql) {
  for (const Case& c : read_cases(GetParam())) {
    const LogicalType type = parse_type(c.fields[0]);
    const std::string answer = answer_of([&] {
      const Value value = parse_value(type, c.fields[1], c.options);
      EXPECT_EQ(value.type(), type);
      // What is read into a vector, in whatever form, is the same.
      Vector column = Vector::flat(type, 3);
      parse_into(column, 1, c.fields[1], c.options);
      EXPECT_EQ(column.value(1), value) << c.place;
      column.set_null(0);
      column.set_null(2);
      std::string all;
      std::vector<size_t> ends(3);
      append_text_column(all, ends, column, c.options);
      EXPECT_EQ(all, to_text(value, c.options)) << c.place;
      EXPECT_EQ(ends, (std::vector<size_t>{0, all.size(), all.size()}));
      std::string row;
      append_text(row, Vector::constant(value, 9), 8, c.options);
      EXPECT_EQ(row, all);
      return all;
    });
    EXPECT_EQ(answer, c.expected) << c.place << ": " << c.fields[0] << " '" << c.fields[1] << "'";
  }
}

INSTANTIATE_TEST_SUITE_P(Types, TextCases,
                         testing::Values("text_basic.txt", "text_numeric.txt", "text_datetime.txt", "text_interval.txt",
                                         "text_array.txt", "text_json.txt"));

TEST(BinaryForm, IsPostgresqlsAndReadsBack) {
  for (const Case& c : read_cases("binary_basic.txt")) {
    const LogicalType type = parse_type(c.fields[0]);
    const Value value = parse_value(type, c.fields[1], c.options);
    std::string bytes;
    append_binary(bytes, value);
    EXPECT_EQ(to_hex(bytes), c.expected) << c.place;
    EXPECT_EQ(read_binary(type, bytes), value) << c.place;
    // Too short and too long are errors, never a crash or a wrong value.
    if (type.physical() != PhysicalType::kBytes) {
      EXPECT_THROW(read_binary(type, std::string_view(bytes).substr(0, bytes.size() - 1)), Error) << c.place;
      EXPECT_THROW(read_binary(type, bytes + "x"), Error) << c.place;
    }
  }
}

TEST(Float64, PrintsTheShortestDigitsThatReadBack) {
  std::mt19937_64 random(4);
  const auto expect_shortest = [](double number) {
    std::string text;
    append_float64(text, number);
    double back = 0;
    ASSERT_EQ(std::from_chars(text.data(), text.data() + text.size(), back).ec, std::errc()) << text;
    ASSERT_EQ(std::bit_cast<uint64_t>(back), std::bit_cast<uint64_t>(number)) << text;
    // As few digits as the shortest scientific form, and the same ones.
    char buffer[64];
    const auto end = std::to_chars(buffer, buffer + sizeof(buffer), number, std::chars_format::scientific).ptr;
    const auto digits_of = [](std::string_view some) {
      std::string digits;
      for (const char c : some.substr(0, some.find('e'))) {
        if (c >= '0' && c <= '9' && (c != '0' || !digits.empty())) {
          digits += c;
        }
      }
      return digits.substr(0, digits.find_last_not_of('0') + 1);
    };
    const std::string shortest(buffer, static_cast<size_t>(end - buffer));
    // Digits in the very middle between two numbers are read as the even one by some, as the other by others.
    const long double gap = static_cast<long double>(std::nextafter(std::abs(number), HUGE_VAL)) - std::abs(number);
    const long double off = std::abs(std::strtold(shortest.c_str(), nullptr) - static_cast<long double>(number));
    if (std::abs(number) >= 0x1p52 && std::abs(number) < 0x1p63 && off * 2 == gap) {
      ASSERT_GT(digits_of(text).size(), digits_of(shortest).size()) << text;
    } else {
      ASSERT_EQ(digits_of(text), digits_of(shortest)) << text;
    }
  };
  for (int round = 0; round < 100000 && !HasFatalFailure(); ++round) {
    const auto bits = std::bit_cast<double>(random());
    if (std::isfinite(bits)) {
      expect_shortest(bits);
    }
    const double powers[] = {1, 10, 100, 1e3, 1e4, 1e5, 1e6};
    const auto whole = static_cast<double>(static_cast<int64_t>(random() >> (random() % 64)));
    expect_shortest(whole / powers[random() % 7]);
    expect_shortest(std::nextafter(whole / powers[random() % 7], random() % 2 == 0 ? HUGE_VAL : 0.0));
  }
}

TEST(TextLength, IsCheckedOnInputAndCutByCasts) {
  const TypeIoOptions options;
  const auto read = [&](LogicalType type, const char* text) {
    return answer_of([&] { return "[" + to_text(parse_value(type, text, options)) + "]"; });
  };
  const LogicalType varchar3 = LogicalType::varchar(3);
  const LogicalType char3(TypeId::kBpchar, varchar3.modifier);
  EXPECT_EQ(read(varchar3, "abcd"), "!22001 value too long for type character varying(3)");
  EXPECT_EQ(read(varchar3, "äöüß"), "!22001 value too long for type character varying(3)");
  EXPECT_EQ(read(varchar3, "abc  "), "[abc]");
  EXPECT_EQ(read(varchar3, "äöü"), "[äöü]");
  EXPECT_EQ(read(char3, "abcd"), "!22001 value too long for type character(3)");
  EXPECT_EQ(read(char3, "ä"), "[ä  ]");
  EXPECT_EQ(read({TypeId::kBit, 3}, "10"), "!22026 bit string length 2 does not match type bit(3)");
  EXPECT_EQ(read({TypeId::kVarbit, 3}, "1010"), "!22001 bit string too long for type bit varying(3)");
  EXPECT_EQ(with_length("äöüß", varchar3, ModifierRule::kExplicit), "äöü");
  EXPECT_EQ(with_length("a", char3, ModifierRule::kExplicit), "a  ");
  EXPECT_EQ(with_length("10", {TypeId::kBit, 3}, ModifierRule::kExplicit), "100");
}

TEST(Text, MustBeUtf8) {
  const TypeIoOptions options;
  const auto read = [&](std::string_view text) {
    return answer_of([&] { return to_text(parse_value(TypeId::kText, text, options)); });
  };
  EXPECT_EQ(read("a€😀"), "a€😀");
  EXPECT_EQ(read("abc\xff"), "!22021 invalid byte sequence for encoding \"UTF8\": 0xff");
  EXPECT_EQ(read("abc\xe2\x28\xa1"), "!22021 invalid byte sequence for encoding \"UTF8\": 0xe2 0x28 0xa1");
  EXPECT_EQ(read("\xed\xa0\x80"), "!22021 invalid byte sequence for encoding \"UTF8\": 0xed 0xa0 0x80");
  EXPECT_EQ(read("\xc0\x80"), "!22021 invalid byte sequence for encoding \"UTF8\": 0xc0 0x80");
  EXPECT_EQ(read("\xf4\x90\x80\x80"), "!22021 invalid byte sequence for encoding \"UTF8\": 0xf4 0x90 0x80 0x80");
  EXPECT_EQ(read(std::string_view("a\0b", 3)), "!22021 invalid byte sequence for encoding \"UTF8\": 0x00");
  EXPECT_EQ(read("0123456789\xe2\x82"), "!22021 invalid byte sequence for encoding \"UTF8\": 0xe2 0x82");
}

TEST(TimestampTzNs, KeepsNanosecondsInTextAndFloorsThemOnTheWire) {
  TypeIoOptions options;
  const auto read = [&](const char* text) {
    return answer_of([&] { return to_text(parse_value(TypeId::kTimestampTzNs, text, options), options); });
  };
  EXPECT_EQ(read("2024-01-02 03:04:05.123456789+00"), "2024-01-02 03:04:05.123456789+00");
  EXPECT_EQ(read("2024-01-02 03:04:05.1234567895+00"), "2024-01-02 03:04:05.12345679+00");
  EXPECT_EQ(read("Jan 2 2024 03:04:05.123456789 UTC"), "2024-01-02 03:04:05.123456789+00");
  EXPECT_EQ(read("1969-12-31 23:59:59.999999999Z"), "1969-12-31 23:59:59.999999999+00");
  EXPECT_EQ(read("infinity"), "!22008 timestamp out of range: \"infinity\"");
  EXPECT_EQ(read("2300-01-01"), "!22008 timestamp out of range: \"2300-01-01\"");
  options.dates.timestamp_digits = 6;
  EXPECT_EQ(read("1969-12-31 23:59:59.999999999Z"), "1969-12-31 23:59:59.999999+00");
  std::string ns;
  append_binary(ns, parse_value(TypeId::kTimestampTzNs, "1969-12-31 23:59:59.999999999Z", options));
  std::string us;
  append_binary(us, parse_value(TypeId::kTimestampTz, "1969-12-31 23:59:59.999999Z", options));
  EXPECT_EQ(ns, us);
}

TEST(DateTimeInput, KnowsTheClockOfTheTransaction) {
  TypeIoOptions options;
  options.dates.time_zone = TimeZone::find("America/New_York");
  const auto read = [&](LogicalType type, const char* text) {
    return answer_of([&] { return to_text(parse_value(type, text, options), options); });
  };
  options.dates.now = parse_value(TypeId::kTimestampTz, "2024-07-02 03:04:05.678901+00", options).as_int64();
  EXPECT_EQ(read(TypeId::kTimestampTz, "now"), "2024-07-01 23:04:05.678901-04");
  EXPECT_EQ(read(TypeId::kTimestampTz, "today"), "2024-07-01 00:00:00-04");
  EXPECT_EQ(read(TypeId::kTimestampTz, "tomorrow 10:00"), "2024-07-02 10:00:00-04");
  EXPECT_EQ(read(TypeId::kTimestamp, "now"), "2024-07-01 23:04:05.678901");
  EXPECT_EQ(read(TypeId::kTimestamp, "yesterday allballs"), "2024-06-30 00:00:00");
  EXPECT_EQ(read(TypeId::kDate, "now"), "2024-07-01");
  EXPECT_EQ(read(TypeId::kDate, "tomorrow"), "2024-07-02");
  EXPECT_EQ(read(TypeId::kTime, "now"), "23:04:05.678901");
  EXPECT_EQ(read(TypeId::kTimeTz, "now"), "23:04:05.678901-04");
  EXPECT_EQ(read(TypeId::kTimestampTzNs, "now"), "2024-07-01 23:04:05.678901-04");
  EXPECT_EQ(read(TypeId::kTimestamp, "now 10:00"), "!22007 invalid input syntax for type timestamp: \"now 10:00\"");
}

}  // namespace
}  // namespace tidemark
