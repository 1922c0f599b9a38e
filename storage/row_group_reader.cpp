#include "storage/row_group_reader.h"

#include <algorithm>

#include "base/check.h"
#include "storage/column_page.h"
#include "storage/type_widening.h"
#include "types/boxed_row.h"
#include "types/value.h"

namespace tidemark {

RowGroupReader::RowGroupReader(const SegmentReader::File& file, uint32_t row_group, const TableLayout& layout)
    : file_(file),
      layout_(layout),
      info_(file.footer().row_groups[row_group]),
      row_group_(row_group),
      directory_(read_directory(file, row_group)) {
  order_.type = TypeId::kInt64;
  order_.chunk = {directory_, &directory_->index.order};
  operations_.type = TypeId::kBoolean;
  operations_.chunk = {directory_, &directory_->index.operations};
}

std::optional<size_t> RowGroupReader::stored_number(ColumnId column) const {
  const auto& stored = file_.footer().columns;
  const auto found = std::ranges::find(stored, column, &SegmentColumn::id);
  return found == stored.end() ? std::nullopt : std::optional(static_cast<size_t>(found - stored.begin()));
}

std::optional<LogicalType> RowGroupReader::stored_type(ColumnId column) const {
  const std::optional<size_t> stored = stored_number(column);
  return stored ? std::optional(file_.footer().columns[*stored].type) : std::nullopt;
}

RowGroupReader::LoadedColumn& RowGroupReader::load(ColumnId column) {
  for (const auto& loaded : columns_) {
    if (loaded->id == column) {
      return *loaded;
    }
  }
  auto loaded = std::make_unique<LoadedColumn>();
  loaded->id = column;
  const std::optional<size_t> current = layout_.find_column(column);
  TIDEMARK_CHECK(current.has_value());
  loaded->type = layout_.columns[*current].type;
  loaded->stored = stored_number(column);
  if (loaded->stored) {
    loaded->chunk = read_column_directory(file_, row_group_, *directory_, *loaded->stored);
  } else {
    // Nowhere in the file, and set by no row.
    auto nowhere = std::make_shared<ColumnChunk>();
    nowhere->all_set = false;
    loaded->chunk = std::move(nowhere);
  }
  columns_.push_back(std::move(loaded));
  return *columns_.back();
}

const ColumnChunk* RowGroupReader::chunk(ColumnId column) {
  LoadedColumn& loaded = load(column);
  return loaded.stored ? loaded.chunk.get() : nullptr;
}

std::string_view RowGroupReader::page_bytes(LoadedColumn& column, size_t page) {
  const ColumnChunk::Page& place = column.chunk->pages[page];
  if (column.block_index != place.block) {
    column.block = file_.read_block(column.chunk->blocks[place.block].ref);
    column.block_index = place.block;
  }
  ++pages_decoded_;
  return std::string_view(*column.block).substr(place.offset, place.length);
}

Vector RowGroupReader::order(size_t page) {
  Vector values;
  Validity set;
  if (order_.chunk->form != ColumnChunk::Form::kPlain ||
      !decode_page(page_bytes(order_, page), TypeId::kInt64, pages()[page].rows, values, set) || !values.is_flat()) {
    file_.fail(info_.index.offset, "malformed page of the order column");
  }
  return values;
}

Vector RowGroupReader::operations(size_t page) {
  const size_t rows = pages()[page].rows;
  if (operations_.chunk->form == ColumnChunk::Form::kAbsent) {
    static_assert(static_cast<uint8_t>(RowOperation::kPut) == 1);
    return Vector::constant(Value::boolean(true), rows);
  }
  Vector values;
  Validity set;
  if (!decode_page(page_bytes(operations_, page), TypeId::kBoolean, rows, values, set)) {
    file_.fail(info_.index.offset, "malformed page of operations");
  }
  return values;
}

Vector RowGroupReader::column(size_t page, ColumnId id, Validity* set) {
  LoadedColumn& column = load(id);
  const size_t rows = pages()[page].rows;
  Validity page_set;
  Vector values;
  if (column.chunk->form == ColumnChunk::Form::kAbsent) {
    values = Vector::null_constant(column.type, rows);
    if (!column.chunk->all_set) {
      page_set = none_valid(rows);
    }
  } else if (column.chunk->form == ColumnChunk::Form::kDictionary) {
    if (column.dictionary == nullptr) {
      column.dictionary =
          read_dictionary(file_, *column.chunk, file_.footer().columns[*column.stored].type, column.type);
    }
    if (!decode_code_page(page_bytes(column, page), column.dictionary, rows, values, page_set)) {
      file_.fail(column.chunk->blocks[column.block_index].ref.offset, "malformed page of codes");
    }
  } else {
    const LogicalType stored = file_.footer().columns[*column.stored].type;
    if (!decode_page(page_bytes(column, page), stored, rows, values, page_set)) {
      file_.fail(column.chunk->blocks[column.block_index].ref.offset, "malformed page");
    }
    values = widen(values, column.type);
  }
  if (set != nullptr) {
    *set = std::move(page_set);
  }
  return values;
}

void RowGroupReader::load_series_block(size_t page) {
  const auto& blocks = directory_->index.series_blocks;
  const auto after = std::ranges::upper_bound(blocks, page, {}, &SeriesBlockInfo::first_page);
  const auto number = static_cast<size_t>(after - blocks.begin()) - 1;
  if (number == series_block_) {
    return;
  }
  series_ = read_series(file_, blocks[number].ref, layout_);
  series_block_ = number;
  ++block_generation_;
}

bool RowGroupReader::load_only_series_block() {
  if (directory_->index.series_blocks.size() != 1) {
    return false;
  }
  load_series_block(0);
  return true;
}

std::vector<RowGroupReader::SeriesRun> RowGroupReader::series_runs(size_t page) {
  load_series_block(page);
  const PageInfo& info = pages()[page];
  std::vector<SeriesRun> runs;
  const uint32_t page_end = info.first_row + info.rows;
  for (size_t index = series_->view.find_row(info.first_row);; ++index) {
    if (index >= series_->view.count()) {
      file_.fail(directory_->index.series_blocks[series_block_].ref.offset, "a page has rows without a series");
    }
    const uint32_t end = std::min(series_->view.end(index), page_end);
    const uint32_t before = runs.empty() ? 0 : runs.back().end;
    if (end <= info.first_row + before) {
      file_.fail(directory_->index.series_blocks[series_block_].ref.offset, "a series without rows");
    }
    runs.push_back({.index = static_cast<uint32_t>(index), .end = end - info.first_row});
    if (end == page_end) {
      return runs;
    }
  }
}

/// The values of `last`; `decode(page)` gives those of a page.
template <class Decode>
Vector RowGroupReader::gather_last(const LastRows& last, LogicalType type, const Decode& decode) const {
  Vector values = Vector::flat(type, last.places.size());
  for (size_t first = 0; first < last.places.size();) {
    const uint32_t page = last.places[first].page;
    const Vector decoded = decode(page);
    for (; first < last.places.size() && last.places[first].page == page; ++first) {
      // Boxed, so that texts are copied and the page is let go of.
      set_row(values, first, decoded.value(last.places[first].row));
    }
  }
  return values;
}

LastRows RowGroupReader::find_last_rows() {
  load_series_block(0);
  LastRows last;
  last.places.reserve(series_->view.count());
  uint32_t page = 0;
  for (size_t index = 0; index < series_->view.count(); ++index) {
    const uint32_t row = series_->view.end(index) - 1;
    while (page < pages().size() && pages()[page].first_row + pages()[page].rows <= row) {
      ++page;
    }
    if (page == pages().size()) {
      file_.fail(directory_->index.series_blocks[0].ref.offset, "a series ends beyond the rows");
    }
    last.places.push_back({page, row - pages()[page].first_row});
  }
  last.order = gather_last(last, TypeId::kInt64, [this](size_t at) { return order(at); });
  return last;
}

std::shared_ptr<const LastRows> RowGroupReader::last_rows() {
  if (!load_only_series_block()) {
    return nullptr;
  }
  return file_.derived<LastRows>(info_.index.offset, kLastRowsPart, [&] {
    auto last = std::make_shared<const LastRows>(find_last_rows());
    const size_t bytes = sizeof(LastRows) + last->places.size() * (sizeof(LastRows::Place) + sizeof(int64_t));
    return std::pair(std::move(last), bytes);
  });
}

Vector RowGroupReader::last_values(const LastRows& last, ColumnId id) {
  const std::optional<size_t> stored = stored_number(id);
  const LogicalType type = layout_.columns[*layout_.find_column(id)].type;
  if (!stored) {
    return Vector::null_constant(type, last.places.size());
  }
  // The column itself is loaded only if its values are not there yet.
  const auto gather = [&] {
    auto values =
        std::make_shared<const Vector>(gather_last(last, type, [&](size_t page) { return column(page, id); }));
    const size_t bytes = values->memory_bytes();
    return std::pair(std::move(values), bytes);
  };
  const auto values = file_.derived<Vector>(info_.index.offset, kFirstLastValuesPart + *stored, gather);
  // The column's type may have changed since they were kept.
  return values->type() == type ? *values : *gather().first;
}

std::shared_ptr<const PageFilters> RowGroupReader::page_filters(ColumnId id) {
  const std::optional<size_t> stored = stored_number(id);
  if (!stored) {
    return nullptr;
  }
  // The type is part of the name: a wider type may have other values.
  const LogicalType type = layout_.columns[*layout_.find_column(id)].type;
  const uint64_t part = kFirstPageFiltersPart + *stored + (static_cast<uint64_t>(type.id) << 32U);
  return file_.derived<PageFilters>(info_.index.offset, part, [&] {
    auto filters = std::make_shared<PageFilters>();
    for (size_t page = 0; page < pages().size(); ++page) {
      filters->add_page(column(page, id));
    }
    const size_t bytes = filters->memory_bytes();
    return std::pair<std::shared_ptr<const PageFilters>, size_t>(std::move(filters), bytes);
  });
}

}  // namespace tidemark
