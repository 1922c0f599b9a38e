#pragma once

#include <vector>

#include "storage/page_summary.h"
#include "storage/row_group_scan.h"

namespace tidemark {

/// Gives pages of one row group away as their zone maps, where these tell all that is wished for.
class PageSummarizer {
 public:
  /// All outlive it.
  PageSummarizer(const TableLayout& layout, const SummaryWish& wish, SummaryReceiver& receiver, RowGroupScan& rows)
      : layout_(layout), wish_(wish), receiver_(receiver), rows_(rows) {}

  /// Whether the page's rows need not be read, as the receiver has got the page. Precondition: all rows pass, `found`
  /// came from `rows.find_keys()`.
  bool give_away(size_t page, const KeyFilter::Found& found);

 private:
  bool take_keys(const KeyFilter::Found& found);
  bool take_column(size_t page, const SummaryWish::Column& column);

  const TableLayout& layout_;
  const SummaryWish& wish_;
  SummaryReceiver& receiver_;
  RowGroupScan& rows_;
  uint64_t generation_ = 0;  ///< of the series block that `keys_` came from; 0: none
  uint32_t series_ = 0;
  bool same_keys_ = false;
  std::vector<Vector> keys_;
  std::vector<SummarizedPage::Column> columns_;
};

}  // namespace tidemark
