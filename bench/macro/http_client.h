#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tidemark::bench {

/// A client of one HTTP server over one kept connection, made again when the server ends it; for loads and checks on
/// this machine.
class HttpClient {
 public:
  HttpClient(const std::string& host, uint16_t port);
  ~HttpClient();

  struct Answer {
    int status = 0;
    std::string body;
  };
  /// Throws Error 08000 if the connection breaks.
  Answer post(std::string_view target, std::string_view body);
  Answer get(std::string_view target);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `text` for a query string.
std::string percent_encode(std::string_view text);

}  // namespace tidemark::bench
