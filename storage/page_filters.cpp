#include "storage/page_filters.h"

#include <cstring>
#include <string_view>

#include "base/hash.h"
#include "storage/bloom_filter.h"
#include "types/physical_dispatch.h"

namespace tidemark {
namespace {

uint64_t hash_of(int64_t number) {
  char bytes[sizeof(number)];
  std::memcpy(bytes, &number, sizeof(number));
  return hash64({bytes, sizeof(bytes)});
}
uint64_t hash_of(std::string_view bytes) { return hash64(bytes); }

}  // namespace

bool PageFilters::take(LogicalType type) {
  switch (type.id) {
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
    case TypeId::kDate:
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
    case TypeId::kTimestampTzNs:
    case TypeId::kText:
      return true;
    default:
      return false;
  }
}

uint64_t PageFilters::hash(const Value& value, LogicalType type) {
  return type.physical() == PhysicalType::kBytes ? hash_of(std::string_view(value.as_bytes()))
                                                 : hash_of(value.as_int64());
}

void PageFilters::add_page(const Vector& values) {
  std::vector<uint64_t> hashes;
  hashes.reserve(values.size());
  dispatch_physical(values.type().physical(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_same_v<T, std::string_view> || std::is_same_v<T, int16_t> || std::is_same_v<T, int32_t> ||
                  std::is_same_v<T, int64_t>) {
      const RowView<T> view(values);
      for (size_t row = 0; row < values.size(); ++row) {
        if (!view.is_null(row)) {
          hashes.push_back(hash_of(view[row]));
        }
      }
    } else {
      TIDEMARK_CHECK(false);
    }
  });
  filters_.push_back(make_bloom_filter(hashes));
}

bool PageFilters::may_hold(size_t page, uint64_t hash) const { return bloom_filter_may_hold(filters_[page], hash); }

size_t PageFilters::memory_bytes() const {
  size_t bytes = sizeof(*this) + filters_.size() * sizeof(std::string);
  for (const std::string& filter : filters_) {
    bytes += filter.capacity();
  }
  return bytes;
}

}  // namespace tidemark
