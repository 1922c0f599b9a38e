#include "bench/macro/devops_queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "bench/macro/devops_data.h"
#include "bench/macro/http_client.h"

namespace tidemark::bench {
namespace {

/// The shape of a set, and whether drawn ranges keep to the edges of buckets.
struct Extent {
  size_t hosts;
  int64_t hours;
  bool aligned = false;
};

/// A stretch of time, microseconds since 1970, [first, last).
struct TimeSpan {
  int64_t first_us;
  int64_t last_us;
};

/// A random stretch of so many hours, for buckets of so many seconds.
TimeSpan draw_span(Random& random, int64_t hours_wanted, int64_t bucket_seconds, const Extent& extent) {
  const int64_t length = std::min(hours_wanted, extent.hours) * 3600;
  const int64_t latest = extent.hours * 3600 - length;
  int64_t start = DevopsData::kStart + (latest > 0 ? random.between(0, latest) : 0);
  if (extent.aligned) {
    start -= start % bucket_seconds;
  }
  return {start * 1'000'000, (start + length) * 1'000'000};
}

std::vector<size_t> draw_hosts(Random& random, size_t count, const Extent& extent) {
  std::vector<size_t> hosts;
  while (hosts.size() < std::min(count, extent.hosts)) {
    const size_t host = random.below(extent.hosts);
    if (std::find(hosts.begin(), hosts.end(), host) == hosts.end()) {
      hosts.push_back(host);
    }
  }
  return hosts;
}

std::string within(Dialect dialect, const TimeSpan& span) {
  return fmt::format("time >= {} AND time < {}", time_literal(dialect, span.first_us),
                     time_literal(dialect, span.last_us));
}

std::string host_list(const std::vector<size_t>& hosts) {
  std::string list;
  for (const size_t host : hosts) {
    list += fmt::format("{}'host_{}'", list.empty() ? "" : ", ", host);
  }
  return list;
}

std::string aggregates(std::string_view function, size_t count) {
  std::string list;
  for (size_t i = 0; i < count; ++i) {
    list += fmt::format(", {0}({1}) AS {0}_{1}", function, DevopsData::kFields[i]);
  }
  return list;
}

/// MetricsQL over a range: a value a bucket, at the bucket's last second, so that its window (t - bucket, t] is the
/// bucket. Without its cache: draws are new each time anyway.
std::string range_query(const std::string& expression, const TimeSpan& span, int64_t bucket_seconds) {
  const int64_t first = span.first_us / 1'000'000 / bucket_seconds * bucket_seconds + bucket_seconds - 1;
  return fmt::format("/api/v1/query_range?query={}&start={}&end={}&step={}&nocache=1", percent_encode(expression),
                     first, span.last_us / 1'000'000 - 1, bucket_seconds);
}

/// The first `count` fields as names of metrics.
std::string metric_pattern(size_t count) {
  std::string pattern;
  for (size_t i = 0; i < count; ++i) {
    pattern += fmt::format("{}cpu_{}", i == 0 ? "" : "|", DevopsData::kFields[i]);
  }
  return pattern;
}

/// All columns, in an order of our own: each engine made them in its own.
std::string all_columns() {
  std::string list;
  for (const ColumnSpec& column : DevopsData::table().columns) {
    list += (list.empty() ? "" : ", ") + column.name;
  }
  return list;
}

/// Two wordings, of free and of aligned draws.
template <class Words>
Question drawn_question(std::string name, const Extent& extent, Words words) {
  Extent aligned = extent;
  aligned.aligned = true;
  return {std::move(name),
          [=](Dialect dialect, Random& random) -> std::string { return words(extent, dialect, random); },
          [=](Dialect dialect, Random& random) -> std::string { return words(aligned, dialect, random); }};
}

/// The greatest of some fields of some hosts, by minute or hour.
Question max_by_bucket(std::string name, size_t fields, size_t host_count, int64_t range_hours, int64_t bucket_seconds,
                       const Extent& whole) {
  return drawn_question(std::move(name), whole, [=](const Extent& extent, Dialect dialect, Random& random) {
    const std::vector<size_t> hosts = draw_hosts(random, host_count, extent);
    const TimeSpan span = draw_span(random, range_hours, bucket_seconds, extent);
    if (dialect == Dialect::kMetricsQl) {
      std::string host_pattern;
      for (const size_t host : hosts) {
        host_pattern += fmt::format("{}host_{}", host_pattern.empty() ? "" : "|", host);
      }
      return range_query(fmt::format("max(max_over_time({{__name__=~\"{}\", hostname=~\"{}\"}}[{}s])) by (__name__)",
                                     metric_pattern(fields), host_pattern, bucket_seconds),
                         span, bucket_seconds);
    }
    return fmt::format("SELECT {} AS bucket{} FROM cpu WHERE hostname IN ({}) AND {} GROUP BY bucket ORDER BY bucket",
                       time_bucket(dialect, bucket_seconds, "time"), aggregates("max", fields), host_list(hosts),
                       within(dialect, span));
  });
}

/// The average of some fields of all hosts, by host and hour.
Question double_groupby(std::string name, size_t fields, const Extent& whole) {
  return drawn_question(std::move(name), whole, [=](const Extent& extent, Dialect dialect, Random& random) {
    const TimeSpan span = draw_span(random, 12, 3600, extent);
    if (dialect == Dialect::kMetricsQl) {
      return range_query(
          fmt::format("avg(avg_over_time({{__name__=~\"{}\"}}[1h])) by (__name__, hostname)", metric_pattern(fields)),
          span, 3600);
    }
    return fmt::format(
        "SELECT {} AS hour, hostname{} FROM cpu WHERE {} GROUP BY hour, hostname ORDER BY hour, hostname",
        time_bucket(dialect, 3600, "time"), aggregates("avg", fields), within(dialect, span));
  });
}

/// Whole rows of busy moments.
Question high_cpu(std::string name, bool one_host, const Extent& extent) {
  return {std::move(name), [=](Dialect dialect, Random& random) -> std::string {
            const TimeSpan span = draw_span(random, 12, 1, extent);
            const std::string host =
                one_host ? fmt::format(" AND hostname = 'host_{}'", random.below(extent.hosts)) : "";
            if (dialect == Dialect::kMetricsQl) {
              return "";
            }
            return fmt::format("SELECT {} FROM cpu WHERE usage_user > 90{} AND {}", all_columns(), host,
                               within(dialect, span));
          }};
}

std::string lastpoint(Dialect dialect, Random& /*random*/) {
  switch (dialect) {
    case Dialect::kMetricsQl:
      return "";
    case Dialect::kPostgres:
    case Dialect::kSqlite:
      // Their planners do not skip from host to host in the key by themselves; asked so, they do.
      return fmt::format(
          "WITH RECURSIVE hosts(host) AS (SELECT min(hostname) FROM cpu UNION ALL SELECT (SELECT min(hostname) FROM "
          "cpu "
          "WHERE hostname > host) FROM hosts WHERE host IS NOT NULL) SELECT {} FROM hosts JOIN cpu ON hostname = host "
          "AND time = (SELECT max(time) FROM cpu WHERE hostname = host)",
          all_columns());
    case Dialect::kDuckDb:
      // Faster in DuckDB than DISTINCT ON.
      return fmt::format(
          "SELECT {} FROM (SELECT hostname, max(time) AS time FROM cpu GROUP BY hostname) AS latest JOIN cpu USING "
          "(hostname, time)",
          all_columns());
    case Dialect::kTidemark:
      break;
  }
  return fmt::format("SELECT DISTINCT ON (hostname) {} FROM cpu ORDER BY hostname, time DESC", all_columns());
}

Question groupby_orderby_limit(const Extent& whole) {
  return drawn_question("groupby-orderby-limit", whole, [=](const Extent& extent, Dialect dialect, Random& random) {
    const int64_t first = std::min<int64_t>(1, extent.hours);
    const int64_t end_us = (DevopsData::kStart + random.between(first, extent.hours) * 3600) * 1'000'000;
    if (dialect == Dialect::kMetricsQl) {
      // It has no LIMIT of this kind; told which five minutes these are, it answers the same.
      return range_query("max(max_over_time(cpu_usage_user[60s]))", {end_us - 300'000'000, end_us}, 60);
    }
    return fmt::format(
        "SELECT {} AS minute, max(usage_user) FROM cpu WHERE time < {} GROUP BY minute ORDER BY minute DESC LIMIT 5",
        time_bucket(dialect, 60, "time"), time_literal(dialect, end_us));
  });
}

std::string hour_by_host(Dialect dialect, Random& /*random*/) {
  return dialect == Dialect::kMetricsQl
             ? ""
             : fmt::format("SELECT hostname, {} AS hour, avg(usage_user) FROM cpu GROUP BY hostname, hour",
                           time_bucket(dialect, 3600, "time"));
}

}  // namespace

std::vector<Question> devops_questions(size_t hosts, int64_t hours) {
  const Extent extent{hosts, hours};
  constexpr size_t kAll = DevopsData::kFields.size();
  return {
      max_by_bucket("single-groupby-1-1-1", 1, 1, 1, 60, extent),
      max_by_bucket("single-groupby-1-1-12", 1, 1, 12, 60, extent),
      max_by_bucket("single-groupby-1-8-1", 1, 8, 1, 60, extent),
      max_by_bucket("single-groupby-5-1-1", 5, 1, 1, 60, extent),
      max_by_bucket("single-groupby-5-1-12", 5, 1, 12, 60, extent),
      max_by_bucket("single-groupby-5-8-1", 5, 8, 1, 60, extent),
      max_by_bucket("cpu-max-all-1", kAll, 1, 8, 3600, extent),
      max_by_bucket("cpu-max-all-8", kAll, 8, 8, 3600, extent),
      double_groupby("double-groupby-1", 1, extent),
      double_groupby("double-groupby-5", 5, extent),
      double_groupby("double-groupby-all", kAll, extent),
      high_cpu("high-cpu-all", false, extent),
      high_cpu("high-cpu-1", true, extent),
      {"lastpoint", lastpoint},
      groupby_orderby_limit(extent),
      {"hour-by-host", hour_by_host},
  };
}

}  // namespace tidemark::bench
