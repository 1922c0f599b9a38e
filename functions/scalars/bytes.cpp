// Digests, hexadecimal, base64 and escape forms, single bytes and bits; random uuids.

#include <algorithm>

#include "base/ascii.h"
#include "base/digest.h"
#include "base/error.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

constexpr Text kHexDigits = "0123456789abcdef";
constexpr Text kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string to_hex(Text bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kHexDigits[byte >> 4];
    out += kHexDigits[byte & 15];
  }
  return out;
}

[[noreturn]] void throw_invalid(const std::string& message) { throw Error(sqlstate::kInvalidParameterValue, message); }

std::string from_hex(Text text) {
  std::string out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
    const char lower = c >= 'A' && c <= 'F' ? static_cast<char>(c | 0x20) : c;
    const size_t digit = kHexDigits.find(lower);
    if (digit == Text::npos) throw_invalid("invalid hexadecimal digit: \"" + std::string(1, c) + "\"");
    if (high < 0) {
      high = static_cast<int>(digit);
    } else {
      out += static_cast<char>(high * 16 + static_cast<int>(digit));
      high = -1;
    }
  }
  if (high >= 0) throw_invalid("invalid hexadecimal data: odd number of digits");
  return out;
}

/// Lines of 76 characters, as MIME and PostgreSQL write it.
std::string to_base64(Text bytes) {
  constexpr size_t kLine = 76;
  std::string out;
  size_t line = 0;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t count = std::min<size_t>(3, bytes.size() - i);
    uint32_t group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = (group << 8) | (j < count ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    }
    for (size_t j = 0; j < 4; ++j) {
      out += j <= count ? kBase64[(group >> (18 - 6 * j)) & 63] : '=';
    }
    line += 4;
    if (line >= kLine && i + 3 < bytes.size()) {
      out += '\n';
      line = 0;
    }
  }
  return out;
}

std::string from_base64(Text text) {
  std::string out;
  uint32_t group = 0;
  int digits = 0;
  int padding = 0;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
    uint32_t value = 0;
    if (c == '=') {
      if (digits < 2) throw_invalid("unexpected \"=\" while decoding base64 sequence");
      ++padding;
    } else {
      const size_t digit = kBase64.find(c);
      if (digit == Text::npos || padding > 0) {
        throw_invalid("invalid symbol \"" + std::string(1, c) + "\" found while decoding base64 sequence");
      }
      value = static_cast<uint32_t>(digit);
    }
    group = (group << 6) | value;
    if (++digits < 4) continue;
    out += static_cast<char>(group >> 16);
    if (padding < 2) out += static_cast<char>(group >> 8);
    if (padding < 1) out += static_cast<char>(group);
    group = 0;
    digits = 0;
  }
  if (digits != 0) {
    throw Error(sqlstate::kInvalidParameterValue, "invalid base64 end sequence")
        .with_hint("Input data is missing padding, is truncated, or is otherwise corrupted.");
  }
  return out;
}

std::string to_escape(Text bytes) {
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0 || byte >= 0x80) {
      out += '\\';
      out += static_cast<char>('0' + (byte >> 6));
      out += static_cast<char>('0' + ((byte >> 3) & 7));
      out += static_cast<char>('0' + (byte & 7));
    } else {
      if (c == '\\') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string from_escape(Text text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '\\') {
      out += '\\';
      ++i;
    } else if (i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '3' && text[i + 2] >= '0' &&
               text[i + 2] <= '7' && text[i + 3] >= '0' && text[i + 3] <= '7') {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0'));
      i += 3;
    } else {
      throw Error(sqlstate::kInvalidTextRepresentation, "invalid input syntax for type bytea");
    }
  }
  return out;
}

[[noreturn]] void throw_unknown_encoding(Text name) {
  throw Error(sqlstate::kInvalidParameterValue, "unrecognized encoding: \"" + std::string(name) + "\"");
}
std::string encode(Text bytes, Text encoding) {
  const std::string name = to_ascii_lower(encoding);
  if (name == "hex") return to_hex(bytes);
  if (name == "base64") return to_base64(bytes);
  if (name == "escape") return to_escape(bytes);
  throw_unknown_encoding(encoding);
}
std::string decode(Text text, Text encoding) {
  const std::string name = to_ascii_lower(encoding);
  if (name == "hex") return from_hex(text);
  if (name == "base64") return from_base64(text);
  if (name == "escape") return from_escape(text);
  throw_unknown_encoding(encoding);
}

std::string md5(Text bytes) { return to_hex(digest(DigestAlgorithm::kMd5, bytes)); }
template <DigestAlgorithm kAlgorithm>
std::string raw_digest(Text bytes) {
  return digest(kAlgorithm, bytes);
}

[[noreturn]] void throw_index_out_of_range(int64_t index, int64_t last) {
  throw Error("2202E", "index " + std::to_string(index) + " out of valid range, 0.." + std::to_string(last));
}
size_t checked_index(int64_t index, size_t size) {
  if (index < 0 || static_cast<size_t>(index) >= size) throw_index_out_of_range(index, static_cast<int64_t>(size) - 1);
  return static_cast<size_t>(index);
}
int32_t get_byte(Text bytes, int32_t index) {
  return static_cast<unsigned char>(bytes[checked_index(index, bytes.size())]);
}
std::string set_byte(Text bytes, int32_t index, int32_t value) {
  std::string out(bytes);
  out[checked_index(index, bytes.size())] = static_cast<char>(value & 255);
  return out;
}
int32_t get_bit(Text bytes, int64_t index) {
  const size_t bit = checked_index(index, bytes.size() * 8);
  return (static_cast<unsigned char>(bytes[bit / 8]) >> (bit % 8)) & 1;
}
std::string set_bit(Text bytes, int64_t index, int32_t value) {
  const size_t bit = checked_index(index, bytes.size() * 8);
  if (value != 0 && value != 1) throw_invalid("new bit must be 0 or 1");
  std::string out(bytes);
  const auto mask = static_cast<unsigned char>(1u << (bit % 8));
  const auto byte = static_cast<unsigned char>(out[bit / 8]);
  out[bit / 8] = static_cast<char>(value != 0 ? byte | mask : byte & ~mask);
  return out;
}
int64_t bit_count(Text bytes) {
  int64_t count = 0;
  for (const char c : bytes) count += __builtin_popcount(static_cast<unsigned char>(c));
  return count;
}
/// Overlays `count` bytes from `start` on, counted from 1, with `part`.
std::string overlay_bytes(Text bytes, Text part, int32_t start, int32_t count) {
  if (start <= 0) throw Error(sqlstate::kSubstringError, "negative substring length not allowed");
  const int64_t rest = int64_t{start} - 1 + count;
  if (rest >= INT32_MAX) throw_integer_out_of_range(sizeof(int32_t));
  std::string out(bytes.substr(0, static_cast<size_t>(start) - 1));
  out += part;
  out += bytes.substr(std::min(bytes.size(), static_cast<size_t>(std::max<int64_t>(rest, 0))));
  return out;
}
std::string overlay_bytes_whole(Text bytes, Text part, int32_t start) {
  return overlay_bytes(bytes, part, start, static_cast<int32_t>(part.size()));
}
std::string reverse_bytes(Text bytes) { return std::string(bytes.rbegin(), bytes.rend()); }

/// What a client that asks for binary values gets.
void send(KernelCall& call) {
  const Vector argument = call.arguments[0].flatten();
  Vector result = Vector::flat(kBytea, call.size);
  std::string bytes;
  for (size_t row = 0; row < call.size; ++row) {
    result.mutable_data<Text>()[row] = Text("", 0);
    if (!call.valid.is_valid(row)) continue;
    bytes.clear();
    append_binary(bytes, argument, row);
    result.mutable_data<Text>()[row] = result.heap().add(bytes);
  }
  call.result = std::move(result);
}
struct SendFunction {
  const char* name;
  TypeId type;
};
constexpr SendFunction kSendFunctions[] = {
    {"boolsend", kBoolean},
    {"int2send", kInt16},
    {"int4send", kInt32},
    {"int8send", kInt64},
    {"float4send", kFloat32},
    {"float8send", kFloat64},
    {"numeric_send", kNumeric},
    {"textsend", kText},
    {"varcharsend", kVarchar},
    {"bpcharsend", kBpchar},
    {"namesend", kName},
    {"byteasend", kBytea},
    {"date_send", kDate},
    {"time_send", kTime},
    {"timetz_send", kTimeTz},
    {"timestamp_send", kTimestamp},
    {"timestamptz_send", kTimestampTz},
    {"interval_send", kInterval},
    {"uuid_send", kUuid},
    {"json_send", kJson},
    {"jsonb_send", kJsonb},
    {"oidsend", kOid},
    {"bit_send", kBit},
    {"varbit_send", kVarbit},
};

/// Version 4: 122 random bits.
void random_uuid(KernelCall& call) {
  Vector result = Vector::flat(kUuid, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    const std::string bytes = random_bytes(16);
    Uuid& uuid = result.mutable_data<Uuid>()[row];
    std::ranges::copy(bytes, reinterpret_cast<char*>(uuid.bytes));
    uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0F) | 0x40);
    uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
  }
  call.result = std::move(result);
}

}  // namespace

void add_bytes(FunctionTables& tables) {
  tables.function("md5", {kText}, kText, each_row<md5>, "MD5 in hexadecimal");
  tables.function("md5", {kBytea}, kText, each_row<md5>, "MD5 in hexadecimal");
  tables.function("sha224", {kBytea}, kBytea, each_row<raw_digest<DigestAlgorithm::kSha224>>, "SHA-224");
  tables.function("sha256", {kBytea}, kBytea, each_row<raw_digest<DigestAlgorithm::kSha256>>, "SHA-256");
  tables.function("sha384", {kBytea}, kBytea, each_row<raw_digest<DigestAlgorithm::kSha384>>, "SHA-384");
  tables.function("sha512", {kBytea}, kBytea, each_row<raw_digest<DigestAlgorithm::kSha512>>, "SHA-512");
  tables.function("encode", {kBytea, kText}, kText, each_row<encode>, "bytes as hex, base64 or escape");
  tables.function("decode", {kText, kText}, kBytea, each_row<decode>, "bytes from hex, base64 or escape");
  tables.function("get_byte", {kBytea, kInt32}, kInt32, each_row<get_byte>, "byte at an index, from 0");
  tables.function("set_byte", {kBytea, kInt32, kInt32}, kBytea, each_row<set_byte>, "one byte replaced");
  tables.function("get_bit", {kBytea, kInt64}, kInt32, each_row<get_bit>, "bit at an index, from 0");
  tables.function("set_bit", {kBytea, kInt64, kInt32}, kBytea, each_row<set_bit>, "one bit replaced");
  tables.function("bit_count", {kBytea}, kInt64, each_row<bit_count>, "bits that are set");
  tables.function("overlay", {kBytea, kBytea, kInt32}, kBytea, each_row<overlay_bytes_whole>, "a part overwritten");
  tables.function("overlay", {kBytea, kBytea, kInt32, kInt32}, kBytea, each_row<overlay_bytes>, "a part overwritten");
  tables.function("reverse", {kBytea}, kBytea, each_row<reverse_bytes>, "bytes in reverse order");
  for (const SendFunction& one : kSendFunctions) {
    tables.function(one.name, {one.type}, kBytea, send, "binary form of a value");
  }
  tables.function("gen_random_uuid", {}, kUuid, random_uuid, "random uuid, version 4").volatility =
      Volatility::kVolatile;
}

}  // namespace tidemark
