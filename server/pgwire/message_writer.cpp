#include "server/pgwire/message_writer.h"

namespace tidemark::pgwire {

void MessageWriter::begin(char type) {
  buffer_.push_back(type);
  message_start_ = buffer_.size();
  buffer_.append(4, '\0');
}

void MessageWriter::end() {
  const size_t length = buffer_.size() - message_start_;
  for (size_t i = 0; i < 4; ++i) {
    buffer_[message_start_ + i] = static_cast<char>(length >> (8 * (3 - i)));
  }
}

void MessageWriter::add_int16(int value) {
  buffer_.push_back(static_cast<char>(value >> 8));
  buffer_.push_back(static_cast<char>(value));
}

void MessageWriter::add_int32(int64_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    buffer_.push_back(static_cast<char>(value >> shift));
  }
}

void MessageWriter::add_text(std::string_view text) {
  buffer_.append(text);
  buffer_.push_back('\0');
}

void MessageWriter::empty(char type) {
  begin(type);
  end();
}

void MessageWriter::report(char type, const Error& error, std::string_view severity) {
  begin(type);
  const auto field = [this](char code, std::string_view text) {
    if (!text.empty()) {
      add_byte(code);
      add_text(text);
    }
  };
  field('S', severity);
  field('V', severity);
  field('C', error.sqlstate());
  field('M', error.message());
  field('D', error.detail());
  field('H', error.hint());
  if (error.position() > 0) {
    field('P', std::to_string(error.position()));
  }
  field('t', error.table());
  field('c', error.column());
  field('n', error.constraint());
  add_byte('\0');
  end();
}

void MessageWriter::error(const Error& error, std::string_view severity) { report('E', error, severity); }
void MessageWriter::notice(const Error& content, std::string_view severity) { report('N', content, severity); }

void MessageWriter::command_complete(std::string_view tag) {
  begin('C');
  add_text(tag);
  end();
}

void MessageWriter::parameter_status(std::string_view name, std::string_view value) {
  begin('S');
  add_text(name);
  add_text(value);
  end();
}

void MessageWriter::ready_for_query(char transaction_status) {
  begin('Z');
  add_byte(transaction_status);
  end();
}

void MessageWriter::flush() {
  if (!buffer_.empty()) {
    stream_->write(buffer_);
    buffer_.clear();
    if (buffer_.capacity() > 4 * buffer_bytes_) {
      buffer_.shrink_to_fit();
    }
  }
}

void MessageWriter::flush_if_full() {
  if (buffer_.size() >= buffer_bytes_) {
    flush();
  }
}

}  // namespace tidemark::pgwire
