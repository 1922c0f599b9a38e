#include "storage/memtable_block.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace tidemark {

MemTableBlock::MemTableBlock(size_t capacity, std::shared_ptr<const SeriesTable> series)
    : capacity_(capacity),
      series_(std::move(series)),
      series_ids_(std::make_unique_for_overwrite<uint32_t[]>(capacity)),
      order_(std::make_unique_for_overwrite<int64_t[]>(capacity)),
      operations_(std::make_unique_for_overwrite<uint8_t[]>(capacity)),
      layout_(std::make_shared<const Layout>()),
      bytes_(capacity * (sizeof(uint32_t) + sizeof(int64_t) + 1)),
      slot_mask_(std::bit_ceil(capacity * 2) - 1) {}

size_t MemTableBlock::bytes_for(size_t rows, std::span<const PreparedColumn> columns) {
  size_t row_bytes = sizeof(uint32_t) + sizeof(int64_t) + 1;
  for (const PreparedColumn& column : columns) {
    row_bytes += column.width + 1;
  }
  return rows * row_bytes;
}

void MemTableBlock::append(const PreparedBatch& batch, size_t first, size_t count) {
  TIDEMARK_FATAL_CHECK(count <= capacity_ - size_);
  std::copy_n(batch.series.data() + first, count, series_ids_.get() + size_);
  std::copy_n(batch.order.data() + first, count, order_.get() + size_);
  std::memset(operations_.get() + size_, static_cast<int>(batch.operation), count);
  bool layout_changed = false;
  for (size_t i = 0; i < batch.columns.size(); ++i) {
    const PreparedColumn& prepared = batch.columns[i];
    // Batches of one writer bear the same columns in the same order.
    OwnColumn& column =
        i < columns_.size() && columns_[i].id == prepared.id ? columns_[i] : own_column(prepared, layout_changed);
    TIDEMARK_FATAL_CHECK(column.width == prepared.width && column.type.physical() == prepared.type.physical());
    std::memcpy(column.data.get() + size_ * column.width, prepared.data + first * column.width, count * column.width);
    if (prepared.states != nullptr && column.states == nullptr) {
      give_states(column, CellState::kValue);
      layout_changed = true;
    }
    if (column.states != nullptr) {
      if (prepared.states != nullptr) {
        std::memcpy(column.states.get() + size_, prepared.states + first, count);
      } else {
        std::memset(column.states.get() + size_, static_cast<int>(CellState::kValue), count);
      }
    }
  }
  // Columns that the batch does not bear stay unset in its rows.
  const bool some_are_missing = columns_.size() > batch.columns.size();
  for (OwnColumn& column : columns_) {
    if (!some_are_missing || std::ranges::find(batch.columns, column.id, &PreparedColumn::id) != batch.columns.end()) {
      continue;
    }
    std::memset(column.data.get() + size_ * column.width, 0, count * column.width);
    if (column.states == nullptr) {
      give_states(column, CellState::kValue);
      layout_changed = true;
    }
    std::memset(column.states.get() + size_, static_cast<int>(CellState::kUnset), count);
  }
  size_ += count;
  if (layout_changed) {
    publish_layout();
  }
  if (index_wanted_.load(std::memory_order_relaxed)) {
    index_rows(size_);
  }
}

MemTableBlock::OwnColumn& MemTableBlock::own_column(const PreparedColumn& prepared, bool& layout_changed) {
  const auto found = std::ranges::find(columns_, prepared.id, &OwnColumn::id);
  if (found != columns_.end()) {
    return *found;
  }
  OwnColumn column;
  column.id = prepared.id;
  column.type = prepared.type;
  column.width = prepared.width;
  column.data = std::make_unique_for_overwrite<char[]>(capacity_ * prepared.width);
  column.texts = prepared.texts;
  bytes_ += capacity_ * prepared.width;
  if (size_ > 0) {
    std::memset(column.data.get(), 0, size_ * prepared.width);
    give_states(column, CellState::kUnset);
  }
  columns_.push_back(std::move(column));
  layout_changed = true;
  return columns_.back();
}

void MemTableBlock::give_states(OwnColumn& column, CellState before) {
  column.states = std::make_unique_for_overwrite<uint8_t[]>(capacity_);
  std::memset(column.states.get(), static_cast<int>(before), size_);
  bytes_ += capacity_;
}

void MemTableBlock::publish_layout() {
  auto layout = std::make_shared<Layout>();
  layout->reserve(columns_.size());
  for (const OwnColumn& column : columns_) {
    layout->push_back({column.id, column.type, column.data.get(), column.states.get(), column.texts});
  }
  layout_ = std::move(layout);
}

uint32_t MemTableBlock::find(const RowKey& key, uint64_t key_hash, size_t rows) const {
  if (rows == 0) {
    return kNoRow;
  }
  if (indexed_rows_.load(std::memory_order_acquire) < rows) {
    index_rows(rows);
  }
  for (size_t slot = key_hash & slot_mask_;; slot = (slot + 1) & slot_mask_) {
    const uint32_t entry = slots_[slot].load(std::memory_order_acquire);
    if (entry == 0) {
      return kNoRow;
    }
    uint32_t row = entry - 1;
    if (order_[row] == key.order && series_->bytes(series_ids_[row]) == key.series) {
      while (row != kNoRow && row >= rows) {
        row = older_[row];
      }
      return row;
    }
  }
}

void MemTableBlock::index_rows(size_t rows) const {
  const std::lock_guard lock(index_mutex_);
  if (slots_ == nullptr) {
    slots_ = std::make_unique<std::atomic<uint32_t>[]>(slot_mask_ + 1);
    older_ = std::make_unique_for_overwrite<uint32_t[]>(capacity_);
    index_wanted_.store(true, std::memory_order_relaxed);
  }
  size_t row = indexed_rows_.load(std::memory_order_relaxed);
  for (; row < rows; ++row) {
    const uint64_t hash = row_key_hash(series_->hash(series_ids_[row]), order_[row]);
    older_[row] = kNoRow;
    size_t slot = hash & slot_mask_;
    for (;; slot = (slot + 1) & slot_mask_) {
      const uint32_t entry = slots_[slot].load(std::memory_order_relaxed);
      if (entry == 0) {
        break;
      }
      if (order_[entry - 1] == order_[row] && series_ids_[entry - 1] == series_ids_[row]) {
        older_[row] = entry - 1;
        break;
      }
    }
    slots_[slot].store(static_cast<uint32_t>(row + 1), std::memory_order_release);
  }
  indexed_rows_.store(std::max(row, indexed_rows_.load(std::memory_order_relaxed)), std::memory_order_release);
}

}  // namespace tidemark
