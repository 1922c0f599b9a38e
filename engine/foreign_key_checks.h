#pragma once

#include <string>
#include <vector>

#include "catalog/entries.h"
#include "types/value.h"

namespace tidemark {

class Session;

/// The values of one foreign key, or of the key that it refers to, one list a row.
using KeyValues = std::vector<std::vector<Value>>;

/// A check that waits for the end of the transaction (DEFERRED): keys that were written, or keys that have gone.
struct DeferredKeyCheck {
  ObjectId table = kNoObject;  ///< which has the foreign key
  ObjectId key = kNoObject;
  bool written = true;
  KeyValues values;
};

/// At the end of a statement: does what ON DELETE and ON UPDATE ask for because of the rows that it has changed
/// (TransactionState::row_changes), then checks every key that was written or has gone. Locks the rows referred to, so
/// that nobody ends them meanwhile. Throws 23503.
void enforce_foreign_keys(Session& session);

/// What was deferred, at COMMIT or by SET CONSTRAINTS. A key that is gone again by now is no fault.
void run_deferred_checks(Session& session, std::vector<DeferredKeyCheck> checks);

/// Whether all rows of `table` satisfy `key`: 23503 else.
void validate_foreign_key(Session& session, const TableEntry& table, const ForeignKey& key);

}  // namespace tidemark
