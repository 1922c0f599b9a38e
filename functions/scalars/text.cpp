// Text by characters: length, case, parts, padding, searching, replacing.

#include <unicode/uchar.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/error.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/scalars/utf8.h"
#include "types/bpchar.h"

namespace tidemark {
namespace {

using Text = std::string_view;

// A value is at most 64 MiB (D23); what grows checks before it allocates.
constexpr size_t kValueBytesMax = size_t{64} << 20;

void check_result_bytes(size_t bytes) {
  if (bytes > kValueBytesMax) throw Error(sqlstate::kProgramLimitExceeded, "requested length too large");
}

int32_t length(Text text) { return static_cast<int32_t>(count_characters(text)); }
int32_t octet_length(Text text) { return static_cast<int32_t>(text.size()); }
int32_t bit_length(Text text) { return static_cast<int32_t>(text.size() * 8); }

int32_t padded_length(Text text) { return length(without_trailing_blanks(text)); }

bool is_ascii(Text text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

/// One character at a time, as PostgreSQL's towlower does: ß stays ß.
template <auto kMapAscii, auto kMapCodePoint>
std::string map_case(Text text) {
  std::string result;
  if (is_ascii(text)) {
    result.resize(text.size());
    std::ranges::transform(text, result.begin(), kMapAscii);
    return result;
  }
  result.reserve(text.size());
  while (!text.empty()) {
    append_character(result, static_cast<uint32_t>(kMapCodePoint(static_cast<UChar32>(take_character(text)))));
  }
  return result;
}
char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
char ascii_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c & ~0x20) : c; }
std::string lower(Text text) { return map_case<ascii_lower, u_tolower>(text); }
std::string upper(Text text) { return map_case<ascii_upper, u_toupper>(text); }

std::string initcap(Text text) {
  std::string result;
  bool in_word = false;
  while (!text.empty()) {
    const auto code_point = static_cast<UChar32>(take_character(text));
    append_character(result, static_cast<uint32_t>(in_word ? u_tolower(code_point) : u_toupper(code_point)));
    in_word = u_isalnum(code_point) != 0;
  }
  return result;
}

/// Characters [first, first + count) counted from 0.
Text characters(Text text, size_t first, size_t count) {
  text.remove_prefix(prefix_bytes(text, first));
  return text.substr(0, prefix_bytes(text, count));
}

/// PostgreSQL counts from 1, and positions before 1 eat up the length.
Text substring_from(Text text, int32_t start) {
  return start <= 1 ? text : characters(text, static_cast<size_t>(start) - 1, text.size());
}
Text substring(Text text, int32_t start, int32_t count) {
  if (count < 0) throw Error(sqlstate::kSubstringError, "negative substring length not allowed");
  const int64_t end = int64_t{start} + count;  // one behind the last
  const int64_t first = std::max<int64_t>(start, 1);
  if (end <= first) return text.substr(0, 0);
  return characters(text, static_cast<size_t>(first - 1), static_cast<size_t>(end - first));
}
Text bytes_from(Text text, int32_t start) {
  return text.substr(std::min(text.size(), static_cast<size_t>(std::max(start, 1) - 1)));
}
Text byte_substring(Text text, int32_t start, int32_t count) {
  if (count < 0) throw Error(sqlstate::kSubstringError, "negative substring length not allowed");
  const int64_t end = int64_t{start} + count;
  const int64_t first = std::max<int64_t>(start, 1);
  if (end <= first || static_cast<size_t>(first) > text.size()) return text.substr(0, 0);
  return text.substr(static_cast<size_t>(first - 1), static_cast<size_t>(end - first));
}

/// A negative count leaves out so many characters at the other end.
Text left(Text text, int32_t count) {
  if (count >= 0) return text.substr(0, prefix_bytes(text, static_cast<size_t>(count)));
  const int64_t kept = int64_t{length(text)} + count;
  return text.substr(0, prefix_bytes(text, static_cast<size_t>(std::max<int64_t>(kept, 0))));
}
Text right(Text text, int32_t count) {
  const int64_t skipped = count >= 0 ? int64_t{length(text)} - count : -int64_t{count};
  return text.substr(prefix_bytes(text, static_cast<size_t>(std::max<int64_t>(skipped, 0))));
}

std::string fill_to(size_t width, Text fill) {
  check_result_bytes(width * 4);
  std::string result;
  for (Text rest = fill; width > 0; --width) {
    if (rest.empty()) rest = fill;
    const size_t bytes = character_bytes(rest);
    result += rest.substr(0, bytes);
    rest.remove_prefix(bytes);
  }
  return result;
}
template <bool kLeft>
std::string pad(Text text, int32_t width, Text fill) {
  const auto wanted = static_cast<size_t>(std::max(width, 0));
  const size_t there = count_characters(text);
  if (there >= wanted) return std::string(characters(text, 0, wanted));
  if (fill.empty()) return std::string(text);
  std::string padding = fill_to(wanted - there, fill);
  return kLeft ? padding + std::string(text) : std::string(text) + padding;
}
template <bool kLeft>
std::string pad_blank(Text text, int32_t width) {
  return pad<kLeft>(text, width, " ");
}

bool has_character(Text set, Text character) { return set.find(character) != Text::npos; }

Text trim_start(Text text, Text set) {
  while (!text.empty()) {
    const size_t bytes = character_bytes(text);
    if (!has_character(set, text.substr(0, bytes))) break;
    text.remove_prefix(bytes);
  }
  return text;
}
Text trim_end(Text text, Text set) {
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && is_continuation(text[last])) --last;
    if (!has_character(set, text.substr(last))) break;
    text = text.substr(0, last);
  }
  return text;
}
Text trim_both(Text text, Text set) { return trim_end(trim_start(text, set), set); }
Text trim_start_blanks(Text text) { return trim_start(text, " "); }
Text trim_end_blanks(Text text) { return trim_end(text, " "); }
Text trim_both_blanks(Text text) { return trim_both(text, " "); }

bool in_set(Text set, char byte) { return set.find(byte) != Text::npos; }
Text trim_bytes_start(Text text, Text set) {
  while (!text.empty() && in_set(set, text.front())) text.remove_prefix(1);
  return text;
}
Text trim_bytes_end(Text text, Text set) {
  while (!text.empty() && in_set(set, text.back())) text.remove_suffix(1);
  return text;
}
Text trim_bytes_both(Text text, Text set) { return trim_bytes_end(trim_bytes_start(text, set), set); }

int32_t position_of(Text text, Text part) {
  const size_t at = text.find(part);
  return at == Text::npos ? 0 : static_cast<int32_t>(count_characters(text.substr(0, at))) + 1;
}
int32_t byte_position_of(Text text, Text part) {
  const size_t at = text.find(part);
  return at == Text::npos ? 0 : static_cast<int32_t>(at) + 1;
}
bool starts_with(Text text, Text prefix) { return text.starts_with(prefix); }

std::string replace(Text text, Text from, Text to) {
  if (from.empty()) return std::string(text);
  std::string result;
  for (size_t at = text.find(from); at != Text::npos; at = text.find(from)) {
    result += text.substr(0, at);
    result += to;
    check_result_bytes(result.size());
    text.remove_prefix(at + from.size());
  }
  return result += text;
}

std::string translate(Text text, Text from, Text to) {
  std::string result;
  while (!text.empty()) {
    const size_t bytes = character_bytes(text);
    const Text character = text.substr(0, bytes);
    text.remove_prefix(bytes);
    size_t index = 0;
    Text rest = from;
    while (!rest.empty() && rest.substr(0, character_bytes(rest)) != character) {
      rest.remove_prefix(character_bytes(rest));
      ++index;
    }
    if (rest.empty()) {
      result += character;
    } else {
      result += characters(to, index, 1);  // Nothing where `to` is shorter: the character is dropped.
    }
  }
  return result;
}

/// Overlays `count` characters from `start` on with `part`.
std::string overlay(Text text, Text part, int32_t start, int32_t count) {
  if (start <= 0) throw Error(sqlstate::kSubstringError, "negative substring length not allowed");
  int32_t rest = 0;
  if (__builtin_add_overflow(start, count, &rest)) throw_integer_out_of_range(4);
  std::string result(substring(text, 1, start - 1));
  result += part;
  result += substring_from(text, rest);
  return result;
}
std::string overlay_all(Text text, Text part, int32_t start) { return overlay(text, part, start, length(part)); }

Text split_part(Text text, Text delimiter, int32_t field) {
  if (field == 0) throw Error(sqlstate::kInvalidParameterValue, "field position must not be zero");
  if (delimiter.empty()) return field == 1 || field == -1 ? text : text.substr(0, 0);
  if (field < 0) {
    int64_t fields = 1;
    for (size_t at = text.find(delimiter); at != Text::npos; at = text.find(delimiter, at + delimiter.size())) ++fields;
    if (fields + field < 0) return text.substr(0, 0);
    field = static_cast<int32_t>(fields + field + 1);
  }
  while (true) {
    const size_t at = text.find(delimiter);
    if (--field == 0) return text.substr(0, at);
    if (at == Text::npos) return text.substr(0, 0);
    text.remove_prefix(at + delimiter.size());
  }
}

std::string repeat(Text text, int32_t count) {
  if (count <= 0 || text.empty()) return {};
  check_result_bytes(text.size() * static_cast<size_t>(count));
  std::string result;
  result.reserve(text.size() * static_cast<size_t>(count));
  for (int32_t i = 0; i < count; ++i) result += text;
  return result;
}

std::string reverse(Text text) {
  std::string result(text.size(), '\0');
  size_t end = text.size();
  while (!text.empty()) {
    const size_t bytes = character_bytes(text);
    end -= bytes;
    std::ranges::copy(text.substr(0, bytes), result.begin() + static_cast<std::ptrdiff_t>(end));
    text.remove_prefix(bytes);
  }
  return result;
}

int32_t ascii(Text text) { return text.empty() ? 0 : static_cast<int32_t>(take_character(text)); }

std::string chr(int32_t code_point) {
  if (code_point < 0) {
    throw Error(sqlstate::kInvalidParameterValue, "character number must be positive");
  }
  if (code_point == 0) throw Error(sqlstate::kProgramLimitExceeded, "null character not permitted");
  if (code_point > 0x10FFFF) {
    throw Error(sqlstate::kProgramLimitExceeded,
                "requested character too large for encoding: " + std::to_string(code_point));
  }
  if (code_point >= 0xD800 && code_point <= 0xDFFF) {
    throw Error(sqlstate::kProgramLimitExceeded,
                "requested character not valid for encoding: " + std::to_string(code_point));
  }
  std::string result;
  append_character(result, static_cast<uint32_t>(code_point));
  return result;
}

template <class T>
std::string to_hex(T value) {
  using Unsigned = std::make_unsigned_t<T>;
  static constexpr Text kDigits = "0123456789abcdef";
  auto rest = static_cast<Unsigned>(value);
  std::string result;
  do {
    result += kDigits[static_cast<size_t>(rest % 16)];
    rest = static_cast<Unsigned>(rest / 16);
  } while (rest != 0);
  std::ranges::reverse(result);
  return result;
}

std::string concatenate(Text a, Text b) {
  std::string result;
  result.reserve(a.size() + b.size());
  result += a;
  result += b;
  return result;
}

void add_lengths(FunctionTables& tables) {
  using enum TypeId;
  for (const std::string_view name : {"length", "char_length", "character_length"}) {
    tables.function(name, {kText}, kInt32, each_row<length>, "number of characters");
    tables.function(name, {kBpchar}, kInt32, each_row<padded_length>, "number of characters, trailing blanks aside");
  }
  tables.function("length", {kBytea}, kInt32, each_row<octet_length>, "number of bytes");
  for (const TypeId type : {kText, kBpchar, kBytea}) {
    tables.function("octet_length", {type}, kInt32, each_row<octet_length>, "number of bytes");
  }
  tables.function("bit_length", {kText}, kInt32, each_row<bit_length>, "number of bits");
  tables.function("bit_length", {kBytea}, kInt32, each_row<bit_length>, "number of bits");
}

void add_parts(FunctionTables& tables) {
  using enum TypeId;
  for (const std::string_view name : {"substr", "substring"}) {
    tables.function(name, {kText, kInt32}, kText, each_row<substring_from>, "characters from a position (from 1) on");
    tables.function(name, {kText, kInt32, kInt32}, kText, each_row<substring>, "so many characters from a position on");
    tables.function(name, {kBytea, kInt32}, kBytea, each_row<bytes_from>, "bytes from a position (from 1) on");
    tables.function(name, {kBytea, kInt32, kInt32}, kBytea, each_row<byte_substring>,
                    "so many bytes from a position on");
  }
  tables.function("left", {kText, kInt32}, kText, each_row<left>, "first n characters, or all but the last -n");
  tables.function("right", {kText, kInt32}, kText, each_row<right>, "last n characters, or all but the first -n");
  tables.function("split_part", {kText, kText, kInt32}, kText, each_row<split_part>,
                  "n-th field between delimiters; negative: from the end");
  tables.function("strpos", {kText, kText}, kInt32, each_row<position_of>, "position of a part, from 1; 0 if absent");
  tables.function("position", {kText, kText}, kInt32, each_row<position_of>, "position of a part, from 1; 0 if absent");
  tables.function("position", {kBytea, kBytea}, kInt32, each_row<byte_position_of>,
                  "position of a part, from 1; 0 if absent");
  tables.function("starts_with", {kText, kText}, kBoolean, each_row<starts_with>, "whether it begins with a prefix");
  tables.operation("^@", {kText, kText}, kBoolean, each_row<starts_with>, "whether it begins with a prefix");
}

void add_trims(FunctionTables& tables) {
  using enum TypeId;
  tables.function("ltrim", {kText}, kText, each_row<trim_start_blanks>, "without blanks at the start");
  tables.function("ltrim", {kText, kText}, kText, each_row<trim_start>, "without these characters at the start");
  tables.function("rtrim", {kText}, kText, each_row<trim_end_blanks>, "without blanks at the end");
  tables.function("rtrim", {kText, kText}, kText, each_row<trim_end>, "without these characters at the end");
  tables.function("btrim", {kText}, kText, each_row<trim_both_blanks>, "without blanks at both ends");
  tables.function("btrim", {kText, kText}, kText, each_row<trim_both>, "without these characters at both ends");
  tables.function("ltrim", {kBytea, kBytea}, kBytea, each_row<trim_bytes_start>, "without these bytes at the start");
  tables.function("rtrim", {kBytea, kBytea}, kBytea, each_row<trim_bytes_end>, "without these bytes at the end");
  tables.function("btrim", {kBytea, kBytea}, kBytea, each_row<trim_bytes_both>, "without these bytes at both ends");
  tables.function("lpad", {kText, kInt32}, kText, each_row<pad_blank<true>>, "padded with blanks on the left, or cut");
  tables.function("lpad", {kText, kInt32, kText}, kText, each_row<pad<true>>, "padded on the left, or cut");
  tables.function("rpad", {kText, kInt32}, kText, each_row<pad_blank<false>>,
                  "padded with blanks on the right, or cut");
  tables.function("rpad", {kText, kInt32, kText}, kText, each_row<pad<false>>, "padded on the right, or cut");
}

}  // namespace

void add_text(FunctionTables& tables) {
  using enum TypeId;
  add_lengths(tables);
  add_parts(tables);
  add_trims(tables);
  tables.function("lower", {kText}, kText, each_row<lower>, "in lower case");
  tables.function("upper", {kText}, kText, each_row<upper>, "in upper case");
  tables.function("initcap", {kText}, kText, each_row<initcap>, "each word with a capital");
  tables.function("replace", {kText, kText, kText}, kText, each_row<replace>, "each occurrence replaced");
  tables.function("translate", {kText, kText, kText}, kText, each_row<translate>, "characters replaced one by one");
  tables.function("overlay", {kText, kText, kInt32}, kText, each_row<overlay_all>, "a part overwritten");
  tables.function("overlay", {kText, kText, kInt32, kInt32}, kText, each_row<overlay>, "a part overwritten");
  tables.function("repeat", {kText, kInt32}, kText, each_row<repeat>, "so many times");
  tables.function("reverse", {kText}, kText, each_row<reverse>, "characters in reverse order");
  tables.function("ascii", {kText}, kInt32, each_row<ascii>, "code point of the first character");
  tables.function("chr", {kInt32}, kText, each_row<chr>, "character of a code point");
  tables.function("to_hex", {kInt32}, kText, each_row<to_hex<int32_t>>, "hexadecimal digits");
  tables.function("to_hex", {kInt64}, kText, each_row<to_hex<int64_t>>, "hexadecimal digits");
  tables.operation("||", {kText, kText}, kText, each_row<concatenate>, "concatenation");
  tables.operation("||", {kBytea, kBytea}, kBytea, each_row<concatenate>, "concatenation");
}

}  // namespace tidemark
