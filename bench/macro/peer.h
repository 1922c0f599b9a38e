#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/macro/answer.h"
#include "bench/macro/dialect.h"
#include "bench/macro/table_batch.h"

namespace tidemark::bench {

/// A way in for many rows.
enum class LoadForm : uint8_t {
  kUsual,         ///< what the engine's users take for bulk
  kLineProtocol,  ///< over HTTP; in process by Connection::write
  kCopy,          ///< COPY FROM STDIN in text format
  kInsert,        ///< INSERT … VALUES of a hundred rows a statement and commit
  kPrepared,      ///< a prepared INSERT, once a row, in one transaction a batch
  kUpsert,        ///< as kInsert, over keys that may be there
};

/// A connection to a peer; one thread at a time.
class PeerSession {
 public:
  virtual ~PeerSession() = default;
  /// Runs a statement and throws its rows away as its client library hands them out, one by one; how many they were.
  virtual uint64_t run(const std::string& query) = 0;
  /// Runs a query and keeps all of it.
  virtual Answer answer(const std::string& query) = 0;
  /// Encodes rows for one way of loading; calling the result sends and commits them, durably where the engine does that
  /// by default. The result may look at `spec` and `batch`. Empty: the engine has no such way.
  virtual std::function<void()> prepare_load(const TableSpec& spec, const TableBatch& batch, LoadForm form) = 0;
};

/// A database that is measured: Tidemark in one of its two forms, or another one, on a folder of its own.
class Peer {
 public:
  virtual ~Peer() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::string version() const = 0;
  [[nodiscard]] virtual Dialect dialect() const = 0;
  /// In this process; else a server that is reached over the loopback interface.
  [[nodiscard]] virtual bool embedded() const = 0;
  [[nodiscard]] virtual bool is_tidemark() const { return false; }
  virtual std::unique_ptr<PeerSession> connect() = 0;
  /// Makes the table, with what the engine's users would give it for speed.
  virtual void create(const TableSpec& spec) = 0;
  /// After a load: writes to disk, merges, gathers statistics, as the engine's users do.
  virtual void settle(const TableSpec& spec) = 0;
  [[nodiscard]] virtual uint64_t disk_bytes() const = 0;
  /// Most memory that its process had; 0 if it has none of its own.
  [[nodiscard]] virtual uint64_t memory_bytes_peak() const { return 0; }
};

/// `CREATE INDEX` for each index of the table.
void create_indexes(PeerSession& session, const TableSpec& spec);

/// `tidemark`, `tidemark-server`, `duckdb`, `sqlite`, `postgres`, `victoriametrics`. Throws 58P01 with a hint if it is
/// not installed, 22023 if there is no such peer.
std::unique_ptr<Peer> make_peer(std::string_view name, const std::string& folder);

// One file each in bench/macro/peers.
std::unique_ptr<Peer> make_tidemark_embedded(const std::string& folder);
std::unique_ptr<Peer> make_tidemark_server(const std::string& folder);
std::unique_ptr<Peer> make_duckdb(const std::string& folder);
std::unique_ptr<Peer> make_sqlite(const std::string& folder);
std::unique_ptr<Peer> make_postgres(const std::string& folder);
std::unique_ptr<Peer> make_victoriametrics(const std::string& folder);

}  // namespace tidemark::bench
