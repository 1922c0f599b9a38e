// bit(n) and bit varying: operators, casts, functions. A value is its characters 0 and 1, the leftmost bit first.

#include <algorithm>

#include "base/error.h"
#include "functions/comparison_kernel.h"
#include "functions/function_errors.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/modifier.h"

namespace tidemark {
namespace {

using BitText = std::string_view;
using enum TypeId;
using enum CastContext;

enum class BitOperation : uint8_t { kAnd, kOr, kXor };

template <BitOperation kOperation>
std::string combined_bits(BitText a, BitText b) {
  constexpr std::string_view kVerb = kOperation == BitOperation::kAnd  ? "AND"
                                     : kOperation == BitOperation::kOr ? "OR"
                                                                       : "XOR";
  if (a.size() != b.size()) {
    throw Error("22026", "cannot " + std::string(kVerb) + " bit strings of different sizes");
  }
  std::string out(a);
  for (size_t i = 0; i < out.size(); ++i) {
    const bool left = a[i] == '1';
    const bool right = b[i] == '1';
    const bool bit = kOperation == BitOperation::kAnd  ? left && right
                     : kOperation == BitOperation::kOr ? left || right
                                                       : left != right;
    out[i] = bit ? '1' : '0';
  }
  return out;
}

std::string inverted_bits(BitText bits) {
  std::string out(bits);
  for (char& bit : out) bit = bit == '1' ? '0' : '1';
  return out;
}

/// To the left by `places`, or to the right if negative; the length stays.
std::string shifted_bits(BitText bits, int64_t places) {
  std::string out(bits.size(), '0');
  const auto distance = static_cast<size_t>(std::abs(places));
  if (distance >= bits.size()) return out;
  if (places >= 0) {
    std::ranges::copy(bits.substr(distance), out.begin());
  } else {
    std::ranges::copy(bits.substr(0, bits.size() - distance), out.begin() + static_cast<ptrdiff_t>(distance));
  }
  return out;
}
std::string shift_bits_left(BitText bits, int32_t places) { return shifted_bits(bits, places); }
std::string shift_bits_right(BitText bits, int32_t places) { return shifted_bits(bits, -int64_t{places}); }

std::string concatenated_bits(BitText a, BitText b) { return std::string(a) + std::string(b); }

/// The lowest bits of a two's complement number, as many as the type says; one where it says nothing.
template <class Integer>
std::string integer_to_bits(KernelCall& /*call*/, Integer value, int32_t modifier, bool /*is_explicit*/) {
  constexpr int kWidth = 8 * sizeof(Integer);
  std::string out(static_cast<size_t>(std::max(modifier, 1)), '0');
  for (size_t i = 0; i < out.size(); ++i) {
    const auto place = std::min<size_t>(out.size() - 1 - i, kWidth - 1);
    if (((value >> place) & 1) != 0) out[i] = '1';
  }
  return out;
}
template <class Integer>
Integer bits_to_integer(BitText bits) {
  if (bits.size() > 8 * sizeof(Integer)) throw_integer_out_of_range(sizeof(Integer));
  uint64_t value = 0;
  for (const char bit : bits) value = value * 2 + (bit == '1' ? 1 : 0);
  return static_cast<Integer>(value);
}

std::string fit_bits(KernelCall& call, BitText bits, int32_t /*modifier*/, bool is_explicit) {
  return with_length(bits, call.result_type, is_explicit ? ModifierRule::kExplicit : ModifierRule::kAssign);
}

int32_t length_of_bits(BitText bits) { return static_cast<int32_t>(bits.size()); }
int32_t bytes_of_bits(BitText bits) { return static_cast<int32_t>((bits.size() + 7) / 8); }
int64_t bits_set(BitText bits) { return std::ranges::count(bits, '1'); }

/// BitText [first, first + count), counted from 1; what lies outside is left out.
BitText bits_between(BitText bits, int64_t first, int64_t count) {
  const int64_t begin = std::max<int64_t>(first - 1, 0);
  const int64_t end = std::min<int64_t>(first - 1 + count, static_cast<int64_t>(bits.size()));
  return begin >= end ? BitText() : bits.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
}
BitText bits_from(BitText bits, int32_t first) { return bits_between(bits, first, INT32_MAX); }
BitText bits_from_for(BitText bits, int32_t first, int32_t count) {
  if (count < 0) throw Error("22011", "negative substring length not allowed");
  return bits_between(bits, first, count);
}

std::string overlaid_bits(BitText bits, BitText put, int32_t first, int32_t count) {
  if (first <= 0) throw Error("22011", "negative substring length not allowed");
  const int64_t rest = int64_t{first} + count;
  if (rest > INT32_MAX) throw_integer_out_of_range(sizeof(int32_t));
  return std::string(bits_between(bits, 1, int64_t{first} - 1)) + std::string(put) +
         std::string(bits_between(bits, std::max<int64_t>(rest, 1), INT32_MAX));
}
std::string overlaid_bits_whole(BitText bits, BitText put, int32_t first) {
  return overlaid_bits(bits, put, first, static_cast<int32_t>(put.size()));
}

/// Where `wanted` begins in `bits`, from 1; 0 if it is not in there.
int32_t position_of_bits(BitText bits, BitText wanted) {
  if (wanted.size() > bits.size() || bits.empty()) return 0;
  const size_t found = bits.find(wanted);
  return found == BitText::npos ? 0 : static_cast<int32_t>(found + 1);
}

size_t checked_bit_index(BitText bits, int32_t index) {
  if (index < 0 || static_cast<size_t>(index) >= bits.size()) {
    throw Error("2202E", "bit index " + std::to_string(index) + " out of valid range (0.." +
                             std::to_string(static_cast<int64_t>(bits.size()) - 1) + ")");
  }
  return static_cast<size_t>(index);
}
int32_t bit_at(BitText bits, int32_t index) { return bits[checked_bit_index(bits, index)] == '1' ? 1 : 0; }
std::string with_bit_at(BitText bits, int32_t index, int32_t value) {
  std::string out(bits);
  char& bit = out[checked_bit_index(bits, index)];
  if (value != 0 && value != 1) throw Error(sqlstate::kInvalidParameterValue, "new bit must be 0 or 1");
  bit = value == 1 ? '1' : '0';
  return out;
}

void add_bit_casts(FunctionTables& tables) {
  tables.cast(kBit, kVarbit, kImplicit, nullptr);
  tables.cast(kVarbit, kBit, kImplicit, nullptr);
  tables.cast_with_modifier(kBit, kBit, kImplicit, each_row<fit_bits>);
  tables.cast_with_modifier(kVarbit, kVarbit, kImplicit, each_row<fit_bits>);
  tables.cast_with_modifier(kInt32, kBit, kExplicit, each_row<integer_to_bits<int32_t>>);
  tables.cast_with_modifier(kInt64, kBit, kExplicit, each_row<integer_to_bits<int64_t>>);
  tables.cast(kBit, kInt32, kExplicit, each_row<bits_to_integer<int32_t>>);
  tables.cast(kBit, kInt64, kExplicit, each_row<bits_to_integer<int64_t>>);
}

}  // namespace

void add_bit_strings(FunctionTables& tables) {
  add_comparison<BitText>(tables, kBit, kBit);
  add_comparison<BitText>(tables, kVarbit, kVarbit);
  tables.operation("&", {kBit, kBit}, kBit, each_row<combined_bits<BitOperation::kAnd>>, "bitwise AND");
  tables.operation("|", {kBit, kBit}, kBit, each_row<combined_bits<BitOperation::kOr>>, "bitwise OR");
  tables.operation("#", {kBit, kBit}, kBit, each_row<combined_bits<BitOperation::kXor>>, "bitwise exclusive OR");
  tables.operation("~", {kBit}, kBit, each_row<inverted_bits>, "bitwise NOT");
  tables.operation("<<", {kBit, kInt32}, kBit, each_row<shift_bits_left>, "bits shifted left");
  tables.operation(">>", {kBit, kInt32}, kBit, each_row<shift_bits_right>, "bits shifted right");
  tables.operation("||", {kVarbit, kVarbit}, kVarbit, each_row<concatenated_bits>, "one after the other");
  tables.function("length", {kBit}, kInt32, each_row<length_of_bits>, "number of bits");
  tables.function("bit_length", {kBit}, kInt32, each_row<length_of_bits>, "number of bits");
  tables.function("octet_length", {kBit}, kInt32, each_row<bytes_of_bits>, "number of bytes that hold the bits");
  tables.function("bit_count", {kBit}, kInt64, each_row<bits_set>, "bits that are set");
  tables.function("substring", {kBit, kInt32}, kBit, each_row<bits_from>, "bits from a position on");
  tables.function("substring", {kBit, kInt32, kInt32}, kBit, each_row<bits_from_for>, "so many bits from a position");
  tables.function("overlay", {kBit, kBit, kInt32}, kBit, each_row<overlaid_bits_whole>,
                  "bits replaced from a position");
  tables.function("overlay", {kBit, kBit, kInt32, kInt32}, kBit, each_row<overlaid_bits>,
                  "so many bits replaced from a position");
  tables.function("position", {kBit, kBit}, kInt32, each_row<position_of_bits>, "where the second begins in the first");
  tables.function("get_bit", {kBit, kInt32}, kInt32, each_row<bit_at>, "bit at an index, from 0 at the left");
  tables.function("set_bit", {kBit, kInt32, kInt32}, kBit, each_row<with_bit_at>, "one bit replaced");
  add_bit_casts(tables);
}

}  // namespace tidemark
