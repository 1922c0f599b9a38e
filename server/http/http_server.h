#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "server/listener.h"
#include "tidemark/database.h"

namespace tidemark::http {

struct HttpServerOptions {
  std::string listen = "127.0.0.1";
  uint16_t port = 8086;
};

/// The HTTP door: InfluxDB 1.x's API, SQL over HTTP, metrics. Routes are in server/http/routes.h.
class HttpServer {
 public:
  HttpServer(Database& database, const HttpServerOptions& options);
  ~HttpServer() { stop(); }

  [[nodiscard]] uint16_t port() const { return listener_->port(); }
  void start() { listener_->start(); }
  void stop() { listener_->stop(); }

 private:
  void serve(std::unique_ptr<Stream> stream);

  Database& database_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace tidemark::http
