#include "storage/chunk_rows.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "storage/memtable_block.h"

namespace tidemark {
namespace {

constexpr auto kPutByte = static_cast<uint8_t>(RowOperation::kPut);
constexpr auto kMergeByte = static_cast<uint8_t>(RowOperation::kMerge);
constexpr auto kDeleteByte = static_cast<uint8_t>(RowOperation::kDelete);

constexpr auto kUnsetByte = static_cast<uint8_t>(CellState::kUnset);
constexpr auto kValueByte = static_cast<uint8_t>(CellState::kValue);

/// The column with NULL wherever it is not set.
Vector null_where_unset(const Vector& column, const Validity& set) {
  size_t row = 0;
  while (row < column.size() && (set.is_valid(row) || column.is_null(row))) {
    ++row;
  }
  if (row == column.size()) {
    return column;
  }
  Vector result = column.flatten();
  result.validity().make_writable(result.size());
  for (; row < result.size(); ++row) {
    if (!set.is_valid(row)) {
      result.validity().set_null(row);
    }
  }
  return result;
}

/// Bits of the rows whose state passes; none if all do.
template <class Test>
Validity bits_where(std::span<const uint8_t> states, const Test& test) {
  if (std::ranges::all_of(states, test)) {
    return {};
  }
  Validity bits = Validity::filled(states.size(), false);
  for (size_t row = 0; row < states.size(); ++row) {
    if (test(states[row])) {
      bits.set_valid(row);
    }
  }
  return bits;
}

/// A value as bytes: gathering does not look into it.
template <size_t width>
struct Cell {
  char bytes[width];
};

template <class Body>
void for_width(size_t width, const Body& body) {
  switch (width) {
    case 1:
      return body(Cell<1>{});
    case 2:
      return body(Cell<2>{});
    case 4:
      return body(Cell<4>{});
    case 8:
      return body(Cell<8>{});
    default:
      TIDEMARK_CHECK(width == 16);
      return body(Cell<16>{});
  }
}

}  // namespace

LoadedChunk::LoadedChunk(VersionChunk rows) : rows_(std::move(rows)), columns_(rows_.columns.size()) {
  TIDEMARK_ASSERT(rows_.order.is_flat());
  flat_operations_ = rows_.operations.flatten();
  operations_ = flat_operations_.data<uint8_t>();
  has_deletes_ = std::find(operations_, operations_ + rows_.size, kDeleteByte) != operations_ + rows_.size;
}

const LoadedChunk::Column& LoadedChunk::column(size_t number) {
  std::optional<Column>& column = columns_[number];
  if (!column) {
    column.emplace(Column{rows_.columns[number].flatten(), false});
    column->is_plain = column->values.validity().all_valid() && (rows_.set.empty() || rows_.set[number].all_valid());
  }
  return *column;
}

const Vector& LoadedChunk::flat(size_t column) { return this->column(column).values; }

bool LoadedChunk::is_plain(size_t column) { return this->column(column).is_plain; }

void make_whole(VersionChunk& chunk) {
  const auto* operations = chunk.operations.data<uint8_t>();
  if (std::find(operations, operations + (chunk.operations.is_constant() ? 1 : chunk.size), kMergeByte) ==
      operations + (chunk.operations.is_constant() ? 1 : chunk.size)) {
    return;
  }
  const Vector flat = chunk.operations.flatten();
  const std::span states = flat.values<uint8_t>();
  for (size_t column = 0; column < chunk.set.size(); ++column) {
    if (!chunk.set[column].all_valid()) {
      // A put's cells are its own, whatever its bits say.
      Validity set = chunk.set[column];
      set.make_writable(chunk.size);
      for (size_t row = 0; row < chunk.size; ++row) {
        if (states[row] == kPutByte) {
          set.set_valid(row);
        }
      }
      chunk.columns[column] = null_where_unset(chunk.columns[column], set);
      chunk.set[column] = {};
    }
  }
  chunk.operations = Vector::flat(TypeId::kBoolean, chunk.size);
  std::memset(chunk.operations.mutable_data<uint8_t>(), kPutByte, chunk.size);
}

uint32_t ChunkRows::place_of(const std::shared_ptr<LoadedChunk>& chunk) {
  if (!chunk->place_) {
    chunk->place_ = static_cast<uint32_t>(chunks_.size());
    chunks_.push_back(chunk);
  }
  return *chunk->place_;
}

void ChunkRows::add_run(std::string_view series, size_t rows) {
  size_ += rows;
  if (runs_.empty() || runs_.back().series != series) {
    runs_.push_back({series, static_cast<uint32_t>(size_)});
  } else {
    runs_.back().end = static_cast<uint32_t>(size_);
  }
}

void ChunkRows::add(const Place& first, size_t count) {
  const uint32_t chunk = place_of(first.chunk);
  if (!items_.empty() && !items_.back().folded && items_.back().chunk == chunk &&
      items_.back().first + items_.back().count == first.row) {
    items_.back().count += static_cast<uint32_t>(count);
  } else {
    items_.push_back({static_cast<uint32_t>(first.row), static_cast<uint32_t>(count), chunk, /*folded=*/false});
  }
  const std::vector<VersionChunk::SeriesRun>& runs = first.chunk->rows().runs;
  const size_t last = first.row + count;
  for (size_t row = first.row, run = first.run; row < last; ++run) {
    const size_t end = std::min<size_t>(runs[run].end, last);
    add_run(runs[run].series, end - row);
    row = end;
  }
}

void ChunkRows::add_versions(std::span<const Place> newest_first) {
  items_.push_back({static_cast<uint32_t>(versions_.size()), static_cast<uint32_t>(newest_first.size()), 0,
                    /*folded=*/true});
  for (const Place& place : newest_first) {
    versions_.push_back({place_of(place.chunk), static_cast<uint32_t>(place.row)});
  }
  add_run(newest_first[0].chunk->rows().runs[newest_first[0].run].series, 1);
}

void ChunkRows::finish(VersionChunk& chunk) {
  TIDEMARK_ASSERT(size_ > 0);
  chunk = VersionChunk{};
  chunk.size = size_;
  chunk.runs = std::move(runs_);
  gather_keys(chunk);
  for (size_t column = 0; column < types_.size(); ++column) {
    gather_column(column, chunk);
  }
  for (const std::shared_ptr<LoadedChunk>& source : chunks_) {
    source->place_.reset();
  }
  chunk.keep = std::make_shared<const std::vector<std::shared_ptr<LoadedChunk>>>(std::move(chunks_));
  chunks_.clear();
  items_.clear();
  versions_.clear();
  runs_.clear();
  size_ = 0;
}

RowOperation ChunkRows::folded_operation(const Item& item) const {
  const Version& last = versions_[item.first + item.count - 1];
  const bool is_whole = oldest_ || chunks_[last.chunk]->operation(last.row) != RowOperation::kMerge;
  return is_whole ? RowOperation::kPut : RowOperation::kMerge;
}

void ChunkRows::gather_keys(VersionChunk& chunk) const {
  chunk.order = Vector::flat(TypeId::kInt64, size_);
  chunk.operations = Vector::flat(TypeId::kBoolean, size_);
  auto* order = chunk.order.mutable_data<int64_t>();
  auto* operation = chunk.operations.mutable_data<uint8_t>();
  for (const Item& item : items_) {
    if (item.folded) {
      const Version& newest = versions_[item.first];
      *order++ = chunks_[newest.chunk]->orders()[newest.row];
      *operation++ = static_cast<uint8_t>(folded_operation(item));
      continue;
    }
    const LoadedChunk& source = *chunks_[item.chunk];
    order = std::copy_n(source.orders() + item.first, item.count, order);
    operation = oldest_ ? std::fill_n(operation, item.count, kPutByte)
                        : std::copy_n(source.operations_ + item.first, item.count, operation);
  }
}

void ChunkRows::gather_column(size_t column, VersionChunk& chunk) const {
  const LogicalType type = types_[column];
  Vector values = Vector::flat(type, size_);
  struct Source {
    const char* data = nullptr;
    const Validity* validity = nullptr;
    bool is_plain = false;
  };
  std::vector<Source> sources;
  sources.reserve(chunks_.size());
  for (const std::shared_ptr<LoadedChunk>& source : chunks_) {
    const Vector& flat = source->flat(column);
    sources.push_back({flat.data<char>(), &flat.validity(), source->is_plain(column)});
    if (type.physical() == PhysicalType::kBytes) {
      values.share_memory_of(flat);
    }
  }
  std::vector<uint8_t> states(size_, kValueByte);
  const auto state_of = [&](uint32_t place, size_t row) {
    if (sources[place].is_plain) {
      return kValueByte;
    }
    if (!chunks_[place]->sets(column, row)) {
      return kUnsetByte;
    }
    return static_cast<uint8_t>(sources[place].validity->is_valid(row) ? CellState::kValue : CellState::kNull);
  };
  for_width(physical_width(type.physical()), [&](auto zero) {
    using T = decltype(zero);
    char* target = values.mutable_data<char>();
    size_t to = 0;
    for (const Item& item : items_) {
      if (!item.folded) {
        const Source& source = sources[item.chunk];
        std::memcpy(target + to * sizeof(T), source.data + item.first * sizeof(T), item.count * sizeof(T));
        for (uint32_t i = 0; !source.is_plain && i < item.count; ++i) {
          states[to + i] = state_of(item.chunk, item.first + i);
        }
        to += item.count;
        continue;
      }
      // What no version sets is NULL in a whole row, and stays unset in one that is not.
      states[to] = folded_operation(item) == RowOperation::kPut ? static_cast<uint8_t>(CellState::kNull) : kUnsetByte;
      if (type.physical() != PhysicalType::kBytes) {
        std::memset(target + to * sizeof(T), 0, sizeof(T));
      }
      for (const Version& version : std::span(versions_).subspan(item.first, item.count)) {
        if (chunks_[version.chunk]->operation(version.row) == RowOperation::kDelete) {
          break;
        }
        const uint8_t state = state_of(version.chunk, version.row);
        if (state != kUnsetByte) {
          states[to] = state;
          std::memcpy(target + to * sizeof(T), sources[version.chunk].data + version.row * sizeof(T), sizeof(T));
          break;
        }
      }
      ++to;
    }
  });
  values.validity() = bits_where(states, [](uint8_t state) { return state == kValueByte; });
  chunk.columns.push_back(std::move(values));
  chunk.set.push_back(oldest_ ? Validity() : bits_where(states, [](uint8_t state) { return state != kUnsetByte; }));
}

}  // namespace tidemark
