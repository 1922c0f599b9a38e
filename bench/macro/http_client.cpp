#include "bench/macro/http_client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include "base/error.h"

namespace tidemark::bench {

namespace beast = boost::beast;
namespace asio = boost::asio;

struct HttpClient::State {
  asio::io_context context;
  asio::ip::tcp::socket socket{context};
  beast::flat_buffer buffer;
  std::string host;
  uint16_t port = 0;

  void connect() {
    try {
      asio::ip::tcp::resolver resolver(context);
      asio::connect(socket, resolver.resolve(host, std::to_string(port)));
      socket.set_option(asio::ip::tcp::no_delay(true));
      buffer.clear();
    } catch (const boost::system::system_error& error) {
      throw Error(sqlstate::kConnectionException,
                  "could not connect to " + host + ":" + std::to_string(port) + ": " + error.what());
    }
  }

  Answer run(beast::http::verb verb, std::string_view target, std::string_view body) {
    if (!socket.is_open()) {
      connect();
    }
    try {
      beast::http::request<beast::http::span_body<const char>> request(
          verb, beast::string_view(target.data(), target.size()), 11);
      request.set(beast::http::field::host, host);
      request.body() = beast::span<const char>(body.data(), body.size());
      request.prepare_payload();
      beast::http::write(socket, request);
      beast::http::response_parser<beast::http::string_body> response;
      response.body_limit(boost::none);
      beast::http::read(socket, buffer, response);
      if (!response.get().keep_alive()) {
        socket.close();
      }
      return {static_cast<int>(response.get().result_int()), std::move(response.get().body())};
    } catch (const boost::system::system_error& error) {
      socket.close();
      throw Error(sqlstate::kConnectionException, std::string("HTTP connection broke: ") + error.what());
    }
  }
};

HttpClient::HttpClient(const std::string& host, uint16_t port) : state_(std::make_unique<State>()) {
  state_->host = host;
  state_->port = port;
  state_->connect();
}

HttpClient::~HttpClient() = default;

HttpClient::Answer HttpClient::post(std::string_view target, std::string_view body) {
  return state_->run(beast::http::verb::post, target, body);
}

HttpClient::Answer HttpClient::get(std::string_view target) {
  try {
    return state_->run(beast::http::verb::get, target, {});
  } catch (const Error&) {
    // The server may have ended a connection that it thinks is old, just as the request was on its way.
    return state_->run(beast::http::verb::get, target, {});
  }
}

std::string percent_encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string result;
  for (const char letter : text) {
    if ((letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
        letter == '-' || letter == '_' || letter == '.') {
      result += letter;
    } else {
      result += '%';
      result += kDigits[static_cast<unsigned char>(letter) >> 4];
      result += kDigits[static_cast<unsigned char>(letter) & 15];
    }
  }
  return result;
}

}  // namespace tidemark::bench
