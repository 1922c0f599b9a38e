#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tidemark {

/// A stored `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` in parts (raw bytes).
struct ScramVerifier {
  int iterations = 0;
  std::string salt, stored_key, server_key;

  static std::optional<ScramVerifier> parse(std::string_view text);
  /// For roles that do not exist or have no password: the exchange then runs to its end and fails, with a salt that
  /// stays the same for the same name, so that names cannot be probed. `secret` is the server's own.
  static ScramVerifier mock(std::string_view role, std::string_view secret);
  /// Whether `password` is the one, for doors that get it in clear (HTTP Basic).
  [[nodiscard]] bool accepts(std::string_view password) const;
};

/// The server's side of one SCRAM-SHA-256 exchange (RFC 5802, RFC 7677), without channel binding.
class ScramExchange {
 public:
  explicit ScramExchange(ScramVerifier verifier) : verifier_(std::move(verifier)) {}

  /// client-first-message → server-first-message. Throws 08P01 for a malformed message.
  std::string challenge(std::string_view client_first);
  /// client-final-message → server-final-message, or nothing if the proof is wrong. Throws 08P01 for a malformed
  /// message.
  std::optional<std::string> finish(std::string_view client_final);

 private:
  ScramVerifier verifier_;
  std::string gs2_header_;
  std::string nonce_;
  std::string auth_message_;
};

}  // namespace tidemark
