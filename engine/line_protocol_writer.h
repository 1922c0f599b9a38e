#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"
#include "engine/ddl/ddl_context.h"
#include "tidemark/connection.h"
#include "types/column_batch.h"

namespace tidemark {

class Session;

/// Stores points that name their measurement, tags and fields: makes and widens tables, converts, drops what does not
/// fit and says so in InfluxDB 1.x's words (D1, D3, D4, D5, D19, D33). Definitions are a commit of their own before the
/// data.
class LineProtocolWriter {
 public:
  /// `schema`: retention policy; empty for the database's default. Throws 3F000 `retention policy not found: x`.
  LineProtocolWriter(Session& session, std::string_view schema);

  /// Adds the batch to the session's transaction; the caller commits.
  void write(ColumnBatch& batch);

  [[nodiscard]] Connection::LineProtocolOutcome take_outcome() { return std::move(outcome_); }

 private:
  /// Rows of a batch that stay; all at first.
  struct Rows {
    std::vector<uint8_t> keep;
    size_t kept = 0;
    void drop(size_t row) {
      kept -= keep[row];
      keep[row] = 0;
    }
  };

  /// The table as it is now; null if there is none.
  [[nodiscard]] const TableEntry* find_table(const Catalog& catalog, const std::string& name) const;
  /// Makes the table or adds the columns that the batch brings, as a commit of its own, if anything is missing.
  void define(const ColumnBatch& batch);
  [[nodiscard]] bool is_defined(const TableEntry* table, const ColumnBatch& batch) const;
  void refuse_time_names(ColumnBatch& batch, Rows& rows);
  void refuse_old_points(const TableEntry& table, const ColumnBatch& batch, Rows& rows);
  void refuse_type_conflicts(const TableEntry& table, ColumnBatch& batch, Rows& rows);
  void report_dropped(const std::string& reason, size_t count);

  Session& session_;
  ObjectId schema_ = kNoObject;
  std::string schema_name_;
  Connection::LineProtocolOutcome outcome_;
};

}  // namespace tidemark
