#include "executor/spill_file.h"

#include <cstring>

#include "base/bytes.h"
#include "base/check.h"
#include "types/physical_dispatch.h"

namespace tidemark {
namespace {

// One write to the file system carries many chunks.
constexpr size_t kWriteBytes = 1 << 20;

// A chunk on disk: u32 bytes that follow, varint rows, then for each column: a byte that says whether NULLs follow,
// the validity words, and the values (strings: varint length each, then all bytes).

void write_column(ByteWriter& out, const Vector& column) {
  const Vector flat = column.flatten();
  const size_t rows = flat.size();
  const bool has_nulls = !flat.validity().all_valid();
  out.put_bool(has_nulls);
  if (has_nulls) {
    out.put_bytes({reinterpret_cast<const char*>(flat.validity().words()), (rows + 63) / 64 * sizeof(uint64_t)});
  }
  if (flat.type().physical() != PhysicalType::kBytes) {
    out.put_bytes({static_cast<const char*>(static_cast<const void*>(flat.data<std::byte>())),
                   rows * physical_width(flat.type().physical())});
    return;
  }
  const auto* strings = flat.data<std::string_view>();
  const auto text = [&](size_t row) { return flat.validity().is_valid(row) ? strings[row] : std::string_view(); };
  for (size_t row = 0; row < rows; ++row) {
    out.put_varint(text(row).size());
  }
  for (size_t row = 0; row < rows; ++row) {
    out.put_bytes(text(row));
  }
}

Vector read_column(ByteReader& in, LogicalType type, size_t rows) {
  Vector column = Vector::flat(type, rows);
  if (in.get_bool()) {
    const std::string_view bytes = in.get_bytes((rows + 63) / 64 * sizeof(uint64_t));
    const size_t words = bytes.size() / sizeof(uint64_t);
    auto copy = std::make_shared_for_overwrite<uint64_t[]>(words);
    std::memcpy(copy.get(), bytes.data(), bytes.size());
    const uint64_t* first = copy.get();
    column.validity() = Validity::over(first, std::move(copy));
  }
  if (type.physical() != PhysicalType::kBytes) {
    const std::string_view bytes = in.get_bytes(rows * physical_width(type.physical()));
    std::memcpy(column.mutable_data<std::byte>(), bytes.data(), bytes.size());
    return column;
  }
  auto* strings = column.mutable_data<std::string_view>();
  std::vector<size_t> sizes(rows);
  for (size_t& size : sizes) {
    size = in.get_varint();
  }
  for (size_t row = 0; row < rows; ++row) {
    strings[row] = column.heap().add(in.get_bytes(sizes[row]));
  }
  return column;
}

}  // namespace

bool can_spill(const ExecutionState& state) {
  return state.context.files != nullptr && !state.context.spill_folder.empty();
}

SpillFile::SpillFile(ExecutionState& state, std::vector<LogicalType> types, const PhysicalNode& node)
    : files_(*state.context.files),
      path_(join_path(state.context.spill_folder, state.next_spill_name())),
      types_(std::move(types)),
      state_(state),
      node_(node),
      writer_(files_.open_append(path_, FileSystem::OpenMode::kTruncate)) {}

SpillFile::~SpillFile() {
  writer_.reset();
  reader_.reset();
  try {
    files_.remove(path_);
  } catch (const std::exception&) {
    // A file that stays is removed with its folder at the next start.
  }
  state_.count(node_, [this](NodeCounters& counters) { counters.spilled_bytes += bytes_; });
}

void SpillFile::write(const DataChunk& chunk) {
  TIDEMARK_CHECK(writer_ != nullptr && chunk.columns.size() == types_.size());
  ByteWriter out;
  out.put(uint32_t{0});
  out.put_varint(chunk.size);
  for (const Vector& column : chunk.columns) {
    write_column(out, column);
  }
  TIDEMARK_CHECK(out.size() <= UINT32_MAX);
  out.overwrite(0, static_cast<uint32_t>(out.size() - sizeof(uint32_t)));
  buffer_ += out.view();
  rows_ += chunk.size;
  if (buffer_.size() >= kWriteBytes) {
    flush();
  }
}

void SpillFile::flush() {
  if (!buffer_.empty()) {
    writer_->append(buffer_);
    bytes_ += buffer_.size();
    buffer_.clear();
  }
}

void SpillFile::rewind() {
  if (writer_ != nullptr) {
    flush();
    writer_.reset();
    buffer_.shrink_to_fit();
    reader_ = files_.open_random_access(path_);
  }
  offset_ = 0;
}

bool SpillFile::read(DataChunk& chunk) {
  TIDEMARK_CHECK(reader_ != nullptr);
  chunk.reset();
  if (offset_ >= bytes_) {
    return false;
  }
  const auto size = load_little_endian<uint32_t>(reader_->read_exactly(offset_, sizeof(uint32_t)).data());
  const std::string bytes = reader_->read_exactly(offset_ + sizeof(uint32_t), size);
  offset_ += sizeof(uint32_t) + size;
  ByteReader in(bytes, "spill file");
  chunk.size = in.get_varint();
  for (const LogicalType type : types_) {
    chunk.columns.push_back(read_column(in, type, chunk.size));
  }
  in.expect_end();
  return true;
}

}  // namespace tidemark
