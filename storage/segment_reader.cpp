#include "storage/segment_reader.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "base/check.h"
#include "storage/bloom_filter.h"
#include "storage/key_filter.h"
#include "storage/row_group_reader.h"
#include "storage/segment_file.h"
#include "storage/series_key.h"

namespace tidemark {

struct SegmentReader::State {
  FileSystem& files;
  std::string path;
  FileId file;
  PageCache& cache;
  std::mutex mutex;
  std::shared_ptr<const File> open;  ///< guarded by `mutex` until set, then immutable
  std::atomic<const File*> opened{nullptr};
};

SegmentReader::SegmentReader(FileSystem& files, std::string path, FileId file, PageCache& cache)
    : state_(new State{.files = files,
                       .path = std::move(path),
                       .file = file,
                       .cache = cache,
                       .mutex = {},
                       .open = nullptr,
                       .opened = nullptr}) {}
SegmentReader::~SegmentReader() = default;

FileId SegmentReader::file() const { return state_->file; }
const std::string& SegmentReader::path() const { return state_->path; }

const SegmentReader::File& SegmentReader::open_file() const {
  if (const File* opened = state_->opened.load(std::memory_order_acquire)) {
    return *opened;
  }
  const std::lock_guard lock(state_->mutex);
  if (state_->open == nullptr) {
    state_->open = std::make_shared<const File>(state_->files, state_->path, state_->file, state_->cache);
    state_->opened.store(state_->open.get(), std::memory_order_release);
  }
  return *state_->open;
}

namespace {

void check_extent(const SegmentReader::File& file, const SegmentExtent& extent) {
  if (extent.row_group_first > file.footer().row_groups.size() ||
      extent.row_group_count > file.footer().row_groups.size() - extent.row_group_first) {
    file.fail(0, "the manifest names row groups that are not there");
  }
}

/// Fills a chunk with rows of one page. `rows`: null for all.
void fill_chunk(RowGroupReader& reader, size_t page, std::span<const ColumnId> columns, const KeyFilter::Found& found,
                std::span<const uint32_t> rows, bool all, VersionChunk& chunk) {
  const bool only_puts = !reader.info().has_merges && !reader.info().has_deletes;
  const auto pick = [&](const Vector& values) { return all ? values : values.select(rows).flatten(); };
  chunk = {};
  chunk.size = all ? reader.pages()[page].rows : rows.size();
  chunk.order = pick(found.order ? *found.order : reader.order(page));
  chunk.operations = only_puts ? reader.operations(page).slice(0, chunk.size) : pick(reader.operations(page).flatten());
  for (const ColumnId column : columns) {
    Validity set;
    Vector values = reader.column(page, column, &set);
    chunk.columns.push_back(all ? std::move(values) : values.select(rows));
    if (!all && !set.all_valid()) {
      Validity picked = Validity::filled(chunk.size, true);
      for (size_t i = 0; i < rows.size(); ++i) {
        if (!set.is_valid(rows[i])) {
          picked.set_null(i);
        }
      }
      set = std::move(picked);
    }
    chunk.set.push_back(std::move(set));
  }
  uint32_t done = 0;
  for (const RowGroupReader::SeriesRun& run : found.runs) {
    const auto end = all ? run.end : static_cast<uint32_t>(std::ranges::lower_bound(rows, run.end) - rows.begin());
    if (end > done) {
      chunk.runs.push_back({.series = reader.series(run.index), .end = end});
      done = end;
    }
  }
  chunk.keep = reader.series_memory();
}

class SegmentRunSource final : public RunSource {
 public:
  SegmentRunSource(const SegmentReader::File& file, const SegmentExtent& extent, const TableLayout& layout,
                   const RunRequest& request)
      : file_(file),
        layout_(layout),
        range_(request.range),
        columns_(request.columns.begin(), request.columns.end()),
        test_(request.series_filter),
        next_group_(extent.row_group_first),
        end_group_(extent.row_group_first + extent.row_group_count) {}

  bool next(VersionChunk& chunk) override {
    for (;;) {
      while (!reader_ || next_page_ >= reader_->pages().size()) {
        if (!open_next_group()) {
          return false;
        }
      }
      const size_t page = next_page_++;
      if (!filter_->may_hold(*reader_, page)) {
        continue;
      }
      const KeyFilter::Found found = filter_->find(*reader_, page);
      if (found.stretches.empty()) {
        continue;
      }
      const bool all = found.all(reader_->pages()[page].rows);
      const std::vector<uint32_t> rows = all ? std::vector<uint32_t>() : row_numbers(found.stretches);
      fill_chunk(*reader_, page, columns_, found, rows, all, chunk);
      return true;
    }
  }

 private:
  bool open_next_group() {
    while (next_group_ < end_group_) {
      const uint32_t group = next_group_++;
      if (file_.footer().row_groups[group].bounds.intersects(range_)) {
        reader_.emplace(file_, group, layout_);
        filter_.emplace(range_, &test_);
        next_page_ = 0;
        return true;
      }
    }
    return false;
  }

  const SegmentReader::File& file_;
  const TableLayout& layout_;
  KeyRange range_;
  std::vector<ColumnId> columns_;
  std::function<bool(std::string_view)> test_;
  uint32_t next_group_;
  uint32_t end_group_;
  std::optional<RowGroupReader> reader_;
  std::optional<KeyFilter> filter_;
  size_t next_page_ = 0;
};

/// Finds single keys: Bloom filter, sparse index, series block, binary search in the page.
class SegmentLookUpSource final : public RunSource {
 public:
  SegmentLookUpSource(const SegmentReader::File& file, const SegmentExtent& extent, const TableLayout& layout,
                      std::span<const RowKey> keys, std::span<const ColumnId> columns)
      : file_(file),
        layout_(layout),
        columns_(columns.begin(), columns.end()),
        next_group_(extent.row_group_first),
        end_group_(extent.row_group_first + extent.row_group_count),
        keys_(keys) {}

  bool next(VersionChunk& chunk) override {
    for (;;) {
      if (next_candidate_ < candidates_.size()) {
        if (read_page(chunk)) {
          return true;
        }
      } else if (!open_next_group()) {
        return false;
      }
    }
  }

 private:
  bool open_next_group() {
    while (next_group_ < end_group_) {
      const uint32_t group = next_group_++;
      const RowGroupInfo& info = file_.footer().row_groups[group];
      find_candidates(info);
      if (!candidates_.empty()) {
        reader_.emplace(file_, group, layout_);
        return true;
      }
    }
    return false;
  }

  /// Keys that bounds and Bloom filter let through.
  void find_candidates(const RowGroupInfo& info) {
    candidates_.clear();
    next_candidate_ = 0;
    PageCache::Block bloom;
    auto key = std::ranges::lower_bound(keys_, std::string_view(info.bounds.series_min), {}, &RowKey::series);
    std::string_view tested;
    bool passed = false;
    for (; key != keys_.end() && key->series <= info.bounds.series_max; ++key) {
      if (key->order < info.bounds.order_min || key->order > info.bounds.order_max) {
        continue;
      }
      if (info.bloom.length > 0 && (tested.data() == nullptr || key->series != tested)) {
        bloom = bloom ? bloom : file_.read_block(info.bloom);
        tested = key->series;
        passed = bloom_filter_may_hold(*bloom, series_hash(layout_.series, key->series));
      }
      if (info.bloom.length == 0 || passed) {
        candidates_.push_back(*key);
      }
    }
  }

  /// Whether the page's first key lies after `key`; keys of old pages are compared as if widened.
  [[nodiscard]] bool begins_after(const PageInfo& page, const RowKey& key) const {
    const std::string first = page.first_series + widening_suffix(layout_.series.size() - file_.footer().series.size());
    return RowKey{first, page.first_order} > key;
  }

  /// All candidates in the page of the next one; false if none of them is there.
  bool read_page(VersionChunk& chunk) {
    const std::span<const PageInfo> pages = reader_->pages();
    const auto after = std::partition_point(pages.begin(), pages.end(), [&](const PageInfo& page) {
      return !begins_after(page, candidates_[next_candidate_]);
    });
    if (after == pages.begin()) {
      ++next_candidate_;
      return false;
    }
    const auto page = static_cast<size_t>(after - pages.begin()) - 1;
    KeyFilter::Found found;
    found.runs = reader_->series_runs(page);
    found.order = reader_->order(page);
    const auto* orders = found.order->data<int64_t>();
    std::vector<uint32_t> rows;
    size_t run = 0;
    do {
      const RowKey& key = candidates_[next_candidate_];
      while (run < found.runs.size() && reader_->series(found.runs[run].index) < key.series) {
        ++run;
      }
      if (run < found.runs.size() && reader_->series(found.runs[run].index) == key.series) {
        const uint32_t first = run == 0 ? 0 : found.runs[run - 1].end;
        const auto* place = std::lower_bound(orders + first, orders + found.runs[run].end, key.order);
        const auto row = static_cast<uint32_t>(place - orders);
        if (row < found.runs[run].end && *place == key.order && (rows.empty() || rows.back() < row)) {
          rows.push_back(row);
        }
      }
      ++next_candidate_;
    } while (next_candidate_ < candidates_.size() &&
             (after == pages.end() || begins_after(*after, candidates_[next_candidate_])));
    if (rows.empty()) {
      return false;
    }
    fill_chunk(*reader_, page, columns_, found, rows, false, chunk);
    return true;
  }

  const SegmentReader::File& file_;
  const TableLayout& layout_;
  std::vector<ColumnId> columns_;
  uint32_t next_group_;
  uint32_t end_group_;
  std::span<const RowKey> keys_;
  std::vector<RowKey> candidates_;
  size_t next_candidate_ = 0;
  std::optional<RowGroupReader> reader_;
};

}  // namespace

std::unique_ptr<RunSource> SegmentReader::open(const SegmentExtent& extent, const TableLayout& layout,
                                               const RunRequest& request) const {
  const File& file = open_file();
  check_extent(file, extent);
  return std::make_unique<SegmentRunSource>(file, extent, layout, request);
}

std::unique_ptr<RunSource> SegmentReader::look_up(const SegmentExtent& extent, const TableLayout& layout,
                                                  std::span<const RowKey> keys,
                                                  std::span<const ColumnId> columns) const {
  const File& file = open_file();
  check_extent(file, extent);
  return std::make_unique<SegmentLookUpSource>(file, extent, layout, keys, columns);
}

}  // namespace tidemark
