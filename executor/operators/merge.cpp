#include "executor/operators/merge.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "base/error.h"
#include "executor/collection_stream.h"
#include "executor/operators/target_rows.h"
#include "functions/evaluator.h"
#include "types/canonical_key.h"

namespace tidemark {

/// One execution: the rows of the child chunk by chunk.
class MergeOperator::Run {
 public:
  Run(const PhysicalMerge& plan, const std::vector<Action>& actions, ExecutionState& state)
      : plan_(plan),
        actions_(actions),
        query_(state.query()),
        table_(state.snapshot->table(plan.target.table)),
        writer_(query_, state.transaction(), table_->entry(), plan.target, {}),
        rows_(plan, state, plan.target.table),
        evaluator_(query_) {}

  uint64_t finish() {
    rows_.collect_all(writer_, plan_.is_matched);
    const RowCollection& rows = rows_.rows();
    for (size_t first = 0; first < rows.size(); first += kVectorSize) {
      query_.check_cancelled();
      apply(rows.chunk(first, std::min(kVectorSize, rows.size() - first)));
    }
    writer_.finish();
    return writer_.row_count();
  }

 private:
  void apply(const DataChunk& chunk) {
    SelectionVector matched;
    SelectionVector unmatched;
    for (uint32_t row = 0; row < chunk.size; ++row) {
      (chunk.columns[plan_.is_matched].is_null(row) ? unmatched : matched).push_back(row);
    }
    for (const Action& action : actions_) {
      SelectionVector& candidates = action.matched ? matched : unmatched;
      if (candidates.empty()) {
        continue;
      }
      DataChunk chosen = chunk;
      chosen.select(take_passing(action, chunk, candidates));
      if (chosen.size > 0) {
        perform(action, chosen);
      }
    }
  }

  /// Those of `candidates` for which the condition is true; they leave `candidates`.
  SelectionVector take_passing(const Action& action, const DataChunk& chunk, SelectionVector& candidates) {
    if (!action.condition) {
      return std::exchange(candidates, {});
    }
    DataChunk tested = chunk;
    tested.select(candidates);
    const Vector truth = evaluator_.evaluate(*action.condition, tested);
    SelectionVector passing;
    SelectionVector rest;
    for (uint32_t row = 0; row < tested.size; ++row) {
      const bool passes = !truth.is_null(row) && truth.value(row).as_bool();
      (passes ? passing : rest).push_back(candidates[row]);
    }
    candidates = std::move(rest);
    return passing;
  }

  void perform(const Action& action, const DataChunk& chosen) {
    switch (action.kind) {
      case LogicalMerge::ActionKind::kNothing:
        return;
      case LogicalMerge::ActionKind::kInsert:
        writer_.append(new_rows(action, chosen, nullptr));
        return;
      case LogicalMerge::ActionKind::kUpdate: {
        const DataChunk old_rows = rows_.old_rows(chosen);
        touch_once(old_rows);
        writer_.update(old_rows, new_rows(action, chosen, &old_rows));
        return;
      }
      case LogicalMerge::ActionKind::kDelete: {
        const DataChunk old_rows = rows_.old_rows(chosen);
        touch_once(old_rows);
        writer_.erase(old_rows);
        return;
      }
    }
  }

  DataChunk new_rows(const Action& action, const DataChunk& chosen, const DataChunk* old_rows) {
    const std::vector<ColumnEntry>& columns = table_->entry().columns;
    DataChunk rows;
    rows.size = chosen.size;
    for (size_t column = 0; column < columns.size(); ++column) {
      rows.columns.push_back(old_rows != nullptr ? old_rows->columns[column]
                                                 : Vector::null_constant(columns[column].type, chosen.size));
    }
    for (const Action::Value& value : action.values) {
      rows.columns[value.column] = evaluator_.evaluate(*value.expression, chosen);
    }
    return rows;
  }

  void touch_once(const DataChunk& old_rows) {
    const TableEntry& table = table_->entry();
    for (size_t row = 0; row < old_rows.size; ++row) {
      std::string key;
      if (table.kind == TableKind::kAppend) {
        append_key(key, old_rows.columns.back().value(row));
      }
      for (size_t column = 0; column < table.columns.size(); ++column) {
        if (table.is_key_column(table.columns[column].id)) {
          append_key(key, old_rows.columns[column].value(row));
        }
      }
      if (!touched_.insert(std::move(key)).second) {
        throw Error(sqlstate::kCardinalityViolation, "MERGE command cannot affect row a second time")
            .with_hint("Ensure that not more than one source row matches any one target row.");
      }
    }
  }

  const PhysicalMerge& plan_;
  const std::vector<Action>& actions_;
  QueryContext& query_;
  std::shared_ptr<const TableSnapshot> table_;
  TableWriter writer_;
  TargetRows rows_;
  Evaluator evaluator_;
  std::unordered_set<std::string> touched_;  ///< keys of rows that have been changed or ended
};

MergeOperator::MergeOperator(const PhysicalMerge& plan, ExecutionState& state) : Operator(plan, state), plan_(plan) {
  for (const PhysicalMerge::Action& action : plan.actions) {
    Action& prepared = actions_.emplace_back();
    prepared.kind = action.kind;
    prepared.matched = action.matched;
    prepared.condition = PreparedExpression(action.condition.get(), state);
    for (const PhysicalUpdate::Assignment& value : action.values) {
      prepared.values.push_back({value.column, PreparedExpression(value.value.get(), state)});
    }
  }
}

void MergeOperator::start() { state().affected_rows += Run(plan_, actions_, state()).finish(); }

std::unique_ptr<RowStream> MergeOperator::make_stream() {
  static const RowCollection kNothing{std::vector<LogicalType>{}};
  return std::make_unique<CollectionStream>(kNothing);
}

}  // namespace tidemark
