// Key locks between transactions: who waits for whom, circles (40P01), timeouts (55P03), cancelling.

#include "storage/lock_table.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "base/clock.h"
#include "base/error.h"

namespace tidemark {
namespace {

constexpr ObjectId kTable = 20000;
constexpr ObjectId kOtherTable = 20010;

class LockTableTest : public ::testing::Test {
 protected:
  /// What became of one attempt to take a lock: "taken", "taken after waiting", or the error.
  std::string take(TransactionId owner, const std::string& key, int64_t timeout_ms = 0,
                   const std::function<void()>& while_waiting = {}) {
    return outcome([&] { return locks_.lock_key(owner, kTable, {key, 0}, timeout_ms, while_waiting); });
  }
  std::string take_table(TransactionId owner, const std::function<void()>& while_waiting = {}) {
    return outcome([&] { return locks_.lock_table(owner, kTable, 0, while_waiting); });
  }
  static std::string outcome(const std::function<bool()>& attempt) {
    try {
      return attempt() ? "taken after waiting" : "taken";
    } catch (const Error& error) {
      return error.sqlstate() + " " + error.message();
    }
  }

  /// An attempt on a thread of its own, which is known to wait once this is made.
  class Waiter {
   public:
    explicit Waiter(const std::function<std::string(const std::function<void()>& while_waiting)>& attempt)
        : thread_([this, attempt] {
            outcome_ = attempt([this] {
              waits_.store(true);
              waits_.notify_all();
            });
          }) {
      waits_.wait(false);
    }
    std::string outcome() {
      thread_.join();
      return outcome_;
    }

   private:
    std::atomic<bool> waits_{false};
    std::string outcome_;
    std::thread thread_;
  };
  auto waiting_for(TransactionId owner, const std::string& key, int64_t timeout_ms = 0) {
    return [this, owner, key, timeout_ms](const std::function<void()>& while_waiting) {
      return take(owner, key, timeout_ms, while_waiting);
    };
  }

  ManualClock clock_;
  LockTable locks_{clock_};
};

TEST_F(LockTableTest, AFreeKeyIsTakenAtOnceAndAgainByItsOwner) {
  EXPECT_EQ(take(1, "a"), "taken");
  EXPECT_EQ(take(1, "a"), "taken");
  EXPECT_EQ(take(2, "b"), "taken");
  EXPECT_FALSE(locks_.try_lock_key(2, kTable, {"a", 0}));
  EXPECT_TRUE(locks_.try_lock_key(2, kOtherTable, {"a", 0})) << "another table's key of the same bytes is another key";
  EXPECT_TRUE(locks_.try_lock_key(2, kTable, {"a", 1})) << "as is one at another time";
}

TEST_F(LockTableTest, AHeldKeyIsTakenWhenItsOwnerEnds) {
  EXPECT_EQ(take(1, "a"), "taken");
  Waiter waiter(waiting_for(2, "a"));
  locks_.release_all(1);
  EXPECT_EQ(waiter.outcome(), "taken after waiting");
  EXPECT_FALSE(locks_.try_lock_key(1, kTable, {"a", 0})) << "it is the waiter's now";
}

TEST_F(LockTableTest, ACircleOfTwoIsRefusedToWhoeverClosesIt) {
  EXPECT_EQ(take(1, "a"), "taken");
  EXPECT_EQ(take(2, "b"), "taken");
  Waiter first(waiting_for(1, "b"));
  EXPECT_EQ(take(2, "a"), "40P01 deadlock detected");
  locks_.release_all(2);
  EXPECT_EQ(first.outcome(), "taken after waiting") << "the other one goes on";
}

TEST_F(LockTableTest, ACircleOfThreeThroughATableLockIsFoundToo) {
  EXPECT_EQ(take(1, "a"), "taken");
  EXPECT_EQ(take(2, "b"), "taken");
  EXPECT_TRUE(locks_.try_lock_key(3, kOtherTable, {"c", 0}));
  Waiter first(waiting_for(1, "b"));
  Waiter second([this](const std::function<void()>& while_waiting) {
    return outcome([&] { return locks_.lock_key(2, kOtherTable, {"c", 0}, 0, while_waiting); });
  });
  EXPECT_EQ(take_table(3), "40P01 deadlock detected") << "3 wants the table, in which 1 and 2 hold keys";
  locks_.release_all(3);
  EXPECT_EQ(second.outcome(), "taken after waiting");
  locks_.release_all(2);
  EXPECT_EQ(first.outcome(), "taken after waiting");
}

TEST_F(LockTableTest, ABlindWriterThatWaitsIsPartOfACircle) {
  EXPECT_EQ(take(1, "a"), "taken");
  EXPECT_EQ(take(2, "b"), "taken");
  Waiter blind([this](const std::function<void()>& while_waiting) {
    return outcome([&] { return locks_.wait_for_key(1, kTable, {"b", 0}, 0, while_waiting); });
  });
  EXPECT_EQ(take(2, "a"), "40P01 deadlock detected");
  locks_.release_all(2);
  EXPECT_EQ(blind.outcome(), "taken after waiting");
  EXPECT_TRUE(locks_.try_lock_key(3, kTable, {"b", 0})) << "a blind writer waits for a lock without taking it";
}

TEST_F(LockTableTest, WaitingInARowIsNoCircle) {
  EXPECT_EQ(take(1, "a"), "taken");
  Waiter second(waiting_for(2, "a"));
  Waiter third(waiting_for(3, "a"));
  locks_.release_all(1);
  // Either of them may come first; the other waits for it.
  std::thread ends_both([&] {
    EXPECT_EQ(second.outcome(), "taken after waiting");
    locks_.release_all(2);
  });
  std::thread ends_other([&] {
    EXPECT_EQ(third.outcome(), "taken after waiting");
    locks_.release_all(3);
  });
  ends_both.join();
  ends_other.join();
}

TEST_F(LockTableTest, AfterTheTimeoutThereIsNoLock) {
  EXPECT_EQ(take(1, "a"), "taken");
  Waiter waiter(waiting_for(2, "a", 500));
  Waiter patient(waiting_for(3, "a", 501));
  clock_.advance_ns(500'000'000);
  EXPECT_EQ(waiter.outcome(), "55P03 canceling statement due to lock timeout");
  locks_.release_all(1);
  EXPECT_EQ(patient.outcome(), "taken after waiting") << "a millisecond was left";
}

TEST_F(LockTableTest, AWaiterThatIsCancelledLeavesNothingBehind) {
  EXPECT_EQ(take(1, "a"), "taken");
  EXPECT_EQ(take(2, "a", 0, [] { throw Error(sqlstate::kQueryCanceled, "canceling statement due to user request"); }),
            "57014 canceling statement due to user request");
  // Were 2 still taken for a waiter, 1 would close a circle here.
  EXPECT_EQ(take(2, "b"), "taken");
  Waiter waiter(waiting_for(1, "b"));
  locks_.release_all(2);
  EXPECT_EQ(waiter.outcome(), "taken after waiting");
}

TEST_F(LockTableTest, ATableLockStandsAgainstEveryKeyOfIt) {
  EXPECT_EQ(take_table(1), "taken");
  EXPECT_EQ(take(1, "a"), "taken");
  EXPECT_TRUE(locks_.others_hold_locks(2, kTable));
  EXPECT_FALSE(locks_.others_hold_locks(1, kTable));
  EXPECT_FALSE(locks_.try_lock_key(2, kTable, {"b", 0}));
  Waiter waiter(waiting_for(2, "b"));
  locks_.release_all(1);
  EXPECT_EQ(waiter.outcome(), "taken after waiting");
}

TEST_F(LockTableTest, PastTheLimitOfKeysTheTableIsLocked) {
  for (size_t i = 0; i < LockTable::kKeysPerTableMax; ++i) {
    ASSERT_EQ(take(1, std::to_string(i)), "taken");
  }
  EXPECT_TRUE(locks_.try_lock_key(2, kTable, {"other", 0})) << "10,000 keys are keys still";
  locks_.release_all(2);
  EXPECT_EQ(take(1, "one more"), "taken");
  EXPECT_FALSE(locks_.try_lock_key(2, kTable, {"other", 0}));
  locks_.release_all(1);
  EXPECT_TRUE(locks_.try_lock_key(2, kTable, {"other", 0}));
  EXPECT_TRUE(locks_.try_lock_key(2, kTable, {"0", 0})) << "and nothing is held of the keys either";
}

}  // namespace
}  // namespace tidemark
