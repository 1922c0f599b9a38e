#include <algorithm>
#include <limits>

#include "engine/cursor.h"
#include "engine/session.h"
#include "engine/statement_result.h"
#include "engine/utility/utility.h"
#include "parser/ast_query.h"
#include "parser/ast_statement.h"

namespace tidemark {
namespace {

std::unique_ptr<Result> declare(Session& session, const ast::DeclareCursorStatement& statement,
                                const std::string& text) {
  if (!session.in_explicit_transaction() && !statement.hold) {
    throw Error(sqlstate::kNoActiveSqlTransaction, "DECLARE CURSOR can only be used in transaction blocks");
  }
  if (session.cursors().contains(statement.name)) {
    throw Error(sqlstate::kDuplicateCursor, "cursor \"" + statement.name + "\" already exists");
  }
  // The cursor's rows may be asked for long after this statement's syntax is gone; the plan keeps nothing of it.
  auto prepared = std::make_shared<PreparedStatement>(
      "", std::shared_ptr<const ast::Statement>(std::shared_ptr<void>(), statement.query.get()));
  session.ensure_planned(*prepared, {});
  auto cursor = std::make_shared<Cursor>();
  cursor->columns = prepared->columns();
  cursor->hold = statement.hold;
  cursor->scroll = statement.scroll.value_or(true);
  cursor->binary = statement.binary;
  cursor->statement = text;
  cursor->number = session.number_cursor();
  cursor->made_at_us = session.wall_time_us();
  cursor->source = session.start_planned(std::move(prepared), {});
  session.cursors().emplace(statement.name, std::move(cursor));
  return BufferedResult::command("DECLARE CURSOR");
}

struct FetchedRange {
  int64_t first = 1;  ///< row number, from 1
  int64_t count = 0;
  bool reversed = false;
};

[[noreturn]] void throw_only_forward() {
  throw Error(sqlstate::kObjectNotInPrerequisiteState, "cursor can only scan forward")
      .with_hint("Declare it with SCROLL option to enable backward scan.");
}

/// Moves the cursor as PostgreSQL does and says which rows are passed over. Positions: 0 before the first row, rows + 1
/// after the last.
FetchedRange move(Cursor& cursor, const ast::FetchStatement& fetch) {
  using Direction = ast::FetchStatement::Direction;
  const auto end_position = [&cursor] {
    read_ahead(cursor, std::numeric_limits<size_t>::max());
    return static_cast<int64_t>(cursor.row_count) + 1;
  };
  const auto go_to_row = [&](int64_t row) -> FetchedRange {
    row = std::max<int64_t>(row, 0);
    if (!cursor.scroll && cursor.position > 0 && row <= cursor.position) {
      throw_only_forward();
    }
    read_ahead(cursor, static_cast<size_t>(row));
    if (row == 0 || row > static_cast<int64_t>(cursor.row_count)) {
      cursor.position = row == 0 ? 0 : static_cast<int64_t>(cursor.row_count) + 1;
      return {};
    }
    cursor.position = row;
    return {row, 1, false};
  };
  if (fetch.direction == Direction::Absolute) {
    return go_to_row(fetch.count >= 0 ? fetch.count : end_position() + fetch.count);
  }
  if (fetch.direction == Direction::Relative) {
    return go_to_row(cursor.position + fetch.count);
  }
  int64_t count = fetch.count;
  bool forward = fetch.direction == Direction::Forward;
  if (count < 0 && count != ast::FetchStatement::kAll) {
    count = -count;
    forward = !forward;
  }
  if (count == 0) {
    return go_to_row(cursor.position);
  }
  if (forward) {
    const int64_t wanted = count == ast::FetchStatement::kAll ? count : cursor.position + count;
    read_ahead(cursor, static_cast<size_t>(wanted));
    const auto known = static_cast<int64_t>(cursor.row_count);
    const int64_t first = cursor.position + 1;
    const int64_t last = std::min(wanted, known);
    cursor.position = wanted > known ? known + 1 : wanted;
    return {first, std::max<int64_t>(last - first + 1, 0), false};
  }
  if (!cursor.scroll) {
    throw_only_forward();
  }
  const int64_t last = cursor.position - 1;
  const int64_t first = count == ast::FetchStatement::kAll ? 1 : std::max<int64_t>(last - count + 1, 1);
  cursor.position = count == ast::FetchStatement::kAll || last - count + 1 < 1 ? 0 : first;
  return {first, std::max<int64_t>(last - first + 1, 0), true};
}

std::vector<DataChunk> reversed(std::vector<DataChunk> chunks) {
  std::reverse(chunks.begin(), chunks.end());
  for (DataChunk& chunk : chunks) {
    SelectionVector rows(chunk.size);
    for (size_t i = 0; i < chunk.size; ++i) {
      rows[i] = static_cast<uint32_t>(chunk.size - 1 - i);
    }
    for (Vector& column : chunk.columns) {
      column = column.select(rows);
    }
  }
  return chunks;
}

std::unique_ptr<Result> fetch(Session& session, const ast::FetchStatement& statement) {
  const auto found = session.cursors().find(statement.cursor);
  if (found == session.cursors().end()) {
    throw Error(sqlstate::kInvalidCursorName, "cursor \"" + statement.cursor + "\" does not exist");
  }
  const std::shared_ptr<Cursor> kept = found->second;
  Cursor& cursor = *kept;
  if (cursor.failed) {
    throw Error(sqlstate::kObjectNotInPrerequisiteState, "portal \"" + statement.cursor + "\" cannot be run");
  }
  FetchedRange range;
  try {
    range = move(cursor, statement);
  } catch (const Error& error) {
    cursor.failed = error.sqlstate() != sqlstate::kObjectNotInPrerequisiteState;
    throw;
  }
  const auto count = static_cast<size_t>(range.count);
  if (statement.move) {
    return BufferedResult::command("MOVE " + std::to_string(count), count);
  }
  auto chunks =
      count == 0 ? std::vector<DataChunk>{} : cursor_rows(cursor, static_cast<size_t>(range.first - 1), count);
  if (range.reversed) {
    chunks = reversed(std::move(chunks));
  }
  return std::make_unique<BufferedResult>(Result::Kind::kRows, cursor.columns, std::move(chunks),
                                          "FETCH " + std::to_string(count), count);
}

}  // namespace

std::unique_ptr<Result> run_cursor_statement(Session& session, const PreparedStatement& prepared) {
  const ast::Statement& statement = prepared.syntax();
  switch (statement.kind) {
    case ast::StatementKind::DeclareCursor:
      return declare(session, statement.as<ast::DeclareCursorStatement>(), prepared.text());
    case ast::StatementKind::Fetch:
      return fetch(session, statement.as<ast::FetchStatement>());
    default: {
      const std::string& name = statement.as<ast::CloseCursorStatement>().name;
      if (name.empty()) {
        close_transaction_cursors(session.cursors(), true);
        return BufferedResult::command("CLOSE CURSOR ALL");
      }
      if (session.cursors().erase(name) == 0) {
        throw Error(sqlstate::kInvalidCursorName, "cursor \"" + name + "\" does not exist");
      }
      return BufferedResult::command("CLOSE CURSOR");
    }
  }
}

}  // namespace tidemark
