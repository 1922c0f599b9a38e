#include "executor/aggregate_table.h"

#include <algorithm>
#include <new>

#include "base/check.h"
#include "executor/row_order.h"

namespace tidemark {
namespace {

constexpr std::align_val_t kBlockAlignment{AggregateList::kStateAlignment};

Vector group_numbers(std::span<const uint32_t> groups) {
  Vector numbers = Vector::flat(TypeId::kInt64, groups.size());
  std::copy(groups.begin(), groups.end(), numbers.mutable_data<int64_t>());
  return numbers;
}

}  // namespace

void AggregateTable::FreeStates::operator()(std::byte* memory) const noexcept {
  ::operator delete(memory, kBlockAlignment);
}

AggregateTable::AggregateTable(const AggregateList& list, std::span<const LogicalType> group_types,
                               ExecutionState& state)
    : list_(list), state_(state), key_table_(group_types), keys_(group_types) {
  for (const AggregateList::Item& item : list.items()) {
    Deferred& deferred = deferred_.emplace_back(Deferred{RowCollection(item.gathered_types), nullptr, {}});
    if (item.deferred && item.distinct) {
      const std::span<const LogicalType> types(item.gathered_types);
      deferred.distinct = std::make_unique<KeyTable>(types.first(1 + item.argument_types.size()));
    }
  }
}

AggregateTable::~AggregateTable() {
  for (const AggregateList::Item& item : list_.items()) {
    if (item.function->destroy == nullptr) {
      continue;
    }
    for (uint32_t group = 0; group < states_; ++group) {
      item.function->destroy(group_states(group) + item.offset);
    }
  }
}

void AggregateTable::add_states() {
  const size_t stride = std::max<size_t>(list_.stride(), 1);
  while (states_ < key_table_.size()) {
    if (states_ == blocks_.size() * kBlockGroups) {
      blocks_.emplace_back(static_cast<std::byte*>(::operator new(kBlockGroups * stride, kBlockAlignment)));
    }
    std::byte* states = group_states(static_cast<uint32_t>(states_));
    for (const AggregateList::Item& item : list_.items()) {
      item.function->initialize(states + item.offset);
    }
    ++states_;
  }
}

void AggregateTable::count_kept(const AggregateList::Item& item, std::span<const Vector> arguments, size_t first,
                                size_t last) {
  if (item.function->row_bytes == 0) {
    return;
  }
  kept_bytes_ += (last - first) * item.function->row_bytes;
  for (const Vector& argument : arguments) {
    if (argument.type().physical() != PhysicalType::kBytes) {
      continue;
    }
    const auto* texts = argument.data<std::string_view>();
    if (argument.is_constant()) {
      kept_bytes_ += argument.is_null(0) ? 0 : (last - first) * texts[0].size();
      continue;
    }
    for (size_t row = first; row < last; ++row) {
      kept_bytes_ += argument.is_null(row) ? 0 : texts[row].size();
    }
  }
}

void AggregateTable::find_or_add(std::span<const Vector> keys, size_t size, std::span<uint32_t> groups) {
  new_rows_.clear();
  key_table_.find_or_add(keys, size, groups, new_rows_, scratch_);
  if (!new_rows_.empty()) {
    keys_.append(keys, new_rows_);
    add_states();
  }
}

void AggregateTable::find(std::span<const Vector> keys, size_t size, std::span<uint32_t> groups) {
  key_table_.find(keys, size, groups, scratch_);
}

void AggregateTable::update_rows(std::span<const AggregateList::Input> inputs, std::span<const uint32_t> groups) {
  for (size_t index = 0; index < inputs.size(); ++index) {
    const AggregateList::Item& item = list_.items()[index];
    const AggregateList::Input& input = inputs[index];
    std::vector<uint32_t> chosen_groups;
    std::span<const uint32_t> item_groups = groups;
    if (input.chosen) {
      for (const uint32_t row : *input.chosen) {
        chosen_groups.push_back(groups[row]);
      }
      item_groups = chosen_groups;
    }
    if (item.deferred) {
      defer(index, input, item_groups);
      continue;
    }
    pointers_.resize(item_groups.size());
    bool complete = true;
    for (size_t row = 0; row < item_groups.size(); ++row) {
      complete = complete && item_groups[row] != KeyTable::kAbsent;
      pointers_[row] = item_groups[row] == KeyTable::kAbsent ? nullptr : group_states(item_groups[row]) + item.offset;
      __builtin_prefetch(pointers_[row], 1);
    }
    if (complete) {
      AggregateCall call{state_.query(), input.arguments, item.result};
      item.function->update_rows(call, pointers_);
      count_kept(item, input.arguments, 0, pointers_.size());
      continue;
    }
    SelectionVector rows;
    for (uint32_t row = 0; row < item_groups.size(); ++row) {
      if (pointers_[row] != nullptr) {
        pointers_[rows.size()] = pointers_[row];
        rows.push_back(row);
      }
    }
    pointers_.resize(rows.size());
    std::vector<Vector> arguments;
    for (const Vector& argument : input.arguments) {
      arguments.push_back(argument.select(rows));
    }
    AggregateCall call{state_.query(), arguments, item.result};
    item.function->update_rows(call, pointers_);
    count_kept(item, arguments, 0, pointers_.size());
  }
}

void AggregateTable::update_range(std::span<const AggregateList::Input> inputs, uint32_t group, size_t first,
                                  size_t last) {
  std::byte* states = group_states(group);
  for (size_t index = 0; index < inputs.size(); ++index) {
    const AggregateList::Item& item = list_.items()[index];
    const AggregateList::Input& input = inputs[index];
    TIDEMARK_ASSERT(!input.chosen);
    if (item.deferred) {
      AggregateList::Input part;
      part.size = last - first;
      for (const Vector& argument : input.arguments) {
        part.arguments.push_back(argument.slice(first, part.size));
      }
      for (const Vector& key : input.order) {
        part.order.push_back(key.slice(first, part.size));
      }
      const std::vector<uint32_t> groups(part.size, group);
      defer(index, part, groups);
      continue;
    }
    AggregateCall call{state_.query(), input.arguments, item.result};
    item.function->update_range(call, states + item.offset, first, last);
    count_kept(item, input.arguments, first, last);
  }
}

void AggregateTable::update_item(size_t index, std::span<const Vector> arguments, uint32_t group, size_t first,
                                 size_t last) {
  const AggregateList::Item& item = list_.items()[index];
  TIDEMARK_ASSERT(!item.deferred);
  AggregateCall call{state_.query(), arguments, item.result};
  item.function->update_range(call, group_states(group) + item.offset, first, last);
}

void AggregateTable::defer(size_t item, const AggregateList::Input& input, std::span<const uint32_t> groups) {
  std::vector<Vector> rows{group_numbers(groups)};
  rows.insert(rows.end(), input.arguments.begin(), input.arguments.end());
  rows.insert(rows.end(), input.order.begin(), input.order.end());
  SelectionVector present;
  for (uint32_t row = 0; row < groups.size(); ++row) {
    if (groups[row] != KeyTable::kAbsent) {
      present.push_back(row);
    }
  }
  if (present.size() < groups.size()) {
    for (Vector& column : rows) {
      column = column.select(present);
    }
  }
  add_deferred(item, rows, present.size());
}

void AggregateTable::add_deferred(size_t item, std::span<const Vector> rows, size_t size) {
  Deferred& deferred = deferred_[item];
  if (deferred.distinct == nullptr) {
    deferred.rows.append(rows, size);
    return;
  }
  std::vector<uint32_t> ids(size);
  SelectionVector first_ones;
  deferred.distinct->find_or_add(rows.first(1 + list_.items()[item].argument_types.size()), size, ids, first_ones,
                                 deferred.scratch);
  deferred.rows.append(rows, first_ones);
}

void AggregateTable::combine(AggregateTable& other, const std::vector<uint32_t>* some) {
  std::vector<uint32_t> all;
  if (some == nullptr) {
    all.resize(other.size());
    for (uint32_t group = 0; group < all.size(); ++group) {
      all[group] = group;
    }
    some = &all;
  }
  std::vector<uint32_t> target(other.size(), KeyTable::kAbsent);
  kept_bytes_ += other.kept_bytes_ * some->size() / std::max<size_t>(other.size(), 1);
  for (size_t first = 0; first < some->size(); first += kVectorSize) {
    const std::span<const uint32_t> rows = std::span(*some).subspan(first, std::min(kVectorSize, some->size() - first));
    const DataChunk keys = other.keys_.gather(rows);
    std::vector<uint32_t> groups(rows.size());
    find_or_add(keys.columns, rows.size(), groups);
    for (size_t i = 0; i < rows.size(); ++i) {
      target[rows[i]] = groups[i];
    }
    for (const AggregateList::Item& item : list_.items()) {
      AggregateCall call{state_.query(), {}, item.result};
      for (size_t i = 0; i < rows.size() && !item.deferred; ++i) {
        item.function->combine(call, group_states(groups[i]) + item.offset, other.group_states(rows[i]) + item.offset);
      }
    }
  }
  for (size_t item = 0; item < deferred_.size(); ++item) {
    const RowCollection& rows = other.deferred_[item].rows;
    for (size_t first = 0; first < rows.size(); first += kVectorSize) {
      DataChunk chunk = rows.chunk(first, std::min(kVectorSize, rows.size() - first));
      std::vector<uint32_t> groups(chunk.size);
      SelectionVector kept;
      const auto* numbers = chunk.columns[0].data<int64_t>();
      for (uint32_t row = 0; row < chunk.size; ++row) {
        const uint32_t group = target[static_cast<size_t>(numbers[row])];
        if (group != KeyTable::kAbsent) {
          groups[kept.size()] = group;
          kept.push_back(row);
        }
      }
      groups.resize(kept.size());
      chunk.select(kept);
      chunk.columns[0] = group_numbers(groups);
      add_deferred(item, chunk.columns, chunk.size);
    }
  }
}

void AggregateTable::finish() {
  for (size_t item = 0; item < list_.items().size(); ++item) {
    if (list_.items()[item].deferred) {
      finish_item(item);
    }
  }
}

/// Distinct values of an aggregate that takes them in any order.
void AggregateTable::finish_unordered(size_t index) {
  const AggregateList::Item& item = list_.items()[index];
  RowCollection& rows = deferred_[index].rows;
  for (size_t first = 0; first < rows.size(); first += kVectorSize) {
    const DataChunk chunk = rows.chunk(first, std::min(kVectorSize, rows.size() - first));
    const auto* numbers = chunk.columns[0].data<int64_t>();
    pointers_.resize(chunk.size);
    for (size_t row = 0; row < chunk.size; ++row) {
      pointers_[row] = group_states(static_cast<uint32_t>(numbers[row])) + item.offset;
    }
    AggregateCall call{state_.query(), std::span(chunk.columns).subspan(1, item.argument_types.size()), item.result};
    item.function->update_rows(call, pointers_);
  }
  rows.clear();
}

void AggregateTable::finish_item(size_t index) {
  const AggregateList::Item& item = list_.items()[index];
  RowCollection& rows = deferred_[index].rows;
  deferred_[index].distinct.reset();
  if (item.order_keys.empty()) {
    finish_unordered(index);
    return;
  }
  const RowOrder order(item.order_keys, item.gathered_types, state_);
  std::vector<uint32_t> sorted;
  if (order.row_types().size() > order.input_width()) {
    // Some key sorts by its canonical bytes: rows with those beside them.
    RowCollection keyed(order.row_types());
    Evaluator evaluator(state_.query());
    for (size_t first = 0; first < rows.size(); first += kVectorSize) {
      DataChunk chunk = rows.chunk(first, std::min(kVectorSize, rows.size() - first));
      order.add_keys(chunk, evaluator);
      keyed.append(chunk);
    }
    sorted = order.sorted(keyed);
  } else {
    sorted = order.sorted(rows);
  }
  const auto* numbers = rows.column(0).data<int64_t>();
  for (size_t first = 0; first < sorted.size(); first += kVectorSize) {
    const std::span<const uint32_t> part =
        std::span(sorted).subspan(first, std::min(kVectorSize, sorted.size() - first));
    DataChunk chunk;
    rows.gather_into(chunk, part, 1, 1 + item.argument_types.size());
    AggregateCall call{state_.query(), chunk.columns, item.result};
    for (size_t from = 0, to = 0; from < part.size(); from = to) {
      const int64_t group = numbers[part[from]];
      for (to = from + 1; to < part.size() && numbers[part[to]] == group; ++to) {
      }
      item.function->update_range(call, group_states(static_cast<uint32_t>(group)) + item.offset, from, to);
    }
  }
  rows.clear();
}

DataChunk AggregateTable::results(size_t first, size_t count) {
  DataChunk chunk = keys_.chunk(first, count);
  chunk.size = count;
  pointers_.resize(count);
  for (const AggregateList::Item& item : list_.items()) {
    for (size_t row = 0; row < count; ++row) {
      pointers_[row] = group_states(static_cast<uint32_t>(first + row)) + item.offset;
    }
    AggregateCall call{state_.query(), {}, item.result};
    Vector& result = chunk.columns.emplace_back();
    item.function->finalize(call, pointers_, result);
  }
  return chunk;
}

size_t AggregateTable::memory_bytes() const {
  size_t bytes = key_table_.memory_bytes() + keys_.memory_bytes() + states_ * list_.stride() + kept_bytes_;
  for (const Deferred& deferred : deferred_) {
    bytes += deferred.rows.memory_bytes() + (deferred.distinct != nullptr ? deferred.distinct->memory_bytes() : 0);
  }
  return bytes;
}

}  // namespace tidemark
