// pg_lsn: distances between positions; xid8 and xid: comparison.

#include "base/error.h"
#include "functions/comparison_kernel.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/log_position.h"
#include "types/numeric.h"
#include "types/ordered_unsigned.h"

namespace tidemark {
namespace {

using enum TypeId;
using enum CastContext;

Numeric as_numeric(int64_t position) { return Numeric::from_uint64(to_unsigned(position)); }

int64_t as_position(const Numeric& bytes) {
  uint64_t value = 0;
  if (!bytes.round(0).to_uint64(value)) throw Error(sqlstate::kInvalidParameterValue, "pg_lsn out of range");
  return from_unsigned(value);
}

int64_t numeric_to_position(const Numeric& bytes) {
  if (bytes.is_nan()) throw Error(sqlstate::kFeatureNotSupported, "cannot convert NaN to pg_lsn");
  return as_position(bytes);
}
Numeric distance(int64_t a, int64_t b) { return as_numeric(a) - as_numeric(b); }
int64_t advance(int64_t position, const Numeric& bytes) {
  if (bytes.is_nan()) throw Error(sqlstate::kFeatureNotSupported, "cannot add NaN to pg_lsn");
  return as_position(as_numeric(position) + bytes);
}
int64_t advance_reversed(const Numeric& bytes, int64_t position) { return advance(position, bytes); }
int64_t retreat(int64_t position, const Numeric& bytes) {
  if (bytes.is_nan()) throw Error(sqlstate::kFeatureNotSupported, "cannot subtract NaN from pg_lsn");
  return as_position(as_numeric(position) - bytes);
}

int64_t low_half(int64_t number) { return static_cast<int64_t>(to_unsigned(number) & 0xffffffff); }
bool same_transaction(int64_t a, int64_t b) { return a == b; }
bool other_transaction(int64_t a, int64_t b) { return a != b; }
bool same_as_integer(int64_t a, int32_t b) { return a == static_cast<uint32_t>(b); }
bool not_same_as_integer(int64_t a, int32_t b) { return a != static_cast<uint32_t>(b); }

}  // namespace

void add_log_positions(FunctionTables& tables) {
  add_comparison<int64_t>(tables, kLogPosition, kLogPosition);
  tables.operation("-", {kLogPosition, kLogPosition}, kNumeric, each_row<distance>, "bytes between positions");
  tables.operation("+", {kLogPosition, kNumeric}, kLogPosition, each_row<advance>, "a later position");
  tables.operation("+", {kNumeric, kLogPosition}, kLogPosition, each_row<advance_reversed>, "a later position");
  tables.operation("-", {kLogPosition, kNumeric}, kLogPosition, each_row<retreat>, "an earlier position");
  tables.function("pg_lsn", {kNumeric}, kLogPosition, each_row<numeric_to_position>,
                  "the position after so many bytes");

  add_comparison<int64_t>(tables, kXid8, kXid8);
  tables.cast(kXid8, kXid, kExplicit, each_value<low_half>);
  tables.operation("=", {kXid, kXid}, kBoolean, each_value<same_transaction>, "the same transaction");
  tables.operation("<>", {kXid, kXid}, kBoolean, each_value<other_transaction>, "another transaction");
  tables.operation("=", {kXid, kInt32}, kBoolean, each_value<same_as_integer>, "the same transaction");
  tables.operation("<>", {kXid, kInt32}, kBoolean, each_value<not_same_as_integer>, "another transaction");
}

}  // namespace tidemark
