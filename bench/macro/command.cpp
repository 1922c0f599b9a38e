#include "bench/macro/command.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "base/error.h"

namespace tidemark::bench {

namespace {

pid_t start(const std::vector<std::string>& words, const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : words) {
    arguments.push_back(const_cast<char*>(word.c_str()));  // NOLINT: execvp takes them so and changes none
  }
  arguments.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  return child;
}

}  // namespace

void run_command(const std::vector<std::string>& words, const std::string& log) {
  int status = -1;
  ::waitpid(start(words, log), &status, 0);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    throw Error(sqlstate::kUndefinedFile, words[0] + " failed; see " + log);
  }
}

BackgroundCommand::BackgroundCommand(const std::vector<std::string>& words, const std::string& log)
    : pid_(start(words, log)) {}

BackgroundCommand::~BackgroundCommand() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
}

uint16_t free_port() {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);  // NOLINT: what the socket API asks for
  const bool bound = ::bind(socket, generic, size) == 0 && ::getsockname(socket, generic, &size) == 0;
  ::close(socket);
  if (!bound) {
    throw Error(sqlstate::kIoError, "there is no free port");
  }
  return ntohs(address.sin_port);
}

}  // namespace tidemark::bench
