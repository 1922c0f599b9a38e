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

#include "functions/expression.h"
#include "parser/ast_to_sql.h"

namespace tidemark {
std::string quote_identifier(std::string_view name) { return std::string(name); }
std::string to_string(const Expression&) { return "expression"; }
}  // namespace tidemark
