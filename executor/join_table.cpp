#include "executor/join_table.h"

#include <algorithm>
#include <string>
#include <utility>

#include "executor/operator.h"
#include "executor/pipeline.h"
#include "executor/row_positions.h"
#include "types/canonical_key.h"

namespace tidemark {

JoinShape::JoinShape(const PhysicalHashJoin& join_plan, ExecutionState& execution_state)
    : plan(join_plan),
      state(execution_state),
      left_keys(prepare_all(plan.left_keys, state)),
      right_keys(prepare_all(plan.right_keys, state)),
      residual(plan.residual.get(), state),
      left_types(output_types(*plan.children[0])),
      build_types(output_types(*plan.children[1])),
      right_width(plan.children[1]->outputs.size()) {
  for (const ExpressionPtr& key : plan.right_keys) {
    key_types.push_back(key->type);
    build_types.push_back(key->type);
  }
}

std::vector<uint8_t> JoinShape::unmatchable(std::span<const Vector> keys, size_t size) const {
  std::vector<uint8_t> rows;
  for (size_t index = 0; index < keys.size(); ++index) {
    if (plan.null_safe[index] != 0 || keys[index].all_valid()) {
      continue;
    }
    rows.resize(size);
    for (size_t row = 0; row < size; ++row) {
      rows[row] = static_cast<uint8_t>(rows[row] | static_cast<uint8_t>(keys[index].is_null(row)));
    }
  }
  return rows;
}

JoinTable::JoinTable(const JoinShape& shape)
    : shape_(shape), rows_(shape.build_types), keys_(shape.key_types), reservation_(shape.state.query().memory) {}

void JoinTable::build(std::vector<RowCollection> rows) {
  for (RowCollection& more : rows) {
    if (rows_.size() == 0) {
      rows_ = std::move(more);
      continue;
    }
    for (size_t first = 0; first < more.size(); first += kVectorSize) {
      rows_.append(more.chunk(first, std::min(kVectorSize, more.size() - first)));
    }
    more.clear();
  }
  number_keys();
  make_dense();
  if (shape_.keeps_right()) {
    matched_.assign(rows_.size(), 0);
  }
  right_side_ = {rows_.size() > 0, !null_rows_.empty()};
  reservation_.resize(static_cast<int64_t>(rows_.memory_bytes() + keys_.memory_bytes() +
                                           (first_row_.size() + next_row_.size() + dense_.size()) * sizeof(uint32_t) +
                                           matched_.size()));
}

void JoinTable::number_keys() {
  std::vector<uint32_t> key_of_row(rows_.size(), kNone);
  KeyTable::Scratch scratch;
  for (size_t first = 0; first < rows_.size(); first += kVectorSize) {
    shape_.state.query().check_cancelled();
    const size_t size = std::min(kVectorSize, rows_.size() - first);
    std::vector<Vector> keys;
    for (size_t key = 0; key < shape_.right_keys.size(); ++key) {
      keys.push_back(rows_.column(shape_.right_width + key).view(first, size));
    }
    SelectionVector new_rows;
    const std::span<uint32_t> ids = std::span(key_of_row).subspan(first, size);
    keys_.find_or_add(keys, size, ids, new_rows, scratch);
    const std::vector<uint8_t> skipped = shape_.unmatchable(keys, size);
    for (size_t row = 0; row < skipped.size(); ++row) {
      if (skipped[row] != 0) {
        null_rows_.push_back(static_cast<uint32_t>(first + row));
        ids[row] = kNone;
      }
    }
  }
  // Numbers are given in the order of the rows, so each is its row's own if none came twice.
  unique_ = keys_.size() == rows_.size() && null_rows_.empty();
  if (unique_) {
    return;
  }
  first_row_.assign(keys_.size(), kNone);
  next_row_.assign(rows_.size(), kNone);
  for (size_t row = rows_.size(); row-- > 0;) {
    if (key_of_row[row] != kNone) {
      next_row_[row] = std::exchange(first_row_[key_of_row[row]], static_cast<uint32_t>(row));
    }
  }
}

/// Whole numbers that lie close together are looked up by subtraction.
void JoinTable::make_dense() {
  // An entry costs 4 bytes, a slot of the hash table about 24.
  constexpr uint64_t kEntriesPerKey = 4;
  if (shape_.key_types.size() != 1 || keys_.size() == 0) {
    return;
  }
  const std::vector<uint32_t> rows = key_rows();
  const GrowingColumn& column = rows_.column(shape_.right_width);
  visit_integers(column.view(0, column.size()), [&](const auto* values) {
    int64_t least = INT64_MAX;
    int64_t greatest = INT64_MIN;
    for (const uint32_t row : rows) {
      if (column.is_null(row)) {
        return;  // A key of its own: only where NULL equals NULL.
      }
      least = std::min<int64_t>(least, values[row]);
      greatest = std::max<int64_t>(greatest, values[row]);
    }
    const uint64_t entries = static_cast<uint64_t>(greatest) - static_cast<uint64_t>(least);
    if (rows.empty() || entries >= kEntriesPerKey * rows.size()) {
      return;
    }
    dense_from_ = least;
    dense_.assign(entries + 1, kNone);
    for (const uint32_t row : rows) {
      dense_[static_cast<uint64_t>(values[row]) - static_cast<uint64_t>(least)] = row;
    }
  });
}

std::vector<uint32_t> JoinTable::key_rows() const {
  std::vector<uint32_t> rows;
  for (uint32_t key = 0; key < keys_.size(); ++key) {
    const uint32_t row = unique_ ? key : first_row_[key];
    if (row != kNone) {
      rows.push_back(row);
    }
  }
  return rows;
}

void JoinTable::find(std::span<const Vector> keys, size_t size, std::span<uint32_t> first,
                     KeyTable::Scratch& scratch) const {
  // Under a NULL lies any number.
  const bool can_go_by_value = !dense_.empty() && (shape_.plan.null_safe[0] == 0 || keys[0].all_valid());
  const bool by_value = can_go_by_value && visit_integers(values_of(keys[0]), [&](const auto* values) {
                          const uint32_t* dense = dense_.data();
                          const uint64_t entries = dense_.size();
                          const auto from = static_cast<uint64_t>(dense_from_);
                          for_each_row(keys[0], [&](size_t row, size_t index) {
                            const uint64_t entry = static_cast<uint64_t>(int64_t{values[index]}) - from;
                            first[row] = entry < entries ? dense[entry] : kNone;
                          });
                        });
  if (!by_value) {
    keys_.find(keys, size, first, scratch);
    for (size_t row = 0; row < size && !unique_; ++row) {
      first[row] = first[row] == KeyTable::kAbsent ? kNone : first_row_[first[row]];
    }
  }
  const std::vector<uint8_t> unmatchable = shape_.unmatchable(keys, size);
  for (size_t row = 0; row < unmatchable.size(); ++row) {
    if (unmatchable[row] != 0) {
      first[row] = kNone;
    }
  }
}

std::vector<uint32_t> JoinTable::rows_of_unknown_key(std::span<const Vector> left_keys, size_t row) const {
  const auto is_unknown = [&](size_t right_row) {
    bool unknown = false;
    for (size_t key = 0; key < left_keys.size(); ++key) {
      const GrowingColumn& right = rows_.column(shape_.right_width + key);
      const bool left_null = left_keys[key].is_null(row);
      if (shape_.plan.null_safe[key] == 0 && (left_null || right.is_null(right_row))) {
        unknown = true;
        continue;
      }
      std::string left_bytes;
      std::string right_bytes;
      append_key(left_bytes, left_keys[key].value(row));
      append_key(right_bytes, right.view(right_row, 1).value(0));
      if (left_bytes != right_bytes) {
        return false;
      }
    }
    return unknown;
  };
  std::vector<uint32_t> rows;
  const bool one_is_enough = !shape_.residual;
  const auto add = [&](uint32_t right_row) {
    if (is_unknown(right_row)) {
      rows.push_back(right_row);
    }
    return one_is_enough && !rows.empty();
  };
  const bool left_has_null = std::ranges::any_of(left_keys, [&](const Vector& key) { return key.is_null(row); });
  if (!left_has_null) {
    // Only right rows with a NULL can be unknown.
    static_cast<void>(std::ranges::any_of(null_rows_, add));
    return rows;
  }
  for (uint32_t right_row = 0; right_row < rows_.size(); ++right_row) {
    if (add(right_row)) {
      break;
    }
  }
  return rows;
}

}  // namespace tidemark
