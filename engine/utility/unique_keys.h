#pragma once

#include <string>

#include "base/error.h"
#include "catalog/entries.h"

namespace tidemark {

class Session;

/// Enters the rows of `table` into the hidden table of a new secondary `unique` (D31), in the running transaction.
/// Throws 23505 `could not create unique index "x"` if two of them share a key.
void enter_existing_rows(Session& session, const TableEntry& table, const UniqueConstraint& unique);

/// The error that building a unique index gives where writing a row would have said 23505.
Error index_error(const Error& duplicate, const std::string& index);

}  // namespace tidemark
