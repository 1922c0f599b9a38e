// Each value as its distance from a base, bit-packed; far ones are patched. Layout: packed_values.cpp.

#include "base/bytes.h"
#include "storage/encodings/bit_packing.h"
#include "storage/encodings/integer_encoding.h"

namespace tidemark {

namespace {

size_t estimate_frame_of_reference(const IntegerProfile& profile) { return profile.value_plan.bytes; }

void encode_frame_of_reference(const IntegerProfile& profile, ByteWriter& out) {
  write_packed(profile.values, profile.value_plan, out);
}

bool decode_frame_of_reference(std::string_view bytes, std::span<int64_t> out) {
  PackedValues packed;
  if (!read_packed(bytes, out.size(), packed)) {
    return false;
  }
  unpack_add(packed.packed, out.size(), packed.width, static_cast<uint64_t>(packed.base), out.data());
  for (size_t i = 0; i < packed.exceptions; ++i) {
    const auto position = load_little_endian<uint16_t>(packed.positions + i * sizeof(uint16_t));
    out[position] = load_little_endian<int64_t>(packed.patches + i * sizeof(int64_t));
  }
  return true;
}

}  // namespace

const IntegerEncoding kFrameOfReferenceEncoding{EncodingId::kFrameOfReference, "frame_of_reference",
                                                estimate_frame_of_reference, encode_frame_of_reference,
                                                decode_frame_of_reference};

}  // namespace tidemark
