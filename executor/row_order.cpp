#include "executor/row_order.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "base/check.h"
#include "executor/row_positions.h"
#include "types/canonical_key.h"
#include "types/physical_dispatch.h"

namespace tidemark {
namespace {

bool compares_by_canonical_key(LogicalType type) {
  switch (type.physical()) {
    case PhysicalType::kInterval:
      return true;
    case PhysicalType::kBytes:
      return !((is_string_type(type.id) && type.id != TypeId::kBpchar) || type.id == TypeId::kBytea ||
               type.id == TypeId::kChar || type.id == TypeId::kJson || type.id == TypeId::kEnum);
    default:
      return false;
  }
}

/// The canonical key bytes of each row, as bytea; NULL stays NULL.
Vector canonical_bytes(const Vector& values) {
  const Vector flat = values.flatten();
  std::vector<std::string> keys(flat.size());
  append_keys(keys, flat);
  Vector result = Vector::flat(TypeId::kBytea, flat.size());
  auto* bytes = result.mutable_data<std::string_view>();
  for (size_t row = 0; row < flat.size(); ++row) {
    if (flat.validity().is_valid(row)) {
      bytes[row] = result.heap().add(keys[row]);
    } else {
      result.set_null(row);
    }
  }
  return result;
}

template <class T>
int compare_values(const T& left, const T& right) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(left) || std::isnan(right)) {
      return static_cast<int>(std::isnan(left)) - static_cast<int>(std::isnan(right));
    }
    return left < right ? -1 : left > right ? 1 : 0;
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return left.compare(right);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return std::memcmp(left.bytes, right.bytes, sizeof(left.bytes));
  } else if constexpr (std::is_same_v<T, Interval>) {
    TIDEMARK_CHECK(false);  // By canonical key.
  } else {
    return left < right ? -1 : left > right ? 1 : 0;
  }
}

uint64_t first_bytes(std::string_view text) {
  unsigned char bytes[8] = {};
  std::memcpy(bytes, text.data(), std::min<size_t>(text.size(), sizeof(bytes)));
  uint64_t prefix = 0;
  for (const unsigned char byte : bytes) {
    prefix = (prefix << 8) | byte;
  }
  return prefix;
}

/// A number that orders as the value does; two values may share it only where `prefix_is_exact` is false.
template <class T>
uint64_t order_prefix(const T& value) {
  if constexpr (std::is_floating_point_v<T>) {
    const double wide = std::isnan(value) ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(value);
    const uint64_t bits = wide == 0 ? 0 : std::bit_cast<uint64_t>(wide);
    constexpr uint64_t kSign = uint64_t{1} << 63;
    return (bits & kSign) != 0 ? ~bits : bits | kSign;
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    return first_bytes(value);
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return first_bytes({reinterpret_cast<const char*>(value.bytes), sizeof(value.bytes)});
  } else if constexpr (std::is_same_v<T, Interval>) {
    return 0;
  } else if constexpr (std::is_signed_v<T>) {
    return static_cast<uint64_t>(int64_t{value}) ^ (uint64_t{1} << 63);
  } else {
    return value;
  }
}

bool prefix_is_exact(PhysicalType type) {
  return type != PhysicalType::kBytes && type != PhysicalType::kUuid && type != PhysicalType::kInterval;
}

struct Entry {
  uint64_t prefix;
  uint32_t row;
};

/// What stands for NULL among prefixes.
uint64_t null_prefix(bool nulls_first) { return nulls_first ? 0 : ~uint64_t{0}; }

// Fewer entries than this are sorted faster by comparing.
constexpr size_t kEntriesToCount = 2048;

/// Sorts by prefix; equal ones stay in their order. A counting sort from the lowest byte to the highest; bytes that are
/// the same in all prefixes cost nothing.
void sort_by_prefix(std::vector<Entry>& entries) {
  constexpr size_t kDigits = sizeof(uint64_t);
  constexpr size_t kBuckets = 256;
  std::vector<uint32_t> counts(kDigits * kBuckets);
  for (const Entry& entry : entries) {
    for (size_t digit = 0; digit < kDigits; ++digit) {
      ++counts[digit * kBuckets + ((entry.prefix >> (8 * digit)) & 0xFF)];
    }
  }
  std::vector<Entry> other(entries.size());
  for (size_t digit = 0; digit < kDigits; ++digit) {
    uint32_t* places = counts.data() + digit * kBuckets;
    if (places[(entries[0].prefix >> (8 * digit)) & 0xFF] == entries.size()) {
      continue;
    }
    uint32_t place = 0;
    for (size_t bucket = 0; bucket < kBuckets; ++bucket) {
      place += std::exchange(places[bucket], place);
    }
    for (const Entry& entry : entries) {
      other[places[(entry.prefix >> (8 * digit)) & 0xFF]++] = entry;
    }
    entries.swap(other);
  }
}

}  // namespace

RowOrder::RowOrder(const std::vector<SortKey>& keys, std::span<const LogicalType> input_types, ExecutionState& state)
    : RowOrder({}, keys, input_types, state) {}

RowOrder::RowOrder(std::span<const uint32_t> columns, std::span<const LogicalType> input_types, ExecutionState& state)
    : input_width_(input_types.size()), row_types_(input_types.begin(), input_types.end()) {
  for (const uint32_t column : columns) {
    const InputExpression input(column, input_types[column]);
    add_key(input, {}, state);
  }
}

RowOrder::RowOrder(const std::vector<ExpressionPtr>& groups, const std::vector<SortKey>& keys,
                   std::span<const LogicalType> input_types, ExecutionState& state)
    : input_width_(input_types.size()), row_types_(input_types.begin(), input_types.end()) {
  for (const ExpressionPtr& group : groups) {
    add_key(*group, {}, state);
  }
  group_keys_ = keys_.size();
  for (const SortKey& key : keys) {
    add_key(*key.expression, {key.descending, key.nulls_first}, state);
  }
}

void RowOrder::add_key(const Expression& expression, Direction direction, ExecutionState& state) {
  Key key;
  key.direction = direction;
  if (expression.kind == ExpressionKind::kInput) {
    key.input = expression.as<InputExpression>().index;
  }
  key.canonical = compares_by_canonical_key(expression.type);
  if (expression.kind == ExpressionKind::kInput && !key.canonical) {
    key.column = expression.as<InputExpression>().index;
  } else {
    // A copy of its own: `expression` need not outlive this.
    PreparedExpression prepared(&expression, state);
    if (prepared.constant() != nullptr) {
      return;  // Orders nothing.
    }
    key.computed = PreparedExpression::owning(*prepared);
    key.column = static_cast<uint32_t>(row_types_.size());
    row_types_.push_back(key.canonical ? LogicalType(TypeId::kBytea) : expression.type);
  }
  key.physical = row_types_[key.column].physical();
  keys_.push_back(std::move(key));
}

void RowOrder::add_keys(DataChunk& chunk, Evaluator& evaluator) const {
  if (row_types_.size() == input_width_) {
    return;
  }
  std::vector<Vector> computed;
  for (const Key& key : keys_) {
    if (key.computed) {
      const Vector values = evaluator.evaluate(*key.computed, chunk);
      computed.push_back(key.canonical ? canonical_bytes(values) : values);
    }
  }
  for (Vector& values : computed) {
    chunk.columns.push_back(std::move(values));
  }
}

int RowOrder::compare(const RowCollection& left, size_t left_row, const RowCollection& right, size_t right_row,
                      size_t keys_from, size_t keys_to) const {
  for (size_t index = keys_from; index < keys_to; ++index) {
    const Key& key = keys_[index];
    const GrowingColumn& left_column = left.column(key.column);
    const GrowingColumn& right_column = right.column(key.column);
    const bool left_null = left_column.is_null(left_row);
    const bool right_null = right_column.is_null(right_row);
    if (left_null || right_null) {
      if (left_null != right_null) {
        return left_null == key.direction.nulls_first ? -1 : 1;
      }
      continue;
    }
    const int order = dispatch_physical(key.physical, [&](auto zero) {
      using T = decltype(zero);
      return compare_values(left_column.data<T>()[left_row], right_column.data<T>()[right_row]);
    });
    if (order != 0) {
      return key.direction.descending ? -order : order;
    }
  }
  return 0;
}

std::vector<uint32_t> RowOrder::sorted(const RowCollection& rows) const {
  std::vector<uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  sort_part(rows, order, 0);
  return order;
}

/// Sorts rows that are equal up to `key`: NULLs aside, then by the key's prefix, and only among equal prefixes by
/// the rest. `part` ascends by row number.
void RowOrder::sort_part(const RowCollection& rows, std::span<uint32_t> part, size_t key_index) const {
  if (key_index >= keys_.size() || part.size() < 2) {
    return;
  }
  const Key& key = keys_[key_index];
  const GrowingColumn& column = rows.column(key.column);
  std::span<uint32_t> values = part;
  if (column.has_nulls()) {
    const bool first = key.direction.nulls_first;
    const auto edge =
        std::stable_partition(part.begin(), part.end(), [&](uint32_t row) { return column.is_null(row) == first; });
    const auto split = static_cast<size_t>(edge - part.begin());
    values = first ? part.subspan(split) : part.first(split);
    sort_part(rows, first ? part.first(split) : part.subspan(split), key_index + 1);
  }
  std::vector<Entry> entries(values.size());
  const uint64_t flip = key.direction.descending ? ~uint64_t{0} : 0;
  dispatch_physical(key.physical, [&](auto zero) {
    using T = decltype(zero);
    const T* data = column.data<T>();
    for (size_t i = 0; i < values.size(); ++i) {
      entries[i] = {order_prefix(data[values[i]]) ^ flip, values[i]};
    }
  });
  // Entries are in the order of their rows, so a stable sort leaves equal ones so.
  const auto by_prefix = [](const Entry& left, const Entry& right) { return left.prefix < right.prefix; };
  if (!std::is_sorted(entries.begin(), entries.end(), by_prefix)) {
    if (entries.size() < kEntriesToCount) {
      std::sort(entries.begin(), entries.end(), [](const Entry& left, const Entry& right) {
        return left.prefix != right.prefix ? left.prefix < right.prefix : left.row < right.row;
      });
    } else {
      sort_by_prefix(entries);
    }
  }
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = entries[i].row;
  }
  const bool exact = prefix_is_exact(key.physical);
  if (exact && key_index + 1 >= keys_.size()) {
    return;
  }
  for (size_t first = 0, last = 0; first < entries.size(); first = last) {
    for (last = first + 1; last < entries.size() && entries[last].prefix == entries[first].prefix; ++last) {
    }
    const std::span<uint32_t> equal = values.subspan(first, last - first);
    if (exact) {
      sort_part(rows, equal, key_index + 1);
    } else if (equal.size() > 1) {
      sort_by_comparing(rows, equal, key_index);
    }
  }
}

void RowOrder::sort_by_comparing(const RowCollection& rows, std::span<uint32_t> part, size_t key) const {
  const auto less = [&](uint32_t left, uint32_t right) {
    const int order = compare(rows, left, rows, right, key, keys_.size());
    return order != 0 ? order < 0 : left < right;
  };
  if (!std::is_sorted(part.begin(), part.end(), less)) {
    std::sort(part.begin(), part.end(), less);
  }
}

bool RowOrder::prefix_decides() const { return prefix_is_exact(keys_[0].physical); }

void RowOrder::first_prefixes(const DataChunk& chunk, std::span<uint64_t> prefixes) const {
  const Key& key = keys_[0];
  const Vector& column = chunk.columns[key.column];
  const Vector& values = values_of(column);
  const uint64_t flip = key.direction.descending ? ~uint64_t{0} : 0;
  dispatch_physical(key.physical, [&](auto zero) {
    using T = decltype(zero);
    const T* data = values.data<T>();
    if (values.validity().all_valid()) {
      for_each_row(column, [&](size_t row, size_t index) { prefixes[row] = order_prefix(data[index]) ^ flip; });
      return;
    }
    const uint64_t null = null_prefix(key.direction.nulls_first);
    for_each_row(column, [&](size_t row, size_t index) {
      prefixes[row] = values.validity().is_valid(index) ? order_prefix(data[index]) ^ flip : null;
    });
  });
}

std::vector<uint64_t> RowOrder::first_prefixes(const RowCollection& rows, std::span<const uint32_t> which) const {
  const Key& key = keys_[0];
  const GrowingColumn& column = rows.column(key.column);
  const uint64_t flip = key.direction.descending ? ~uint64_t{0} : 0;
  const uint64_t null = null_prefix(key.direction.nulls_first);
  std::vector<uint64_t> prefixes(which.size());
  dispatch_physical(key.physical, [&](auto zero) {
    using T = decltype(zero);
    const T* data = column.data<T>();
    for (size_t i = 0; i < which.size(); ++i) {
      prefixes[i] = column.is_null(which[i]) ? null : order_prefix(data[which[i]]) ^ flip;
    }
  });
  return prefixes;
}

DataChunk gather_merged(std::span<const RowCollection* const> sources, std::span<const uint32_t> from,
                        std::span<const uint32_t> rows, size_t width) {
  DataChunk result;
  result.size = rows.size();
  if (sources.size() == 1) {
    sources[0]->gather_into(result, rows, 0, width);
    return result;
  }
  for (size_t index = 0; index < width; ++index) {
    const LogicalType type = sources[0]->column(index).type();
    Vector values = Vector::flat(type, rows.size());
    dispatch_physical(type.physical(), [&](auto zero) {
      using T = decltype(zero);
      T* to = values.mutable_data<T>();
      for (size_t i = 0; i < rows.size(); ++i) {
        to[i] = sources[from[i]]->column(index).data<T>()[rows[i]];
      }
    });
    const bool is_bytes = type.physical() == PhysicalType::kBytes;
    for (size_t source = 0; source < sources.size(); ++source) {
      const GrowingColumn& column = sources[source]->column(index);
      if (column.has_nulls()) {
        for (size_t i = 0; i < rows.size(); ++i) {
          if (from[i] == source && column.is_null(rows[i])) {
            values.set_null(i);
          }
        }
      }
      if (is_bytes && column.size() > 0 && !rows.empty()) {
        values.share_memory_of(column.view(0, 1));
      }
    }
    result.columns.push_back(std::move(values));
  }
  return result;
}

}  // namespace tidemark
