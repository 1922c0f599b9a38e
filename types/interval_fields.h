#pragma once

namespace tidemark {

/// The fields of `interval year to month` and its like, as bits in the upper half of interval's type modifier; the
/// lower half is the precision. The numbers are PostgreSQL's.
namespace interval_fields {
inline constexpr int kMonth = 1 << 1;
inline constexpr int kYear = 1 << 2;
inline constexpr int kDay = 1 << 3;
inline constexpr int kHour = 1 << 10;
inline constexpr int kMinute = 1 << 11;
inline constexpr int kSecond = 1 << 12;
inline constexpr int kAll = 0x7fff;
inline constexpr int kFullPrecision = 0xffff;
}  // namespace interval_fields

}  // namespace tidemark
