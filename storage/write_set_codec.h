#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/row_batch.h"

namespace tidemark {

/// A write set as bytes of a WAL record; the layout is in docs/FILE_FORMAT.md. Arrays of integers are stored as offsets
/// from their minimum in as few bytes as hold them, after division by a common step (timestamps), which costs less than
/// a nanosecond a value and makes most of a metric's values one byte.
struct EncodedWriteSet {
  /// Where the row ids of an append table's new rows go: they are known only when the commit's turn comes.
  struct RowIds {
    size_t offset = 0;  ///< of eight bytes: the first id; the others follow it
    ObjectId table = kNoObject;
    uint64_t rows = 0;
  };
  std::string bytes;
  std::vector<RowIds> row_ids;
};

/// Rows of one batch at most; more is an error of the caller (54000).
inline constexpr size_t kBatchRowsMax = size_t{1} << 27;

EncodedWriteSet encode_write_set(const WriteSet& writes);
/// Appends an order column that its table's commit must fill in: batch.order is empty for kPut into append tables.
bool row_ids_are_missing(const RowBatch& batch);

/// Throws XX001 on malformed bytes.
WriteSet decode_write_set(std::string_view bytes);

}  // namespace tidemark
