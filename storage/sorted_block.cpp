#include "storage/sorted_block.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "base/check.h"

namespace tidemark {
namespace {

/// The first eight bytes as a number that compares like them.
uint64_t prefix_of(std::string_view bytes) {
  uint64_t prefix = 0;
  if (!bytes.empty()) {
    std::memcpy(&prefix, bytes.data(), std::min<size_t>(bytes.size(), sizeof(prefix)));
  }
  return __builtin_bswap64(prefix);
}

template <size_t kWidth>
void gather_as(const char* from, char* to, std::span<const uint32_t> rows) {
  for (size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(to + i * kWidth, from + size_t{rows[i]} * kWidth, kWidth);
  }
}

/// Elements of any fixed width: to[i] = from[rows[i]].
void gather_fixed(const char* from, char* to, size_t width, std::span<const uint32_t> rows) {
  switch (width) {
    case 1:
      return gather_as<1>(from, to, rows);
    case 2:
      return gather_as<2>(from, to, rows);
    case 4:
      return gather_as<4>(from, to, rows);
    case 8:
      return gather_as<8>(from, to, rows);
    default:
      TIDEMARK_CHECK(width == 16);
      return gather_as<16>(from, to, rows);
  }
}

/// A bitmap of states; absent if all rows pass.
template <class Test>
Validity bitmap_of(std::span<const uint8_t> states, Test test) {
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

/// A vector of texts from codes, with a dictionary of its own unless most rows differ. Codes under `is_null` do not
/// count.
Vector texts_of(LogicalType type, std::span<const uint32_t> codes, const Validity& validity,
                const std::shared_ptr<const TextDictionary>& texts) {
  std::vector<uint32_t> distinct;
  distinct.reserve(codes.size());
  for (size_t row = 0; row < codes.size(); ++row) {
    if (validity.is_valid(row)) {
      distinct.push_back(codes[row]);
    }
  }
  std::ranges::sort(distinct);
  distinct.erase(std::ranges::unique(distinct).begin(), distinct.end());
  if (distinct.size() > codes.size() / 2) {
    Vector flat = Vector::flat(type, codes.size());
    auto* views = flat.mutable_data<std::string_view>();
    for (size_t row = 0; row < codes.size(); ++row) {
      if (validity.is_valid(row)) {
        views[row] = texts->text(codes[row]);
      }
    }
    flat.validity() = validity;
    flat.heap().keep(texts);
    return flat;
  }
  const bool has_nulls = !validity.all_valid();
  auto entries = std::make_shared<Vector>(Vector::flat(type, distinct.size() + (has_nulls ? 1 : 0)));
  auto* views = entries->mutable_data<std::string_view>();
  for (size_t entry = 0; entry < distinct.size(); ++entry) {
    views[entry] = texts->text(distinct[entry]);
  }
  if (has_nulls) {
    entries->set_null(distinct.size());
  }
  entries->heap().keep(texts);
  std::vector<uint32_t> local(codes.size());
  for (size_t row = 0; row < codes.size(); ++row) {
    local[row] =
        static_cast<uint32_t>(validity.is_valid(row) ? std::ranges::lower_bound(distinct, codes[row]) - distinct.begin()
                                                     : static_cast<ptrdiff_t>(distinct.size()));
  }
  return Vector::dictionary(std::move(entries), std::move(local));
}

}  // namespace

SortedBlock::SortedBlock(std::shared_ptr<const MemTableBlock> block,
                         std::shared_ptr<const MemTableBlock::Layout> layout, size_t rows)
    : block_(std::move(block)), layout_(std::move(layout)), series_(block_->series()), source_rows_(rows) {
  TIDEMARK_CHECK(rows > 0 && rows <= block_->capacity());
  sort_rows();
  fold_versions();
  bounds_.series_min = runs_.front().series;
  bounds_.series_max = runs_.back().series;
  const auto [min, max] = std::ranges::minmax(order_);
  bounds_.order_min = min;
  bounds_.order_max = max;
  gathered_.resize(layout_->size());
}

// Fills runs_ (ends over sorted versions) and permutation_.
void SortedBlock::sort_rows() {
  const uint32_t* ids = block_->series_ids();
  const int64_t* order = block_->order();
  const auto rows = static_cast<uint32_t>(source_rows_);

  // Appended logs, bulk loads by key and single series arrive sorted.
  bool sorted = true;
  runs_.push_back({series_->bytes(ids[0]), 1});
  for (uint32_t row = 1; row < rows && sorted; ++row) {
    if (ids[row] == ids[row - 1]) {
      sorted = order[row] > order[row - 1];
      runs_.back().end = row + 1;
    } else {
      const std::string_view bytes = series_->bytes(ids[row]);
      sorted = bytes > runs_.back().series;
      runs_.push_back({bytes, row + 1});
    }
  }
  if (sorted) {
    return;
  }
  runs_.clear();

  // Counting sort by series, whose ranks are those of their bytes.
  const auto [min_id, max_id] = std::ranges::minmax(std::span(ids, rows));
  const size_t id_span = static_cast<size_t>(max_id - min_id) + 1;
  std::vector<uint32_t> counts;      // by id - min_id, then by rank
  std::vector<uint32_t> rank_of;     // by id - min_id
  std::vector<uint32_t> sorted_ids;  // all distinct
  if (id_span <= size_t{rows} * 4) {
    counts.assign(id_span, 0);
    for (uint32_t row = 0; row < rows; ++row) {
      ++counts[ids[row] - min_id];
    }
    for (size_t id = 0; id < id_span; ++id) {
      if (counts[id] != 0) {
        sorted_ids.push_back(static_cast<uint32_t>(id) + min_id);
      }
    }
  } else {
    sorted_ids.assign(ids, ids + rows);
    std::ranges::sort(sorted_ids);
    sorted_ids.erase(std::ranges::unique(sorted_ids).begin(), sorted_ids.end());
  }
  struct Named {
    uint64_t prefix;
    uint32_t id;
  };
  std::vector<Named> named(sorted_ids.size());
  for (size_t i = 0; i < named.size(); ++i) {
    named[i] = {prefix_of(series_->bytes(sorted_ids[i])), sorted_ids[i]};
  }
  std::ranges::sort(named, [this](const Named& left, const Named& right) {
    return left.prefix != right.prefix ? left.prefix < right.prefix
                                       : series_->bytes(left.id) < series_->bytes(right.id);
  });
  const auto distinct = static_cast<uint32_t>(named.size());
  std::vector<uint32_t> row_rank(rows);
  if (!counts.empty()) {
    rank_of.resize(id_span);
    for (uint32_t rank = 0; rank < distinct; ++rank) {
      rank_of[named[rank].id - min_id] = rank;
    }
    for (uint32_t row = 0; row < rows; ++row) {
      row_rank[row] = rank_of[ids[row] - min_id];
    }
  } else {
    rank_of.resize(distinct);
    for (uint32_t rank = 0; rank < distinct; ++rank) {
      const auto place = std::ranges::lower_bound(sorted_ids, named[rank].id) - sorted_ids.begin();
      rank_of[static_cast<size_t>(place)] = rank;
    }
    for (uint32_t row = 0; row < rows; ++row) {
      const auto place = std::ranges::lower_bound(sorted_ids, ids[row]) - sorted_ids.begin();
      row_rank[row] = rank_of[static_cast<size_t>(place)];
    }
  }
  std::vector<uint32_t> next(distinct + 1, 0);
  for (const uint32_t rank : row_rank) {
    ++next[rank + 1];
  }
  std::partial_sum(next.begin(), next.end(), next.begin());
  runs_.reserve(distinct);
  for (uint32_t rank = 0; rank < distinct; ++rank) {
    runs_.push_back({series_->bytes(named[rank].id), next[rank + 1]});
  }
  permutation_.resize(rows);
  for (uint32_t row = 0; row < rows; ++row) {
    permutation_[next[row_rank[row]]++] = row;
  }
  uint32_t begin = 0;
  for (const SeriesRun& run : runs_) {
    const auto part = std::span(permutation_).subspan(begin, run.end - begin);
    const auto by_order = [order](uint32_t row) { return order[row]; };
    if (!std::ranges::is_sorted(part, {}, by_order)) {
      // Versions of one key keep the order in which they arrived.
      std::ranges::sort(part, {}, [order](uint32_t row) { return std::pair(order[row], row); });
    }
    begin = run.end;
  }
}

// Fills order_, operations_ and version_begin_; makes the ends of runs_ count keys instead of versions.
void SortedBlock::fold_versions() {
  const int64_t* order = block_->order();
  const uint8_t* operations = block_->operations();
  const auto rows = static_cast<uint32_t>(source_rows_);
  const auto source_of = [this](uint32_t version) { return permutation_.empty() ? version : permutation_[version]; };

  bool has_repeats = false;
  uint32_t begin = 0;
  order_.resize(rows);
  for (const SeriesRun& run : runs_) {
    for (uint32_t version = begin; version < run.end; ++version) {
      order_[version] = order[source_of(version)];
      has_repeats |= version > begin && order_[version] == order_[version - 1];
    }
    begin = run.end;
  }
  const bool one_operation =
      std::all_of(operations, operations + rows, [&](uint8_t operation) { return operation == operations[0]; });
  if (!has_repeats) {
    common_operation_ = static_cast<RowOperation>(operations[0]);
    if (!one_operation) {
      operations_.resize(rows);
      for (uint32_t version = 0; version < rows; ++version) {
        operations_[version] = operations[source_of(version)];
      }
    }
    return;
  }

  uint32_t keys = 0;
  begin = 0;
  for (SeriesRun& run : runs_) {
    for (uint32_t version = begin; version < run.end;) {
      version_begin_.push_back(version);
      bool whole = false;  // something below the newest version ends the search for older ones
      const auto newest_first_end = [&] {
        uint32_t end = version + 1;
        while (end < run.end && order_[end] == order_[version]) {
          ++end;
        }
        return end;
      };
      const uint32_t end = newest_first_end();
      for (uint32_t i = version; i < end; ++i) {
        whole |= operations[source_of(i)] != static_cast<uint8_t>(RowOperation::kMerge);
      }
      const uint8_t newest = operations[source_of(end - 1)];
      operations_.push_back(newest == static_cast<uint8_t>(RowOperation::kDelete) ? newest
                            : whole ? static_cast<uint8_t>(RowOperation::kPut)
                                    : static_cast<uint8_t>(RowOperation::kMerge));
      order_[keys++] = order_[version];
      version = end;
    }
    begin = run.end;
    run.end = keys;
  }
  version_begin_.push_back(rows);
  order_.resize(keys);
  common_operation_ = static_cast<RowOperation>(operations_.front());
  if (std::ranges::all_of(operations_, [&](uint8_t operation) { return operation == operations_.front(); })) {
    operations_.clear();
  }
}

SortedBlock::SortedBlock(std::shared_ptr<const SortedBlock> base, std::string_view key_suffix)
    : base_(std::move(base)), bounds_(base_->bounds_) {
  runs_.reserve(base_->runs_.size());
  for (const SeriesRun& run : base_->runs_) {
    std::string& series = longer_series_.emplace_back(run.series);
    series.append(key_suffix);
    runs_.push_back({series, run.end});
  }
  bounds_.series_min = runs_.front().series;
  bounds_.series_max = runs_.back().series;
}

const SortedBlock::Column* SortedBlock::column(ColumnId id) const {
  if (base_ != nullptr) {
    return base_->column(id);
  }
  const auto found = std::ranges::find(*layout_, id, &MemTableBlock::Column::id);
  if (found == layout_->end()) {
    return nullptr;
  }
  const auto index = static_cast<size_t>(found - layout_->begin());
  const std::lock_guard lock(mutex_);
  if (gathered_[index] == nullptr) {
    gathered_[index] = std::make_unique<const Column>(gather(*found));
  }
  return gathered_[index].get();
}

void SortedBlock::gather_all() const {
  const std::lock_guard lock(mutex_);
  if (block_ == nullptr) {
    return;
  }
  for (size_t index = 0; index < gathered_.size(); ++index) {
    if (gathered_[index] == nullptr) {
      gathered_[index] = std::make_unique<const Column>(gather((*layout_)[index]));
    }
  }
  // Vectors over the block's own memory keep it; all others are copies.
  block_.reset();
  permutation_ = {};
  version_begin_ = {};
}

SortedBlock::Column SortedBlock::gather(const MemTableBlock::Column& source) const {
  const size_t count = rows();
  const bool is_text = source.texts != nullptr;
  const size_t width = is_text ? sizeof(uint32_t) : physical_width(source.type.physical());
  const uint8_t* operations = block_->operations();

  // Which source row gives each cell, and its state.
  std::vector<uint32_t> picked;
  std::vector<uint8_t> states;
  if (!version_begin_.empty()) {
    picked.resize(count);
    states.resize(count);
    for (size_t row = 0; row < count; ++row) {
      auto state = CellState::kUnset;
      uint32_t version = version_begin_[row + 1];
      uint32_t from = 0;
      while (version-- > version_begin_[row]) {
        from = permutation_.empty() ? version : permutation_[version];
        const auto operation = static_cast<RowOperation>(operations[from]);
        state = operation == RowOperation::kDelete ? CellState::kUnset
                : source.states == nullptr         ? CellState::kValue
                                                   : static_cast<CellState>(source.states[from]);
        if (state != CellState::kUnset || operation != RowOperation::kMerge) {
          break;
        }
      }
      picked[row] = from;
      states[row] = static_cast<uint8_t>(state);
    }
  } else if (source.states != nullptr) {
    states.resize(count);
    if (permutation_.empty()) {
      std::copy_n(source.states, count, states.data());
    } else {
      gather_as<1>(reinterpret_cast<const char*>(source.states), reinterpret_cast<char*>(states.data()), permutation_);
    }
  }
  const std::span<const uint32_t> pick = picked.empty() ? permutation_ : picked;

  Column column;
  column.id = source.id;
  Validity validity;
  if (!states.empty()) {
    validity = bitmap_of(states, [](uint8_t state) { return state == static_cast<uint8_t>(CellState::kValue); });
    column.set = bitmap_of(states, [](uint8_t state) { return state != static_cast<uint8_t>(CellState::kUnset); });
  }
  if (is_text) {
    std::vector<uint32_t> codes(count);
    if (pick.empty()) {
      std::memcpy(codes.data(), source.data, count * width);
    } else {
      gather_fixed(source.data, reinterpret_cast<char*>(codes.data()), width, pick);
    }
    column.values = texts_of(source.type, codes, validity, source.texts);
  } else if (pick.empty()) {
    column.values = Vector::view(source.type, source.data, count, std::move(validity), block_);
  } else {
    Vector values = Vector::flat(source.type, count);
    gather_fixed(source.data, static_cast<char*>(values.mutable_data<void>()), width, pick);
    values.validity() = std::move(validity);
    column.values = std::move(values);
  }
  return column;
}

size_t SortedBlock::lower_run(std::string_view series) const {
  return static_cast<size_t>(std::ranges::lower_bound(runs_, series, {}, &SeriesRun::series) - runs_.begin());
}

std::optional<uint32_t> SortedBlock::find(const RowKey& key) const {
  if (key.order < bounds_.order_min || key.order > bounds_.order_max || key.series < bounds_.series_min ||
      key.series > bounds_.series_max) {
    return std::nullopt;
  }
  const size_t run = lower_run(key.series);
  if (run == runs_.size() || runs_[run].series != key.series) {
    return std::nullopt;
  }
  const auto part = order().subspan(run_begin(run), runs_[run].end - run_begin(run));
  const auto found = std::ranges::lower_bound(part, key.order);
  if (found == part.end() || *found != key.order) {
    return std::nullopt;
  }
  return run_begin(run) + static_cast<uint32_t>(found - part.begin());
}

}  // namespace tidemark
