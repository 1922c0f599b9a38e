#include "server/pgwire/pg_server.h"

#include <cstring>

#include "base/digest.h"
#include "server/pgwire/message_writer.h"
#include "server/pgwire/pg_session.h"

namespace tidemark::pgwire {
namespace {

size_t connections_max(const Database& database) {
  // Clients that have not proved who they are take places, too; sessions have a limit of their own in the engine.
  const Settings& settings = database.server_settings();
  return static_cast<size_t>(settings.integer(Setting::kMaxConnections) +
                             settings.integer(Setting::kUnauthenticatedConnectionsMax));
}

}  // namespace

PgServer::PgServer(Database& database, const PgServerOptions& options)
    : database_(database), mock_secret_(random_bytes(32)) {
  const Settings& settings = database.server_settings();
  if (settings.boolean(Setting::kSsl)) {
    tls_.emplace(settings.text(Setting::kSslCertFile), settings.text(Setting::kSslKeyFile));
  }
  listener_ = std::make_unique<Listener>(
      options.listen, options.port, connections_max(database),
      [this](std::unique_ptr<Stream> stream) { PgSession(*this, std::move(stream)).run(); },
      [this](Stream& stream) { refuse(stream); });
}

void PgServer::refuse(Stream& stream) {
  MessageWriter writer(stream, 1024);
  writer.error(Error(sqlstate::kTooManyConnections, "sorry, too many clients already"), "FATAL");
  writer.flush();
}

int32_t PgServer::register_session(int32_t process_id) {
  int32_t secret = 0;
  const std::string bytes = random_bytes(sizeof secret);
  std::memcpy(&secret, bytes.data(), sizeof secret);
  const std::lock_guard lock(mutex_);
  secrets_[process_id] = secret;
  return secret;
}

void PgServer::forget_session(int32_t process_id) {
  const std::lock_guard lock(mutex_);
  secrets_.erase(process_id);
}

void PgServer::cancel(int32_t process_id, int32_t secret) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = secrets_.find(process_id);
    if (found == secrets_.end()) {
      return;
    }
    const std::string_view given(reinterpret_cast<const char*>(&secret), sizeof secret);
    const std::string_view known(reinterpret_cast<const char*>(&found->second), sizeof secret);
    if (!equal_in_constant_time(given, known)) {
      return;
    }
  }
  database_.cancel(process_id);
}

}  // namespace tidemark::pgwire
