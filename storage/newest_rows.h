#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/hash.h"
#include "storage/scan_context.h"

namespace tidemark {

/// The series whose newest row has come out of a scan with ScanOrder::kNewestOfSeries, with its order: what is older
/// need not be read. Used by one thread, as such a scan has one stream.
class NewestSeries {
 public:
  /// Whether a row of the series that is newer than `order`, and has all values that are wanted, has come out.
  [[nodiscard]] bool is_beaten(std::string_view series, int64_t order) const {
    const auto found = orders_.find(series);
    return found != orders_.end() && found->second > order;
  }
  /// A row with all wanted values has come out (or the last of several rows that have them together). False if that is
  /// one series too many to remember: older rows of it will come out, too.
  bool note(std::string_view series, int64_t order);

 private:
  struct Hash {
    using is_avalanching = void;
    size_t operator()(std::string_view series) const { return hash64(series); }
  };
  /// About 40 MB of names.
  static constexpr size_t kSeriesMax = size_t{1} << 18;

  StringHeap names_;
  boost::unordered_flat_map<std::string_view, int64_t, Hash> orders_;
};

/// Reads a morsel of such a scan: of each series the newest row that passes the predicates, or the newest rows that
/// together hold a value of each of ScanRequest::newest_values; now and then a few more.
[[nodiscard]] std::unique_ptr<MorselReader> open_newest(std::shared_ptr<const ScanContext> context,
                                                        const Morsel& morsel, std::shared_ptr<NewestSeries> newest);

}  // namespace tidemark
