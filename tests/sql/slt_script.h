#pragma once

#include <string>
#include <vector>

namespace tidemark::slt {

/// What running one SQL text gave: an error, or rows and a tag. Values are PostgreSQL's text form.
struct Answer {
  std::string sqlstate = {};  ///< empty: it succeeded
  std::string message = {};
  std::string column_types = {};  ///< a letter a column: I, R, T; empty for commands
  std::vector<std::string> rows = {};
  std::string tag = {};
};

/// One record of a script. `rows` is what follows `----`.
struct Record {
  enum class Kind { kOk, kCount, kError, kQuery, kRestart };
  Kind kind = Kind::kOk;
  size_t line = 0;                  ///< of its first line, from 1
  std::vector<std::string> before;  ///< comments and conditions, as they stand
  std::vector<std::string> only_if;
  std::string connection = "first";
  std::string count;         ///< kCount
  std::string sqlstate;      ///< kError; may be empty
  std::string message;       ///< kError: words that the message has
  std::string column_types;  ///< kQuery
  bool sort_rows = false;    ///< kQuery
  std::string sql;
  std::vector<std::string> rows;
};

/// Reads a script. Throws std::runtime_error, naming the line, for what is no record.
std::vector<Record> read_script(const std::string& path);
void write_script(const std::string& path, const std::vector<Record>& records);

/// Empty if `answer` is what `record` expects; otherwise the difference, for people.
std::string difference(const Record& record, const Answer& answer);
/// Makes `answer` what `record` expects.
void adopt(Record& record, const Answer& answer);

/// A value as a script has it.
std::string cell_text(const std::string* value);

}  // namespace tidemark::slt
