#include "bench/macro/server_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "base/error.h"

namespace tidemark::bench {

ServerProcess::ServerProcess(const std::string& folder) {
  int pipe_ends[2];
  if (::pipe2(pipe_ends, O_CLOEXEC) != 0) {
    throw Error(sqlstate::kIoError, "could not make a pipe");
  }
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(pipe_ends[1], STDOUT_FILENO);
    ::execl("/proc/self/exe", "tidemark", "serve", "--data", folder.c_str(), "--pg-port", "0", "--http-port", "0",
            nullptr);
    ::_exit(127);
  }
  ::close(pipe_ends[1]);
  FILE* output = ::fdopen(pipe_ends[0], "r");
  char line[1024] = "";
  const char* read = std::fgets(line, sizeof line, output);
  std::fclose(output);
  unsigned pg = 0;
  unsigned http = 0;
  constexpr const char* kReady = "tidemark is ready: PostgreSQL on 127.0.0.1:%u, InfluxDB HTTP on 127.0.0.1:%u";
  if (read == nullptr || std::sscanf(line, kReady, &pg, &http) != 2) {
    stop(SIGKILL);
    throw Error(sqlstate::kCannotConnectNow, "the server did not start");
  }
  pg_port_ = static_cast<uint16_t>(pg);
  http_port_ = static_cast<uint16_t>(http);
}

ServerProcess::~ServerProcess() { stop(SIGTERM); }

void ServerProcess::stop(int signal) {
  if (pid_ > 0) {
    ::kill(pid_, signal);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
}

}  // namespace tidemark::bench
