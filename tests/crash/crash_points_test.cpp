// Every file-system call of a workload as the moment of a power loss (docs/ARCHITECTURE.md, invariants 1 to 8), and
// every call as one that fails.

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "base/io_error.h"
#include "base/logging.h"
#include "tests/crash/operations.h"

namespace tidemark::crash {
namespace {

using State = std::map<ObjectId, Content>;

/// Where calls are left out, each case begins at its own one: all cases together visit more of them.
uint64_t first_call(uint64_t case_number) { return 1 + case_number % kThinning; }

/// What may be there after a crash: the states after each commit from the last that is durable for certain.
class Expectation {
 public:
  explicit Expectation(const State& first) : states_{first} {}
  void acknowledge(const State& state, bool durable) {
    if (durable) {
      states_.clear();
    }
    states_.push_back(state);
  }
  /// A commit whose outcome is not known.
  void add_possible(const State& state) { states_.push_back(state); }
  [[nodiscard]] bool allows(const State& state) const { return std::ranges::find(states_, state) != states_.end(); }

 private:
  std::vector<State> states_;
};

std::string print(const State& state) {
  std::string text;
  for (const auto& [id, content] : state) {
    text += "table " + std::to_string(id) + ":";
    for (const auto& [key, value] : content) {
      text += " " + key + "=" + value + ";";
    }
    text += "\n";
  }
  return text;
}

/// Runs the workload until the power goes. Each failure of a step is the end.
void run_until_crash(const std::vector<Operation>& steps, StoreOnFaultyDisk& disk, Model& model,
                     Expectation& expectation) {
  try {
    disk.open();
    for (const Operation& step : steps) {
      if (step.is_commit()) {
        Model after = model;
        after.apply(step);
        // Before the call: if it never comes back, the commit may be there.
        expectation.add_possible(after.content());
        perform(step, disk);
        model = std::move(after);
        expectation.acknowledge(model.content(), step.wait_for_sync);
      } else {
        perform(step, disk);
        if (step.kind == Operation::Kind::kReopen || step.table == kNoObject) {
          expectation.acknowledge(model.content(), true);
        }
      }
    }
  } catch (const Error&) {
    EXPECT_TRUE(disk.files.is_off()) << "only the power may end the run";
  }
}

/// Opens the folder, looks, and looks once more.
void expect_recovery(StoreOnFaultyDisk& disk, const Expectation& expectation, const std::string& where) {
  State found;
  try {
    disk.open();
    found = content_of(*disk.store);
  } catch (const Error& error) {
    FAIL() << where << ": " << error.sqlstate() << " " << error.message() << "\n" << disk.files.history();
  }
  ASSERT_TRUE(expectation.allows(found)) << where << "\nfound:\n" << print(found) << disk.files.history();
  disk.store.reset();
  const std::vector<CheckFinding> findings = check_folder(disk.files, "data");
  ASSERT_TRUE(findings.empty()) << where << ": " << findings[0].file << " at " << findings[0].offset << ": "
                                << findings[0].problem;
  disk.files.restart(Survival::kNothing);
  disk.open();
  ASSERT_EQ(content_of(*disk.store), found) << where << ": a second recovery changes nothing";
}

void expect_usable(StoreOnFaultyDisk& disk, const std::string& where) {
  Operation create;
  create.kind = Operation::Kind::kCreate;
  create.table = 30000;
  perform(create, disk);
  Operation write;
  write.changes.push_back({30000, RowOperation::kPut, {{"after", 1, 1, {}, {}}}, false, "", 0, 0});
  perform(write, disk);
  const State before = content_of(*disk.store);
  disk.files.restart(Survival::kNothing);
  disk.open();
  ASSERT_EQ(content_of(*disk.store), before) << where;
}

struct Case {
  Survival survival = Survival::kSeeded;
  uint64_t seed = 0;
};

class CrashPoints : public ::testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite() { configure_logging(LogLevel::kOff); }
};

std::unique_ptr<StoreOnFaultyDisk> make_disk(uint64_t seed) {
  auto disk = std::make_unique<StoreOnFaultyDisk>(seed);
  disk->options.wal_file_bytes = 4096;
  return disk;
}

TEST_P(CrashPoints, NothingAcknowledgedIsLostAndNothingIsHalfThere) {
  const std::vector<Operation> steps = scripted_workload();
  uint64_t calls = 0;
  {
    auto disk = make_disk(0);
    Model model;
    Expectation expectation{State{}};
    run_until_crash(steps, *disk, model, expectation);
    ASSERT_EQ(content_of(*disk->store), model.content()) << "without a crash";
    calls = disk->files.calls();
  }
  Random random(GetParam().seed);
  for (uint64_t call = first_call(GetParam().seed); call <= calls; call += kThinning) {
    const std::string where = "power lost before call " + std::to_string(call);
    auto disk = make_disk(GetParam().seed);
    disk->files.power_off_at_call(call);
    Model model;
    Expectation expectation{State{}};
    run_until_crash(steps, *disk, model, expectation);
    disk->store.reset();
    disk->files.restart(GetParam().survival, random.next());
    // The power goes once more during recovery.
    disk->files.power_off_at_call(disk->files.calls() + 1 + random.below(40));
    try {
      disk->open();
    } catch (const Error& error) {
      ASSERT_TRUE(disk->files.is_off()) << where << ": " << error.message() << "\n" << disk->files.history();
    }
    disk->store.reset();
    disk->files.restart(GetParam().survival, random.next());
    expect_recovery(*disk, expectation, where);
    if (HasFatalFailure()) {
      return;
    }
    if (call % 8 == 0) {
      expect_usable(*disk, where);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashPoints,
                         ::testing::Values(Case{Survival::kNothing, 1}, Case{Survival::kEverything, 2},
                                           Case{Survival::kSeeded, 3}, Case{Survival::kSeeded, 4},
                                           Case{Survival::kSeeded, 5}, Case{Survival::kSeeded, 6}),
                         [](const auto& parameter) {
                           return std::string(parameter.param.survival == Survival::kNothing      ? "Nothing"
                                              : parameter.param.survival == Survival::kEverything ? "Everything"
                                                                                                  : "Seeded") +
                                  std::to_string(parameter.param.seed);
                         });

// --- calls that fail ---

struct FaultCase {
  uint64_t number;
  const char* name;
  IoErrorKind kind;
  bool and_all_later;
  bool partial;
};

class FailingCalls : public ::testing::TestWithParam<FaultCase> {
 protected:
  static void SetUpTestSuite() { configure_logging(LogLevel::kOff); }
};

/// Goes on after failures, as clients do. A store that could not be opened is tried again once the fault is gone.
void run_through_faults(const std::vector<Operation>& steps, StoreOnFaultyDisk& disk, Model& model,
                        Expectation& expectation) {
  const auto open_if_needed = [&] {
    if (disk.store == nullptr) {
      disk.open();
    }
  };
  bool outcome_unknown = false;
  for (const Operation& step : steps) {
    try {
      open_if_needed();
    } catch (const Error&) {
      continue;
    }
    if (!step.is_commit()) {
      try {
        perform(step, disk);
      } catch (const Error&) {  // NOLINT(bugprone-empty-catch): nothing was promised
      }
      continue;
    }
    Model after = model;
    try {
      after.apply(step);
    } catch (const std::exception&) {
      continue;  // a table that could not be made
    }
    try {
      perform(step, disk);
      ASSERT_FALSE(outcome_unknown) << "a failed store takes no writes: " << step.to_string();
      model = std::move(after);
      expectation.acknowledge(model.content(), step.wait_for_sync);
    } catch (const Error& error) {
      if (error.sqlstate() == sqlstate::kIoError && !disk.store->metrics().failure.empty() && !outcome_unknown) {
        outcome_unknown = true;
        expectation.add_possible(after.content());
      }
      // Reads go on, and show nothing of it.
      if (disk.files.calls() % 4 == 0) {
        try {
          ASSERT_EQ(content_of(*disk.store), model.content()) << step.to_string() << "\n" << disk.files.history();
        } catch (const Error&) {  // NOLINT(bugprone-empty-catch): a read of a segment may meet the fault as well
        }
      }
    }
    if (step.kind == Operation::Kind::kWrite && outcome_unknown) {
      continue;
    }
  }
}

TEST_P(FailingCalls, AreReportedAndHarmNothingElse) {
  // Reopening would bring a failed store back to life, with an outcome that the model cannot know.
  std::vector<Operation> steps = scripted_workload();
  std::erase_if(steps, [](const Operation& step) { return step.kind == Operation::Kind::kReopen; });
  uint64_t calls = 0;
  {
    auto disk = make_disk(0);
    Model model;
    Expectation expectation{State{}};
    run_through_faults(steps, *disk, model, expectation);
    calls = disk->files.calls();
  }
  for (uint64_t call = first_call(GetParam().number); call <= calls; call += kThinning) {
    const std::string where = "call " + std::to_string(call) + " fails";
    auto disk = make_disk(call);
    FaultyFileSystem::Fault fault;
    fault.kind = GetParam().kind;
    fault.nth = call;
    fault.and_all_later = GetParam().and_all_later;
    fault.partial = GetParam().partial;
    disk->files.inject(fault);
    Model model;
    Expectation expectation{State{}};
    run_through_faults(steps, *disk, model, expectation);
    if (HasFatalFailure()) {
      GTEST_FAIL() << where << "\n" << disk->files.history();
    }
    disk->store.reset();
    disk->files.clear_faults();
    disk->files.restart(Survival::kSeeded, call);
    expect_recovery(*disk, expectation, where);
    if (HasFatalFailure()) {
      return;
    }
    expect_usable(*disk, where);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, FailingCalls,
                         ::testing::Values(FaultCase{1, "IoErrorOnce", IoErrorKind::kIo, false, false},
                                           FaultCase{2, "IoErrorForEver", IoErrorKind::kIo, true, false},
                                           FaultCase{3, "ShortIoOnce", IoErrorKind::kIo, false, true},
                                           FaultCase{4, "NoSpaceOnce", IoErrorKind::kNoSpace, false, false},
                                           FaultCase{5, "NoSpaceForEver", IoErrorKind::kNoSpace, true, false},
                                           FaultCase{6, "ShortWriteOnce", IoErrorKind::kNoSpace, false, true},
                                           FaultCase{7, "TooManyFilesOnce", IoErrorKind::kTooManyFiles, false, false}),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

}  // namespace
}  // namespace tidemark::crash
