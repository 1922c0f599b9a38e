#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "server/listener.h"
#include "tidemark/database.h"

namespace tidemark::pgwire {

struct PgServerOptions {
  std::string listen = "127.0.0.1";
  uint16_t port = 5433;
};

/// The PostgreSQL door: protocol 3.0 on one port. Cancel requests find their session here.
class PgServer {
 public:
  PgServer(Database& database, const PgServerOptions& options);
  ~PgServer() { stop(); }

  [[nodiscard]] uint16_t port() const { return listener_->port(); }
  void start() { listener_->start(); }
  void stop() { listener_->stop(); }

  // For connections
  [[nodiscard]] Database& database() { return database_; }
  [[nodiscard]] const TlsContext* tls() const { return tls_ ? &*tls_ : nullptr; }
  /// Stands for unknown roles in SCRAM; made anew at each start.
  [[nodiscard]] const std::string& mock_secret() const { return mock_secret_; }
  int32_t register_session(int32_t process_id);
  void forget_session(int32_t process_id);
  void cancel(int32_t process_id, int32_t secret);

 private:
  void refuse(Stream& stream);

  Database& database_;
  std::optional<TlsContext> tls_;
  std::string mock_secret_;
  std::mutex mutex_;
  std::map<int32_t, int32_t> secrets_;  ///< Guarded by mutex_: by process id.
  std::unique_ptr<Listener> listener_;  ///< last: its threads use the others
};

}  // namespace tidemark::pgwire
