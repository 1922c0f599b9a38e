#include "executor/key_sieve.h"

#include <algorithm>
#include <bit>

#include "base/check.h"
#include "executor/row_positions.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

constexpr uint64_t kWordBits = 64;

template <class T>
std::pair<Value, Value> least_and_greatest(const Vector& keys) {
  const std::span<const T> values(keys.data<T>(), keys.size());
  const auto [least, greatest] = std::ranges::minmax_element(values);
  return {keys.value(static_cast<size_t>(least - values.begin())),
          keys.value(static_cast<size_t>(greatest - values.begin()))};
}

/// The four bits of a hash within its word.
uint64_t bits_of(uint64_t hash) {
  return uint64_t{1} << (hash & 63) | uint64_t{1} << (hash >> 6 & 63) | uint64_t{1} << (hash >> 12 & 63) |
         uint64_t{1} << (hash >> 18 & 63);
}

}  // namespace

KeySieve::KeySieve(const Vector& keys) {
  TIDEMARK_ASSERT(keys.is_flat() && keys.size() > 0);
  switch (keys.type().physical()) {
    case PhysicalType::kInt16:
      bounds_ = least_and_greatest<int16_t>(keys);
      break;
    case PhysicalType::kInt32:
      bounds_ = least_and_greatest<int32_t>(keys);
      break;
    case PhysicalType::kInt64:
      bounds_ = least_and_greatest<int64_t>(keys);
      break;
    case PhysicalType::kBytes:
      if (keys.type().id == TypeId::kText || keys.type().id == TypeId::kVarchar || keys.type().id == TypeId::kEnum) {
        bounds_ = least_and_greatest<std::string_view>(keys);
      }
      break;
    default:
      break;
  }
  // A bit for each number in between as long as they fit into a core's cache, or a Bloom filter would not be smaller.
  constexpr uint64_t kBitsInCache = uint64_t{1} << 20;
  constexpr uint64_t kBitsPerKey = 16;
  if (bounds_ && keys.type().physical() != PhysicalType::kBytes) {
    first_ = bounds_->first.as_int64();
    const uint64_t distance = static_cast<uint64_t>(bounds_->second.as_int64()) - static_cast<uint64_t>(first_);
    exact_ = distance < std::max(kBitsInCache, kBitsPerKey * keys.size());
    bits_ = exact_ ? distance + 1 : 0;
  }
  if (exact_) {
    add_bits(keys);
  } else {
    const size_t words = std::bit_ceil(std::max<uint64_t>(2, keys.size() * kBitsPerKey / kWordBits));
    shift_ = static_cast<unsigned>(64 - std::countr_zero(words));
    words_.assign(words, 0);
    add_hashes(keys);
  }
}

void KeySieve::add_bits(const Vector& keys) {
  words_.assign((bits_ + kWordBits - 1) / kWordBits, 0);
  visit_integers(keys, [&](const auto* values) {
    for (size_t i = 0; i < keys.size(); ++i) {
      const uint64_t bit = static_cast<uint64_t>(int64_t{values[i]}) - static_cast<uint64_t>(first_);
      words_[bit / kWordBits] |= uint64_t{1} << (bit % kWordBits);
    }
  });
}

void KeySieve::add_hashes(const Vector& keys) {
  std::vector<uint64_t> hashes(keys.size());
  hash_rows(keys, hashes, false);
  for (const uint64_t hash : hashes) {
    words_[hash >> shift_] |= bits_of(hash);
  }
}

void KeySieve::test(const Vector& values, std::span<uint8_t> pass) {
  if (!worth_it_.load(std::memory_order_relaxed)) {
    std::ranges::fill(pass, uint8_t{1});
    return;
  }
  uint64_t passed = 0;
  if (exact_) {
    visit_integers(values, [&](const auto* numbers) {
      const uint64_t* words = words_.data();
      const auto first = static_cast<uint64_t>(first_);
      const uint64_t last = bits_ - 1;
      for (size_t i = 0; i < pass.size(); ++i) {
        const uint64_t bit = static_cast<uint64_t>(int64_t{numbers[i]}) - first;
        // Without a branch: what lies outside reads the last bit, to no effect.
        const uint64_t inside = std::min(bit, last);
        const auto hit = static_cast<uint8_t>((words[inside / kWordBits] >> (inside % kWordBits) & 1) & (bit <= last));
        pass[i] = hit;
        passed += hit;
      }
    });
  } else {
    std::vector<uint64_t> hashes(values.size());
    hash_rows(values, hashes, false);
    for (size_t i = 0; i < pass.size(); ++i) {
      const uint64_t wanted = bits_of(hashes[i]);
      const auto hit = static_cast<uint8_t>((words_[hashes[i] >> shift_] & wanted) == wanted);
      pass[i] = hit;
      passed += hit;
    }
  }
  // Half the rows copied once more cost as much as looking the other half up.
  constexpr uint64_t kTrialRows = 32'768;
  const uint64_t all_tested = tested_.fetch_add(pass.size(), std::memory_order_relaxed) + pass.size();
  const uint64_t all_passed = passed_.fetch_add(passed, std::memory_order_relaxed) + passed;
  if (all_tested >= kTrialRows && all_passed * 2 > all_tested) {
    worth_it_.store(false, std::memory_order_relaxed);
  }
}

}  // namespace tidemark
