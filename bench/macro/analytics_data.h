#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/random.h"
#include "bench/macro/table_batch.h"

namespace tidemark::bench {

/// A shop's clicks: wide rows in order of time over thirty days, of users who come back, in sessions; columns from two
/// values to almost all distinct, biased as such things are. The same seed gives the same rows everywhere.
class EventData {
 public:
  static constexpr int64_t kStart = 1'704'067'200;  ///< 2024-01-01 00:00:00 UTC
  static constexpr int64_t kDays = 30;

  EventData(size_t rows, uint64_t seed);

  /// `events`, `users` (one a user) and `rates` (what a currency was worth, every ten minutes).
  static const TableSpec& events();
  static const TableSpec& users();
  static const TableSpec& rates();

  [[nodiscard]] size_t user_count() const { return user_count_; }
  /// Appends up to `count` rows; false if there was none left.
  bool append_events(TableBatch& batch, size_t count);
  bool append_users(TableBatch& batch, size_t count);
  bool append_rates(TableBatch& batch, size_t count);

 private:
  size_t rows_;
  size_t user_count_;
  std::vector<std::string> urls_;
  std::vector<std::string> referrers_;
  Random random_;
  size_t events_done_ = 0;
  size_t users_done_ = 0;
  size_t rates_done_ = 0;
};

}  // namespace tidemark::bench
