#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/object_id.h"
#include "types/data_chunk.h"

namespace tidemark {

/// One column of a result. `table` and `table_column` name the stored column it is, unchanged, or are kNoObject and 0.
struct ResultColumn {
  std::string name;
  LogicalType type;
  ObjectId table = kNoObject;
  int16_t table_column = 0;  ///< pg_attribute.attnum
};

/// What running one statement gives. Rows are streamed: they are computed as `next` asks for them. Used by the thread
/// that uses its connection; must be read to its end or closed before the connection runs another statement, unless it
/// is a portal of the same transaction.
class Result {
 public:
  enum class Kind : uint8_t {
    kRows,     ///< a query, or DML with RETURNING, SHOW, EXPLAIN …
    kCommand,  ///< no rows; done already when the result is returned
    kCopyIn,   ///< COPY FROM STDIN: feed `copy_in`, then `copy_done` or `copy_fail`
    kCopyOut,  ///< COPY TO STDOUT: `next_copy_data` until it says no
    kEmpty,    ///< an empty statement
  };

  virtual ~Result() = default;
  [[nodiscard]] virtual Kind kind() const = 0;
  [[nodiscard]] virtual const std::vector<ResultColumn>& columns() const = 0;
  /// The next 1 … 2048 rows; false at the end. Throws Error; the statement is then over.
  virtual bool next(DataChunk& chunk) = 0;
  /// PostgreSQL's command tag: `SELECT 3`, `INSERT 0 1`, `CREATE TABLE`. Complete once `next` has said false.
  [[nodiscard]] virtual std::string command_tag() const = 0;
  /// Rows changed by INSERT, UPDATE, DELETE, COPY; rows returned by SELECT so far.
  [[nodiscard]] virtual uint64_t row_count() const = 0;

  /// COPY: whether the stream is in PostgreSQL's binary format.
  [[nodiscard]] virtual bool copy_binary() const { return false; }
  virtual void copy_in(std::string_view data);
  /// Commits the rows. Throws what is wrong with the data, with PostgreSQL's CONTEXT line in the detail.
  virtual void copy_done();
  virtual void copy_fail(std::string_view reason);
  /// Appends the next piece of a COPY TO; false at the end.
  virtual bool next_copy_data(std::string& out);
};

}  // namespace tidemark
