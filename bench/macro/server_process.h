#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace tidemark::bench {

/// A `tidemark serve` on a folder, in a process of its own on free ports of the loopback address. It is this very
/// program, started anew.
class ServerProcess {
 public:
  /// Returns when it is ready. Throws 57P03 if it does not start.
  explicit ServerProcess(const std::string& folder);
  /// Stops it cleanly.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] uint16_t pg_port() const { return pg_port_; }
  [[nodiscard]] uint16_t http_port() const { return http_port_; }
  /// Sends the signal and waits for the end.
  void stop(int signal);

 private:
  pid_t pid_ = 0;
  uint16_t pg_port_ = 0;
  uint16_t http_port_ = 0;
};

}  // namespace tidemark::bench
