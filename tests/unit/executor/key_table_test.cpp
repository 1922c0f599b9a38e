#include "executor/key_table.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "tests/unit/executor/plan_helper.h"
#include "types/canonical_key.h"

namespace tidemark::testing {
namespace {

std::vector<std::vector<LogicalType>> key_shapes() {
  return {{TypeId::kInt64},
          {TypeId::kText},
          {TypeId::kBoolean, TypeId::kInt16},
          {TypeId::kInt32, TypeId::kText},
          {TypeId::kFloat64, TypeId::kFloat32},
          {TypeId::kUuid, TypeId::kInterval},
          {TypeId::kText, TypeId::kInt64, TypeId::kUInt64, TypeId::kFloat64, TypeId::kText},
          {TypeId::kTimestampTz, TypeId::kBytea, TypeId::kDate},
          {TypeId::kBpchar},
          {}};
}

/// The numbers that a map over canonical keys gives.
TEST(KeyTable, NumbersKeysAsAMapOverCanonicalKeysDoes) {
  Random random(1);
  for (const std::vector<LogicalType>& types : key_shapes()) {
    KeyTable table(types);
    KeyTable::Scratch scratch;
    std::map<std::string, uint32_t> model;
    for (int round = 0; round < 20; ++round) {
      const size_t size = round % 3 == 0 ? 2000 + random.below(3000) : random.below(50);
      std::vector<Vector> columns;
      std::vector<std::string> keys(size);
      for (const LogicalType type : types) {
        columns.push_back(random_column(random, {type, round % 2 == 0 ? 7 : 100000, round % 5 == 0 ? 0 : 0.1}, size));
        append_keys(keys, columns.back());
      }
      // What is not there yet must not be found, and looking must not change what adding finds.
      std::vector<uint32_t> found(size);
      table.find(columns, size, found, scratch);
      for (size_t row = 0; row < size; ++row) {
        const auto known = model.find(keys[row]);
        ASSERT_EQ(found[row], known == model.end() ? KeyTable::kAbsent : known->second);
      }
      std::vector<uint32_t> ids(size);
      SelectionVector new_rows;
      table.find_or_add(columns, size, ids, new_rows, scratch);
      size_t news = 0;
      for (size_t row = 0; row < size; ++row) {
        const auto [place, is_new] = model.emplace(keys[row], static_cast<uint32_t>(model.size()));
        ASSERT_EQ(ids[row], place->second);
        if (is_new) {
          ASSERT_LT(news, new_rows.size());
          ASSERT_EQ(new_rows[news++], row);
        }
      }
      ASSERT_EQ(news, new_rows.size());
      ASSERT_EQ(table.size(), model.size());
    }
  }
}

TEST(KeyTable, TakesSignedZeroesAndNansForOne) {
  KeyTable table(std::vector<LogicalType>{TypeId::kFloat64});
  KeyTable::Scratch scratch;
  const std::vector<Value> values = {Value::float64(0.0), Value::float64(-0.0), Value::float64(std::nan("1")),
                                     Value::float64(-std::nan("2"))};
  const std::vector<Vector> columns = {flat_vector(TypeId::kFloat64, values)};
  std::vector<uint32_t> ids(4);
  SelectionVector new_rows;
  table.find_or_add(columns, 4, ids, new_rows, scratch);
  EXPECT_EQ(ids, (std::vector<uint32_t>{0, 0, 1, 1}));
}

}  // namespace
}  // namespace tidemark::testing
