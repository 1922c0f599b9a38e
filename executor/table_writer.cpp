#include "executor/table_writer.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "base/check.h"
#include "executor/constraint_checker.h"
#include "executor/key_space.h"
#include "executor/key_table.h"
#include "executor/row_batch_builder.h"
#include "executor/row_collection.h"
#include "executor/transaction_state.h"

namespace tidemark {
namespace {

// A blind writer keeps the series it has met for later batches, but not more than this.
constexpr size_t kSeriesBytesMax = 64 << 20;

SelectionVector all_rows(size_t size) {
  SelectionVector rows(size);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

DataChunk pick(const DataChunk& chunk, const SelectionVector& rows) {
  DataChunk picked = chunk;
  picked.select(rows);
  return picked;
}

Error key_without_row(const KeySpace& space) {
  return Error(sqlstate::kInternalError,
               "unique constraint \"" + space.constraint()->name + "\" has a key without a row");
}

SelectionVector chosen_rows(const std::vector<uint8_t>& flags) {
  SelectionVector rows;
  for (uint32_t row = 0; row < flags.size(); ++row) {
    if (flags[row] != 0) {
      rows.push_back(row);
    }
  }
  return rows;
}

/// `proposed` where `set` says so, else `existing`.
Vector choose(const Vector& existing, const Vector& proposed, const Validity& set) {
  if (set.all_valid()) {
    return proposed;
  }
  GrowingColumn both(existing.type());
  both.append(existing);
  both.append(proposed);
  const auto size = static_cast<uint32_t>(existing.size());
  SelectionVector rows(size);
  for (uint32_t row = 0; row < size; ++row) {
    rows[row] = set.is_valid(row) ? size + row : row;
  }
  return both.gather(rows);
}

Validity select_bits(const Validity& bits, const SelectionVector& rows) {
  if (bits.all_valid()) {
    return {};
  }
  Validity result = Validity::filled(rows.size(), true);
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!bits.is_valid(rows[i])) {
      result.set_null(i);
    }
  }
  return result;
}

}  // namespace

class TableWriter::State {
 public:
  State(QueryContext& context, TransactionState& transaction, const TableEntry& table,
        const PhysicalWriteTarget& target, TableWriteOptions options)
      : context_(context),
        transaction_(transaction),
        table_(table),
        options_(std::move(options)),
        checker_(table, target, context),
        main_(context, transaction, table, table.key ? &*table.key : nullptr, nullptr) {
    for (const UniqueConstraint& unique : table.uniques) {
      if (unique.hidden_table != kNoObject) {
        add_secondary(unique, target);
      }
    }
    is_blind_ = can_be_blind(target);
    if (table.kind == TableKind::kAppend && secondary_.empty()) {
      options_.conflict = ConflictAction::kKeepBoth;
    }
  }

  Written append(DataChunk rows, std::span<const Validity> set) {
    TIDEMARK_CHECK(rows.columns.size() == table_.columns.size());
    if (rows.size == 0) {
      return {};
    }
    context_.check_cancelled();
    switch (options_.conflict) {
      case ConflictAction::kKeepBoth:
        return keep_both(std::move(rows));
      case ConflictAction::kMerge:
        return is_blind_ ? merge_blindly(rows, set) : merge_by_reading(std::move(rows), set);
      case ConflictAction::kReplace:
        return is_blind_ ? replace_blindly(std::move(rows)) : merge_by_reading(std::move(rows), set);
      case ConflictAction::kError:
      case ConflictAction::kIgnore:
      case ConflictAction::kUpdate:
        return insert(std::move(rows));
    }
    TIDEMARK_CHECK(false);
  }

  bool lock(const DataChunk& old_rows) {
    const RowKeys keys = main_.keys(old_rows);
    const std::vector<RowKey> row_keys = main_.row_keys(keys, nullptr);
    main_.locker().lock(row_keys);
    return !main_.locker().changed_since_snapshot(row_keys);
  }

  DataChunk update(const DataChunk& old_rows, DataChunk new_rows);
  void erase(const DataChunk& old_rows);
  void finish();
  [[nodiscard]] uint64_t row_count() const { return row_count_; }

 private:
  enum class Fate : uint8_t { kInsert, kSkip, kUpdate };

  void add_secondary(const UniqueConstraint& unique, const PhysicalWriteTarget& target) {
    const TableEntry* hidden = transaction_.snapshot()->catalog()->table(unique.hidden_table);
    TIDEMARK_CHECK(hidden != nullptr);
    const auto computed = std::ranges::find(target.unique_keys, unique.id, &PhysicalWriteTarget::UniqueKey::constraint);
    TIDEMARK_CHECK(unique.is_computed() == (computed != target.unique_keys.end()));
    auto values =
        std::make_unique<UniqueKeyValues>(table_, unique, unique.is_computed() ? &*computed : nullptr, context_);
    secondary_.push_back(std::make_unique<KeySpace>(context_, transaction_, *hidden, &unique, std::move(values)));
  }

  /// D6: nothing in the table may depend on the row that is there.
  [[nodiscard]] bool can_be_blind(const PhysicalWriteTarget& target) const {
    if (!secondary_.empty() || options_.wants_rows || !table_.foreign_keys.empty() || !table_.referenced_by.empty()) {
      return false;
    }
    if (options_.conflict == ConflictAction::kReplace) {
      return true;
    }
    if (!target.generated.empty() || !target.checks.empty()) {
      return false;
    }
    for (uint32_t index = 0; index < table_.columns.size(); ++index) {
      const ColumnEntry& column = table_.columns[index];
      const bool named = table_.is_key_column(column.id) ||
                         std::ranges::find(options_.merge_columns, index) != options_.merge_columns.end();
      if (!named && (column.not_null || !column.default_sql.empty() || column.identity != Identity::kNone)) {
        return false;
      }
    }
    return true;
  }

  void write(RowBatch batch) {
    if (batch.size() > 0) {
      WriteSet::Change& change = transaction_.writes.changes.emplace_back();
      change.batch = std::move(batch);
    }
  }

  Written all_written(DataChunk rows) {
    Written written;
    if (options_.wants_rows) {
      written.input_rows = all_rows(rows.size);
      written.rows = std::move(rows);
    }
    return written;
  }

  Written keep_both(DataChunk rows);
  Written merge_blindly(const DataChunk& rows, std::span<const Validity> set);
  Written replace_blindly(DataChunk rows);
  Written merge_by_reading(DataChunk rows, std::span<const Validity> set);
  Written insert(DataChunk rows);
  /// Puts new rows (their keys are known to be free) and their secondary keys.
  void put_new(const DataChunk& rows, const RowKeys& keys, const SelectionVector& chosen);
  void wait_for_locks(const RowKeys& keys);
  [[nodiscard]] bool counts_as_conflict(const KeySpace& space) const {
    const std::vector<ObjectId>& named = options_.conflict_constraints;
    return named.empty() ||
           (space.constraint() != nullptr && std::ranges::find(named, space.constraint()->id) != named.end());
  }
  Fate resolve_conflict(const KeySpace& space, const DataChunk& rows, size_t row, bool in_statement) const;
  using Claim = std::function<void(const SelectionVector& passing)>;
  DataChunk update_existing(const DataChunk& existing, const DataChunk& proposed, const Claim& claim,
                            SelectionVector& passing);
  DataChunk find_by_unique(const KeySpace& space, const DataChunk& rows, const SelectionVector& chosen) const;
  DataChunk find_by_columns(const KeySpace& space, const DataChunk& rows, size_t row) const;
  [[nodiscard]] Error duplicate_key(const KeySpace& space, const DataChunk& rows, size_t row) const;
  void move_secondary(KeySpace& space, const DataChunk& old_rows, const DataChunk& new_rows);
  /// For the foreign keys of this table, and those to it.
  void note_change(const DataChunk* before, const DataChunk* after) const;
  void note_removed(KeySpace& space, const RowKeys& keys, const SelectionVector& chosen);
  void note_added(KeySpace& space, const RowKeys& keys, const SelectionVector& chosen, const DataChunk& rows);
  [[nodiscard]] std::vector<LogicalType> column_types() const {
    std::vector<LogicalType> types;
    for (const ColumnEntry& column : table_.columns) {
      types.push_back(column.type);
    }
    return types;
  }
  [[nodiscard]] std::vector<ColumnId> column_ids() const {
    std::vector<ColumnId> ids;
    for (const ColumnEntry& column : table_.columns) {
      ids.push_back(column.id);
    }
    return ids;
  }

  /// As rows are read to be changed: for append tables with the row id, which says what to remove.
  [[nodiscard]] std::vector<ColumnId> stored_columns() const {
    std::vector<ColumnId> ids = column_ids();
    if (table_.kind == TableKind::kAppend) {
      ids.push_back(kRowIdColumn);
    }
    return ids;
  }
  [[nodiscard]] std::vector<LogicalType> stored_types() const {
    std::vector<LogicalType> types = column_types();
    if (table_.kind == TableKind::kAppend) {
      types.emplace_back(TypeId::kInt64);
    }
    return types;
  }

  QueryContext& context_;
  TransactionState& transaction_;
  const TableEntry& table_;
  TableWriteOptions options_;
  ConstraintChecker checker_;
  KeySpace main_;
  std::vector<std::unique_ptr<KeySpace>> secondary_;
  bool is_blind_ = false;
  uint64_t row_count_ = 0;

  /// Keys that an UPDATE gave up and took: checked against each other at the end of the statement.
  using OwnedKey = std::pair<std::string, int64_t>;
  struct AddedKey {
    OwnedKey key;
    DataChunk row;  ///< of the main table, for the error
  };
  struct MovedKeys {
    std::set<OwnedKey> removed;
    std::vector<AddedKey> added;
  };
  std::map<KeySpace*, MovedKeys> moved_;
  /// Rows under their new keys: written after all rows have left their old ones, which may be the same keys.
  std::vector<RowBatch> arrivals_;
};

void TableWriter::State::note_change(const DataChunk* before, const DataChunk* after) const {
  const bool matters =
      (after != nullptr && !table_.foreign_keys.empty()) || (before != nullptr && !table_.referenced_by.empty());
  if (!matters) {
    return;
  }
  const auto table_columns = [&](const DataChunk* rows) -> std::optional<DataChunk> {
    if (rows == nullptr) {
      return std::nullopt;
    }
    DataChunk copy = *rows;
    copy.columns.resize(table_.columns.size());  // without a row id
    return copy;
  };
  transaction_.row_changes.push_back({table_.id, table_columns(before), table_columns(after)});
}

TableWriter::Written TableWriter::State::keep_both(DataChunk rows) {
  checker_.generate(rows);
  checker_.check(rows);
  note_change(nullptr, &rows);
  write(main_.builder().put(rows, main_.keys(rows), nullptr));
  row_count_ += rows.size;
  return all_written(std::move(rows));
}

void TableWriter::State::wait_for_locks(const RowKeys& keys) { main_.locker().wait_for(main_.row_keys(keys, nullptr)); }

TableWriter::Written TableWriter::State::merge_blindly(const DataChunk& rows, std::span<const Validity> set) {
  std::vector<uint8_t> named(table_.columns.size(), 0);
  for (const uint32_t column : options_.merge_columns) {
    named[column] = 1;
  }
  for (const uint32_t column : main_.builder().key_columns()) {
    named[column] = 1;
  }
  checker_.check(rows, &named, set);
  if (main_.builder().memory_bytes() > kSeriesBytesMax) {
    main_.builder().forget_series();
  }
  const RowKeys keys = main_.keys(rows);
  wait_for_locks(keys);
  write(main_.builder().merge(rows, keys, options_.merge_columns, set));
  row_count_ += rows.size;
  return {};
}

TableWriter::Written TableWriter::State::replace_blindly(DataChunk rows) {
  checker_.generate(rows);
  checker_.check(rows);
  if (main_.builder().memory_bytes() > kSeriesBytesMax) {
    main_.builder().forget_series();
  }
  const RowKeys keys = main_.keys(rows);
  wait_for_locks(keys);
  write(main_.builder().put(rows, keys, nullptr));
  row_count_ += rows.size;
  return all_written(std::move(rows));
}

/// UPSERT where the table wants to know the whole row: rows of one key are taken in turn, each on top of the last.
TableWriter::Written TableWriter::State::merge_by_reading(DataChunk rows, std::span<const Validity> set) {
  const RowKeys all_keys = main_.keys(rows);
  std::vector<SelectionVector> rounds;
  std::map<std::pair<uint32_t, int64_t>, size_t> seen;
  for (uint32_t row = 0; row < rows.size; ++row) {
    const size_t round = seen[{all_keys.series[row], all_keys.order[row]}]++;
    if (round >= rounds.size()) {
      rounds.emplace_back();
    }
    rounds[round].push_back(row);
  }
  main_.locker().lock(main_.row_keys(all_keys, nullptr));
  RowCollection result(column_types());
  Written written;
  for (const SelectionVector& round : rounds) {
    DataChunk proposed = pick(rows, round);
    std::vector<Validity> round_set;
    for (const Validity& bits : set) {
      round_set.push_back(select_bits(bits, round));
    }
    const RowKeys keys = main_.keys(proposed);
    std::vector<uint8_t> found;
    DataChunk existing;
    main_.look_up(main_.row_keys(keys, nullptr), true, found, &existing);
    SelectionVector old_ones;
    SelectionVector new_ones;
    for (uint32_t row = 0; row < proposed.size; ++row) {
      (found[row] != 0 ? old_ones : new_ones).push_back(row);
    }
    if (!new_ones.empty()) {
      DataChunk fresh = proposed;
      for (size_t column = 0; column < round_set.size(); ++column) {
        // What a row does not set is NULL in a new row.
        fresh.columns[column] = choose(Vector::null_constant(fresh.columns[column].type(), fresh.size),
                                       fresh.columns[column], round_set[column]);
      }
      fresh.select(new_ones);
      checker_.generate(fresh);
      checker_.check(fresh);
      put_new(fresh, main_.keys(fresh), all_rows(fresh.size));
      row_count_ += fresh.size;
      result.append(fresh);
      for (const uint32_t row : new_ones) {
        written.input_rows.push_back(round[row]);
      }
    }
    if (!old_ones.empty()) {
      const DataChunk old_rows = pick(existing, old_ones);
      const DataChunk proposals = pick(proposed, old_ones);
      DataChunk merged = options_.conflict == ConflictAction::kReplace ? proposals : old_rows;
      for (const uint32_t column : options_.merge_columns) {
        const Validity bits = round_set.empty() ? Validity() : select_bits(round_set[column], old_ones);
        merged.columns[column] = choose(old_rows.columns[column], proposals.columns[column], bits);
      }
      result.append(update(old_rows, std::move(merged)));
      for (const uint32_t row : old_ones) {
        written.input_rows.push_back(round[row]);
      }
    }
  }
  if (options_.wants_rows) {
    written.rows = result.chunk(0, result.size());
  } else {
    written.input_rows.clear();
  }
  return written;
}

void TableWriter::State::put_new(const DataChunk& rows, const RowKeys& keys, const SelectionVector& chosen) {
  if (chosen.empty()) {
    return;
  }
  if (!table_.foreign_keys.empty()) {
    const DataChunk fresh = pick(rows, chosen);
    note_change(nullptr, &fresh);
  }
  RowBatch batch = main_.builder().put(rows, keys, chosen.size() == rows.size ? nullptr : &chosen);
  batch.expect_absent = table_.kind != TableKind::kAppend;
  write(std::move(batch));
  for (const auto& space : secondary_) {
    const UniqueKeyValues::Rows projected = space->project(rows);
    SelectionVector entries;
    for (const uint32_t row : chosen) {
      if (projected.takes_part[row] != 0) {
        entries.push_back(row);
      }
    }
    RowBatch entry_batch = space->builder().put(projected.keys, space->keys(projected.keys), &entries);
    entry_batch.expect_absent = true;
    write(std::move(entry_batch));
  }
}

namespace {

Error affected_twice() {
  return Error(sqlstate::kCardinalityViolation, "ON CONFLICT DO UPDATE command cannot affect row a second time")
      .with_hint(
          "Ensure that no rows proposed for insertion within the same command have duplicate constrained "
          "values.");
}

/// Notes the keys of those of `rows` that are to be changed (`passing`: places in `rows`, ascending). No key may be
/// changed or even met again afterwards; one whose WHERE was not true may.
void claim_keys(KeyMemory& written, const RowKeys& keys, const SelectionVector& rows, const SelectionVector& passing) {
  size_t next = 0;
  for (uint32_t place = 0; place < rows.size(); ++place) {
    const uint32_t row = rows[place];
    if (written.contains(keys.series[row], keys.order[row])) {
      throw affected_twice();
    }
    if (next < passing.size() && passing[next] == place) {
      written.add(keys.series[row], keys.order[row]);
      ++next;
    }
  }
}

}  // namespace

Error TableWriter::State::duplicate_key(const KeySpace& space, const DataChunk& rows, size_t row) const {
  const DataChunk one = rows.slice(row, 1);
  if (space.is_secondary()) {
    return checker_.duplicate_key(*space.constraint(), space.values().of(one).keys);
  }
  DataChunk keys;
  keys.size = 1;
  for (const ColumnId id : space.constraint()->columns) {
    keys.columns.push_back(one.columns[column_index(table_, id)]);
  }
  return checker_.duplicate_key(*space.constraint(), keys);
}

TableWriter::State::Fate TableWriter::State::resolve_conflict(const KeySpace& space, const DataChunk& rows, size_t row,
                                                              bool in_statement) const {
  if (options_.conflict == ConflictAction::kError || !counts_as_conflict(space)) {
    throw duplicate_key(space, rows, row);
  }
  if (options_.conflict == ConflictAction::kIgnore) {
    return Fate::kSkip;
  }
  if (in_statement) {
    throw affected_twice();
  }
  return Fate::kUpdate;
}

TableWriter::Written TableWriter::State::insert(DataChunk rows) {
  checker_.generate(rows);
  checker_.check(rows);
  struct Candidate {
    KeySpace* space;
    RowKeys keys;
    std::vector<uint8_t> takes_part;
    std::vector<uint8_t> found;
    DataChunk existing;
  };
  std::vector<Candidate> candidates;
  // Bulk loads take no locks: the commit looks once more at what is newer than these look-ups (D28).
  const bool locks =
      options_.conflict != ConflictAction::kError || row_count_ + rows.size <= LockTable::kKeysPerTableMax;
  const auto add_candidate = [&](KeySpace& space) {
    Candidate& candidate = candidates.emplace_back();
    UniqueKeyValues::Rows projected = space.project(rows);
    candidate.space = &space;
    candidate.keys = space.keys(projected.keys);
    candidate.takes_part = std::move(projected.takes_part);
    const std::vector<RowKey> keys = space.row_keys(candidate.keys, nullptr);
    if (locks) {
      const SelectionVector chosen = chosen_rows(candidate.takes_part);
      space.locker().lock(space.row_keys(candidate.keys, &chosen));
    }
    const bool wants_existing = options_.conflict == ConflictAction::kUpdate && !space.is_secondary();
    space.look_up(keys, false, candidate.found, wants_existing ? &candidate.existing : nullptr);
  };
  if (table_.kind != TableKind::kAppend) {
    add_candidate(main_);
  }
  for (const auto& space : secondary_) {
    add_candidate(*space);
  }
  // What ON CONFLICT names is looked at first: a row that conflicts there need not satisfy the others.
  std::ranges::stable_partition(candidates,
                                [this](const Candidate& candidate) { return counts_as_conflict(*candidate.space); });

  SelectionVector fresh;
  SelectionVector to_update;                               // found by the table's own key
  std::vector<std::pair<uint32_t, const Candidate*>> odd;  // found by a secondary one
  for (uint32_t row = 0; row < rows.size; ++row) {
    Fate fate = Fate::kInsert;
    for (const Candidate& candidate : candidates) {
      if (candidate.takes_part[row] == 0) {
        continue;
      }
      const bool in_statement =
          candidate.space->written().contains(candidate.keys.series[row], candidate.keys.order[row]);
      if (!in_statement && candidate.found[row] == 0) {
        continue;
      }
      // Rows that were there before are looked at again when it is known which of them are changed.
      fate = resolve_conflict(*candidate.space, rows, row, in_statement && candidate.found[row] == 0);
      if (fate == Fate::kUpdate) {
        if (candidate.space == &main_) {
          to_update.push_back(row);
        } else {
          odd.emplace_back(row, &candidate);
        }
      }
      break;
    }
    if (fate == Fate::kInsert) {
      fresh.push_back(row);
      for (const Candidate& candidate : candidates) {
        if (candidate.takes_part[row] != 0) {
          candidate.space->written().add(candidate.keys.series[row], candidate.keys.order[row]);
        }
      }
    }
  }
  const auto own = std::ranges::find(candidates, &main_, &Candidate::space);
  put_new(rows, own == candidates.end() ? main_.keys(rows) : own->keys, fresh);
  row_count_ += fresh.size();

  if (to_update.empty() && odd.empty()) {
    if (fresh.size() == rows.size) {
      return all_written(std::move(rows));
    }
    Written written;
    if (options_.wants_rows) {
      written.rows = pick(rows, fresh);
      written.input_rows = std::move(fresh);
    }
    return written;
  }
  RowCollection result(column_types());
  std::vector<std::pair<uint32_t, uint32_t>> origins;  // input row, row of result
  const auto note = [&](const DataChunk& chunk, const SelectionVector& input_rows) {
    for (size_t i = 0; i < chunk.size; ++i) {
      origins.emplace_back(input_rows[i], static_cast<uint32_t>(result.size() + i));
    }
    result.append(chunk);
  };
  note(pick(rows, fresh), fresh);
  if (!to_update.empty()) {
    SelectionVector passing;
    const Claim claim = [&](const SelectionVector& changed) {
      claim_keys(main_.written(), own->keys, to_update, changed);
    };
    const DataChunk updated = update_existing(pick(own->existing, to_update), pick(rows, to_update), claim, passing);
    SelectionVector inputs;
    for (const uint32_t i : passing) {
      inputs.push_back(to_update[i]);
    }
    note(updated, inputs);
  }
  std::map<const Candidate*, SelectionVector> odd_of;
  for (const auto& [row, candidate] : odd) {
    odd_of[candidate].push_back(row);
  }
  std::map<const Candidate*, DataChunk> existing_of;
  for (const auto& [candidate, chosen] : odd_of) {
    existing_of[candidate] = find_by_unique(*candidate->space, rows, chosen);
  }
  std::map<const Candidate*, size_t> next_of;
  for (const auto& [row, candidate] : odd) {
    SelectionVector passing;
    const Claim claim = [&, this_row = SelectionVector{row}](const SelectionVector& changed) {
      claim_keys(candidate->space->written(), candidate->keys, this_row, changed);
    };
    const DataChunk existing = existing_of[candidate].slice(next_of[candidate]++, 1);
    const DataChunk updated = update_existing(existing, pick(rows, {row}), claim, passing);
    if (updated.size > 0) {
      note(updated, {row});
    }
  }
  Written written;
  if (options_.wants_rows) {
    std::ranges::sort(origins);
    SelectionVector order;
    for (const auto& [input, place] : origins) {
      written.input_rows.push_back(input);
      order.push_back(place);
    }
    written.rows = result.gather(order);
  }
  return written;
}

/// DO UPDATE: the rows for which its WHERE is true, changed; `passing` says which they are, `claim` hears it first.
DataChunk TableWriter::State::update_existing(const DataChunk& existing, const DataChunk& proposed, const Claim& claim,
                                              SelectionVector& passing) {
  TIDEMARK_CHECK(options_.update != nullptr);
  Evaluator evaluator(context_);
  DataChunk both = existing;
  both.columns.resize(table_.columns.size());
  both.columns.insert(both.columns.end(), proposed.columns.begin(), proposed.columns.end());
  DataChunk read;
  if (options_.update->source) {
    read = options_.update->source(both, passing);
  } else {
    passing = options_.update->where ? evaluator.select(*options_.update->where, both) : all_rows(both.size);
    read = pick(both, passing);
  }
  claim(passing);
  both.select(passing);
  DataChunk old_rows = existing;  // With the row id of an append table, which says what to remove.
  old_rows.select(passing);
  DataChunk new_rows;
  new_rows.size = both.size;
  new_rows.columns.assign(both.columns.begin(),
                          both.columns.begin() + static_cast<std::ptrdiff_t>(table_.columns.size()));
  for (const ConflictUpdate::Assignment& assignment : options_.update->assignments) {
    new_rows.columns[assignment.column] = evaluator.evaluate(*assignment.value, read);
  }
  if (both.size == 0) {
    return new_rows;
  }
  return update(old_rows, std::move(new_rows));
}

/// The rows that hold the secondary keys of the rows named, in that order. Keys over columns are looked up one by one,
/// as the scan's filters narrow it; for those that have to be computed the table is read once.
DataChunk TableWriter::State::find_by_unique(const KeySpace& space, const DataChunk& rows,
                                             const SelectionVector& chosen) const {
  RowCollection found(stored_types());
  UniqueKeyValues& values = space.values();
  if (!values.is_computed()) {
    for (const uint32_t row : chosen) {
      found.append(find_by_columns(space, rows, row));
    }
    return found.chunk(0, found.size());
  }
  const DataChunk wanted = values.of(pick(rows, chosen)).keys;
  std::vector<LogicalType> types;
  for (const Vector& column : wanted.columns) {
    types.push_back(column.type());
  }
  KeyTable table(types);
  KeyTable::Scratch scratch;
  std::vector<uint32_t> ids(wanted.size);
  SelectionVector firsts;
  table.find_or_add(wanted.columns, wanted.size, ids, firsts, scratch);
  SelectionVector row_of_key(table.size(), GrowingColumn::kNullRow);
  size_t missing = table.size();
  ScanRequest request;
  request.columns = stored_columns();
  const auto scan = transaction_.newest_with_own_writes()->table(table_.id)->scan(request);
  DataChunk chunk;
  for (size_t morsel = 0; missing > 0 && morsel < scan->morsel_count(); ++morsel) {
    const auto reader = scan->open(morsel);
    while (missing > 0 && reader->next(chunk)) {
      context_.check_cancelled();
      const UniqueKeyValues::Rows there = values.of(chunk);
      std::vector<uint32_t> met(chunk.size);
      table.find(there.keys.columns, chunk.size, met, scratch);
      for (uint32_t row = 0; row < chunk.size; ++row) {
        if (there.takes_part[row] != 0 && met[row] != KeyTable::kAbsent &&
            row_of_key[met[row]] == GrowingColumn::kNullRow) {
          row_of_key[met[row]] = static_cast<uint32_t>(found.size());
          found.append(chunk, SelectionVector{row});
          --missing;
        }
      }
    }
  }
  if (missing > 0) {
    throw key_without_row(space);
  }
  SelectionVector order;
  for (const uint32_t id : ids) {
    order.push_back(row_of_key[id]);
  }
  return found.gather(order);
}

/// The row that holds this row's values of the columns of a secondary key.
DataChunk TableWriter::State::find_by_columns(const KeySpace& space, const DataChunk& rows, size_t row) const {
  ScanRequest request;
  request.columns = stored_columns();
  for (const uint32_t column : space.values().columns()) {
    const Value value = rows.columns[column].value(row);
    ScanPredicate predicate;
    predicate.column = table_.columns[column].id;
    predicate.comparison = value.is_null() ? ScanPredicate::Comparison::kIsNull : ScanPredicate::Comparison::kEqual;
    if (!value.is_null()) {
      predicate.constants.push_back(value);
    }
    request.predicates.push_back(std::move(predicate));
  }
  const auto scan = transaction_.newest_with_own_writes()->table(table_.id)->scan(request);
  DataChunk chunk;
  for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
    const auto reader = scan->open(morsel);
    if (reader->next(chunk)) {
      return chunk.slice(0, 1);
    }
  }
  throw key_without_row(space);
}

DataChunk TableWriter::State::update(const DataChunk& old_rows, DataChunk new_rows) {
  checker_.generate(new_rows);
  checker_.check(new_rows);
  const RowKeys old_keys = main_.keys(old_rows);
  const RowKeys new_keys = main_.keys(new_rows);
  row_count_ += new_rows.size;
  note_change(&old_rows, &new_rows);
  if (table_.kind == TableKind::kAppend) {
    write(main_.builder().erase(old_keys, nullptr));
    write(main_.builder().put(new_rows, new_keys, nullptr));
  } else {
    SelectionVector same;
    SelectionVector moved;
    for (uint32_t row = 0; row < new_rows.size; ++row) {
      const bool is_same = old_keys.series[row] == new_keys.series[row] && old_keys.order[row] == new_keys.order[row];
      (is_same ? same : moved).push_back(row);
    }
    if (!moved.empty()) {
      main_.locker().lock(main_.row_keys(new_keys, &moved));
      note_removed(main_, old_keys, moved);
      note_added(main_, new_keys, moved, new_rows);
      write(main_.builder().erase(old_keys, &moved));
      arrivals_.push_back(main_.builder().put(new_rows, new_keys, &moved));
    }
    write(main_.builder().put(new_rows, new_keys, &same));
  }
  for (const auto& space : secondary_) {
    move_secondary(*space, old_rows, new_rows);
  }
  return new_rows;
}

void TableWriter::State::move_secondary(KeySpace& space, const DataChunk& old_rows, const DataChunk& new_rows) {
  const UniqueKeyValues::Rows old_projected = space.project(old_rows);
  const UniqueKeyValues::Rows new_projected = space.project(new_rows);
  const RowKeys old_keys = space.keys(old_projected.keys);
  const RowKeys new_keys = space.keys(new_projected.keys);
  SelectionVector removed;
  SelectionVector added;
  for (uint32_t row = 0; row < new_rows.size; ++row) {
    const bool same =
        old_projected.takes_part[row] == new_projected.takes_part[row] && old_keys.series[row] == new_keys.series[row];
    if (!same && old_projected.takes_part[row] != 0) {
      removed.push_back(row);
    }
    if (!same && new_projected.takes_part[row] != 0) {
      added.push_back(row);
    }
  }
  space.locker().lock(space.row_keys(new_keys, &added));
  note_removed(space, old_keys, removed);
  note_added(space, new_keys, added, new_rows);
  write(space.builder().erase(old_keys, &removed));
  arrivals_.push_back(space.builder().put(new_projected.keys, new_keys, &added));
}

void TableWriter::State::note_removed(KeySpace& space, const RowKeys& keys, const SelectionVector& chosen) {
  for (const RowKey& key : space.row_keys(keys, &chosen)) {
    moved_[&space].removed.emplace(std::string(key.series), key.order);
  }
}

void TableWriter::State::note_added(KeySpace& space, const RowKeys& keys, const SelectionVector& chosen,
                                    const DataChunk& rows) {
  for (const uint32_t row : chosen) {
    if (!space.written().add(keys.series[row], keys.order[row])) {
      throw duplicate_key(space, rows, row);
    }
    const RowKey key = space.builder().key(keys, row);
    moved_[&space].added.push_back({{std::string(key.series), key.order}, rows.slice(row, 1)});
  }
}

void TableWriter::State::erase(const DataChunk& old_rows) {
  const RowKeys keys = main_.keys(old_rows);
  write(main_.builder().erase(keys, nullptr));
  row_count_ += old_rows.size;
  note_change(&old_rows, nullptr);
  for (const auto& space : secondary_) {
    const UniqueKeyValues::Rows projected = space->project(old_rows);
    const SelectionVector removed = chosen_rows(projected.takes_part);
    write(space->builder().erase(space->keys(projected.keys), &removed));
  }
}

/// A moved key may be taken only if its row was there before and is itself gone or moved on.
void TableWriter::State::finish() {
  for (auto& [space, keys] : moved_) {
    std::vector<RowKey> wanted;
    for (const AddedKey& added : keys.added) {
      wanted.push_back({added.key.first, added.key.second});
    }
    std::vector<uint8_t> found;
    space->look_up(wanted, false, found, nullptr);
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (found[i] != 0 && !keys.removed.contains(keys.added[i].key)) {
        throw duplicate_key(*space, keys.added[i].row, 0);
      }
    }
  }
  moved_.clear();
  for (RowBatch& batch : arrivals_) {
    write(std::move(batch));
  }
  arrivals_.clear();
}

TableWriter::TableWriter(QueryContext& context, TransactionState& transaction, const TableEntry& table,
                         const PhysicalWriteTarget& target, TableWriteOptions options)
    : state_(std::make_unique<State>(context, transaction, table, target, std::move(options))) {}

TableWriter::~TableWriter() = default;

TableWriter::Written TableWriter::append(DataChunk rows, std::span<const Validity> set) {
  return state_->append(std::move(rows), set);
}

bool TableWriter::lock(const DataChunk& old_rows) { return state_->lock(old_rows); }

DataChunk TableWriter::update(const DataChunk& old_rows, DataChunk new_rows) {
  return state_->update(old_rows, std::move(new_rows));
}

void TableWriter::erase(const DataChunk& old_rows) { state_->erase(old_rows); }

void TableWriter::finish() { state_->finish(); }

uint64_t TableWriter::row_count() const { return state_->row_count(); }

}  // namespace tidemark
