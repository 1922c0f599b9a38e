// The write path on the devops shape: 100 hosts, ten integer fields that walk between 0 and 100, a row a host every ten
// seconds, in batches of 10,000 rows.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>

#include "base/clock.h"
#include "base/memory_tracker.h"
#include "base/posix_file_system.h"
#include "base/random.h"
#include "storage/memtable_run.h"
#include "storage/store.h"
#include "storage/write_set_codec.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark {
namespace {

constexpr ObjectId kTable = 20000;
constexpr size_t kHosts = 100;
constexpr size_t kFields = 10;
constexpr size_t kBatchRows = 10'000;
constexpr size_t kRows = 864'000;
constexpr ColumnId kHost = 1;
constexpr ColumnId kTime = 2;
constexpr ColumnId kFirstField = 3;

TableEntry devops_table() {
  TableEntry table;
  table.id = kTable;
  table.schema = 2200;
  table.name = "cpu";
  table.kind = TableKind::kSeries;
  table.time_column = kTime;
  const auto add = [&](ColumnId id, std::string name, LogicalType type) {
    ColumnEntry column;
    column.id = id;
    column.name = std::move(name);
    column.type = type;
    table.columns.push_back(std::move(column));
  };
  add(kHost, "host", TypeId::kText);
  add(kTime, "time", TypeId::kTimestampTzNs);
  for (ColumnId field = 0; field < kFields; ++field) {
    add(kFirstField + field, "field" + std::to_string(field), TypeId::kInt64);
  }
  table.next_column_id = kFirstField + kFields;
  table.key = UniqueConstraint{.id = kTable + 1,
                               .name = "cpu_key",
                               .columns = {kHost, kTime},
                               .nulls_not_distinct = true,
                               .hidden_table = 0,
                               .index_sql = {}};
  return table;
}

std::vector<RowBatch> devops_batches() {
  Random random(1);
  std::vector<int64_t> walks(kHosts * kFields, 50);
  std::vector<std::string> series;
  for (size_t host = 0; host < kHosts; ++host) {
    append_key(series.emplace_back(), Value::text("host_" + std::to_string(host)));
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
      batch.order.push_back(1'700'000'000'000'000'000 + static_cast<int64_t>(row / kHosts) * 10'000'000'000);
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

WriteSet one_change(const RowBatch& batch) {
  WriteSet writes;
  writes.changes.emplace_back().batch = batch;
  return writes;
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

struct OpenStore {
  explicit OpenStore(std::string path) : folder(std::move(path)) {
    std::filesystem::remove_all(folder);
    StoreOptions options;
    store = Store::open(files, folder, options, clock, memory);
    WriteSet create;
    create.catalog.push_back(CatalogDelta::put(devops_table()));
    store->commit(std::move(create), {});
  }
  ~OpenStore() {
    store.reset();
    std::filesystem::remove_all(folder);
  }
  OpenStore(const OpenStore&) = delete;
  OpenStore& operator=(const OpenStore&) = delete;
  void load() const {
    for (const RowBatch& batch : batches()) {
      store->commit(one_change(batch), {});
    }
  }

  std::string folder;
  PosixFileSystem files;
  SystemClock clock;
  MemoryTracker memory{"memory_limit"};
  std::unique_ptr<Store> store;
};

std::string folder() { return (std::filesystem::temp_directory_path() / "tidemark-write-path-benchmark").string(); }

void load_durably(benchmark::State& state) {
  for (auto _ : state) {
    state.PauseTiming();
    auto open = std::make_unique<OpenStore>(folder());
    state.ResumeTiming();
    open->load();
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
  OpenStore open(folder());
  open.load();
  if (state.range(0) != 0) {
    open.store->flush(kTable);
  }
  int64_t sum = 0;
  for (auto _ : state) {
    const auto table = open.store->snapshot()->table(kTable);
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
  OpenStore open(folder());
  open.load();
  if (state.range(0) != 0) {
    open.store->flush(kTable);
  }
  size_t rows = 0;
  for (auto _ : state) {
    const auto table = open.store->snapshot()->table(kTable);
    ScanRequest request;
    request.columns = {kTime, kFirstField};
    using Comparison = ScanPredicate::Comparison;
    const LogicalType time = TypeId::kTimestampTzNs;
    const int64_t from = 1'700'000'000'000'000'000 + 3'600'000'000'000 * 5;
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
    open = std::make_unique<OpenStore>(folder());
  }
  int64_t number = 0;
  for (auto _ : state) {
    RowBatch batch;
    batch.table = kTable;
    batch.series.emplace_back();
    append_key(batch.series[0], Value::text("host_" + std::to_string(state.thread_index())));
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
}  // namespace tidemark

BENCHMARK_MAIN();
