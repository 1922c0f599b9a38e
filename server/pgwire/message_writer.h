#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"
#include "server/stream.h"

namespace tidemark::pgwire {

/// Gathers messages to a client and sends them when there are enough, or when the client waits (`flush`).
class MessageWriter {
 public:
  MessageWriter(Stream& stream, size_t buffer_bytes) : stream_(&stream), buffer_bytes_(buffer_bytes) {}
  void move_to(Stream& stream) { stream_ = &stream; }

  /// Starts a message; fields follow; `end` fills in its length.
  void begin(char type);
  void add_byte(char value) { buffer_.push_back(value); }
  void add_int16(int value);
  void add_int32(int64_t value);
  void add_bytes(std::string_view bytes) { buffer_.append(bytes); }
  /// With its zero byte.
  void add_text(std::string_view text);
  void end();
  /// A message without fields.
  void empty(char type);

  /// ErrorResponse, or NoticeResponse with another severity.
  void error(const Error& error, std::string_view severity = "ERROR");
  void notice(const Error& content, std::string_view severity);
  void command_complete(std::string_view tag);
  void parameter_status(std::string_view name, std::string_view value);
  void ready_for_query(char transaction_status);

  /// One byte, outside any message: the answer to an SSL request.
  void raw_byte(char value) { buffer_.push_back(value); }
  void flush();
  /// Sends if the buffer is full: a slow reader then holds one buffer, not the whole result.
  void flush_if_full();
  /// The buffer, for whoever writes many rows at once. Only between `end` and `begin`.
  std::string& buffer() { return buffer_; }

 private:
  void report(char type, const Error& error, std::string_view severity);

  Stream* stream_;
  size_t buffer_bytes_;
  std::string buffer_;
  size_t message_start_ = 0;
};

}  // namespace tidemark::pgwire
