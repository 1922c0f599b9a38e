// Runs of equal values: their values and their lengths, each packed with patches (packed_values.cpp).
//
//     runs     varint r
//     values   varint length in bytes, packed values of r
//     lengths  packed values of r; they add up to the count

#include <algorithm>
#include <vector>

#include "base/bytes.h"
#include "storage/encodings/bit_packing.h"
#include "storage/encodings/byte_cursor.h"
#include "storage/encodings/integer_encoding.h"

namespace tidemark {

namespace {

/// Below that, packing costs no more and decodes without branches.
constexpr size_t kRunLengthMin = 8;

struct Runs {
  std::vector<int64_t> values;
  std::vector<int64_t> lengths;
};

Runs find_runs(std::span<const int64_t> values) {
  Runs runs;
  for (size_t first = 0; first < values.size();) {
    size_t last = first + 1;
    while (last < values.size() && values[last] == values[first]) {
      ++last;
    }
    runs.values.push_back(values[first]);
    runs.lengths.push_back(static_cast<int64_t>(last - first));
    first = last;
  }
  return runs;
}

size_t estimate_run_length(const IntegerProfile& profile) {
  if (profile.run_count * kRunLengthMin > profile.values.size()) {
    return SIZE_MAX;
  }
  // The values of runs spread as wide as all values; lengths rarely pass 16 bits.
  return packed_bytes(profile.run_count, profile.value_plan.width) + packed_bytes(profile.run_count, 11) + 10;
}

void encode_run_length(const IntegerProfile& profile, ByteWriter& out) {
  const Runs runs = find_runs(profile.values);
  ByteWriter values;
  write_packed(runs.values, plan_packing(runs.values), values);
  out.put_varint(runs.values.size());
  out.put_string(values.view());
  write_packed(runs.lengths, plan_packing(runs.lengths), out);
}

bool unpack(std::string_view bytes, std::span<int64_t> out) { return kFrameOfReferenceEncoding.decode(bytes, out); }

bool decode_run_length(std::string_view bytes, std::span<int64_t> out) {
  ByteCursor cursor(bytes);
  const uint64_t run_count = cursor.get_varint();
  const std::string_view value_bytes = cursor.take_string();
  if (!cursor.ok() || run_count > out.size()) {
    return false;
  }
  std::vector<int64_t> values(run_count);
  std::vector<int64_t> lengths(run_count);
  if (!unpack(value_bytes, values) || !unpack(cursor.rest(), lengths)) {
    return false;
  }
  size_t done = 0;
  for (size_t run = 0; run < run_count; ++run) {
    if (lengths[run] < 0 || static_cast<uint64_t>(lengths[run]) > out.size() - done) {
      return false;
    }
    const auto length = static_cast<size_t>(lengths[run]);
    std::fill_n(out.begin() + static_cast<std::ptrdiff_t>(done), length, values[run]);
    done += length;
  }
  return done == out.size();
}

}  // namespace

const IntegerEncoding kRunLengthEncoding{EncodingId::kRunLength, "run_length", estimate_run_length, encode_run_length,
                                         decode_run_length};

}  // namespace tidemark
