#include "executor/operators/window.h"

#include <algorithm>
#include <optional>

#include "executor/pipeline.h"

namespace tidemark {
namespace {

// Fewer rows than this are sorted and computed at once, on one thread.
constexpr size_t kRowsToCut = 65'536;

}  // namespace

/// Gathers rows with what the calls read of them: on one thread, or of one cut.
class WindowOperator::Gatherer final : public Sink {
 public:
  Gatherer(const WindowOperator& owner, size_t depth, int64_t memory_bytes)
      : owner_(owner),
        depth_(depth),
        memory_bytes_(memory_bytes),
        evaluator_(owner.query()),
        rows_(owner.window_.row_types()),
        reservation_(owner.query().memory) {}

  void consume(DataChunk& chunk) override {
    owner_.window_.add_columns(chunk, evaluator_);
    add(chunk);
    if (depth_ == 0 && rows_.size() > kRowsToCut && can_cut()) {
      cut();
    }
  }

  /// Rows that have all columns.
  void add(const DataChunk& chunk) {
    if (cut_ != nullptr) {
      cut_->add(chunk, owner_.window_.partition_keys(chunk));
    } else {
      rows_.append(chunk);
    }
    if (cut_ != nullptr && cut_->on_disk()) {
      return;
    }
    // The order and the results beside the rows.
    const auto bytes = static_cast<int64_t>((cut_ != nullptr ? cut_->memory_bytes() : 0) + rows_.memory_bytes() +
                                            rows_.size() * 2 * sizeof(uint64_t));
    if (!can_spill(owner_.state()) || !can_cut()) {
      reservation_.resize(bytes);
    } else if (bytes > memory_bytes_ || !reservation_.try_resize(bytes)) {
      if (cut_ == nullptr) {
        cut();
      }
      cut_->move_to_disk();
      reservation_.release();
    }
  }

  [[nodiscard]] bool is_cut() const { return cut_ != nullptr; }
  void cut() {
    cut_ = std::make_shared<RowPartitions>(owner_.state(), owner_.window_.row_types(), owner_.node(), depth_);
    for (size_t first = 0; first < rows_.size(); first += kVectorSize) {
      const DataChunk chunk = rows_.chunk(first, std::min(kVectorSize, rows_.size() - first));
      cut_->add(chunk, owner_.window_.partition_keys(chunk));
    }
    rows_.clear();
  }
  [[nodiscard]] std::shared_ptr<RowPartitions> take_cut() { return std::move(cut_); }
  [[nodiscard]] RowCollection take_rows() { return std::move(rows_); }
  [[nodiscard]] MemoryReservation take_reservation() { return std::move(reservation_); }

 private:
  [[nodiscard]] bool can_cut() const {
    return depth_ < RowPartitions::kDepthMax && owner_.window_.has_partitions() && !owner_.plan_.input_sorted;
  }

  const WindowOperator& owner_;
  const size_t depth_;
  const int64_t memory_bytes_;
  Evaluator evaluator_;
  RowCollection rows_;
  std::shared_ptr<RowPartitions> cut_;
  MemoryReservation reservation_;
};

WindowOperator::WindowOperator(const PhysicalWindow& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan), child_(make_operator(*plan.children[0], state)), window_(plan, state) {}

void WindowOperator::start() {
  child_->start();
  const bool in_order = plan_.input_sorted || window_.goes_by_input_order();
  const size_t width = in_order ? 1 : pipeline_width(state(), *child_);
  std::vector<std::unique_ptr<Sink>> sinks;
  for (size_t index = 0; index < width; ++index) {
    sinks.push_back(std::make_unique<Gatherer>(*this, 0, static_cast<int64_t>(query().work_mem_bytes / width)));
  }
  run_pipeline(state(), *child_, sinks, node());
  const auto gatherer = [&](size_t index) -> Gatherer& { return static_cast<Gatherer&>(*sinks[index]); };
  bool is_cut = false;
  for (size_t index = 0; index < width; ++index) {
    is_cut = is_cut || gatherer(index).is_cut();
  }
  if (!is_cut) {
    for (size_t index = 1; index < width; ++index) {
      const RowCollection rows = gatherer(index).take_rows();
      for (size_t first = 0; first < rows.size(); first += kVectorSize) {
        gatherer(0).add(rows.chunk(first, std::min(kVectorSize, rows.size() - first)));
      }
    }
    is_cut = gatherer(0).is_cut();
    if (!is_cut) {
      Part& part = parts_.emplace_back();
      part.block = std::make_shared<WindowBlock>(window_, gatherer(0).take_rows(), plan_.input_sorted);
      part.reservation = gatherer(0).take_reservation();
      part.reservation.resize(static_cast<int64_t>(part.block->memory_bytes()));
      return;
    }
  }
  const auto cuts = std::make_shared<Partitions>();
  bool on_disk = false;
  for (size_t index = 0; index < width; ++index) {
    if (!gatherer(index).is_cut()) {
      gatherer(index).cut();
    }
    cuts->push_back(gatherer(index).take_cut());
    on_disk = on_disk || cuts->back()->on_disk();
  }
  add_parts(cuts);
  if (!on_disk) {
    std::vector<Part> parts = std::exchange(parts_, {});
    std::vector<uint8_t> finished(parts.size());
    run_shared(state(), parts.size(), [&](size_t index) { finished[index] = compute(parts[index]) ? 1 : 0; });
    for (size_t index = 0; index < parts.size(); ++index) {
      if (finished[index] != 0) {
        parts_.push_back(std::move(parts[index]));
      }
    }
  }
}

void WindowOperator::add_parts(const std::shared_ptr<Partitions>& rows) {
  const std::lock_guard lock(parts_mutex_);
  for (size_t partition = 0; partition < RowPartitions::kCount; ++partition) {
    Part& part = parts_.emplace_back();
    part.partition = partition;
    part.rows = rows;
  }
}

bool WindowOperator::compute(Part& part) {
  const size_t depth = (*part.rows)[0]->depth() + 1;
  Gatherer gatherer(*this, depth, static_cast<int64_t>(query().work_mem_bytes));
  DataChunk chunk;
  for (const auto& cut : *part.rows) {
    const std::unique_ptr<RowStream> rows = cut->take(part.partition);
    while (rows->next(chunk)) {
      query().check_cancelled();
      gatherer.add(chunk);
    }
  }
  part.rows.reset();
  if (gatherer.is_cut()) {
    add_parts(std::make_shared<Partitions>(Partitions{gatherer.take_cut()}));
    return false;
  }
  part.block = std::make_shared<WindowBlock>(window_, gatherer.take_rows(), false);
  part.reservation = gatherer.take_reservation();
  part.reservation.resize(static_cast<int64_t>(part.block->memory_bytes()));
  return true;
}

std::optional<WindowOperator::Part> WindowOperator::next_part() {
  for (;;) {
    Part part;
    {
      const std::lock_guard lock(parts_mutex_);
      if (parts_.empty()) {
        return std::nullopt;
      }
      part = std::move(parts_.back());
      parts_.pop_back();
    }
    if (part.block != nullptr || compute(part)) {
      return part;
    }
  }
}

class WindowOperator::Stream final : public RowStream {
 public:
  explicit Stream(WindowOperator& owner) : owner_(owner) {}
  bool next(DataChunk& chunk) override {
    chunk.reset();
    while (!part_ || position_ == part_->block->size()) {
      part_ = owner_.next_part();
      position_ = 0;
      if (!part_) {
        return false;
      }
    }
    const size_t count = std::min(kVectorSize, part_->block->size() - position_);
    chunk = part_->block->chunk(position_, count);
    position_ += count;
    return true;
  }

 private:
  WindowOperator& owner_;
  std::optional<Part> part_;
  size_t position_ = 0;
};

size_t WindowOperator::stream_count() const { return std::max<size_t>(1, parts_.size()); }

std::unique_ptr<RowStream> WindowOperator::make_stream() { return std::make_unique<Stream>(*this); }

}  // namespace tidemark
