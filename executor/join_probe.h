#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "executor/join_emitter.h"
#include "executor/join_table.h"
#include "executor/operator.h"

namespace tidemark {

/// Looks the left rows of one stream up in a table, and puts out what the join type wants.
class JoinProbe final : public RowStream {
 public:
  /// `running`: how many probes of this table are at work; the last one to end puts out the right rows that none has
  /// matched (RIGHT and FULL).
  JoinProbe(const JoinShape& shape, std::shared_ptr<JoinTable> table, std::unique_ptr<RowStream> left,
            std::shared_ptr<std::atomic<size_t>> running);
  bool next(DataChunk& chunk) override;

 private:
  bool load();
  void note_unknowns(std::span<const Vector> keys, size_t size);
  [[nodiscard]] bool compares_unknown(std::span<const Vector> keys, uint32_t row);
  void collect_pairs();
  void collect_unique_pairs();

  const JoinShape& shape_;
  std::shared_ptr<JoinTable> table_;
  std::unique_ptr<RowStream> left_;
  std::shared_ptr<std::atomic<size_t>> running_;
  Evaluator evaluator_;
  JoinEmitter emitter_;
  KeyTable::Scratch scratch_;
  std::vector<uint32_t> first_;  ///< the first right row of each left row
  size_t row_ = 0;
  uint32_t chain_ = JoinTable::kNone;
  bool in_chunk_ = false;
  SelectionVector left_rows_, right_rows_;
  std::optional<UnmatchedRows> unmatched_;
};

}  // namespace tidemark
