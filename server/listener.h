#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "server/stream.h"

namespace tidemark {

/// Accepts TCP connections and gives each a thread of its own. A blocked client then holds nothing but its thread, and
/// a connection's code reads from top to bottom.
class Listener {
 public:
  /// Called on the connection's thread; the connection ends when it returns. It must throw nothing but StreamClosed.
  /// The stream may be replaced by one on top of it (TLS).
  using Handler = std::function<void(std::unique_ptr<Stream> stream)>;
  /// Called on the accepting thread when there are too many; says so to the client.
  using Refusal = std::function<void(Stream& stream)>;

  /// Binds at once; port 0 picks a free one. Throws 55006 if the address is in use, 58030 if it cannot be bound.
  Listener(const std::string& address, uint16_t port, size_t connections_max, Handler handler, Refusal refuse);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  [[nodiscard]] uint16_t port() const { return port_; }
  void start();
  /// Takes no more connections, wakes and ends those that are open.
  void stop();
  [[nodiscard]] size_t connection_count() const;

 private:
  void accept_connections();
  void run(int socket, uint64_t id);
  void forget(uint64_t id);

  const size_t connections_max_;
  Handler handler_;
  Refusal refuse_;
  int socket_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::thread accepting_;

  mutable std::mutex mutex_;
  std::condition_variable ended_;
  uint64_t next_id_ = 0;  ///< Guarded by mutex_.
  /// Guarded by mutex_: second descriptors of the sockets of running connections. The first ones belong to the streams,
  /// which may close them (and let the number be used again) before `stop` looks here.
  std::map<uint64_t, int> open_;
};

/// Whether an address text names this machine only.
bool is_loopback_address(const std::string& address);

}  // namespace tidemark
