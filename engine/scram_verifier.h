#pragma once

#include <string>
#include <string_view>

namespace tidemark {

/// The form in which a password is kept: `SCRAM-SHA-256$4096:salt$StoredKey:ServerKey`, as PostgreSQL writes it (RFC
/// 5802, RFC 7677). A text that is such a verifier already is taken as it is. The password itself is not kept anywhere.
std::string scram_verifier(std::string_view password);

}  // namespace tidemark
