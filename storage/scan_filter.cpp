#include "storage/scan_filter.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <type_traits>

#include "base/check.h"
#include "types/boxed_row.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark {

namespace {

using Comparison = ScanPredicate::Comparison;

/// Clears what does not pass `test(value)`, and NULLs.
template <class T, class Test>
void keep_if(const Vector& values, std::span<uint8_t> pass, const Test& test) {
  const T* data = values.data<T>();
  for (size_t i = 0; i < pass.size(); ++i) {
    pass[i] &= static_cast<uint8_t>(test(data[i]));
  }
  if (!values.validity().all_valid()) {
    for (size_t i = 0; i < pass.size(); ++i) {
      pass[i] &= static_cast<uint8_t>(values.validity().is_valid(i));
    }
  }
}

/// Comparisons by `<` and `==` that also hold for NaN on the left, which is above every other value.
template <class T, class C>
void compare(Comparison comparison, const Vector& values, const C& constant, std::span<uint8_t> pass) {
  switch (comparison) {
    case Comparison::kEqual:
      return keep_if<T>(values, pass, [&](const T& value) { return value == constant; });
    case Comparison::kNotEqual:
      return keep_if<T>(values, pass, [&](const T& value) { return !(value == constant); });
    case Comparison::kLess:
      return keep_if<T>(values, pass, [&](const T& value) { return value < constant; });
    case Comparison::kLessEqual:
      return keep_if<T>(values, pass, [&](const T& value) { return value <= constant; });
    case Comparison::kGreater:
      return keep_if<T>(values, pass, [&](const T& value) { return !(value <= constant); });
    case Comparison::kGreaterEqual:
      return keep_if<T>(values, pass, [&](const T& value) { return !(value < constant); });
    default:
      TIDEMARK_CHECK(false);
  }
}

bool holds(Comparison comparison, std::strong_ordering order) {
  switch (comparison) {
    case Comparison::kEqual:
    case Comparison::kIn:
      return order == 0;
    case Comparison::kNotEqual:
      return order != 0;
    case Comparison::kLess:
      return order < 0;
    case Comparison::kLessEqual:
      return order <= 0;
    case Comparison::kGreater:
      return order > 0;
    case Comparison::kGreaterEqual:
      return order >= 0;
    default:
      return false;
  }
}

std::string key_of(const Value& value) {
  std::string key;
  append_key(key, value);
  return key;
}

/// Any type, by canonical key bytes.
void compare_keys(const ScanPredicate& predicate, const Vector& values, std::span<uint8_t> pass) {
  std::vector<std::string> keys(values.size());
  append_keys(keys, values);
  std::vector<std::string> constants;
  for (const Value& constant : predicate.constants) {
    constants.push_back(key_of(constant));
  }
  if (predicate.comparison == Comparison::kIn) {
    std::ranges::sort(constants);
  }
  for (size_t i = 0; i < pass.size(); ++i) {
    const bool passes = !values.is_null(i) && (predicate.comparison == Comparison::kIn
                                                   ? std::ranges::binary_search(constants, keys[i])
                                                   : holds(predicate.comparison, keys[i] <=> constants[0]));
    pass[i] &= static_cast<uint8_t>(passes);
  }
}

bool is_nan(const Value& constant) { return std::isnan(constant.as_double()); }

/// One constant against a flat vector with a kernel; false if the type has none.
bool compare_flat(Comparison comparison, const Vector& values, const Value& constant, std::span<uint8_t> pass) {
  switch (values.type().physical()) {
    case PhysicalType::kBool:
      compare<uint8_t>(comparison, values, constant.as_int64(), pass);
      return true;
    case PhysicalType::kInt16:
      compare<int16_t>(comparison, values, constant.as_int64(), pass);
      return true;
    case PhysicalType::kInt32:
      compare<int32_t>(comparison, values, constant.as_int64(), pass);
      return true;
    case PhysicalType::kInt64:
      compare<int64_t>(comparison, values, constant.as_int64(), pass);
      return true;
    case PhysicalType::kUInt64:
      compare<uint64_t>(comparison, values, constant.as_uint64(), pass);
      return true;
    case PhysicalType::kFloat32:
      if (!is_nan(constant)) {
        compare<float>(comparison, values, constant.as_double(), pass);
        return true;
      }
      return false;
    case PhysicalType::kFloat64:
      if (!is_nan(constant)) {
        compare<double>(comparison, values, constant.as_double(), pass);
        return true;
      }
      return false;
    case PhysicalType::kBytes:
      if (values.type().id == TypeId::kText || values.type().id == TypeId::kVarchar ||
          values.type().id == TypeId::kName || values.type().id == TypeId::kBytea ||
          values.type().id == TypeId::kEnum) {
        compare<std::string_view>(comparison, values, std::string_view(constant.as_bytes()), pass);
        return true;
      }
      return false;
    case PhysicalType::kInterval:
    case PhysicalType::kUuid:
      return false;
  }
  return false;
}

/// More constants than are worth a pass each.
constexpr size_t kConstantsToHash = 8;

/// One of several whole numbers.
template <class T>
void keep_among(const Vector& values, std::span<const Value> constants, std::span<uint8_t> pass) {
  // Open addressing, at most half full.
  const size_t slots = std::bit_ceil(2 * constants.size());
  const int shift = 64 - std::countr_zero(slots);
  constexpr uint64_t kMultiplier = 0x9e3779b97f4a7c15;
  const auto next = [mask = slots - 1](size_t slot) { return (slot + 1) & mask; };
  std::vector<T> keys(slots);
  std::vector<uint8_t> taken(slots, 0);
  const auto find = [&](T key) {
    size_t slot = (static_cast<uint64_t>(key) * kMultiplier) >> shift;
    while (taken[slot] != 0 && keys[slot] != key) {
      slot = next(slot);
    }
    return slot;
  };
  for (const Value& constant : constants) {
    const auto key =
        static_cast<T>(std::is_same_v<T, uint64_t> ? constant.as_uint64() : static_cast<uint64_t>(constant.as_int64()));
    const size_t slot = find(key);
    keys[slot] = key;
    taken[slot] = 1;
  }
  keep_if<T>(values, pass, [&](const T& value) { return taken[find(value)] != 0; });
}

void compare_with_many(const ScanPredicate& predicate, const Vector& values, std::span<uint8_t> pass) {
  switch (values.type().physical()) {
    case PhysicalType::kInt16:
      return keep_among<int16_t>(values, predicate.constants, pass);
    case PhysicalType::kInt32:
      return keep_among<int32_t>(values, predicate.constants, pass);
    case PhysicalType::kInt64:
      return keep_among<int64_t>(values, predicate.constants, pass);
    case PhysicalType::kUInt64:
      return keep_among<uint64_t>(values, predicate.constants, pass);
    default:
      return compare_keys(predicate, values, pass);
  }
}

void apply_to_flat(const ScanPredicate& predicate, const Vector& values, std::span<uint8_t> pass) {
  if (predicate.or_null && !values.validity().all_valid()) {
    // NULLs pass whatever the rest says.
    ScanPredicate of_values = predicate;
    of_values.or_null = false;
    std::vector<uint8_t> before(pass.begin(), pass.end());
    apply_to_flat(of_values, values, pass);
    for (size_t i = 0; i < pass.size(); ++i) {
      pass[i] = values.is_null(i) ? before[i] : pass[i];
    }
    return;
  }
  switch (predicate.comparison) {
    case Comparison::kIsNull:
    case Comparison::kIsNotNull: {
      const bool wanted = predicate.comparison == Comparison::kIsNull;
      for (size_t i = 0; i < pass.size(); ++i) {
        pass[i] &= static_cast<uint8_t>(values.is_null(i) == wanted);
      }
      return;
    }
    case Comparison::kCallback: {
      std::vector<uint8_t> answers(values.size(), 0);
      predicate.callback(values, answers);
      for (size_t i = 0; i < pass.size(); ++i) {
        pass[i] &= static_cast<uint8_t>(answers[i] != 0 && !values.is_null(i));
      }
      return;
    }
    case Comparison::kIn: {
      if (predicate.constants.size() > kConstantsToHash) {
        return compare_with_many(predicate, values, pass);
      }
      std::vector<uint8_t> any(pass.size(), 0);
      std::vector<uint8_t> one(pass.size());
      for (const Value& constant : predicate.constants) {
        std::ranges::fill(one, uint8_t{1});
        if (!compare_flat(Comparison::kEqual, values, constant, one)) {
          return compare_keys(predicate, values, pass);
        }
        for (size_t i = 0; i < any.size(); ++i) {
          any[i] |= one[i];
        }
      }
      for (size_t i = 0; i < pass.size(); ++i) {
        pass[i] &= any[i];
      }
      return;
    }
    default:
      TIDEMARK_CHECK(predicate.constants.size() == 1);
      if (!compare_flat(predicate.comparison, values, predicate.constants[0], pass)) {
        compare_keys(predicate, values, pass);
      }
  }
}

}  // namespace

void apply_predicate(const ScanPredicate& predicate, const Vector& values, std::span<uint8_t> pass) {
  TIDEMARK_ASSERT(pass.size() == values.size());
  if (values.is_flat()) {
    return apply_to_flat(predicate, values, pass);
  }
  if (values.is_constant()) {
    uint8_t answer = 1;
    apply_to_flat(predicate, values.slice(0, 1).flatten(), {&answer, 1});
    if (answer == 0) {
      std::ranges::fill(pass, uint8_t{0});
    }
    return;
  }
  std::vector<uint8_t> answers(values.entries().size(), 1);
  apply_to_flat(predicate, values.entries(), answers);
  if (values.form() == VectorForm::kDictionary) {
    const std::span<const uint32_t> codes = values.codes();
    for (size_t i = 0; i < pass.size(); ++i) {
      pass[i] &= answers[codes[i]];
    }
    return;
  }
  size_t row = 0;
  for (size_t run = 0; run < answers.size(); ++run) {
    for (; row < values.run_ends()[run]; ++row) {
      pass[row] &= answers[run];
    }
  }
}

void DictionaryAnswers::apply(const ScanPredicate& predicate, const Vector& values, std::span<uint8_t> pass) {
  if (values.form() != VectorForm::kDictionary) {
    return apply_predicate(predicate, values, pass);
  }
  if (entries_ != values.shared_entries()) {
    entries_ = values.shared_entries();
    answers_.assign(entries_->size(), Answer::kUnknown);
  }
  const std::span<const uint32_t> codes = values.codes();
  SelectionVector asked;
  for (size_t row = 0; row < pass.size(); ++row) {
    if (pass[row] != 0 && answers_[codes[row]] == Answer::kUnknown) {
      answers_[codes[row]] = Answer::kAsked;
      asked.push_back(codes[row]);
    }
  }
  if (!asked.empty()) {
    std::vector<uint8_t> passes(asked.size(), 1);
    apply_to_flat(predicate, entries_->select(asked).flatten(), passes);
    for (size_t i = 0; i < asked.size(); ++i) {
      answers_[asked[i]] = passes[i] != 0 ? Answer::kPasses : Answer::kFails;
    }
  }
  for (size_t row = 0; row < pass.size(); ++row) {
    pass[row] &= static_cast<uint8_t>(answers_[codes[row]] == Answer::kPasses);
  }
}

ScanFilter::ScanFilter(const TableLayout& layout, std::span<const ScanPredicate> predicates) : layout_(layout) {
  for (const ScanPredicate& predicate : predicates) {
    if (predicate.comparison == Comparison::kIn && predicate.constants.empty()) {
      empty_ = true;
      continue;
    }
    if (predicate.column == layout.order_column) {
      bound_order(predicate);
    } else if (const auto column = layout.find_series_column(predicate.column)) {
      SeriesTest test{.column = *column, .predicate = &predicate, .keys = {}};
      for (const Value& constant : predicate.constants) {
        test.keys.push_back(key_of(constant));
      }
      series_tests_.push_back(std::move(test));
      if (predicate.comparison == Comparison::kCallback && !layout.series[*column].from_key) {
        series_tests_.pop_back();  // the key bytes do not hold the value; the stored column does
        column_predicates_.push_back(&predicate);
      }
    } else {
      TIDEMARK_CHECK(layout.find_column(predicate.column).has_value());
      column_predicates_.push_back(&predicate);
    }
  }
  std::ranges::stable_sort(series_tests_, {}, &SeriesTest::column);
  const size_t fixed_columns = bound_series();
  for (const SeriesTest& test : series_tests_) {
    const Comparison comparison = test.predicate->comparison;
    if (test.column >= fixed_columns && (comparison == Comparison::kEqual || comparison == Comparison::kIn)) {
      named_keys_.push_back({test.column, test.keys});
    }
  }
  std::ranges::stable_sort(column_predicates_, {}, [](const ScanPredicate* predicate) {
    return predicate->comparison == Comparison::kCallback;
  });
  empty_ |= range_.order_from > range_.order_to || (range_.series_to && *range_.series_to <= range_.series_from);
}

void ScanFilter::bound_order(const ScanPredicate& predicate) {
  if (predicate.comparison == Comparison::kIsNull) {
    empty_ = true;  // an order is never NULL
    return;
  }
  if (predicate.comparison == Comparison::kIsNotNull) {
    return;
  }
  if (predicate.comparison == Comparison::kCallback || predicate.comparison == Comparison::kNotEqual) {
    order_predicates_.push_back(&predicate);
    return;
  }
  if (predicate.comparison == Comparison::kIn) {
    const auto [low, high] = std::ranges::minmax_element(predicate.constants, {}, &Value::as_int64);
    range_.order_from = std::max(range_.order_from, low->as_int64());
    range_.order_to = std::min(range_.order_to, high->as_int64());
    order_predicates_.push_back(&predicate);
    return;
  }
  const int64_t value = predicate.constants.at(0).as_int64();
  switch (predicate.comparison) {
    case Comparison::kEqual:
      range_.order_from = std::max(range_.order_from, value);
      range_.order_to = std::min(range_.order_to, value);
      break;
    case Comparison::kLess:
      empty_ |= value == INT64_MIN;
      range_.order_to = std::min(range_.order_to, value == INT64_MIN ? value : value - 1);
      break;
    case Comparison::kLessEqual:
      range_.order_to = std::min(range_.order_to, value);
      break;
    case Comparison::kGreater:
      empty_ |= value == INT64_MAX;
      range_.order_from = std::max(range_.order_from, value == INT64_MAX ? value : value + 1);
      break;
    default:
      range_.order_from = std::max(range_.order_from, value);
      break;
  }
}

/// Equalities on leading key columns make a prefix; bounds on the next narrow it.
size_t ScanFilter::bound_series() {
  std::string prefix;
  size_t column = 0;
  for (; column < layout_.series.size(); ++column) {
    const SeriesTest* equal = nullptr;
    for (const SeriesTest& test : series_tests_) {
      if (test.column == column && (test.predicate->comparison == Comparison::kEqual ||
                                    (test.predicate->comparison == Comparison::kIn && test.keys.size() == 1))) {
        equal = &test;
      }
    }
    if (equal != nullptr) {
      prefix += equal->keys[0];
      continue;
    }
    range_ = KeyRange::of_prefix(prefix, range_.order_from, range_.order_to);
    for (const SeriesTest& test : series_tests_) {
      if (test.column != column || test.keys.empty()) {
        continue;
      }
      const auto [low, high] = std::ranges::minmax(test.keys);
      const Comparison comparison = test.predicate->comparison;
      if (comparison == Comparison::kIn || comparison == Comparison::kGreater ||
          comparison == Comparison::kGreaterEqual) {
        range_.series_from = std::max(range_.series_from, prefix + low);
      }
      if (comparison == Comparison::kIn || comparison == Comparison::kLess || comparison == Comparison::kLessEqual) {
        const std::optional<std::string> beyond = KeyRange::of_prefix(prefix + high).series_to;
        if (beyond && (!range_.series_to || *beyond < *range_.series_to)) {
          range_.series_to = beyond;
        }
      }
    }
    return column;
  }
  range_ = KeyRange::of_prefix(prefix, range_.order_from, range_.order_to);
  return column;
}

bool ScanFilter::passes(const SeriesTest& test, std::string_view column_key) const {
  const bool is_null = column_key[0] == '\x02';
  switch (test.predicate->comparison) {
    case Comparison::kIsNull:
      return is_null;
    case Comparison::kIsNotNull:
      return !is_null;
    case Comparison::kCallback: {
      if (is_null) {
        return false;
      }
      const LogicalType type = layout_.series[test.column].type;
      Vector entry = Vector::flat(type, 1);
      set_row(entry, 0, take_from_key(column_key, type));
      uint8_t pass = 0;
      test.predicate->callback(entry, {&pass, 1});
      return pass != 0;
    }
    default:
      return !is_null && std::ranges::any_of(test.keys, [&](const std::string& key) {
        return holds(test.predicate->comparison, column_key <=> std::string_view(key));
      });
  }
}

bool ScanFilter::passes_series(std::string_view series) const {
  size_t column = 0;
  std::string_view column_key;
  size_t next_column = 0;
  for (const SeriesTest& test : series_tests_) {
    while (next_column <= test.column) {
      column = next_column++;
      const std::string_view before = series;
      skip_in_key(series, layout_.series[column].type);
      column_key = before.substr(0, before.size() - series.size());
    }
    if (!passes(test, column_key)) {
      return false;
    }
  }
  return true;
}

}  // namespace tidemark
