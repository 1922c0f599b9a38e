#include "tests/fuzz/server_fixture.h"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

namespace tidemark::fuzz {

ScratchDatabase::ScratchDatabase() {
  std::string pattern = std::filesystem::temp_directory_path() / "tidemark-fuzz-XXXXXX";
  if (mkdtemp(pattern.data()) == nullptr) {
    throw std::runtime_error("cannot make a folder like " + pattern);
  }
  folder_ = pattern;
  DatabaseOptions options;
  options.settings = {{"statement_timeout", "200ms"}, {"synchronous_commit", "off"}, {"query_memory_limit", "64MB"}};
  database_ = Database::open(folder_ / "data", options);
  const auto connection = database_->connect();
  for (const char* sql : {"CREATE TABLE metrics (host text, time timestamptz, usage float8, PRIMARY KEY (host, time))",
                          "CREATE TABLE accounts (id int PRIMARY KEY, name text, balance numeric)"}) {
    static_cast<void>(connection->query(sql));
  }
}

ScratchDatabase::~ScratchDatabase() {
  database_.reset();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

size_t ScriptedStream::read_some(std::span<char> out) {
  const size_t count = std::min({out.size(), piece_bytes_, input_.size() - next_});
  if (count == 0) {
    throw StreamClosed();
  }
  std::copy_n(input_.data() + next_, count, out.data());
  next_ += count;
  return count;
}

}  // namespace tidemark::fuzz
