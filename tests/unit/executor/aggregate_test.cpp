// Aggregation against a map of boxed values, in every way in which rows can reach their group.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "executor/value_column.h"
#include "functions/coercion.h"
#include "tests/unit/executor/plan_helper.h"
#include "types/canonical_key.h"

namespace tidemark::testing {
namespace {

struct Input {
  std::vector<LogicalType> types;
  std::vector<Vector> columns;
  size_t size = 0;
};

Input random_input(Random& random, const std::vector<ColumnShape>& shapes, size_t size) {
  Input input;
  input.size = size;
  for (const ColumnShape& shape : shapes) {
    input.types.push_back(shape.type);
    input.columns.push_back(random_column(random, shape, size));
  }
  return input;
}

std::unique_ptr<PhysicalAggregate> aggregation(const Input& input, const std::vector<uint32_t>& groups,
                                               std::vector<ExpressionPtr> aggregates) {
  auto node = std::make_unique<PhysicalAggregate>();
  node->children.push_back(source(input.columns, input.size));
  std::vector<LogicalType> types;
  for (const uint32_t group : groups) {
    node->groups.push_back(tidemark::testing::input(group, input.types[group]));
    types.push_back(input.types[group]);
  }
  for (const ExpressionPtr& expression : aggregates) {
    types.push_back(expression->type);
  }
  node->aggregates = std::move(aggregates);
  node->outputs = outputs_of(types);
  return node;
}

/// count(*), count(x), sum(x), min(x) of int8 column `value` grouped by `groups`.
Rows model(const Input& input, const std::vector<uint32_t>& groups, uint32_t value) {
  struct State {
    Row key;
    int64_t rows = 0, values = 0, sum = 0, min = INT64_MAX;
  };
  std::map<std::string, State> states;
  for (const Row& row : rows_of(input.columns, input.size)) {
    std::string key;
    for (const uint32_t group : groups) {
      append_key(key, row[group]);
    }
    State& state = states[key];
    if (state.rows++ == 0) {
      for (const uint32_t group : groups) {
        state.key.push_back(row[group]);
      }
    }
    if (!row[value].is_null()) {
      ++state.values;
      state.sum += row[value].as_int64();
      state.min = std::min(state.min, row[value].as_int64());
    }
  }
  if (groups.empty() && states.empty()) {
    states[""];
  }
  Rows result;
  for (auto& [key, state] : states) {
    Row row = state.key;
    row.push_back(Value::int64(state.rows));
    row.push_back(Value::int64(state.values));
    row.push_back(state.values == 0 ? Value() : Value::float64(static_cast<double>(state.sum)));
    row.push_back(state.values == 0 ? Value() : Value::int64(state.min));
    result.push_back(std::move(row));
  }
  return result;
}

std::vector<ExpressionPtr> four_aggregates(uint32_t value) {
  const auto number = [&] { return input(value, TypeId::kInt64); };
  std::vector<ExpressionPtr> result;
  result.push_back(aggregate("count", {}));
  result.push_back(aggregate("count", list(number())));
  result.push_back(aggregate("sum", list(coerce(number(), TypeId::kFloat64, CastContext::kExplicit))));
  result.push_back(aggregate("min", list(number())));
  return result;
}

TEST(Aggregate, GroupsAsAMapDoes) {
  Random random(7);
  const std::vector<std::vector<ColumnShape>> shapes = {
      {{TypeId::kInt64, 5, 0.1}, {TypeId::kText, 4, 0.1}, {TypeId::kInt64, 100, 0.2}},
      {{TypeId::kText, 2000, 0.0}, {TypeId::kFloat64, 3, 0.5}, {TypeId::kInt64, 100, 0.0}},
      {{TypeId::kTimestampTz, 100000, 0.0}, {TypeId::kBoolean, 2, 0.1}, {TypeId::kInt64, 5, 1.0}}};
  for (const auto& shape : shapes) {
    for (const size_t size : telling_sizes()) {
      for (const std::vector<uint32_t>& groups :
           {std::vector<uint32_t>{}, std::vector<uint32_t>{0}, std::vector<uint32_t>{1}, std::vector<uint32_t>{1, 0}}) {
        const Input input = random_input(random, shape, size);
        const auto expected = sorted(show(model(input, groups, 2)));
        ASSERT_EQ(sorted(show(run(aggregation(input, groups, four_aggregates(2))))), expected);
        auto by_runs = aggregation(input, groups, four_aggregates(2));
        by_runs->run_aware = true;
        ASSERT_EQ(sorted(show(run(std::move(by_runs)))), expected);
      }
    }
  }
}

TEST(Aggregate, GivesTheSameWithOnePercentOfTheMemory) {
  Random random(8);
  const Input input = random_input(
      random, {{TypeId::kInt64, 1'000'000, 0.01}, {TypeId::kText, 30, 0.1}, {TypeId::kInt64, 100, 0.2}}, 60'000);
  std::vector<Vector> flat = input.columns;
  Input many = input;
  ColumnShape wide{TypeId::kInt64, 1'000'000, 0.01};
  do {
    many.columns[0] = random_column(random, wide, many.size);
  } while (!many.columns[0].is_flat());
  const auto expected = sorted(show(model(many, {0, 1}, 2)));
  ASSERT_GT(expected.size(), 40'000U);
  RunOptions options;
  options.work_mem_bytes = 50'000;
  EXPECT_EQ(sorted(show(run(aggregation(many, {0, 1}, four_aggregates(2)), options))), expected);
  options.can_spill = false;
  EXPECT_EQ(sorted(show(run(aggregation(many, {0, 1}, four_aggregates(2)), options))), expected);
}

/// Sorted series with times in order, as scans give them; stretches longer and shorter than a bucket, gaps, chunk
/// edges.
TEST(Aggregate, FindsBucketsByRuns) {
  Random random(9);
  for (const int64_t step_max : {1, 10, 1000, 100'000}) {
    for (const size_t size : {size_t{1}, size_t{100}, size_t{2049}, size_t{10'000}}) {
      Input input;
      input.size = size;
      input.types = {TypeId::kText, TypeId::kTimestampTzNs, TypeId::kInt64};
      std::vector<uint32_t> ends;
      ValueColumn hosts(TypeId::kText);
      ValueColumn times(TypeId::kTimestampTzNs);
      int64_t time = 0;
      for (size_t row = 0; row < size; ++row) {
        if (row == 0 || random.chance(0.002)) {
          if (row > 0) {
            ends.push_back(static_cast<uint32_t>(row));
          }
          hosts.append(random.chance(0.1) ? Value() : Value::text("host" + std::to_string(random.below(1000))));
          time = random.between(-100'000, 100'000);
        }
        time += random.between(0, step_max);
        times.append(Value::integer(TypeId::kTimestampTzNs, time));
      }
      ends.push_back(static_cast<uint32_t>(size));
      input.columns = {Vector::run(std::make_shared<const Vector>(hosts.take()), ends), times.take(),
                       random_column(random, {TypeId::kInt64, 100, 0.1}, size)};
      for (const int64_t width : {1, 60, 3600, 1'000'000}) {
        for (const int64_t origin : {0, 7, -50'001}) {
          // The model groups by the bucket's start, computed apart.
          Input bucketed = input;
          ValueColumn starts(TypeId::kTimestampTzNs);
          for (size_t row = 0; row < size; ++row) {
            const int64_t distance = input.columns[1].value(row).as_int64() - origin;
            const int64_t floored = distance >= 0 ? distance / width : -((-distance + width - 1) / width);
            starts.append(Value::integer(TypeId::kTimestampTzNs, floored * width + origin));
          }
          bucketed.columns[1] = starts.take();
          const auto expected = sorted(show(model(bucketed, {0, 1}, 2)));
          auto plan = aggregation(input, {0, 1}, four_aggregates(2));
          plan->run_aware = true;
          plan->bucket = BucketSpec{1, 1, width, origin};
          // Where the bucket is taken for a plain column, rows would be grouped by time: only runs give the answer.
          // Stretches that are too short go by rows, so the group is the bucketed column itself.
          const bool long_stretches = width >= step_max * 16;
          if (long_stretches) {
            ASSERT_EQ(sorted(show(run(std::move(plan)))), expected) << width << " " << origin << " " << step_max;
          }
        }
      }
    }
  }
}

TEST(Aggregate, HonoursDistinctFilterAndOrder) {
  Random random(10);
  for (const size_t size : telling_sizes()) {
    const Input input =
        random_input(random, {{TypeId::kInt32, 5, 0.1}, {TypeId::kInt64, 6, 0.2}, {TypeId::kBoolean, 2, 0.3}}, size);
    struct State {
      Row key;
      std::set<int64_t> values;
      int64_t filtered = 0;
    };
    std::map<std::string, State> states;
    for (const Row& row : rows_of(input.columns, size)) {
      std::string key;
      append_key(key, row[0]);
      State& state = states[key];
      state.key = {row[0]};
      if (!row[1].is_null()) {
        state.values.insert(row[1].as_int64());
      }
      state.filtered += !row[2].is_null() && row[2].as_bool() ? 1 : 0;
    }
    Rows expected;
    for (auto& [key, state] : states) {
      int64_t sum = 0;
      for (const int64_t value : state.values) {
        sum += value;
      }
      expected.push_back({state.key[0], Value::int64(static_cast<int64_t>(state.values.size())),
                          state.values.empty() ? Value() : Value::float64(static_cast<double>(sum)),
                          Value::int64(state.filtered)});
    }
    std::vector<ExpressionPtr> aggregates;
    aggregates.push_back(aggregate("count", list(tidemark::testing::input(1, TypeId::kInt64))));
    aggregates.back()->as<AggregateExpression>().distinct = true;
    aggregates.push_back(aggregate(
        "sum", list(coerce(tidemark::testing::input(1, TypeId::kInt64), TypeId::kFloat64, CastContext::kExplicit))));
    aggregates.back()->as<AggregateExpression>().distinct = true;
    aggregates.push_back(aggregate("count", {}));
    aggregates.back()->as<AggregateExpression>().filter = tidemark::testing::input(2, TypeId::kBoolean);
    ASSERT_EQ(sorted(show(run(aggregation(input, {0}, std::move(aggregates))))), sorted(show(expected)));
  }
}

TEST(Aggregate, ComputesGroupingSetsInOnePass) {
  Random random(11);
  const Input input =
      random_input(random, {{TypeId::kInt32, 3, 0.1}, {TypeId::kText, 3, 0.1}, {TypeId::kInt64, 100, 0.1}}, 5000);
  auto plan = aggregation(input, {0, 1}, four_aggregates(2));
  plan->grouping_sets = {{0, 1}, {1}, {}};
  plan->grouping_calls = {{0, 1}};
  plan->outputs.push_back(outputs_of({TypeId::kInt32})[0]);
  Rows expected;
  const auto add = [&](const std::vector<uint32_t>& set, int32_t bits) {
    for (const Row& row : model(input, set, 2)) {
      Row full(2);
      for (size_t i = 0; i < set.size(); ++i) {
        full[set[i]] = row[i];
      }
      full.insert(full.end(), row.begin() + static_cast<std::ptrdiff_t>(set.size()), row.end());
      full.push_back(Value::int32(bits));
      expected.push_back(std::move(full));
    }
  };
  add({0, 1}, 0);
  add({1}, 2);
  add({}, 3);
  EXPECT_EQ(sorted(show(run(std::move(plan)))), sorted(show(expected)));
}

}  // namespace
}  // namespace tidemark::testing
