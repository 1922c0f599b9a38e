#include "server/auth/scram.h"

#include <charconv>

#include "base/binary_text.h"
#include "base/digest.h"
#include "base/error.h"

namespace tidemark {
namespace {

constexpr int kIterations = 4096;
constexpr size_t kNonceBytes = 18;

[[noreturn]] void malformed(const std::string& detail) {
  throw Error(sqlstate::kProtocolViolation, "malformed SCRAM message").with_detail(detail);
}

/// `name=value` at the front of `message`, up to the next comma.
std::string_view take_attribute(std::string_view& message, char name) {
  if (message.size() < 2 || message[0] != name || message[1] != '=') {
    malformed(std::string("Expected attribute \"") + name + "\".");
  }
  const size_t comma = message.find(',');
  const std::string_view value = message.substr(2, comma == std::string_view::npos ? comma : comma - 2);
  message.remove_prefix(comma == std::string_view::npos ? message.size() : comma + 1);
  return value;
}

std::string decode(std::string_view text) {
  auto bytes = from_base64(text);
  if (!bytes) {
    malformed("Invalid base64.");
  }
  return std::move(*bytes);
}

}  // namespace

std::optional<ScramVerifier> ScramVerifier::parse(std::string_view text) {
  constexpr std::string_view kPrefix = "SCRAM-SHA-256$";
  if (!text.starts_with(kPrefix)) {
    return std::nullopt;
  }
  text.remove_prefix(kPrefix.size());
  const size_t colon = text.find(':');
  const size_t dollar = text.find('$');
  const size_t last = text.rfind(':');
  if (colon == std::string_view::npos || dollar == std::string_view::npos || last <= dollar || colon > dollar) {
    return std::nullopt;
  }
  ScramVerifier verifier;
  std::from_chars(text.data(), text.data() + colon, verifier.iterations);
  auto salt = from_base64(text.substr(colon + 1, dollar - colon - 1));
  auto stored_key = from_base64(text.substr(dollar + 1, last - dollar - 1));
  auto server_key = from_base64(text.substr(last + 1));
  if (verifier.iterations <= 0 || !salt || !stored_key || !server_key) {
    return std::nullopt;
  }
  verifier.salt = std::move(*salt);
  verifier.stored_key = std::move(*stored_key);
  verifier.server_key = std::move(*server_key);
  return verifier;
}

ScramVerifier ScramVerifier::mock(std::string_view role, std::string_view secret) {
  ScramVerifier verifier;
  verifier.iterations = kIterations;
  verifier.salt = hmac_sha256(secret, role).substr(0, 16);
  verifier.stored_key = random_bytes(32);
  verifier.server_key = random_bytes(32);
  return verifier;
}

bool ScramVerifier::accepts(std::string_view password) const {
  const std::string salted = pbkdf2_sha256(password, salt, iterations);
  return equal_in_constant_time(digest(DigestAlgorithm::kSha256, hmac_sha256(salted, "Client Key")), stored_key);
}

std::string ScramExchange::challenge(std::string_view client_first) {
  const std::string_view whole = client_first;
  const size_t first_comma = client_first.find(',');
  const size_t second_comma =
      first_comma == std::string_view::npos ? first_comma : client_first.find(',', first_comma + 1);
  if (second_comma == std::string_view::npos || (client_first[0] != 'n' && client_first[0] != 'y')) {
    malformed("Channel binding is not offered.");
  }
  gs2_header_ = std::string(whole.substr(0, second_comma + 1));
  std::string_view bare = whole.substr(second_comma + 1);
  const std::string client_first_bare(bare);
  static_cast<void>(take_attribute(bare, 'n'));  // the name is the start-up packet's
  nonce_ = std::string(take_attribute(bare, 'r')) + to_base64(random_bytes(kNonceBytes));
  std::string server_first =
      "r=" + nonce_ + ",s=" + to_base64(verifier_.salt) + ",i=" + std::to_string(verifier_.iterations);
  auth_message_ = client_first_bare + "," + server_first;
  return server_first;
}

std::optional<std::string> ScramExchange::finish(std::string_view client_final) {
  const size_t proof_start = client_final.rfind(",p=");
  if (proof_start == std::string_view::npos) {
    malformed("Expected attribute \"p\".");
  }
  std::string_view without_proof = client_final.substr(0, proof_start);
  auth_message_ += "," + std::string(without_proof);
  if (decode(take_attribute(without_proof, 'c')) != gs2_header_) {
    malformed("The channel binding does not match.");
  }
  if (take_attribute(without_proof, 'r') != nonce_) {
    malformed("The nonce does not match.");
  }
  std::string client_key = decode(client_final.substr(proof_start + 3));
  const std::string signature = hmac_sha256(verifier_.stored_key, auth_message_);
  if (client_key.size() != signature.size()) {
    malformed("The proof has the wrong length.");
  }
  for (size_t i = 0; i < client_key.size(); ++i) {
    client_key[i] = static_cast<char>(client_key[i] ^ signature[i]);
  }
  if (!equal_in_constant_time(digest(DigestAlgorithm::kSha256, client_key), verifier_.stored_key)) {
    return std::nullopt;
  }
  return "v=" + to_base64(hmac_sha256(verifier_.server_key, auth_message_));
}

}  // namespace tidemark
