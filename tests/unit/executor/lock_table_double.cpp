// Until storage brings its own: nobody waits for anybody.
#include "storage/lock_table.h"

namespace tidemark {
struct LockTable::State {};
LockTable::LockTable() = default;
LockTable::~LockTable() = default;
bool LockTable::lock_key(TransactionId, ObjectId, const RowKey&, int64_t, const std::function<void()>&) {
  return false;
}
bool LockTable::lock_table(TransactionId, ObjectId, int64_t, const std::function<void()>&) { return false; }
bool LockTable::wait_for_key(TransactionId, ObjectId, const RowKey&, int64_t, const std::function<void()>&) {
  return false;
}
void LockTable::release_all(TransactionId) noexcept {}
}  // namespace tidemark
