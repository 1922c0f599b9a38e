// The store where it is large: rows in shuffled order, many segments at a start, replay of the log, millions of series,
// bytes a value of the devops set. Each runs once; memory is what the process has at most ("peak MiB"), so run one at a
// time (--benchmark_filter) to read it.

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <numeric>

#include "base/random.h"
#include "bench/micro/metrics_store.h"
#include "storage/manifest.h"

namespace tidemark::bench_store {
namespace {

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

/// Walks as the devops set has them: `fields` a host, steps of a normal distribution, between 0 and 100.
class Walks {
 public:
  Walks(size_t hosts, size_t fields) : fields_(fields), levels_(hosts * fields) {
    for (double& level : levels_) {
      level = static_cast<double>(random_.between(0, 100));
    }
  }
  int64_t next(size_t host, size_t field) {
    double& level = levels_[host * fields_ + field];
    double step = -6;
    for (int i = 0; i < 12; ++i) {
      step += random_.uniform();
    }
    level = std::clamp(level + step, 0.0, 100.0);
    return static_cast<int64_t>(level);
  }

 private:
  Random random_{1};
  size_t fields_;
  std::vector<double> levels_;
};

/// Row i of a set in order of time: host i % hosts.
RowBatch batch_of(std::span<const uint32_t> rows, size_t hosts, ColumnId fields) {
  RowBatch batch;
  batch.table = kTable;
  batch.operation = RowOperation::kMerge;
  std::vector<uint32_t> place(hosts, UINT32_MAX);
  for (ColumnId field = 0; field < fields; ++field) {
    batch.columns.push_back({kFirstField + field, Vector::flat(TypeId::kInt64, rows.size()), {}});
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t host = rows[i] % hosts;
    if (place[host] == UINT32_MAX) {
      place[host] = static_cast<uint32_t>(batch.series.size());
      batch.series.push_back(series_of(host));
    }
    batch.row_series.push_back(place[host]);
    batch.order.push_back(kStart + static_cast<int64_t>(rows[i] / hosts) * kStep);
    for (ColumnId field = 0; field < fields; ++field) {
      batch.columns[field].values.mutable_data<int64_t>()[i] = (rows[i] >> field) % 101;
    }
  }
  return batch;
}

/// 10,000,000 rows of 100 hosts, to the last acknowledgement; then until background work is quiet.
void ingest_ten_million_rows(benchmark::State& state) {
  constexpr size_t kRows = 10'000'000;
  constexpr ColumnId kFields = 4;
  std::vector<uint32_t> order(kRows);
  std::iota(order.begin(), order.end(), 0);
  if (state.range(0) != 0) {
    Random random(1);
    for (size_t i = kRows; i > 1; --i) {
      std::swap(order[i - 1], order[random.below(i)]);
    }
  }
  for ([[maybe_unused]] auto _ : state) {
    const OpenStore open;
    open.create(metrics_table(kFields));
    int64_t write_ns = 0;
    for (size_t row = 0; row < kRows; row += kBatchRows) {
      RowBatch batch = batch_of(std::span(order).subspan(row, kBatchRows), 100, kFields);
      const int64_t before = open.clock.steady_ns();
      open.store->commit(one_change(std::move(batch)), {});
      write_ns += open.clock.steady_ns() - before;
    }
    const int64_t start = open.clock.steady_ns();
    open.store->compact(kTable);
    state.counters["compact s"] = static_cast<double>(open.clock.steady_ns() - start) / 1e9;
    state.counters["waits"] = static_cast<double>(open.store->metrics().writer_waits);
    state.SetIterationTime(static_cast<double>(write_ns) / 1e9);
  }
  state.SetItemsProcessed(kRows);
  state.counters["peak MiB"] = peak_mib();
}
BENCHMARK(ingest_ten_million_rows)
    ->ArgName("shuffled")
    ->Arg(0)
    ->Arg(1)
    ->Iterations(1)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond);

/// One row of each of 10,000,000 series, in arbitrary order; then a count, a look-up, a restart and a count.
void ten_million_series(benchmark::State& state) {
  constexpr size_t kSeries = 10'000'000;
  const auto count = [](const Store& store) {
    ScanRequest request;
    request.columns = {kHost, kFirstField};
    const auto scan = store.snapshot()->table(kTable)->scan(request);
    size_t rows = 0;
    DataChunk chunk;
    for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
      for (const auto reader = scan->open(morsel); reader->next(chunk);) {
        rows += chunk.size;
      }
    }
    return rows;
  };
  for ([[maybe_unused]] auto _ : state) {
    OpenStore open;
    open.create(metrics_table(1));
    const int64_t start = open.clock.steady_ns();
    for (size_t row = 0; row < kSeries; row += kBatchRows) {
      RowBatch batch;
      batch.table = kTable;
      batch.operation = RowOperation::kMerge;
      batch.columns.push_back({kFirstField, Vector::flat(TypeId::kInt64, kBatchRows), {}});
      for (size_t i = 0; i < kBatchRows; ++i) {
        batch.series.push_back(series_of((row + i) * 7'919 % kSeries));
        batch.row_series.push_back(static_cast<uint32_t>(i));
        batch.order.push_back(kStart);
        batch.columns[0].values.mutable_data<int64_t>()[i] = static_cast<int64_t>(row + i);
      }
      open.store->commit(one_change(std::move(batch)), {});
    }
    const auto seconds_since = [&](int64_t moment) {
      return static_cast<double>(open.clock.steady_ns() - moment) / 1e9;
    };
    state.counters["load s"] = seconds_since(start);
    state.counters["load peak MiB"] = peak_mib();
    const int64_t counting = open.clock.steady_ns();
    state.counters["rows"] = static_cast<double>(count(*open.store));
    state.counters["count s"] = seconds_since(counting);
    open.store->compact(kTable);
    open.store.reset();
    const int64_t restart = open.clock.steady_ns();
    open.reopen();
    state.counters["restart s"] = seconds_since(restart);
    const std::string series = series_of(4'711);
    const std::vector<RowKey> keys = {{series, kStart}};
    const std::vector<ColumnId> columns = {kFirstField};
    std::vector<uint8_t> found;
    DataChunk rows;
    const int64_t looking = open.clock.steady_ns();
    open.store->snapshot()->table(kTable)->look_up(keys, columns, found, rows);
    state.counters["look-up ms"] = seconds_since(looking) * 1e3;
    state.counters["found"] = found[0];
    state.counters["rows again"] = static_cast<double>(count(*open.store));
  }
  state.counters["peak MiB"] = peak_mib();
}
BENCHMARK(ten_million_series)->Iterations(1)->Unit(benchmark::kMillisecond)->UseRealTime();

/// A start with 10,000 segments that a manifest names, and a flush beside them, which writes that manifest anew.
void start_with_segments(benchmark::State& state) {
  const auto segments = static_cast<uint64_t>(state.range(0));
  const TableEntry table = metrics_table(1);
  OpenStore open;
  open.create(table);
  open.store->flush(kNoObject);
  open.store->commit(one_change(batch_of(std::vector<uint32_t>{0}, 1, 1)), {});
  open.store->flush(kTable);
  open.store.reset();
  // Nine thousand and so many like the one that is there, one a window: files are not read at a start.
  ManifestStore manifests(open.files, open.folder);
  Manifest manifest = manifests.load()->manifest;
  auto found = std::ranges::find(manifest.tables, kTable, &Manifest::Table::id);
  const Manifest::Partition first = found->partitions.front();
  const std::string path = open.folder + "/segments/";
  const auto name = [](FileId file) {
    std::string digits = std::to_string(file);
    return std::string(20 - digits.size(), '0') + digits + ".seg";
  };
  const int64_t width = first.time_max - first.time_min + 1;
  for (uint64_t i = 1; i < segments; ++i) {
    Manifest::Partition partition = first;
    partition.time_min += static_cast<int64_t>(i) * width;
    partition.time_max += static_cast<int64_t>(i) * width;
    SegmentExtent& extent = partition.runs.front().extent;
    extent.file = manifest.next_file_id++;
    extent.bounds.order_min += static_cast<int64_t>(i) * width;
    extent.bounds.order_max += static_cast<int64_t>(i) * width;
    std::filesystem::copy_file(path + name(first.runs.front().extent.file), path + name(extent.file));
    found->partitions.push_back(partition);
  }
  ++manifest.number;
  manifests.install(manifest, nullptr);
  for ([[maybe_unused]] auto _ : state) {
    open.reopen();
    state.PauseTiming();
    state.counters["segments"] = static_cast<double>(open.store->metrics().segments);
    open.store->commit(one_change(batch_of(std::vector<uint32_t>{1}, 1, 1)), {});
    const int64_t start = open.clock.steady_ns();
    open.store->flush(kTable);
    state.counters["flush ms"] = static_cast<double>(open.clock.steady_ns() - start) / 1e6;
    open.store.reset();
    state.ResumeTiming();
  }
}
BENCHMARK(start_with_segments)->Arg(10'000)->Iterations(3)->Unit(benchmark::kMillisecond)->UseRealTime();

/// A start that replays 2,000,000 rows of ten fields from the log.
void replay_log(benchmark::State& state) {
  constexpr size_t kRows = 2'000'000;
  StoreOptions options;
  options.background_work = false;
  options.memtable_bytes_max = 4ull << 30;
  OpenStore open(options);
  open.create(metrics_table(10));
  std::vector<uint32_t> order(kRows);
  std::iota(order.begin(), order.end(), 0);
  for (size_t row = 0; row < kRows; row += kBatchRows) {
    open.store->commit(one_change(batch_of(std::span(order).subspan(row, kBatchRows), 100, 10)), {});
  }
  for ([[maybe_unused]] auto _ : state) {
    state.PauseTiming();
    open.store.reset();
    state.ResumeTiming();
    open.reopen();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}
BENCHMARK(replay_log)->Iterations(3)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The devops set: ten fields of `hosts` hosts every ten seconds for a day, in order of time.
void devops_bytes(benchmark::State& state) {
  const auto hosts = static_cast<size_t>(state.range(0));
  constexpr ColumnId kFields = 10;
  constexpr size_t kTimes = 8640;
  for ([[maybe_unused]] auto _ : state) {
    StoreOptions options;
    options.background_work = false;
    options.cold_after_us = state.range(1) != 0 ? 1 : 0;
    const OpenStore open(options);
    open.create(metrics_table(kFields));
    Walks walks(hosts, kFields);
    std::vector<uint32_t> rows(hosts);
    CommitOptions lazily;
    lazily.wait_for_sync = false;
    for (size_t time = 0; time < kTimes; ++time) {
      std::iota(rows.begin(), rows.end(), static_cast<uint32_t>(time * hosts));
      RowBatch batch = batch_of(rows, hosts, kFields);
      for (ColumnId field = 0; field < kFields; ++field) {
        auto* values = batch.columns[field].values.mutable_data<int64_t>();
        for (size_t host = 0; host < hosts; ++host) {
          values[host] = walks.next(host, field);
        }
      }
      open.store->commit(one_change(std::move(batch)), lazily);
    }
    open.store->compact(kTable);
    const auto values = static_cast<double>(hosts * kTimes * kFields);
    state.counters["bytes/value"] = static_cast<double>(open.store->table_bytes(kTable)) / values;
  }
}
BENCHMARK(devops_bytes)
    ->ArgNames({"hosts", "cold"})
    ->ArgsProduct({{100, 1000}, {0, 1}})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemark::bench_store

BENCHMARK_MAIN();
