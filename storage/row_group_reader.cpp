#include "storage/row_group_reader.h"

#include <algorithm>

#include "base/check.h"
#include "storage/boxed_row.h"
#include "storage/column_page.h"
#include "storage/encodings/text_encoding.h"
#include "storage/series_key.h"
#include "storage/type_widening.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark {

RowGroupReader::RowGroupReader(const SegmentReader::File& file, uint32_t row_group, const TableLayout& layout)
    : file_(file), layout_(layout), info_(file.footer().row_groups[row_group]) {
  index_block_ = file_.read_block(info_.index);
  if (!read_row_group_index(*index_block_, info_.rows, index_) ||
      index_.columns.size() != file_.footer().columns.size()) {
    file_.fail(info_.index.offset, "malformed row group index");
  }
  order_.type = TypeId::kInt64;
  order_.chunk = index_.order;
  operations_.type = TypeId::kBoolean;
  operations_.chunk = index_.operations;
}

std::optional<LogicalType> RowGroupReader::stored_type(ColumnId column) const {
  const auto found = std::ranges::find(file_.footer().columns, column, &SegmentColumn::id);
  return found == file_.footer().columns.end() ? std::nullopt : std::optional(found->type);
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
  const auto& stored = file_.footer().columns;
  const auto found = std::ranges::find(stored, column, &SegmentColumn::id);
  if (found != stored.end()) {
    loaded->stored = static_cast<size_t>(found - stored.begin());
    if (!read_chunk(index_.columns[*loaded->stored], zone_kind(found->type), index_.pages, true, loaded->chunk)) {
      file_.fail(info_.index.offset, "malformed column directory");
    }
  } else {
    loaded->chunk.all_set = false;
  }
  columns_.push_back(std::move(loaded));
  return *columns_.back();
}

const ColumnChunk* RowGroupReader::chunk(ColumnId column) {
  LoadedColumn& loaded = load(column);
  return loaded.stored ? &loaded.chunk : nullptr;
}

std::string_view RowGroupReader::page_bytes(LoadedColumn& column, size_t page) {
  const ColumnChunk::Page& place = column.chunk.pages[page];
  if (column.block_index != place.block) {
    column.block = file_.read_block(column.chunk.blocks[place.block].ref);
    column.block_index = place.block;
  }
  ++pages_decoded_;
  return std::string_view(*column.block).substr(place.offset, place.length);
}

Vector RowGroupReader::order(size_t page) {
  Vector values;
  Validity set;
  if (order_.chunk.form != ColumnChunk::Form::kPlain ||
      !decode_page(page_bytes(order_, page), TypeId::kInt64, index_.pages[page].rows, values, set) ||
      !values.is_flat()) {
    file_.fail(info_.index.offset, "malformed page of the order column");
  }
  return values;
}

Vector RowGroupReader::operations(size_t page) {
  const size_t rows = index_.pages[page].rows;
  if (operations_.chunk.form == ColumnChunk::Form::kAbsent) {
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

void RowGroupReader::load_dictionary(LoadedColumn& column) {
  const LogicalType type = file_.footer().columns[*column.stored].type;
  const PageCache::Block block = file_.read_block(column.chunk.dictionary);
  const size_t count = column.chunk.dictionary_entries;
  const size_t bytes = decoded_text_bytes(*block, count);
  auto entries = std::make_shared<Vector>(Vector::flat(type, count + (column.chunk.has_null_code ? 1 : 0)));
  if (bytes == SIZE_MAX ||
      !decode_texts(*block, entries->heap().allocate(bytes), {entries->mutable_data<std::string_view>(), count})) {
    file_.fail(column.chunk.dictionary.offset, "malformed dictionary");
  }
  if (column.chunk.has_null_code) {
    entries->mutable_data<std::string_view>()[count] = {};
    entries->set_null(count);
  }
  column.dictionary = std::make_shared<const Vector>(widen(*entries, column.type));
}

Vector RowGroupReader::column(size_t page, ColumnId id, Validity* set) {
  LoadedColumn& column = load(id);
  const size_t rows = index_.pages[page].rows;
  Validity page_set;
  Vector values;
  if (column.chunk.form == ColumnChunk::Form::kAbsent) {
    values = Vector::null_constant(column.type, rows);
    if (!column.chunk.all_set) {
      page_set = none_valid(rows);
    }
  } else if (column.chunk.form == ColumnChunk::Form::kDictionary) {
    if (column.dictionary == nullptr) {
      load_dictionary(column);
    }
    if (!decode_code_page(page_bytes(column, page), column.dictionary, rows, values, page_set)) {
      file_.fail(column.chunk.blocks[column.block_index].ref.offset, "malformed page of codes");
    }
  } else {
    const LogicalType stored = file_.footer().columns[*column.stored].type;
    if (!decode_page(page_bytes(column, page), stored, rows, values, page_set)) {
      file_.fail(column.chunk.blocks[column.block_index].ref.offset, "malformed page");
    }
    values = widen(values, column.type);
  }
  if (set != nullptr) {
    *set = std::move(page_set);
  }
  return values;
}

void RowGroupReader::load_series_block(size_t page) {
  const auto& blocks = index_.series_blocks;
  const auto after = std::ranges::upper_bound(blocks, page, {}, &SeriesBlockInfo::first_page);
  const auto number = static_cast<size_t>(after - blocks.begin()) - 1;
  if (number == series_block_) {
    return;
  }
  series_bytes_ = file_.read_block(blocks[number].ref);
  series_heap_ = std::make_shared<StringHeap>();
  const size_t stored_columns = file_.footer().series.size();
  TIDEMARK_CHECK(stored_columns <= layout_.series.size());
  if (!series_view_.open(*series_bytes_) ||
      !series_view_.decode(widening_suffix(layout_.series.size() - stored_columns), *series_heap_, series_)) {
    file_.fail(blocks[number].ref.offset, "malformed series block");
  }
  key_values_.assign(layout_.series.size(), std::nullopt);
  series_block_ = number;
  ++block_generation_;
}

std::vector<RowGroupReader::SeriesRun> RowGroupReader::series_runs(size_t page) {
  load_series_block(page);
  const PageInfo& info = index_.pages[page];
  std::vector<SeriesRun> runs;
  const uint32_t page_end = info.first_row + info.rows;
  for (size_t index = series_view_.find_row(info.first_row);; ++index) {
    if (index >= series_view_.count()) {
      file_.fail(index_.series_blocks[series_block_].ref.offset, "a page has rows without a series");
    }
    const uint32_t end = std::min(series_view_.end(index), page_end);
    const uint32_t before = runs.empty() ? 0 : runs.back().end;
    if (end <= info.first_row + before) {
      file_.fail(index_.series_blocks[series_block_].ref.offset, "a series without rows");
    }
    runs.push_back({.index = static_cast<uint32_t>(index), .end = end - info.first_row});
    if (end == page_end) {
      return runs;
    }
  }
}

const Vector& RowGroupReader::key_values(size_t column) {
  std::optional<Vector>& values = key_values_[column];
  if (!values) {
    const LogicalType type = layout_.series[column].type;
    Vector entries = Vector::flat(type, series_.size());
    for (size_t i = 0; i < series_.size(); ++i) {
      std::string_view key = series_[i];
      for (size_t skipped = 0; skipped < column; ++skipped) {
        skip_in_key(key, layout_.series[skipped].type);
      }
      set_row(entries, i, take_from_key(key, type));
    }
    values = std::move(entries);
  }
  return *values;
}

}  // namespace tidemark
