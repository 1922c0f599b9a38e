#include "storage/series_block.h"

#include <algorithm>
#include <array>

#include "storage/encodings/byte_cursor.h"

namespace tidemark {

namespace {
constexpr size_t kGroup = 16;
}  // namespace

void SeriesBlockWriter::add(std::string_view series, uint32_t end_row) {
  size_t shared = 0;
  if (ends_.size() % kGroup == 0) {
    starts_.push_back(static_cast<uint32_t>(entries_.size()));
  } else {
    shared = static_cast<size_t>(std::ranges::mismatch(last_, series).in1 - last_.begin());
  }
  entries_.put_varint(shared);
  entries_.put_string(series.substr(shared));
  ends_.push_back(end_row);
  last_ = series;
}

std::string SeriesBlockWriter::take() {
  ByteWriter out;
  out.put(static_cast<uint32_t>(ends_.size()));
  for (const uint32_t end : ends_) {
    out.put(end);
  }
  for (const uint32_t start : starts_) {
    out.put(start);
  }
  out.put_bytes(entries_.view());
  ends_.clear();
  starts_.clear();
  entries_.clear();
  return out.take();
}

bool SeriesBlockView::open(std::string_view bytes) {
  ByteCursor cursor(bytes);
  count_ = cursor.get<uint32_t>();
  ends_ = cursor.take(count_ * sizeof(uint32_t)).data();
  starts_ = cursor.take((count_ + kGroup - 1) / kGroup * sizeof(uint32_t)).data();
  entries_ = cursor.rest();
  return cursor.ok() && count_ > 0;
}

size_t SeriesBlockView::find_row(uint32_t row) const {
  size_t low = 0;
  size_t high = count_;
  while (low < high) {
    const size_t middle = (low + high) / 2;
    if (end(middle) <= row) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

bool SeriesBlockView::read_group(size_t group, std::span<std::string> keys, size_t& size) const {
  const auto start = load_little_endian<uint32_t>(starts_ + group * sizeof(uint32_t));
  if (start > entries_.size()) {
    return false;
  }
  ByteCursor cursor(entries_.substr(start));
  size = std::min(kGroup, count_ - group * kGroup);
  for (size_t i = 0; i < size; ++i) {
    const uint64_t shared = cursor.get_varint();
    const std::string_view rest = cursor.take_string();
    if (!cursor.ok() || shared > (i == 0 ? 0 : keys[i - 1].size())) {
      return false;
    }
    keys[i] = i == 0 ? std::string() : keys[i - 1].substr(0, shared);
    keys[i].append(rest);
  }
  return true;
}

bool SeriesBlockView::lower_bound(std::string_view series, size_t& index, bool& equal) const {
  // The last group whose first series is not above.
  size_t low = 0;
  size_t high = (count_ + kGroup - 1) / kGroup;
  while (high - low > 1) {
    const size_t middle = (low + high) / 2;
    const auto start = load_little_endian<uint32_t>(starts_ + middle * sizeof(uint32_t));
    ByteCursor cursor(start <= entries_.size() ? entries_.substr(start) : std::string_view());
    const uint64_t shared = cursor.get_varint();
    const std::string_view first = cursor.take_string();
    if (!cursor.ok() || shared != 0) {
      return false;
    }
    (first <= series ? low : high) = middle;
  }
  std::array<std::string, kGroup> keys;
  size_t size = 0;
  if (!read_group(low, keys, size)) {
    return false;
  }
  const auto* found = std::lower_bound(keys.begin(), keys.begin() + size, series);
  index = low * kGroup + static_cast<size_t>(found - keys.begin());
  equal = found != keys.begin() + size && *found == series;
  return true;
}

bool SeriesBlockView::decode(std::string_view suffix, StringHeap& heap, std::vector<std::string_view>& series) const {
  series.clear();
  series.reserve(count_);
  std::array<std::string, kGroup> keys;
  for (size_t group = 0; group * kGroup < count_; ++group) {
    size_t size = 0;
    if (!read_group(group, keys, size)) {
      return false;
    }
    for (size_t i = 0; i < size; ++i) {
      const size_t bytes = keys[i].size() + suffix.size();
      char* memory = heap.allocate(bytes);
      std::ranges::copy(suffix, std::ranges::copy(keys[i], memory).out);
      series.emplace_back(memory, bytes);
    }
  }
  return true;
}

}  // namespace tidemark
