#include "storage/memtable_run.h"

#include <algorithm>
#include <queue>

#include "base/check.h"
#include "storage/version_rows.h"

namespace tidemark {
namespace {

using Blocks = std::vector<std::shared_ptr<const SortedBlock>>;

/// Stretches at least this long come out as views of their block; shorter ones are gathered into full chunks. A chunk
/// costs about as much as copying some hundred values.
constexpr uint32_t kViewedRowsMin = 256;

constexpr char kNullKeyByte = 2;  // types/canonical_key.h: a column that is NULL

/// Merges sorted blocks by key.
///
/// Walks the series in order; for each takes the piece that every block has of it; and of these pieces, ever again, the
/// longest stretch that lies before the head of any other.
class BlockMergeSource final : public RunSource {
 public:
  BlockMergeSource(std::shared_ptr<const Blocks> blocks, std::shared_ptr<const TableLayout> layout,
                   const RunRequest& request)
      : blocks_(std::move(blocks)),
        layout_(std::move(layout)),
        columns_(request.columns.begin(), request.columns.end()),
        order_from_(request.range.order_from),
        order_to_(request.range.order_to),
        filter_(request.series_filter),
        newest_only_(request.newest_only),
        sources_(sources_of(*blocks_)),
        rows_(sources_, *layout_, columns_) {
    for (uint32_t i = 0; i < blocks_->size(); ++i) {
      const SortedBlock& block = *(*blocks_)[i];
      if (!block.bounds().intersects(request.range)) {
        continue;
      }
      const size_t first = block.lower_run(request.range.series_from);
      const size_t last = request.range.series_to ? block.lower_run(*request.range.series_to) : block.runs().size();
      if (first < last) {
        heads_.push_back({i, first, last});
      }
    }
    std::ranges::make_heap(heads_, Later{blocks_.get()});
  }

  bool next(VersionChunk& chunk) override {
    while (rows_.size() < kVectorSize) {
      if (pieces_.empty() && !next_series()) {
        break;
      }
      if (!take_stretch()) {
        break;
      }
    }
    if (rows_.size() == 0) {
      chunk = VersionChunk{};
      return false;
    }
    rows_.finish(chunk);
    chunk.keep = blocks_;
    return true;
  }

 private:
  struct Head {
    uint32_t block = 0;
    size_t run = 0;
    size_t last = 0;
  };
  // The heap's order: the smallest series on top, of one series the oldest block.
  struct Later {
    const Blocks* blocks;
    bool operator()(const Head& left, const Head& right) const {
      const int order =
          (*blocks)[left.block]->runs()[left.run].series.compare((*blocks)[right.block]->runs()[right.run].series);
      return order != 0 ? order > 0 : left.block > right.block;
    }
  };
  struct Piece {
    uint32_t block = 0;
    uint32_t next = 0;
    uint32_t last = 0;
  };

  static std::vector<VersionSource> sources_of(const Blocks& blocks) {
    std::vector<VersionSource> sources;
    sources.reserve(blocks.size());
    for (const auto& block : blocks) {
      sources.push_back({block.get(), nullptr, nullptr});
    }
    return sources;
  }
  [[nodiscard]] std::string_view series_of(const Head& head) const {
    return (*blocks_)[head.block]->runs()[head.run].series;
  }
  [[nodiscard]] int64_t head_order(const Piece& piece) const { return (*blocks_)[piece.block]->order()[piece.next]; }

  // Fills pieces_ with those of the next series that has rows in the range.
  bool next_series() {
    while (!heads_.empty()) {
      series_ = series_of(heads_.front());
      const bool wanted = !filter_ || filter_(series_);
      while (!heads_.empty() && series_of(heads_.front()) == series_) {
        std::ranges::pop_heap(heads_, Later{blocks_.get()});
        Head& head = heads_.back();
        if (wanted) {
          add_piece(head);
        }
        if (++head.run < head.last) {
          std::ranges::push_heap(heads_, Later{blocks_.get()});
        } else {
          heads_.pop_back();
        }
      }
      if (newest_only_) {
        keep_newest();
      }
      if (!pieces_.empty()) {
        return true;
      }
    }
    return false;
  }

  // Cuts pieces_ down to the versions of the series' newest key.
  void keep_newest() {
    int64_t newest = INT64_MIN;
    for (const Piece& piece : pieces_) {
      newest = std::max(newest, (*blocks_)[piece.block]->order()[piece.last - 1]);
    }
    std::erase_if(pieces_, [&](Piece& piece) {
      piece.next = piece.last - 1;
      return head_order(piece) != newest;
    });
  }

  void add_piece(const Head& head) {
    const SortedBlock& block = *(*blocks_)[head.block];
    Piece piece{head.block, block.run_begin(head.run), block.runs()[head.run].end};
    const int64_t* order = block.order().data();
    if (order[piece.next] < order_from_) {
      piece.next = static_cast<uint32_t>(std::lower_bound(order + piece.next, order + piece.last, order_from_) - order);
    }
    if (piece.next < piece.last && order[piece.last - 1] > order_to_) {
      piece.last = static_cast<uint32_t>(std::upper_bound(order + piece.next, order + piece.last, order_to_) - order);
    }
    if (piece.next < piece.last) {
      pieces_.push_back(piece);
    }
  }

  // Adds the next rows of the series; false if the chunk should be handed out first.
  bool take_stretch() {
    size_t first = 0;
    int64_t lowest = head_order(pieces_[0]);
    int64_t second = INT64_MAX;
    bool equal_heads = false;
    for (size_t i = 1; i < pieces_.size(); ++i) {
      const int64_t order = head_order(pieces_[i]);
      if (order < lowest) {
        second = lowest;
        lowest = order;
        first = i;
        equal_heads = false;
      } else {
        equal_heads |= order == lowest;
        second = std::min(second, order);
      }
    }
    if (equal_heads) {
      take_versions(lowest);
      return true;
    }
    Piece& piece = pieces_[first];
    const int64_t* order = (*blocks_)[piece.block]->order().data();
    uint32_t end = piece.last;
    if (pieces_.size() > 1 && order[end - 1] >= second) {
      end = static_cast<uint32_t>(std::lower_bound(order + piece.next, order + end, second) - order);
    }
    const auto room = static_cast<uint32_t>(kVectorSize - rows_.size());
    const uint32_t count = std::min(end - piece.next, room);
    if (rows_.size() > 0 && !rows_.continues(piece.block, piece.next) &&
        (count >= kViewedRowsMin || (rows_.is_one_stretch() && rows_.size() >= kViewedRowsMin))) {
      return false;
    }
    rows_.add_stretch(series_, piece.block, piece.next, count);
    piece.next += count;
    if (piece.next == piece.last) {
      pieces_.erase(pieces_.begin() + static_cast<ptrdiff_t>(first));
    }
    return true;
  }

  // One key that several blocks hold: pieces_ are in the order of age.
  void take_versions(int64_t order) {
    versions_.clear();
    bool whole = false;
    for (size_t i = pieces_.size(); i-- > 0;) {
      Piece& piece = pieces_[i];
      if (head_order(piece) != order) {
        continue;
      }
      if (!whole) {
        versions_.push_back({piece.block, piece.next});
        whole = sources_[piece.block].operation(piece.next) != RowOperation::kMerge;
      }
      ++piece.next;
    }
    rows_.add_versions(series_, versions_);
    std::erase_if(pieces_, [](const Piece& piece) { return piece.next == piece.last; });
  }

  const std::shared_ptr<const Blocks> blocks_;
  const std::shared_ptr<const TableLayout> layout_;
  const std::vector<ColumnId> columns_;
  const int64_t order_from_;
  const int64_t order_to_;
  const std::function<bool(std::string_view)> filter_;
  const bool newest_only_;
  const std::vector<VersionSource> sources_;
  VersionRows rows_;
  std::vector<Head> heads_;    ///< a heap
  std::vector<Piece> pieces_;  ///< of series_, oldest block first
  std::string_view series_;
  std::vector<VersionPlace> versions_;
};

/// Yields the chunks that it was given.
class ChunksSource final : public RunSource {
 public:
  explicit ChunksSource(std::vector<VersionChunk> chunks) : chunks_(std::move(chunks)) {}
  bool next(VersionChunk& chunk) override {
    if (next_ == chunks_.size()) {
      chunk = VersionChunk{};
      return false;
    }
    chunk = std::move(chunks_[next_++]);
    return true;
  }

 private:
  std::vector<VersionChunk> chunks_;
  size_t next_ = 0;
};

/// What the chunks of a look-up point into.
struct LookUpMemory {
  MemTable::SliceList slices;
  std::vector<std::shared_ptr<const MemTableBlock>> blocks;
  std::vector<std::shared_ptr<const SortedBlock>> sorted;
};

}  // namespace

MemTableRun::MemTableRun(MemTable::View view, std::shared_ptr<const TableLayout> layout, size_t series_columns)
    : view_(std::move(view)), layout_(std::move(layout)), series_columns_(series_columns) {
  TIDEMARK_CHECK(series_columns <= layout_->series.size());
  key_suffix_.assign(layout_->series.size() - series_columns, kNullKeyByte);
}

std::shared_ptr<const MemTableRun> MemTableRun::with_layout(std::shared_ptr<const TableLayout> layout) const {
  return std::make_shared<const MemTableRun>(view_, std::move(layout), series_columns_);
}

const MemTableRun::Blocks& MemTableRun::blocks() const {
  std::call_once(sorted_once_, [this] {
    for (const auto& slice : view_.slices()) {
      std::shared_ptr<const SortedBlock> sorted = slice->sorted();
      if (!key_suffix_.empty()) {
        sorted = std::make_shared<const SortedBlock>(std::move(sorted), key_suffix_);
      }
      blocks_.push_back(std::move(sorted));
    }
  });
  return blocks_;
}

std::unique_ptr<RunSource> MemTableRun::open(const RunRequest& request) const {
  return std::make_unique<BlockMergeSource>(std::make_shared<const Blocks>(blocks()), layout_, request);
}

MemTableRun::Part MemTableRun::part_of(const KeyRange& range) const {
  Part part;
  part.no_deletes = true;
  bool any = false;
  for (const auto& block : blocks()) {
    if (!block->bounds().intersects(range)) {
      continue;
    }
    const size_t first = block->lower_run(range.series_from);
    const size_t last = range.series_to ? block->lower_run(*range.series_to) : block->runs().size();
    if (first == last) {
      continue;
    }
    KeyBounds bounds = block->bounds();
    bounds.series_min = block->runs()[first].series;
    bounds.series_max = block->runs()[last - 1].series;
    if (any) {
      part.bounds.extend(bounds);
    } else {
      part.bounds = bounds;
      any = true;
    }
    part.rows += block->runs()[last - 1].end - block->run_begin(first);
    part.no_deletes &= block->operations() == nullptr && block->common_operation() != RowOperation::kDelete;
  }
  return part;
}

std::span<const MemTableRun::Part> MemTableRun::parts() const {
  std::call_once(parts_once_, [this] { make_parts(); });
  return parts_;
}

void MemTableRun::make_parts() const {
  const Blocks& all = blocks();
  if (all.empty()) {
    return;
  }
  constexpr uint64_t kPartRows = 65'536;
  if (view_.versions <= kPartRows + kPartRows / 2) {
    parts_.push_back(part_of(KeyRange{}));
    return;
  }
  // One series, as in append tables: blocks follow each other in order, and each is a part.
  const bool ordered = std::ranges::all_of(all,
                                           [&](const auto& block) {
                                             return block->bounds().series_min == all[0]->bounds().series_min &&
                                                    block->runs().size() == 1;
                                           }) &&
                       std::ranges::adjacent_find(all, [](const auto& left, const auto& right) {
                         return left->bounds().order_max >= right->bounds().order_min;
                       }) == all.end();
  if (ordered) {
    for (const auto& block : all) {
      KeyRange range;
      range.order_from = block->bounds().order_min;
      range.order_to = block->bounds().order_max;
      parts_.push_back(part_of(range));
    }
    return;
  }
  // Else cut by series, at places that a sample finds to be about equally far apart.
  constexpr size_t kSamplesPerBlock = 64;
  std::vector<std::string_view> samples;
  for (const auto& block : all) {
    const auto runs = block->runs();
    const size_t rows_between = std::max<size_t>(block->rows() / kSamplesPerBlock, 1);
    size_t next = 0;
    for (const SortedBlock::SeriesRun& run : runs) {
      for (; next < run.end; next += rows_between) {
        samples.push_back(run.series);
      }
    }
  }
  std::ranges::sort(samples);
  const size_t count = static_cast<size_t>((view_.versions + kPartRows - 1) / kPartRows);
  std::vector<std::string> cuts;
  for (size_t part = 1; part < count; ++part) {
    const std::string_view cut = samples[part * samples.size() / count];
    if (cut > all[0]->bounds().series_min && (cuts.empty() || cut > cuts.back())) {
      cuts.emplace_back(cut);
    }
  }
  for (size_t part = 0; part <= cuts.size(); ++part) {
    KeyRange range;
    range.series_from = part == 0 ? std::string() : cuts[part - 1];
    if (part < cuts.size()) {
      range.series_to = cuts[part];
    }
    Part made = part_of(range);
    if (made.rows > 0) {
      parts_.push_back(std::move(made));
    }
  }
}

std::optional<MemTableRun::NewestVersion> MemTableRun::newest_version(const RowKey& key) const {
  const MemTable::SliceList slices = view_.slices();
  uint64_t end = view_.versions;
  RowKey stored = key;
  if (!key.series.ends_with(key_suffix_)) {
    return std::nullopt;
  }
  stored.series.remove_suffix(key_suffix_.size());
  const uint64_t hash = row_key_hash(hash64(stored.series), stored.order);
  for (size_t i = slices.size(); i-- > 0;) {
    const uint64_t begin = end - slices[i]->rows();
    if (const auto block = slices[i]->block()) {
      const uint32_t row = block->find(stored, hash, slices[i]->rows());
      if (row != MemTableBlock::kNoRow) {
        return NewestVersion{begin + row, static_cast<RowOperation>(block->operations()[row])};
      }
    } else {
      const std::shared_ptr<const SortedBlock> sorted = slices[i]->sorted();
      if (const std::optional<uint32_t> row = sorted->find(stored)) {
        return NewestVersion{end - 1, sorted->operation(*row)};
      }
    }
    end = begin;
  }
  return std::nullopt;
}

std::unique_ptr<RunSource> MemTableRun::look_up(std::span<const RowKey> keys, std::span<const ColumnId> columns) const {
  auto memory = std::make_shared<LookUpMemory>();
  memory->slices = view_.slices();
  std::vector<VersionSource> sources;
  for (const auto& slice : memory->slices) {
    // A block that is still being filled has a hash index; a settled one is searched.
    auto block = slice->block();
    if (block != nullptr) {
      sources.push_back({nullptr, block.get(), &slice->layout()});
    } else {
      sources.push_back({memory->sorted.emplace_back(slice->sorted()).get(), nullptr, nullptr});
    }
    memory->blocks.push_back(std::move(block));
  }

  std::vector<VersionChunk> chunks;
  VersionRows rows(sources, *layout_, columns);
  std::vector<VersionPlace> versions;
  const auto hand_out = [&] {
    rows.finish(chunks.emplace_back());
    chunks.back().keep = memory;
  };
  for (const RowKey& key : keys) {
    RowKey stored = key;
    if (!key.series.ends_with(key_suffix_)) {
      continue;
    }
    stored.series.remove_suffix(key_suffix_.size());
    const uint64_t hash = row_key_hash(hash64(stored.series), stored.order);
    versions.clear();
    bool whole = false;
    for (auto source = static_cast<uint32_t>(sources.size()); source-- > 0 && !whole;) {
      if (const SortedBlock* sorted = sources[source].sorted) {
        if (const std::optional<uint32_t> row = sorted->find(stored)) {
          versions.push_back({source, *row});
          whole = sorted->operation(*row) != RowOperation::kMerge;
        }
        continue;
      }
      const MemTableBlock& block = *sources[source].block;
      for (uint32_t row = block.find(stored, hash, memory->slices[source]->rows());
           row != MemTableBlock::kNoRow && !whole; row = block.older(row)) {
        versions.push_back({source, row});
        whole = sources[source].operation(row) != RowOperation::kMerge;
      }
    }
    if (!versions.empty()) {
      rows.add_versions(key.series, versions);
      if (rows.size() == kVectorSize) {
        hand_out();
      }
    }
  }
  if (rows.size() > 0) {
    hand_out();
  }
  return std::make_unique<ChunksSource>(std::move(chunks));
}

}  // namespace tidemark
