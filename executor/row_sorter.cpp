#include "executor/row_sorter.h"

#include <algorithm>

#include "base/check.h"

namespace tidemark {

SortedRun::SortedRun(const RowOrder& row_order, RowCollection rows, std::vector<uint32_t> order)
    : row_order_(row_order), rows_(std::move(rows)), order_(std::move(order)), end_(order_.size()) {
  if (row_order_.key_count() > 0) {
    prefixes_ = row_order_.first_prefixes(rows_, order_);
  }
}

SortedRun::SortedRun(const RowOrder& row_order, std::unique_ptr<SpillFile> file)
    : row_order_(row_order), rows_(row_order.row_types()), file_(std::move(file)) {
  file_->rewind();
}

bool SortedRun::load() {
  if (left() > 0) {
    return true;
  }
  DataChunk chunk;
  if (file_ == nullptr || !file_->read(chunk)) {
    return false;
  }
  rows_.clear();
  rows_.append(chunk);
  if (row_order_.key_count() > 0) {
    prefixes_.resize(chunk.size);
    row_order_.first_prefixes(chunk, prefixes_);
  }
  position_ = 0;
  end_ = chunk.size;
  return true;
}

RowSorter::RowSorter(const RowOrder& order, SortLimit limit, ExecutionState& state, const PhysicalNode& node,
                     int64_t memory_bytes)
    : order_(order),
      limit_(limit),
      state_(state),
      node_(node),
      evaluator_(state.query()),
      memory_bytes_(memory_bytes),
      reservation_(state.query().memory),
      rows_(order.row_types()) {}

void RowSorter::consume(DataChunk& chunk) {
  order_.add_keys(chunk, evaluator_);
  if (bound_) {
    chunk.select(not_beyond_bound(chunk));
    if (chunk.size == 0) {
      return;
    }
  }
  rows_.append(chunk);
  if (limit_.rows && rows_.size() > *limit_.rows && rows_.size() - *limit_.rows > slack_rows()) {
    drop_beyond_limit();
  }
  const auto bytes = static_cast<int64_t>(rows_.memory_bytes() + rows_.size() * 2 * sizeof(uint64_t));
  if (bytes > memory_bytes_ || !reservation_.try_resize(bytes)) {
    if (can_spill(state_)) {
      spill();
    } else {
      reservation_.resize(bytes);
    }
  }
}

/// How many rows beyond the limit are kept before some are dropped: so many that each drop pays for itself; and so few
/// where a scan goes by the bound that it gets tight soon.
uint64_t RowSorter::slack_rows() const {
  constexpr uint64_t kSlackRows = 4 * kVectorSize;
  if (shared_bound_ != nullptr && *limit_.rows <= kVectorSize) {
    return *limit_.rows / 2;
  }
  return std::max(kSlackRows, *limit_.rows);
}

/// Rows that may still be among the wanted: those that do not come after the bound.
SelectionVector RowSorter::not_beyond_bound(const DataChunk& chunk) {
  // The first key decides about most; the few others are looked at whole.
  SelectionVector near;
  prefixes_.resize(chunk.size);
  order_.first_prefixes(chunk, prefixes_);
  near.resize(chunk.size);
  size_t count = 0;
  for (uint32_t row = 0; row < chunk.size; ++row) {
    near[count] = row;
    count += prefixes_[row] <= bound_prefix_ ? 1 : 0;
  }
  near.resize(count);
  RowCollection rows(order_.row_types());
  rows.append(chunk, near);
  SelectionVector kept;
  for (size_t i = 0; i < near.size(); ++i) {
    const int order = order_.compare(rows, i, *bound_, 0);
    if (order < 0 || (order == 0 && limit_.with_ties)) {
      kept.push_back(near[i]);
    }
  }
  return kept;
}

size_t RowSorter::kept_count(const std::vector<uint32_t>& order) const {
  if (!limit_.rows || order.size() <= *limit_.rows) {
    return order.size();
  }
  auto count = static_cast<size_t>(*limit_.rows);
  while (limit_.with_ties && count > 0 && count < order.size() &&
         order_.compare(rows_, order[count - 1], rows_, order[count]) == 0) {
    ++count;
  }
  return count;
}

void RowSorter::drop_beyond_limit() {
  const std::vector<uint32_t> order = order_.sorted(rows_);
  const size_t count = kept_count(order);
  RowCollection kept(order_.row_types());
  for (size_t first = 0; first < count; first += kVectorSize) {
    kept.append(rows_.gather(std::span(order).subspan(first, std::min(kVectorSize, count - first))));
  }
  if (count > 0 && order_.key_count() > 0) {
    bound_.emplace(order_.row_types());
    bound_->append(kept.chunk(count - 1, 1));
    constexpr uint32_t kFirstRow = 0;
    bound_prefix_ = order_.first_prefixes(*bound_, {&kFirstRow, 1})[0];
    if (shared_bound_ != nullptr) {
      shared_bound_->tighten(bound_->column(*order_.first_input()).view(0, 1).value(0));
    }
  }
  rows_ = std::move(kept);
}

void RowSorter::spill() {
  const std::vector<uint32_t> order = order_.sorted(rows_);
  const size_t count = kept_count(order);
  auto file = std::make_unique<SpillFile>(state_, order_.row_types(), node_);
  for (size_t first = 0; first < count; first += kVectorSize) {
    file->write(rows_.gather(std::span(order).subspan(first, std::min(kVectorSize, count - first))));
  }
  runs_.push_back(std::make_unique<SortedRun>(order_, std::move(file)));
  rows_.clear();
  reservation_.release();
  reservation_ = MemoryReservation(state_.query().memory);
}

void RowSorter::finish() {
  if (rows_.size() == 0) {
    return;
  }
  std::vector<uint32_t> order = order_.sorted(rows_);
  order.resize(kept_count(order));
  runs_.push_back(std::make_unique<SortedRun>(order_, std::move(rows_), std::move(order)));
}

SortedMerge::SortedMerge(const RowOrder& order, std::vector<std::unique_ptr<SortedRun>> runs, SortLimit limit)
    : order_(order), runs_(std::move(runs)), limit_(limit) {}

bool SortedMerge::comes_before(size_t left, size_t right) const {
  const SortedRun& left_run = *runs_[left];
  const SortedRun& right_run = *runs_[right];
  if (left_run.prefix() != right_run.prefix()) {
    return left_run.prefix() < right_run.prefix();
  }
  const int order = order_.compare(left_run.rows(), left_run.row(), right_run.rows(), right_run.row());
  return order != 0 ? order < 0 : left < right;
}

void SortedMerge::sift_down(size_t place) {
  for (;;) {
    size_t least = place;
    for (size_t child = 2 * place + 1; child <= 2 * place + 2 && child < heap_.size(); ++child) {
      if (comes_before(heap_[child], heap_[least])) {
        least = child;
      }
    }
    if (least == place) {
      return;
    }
    std::swap(heap_[place], heap_[least]);
    place = least;
  }
}

bool SortedMerge::take(const SortedRun& run) {
  if (!limit_.rows || given_ < *limit_.rows) {
    ++given_;
    if (limit_.with_ties && limit_.rows && given_ == *limit_.rows) {
      last_.emplace(order_.row_types());
      const uint32_t row = run.row();
      last_->append(run.rows().gather({&row, 1}));
    }
    return true;
  }
  over_ = !(last_ && order_.compare(run.rows(), run.row(), *last_, 0) == 0);
  return !over_;
}

bool SortedMerge::next_of_one(DataChunk& chunk) {
  SortedRun& run = *runs_[0];
  if (over_ || !run.load()) {
    return false;
  }
  const size_t available = std::min(kVectorSize, run.left());
  if (limit_.rows && given_ + available > *limit_.rows) {
    // Near the end: row by row.
    std::vector<uint32_t> rows;
    while (rows.size() < available && take(run)) {
      rows.push_back(run.row());
      run.advance(1);
    }
    run.rows().gather_into(chunk, rows, 0, order_.input_width());
    return !rows.empty();
  }
  if (run.in_memory()) {
    run.rows().gather_into(chunk, run.upcoming(available), 0, order_.input_width());
  } else {
    chunk = run.rows().chunk(run.row(), available);
    chunk.columns.resize(order_.input_width());
  }
  for (size_t row = 0; limit_.with_ties && row + 1 < available; ++row) {
    run.advance(1);
    ++given_;
  }
  if (limit_.with_ties) {
    take(run);  // The last of the chunk may be the limit's last.
    run.advance(1);
  } else {
    run.advance(available);
    given_ += available;
  }
  return true;
}

bool SortedMerge::next(DataChunk& chunk) {
  chunk.reset();
  if (runs_.empty() || over_ || (limit_.rows == 0 && !heap_made_)) {
    return false;
  }
  if (runs_.size() == 1) {
    return next_of_one(chunk);
  }
  if (!heap_made_) {
    for (uint32_t run = 0; run < runs_.size(); ++run) {
      if (runs_[run]->load()) {
        heap_.push_back(run);
      }
    }
    for (size_t place = heap_.size() / 2; place-- > 0;) {
      sift_down(place);
    }
    heap_made_ = true;
  }
  std::vector<const RowCollection*> sources;
  for (const auto& run : runs_) {
    sources.push_back(&run->rows());
  }
  std::vector<uint32_t> from;
  std::vector<uint32_t> rows;
  while (rows.size() < kVectorSize && !heap_.empty()) {
    SortedRun& run = *runs_[heap_[0]];
    if (run.left() == 0) {
      if (!rows.empty()) {
        break;  // Loading would take away the rows that are still to be gathered.
      }
      if (!run.load()) {
        heap_[0] = heap_.back();
        heap_.pop_back();
      }
      sift_down(0);
      continue;
    }
    if (!take(run)) {
      break;
    }
    from.push_back(heap_[0]);
    rows.push_back(run.row());
    run.advance(1);
    if (run.left() > 0) {
      sift_down(0);
    }
  }
  if (rows.empty()) {
    return false;
  }
  chunk = gather_merged(sources, from, rows, order_.input_width());
  return true;
}

}  // namespace tidemark
