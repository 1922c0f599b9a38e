#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "storage/key_range.h"
#include "storage/row_group_reader.h"

namespace tidemark {

/// Finds, in the pages of a row group, the rows whose keys lie in a range and whose series passes a test.
class KeyFilter {
 public:
  /// `test`: optional; both arguments outlive this.
  KeyFilter(const KeyRange& range, const std::function<bool(std::string_view)>* test) : range_(range), test_(test) {}

  struct PageRange {
    size_t first = 0;
    size_t end = 0;
  };
  /// No other pages hold such rows: a row group without a wanted series is done with here.
  [[nodiscard]] PageRange pages(RowGroupReader& reader);
  /// Whether a page may hold such rows: by the sparse index, and, if the row group keeps its series in one block, by
  /// them.
  [[nodiscard]] bool may_hold(RowGroupReader& reader, size_t page);

  struct Stretch {
    uint32_t first = 0;  ///< rows of the page
    uint32_t end = 0;
  };
  struct Found {
    std::vector<RowGroupReader::SeriesRun> runs;  ///< of the whole page
    std::vector<Stretch> stretches;               ///< ascending, not touching each other
    std::optional<Vector> order;                  ///< of the whole page, if it had to be decoded
    [[nodiscard]] bool all(uint32_t rows) const {
      return stretches.size() == 1 && stretches[0].first == 0 && stretches[0].end == rows;
    }
  };
  [[nodiscard]] Found find(RowGroupReader& reader, size_t page);

 private:
  [[nodiscard]] bool wants(RowGroupReader& reader, uint32_t index);
  [[nodiscard]] bool has_test() const { return test_ != nullptr && *test_; }
  void judge_series(RowGroupReader& reader);

  const KeyRange& range_;
  const std::function<bool(std::string_view)>* test_;
  uint64_t generation_ = 0;
  std::vector<uint8_t> verdicts_;  ///< a series of the loaded block: 0 unknown, 1 no, 2 yes
  bool judged_ = false;
  std::optional<std::vector<Stretch>> wanted_;  ///< rows of the row group, of series that pass the test
};

/// The rows of stretches as row numbers.
[[nodiscard]] std::vector<uint32_t> row_numbers(std::span<const KeyFilter::Stretch> stretches);

}  // namespace tidemark
