#pragma once

#include <compare>
#include <cstdint>

namespace tidemark {

struct QueryContext;

/// What an advisory lock locks: a number of 64 bits, or two of 32, as pg_locks shows them.
struct AdvisoryKey {
  uint32_t database = 0;
  uint32_t class_id = 0;
  uint32_t object_id = 0;
  int16_t parts = 1;  ///< 1: one number, its halves in the two fields above; 2: two numbers
  friend auto operator<=>(const AdvisoryKey&, const AdvisoryKey&) = default;
};

struct AdvisoryMode {
  bool shared = false;
  bool of_transaction = false;  ///< until the transaction's end; else until it is unlocked or the session ends
  friend auto operator<=>(const AdvisoryMode&, const AdvisoryMode&) = default;
};

/// A session as the functions pg_advisory_… see it. They fill in a key without its database.
class AdvisoryLockOwner {
 public:
  virtual ~AdvisoryLockOwner() = default;
  /// False if another session has it and `wait` is false. Throws 40P01, 55P03, 57014 while waiting.
  virtual bool lock_advisory(AdvisoryKey key, AdvisoryMode mode, bool wait, const QueryContext& context) = 0;
  /// False, and a warning, if the session does not have the lock.
  virtual bool unlock_advisory(AdvisoryKey key, bool shared) = 0;
  virtual void unlock_all_advisory() = 0;
};

}  // namespace tidemark
