// Casts between scalar types with PostgreSQL's contexts, length coercions, and the I/O conversions from and to text
// that every type has.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/io_options.h"
#include "functions/kernel.h"
#include "types/bpchar.h"
#include "types/char_byte.h"
#include "types/modifier.h"
#include "types/numeric.h"
#include "types/type_info.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;
using enum CastContext;

[[noreturn]] void throw_unsigned_out_of_range() {
  throw Error(sqlstate::kNumericValueOutOfRange, "uint8 out of range");
}

template <class From, class To>
To widen(From value) {
  return static_cast<To>(value);
}

template <class From, class To>
bool narrow(From value, To& out) {
  out = static_cast<To>(value);
  return static_cast<From>(out) != value;
}
template <class To>
[[noreturn]] void narrow_failed() {
  throw_integer_out_of_range(sizeof(To));
}
bool signed_to_unsigned(int64_t value, uint64_t& out) {
  out = static_cast<uint64_t>(value);
  return value < 0;
}
template <class To>
bool unsigned_to_signed(uint64_t value, To& out) {
  out = static_cast<To>(value);
  return value > static_cast<uint64_t>(std::numeric_limits<To>::max());
}

/// Halves to even, as the machine rounds and PostgreSQL with it.
template <class From, class To>
bool float_to_integer(From value, To& out) {
  const From rounded = std::nearbyint(value);
  constexpr From kLow = static_cast<From>(std::numeric_limits<To>::min());
  constexpr From kAbove = kLow * -1;  // 2^31, 2^63: exact, unlike the maximum
  const bool fits = rounded >= kLow && rounded < kAbove;
  out = fits ? static_cast<To>(rounded) : To{0};
  return !fits;
}
template <class From>
bool float_to_unsigned(From value, uint64_t& out) {
  const From rounded = std::nearbyint(value);
  const bool fits = rounded >= 0 && rounded < From(18446744073709551616.0);
  out = fits ? static_cast<uint64_t>(rounded) : 0;
  return !fits;
}
bool double_to_float(double value, float& out) {
  out = static_cast<float>(value);
  return (std::isinf(out) && !std::isinf(value)) || (out == 0 && value != 0);
}
[[noreturn]] void double_to_float_failed(double value) {
  if (std::abs(value) < 1) throw_float_underflow();
  throw_float_overflow();
}

template <class From>
Numeric integer_to_numeric(From value) {
  if constexpr (std::is_same_v<From, uint64_t>) {
    return Numeric::from_uint64(value);
  } else {
    return Numeric::from_int64(value);
  }
}
Numeric double_to_numeric(double value) { return Numeric::from_double(value); }
Numeric float_to_numeric(float value) { return Numeric::from_float(value); }

template <class To>
To numeric_to_integer(const Numeric& value) {
  static constexpr Text kName = sizeof(To) == 2 ? "smallint" : sizeof(To) == 4 ? "integer" : "bigint";
  if (!value.is_finite()) {
    throw Error(
        sqlstate::kFeatureNotSupported,
        std::string(value.is_nan() ? "cannot convert NaN to " : "cannot convert infinity to ") + std::string(kName));
  }
  int64_t wide = 0;
  if (!value.to_int64(wide) || wide < std::numeric_limits<To>::min() || wide > std::numeric_limits<To>::max()) {
    throw_integer_out_of_range(sizeof(To));
  }
  return static_cast<To>(wide);
}
uint64_t numeric_to_unsigned(const Numeric& value) {
  uint64_t result = 0;
  if (!value.is_finite() || !value.to_uint64(result)) throw_unsigned_out_of_range();
  return result;
}
double numeric_to_double(const Numeric& value) {
  const double result = value.to_double();
  if (std::isinf(result) && value.is_finite()) {
    throw Error(sqlstate::kNumericValueOutOfRange,
                "\"" + value.to_text() + "\" is out of range for type double precision");
  }
  return result;
}
float numeric_to_float(const Numeric& value) {
  const double wide = value.to_double();
  const auto result = static_cast<float>(wide);
  if (value.is_finite() && (std::isinf(result) || (result == 0 && value.sign() != 0))) {
    throw Error(sqlstate::kNumericValueOutOfRange, "\"" + value.to_text() + "\" is out of range for type real");
  }
  return result;
}

bool integer_to_boolean(int32_t value) { return value != 0; }
int32_t boolean_to_integer(bool value) { return value ? 1 : 0; }
Text boolean_to_text(bool value) { return value ? "true" : "false"; }
std::string first_byte(Text text) { return parse_char_byte(text); }
Text padded_to_name(Text text) { return name_of_text(without_trailing_blanks(text)); }
std::string char_byte_to_text(Text byte) {
  std::string text;
  append_char_byte(text, byte);
  return text;
}
/// "char" as the number of its byte, which is signed.
int32_t byte_to_integer(Text text) { return text.empty() ? 0 : static_cast<signed char>(text[0]); }
std::string integer_to_byte(int32_t value) {
  if (value < -128 || value > 127) throw Error(sqlstate::kNumericValueOutOfRange, "\"char\" out of range");
  return value == 0 ? std::string() : std::string(1, static_cast<char>(value));
}

template <class A, class B>
void cast_widening(FunctionTables& tables, TypeId from, TypeId to, CastContext context = kImplicit) {
  tables.cast(from, to, context, each_value<widen<A, B>>);
}
template <class A, class B>
void cast_narrowing(FunctionTables& tables, TypeId from, TypeId to) {
  tables.cast(from, to, kAssignment, each_checked<narrow<A, B>, narrow_failed<B>>);
}

void add_number_casts(FunctionTables& tables) {
  cast_widening<int16_t, int32_t>(tables, kInt16, kInt32);
  cast_widening<int16_t, int64_t>(tables, kInt16, kInt64);
  cast_widening<int32_t, int64_t>(tables, kInt32, kInt64);
  cast_narrowing<int64_t, int32_t>(tables, kInt64, kInt32);
  cast_narrowing<int64_t, int16_t>(tables, kInt64, kInt16);
  cast_narrowing<int32_t, int16_t>(tables, kInt32, kInt16);
  cast_widening<int16_t, float>(tables, kInt16, kFloat32);
  cast_widening<int32_t, float>(tables, kInt32, kFloat32);
  cast_widening<int64_t, float>(tables, kInt64, kFloat32);
  cast_widening<int16_t, double>(tables, kInt16, kFloat64);
  cast_widening<int32_t, double>(tables, kInt32, kFloat64);
  cast_widening<int64_t, double>(tables, kInt64, kFloat64);
  cast_widening<float, double>(tables, kFloat32, kFloat64);
  tables.cast(kFloat64, kFloat32, kAssignment, each_checked<double_to_float, double_to_float_failed>);
  tables.cast(kFloat32, kInt16, kAssignment, each_checked<float_to_integer<float, int16_t>, narrow_failed<int16_t>>);
  tables.cast(kFloat32, kInt32, kAssignment, each_checked<float_to_integer<float, int32_t>, narrow_failed<int32_t>>);
  tables.cast(kFloat32, kInt64, kAssignment, each_checked<float_to_integer<float, int64_t>, narrow_failed<int64_t>>);
  tables.cast(kFloat64, kInt16, kAssignment, each_checked<float_to_integer<double, int16_t>, narrow_failed<int16_t>>);
  tables.cast(kFloat64, kInt32, kAssignment, each_checked<float_to_integer<double, int32_t>, narrow_failed<int32_t>>);
  tables.cast(kFloat64, kInt64, kAssignment, each_checked<float_to_integer<double, int64_t>, narrow_failed<int64_t>>);
  tables.cast(kInt16, kNumeric, kImplicit, each_row<integer_to_numeric<int16_t>>);
  tables.cast(kInt32, kNumeric, kImplicit, each_row<integer_to_numeric<int32_t>>);
  tables.cast(kInt64, kNumeric, kImplicit, each_row<integer_to_numeric<int64_t>>);
  tables.cast(kFloat32, kNumeric, kAssignment, each_row<float_to_numeric>);
  tables.cast(kFloat64, kNumeric, kAssignment, each_row<double_to_numeric>);
  tables.cast(kNumeric, kInt16, kAssignment, each_row<numeric_to_integer<int16_t>>);
  tables.cast(kNumeric, kInt32, kAssignment, each_row<numeric_to_integer<int32_t>>);
  tables.cast(kNumeric, kInt64, kAssignment, each_row<numeric_to_integer<int64_t>>);
  tables.cast(kNumeric, kFloat32, kImplicit, each_row<numeric_to_float>);
  tables.cast(kNumeric, kFloat64, kImplicit, each_row<numeric_to_double>);
  tables.cast(kInt32, kBoolean, kExplicit, each_value<integer_to_boolean>);
  tables.cast(kBoolean, kInt32, kExplicit, each_value<boolean_to_integer>);
}

/// uint8 (D5) goes to wider types by itself; into it, and into narrower ones, only by assignment.
void add_unsigned_casts(FunctionTables& tables) {
  tables.cast(kUInt64, kNumeric, kImplicit, each_row<integer_to_numeric<uint64_t>>);
  cast_widening<uint64_t, double>(tables, kUInt64, kFloat64);
  cast_widening<uint64_t, float>(tables, kUInt64, kFloat32);
  tables.cast(kUInt64, kInt64, kAssignment, each_checked<unsigned_to_signed<int64_t>, narrow_failed<int64_t>>);
  tables.cast(kUInt64, kInt32, kAssignment, each_checked<unsigned_to_signed<int32_t>, narrow_failed<int32_t>>);
  tables.cast(kUInt64, kInt16, kAssignment, each_checked<unsigned_to_signed<int16_t>, narrow_failed<int16_t>>);
  tables.cast(kInt64, kUInt64, kAssignment, each_checked<signed_to_unsigned, throw_unsigned_out_of_range>);
  tables.cast(kInt32, kUInt64, kAssignment, [](KernelCall& call) {
    Vector result = Vector::flat(kUInt64, call.size);
    const Argument<int32_t> values(call.arguments[0]);
    for (size_t row = 0; row < call.size; ++row) {
      if (values[row] < 0 && call.valid.is_valid(row)) throw_unsigned_out_of_range();
      result.mutable_data<uint64_t>()[row] = static_cast<uint64_t>(values[row]);
    }
    call.result = std::move(result);
  });
  tables.cast(kFloat64, kUInt64, kAssignment, each_checked<float_to_unsigned<double>, throw_unsigned_out_of_range>);
  tables.cast(kFloat32, kUInt64, kAssignment, each_checked<float_to_unsigned<float>, throw_unsigned_out_of_range>);
  tables.cast(kNumeric, kUInt64, kAssignment, each_row<numeric_to_unsigned>);
}

bool integer_to_oid(int64_t value, int64_t& out) {
  out = value;
  return value < 0 || value > int64_t{UINT32_MAX};
}
[[noreturn]] void throw_oid_out_of_range() { throw Error(sqlstate::kNumericValueOutOfRange, "OID out of range"); }
/// The same 32 bits, unsigned.
int64_t bits_to_oid(int32_t value) { return static_cast<int64_t>(static_cast<uint32_t>(value)); }
bool oid_to_integer(int64_t oid, int32_t& out) {
  out = static_cast<int32_t>(static_cast<uint32_t>(oid));
  return false;
}
int64_t small_to_oid(int16_t value) { return bits_to_oid(value); }

/// oid and the reg… types are unsigned 32-bit numbers held in int64.
void add_object_casts(FunctionTables& tables) {
  for (const TypeId oid : {kOid, kRegclass, kRegtype, kRegproc, kRegnamespace, kRegrole}) {
    tables.cast(kInt64, oid, kImplicit, each_checked<integer_to_oid, throw_oid_out_of_range>);
    tables.cast(kInt32, oid, kImplicit, each_value<bits_to_oid>);
    tables.cast(kInt16, oid, kImplicit, each_value<small_to_oid>);
    tables.cast(oid, kInt64, kAssignment, nullptr);
    tables.cast(oid, kInt32, kAssignment, each_checked<oid_to_integer, throw_oid_out_of_range>);
    if (oid == kOid) continue;
    tables.cast(kOid, oid, kImplicit, nullptr);
    tables.cast(oid, kOid, kImplicit, nullptr);
  }
  // Both pairs have one packed form (types/array.h).
  tables.cast(kInt2Vector, LogicalType::array_of(kInt16), kImplicit, nullptr);
  tables.cast(kOidVector, LogicalType::array_of(kOid), kImplicit, nullptr);
  for (const TypeId text : {kText, kVarchar}) {
    tables.cast(text, kRegclass, kImplicit, text_input)->volatility = Volatility::kStable;
  }
}

void add_text_casts(FunctionTables& tables) {
  tables.cast(kVarchar, kText, kImplicit, nullptr);
  tables.cast(kText, kVarchar, kImplicit, nullptr);
  tables.cast(kText, kBpchar, kImplicit, nullptr);
  tables.cast(kVarchar, kBpchar, kImplicit, nullptr);
  tables.cast(kBpchar, kText, kImplicit, each_row<without_trailing_blanks>);
  tables.cast(kBpchar, kVarchar, kImplicit, each_row<without_trailing_blanks>);
  tables.cast(kBpchar, kName, kImplicit, each_row<padded_to_name>);
  tables.cast(kName, kText, kImplicit, nullptr);
  tables.cast(kName, kVarchar, kAssignment, nullptr);
  tables.cast(kName, kBpchar, kAssignment, nullptr);
  tables.cast(kText, kName, kImplicit, each_row<name_of_text>);
  tables.cast(kVarchar, kName, kImplicit, each_row<name_of_text>);
  tables.cast(kChar, kText, kImplicit, each_row<char_byte_to_text>);
  tables.cast(kChar, kVarchar, kAssignment, each_row<char_byte_to_text>);
  tables.cast(kChar, kBpchar, kAssignment, each_row<char_byte_to_text>);
  tables.cast(kChar, kInt32, kExplicit, each_row<byte_to_integer>);
  tables.cast(kInt32, kChar, kExplicit, each_row<integer_to_byte>);
  tables.cast(kText, kChar, kAssignment, each_row<first_byte>);
  tables.cast(kVarchar, kChar, kAssignment, each_row<first_byte>);
  tables.cast(kBpchar, kChar, kAssignment, each_row<first_byte>);
  for (const TypeId text : {kText, kVarchar, kBpchar}) {
    tables.cast(kBoolean, text, kAssignment, each_row<boolean_to_text>);
  }
  tables.cast(kUnknown, kText, kImplicit, nullptr);
}

std::string fit_length(KernelCall& call, Text text, int32_t /*modifier*/, bool is_explicit) {
  return with_length(text, call.result_type, is_explicit ? ModifierRule::kExplicit : ModifierRule::kAssign);
}
Numeric fit_numeric(KernelCall& call, const Numeric& value, int32_t /*modifier*/, bool /*is_explicit*/) {
  return value.with_modifier(call.result_type.modifier);
}

void add_length_coercions(FunctionTables& tables) {
  tables.cast_with_modifier(kVarchar, kVarchar, kImplicit, each_row<fit_length>);
  tables.cast_with_modifier(kBpchar, kBpchar, kImplicit, each_row<fit_length>);
  tables.cast_with_modifier(kNumeric, kNumeric, kImplicit, each_row<fit_numeric>);
}

/// Types whose text depends on settings (TimeZone, DateStyle) or on the catalog.
bool text_depends_on_settings(TypeId type) {
  switch (type) {
    case kDate:
    case kTime:
    case kTimeTz:
    case kTimestamp:
    case kTimestampTz:
    case kTimestampTzNs:
    case kInterval:
    case kRegclass:
    case kRegtype:
    case kRegproc:
    case kRegnamespace:
    case kRegrole:
    case kEnum:    // on its type's labels
    case kRecord:  // on its fields
      return true;
    default:
      return false;
  }
}

/// What has no cast of its own goes through its text: to strings by assignment, from strings explicitly, and from
/// unknown literals always.
void add_io_conversions(FunctionTables& tables, LogicalType type) {
  const TypeId base = type.is_array() ? type.element : type.id;
  const Volatility volatility = text_depends_on_settings(base) ? Volatility::kStable : Volatility::kImmutable;
  const auto add = [&](LogicalType from, LogicalType to, CastContext context, ScalarKernel kernel) {
    if (tables.has_cast(from, to)) return;
    tables.cast(from, to, context, kernel)->volatility = volatility;
  };
  add(kUnknown, type, kImplicit, text_input);
  for (const TypeId text : {kText, kVarchar, kBpchar, kName}) {
    if (type.id == text) continue;
    add(type, text, kAssignment, text_output);
    add(text, type, kExplicit, text_input);
  }
}

}  // namespace

void text_output(KernelCall& call) {
  const Vector& values = call.arguments[0];
  std::string bytes;
  std::vector<size_t> ends(call.size);
  append_text_column(bytes, ends, values, io_options(call.context));
  Vector result = Vector::flat(call.result_type, call.size);
  char* memory = result.heap().allocate(bytes.size());
  std::ranges::copy(bytes, memory);
  size_t start = 0;
  for (size_t row = 0; row < call.size; ++row) {
    result.mutable_data<Text>()[row] = Text(memory + start, ends[row] - start);
    start = ends[row];
  }
  call.result = std::move(result);
}

void text_input(KernelCall& call) {
  const Argument<Text> texts(call.arguments[0]);
  const TypeIoOptions& options = io_options(call.context);
  Vector result = Vector::flat(call.result_type, call.size);
  if (call.result_type.physical() != PhysicalType::kBytes) {
    std::memset(result.mutable_data<char>(), 0, call.size * physical_width(call.result_type.physical()));
  }
  for (size_t row = 0; row < call.size; ++row) {
    if (call.valid.is_valid(row)) parse_into(result, row, texts[row], options);
  }
  call.result = std::move(result);
}

void add_casts(FunctionTables& tables) {
  add_number_casts(tables);
  add_unsigned_casts(tables);
  add_object_casts(tables);
  add_text_casts(tables);
  add_length_coercions(tables);
}

void add_io_casts(FunctionTables& tables) {
  for (const TypeId text : {kText, kVarchar, kBpchar, kName}) {
    tables.cast(kRecord, text, kAssignment, text_output)->volatility = Volatility::kStable;
  }
  for (const TypeId id : {kEnum, kRecord}) {
    add_io_conversions(tables, id);
    add_io_conversions(tables, LogicalType::array_of(id));
  }
  for (const TypeInfo& info : all_types()) {
    if (info.kind == 'p' || info.id == kUnknown || info.id == kVoid) continue;
    add_io_conversions(tables, info.id);
    add_io_conversions(tables, LogicalType::array_of(info.id));
  }
}

}  // namespace tidemark
