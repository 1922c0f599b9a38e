#include "engine/scram_verifier.h"

#include "base/binary_text.h"
#include "base/digest.h"

namespace tidemark {

std::string scram_verifier(std::string_view password) {
  if (password.starts_with("SCRAM-SHA-256$")) {
    return std::string(password);
  }
  constexpr int kIterations = 4096;
  constexpr size_t kSaltBytes = 16;
  const std::string salt = random_bytes(kSaltBytes);
  const std::string salted = pbkdf2_sha256(password, salt, kIterations);
  const std::string stored_key = digest(DigestAlgorithm::kSha256, hmac_sha256(salted, "Client Key"));
  const std::string server_key = hmac_sha256(salted, "Server Key");
  return "SCRAM-SHA-256$" + std::to_string(kIterations) + ":" + to_base64(salt) + "$" + to_base64(stored_key) + ":" +
         to_base64(server_key);
}

}  // namespace tidemark
