#include <fmt/format.h>

#include "bench/macro/analytics_bench.h"
#include "bench/macro/analytics_data.h"

namespace tidemark::bench {
namespace {

/// `time` within so many hours, drawn.
std::string drawn_hours(Dialect dialect, Random& random, int64_t hours) {
  const int64_t start =
      (EventData::kStart + random.between(0, EventData::kDays * 24 - hours) * 3600) * int64_t{1'000'000};
  return fmt::format("time >= {} AND time < {}", time_literal(dialect, start),
                     time_literal(dialect, start + hours * 3600 * 1'000'000));
}

void add_groups(std::vector<Question>& questions) {
  questions.push_back(plain_question("count, filtered", "SELECT count(*) FROM events WHERE duration_ms > 500"));
  questions.push_back(plain_question(
      "aggregates of all", "SELECT sum(bytes), avg(duration_ms), min(score), max(amount), count(*) FROM events"));
  questions.push_back(plain_question(
      "group by country", "SELECT country, count(*), avg(duration_ms), sum(bytes) FROM events GROUP BY country"));
  questions.push_back(plain_question(
      "group by country, device, browser",
      "SELECT country, device, browser, count(*), max(amount) FROM events GROUP BY country, device, browser"));
  questions.push_back(worded_question("group by hour and kind", [](Dialect dialect, Random& /*random*/) {
    return fmt::format("SELECT {} AS hour, kind, count(*), avg(score) FROM events GROUP BY hour, kind",
                       time_bucket(dialect, 3600, "time"));
  }));
  questions.push_back(
      plain_question("group by user, top 10",
                     "SELECT user_id, count(*) AS n, sum(amount) FROM events GROUP BY user_id ORDER BY n DESC, "
                     "user_id LIMIT 10"));
  questions.push_back(
      plain_question("group by session, top 10",
                     "SELECT session_id, count(*) AS n, max(duration_ms) FROM events GROUP BY session_id ORDER "
                     "BY n DESC, session_id LIMIT 10"));
  questions.push_back(
      plain_question("group by url, top 10",
                     "SELECT url, count(*) AS n, avg(duration_ms) FROM events GROUP BY url ORDER BY n DESC, url "
                     "LIMIT 10"));
  questions.push_back(
      plain_question("group by title, top 10",
                     "SELECT title, count(*) AS n FROM events GROUP BY title ORDER BY n DESC, title LIMIT 10"));
  questions.push_back(
      plain_question("group by url and country, having",
                     "SELECT url, country, count(*) AS n FROM events GROUP BY url, country HAVING count(*) > "
                     "1000"));
  questions.push_back(
      plain_question("group by an expression",
                     "SELECT status % 9 AS class, width % 7 AS residue, sum(bytes * 2 + 1) FROM events GROUP "
                     "BY class, residue"));
  questions.push_back(
      plain_question("sums under conditions",
                     "SELECT device, sum(CASE WHEN status = 500 THEN 1 ELSE 0 END), count(*) FILTER (WHERE "
                     "amount > 0), sum(amount) FILTER (WHERE kind = 'checkout') FROM events GROUP BY device"));
}

void add_texts(std::vector<Question>& questions) {
  questions.push_back(plain_question("LIKE in the middle", "SELECT count(*) FROM events WHERE url LIKE '%copper/%'"));
  questions.push_back(
      plain_question("LIKE over many texts", "SELECT count(*) FROM events WHERE title LIKE '%winter%tea%'"));
  questions.push_back(plain_question("LIKE and group",
                                     "SELECT kind, count(*), min(url) FROM events WHERE referrer LIKE "
                                     "'https://river%' GROUP BY kind"));
  questions.push_back(worded_question("regular expression", [](Dialect dialect, Random& /*random*/) {
    const std::string match = regex_match(dialect, "title", "^(green|light) .*[0-9]7 (tea|bread)$");
    return match.empty() ? "" : "SELECT count(*) FROM events WHERE " + match;
  }));
  questions.push_back(plain_question("text functions",
                                     "SELECT substr(url, 22, 5) AS part, avg(length(title)), "
                                     "max(upper(browser)) FROM events GROUP BY part"));
  questions.push_back(plain_question("equal texts",
                                     "SELECT count(*), avg(duration_ms) FROM events WHERE country = 'DE' AND kind "
                                     "IN ('search', 'share') AND browser <> 'Chrome'"));
}

void add_orders(std::vector<Question>& questions) {
  questions.push_back(
      plain_question("top 20 rows of a filter",
                     "SELECT time, user_id, url, duration_ms FROM events WHERE kind = 'checkout' ORDER BY "
                     "duration_ms DESC, event_id LIMIT 20"));
  questions.push_back(plain_question("top 20 of all",
                                     "SELECT event_id, score, title FROM events ORDER BY score DESC, event_id "
                                     "LIMIT 20"));
  questions.push_back(worded_question("all columns of an hour, sorted", [](Dialect dialect, Random& random) {
    return fmt::format("SELECT * FROM events WHERE {} ORDER BY amount DESC, event_id LIMIT 1000",
                       drawn_hours(dialect, random, 1));
  }));
  questions.push_back(worded_question("a user's day", [](Dialect dialect, Random& random) {
    const uint64_t user = random.below(1'000);
    return fmt::format("SELECT time, kind, url FROM events WHERE user_id = {} AND {} ORDER BY time, event_id", user,
                       drawn_hours(dialect, random, 24));
  }));
  questions.push_back(plain_question("count distinct users", "SELECT count(DISTINCT user_id) FROM events"));
  questions.push_back(
      plain_question("count distinct by country",
                     "SELECT country, count(DISTINCT user_id), count(DISTINCT url) FROM events GROUP BY country"));
  questions.push_back(
      plain_question("distinct pairs", "SELECT count(*) FROM (SELECT DISTINCT user_id, kind FROM events) AS d"));
}

void add_joins(std::vector<Question>& questions) {
  questions.push_back(
      plain_question("join to users",
                     "SELECT u.plan, count(*), sum(e.amount) FROM events AS e JOIN users AS u ON u.user_id = "
                     "e.user_id GROUP BY u.plan"));
  questions.push_back(
      plain_question("join to a few users",
                     "SELECT u.home, count(*), avg(e.duration_ms) FROM events AS e JOIN users AS u ON u.user_id "
                     "= e.user_id WHERE u.plan = 'business' AND u.age < 20 GROUP BY u.home"));
  questions.push_back(plain_question(
      "semi-join", "SELECT count(*) FROM events WHERE user_id IN (SELECT user_id FROM users WHERE age = 33)"));
  questions.push_back(
      plain_question("anti-join",
                     "SELECT count(*) FROM users AS u WHERE NOT EXISTS (SELECT 1 FROM events AS e WHERE "
                     "e.user_id = u.user_id AND e.kind = 'checkout')"));
  questions.push_back(worded_question("ASOF join", [](Dialect dialect, Random& random) -> std::string {
    const std::string hours = drawn_hours(dialect, random, 48);
    const std::string_view join =
        dialect == Dialect::kDuckDb || dialect == Dialect::kTidemark ? "ASOF JOIN rates AS r ON" : "";
    return join.empty() ? ""
                        : fmt::format(
                              "SELECT e.currency, count(*), sum(e.amount * r.rate) FROM (SELECT currency, time, "
                              "amount FROM events WHERE {}) AS e {} e.currency = r.currency AND e.time >= "
                              "r.time GROUP BY e.currency",
                              hours, join);
  }));
}

void add_windows(std::vector<Question>& questions) {
  questions.push_back(worded_question("gaps between a user's events", [](Dialect dialect, Random& random) {
    return fmt::format(
        "SELECT count(*), max(step) FROM (SELECT event_id - lag(event_id) OVER (PARTITION BY user_id ORDER BY time, "
        "event_id) AS step FROM events WHERE {}) AS steps WHERE step < 1000",
        drawn_hours(dialect, random, 48));
  }));
  questions.push_back(worded_question("first of each user", [](Dialect dialect, Random& random) {
    return fmt::format(
        "SELECT kind, count(*) FROM (SELECT kind, row_number() OVER (PARTITION BY user_id ORDER BY time, event_id) AS "
        "place FROM events WHERE {}) AS places WHERE place = 1 GROUP BY kind",
        drawn_hours(dialect, random, 48));
  }));
  questions.push_back(worded_question("running sum and share", [](Dialect dialect, Random& /*random*/) {
    return fmt::format(
        "SELECT day, country, n, sum(n) OVER (PARTITION BY country ORDER BY day) AS running, rank() OVER (PARTITION BY "
        "day ORDER BY n DESC, country) AS place FROM (SELECT {} AS day, country, count(*) AS n FROM events GROUP BY 1, "
        "2) AS days",
        time_bucket(dialect, 86400, "time"));
  }));
  questions.push_back(worded_question("quantiles by country", [](Dialect dialect, Random& /*random*/) -> std::string {
    const std::string median = quantile(dialect, 0.5, "duration_ms");
    return median.empty() ? ""
                          : fmt::format("SELECT country, {}, {} FROM events GROUP BY country", median,
                                        quantile(dialect, 0.99, "duration_ms"));
  }));
  questions.push_back(
      worded_question("deviation and correlation", [](Dialect dialect, Random& /*random*/) -> std::string {
        return dialect == Dialect::kSqlite ? ""
                                           : "SELECT device, stddev_samp(duration_ms), corr(duration_ms, amount) FROM "
                                             "events GROUP BY device";
      }));
  questions.push_back(worded_question("grouping sets", [](Dialect dialect, Random& /*random*/) -> std::string {
    return dialect == Dialect::kSqlite ? ""
                                       : "SELECT country, device, kind, count(*), sum(bytes) FROM events GROUP BY "
                                         "GROUPING SETS ((country, device), (kind), ())";
  }));
}

}  // namespace

std::vector<Question> analytics_questions() {
  std::vector<Question> questions;
  add_groups(questions);
  add_texts(questions);
  add_orders(questions);
  add_joins(questions);
  add_windows(questions);
  return questions;
}

}  // namespace tidemark::bench
