#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "types/logical_type.h"

namespace tidemark {

class Value;

/// Rows in a chunk that flows through the executor; also the rows of a segment page, so that a page becomes a chunk
/// without copying.
inline constexpr size_t kVectorSize = 2048;

/// Row numbers inside a chunk or batch, ascending unless said otherwise.
using SelectionVector = std::vector<uint32_t>;

/// One bit a row, 1 = a value is there. An absent bitmap (the usual case) says that all rows are valid.
/// Copies share the bits; whoever wants to write calls `make_writable` first and is then the only owner.
class Validity {
 public:
  Validity() = default;
  /// All `size` rows valid (or all NULL), with bits that may be written.
  static Validity filled(size_t size, bool valid);
  /// Over bits that `owner` keeps alive: ceil(size / 64) words, bits past `size` unspecified.
  static Validity over(const uint64_t* words, std::shared_ptr<const void> owner);

  [[nodiscard]] bool all_valid() const { return words_ == nullptr; }
  [[nodiscard]] bool is_valid(size_t row) const {
    return words_ == nullptr || ((words_[row >> 6] >> (row & 63)) & 1) != 0;
  }
  /// Null if all rows are valid.
  [[nodiscard]] const uint64_t* words() const { return words_; }
  [[nodiscard]] size_t count_valid(size_t size) const;
  /// Rows [first, first + count); shares the bits where they fall on a word.
  [[nodiscard]] Validity slice(size_t first, size_t count) const;

  /// Makes the bits of `size` rows present and exclusively owned; rows that had none are valid. Precondition: bits
  /// that were given to `over` are at least `size`.
  void make_writable(size_t size);
  /// Precondition: `make_writable` was called with a size above `row`.
  void set_null(size_t row) { writable_[row >> 6] &= ~(uint64_t{1} << (row & 63)); }
  void set_valid(size_t row) { writable_[row >> 6] |= uint64_t{1} << (row & 63); }

 private:
  const uint64_t* words_ = nullptr;
  uint64_t* writable_ = nullptr;
  size_t writable_words_ = 0;
  std::shared_ptr<const void> owner_;
};

/// Append-only bytes that the string views of a vector point into. Addresses stay put until it is destroyed.
class StringHeap {
 public:
  std::string_view add(std::string_view text);
  /// `size` uninitialised bytes to be filled by the caller.
  char* allocate(size_t size);
  [[nodiscard]] size_t bytes() const { return bytes_; }
  /// Keeps something alive for as long as this heap: another heap whose strings were passed through, or a page.
  void keep(std::shared_ptr<const void> other);

 private:
  // Blocks grow from the first size to the last, so that a heap with one short string stays small.
  static constexpr size_t kFirstBlockBytes = 256;
  static constexpr size_t kLastBlockBytes = 64 * 1024;
  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::shared_ptr<const void>> kept_;
  char* next_ = nullptr;
  size_t left_ = 0;
  size_t block_bytes_ = 0;
  size_t bytes_ = 0;
};

enum class VectorForm : uint8_t {
  kFlat,        ///< one value a row
  kConstant,    ///< one value for all rows
  kDictionary,  ///< codes[row] names an entry; entries may repeat or be unused
  kRun,         ///< run r covers rows [run_ends[r-1], run_ends[r]) with entry r
};

/// A column of values of one type. Copies are cheap and share memory; shared memory is never written.
///
/// For kFlat the data holds `size()` values, for kConstant one; NULLs are in `validity()` (index 0 for a constant), and
/// the data under a NULL is unspecified but safe to read (an empty view for bytes). kDictionary and kRun hold a flat
/// vector of `entries()`, which bears the NULLs. Text and other kBytes data are string_views into memory that the
/// vector keeps alive.
class Vector {
 public:
  Vector() = default;

  /// Uninitialised flat vector, all valid, that the caller fills through `mutable_data`. Bytes views start out empty.
  static Vector flat(LogicalType type, size_t size);
  static Vector constant(const Value& value, size_t size);
  static Vector null_constant(LogicalType type, size_t size);
  /// `entries` must be flat; every code < entries.size(); codes.size() is the vector's size.
  static Vector dictionary(std::shared_ptr<const Vector> entries, std::vector<uint32_t> codes);
  /// The same over codes that `owner` keeps alive.
  static Vector dictionary(std::shared_ptr<const Vector> entries, const uint32_t* codes, size_t size,
                           std::shared_ptr<const void> owner);
  /// `entries` must be flat with one entry a run; `run_ends` ascends and its last element is the vector's size.
  static Vector run(std::shared_ptr<const Vector> entries, std::vector<uint32_t> run_ends);
  /// Flat over memory that `owner` keeps alive.
  static Vector view(LogicalType type, const void* data, size_t size, Validity validity,
                     std::shared_ptr<const void> owner);

  [[nodiscard]] LogicalType type() const { return type_; }
  [[nodiscard]] VectorForm form() const { return form_; }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] bool is_flat() const { return form_ == VectorForm::kFlat; }
  [[nodiscard]] bool is_constant() const { return form_ == VectorForm::kConstant; }

  /// kFlat: size() values; kConstant: one. T must be the C++ type of type().physical().
  template <class T>
  [[nodiscard]] const T* data() const {
    return static_cast<const T*>(data_);
  }
  template <class T>
  [[nodiscard]] std::span<const T> values() const {
    return {data<T>(), form_ == VectorForm::kConstant ? 1 : size_};
  }
  /// Precondition: made by `flat` and not yet copied.
  template <class T>
  [[nodiscard]] T* mutable_data() {
    return static_cast<T*>(mutable_data_);
  }

  [[nodiscard]] const Validity& validity() const { return validity_; }
  [[nodiscard]] Validity& validity() { return validity_; }
  /// Marks a row of a flat vector NULL.
  void set_null(size_t row);
  /// Whether no row can be NULL; looks into entries of dictionaries and runs.
  [[nodiscard]] bool all_valid() const;

  /// kDictionary and kRun only.
  [[nodiscard]] const Vector& entries() const { return *entries_; }
  [[nodiscard]] const std::shared_ptr<const Vector>& shared_entries() const { return entries_; }
  /// kDictionary only: size() codes.
  [[nodiscard]] std::span<const uint32_t> codes() const { return {codes_, size_}; }
  /// kRun only: one end a run.
  [[nodiscard]] std::span<const uint32_t> run_ends() const { return {codes_, entries_->size()}; }

  /// Where row `row` lies in the flat data: of this vector for flat and constant, of `entries()` else. Runs are
  /// searched: O(log runs).
  [[nodiscard]] size_t physical_index(size_t row) const;
  [[nodiscard]] bool is_null(size_t row) const;
  /// One value, boxed; for results, errors, tests; never in a hot loop.
  [[nodiscard]] Value value(size_t row) const;

  /// The same values as kFlat (itself if flat already).
  [[nodiscard]] Vector flatten() const;
  /// Flat or constant stay; runs and dictionaries are flattened. What scalar kernels see.
  [[nodiscard]] Vector flatten_unless_constant() const;
  /// Rows [first, first + count), without copying values where the form allows.
  [[nodiscard]] Vector slice(size_t first, size_t count) const;
  /// The rows named by `rows`, in that order; rows may repeat. Runs stay runs if `rows` ascends; dictionaries stay
  /// dictionaries.
  [[nodiscard]] Vector select(std::span<const uint32_t> rows) const;
  /// Same physical type, another meaning (varchar read as text).
  [[nodiscard]] Vector reinterpret(LogicalType type) const;

  /// The heap of a flat kBytes vector under construction; made at first use.
  StringHeap& heap();
  /// Keeps `other`'s memory alive as long as this vector: after string views were copied from there. Flat bytes vectors
  /// under construction only.
  void share_memory_of(const Vector& other);

  /// Bytes that this vector holds alive, for memory accounting; shared memory counts in each holder.
  [[nodiscard]] size_t memory_bytes() const;

 private:
  LogicalType type_;
  VectorForm form_ = VectorForm::kFlat;
  size_t size_ = 0;
  const void* data_ = nullptr;
  void* mutable_data_ = nullptr;
  Validity validity_;
  std::shared_ptr<const void> owner_;
  std::shared_ptr<StringHeap> heap_;
  std::shared_ptr<const Vector> entries_;
  const uint32_t* codes_ = nullptr;
};

/// Reads any form row by row: for generic code that is not worth a kernel (join residues, row formats, tests).
template <class T>
class RowView {
 public:
  explicit RowView(const Vector& vector)
      : vector_(vector), flat_(vector.is_flat() || vector.is_constant() ? vector : vector.entries()) {}
  [[nodiscard]] bool is_null(size_t row) const { return !flat_.validity().is_valid(vector_.physical_index(row)); }
  [[nodiscard]] const T& operator[](size_t row) const { return flat_.template data<T>()[vector_.physical_index(row)]; }

 private:
  const Vector& vector_;
  const Vector& flat_;
};

}  // namespace tidemark
