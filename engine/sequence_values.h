#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <utility>

#include "catalog/catalog.h"

namespace tidemark {

class Store;

/// The running values of all committed sequences. Values are reserved in blocks by a durable commit before any of a
/// block is handed out: a crash may skip values, never repeat one. Outside transactions, as in PostgreSQL: ROLLBACK
/// takes nothing back.
class SequenceValues {
 public:
  explicit SequenceValues(Store& store) : store_(store) {}

  /// Throws 2200H `nextval: reached maximum value of sequence "s" (n)` at the end of one that does not cycle.
  int64_t next(ObjectId sequence);
  void set(ObjectId sequence, int64_t value, bool is_called);
  /// last_value and is_called.
  std::pair<int64_t, bool> state(ObjectId sequence);
  /// Forget what is cached: the entry was changed by ALTER SEQUENCE or TRUNCATE.
  void forget(ObjectId sequence);
  /// The entry was changed, but not its position (another name, another increment): go on from the value that was given
  /// last, as the entry says now, and make the next ones durable anew.
  void keep_position(ObjectId sequence);

  /// The step itself, for sequences that only their own transaction can see: changes `entry` and returns the value.
  static int64_t advance(SequenceEntry& entry);
  /// Likewise setval's: throws 22003 beyond the sequence's bounds.
  static void set(SequenceEntry& entry, int64_t value, bool is_called);

 private:
  static constexpr int64_t kBlock = 32;
  struct Reserved {
    SequenceEntry entry;  ///< as handed out
    int64_t left = 0;     ///< values that are durable already
  };
  Store& store_;
  std::mutex mutex_;
  std::map<ObjectId, Reserved> reserved_;
};

}  // namespace tidemark
