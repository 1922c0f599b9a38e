#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/datetime_format.h"
#include "types/logical_type.h"
#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

/// Text and binary forms of values, as PostgreSQL's input, output, receive and send functions give them. The words of
/// errors are PostgreSQL's: 22P02 `invalid input syntax for type integer: "x"`, 22003 `value "x" is out of range for
/// type integer`, 22001 `value too long for type character varying(3)`, 22021 for what is no UTF-8 …

enum class ByteaOutput : uint8_t { kHex, kEscape };

/// A field of a named row type.
struct RowField {
  std::string name;
  LogicalType type;
};

/// Names of catalog objects for regclass and its like, and what user-defined types are. Types of our own are known
/// without it.
class ObjectNames {
 public:
  virtual ~ObjectNames() = default;
  /// The text of object `oid` of a reg… type; empty if there is none (then the number is printed).
  [[nodiscard]] virtual std::string name_of(TypeId reg_type, uint32_t oid) const = 0;
  /// Throws 42P01, 42704 … if the name is unknown.
  [[nodiscard]] virtual uint32_t oid_of(TypeId reg_type, std::string_view name) const = 0;

  /// The user-defined type with this OID, or the array over it.
  [[nodiscard]] virtual std::optional<LogicalType> user_type(uint32_t /*oid*/) const { return std::nullopt; }
  /// A user-defined type's name as it is, and quoted, with its schema if the bare name would not find it.
  [[nodiscard]] virtual std::string bare_type_name(uint32_t /*type*/) const { return {}; }
  [[nodiscard]] virtual std::string type_name(uint32_t /*type*/) const { return {}; }
  /// The label of an enum's value; nothing if there is none.
  [[nodiscard]] virtual std::optional<std::string> label_of(uint32_t /*type*/, std::string_view /*order*/) const {
    return std::nullopt;
  }
  /// The enum's value with this label; nothing if there is none.
  [[nodiscard]] virtual std::optional<std::string> order_of(uint32_t /*type*/, std::string_view /*label*/) const {
    return std::nullopt;
  }
  /// All values of an enum, ascending.
  [[nodiscard]] virtual std::vector<std::string> orders(uint32_t /*type*/) const { return {}; }
  /// The fields of a named row type.
  [[nodiscard]] virtual std::vector<RowField> row_fields(uint32_t /*type*/) const { return {}; }
};

struct TypeIoOptions {
  DateTimeOptions dates;
  int extra_float_digits = 1;  ///< above 0: shortest text that reads back as the same number
  ByteaOutput bytea_output = ByteaOutput::kHex;
  const ObjectNames* names = nullptr;  ///< null: objects print as numbers
};

/// Reads the text of a value of `type`, its modifier applied as by an input function: too long a text is an error
/// unless only blanks are cut off, a numeric is rounded or 22003. (An explicit cast cuts instead: types/modifier.h.)
Value parse_value(LogicalType type, std::string_view text, const TypeIoOptions& options);

/// The same into row `row` of a flat vector of that type that is under construction.
void parse_into(Vector& column, size_t row, std::string_view text, const TypeIoOptions& options);

/// Appends the text of row `row`, which must not be NULL. Any form.
void append_text(std::string& target, const Vector& column, size_t row, const TypeIoOptions& options);
/// Precondition: not NULL.
void append_text(std::string& target, const Value& value, const TypeIoOptions& options);
std::string to_text(const Value& value, const TypeIoOptions& options = {});

/// Appends the texts of all rows, one after the other; ends[row] becomes the size of `target` after row `row`. A NULL
/// appends nothing. Entries of dictionaries and runs are formatted once. ends.size() == column.size().
void append_text_column(std::string& target, std::span<size_t> ends, const Vector& column,
                        const TypeIoOptions& options);

/// Appends the binary form, without its length, of row `row`, which must not be NULL. timestamptz(9) gives
/// microseconds, floored (D2); uint8 gives numeric.
void append_binary(std::string& target, const Vector& column, size_t row);
void append_binary(std::string& target, const Value& value);
/// 08P01 `insufficient data left in message`, 22P03 for other malformed bytes.
Value read_binary(LogicalType type, std::string_view bytes);

/// Shortest round trip in PostgreSQL's style: 1e+15, 1e-05, NaN, Infinity.
void append_float64(std::string& target, double number, int extra_float_digits = 1);
void append_float32(std::string& target, float number, int extra_float_digits = 1);

}  // namespace tidemark
