#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "storage/key_filter.h"
#include "storage/row_group_reader.h"
#include "storage/scan_context.h"
#include "storage/zone_map.h"

namespace tidemark {

/// One row group that nothing else touches, page by page: zone maps and filters act, and a column is decoded only where
/// rows survive. Used by one thread.
class RowGroupScan {
 public:
  /// `context` and `morsel` outlive it. `morsel` is a kRowGroup.
  RowGroupScan(const ScanContext& context, const Morsel& morsel);

  [[nodiscard]] RowGroupReader& reader() { return reader_; }

  /// Pages outside need not be entered.
  [[nodiscard]] KeyFilter::PageRange pages() { return keys_.pages(reader_); }
  /// Goes to a page. False if sparse index and zone maps rule out all of its rows.
  bool enter(size_t page);
  /// The rows of the page whose keys are wanted. After `enter`.
  KeyFilter::Found& find_keys();
  /// Clears from `mask` (rows whose keys are wanted) those that fail a predicate; false if none is left. After
  /// `find_keys`.
  bool filter(RowMask& mask);
  /// Whether `filter` has anything to look at: else every row whose key is wanted passes. After `enter`.
  [[nodiscard]] bool has_filter() const;
  /// How many pages `enter` and `filter` have ruled out by the scan's bound.
  [[nodiscard]] uint64_t pages_beyond_bound() const { return pages_beyond_bound_; }

  /// The named rows of the page (all, if `all` is set) of an output column.
  [[nodiscard]] Vector output(const OutputColumn& column, std::span<const uint32_t> rows, bool all);
  /// A stretch of the page's rows of an output column, without copying values.
  [[nodiscard]] Vector output(const OutputColumn& column, const KeyFilter::Stretch& stretch);
  /// A stored column of the page, decoded once; stays until the next page is entered.
  [[nodiscard]] const Vector& decoded(ColumnId column);
  /// The order column of the page, decoded once.
  [[nodiscard]] const Vector& order();

 private:
  bool zones_rule_out(size_t page);
  [[nodiscard]] ZoneVerdict judge_page(size_t page, const ScanPredicate& predicate);
  [[nodiscard]] Vector key_column(size_t column);
  [[nodiscard]] Vector key_constant(size_t column, uint32_t series, size_t size);

  const ScanContext& context_;
  std::optional<Morsel::TimeWindow> window_;
  RowGroupReader reader_;
  KeyFilter keys_;
  BoundWatch bound_;
  uint64_t pages_beyond_bound_ = 0;
  bool cut_ = false;
  size_t page_ = 0;
  KeyFilter::Found found_;
  [[nodiscard]] bool filters_rule_out(size_t page, size_t predicate);
  struct Needed {
    const ScanPredicate* predicate = nullptr;
    DictionaryAnswers* answers = nullptr;  ///< null for the bound, which moves
  };
  std::vector<Needed> needed_;  ///< predicates that must look at the page's rows
  struct Sought {               ///< values of a column with page filters
    std::shared_ptr<const PageFilters> filters;
    std::vector<uint64_t> hashes;
  };
  std::vector<std::optional<Sought>> sought_;        ///< one a column predicate; none: not looked for so far
  std::vector<DictionaryAnswers> answers_;           ///< one a column predicate
  std::deque<std::pair<ColumnId, Vector>> decoded_;  ///< references stay good until the next page
  struct Constant {
    uint64_t generation = 0;  ///< of the reader's series block; 0: none yet
    uint32_t index = 0;
    Vector values;  ///< kVectorSize times the same
  };
  std::vector<Constant> constants_;  ///< one a key column: of the last page that held one series
};

}  // namespace tidemark
