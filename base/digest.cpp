#include "base/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <boost/crc.hpp>
#include <limits>
#include <memory>

#include "base/check.h"
#include "base/error.h"

namespace tidemark {
namespace {

unsigned char* raw(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }
const unsigned char* raw(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

void check_openssl(bool success) {
  if (!success) {
    throw Error(sqlstate::kInternalError, "a function of OpenSSL failed");
  }
}

/// Fetching an algorithm is slow in OpenSSL 3: once for all.
const EVP_MD* algorithm_of(DigestAlgorithm algorithm) {
  struct Free {
    void operator()(EVP_MD* method) const { EVP_MD_free(method); }
  };
  using Method = std::unique_ptr<EVP_MD, Free>;
  static const auto method_of = [] {
    constexpr std::array<const char*, 6> kNames = {"MD5", "SHA1", "SHA224", "SHA256", "SHA384", "SHA512"};
    std::array<Method, kNames.size()> methods;
    for (size_t i = 0; i < kNames.size(); ++i) {
      methods[i] = Method(EVP_MD_fetch(nullptr, kNames[i], nullptr));
    }
    return methods;
  }();
  const EVP_MD* method = method_of[static_cast<size_t>(algorithm)].get();
  if (method == nullptr) {
    throw Error(sqlstate::kFeatureNotSupported, "this build of OpenSSL does not offer that digest");
  }
  return method;
}

}  // namespace

std::string digest(DigestAlgorithm algorithm, std::string_view bytes) {
  std::string result(EVP_MAX_MD_SIZE, '\0');
  unsigned int length = 0;
  check_openssl(EVP_Digest(bytes.data(), bytes.size(), raw(result), &length, algorithm_of(algorithm), nullptr) == 1);
  result.resize(length);
  return result;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  TIDEMARK_CHECK(key.size() <= std::numeric_limits<int>::max());
  std::string result(32, '\0');
  unsigned int length = 0;
  check_openssl(HMAC(algorithm_of(DigestAlgorithm::kSha256), key.data(), static_cast<int>(key.size()), raw(bytes),
                     bytes.size(), raw(result), &length) != nullptr);
  return result;
}

std::string pbkdf2_sha256(std::string_view password, std::string_view salt, int iterations) {
  TIDEMARK_CHECK(iterations > 0);
  TIDEMARK_CHECK(password.size() <= std::numeric_limits<int>::max() && salt.size() <= std::numeric_limits<int>::max());
  std::string result(32, '\0');
  check_openssl(PKCS5_PBKDF2_HMAC(password.data(), static_cast<int>(password.size()), raw(salt),
                                  static_cast<int>(salt.size()), iterations, algorithm_of(DigestAlgorithm::kSha256),
                                  static_cast<int>(result.size()), raw(result)) == 1);
  return result;
}

uint32_t crc32c(std::string_view bytes) {
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

std::string random_bytes(size_t count) {
  TIDEMARK_CHECK(count <= std::numeric_limits<int>::max());
  std::string result(count, '\0');
  check_openssl(RAND_bytes(raw(result), static_cast<int>(count)) == 1);
  return result;
}

}  // namespace tidemark
