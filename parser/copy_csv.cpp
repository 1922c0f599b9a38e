// COPY's CSV format: quotes where needed, newlines allowed inside of them, an unquoted empty field is NULL.

#include "base/error.h"
#include "parser/copy_format.h"

namespace tidemark {
namespace {

class CsvParser final : public CopyLineParser {
 public:
  explicit CsvParser(const CopyFormat& format) : format_(format) {}

 protected:
  size_t find_end(std::string_view buffer, size_t from, bool at_end) override {
    if (from == 0) in_quotes_ = after_escape_ = false;
    for (size_t i = from; i < buffer.size(); ++i) {
      const char letter = buffer[i];
      if (after_escape_) {
        after_escape_ = false;
      } else if (in_quotes_ && letter == format_.escape && format_.escape != format_.quote) {
        after_escape_ = true;
      } else if (letter == format_.quote) {
        in_quotes_ = !in_quotes_;  // A doubled quote leaves and enters again.
      } else if (letter == '\n' && !in_quotes_) {
        return i;
      }
    }
    if (!at_end) return std::string_view::npos;
    if (in_quotes_) throw Error(sqlstate::kBadCopyFileFormat, "unterminated CSV quoted field");
    return buffer.size();
  }

  void split(std::string_view record, std::vector<CopyField>& fields) override {
    scratch_.clear();
    scratch_.reserve(record.size());
    size_t i = 0;
    for (;;) {
      const size_t begin = scratch_.size();
      bool quoted = false;
      while (i < record.size() && record[i] != format_.delimiter) {
        if (record[i] != format_.quote) {
          scratch_ += record[i++];
          continue;
        }
        quoted = true;
        for (++i; i < record.size(); ++i) {
          const bool escape = record[i] == format_.escape && i + 1 < record.size() &&
                              (record[i + 1] == format_.quote || record[i + 1] == format_.escape);
          if (escape) {
            scratch_ += record[++i];
          } else if (record[i] == format_.quote) {
            break;
          } else {
            scratch_ += record[i];
          }
        }
        ++i;
      }
      const std::string_view text = std::string_view(scratch_).substr(begin);
      fields.push_back({text, !quoted && text == format_.null_text, quoted});
      if (i >= record.size()) return;
      ++i;
    }
  }

 private:
  CopyFormat format_;
  std::string scratch_;
  bool in_quotes_ = false;
  bool after_escape_ = false;
};

}  // namespace

std::unique_ptr<CopyParser> make_copy_csv_parser(const CopyFormat& format) {
  return std::make_unique<CsvParser>(format);
}

void append_copy_csv(std::string& out, std::string_view value, const CopyFormat& format, bool force_quote, bool alone) {
  const auto is_special = [&](char letter) {
    return letter == format.delimiter || letter == format.quote || letter == '\n' || letter == '\r';
  };
  bool quote = force_quote || value == format.null_text || (alone && value == "\\.");
  for (size_t i = 0; i < value.size() && !quote; ++i) quote = is_special(value[i]);
  if (!quote) {
    out += value;
    return;
  }
  out += format.quote;
  for (const char letter : value) {
    if (letter == format.quote || letter == format.escape) out += format.escape;
    out += letter;
  }
  out += format.quote;
}

}  // namespace tidemark
