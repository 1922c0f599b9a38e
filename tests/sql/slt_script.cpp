#include "tests/sql/slt_script.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace tidemark::slt {
namespace {

bool is_sqlstate(const std::string& word) {
  return word.size() == 5 && std::ranges::all_of(word, [](char letter) {
           return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z');
         });
}

std::string rest_of(std::istringstream& words) {
  std::string rest;
  std::getline(words >> std::ws, rest);
  return rest;
}

/// Reads the head line of a record, like `query IT rowsort`. False if it is none.
bool read_head(const std::string& line, Record& record) {
  std::istringstream words(line);
  std::string kind;
  std::string detail;
  words >> kind >> detail;
  if (kind == "restart") {
    record.kind = Record::Kind::kRestart;
  } else if (kind == "query") {
    record.kind = Record::Kind::kQuery;
    record.column_types = detail;
    record.sort_rows = rest_of(words).starts_with("rowsort");
  } else if (kind == "statement" && detail == "ok") {
    record.kind = Record::Kind::kOk;
  } else if (kind == "statement" && detail == "count") {
    record.kind = Record::Kind::kCount;
    record.count = rest_of(words);
  } else if (kind == "statement" && detail == "error") {
    record.kind = Record::Kind::kError;
    record.message = rest_of(words);
    if (is_sqlstate(record.message.substr(0, record.message.find(' ')))) {
      record.sqlstate = record.message.substr(0, 5);
      record.message.erase(0, 6);
    }
  } else {
    return false;
  }
  return true;
}

std::vector<std::string> in_order(const Record& record, std::vector<std::string> rows) {
  if (record.sort_rows) {
    std::ranges::sort(rows);
  }
  return rows;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += "    " + line + "\n";
  }
  return text;
}

std::string head_of(const Record& record) {
  switch (record.kind) {
    case Record::Kind::kRestart:
      return "restart";
    case Record::Kind::kOk:
      return "statement ok";
    case Record::Kind::kCount:
      return "statement count " + record.count;
    case Record::Kind::kError:
      return "statement error" + (record.sqlstate.empty() ? "" : " " + record.sqlstate) +
             (record.message.empty() ? "" : " " + record.message);
    case Record::Kind::kQuery:
      return "query " + record.column_types + (record.sort_rows ? " rowsort" : "");
  }
  return {};
}

}  // namespace

std::string cell_text(const std::string* value) {
  if (value == nullptr) {
    return "NULL";
  }
  if (value->empty()) {
    return "(empty)";
  }
  std::string text;
  for (const char letter : *value) {
    text += letter == '\n' ? "\\n" : letter == '\t' ? "\\t" : std::string(1, letter);
  }
  return text;
}

std::vector<Record> read_script(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    throw std::runtime_error("cannot read " + path);
  }
  std::vector<Record> records;
  Record record;
  std::string line;
  for (size_t number = 1; std::getline(file, line); ++number) {
    std::istringstream words(line);
    std::string first;
    words >> first;
    if (line.empty() || line.starts_with('#') || first == "connection" || first == "onlyif") {
      if (first == "connection") {
        words >> record.connection;
      } else if (first == "onlyif") {
        words >> record.only_if.emplace_back();
      }
      // The empty line between records is written anew; those among comments stay.
      if (!line.empty() || !record.before.empty()) {
        record.before.push_back(line);
      }
      continue;
    }
    if (!read_head(line, record)) {
      throw std::runtime_error(path + ":" + std::to_string(number) + ": no record begins with: " + line);
    }
    record.line = number;
    std::vector<std::string>* rows = nullptr;
    while (std::getline(file, line) && !line.empty()) {
      ++number;
      if (rows != nullptr) {
        rows->push_back(line);
      } else if (line == "----") {
        rows = &record.rows;
      } else {
        record.sql += (record.sql.empty() ? "" : "\n") + line;
      }
    }
    ++number;
    records.push_back(std::exchange(record, {}));
  }
  return records;
}

void write_script(const std::string& path, const std::vector<Record>& records) {
  std::ofstream file(path);
  for (const Record& record : records) {
    file << (&record == records.data() ? "" : "\n");
    for (const std::string& line : record.before) {
      file << line << "\n";
    }
    file << head_of(record) << "\n" << record.sql << (record.sql.empty() ? "" : "\n");
    if (record.kind == Record::Kind::kQuery) {
      file << "----\n";
      for (const std::string& row : in_order(record, record.rows)) {
        file << row << "\n";
      }
    }
  }
}

std::string difference(const Record& record, const Answer& answer) {
  const bool fails = record.kind == Record::Kind::kError;
  if (fails != !answer.sqlstate.empty()) {
    return fails ? "  expected an error, but it gave " + answer.tag + "\n"
                 : "  failed: " + answer.sqlstate + " " + answer.message + "\n";
  }
  if (fails) {
    const bool equal = (record.sqlstate.empty() || record.sqlstate == answer.sqlstate) &&
                       answer.message.find(record.message) != std::string::npos;
    return equal ? ""
                 : "  expected: " + record.sqlstate + " " + record.message + "\n  got:      " + answer.sqlstate + " " +
                       answer.message + "\n";
  }
  if (record.kind == Record::Kind::kCount && !answer.tag.ends_with(" " + record.count)) {
    return "  expected: " + record.count + " rows\n  got:      " + answer.tag + "\n";
  }
  if (record.kind == Record::Kind::kQuery) {
    const auto expected = in_order(record, record.rows);
    const auto given = in_order(record, answer.rows);
    if (expected != given || record.column_types != answer.column_types) {
      return "  expected " + record.column_types + ":\n" + joined(expected) + "  got " + answer.column_types + ":\n" +
             joined(given);
    }
  }
  return {};
}

void adopt(Record& record, const Answer& answer) {
  record.rows = in_order(record, answer.rows);
  record.column_types = answer.column_types;
  record.sqlstate = answer.sqlstate;
  record.message = answer.message;
  if (!answer.sqlstate.empty()) {
    record.kind = Record::Kind::kError;
  } else if (!answer.column_types.empty()) {
    record.kind = Record::Kind::kQuery;
  } else if (answer.tag.starts_with("INSERT") || answer.tag.starts_with("UPDATE") || answer.tag.starts_with("DELETE")) {
    record.kind = Record::Kind::kCount;
    record.count = answer.tag.substr(answer.tag.rfind(' ') + 1);
  } else {
    record.kind = Record::Kind::kOk;
  }
}

}  // namespace tidemark::slt
