#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tidemark {

/// Digests of cryptography, by OpenSSL. Results are raw bytes (see base/binary_text.h for hex and base64).
enum class DigestAlgorithm { kMd5, kSha1, kSha224, kSha256, kSha384, kSha512 };

[[nodiscard]] std::string digest(DigestAlgorithm algorithm, std::string_view bytes);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// PBKDF2 with HMAC-SHA-256, 32 bytes: SCRAM's Hi(). Precondition: iterations > 0.
[[nodiscard]] std::string pbkdf2_sha256(std::string_view password, std::string_view salt, int iterations);

/// CRC-32C (Castagnoli), for formats of others; our own checksums are in base/hash.h.
[[nodiscard]] uint32_t crc32c(std::string_view bytes);

/// Compares secrets in a time that depends on their lengths only.
[[nodiscard]] bool equal_in_constant_time(std::string_view left, std::string_view right);
/// Bytes for secrets, salts, keys and uuids, from the system's generator.
[[nodiscard]] std::string random_bytes(size_t count);

}  // namespace tidemark
