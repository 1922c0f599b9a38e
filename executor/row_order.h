#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "executor/prepared_expression.h"
#include "executor/row_collection.h"
#include "functions/evaluator.h"

namespace tidemark {

/// The rows of a sort: the input's columns, and behind them those sort keys that are not input columns as they are.
/// Compares and sorts rows of such collections.
class RowOrder {
 public:
  struct Direction {
    bool descending = false;
    bool nulls_first = false;
  };

  /// By expressions over rows of `input_types`.
  RowOrder(const std::vector<SortKey>& keys, std::span<const LogicalType> input_types, ExecutionState& state);
  /// By columns as they are, ascending, NULLS LAST.
  RowOrder(std::span<const uint32_t> columns, std::span<const LogicalType> input_types, ExecutionState& state);
  /// By `groups` ascending and then by `keys`, all over rows of `input_types`.
  RowOrder(const std::vector<ExpressionPtr>& groups, const std::vector<SortKey>& keys,
           std::span<const LogicalType> input_types, ExecutionState& state);

  /// Columns of a collection that this can sort: the input's, then the computed keys.
  [[nodiscard]] const std::vector<LogicalType>& row_types() const { return row_types_; }
  [[nodiscard]] size_t input_width() const { return input_width_; }
  [[nodiscard]] size_t key_count() const { return keys_.size(); }
  /// How many of the keys come from `groups` (constant ones order nothing and are left out).
  [[nodiscard]] size_t group_key_count() const { return group_keys_; }
  /// Which column of a row a key is.
  [[nodiscard]] uint32_t key_column(size_t key) const { return keys_[key].column; }
  /// Which column of the input the first key is, if it is one as it is.
  [[nodiscard]] std::optional<uint32_t> first_input() const {
    return keys_.empty() ? std::nullopt : keys_.front().input;
  }
  [[nodiscard]] Direction direction(size_t key) const { return keys_[key].direction; }
  /// A number for each row of `chunk` (keys added) that orders as the first key does: where two differ, the rows differ
  /// likewise; equal ones say nothing. Precondition: there is a key.
  void first_prefixes(const DataChunk& chunk, std::span<uint64_t> prefixes) const;
  /// The same for rows of a collection.
  [[nodiscard]] std::vector<uint64_t> first_prefixes(const RowCollection& rows, std::span<const uint32_t> which) const;
  /// Values of the first key are equal where their prefixes are.
  [[nodiscard]] bool prefix_decides() const;
  /// Adds the computed keys to a chunk of input rows.
  void add_keys(DataChunk& chunk, Evaluator& evaluator) const;

  /// < 0, 0, > 0. `keys_from`: which key to begin with; `keys_to` exclusive.
  [[nodiscard]] int compare(const RowCollection& left, size_t left_row, const RowCollection& right, size_t right_row,
                            size_t keys_from, size_t keys_to) const;
  [[nodiscard]] int compare(const RowCollection& left, size_t left_row, const RowCollection& right,
                            size_t right_row) const {
    return compare(left, left_row, right, right_row, 0, keys_.size());
  }
  /// The rows in order; rows that compare equal stay in the order in which they came.
  [[nodiscard]] std::vector<uint32_t> sorted(const RowCollection& rows) const;

 private:
  struct Key {
    uint32_t column = 0;            ///< of a row
    std::optional<uint32_t> input;  ///< of the input, if that is what the key is
    PhysicalType physical = PhysicalType::kInt64;
    Direction direction;
    PreparedExpression computed;  ///< unset: an input column as it is
    bool canonical = false;       ///< compared by canonical key bytes: numeric, interval, char(n), jsonb …
  };
  void add_key(const Expression& expression, Direction direction, ExecutionState& state);
  void sort_part(const RowCollection& rows, std::span<uint32_t> part, size_t key) const;
  void sort_by_comparing(const RowCollection& rows, std::span<uint32_t> part, size_t key) const;

  size_t input_width_;
  std::vector<LogicalType> row_types_;
  std::vector<Key> keys_;
  size_t group_keys_ = 0;
};

/// The `from[i]`-th collection's row `rows[i]`, for the first `width` columns: what a merge puts out.
DataChunk gather_merged(std::span<const RowCollection* const> sources, std::span<const uint32_t> from,
                        std::span<const uint32_t> rows, size_t width);

}  // namespace tidemark
