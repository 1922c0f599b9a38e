#include "server/stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "base/error.h"

namespace tidemark {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kConfigFileError = "F0000";

class SocketStream final : public Stream {
 public:
  explicit SocketStream(int socket) : socket_(socket) {
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  }
  ~SocketStream() override { ::close(socket_); }
  SocketStream(const SocketStream&) = delete;
  SocketStream& operator=(const SocketStream&) = delete;

  size_t read_some(std::span<char> out) override {
    for (;;) {
      if (deadline_ && !wait_readable(remaining_ms())) {
        throw StreamClosed{};
      }
      const ssize_t count = ::recv(socket_, out.data(), out.size(), 0);
      if (count > 0) {
        return static_cast<size_t>(count);
      }
      if (count == 0 || errno != EINTR) {
        throw StreamClosed{};
      }
    }
  }

  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (count > 0) {
        bytes.remove_prefix(static_cast<size_t>(count));
      } else if (errno != EINTR) {
        throw StreamClosed{};
      }
    }
  }

  void set_read_deadline(std::optional<SteadyClock::time_point> deadline) override {
    deadline_ = deadline;
    // TLS reads the socket by itself, in the midst of a record or a handshake: there each of its reads is bounded.
    const int ms = deadline ? std::max(remaining_ms(), 1) : 0;
    const timeval limit{ms / 1000, ms % 1000 * 1000};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  }

  bool wait_readable(int timeout_ms) override {
    pollfd wanted{socket_, POLLIN, 0};
    for (;;) {
      const int ready = ::poll(&wanted, 1, timeout_ms);
      if (ready >= 0 || errno != EINTR) {
        return ready != 0;
      }
    }
  }

  [[nodiscard]] bool from_loopback() const override {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
      return false;
    }
    if (address.ss_family == AF_INET) {
      const auto* ipv4 = reinterpret_cast<const sockaddr_in*>(&address);
      return (ntohl(ipv4->sin_addr.s_addr) >> 24) == 127;
    }
    const auto* ipv6 = reinterpret_cast<const sockaddr_in6*>(&address);
    return IN6_IS_ADDR_LOOPBACK(&ipv6->sin6_addr);
  }

  [[nodiscard]] std::string peer() const override {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    char text[INET6_ADDRSTRLEN] = "?";
    if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
      const void* host = address.ss_family == AF_INET
                             ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(&address)->sin_addr)
                             : static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr);
      ::inet_ntop(address.ss_family, host, text, sizeof text);
    }
    return text;
  }

  void shut_down() noexcept override { ::shutdown(socket_, SHUT_RDWR); }
  [[nodiscard]] int socket() const { return socket_; }

 private:
  [[nodiscard]] int remaining_ms() const {
    const auto remaining = std::chrono::ceil<std::chrono::milliseconds>(*deadline_ - SteadyClock::now()).count();
    return static_cast<int>(std::clamp<int64_t>(remaining, 0, std::numeric_limits<int>::max()));
  }

  int socket_;
  std::optional<SteadyClock::time_point> deadline_;
};

class TlsStream final : public Stream {
 public:
  TlsStream(SSL* ssl, std::unique_ptr<SocketStream> plain) : ssl_(ssl), plain_(std::move(plain)) {}
  ~TlsStream() override {
    ::SSL_shutdown(ssl_);
    ::SSL_free(ssl_);
  }
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  size_t read_some(std::span<char> out) override {
    const int count = ::SSL_read(ssl_, out.data(), clamp(out.size()));
    if (count <= 0) {
      throw StreamClosed{};
    }
    return static_cast<size_t>(count);
  }
  void write(std::string_view bytes) override {
    while (!bytes.empty()) {
      const int count = ::SSL_write(ssl_, bytes.data(), clamp(bytes.size()));
      if (count <= 0) {
        throw StreamClosed{};
      }
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }
  void set_read_deadline(std::optional<SteadyClock::time_point> deadline) override {
    plain_->set_read_deadline(deadline);
  }
  bool wait_readable(int timeout_ms) override { return ::SSL_pending(ssl_) > 0 || plain_->wait_readable(timeout_ms); }
  [[nodiscard]] bool encrypted() const override { return true; }
  [[nodiscard]] bool from_loopback() const override { return plain_->from_loopback(); }
  [[nodiscard]] std::string peer() const override { return plain_->peer(); }
  void shut_down() noexcept override { plain_->shut_down(); }

 private:
  static int clamp(size_t size) { return static_cast<int>(std::min<size_t>(size, std::numeric_limits<int>::max())); }
  SSL* ssl_;
  std::unique_ptr<SocketStream> plain_;
};

}  // namespace

struct TlsContext::State {
  SSL_CTX* context = nullptr;
};

TlsContext::TlsContext(const std::string& certificate_file, const std::string& key_file)
    : state_(std::make_unique<State>()) {
  struct stat key_status{};
  if (::stat(key_file.c_str(), &key_status) != 0) {
    throw Error(kConfigFileError, "could not access private key file \"" + key_file + "\"");
  }
  if ((key_status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    throw Error(kConfigFileError, "private key file \"" + key_file + "\" has group or world access")
        .with_detail("File must have permissions u=rw (0600) or less.");
  }
  state_->context = ::SSL_CTX_new(TLS_server_method());
  ::SSL_CTX_set_min_proto_version(state_->context, TLS1_2_VERSION);
  if (::SSL_CTX_use_certificate_chain_file(state_->context, certificate_file.c_str()) != 1 ||
      ::SSL_CTX_use_PrivateKey_file(state_->context, key_file.c_str(), SSL_FILETYPE_PEM) != 1 ||
      ::SSL_CTX_check_private_key(state_->context) != 1) {
    ::SSL_CTX_free(state_->context);
    throw Error(kConfigFileError, "could not load server certificate \"" + certificate_file + "\" and its key");
  }
}

TlsContext::~TlsContext() { ::SSL_CTX_free(state_->context); }

std::unique_ptr<Stream> TlsContext::accept(std::unique_ptr<Stream> plain) const {
  std::unique_ptr<SocketStream> socket(static_cast<SocketStream*>(plain.release()));
  SSL* ssl = ::SSL_new(state_->context);
  if (ssl == nullptr || ::SSL_set_fd(ssl, socket->socket()) != 1 || ::SSL_accept(ssl) != 1) {
    ::SSL_free(ssl);
    throw StreamClosed{};
  }
  return std::make_unique<TlsStream>(ssl, std::move(socket));
}

std::unique_ptr<Stream> make_socket_stream(int socket) { return std::make_unique<SocketStream>(socket); }

}  // namespace tidemark
