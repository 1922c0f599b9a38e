#pragma once

#include <cstddef>

namespace tidemark {

/// The errors that many kernels share, in PostgreSQL's words.

/// 22003 `smallint out of range`, `integer out of range`, `bigint out of range`, by the width of the integer.
[[noreturn]] void throw_integer_out_of_range(size_t bytes);
/// 22003 `value out of range: overflow`.
[[noreturn]] void throw_float_overflow();
/// 22003 `value out of range: underflow`.
[[noreturn]] void throw_float_underflow();
/// 22012 `division by zero`.
[[noreturn]] void throw_division_by_zero();
/// 22008 `interval out of range`.
[[noreturn]] void throw_interval_out_of_range();

}  // namespace tidemark
