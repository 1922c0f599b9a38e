// Texts as bytes in other encodings, and back: convert_to, convert_from, convert.

#include <algorithm>

#include "base/ascii.h"
#include "base/binary_text.h"
#include "base/error.h"
#include "base/utf8.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// kOther: one whose characters are not known here, but for those of ASCII, which are the same in all.
enum class Encoding : uint8_t { kUtf8, kLatin1, kAscii, kOther };

/// By any of its names; `role` is "source" or "destination".
Encoding encoding_named(Text name, Text role) {
  std::string plain;
  for (const char c : to_ascii_lower(name)) {
    if (is_ascii_letter(c) || is_ascii_digit(c)) plain += c;
  }
  if (plain == "utf8" || plain == "unicode") return Encoding::kUtf8;
  if (plain == "latin1" || plain == "iso88591") return Encoding::kLatin1;
  if (plain == "sqlascii") return Encoding::kAscii;
  static constexpr Text kOthers[] = {
      "eucjp",       "euccn",        "euckr",        "euctw",       "eucjis2004",  "big5",        "gbk",
      "gb18030",     "sjis",         "shiftjis2004", "johab",       "uhc",         "latin2",      "latin3",
      "latin4",      "latin5",       "latin6",       "latin7",      "latin8",      "latin9",      "latin10",
      "iso88592",    "iso88595",     "iso88596",     "iso88597",    "iso88598",    "iso88599",    "iso885915",
      "iso885916",   "koi8",         "koi8r",        "koi8u",       "win866",      "win874",      "win1250",
      "win1251",     "win1252",      "win1253",      "win1254",     "win1255",     "win1256",     "win1257",
      "win1258",     "muleinternal", "abc",          "alt",         "win",         "tcvn",        "tcvn5712",
      "vscii",       "mskanji",      "windows949",   "windows950",  "windows936",  "windows1250", "windows1251",
      "windows1252", "windows1253",  "windows1254",  "windows1255", "windows1256", "windows1257", "windows1258",
      "windows866",  "windows874"};
  if (std::ranges::find(kOthers, plain) != std::end(kOthers)) return Encoding::kOther;
  throw Error(sqlstate::kInvalidParameterValue,
              "invalid " + std::string(role) + " encoding name \"" + std::string(name) + "\"");
}

std::string latin1_to_utf8(Text bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      out += c;
    } else {
      out += static_cast<char>(0xC0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  return out;
}

std::string utf8_to_latin1(Text text) {
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t size = utf8_prefix_bytes(text.substr(at), 1);
    const auto first = static_cast<unsigned char>(text[at]);
    if (size == 1) {
      out += text[at];
    } else if (size == 2 && first <= 0xC3) {
      out += static_cast<char>(((first & 3) << 6) | (static_cast<unsigned char>(text[at + 1]) & 0x3F));
    } else {
      std::string bytes;
      for (const char c : text.substr(at, size)) bytes += (bytes.empty() ? "0x" : " 0x") + to_hex({&c, 1});
      throw Error("22P05", "character with byte sequence " + bytes +
                               " in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"");
    }
    at += size;
  }
  return out;
}

void require_ascii(Text bytes) {
  if (std::ranges::any_of(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    throw Error(sqlstate::kFeatureNotSupported, "only UTF8, LATIN1 and SQL_ASCII texts are converted beyond ASCII");
  }
}

/// Throws 22021 if the bytes are no text in the encoding.
void require_encoded(Text bytes, Encoding encoding) {
  if (encoding == Encoding::kOther) require_ascii(bytes);
  if (encoding == Encoding::kUtf8) return require_utf8(bytes);
  if (const size_t zero = bytes.find('\0'); zero != Text::npos) {
    throw Error(sqlstate::kCharacterNotInRepertoire, std::string("invalid byte sequence for encoding \"") +
                                                         (encoding == Encoding::kLatin1 ? "LATIN1" : "SQL_ASCII") +
                                                         "\": 0x00");
  }
}

std::string text_in(Text bytes, Encoding encoding) {
  require_encoded(bytes, encoding);
  if (encoding == Encoding::kLatin1) return latin1_to_utf8(bytes);
  if (encoding == Encoding::kAscii) require_utf8(bytes);
  return std::string(bytes);
}
std::string bytes_in(Text text, Encoding encoding) {
  if (encoding == Encoding::kOther) require_ascii(text);
  return encoding == Encoding::kLatin1 ? utf8_to_latin1(text) : std::string(text);
}

std::string convert_to(Text text, Text encoding) { return bytes_in(text, encoding_named(encoding, "destination")); }
std::string convert_from(Text bytes, Text encoding) { return text_in(bytes, encoding_named(encoding, "source")); }
std::string convert(Text bytes, Text from, Text to) {
  const Encoding source = encoding_named(from, "source");
  return bytes_in(text_in(bytes, source), encoding_named(to, "destination"));
}
int32_t encoded_length(Text bytes, Text name) {
  const Encoding encoding = encoding_named(name, "source");
  require_encoded(bytes, encoding);
  return static_cast<int32_t>(encoding == Encoding::kUtf8 ? count_utf8_characters(bytes) : bytes.size());
}

}  // namespace

void add_encodings(FunctionTables& tables) {
  tables.function("convert_to", {kText, kName}, kBytea, each_row<convert_to>, "bytes of the text in an encoding");
  tables.function("convert_from", {kBytea, kName}, kText, each_row<convert_from>, "text of bytes in an encoding");
  tables.function("convert", {kBytea, kName, kName}, kBytea, each_row<convert>, "bytes from one encoding to another");
  tables.function("length", {kBytea, kName}, kInt32, each_row<encoded_length>, "characters of bytes in an encoding");
}

}  // namespace tidemark
