#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "catalog/object_id.h"
#include "storage/zone_map.h"
#include "types/vector.h"

namespace tidemark {

/// What must be known of a page, and of which rows it must consist, so that a caller can do without its rows
/// (performance.md, technique 2).
struct SummaryWish {
  enum class Fact : uint8_t {
    kCount,   ///< how many values there are
    kSum,     ///< their exact sum: integers
    kBounds,  ///< their exact least and greatest: integers, and floats without NaN and zeros of two signs
    kEnds,    ///< the first and the last value with their times: integers and floats of one series
  };
  struct Column {
    ColumnId column = kNoColumn;  ///< stored beside the key
    Fact fact = Fact::kCount;
  };
  std::vector<Column> columns;
  std::vector<ColumnId> keys;  ///< key columns that must have one value throughout the page
  /// Whether all rows whose order lies between the two (included) belong together; unset: they do.
  std::function<bool(int64_t first, int64_t last)> belong_together;
};

/// A page whose rows all pass and all belong together.
struct SummarizedPage {
  struct Column {
    const ZoneMap* zone = nullptr;  ///< null: no row has a value
    int64_t first_time = 0;         ///< kEnds: orders of the first and the last value
    int64_t last_time = 0;
  };
  uint32_t rows = 0;
  int64_t order_min = 0;
  int64_t order_max = 0;
  std::span<const Column> columns;  ///< as in the wish
  std::span<const Vector> keys;     ///< as in the wish, one row each
  bool same_keys = false;           ///< `keys` are those of the page before, from the same reader
};

/// Takes pages in place of their rows. Used by the thread that reads.
class SummaryReceiver {
 public:
  virtual ~SummaryReceiver() = default;
  /// False if the page's rows are wanted after all.
  virtual bool take(const SummarizedPage& page) = 0;
};

}  // namespace tidemark
