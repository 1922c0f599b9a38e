#include "bench/macro/analytics_data.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace tidemark::bench {
namespace {

constexpr std::array<std::string_view, 24> kCountries = {"US", "IN", "DE", "BR", "GB", "FR", "JP", "ID",
                                                         "CA", "IT", "ES", "MX", "KR", "NL", "TR", "PL",
                                                         "AU", "SE", "CH", "AT", "PT", "FI", "NZ", "IS"};
constexpr std::array<std::string_view, 4> kDevices = {"phone", "desktop", "tablet", "tv"};
constexpr std::array<std::string_view, 9> kBrowsers = {"Chrome", "Safari",  "Firefox", "Edge", "Opera",
                                                       "Brave",  "Samsung", "Vivaldi", "Links"};
constexpr std::array<std::string_view, 12> kKinds = {"view",        "click",           "scroll", "search",
                                                     "add_to_cart", "checkout",        "refund", "signup",
                                                     "login",       "checkout_failed", "share",  "logout"};
constexpr std::array<std::string_view, 8> kCurrencies = {"USD", "EUR", "INR", "BRL", "GBP", "JPY", "CHF", "SEK"};
constexpr std::array<std::string_view, 4> kPlans = {"free", "basic", "plus", "business"};
constexpr std::array<std::string_view, 16> kWords = {"green", "shoes", "garden", "light", "steel",  "winter",
                                                     "paper", "river", "camera", "bread", "harbor", "violet",
                                                     "clock", "linen", "copper", "tea"};
constexpr std::array<int64_t, 6> kStatus = {200, 200, 200, 304, 404, 500};
constexpr size_t kUrls = 20'000;
constexpr size_t kReferrers = 3'000;
constexpr int64_t kRateStepSeconds = 600;

/// In [0, bound), low numbers far more often: the cube of a uniform.
size_t skewed(Random& random, size_t bound) {
  const double uniform = random.uniform();
  return std::min(bound - 1, static_cast<size_t>(uniform * uniform * uniform * static_cast<double>(bound)));
}

std::string_view word(Random& random) { return kWords[random.below(kWords.size())]; }

double rounded(double value, double scale) { return std::round(value * scale) / scale; }

}  // namespace

EventData::EventData(size_t rows, uint64_t seed)
    : rows_(rows), user_count_(std::max<size_t>(rows / 20, 10)), random_(seed) {
  for (size_t i = 0; i < kUrls; ++i) {
    std::string url = "https://shop.example/";
    url += word(random_);
    url += '/';
    url += word(random_);
    url += "-" + std::to_string(i) + (i % 7 == 0 ? "?sort=price&page=" + std::to_string(i % 13) : "");
    urls_.push_back(std::move(url));
  }
  for (size_t i = 0; i < kReferrers; ++i) {
    referrers_.push_back("https://" + std::string(word(random_)) + std::to_string(i % 500) + ".example/" +
                         std::string(word(random_)) + "?q=" + std::to_string(i));
  }
}

const TableSpec& EventData::events() {
  static const TableSpec kTable = {.name = "events",
                                   .columns = {{"time", ColumnKind::kTime},
                                               {"event_id", ColumnKind::kInteger},
                                               {"user_id", ColumnKind::kInteger},
                                               {"session_id", ColumnKind::kInteger},
                                               {"country", ColumnKind::kText},
                                               {"device", ColumnKind::kText},
                                               {"browser", ColumnKind::kText},
                                               {"kind", ColumnKind::kText},
                                               {"url", ColumnKind::kText},
                                               {"referrer", ColumnKind::kText},
                                               {"title", ColumnKind::kText},
                                               {"currency", ColumnKind::kText},
                                               {"status", ColumnKind::kInteger},
                                               {"bytes", ColumnKind::kInteger},
                                               {"width", ColumnKind::kInteger},
                                               {"duration_ms", ColumnKind::kFloat},
                                               {"amount", ColumnKind::kFloat},
                                               {"score", ColumnKind::kFloat}},
                                   .key = {},
                                   .indexes = {{"time"}, {"user_id"}}};
  return kTable;
}

const TableSpec& EventData::users() {
  static const TableSpec kTable = {.name = "users",
                                   .columns = {{"user_id", ColumnKind::kInteger},
                                               {"plan", ColumnKind::kText},
                                               {"home", ColumnKind::kText},
                                               {"age", ColumnKind::kInteger}},
                                   .key = {"user_id"}};
  return kTable;
}

const TableSpec& EventData::rates() {
  static const TableSpec kTable = {
      .name = "rates",
      .columns = {{"currency", ColumnKind::kText}, {"time", ColumnKind::kTime}, {"rate", ColumnKind::kFloat}},
      .key = {"currency", "time"}};
  return kTable;
}

bool EventData::append_events(TableBatch& batch, size_t count) {
  const size_t end = std::min(rows_, events_done_ + count);
  const double step_us = static_cast<double>(kDays) * 86400e6 / static_cast<double>(rows_);
  for (; events_done_ < end; ++events_done_) {
    const size_t row = events_done_;
    auto* column = batch.columns.data();
    const size_t user = skewed(random_, user_count_);
    const size_t kind = skewed(random_, kKinds.size());
    (column++)->integers.push_back(kStart * 1'000'000 +
                                   static_cast<int64_t>((static_cast<double>(row) + random_.uniform()) * step_us));
    (column++)->integers.push_back(static_cast<int64_t>(row));
    (column++)->integers.push_back(static_cast<int64_t>(user));
    (column++)->integers.push_back(static_cast<int64_t>(user * 1'000 + row / 50'000));
    (column++)->add_text(kCountries[(user * 7 + skewed(random_, 3)) % kCountries.size()]);
    (column++)->add_text(kDevices[skewed(random_, kDevices.size())]);
    (column++)->add_text(kBrowsers[skewed(random_, kBrowsers.size())]);
    (column++)->add_text(kKinds[kind]);
    (column++)->add_text(urls_[skewed(random_, urls_.size())]);
    (column++)->add_text(random_.below(3) == 0 ? std::string_view() : referrers_[skewed(random_, referrers_.size())]);
    std::string title(word(random_));
    title += ' ';
    title += word(random_);
    title += ' ' + std::to_string(random_.below(1'000)) + ' ';
    title += word(random_);
    (column++)->add_text(title);
    (column++)->add_text(kCurrencies[user % kCurrencies.size()]);
    (column++)->integers.push_back(kStatus[skewed(random_, kStatus.size())]);
    (column++)->integers.push_back(static_cast<int64_t>(skewed(random_, 5'000'000)));
    (column++)->integers.push_back(320 + static_cast<int64_t>(random_.below(40)) * 40);
    (column++)->floats.push_back(rounded(-120 * std::log(1 - random_.uniform()), 1'000));
    (column++)->floats.push_back(kind >= 4 && kind <= 6 ? rounded(random_.uniform() * 300, 100) : 0);
    (column++)->floats.push_back(random_.uniform());
    ++batch.size;
  }
  return batch.size > 0;
}

bool EventData::append_users(TableBatch& batch, size_t count) {
  const size_t end = std::min(user_count_, users_done_ + count);
  for (; users_done_ < end; ++users_done_) {
    batch.columns[0].integers.push_back(static_cast<int64_t>(users_done_));
    batch.columns[1].add_text(kPlans[skewed(random_, kPlans.size())]);
    batch.columns[2].add_text(kCountries[(users_done_ * 7) % kCountries.size()]);
    batch.columns[3].integers.push_back(18 + static_cast<int64_t>(random_.below(70)));
    ++batch.size;
  }
  return batch.size > 0;
}

bool EventData::append_rates(TableBatch& batch, size_t count) {
  const size_t all = kCurrencies.size() * static_cast<size_t>(kDays * 86400 / kRateStepSeconds);
  const size_t end = std::min(all, rates_done_ + count);
  for (; rates_done_ < end; ++rates_done_) {
    const size_t currency = rates_done_ % kCurrencies.size();
    batch.columns[0].add_text(kCurrencies[currency]);
    batch.columns[1].integers.push_back(
        (kStart + static_cast<int64_t>(rates_done_ / kCurrencies.size()) * kRateStepSeconds) * 1'000'000);
    batch.columns[2].floats.push_back(rounded(0.5 + static_cast<double>(currency) + random_.uniform() * 0.1, 10'000));
    ++batch.size;
  }
  return batch.size > 0;
}

}  // namespace tidemark::bench
