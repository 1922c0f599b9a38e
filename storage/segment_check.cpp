// `tidemark check` of one segment file: reads every block and compares what the directories say with the data.

#include <fmt/format.h>

#include <algorithm>

#include "base/io_error.h"
#include "storage/row_group_reader.h"
#include "storage/segment_file.h"
#include "storage/store.h"

namespace tidemark {

namespace {

/// The layout that reads a file as it was written.
TableLayout layout_of(const SegmentFooter& footer) {
  TableEntry entry;
  entry.id = footer.table;
  TableLayout layout(entry);
  layout.order_type = footer.order_type;
  for (const SegmentColumn& column : footer.series) {
    layout.series.push_back({.id = column.id, .type = column.type, .from_key = true});
  }
  for (const SegmentColumn& column : footer.columns) {
    layout.columns.push_back({.id = column.id, .type = column.type});
  }
  return layout;
}

bool same_bounds(const ZoneMap& stored, const ZoneMap& found) {
  const bool reals_equal = stored.real_min == found.real_min && stored.real_max == found.real_max;
  return stored.nulls == found.nulls && stored.has_bounds == found.has_bounds && stored.has_nan == found.has_nan &&
         stored.integer_min == found.integer_min && stored.integer_max == found.integer_max &&
         stored.integer_sum == found.integer_sum && reals_equal && stored.text_min == found.text_min &&
         stored.text_max == found.text_max;
}

class SegmentCheck {
 public:
  SegmentCheck(const SegmentReader::File& file, const std::string& path, std::vector<CheckFinding>& findings)
      : file_(file), path_(path), findings_(findings), layout_(layout_of(file.footer())) {}

  void run() {
    const SegmentFooter& footer = file_.footer();
    size_t window = 0;
    for (uint32_t group = 0; group < footer.row_groups.size(); ++group) {
      if (window < footer.window_ends.size() && group >= footer.window_ends[window]) {
        ++window;
        has_last_ = false;
      }
      check_row_group(group);
    }
  }

 private:
  void find(uint64_t offset, std::string problem) { findings_.push_back({path_, offset, std::move(problem)}); }

  void check_row_group(uint32_t number) {
    const RowGroupInfo& info = file_.footer().row_groups[number];
    RowGroupReader reader(file_, number, layout_);
    if (info.bloom.length > 0) {
      static_cast<void>(file_.read_block(info.bloom));
    }
    uint64_t rows = 0;
    for (size_t page = 0; page < reader.pages().size(); ++page) {
      check_keys(reader, page);
      static_cast<void>(reader.operations(page));
      for (const TableLayout::Column& column : layout_.columns) {
        check_zone(reader, page, column);
      }
      rows += reader.pages()[page].rows;
    }
    if (rows != info.rows) {
      find(info.index.offset, fmt::format("row group {} has {} rows instead of {}", number, rows, info.rows));
    }
  }

  void check_keys(RowGroupReader& reader, size_t page) {
    const PageInfo& info = reader.pages()[page];
    const uint64_t offset = reader.info().index.offset;
    const Vector order = reader.order(page);
    const auto* orders = order.data<int64_t>();
    uint32_t row = 0;
    for (const RowGroupReader::SeriesRun& run : reader.series_runs(page)) {
      const std::string_view series = reader.series(run.index);
      if (row == 0 && (series != info.first_series || orders[0] != info.first_order)) {
        find(offset, fmt::format("the first key of page {} is not that of the index", page));
      }
      for (; row < run.end; ++row) {
        if (has_last_ && RowKey{series, orders[row]} <= RowKey{last_series_, last_order_}) {
          find(offset, fmt::format("keys do not ascend in page {}", page));
        }
        if (orders[row] < info.order_min || orders[row] > info.order_max) {
          find(offset, fmt::format("a row of page {} lies outside its bounds", page));
        }
        last_order_ = orders[row];
        has_last_ = true;
        if (last_series_ != series) {
          last_series_ = series;
        }
      }
    }
  }

  void check_zone(RowGroupReader& reader, size_t page, const TableLayout::Column& column) {
    const Vector values = reader.column(page, column.id);
    const ColumnChunk* chunk = reader.chunk(column.id);
    if (chunk->form == ColumnChunk::Form::kAbsent) {
      return;
    }
    if (!same_bounds(chunk->zones[page], summarize(values.flatten(), false))) {
      find(reader.info().index.offset, fmt::format("the zone map of column {} does not fit page {}", column.id, page));
    }
  }

  const SegmentReader::File& file_;
  const std::string& path_;
  std::vector<CheckFinding>& findings_;
  TableLayout layout_;
  bool has_last_ = false;
  std::string last_series_;
  int64_t last_order_ = 0;
};

}  // namespace

void check_segment(FileSystem& files, const std::string& path, FileId file, std::vector<CheckFinding>& findings) {
  PageCache cache(0);  // every block from the disk
  try {
    const SegmentReader::File opened(files, path, file, cache);
    SegmentCheck(opened, path, findings).run();
  } catch (const IoError&) {
    throw;  // never a sign of damage (invariant 13)
  } catch (const Error& error) {
    if (error.sqlstate() != sqlstate::kDataCorrupted) {
      throw;
    }
    findings.push_back({path, 0, error.message()});
  }
}

}  // namespace tidemark
