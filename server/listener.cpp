#include "server/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <system_error>

#include "base/error.h"
#include "base/logging.h"

namespace tidemark {
namespace {

struct Addresses {
  addrinfo* list = nullptr;
  ~Addresses() {
    if (list != nullptr) {
      ::freeaddrinfo(list);
    }
  }
};

void resolve(const std::string& address, uint16_t port, Addresses& addresses) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  const std::string service = std::to_string(port);
  const int failure =
      ::getaddrinfo(address == "*" ? nullptr : address.c_str(), service.c_str(), &hints, &addresses.list);
  if (failure != 0) {
    throw Error(sqlstate::kIoError,
                "could not translate host name \"" + address + "\" to address: " + ::gai_strerror(failure));
  }
}

uint16_t bound_port(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET ? reinterpret_cast<sockaddr_in*>(&address)->sin_port
                                            : reinterpret_cast<sockaddr_in6*>(&address)->sin6_port);
}

}  // namespace

bool is_loopback_address(const std::string& address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

Listener::Listener(const std::string& address, uint16_t port, size_t connections_max, Handler handler, Refusal refuse)
    : connections_max_(connections_max), handler_(std::move(handler)), refuse_(std::move(refuse)) {
  Addresses addresses;
  resolve(address, port, addresses);
  int failure = 0;
  for (const addrinfo* candidate = addresses.list; candidate != nullptr; candidate = candidate->ai_next) {
    const int socket = ::socket(candidate->ai_family, candidate->ai_socktype | SOCK_CLOEXEC, candidate->ai_protocol);
    if (socket < 0) {
      failure = errno;
      continue;
    }
    const int on = 1;
    ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (::bind(socket, candidate->ai_addr, candidate->ai_addrlen) == 0 && ::listen(socket, SOMAXCONN) == 0) {
      socket_ = socket;
      port_ = bound_port(socket);
      return;
    }
    failure = errno;
    ::close(socket);
  }
  throw Error(failure == EADDRINUSE ? sqlstate::kObjectInUse : sqlstate::kIoError,
              "could not listen on " + address + ":" + std::to_string(port) + ": " + std::strerror(failure));
}

Listener::~Listener() {
  stop();
  ::close(socket_);
}

void Listener::start() {
  accepting_ = std::thread([this] { accept_connections(); });
}

void Listener::accept_connections() {
  while (!stopping_.load()) {
    const int socket = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
        // Somebody has to leave first; spinning on the same error would not help him.
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
      }
      continue;
    }
    uint64_t id = 0;  // 0: not admitted
    {
      const std::lock_guard lock(mutex_);
      if (!stopping_.load() && open_.size() < connections_max_) {
        id = ++next_id_;
        open_.emplace(id, ::fcntl(socket, F_DUPFD_CLOEXEC, 0));
      }
    }
    try {
      if (id != 0) {
        std::thread([this, socket, id] { run(socket, id); }).detach();
      } else {
        const auto stream = make_socket_stream(socket);
        refuse_(*stream);
      }
    } catch (const StreamClosed&) {  // refused anyway
    } catch (const std::system_error&) {
      // No thread to be had: the connection is dropped, the server lives.
      ::close(socket);
      forget(id);
    }
  }
}

void Listener::forget(uint64_t id) {
  const std::lock_guard lock(mutex_);
  const auto found = open_.find(id);
  ::close(found->second);
  open_.erase(found);
  ended_.notify_all();
}

void Listener::run(int socket, uint64_t id) {
  try {
    handler_(make_socket_stream(socket));
  } catch (const StreamClosed&) {  // the usual end
  } catch (const std::exception& error) {
    log_error(std::string("connection ended by an unexpected error: ") + error.what());
  }
  forget(id);
}

void Listener::stop() {
  if (stopping_.exchange(true)) {
    return;
  }
  ::shutdown(socket_, SHUT_RDWR);
  if (accepting_.joinable()) {
    accepting_.join();
  }
  std::unique_lock lock(mutex_);
  for (const auto& [id, socket] : open_) {
    ::shutdown(socket, SHUT_RDWR);
  }
  ended_.wait(lock, [this] { return open_.empty(); });
}

size_t Listener::connection_count() const {
  const std::lock_guard lock(mutex_);
  return open_.size();
}

}  // namespace tidemark
