#include "executor/aggregate_list.h"

#include <algorithm>

#include "base/check.h"

namespace tidemark {
AggregateList::AggregateList(const std::vector<ExpressionPtr>& aggregates, ExecutionState& state) {
  for (const ExpressionPtr& expression : aggregates) {
    TIDEMARK_CHECK(expression->kind == ExpressionKind::kAggregate);
    const auto& aggregate = expression->as<AggregateExpression>();
    Item& item = items_.emplace_back();
    item.function = aggregate.function;
    item.arguments = prepare_all(aggregate.children, state);
    item.result = aggregate.type;
    item.filter = PreparedExpression(aggregate.filter.get(), state);
    item.distinct = aggregate.distinct;
    // WITHIN GROUP: what is ordered is what is aggregated.
    if (item.function->ordered_set && item.function->arguments.size() > aggregate.children.size()) {
      for (const SortKey& key : aggregate.order_by) {
        item.arguments.emplace_back(key.expression.get(), state);
      }
    }
    for (const PreparedExpression& argument : item.arguments) {
      item.argument_types.push_back(argument->type);
    }
    const bool any_order = item.function->any_order != nullptr && aggregate.order_by.size() == 1 &&
                           !aggregate.order_by[0].descending && !aggregate.distinct;
    if (any_order) {
      item.function = item.function->any_order.get();
    }
    item.deferred = (aggregate.distinct && !item.arguments.empty()) || (!aggregate.order_by.empty() && !any_order);
    if (item.deferred) {
      add_deferral(item, aggregate, state);
    } else if (item.function->order_sensitive) {
      needs_order_ = true;
    }
    keeps_rows_ = keeps_rows_ || item.deferred || item.function->row_bytes > 0;
    item.offset = stride_;
    stride_ += (item.function->state_bytes + kStateAlignment - 1) / kStateAlignment * kStateAlignment;
  }
}

/// Gathered rows are: the group's number, the arguments, the ORDER BY values.
void AggregateList::add_deferral(Item& item, const AggregateExpression& aggregate, ExecutionState& state) {
  // Sums of floats differ in their last digits with the order of their values.
  const bool in_any_order =
      aggregate.order_by.empty() && !item.function->order_sensitive &&
      (item.function->name == "count" || std::ranges::none_of(item.argument_types, [](LogicalType type) {
         return type.id == TypeId::kFloat32 || type.id == TypeId::kFloat64;
       }));
  const auto add_key = [&](bool descending, bool nulls_first) {
    const auto column = static_cast<uint32_t>(item.gathered_types.size() - 1);
    item.order_keys.push_back(
        {std::make_unique<InputExpression>(column, item.gathered_types.back()), descending, nulls_first});
  };
  item.gathered_types.push_back(TypeId::kInt64);
  add_key(false, false);
  for (const LogicalType type : item.argument_types) {
    item.gathered_types.push_back(type);
  }
  for (const SortKey& key : aggregate.order_by) {
    item.order.emplace_back(key.expression.get(), state);
    item.gathered_types.push_back(key.expression->type);
    add_key(key.descending, key.nulls_first);
  }
  if (in_any_order) {
    item.order_keys.clear();
    return;
  }
  // DISTINCT without ORDER BY comes out sorted, as PostgreSQL does it.
  for (size_t index = 0; aggregate.order_by.empty() && index < item.argument_types.size(); ++index) {
    item.order_keys.push_back(
        {std::make_unique<InputExpression>(static_cast<uint32_t>(1 + index), item.argument_types[index]), false,
         false});
  }
}

std::vector<AggregateList::Input> AggregateList::evaluate(const DataChunk& chunk, Evaluator& evaluator) const {
  std::vector<Input> inputs(items_.size());
  for (size_t index = 0; index < items_.size(); ++index) {
    const Item& item = items_[index];
    Input& input = inputs[index];
    if (item.filter) {
      input.chosen = evaluator.select(*item.filter, chunk);
    }
    input.size = input.chosen ? input.chosen->size() : chunk.size;
    const auto evaluate_one = [&](const PreparedExpression& expression) {
      const Vector values =
          input.chosen ? evaluator.evaluate(*expression, chunk, *input.chosen) : evaluator.evaluate(*expression, chunk);
      return item.deferred ? values : values.flatten_unless_constant();
    };
    for (const PreparedExpression& argument : item.arguments) {
      input.arguments.push_back(evaluate_one(argument));
    }
    for (const PreparedExpression& key : item.order) {
      input.order.push_back(evaluate_one(key));
    }
  }
  return inputs;
}

}  // namespace tidemark
