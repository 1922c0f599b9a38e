#include "types/record.h"

#include "base/ascii.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/error.h"
#include "types/packed_value.h"
#include "types/type_info.h"
#include "types/type_io.h"
#include "types/type_naming.h"

namespace tidemark {
namespace {

constexpr size_t kFieldHeaderBytes = 11;
constexpr uint16_t kNamed = 0x8000;

LogicalType read_type(ByteReader& reader) {
  LogicalType type;
  type.id = static_cast<TypeId>(reader.get<uint8_t>());
  type.element = static_cast<TypeId>(reader.get<uint8_t>());
  type.set_stored_modifier(reader.get<int32_t>());
  const TypeId known = type.is_array() ? type.element : type.id;
  for (const TypeInfo& info : all_types()) {
    if (info.id == known) {
      return type;
    }
  }
  reader.fail("unknown type");
}

void append_field(std::string& target, std::string_view text) {
  bool quote = text.empty();
  for (const char c : text) {
    quote = quote || c == '"' || c == '\\' || c == '(' || c == ')' || c == ',' || is_ascii_space(c);
  }
  if (!quote) {
    target += text;
    return;
  }
  target += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      target += c;
    }
    target += c;
  }
  target += '"';
}

void put_big_endian(std::string& target, uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) {
    target += static_cast<char>(value >> shift);
  }
}

}  // namespace

std::string pack_record(std::span<const Value> fields, std::span<const std::string> names) {
  ByteWriter writer;
  TIDEMARK_CHECK(fields.size() < kNamed && (names.empty() || names.size() == fields.size()));
  writer.put(static_cast<uint16_t>(fields.size() | (names.empty() ? 0 : kNamed)));
  std::string bytes;
  for (const Value& field : fields) {
    const size_t before = bytes.size();
    if (!field.is_null()) {
      append_packed_value(bytes, field);
    }
    writer.put(static_cast<uint8_t>(field.type().id));
    writer.put(static_cast<uint8_t>(field.type().element));
    writer.put(field.type().stored_modifier());
    writer.put(static_cast<uint8_t>(field.is_null() ? 1 : 0));
    writer.put(static_cast<uint32_t>(bytes.size() - before));
  }
  writer.put_bytes(bytes);
  for (const std::string& name : names) {
    writer.put(static_cast<uint16_t>(name.size()));
    writer.put_bytes(name);
  }
  return writer.take();
}

std::optional<std::string_view> packed_record_field(std::string_view packed, size_t index) {
  ByteReader reader(packed, "packed record");
  const size_t count = reader.get<uint16_t>() & ~kNamed;
  if (index >= count) {
    return std::nullopt;
  }
  ByteReader bytes(packed, "packed record");
  bytes.skip(sizeof(uint16_t) + count * kFieldHeaderBytes);
  for (size_t i = 0;; ++i) {
    reader.skip(kFieldHeaderBytes - sizeof(uint8_t) - sizeof(uint32_t));
    const bool is_null = reader.get<uint8_t>() != 0;
    const std::string_view field = bytes.get_bytes(reader.get<uint32_t>());
    if (i == index) {
      return is_null ? std::nullopt : std::optional(field);
    }
  }
}

std::vector<std::string> record_field_names(std::string_view packed) {
  ByteReader reader(packed, "packed record");
  const auto head = reader.get<uint16_t>();
  std::vector<std::string> names;
  if ((head & kNamed) == 0) {
    return names;
  }
  const size_t count = head & ~kNamed;
  ByteReader bytes(packed, "packed record");
  bytes.skip(sizeof(uint16_t) + count * kFieldHeaderBytes);
  for (size_t i = 0; i < count; ++i) {
    reader.skip(kFieldHeaderBytes - sizeof(uint32_t));
    bytes.skip(reader.get<uint32_t>());
  }
  for (size_t i = 0; i < count; ++i) {
    names.emplace_back(bytes.get_bytes(bytes.get<uint16_t>()));
  }
  return names;
}

std::vector<Value> unpack_record(std::string_view packed) {
  ByteReader reader(packed, "packed record");
  const auto head = reader.get<uint16_t>();
  const size_t count = head & ~kNamed;
  ByteReader bytes(packed, "packed record");
  bytes.skip(sizeof(uint16_t) + count * kFieldHeaderBytes);
  std::vector<Value> fields;
  fields.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const LogicalType type = read_type(reader);
    const bool is_null = reader.get<uint8_t>() != 0;
    const std::string_view field = bytes.get_bytes(reader.get<uint32_t>());
    fields.push_back(is_null ? Value::null(type) : unpack_value(type, field));
  }
  if ((head & kNamed) == 0) {
    bytes.expect_end();
  }
  return fields;
}

namespace {

/// The texts of a row's fields, one after the other.
class RecordTextReader {
 public:
  explicit RecordTextReader(std::string_view text) : text_(text), rest_(text) {
    skip_spaces();
    if (!take('(')) {
      fail("Missing left parenthesis.");
    }
  }

  /// Nothing for NULL.
  std::optional<std::string> next() {
    if (!first_ && !take(',')) {
      fail("Too few columns.");
    }
    first_ = false;
    if (at_field_end()) {
      return std::nullopt;
    }
    std::string field;
    for (bool quoted = false; quoted || !at_field_end();) {
      const char c = take_any();
      if (c == '\\') {
        field += take_any();
      } else if (c != '"') {
        field += c;
      } else if (quoted && take('"')) {
        field += '"';
      } else {
        quoted = !quoted;
      }
    }
    return field;
  }

  void finish() {
    if (!take(')')) {
      fail("Too many columns.");
    }
    skip_spaces();
    if (!rest_.empty()) {
      fail("Junk after right parenthesis.");
    }
  }

 private:
  [[noreturn]] void fail(const char* detail) const {
    throw Error(sqlstate::kInvalidTextRepresentation, "malformed record literal: \"" + std::string(text_) + "\"")
        .with_detail(detail);
  }
  [[nodiscard]] bool at_field_end() const { return rest_.starts_with(',') || rest_.starts_with(')'); }
  bool take(char c) {
    if (!rest_.starts_with(c)) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  char take_any() {
    if (rest_.empty()) {
      fail("Unexpected end of input.");
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  void skip_spaces() {
    while (!rest_.empty() && is_ascii_space(rest_.front())) {
      rest_.remove_prefix(1);
    }
  }

  std::string_view text_;
  std::string_view rest_;
  bool first_ = true;
};

}  // namespace

std::string parse_record(LogicalType type, std::string_view text, const TypeIoOptions& options) {
  const ObjectNames* names = TypeNaming::of(options);
  if (type.user_type == 0 || names == nullptr) {
    throw Error(sqlstate::kFeatureNotSupported, "input of anonymous composite types is not implemented");
  }
  RecordTextReader reader(text);
  std::vector<Value> values;
  std::vector<std::string> field_names;
  for (const RowField& field : names->row_fields(type.user_type)) {
    const std::optional<std::string> given = reader.next();
    values.push_back(given ? parse_value(field.type, *given, options) : Value::null(field.type));
    field_names.push_back(field.name);
  }
  reader.finish();
  return pack_record(values, field_names);
}

void append_record_text(std::string& target, std::string_view packed, const TypeIoOptions& options) {
  target += '(';
  bool first = true;
  for (const Value& field : unpack_record(packed)) {
    if (!first) {
      target += ',';
    }
    first = false;
    if (!field.is_null()) {
      append_field(target, to_text(field, options));
    }
  }
  target += ')';
}

void append_record_binary(std::string& target, std::string_view packed) {
  const std::vector<Value> fields = unpack_record(packed);
  put_big_endian(target, static_cast<uint32_t>(fields.size()));
  for (const Value& field : fields) {
    put_big_endian(target, field.type().oid());
    if (field.is_null()) {
      put_big_endian(target, UINT32_MAX);
      continue;
    }
    std::string bytes;
    append_binary(bytes, field);
    put_big_endian(target, static_cast<uint32_t>(bytes.size()));
    target += bytes;
  }
}

}  // namespace tidemark
