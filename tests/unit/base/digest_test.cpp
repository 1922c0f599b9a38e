#include "base/digest.h"

#include <gtest/gtest.h>

#include "base/binary_text.h"

namespace tidemark {
namespace {

TEST(Digest, KnownAnswers) {
  const auto hex = [](DigestAlgorithm algorithm) { return to_hex(digest(algorithm, "abc")); };
  EXPECT_EQ(hex(DigestAlgorithm::kMd5), "900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(hex(DigestAlgorithm::kSha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(DigestAlgorithm::kSha224), "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
  EXPECT_EQ(hex(DigestAlgorithm::kSha256), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(DigestAlgorithm::kSha384).substr(0, 16), "cb00753f45a35e8b");
  EXPECT_EQ(hex(DigestAlgorithm::kSha512).substr(0, 16), "ddaf35a193617aba");
}

TEST(Digest, HmacAndPbkdf2AsInTheirRfcs) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");  // RFC 4231, case 2
  EXPECT_EQ(to_hex(pbkdf2_sha256("passwd", "salt", 1)),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc");  // RFC 7914, section 11
}

TEST(Digest, Crc32cOfTheUsualCheckText) { EXPECT_EQ(crc32c("123456789"), 0xe3069283U); }

TEST(Digest, SecretsCompareByContentAndLength) {
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_in_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_in_constant_time("abc", "ab"));
  EXPECT_TRUE(equal_in_constant_time("", ""));
}

TEST(Digest, RandomBytesDiffer) {
  EXPECT_EQ(random_bytes(16).size(), 16U);
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

TEST(BinaryText, HexBothWays) {
  EXPECT_EQ(to_hex(std::string_view("\0\x7f\xff", 3)), "007fff");
  EXPECT_EQ(from_hex("007FfF"), std::string("\0\x7f\xff", 3));
  EXPECT_EQ(from_hex("0"), std::nullopt);
  EXPECT_EQ(from_hex("0g"), std::nullopt);
}

TEST(BinaryText, Base64BothWays) {
  for (const auto& [bytes, text] : std::initializer_list<std::pair<std::string, std::string>>{
           {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"\xff\xfe", "//4="}}) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z===", "====", "Zg==Zg==", "Zm9 ", "Zm9v\n", "Zh==", "Zm-v"}) {
    EXPECT_EQ(from_base64(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace tidemark
