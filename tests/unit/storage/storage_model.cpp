#include "storage_model.h"

#include <algorithm>

#include "storage/segment_writer.h"
#include "types/boxed_row.h"
#include "types/canonical_key.h"

namespace tidemark::testing_model {

TableEntry series_table() {
  TableEntry entry;
  entry.id = kFirstUserObjectId;
  entry.name = "t";
  entry.kind = TableKind::kSeries;
  const auto add = [&](ColumnId id, std::string name, LogicalType type) {
    ColumnEntry column;
    column.id = id;
    column.name = std::move(name);
    column.type = type;
    entry.columns.push_back(std::move(column));
  };
  add(kHost, "host", TypeId::kText);
  add(kSlot, "slot", TypeId::kInt32);
  add(kTime, "time", TypeId::kTimestampTzNs);
  add(kCount, "count", TypeId::kInt64);
  add(kRatio, "ratio", TypeId::kFloat64);
  add(kNote, "note", TypeId::kText);
  add(kFlag, "flag", TypeId::kBoolean);
  entry.next_column_id = 8;
  UniqueConstraint key;
  key.columns = {kHost, kSlot, kTime};
  entry.key = key;
  entry.time_column = kTime;
  return entry;
}

std::string series_of(const std::string& host, int32_t slot) {
  std::string key;
  append_key(key, host.empty() ? Value::null(TypeId::kText) : Value::text(host));
  append_key(key, Value::int32(slot));
  return key;
}

namespace {

class BoxedSource final : public RunSource {
 public:
  BoxedSource(const TableLayout& layout, std::vector<std::pair<Key, Version>> rows, std::vector<ColumnId> columns,
              size_t chunk_rows)
      : layout_(layout), rows_(std::move(rows)), columns_(std::move(columns)), chunk_rows_(chunk_rows) {}

  bool next(VersionChunk& chunk) override {
    chunk = {};
    const size_t count = std::min(chunk_rows_, rows_.size() - next_);
    if (count == 0) {
      return false;
    }
    auto series = std::make_shared<StringHeap>();
    chunk.size = count;
    chunk.order = Vector::flat(TypeId::kInt64, count);
    chunk.operations = Vector::flat(TypeId::kBoolean, count);
    for (size_t i = 0; i < count; ++i) {
      const auto& [key, version] = rows_[next_ + i];
      chunk.order.mutable_data<int64_t>()[i] = key.second;
      chunk.operations.mutable_data<uint8_t>()[i] = static_cast<uint8_t>(version.operation);
      if (chunk.runs.empty() || chunk.runs.back().series != key.first) {
        chunk.runs.push_back({series->add(key.first), 0});
      }
      chunk.runs.back().end = static_cast<uint32_t>(i + 1);
    }
    for (const ColumnId id : columns_) {
      const size_t column = *layout_.find_column(id);
      Vector values = Vector::flat(layout_.columns[column].type, count);
      Validity set = Validity::filled(count, true);
      for (size_t i = 0; i < count; ++i) {
        const Version& version = rows_[next_ + i].second;
        set_row(values, i, version.values[column]);
        if (!version.set[column]) {
          set.set_null(i);
        }
      }
      chunk.columns.push_back(std::move(values));
      chunk.set.push_back(std::move(set));
    }
    chunk.keep = series;
    next_ += count;
    return true;
  }

 private:
  const TableLayout& layout_;
  std::vector<std::pair<Key, Version>> rows_;
  std::vector<ColumnId> columns_;
  size_t chunk_rows_;
  size_t next_ = 0;
};

class BoxedArrival final : public ArrivalSource {
 public:
  BoxedArrival(const TableLayout& layout, const Versions& versions, std::vector<Key> keys,
               std::shared_ptr<const Vector> series, std::vector<ColumnId> columns)
      : layout_(layout),
        versions_(versions),
        keys_(std::move(keys)),
        series_(std::move(series)),
        columns_(std::move(columns)) {}

  bool next(ArrivalChunk& chunk) override {
    chunk = {};
    const size_t count = std::min<size_t>(700, keys_.size() - next_);
    if (count == 0) {
      return false;
    }
    chunk.size = count;
    chunk.order = Vector::flat(TypeId::kInt64, count);
    std::vector<uint32_t> codes(count);
    const auto entries = series_->values<std::string_view>();
    for (size_t i = 0; i < count; ++i) {
      chunk.order.mutable_data<int64_t>()[i] = keys_[next_ + i].second;
      codes[i] = static_cast<uint32_t>(std::ranges::lower_bound(entries, keys_[next_ + i].first) - entries.begin());
    }
    chunk.series = Vector::dictionary(series_, std::move(codes));
    for (const ColumnId id : columns_) {
      const size_t column = *layout_.find_column(id);
      Vector values = Vector::flat(layout_.columns[column].type, count);
      for (size_t i = 0; i < count; ++i) {
        set_row(values, i, versions_.at(keys_[next_ + i]).values[column]);
      }
      chunk.columns.push_back(std::move(values));
    }
    next_ += count;
    return true;
  }

 private:
  const TableLayout& layout_;
  const Versions& versions_;
  std::vector<Key> keys_;
  std::shared_ptr<const Vector> series_;
  std::vector<ColumnId> columns_;
  size_t next_ = 0;
};

std::vector<std::pair<Key, Version>> rows_within(const Versions& versions, const RunRequest& request) {
  std::vector<std::pair<Key, Version>> rows;
  for (const auto& [key, version] : versions) {
    if (request.range.holds_series(key.first) && key.second >= request.range.order_from &&
        key.second <= request.range.order_to && (!request.series_filter || request.series_filter(key.first))) {
      rows.emplace_back(key, version);
    }
  }
  return rows;
}

class BoxedMemoryRun final : public MemoryRun {
 public:
  BoxedMemoryRun(std::shared_ptr<const TableLayout> layout, Versions versions, size_t part_rows, bool with_arrival)
      : layout_(std::move(layout)), versions_(std::move(versions)) {
    bool only_puts = true;
    std::vector<std::string> series;
    for (const auto& [key, version] : versions_) {
      // A part ends with its series: the bounds of two parts must not share a key.
      if (parts_.empty() || (parts_.back().rows >= part_rows && parts_.back().bounds.series_max != key.first)) {
        parts_.emplace_back();
        parts_.back().no_deletes = true;
      }
      parts_.back().bounds.extend(
          {.series_min = key.first, .series_max = key.first, .order_min = key.second, .order_max = key.second});
      parts_.back().no_deletes &= version.operation != RowOperation::kDelete;
      ++parts_.back().rows;
      only_puts &= version.operation == RowOperation::kPut;
      arrival_.push_back(key);
      if (series.empty() || series.back() != key.first) {
        series.push_back(key.first);
      }
    }
    with_arrival_ = with_arrival && only_puts;
    std::ranges::stable_sort(arrival_, {}, &Key::second);
    auto entries = std::make_shared<Vector>(Vector::flat(TypeId::kBytea, series.size()));
    for (size_t i = 0; i < series.size(); ++i) {
      entries->mutable_data<std::string_view>()[i] = entries->heap().add(series[i]);
    }
    series_ = std::move(entries);
  }

  [[nodiscard]] std::span<const Part> parts() const override { return parts_; }
  [[nodiscard]] std::unique_ptr<RunSource> open(const RunRequest& request) const override {
    return std::make_unique<BoxedSource>(*layout_, rows_within(versions_, request),
                                         std::vector<ColumnId>(request.columns.begin(), request.columns.end()), 777);
  }
  [[nodiscard]] std::unique_ptr<RunSource> look_up(std::span<const RowKey> keys,
                                                   std::span<const ColumnId> columns) const override {
    std::vector<std::pair<Key, Version>> rows;
    for (const RowKey& key : keys) {
      if (const auto found = versions_.find({std::string(key.series), key.order}); found != versions_.end()) {
        rows.emplace_back(*found);
      }
    }
    return std::make_unique<BoxedSource>(*layout_, std::move(rows),
                                         std::vector<ColumnId>(columns.begin(), columns.end()), 777);
  }
  [[nodiscard]] std::optional<uint64_t> arrival_rows() const override {
    return with_arrival_ ? std::optional<uint64_t>(arrival_.size()) : std::nullopt;
  }
  [[nodiscard]] std::unique_ptr<ArrivalSource> open_arrival(uint64_t first, uint64_t last,
                                                            std::span<const ColumnId> columns) const override {
    return std::make_unique<BoxedArrival>(*layout_, versions_,
                                          std::vector<Key>(arrival_.begin() + static_cast<std::ptrdiff_t>(first),
                                                           arrival_.begin() + static_cast<std::ptrdiff_t>(last)),
                                          series_, std::vector<ColumnId>(columns.begin(), columns.end()));
  }

 private:
  std::shared_ptr<const TableLayout> layout_;
  Versions versions_;
  std::vector<Part> parts_;
  std::vector<Key> arrival_;
  std::shared_ptr<const Vector> series_;
  bool with_arrival_ = false;
};

Value random_value(Random& random, LogicalType type) {
  if (random.chance(0.1)) {
    return Value::null(type);
  }
  switch (type.physical()) {
    case PhysicalType::kInt64:
      return Value::int64(random.between(-50, 50));
    case PhysicalType::kFloat64:
      return Value::float64(static_cast<double>(random.between(-50, 50)) / 4);
    case PhysicalType::kBool:
      return Value::boolean(random.chance(0.5));
    default:
      return Value::text("note " + std::to_string(random.below(random.chance(0.5) ? 5 : 100'000)));
  }
}

}  // namespace

std::unique_ptr<RunSource> source_of(const TableLayout& layout, const Versions& versions, const RunRequest& request,
                                     size_t chunk_rows) {
  return std::make_unique<BoxedSource>(layout, rows_within(versions, request),
                                       std::vector<ColumnId>(request.columns.begin(), request.columns.end()),
                                       chunk_rows);
}

std::shared_ptr<const MemoryRun> memory_run_of(std::shared_ptr<const TableLayout> layout, Versions versions,
                                               size_t part_rows, bool with_arrival) {
  return std::make_shared<BoxedMemoryRun>(std::move(layout), std::move(versions), part_rows, with_arrival);
}

int64_t window_of(int64_t order, int64_t window) { return order >= 0 ? order / window : (order - window + 1) / window; }

SegmentSummary write_segment(FileSystem& files, const std::string& path, FileId file, const TableLayout& layout,
                             const Versions& versions, int64_t window, size_t row_group_rows) {
  SegmentWriterOptions options;
  options.row_group_rows = row_group_rows;
  SegmentWriter writer(files, path, file, layout, options);
  std::map<int64_t, Versions> by_window;
  for (const auto& [key, version] : versions) {
    by_window[window_of(key.second, window)].emplace(key, version);
  }
  std::vector<ColumnId> columns;
  for (const TableLayout::Column& column : layout.columns) {
    columns.push_back(column.id);
  }
  for (const auto& [number, part] : by_window) {
    const RunRequest request{.range = {}, .columns = columns, .series_filter = {}};
    const auto source = source_of(layout, part, request, 1000);
    VersionChunk chunk;
    while (source->next(chunk)) {
      writer.append(chunk);
    }
    writer.end_window();
  }
  return writer.finish();
}

void apply_versions(std::map<Key, std::vector<Value>>& rows, const Versions& versions) {
  for (const auto& [key, version] : versions) {
    if (version.operation == RowOperation::kDelete) {
      rows.erase(key);
    } else if (version.operation == RowOperation::kPut) {
      rows[key] = version.values;
    } else {
      auto& row = rows[key];
      row.resize(version.values.size());
      for (size_t column = 0; column < row.size(); ++column) {
        if (version.set[column]) {
          row[column] = version.values[column];
        } else if (row[column].type() != version.values[column].type()) {
          row[column] = Value::null(version.values[column].type());
        }
      }
    }
  }
}

Versions random_versions(Random& random, const TableLayout& layout, size_t rows, int64_t order_max, bool only_puts) {
  Versions versions;
  const int64_t from = random.between(0, order_max);
  const int64_t to = std::min(order_max, from + random.between(order_max / 8, order_max));
  const uint64_t hosts = 1 + random.below(6);
  for (size_t i = 0; i < rows; ++i) {
    const uint64_t host = random.below(hosts);
    const Key key{series_of(host == 0 ? "" : "host" + std::to_string(host), static_cast<int32_t>(random.below(2))),
                  random.between(from, to)};
    Version version;
    const double dice = random.uniform();
    version.operation = only_puts || dice < 0.6 ? RowOperation::kPut
                        : dice < 0.85           ? RowOperation::kMerge
                                                : RowOperation::kDelete;
    for (const TableLayout::Column& column : layout.columns) {
      const bool bears = version.operation != RowOperation::kDelete;
      const bool set = version.operation == RowOperation::kPut || (bears && random.chance(0.5));
      version.values.push_back(set ? random_value(random, column.type) : Value::null(column.type));
      version.set.push_back(set || !bears);
    }
    versions[key] = std::move(version);
  }
  return versions;
}

}  // namespace tidemark::testing_model
