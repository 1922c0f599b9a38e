#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tidemark/result.h"

namespace tidemark {

/// A result that is whole in memory: SHOW, EXPLAIN, FETCH, and what `Connection::query` returns.
class BufferedResult final : public Result {
 public:
  BufferedResult(Kind kind, std::vector<ResultColumn> columns, std::vector<DataChunk> chunks, std::string command_tag,
                 uint64_t row_count)
      : kind_(kind),
        columns_(std::move(columns)),
        chunks_(std::move(chunks)),
        command_tag_(std::move(command_tag)),
        row_count_(row_count) {}

  /// Reads `result` to its end.
  static std::unique_ptr<Result> drain(Result& result);
  /// No rows, only a tag.
  static std::unique_ptr<Result> command(std::string command_tag, uint64_t row_count = 0);
  static std::unique_ptr<Result> empty();
  /// Rows of text, or of another type that is held as text; `columns` names them.
  static std::unique_ptr<Result> text_rows(const std::vector<std::string>& columns,
                                           const std::vector<std::vector<std::string>>& rows, std::string command_tag,
                                           LogicalType type = TypeId::kText);

  [[nodiscard]] Kind kind() const override { return kind_; }
  [[nodiscard]] const std::vector<ResultColumn>& columns() const override { return columns_; }
  bool next(DataChunk& chunk) override;
  [[nodiscard]] std::string command_tag() const override { return command_tag_; }
  [[nodiscard]] uint64_t row_count() const override { return row_count_; }

 private:
  Kind kind_;
  std::vector<ResultColumn> columns_;
  std::vector<DataChunk> chunks_;
  size_t next_ = 0;
  std::string command_tag_;
  uint64_t row_count_;
};

}  // namespace tidemark
