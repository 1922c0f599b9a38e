#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tidemark::bench {

/// Runs a program to its end, its output to `log`. Throws 58P01 if it cannot be run or does not exit with 0.
void run_command(const std::vector<std::string>& words, const std::string& log);

/// A program that runs beside this one until this object goes, its output to `log`.
class BackgroundCommand {
 public:
  BackgroundCommand(const std::vector<std::string>& words, const std::string& log);
  /// Stops it with SIGTERM and waits for its end.
  ~BackgroundCommand();
  BackgroundCommand(const BackgroundCommand&) = delete;
  BackgroundCommand& operator=(const BackgroundCommand&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  pid_t pid_;
};

/// A port of the loopback address that nobody listens on at the moment.
uint16_t free_port();

}  // namespace tidemark::bench
