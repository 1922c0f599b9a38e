// Texts and binary forms of every type. What is read must print, and what is printed must read as the same value again;
// so must its key bytes be skipped exactly. The first byte picks the type, the second the form.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "types/canonical_key.h"
#include "types/type_info.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

[[noreturn]] void fail(const std::string& what) { throw Error(sqlstate::kInternalError, what); }

LogicalType pick_type(uint8_t number) {
  const auto types = all_types();
  const TypeInfo& info = types[number % types.size()];
  return number / types.size() % 2 == 1 && info.array_oid != 0 ? LogicalType::array_of(info.id) : LogicalType(info.id);
}

void check_value(const Value& value) {
  const LogicalType type = value.type();
  const TypeId element = type.is_array() ? type.element : type.id;
  std::string key;
  append_key(key, value);
  std::string_view rest = key;
  skip_in_key(rest, type);
  if (!rest.empty()) {
    fail("key bytes of " + type.to_string() + " are not skipped to their end");
  }
  const std::string text = to_text(value);
  if (element == TypeId::kVoid || element == TypeId::kChar || element == TypeId::kRecord) {
    return;  // Their texts need not read back: "char" has one byte, perhaps half a character.
  }
  const Value back = parse_value(type, text, {});
  if (to_text(back) != text) {
    fail(type.to_string() + " " + text + " became " + to_text(back));
  }
}

void check(LogicalType type, bool binary, std::string_view input) {
  const Value value = binary ? read_binary(type, input) : parse_value(type, input, {});
  try {
    check_value(value);
  } catch (const Error& error) {
    fail(type.to_string() + ": what was read is refused later: " + error.message());
  }
  if (!binary) {
    return;
  }
  std::string bytes;
  append_binary(bytes, value);
  if (type.id != TypeId::kTimestampTzNs && to_text(read_binary(type, bytes)) != to_text(value)) {
    fail(type.to_string() + " does not survive its binary form");
  }
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark;
  if (size < 2) {
    return 0;
  }
  const LogicalType type = pick_type(data[0]);
  try {
    check(type, data[1] % 2 == 1, {reinterpret_cast<const char*>(data) + 2, size - 2});
  } catch (const Error& error) {
    if (error.sqlstate() == sqlstate::kInternalError || error.sqlstate() == sqlstate::kDataCorrupted) {
      throw;
    }
  }
  return 0;
}
