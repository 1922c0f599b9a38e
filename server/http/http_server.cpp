#include "server/http/http_server.h"

#include <zlib.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http.hpp>
#include <ctime>

#include "base/digest.h"
#include "base/logging.h"
#include "server/http/http_message.h"
#include "server/http/routes.h"

namespace tidemark::http {
namespace {

namespace beast = boost::beast;

/// Beast's SyncReadStream and SyncWriteStream over our Stream.
class BeastStream {
 public:
  explicit BeastStream(Stream& stream) : stream_(stream) {}

  template <class Buffers>
  size_t read_some(const Buffers& buffers, boost::system::error_code& failure) {
    for (const boost::asio::mutable_buffer buffer : beast::buffers_range_ref(buffers)) {
      if (buffer.size() > 0) {
        try {
          failure = {};
          return stream_.read_some({static_cast<char*>(buffer.data()), buffer.size()});
        } catch (const StreamClosed&) {
          break;
        }
      }
    }
    failure = beast::http::error::end_of_stream;
    return 0;
  }
  template <class Buffers>
  size_t read_some(const Buffers& buffers) {
    boost::system::error_code failure;
    const size_t count = read_some(buffers, failure);
    if (failure) {
      throw boost::system::system_error(failure);
    }
    return count;
  }

 private:
  Stream& stream_;
};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& letter : result) {
    letter = static_cast<char>(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
  }
  return result;
}

/// Thrown for requests that cannot be answered by a route; the connection closes after the answer.
struct BadRequest {
  int status;
  std::string text;
};

std::string unpack_gzip(std::string_view packed, size_t bytes_max) {
  z_stream state{};
  if (inflateInit2(&state, 15 + 16) != Z_OK) {
    throw BadRequest{500, "out of memory"};
  }
  struct Guard {
    z_stream& state;
    ~Guard() { inflateEnd(&state); }
  } guard{state};
  std::string out;
  state.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  state.avail_in = static_cast<uInt>(packed.size());
  int status = Z_OK;
  while (status != Z_STREAM_END) {
    const size_t had = out.size();
    if (had >= bytes_max) {
      throw BadRequest{413, "Request Entity Too Large"};
    }
    out.resize(std::min(bytes_max, std::max<size_t>(had * 2, packed.size() * 4 + 4096)));
    state.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    state.avail_out = static_cast<uInt>(out.size() - had);
    status = inflate(&state, Z_NO_FLUSH);
    out.resize(out.size() - state.avail_out);
    if (status != Z_OK && status != Z_STREAM_END) {
      throw BadRequest{400, "gzip: invalid header"};
    }
    if (status == Z_OK && state.avail_in == 0 && state.avail_out != 0) {
      throw BadRequest{400, "unexpected EOF"};
    }
  }
  return out;
}

std::string new_request_id() {
  const std::string bytes = random_bytes(16);
  std::string text;
  char part[4];
  for (size_t i = 0; i < 16; ++i) {
    std::snprintf(part, sizeof part, "%02x", static_cast<unsigned>(static_cast<unsigned char>(bytes[i])));
    text += part;
    if (i == 3 || i == 5 || i == 7 || i == 9) {
      text += '-';
    }
  }
  return text;
}

/// Now, as HTTP says it (RFC 9110, 5.6.7).
std::string http_date() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc)};
}

int milliseconds(int64_t nanoseconds) { return nanoseconds <= 0 ? -1 : static_cast<int>(nanoseconds / 1'000'000); }

/// One client: its requests one after the other.
class HttpConnection {
 public:
  HttpConnection(Database& database, Stream& stream)
      : database_(database), stream_(stream), beast_stream_(stream), router_(database) {
    buffer_.reserve(kReadBytes);
  }

  void run() {
    const Settings& settings = database_.server_settings();
    for (;;) {
      const bool idle_is_over =
          buffer_.size() == 0 &&
          !stream_.wait_readable(milliseconds(settings.nanoseconds(Setting::kHttpKeepAliveTimeout)));
      if (idle_is_over || !serve_one(settings)) {
        return;
      }
    }
  }

 private:
  using Parser = beast::http::request_parser<beast::http::string_body>;

  /// Beast reads as much as the buffer already has room for, and at most this: 512 bytes at a time into an empty one.
  static constexpr size_t kReadBytes = 64 << 10;

  /// False if the connection has to end.
  bool serve_one(const Settings& settings) {
    Parser parser;
    parser.header_limit(static_cast<uint32_t>(settings.bytes(Setting::kHttpHeaderBytesMax)));
    parser.body_limit(static_cast<uint64_t>(settings.bytes(Setting::kHttpBodyBytesMax)));
    try {
      if (!read(parser, settings)) {
        return false;
      }
      const bool keep_alive = parser.get().keep_alive();
      const Request request = translate(parser.get(), settings);
      send(request, router_.handle(request, stream_), keep_alive);
      return keep_alive;
    } catch (const BadRequest& bad) {
      send(Request{}, error_response(bad.status, bad.text), false);
      return false;
    }
  }

  /// False at the end of the stream.
  bool read(Parser& parser, const Settings& settings) {
    boost::system::error_code failure;
    if (const int64_t patience = settings.nanoseconds(Setting::kHttpHeaderTimeout); patience > 0) {
      stream_.set_read_deadline(std::chrono::steady_clock::now() + std::chrono::nanoseconds(patience));
    }
    beast::http::read_header(beast_stream_, buffer_, parser, failure);
    stream_.set_read_deadline(std::nullopt);
    check(failure);
    if (failure) {
      return false;
    }
    if (beast::iequals(parser.get()[beast::http::field::expect], "100-continue")) {
      stream_.write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    while (!parser.is_done()) {
      if (buffer_.size() == 0 &&
          !stream_.wait_readable(milliseconds(settings.nanoseconds(Setting::kHttpBodyTimeout)))) {
        throw BadRequest{408, "Request Timeout"};
      }
      beast::http::read_some(beast_stream_, buffer_, parser, failure);
      check(failure);
      if (failure) {
        return false;
      }
    }
    return true;
  }

  /// Sorts failures: the client has gone (stays set), or it sent something wrong (thrown).
  static void check(boost::system::error_code& failure) {
    using beast::http::error;
    if (!failure || failure == error::end_of_stream || failure == error::partial_message) {
      return;
    }
    if (failure == error::header_limit) {
      throw BadRequest{431, "Request Header Fields Too Large"};
    }
    if (failure == error::body_limit) {
      throw BadRequest{413, "Request Entity Too Large"};
    }
    throw BadRequest{400, "Bad Request: " + failure.message()};
  }

  static Request translate(beast::http::request<beast::http::string_body>& message, const Settings& settings) {
    Request request;
    request.method = std::string(message.method_string());
    const std::string_view target(message.target().data(), message.target().size());
    const size_t question = std::min(target.find('?'), target.size());
    request.path = decode_percent(target.substr(0, question), false);
    request.parameters = parse_form(target.substr(std::min(question + 1, target.size())));
    for (const auto& field : message.base()) {
      request.headers[lower({field.name_string().data(), field.name_string().size()})] = std::string(field.value());
    }
    request.body = std::move(message.body());
    if (lower(request.header("content-encoding")) == "gzip") {
      const auto ratio = static_cast<uint64_t>(settings.integer(Setting::kHttpGzipRatioMax));
      const auto limit = static_cast<uint64_t>(settings.bytes(Setting::kHttpBodyBytesMax));
      request.body = unpack_gzip(request.body, std::max<uint64_t>(limit, 1) * ratio);
    }
    if (request.header("content-type").starts_with("application/x-www-form-urlencoded")) {
      for (auto& pair : parse_form(request.body)) {
        request.parameters.push_back(std::move(pair));
      }
    }
    return request;
  }

  void send(const Request& request, const Response& response, bool keep_alive) {
    std::string_view id = request.header("x-request-id");
    if (id.empty()) {
      id = request.header("request-id");
    }
    const std::string request_id = id.empty() ? new_request_id() : std::string(id);
    const auto reason =
        beast::http::obsolete_reason(beast::http::int_to_status(static_cast<unsigned>(response.status)));
    std::string head = "HTTP/1.1 " + std::to_string(response.status) + " " + std::string(reason) + "\r\n";
    const auto field = [&head](std::string_view name, std::string_view value) {
      head.append(name).append(": ").append(value).append("\r\n");
    };
    field("Content-Type", response.content_type);
    field("Date", http_date());
    field("X-Influxdb-Version", "1.8.10");
    field("X-Influxdb-Build", "OSS");
    field("Request-Id", request_id);
    field("X-Request-Id", request_id);
    for (const auto& [name, value] : response.headers) {
      field(name, value);
    }
    if (!keep_alive) {
      field("Connection", "close");
    }
    if (response.status != 204) {
      field("Content-Length", std::to_string(response.body.size()));
    }
    head += "\r\n";
    if (request.method != "HEAD" && response.status != 204) {
      head += response.body;
    }
    stream_.write(head);
  }

  Database& database_;
  Stream& stream_;
  BeastStream beast_stream_;
  beast::flat_buffer buffer_;
  Router router_;
};

}  // namespace

HttpServer::HttpServer(Database& database, const HttpServerOptions& options) : database_(database) {
  listener_ = std::make_unique<Listener>(
      options.listen, options.port,
      static_cast<size_t>(database.server_settings().integer(Setting::kHttpConnectionsMax)),
      [this](std::unique_ptr<Stream> stream) { serve(std::move(stream)); },
      [](Stream& stream) {
        stream.write(
            "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      });
}

void HttpServer::serve(std::unique_ptr<Stream> stream) { HttpConnection(database_, *stream).run(); }

}  // namespace tidemark::http
