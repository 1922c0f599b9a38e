#include "storage/version_rows.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/check.h"
#include "base/error.h"
#include "types/physical_dispatch.h"

namespace tidemark {
namespace {

constexpr auto kPutByte = static_cast<uint8_t>(RowOperation::kPut);
constexpr auto kMergeByte = static_cast<uint8_t>(RowOperation::kMerge);

/// `size` times the same operation.
Vector operations_of(RowOperation operation, size_t size) {
  using Row = std::array<uint8_t, kVectorSize>;
  static const std::array<Row, 4> kRowsOfOperation = [] {
    std::array<Row, 4> rows{};
    for (size_t value = 0; value < rows.size(); ++value) {
      rows[value].fill(static_cast<uint8_t>(value));
    }
    return rows;
  }();
  TIDEMARK_CHECK(size <= kVectorSize);
  return Vector::view(TypeId::kBoolean, kRowsOfOperation[static_cast<size_t>(operation)].data(), size, {}, nullptr);
}

/// One column of one source, cell by cell.
class CellReader {
 public:
  CellReader(const VersionSource& source, ColumnId id, LogicalType type) {
    if (source.sorted != nullptr) {
      if (const SortedBlock::Column* column = source.sorted->column(id)) {
        set_ = &column->set;
        keep_ = widened(column->values, type);
        flat_ = keep_.is_flat() ? &keep_ : &keep_.entries();
        codes_ = keep_.is_flat() ? nullptr : keep_.codes().data();
      }
      return;
    }
    const auto found = std::ranges::find(*source.layout, id, &MemTableBlock::Column::id);
    if (found != source.layout->end()) {
      raw_ = &*found;
      if (raw_->type.physical() != type.physical()) {
        const Vector view = Vector::view(raw_->type, raw_->data, source.block->capacity(), {}, nullptr);
        keep_ = widened(view, type);
      } else if (raw_->texts == nullptr) {
        keep_ = Vector::view(type, raw_->data, source.block->capacity(), {}, nullptr);
      }
      flat_ = &keep_;
    }
  }
  CellReader(const CellReader&) = delete;
  CellReader& operator=(const CellReader&) = delete;

  [[nodiscard]] CellState state(uint32_t row) const {
    if (raw_ != nullptr) {
      return raw_->states == nullptr ? CellState::kValue : static_cast<CellState>(raw_->states[row]);
    }
    if (flat_ == nullptr || !set_->is_valid(row)) {
      return CellState::kUnset;
    }
    return flat_->validity().is_valid(codes_ == nullptr ? row : codes_[row]) ? CellState::kValue : CellState::kNull;
  }
  template <class T>
  [[nodiscard]] T value(uint32_t row) const {
    if constexpr (std::is_same_v<T, std::string_view>) {
      if (raw_ != nullptr) {
        uint32_t code = 0;
        std::memcpy(&code, raw_->data + size_t{row} * sizeof(code), sizeof(code));
        return raw_->texts->text(code);
      }
    }
    return flat_->data<T>()[codes_ == nullptr ? row : codes_[row]];
  }
  /// Whether every row of the source has a value here, in a flat array.
  [[nodiscard]] bool is_plain() const {
    return raw_ == nullptr && flat_ != nullptr && codes_ == nullptr && set_->all_valid() &&
           flat_->validity().all_valid();
  }
  [[nodiscard]] const Vector* flat() const { return flat_; }
  /// What texts read from here must keep alive.
  void share_with(Vector& target) const {
    if (raw_ != nullptr) {
      target.heap().keep(raw_->texts);
    } else if (flat_ != nullptr) {
      target.share_memory_of(*flat_);
    }
  }

 private:
  const MemTableBlock::Column* raw_ = nullptr;
  Vector keep_;
  const Vector* flat_ = nullptr;
  const uint32_t* codes_ = nullptr;
  const Validity* set_ = nullptr;
};

template <class From, class To>
Vector widened_as(const Vector& flat, LogicalType type) {
  Vector result = Vector::flat(type, flat.size());
  std::transform(flat.data<From>(), flat.data<From>() + flat.size(), result.mutable_data<To>(),
                 [](From value) { return static_cast<To>(value); });
  result.validity() = flat.validity();
  return result;
}

template <class From>
Vector widened_from(const Vector& flat, LogicalType type) {
  switch (type.physical()) {
    case PhysicalType::kInt16:
      return widened_as<From, int16_t>(flat, type);
    case PhysicalType::kInt32:
      return widened_as<From, int32_t>(flat, type);
    case PhysicalType::kInt64:
      return widened_as<From, int64_t>(flat, type);
    case PhysicalType::kFloat64:
      return widened_as<From, double>(flat, type);
    default:
      throw Error(sqlstate::kInternalError, "stored column cannot be read as type " + type.to_string());
  }
}

}  // namespace

Vector widened(const Vector& values, LogicalType type) {
  if (values.type() == type) {
    return values;
  }
  const PhysicalType from = values.type().physical();
  if (from == type.physical()) {
    return values.reinterpret(type);
  }
  const Vector flat = values.flatten();
  switch (from) {
    case PhysicalType::kInt16:
      return widened_from<int16_t>(flat, type);
    case PhysicalType::kInt32:
      return widened_from<int32_t>(flat, type);
    case PhysicalType::kInt64:
      return widened_from<int64_t>(flat, type);
    case PhysicalType::kFloat32:
      return widened_from<float>(flat, type);
    default:
      throw Error(sqlstate::kInternalError,
                  "stored column of type " + values.type().to_string() + " cannot be read as type " + type.to_string());
  }
}

RowOperation VersionSource::operation(uint32_t row) const {
  if (sorted != nullptr) {
    return sorted->operation(row);
  }
  return static_cast<RowOperation>(block->operations()[row]);
}

int64_t VersionSource::order(uint32_t row) const {
  return sorted != nullptr ? sorted->order()[row] : block->order()[row];
}

void VersionRows::add_series(std::string_view series, uint32_t rows) {
  size_ += rows;
  if (!runs_.empty() && runs_.back().series == series) {
    runs_.back().end = static_cast<uint32_t>(size_);
  } else {
    runs_.push_back({series, static_cast<uint32_t>(size_)});
  }
}

bool VersionRows::continues(uint32_t source, uint32_t first) const {
  return !items_.empty() && !items_.back().folded && items_.back().source == source &&
         items_.back().first + items_.back().count == first;
}

void VersionRows::add_stretch(std::string_view series, uint32_t source, uint32_t first, uint32_t count) {
  if (continues(source, first)) {
    items_.back().count += count;
  } else {
    items_.push_back({source, first, count, false});
  }
  add_series(series, count);
}

void VersionRows::add_versions(std::string_view series, std::span<const VersionPlace> newest_first) {
  items_.push_back(
      {0, static_cast<uint32_t>(places_.size()), static_cast<uint32_t>(newest_first.size()), /*folded=*/true});
  places_.insert(places_.end(), newest_first.begin(), newest_first.end());
  add_series(series, 1);
}

void VersionRows::finish(VersionChunk& chunk) {
  chunk = VersionChunk{};
  chunk.size = size_;
  chunk.runs = std::move(runs_);
  if (is_one_stretch() && sources_[items_[0].source].sorted != nullptr) {
    view_stretch(chunk);
  } else {
    gather(chunk);
  }
  items_.clear();
  places_.clear();
  runs_.clear();
  size_ = 0;
}

void VersionRows::view_stretch(VersionChunk& chunk) const {
  const Item& item = items_[0];
  const SortedBlock& block = *sources_[item.source].sorted;
  chunk.order = Vector::view(TypeId::kInt64, block.order().data() + item.first, item.count, {}, nullptr);
  bool any_merge = false;
  if (const uint8_t* operations = block.operations()) {
    chunk.operations = Vector::view(TypeId::kBoolean, operations + item.first, item.count, {}, nullptr);
    any_merge = std::ranges::find(operations + item.first, operations + item.first + item.count, kMergeByte) !=
                operations + item.first + item.count;
  } else {
    chunk.operations = operations_of(block.common_operation(), item.count);
    any_merge = block.common_operation() == RowOperation::kMerge;
  }
  chunk.columns.reserve(columns_.size());
  chunk.set.reserve(columns_.size());
  for (const ColumnId id : columns_) {
    const LogicalType type = layout_.columns[layout_.find_column(id).value()].type;
    if (const SortedBlock::Column* column = block.column(id)) {
      chunk.columns.push_back(widened(column->values.slice(item.first, item.count), type));
      chunk.set.push_back(any_merge ? column->set.slice(item.first, item.count) : Validity{});
    } else {
      chunk.columns.push_back(Vector::null_constant(type, item.count));
      chunk.set.push_back(any_merge ? Validity::filled(item.count, false) : Validity{});
    }
  }
}

void VersionRows::gather(VersionChunk& chunk) const {
  chunk.order = Vector::flat(TypeId::kInt64, chunk.size);
  chunk.operations = Vector::flat(TypeId::kBoolean, chunk.size);
  auto* order = chunk.order.mutable_data<int64_t>();
  auto* operations = chunk.operations.mutable_data<uint8_t>();
  size_t row = 0;
  for (const Item& item : items_) {
    if (!item.folded) {
      const VersionSource& source = sources_[item.source];
      for (uint32_t i = 0; i < item.count; ++i, ++row) {
        order[row] = source.order(item.first + i);
        operations[row] = static_cast<uint8_t>(source.operation(item.first + i));
      }
      continue;
    }
    const auto places = std::span(places_).subspan(item.first, item.count);
    const RowOperation newest = sources_[places.front().source].operation(places.front().row);
    const RowOperation oldest = sources_[places.back().source].operation(places.back().row);
    order[row] = sources_[places.front().source].order(places.front().row);
    operations[row] = newest == RowOperation::kDelete  ? static_cast<uint8_t>(newest)
                      : oldest == RowOperation::kMerge ? kMergeByte
                                                       : kPutByte;
    ++row;
  }
  const bool any_merge = std::find(operations, operations + chunk.size, kMergeByte) != operations + chunk.size;
  chunk.columns.resize(columns_.size());
  chunk.set.resize(columns_.size());
  for (size_t i = 0; i < columns_.size(); ++i) {
    const LogicalType type = layout_.columns[layout_.find_column(columns_[i]).value()].type;
    gather_column(columns_[i], type, any_merge, chunk.columns[i], chunk.set[i]);
  }
}

void VersionRows::gather_column(ColumnId id, LogicalType type, bool want_set, Vector& values, Validity& set) const {
  std::vector<std::unique_ptr<CellReader>> readers(sources_.size());
  const auto reader_of = [&](uint32_t source) -> const CellReader& {
    if (readers[source] == nullptr) {
      readers[source] = std::make_unique<CellReader>(sources_[source], id, type);
    }
    return *readers[source];
  };
  values = Vector::flat(type, size_);
  std::vector<uint8_t> states(size_);
  dispatch_physical(type.physical(), [&](auto zero) {
    using T = decltype(zero);
    T* target = values.mutable_data<T>();
    size_t row = 0;
    for (const Item& item : items_) {
      if (!item.folded) {
        const CellReader& reader = reader_of(item.source);
        if (reader.is_plain()) {
          std::copy_n(reader.flat()->template data<T>() + item.first, item.count, target + row);
          std::memset(states.data() + row, static_cast<int>(CellState::kValue), item.count);
          row += item.count;
          continue;
        }
        for (uint32_t i = 0; i < item.count; ++i, ++row) {
          const CellState state = reader.state(item.first + i);
          target[row] = state == CellState::kValue ? reader.template value<T>(item.first + i) : T{};
          states[row] = static_cast<uint8_t>(state);
        }
        continue;
      }
      auto state = CellState::kUnset;
      for (const VersionPlace& place : std::span(places_).subspan(item.first, item.count)) {
        const CellReader& reader = reader_of(place.source);
        const RowOperation operation = sources_[place.source].operation(place.row);
        state = operation == RowOperation::kDelete ? CellState::kUnset : reader.state(place.row);
        if (state == CellState::kValue) {
          target[row] = reader.template value<T>(place.row);
        }
        if (state != CellState::kUnset || operation != RowOperation::kMerge) {
          break;
        }
      }
      if (state != CellState::kValue) {
        target[row] = T{};
      }
      states[row++] = static_cast<uint8_t>(state);
    }
  });
  if (type.physical() == PhysicalType::kBytes) {
    for (const auto& reader : readers) {
      if (reader != nullptr) {
        reader->share_with(values);
      }
    }
  }
  const auto mark = [&](Validity& bits, auto test) {
    if (!std::ranges::all_of(states, test)) {
      bits = Validity::filled(size_, false);
      for (size_t row = 0; row < size_; ++row) {
        if (test(states[row])) {
          bits.set_valid(row);
        }
      }
    }
  };
  mark(values.validity(), [](uint8_t state) { return state == static_cast<uint8_t>(CellState::kValue); });
  if (want_set) {
    mark(set, [](uint8_t state) { return state != static_cast<uint8_t>(CellState::kUnset); });
  }
}

}  // namespace tidemark
