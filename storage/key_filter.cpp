#include "storage/key_filter.h"

#include <algorithm>
#include <utility>

namespace tidemark {
namespace {

/// Whether `first_series` + 0xff >= `bound`.
bool reaches(std::string_view first_series, std::string_view bound) {
  return first_series >= bound ||
         (bound.starts_with(first_series) && static_cast<uint8_t>(bound[first_series.size()]) < 0xff) ||
         bound == std::string(first_series) + '\xff';
}

}  // namespace

KeyFilter::PageRange KeyFilter::pages(RowGroupReader& reader) {
  const std::span<const PageInfo> pages = reader.pages();
  judge_series(reader);
  if (!wanted_) {
    return {.first = 0, .end = pages.size()};
  }
  if (wanted_->empty()) {
    return {};
  }
  const auto first = std::ranges::upper_bound(pages, wanted_->front().first, {}, &PageInfo::first_row) - 1;
  const auto end = std::ranges::lower_bound(first, pages.end(), wanted_->back().end, {}, &PageInfo::first_row);
  return {.first = static_cast<size_t>(first - pages.begin()), .end = static_cast<size_t>(end - pages.begin())};
}

bool KeyFilter::may_hold(RowGroupReader& reader, size_t page) {
  const std::span<const PageInfo> pages = reader.pages();
  const PageInfo& info = pages[page];
  if (info.order_max < range_.order_from || info.order_min > range_.order_to) {
    return false;
  }
  if (range_.series_to && info.first_series >= *range_.series_to) {
    return false;
  }
  // The page's last series is at most the next one's first; keys stored before a widening are prefixes of theirs now.
  if (page + 1 < pages.size() && !reaches(pages[page + 1].first_series, range_.series_from)) {
    return false;
  }
  judge_series(reader);
  if (!wanted_) {
    return true;
  }
  const auto stretch = std::ranges::upper_bound(*wanted_, info.first_row, {}, &Stretch::end);
  return stretch != wanted_->end() && stretch->first < info.first_row + info.rows;
}

/// A test of the series that few pass costs less once for the row group than page by page.
void KeyFilter::judge_series(RowGroupReader& reader) {
  if (!has_test() || std::exchange(judged_, true)) {
    return;
  }
  if (!reader.load_only_series_block()) {
    return;
  }
  wanted_.emplace();
  uint32_t first = 0;
  for (uint32_t index = 0; index < reader.block_series().size(); ++index) {
    const uint32_t end = reader.series_end(index);
    if (wants(reader, index)) {
      if (!wanted_->empty() && wanted_->back().end == first) {
        wanted_->back().end = end;
      } else {
        wanted_->push_back({.first = first, .end = end});
      }
    }
    first = end;
  }
}

bool KeyFilter::wants(RowGroupReader& reader, uint32_t index) {
  if (generation_ != reader.block_generation()) {
    generation_ = reader.block_generation();
    verdicts_.assign(reader.block_series().size(), 0);
  }
  uint8_t& verdict = verdicts_[index];
  if (verdict == 0) {
    const std::string_view series = reader.series(index);
    verdict = range_.holds_series(series) && (!has_test() || (*test_)(series)) ? 2 : 1;
  }
  return verdict == 2;
}

KeyFilter::Found KeyFilter::find(RowGroupReader& reader, size_t page) {
  Found found;
  const PageInfo& info = reader.pages()[page];
  found.runs = reader.series_runs(page);
  const bool all_orders = info.order_min >= range_.order_from && info.order_max <= range_.order_to;
  uint32_t run_first = 0;
  for (const RowGroupReader::SeriesRun& run : found.runs) {
    Stretch stretch{.first = run_first, .end = run.end};
    run_first = run.end;
    if (!wants(reader, run.index)) {
      continue;
    }
    if (!all_orders) {
      if (!found.order) {
        found.order = reader.order(page);
      }
      const auto* orders = found.order->data<int64_t>();
      const auto* first = std::lower_bound(orders + stretch.first, orders + stretch.end, range_.order_from);
      const auto* end = std::upper_bound(first, orders + stretch.end, range_.order_to);
      stretch = {.first = static_cast<uint32_t>(first - orders), .end = static_cast<uint32_t>(end - orders)};
    }
    if (stretch.first == stretch.end) {
      continue;
    }
    if (!found.stretches.empty() && found.stretches.back().end == stretch.first) {
      found.stretches.back().end = stretch.end;
    } else {
      found.stretches.push_back(stretch);
    }
  }
  return found;
}

std::vector<uint32_t> row_numbers(std::span<const KeyFilter::Stretch> stretches) {
  std::vector<uint32_t> rows;
  for (const KeyFilter::Stretch& stretch : stretches) {
    for (uint32_t row = stretch.first; row < stretch.end; ++row) {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace tidemark
