#include "bench/macro/devops_queries.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/macro/devops_data.h"

namespace tidemark::bench {
namespace {

constexpr std::string_view kOrigin = "timestamptz '1970-01-01 00:00:00+00'";

std::string literal(int64_t epoch_seconds) { return fmt::format("to_timestamp({})", epoch_seconds); }

/// `time >= … and time < …` for a random stretch of so many hours.
std::string time_range(Random& random, int64_t hours_wanted, int64_t hours) {
  const int64_t length = std::min(hours_wanted, hours) * 3600;
  const int64_t latest = hours * 3600 - length;
  const int64_t start = DevopsData::kStart + (latest > 0 ? random.between(0, latest) : 0);
  return fmt::format("time >= {} AND time < {}", literal(start), literal(start + length));
}

std::string host_list(Random& random, size_t count, size_t hosts) {
  std::string list;
  for (size_t i = 0; i < count; ++i) {
    list += fmt::format("{}'host_{}'", i == 0 ? "" : ", ", random.below(hosts));
  }
  return list;
}

std::string columns(std::string_view function, size_t count) {
  std::string list;
  for (size_t i = 0; i < count; ++i) {
    list += fmt::format(", {0}({1}) AS {1}", function, DevopsData::kFields[i]);
  }
  return list;
}

template <size_t fields, size_t host_count, int64_t range_hours>
std::string single_groupby(Random& random, size_t hosts, int64_t hours) {
  return fmt::format(
      "SELECT date_bin('1 minute', time, {}) AS minute{} FROM cpu WHERE hostname IN ({}) AND {} GROUP BY minute ORDER "
      "BY minute",
      kOrigin, columns("max", fields), host_list(random, host_count, hosts), time_range(random, range_hours, hours));
}

template <size_t host_count>
std::string cpu_max_all(Random& random, size_t hosts, int64_t hours) {
  return fmt::format(
      "SELECT date_bin('1 hour', time, {}) AS hour{} FROM cpu WHERE hostname IN ({}) AND {} GROUP BY hour ORDER BY "
      "hour",
      kOrigin, columns("max", DevopsData::kFields.size()), host_list(random, host_count, hosts),
      time_range(random, 8, hours));
}

template <size_t fields>
std::string double_groupby(Random& random, size_t /*hosts*/, int64_t hours) {
  return fmt::format(
      "SELECT date_bin('1 hour', time, {}) AS hour, hostname{} FROM cpu WHERE {} GROUP BY hour, hostname ORDER BY "
      "hour, hostname",
      kOrigin, columns("avg", fields), time_range(random, 12, hours));
}

std::string high_cpu_all(Random& random, size_t /*hosts*/, int64_t hours) {
  return fmt::format("SELECT * FROM cpu WHERE usage_user > 90 AND {}", time_range(random, 12, hours));
}

std::string high_cpu_1(Random& random, size_t hosts, int64_t hours) {
  return fmt::format("SELECT * FROM cpu WHERE usage_user > 90 AND hostname = 'host_{}' AND {}", random.below(hosts),
                     time_range(random, 12, hours));
}

std::string lastpoint(Random& /*random*/, size_t /*hosts*/, int64_t /*hours*/) {
  return "SELECT DISTINCT ON (hostname) * FROM cpu ORDER BY hostname, time DESC";
}

std::string groupby_orderby_limit(Random& random, size_t /*hosts*/, int64_t hours) {
  const int64_t end = DevopsData::kStart + random.between(std::min<int64_t>(1, hours), hours) * 3600;
  return fmt::format(
      "SELECT date_bin('1 minute', time, {}) AS minute, max(usage_user) FROM cpu WHERE time < {} GROUP BY minute ORDER "
      "BY minute DESC LIMIT 5",
      kOrigin, literal(end));
}

std::string hour_by_host(Random& /*random*/, size_t /*hosts*/, int64_t /*hours*/) {
  return fmt::format("SELECT hostname, date_bin('1 hour', time, {}), avg(usage_user) FROM cpu GROUP BY 1, 2", kOrigin);
}

}  // namespace

const std::vector<DevopsQuery>& devops_queries() {
  static const std::vector<DevopsQuery> kQueries = {
      {"single-groupby-1-1-1", single_groupby<1, 1, 1>},
      {"single-groupby-1-1-12", single_groupby<1, 1, 12>},
      {"single-groupby-1-8-1", single_groupby<1, 8, 1>},
      {"single-groupby-5-1-1", single_groupby<5, 1, 1>},
      {"single-groupby-5-1-12", single_groupby<5, 1, 12>},
      {"single-groupby-5-8-1", single_groupby<5, 8, 1>},
      {"cpu-max-all-1", cpu_max_all<1>},
      {"cpu-max-all-8", cpu_max_all<8>},
      {"double-groupby-1", double_groupby<1>},
      {"double-groupby-5", double_groupby<5>},
      {"double-groupby-all", double_groupby<10>},
      {"high-cpu-all", high_cpu_all},
      {"high-cpu-1", high_cpu_1},
      {"lastpoint", lastpoint},
      {"groupby-orderby-limit", groupby_orderby_limit},
      {"hour-by-host", hour_by_host},
  };
  return kQueries;
}

}  // namespace tidemark::bench
