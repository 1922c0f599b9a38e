#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tidemark {

/// How COPY's rows are written (its options DELIMITER, NULL, QUOTE, ESCAPE).
struct CopyFormat {
  bool csv = false;
  bool binary = false;
  char delimiter = '\t';
  char quote = '"';
  char escape = '"';
  std::string null_text = "\\N";
};

/// One value of a row, its escapes undone. `text` is valid until the next row.
struct CopyField {
  std::string_view text;
  bool is_null = false;
  bool quoted = false;  ///< CSV: stood in quotes, and is therefore never NULL by itself
};

/// Takes the rows of a COPY FROM as they come. `line`: the number of the line that the row begins on, from 1; `raw`:
/// the line itself.
using CopyRowSink = std::function<void(std::span<CopyField> fields, uint64_t line, std::string_view raw)>;

/// Cuts a stream of bytes, given in pieces of any size, into rows. Throws 22P04 in PostgreSQL's words.
class CopyParser {
 public:
  CopyParser() = default;
  CopyParser(const CopyParser&) = delete;
  CopyParser& operator=(const CopyParser&) = delete;
  virtual ~CopyParser() = default;
  virtual void feed(std::string_view data, const CopyRowSink& sink) = 0;
  /// The end of the stream.
  virtual void finish(const CopyRowSink& sink) = 0;
  /// The line, or binary row, that is being read, for errors.
  [[nodiscard]] uint64_t line() const { return line_; }

 protected:
  uint64_t line_ = 1;
};

/// The formats whose rows are lines.
class CopyLineParser : public CopyParser {
 public:
  void feed(std::string_view data, const CopyRowSink& sink) final;
  /// A last line may lack its newline.
  void finish(const CopyRowSink& sink) final;

 protected:
  /// Where the record that begins at the buffer's start ends (its newline not included), searching on from `from`; npos
  /// if more bytes are needed. `at_end`: no more will come.
  virtual size_t find_end(std::string_view buffer, size_t from, bool at_end) = 0;
  virtual void split(std::string_view record, std::vector<CopyField>& fields) = 0;

 private:
  void take_records(const CopyRowSink& sink, bool at_end);

  std::string buffer_;
  size_t searched_ = 0;
  bool ended_ = false;  ///< `\.` was read
  std::vector<CopyField> fields_;
};

[[nodiscard]] std::unique_ptr<CopyParser> make_copy_text_parser(const CopyFormat& format);
[[nodiscard]] std::unique_ptr<CopyParser> make_copy_csv_parser(const CopyFormat& format);
/// Its fields are the binary forms of values.
[[nodiscard]] std::unique_ptr<CopyParser> make_copy_binary_parser(size_t columns);

/// Appends a value as COPY TO writes it. `alone`: it is the row's only column; `force_quote`: CSV's option.
void append_copy_text(std::string& out, std::string_view value, const CopyFormat& format);
void append_copy_csv(std::string& out, std::string_view value, const CopyFormat& format, bool force_quote, bool alone);

/// The parts of a binary COPY TO: the header, for each row the count of its fields and then each of them, the end.
void append_copy_binary_header(std::string& out);
void append_copy_binary_count(std::string& out, size_t columns);
void append_copy_binary_value(std::string& out, std::string_view bytes);
void append_copy_binary_null(std::string& out);
void append_copy_binary_end(std::string& out);

}  // namespace tidemark
