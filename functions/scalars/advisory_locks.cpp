// pg_advisory_lock and its kin: locks on numbers that mean something to the clients only.

#include "base/error.h"
#include "functions/advisory_lock.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "functions/scalars/session_functions.h"

namespace tidemark {
namespace {

using enum TypeId;

AdvisoryLockOwner& owner_of(const KernelCall& call) {
  auto* owner = dynamic_cast<AdvisoryLockOwner*>(&session_of(call));
  if (owner == nullptr) throw Error(sqlstate::kFeatureNotSupported, "this function needs a session");
  return *owner;
}

AdvisoryKey key_at(const KernelCall& call, size_t row) {
  AdvisoryKey key;
  if (call.arguments.size() == 1) {
    const auto number = static_cast<uint64_t>(Argument<int64_t>(call.arguments[0])[row]);
    key.class_id = static_cast<uint32_t>(number >> 32);
    key.object_id = static_cast<uint32_t>(number);
  } else {
    key.class_id = static_cast<uint32_t>(Argument<int32_t>(call.arguments[0])[row]);
    key.object_id = static_cast<uint32_t>(Argument<int32_t>(call.arguments[1])[row]);
    key.parts = 2;
  }
  return key;
}

/// One call a row; `each` says what a function that is not void gives.
template <class Each>
void for_each_key(KernelCall& call, const Each& each) {
  Vector result = Vector::flat(call.result_type, call.size);
  for (size_t row = 0; row < call.size; ++row) {
    const bool done = call.valid.is_valid(row) && each(row);
    if (call.result_type.id == kBoolean) {
      result.mutable_data<uint8_t>()[row] = done ? 1 : 0;
    } else {
      result.mutable_data<std::string_view>()[row] = {};
    }
  }
  call.result = std::move(result);
}

template <bool kShared, bool kOfTransaction, bool kWait>
void lock(KernelCall& call) {
  AdvisoryLockOwner& owner = owner_of(call);
  for_each_key(call, [&](size_t row) {
    return owner.lock_advisory(key_at(call, row), {kShared, kOfTransaction}, kWait, call.context);
  });
}

template <bool kShared>
void unlock(KernelCall& call) {
  AdvisoryLockOwner& owner = owner_of(call);
  for_each_key(call, [&](size_t row) { return owner.unlock_advisory(key_at(call, row), kShared); });
}

void unlock_all(KernelCall& call) {
  owner_of(call).unlock_all_advisory();
  for_each_key(call, [](size_t) { return true; });
}

}  // namespace

void add_advisory_locks(FunctionTables& tables) {
  const auto add = [&](std::string_view name, TypeId result, ScalarKernel kernel, std::string_view doc) {
    tables.function(name, {kInt64}, result, kernel, doc).volatility = Volatility::kVolatile;
    tables.function(name, {kInt32, kInt32}, result, kernel, doc).volatility = Volatility::kVolatile;
  };
  constexpr std::string_view kWaits = "locks a number, waiting for it";
  constexpr std::string_view kTries = "locks a number if nobody has it";
  add("pg_advisory_lock", kVoid, lock<false, false, true>, kWaits);
  add("pg_advisory_lock_shared", kVoid, lock<true, false, true>, kWaits);
  add("pg_advisory_xact_lock", kVoid, lock<false, true, true>, kWaits);
  add("pg_advisory_xact_lock_shared", kVoid, lock<true, true, true>, kWaits);
  add("pg_try_advisory_lock", kBoolean, lock<false, false, false>, kTries);
  add("pg_try_advisory_lock_shared", kBoolean, lock<true, false, false>, kTries);
  add("pg_try_advisory_xact_lock", kBoolean, lock<false, true, false>, kTries);
  add("pg_try_advisory_xact_lock_shared", kBoolean, lock<true, true, false>, kTries);
  add("pg_advisory_unlock", kBoolean, unlock<false>, "gives a lock back");
  add("pg_advisory_unlock_shared", kBoolean, unlock<true>, "gives a shared lock back");
  tables.function("pg_advisory_unlock_all", {}, kVoid, unlock_all, "gives all locks of the session back").volatility =
      Volatility::kVolatile;
}

}  // namespace tidemark
