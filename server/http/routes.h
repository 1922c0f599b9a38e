#pragma once

#include <map>
#include <memory>
#include <string>

#include "server/http/http_message.h"
#include "server/stream.h"
#include "tidemark/database.h"

namespace tidemark::http {

/// Answers the requests of one connection. Keeps an engine Connection for each (database, role) that the client uses.
class Router {
 public:
  explicit Router(Database& database) : database_(database) {}

  /// Never throws Error: what goes wrong becomes an answer in InfluxDB's form.
  Response handle(const Request& request, Stream& stream);

 private:
  struct Credentials {
    std::string user;
    std::string password;
    bool given = false;
  };

  Response route(const Request& request, Stream& stream);
  Response ping(const Request& request) const;
  Response health() const;
  Response metrics() const;
  Response write(const Request& request, const std::string& role);
  Response query(const Request& request, const std::string& role);
  Response sql(const Request& request, const std::string& role);

  /// The role that the request acts as; or 401 in `refusal`.
  std::string authenticate(const Request& request, Response& refusal) const;
  [[nodiscard]] static Credentials credentials(const Request& request);
  Connection& connection(const std::string& database, const std::string& role);

  Database& database_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Connection>> connections_;
};

}  // namespace tidemark::http
