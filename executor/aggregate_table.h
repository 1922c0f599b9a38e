#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "executor/aggregate_list.h"
#include "executor/key_table.h"
#include "executor/row_collection.h"

namespace tidemark {

/// Groups and their aggregate states: what one thread fills, and what the threads' tables are joined in.
class AggregateTable {
 public:
  AggregateTable(const AggregateList& list, std::span<const LogicalType> group_types, ExecutionState& state);
  AggregateTable(const AggregateTable&) = delete;
  AggregateTable& operator=(const AggregateTable&) = delete;
  ~AggregateTable();

  /// groups[row] = number of the row's group, made if it is new. `keys` has one vector a group column.
  void find_or_add(std::span<const Vector> keys, size_t size, std::span<uint32_t> groups);
  /// The same without making any: KeyTable::kAbsent.
  void find(std::span<const Vector> keys, size_t size, std::span<uint32_t> groups);

  /// Row i of the chunk into group groups[i]; rows with KeyTable::kAbsent are left out.
  void update_rows(std::span<const AggregateList::Input> inputs, std::span<const uint32_t> groups);
  /// Rows [first, last) into one group: tight loops. Inputs with a filter must go by `update_rows`.
  void update_range(std::span<const AggregateList::Input> inputs, uint32_t group, size_t first, size_t last);

  /// The same for one aggregate that is not deferred, with arguments of its own.
  void update_item(size_t item, std::span<const Vector> arguments, uint32_t group, size_t first, size_t last);

  /// Takes over the groups of `other` that are named (all if `some` is null). `other` may then only be destroyed, or
  /// asked for its remaining groups.
  void combine(AggregateTable& other, const std::vector<uint32_t>* some);
  /// Feeds DISTINCT and ORDER BY aggregates. Call once, after the last row.
  void finish();
  /// Rows [first, first + count): group columns, then results. After `finish`.
  [[nodiscard]] DataChunk results(size_t first, size_t count);

  [[nodiscard]] size_t size() const { return key_table_.size(); }
  [[nodiscard]] const RowCollection& keys() const { return keys_; }
  [[nodiscard]] size_t memory_bytes() const;

 private:
  /// Rows that wait for `finish`, of one deferred aggregate.
  struct Deferred {
    RowCollection rows;  ///< the group's number, arguments, ORDER BY values
    std::unique_ptr<KeyTable> distinct;
    KeyTable::Scratch scratch;
  };

  [[nodiscard]] std::byte* group_states(uint32_t group) const {
    return blocks_[group / kBlockGroups].get() + (group % kBlockGroups) * list_.stride();
  }
  void add_states();
  /// Counts what rows [first, last) add to states that keep their rows.
  void count_kept(const AggregateList::Item& item, std::span<const Vector> arguments, size_t first, size_t last);
  void defer(size_t item, const AggregateList::Input& input, std::span<const uint32_t> groups);
  void add_deferred(size_t item, std::span<const Vector> rows, size_t size);
  void finish_item(size_t item);
  void finish_unordered(size_t item);

  static constexpr size_t kBlockGroups = 1024;
  struct FreeStates {
    void operator()(std::byte* memory) const noexcept;
  };

  const AggregateList& list_;
  ExecutionState& state_;
  KeyTable key_table_;
  KeyTable::Scratch scratch_;
  RowCollection keys_;  ///< the groups' columns as they first came
  std::vector<std::unique_ptr<std::byte, FreeStates>> blocks_;
  size_t states_ = 0;      ///< groups whose states are initialized
  size_t kept_bytes_ = 0;  ///< of rows in the states
  std::vector<Deferred> deferred_;
  std::vector<std::byte*> pointers_;  ///< scratch
  SelectionVector new_rows_;          ///< scratch
};

}  // namespace tidemark
