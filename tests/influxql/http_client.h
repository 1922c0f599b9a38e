#pragma once

#include <cstdint>
#include <string>

namespace tidemark::testing {

struct HttpAnswer {
  int status = 0;
  std::string body;
};

/// One POST to 127.0.0.1 over a connection of its own.
HttpAnswer http_post(uint16_t port, const std::string& target, const std::string& body);

/// Percent-encoded, for a URL's query string.
std::string encode_parameter(const std::string& text);

}  // namespace tidemark::testing
