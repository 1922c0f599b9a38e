#include "tidemark/maintenance.h"

#include "base/posix_file_system.h"
#include "parser/sql_parser.h"
#include "storage/store.h"

namespace tidemark {

std::vector<FolderFinding> check_data_folder(const std::string& folder) {
  PosixFileSystem files;
  std::vector<FolderFinding> findings;
  for (CheckFinding& finding : check_folder(files, folder)) {
    findings.push_back({std::move(finding.file), finding.offset, std::move(finding.problem)});
  }
  return findings;
}

void warm_up() { warm_up_sql_parser(); }

}  // namespace tidemark
