// Layout (docs/FILE_FORMAT.md, "Write set"); strings and counts are varint-prefixed:
//
//   write set   count, catalog deltas as strings | count, changes
//   change      0 batch | 1 tombstone: table, series prefix as string, from i64, to i64
//   batch       table | operation u8 | flags u8 (1 expect_absent, 2 row ids) | rows | count, series as strings |
//               integers: series of each row | integers: order of each row, or first row id u64 |
//               count, columns
//   column      id | type id u8, element u8, modifier zigzag | flags u8 (1 has validity, 2 has set, 4 constant,
//               8 dictionary) | [validity words] | [set words] | values
//   values      by physical type: integers; 16 bytes each; texts; floats: u8 (0 raw, 1 integers), then those
//               dictionary: count, entries as values; integers: codes
//   texts       integers: lengths | u8 (0 raw, 1 lz4) | string
//   integers    width u8 (0..8) | minimum zigzag | step varint | width bytes each

#include "storage/write_set_codec.h"

#include <lz4.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "base/error.h"
#include "types/value.h"

namespace tidemark {
namespace {

constexpr uint8_t kExpectAbsent = 1;
constexpr uint8_t kRowIds = 2;
constexpr uint8_t kHasValidity = 1;
constexpr uint8_t kHasSet = 2;
constexpr uint8_t kConstant = 4;
constexpr uint8_t kDictionary = 8;
constexpr size_t kCompressedBytesMin = 4096;
constexpr std::string_view kSource = "write set";

constexpr size_t words_for(size_t rows) { return (rows + 63) / 64; }

// --- integers ---

void put_integers(ByteWriter& out, std::span<const int64_t> values, bool find_step) {
  if (values.empty()) {
    return;
  }
  int64_t min = values[0];
  int64_t max = values[0];
  for (const int64_t value : values) {
    min = std::min(min, value);
    max = std::max(max, value);
  }
  uint64_t range = static_cast<uint64_t>(max) - static_cast<uint64_t>(min);
  uint64_t step = 1;
  if (find_step && range > UINT16_MAX) {
    // Timestamps of a metric are multiples of its interval: the first difference is tried.
    const auto other = std::ranges::find_if(values, [&](int64_t value) { return value != values[0]; });
    const uint64_t candidate = *other > values[0] ? static_cast<uint64_t>(*other) - static_cast<uint64_t>(values[0])
                                                  : static_cast<uint64_t>(values[0]) - static_cast<uint64_t>(*other);
    if (std::ranges::all_of(values, [&](int64_t value) {
          return (static_cast<uint64_t>(value) - static_cast<uint64_t>(min)) % candidate == 0;
        })) {
      step = candidate;
      range /= step;
    }
  }
  const auto width = static_cast<size_t>(std::bit_width(range) + 7) / 8;
  out.put(static_cast<uint8_t>(width));
  out.put_zigzag(min);
  out.put_varint(step);
  if (width == 0) {
    return;
  }
  std::string& buffer = out.buffer();
  const size_t start = buffer.size();
  const size_t bytes = values.size() * width;
  buffer.resize(start + bytes + sizeof(uint64_t));  // every value is stored as a whole word, the next overwrites
  char* target = buffer.data() + start;
  if (step == 1) {
    for (const int64_t value : values) {
      store_little_endian(target, static_cast<uint64_t>(value) - static_cast<uint64_t>(min));
      target += width;
    }
  } else {
    for (const int64_t value : values) {
      store_little_endian(target, (static_cast<uint64_t>(value) - static_cast<uint64_t>(min)) / step);
      target += width;
    }
  }
  buffer.resize(start + bytes);
}

std::vector<int64_t> get_integers(ByteReader& in, size_t count) {
  std::vector<int64_t> values(count);
  if (count == 0) {
    return values;
  }
  const size_t width = in.get<uint8_t>();
  const auto min = static_cast<uint64_t>(in.get_zigzag());
  const uint64_t step = in.get_varint();
  if (width > sizeof(uint64_t)) {
    in.fail("integers are too wide");
  }
  if (width == 0) {
    std::ranges::fill(values, static_cast<int64_t>(min));
    return values;
  }
  const std::string_view bytes = in.get_bytes(count * width);
  const uint64_t mask = width == sizeof(uint64_t) ? ~uint64_t{0} : (uint64_t{1} << (8 * width)) - 1;
  for (size_t i = 0; i < count; ++i) {
    uint64_t word = 0;
    const char* source = bytes.data() + i * width;
    if (i * width + sizeof(word) <= bytes.size()) {
      word = load_little_endian<uint64_t>(source) & mask;
    } else {
      std::memcpy(&word, source, width);
    }
    values[i] = static_cast<int64_t>(min + word * step);
  }
  return values;
}

template <class T>
void put_as_integers(ByteWriter& out, const Vector& flat, bool find_step = false) {
  const auto from = flat.values<T>();
  if constexpr (std::is_same_v<T, int64_t>) {
    put_integers(out, from, find_step);
  } else {
    std::vector<int64_t> wide(from.size());
    std::ranges::transform(from, wide.begin(), [](T value) { return static_cast<int64_t>(value); });
    put_integers(out, wide, find_step);
  }
}

template <class T>
void get_as_integers(ByteReader& in, Vector& flat) {
  const std::vector<int64_t> wide = get_integers(in, flat.size());
  std::ranges::transform(wide, flat.mutable_data<T>(), [](int64_t value) { return static_cast<T>(value); });
}

void put_codes(ByteWriter& out, std::span<const uint32_t> codes) {
  std::vector<int64_t> wide(codes.begin(), codes.end());
  put_integers(out, wide, false);
}

std::vector<uint32_t> get_codes(ByteReader& in, size_t count, size_t limit) {
  const std::vector<int64_t> wide = get_integers(in, count);
  std::vector<uint32_t> codes(count);
  for (size_t i = 0; i < count; ++i) {
    if (wide[i] < 0 || static_cast<uint64_t>(wide[i]) >= limit) {
      in.fail("code is out of range");
    }
    codes[i] = static_cast<uint32_t>(wide[i]);
  }
  return codes;
}

// --- texts and floats ---

void put_compressible(ByteWriter& out, std::string_view bytes) {
  if (bytes.size() >= kCompressedBytesMin && bytes.size() <= LZ4_MAX_INPUT_SIZE) {
    std::string packed(static_cast<size_t>(LZ4_compressBound(static_cast<int>(bytes.size()))), '\0');
    const int size = LZ4_compress_default(bytes.data(), packed.data(), static_cast<int>(bytes.size()),
                                          static_cast<int>(packed.size()));
    if (size > 0 && static_cast<size_t>(size) < bytes.size() - bytes.size() / 8) {
      out.put(uint8_t{1});
      out.put_varint(bytes.size());
      out.put_string({packed.data(), static_cast<size_t>(size)});
      return;
    }
  }
  out.put(uint8_t{0});
  out.put_string(bytes);
}

std::string get_compressible(ByteReader& in, uint64_t expected_bytes) {
  if (in.get<uint8_t>() == 0) {
    return std::string(in.get_string());
  }
  const uint64_t size = in.get_varint();
  const std::string_view packed = in.get_string();
  if (size != expected_bytes || size > LZ4_MAX_INPUT_SIZE || size / 255 > packed.size()) {
    in.fail("compressed size is impossible");
  }
  std::string bytes(size, '\0');
  const int got =
      LZ4_decompress_safe(packed.data(), bytes.data(), static_cast<int>(packed.size()), static_cast<int>(bytes.size()));
  if (got < 0 || static_cast<uint64_t>(got) != size) {
    in.fail("compressed bytes are damaged");
  }
  return bytes;
}

void put_texts(ByteWriter& out, const Vector& flat) {
  std::vector<int64_t> lengths(flat.size());
  std::string all;
  const auto* views = flat.data<std::string_view>();
  for (size_t row = 0; row < flat.size(); ++row) {
    if (flat.validity().is_valid(row)) {
      lengths[row] = static_cast<int64_t>(views[row].size());
      all.append(views[row]);
    }
  }
  put_integers(out, lengths, false);
  put_compressible(out, all);
}

void get_texts(ByteReader& in, Vector& flat) {
  const std::vector<int64_t> lengths = get_integers(in, flat.size());
  uint64_t total = 0;
  for (const int64_t length : lengths) {
    if (length < 0 || static_cast<uint64_t>(length) > UINT64_MAX - total) {
      in.fail("text length is out of range");
    }
    total += static_cast<uint64_t>(length);
  }
  const std::string all = get_compressible(in, total);
  if (all.size() != total) {
    in.fail("texts have another length than their rows");
  }
  const std::string_view kept = flat.heap().add(all);
  size_t offset = 0;
  for (size_t row = 0; row < flat.size(); ++row) {
    flat.mutable_data<std::string_view>()[row] = kept.substr(offset, static_cast<size_t>(lengths[row]));
    offset += static_cast<size_t>(lengths[row]);
  }
}

void put_raw(ByteWriter& out, const Vector& flat) {
  out.put_bytes({flat.data<char>(), flat.size() * physical_width(flat.type().physical())});
}

void get_raw(ByteReader& in, Vector& flat) {
  const std::string_view bytes = in.get_bytes(flat.size() * physical_width(flat.type().physical()));
  if (!bytes.empty()) {
    std::memcpy(flat.mutable_data<char>(), bytes.data(), bytes.size());
  }
}

void put_doubles(ByteWriter& out, const Vector& flat) {
  const auto values = flat.values<double>();
  std::vector<int64_t> integers(values.size());
  bool all_whole = true;
  for (size_t row = 0; row < values.size() && all_whole; ++row) {
    constexpr double kExact = 9007199254740992.0;  // 2^53
    const double value = values[row];
    if (value >= -kExact && value <= kExact) {
      integers[row] = static_cast<int64_t>(value);
    }
    all_whole = std::bit_cast<uint64_t>(static_cast<double>(integers[row])) == std::bit_cast<uint64_t>(value);
  }
  out.put(static_cast<uint8_t>(all_whole ? 1 : 0));
  if (all_whole) {
    put_integers(out, integers, false);
  } else {
    put_raw(out, flat);
  }
}

void get_doubles(ByteReader& in, Vector& flat) {
  if (in.get<uint8_t>() == 0) {
    get_raw(in, flat);
  } else {
    get_as_integers<double>(in, flat);
  }
}

// --- columns ---

void put_values(ByteWriter& out, const Vector& flat) {
  switch (flat.type().physical()) {
    case PhysicalType::kBool:
      return put_as_integers<uint8_t>(out, flat);
    case PhysicalType::kInt16:
      return put_as_integers<int16_t>(out, flat);
    case PhysicalType::kInt32:
      return put_as_integers<int32_t>(out, flat);
    case PhysicalType::kInt64:
      return put_as_integers<int64_t>(out, flat, is_timestamp_type(flat.type().id));
    case PhysicalType::kUInt64:
      return put_as_integers<uint64_t>(out, flat);
    case PhysicalType::kFloat64:
      return put_doubles(out, flat);
    case PhysicalType::kFloat32:
    case PhysicalType::kInterval:
    case PhysicalType::kUuid:
      return put_raw(out, flat);
    case PhysicalType::kBytes:
      return put_texts(out, flat);
  }
}

void get_values(ByteReader& in, Vector& flat) {
  switch (flat.type().physical()) {
    case PhysicalType::kBool:
      return get_as_integers<uint8_t>(in, flat);
    case PhysicalType::kInt16:
      return get_as_integers<int16_t>(in, flat);
    case PhysicalType::kInt32:
      return get_as_integers<int32_t>(in, flat);
    case PhysicalType::kInt64:
      return get_as_integers<int64_t>(in, flat);
    case PhysicalType::kUInt64:
      return get_as_integers<uint64_t>(in, flat);
    case PhysicalType::kFloat64:
      return get_doubles(in, flat);
    case PhysicalType::kFloat32:
    case PhysicalType::kInterval:
    case PhysicalType::kUuid:
      return get_raw(in, flat);
    case PhysicalType::kBytes:
      return get_texts(in, flat);
  }
}

void put_bits(ByteWriter& out, const Validity& bits, size_t rows) {
  if (rows == 0) {
    return;
  }
  for (size_t word = 0; word < words_for(rows); ++word) {
    const bool last = word + 1 == words_for(rows) && rows % 64 != 0;
    out.put(last ? bits.words()[word] & ((uint64_t{1} << (rows % 64)) - 1) : bits.words()[word]);
  }
}

Validity get_bits(ByteReader& in, size_t rows) {
  const std::string_view bytes = in.get_bytes(words_for(rows) * sizeof(uint64_t));
  auto words = std::make_shared<std::vector<uint64_t>>(words_for(rows));
  if (!bytes.empty()) {
    std::memcpy(words->data(), bytes.data(), bytes.size());
  }
  const uint64_t* first = words->data();
  return Validity::over(first, std::move(words));
}

void put_column(ByteWriter& out, const RowBatch::Column& column) {
  const size_t rows = column.values.size();
  const bool text = column.values.type().physical() == PhysicalType::kBytes;
  // A dictionary larger than its use would make the record larger than the rows.
  const bool dictionary = text && column.values.form() == VectorForm::kDictionary &&
                          column.values.entries().size() <= std::max<size_t>(rows / 2, 1);
  const bool constant = column.values.is_constant() && rows > 0;
  const Vector& values = column.values;
  Vector flat = dictionary ? values.entries() : constant ? values.slice(0, 1).flatten() : values.flatten();
  const bool has_validity = !flat.validity().all_valid();
  const bool has_set = !column.set.all_valid();

  out.put_varint(column.id);
  out.put(static_cast<uint8_t>(values.type().id));
  out.put(static_cast<uint8_t>(values.type().element));
  out.put_zigzag(values.type().stored_modifier());
  out.put(static_cast<uint8_t>((has_validity ? kHasValidity : 0) | (has_set ? kHasSet : 0) |
                               (constant ? kConstant : 0) | (dictionary ? kDictionary : 0)));
  if (dictionary) {
    out.put_varint(flat.size());
  }
  if (has_validity) {
    put_bits(out, flat.validity(), flat.size());
  }
  if (has_set) {
    put_bits(out, column.set, rows);
  }
  put_values(out, flat);
  if (dictionary) {
    put_codes(out, values.codes());
  }
}

RowBatch::Column get_column(ByteReader& in, size_t rows) {
  RowBatch::Column column;
  const uint64_t id = in.get_varint();
  if (id > UINT32_MAX) {
    in.fail("column id is out of range");
  }
  column.id = static_cast<ColumnId>(id);
  LogicalType type;
  type.id = static_cast<TypeId>(in.get<uint8_t>());
  type.element = static_cast<TypeId>(in.get<uint8_t>());
  type.set_stored_modifier(static_cast<int32_t>(in.get_zigzag()));
  if (type.id > TypeId::kEnum || type.element > TypeId::kEnum) {
    in.fail("unknown type");
  }
  const auto flags = in.get<uint8_t>();
  const bool dictionary = (flags & kDictionary) != 0;
  const bool constant = (flags & kConstant) != 0;
  size_t stored = constant ? 1 : rows;
  if (dictionary) {
    const uint64_t entries = in.get_varint();
    if (entries > std::max<size_t>(rows, 1)) {
      in.fail("dictionary is larger than the batch");
    }
    stored = static_cast<size_t>(entries);
  }
  Vector flat = Vector::flat(type, stored);
  if ((flags & kHasValidity) != 0) {
    flat.validity() = get_bits(in, stored);
  }
  if ((flags & kHasSet) != 0) {
    column.set = get_bits(in, rows);
  }
  get_values(in, flat);
  if (dictionary) {
    column.values = Vector::dictionary(std::make_shared<const Vector>(std::move(flat)), get_codes(in, rows, stored));
  } else if (constant) {
    column.values = Vector::constant(flat.value(0), rows);
  } else {
    column.values = std::move(flat);
  }
  return column;
}

void put_batch(EncodedWriteSet& encoded, ByteWriter& out, const RowBatch& batch) {
  const size_t rows = batch.size();
  if (rows > kBatchRowsMax) {
    throw Error(sqlstate::kProgramLimitExceeded, "batch has too many rows");
  }
  const bool assign_ids = row_ids_are_missing(batch);
  out.put_varint(batch.table);
  out.put(static_cast<uint8_t>(batch.operation));
  out.put(static_cast<uint8_t>((batch.expect_absent ? kExpectAbsent : 0) | (assign_ids ? kRowIds : 0)));
  out.put_varint(rows);
  out.put_varint(batch.series.size());
  for (const std::string& series : batch.series) {
    out.put_string(series);
  }
  put_codes(out, batch.row_series);
  if (assign_ids) {
    encoded.row_ids.push_back({out.size(), batch.table, rows});
    out.put(uint64_t{0});
  } else {
    put_integers(out, batch.order, true);
  }
  out.put_varint(batch.columns.size());
  for (const RowBatch::Column& column : batch.columns) {
    TIDEMARK_CHECK(column.values.size() == rows);
    put_column(out, column);
  }
}

RowBatch get_batch(ByteReader& in) {
  RowBatch batch;
  const uint64_t table = in.get_varint();
  batch.table = static_cast<ObjectId>(table);
  const auto operation = in.get<uint8_t>();
  if (table > UINT32_MAX || operation < static_cast<uint8_t>(RowOperation::kPut) ||
      operation > static_cast<uint8_t>(RowOperation::kDelete)) {
    in.fail("table or operation is out of range");
  }
  batch.operation = static_cast<RowOperation>(operation);
  const auto flags = in.get<uint8_t>();
  batch.expect_absent = (flags & kExpectAbsent) != 0;
  const uint64_t rows = in.get_varint();
  if (rows > kBatchRowsMax) {
    in.fail("batch has too many rows");
  }
  const size_t series = in.get_count();
  batch.series.reserve(series);
  for (size_t i = 0; i < series; ++i) {
    batch.series.emplace_back(in.get_string());
  }
  batch.row_series = get_codes(in, rows, series);
  if ((flags & kRowIds) != 0) {
    const auto first = in.get<uint64_t>();
    batch.order.resize(rows);
    for (size_t row = 0; row < rows; ++row) {
      batch.order[row] = static_cast<int64_t>(first + row);
    }
  } else {
    batch.order = get_integers(in, rows);
  }
  const size_t columns = in.get_count();
  batch.columns.reserve(columns);
  for (size_t i = 0; i < columns; ++i) {
    batch.columns.push_back(get_column(in, rows));
  }
  return batch;
}

}  // namespace

bool row_ids_are_missing(const RowBatch& batch) { return batch.order.empty() && batch.size() > 0; }

EncodedWriteSet encode_write_set(const WriteSet& writes) {
  EncodedWriteSet encoded;
  ByteWriter out;
  out.put_varint(writes.catalog.size());
  for (const CatalogDelta& delta : writes.catalog) {
    std::string bytes;
    encode_delta(bytes, delta);
    out.put_string(bytes);
  }
  out.put_varint(writes.changes.size());
  for (const WriteSet::Change& change : writes.changes) {
    out.put(static_cast<uint8_t>(change.is_tombstone ? 1 : 0));
    if (change.is_tombstone) {
      out.put_varint(change.tombstone.table);
      out.put_string(change.tombstone.series_prefix);
      out.put(change.tombstone.from);
      out.put(change.tombstone.to);
    } else {
      put_batch(encoded, out, change.batch);
    }
  }
  encoded.bytes = out.take();
  return encoded;
}

WriteSet decode_write_set(std::string_view bytes) {
  ByteReader in(bytes, kSource);
  WriteSet writes;
  const size_t deltas = in.get_count();
  for (size_t i = 0; i < deltas; ++i) {
    std::string_view delta = in.get_string();
    writes.catalog.push_back(decode_delta(delta));
    if (!delta.empty()) {
      in.fail("catalog delta is too long");
    }
  }
  const size_t changes = in.get_count();
  for (size_t i = 0; i < changes; ++i) {
    WriteSet::Change& change = writes.changes.emplace_back();
    change.is_tombstone = in.get_bool();
    if (change.is_tombstone) {
      change.tombstone.table = static_cast<ObjectId>(in.get_varint());
      change.tombstone.series_prefix = in.get_string();
      change.tombstone.from = in.get<int64_t>();
      change.tombstone.to = in.get<int64_t>();
    } else {
      change.batch = get_batch(in);
    }
  }
  in.expect_end();
  return writes;
}

}  // namespace tidemark
