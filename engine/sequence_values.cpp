#include "engine/sequence_values.h"

#include "base/error.h"
#include "storage/store.h"

namespace tidemark {
namespace {

constexpr std::string_view kSequenceLimitExceeded = "2200H";

SequenceEntry committed(const Store& store, ObjectId sequence) {
  const CatalogEntry* object = store.snapshot()->catalog()->object(sequence);
  if (object == nullptr || !std::holds_alternative<SequenceEntry>(*object)) {
    throw Error(sqlstate::kUndefinedTable, "could not open relation with OID " + std::to_string(sequence));
  }
  return std::get<SequenceEntry>(*object);
}

void make_durable(Store& store, const SequenceEntry& entry) {
  WriteSet writes;
  writes.catalog.push_back(CatalogDelta::put(entry));
  store.commit(std::move(writes), CommitOptions{});
}

}  // namespace

int64_t SequenceValues::advance(SequenceEntry& entry) {
  if (!entry.is_called) {
    entry.is_called = true;
    return entry.last_value;
  }
  int64_t next = 0;
  const bool overflow = __builtin_add_overflow(entry.last_value, entry.increment, &next);
  if (entry.increment > 0 ? overflow || next > entry.max : overflow || next < entry.min) {
    if (!entry.cycle) {
      const bool up = entry.increment > 0;
      throw Error(kSequenceLimitExceeded, std::string("nextval: reached ") + (up ? "maximum" : "minimum") +
                                              " value of sequence \"" + entry.name + "\" (" +
                                              std::to_string(up ? entry.max : entry.min) + ")");
    }
    next = entry.increment > 0 ? entry.min : entry.max;
  }
  entry.last_value = next;
  return next;
}

int64_t SequenceValues::next(ObjectId sequence) {
  const std::lock_guard lock(mutex_);
  auto found = reserved_.find(sequence);
  if (found == reserved_.end()) {
    found = reserved_.emplace(sequence, Reserved{committed(store_, sequence), 0}).first;
  }
  Reserved& reserved = found->second;
  if (reserved.left == 0) {
    // All but the position may have been altered in the meantime.
    SequenceEntry ahead = committed(store_, sequence);
    ahead.last_value = reserved.entry.last_value;
    ahead.is_called = reserved.entry.is_called;
    reserved.entry = ahead;
    int64_t count = 0;
    try {
      for (; count < kBlock; ++count) {
        advance(ahead);
      }
    } catch (const Error&) {
      if (count == 0) {
        throw;
      }
    }
    make_durable(store_, ahead);
    reserved.left = count;
  }
  const int64_t value = advance(reserved.entry);
  --reserved.left;
  return value;
}

void SequenceValues::set(SequenceEntry& entry, int64_t value, bool is_called) {
  if (value < entry.min || value > entry.max) {
    throw Error(sqlstate::kNumericValueOutOfRange,
                "setval: value " + std::to_string(value) + " is out of bounds for sequence \"" + entry.name + "\" (" +
                    std::to_string(entry.min) + ".." + std::to_string(entry.max) + ")");
  }
  entry.last_value = value;
  entry.is_called = is_called;
}

void SequenceValues::set(ObjectId sequence, int64_t value, bool is_called) {
  const std::lock_guard lock(mutex_);
  SequenceEntry entry = committed(store_, sequence);
  set(entry, value, is_called);
  make_durable(store_, entry);
  reserved_.insert_or_assign(sequence, Reserved{entry, 0});
}

std::pair<int64_t, bool> SequenceValues::state(ObjectId sequence) {
  const std::lock_guard lock(mutex_);
  const auto found = reserved_.find(sequence);
  const SequenceEntry entry = found == reserved_.end() ? committed(store_, sequence) : found->second.entry;
  return {entry.last_value, entry.is_called};
}

void SequenceValues::keep_position(ObjectId sequence) {
  const std::lock_guard lock(mutex_);
  const auto found = reserved_.find(sequence);
  if (found != reserved_.end()) {
    found->second.left = 0;
  }
}

void SequenceValues::forget(ObjectId sequence) {
  const std::lock_guard lock(mutex_);
  reserved_.erase(sequence);
}

}  // namespace tidemark
