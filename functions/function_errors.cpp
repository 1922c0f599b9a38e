#include "functions/function_errors.h"

#include "base/error.h"

namespace tidemark {

void throw_integer_out_of_range(size_t bytes) {
  throw Error(sqlstate::kNumericValueOutOfRange, bytes == 2   ? "smallint out of range"
                                                 : bytes == 4 ? "integer out of range"
                                                              : "bigint out of range");
}
void throw_float_overflow() { throw Error(sqlstate::kNumericValueOutOfRange, "value out of range: overflow"); }
void throw_float_underflow() { throw Error(sqlstate::kNumericValueOutOfRange, "value out of range: underflow"); }
void throw_division_by_zero() { throw Error(sqlstate::kDivisionByZero, "division by zero"); }
void throw_interval_out_of_range() { throw Error(sqlstate::kDatetimeFieldOverflow, "interval out of range"); }

}  // namespace tidemark
