// Unicode: normal forms, and escapes in plain text.

#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <charconv>
#include <optional>

#include "base/ascii.h"
#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/scalars/utf8.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

const UNormalizer2& normalizer(Text form) {
  UErrorCode status = U_ZERO_ERROR;
  const std::string upper = to_ascii_upper(form);
  const UNormalizer2* found = upper == "NFC"    ? unorm2_getNFCInstance(&status)
                              : upper == "NFD"  ? unorm2_getNFDInstance(&status)
                              : upper == "NFKC" ? unorm2_getNFKCInstance(&status)
                              : upper == "NFKD" ? unorm2_getNFKDInstance(&status)
                                                : nullptr;
  if (found == nullptr || U_FAILURE(status)) {
    throw Error(sqlstate::kInvalidParameterValue, "invalid normalization form: " + std::string(form));
  }
  return *found;
}

std::u16string to_utf16(Text text) {
  std::u16string wide(text.size() + 1, u'\0');
  int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8(wide.data(), static_cast<int32_t>(wide.size()), &length, text.data(), static_cast<int32_t>(text.size()),
                &status);
  wide.resize(static_cast<size_t>(length));
  return wide;
}

std::string to_utf8(const std::u16string& wide) {
  std::string text(wide.size() * 3 + 1, '\0');
  int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8(text.data(), static_cast<int32_t>(text.size()), &length, wide.data(), static_cast<int32_t>(wide.size()),
              &status);
  text.resize(static_cast<size_t>(length));
  return text;
}

std::u16string normalized(const std::u16string& wide, const UNormalizer2& form) {
  constexpr size_t kGrowthMax = 18;  // Of one character, in NFKD.
  std::u16string result(wide.size() * kGrowthMax + 1, u'\0');
  UErrorCode status = U_ZERO_ERROR;
  const int32_t length = unorm2_normalize(&form, wide.data(), static_cast<int32_t>(wide.size()), result.data(),
                                          static_cast<int32_t>(result.size()), &status);
  result.resize(static_cast<size_t>(length));
  return result;
}

std::string normalize_to(Text text, Text form) { return to_utf8(normalized(to_utf16(text), normalizer(form))); }
std::string normalize(Text text) { return normalize_to(text, "NFC"); }

bool is_normalized_as(Text text, Text form) {
  const std::u16string wide = to_utf16(text);
  return normalized(wide, normalizer(form)) == wide;
}
bool is_normalized(Text text) { return is_normalized_as(text, "NFC"); }

// ------------------------------------------------------------------------------------------------------------- unistr

/// Takes `count` hexadecimal digits at `at`; nothing if they are not there.
std::optional<uint32_t> hex_at(Text text, size_t at, size_t count) {
  uint32_t value = 0;
  if (text.size() < at + count) return std::nullopt;
  const char* begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + count, value, 16);
  if (error != std::errc() || end != begin + count) return std::nullopt;
  return value;
}

/// \XXXX, \+XXXXXX, \uXXXX, \UXXXXXXXX at the backslash; the bytes that it takes.
std::optional<uint32_t> escape_at(Text text, size_t at, size_t& bytes) {
  constexpr struct {
    Text prefix;
    size_t digits;
  } kForms[] = {{"\\+", 6}, {"\\u", 4}, {"\\U", 8}, {"\\", 4}};
  for (const auto& [prefix, digits] : kForms) {
    if (!text.substr(at).starts_with(prefix)) continue;
    if (const auto code = hex_at(text, at + prefix.size(), digits)) {
      bytes = prefix.size() + digits;
      return code;
    }
  }
  return std::nullopt;
}

[[noreturn]] void throw_bad_code_point(uint32_t code) {
  constexpr Text kHex = "0123456789ABCDEF";
  std::string digits;
  for (uint32_t rest = code; rest != 0; rest >>= 4) digits.insert(digits.begin(), kHex[rest & 15]);
  digits.insert(0, digits.size() < 4 ? 4 - digits.size() : 0, '0');
  throw Error(sqlstate::kInvalidParameterValue, "invalid Unicode code point: " + digits);
}

std::string unistr(Text text) {
  constexpr uint32_t kHigh = 0xd800, kLow = 0xdc00, kEnd = 0xe000, kLast = 0x10ffff;
  const auto bad_pair = [] { return Error(sqlstate::kSyntaxError, "invalid Unicode surrogate pair"); };
  std::string out;
  uint32_t high = 0;
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\' || text.substr(at, 2) == "\\\\") {
      if (high != 0) throw bad_pair();
      out += text[at];
      at += text[at] == '\\' ? 2 : 1;
      continue;
    }
    size_t bytes = 0;
    const std::optional<uint32_t> code = escape_at(text, at, bytes);
    if (!code) {
      throw Error(sqlstate::kSyntaxError, "invalid Unicode escape")
          .with_hint("Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.");
    }
    at += bytes;
    if (*code > kLast || *code == 0) throw_bad_code_point(*code);
    const bool is_high = *code >= kHigh && *code < kLow;
    const bool is_low = *code >= kLow && *code < kEnd;
    if ((high != 0) != is_low) throw bad_pair();
    if (is_high) {
      high = *code;
      continue;
    }
    append_character(out, is_low ? 0x10000 + ((high - kHigh) << 10) + (*code - kLow) : *code);
    high = 0;
  }
  if (high != 0) throw bad_pair();
  return out;
}

}  // namespace

void add_unicode(FunctionTables& tables) {
  tables.function("normalize", {kText}, kText, each_row<normalize>, "in Unicode's normal form NFC");
  tables.function("normalize", {kText, kText}, kText, each_row<normalize_to>, "in one of Unicode's normal forms");
  tables.function("is_normalized", {kText}, kBoolean, each_row<is_normalized>, "whether it is in NFC");
  tables.function("is_normalized", {kText, kText}, kBoolean, each_row<is_normalized_as>,
                  "whether it is in a normal form");
  tables.function("unistr", {kText}, kText, each_row<unistr>, "text with Unicode escapes resolved");
}

}  // namespace tidemark
