#include "engine/utility/unique_keys.h"

#include <algorithm>

#include "engine/session.h"
#include "engine/table_write.h"

namespace tidemark {
namespace {

/// A row with a NULL in its key has no key, unless NULLs are equal.
SelectionVector rows_without_null(const DataChunk& chunk) {
  SelectionVector rows;
  for (uint32_t row = 0; row < chunk.size; ++row) {
    const bool has_null =
        std::ranges::any_of(chunk.columns, [row](const Vector& column) { return column.is_null(row); });
    if (!has_null) {
      rows.push_back(row);
    }
  }
  return rows;
}

}  // namespace

Error index_error(const Error& duplicate, const std::string& index) {
  std::string detail = duplicate.detail();
  constexpr std::string_view kWritten = " already exists.";
  if (detail.ends_with(kWritten)) {
    detail.replace(detail.size() - kWritten.size(), kWritten.size(), " is duplicated.");
  }
  return Error(sqlstate::kUniqueViolation, "could not create unique index \"" + index + "\"")
      .with_detail(detail)
      .about("", "", index);
}

void enter_existing_rows(Session& session, const TableEntry& table, const UniqueConstraint& unique) {
  const auto catalog = session.current_catalog();
  TableWrite write(session, *catalog->table(unique.hidden_table), {});
  ScanRequest request;
  request.columns = unique.columns;
  const auto scan = session.transaction()->snapshot()->table(table.id)->scan(request);
  DataChunk chunk;
  try {
    for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
      const auto reader = scan->open(morsel);
      while (reader->next(chunk)) {
        write.context().check_cancelled();
        if (!unique.nulls_not_distinct) {
          chunk.select(rows_without_null(chunk));
        }
        write.writer().append(std::move(chunk));
      }
    }
    write.finish();
  } catch (const Error& error) {
    if (error.sqlstate() != sqlstate::kUniqueViolation) {
      throw;
    }
    throw index_error(error, unique.name);
  }
}

}  // namespace tidemark
