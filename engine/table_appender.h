#pragma once

#include <memory>
#include <vector>

#include "catalog/entries.h"
#include "tidemark/appender.h"
#include "types/value.h"

namespace tidemark {

class Session;

/// Gathers rows in flat columns and hands them to a TableWrite when there are enough.
class TableAppender final : public Appender {
 public:
  TableAppender(Session& session, TableEntry table);
  ~TableAppender() override;

  Appender& add(int64_t value) override;
  Appender& add(double value) override;
  Appender& add(std::string_view value) override;
  Appender& add(bool value) override;
  Appender& add_timestamp(int64_t value) override;
  Appender& add_null() override;
  void end_row() override;
  void append(const DataChunk& rows) override;
  void flush() override;
  [[nodiscard]] uint64_t row_count() const override { return row_count_; }

 private:
  /// Rows gathered before they go to the TableWriter: large enough for columns, small enough for the cache.
  static constexpr size_t kRowsGathered = 16 * kVectorSize;
  struct Builder;

  Builder& next_column();
  void start_columns();
  void hand_over();

  Session& session_;
  TableEntry table_;
  std::vector<Builder> builders_;
  size_t column_ = 0;  ///< the next value's
  size_t rows_ = 0;    ///< complete rows in the builders
  uint64_t row_count_ = 0;
  std::unique_ptr<class TableWrite> write_;
};

}  // namespace tidemark
