#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "bench/macro/table_batch.h"

namespace tidemark::bench {

/// The "devops, cpu only" data of the Time Series Benchmark Suite: hosts that report ten whole-number cpu figures every
/// ten seconds, each a random walk clamped to 0 … 100, under ten tags. The same seed gives the same bytes everywhere.
class DevopsData {
 public:
  static constexpr int64_t kStepSeconds = 10;
  static constexpr int64_t kStart = 1'704'067'200;  ///< 2024-01-01 00:00:00 UTC
  static constexpr std::array<std::string_view, 10> kTags = {
      "hostname", "region",          "datacenter",         "rack", "os", "arch", "team",
      "service",  "service_version", "service_environment"};
  static constexpr std::array<std::string_view, 10> kFields = {
      "usage_user", "usage_system",  "usage_idle",  "usage_nice",  "usage_iowait",
      "usage_irq",  "usage_softirq", "usage_steal", "usage_guest", "usage_guest_nice"};

  DevopsData(size_t hosts, uint64_t seed);

  /// The table `cpu`, which line protocol makes.
  static const TableSpec& table();

  [[nodiscard]] size_t hosts() const { return walks_.size(); }
  /// Moves all hosts one step on and appends a row for each.
  void append_step(TableBatch& rows);
  [[nodiscard]] int64_t steps() const { return steps_; }

 private:
  std::vector<std::array<std::string, kTags.size()>> tags_;  ///< one a host
  std::vector<std::array<double, kFields.size()>> walks_;
  Random random_;
  int64_t steps_ = 0;
};

/// Logins of users: time, user, and nothing else; users are drawn with a bias, as people are.
class LoginData {
 public:
  LoginData(size_t users, uint64_t seed) : users_(users), random_(seed) {}
  /// Appends `count` lines `logins,user_id=u17 ok=t <time>`, one second apart at most.
  void append(std::string& lines, size_t count);

 private:
  size_t users_;
  Random random_;
  int64_t time_ns_ = DevopsData::kStart * 1'000'000'000;
};

}  // namespace tidemark::bench
