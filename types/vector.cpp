#include "types/vector.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "types/buffer_pool.h"
#include "types/physical_dispatch.h"
#include "types/value.h"

namespace tidemark {
namespace {

constexpr size_t words_for(size_t rows) { return (rows + 63) / 64; }

/// A flat vector whose row i is row at(i) of `source`, which is flat or constant.
template <class At>
Vector gather(const Vector& source, size_t size, const At& at) {
  Vector result = Vector::flat(source.type(), size);
  dispatch_physical(source.type().physical(), [&](auto zero) {
    using T = decltype(zero);
    const T* from = source.data<T>();
    T* to = result.mutable_data<T>();
    for (size_t row = 0; row < size; ++row) {
      to[row] = from[at(row)];
    }
  });
  if (!source.validity().all_valid()) {
    Validity& validity = result.validity();
    validity.make_writable(size);
    for (size_t row = 0; row < size; ++row) {
      if (!source.validity().is_valid(at(row))) {
        validity.set_null(row);
      }
    }
  }
  if (source.type().physical() == PhysicalType::kBytes && size > 0) {
    result.share_memory_of(source);
  }
  return result;
}

/// A flat vector of `size` rows in which entry r of flat `entries` fills the rows up to run_ends[r].
Vector spread_runs(const Vector& entries, std::span<const uint32_t> run_ends, size_t size) {
  Vector result = Vector::flat(entries.type(), size);
  dispatch_physical(entries.type().physical(), [&](auto zero) {
    using T = decltype(zero);
    T* to = result.mutable_data<T>();
    size_t row = 0;
    for (size_t run = 0; run < run_ends.size(); ++run) {
      std::fill(to + row, to + run_ends[run], entries.data<T>()[run]);
      row = run_ends[run];
    }
  });
  if (!entries.validity().all_valid()) {
    Validity& validity = result.validity();
    validity.make_writable(size);
    for (size_t run = 0, row = 0; run < run_ends.size(); row = run_ends[run++]) {
      for (size_t null = row; !entries.validity().is_valid(run) && null < run_ends[run]; ++null) {
        validity.set_null(null);
      }
    }
  }
  if (entries.type().physical() == PhysicalType::kBytes && size > 0) {
    result.share_memory_of(entries);
  }
  return result;
}

}  // namespace

Validity Validity::filled(size_t size, bool valid) {
  Validity validity;
  validity.make_writable(size);
  if (!valid) {
    std::fill_n(validity.writable_, words_for(size), uint64_t{0});
  }
  return validity;
}

Validity Validity::over(const uint64_t* words, std::shared_ptr<const void> owner) {
  Validity validity;
  validity.words_ = words;
  validity.owner_ = std::move(owner);
  return validity;
}

size_t Validity::count_valid(size_t size) const {
  if (words_ == nullptr) {
    return size;
  }
  size_t count = 0;
  for (size_t word = 0; word < size / 64; ++word) {
    count += static_cast<size_t>(std::popcount(words_[word]));
  }
  if (size % 64 != 0) {
    count += static_cast<size_t>(std::popcount(words_[size / 64] & ((uint64_t{1} << (size % 64)) - 1)));
  }
  return count;
}

Validity Validity::slice(size_t first, size_t count) const {
  if (words_ == nullptr || count == 0) {
    return {};
  }
  const uint64_t* from = words_ + first / 64;
  const size_t shift = first % 64;
  if (shift == 0) {
    return over(from, owner_);
  }
  Validity result = filled(count, true);
  const size_t source_words = words_for(shift + count);
  for (size_t word = 0; word < words_for(count); ++word) {
    const uint64_t high = word + 1 < source_words ? from[word + 1] << (64 - shift) : 0;
    result.writable_[word] = (from[word] >> shift) | high;
  }
  return result;
}

void Validity::make_writable(size_t size) {
  const size_t words = std::max<size_t>(words_for(size), 1);
  if (writable_ != nullptr && writable_words_ >= words && owner_.use_count() == 1) {
    return;
  }
  // A writable bitmap may be shorter than asked for now; bits of `over` are not.
  const size_t known = words_ == nullptr ? 0 : writable_ != nullptr ? std::min(writable_words_, words) : words;
  auto bits = std::make_shared_for_overwrite<uint64_t[]>(words);
  std::copy_n(words_, known, bits.get());
  std::fill(bits.get() + known, bits.get() + words, ~uint64_t{0});
  writable_ = bits.get();
  words_ = writable_;
  writable_words_ = words;
  owner_ = std::move(bits);
}

std::string_view StringHeap::add(std::string_view text) {
  if (text.empty()) {
    return {"", 0};
  }
  char* target = allocate(text.size());
  std::memcpy(target, text.data(), text.size());
  return {target, text.size()};
}

char* StringHeap::allocate(size_t size) {
  bytes_ += size;
  if (size <= left_) {
    char* target = next_;
    next_ += size;
    left_ -= size;
    return target;
  }
  block_bytes_ = std::clamp(block_bytes_ * 4, kFirstBlockBytes, kLastBlockBytes);
  if (size >= block_bytes_ / 2) {  // A large string gets its own block; the current one goes on being filled.
    return blocks_.emplace_back(std::make_unique_for_overwrite<char[]>(size)).get();
  }
  char* block = blocks_.emplace_back(std::make_unique_for_overwrite<char[]>(block_bytes_)).get();
  next_ = block + size;
  left_ = block_bytes_ - size;
  return block;
}

void StringHeap::keep(std::shared_ptr<const void> other) {
  if (other != nullptr && (kept_.empty() || kept_.back() != other)) {
    kept_.push_back(std::move(other));
  }
}

Vector Vector::flat(LogicalType type, size_t size) {
  Vector vector;
  vector.type_ = type;
  vector.size_ = size;
  const PhysicalType physical = type.physical();
  std::shared_ptr<void> buffer = allocate_buffer(size * physical_width(physical));
  if (physical == PhysicalType::kBytes) {
    std::uninitialized_fill_n(static_cast<std::string_view*>(buffer.get()), size, std::string_view("", 0));
  }
  vector.mutable_data_ = buffer.get();
  vector.data_ = buffer.get();
  vector.owner_ = std::move(buffer);
  return vector;
}

Vector Vector::constant(const Value& value, size_t size) {
  if (value.is_null()) {
    return null_constant(value.type(), size);
  }
  Vector vector = flat(value.type(), 1);
  switch (value.type().physical()) {
    case PhysicalType::kBool:
      *vector.mutable_data<uint8_t>() = value.as_bool() ? 1 : 0;
      break;
    case PhysicalType::kInt16:
      *vector.mutable_data<int16_t>() = static_cast<int16_t>(value.as_int64());
      break;
    case PhysicalType::kInt32:
      *vector.mutable_data<int32_t>() = static_cast<int32_t>(value.as_int64());
      break;
    case PhysicalType::kInt64:
      *vector.mutable_data<int64_t>() = value.as_int64();
      break;
    case PhysicalType::kUInt64:
      *vector.mutable_data<uint64_t>() = value.as_uint64();
      break;
    case PhysicalType::kFloat32:
      *vector.mutable_data<float>() = static_cast<float>(value.as_double());
      break;
    case PhysicalType::kFloat64:
      *vector.mutable_data<double>() = value.as_double();
      break;
    case PhysicalType::kInterval:
      *vector.mutable_data<Interval>() = value.as_interval();
      break;
    case PhysicalType::kUuid:
      *vector.mutable_data<Uuid>() = value.as_uuid();
      break;
    case PhysicalType::kBytes:
      *vector.mutable_data<std::string_view>() = vector.heap().add(value.as_bytes());
      break;
  }
  vector.form_ = VectorForm::kConstant;
  vector.size_ = size;
  return vector;
}

Vector Vector::null_constant(LogicalType type, size_t size) {
  Vector vector = flat(type, 1);
  std::memset(vector.mutable_data_, 0, physical_width(type.physical()));
  if (type.physical() == PhysicalType::kBytes) {
    *vector.mutable_data<std::string_view>() = std::string_view("", 0);
  }
  vector.set_null(0);
  vector.form_ = VectorForm::kConstant;
  vector.size_ = size;
  return vector;
}

Vector Vector::dictionary(std::shared_ptr<const Vector> entries, std::vector<uint32_t> codes) {
  auto shared = std::make_shared<const std::vector<uint32_t>>(std::move(codes));
  const uint32_t* first = shared->data();
  const size_t size = shared->size();
  return dictionary(std::move(entries), first, size, std::move(shared));
}

Vector Vector::dictionary(std::shared_ptr<const Vector> entries, const uint32_t* codes, size_t size,
                          std::shared_ptr<const void> owner) {
  TIDEMARK_ASSERT(entries->is_flat());
  TIDEMARK_ASSERT(std::all_of(codes, codes + size, [&](uint32_t code) { return code < entries->size(); }));
  Vector vector;
  vector.type_ = entries->type();
  vector.form_ = VectorForm::kDictionary;
  vector.size_ = size;
  vector.entries_ = std::move(entries);
  vector.codes_ = codes;
  vector.owner_ = std::move(owner);
  return vector;
}

Vector Vector::run(std::shared_ptr<const Vector> entries, std::vector<uint32_t> run_ends) {
  TIDEMARK_ASSERT(entries->is_flat() && entries->size() == run_ends.size());
  TIDEMARK_ASSERT(std::is_sorted(run_ends.begin(), run_ends.end()));
  auto shared = std::make_shared<const std::vector<uint32_t>>(std::move(run_ends));
  Vector vector;
  vector.type_ = entries->type();
  vector.form_ = VectorForm::kRun;
  vector.size_ = shared->empty() ? 0 : shared->back();
  vector.entries_ = std::move(entries);
  vector.codes_ = shared->data();
  vector.owner_ = std::move(shared);
  return vector;
}

Vector Vector::view(LogicalType type, const void* data, size_t size, Validity validity,
                    std::shared_ptr<const void> owner) {
  Vector vector;
  vector.type_ = type;
  vector.size_ = size;
  vector.data_ = data;
  vector.validity_ = std::move(validity);
  vector.owner_ = std::move(owner);
  return vector;
}

void Vector::set_null(size_t row) {
  TIDEMARK_ASSERT(form_ == VectorForm::kFlat && row < size_);
  validity_.make_writable(size_);
  validity_.set_null(row);
}

bool Vector::all_valid() const {
  const Validity& validity = entries_ != nullptr ? entries_->validity_ : validity_;
  return validity.all_valid();
}

size_t Vector::physical_index(size_t row) const {
  TIDEMARK_ASSERT(row < size_);
  switch (form_) {
    case VectorForm::kFlat:
      return row;
    case VectorForm::kConstant:
      return 0;
    case VectorForm::kDictionary:
      return codes_[row];
    case VectorForm::kRun: {
      const std::span<const uint32_t> ends = run_ends();
      return static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), row) - ends.begin());
    }
  }
  TIDEMARK_CHECK(false);
}

bool Vector::is_null(size_t row) const {
  if (all_valid()) {
    return false;
  }
  const Validity& validity = entries_ != nullptr ? entries_->validity_ : validity_;
  return !validity.is_valid(physical_index(row));
}

Value Vector::value(size_t row) const {
  const size_t index = physical_index(row);
  const Vector& values = entries_ != nullptr ? *entries_ : *this;
  if (!values.validity_.is_valid(index)) {
    return Value::null(type_);
  }
  switch (type_.physical()) {
    case PhysicalType::kBool:
      return Value::integer(type_, values.data<uint8_t>()[index]);
    case PhysicalType::kInt16:
      return Value::integer(type_, values.data<int16_t>()[index]);
    case PhysicalType::kInt32:
      return Value::integer(type_, values.data<int32_t>()[index]);
    case PhysicalType::kInt64:
      return Value::integer(type_, values.data<int64_t>()[index]);
    case PhysicalType::kUInt64:
      return Value::uint64(values.data<uint64_t>()[index]).with_type(type_);
    case PhysicalType::kFloat32:
      return Value::float32(values.data<float>()[index]).with_type(type_);
    case PhysicalType::kFloat64:
      return Value::float64(values.data<double>()[index]).with_type(type_);
    case PhysicalType::kInterval:
      return Value::interval(values.data<Interval>()[index]).with_type(type_);
    case PhysicalType::kUuid:
      return Value::uuid(values.data<Uuid>()[index]).with_type(type_);
    case PhysicalType::kBytes:
      return Value::bytes(type_, std::string(values.data<std::string_view>()[index]));
  }
  TIDEMARK_CHECK(false);
}

Vector Vector::flatten() const {
  switch (form_) {
    case VectorForm::kFlat:
      return *this;
    case VectorForm::kConstant:
      return gather(*this, size_, [](size_t) { return size_t{0}; });
    case VectorForm::kDictionary:
      return gather(*entries_, size_, [codes = codes_](size_t row) { return codes[row]; });
    case VectorForm::kRun:
      return spread_runs(*entries_, run_ends(), size_);
  }
  TIDEMARK_CHECK(false);
}

Vector Vector::flatten_unless_constant() const { return is_constant() ? *this : flatten(); }

Vector Vector::slice(size_t first, size_t count) const {
  TIDEMARK_ASSERT(first + count <= size_);
  if (first == 0 && count == size_) {
    return *this;
  }
  Vector part = *this;
  part.size_ = count;
  part.mutable_data_ = nullptr;
  switch (form_) {
    case VectorForm::kFlat:
      part.data_ = static_cast<const char*>(data_) + first * physical_width(type_.physical());
      part.validity_ = validity_.slice(first, count);
      return part;
    case VectorForm::kConstant:
      return part;
    case VectorForm::kDictionary:
      part.codes_ = codes_ + first;
      return part;
    case VectorForm::kRun: {
      if (count == 0) {
        return flat(type_, 0);
      }
      const size_t first_run = physical_index(first);
      const size_t last_run = physical_index(first + count - 1);
      std::vector<uint32_t> ends;
      ends.reserve(last_run - first_run + 1);
      for (size_t run = first_run; run <= last_run; ++run) {
        ends.push_back(static_cast<uint32_t>(std::min<size_t>(codes_[run] - first, count)));
      }
      auto entries = std::make_shared<const Vector>(entries_->slice(first_run, ends.size()));
      return run(std::move(entries), std::move(ends));
    }
  }
  TIDEMARK_CHECK(false);
}

Vector Vector::select(std::span<const uint32_t> rows) const {
  switch (form_) {
    case VectorForm::kFlat:
      return gather(*this, rows.size(), [rows](size_t row) { return rows[row]; });
    case VectorForm::kConstant: {
      Vector result = *this;
      result.size_ = rows.size();
      return result;
    }
    case VectorForm::kDictionary: {
      std::vector<uint32_t> codes(rows.size());
      for (size_t row = 0; row < rows.size(); ++row) {
        codes[row] = codes_[rows[row]];
      }
      return dictionary(entries_, std::move(codes));
    }
    case VectorForm::kRun:
      break;
  }
  if (!std::is_sorted(rows.begin(), rows.end())) {
    return gather(*entries_, rows.size(), [&](size_t row) { return physical_index(rows[row]); });
  }
  std::vector<uint32_t> kept;  // runs of which a row is selected
  std::vector<uint32_t> ends;
  for (size_t row = 0, run = 0; row < rows.size(); ++row) {
    while (rows[row] >= codes_[run]) {
      ++run;
    }
    if (kept.empty() || kept.back() != run) {
      kept.push_back(static_cast<uint32_t>(run));
      ends.push_back(0);
    }
    ends.back() = static_cast<uint32_t>(row + 1);
  }
  if (kept.size() == entries_->size()) {
    return run(entries_, std::move(ends));
  }
  return run(std::make_shared<const Vector>(entries_->select(kept)), std::move(ends));
}

Vector Vector::reinterpret(LogicalType type) const {
  TIDEMARK_ASSERT(type.physical() == type_.physical());
  Vector result = *this;
  result.type_ = type;
  if (entries_ != nullptr && entries_->type() != type) {
    result.entries_ = std::make_shared<const Vector>(entries_->reinterpret(type));
  }
  return result;
}

StringHeap& Vector::heap() {
  TIDEMARK_ASSERT(entries_ == nullptr && type_.physical() == PhysicalType::kBytes);
  if (heap_ == nullptr) {
    heap_ = std::make_shared<StringHeap>();
  }
  return *heap_;
}

void Vector::share_memory_of(const Vector& other) {
  if (other.entries_ != nullptr) {
    share_memory_of(*other.entries_);
    return;
  }
  StringHeap& own = heap();
  if (other.heap_ != nullptr) {
    if (other.heap_ != heap_) {
      own.keep(other.heap_);
    }
  } else if (other.mutable_data_ == nullptr) {  // Memory of somebody else; what `flat` made holds only the views.
    own.keep(other.owner_);
  }
}

size_t Vector::memory_bytes() const {
  if (entries_ != nullptr) {
    const size_t codes = form_ == VectorForm::kDictionary ? size_ : entries_->size();
    return entries_->memory_bytes() + codes * sizeof(uint32_t);
  }
  const size_t rows = is_constant() ? 1 : size_;
  size_t bytes = rows * physical_width(type_.physical());
  if (!validity_.all_valid()) {
    bytes += words_for(rows) * sizeof(uint64_t);
  }
  return bytes + (heap_ != nullptr ? heap_->bytes() : 0);
}

}  // namespace tidemark
