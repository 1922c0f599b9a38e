#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tidemark/database.h"
#include "types/canonical_key.h"
#include "types/value.h"

namespace tidemark {

/// An empty database in a folder of its own, with one connection; gone after the test.
class DatabaseFixture : public testing::Test {
 public:
  DatabaseFixture() {
    std::filesystem::remove_all(folder_);
    database_ = Database::open(folder_);
    connection_ = database_->connect();
  }
  ~DatabaseFixture() override {
    connection_.reset();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  void run(const std::string& sql) { connection_->query(sql); }

  /// Each row as the key of its values: equal where the rows are, NULLs and NaNs included.
  std::vector<std::string> rows(const std::string& sql) {
    const auto result = connection_->query(sql);
    std::vector<std::string> rows;
    DataChunk chunk;
    while (result->next(chunk)) {
      for (size_t row = 0; row < chunk.size; ++row) {
        std::string& text = rows.emplace_back();
        for (const Vector& column : chunk.columns) {
          append_key(text, column.value(row));
        }
      }
    }
    return rows;
  }

  /// The number that EXPLAIN ANALYZE prints after `words`, where they stand first.
  uint64_t counted(const std::string& sql, const std::string& words) {
    const std::optional<uint64_t> number = number_after(sql, words);
    EXPECT_TRUE(number) << words << " is not in the plan of " << sql;
    return number.value_or(0);
  }
  /// The same for what is printed only where it happened.
  uint64_t counted_if_any(const std::string& sql, const std::string& words) {
    return number_after(sql, words).value_or(0);
  }

 protected:
  const std::string folder_ = testing::TempDir() + "database_" + std::to_string(::getpid());
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;

 private:
  std::optional<uint64_t> number_after(const std::string& sql, const std::string& words) {
    const auto result = connection_->query("EXPLAIN ANALYZE " + sql);
    DataChunk chunk;
    while (result->next(chunk)) {
      for (size_t row = 0; row < chunk.size; ++row) {
        const std::string line = chunk.columns[0].value(row).as_bytes();
        const size_t at = line.find(words);
        if (at != std::string::npos) {
          return std::stoull(line.substr(at + words.size()));
        }
      }
    }
    return std::nullopt;
  }
};

}  // namespace tidemark
