#include "storage/segment_writer.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/file_system.h"
#include "base/hash.h"
#include "storage/bloom_filter.h"
#include "storage/column_chunk_writer.h"
#include "storage/row_group_reader.h"
#include "storage/segment_file.h"
#include "storage/segment_format.h"
#include "storage/series_block.h"
#include "storage/series_key.h"

namespace tidemark {

namespace {

/// With fewer series the bounds and the series block itself answer as fast.
constexpr uint32_t kBloomSeriesMin = 16;
/// A row group ends early when its encoded rows pass this: wide rows must not fill the memory.
constexpr size_t kRowGroupBytesMax = 64 << 20;
constexpr size_t kWriteBytes = 1 << 20;

}  // namespace

class SegmentWriter::Impl {
 public:
  Impl(FileSystem& files, const std::string& path, FileId file, const TableLayout& layout,
       const SegmentWriterOptions& options)
      : out_(files.open_append(path, FileSystem::OpenMode::kCreateNew)),
        file_(file),
        layout_(layout),
        options_(options),
        order_(TypeId::kInt64, options.goal),
        operations_(TypeId::kBoolean, options.goal) {
    TIDEMARK_FATAL_CHECK(options.row_group_rows > 0 && options.row_group_rows <= kRowGroupRowsMax &&
                         options.row_group_rows % kVectorSize == 0);
    footer_.table = layout.table;
    footer_.order_type = layout.order_type;
    for (const TableLayout::SeriesColumn& column : layout.series) {
      footer_.series.push_back({column.id, column.type});
    }
    for (const TableLayout::Column& column : layout.columns) {
      footer_.columns.push_back({column.id, column.type});
      columns_.emplace_back(column.type, options.goal);
    }
    time_index_ = layout.time_column != layout.order_column ? layout.find_column(layout.time_column) : std::nullopt;
    write_header();
  }

  void append(const VersionChunk& chunk) {
    TIDEMARK_FATAL_CHECK(chunk.columns.size() == columns_.size());
    size_t run = 0;
    for (size_t row = 0; row < chunk.size;) {
      while (chunk.runs[run].end <= row) {
        ++run;
      }
      const size_t count = std::min({kVectorSize - page_rows_, chunk.size - row});
      append_rows(chunk, row, count, run);
      row += count;
    }
  }

  [[nodiscard]] bool can_copy(const SegmentReader& segment) const {
    const SegmentFooter& other = segment.open_file().footer();
    return other.series == footer_.series && other.columns == footer_.columns && other.order_type == footer_.order_type;
  }

  void copy_row_group(const SegmentReader& segment, uint32_t number) {
    const SegmentReader::File& source = segment.open_file();
    finish_row_group();
    has_copies_ = true;
    RowGroupReader reader(source, number, layout_);
    check_follows(reader);
    const RowGroupInfo& info = reader.info();
    RowGroupInfo copy = info;
    const uint64_t start = position();
    const auto copy_block = [&](BlockRef& ref) {
      if (ref.length > 0) {
        ref = write_block(*source.read_block(ref));
      }
    };
    const auto copy_chunk = [&](ColumnChunk& chunk) {
      copy_block(chunk.dictionary);
      for (ColumnChunk::Block& block : chunk.blocks) {
        copy_block(block.ref);
      }
    };
    const PageCache::Block index_block = source.read_block(info.index);
    RowGroupIndex index;
    if (!read_row_group_index(*index_block, info.rows, index) || index.columns.size() != columns_.size()) {
      source.fail(info.index.offset, "malformed row group index");
    }
    for (SeriesBlockInfo& block : index.series_blocks) {
      copy_block(block.ref);
    }
    copy_chunk(index.order);
    copy_chunk(index.operations);
    std::vector<std::string> chunks;
    for (size_t column = 0; column < columns_.size(); ++column) {
      const ZoneKind kind = zone_kind(columns_[column].type());
      ColumnChunk chunk;
      if (!read_chunk(index.columns[column], kind, index.pages, true, chunk)) {
        source.fail(info.index.offset, "malformed column directory");
      }
      copy_chunk(chunk);
      ByteWriter bytes;
      write_chunk(chunk, kind, true, bytes);
      chunks.push_back(bytes.take());
    }
    index.columns.assign(chunks.begin(), chunks.end());
    ByteWriter bytes;
    write_row_group_index(index, bytes);
    copy.index = write_block(bytes.view());
    copy_block(copy.bloom);
    copy.bytes = position() - start;
    footer_.row_groups.push_back(std::move(copy));
  }

  void end_window() {
    finish_row_group();
    if (!footer_.row_groups.empty() &&
        (footer_.window_ends.empty() || footer_.window_ends.back() < footer_.row_groups.size())) {
      footer_.window_ends.push_back(static_cast<uint32_t>(footer_.row_groups.size()));
    }
    last_series_.clear();
    last_order_.reset();
  }

  SegmentSummary finish() {
    end_window();
    ByteWriter footer;
    write_footer(footer_, footer);
    const BlockRef ref = write_block(footer.view());
    ByteWriter trailer;
    trailer.put(ref.offset);
    trailer.put(ref.length);
    trailer.put(block_checksum(file_, position(), trailer.view()));
    trailer.put_bytes(kSegmentEndMagic);
    pending_ += trailer.view();
    flush_pending();
    out_->sync();
    return summary();
  }

  [[nodiscard]] uint64_t position() const { return written_ + pending_.size(); }

  [[nodiscard]] size_t buffered_bytes() const {
    size_t bytes = pending_.size() + order_.buffered_bytes() + series_.bytes() + kVectorSize * 8 * columns_.size();
    for (const ColumnChunkWriter& column : columns_) {
      bytes += column.buffered_bytes();
    }
    return bytes;
  }

  BlockRef write_block(std::string_view bytes) {
    const BlockRef ref{.offset = position(), .length = bytes.size()};
    const uint64_t checksum = block_checksum(file_, ref.offset, bytes);
    pending_ += bytes;
    ByteWriter tail;
    tail.put(checksum);
    pending_ += tail.view();
    if (pending_.size() >= kWriteBytes) {
      flush_pending();
    }
    return ref;
  }

 private:
  void write_header() {
    ByteWriter header;
    header.put_bytes(kSegmentMagic);
    header.put(kSegmentVersion);
    header.put(uint32_t{0});
    header.put(file_);
    header.put(block_checksum(file_, 0, header.view()));
    TIDEMARK_FATAL_CHECK(header.size() == kSegmentHeaderBytes);
    pending_ += header.view();
  }

  void flush_pending() {
    out_->append(pending_);
    written_ += pending_.size();
    pending_.clear();
  }

  /// `count` rows from `first` on, which fit the page; `run` is the series run of the first.
  void append_rows(const VersionChunk& chunk, size_t first, size_t count, size_t run) {
    for (size_t row = first; row < first + count; ++run) {
      const size_t end = std::min<size_t>(chunk.runs[run].end, first + count);
      if (end > row) {
        note_series(chunk.runs[run].series, chunk.order, row, end);
        row = end;
      }
    }
    order_.append(chunk.order.reinterpret(TypeId::kInt64), {}, first, count);
    operations_.append(chunk.operations.reinterpret(TypeId::kBoolean), {}, first, count);
    note_operations(chunk.operations, first, count);
    for (size_t column = 0; column < columns_.size(); ++column) {
      columns_[column].append(chunk.columns[column], chunk.set.empty() ? Validity() : chunk.set[column], first, count);
    }
    if (page_rows_ == kVectorSize) {
      finish_page();
    }
  }

  /// Rows [first, end) of the chunk are of `series`: continue its run or begin it; keys must ascend.
  void note_series(std::string_view series, const Vector& order, size_t first, size_t end) {
    const auto* orders = order.data<int64_t>();
    const auto at = [&](size_t row) { return order.is_constant() ? orders[0] : orders[row]; };
    const bool continues = last_order_.has_value() && series == last_series_;
    TIDEMARK_FATAL_CHECK(!last_order_ || (continues ? at(first) > *last_order_ : series > last_series_));
    for (size_t row = first + 1; row < end; ++row) {
      TIDEMARK_FATAL_CHECK(at(row) > at(row - 1));
    }
    if (!continues) {
      last_series_ = series;
    }
    const auto end_row = static_cast<uint32_t>(group_rows_ + (end - first));
    if (page_rows_ == 0) {
      begin_page(at(first));
    }
    if (continues && series_.count() > 0) {
      series_.extend_last(end_row);
    } else {
      series_.add(series, end_row);
    }
    if (!continues || group_rows_ == 0) {
      hashes_.push_back(series_hash(layout_.series, series));
    }
    page_series_count_ += !continues || page_rows_ == 0 ? 1 : 0;
    last_order_ = at(end - 1);
    index_.pages.back().order_min = std::min(index_.pages.back().order_min, at(first));
    index_.pages.back().order_max = std::max(index_.pages.back().order_max, at(end - 1));
    page_rows_ += end - first;
    group_rows_ += end - first;
  }

  /// The first key of a row group that is taken over must lie after the last one written; notes its last one.
  void check_follows(RowGroupReader& reader) {
    const PageInfo& first = reader.pages().front();
    const RowKey next{first.first_series, first.first_order};
    const RowKey last{last_series_, last_order_.value_or(0)};
    TIDEMARK_FATAL_CHECK(!last_order_ || next > last);
    const size_t last_page = reader.pages().size() - 1;
    last_series_ = reader.series(reader.series_runs(last_page).back().index);
    const Vector order = reader.order(last_page);
    last_order_ = order.data<int64_t>()[order.size() - 1];
  }

  void begin_page(int64_t first_order) {
    index_.pages.push_back({.first_row = static_cast<uint32_t>(group_rows_),
                            .rows = 0,
                            .one_series = false,
                            .first_order = first_order,
                            .order_min = INT64_MAX,
                            .order_max = INT64_MIN,
                            .first_series = last_series_});
    page_series_count_ = 0;
    if (group_rows_ == 0) {
      group_start_ = position();
    }
  }

  void note_operations(const Vector& operations, size_t first, size_t count) {
    const auto* data = operations.data<uint8_t>();
    for (size_t row = first; row < first + count; ++row) {
      const auto operation = static_cast<RowOperation>(operations.is_constant() ? data[0] : data[row]);
      group_.has_deletes |= operation == RowOperation::kDelete;
      group_.has_merges |= operation == RowOperation::kMerge;
      if (operations.is_constant()) {
        break;
      }
    }
  }

  void finish_page() {
    PageInfo& page = index_.pages.back();
    page.rows = static_cast<uint32_t>(page_rows_);
    page.one_series = page_series_count_ == 1;
    group_.bounds.order_min = std::min(group_.bounds.order_min, page.order_min);
    group_.bounds.order_max = std::max(group_.bounds.order_max, page.order_max);
    order_.finish_page(false);
    operations_.finish_page(false);
    for (ColumnChunkWriter& column : columns_) {
      column.finish_page(page.one_series);
    }
    page_rows_ = 0;
    if (series_.bytes() >= kPageBlockBytes) {
      write_series_block();
    }
    if (group_rows_ >= options_.row_group_rows || buffered_bytes() >= kRowGroupBytesMax) {
      finish_row_group();
    }
  }

  void write_series_block() {
    index_.series_blocks.push_back({write_block(series_.take()), series_first_page_});
    series_first_page_ = static_cast<uint32_t>(index_.pages.size());
  }

  void finish_row_group() {
    if (page_rows_ > 0) {
      finish_page();  // may find the row group full
    }
    if (group_rows_ == 0) {
      return;
    }
    if (series_.count() > 0) {
      write_series_block();
    }
    const BlockSink sink = [this](std::string_view bytes) { return write_block(bytes); };
    index_.order = order_.finish(sink);
    if (group_.has_deletes || group_.has_merges) {
      index_.operations = operations_.finish(sink);
    } else {
      static_cast<void>(operations_.finish([](std::string_view) { return BlockRef{}; }));
    }
    std::vector<std::string> chunks;
    for (size_t column = 0; column < columns_.size(); ++column) {
      const ColumnChunk chunk = columns_[column].finish(sink);
      if (time_index_ == column) {
        note_times(chunk);
      }
      ByteWriter bytes;
      write_chunk(chunk, zone_kind(columns_[column].type()), true, bytes);
      chunks.push_back(bytes.take());
    }
    index_.columns.assign(chunks.begin(), chunks.end());
    ByteWriter index;
    write_row_group_index(index_, index);
    group_.index = write_block(index.view());
    if (hashes_.size() > kBloomSeriesMin) {
      group_.bloom = write_block(make_bloom_filter(hashes_));
    }
    group_.rows = static_cast<uint32_t>(group_rows_);
    group_.series_count = static_cast<uint32_t>(hashes_.size());
    group_.bytes = position() - group_start_;
    group_.bounds.series_min = index_.pages.front().first_series;
    // Not a key, but above all that begin with it: bounds stay true when the key is widened by new tags.
    group_.bounds.series_max = last_series_ + '\xff';
    if (!time_index_) {
      group_.time_min = group_.bounds.order_min;
      group_.time_max = group_.bounds.order_max;
    }
    footer_.row_groups.push_back(std::exchange(group_, {}));
    index_ = {};
    hashes_.clear();
    group_rows_ = 0;
    series_first_page_ = 0;
  }

  void note_times(const ColumnChunk& chunk) {
    group_.has_null_times = chunk.form == ColumnChunk::Form::kAbsent;
    for (const ZoneMap& zone : chunk.zones) {
      group_.has_null_times |= zone.nulls > 0;
      if (zone.has_bounds) {
        group_.time_min = std::min(group_.time_min, zone.integer_min);
        group_.time_max = std::max(group_.time_max, zone.integer_max);
      }
    }
  }

  [[nodiscard]] SegmentSummary summary() const {
    SegmentSummary summary{.file = file_, .file_bytes = written_, .extents = {}};
    uint32_t first = 0;
    for (const uint32_t end : footer_.window_ends) {
      summary.extents.push_back(extent_of(first, end));
      first = end;
    }
    return summary;
  }

  [[nodiscard]] SegmentExtent extent_of(uint32_t first, uint32_t end) const {
    SegmentExtent extent;
    extent.file = file_;
    extent.row_group_first = first;
    extent.row_group_count = end - first;
    extent.is_cold = options_.goal == PageGoal::kSmall;
    extent.has_copies = has_copies_;
    extent.shares_file = footer_.window_ends.size() > 1;
    for (uint32_t group = first; group < end; ++group) {
      const RowGroupInfo& info = footer_.row_groups[group];
      extent.rows += info.rows;
      extent.bytes += info.bytes;
      extent.bounds.extend(info.bounds);
      extent.only_puts &= !info.has_deletes && !info.has_merges;
      extent.has_merges |= info.has_merges;
    }
    return extent;
  }

  std::unique_ptr<AppendFile> out_;
  FileId file_;
  TableLayout layout_;
  SegmentWriterOptions options_;
  SegmentFooter footer_;
  std::string pending_;  ///< written in large pieces
  uint64_t written_ = 0;
  std::optional<size_t> time_index_;
  bool has_copies_ = false;

  // The row group that is being filled.
  RowGroupInfo group_;
  RowGroupIndex index_;
  uint64_t group_start_ = 0;
  size_t group_rows_ = 0;
  size_t page_rows_ = 0;
  size_t page_series_count_ = 0;
  uint32_t series_first_page_ = 0;
  SeriesBlockWriter series_;
  std::vector<uint64_t> hashes_;
  ColumnChunkWriter order_;
  ColumnChunkWriter operations_;
  std::vector<ColumnChunkWriter> columns_;
  std::string last_series_;
  std::optional<int64_t> last_order_;
};

SegmentWriter::SegmentWriter(FileSystem& files, const std::string& path, FileId file, const TableLayout& layout,
                             const SegmentWriterOptions& options)
    : impl_(std::make_unique<Impl>(files, path, file, layout, options)) {}
SegmentWriter::~SegmentWriter() = default;

void SegmentWriter::append(const VersionChunk& chunk) { impl_->append(chunk); }
bool SegmentWriter::can_copy(const SegmentReader& segment) const { return impl_->can_copy(segment); }
void SegmentWriter::copy_row_group(const SegmentReader& segment, uint32_t row_group) {
  impl_->copy_row_group(segment, row_group);
}
void SegmentWriter::end_window() { impl_->end_window(); }
SegmentSummary SegmentWriter::finish() { return impl_->finish(); }
uint64_t SegmentWriter::bytes_written() const { return impl_->position(); }
size_t SegmentWriter::buffered_bytes() const { return impl_->buffered_bytes(); }

}  // namespace tidemark
