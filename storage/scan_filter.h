#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/key_range.h"
#include "storage/scan.h"
#include "storage/table_layout.h"
#include "types/vector.h"

namespace tidemark {

/// Clears pass[i] of every row of `values` for which the predicate is not true. Exact, in SQL's terms: NaN equals NaN
/// and lies above all, -0.0 equals 0.0, NULL passes only kIsNull, and what says `or_null`. Any vector form; entries of
/// dictionaries and runs are judged once. pass.size() == values.size().
void apply_predicate(const ScanPredicate& predicate, const Vector& values, std::span<uint8_t> pass);

/// What one predicate says of the entries of a dictionary that page after page shares: each is judged once, when a row
/// that is still in has it. Of a dictionary of many texts most pages use few.
class DictionaryAnswers {
 public:
  /// As apply_predicate, always with the same predicate.
  void apply(const ScanPredicate& predicate, const Vector& values, std::span<uint8_t> pass);

 private:
  enum class Answer : uint8_t { kUnknown, kAsked, kFails, kPasses };

  std::shared_ptr<const Vector> entries_;
  std::vector<Answer> answers_;  ///< one an entry
};

/// The predicates of a scan, sorted by what they can do: bounds of the key, tests of a series, and the rest.
class ScanFilter {
 public:
  ScanFilter(const TableLayout& layout, std::span<const ScanPredicate> predicates);

  /// What the predicates say of keys: no row outside can pass.
  [[nodiscard]] const KeyRange& range() const { return range_; }
  /// No row can pass (contradicting bounds).
  [[nodiscard]] bool is_empty() const { return empty_; }
  /// Whether some predicate looks at key columns beyond what `range` says.
  [[nodiscard]] bool tests_series() const { return !series_tests_.empty(); }
  /// A key column of which the predicates name the few values that can pass, unless `range` says it all.
  struct NamedKeys {
    size_t column = 0;                  ///< index into layout.series
    std::span<const std::string> keys;  ///< canonical bytes
  };
  [[nodiscard]] std::span<const NamedKeys> named_keys() const { return named_keys_; }
  /// Whether rows of a series (key bytes) can pass.
  [[nodiscard]] bool passes_series(std::string_view series) const;
  /// Predicates on the order column that `range` does not cover.
  [[nodiscard]] std::span<const ScanPredicate* const> order_predicates() const { return order_predicates_; }
  /// Predicates on stored columns, cheapest first.
  [[nodiscard]] std::span<const ScanPredicate* const> column_predicates() const { return column_predicates_; }

 private:
  struct SeriesTest {
    size_t column = 0;  ///< index into layout.series
    const ScanPredicate* predicate = nullptr;
    std::vector<std::string> keys;  ///< canonical bytes of the constants
  };

  void bound_order(const ScanPredicate& predicate);
  /// Returns how many leading columns are fixed.
  size_t bound_series();
  [[nodiscard]] bool passes(const SeriesTest& test, std::string_view column_key) const;

  const TableLayout& layout_;
  KeyRange range_;
  bool empty_ = false;
  std::vector<SeriesTest> series_tests_;  ///< by column
  std::vector<NamedKeys> named_keys_;     ///< of series_tests_
  std::vector<const ScanPredicate*> order_predicates_;
  std::vector<const ScanPredicate*> column_predicates_;
};

}  // namespace tidemark
