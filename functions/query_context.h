#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/catalog.h"

namespace tidemark {

class Clock;
class MemoryTracker;
class Random;
class Settings;
struct TypeIoOptions;

/// What functions may ask of the session they run in. Implemented by the engine; a test implements the few it needs.
class SessionState {
 public:
  virtual ~SessionState() = default;
  [[nodiscard]] virtual const Catalog& catalog() const = 0;
  [[nodiscard]] virtual const DatabaseEntry& database() const = 0;
  [[nodiscard]] virtual const std::string& current_user() const = 0;
  [[nodiscard]] virtual const std::string& session_user() const = 0;
  [[nodiscard]] virtual int32_t backend_pid() const = 0;
  /// Schema names in search order, without the implicit pg_catalog.
  [[nodiscard]] virtual std::vector<std::string> search_path() const = 0;
  /// Throws 42704 for an unknown name unless `missing_ok`, which gives nothing.
  [[nodiscard]] virtual std::optional<std::string> setting(std::string_view name, bool missing_ok) const = 0;
  virtual void set_setting(std::string_view name, std::string_view value, bool local) = 0;
  /// Bytes of the table's rows in segments.
  [[nodiscard]] virtual uint64_t table_bytes(ObjectId table) const = 0;
  virtual int64_t next_sequence_value(ObjectId sequence) = 0;
  virtual int64_t current_sequence_value(ObjectId sequence) = 0;
  virtual void set_sequence_value(ObjectId sequence, int64_t value, bool is_called) = 0;
  /// The sequence's last_value and is_called, whoever took it.
  virtual std::pair<int64_t, bool> sequence_state(ObjectId sequence) = 0;
  /// The value of the last nextval of this session. Throws 55000 if there was none.
  virtual int64_t last_value_of_session() = 0;
};

/// The state of one running statement, reached by everything that works for it. Owned by the engine's statement; the
/// parts outlive it.
struct QueryContext {
  MemoryTracker* memory = nullptr;               ///< the statement's tracker; operators make children of it
  const std::atomic<bool>* cancelled = nullptr;  ///< set by another thread: cancel request, timeout, shutdown
  const TypeIoOptions* io = nullptr;             ///< time zone, DateStyle …, for casts from and to text
  SessionState* session = nullptr;
  Random* random = nullptr;
  const Clock* clock = nullptr;
  int64_t transaction_start_ns = 0;  ///< since 1970-01-01 UTC: what now() answers
  int64_t statement_start_ns = 0;
  uint64_t work_mem_bytes = 256ull << 20;  ///< per operator, before it spills
  size_t max_parallel_workers = 1;

  /// Throws 57014 if the statement was cancelled. Called once a chunk.
  void check_cancelled() const;
};

}  // namespace tidemark
