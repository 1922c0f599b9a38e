// The write path on the devops shape: 100 hosts, ten integer fields that walk between 0 and 100, a row a host every ten
// seconds, in batches of 10,000 rows.

#include <benchmark/benchmark.h>

#include <algorithm>

#include "base/random.h"
#include "bench/micro/metrics_store.h"
#include "storage/memtable_run.h"
#include "storage/write_set_codec.h"
#include "types/value.h"

namespace tidemark::bench_store {
namespace {

constexpr size_t kHosts = 100;
constexpr size_t kFields = 10;
constexpr size_t kRows = 864'000;

std::vector<RowBatch> devops_batches() {
  Random random(1);
  std::vector<int64_t> walks(kHosts * kFields, 50);
  std::vector<std::string> series;
  for (size_t host = 0; host < kHosts; ++host) {
    series.push_back(series_of(host));
  }
  std::vector<RowBatch> batches;
  for (size_t row = 0; row < kRows;) {
    RowBatch batch;
    batch.table = kTable;
    batch.operation = RowOperation::kMerge;
    batch.series = series;
    const size_t count = std::min(kBatchRows, kRows - row);
    for (ColumnId field = 0; field < kFields; ++field) {
      batch.columns.push_back({kFirstField + field, Vector::flat(TypeId::kInt64, count), {}});
    }
    for (size_t i = 0; i < count; ++i, ++row) {
      const size_t host = row % kHosts;
      batch.row_series.push_back(static_cast<uint32_t>(host));
      batch.order.push_back(kStart + static_cast<int64_t>(row / kHosts) * kStep);
      for (size_t field = 0; field < kFields; ++field) {
        int64_t& walk = walks[host * kFields + field];
        walk = std::clamp<int64_t>(walk + random.between(-1, 1), 0, 100);
        batch.columns[field].values.mutable_data<int64_t>()[i] = walk;
      }
    }
    batches.push_back(std::move(batch));
  }
  return batches;
}

const std::vector<RowBatch>& batches() {
  static const std::vector<RowBatch> kBatches = devops_batches();
  return kBatches;
}

void encode_batch(benchmark::State& state) {
  const WriteSet writes = one_change(batches()[0]);
  size_t bytes = 0;
  for (auto _ : state) {
    const EncodedWriteSet encoded = encode_write_set(writes);
    bytes = encoded.bytes.size();
    benchmark::DoNotOptimize(encoded.bytes.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatchRows));
  state.counters["bytes/row"] = static_cast<double>(bytes) / static_cast<double>(kBatchRows);
}
BENCHMARK(encode_batch)->Unit(benchmark::kMicrosecond);

void decode_batch(benchmark::State& state) {
  const EncodedWriteSet encoded = encode_write_set(one_change(batches()[0]));
  for (auto _ : state) {
    benchmark::DoNotOptimize(decode_write_set(encoded.bytes));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kBatchRows));
}
BENCHMARK(decode_batch)->Unit(benchmark::kMicrosecond);

void append_to_memtable(benchmark::State& state) {
  for (auto _ : state) {
    MemTable memtable;
    for (const RowBatch& batch : batches()) {
      memtable.append(batch);
    }
    benchmark::DoNotOptimize(memtable.view().versions);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}
BENCHMARK(append_to_memtable)->Unit(benchmark::kMillisecond);

/// Sorting all blocks and gathering all columns: what background work does once after ingest.
void settle_memtable(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto memtable = std::make_unique<MemTable>();
    for (const RowBatch& batch : batches()) {
      memtable->append(batch);
    }
    state.ResumeTiming();
    for (const auto& slice : memtable->view().slices()) {
      slice->settle();
    }
    state.PauseTiming();
    memtable.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}
BENCHMARK(settle_memtable)->Unit(benchmark::kMillisecond);

std::unique_ptr<OpenStore> open_store() {
  auto open = std::make_unique<OpenStore>();
  open->create(metrics_table(kFields));
  return open;
}

void load(const OpenStore& open) {
  for (const RowBatch& batch : batches()) {
    open.store->commit(one_change(batch), {});
  }
}

void load_durably(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto open = open_store();
    state.ResumeTiming();
    load(*open);
    state.PauseTiming();
    state.counters["wal bytes/row"] =
        static_cast<double>(open->store->metrics().wal_bytes) / static_cast<double>(kRows);
    open.reset();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}
BENCHMARK(load_durably)->Unit(benchmark::kMillisecond)->UseRealTime();

/// One field of all rows, with host and time, summed: the reading half of GROUP BY host, hour.
void scan_one_field(benchmark::State& state) {
  const std::unique_ptr<OpenStore> open = open_store();
  load(*open);
  if (state.range(0) != 0) {
    open->store->flush(kTable);
  }
  int64_t sum = 0;
  for (auto _ : state) {
    const auto table = open->store->snapshot()->table(kTable);
    ScanRequest request;
    request.columns = {kHost, kTime, kFirstField};
    const auto scan = table->scan(request);
    for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
      const auto reader = scan->open(morsel);
      DataChunk chunk;
      while (reader->next(chunk)) {
        for (const int64_t value : chunk.columns[2].values<int64_t>()) {
          sum += value;
        }
        for (const int64_t value : chunk.columns[1].values<int64_t>()) {
          sum ^= value;
        }
      }
    }
  }
  benchmark::DoNotOptimize(sum);
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(kRows));
}
BENCHMARK(scan_one_field)->ArgName("flushed")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

/// One hour of one host.
void scan_one_hour_of_one_host(benchmark::State& state) {
  const std::unique_ptr<OpenStore> open = open_store();
  load(*open);
  if (state.range(0) != 0) {
    open->store->flush(kTable);
  }
  size_t rows = 0;
  for (auto _ : state) {
    const auto table = open->store->snapshot()->table(kTable);
    ScanRequest request;
    request.columns = {kTime, kFirstField};
    using Comparison = ScanPredicate::Comparison;
    const LogicalType time = TypeId::kTimestampTzNs;
    const int64_t from = kStart + 3'600'000'000'000 * 5;
    request.predicates = {{kHost, Comparison::kEqual, {Value::text("host_42")}, {}, false, ""},
                          {kTime, Comparison::kGreaterEqual, {Value::integer(time, from)}, {}, false, ""},
                          {kTime, Comparison::kLess, {Value::integer(time, from + 3'600'000'000'000)}, {}, false, ""}};
    const auto scan = table->scan(request);
    for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
      const auto reader = scan->open(morsel);
      DataChunk chunk;
      while (reader->next(chunk)) {
        rows += chunk.size;
      }
    }
  }
  state.counters["rows"] = static_cast<double>(rows) / static_cast<double>(state.iterations());
}
BENCHMARK(scan_one_hour_of_one_host)->ArgName("flushed")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

void commit_single_rows(benchmark::State& state) {
  static std::unique_ptr<OpenStore> open;
  if (state.thread_index() == 0) {
    open = open_store();
  }
  int64_t number = 0;
  for (auto _ : state) {
    RowBatch batch;
    batch.table = kTable;
    batch.series.push_back(series_of(static_cast<size_t>(state.thread_index())));
    batch.row_series = {0};
    batch.order = {number++};
    batch.columns.push_back({kFirstField, Vector::constant(Value::int64(number), 1), {}});
    open->store->commit(one_change(batch), {});
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) {
    const StoreMetrics metrics = open->store->metrics();
    state.counters["commits/sync"] = static_cast<double>(metrics.commits) / static_cast<double>(metrics.wal_syncs);
    open.reset();
  }
}
BENCHMARK(commit_single_rows)->Threads(1)->Threads(4)->Threads(16)->Threads(64)->UseRealTime();

}  // namespace
}  // namespace tidemark::bench_store

BENCHMARK_MAIN();
