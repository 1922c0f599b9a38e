#include "storage/column_page.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "base/check.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/float_encoding.h"
#include "storage/encodings/integer_encoding.h"
#include "storage/encodings/text_encoding.h"

namespace tidemark {

namespace {

enum BitmapForm : uint8_t { kAllOnes = 0, kAllZeros = 1, kBits = 2 };

BitmapForm form_of(const Validity* bits, size_t rows) {
  if (bits == nullptr || bits->all_valid()) {
    return kAllOnes;
  }
  const size_t ones = bits->count_valid(rows);
  return ones == rows ? kAllOnes : ones == 0 ? kAllZeros : kBits;
}

void put_bits(const Validity& bits, size_t rows, ByteWriter& out) {
  out.put_bytes({reinterpret_cast<const char*>(bits.words()), (rows + 7) / 8});
  if (rows % 8 != 0) {  // bits past the end are anything; a file depends on the rows alone
    out.buffer().back() = static_cast<char>(out.buffer().back() & ((1 << (rows % 8)) - 1));
  }
}

/// Writes the form byte and the bitmaps; returns whether values follow.
bool put_head(const Validity* validity, const Validity* set, size_t rows, ByteWriter& out) {
  const BitmapForm validity_form = form_of(validity, rows);
  const BitmapForm set_form = form_of(set, rows);
  out.put(static_cast<uint8_t>(validity_form | (set_form << 2)));
  if (validity_form == kBits) {
    put_bits(*validity, rows, out);
  }
  if (set_form == kBits) {
    put_bits(*set, rows, out);
  }
  return validity_form != kAllZeros;
}

Validity take_bits(ByteCursor& cursor, unsigned form, size_t rows) {
  if (form == kAllOnes) {
    return {};
  }
  if (form == kAllZeros) {
    return none_valid(rows);
  }
  const std::string_view bytes = cursor.take((rows + 7) / 8);
  const auto words = std::make_shared<std::vector<uint64_t>>((rows + 63) / 64);
  if (cursor.ok()) {
    std::memcpy(words->data(), bytes.data(), bytes.size());
  }
  return Validity::over(words->data(), words);
}

/// The values with each NULL replaced by the value before it.
template <class To, class From>
std::vector<To> filled_values(const Vector& values) {
  const From* data = values.data<From>();
  std::vector<To> filled(values.size());
  To before{};
  for (size_t i = 0; i < values.size(); ++i) {
    before = values.validity().is_valid(i) ? static_cast<To>(data[i]) : before;
    filled[i] = before;
  }
  return filled;
}

template <class T>
void put_integers(const Vector& values, PageGoal goal, ByteWriter& out) {
  encode_integers(filled_values<int64_t, T>(values), out, goal);
}

template <class T>
void put_floats(const Vector& values, PageGoal goal, ByteWriter& out) {
  if (values.validity().all_valid()) {
    encode_floats(values.values<T>(), out, goal);
  } else {
    encode_floats(std::span<const T>(filled_values<T, T>(values)), out, goal);
  }
}

void put_intervals(const Vector& values, PageGoal goal, ByteWriter& out) {
  const auto filled = filled_values<Interval, Interval>(values);
  std::vector<int64_t> part(filled.size());
  ByteWriter stream;
  std::ranges::transform(filled, part.begin(), [](const Interval& interval) { return interval.microseconds; });
  encode_integers(part, stream, goal);
  out.put_string(stream.view());
  stream.clear();
  std::ranges::transform(filled, part.begin(), [](const Interval& interval) { return interval.days; });
  encode_integers(part, stream, goal);
  out.put_string(stream.view());
  std::ranges::transform(filled, part.begin(), [](const Interval& interval) { return interval.months; });
  encode_integers(part, out, goal);
}

void put_texts(const Vector& values, PageGoal goal, ByteWriter& out) {
  std::vector<std::string_view> texts(values.size());
  const bool uuids = values.type().physical() == PhysicalType::kUuid;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (values.validity().is_valid(i)) {
      texts[i] = uuids ? std::string_view(reinterpret_cast<const char*>(values.data<Uuid>()[i].bytes), sizeof(Uuid))
                       : values.data<std::string_view>()[i];
    } else if (uuids && i > 0) {
      texts[i] = texts[i - 1];  // all of one length
    }
  }
  encode_texts(texts, goal, out);
}

bool take_integers(std::string_view stream, std::span<int64_t> out) { return decode_integers(stream, out); }

template <class T>
bool take_narrow_integers(std::string_view stream, Vector& values) {
  std::array<int64_t, kVectorSize> wide;
  const std::span<int64_t> integers(wide.data(), values.size());
  if (!decode_integers(stream, integers)) {
    return false;
  }
  T* data = values.mutable_data<T>();
  for (size_t i = 0; i < integers.size(); ++i) {
    data[i] = static_cast<T>(integers[i]);
  }
  return true;
}

bool take_intervals(std::string_view stream, Vector& values) {
  std::array<int64_t, kVectorSize> part;
  const std::span<int64_t> integers(part.data(), values.size());
  auto* data = values.mutable_data<Interval>();
  ByteCursor cursor(stream);
  if (!decode_integers(cursor.take_string(), integers)) {
    return false;
  }
  for (size_t i = 0; i < integers.size(); ++i) {
    data[i].microseconds = integers[i];
  }
  if (!decode_integers(cursor.take_string(), integers)) {
    return false;
  }
  for (size_t i = 0; i < integers.size(); ++i) {
    data[i].days = static_cast<int32_t>(integers[i]);
  }
  if (!decode_integers(cursor.rest(), integers)) {
    return false;
  }
  for (size_t i = 0; i < integers.size(); ++i) {
    data[i].months = static_cast<int32_t>(integers[i]);
  }
  return true;
}

bool take_texts(std::string_view stream, Vector& values) {
  const size_t bytes = decoded_text_bytes(stream, values.size());
  if (bytes == SIZE_MAX) {
    return false;
  }
  if (values.type().physical() == PhysicalType::kBytes) {
    char* memory = values.heap().allocate(bytes);
    return decode_texts(stream, memory, {values.mutable_data<std::string_view>(), values.size()});
  }
  std::vector<std::string_view> texts(values.size());
  std::vector<char> memory(bytes);
  if (!decode_texts(stream, memory.data(), texts)) {
    return false;
  }
  auto* data = values.mutable_data<Uuid>();
  for (size_t i = 0; i < texts.size(); ++i) {
    if (texts[i].size() == sizeof(Uuid)) {
      std::memcpy(data[i].bytes, texts[i].data(), sizeof(Uuid));
    } else {
      data[i] = {};
    }
  }
  return true;
}

bool take_values(std::string_view stream, Vector& values) {
  switch (values.type().physical()) {
    case PhysicalType::kBool:
      return take_narrow_integers<uint8_t>(stream, values);
    case PhysicalType::kInt16:
      return take_narrow_integers<int16_t>(stream, values);
    case PhysicalType::kInt32:
      return take_narrow_integers<int32_t>(stream, values);
    case PhysicalType::kInt64:
      return take_integers(stream, {values.mutable_data<int64_t>(), values.size()});
    case PhysicalType::kUInt64:
      // int64_t and uint64_t may alias each other.
      return take_integers(stream, {reinterpret_cast<int64_t*>(values.mutable_data<uint64_t>()), values.size()});
    case PhysicalType::kFloat32:
      return decode_floats(stream, std::span(values.mutable_data<float>(), values.size()));
    case PhysicalType::kFloat64:
      return decode_floats(stream, std::span(values.mutable_data<double>(), values.size()));
    case PhysicalType::kInterval:
      return take_intervals(stream, values);
    case PhysicalType::kUuid:
    case PhysicalType::kBytes:
      return take_texts(stream, values);
  }
  return false;
}

}  // namespace

Validity none_valid(size_t rows) { return Validity::filled(rows, false); }

void encode_page(const Vector& values, const Validity* set, PageGoal goal, ByteWriter& out) {
  TIDEMARK_FATAL_CHECK(values.is_flat() && values.size() > 0 && values.size() <= kVectorSize);
  if (!put_head(&values.validity(), set, values.size(), out)) {
    return;
  }
  switch (values.type().physical()) {
    case PhysicalType::kBool:
      return put_integers<uint8_t>(values, goal, out);
    case PhysicalType::kInt16:
      return put_integers<int16_t>(values, goal, out);
    case PhysicalType::kInt32:
      return put_integers<int32_t>(values, goal, out);
    case PhysicalType::kInt64:
      return put_integers<int64_t>(values, goal, out);
    case PhysicalType::kUInt64:
      return put_integers<uint64_t>(values, goal, out);
    case PhysicalType::kFloat32:
      return put_floats<float>(values, goal, out);
    case PhysicalType::kFloat64:
      return put_floats<double>(values, goal, out);
    case PhysicalType::kInterval:
      return put_intervals(values, goal, out);
    case PhysicalType::kUuid:
    case PhysicalType::kBytes:
      return put_texts(values, goal, out);
  }
}

void encode_code_page(std::span<const int64_t> codes, const Validity* set, PageGoal goal, ByteWriter& out) {
  put_head(nullptr, set, codes.size(), out);
  encode_integers(codes, out, goal);
}

bool decode_page(std::string_view bytes, LogicalType type, size_t rows, Vector& values, Validity& set) {
  ByteCursor cursor(bytes);
  const auto form = cursor.get<uint8_t>();
  Validity validity = take_bits(cursor, form & 3U, rows);
  set = take_bits(cursor, form >> 2U, rows);
  if (!cursor.ok() || rows > kVectorSize || (form & 3U) == 3 || form >> 2U > 2) {
    return false;
  }
  if ((form & 3U) == kAllZeros) {
    values = Vector::null_constant(type, rows);
    return true;
  }
  values = Vector::flat(type, rows);
  if (!take_values(cursor.rest(), values)) {
    return false;
  }
  values.validity() = std::move(validity);
  return true;
}

bool decode_code_page(std::string_view bytes, const std::shared_ptr<const Vector>& entries, size_t rows, Vector& values,
                      Validity& set) {
  ByteCursor cursor(bytes);
  const auto form = cursor.get<uint8_t>();
  set = take_bits(cursor, form >> 2U, rows);
  std::array<int64_t, kVectorSize> wide;
  if (!cursor.ok() || rows > kVectorSize || (form & 3U) != 0 || form >> 2U > 2 ||
      !decode_integers(cursor.rest(), {wide.data(), rows})) {
    return false;
  }
  std::vector<uint32_t> codes(rows);
  uint64_t all = 0;
  for (size_t i = 0; i < rows; ++i) {
    codes[i] = static_cast<uint32_t>(wide[i]);
    all = std::max(all, static_cast<uint64_t>(wide[i]));
  }
  if (all >= entries->size()) {
    return false;
  }
  values = Vector::dictionary(entries, std::move(codes));
  return true;
}

std::string_view integer_stream(std::string_view page) {
  return page.empty() || (page[0] & 3) != 0 || (static_cast<uint8_t>(page[0]) >> 2) != 0 ? std::string_view()
                                                                                         : page.substr(1);
}

}  // namespace tidemark
