#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tidemark {

/// The connection was closed by the other side, or timed out, or broke: there is nobody left to tell.
struct StreamClosed {};

/// A byte stream to one client: a TCP socket, perhaps with TLS on top. Blocking; used by one thread, but for
/// `shut_down`.
class Stream {
 public:
  virtual ~Stream() = default;
  /// At least one byte. Throws StreamClosed at the end of the stream.
  virtual size_t read_some(std::span<char> out) = 0;
  /// All of it.
  virtual void write(std::string_view bytes) = 0;
  /// Reads that would wait beyond `deadline` throw StreamClosed instead, so that a client cannot hold a place by
  /// sending slowly; nullopt: they wait for ever, which is how a stream begins.
  virtual void set_read_deadline(std::optional<std::chrono::steady_clock::time_point> deadline) = 0;
  /// False if nothing came within `timeout_ms` (-1: waits for ever).
  virtual bool wait_readable(int timeout_ms) = 0;
  [[nodiscard]] virtual bool encrypted() const { return false; }
  [[nodiscard]] virtual bool from_loopback() const = 0;
  [[nodiscard]] virtual std::string peer() const = 0;
  /// Wakes a thread that is blocked here; any thread may call.
  virtual void shut_down() noexcept = 0;
};

/// Certificate and key of the server, made once.
class TlsContext {
 public:
  /// TLS 1.2 or newer. Throws F0000 if the files cannot be used (a key that others may read is refused).
  TlsContext(const std::string& certificate_file, const std::string& key_file);
  ~TlsContext();
  /// Takes over a plain stream and does the handshake. Throws StreamClosed if that fails.
  std::unique_ptr<Stream> accept(std::unique_ptr<Stream> plain) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Over a connected TCP socket, which it closes in the end.
std::unique_ptr<Stream> make_socket_stream(int socket);

}  // namespace tidemark
