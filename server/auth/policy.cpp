#include "server/auth/policy.h"

#include "base/error.h"
#include "server/listener.h"

namespace tidemark {

AuthMethod auth_method(const Database& database) {
  const std::string& method = database.server_settings().text(Setting::kAuth);
  if (method == "trust") {
    return AuthMethod::kTrust;
  }
  return method == "auto" && !database.any_role_has_password() ? AuthMethod::kTrust : AuthMethod::kScram;
}

std::string admitted_role(const Database& database, const std::string& role) {
  const bool everyone = database.server_settings().text(Setting::kAuth) == "auto" && !database.any_role_has_password();
  return everyone && !database.role_login(role).exists ? "tidemark" : role;
}

void require_safe_listen(const Database& database, const std::string& address) {
  if (is_loopback_address(address)) {
    return;
  }
  if (database.server_settings().text(Setting::kAuth) == "trust") {
    throw Error(sqlstate::kInvalidParameterValue, "refused to listen on " + address + " with auth = trust")
        .with_hint("Use auth = scram-sha-256, or listen on 127.0.0.1.");
  }
  if (!database.any_role_has_password()) {
    throw Error(sqlstate::kInvalidParameterValue, "refused to listen on " + address + " while no role has a password")
        .with_hint("Start on 127.0.0.1 first and run ALTER ROLE tidemark PASSWORD '…'.");
  }
}

}  // namespace tidemark
