// The kernels below a query on chunks of 2,048 rows: filters, sums over ranges and by group, the hash table of keys,
// and sorting. Rates are rows a second.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/memory_tracker.h"
#include "base/random.h"
#include "executor/aggregate_list.h"
#include "executor/aggregate_table.h"
#include "executor/execution_state.h"
#include "executor/key_table.h"
#include "executor/row_order.h"
#include "functions/coercion.h"
#include "functions/evaluator.h"
#include "functions/overload_resolution.h"

namespace tidemark {
namespace {

/// A statement's surroundings without a session.
struct Surroundings {
  ManualClock clock;
  Random random{1};
  MemoryTracker memory{"query_memory_limit"};
  QueryContext query;
  ExecutionState state;

  Surroundings() : state(ExecutionContext{.query = query}) {
    query.clock = &clock;
    query.random = &random;
    query.memory = &memory;
  }
};

Vector integers(Random& random, uint64_t distinct, size_t size = kVectorSize) {
  Vector vector = Vector::flat(TypeId::kInt64, size);
  for (size_t row = 0; row < size; ++row) {
    vector.mutable_data<int64_t>()[row] = static_cast<int64_t>(random.below(distinct));
  }
  return vector;
}

Vector doubles(Random& random, size_t size = kVectorSize) {
  Vector vector = Vector::flat(TypeId::kFloat64, size);
  for (size_t row = 0; row < size; ++row) {
    vector.mutable_data<double>()[row] = random.uniform() * 100;
  }
  return vector;
}

std::string text_of(uint64_t number) { return "/shop/garden/item-" + std::to_string(number); }

Vector flat_texts(Random& random, uint64_t distinct) {
  Vector vector = Vector::flat(TypeId::kText, kVectorSize);
  for (size_t row = 0; row < kVectorSize; ++row) {
    vector.mutable_data<std::string_view>()[row] = vector.heap().add(text_of(random.below(distinct)));
  }
  return vector;
}

Vector dictionary_texts(Random& random, size_t distinct) {
  Vector entries = Vector::flat(TypeId::kText, distinct);
  for (size_t i = 0; i < distinct; ++i) {
    entries.mutable_data<std::string_view>()[i] = entries.heap().add(text_of(i));
  }
  std::vector<uint32_t> codes(kVectorSize);
  std::generate(codes.begin(), codes.end(), [&] { return static_cast<uint32_t>(random.below(distinct)); });
  return Vector::dictionary(std::make_shared<const Vector>(std::move(entries)), std::move(codes));
}

ExpressionPtr input(uint32_t index, LogicalType type) { return std::make_unique<InputExpression>(index, type); }
ExpressionPtr constant(Value value) { return std::make_unique<ConstantExpression>(std::move(value)); }

ExpressionPtr operation(std::string_view symbol, ExpressionPtr left, ExpressionPtr right) {
  const LogicalType types[] = {left->type, right->type};
  const ResolvedScalar resolved = resolve_operator(symbol, types);
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(coerce(std::move(left), resolved.arguments[0], CastContext::kImplicit));
  arguments.push_back(coerce(std::move(right), resolved.arguments[1], CastContext::kImplicit));
  return std::make_unique<FunctionExpression>(*resolved.function, resolved.result, std::move(arguments));
}

ExpressionPtr aggregate(std::string_view name, ExpressionPtr argument) {
  const LogicalType types[] = {argument->type};
  const ResolvedAggregate resolved = resolve_aggregate(name, types);
  std::vector<ExpressionPtr> arguments;
  arguments.push_back(coerce(std::move(argument), resolved.arguments[0], CastContext::kImplicit));
  return std::make_unique<AggregateExpression>(*resolved.function, resolved.result, std::move(arguments));
}

void count_rows(benchmark::State& state, size_t rows = kVectorSize) {
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(rows));
}

void filter(benchmark::State& state, const ExpressionPtr& predicate, Vector column) {
  Surroundings surroundings;
  Evaluator evaluator(surroundings.query);
  const DataChunk chunk{.columns = {std::move(column)}, .size = kVectorSize};
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluator.select(*predicate, chunk));
  }
  count_rows(state);
}

void filter_integers(benchmark::State& state) {
  Random random(1);
  filter(state, operation(">", input(0, TypeId::kInt64), constant(Value::int64(state.range(0)))),
         integers(random, 100));
}
BENCHMARK(filter_integers)->ArgName("above")->Arg(10)->Arg(90)->Arg(99);

void filter_flat_texts_like(benchmark::State& state) {
  Random random(1);
  filter(state, operation("~~", input(0, TypeId::kText), constant(Value::text("%den/item-7%"))),
         flat_texts(random, 100'000));
}
BENCHMARK(filter_flat_texts_like);

void filter_dictionary_texts_like(benchmark::State& state) {
  Random random(1);
  filter(state, operation("~~", input(0, TypeId::kText), constant(Value::text("%den/item-7%"))),
         dictionary_texts(random, 100));
}
BENCHMARK(filter_dictionary_texts_like);

void filter_flat_texts_regex(benchmark::State& state) {
  Random random(1);
  filter(state, operation("~", input(0, TypeId::kText), constant(Value::text("item-[0-9]*7$"))),
         flat_texts(random, 100'000));
}
BENCHMARK(filter_flat_texts_regex);

/// One aggregate over groups: by ranges, as runs give them, or by a group number a row, as hashing does.
void aggregate_rows(benchmark::State& state, std::string_view function, bool by_ranges) {
  Surroundings surroundings;
  Random random(1);
  std::vector<ExpressionPtr> aggregates;
  aggregates.push_back(aggregate(function, input(0, TypeId::kFloat64)));
  const AggregateList list(aggregates, surroundings.state);
  const std::vector<LogicalType> group_types = {TypeId::kInt64};
  AggregateTable table(list, group_types, surroundings.state);
  const auto group_count = static_cast<uint64_t>(state.range(0));
  Evaluator evaluator(surroundings.query);
  const DataChunk chunk{.columns = {doubles(random)}, .size = kVectorSize};
  const auto inputs = list.evaluate(chunk, evaluator);
  const std::vector<Vector> keys = {integers(random, group_count)};
  std::vector<uint32_t> groups(kVectorSize);
  table.find_or_add(keys, kVectorSize, groups);
  for (auto _ : state) {
    if (by_ranges) {
      const size_t step = kVectorSize / group_count;
      for (size_t first = 0; first < kVectorSize; first += step) {
        table.update_range(inputs, 0, first, std::min(first + step, kVectorSize));
      }
    } else {
      table.update_rows(inputs, groups);
    }
  }
  count_rows(state);
}
BENCHMARK_CAPTURE(aggregate_rows, sum_by_ranges, "sum", true)->ArgName("groups")->Arg(1)->Arg(32);
BENCHMARK_CAPTURE(aggregate_rows, max_by_ranges, "max", true)->ArgName("groups")->Arg(1)->Arg(32);
BENCHMARK_CAPTURE(aggregate_rows, stddev_by_ranges, "stddev", true)->ArgName("groups")->Arg(1);
BENCHMARK_CAPTURE(aggregate_rows, sum_by_rows, "sum", false)->ArgName("groups")->Arg(8)->Arg(2048);
BENCHMARK_CAPTURE(aggregate_rows, avg_by_rows, "avg", false)->ArgName("groups")->Arg(8)->Arg(2048);

/// A million rows into a new table, chunk by chunk.
template <class MakeColumn>
void hash_keys(benchmark::State& state, LogicalType type, const MakeColumn& make_column) {
  constexpr size_t kChunks = 512;
  Random random(1);
  std::vector<std::vector<Vector>> chunks;
  for (size_t i = 0; i < kChunks; ++i) {
    chunks.push_back({make_column(random, static_cast<uint64_t>(state.range(0)))});
  }
  std::vector<uint32_t> ids(kVectorSize);
  for (auto _ : state) {
    const LogicalType types[] = {type};
    KeyTable table(types);
    KeyTable::Scratch scratch;
    for (const auto& chunk : chunks) {
      SelectionVector new_rows;
      table.find_or_add(chunk, kVectorSize, ids, new_rows, scratch);
    }
    benchmark::DoNotOptimize(table.size());
  }
  count_rows(state, kChunks * kVectorSize);
}

void hash_integers(benchmark::State& state) {
  hash_keys(state, TypeId::kInt64, [](Random& random, uint64_t distinct) { return integers(random, distinct); });
}
BENCHMARK(hash_integers)->ArgName("keys")->Arg(100)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void hash_texts(benchmark::State& state) {
  hash_keys(state, TypeId::kText, [](Random& random, uint64_t distinct) { return flat_texts(random, distinct); });
}
BENCHMARK(hash_texts)->ArgName("keys")->Arg(100)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void sort_rows(benchmark::State& state, LogicalType type) {
  constexpr size_t kChunks = 128;
  Surroundings surroundings;
  Random random(1);
  const std::vector<LogicalType> types = {type};
  RowCollection rows(types);
  for (size_t i = 0; i < kChunks; ++i) {
    const std::vector<Vector> columns = {type.id == TypeId::kText      ? flat_texts(random, 100'000)
                                         : type.id == TypeId::kFloat64 ? doubles(random)
                                                                       : integers(random, 1'000'000)};
    rows.append(columns, kVectorSize);
  }
  const uint32_t columns[] = {0};
  const RowOrder order(columns, types, surroundings.state);
  for (auto _ : state) {
    benchmark::DoNotOptimize(order.sorted(rows));
  }
  count_rows(state, kChunks * kVectorSize);
}
BENCHMARK_CAPTURE(sort_rows, integers, LogicalType(TypeId::kInt64))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sort_rows, doubles, LogicalType(TypeId::kFloat64))->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(sort_rows, texts, LogicalType(TypeId::kText))->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemark

BENCHMARK_MAIN();
