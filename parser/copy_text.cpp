// COPY's text format: a line a row, backslash escapes, \N for NULL (PostgreSQL's manual, COPY, "Text Format").

#include "base/ascii.h"
#include "base/binary_text.h"
#include "parser/copy_format.h"

namespace tidemark {
namespace {

class TextParser final : public CopyLineParser {
 public:
  explicit TextParser(const CopyFormat& format) : format_(format) {}

 protected:
  size_t find_end(std::string_view buffer, size_t from, bool at_end) override {
    for (size_t end = buffer.find('\n', from); end != std::string_view::npos; end = buffer.find('\n', end + 1)) {
      // A newline behind an odd number of backslashes is data.
      size_t backslashes = 0;
      while (backslashes < end && buffer[end - 1 - backslashes] == '\\') ++backslashes;
      if (backslashes % 2 == 0) return end;
    }
    return at_end ? buffer.size() : std::string_view::npos;
  }

  void split(std::string_view record, std::vector<CopyField>& fields) override {
    // Fields whose escapes are undone lie in scratch_, which never grows past its first reservation: views stay valid.
    scratch_.clear();
    scratch_.reserve(record.size());
    size_t first = 0;
    for (;;) {
      size_t end = first;
      bool escaped = false;
      while (end < record.size() && record[end] != format_.delimiter) {
        if (record[end] == '\\' && end + 1 < record.size()) {
          escaped = true;
          ++end;
        }
        ++end;
      }
      const std::string_view raw = record.substr(first, end - first);
      if (raw == format_.null_text) {
        fields.push_back({{}, true, false});
      } else {
        fields.push_back({escaped ? unescape(raw) : raw, false, false});
      }
      if (end >= record.size()) return;
      first = end + 1;
    }
  }

 private:
  std::string_view unescape(std::string_view raw) {
    const size_t begin = scratch_.size();
    for (size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\\' || i + 1 == raw.size()) {
        scratch_ += raw[i];
        continue;
      }
      const char letter = raw[++i];
      if (letter >= '0' && letter <= '7') {
        int code = 0;
        for (int digits = 0; digits < 3 && i < raw.size() && raw[i] >= '0' && raw[i] <= '7'; ++digits) {
          code = code * 8 + (raw[i++] - '0');
        }
        --i;
        scratch_ += static_cast<char>(code & 0xFF);
      } else if (letter == 'x' && i + 1 < raw.size() && hex_digit(raw[i + 1]) >= 0) {
        int code = hex_digit(raw[++i]);
        if (i + 1 < raw.size() && hex_digit(raw[i + 1]) >= 0) code = code * 16 + hex_digit(raw[++i]);
        scratch_ += static_cast<char>(code);
      } else {
        scratch_ += control(letter);
      }
    }
    return std::string_view(scratch_).substr(begin);
  }

  static char control(char letter) {
    switch (letter) {
      case 'b':
        return '\b';
      case 'f':
        return '\f';
      case 'n':
        return '\n';
      case 'r':
        return '\r';
      case 't':
        return '\t';
      case 'v':
        return '\v';
      default:
        return letter;
    }
  }

  CopyFormat format_;
  std::string scratch_;
};

}  // namespace

std::unique_ptr<CopyParser> make_copy_text_parser(const CopyFormat& format) {
  return std::make_unique<TextParser>(format);
}

void append_copy_text(std::string& out, std::string_view value, const CopyFormat& format) {
  for (const char letter : value) {
    switch (letter) {
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\v':
        out += "\\v";
        break;
      case '\\':
        out += "\\\\";
        break;
      default:
        if (letter == format.delimiter) out += '\\';
        out += letter;
    }
  }
}

}  // namespace tidemark
