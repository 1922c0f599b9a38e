#include "types/vector.h"

#include <gtest/gtest.h>

#include <random>

#include "types/canonical_key.h"
#include "types/data_chunk.h"
#include "types/value.h"

namespace tidemark {
namespace {

Vector text_entries(std::initializer_list<const char*> texts) {
  Vector vector = Vector::flat(TypeId::kText, texts.size());
  size_t row = 0;
  for (const char* text : texts) {
    if (text == nullptr) {
      vector.set_null(row);
    } else {
      vector.mutable_data<std::string_view>()[row] = vector.heap().add(text);
    }
    ++row;
  }
  return vector;
}

std::vector<Value> values_of(const Vector& vector) {
  std::vector<Value> values;
  for (size_t row = 0; row < vector.size(); ++row) {
    values.push_back(vector.value(row));
    EXPECT_EQ(vector.is_null(row), values.back().is_null());
  }
  return values;
}

std::vector<Value> pick(const std::vector<Value>& values, const std::vector<uint32_t>& rows) {
  std::vector<Value> picked;
  for (const uint32_t row : rows) {
    picked.push_back(values[row]);
  }
  return picked;
}

/// The same kind of data in each of the four forms.
std::vector<Vector> all_forms() {
  auto entries = std::make_shared<const Vector>(text_entries({"a", nullptr, "a long text that needs the heap", ""}));
  std::vector<Vector> forms;
  forms.push_back(*entries);
  forms.push_back(Vector::constant(Value::text("constant"), 200));
  forms.push_back(Vector::null_constant(TypeId::kText, 200));
  std::vector<uint32_t> codes;
  for (uint32_t row = 0; row < 200; ++row) {
    codes.push_back((row * 7) % 4);
  }
  forms.push_back(Vector::dictionary(entries, codes));
  forms.push_back(Vector::run(entries, {1, 70, 71, 200}));
  Vector numbers = Vector::flat(TypeId::kInt64, 200);
  for (size_t row = 0; row < 200; ++row) {
    numbers.mutable_data<int64_t>()[row] = static_cast<int64_t>(row * row);
    if (row % 3 == 0) {
      numbers.set_null(row);
    }
  }
  forms.push_back(numbers);
  return forms;
}

TEST(Vector, KeepsItsValuesWhenFlattenedSlicedSelectedAndReinterpreted) {
  std::mt19937_64 random(7);
  for (const Vector& vector : all_forms()) {
    const std::vector<Value> values = values_of(vector);
    EXPECT_EQ(values_of(vector.flatten()), values);
    EXPECT_TRUE(vector.flatten().is_flat());
    for (int round = 0; round < 50; ++round) {
      const size_t first = random() % (vector.size() + 1);
      const size_t count = random() % (vector.size() - first + 1);
      const Vector part = vector.slice(first, count);
      ASSERT_EQ(values_of(part), std::vector<Value>(values.begin() + static_cast<ptrdiff_t>(first),
                                                    values.begin() + static_cast<ptrdiff_t>(first + count)));
      ASSERT_EQ(values_of(part.flatten()), values_of(part));
      std::vector<uint32_t> ascending;
      std::vector<uint32_t> any;
      for (uint32_t row = 0; row < vector.size(); ++row) {
        if (random() % 3 == 0) {
          ascending.push_back(row);
        }
        any.push_back(static_cast<uint32_t>(random() % vector.size()));
      }
      ASSERT_EQ(values_of(vector.select(ascending)), pick(values, ascending));
      ASSERT_EQ(values_of(vector.select(any)), pick(values, any));
      if (vector.form() == VectorForm::kRun) {
        EXPECT_EQ(vector.select(ascending).form(), VectorForm::kRun);
      }
    }
    if (vector.type() == LogicalType(TypeId::kText)) {
      const Vector other = vector.reinterpret(TypeId::kVarchar);
      for (size_t row = 0; row < vector.size(); ++row) {
        EXPECT_EQ(other.value(row), values[row].with_type(TypeId::kVarchar));
      }
    }
  }
}

TEST(Vector, OutlivesTheVectorsItsTextCameFrom) {
  Vector selected;
  {
    const Vector source = text_entries({"first text of some length here", "second text of some length here"});
    const std::vector<uint32_t> rows = {1, 0, 1};
    selected = source.select(rows).slice(1, 2);
  }
  EXPECT_EQ(selected.value(0), Value::text("first text of some length here"));
  EXPECT_EQ(selected.value(1), Value::text("second text of some length here"));
}

TEST(Vector, WritingNullsDoesNotReachCopies) {
  Vector vector = Vector::flat(TypeId::kInt32, 100);
  std::fill_n(vector.mutable_data<int32_t>(), 100, 1);
  vector.set_null(5);
  const Vector copy = vector;
  vector.set_null(6);
  EXPECT_TRUE(copy.is_null(5));
  EXPECT_FALSE(copy.is_null(6));
  EXPECT_TRUE(vector.is_null(6));
  EXPECT_EQ(vector.validity().count_valid(100), 98U);
}

TEST(CanonicalKey, EveryFormGivesTheSameBytesAndHashes) {
  for (const Vector& vector : all_forms()) {
    std::vector<std::string> keys(vector.size());
    append_keys(keys, vector);
    std::vector<std::string> flat_keys(vector.size());
    append_keys(flat_keys, vector.flatten());
    EXPECT_EQ(keys, flat_keys);
    std::vector<uint64_t> hashes(vector.size(), 1);
    hash_rows(vector, hashes, true);
    std::vector<uint64_t> flat_hashes(vector.size(), 1);
    hash_rows(vector.flatten(), flat_hashes, true);
    EXPECT_EQ(hashes, flat_hashes);
    for (size_t row = 0; row < vector.size(); ++row) {
      std::string key;
      append_key(key, vector.value(row));
      EXPECT_EQ(key, keys[row]);
      std::string_view rest = key;
      EXPECT_EQ(take_from_key(rest, vector.type()), vector.value(row));
      EXPECT_TRUE(rest.empty());
      rest = key;
      skip_in_key(rest, vector.type());
      EXPECT_TRUE(rest.empty());
    }
  }
}

}  // namespace
}  // namespace tidemark
