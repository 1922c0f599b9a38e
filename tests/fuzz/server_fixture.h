#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "server/stream.h"
#include "tidemark/database.h"

namespace tidemark::fuzz {

/// A database in a temporary folder, for the life of the process. Statements are short-lived, and wait for no disk.
class ScratchDatabase {
 public:
  ScratchDatabase();
  ~ScratchDatabase();
  ScratchDatabase(const ScratchDatabase&) = delete;
  ScratchDatabase& operator=(const ScratchDatabase&) = delete;
  [[nodiscard]] Database& database() { return *database_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
};

/// A client that has said all it will ever say, in reads of at most `piece_bytes`; what it hears is kept.
class ScriptedStream final : public Stream {
 public:
  ScriptedStream(std::string input, size_t piece_bytes, std::string& heard)
      : input_(std::move(input)), piece_bytes_(piece_bytes), heard_(heard) {}
  size_t read_some(std::span<char> out) override;
  void write(std::string_view bytes) override { heard_.append(bytes); }
  void set_read_deadline(std::optional<std::chrono::steady_clock::time_point> /*deadline*/) override {}
  bool wait_readable(int /*timeout_ms*/) override { return true; }
  [[nodiscard]] bool from_loopback() const override { return true; }
  [[nodiscard]] std::string peer() const override { return "fuzzer"; }
  void shut_down() noexcept override {}

 private:
  std::string input_;
  size_t next_ = 0;
  size_t piece_bytes_;
  std::string& heard_;
};

}  // namespace tidemark::fuzz
