#include "base/bytes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "base/error.h"
#include "base/random.h"

namespace tidemark {
namespace {

TEST(Bytes, FixedNumbersAreLittleEndian) {
  ByteWriter writer;
  writer.put<uint32_t>(0x01020304);
  writer.put<int16_t>(-2);
  EXPECT_EQ(writer.view(), std::string_view("\x04\x03\x02\x01\xfe\xff", 6));
}

TEST(Bytes, EverythingWrittenIsReadBack) {
  ByteWriter writer;
  writer.put<uint8_t>(7);
  writer.put<double>(-0.0);
  writer.put_bool(true);
  writer.put_string("tide");
  writer.put_zeros(3);
  writer.put_bytes("end");
  ByteReader reader(writer.view());
  EXPECT_EQ(reader.get<uint8_t>(), 7);
  EXPECT_TRUE(std::signbit(reader.get<double>()));
  EXPECT_TRUE(reader.get_bool());
  EXPECT_EQ(reader.get_string(), "tide");
  reader.skip(3);
  EXPECT_EQ(reader.get_bytes(3), "end");
  EXPECT_TRUE(reader.at_end());
  reader.expect_end();
}

TEST(Bytes, OverwriteFillsInWhatIsKnownLater) {
  ByteWriter writer;
  writer.put<uint32_t>(0);
  writer.put_bytes("abc");
  writer.overwrite<uint32_t>(0, 3);
  EXPECT_EQ(ByteReader(writer.view()).get<uint32_t>(), 3U);
  EXPECT_EQ(writer.take(), std::string("\3\0\0\0abc", 7));
  EXPECT_EQ(writer.size(), 0U);
}

TEST(Bytes, VarintsRoundTripAtEveryLength) {
  Random random(1);
  for (int bits = 0; bits <= 64; ++bits) {
    const uint64_t top = bits == 0 ? 0 : std::numeric_limits<uint64_t>::max() >> (64 - bits);
    for (const uint64_t value : {top, top / 2 + 1, top & random.next()}) {
      ByteWriter writer;
      writer.put_varint(value);
      writer.put_zigzag(static_cast<int64_t>(value));
      ByteReader reader(writer.view());
      EXPECT_EQ(reader.get_varint(), value);
      EXPECT_EQ(reader.get_zigzag(), static_cast<int64_t>(value));
      EXPECT_TRUE(reader.at_end());
    }
  }
}

TEST(Bytes, ZigzagMakesSmallNumbersSmall) {
  EXPECT_EQ(zigzag_encode(0), 0U);
  EXPECT_EQ(zigzag_encode(-1), 1U);
  EXPECT_EQ(zigzag_encode(1), 2U);
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  EXPECT_EQ(zigzag_decode(zigzag_encode(kMin)), kMin);
}

TEST(ByteReader, RefusesToReadPastTheEnd) {
  const auto fails = [](auto read) {
    ByteReader reader(std::string_view("\x05\x01\x02", 3), "manifest");
    try {
      read(reader);
    } catch (const Error& error) {
      EXPECT_EQ(error.sqlstate(), sqlstate::kDataCorrupted);
      EXPECT_EQ(error.message().rfind("manifest is malformed at byte ", 0), 0U) << error.message();
      return true;
    }
    return false;
  };
  EXPECT_TRUE(fails([](ByteReader& reader) { static_cast<void>(reader.get<uint32_t>()); }));
  EXPECT_TRUE(fails([](ByteReader& reader) { static_cast<void>(reader.get_bytes(4)); }));
  EXPECT_TRUE(fails([](ByteReader& reader) { static_cast<void>(reader.get_bytes(SIZE_MAX)); }));
  EXPECT_TRUE(fails([](ByteReader& reader) { static_cast<void>(reader.get_string()); }));
  EXPECT_TRUE(fails([](ByteReader& reader) { static_cast<void>(reader.get_count()); }));
  EXPECT_TRUE(fails([](ByteReader& reader) { static_cast<void>(reader.get_bool()); }));
  EXPECT_TRUE(fails([](ByteReader& reader) { reader.skip(4); }));
  EXPECT_TRUE(fails([](ByteReader& reader) { reader.expect_end(); }));
  EXPECT_FALSE(fails([](ByteReader& reader) { reader.skip(3); }));
}

TEST(ByteReader, RefusesVarintsThatAreTooLongOrUnfinished) {
  for (const std::string& bytes : {std::string(11, '\x80'), std::string(9, '\xff') + "\x02", std::string(3, '\x80')}) {
    EXPECT_THROW(static_cast<void>(ByteReader(bytes).get_varint()), Error);
  }
}

TEST(ByteReader, CountIsCheckedAgainstTheSmallestItem) {
  const std::string bytes = "\x03" + std::string(12, 'x');
  EXPECT_EQ(ByteReader(bytes).get_count(4), 3U);
  EXPECT_THROW(static_cast<void>(ByteReader(bytes).get_count(5)), Error);
}

}  // namespace
}  // namespace tidemark
