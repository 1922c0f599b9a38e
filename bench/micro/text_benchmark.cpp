// What comes in as text: SQL to a tree and to a plan, rows of INSERT, line protocol to columns.

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <filesystem>
#include <string>

#include "base/random.h"
#include "parser/line_protocol.h"
#include "parser/sql_parser.h"
#include "tidemark/database.h"

namespace tidemark {
namespace {

constexpr const char* kShort = "SELECT time, usage_user FROM cpu WHERE hostname = 'host_{}' AND time >= '2024-01-01'";
constexpr const char* kLong =
    "SELECT date_bin('1 minute', time, timestamptz '1970-01-01') AS minute, max(usage_user) AS a, avg(usage_system) AS "
    "b FROM cpu WHERE hostname IN ('host_1', 'host_{}', 'host_3') AND time >= '2024-01-01' AND time < '2024-01-02' "
    "GROUP BY minute HAVING count(*) > 3 ORDER BY minute DESC LIMIT 10";

std::string statement(const char* form, int64_t number) { return fmt::format(fmt::runtime(form), number); }

void count_bytes(benchmark::State& state, size_t bytes) {
  state.SetBytesProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(bytes));
}

void parse_select(benchmark::State& state, const char* form) {
  warm_up_sql_parser();
  const std::string text = statement(form, 17);
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_sql(text));
  }
  count_bytes(state, text.size());
}
BENCHMARK_CAPTURE(parse_select, short, kShort);
BENCHMARK_CAPTURE(parse_select, long, kLong);

void parse_insert(benchmark::State& state) {
  std::string text = "INSERT INTO t VALUES (1, 'one', 1.5, '2024-01-01 00:00:00')";
  for (int64_t row = 1; row < state.range(0); ++row) {
    text += fmt::format(", ({}, 'text {}', {}.25, '2024-01-01 00:00:{:02}')", row, row, row, row % 60);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_sql(text));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * state.range(0));
}
BENCHMARK(parse_insert)->ArgName("rows")->Arg(1)->Arg(100)->Arg(10'000);

/// A folder with the table `cpu`, gone in the end.
class PlanFixture : public benchmark::Fixture {
 public:
  void SetUp(benchmark::State& /*state*/) override {
    folder_ = std::filesystem::temp_directory_path() / "tidemark-text-benchmark";
    std::filesystem::remove_all(folder_);
    database_ = Database::open(folder_);
    connection_ = database_->connect();
    connection_->query(
        "CREATE TABLE cpu (hostname text, time timestamptz, usage_user bigint, usage_system bigint, PRIMARY KEY "
        "(hostname, time))");
    connection_->query("INSERT INTO cpu VALUES ('host_1', '2024-01-01', 1, 2)");
  }
  void TearDown(benchmark::State& /*state*/) override {
    connection_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

 protected:
  /// Each statement is a new text, as clients without parameters send them.
  void plan(benchmark::State& state, const char* form) {
    int64_t number = 0;
    for (auto _ : state) {
      benchmark::DoNotOptimize(connection_->prepare(statement(form, number++), {}));
    }
  }

  std::string folder_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};
BENCHMARK_F(PlanFixture, plan_short)(benchmark::State& state) { plan(state, kShort); }
BENCHMARK_F(PlanFixture, plan_long)(benchmark::State& state) { plan(state, kLong); }

void parse_lines(benchmark::State& state) {
  constexpr size_t kRows = 10'000;
  Random random(1);
  std::string lines;
  for (size_t row = 0; row < kRows; ++row) {
    lines += fmt::format(
        "cpu,hostname=host_{},region=eu-west-1,datacenter=eu-west-1b,rack=17,os=Ubuntu16.10,arch=x64,team=NYC,service="
        "3,"
        "service_version=1,service_environment=production ",
        row % 100);
    for (int field = 0; field < 10; ++field) {
      lines += state.range(0) == 0 ? fmt::format("usage_{}={}i", field, random.below(100))
                                   : fmt::format("usage_{}={:.3f}", field, random.uniform() * 100);
      lines += field == 9 ? ' ' : ',';
    }
    lines += fmt::format("{}\n", 1'704'067'200'000'000'000 + static_cast<int64_t>(row / 100) * 10'000'000'000);
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(parse_line_protocol(lines, 1, 0));
  }
  state.SetItemsProcessed(static_cast<int64_t>(state.iterations()) * static_cast<int64_t>(kRows));
  count_bytes(state, lines.size());
}
BENCHMARK(parse_lines)->ArgName("floats")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemark

BENCHMARK_MAIN();
