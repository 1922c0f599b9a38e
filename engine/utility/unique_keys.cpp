#include "engine/utility/unique_keys.h"

#include "engine/session.h"
#include "engine/table_write.h"
#include "executor/unique_key_values.h"

namespace tidemark {
namespace {

/// `error` is about the hidden table, whose columns nobody knows.
Error duplicate_in(const TableEntry& table, const UniqueConstraint& unique, const Error& error) {
  std::string names;
  for (size_t element = 0; element < unique.columns.size(); ++element) {
    names += (element == 0 ? "" : ", ") + unique_key_element(table, unique, element);
  }
  const std::string& detail = error.detail();
  return index_error(Error(error).with_detail("Key (" + names + detail.substr(detail.find(")=("))), unique.name);
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
  PlannerContext planner = session.planner_context(*catalog, write.context());
  TableEntry alone = table;
  alone.uniques = {unique};
  const std::vector<PhysicalWriteTarget::UniqueKey> computed = computed_unique_keys(alone, planner);
  UniqueKeyValues values(table, unique, computed.empty() ? nullptr : computed.data(), write.context());
  ScanRequest request;
  for (const ColumnEntry& column : table.columns) {
    request.columns.push_back(column.id);
  }
  const auto scan = session.transaction()->snapshot()->table(table.id)->scan(request);
  DataChunk chunk;
  try {
    for (size_t morsel = 0; morsel < scan->morsel_count(); ++morsel) {
      const auto reader = scan->open(morsel);
      while (reader->next(chunk)) {
        write.context().check_cancelled();
        UniqueKeyValues::Rows entries = values.of(chunk);
        SelectionVector chosen;
        for (uint32_t row = 0; row < chunk.size; ++row) {
          if (entries.takes_part[row] != 0) {
            chosen.push_back(row);
          }
        }
        entries.keys.select(chosen);
        write.writer().append(std::move(entries.keys));
      }
    }
    write.finish();
  } catch (const Error& error) {
    if (error.sqlstate() != sqlstate::kUniqueViolation) {
      throw;
    }
    throw duplicate_in(table, unique, error);
  }
}

}  // namespace tidemark
