#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "storage/run_source.h"

namespace tidemark {

/// A chunk that a merge takes rows from, a few at a time. A column becomes flat when rows of it are first gathered,
/// once for all gatherings. Used by one thread.
class LoadedChunk {
 public:
  explicit LoadedChunk(VersionChunk rows);

  [[nodiscard]] const VersionChunk& rows() const { return rows_; }
  [[nodiscard]] size_t size() const { return rows_.size; }
  [[nodiscard]] const int64_t* orders() const { return rows_.order.data<int64_t>(); }
  [[nodiscard]] RowOperation operation(size_t row) const { return static_cast<RowOperation>(operations_[row]); }
  [[nodiscard]] bool has_deletes() const { return has_deletes_; }
  /// Whether a row gives this column something, be it NULL: a put gives all of them.
  [[nodiscard]] bool sets(size_t column, size_t row) const {
    return operation(row) == RowOperation::kPut || rows_.set.empty() || rows_.set[column].is_valid(row);
  }
  [[nodiscard]] const Vector& flat(size_t column);
  /// Whether every row has a value of this column.
  [[nodiscard]] bool is_plain(size_t column);

 private:
  friend class ChunkRows;
  struct Column {
    Vector values;
    bool is_plain = false;
  };
  const Column& column(size_t number);

  VersionChunk rows_;
  Vector flat_operations_;
  const uint8_t* operations_ = nullptr;
  bool has_deletes_ = false;
  std::vector<std::optional<Column>> columns_;
  std::optional<uint32_t> place_;  ///< among the chunks of the gathering at work
};

/// Gathers rows of several chunks into one, a column at a time: stretches of rows, and keys whose versions are folded.
class ChunkRows {
 public:
  struct Place {
    std::shared_ptr<LoadedChunk> chunk;
    size_t row = 0;
    size_t run = 0;  ///< that the row is in
  };

  /// With `oldest` there is nothing below the rows: merges become whole rows.
  ChunkRows(std::vector<LogicalType> types, bool oldest) : types_(std::move(types)), oldest_(oldest) {}

  [[nodiscard]] size_t size() const { return size_; }
  /// `count` rows from a place on. Precondition: none is a delete, or not `oldest`.
  void add(const Place& first, size_t count);
  /// One row made of several versions: merges, newest first, the last perhaps a put or a delete, which makes it whole.
  void add_versions(std::span<const Place> newest_first);
  /// Fills the chunk and becomes empty. Precondition: there are rows.
  void finish(VersionChunk& chunk);

 private:
  struct Item {
    uint32_t first = 0;  ///< row of its chunk, or index into versions_
    uint32_t count = 0;
    uint32_t chunk = 0;
    bool folded = false;
  };
  struct Version {
    uint32_t chunk = 0;
    uint32_t row = 0;
  };
  uint32_t place_of(const std::shared_ptr<LoadedChunk>& chunk);
  void add_run(std::string_view series, size_t rows);
  [[nodiscard]] RowOperation folded_operation(const Item& item) const;
  void gather_keys(VersionChunk& chunk) const;
  void gather_column(size_t column, VersionChunk& chunk) const;

  const std::vector<LogicalType> types_;
  const bool oldest_;
  std::vector<std::shared_ptr<LoadedChunk>> chunks_;
  std::vector<Item> items_;
  std::vector<Version> versions_;
  std::vector<VersionChunk::SeriesRun> runs_;
  size_t size_ = 0;
};

/// Makes whole rows of merges below which there is nothing: what they do not set is NULL. Precondition: no deletes.
void make_whole(VersionChunk& chunk);

}  // namespace tidemark
