#include "server/pgwire/message_reader.h"

#include <algorithm>
#include <cstring>

#include "base/error.h"

namespace tidemark::pgwire {
namespace {

constexpr size_t kReadBytes = 64 * 1024;

[[noreturn]] void violation(const std::string& what) { throw Error(sqlstate::kProtocolViolation, what); }

uint32_t big_endian(std::string_view bytes) {
  uint32_t value = 0;
  for (char byte : bytes) {
    value = value << 8 | static_cast<uint8_t>(byte);
  }
  return value;
}

}  // namespace

void MessageReader::move_to(Stream& stream) {
  if (next_ != end_) {
    violation("received unencrypted data after SSL request");
  }
  stream_ = &stream;
}

bool MessageReader::holds_message() const {
  constexpr size_t kTypeBytes = 1;
  const std::string_view rest = std::string_view(buffer_).substr(next_, end_ - next_);
  return rest.size() >= kTypeBytes + 4 && rest.size() - kTypeBytes >= big_endian(rest.substr(kTypeBytes, 4));
}

bool MessageReader::wait(int timeout_ms) {
  return timeout_ms < 0 || next_ < end_ || stream_->wait_readable(timeout_ms);
}

void MessageReader::fill(size_t count) {
  if (next_ > 0 && (next_ == end_ || next_ >= kReadBytes)) {
    std::memmove(buffer_.data(), buffer_.data() + next_, end_ - next_);
    end_ -= next_;
    next_ = 0;
  }
  while (end_ - next_ < count) {
    const size_t wanted = std::min(count - (end_ - next_), 16 * kReadBytes);
    if (buffer_.size() - end_ < wanted) {
      buffer_.resize(end_ + std::max(wanted, kReadBytes));
    }
    end_ += stream_->read_some({buffer_.data() + end_, buffer_.size() - end_});
  }
}

uint32_t MessageReader::take_length(uint32_t bytes_max) {
  fill(4);
  const uint32_t length = big_endian(std::string_view(buffer_).substr(next_, 4));
  if (length < 4 || length > bytes_max) {
    violation("invalid message length");
  }
  next_ += 4;
  return length - 4;
}

std::string MessageReader::read_startup(uint32_t bytes_max) {
  const uint32_t length = take_length(bytes_max);
  fill(length);
  std::string body = buffer_.substr(next_, length);
  next_ += length;
  return body;
}

Message MessageReader::read(uint32_t bytes_max) {
  fill(1);
  Message message;
  message.type = buffer_[next_++];
  const uint32_t length = take_length(bytes_max);
  fill(length);
  message.body.assign(buffer_, next_, length);
  next_ += length;
  if (next_ == end_ && buffer_.size() > 16 * kReadBytes) {
    // A large message should not keep its memory for the life of the connection.
    std::string().swap(buffer_);
    next_ = end_ = 0;
  }
  return message;
}

std::string_view FieldReader::bytes(size_t count) {
  if (count > rest_.size()) {
    violation("insufficient data left in message");
  }
  const std::string_view taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

uint8_t FieldReader::byte() { return static_cast<uint8_t>(bytes(1)[0]); }
int16_t FieldReader::int16() { return static_cast<int16_t>(big_endian(bytes(2))); }
int32_t FieldReader::int32() { return static_cast<int32_t>(big_endian(bytes(4))); }

std::string_view FieldReader::text() {
  const size_t end = rest_.find('\0');
  if (end == std::string_view::npos) {
    violation("invalid string in message");
  }
  const std::string_view taken = rest_.substr(0, end);
  rest_.remove_prefix(end + 1);
  return taken;
}

void FieldReader::expect_end() const {
  if (!rest_.empty()) {
    violation("invalid message format");
  }
}

}  // namespace tidemark::pgwire
