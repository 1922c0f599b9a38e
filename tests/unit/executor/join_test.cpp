// Joins and set operations against nested loops over boxed rows.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "executor/value_column.h"
#include "tests/unit/executor/plan_helper.h"
#include "types/canonical_key.h"

namespace tidemark::testing {
namespace {

std::string key_of(const Value& value) {
  std::string key;
  append_key(key, value);
  return key;
}

enum class Truth { kFalse, kUnknown, kTrue };

Truth equals(const Value& left, const Value& right, bool null_safe) {
  if (!null_safe && (left.is_null() || right.is_null())) {
    return Truth::kUnknown;
  }
  return key_of(left) == key_of(right) ? Truth::kTrue : Truth::kFalse;
}

/// `left.value < right.value` over the last column of each.
Truth less(const Value& left, const Value& right) {
  if (left.is_null() || right.is_null()) {
    return Truth::kUnknown;
  }
  return left.as_int64() < right.as_int64() ? Truth::kTrue : Truth::kFalse;
}

Truth both(Truth a, Truth b) { return std::min(a, b); }

const std::vector<JoinType> kTypes = {JoinType::kInner, JoinType::kLeft, JoinType::kRight, JoinType::kFull,
                                      JoinType::kSemi,  JoinType::kAnti, JoinType::kMark};

struct Case {
  std::vector<Vector> left, right;
  size_t left_size = 0, right_size = 0;
  std::vector<bool> null_safe;  ///< one a key
  bool residual = false;
};

const std::vector<LogicalType> kColumns = {TypeId::kInt32, TypeId::kText, TypeId::kInt64};

Case random_case(Random& random, size_t left_size, size_t right_size, int64_t distinct) {
  Case result;
  const auto make = [&](size_t size) {
    std::vector<Vector> columns;
    for (const LogicalType type : kColumns) {
      columns.push_back(random_column(random, {type, distinct, 0.15}, size));
    }
    return columns;
  };
  result.left = make(left_size);
  result.right = make(right_size);
  result.left_size = left_size;
  result.right_size = right_size;
  const size_t keys = 1 + random.below(2);
  for (size_t key = 0; key < keys; ++key) {
    result.null_safe.push_back(random.chance(0.3));
  }
  result.residual = random.chance(0.5);
  return result;
}

Rows model(const Case& test, JoinType type, bool with_keys) {
  const Rows left = rows_of(test.left, test.left_size);
  const Rows right = rows_of(test.right, test.right_size);
  std::vector<bool> right_matched(right.size());
  Rows result;
  const auto add = [&](const Row* a, const Row* b) {
    Row row = a != nullptr ? *a : Row(kColumns.size());
    const Row nulls(kColumns.size());
    row.insert(row.end(), b != nullptr ? b->begin() : nulls.begin(), b != nullptr ? b->end() : nulls.end());
    result.push_back(std::move(row));
  };
  for (const Row& a : left) {
    Truth best = Truth::kFalse;
    for (size_t i = 0; i < right.size(); ++i) {
      Truth truth = Truth::kTrue;
      for (size_t key = 0; with_keys && key < test.null_safe.size(); ++key) {
        truth = both(truth, equals(a[key], right[i][key], test.null_safe[key]));
      }
      if (test.residual || !with_keys) {
        truth = both(truth, less(a[2], right[i][2]));
      }
      best = std::max(best, truth);
      if (truth == Truth::kTrue) {
        right_matched[i] = true;
        if (type == JoinType::kInner || type == JoinType::kLeft || type == JoinType::kRight ||
            type == JoinType::kFull) {
          add(&a, &right[i]);
        }
      }
    }
    if (type == JoinType::kMark) {
      Row row = a;
      row.push_back(best == Truth::kUnknown ? Value() : Value::boolean(best == Truth::kTrue));
      result.push_back(std::move(row));
    } else if ((type == JoinType::kSemi && best == Truth::kTrue) || (type == JoinType::kAnti && best != Truth::kTrue)) {
      result.push_back(a);
    } else if (best != Truth::kTrue && (type == JoinType::kLeft || type == JoinType::kFull)) {
      add(&a, nullptr);
    }
  }
  for (size_t i = 0; i < right.size() && (type == JoinType::kRight || type == JoinType::kFull); ++i) {
    if (!right_matched[i]) {
      add(nullptr, &right[i]);
    }
  }
  return result;
}

std::vector<PlanOutput> join_outputs(JoinType type) {
  std::vector<LogicalType> types = kColumns;
  if (type == JoinType::kMark) {
    types.push_back(TypeId::kBoolean);
  } else if (type != JoinType::kSemi && type != JoinType::kAnti) {
    types.insert(types.end(), kColumns.begin(), kColumns.end());
  }
  return outputs_of(types);
}

ExpressionPtr less_condition() { return operation("<", list(input(2, TypeId::kInt64), input(5, TypeId::kInt64))); }

PhysicalPtr hash_join(const Case& test, JoinType type) {
  auto node = std::make_unique<PhysicalHashJoin>();
  node->type = type;
  node->children.push_back(source(test.left, test.left_size));
  node->children.push_back(source(test.right, test.right_size));
  for (uint32_t key = 0; key < test.null_safe.size(); ++key) {
    node->left_keys.push_back(input(key, kColumns[key]));
    node->right_keys.push_back(input(key, kColumns[key]));
    node->null_safe.push_back(test.null_safe[key] ? 1 : 0);
  }
  if (test.residual) {
    node->residual = less_condition();
  }
  node->outputs = join_outputs(type);
  return node;
}

PhysicalPtr nested_loop(const Case& test, JoinType type) {
  auto node = std::make_unique<PhysicalNestedLoopJoin>();
  node->type = type;
  node->children.push_back(source(test.left, test.left_size));
  node->children.push_back(source(test.right, test.right_size));
  node->condition = less_condition();
  node->outputs = join_outputs(type);
  return node;
}

/// Little enough that every input of more than a few rows goes to disk.
RunOptions tight() {
  RunOptions options;
  options.work_mem_bytes = 4'000;
  return options;
}

TEST(Joins, GiveWhatLoopsOverRowsGive) {
  Random random(21);
  for (const auto& [left_size, right_size, distinct] :
       std::vector<std::tuple<size_t, size_t, int64_t>>{{0, 0, 3},
                                                        {0, 5, 3},
                                                        {5, 0, 3},
                                                        {1, 1, 2},
                                                        {40, 30, 4},
                                                        {100, 2049, 40},
                                                        {2049, 60, 40},
                                                        {300, 300, 1000}}) {
    for (int round = 0; round < 6; ++round) {
      const Case test = random_case(random, left_size, right_size, distinct);
      for (const JoinType type : kTypes) {
        const auto expected = sorted(show(model(test, type, true)));
        ASSERT_EQ(sorted(show(run(hash_join(test, type)))), expected)
            << static_cast<int>(type) << " " << left_size << "x" << right_size;
        ASSERT_EQ(sorted(show(run(hash_join(test, type), tight()))), expected)
            << "on disk: " << static_cast<int>(type) << " " << left_size << "x" << right_size;
        if (left_size * right_size <= 10'000) {
          ASSERT_EQ(sorted(show(run(nested_loop(test, type)))), sorted(show(model(test, type, false))))
              << static_cast<int>(type) << " " << left_size << "x" << right_size;
        }
      }
    }
  }
}

/// Whole numbers as keys: close together (looked up by value), far apart, with and without duplicates and NULL.
TEST(Joins, FindIntegersHoweverTheyLie) {
  Random random(25);
  for (const int64_t step : {int64_t{1}, int64_t{3}, int64_t{1} << 40}) {
    for (const bool unique : {true, false}) {
      for (const bool nulls : {false, true}) {
        for (const bool null_safe : {false, true}) {
          const auto make = [&](size_t size, bool distinct) {
            ValueColumn keys(TypeId::kInt64);
            for (size_t row = 0; row < size; ++row) {
              const auto number = static_cast<int64_t>(distinct ? (row * 7919) % size : random.below(size));
              keys.append(nulls && random.chance(0.1) ? Value() : Value::int64((number - 50) * step));
            }
            return keys.take();
          };
          const std::vector<Vector> left = {make(3000, false)};
          const std::vector<Vector> right = {make(1200, unique)};
          std::map<std::string, std::vector<Value>> by_key;
          for (const Row& row : rows_of(right, 1200)) {
            if (null_safe || !row[0].is_null()) {
              by_key[key_of(row[0])].push_back(row[0]);
            }
          }
          Rows expected;
          for (const Row& row : rows_of(left, 3000)) {
            const auto found = by_key.find(key_of(row[0]));
            if (found == by_key.end()) {
              expected.push_back({row[0], Value()});
              continue;
            }
            for (const Value& value : found->second) {
              expected.push_back({row[0], value});
            }
          }
          auto node = std::make_unique<PhysicalHashJoin>();
          node->type = JoinType::kLeft;
          node->children.push_back(source(left, 3000));
          node->children.push_back(source(right, 1200));
          node->left_keys.push_back(input(0, TypeId::kInt64));
          node->right_keys.push_back(input(0, TypeId::kInt64));
          node->null_safe.push_back(null_safe ? 1 : 0);
          node->outputs = outputs_of({TypeId::kInt64, TypeId::kInt64});
          const PhysicalPtr plan = std::move(node);
          ASSERT_EQ(sorted(show(run(plan))), sorted(show(expected))) << step << unique << nulls << null_safe;
          ASSERT_EQ(sorted(show(run(plan, tight()))), sorted(show(expected))) << "on disk";
        }
      }
    }
  }
}

/// A plan that cannot be cut into partitions, or may not go to disk, ends with 53200 at the query's limit.
TEST(Joins, EndAtTheQuerysMemoryLimit) {
  Random random(26);
  const Case test = random_case(random, 10, 80'000, 1'000'000);
  RunOptions options = tight();
  options.can_spill = false;
  options.query_memory_bytes = 3'000'000;
  EXPECT_EQ(error_of([&] { run(hash_join(test, JoinType::kInner), options); }).substr(0, 5), "53200");
  options.query_memory_bytes = 8'000'000;
  options.can_spill = true;
  EXPECT_EQ(sorted(show(run(hash_join(test, JoinType::kInner), options))),
            sorted(show(model(test, JoinType::kInner, true))));
}

TEST(Joins, RefuseTwoRowsWhereOneIsMeant) {
  Case test;
  test.left = {flat_vector(TypeId::kInt32, std::vector<Value>{Value::int32(1)}),
               flat_vector(TypeId::kText, std::vector<Value>{Value::text("a")}),
               flat_vector(TypeId::kInt64, std::vector<Value>{Value::int64(1)})};
  test.left_size = 1;
  test.right = test.left;
  test.right_size = 1;
  test.null_safe = {false};
  EXPECT_EQ(run(hash_join(test, JoinType::kSingle)).size(), 1U);
  const std::vector<Value> twice = {Value::int32(1), Value::int32(1)};
  test.right = {flat_vector(TypeId::kInt32, twice), Vector::constant(Value::text("a"), 2),
                Vector::constant(Value::int64(1), 2)};
  test.right_size = 2;
  EXPECT_EQ(error_of([&] { run(hash_join(test, JoinType::kSingle)); }),
            "21000 more than one row returned by a subquery used as an expression");
}

/// An Apply whose right side reads the left row through a parameter, against a plain loop.
TEST(Joins, ApplyRunsTheRightSideForEachBinding) {
  Random random(22);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{50}, size_t{3000}}) {
    const std::vector<Vector> left = {random_column(random, {TypeId::kInt64, 6, 0.1}, size)};
    const std::vector<Vector> right = {random_column(random, {TypeId::kInt64, 6, 0.1}, 40)};
    for (const JoinType type : {JoinType::kInner, JoinType::kLeft, JoinType::kSemi, JoinType::kAnti}) {
      auto filter = std::make_unique<PhysicalFilter>();
      filter->children.push_back(source(right, 40));
      filter->outputs = filter->children[0]->outputs;
      filter->predicate = operation(
          "<", list(input(0, TypeId::kInt64),
                    std::make_unique<ParameterExpression>(kApplyParameterBase + 7, LogicalType(TypeId::kInt64))));
      auto node = std::make_unique<PhysicalApply>();
      node->type = type;
      node->children.push_back(source(left, size));
      node->children.push_back(std::move(filter));
      node->bindings.push_back(input(0, TypeId::kInt64));
      node->first_parameter = 7;
      const bool pairs = type == JoinType::kInner || type == JoinType::kLeft;
      node->outputs = pairs ? outputs_of({TypeId::kInt64, TypeId::kInt64}) : outputs_of({TypeId::kInt64});
      Rows expected;
      for (const Row& a : rows_of(left, size)) {
        bool matched = false;
        for (const Row& b : rows_of(right, 40)) {
          if (less(b[0], a[0]) == Truth::kTrue) {
            matched = true;
            if (pairs) {
              expected.push_back({a[0], b[0]});
            }
          }
        }
        if (!matched && type == JoinType::kLeft) {
          expected.push_back({a[0], Value()});
        }
        if (!pairs && matched == (type == JoinType::kSemi)) {
          expected.push_back(a);
        }
      }
      ASSERT_EQ(sorted(show(run(std::move(node)))), sorted(show(expected)));
    }
  }
}

TEST(Joins, AsofFindsTheNearestRow) {
  Random random(23);
  using Comparison = PhysicalAsofJoin::Comparison;
  for (const auto& [left_size, right_size] :
       std::vector<std::pair<size_t, size_t>>{{0, 5}, {5, 0}, {60, 50}, {2049, 80}}) {
    for (const Comparison comparison :
         {Comparison::kGreaterEqual, Comparison::kGreater, Comparison::kLessEqual, Comparison::kLess}) {
      for (const bool outer : {false, true}) {
        for (const int64_t tolerance : {-1, 0, 3}) {
          const auto make = [&](size_t size) {
            return std::vector<Vector>{random_column(random, {TypeId::kText, 3, 0.1}, size),
                                       random_column(random, {TypeId::kInt64, 40, 0.1}, size)};
          };
          const std::vector<Vector> left = make(left_size);
          std::vector<Vector> right = make(right_size);
          // Distinct order values, so that the nearest row is one.
          ValueColumn places(TypeId::kInt64);
          for (size_t row = 0; row < right_size; ++row) {
            places.append(row % 9 == 0 ? Value() : Value::int64(static_cast<int64_t>((row * 37) % 83)));
          }
          right[1] = places.take();
          auto node = std::make_unique<PhysicalAsofJoin>();
          node->children.push_back(source(left, left_size));
          node->children.push_back(source(right, right_size));
          node->left_keys.push_back(input(0, TypeId::kText));
          node->right_keys.push_back(input(0, TypeId::kText));
          node->left_order = input(1, TypeId::kInt64);
          node->right_order = input(1, TypeId::kInt64);
          node->comparison = comparison;
          node->left_outer = outer;
          if (tolerance >= 0) {
            node->tolerance = constant(Value::int64(tolerance));
          }
          node->outputs = outputs_of({TypeId::kText, TypeId::kInt64, TypeId::kText, TypeId::kInt64});
          Rows expected;
          for (const Row& a : rows_of(left, left_size)) {
            std::optional<Row> best;
            for (const Row& b : rows_of(right, right_size)) {
              if (equals(a[0], b[0], false) != Truth::kTrue || a[1].is_null() || b[1].is_null()) {
                continue;
              }
              const int64_t l = a[1].as_int64();
              const int64_t r = b[1].as_int64();
              const bool fits = comparison == Comparison::kGreaterEqual ? l >= r
                                : comparison == Comparison::kGreater    ? l > r
                                : comparison == Comparison::kLessEqual  ? l <= r
                                                                        : l < r;
              if (fits && (tolerance < 0 || std::abs(l - r) <= tolerance) &&
                  (!best || std::abs(l - r) < std::abs(l - (*best)[1].as_int64()))) {
                best = b;
              }
            }
            if (best) {
              expected.push_back({a[0], a[1], (*best)[0], (*best)[1]});
            } else if (outer) {
              expected.push_back({a[0], a[1], Value(), Value()});
            }
          }
          ASSERT_EQ(sorted(show(run(std::move(node)))), sorted(show(expected)));
        }
      }
    }
  }
}

TEST(SetOperations, CountAsSqlSays) {
  Random random(24);
  for (const auto& [left_size, right_size] :
       std::vector<std::pair<size_t, size_t>>{{0, 0}, {0, 9}, {9, 0}, {50, 40}, {2049, 100}, {100, 2049}}) {
    const auto make = [&](size_t size) {
      return std::vector<Vector>{random_column(random, {TypeId::kInt32, 4, 0.1}, size),
                                 random_column(random, {TypeId::kText, 4, 0.1}, size)};
    };
    const std::vector<Vector> left = make(left_size);
    const std::vector<Vector> right = make(right_size);
    std::map<std::string, size_t> left_counts;
    std::map<std::string, size_t> right_counts;
    for (const std::string& line : show(rows_of(left, left_size))) {
      ++left_counts[line];
    }
    for (const std::string& line : show(rows_of(right, right_size))) {
      ++right_counts[line];
    }
    for (const SetOperationType type : {SetOperationType::kIntersect, SetOperationType::kExcept}) {
      for (const bool all : {false, true}) {
        std::vector<std::string> expected;
        for (const auto& [line, count] : left_counts) {
          const size_t other = right_counts.contains(line) ? right_counts[line] : 0;
          size_t times = 0;
          if (type == SetOperationType::kIntersect) {
            times = all ? std::min(count, other) : (other > 0 ? 1 : 0);
          } else {
            times = all ? count - std::min(count, other) : (other > 0 ? 0 : 1);
          }
          expected.insert(expected.end(), times, line);
        }
        auto node = std::make_unique<PhysicalSetOperation>();
        node->type = type;
        node->all = all;
        node->children.push_back(source(left, left_size));
        node->children.push_back(source(right, right_size));
        node->outputs = node->children[0]->outputs;
        const PhysicalPtr plan = std::move(node);
        ASSERT_EQ(sorted(show(run(plan))), expected);
        ASSERT_EQ(sorted(show(run(plan, tight()))), expected) << "on disk";
      }
    }
    auto node = std::make_unique<PhysicalUnionAll>();
    node->children.push_back(source(left, left_size));
    node->children.push_back(source(right, right_size));
    node->outputs = node->children[0]->outputs;
    std::vector<std::string> expected = show(rows_of(left, left_size));
    const std::vector<std::string> more = show(rows_of(right, right_size));
    expected.insert(expected.end(), more.begin(), more.end());
    ASSERT_EQ(show(run(std::move(node))), expected);
  }
}

}  // namespace
}  // namespace tidemark::testing
