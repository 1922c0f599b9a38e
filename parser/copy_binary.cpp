// PostgreSQL's binary COPY format. A header: the signature, int32 flags, int32 length of what follows it. Then the
// rows: int16 count of fields, each an int32 length (-1: NULL) and as many bytes, which are types/type_io.h's binary
// forms. An int16 of -1 ends them. All numbers are big-endian.

#include <algorithm>

#include "base/error.h"
#include "parser/copy_format.h"

namespace tidemark {
namespace {

constexpr std::string_view kSignature("PGCOPY\n\377\r\n\0", 11);
constexpr size_t kHeaderBytes = kSignature.size() + 4 + 4;
constexpr uint32_t kCriticalFlags = 0xffff0000;
constexpr uint32_t kNullLength = UINT32_MAX;
constexpr uint16_t kEndOfRows = UINT16_MAX;

[[noreturn]] void refuse(const std::string& what) { throw Error(sqlstate::kBadCopyFileFormat, what); }

uint32_t big_endian(std::string_view bytes) {
  uint32_t number = 0;
  for (const char byte : bytes) number = (number << 8) | static_cast<uint8_t>(byte);
  return number;
}

void put_big_endian(std::string& out, uint32_t number, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(number >> (8 * i));
}

class BinaryParser final : public CopyParser {
 public:
  explicit BinaryParser(size_t columns) : columns_(columns) {}

  void feed(std::string_view data, const CopyRowSink& sink) override {
    if (ended_ && !data.empty()) refuse("received copy data after EOF marker");
    buffer_.append(data);
    std::string_view rest = buffer_;
    if (in_header_ && !take_header(rest)) return;
    while (!ended_ && take_row(rest, sink)) {
    }
    if (ended_ && !rest.empty()) refuse("received copy data after EOF marker");
    buffer_.erase(0, buffer_.size() - rest.size());
  }

  /// The mark of the end may be missing, a part of a row may not.
  void finish(const CopyRowSink&) override {
    if (in_header_) refuse("COPY file signature not recognized");
    if (!buffer_.empty()) refuse("unexpected EOF in COPY data");
  }

 private:
  bool take_header(std::string_view& rest) {
    if (!kSignature.starts_with(rest.substr(0, kSignature.size()))) refuse("COPY file signature not recognized");
    if (rest.size() < kHeaderBytes) return false;
    if ((big_endian(rest.substr(kSignature.size(), 4)) & kCriticalFlags) != 0) {
      refuse("unrecognized critical flags in COPY file header");
    }
    const size_t extension = big_endian(rest.substr(kSignature.size() + 4, 4));
    if (extension > INT32_MAX) refuse("invalid COPY file header (wrong length)");
    if (rest.size() - kHeaderBytes < extension) return false;
    rest.remove_prefix(kHeaderBytes + extension);
    in_header_ = false;
    return true;
  }

  /// False if more bytes are needed.
  bool take_row(std::string_view& rest, const CopyRowSink& sink) {
    if (rest.size() < 2) return false;
    const auto count = static_cast<uint16_t>(big_endian(rest.substr(0, 2)));
    if (count == kEndOfRows) {
      rest.remove_prefix(2);
      ended_ = true;
      return false;
    }
    if (count != columns_) {
      refuse("row field count is " + std::to_string(count) + ", expected " + std::to_string(columns_));
    }
    fields_.clear();
    size_t place = 2;
    for (size_t i = 0; i < columns_; ++i) {
      if (rest.size() - place < 4) return false;
      const uint32_t length = big_endian(rest.substr(place, 4));
      place += 4;
      if (length == kNullLength) {
        fields_.push_back({"", true, false});
        continue;
      }
      if (length > INT32_MAX) refuse("invalid field size");
      if (rest.size() - place < length) return false;
      fields_.push_back({rest.substr(place, length), false, false});
      place += length;
    }
    sink(fields_, line_, {});
    ++line_;
    rest.remove_prefix(place);
    return true;
  }

  const size_t columns_;
  std::string buffer_;
  std::vector<CopyField> fields_;
  bool in_header_ = true;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<CopyParser> make_copy_binary_parser(size_t columns) { return std::make_unique<BinaryParser>(columns); }

void append_copy_binary_header(std::string& out) {
  out += kSignature;
  put_big_endian(out, 0, 4);
  put_big_endian(out, 0, 4);
}

void append_copy_binary_count(std::string& out, size_t columns) {
  put_big_endian(out, static_cast<uint32_t>(columns), 2);
}

void append_copy_binary_value(std::string& out, std::string_view bytes) {
  put_big_endian(out, static_cast<uint32_t>(bytes.size()), 4);
  out += bytes;
}

void append_copy_binary_null(std::string& out) { put_big_endian(out, kNullLength, 4); }

void append_copy_binary_end(std::string& out) { put_big_endian(out, kEndOfRows, 2); }

}  // namespace tidemark
