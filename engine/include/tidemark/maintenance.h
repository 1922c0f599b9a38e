#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark {

struct FolderFinding {
  std::string file;
  uint64_t offset = 0;
  std::string problem;
};

/// Verifies, read-only, every checksum and invariant of a data folder that no process has open. Empty: all is well.
/// Throws 55006 if a server has it open, 58030 on I/O errors.
std::vector<FolderFinding> check_data_folder(const std::string& folder);

class Database;

/// Parses typical statements and runs some, over nothing that is stored (tens of milliseconds), so that a server's
/// first queries find the parser's prediction tables, the functions and the code in memory. An embedding program need
/// not call it.
void warm_up(Database& database);

}  // namespace tidemark
