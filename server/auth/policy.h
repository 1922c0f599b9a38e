#pragma once

#include <string>

#include "tidemark/database.h"

namespace tidemark {

/// Who has to prove who he is (D18).
enum class AuthMethod { kTrust, kScram };

/// The method for a connection: what the setting `auth` says; `auto` admits everyone until the first role has a
/// password.
AuthMethod auth_method(const Database& database);

/// The role that a client who names `role` gets: itself, or, while everyone is admitted and there is no such role, the
/// built-in one.
std::string admitted_role(const Database& database, const std::string& role);

/// Throws 22023 if `address` may not be listened on with the `auth` setting as it is: anything but loopback needs
/// passwords.
void require_safe_listen(const Database& database, const std::string& address);

}  // namespace tidemark
