#include "storage/memtable.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace tidemark {
namespace {

void copy_constant(const char* value, size_t width, size_t count, char* to) {
  for (size_t row = 0; row < count; ++row) {
    std::memcpy(to + row * width, value, width);
  }
}

/// Codes of a text column, one a row; entries of dictionaries and runs are interned once, and only if used.
std::vector<uint32_t> intern_rows(const Vector& values, TextDictionary& texts) {
  const size_t rows = values.size();
  std::vector<uint32_t> codes(rows, 0);
  switch (values.form()) {
    case VectorForm::kFlat: {
      const auto* views = values.data<std::string_view>();
      size_t last = rows;  // the last row that is not NULL
      for (size_t row = 0; row < rows; ++row) {
        if (!values.validity().is_valid(row)) {
          continue;
        }
        // Neighbours are often equal.
        codes[row] = last != rows && views[row] == views[last] ? codes[last] : texts.intern(views[row]);
        last = row;
      }
      return codes;
    }
    case VectorForm::kConstant:
      if (values.validity().is_valid(0)) {
        std::ranges::fill(codes, texts.intern(*values.data<std::string_view>()));
      }
      return codes;
    case VectorForm::kDictionary: {
      const Vector& entries = values.entries();
      constexpr uint32_t kNotYet = UINT32_MAX;
      std::vector<uint32_t> code_of(entries.size(), kNotYet);
      for (size_t row = 0; row < rows; ++row) {
        const uint32_t entry = values.codes()[row];
        if (code_of[entry] == kNotYet) {
          code_of[entry] =
              entries.validity().is_valid(entry) ? texts.intern(entries.data<std::string_view>()[entry]) : 0;
        }
        codes[row] = code_of[entry];
      }
      return codes;
    }
    case VectorForm::kRun: {
      const Vector& entries = values.entries();
      size_t row = 0;
      for (size_t run = 0; run < entries.size(); ++run) {
        const size_t end = values.run_ends()[run];
        if (entries.validity().is_valid(run)) {
          std::fill(codes.begin() + static_cast<ptrdiff_t>(row), codes.begin() + static_cast<ptrdiff_t>(end),
                    texts.intern(entries.data<std::string_view>()[run]));
        }
        row = end;
      }
      return codes;
    }
  }
  TIDEMARK_CHECK(false);
}

}  // namespace

std::shared_ptr<const SortedBlock> MemTableSlice::sorted() const {
  const std::lock_guard lock(mutex_);
  if (sorted_ == nullptr) {
    sorted_ = std::make_shared<const SortedBlock>(block_, layout_, rows_);
  }
  return sorted_;
}

std::shared_ptr<const MemTableBlock> MemTableSlice::block() const {
  const std::lock_guard lock(mutex_);
  return block_;
}

void MemTableSlice::settle() const {
  sorted()->gather_all();
  const std::lock_guard lock(mutex_);
  block_.reset();
}

MemTable::SliceList MemTable::View::slices() const {
  SliceList all;
  if (full != nullptr) {
    all = *full;
  }
  if (tail != nullptr) {
    all.push_back(tail);
  }
  return all;
}

bool MemTable::accepts(const RowBatch& batch) const {
  return std::ranges::all_of(batch.columns, [this](const RowBatch::Column& column) {
    const auto found = std::ranges::find(columns_, column.id, &KnownColumn::id);
    return found == columns_.end() || found->type.same_base(column.values.type());
  });
}

size_t MemTable::bytes_needed(const RowBatch& batch) {
  size_t row_bytes = sizeof(uint32_t) + sizeof(int64_t) + 1;
  size_t text_bytes = 0;
  for (const RowBatch::Column& column : batch.columns) {
    row_bytes += physical_width(column.values.type().physical()) + 1;
    if (column.values.type().physical() == PhysicalType::kBytes) {
      text_bytes += column.values.memory_bytes();
    }
  }
  for (const std::string& series : batch.series) {
    text_bytes += series.size() + 64;  // entry and hash slot
  }
  // A block that is begun has room for as many rows as there were before; half of it counts with each half of its rows.
  return batch.size() * row_bytes * 2 + text_bytes + 1024;
}

MemTable::KnownColumn& MemTable::known_column(ColumnId id, LogicalType type) {
  const auto found = std::ranges::find(columns_, id, &KnownColumn::id);
  if (found != columns_.end()) {
    return *found;
  }
  KnownColumn& column = columns_.emplace_back();
  column.id = id;
  column.type = type;
  if (type.physical() == PhysicalType::kBytes) {
    column.texts = std::make_shared<TextDictionary>();
  }
  return column;
}

PreparedBatch MemTable::prepare(const RowBatch& batch) {
  const size_t rows = batch.size();
  PreparedBatch prepared;
  prepared.operation = batch.operation;
  prepared.order = batch.order;
  std::vector<uint32_t> ids(batch.series.size());
  for (size_t i = 0; i < ids.size(); ++i) {
    ids[i] = series_->find_or_add(batch.series[i]);
  }
  prepared.series.resize(rows);
  for (size_t row = 0; row < rows; ++row) {
    prepared.series[row] = ids[batch.row_series[row]];
  }

  prepared.columns.reserve(batch.columns.size());
  for (const RowBatch::Column& column : batch.columns) {
    const KnownColumn& known = known_column(column.id, column.values.type());
    PreparedColumn& target = prepared.columns.emplace_back();
    target.id = column.id;
    target.type = known.type;
    target.texts = known.texts;
    if (known.texts != nullptr) {
      target.width = sizeof(uint32_t);
      const std::vector<uint32_t> codes = intern_rows(column.values, *known.texts);
      target.owned.resize(rows * target.width);
      std::memcpy(target.owned.data(), codes.data(), target.owned.size());
      target.data = target.owned.data();
    } else {
      target.width = physical_width(known.type.physical());
      if (column.values.is_flat()) {
        target.data = column.values.data<char>();
      } else if (column.values.is_constant()) {
        target.owned.resize(rows * target.width);
        copy_constant(column.values.data<char>(), target.width, rows, target.owned.data());
        target.data = target.owned.data();
      } else {
        const Vector flat = column.values.flatten();
        target.owned.assign(flat.data<char>(), flat.data<char>() + rows * target.width);
        target.data = target.owned.data();
      }
    }
    if (!column.values.all_valid() || !column.set.all_valid()) {
      target.owned_states.resize(rows);
      bool all_are_values = true;
      for (size_t row = 0; row < rows; ++row) {
        const CellState state = !column.set.is_valid(row)    ? CellState::kUnset
                                : column.values.is_null(row) ? CellState::kNull
                                                             : CellState::kValue;
        target.owned_states[row] = static_cast<uint8_t>(state);
        all_are_values &= state == CellState::kValue;
      }
      target.states = all_are_values ? nullptr : target.owned_states.data();
    }
  }
  return prepared;
}

MemTable::SliceList MemTable::append(const RowBatch& batch) {
  SliceList filled;
  const size_t rows = batch.size();
  if (rows == 0) {
    return filled;
  }
  TIDEMARK_FATAL_CHECK(batch.order.size() == rows);
  const PreparedBatch prepared = prepare(batch);
  for (size_t first = 0; first < rows;) {
    if (block_ == nullptr) {
      const size_t capacity = std::clamp(std::bit_ceil(std::max<size_t>(view_.versions, rows - first)), kFirstBlockRows,
                                         MemTableBlock::kRowsMax);
      block_ = std::make_shared<MemTableBlock>(capacity, series_);
    }
    const size_t count = std::min(rows - first, block_->capacity() - block_->size());
    block_->append(prepared, first, count);
    first += count;
    view_.versions += count;
    view_.series_count = series_->size();
    auto slice = std::make_shared<const MemTableSlice>(block_, block_->layout(), block_->size());
    if (block_->size() == block_->capacity()) {
      auto full = view_.full == nullptr ? std::make_shared<SliceList>() : std::make_shared<SliceList>(*view_.full);
      full->push_back(slice);
      filled.push_back(std::move(slice));
      view_.full = std::move(full);
      view_.tail.reset();
      block_.reset();
    } else {
      view_.tail = std::move(slice);
    }
  }
  return filled;
}

}  // namespace tidemark
