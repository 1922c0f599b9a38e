#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/stream.h"

namespace tidemark::pgwire {

/// One message from a client, after its start-up packet: type byte and body.
struct Message {
  char type = 0;
  std::string body;
};

/// Cuts the byte stream into messages (PostgreSQL's manual, "Message Flow"). Lengths are checked before memory is
/// taken, and buffers grow as bytes arrive, so a client that announces much and sends little costs little.
class MessageReader {
 public:
  explicit MessageReader(Stream& stream) : stream_(&stream) {}

  /// After TLS has taken over. Throws 08P01 if bytes came before the handshake that would otherwise be read as if they
  /// were protected (CVE-2021-23214).
  void move_to(Stream& stream);

  /// The start-up packet without its length. Throws 08P01 if it is longer than `bytes_max`.
  std::string read_startup(uint32_t bytes_max);
  /// The next message. Throws 08P01 for a length outside [4, bytes_max]; the connection cannot go on then.
  Message read(uint32_t bytes_max);
  /// Whether the whole of the next message has come already.
  [[nodiscard]] bool holds_message() const;
  /// Whether `read` would find bytes without waiting longer than `timeout_ms`.
  bool wait(int timeout_ms);

 private:
  void fill(size_t count);
  uint32_t take_length(uint32_t bytes_max);

  Stream* stream_;
  std::string buffer_;  ///< from next_ to end_: bytes that are not cut yet; behind them room for more
  size_t next_ = 0;
  size_t end_ = 0;
};

/// Reads the fields of one message body. Everything throws 08P01 `insufficient data left in message` or `invalid string
/// in message`.
class FieldReader {
 public:
  explicit FieldReader(std::string_view body) : rest_(body) {}
  uint8_t byte();
  int16_t int16();
  int32_t int32();
  std::string_view text();  ///< up to a zero byte
  std::string_view bytes(size_t count);
  [[nodiscard]] std::string_view rest() const { return rest_; }
  /// Throws if anything is left.
  void expect_end() const;

 private:
  std::string_view rest_;
};

}  // namespace tidemark::pgwire
