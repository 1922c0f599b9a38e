#include "executor/row_batch_builder.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"
#include "executor/row_positions.h"
#include "types/canonical_key.h"

namespace tidemark {
namespace {

std::vector<uint32_t> series_column_indexes(const TableEntry& table) {
  std::vector<uint32_t> indexes;
  for (const ColumnId id : table.series_columns()) {
    indexes.push_back(column_index(table, id));
  }
  return indexes;
}

std::vector<LogicalType> types_of(const TableEntry& table, const std::vector<uint32_t>& columns) {
  std::vector<LogicalType> types;
  for (const uint32_t column : columns) {
    types.push_back(table.columns[column].type);
  }
  return types;
}

bool is_null_constant(const Vector& values) { return values.is_constant() && !values.validity().is_valid(0); }

/// Line protocol brings all tags of a row by one code (its tag set): then sets are looked at, not rows.
const Vector* shared_codes(std::span<const Vector> tags) {
  const Vector* dictionary = nullptr;
  for (const Vector& tag : tags) {
    if (tag.is_constant()) {
      continue;
    }
    const bool same = tag.form() == VectorForm::kDictionary &&
                      (dictionary == nullptr || (tag.codes().data() == dictionary->codes().data() &&
                                                 tag.entries().size() == dictionary->entries().size()));
    if (!same) {
      return nullptr;
    }
    dictionary = &tag;
  }
  return dictionary != nullptr && dictionary->entries().size() <= dictionary->size() ? dictionary : nullptr;
}

}  // namespace

uint32_t column_index(const TableEntry& table, ColumnId id) {
  const ColumnEntry* column = table.find_column(id);
  TIDEMARK_CHECK(column != nullptr);
  return static_cast<uint32_t>(column - table.columns.data());
}

RowBatchBuilder::RowBatchBuilder(const TableEntry& table)
    : table_(table),
      series_columns_(table.kind == TableKind::kAppend ? std::vector<uint32_t>{} : series_column_indexes(table)),
      series_types_(types_of(table, series_columns_)),
      series_table_(series_types_) {
  if (table.key) {
    for (const ColumnId id : table.key->columns) {
      key_columns_.push_back(column_index(table, id));
    }
  }
  if (table.kind == TableKind::kSeries) {
    time_column_ = column_index(table, table.time_column);
  }
  stored_.assign(table.columns.size(), 1);
  for (const uint32_t column : series_columns_) {
    stored_[column] = key_keeps_original(table.columns[column].type) ? 0 : 1;
  }
  if (time_column_ != SIZE_MAX) {
    stored_[time_column_] = 0;
  }
}

RowKeys RowBatchBuilder::keys(const DataChunk& rows) {
  RowKeys keys;
  keys.series.resize(rows.size);
  keys.order.assign(rows.size, 0);
  number_series(rows, keys.series);
  const size_t order_column = table_.kind == TableKind::kAppend ? table_.columns.size() : time_column_;
  if (order_column < rows.columns.size()) {
    const Vector& order = rows.columns[order_column];
    TIDEMARK_CHECK(order.type().physical() == PhysicalType::kInt64 && order.size() == rows.size);
    const auto* values = values_of(order).data<int64_t>();
    for_each_row(order, [&](size_t row, size_t index) { keys.order[row] = values[index]; });
  }
  return keys;
}

void RowBatchBuilder::number_series(const DataChunk& rows, std::vector<uint32_t>& numbers) {
  if (rows.size == 0) {
    return;
  }
  std::vector<Vector> tags;
  for (const uint32_t column : series_columns_) {
    tags.push_back(rows.columns[column]);
  }
  SelectionVector new_rows;
  const Vector* dictionary = shared_codes(tags);
  if (dictionary == nullptr) {
    series_table_.find_or_add(tags, rows.size, numbers, new_rows, scratch_);
    add_series(tags, new_rows);
    return;
  }
  const std::span<const uint32_t> codes = dictionary->codes();
  const size_t sets = dictionary->entries().size();
  for (Vector& tag : tags) {
    tag = tag.is_constant() ? tag.slice(0, 1).select(std::vector<uint32_t>(sets, 0)) : Vector(tag.entries());
  }
  std::vector<uint32_t> number_of_set(sets);
  series_table_.find_or_add(tags, sets, number_of_set, new_rows, scratch_);
  add_series(tags, new_rows);
  for (size_t row = 0; row < rows.size; ++row) {
    numbers[row] = number_of_set[codes[row]];
  }
}

void RowBatchBuilder::add_series(std::span<const Vector> tags, const SelectionVector& rows) {
  if (rows.empty()) {
    return;
  }
  std::vector<std::string> keys(rows.size());
  for (const Vector& tag : tags) {
    append_keys(keys, tag.select(rows));
  }
  for (std::string& key : keys) {
    series_bytes_ += key.capacity() + sizeof(std::string);
    series_.push_back(std::move(key));
  }
}

void RowBatchBuilder::forget_series() {
  series_table_ = KeyTable(series_types_);
  scratch_ = KeyTable::Scratch();
  series_.clear();
  places_.clear();
  series_bytes_ = 0;
}

RowBatch RowBatchBuilder::with_keys(RowOperation operation, const RowKeys& keys, const SelectionVector* chosen) const {
  RowBatch batch;
  batch.table = table_.id;
  batch.operation = operation;
  const size_t size = chosen != nullptr ? chosen->size() : keys.series.size();
  batch.row_series.resize(size);
  batch.order.resize(size);
  // The batch numbers its own series, in the order in which they come.
  places_.resize(series_.size());
  ++stamp_;
  for (size_t i = 0; i < size; ++i) {
    const size_t row = chosen != nullptr ? (*chosen)[i] : i;
    Place& place = places_[keys.series[row]];
    if (place.stamp != stamp_) {
      place = {stamp_, static_cast<uint32_t>(batch.series.size())};
      batch.series.push_back(series_[keys.series[row]]);
    }
    batch.row_series[i] = place.number;
    batch.order[i] = keys.order[row];
  }
  return batch;
}

RowBatch RowBatchBuilder::put(const DataChunk& rows, const RowKeys& keys, const SelectionVector* chosen) const {
  RowBatch batch = with_keys(RowOperation::kPut, keys, chosen);
  if (table_.kind == TableKind::kAppend) {
    batch.order.clear();  // The commit numbers new rows.
  }
  for (size_t column = 0; column < table_.columns.size(); ++column) {
    if (is_stored(column) && !is_null_constant(rows.columns[column])) {
      batch.columns.push_back({table_.columns[column].id,
                               chosen != nullptr ? rows.columns[column].select(*chosen) : rows.columns[column],
                               {}});
    }
  }
  return batch;
}

RowBatch RowBatchBuilder::merge(const DataChunk& rows, const RowKeys& keys, std::span<const uint32_t> columns,
                                std::span<const Validity> set) const {
  RowBatch batch = with_keys(RowOperation::kMerge, keys, nullptr);
  // What the key does not keep of a tag belongs to every version of the row.
  for (const uint32_t column : series_columns_) {
    if (is_stored(column)) {
      batch.columns.push_back({table_.columns[column].id, rows.columns[column], {}});
    }
  }
  for (const uint32_t column : columns) {
    if (is_stored(column) && std::ranges::find(series_columns_, column) == series_columns_.end()) {
      batch.columns.push_back(
          {table_.columns[column].id, rows.columns[column], set.empty() ? Validity() : set[column]});
    }
  }
  return batch;
}

RowBatch RowBatchBuilder::erase(const RowKeys& keys, const SelectionVector* chosen) const {
  return with_keys(RowOperation::kDelete, keys, chosen);
}

}  // namespace tidemark
