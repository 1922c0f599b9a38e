#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/executor/plan_helper.h"
#include "types/canonical_key.h"

namespace tidemark::testing {
namespace {

/// Compares as ORDER BY says, by canonical keys.
bool comes_before(const Row& left, const Row& right, const std::vector<SortKey>& keys) {
  for (const SortKey& key : keys) {
    const uint32_t column = key.expression->as<InputExpression>().index;
    const Value& a = left[column];
    const Value& b = right[column];
    if (a.is_null() || b.is_null()) {
      if (a.is_null() != b.is_null()) {
        return a.is_null() == key.nulls_first;
      }
      continue;
    }
    std::string a_key;
    std::string b_key;
    append_key(a_key, a);
    append_key(b_key, b);
    if (a_key != b_key) {
      return (a_key < b_key) != key.descending;
    }
  }
  return false;
}

const std::vector<ColumnShape> kShapes = {{TypeId::kInt32, 5, 0.1},
                                          {TypeId::kText, 8, 0.1},
                                          {TypeId::kFloat64, 50, 0.0},
                                          {TypeId::kInterval, 9, 0.2},
                                          {TypeId::kInt64, 1 << 20, 0}};

std::vector<SortKey> random_keys(Random& random) {
  std::vector<SortKey> keys;
  const size_t count = 1 + random.below(4);
  for (size_t i = 0; i < count; ++i) {
    const auto column = static_cast<uint32_t>(random.below(kShapes.size()));
    keys.push_back(sort_key(input(column, kShapes[column].type), random.chance(0.5), random.chance(0.5)));
  }
  return keys;
}

std::vector<SortKey> clone(const std::vector<SortKey>& keys) {
  std::vector<SortKey> copies;
  for (const SortKey& key : keys) {
    copies.push_back(key.clone());
  }
  return copies;
}

class SortTest : public ::testing::Test {
 protected:
  void make(size_t size) {
    columns_.clear();
    for (const ColumnShape& shape : kShapes) {
      columns_.push_back(random_column(random_, shape, size));
    }
    rows_ = rows_of(columns_, size);
    keys_ = random_keys(random_);
    std::ranges::stable_sort(rows_, [&](const Row& a, const Row& b) { return comes_before(a, b, keys_); });
    size_ = size;
  }
  std::unique_ptr<PhysicalSort> plan() {
    auto node = std::make_unique<PhysicalSort>();
    node->children.push_back(source(columns_, size_));
    node->outputs = node->children[0]->outputs;
    node->keys = clone(keys_);
    return node;
  }
  Random random_{3};
  std::vector<Vector> columns_;
  std::vector<SortKey> keys_;
  Rows rows_;  ///< sorted
  size_t size_ = 0;
};

TEST_F(SortTest, SortsStablyByAnyKeys) {
  for (int round = 0; round < 4; ++round) {
    for (const size_t size : telling_sizes()) {
      make(size);
      ASSERT_EQ(show(run(plan())), show(rows_));
    }
  }
}

TEST_F(SortTest, SortsTheSameFromDisk) {
  for (int round = 0; round < 3; ++round) {
    make(20'000);
    RunOptions options;
    options.work_mem_bytes = 100'000;
    ASSERT_EQ(show(run(plan(), options)), show(rows_));
  }
}

TEST_F(SortTest, KeepsTheFirstRows) {
  for (int round = 0; round < 4; ++round) {
    for (const size_t size : {size_t{0}, size_t{1}, size_t{100}, size_t{30'000}}) {
      make(size);
      for (const int64_t limit : {0, 1, 10, 3000}) {
        for (const int64_t offset : {0, 1, 5000}) {
          auto node = plan();
          node->limit = constant(Value::int64(limit));
          node->offset = constant(Value::int64(offset));
          Rows expected;
          for (size_t row = static_cast<size_t>(offset);
               row < std::min<size_t>(rows_.size(), static_cast<size_t>(offset + limit)); ++row) {
            expected.push_back(rows_[row]);
          }
          RunOptions options;
          options.work_mem_bytes = round % 2 == 0 ? 256 << 20 : 200'000;
          ASSERT_EQ(show(run(std::move(node), options)), show(expected));
        }
      }
    }
  }
}

TEST_F(SortTest, KeepsTies) {
  for (int round = 0; round < 20; ++round) {
    make(round % 2 == 0 ? 3000 : 20'000);
    auto node = plan();
    node->keys.resize(1);
    std::vector<SortKey> key;
    key.push_back(keys_[0].clone());
    const size_t limit = 1 + random_.below(100);
    node->limit = constant(Value::int64(static_cast<int64_t>(limit)));
    node->with_ties = true;
    Rows input = rows_of(columns_, size_);
    std::ranges::stable_sort(input, [&](const Row& a, const Row& b) { return comes_before(a, b, key); });
    size_t count = limit;
    while (count < input.size() && !comes_before(input[limit - 1], input[count], key)) {
      ++count;
    }
    input.resize(count);
    ASSERT_EQ(sorted(show(run(std::move(node)))), sorted(show(input)));
  }
}

TEST(Limit, CutsAndSkips) {
  Random random(5);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{2048}, size_t{5000}}) {
    const std::vector<Vector> columns = {random_column(random, {TypeId::kInt64, 1000, 0.1}, size)};
    for (const int64_t limit : {-1, 0, 1, 2047, 2048, 2049}) {
      for (const int64_t offset : {0, 1, 2048, 3000}) {
        auto node = std::make_unique<PhysicalLimit>();
        node->children.push_back(source(columns, size));
        node->outputs = node->children[0]->outputs;
        node->limit = constant(limit < 0 ? Value::null(TypeId::kInt64) : Value::int64(limit));
        node->offset = constant(Value::int64(offset));
        Rows rows = rows_of(columns, size);
        rows.erase(rows.begin(), rows.begin() + std::min<int64_t>(offset, static_cast<int64_t>(size)));
        if (limit >= 0) {
          rows.resize(std::min<size_t>(rows.size(), static_cast<size_t>(limit)));
        }
        ASSERT_EQ(show(run(std::move(node))), show(rows));
      }
    }
  }
}

TEST(Limit, RefusesNegativeNumbers) {
  auto node = std::make_unique<PhysicalLimit>();
  node->children.push_back(source({}, 0));
  node->limit = constant(Value::int64(-1));
  EXPECT_EQ(error_of([&] { run(std::move(node)); }), "2201W LIMIT must not be negative");
}

}  // namespace
}  // namespace tidemark::testing
