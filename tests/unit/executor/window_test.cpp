// Window functions and frames, DISTINCT ON, gap filling and recursion against boxed models.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "executor/value_column.h"
#include "functions/coercion.h"
#include "functions/overload_resolution.h"
#include "tests/unit/executor/plan_helper.h"
#include "types/canonical_key.h"

namespace tidemark::testing {
namespace {

struct FrameCase {
  FrameUnit unit = FrameUnit::kRange;
  FrameBoundKind start = FrameBoundKind::kUnboundedPreceding;
  FrameBoundKind end = FrameBoundKind::kCurrentRow;
  int64_t start_offset = 0, end_offset = 0;
  FrameExclusion exclusion = FrameExclusion::kNone;
};

std::unique_ptr<WindowExpression> window(LogicalType result, bool partitioned, const FrameCase& frame,
                                         bool descending) {
  auto call = std::make_unique<WindowExpression>(result);
  if (partitioned) {
    call->partition_by.push_back(input(0, TypeId::kText));
  }
  call->order_by.push_back(sort_key(input(1, TypeId::kInt64), descending));
  call->frame.unit = frame.unit;
  call->frame.start = frame.start;
  call->frame.end = frame.end;
  if (frame.start == FrameBoundKind::kPreceding || frame.start == FrameBoundKind::kFollowing) {
    call->frame.start_offset = constant(Value::int64(frame.start_offset));
  }
  if (frame.end == FrameBoundKind::kPreceding || frame.end == FrameBoundKind::kFollowing) {
    call->frame.end_offset = constant(Value::int64(frame.end_offset));
  }
  call->frame.exclusion = frame.exclusion;
  return call;
}

ExpressionPtr window_aggregate(std::string_view name, bool partitioned, const FrameCase& frame, bool descending,
                               bool filtered) {
  ExpressionPtr inner =
      name == "count"
          ? aggregate(name, list(input(2, TypeId::kInt64)))
          : aggregate(name, list(coerce(input(2, TypeId::kInt64), TypeId::kFloat64, CastContext::kExplicit)));
  auto call = window(inner->type, partitioned, frame, descending);
  call->aggregate = inner->as<AggregateExpression>().function;
  call->children = std::move(inner->children);
  if (filtered) {
    call->filter = operation(">", list(input(2, TypeId::kInt64), constant(Value::int64(3))));
  }
  return call;
}

ExpressionPtr window_function(std::string_view name, std::vector<ExpressionPtr> arguments, bool partitioned,
                              const FrameCase& frame, bool descending) {
  std::vector<LogicalType> types;
  for (const ExpressionPtr& argument : arguments) {
    types.push_back(argument->type);
  }
  const ResolvedWindow resolved = resolve_window(name, types);
  auto call = window(resolved.result, partitioned, frame, descending);
  call->function = resolved.function;
  call->children = std::move(arguments);
  return call;
}

/// One partition's rows, in order, with the row number in the input as last column.
struct Model {
  Rows rows;
  const FrameCase& frame;
  bool descending;

  [[nodiscard]] bool peers(size_t a, size_t b) const { return show(rows[a][1]) == show(rows[b][1]); }
  [[nodiscard]] int64_t group_of(size_t row) const {
    int64_t group = 0;
    for (size_t i = 1; i <= row; ++i) {
      group += peers(i - 1, i) ? 0 : 1;
    }
    return group;
  }
  /// Whether row `other` is on the inner side of one end of `row`'s frame.
  [[nodiscard]] bool inside(size_t row, size_t other, FrameBoundKind kind, int64_t offset, bool is_start) const {
    if (kind == FrameBoundKind::kUnboundedPreceding) {
      return is_start;
    }
    if (kind == FrameBoundKind::kUnboundedFollowing) {
      return !is_start;
    }
    const int64_t signed_offset = kind == FrameBoundKind::kPreceding    ? -offset
                                  : kind == FrameBoundKind::kCurrentRow ? 0
                                                                        : offset;
    if (frame.unit == FrameUnit::kRows) {
      const int64_t edge = static_cast<int64_t>(row) + signed_offset;
      return is_start ? static_cast<int64_t>(other) >= edge : static_cast<int64_t>(other) <= edge;
    }
    if (frame.unit == FrameUnit::kGroups || kind == FrameBoundKind::kCurrentRow) {
      const int64_t edge = group_of(row) + (kind == FrameBoundKind::kCurrentRow ? 0 : signed_offset);
      return is_start ? group_of(other) >= edge : group_of(other) <= edge;
    }
    const Value& value = rows[row][1];
    const Value& candidate = rows[other][1];
    if (value.is_null()) {
      return candidate.is_null() || (is_start ? other > row : other < row);
    }
    if (candidate.is_null()) {  // NULLs last (ascending and descending here): behind everything.
      return is_start;
    }
    const int64_t sign = descending ? -1 : 1;
    const int64_t edge = sign * value.as_int64() + signed_offset;
    return is_start ? sign * candidate.as_int64() >= edge : sign * candidate.as_int64() <= edge;
  }
  [[nodiscard]] std::vector<size_t> frame_of(size_t row) const {
    std::vector<size_t> result;
    for (size_t other = 0; other < rows.size(); ++other) {
      if (!inside(row, other, frame.start, frame.start_offset, true) ||
          !inside(row, other, frame.end, frame.end_offset, false)) {
        continue;
      }
      const bool same = other == row;
      const bool peer = peers(row, other);
      const bool excluded = (frame.exclusion == FrameExclusion::kCurrentRow && same) ||
                            (frame.exclusion == FrameExclusion::kGroup && peer) ||
                            (frame.exclusion == FrameExclusion::kTies && peer && !same);
      if (!excluded) {
        result.push_back(other);
      }
    }
    return result;
  }
};

std::vector<FrameCase> frame_cases() {
  std::vector<FrameCase> cases = {{}};
  using enum FrameBoundKind;
  for (const FrameUnit unit : {FrameUnit::kRows, FrameUnit::kRange, FrameUnit::kGroups}) {
    for (const FrameExclusion exclusion :
         {FrameExclusion::kNone, FrameExclusion::kCurrentRow, FrameExclusion::kGroup, FrameExclusion::kTies}) {
      cases.push_back({unit, kUnboundedPreceding, kUnboundedFollowing, 0, 0, exclusion});
      cases.push_back({unit, kPreceding, kFollowing, 2, 1, exclusion});
      cases.push_back({unit, kCurrentRow, kUnboundedFollowing, 0, 0, exclusion});
      cases.push_back({unit, kFollowing, kFollowing, 1, 3, exclusion});
      cases.push_back({unit, kPreceding, kPreceding, 3, 1, exclusion});
    }
    cases.push_back({unit, kUnboundedPreceding, kPreceding, 0, 2, FrameExclusion::kNone});
  }
  return cases;
}

/// rank, lag by 2 with default, first_value, last_value, nth_value 2, sum, filtered count.
Rows model_rows(const Rows& input_rows, const FrameCase& frame, bool partitioned, bool descending) {
  std::map<std::string, Rows> partitions;
  for (const Row& row : input_rows) {
    std::string key;
    if (partitioned) {
      append_key(key, row[0]);
    }
    partitions[key].push_back(row);
  }
  Rows result;
  for (auto& [key, rows] : partitions) {
    std::ranges::stable_sort(rows, [&](const Row& a, const Row& b) {
      if (a[1].is_null() || b[1].is_null()) {
        return !a[1].is_null() && b[1].is_null();
      }
      return descending ? a[1].as_int64() > b[1].as_int64() : a[1].as_int64() < b[1].as_int64();
    });
    const Model model{rows, frame, descending};
    for (size_t row = 0; row < rows.size(); ++row) {
      size_t rank = row;
      while (rank > 0 && model.peers(rank - 1, row)) {
        --rank;
      }
      const std::vector<size_t> members = model.frame_of(row);
      Row out = rows[row];
      out.push_back(Value::int64(static_cast<int64_t>(rank) + 1));
      out.push_back(row >= 2 ? rows[row - 2][2] : Value::int64(-1));
      out.push_back(members.empty() ? Value() : rows[members.front()][2]);
      out.push_back(members.empty() ? Value() : rows[members.back()][2]);
      out.push_back(members.size() < 2 ? Value() : rows[members[1]][2]);
      double sum = 0;
      bool any = false;
      int64_t count = 0;
      for (const size_t member : members) {
        const Value& value = rows[member][2];
        if (!value.is_null()) {
          sum += static_cast<double>(value.as_int64());
          any = true;
          count += value.as_int64() > 3 ? 1 : 0;
        }
      }
      out.push_back(any ? Value::float64(sum) : Value());
      out.push_back(Value::int64(count));
      result.push_back(std::move(out));
    }
  }
  return result;
}

TEST(Window, ComputesEveryFrameAsItsDefinitionSays) {
  Random random(31);
  for (const FrameCase& frame : frame_cases()) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{60}}) {
      const bool partitioned = random.chance(0.7);
      const bool descending = random.chance(0.5);
      // The last column tells rows apart, so that peers in another order do not matter: it is not there for frames
      // whose result depends on the order of peers, which is that of the input in both.
      const std::vector<Vector> columns = {random_column(random, {TypeId::kText, 3, 0.2}, size),
                                           random_column(random, {TypeId::kInt64, 12, 0.15}, size),
                                           random_column(random, {TypeId::kInt64, 9, 0.2}, size)};
      auto node = std::make_unique<PhysicalWindow>();
      node->children.push_back(source(columns, size));
      const auto value = [] { return input(2, TypeId::kInt64); };
      node->calls.push_back(window_function("rank", {}, partitioned, frame, descending));
      node->calls.push_back(window_function("lag", list(value(), constant(Value::int32(2)), constant(Value::int64(-1))),
                                            partitioned, frame, descending));
      node->calls.push_back(window_function("first_value", list(value()), partitioned, frame, descending));
      node->calls.push_back(window_function("last_value", list(value()), partitioned, frame, descending));
      node->calls.push_back(
          window_function("nth_value", list(value(), constant(Value::int32(2))), partitioned, frame, descending));
      node->calls.push_back(window_aggregate("sum", partitioned, frame, descending, false));
      node->calls.push_back(window_aggregate("count", partitioned, frame, descending, true));
      std::vector<LogicalType> types = {TypeId::kText, TypeId::kInt64, TypeId::kInt64};
      for (const ExpressionPtr& call : node->calls) {
        types.push_back(call->type);
      }
      node->outputs = outputs_of(types);
      const PhysicalPtr plan = std::move(node);
      const auto expected = sorted(show(model_rows(rows_of(columns, size), frame, partitioned, descending)));
      RunOptions tight;
      tight.work_mem_bytes = 1000;
      ASSERT_EQ(sorted(show(run(plan, tight))), expected) << "on disk";
      ASSERT_EQ(sorted(show(run(plan))), expected)
          << "unit " << static_cast<int>(frame.unit) << " start " << static_cast<int>(frame.start) << " end "
          << static_cast<int>(frame.end) << " exclusion " << static_cast<int>(frame.exclusion);
    }
  }
}

TEST(Window, AddsUpLongFramesByBlocks) {
  Random random(32);
  const size_t size = 6000;
  ValueColumn order(TypeId::kInt64);
  for (size_t row = 0; row < size; ++row) {
    order.append(Value::int64(static_cast<int64_t>(row)));
  }
  const std::vector<Vector> columns = {Vector::constant(Value::text("a"), size), order.take(),
                                       random_column(random, {TypeId::kInt64, 1000, 0.1}, size)};
  const FrameCase frame{FrameUnit::kRows,           FrameBoundKind::kPreceding, FrameBoundKind::kFollowing, 2500, 10,
                        FrameExclusion::kCurrentRow};
  auto node = std::make_unique<PhysicalWindow>();
  node->children.push_back(source(columns, size));
  node->calls.push_back(window_aggregate("sum", false, frame, false, false));
  node->outputs = outputs_of({TypeId::kText, TypeId::kInt64, TypeId::kInt64, TypeId::kFloat64});
  const Rows rows = run(std::move(node));
  ASSERT_EQ(rows.size(), size);
  std::vector<int64_t> prefix(size + 1);
  std::vector<size_t> present(size + 1);
  for (size_t row = 0; row < size; ++row) {
    const bool null = rows[row][2].is_null();
    prefix[row + 1] = prefix[row] + (null ? 0 : rows[row][2].as_int64());
    present[row + 1] = present[row] + (null ? 0 : 1);
  }
  for (size_t row = 0; row < size; ++row) {
    const size_t first = row < 2500 ? 0 : row - 2500;
    const size_t last = std::min(size, row + 11);
    const int64_t own = rows[row][2].is_null() ? 0 : rows[row][2].as_int64();
    const int64_t sum = prefix[last] - prefix[first] - own;
    ASSERT_EQ(rows[row][3].is_null() ? 0.0 : rows[row][3].as_double(), static_cast<double>(sum)) << row;
  }
}

/// Many small partitions and a few large ones, in memory (cut by their hash) and on disk.
TEST(Window, ComputesManyPartitionsWhereverTheyLie) {
  Random random(34);
  const size_t size = 70'000;
  ValueColumn keys(TypeId::kInt64);
  ValueColumn order(TypeId::kInt64);
  for (size_t row = 0; row < size; ++row) {
    const auto key = static_cast<int64_t>(random.chance(0.2) ? random.below(3) : random.below(20'000));
    keys.append(random.chance(0.05) ? Value() : Value::int64(key));
    order.append(Value::int64(static_cast<int64_t>((row * 7919) % size)));
  }
  const std::vector<Vector> columns = {keys.take(), order.take(),
                                       random_column(random, {TypeId::kInt64, 1000, 0.1}, size)};
  const FrameCase frame{FrameUnit::kRange,    FrameBoundKind::kUnboundedPreceding, FrameBoundKind::kCurrentRow, 0, 0,
                        FrameExclusion::kNone};
  auto node = std::make_unique<PhysicalWindow>();
  node->children.push_back(source(columns, size));
  const auto add = [&](ExpressionPtr call) {
    auto& window = call->as<WindowExpression>();
    window.partition_by.clear();
    window.partition_by.push_back(input(0, TypeId::kInt64));
    node->calls.push_back(std::move(call));
  };
  add(window_function("row_number", {}, true, frame, false));
  add(window_aggregate("sum", true, frame, false, false));
  node->outputs = outputs_of({TypeId::kInt64, TypeId::kInt64, TypeId::kInt64, TypeId::kInt64, TypeId::kFloat64});
  Rows rows = rows_of(columns, size);
  std::ranges::stable_sort(rows, [](const Row& a, const Row& b) { return a[1].as_int64() < b[1].as_int64(); });
  struct Running {
    int64_t number = 0;
    double sum = 0;
    bool any = false;
  };
  std::map<std::string, Running> running;
  for (Row& row : rows) {
    Running& partition = running[show(row[0])];
    ++partition.number;
    partition.any = partition.any || !row[2].is_null();
    partition.sum += row[2].is_null() ? 0.0 : static_cast<double>(row[2].as_int64());
    row.push_back(Value::int64(partition.number));
    row.push_back(partition.any ? Value::float64(partition.sum) : Value());
  }
  const auto expected = sorted(show(rows));
  const PhysicalPtr plan = std::move(node);
  for (const uint64_t memory : {uint64_t{1} << 30, uint64_t{1} << 20, uint64_t{50'000}}) {
    RunOptions options;
    options.workers = 2;
    options.work_mem_bytes = memory;
    ASSERT_EQ(sorted(show(run(plan, options))), expected) << memory;
  }
}

TEST(DistinctOn, KeepsTheFirstRowOfEachGroup) {
  Random random(33);
  for (const size_t size : telling_sizes()) {
    // Orders are unique, so that there is one first row.
    ValueColumn order(TypeId::kInt64);
    for (size_t row = 0; row < size; ++row) {
      order.append(Value::int64(static_cast<int64_t>((row * 7919) % 100'003)));
    }
    const std::vector<Vector> columns = {random_column(random, {TypeId::kText, 20, 0.1}, size), order.take(),
                                         random_column(random, {TypeId::kFloat64, 100, 0.1}, size)};
    for (const bool descending : {false, true}) {
      std::map<std::string, Row> best;
      for (const Row& row : rows_of(columns, size)) {
        std::string key;
        append_key(key, row[0]);
        const auto [place, is_new] = best.emplace(key, row);
        if (!is_new && (row[1].as_int64() < place->second[1].as_int64()) != descending) {
          place->second = row;
        }
      }
      Rows expected;
      for (const auto& [key, row] : best) {
        expected.push_back(row);
      }
      auto node = std::make_unique<PhysicalDistinctOn>();
      node->children.push_back(source(columns, size));
      node->outputs = node->children[0]->outputs;
      node->keys.push_back(input(0, TypeId::kText));
      node->order.push_back(sort_key(input(1, TypeId::kInt64), descending));
      const PhysicalPtr plan = std::move(node);
      ASSERT_EQ(show(run(plan)), show(expected));
      RunOptions tight;
      tight.work_mem_bytes = 1000;
      ASSERT_EQ(show(run(plan, tight)), show(expected)) << "on disk";
    }
  }
}

TEST(GapFill, AddsMissingBuckets) {
  const auto number = [](int64_t value) { return Value::int64(value); };
  const std::vector<Vector> columns = {
      flat_vector(TypeId::kText, std::vector<Value>{Value::text("a"), Value::text("a"), Value::text("b")}),
      flat_vector(TypeId::kInt64, std::vector<Value>{number(10), number(40), number(20)}),
      flat_vector(TypeId::kFloat64, std::vector<Value>{Value::float64(1), Value::float64(4), Value::float64(7)})};
  const auto plan = [&](FillKind kind) {
    auto node = std::make_unique<PhysicalGapFill>();
    node->children.push_back(source(columns, 3));
    node->outputs = node->children[0]->outputs;
    node->bucket = 1;
    node->groups = {0};
    node->width = constant(number(10));
    node->from = constant(number(0));
    node->to = constant(number(50));
    node->fills.push_back({2, kind, kind == FillKind::kValue ? constant(Value::float64(-1)) : nullptr});
    return node;
  };
  using Lines = std::vector<std::string>;
  EXPECT_EQ(show(run(plan(FillKind::kNull))),
            (Lines{"'a' | 0 | NULL", "'a' | 10 | 1", "'a' | 20 | NULL", "'a' | 30 | NULL", "'a' | 40 | 4",
                   "'b' | 0 | NULL", "'b' | 10 | NULL", "'b' | 20 | 7", "'b' | 30 | NULL", "'b' | 40 | NULL"}));
  EXPECT_EQ(show(run(plan(FillKind::kPrevious))),
            (Lines{"'a' | 0 | NULL", "'a' | 10 | 1", "'a' | 20 | 1", "'a' | 30 | 1", "'a' | 40 | 4", "'b' | 0 | NULL",
                   "'b' | 10 | NULL", "'b' | 20 | 7", "'b' | 30 | 7", "'b' | 40 | 7"}));
  EXPECT_EQ(show(run(plan(FillKind::kLinear))),
            (Lines{"'a' | 0 | NULL", "'a' | 10 | 1", "'a' | 20 | 2", "'a' | 30 | 3", "'a' | 40 | 4", "'b' | 0 | NULL",
                   "'b' | 10 | NULL", "'b' | 20 | 7", "'b' | 30 | NULL", "'b' | 40 | NULL"}));
  EXPECT_EQ(show(run(plan(FillKind::kValue))),
            (Lines{"'a' | 0 | -1", "'a' | 10 | 1", "'a' | 20 | -1", "'a' | 30 | -1", "'a' | 40 | 4", "'b' | 0 | -1",
                   "'b' | 10 | -1", "'b' | 20 | 7", "'b' | 30 | -1", "'b' | 40 | -1"}));
}

/// WITH RECURSIVE n AS (VALUES (1) UNION [ALL] SELECT n % 7 + 1 FROM n WHERE …)
TEST(Recursive, RunsUntilNothingNewComes) {
  const auto plan = [](bool all) {
    auto scan = std::make_unique<PhysicalCteScan>();
    scan->cte = 3;
    scan->columns = {0};
    scan->outputs = outputs_of({TypeId::kInt64});
    auto filter = std::make_unique<PhysicalFilter>();
    filter->predicate = operation("<", list(input(0, TypeId::kInt64), constant(Value::int64(all ? 5 : 100))));
    filter->outputs = scan->outputs;
    filter->children.push_back(std::move(scan));
    auto project = std::make_unique<PhysicalProject>();
    project->outputs = filter->outputs;
    project->children.push_back(std::move(filter));
    project->expressions.push_back(operation(
        "+",
        list(operation("%", list(input(0, TypeId::kInt64), constant(Value::int64(7)))), constant(Value::int64(1)))));
    auto node = std::make_unique<PhysicalRecursive>();
    node->cte = 3;
    node->all = all;
    node->outputs = project->outputs;
    node->children.push_back(source({Vector::constant(Value::int64(1), 1)}, 1));
    node->children.push_back(std::move(project));
    return node;
  };
  EXPECT_EQ(show(run(plan(true))), (std::vector<std::string>{"1", "2", "3", "4", "5"}));
  EXPECT_EQ(show(run(plan(false))), (std::vector<std::string>{"1", "2", "3", "4", "5", "6", "7"}));
}

}  // namespace
}  // namespace tidemark::testing
