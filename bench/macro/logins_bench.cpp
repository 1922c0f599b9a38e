#include "bench/macro/logins_bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/macro/devops_data.h"
#include "bench/macro/rate.h"

namespace tidemark::bench {
namespace {

const TableSpec& logins_table() {
  static const TableSpec kTable = {.name = "logins",
                                   .columns = {{"time", ColumnKind::kTime},
                                               {"user_id", ColumnKind::kInteger},
                                               {"device", ColumnKind::kText},
                                               {"ok", ColumnKind::kInteger}},
                                   .key = {},
                                   .indexes = {{"user_id", "time"}, {"time"}}};
  return kTable;
}

const TableSpec& counters_table() {
  static const TableSpec kTable = {
      .name = "counters",
      .columns = {{"user_id", ColumnKind::kInteger}, {"count", ColumnKind::kInteger}, {"latest", ColumnKind::kTime}},
      .key = {"user_id"}};
  return kTable;
}

int64_t login_time_us(size_t row) { return DevopsData::kStart * 1'000'000 + static_cast<int64_t>(row) * 50'000; }

std::vector<Question> logins_questions(size_t users) {
  return {
      plain_question("count by user", "SELECT user_id, count(*) FROM logins GROUP BY user_id"),
      plain_question("most active users",
                     "SELECT user_id, count(*) AS n FROM logins GROUP BY user_id ORDER BY n DESC, user_id LIMIT 10"),
      plain_question("failures by device", "SELECT device, count(*), sum(1 - ok) FROM logins GROUP BY device"),
      worded_question("logins by hour",
                      [](Dialect dialect, Random& /*random*/) {
                        return fmt::format(
                            "SELECT {} AS hour, count(*), count(DISTINCT user_id) FROM logins GROUP BY hour",
                            time_bucket(dialect, 3600, "time"));
                      }),
      worded_question("one user's logins",
                      [users](Dialect /*dialect*/, Random& random) {
                        return fmt::format("SELECT time, device, ok FROM logins WHERE user_id = {} ORDER BY time",
                                           random.below(users));
                      }),
      plain_question(
          "latest login of each user",
          "SELECT user_id, max(time) AS latest FROM logins GROUP BY user_id ORDER BY latest DESC, user_id LIMIT 100"),
      plain_question(
          "previous login",
          "SELECT count(*) FROM (SELECT ok, lag(ok) OVER (PARTITION BY user_id ORDER BY time) AS before FROM logins) "
          "AS pairs WHERE ok = 0 AND before = 0"),
      plain_question(
          "first login of each user",
          "SELECT device, count(*) FROM (SELECT device, row_number() OVER (PARTITION BY user_id ORDER BY time) AS "
          "place FROM logins) AS places WHERE place = 1 GROUP BY device"),
  };
}

/// One login raises its user's counter: a look-up, an update or insert, and a commit of its own.
std::string raise_counter(Dialect dialect, Random& random, size_t users) {
  const uint64_t user = random.below(users);
  const std::string time = time_literal(dialect, login_time_us(random.below(1'000'000)));
  return fmt::format(
      "INSERT INTO counters (user_id, count, latest) VALUES ({}, 1, {}) ON CONFLICT (user_id) DO UPDATE SET count = "
      "counters.count + 1, latest = excluded.latest",
      user, time);
}

}  // namespace

Report run_logins(const LoginsOptions& options) {
  constexpr size_t kBatchRows = 50'000;
  const TemporaryFolder folder;
  const auto peers = open_peers(options.against, folder.path());
  Report report(fmt::format("logins: {} logins of {} users", options.rows, options.users));
  add_machine(report);
  Random random(options.effort.seed);
  size_t done = 0;
  load_peers(report, peers, logins_table(), 1, [&](TableBatch& batch) {
    const size_t end = std::min(options.rows, done + kBatchRows);
    for (; done < end; ++done, ++batch.size) {
      // The smaller of two draws: low numbers log in more often.
      const uint64_t user = std::min(random.below(options.users), random.below(options.users));
      batch.columns[0].integers.push_back(login_time_us(done));
      batch.columns[1].integers.push_back(static_cast<int64_t>(user));
      batch.columns[2].add_text(user % 3 == 0 ? "phone" : user % 3 == 1 ? "laptop" : "watch");
      batch.columns[3].integers.push_back(random.below(50) == 0 ? 0 : 1);
    }
    return batch.size > 0;
  });
  const auto comparisons = compare(peers, logins_questions(options.users), options.effort);
  add_comparisons(report, "Queries, medians", peers, comparisons);
  add_percentiles(report, peers, comparisons);

  for (const auto& peer : peers) {
    peer->create(counters_table());
  }
  const size_t users = options.users;
  const std::vector<Question> upserts = {{"raise a counter, durable", [users](Dialect dialect, Random& draws) {
                                            return dialect == Dialect::kMetricsQl
                                                       ? ""
                                                       : raise_counter(dialect, draws, users);
                                          }}};
  for (const size_t clients : {size_t{1}, size_t{4}}) {
    add_rates(report, peers, upserts, clients, options.effort.seed);
  }
  return report;
}

}  // namespace tidemark::bench
