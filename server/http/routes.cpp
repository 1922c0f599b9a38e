#include "server/http/routes.h"

#include <fmt/format.h>

#include "base/binary_text.h"
#include "base/error.h"
#include "server/auth/policy.h"
#include "server/auth/scram.h"
#include "server/http/influxql_result.h"
#include "server/http/sql_result.h"

namespace tidemark::http {
namespace {

Response no_content() {
  Response response;
  response.status = 204;
  return response;
}

Response plain(int status, std::string content_type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = std::move(content_type);
  response.body = std::move(body);
  return response;
}

/// The HTTP status for an error that is not the request's own fault.
int status_of(const Error& error) {
  const std::string& state = error.sqlstate();
  if (state == sqlstate::kInsufficientResources || state == sqlstate::kTooManyConnections ||
      state == sqlstate::kOutOfMemory) {
    return 503;
  }
  return state.starts_with("58") || state.starts_with("XX") || state == sqlstate::kDiskFull ? 500 : 400;
}

}  // namespace

Response Router::handle(const Request& request, Stream& stream) {
  try {
    return route(request, stream);
  } catch (const Error& error) {
    Response response = error_response(status_of(error), error.message());
    if (response.status == 503) {
      response.headers.emplace_back("Retry-After", "1");
    }
    return response;
  } catch (const std::bad_alloc&) {
    return error_response(503, "out of memory");
  } catch (const std::exception& problem) {
    return error_response(500, problem.what());
  }
}

Response Router::route(const Request& request, Stream& /*stream*/) {
  const std::string& path = request.path;
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (path == "/ping" && reads) {
    return ping(request);
  }
  if (path == "/health" && reads) {
    return health();
  }
  if (request.method == "OPTIONS" && (path == "/write" || path == "/query")) {
    return no_content();
  }
  Response refusal;
  const std::string role = authenticate(request, refusal);
  if (role.empty()) {
    return refusal;
  }
  if (path == "/metrics" && reads) {
    return metrics();
  }
  if ((path == "/write" || path == "/api/v2/write") && request.method == "POST") {
    return write(request, role);
  }
  if (path == "/query" && (reads || request.method == "POST")) {
    return query(request, role);
  }
  if (path == "/sql" && (reads || request.method == "POST")) {
    return sql(request, role);
  }
  if (path == "/write" || path == "/query" || path == "/sql" || path == "/metrics") {
    return error_response(405, "Method Not Allowed");
  }
  return plain(404, "text/plain; charset=utf-8", "404 page not found\n");
}

Response Router::ping(const Request& request) const {
  if (request.has_parameter("verbose") && request.parameter("verbose") != "0" &&
      request.parameter("verbose") != "false") {
    return plain(200, "application/json", "{\"version\":\"1.8.10\"}\n");
  }
  return no_content();
}

Response Router::health() const {
  const std::string failure = database_.failure();
  std::string body = "{\"name\":\"influxdb\",\"message\":";
  append_json_string(body, failure.empty() ? "ready for queries and writes" : failure);
  body += std::string(",\"status\":\"") + (failure.empty() ? "pass" : "fail") +
          "\",\"checks\":[],\"version\":\"1.8.10\"}\n";
  return plain(failure.empty() ? 200 : 503, "application/json", std::move(body));
}

Response Router::metrics() const {
  std::string body;
  for (const Database::Metric& metric : database_.metrics()) {
    body += fmt::format("# HELP {0} {1}\n# TYPE {0} {2}\n{0} {3}\n", metric.name, metric.help,
                        metric.counter ? "counter" : "gauge", metric.value);
  }
  return plain(200, "text/plain; version=0.0.4", std::move(body));
}

Router::Credentials Router::credentials(const Request& request) {
  Credentials credentials;
  if (request.has_parameter("u")) {
    return {std::string(request.parameter("u")), std::string(request.parameter("p")), true};
  }
  std::string_view header = request.header("authorization");
  std::string pair;
  if (header.starts_with("Basic ")) {
    pair = from_base64(header.substr(6)).value_or("");
  } else if (header.starts_with("Token ")) {
    pair = std::string(header.substr(6));
  }
  const size_t colon = pair.find(':');
  if (colon != std::string::npos) {
    credentials = {pair.substr(0, colon), pair.substr(colon + 1), true};
  }
  return credentials;
}

std::string Router::authenticate(const Request& request, Response& refusal) const {
  if (auth_method(database_) == AuthMethod::kTrust) {
    return "tidemark";
  }
  const Credentials given = credentials(request);
  if (given.given) {
    const RoleLogin login = database_.role_login(given.user);
    const auto verifier = ScramVerifier::parse(login.password_verifier);
    if (login.exists && login.can_login && verifier && verifier->accepts(given.password)) {
      return given.user;
    }
  }
  refusal = error_response(401, given.given ? "authorization failed" : "unable to parse authentication credentials");
  refusal.headers.emplace_back("WWW-Authenticate", "Basic realm=\"InfluxDB\"");
  return {};
}

Connection& Router::connection(const std::string& database, const std::string& role) {
  auto& kept = connections_[{database, role}];
  if (kept == nullptr) {
    ConnectionOptions options;
    options.database = database;
    options.role = role;
    kept = database_.connect(options);
  }
  return *kept;
}

Response Router::write(const Request& request, const std::string& role) {
  std::string database(request.parameter("db"));
  std::string policy(request.parameter("rp"));
  if (request.path == "/api/v2/write") {
    const std::string_view bucket = request.parameter("bucket");
    const size_t slash = std::min(bucket.find('/'), bucket.size());
    database = std::string(bucket.substr(0, slash));
    policy = std::string(bucket.substr(std::min(slash + 1, bucket.size())));
    if (database.empty()) {
      return error_response(404, "bucket not found");
    }
  }
  if (database.empty()) {
    return error_response(400, "database is required");
  }
  if (!database_.database_exists(database)) {
    return error_response(404, "database not found: \"" + database + "\"");
  }
  const std::string_view consistency = request.parameter("consistency");
  if (!consistency.empty() && consistency != "any" && consistency != "one" && consistency != "quorum" &&
      consistency != "all") {
    return error_response(400, "invalid consistency level");
  }
  const std::string_view durability = request.parameter("durability");
  if (!durability.empty() && durability != "sync" && durability != "async") {
    return error_response(400, "invalid durability \"" + std::string(durability) + "\" (use sync or async)");
  }

  Connection::LineProtocolOptions options;
  options.schema = policy;
  options.precision = request.parameter("precision");
  options.wait_for_sync = durability != "async";
  Connection::LineProtocolOutcome outcome;
  try {
    outcome = connection(database, role).write(request.body, options);
  } catch (const Error& error) {
    // Word for word what 1.x says, and its odd status.
    if (error.sqlstate() == sqlstate::kInvalidSchemaName) {
      return error_response(500, error.message());
    }
    throw;
  }
  std::string problems;
  for (const auto* list : {&outcome.parse_errors, &outcome.drop_reasons}) {
    for (const std::string& problem : *list) {
      problems += (problems.empty() ? "" : "\n") + problem;
    }
  }
  if (problems.empty()) {
    return no_content();
  }
  const bool nothing_good = outcome.rows == 0 && outcome.dropped == 0;
  return error_response(
      400, nothing_good ? problems : "partial write: " + problems + " dropped=" + std::to_string(outcome.dropped));
}

Response Router::query(const Request& request, const std::string& role) {
  const std::string_view text = request.parameter("q");
  if (text.empty()) {
    return error_response(400, "missing required parameter \"q\"");
  }
  std::string database(request.parameter("db"));
  InfluxQlOptions options;
  options.has_database = !database.empty();
  options.policy = request.parameter("rp");
  options.read_only = request.method != "POST";
  InfluxQlFormat format;
  format.epoch_unit_ns = epoch_unit(request.parameter("epoch"));
  format.pretty = request.parameter("pretty") == "true";
  // A database that is not there is an error of each statement that reads it, not of the request.
  const bool known = options.has_database && database_.database_exists(database);
  if (options.has_database && !known) options.missing_database = database;
  InfluxQlJson answer(format);
  try {
    connection(known ? database : "tidemark", role).query_influxql(text, options, answer);
  } catch (const Error& error) {
    if (error.sqlstate() != sqlstate::kSyntaxError) throw;
    return error_response(400, "error parsing query: " + error.message());
  }
  return plain(200, "application/json", answer.take());
}

Response Router::sql(const Request& request, const std::string& role) {
  std::string text(request.parameter("q"));
  if (text.empty() && request.method == "POST" &&
      !request.header("content-type").starts_with("application/x-www-form-urlencoded")) {
    text = request.body;
  }
  if (text.empty()) {
    return error_response(400, "missing required parameter \"q\"");
  }
  std::string database(request.parameter("db"));
  if (database.empty()) {
    database = "tidemark";
  }
  const bool csv =
      request.parameter("format") == "csv" || request.header("accept").find("text/csv") != std::string_view::npos;
  Connection& session = connection(database, role);
  try {
    const auto result = session.query(text);
    return plain(200, csv ? "text/csv" : "application/json",
                 csv ? sql_result_csv(*result, session.io_options()) : sql_result_json(*result, session.io_options()));
  } catch (const Error& error) {
    return plain(status_of(error), "application/json", sql_error_json(error));
  }
}

}  // namespace tidemark::http
