#pragma once

#include <cstddef>

#include "base/error.h"
#include "catalog/entries.h"
#include "storage/row_batch.h"

namespace tidemark {

/// PostgreSQL's 23505 for row `row` of `batch`: the constraint in the message, columns and values of the key in the
/// detail.
Error unique_violation(const TableEntry& table, const RowBatch& batch, size_t row);

}  // namespace tidemark
