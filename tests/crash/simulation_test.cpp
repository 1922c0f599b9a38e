// Random operations against a model, with power losses, readers at work, and reopening.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <thread>

#include "base/error.h"
#include "base/logging.h"
#include "tests/crash/operations.h"

namespace tidemark::crash {
namespace {

/// TIDEMARK_SEED repeats a run that failed.
uint64_t first_seed() {
  const char* given = std::getenv("TIDEMARK_SEED");
  return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

/// The rows that differ, for a failing test to print.
std::string difference(const std::map<ObjectId, Content>& found, const std::map<ObjectId, Content>& want) {
  std::string text;
  for (const auto& [id, rows] : want) {
    const auto table = found.find(id);
    const Content none;
    const Content& other = table == found.end() ? none : table->second;
    for (const auto& [key, value] : rows) {
      const auto row = other.find(key);
      if (row == other.end() || row->second != value) {
        text += std::to_string(id) + " " + key + ": want " + value + ", found " +
                (row == other.end() ? "nothing" : row->second) + "\n";
      }
    }
    for (const auto& [key, value] : other) {
      if (!rows.contains(key)) {
        text += std::to_string(id) + " " + key + ": want nothing, found " + value + "\n";
      }
    }
  }
  return text;
}

class Simulation : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { configure_logging(LogLevel::kOff); }
};

TEST_F(Simulation, RandomOperationsAgreeWithTheModel) {
  for (uint64_t seed = first_seed(); seed < first_seed() + unless_sanitized(30, 5); ++seed) {
    SCOPED_TRACE("TIDEMARK_SEED=" + std::to_string(seed));
    Random random(seed);
    StoreOnFaultyDisk disk(seed);
    disk.options.wal_file_bytes = 16 << 10;
    disk.options.memtable_bytes_max = random.chance(0.3) ? 64 << 10 : 64 << 20;
    disk.open();
    Model model;
    for (int step = 0; step < 150; ++step) {
      const Operation operation = random_operation(model, random);
      SCOPED_TRACE("step " + std::to_string(step) + ": " + operation.to_string());
      perform(operation, disk);
      model.apply(operation);
      if (step % 10 == 9 || operation.kind != Operation::Kind::kWrite) {
        ASSERT_EQ(difference(content_of(*disk.store), model.content()), "");
      }
    }
    ASSERT_EQ(difference(content_of(*disk.store), model.content()), "");
    disk.open();
    ASSERT_EQ(difference(content_of(*disk.store), model.content()), "");
    disk.store.reset();
    const std::vector<CheckFinding> findings = check_folder(disk.files, "data");
    ASSERT_TRUE(findings.empty()) << findings[0].file << ": " << findings[0].problem;
  }
}

TEST_F(Simulation, PowerLossesAtRandomTimesLeaveAPrefix) {
  for (uint64_t seed = first_seed(); seed < first_seed() + unless_sanitized(60, 10); ++seed) {
    SCOPED_TRACE("TIDEMARK_SEED=" + std::to_string(seed));
    Random random(seed);
    StoreOnFaultyDisk disk(seed);
    disk.options.wal_file_bytes = 8 << 10;
    disk.open();
    Model model;
    for (int life = 0; life < 6; ++life) {
      // States since the last that is durable for certain.
      std::vector<Model> possible = {model};
      disk.files.power_off_at_call(disk.files.calls() + 1 + random.below(150));
      try {
        for (int step = 0; step < 60; ++step) {
          const Operation operation = random_operation(model, random);
          Model after = model;
          after.apply(operation);
          if (operation.is_commit()) {
            possible.push_back(after);
          }
          perform(operation, disk);
          model = after;
          if (operation.is_commit() && operation.wait_for_sync) {
            possible = {model};
          }
        }
      } catch (const Error& error) {
        ASSERT_TRUE(disk.files.is_off()) << error.message() << disk.files.history();
      }
      disk.store.reset();
      disk.files.restart(Survival::kSeeded, random.next());
      disk.open();
      const auto found = content_of(*disk.store);
      bool known = false;
      for (const Model& candidate : possible) {
        if (candidate.content() == found) {
          model = candidate;
          known = true;
        }
      }
      ASSERT_TRUE(known) << "life " << life << "\n" << disk.files.history();
    }
  }
}

// Writers, readers, flush and compaction at once. Each commit sets the same number in many rows, so that a reader who
// sees two numbers has seen half a commit.
TEST_F(Simulation, ReadersNeverSeeHalfACommit) {
  StoreOnFaultyDisk disk;
  disk.options.background_work = true;
  disk.options.memtable_bytes_max = 256 << 10;
  disk.options.wal_file_bytes = 64 << 10;
  Store& store = disk.open();
  const TableEntry table = testing_storage::make_table(20000, "t", TableKind::kSeries);
  store.commit(testing_storage::create_table(table), {});
  constexpr int64_t kRows = 50;
  const auto commit_number = [&](int64_t number, RowOperation operation) {
    std::vector<Row> rows;
    for (int64_t row = 0; row < kRows; ++row) {
      rows.push_back({"h" + std::to_string(row % 7), row, number, {}, {}});
    }
    store.commit(testing_storage::one_change(testing_storage::make_batch(table, operation, rows)), {});
  };
  commit_number(0, RowOperation::kPut);
  std::atomic<bool> done{false};
  std::atomic<int> failures{0};
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&] {
      int64_t last = 0;
      while (!done.load()) {
        const auto content = testing_storage::read_all(*store.snapshot(), table.id);
        const std::string& first = content.begin()->second;
        const int64_t number = std::stoll(first);
        const bool all_equal = content.size() == kRows &&
                               std::ranges::all_of(content, [&](const auto& entry) { return entry.second == first; });
        if (!all_equal || number < last) {
          ++failures;
        }
        last = number;
      }
    });
  }
  std::thread maintainer([&] {
    while (!done.load()) {
      store.flush(table.id);
      store.compact(table.id);
    }
  });
  for (int64_t number = 1; number <= unless_sanitized(400, 100); ++number) {
    commit_number(number, number % 2 == 0 ? RowOperation::kPut : RowOperation::kMerge);
  }
  done = true;
  maintainer.join();
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(failures.load(), 0);
  disk.store.reset();
  EXPECT_TRUE(check_folder(disk.files, "data").empty());
}

}  // namespace
}  // namespace tidemark::crash
