#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "catalog/object_id.h"

namespace tidemark {

/// A rectangle of row keys: a range of series and a closed range of order. What scans and merges ask of a source.
struct KeyRange {
  std::string series_from;               ///< smallest series bytes
  std::optional<std::string> series_to;  ///< first series bytes that lie beyond; none: open
  int64_t order_from = INT64_MIN;
  int64_t order_to = INT64_MAX;  ///< included

  [[nodiscard]] bool holds_series(std::string_view series) const {
    return series >= series_from && (!series_to || series < *series_to);
  }
  /// The range of all series that begin with `prefix`.
  static KeyRange of_prefix(std::string_view prefix, int64_t from = INT64_MIN, int64_t to = INT64_MAX);
};

/// The rectangle that rows really cover. All four bounds are taken on or are looser than the truth.
struct KeyBounds {
  std::string series_min;
  std::string series_max;
  int64_t order_min = INT64_MAX;
  int64_t order_max = INT64_MIN;

  [[nodiscard]] bool intersects(const KeyRange& range) const {
    return order_max >= range.order_from && order_min <= range.order_to && series_max >= range.series_from &&
           (!range.series_to || series_min < *range.series_to);
  }
  [[nodiscard]] bool intersects(const KeyBounds& other) const {
    return order_max >= other.order_min && order_min <= other.order_max && series_max >= other.series_min &&
           series_min <= other.series_max;
  }
  /// Makes this the smallest rectangle that holds both.
  void extend(const KeyBounds& other);
};

/// What to read from one source.
struct RunRequest {
  KeyRange range;
  std::span<const ColumnId> columns;  ///< of TableLayout::columns; one that the source lacks comes as constant NULL
  /// Optional: asked once a series whether its rows are wanted; the answer no is binding. Called by the reading thread.
  std::function<bool(std::string_view series)> series_filter;
  /// Of each series only the newest version in the range is wanted; the source may leave out the others.
  bool newest_only = false;
};

}  // namespace tidemark
