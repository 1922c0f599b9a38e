#include "base/binary_text.h"

#include <openssl/evp.h>

#include <algorithm>
#include <limits>

#include "base/ascii.h"
#include "base/check.h"

namespace tidemark {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

int hex_digit(char c) {
  if (is_ascii_digit(c)) {
    return c - '0';
  }
  const char lower = to_ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string to_hex(std::string_view bytes) {
  std::string text;
  text.reserve(2 * bytes.size());
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += kHexDigits[byte >> 4];
    text += kHexDigits[byte & 15];
  }
  return text;
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) {
    return std::nullopt;
  }
  std::string bytes;
  bytes.reserve(text.size() / 2);
  for (size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) {
      return std::nullopt;
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string to_base64(std::string_view bytes) {
  TIDEMARK_CHECK(bytes.size() <= std::numeric_limits<int>::max() / 2);
  std::string text((bytes.size() + 2) / 3 * 4, '\0');  // OpenSSL writes a final zero, where a string has one.
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                  static_cast<int>(bytes.size()));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  // OpenSSL forgives spaces and does not count the padding; we do neither, so that a value has one spelling only.
  const size_t letters = std::min(text.find('='), text.size());
  const size_t padding = text.size() - letters;
  const bool plain = std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(letters), [](char c) {
    return is_ascii_letter(c) || is_ascii_digit(c) || c == '+' || c == '/';
  });
  if (text.size() % 4 != 0 || padding > 2 || text.find_first_not_of('=', letters) != std::string_view::npos || !plain ||
      text.size() > std::numeric_limits<int>::max()) {
    return std::nullopt;
  }
  std::string bytes(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (length < 0) {
    return std::nullopt;
  }
  bytes.resize(static_cast<size_t>(length) - padding);
  if (to_base64(bytes) != text) {
    return std::nullopt;  // Bits beyond the last byte were set.
  }
  return bytes;
}

}  // namespace tidemark
