#include "engine/statement_result.h"

#include "base/error.h"

namespace tidemark {

namespace {
[[noreturn]] void not_copying() { throw Error(sqlstate::kProtocolViolation, "no COPY is in progress"); }
}  // namespace

void Result::copy_in(std::string_view /*data*/) { not_copying(); }
void Result::copy_done() { not_copying(); }
void Result::copy_fail(std::string_view /*reason*/) { not_copying(); }
bool Result::next_copy_data(std::string& /*out*/) { not_copying(); }

std::unique_ptr<Result> BufferedResult::drain(Result& result) {
  std::vector<DataChunk> chunks;
  DataChunk chunk;
  while (result.next(chunk)) {
    chunks.push_back(std::move(chunk));
    chunk.reset();
  }
  return std::make_unique<BufferedResult>(result.kind(), result.columns(), std::move(chunks), result.command_tag(),
                                          result.row_count());
}

std::unique_ptr<Result> BufferedResult::command(std::string command_tag, uint64_t row_count) {
  return std::make_unique<BufferedResult>(Kind::kCommand, std::vector<ResultColumn>{}, std::vector<DataChunk>{},
                                          std::move(command_tag), row_count);
}

std::unique_ptr<Result> BufferedResult::empty() {
  return std::make_unique<BufferedResult>(Kind::kEmpty, std::vector<ResultColumn>{}, std::vector<DataChunk>{}, "", 0);
}

std::unique_ptr<Result> BufferedResult::text_rows(const std::vector<std::string>& columns,
                                                  const std::vector<std::vector<std::string>>& rows,
                                                  std::string command_tag, LogicalType type) {
  std::vector<ResultColumn> result_columns;
  for (const std::string& name : columns) {
    result_columns.push_back({name, type, kNoObject, 0});
  }
  std::vector<DataChunk> chunks;
  for (size_t first = 0; first < rows.size(); first += kVectorSize) {
    DataChunk chunk;
    chunk.size = std::min(kVectorSize, rows.size() - first);
    for (size_t c = 0; c < columns.size(); ++c) {
      Vector column = Vector::flat(type, chunk.size);
      for (size_t r = 0; r < chunk.size; ++r) {
        column.mutable_data<std::string_view>()[r] = column.heap().add(rows[first + r][c]);
      }
      chunk.columns.push_back(std::move(column));
    }
    chunks.push_back(std::move(chunk));
  }
  return std::make_unique<BufferedResult>(Kind::kRows, std::move(result_columns), std::move(chunks),
                                          std::move(command_tag), rows.size());
}

bool BufferedResult::next(DataChunk& chunk) {
  chunk.reset();
  if (next_ == chunks_.size()) {
    return false;
  }
  chunk = std::move(chunks_[next_++]);
  return true;
}

}  // namespace tidemark
