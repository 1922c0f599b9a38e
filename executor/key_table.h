#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "executor/string_interner.h"
#include "types/vector.h"

namespace tidemark {

/// Numbers distinct keys of one or several columns from 0: the hash table below GROUP BY, DISTINCT, joins and set
/// operations. Keys are equal as D27 says: NULL equals NULL, 1.0 equals 1.00, -0.0 equals 0.0, NaN equals NaN.
///
/// A key becomes a few 64-bit words: values of fixed width are packed as they are, strings are interned, so that rows
/// are compared by words. Strings of a dictionary are looked up once an entry, not once a row. Keys of one word lie in
/// the slots of the hash table themselves, so that a look-up costs one cache miss.
class KeyTable {
 public:
  static constexpr uint32_t kAbsent = UINT32_MAX;

  /// What one thread keeps between chunks. Belongs to one table.
  class Scratch {
   private:
    friend class KeyTable;
    struct Interned {
      std::shared_ptr<const Vector> entries;
      std::vector<uint32_t> numbers;  ///< one an entry; 0: not looked up yet, else number + 1
    };
    std::vector<uint64_t> words;
    std::vector<uint64_t> hashes;
    std::vector<uint32_t> numbers;
    std::vector<uint8_t> absent;  ///< rows with a string that the table has never met
    std::vector<uint8_t> nulls;   ///< rows whose key is NULL, of tables that keep it apart; empty: none
    std::vector<Interned> interned;
  };

  explicit KeyTable(std::span<const LogicalType> types);
  KeyTable(KeyTable&&) noexcept = default;
  KeyTable& operator=(KeyTable&&) noexcept = default;
  ~KeyTable();

  /// ids[row] = the number of the row's key; new keys get the next numbers, and their rows are added to `new_rows`.
  /// Any vector forms, of the table's types.
  void find_or_add(std::span<const Vector> columns, size_t size, std::span<uint32_t> ids, SelectionVector& new_rows,
                   Scratch& scratch);
  /// ids[row] = the number, or kAbsent. Safe for many threads while nobody adds, each with its own scratch.
  void find(std::span<const Vector> columns, size_t size, std::span<uint32_t> ids, Scratch& scratch) const;

  [[nodiscard]] size_t size() const { return count_; }
  [[nodiscard]] size_t memory_bytes() const;

 private:
  /// Where a column's value lies in the key's words.
  struct Part {
    PhysicalType physical = PhysicalType::kInt64;
    bool interned = false;   ///< the value is a string's number; 0 is NULL
    bool canonical = false;  ///< interned by canonical key bytes: numeric, char(n), jsonb …
    uint32_t interner = 0;
    uint32_t word = 0, shift = 0;            ///< of the value's first word
    uint32_t second_word = 0;                ///< uuid and interval
    uint32_t null_word = 0, null_shift = 0;  ///< not for interned
  };

  void lay_out(std::span<const LogicalType> types);
  void encode(std::span<const Vector> columns, size_t size, Scratch& scratch, bool add);
  void encode_known(std::span<const Vector> columns, size_t size, Scratch& scratch) const;
  void encode_fixed(const Part& part, const Vector& column, Scratch& scratch) const;
  /// Puts the number of each row's string into scratch.numbers; a string that a const `interner` lacks is kAbsent.
  template <class Interner>
  void intern(const Part& part, const Vector& column, Scratch& scratch, Interner& interner) const;
  void place_numbers(const Part& part, size_t size, Scratch& scratch) const;
  void hash_words(size_t size, Scratch& scratch) const;
  void find_or_add_one(size_t size, std::span<uint32_t> ids, SelectionVector& new_rows, const Scratch& scratch);
  void find_one(size_t size, std::span<uint32_t> ids, const Scratch& scratch) const;
  template <size_t kWords>
  void find_or_add_words(size_t size, std::span<uint32_t> ids, SelectionVector& new_rows, const Scratch& scratch);
  template <size_t kWords>
  void find_words(size_t size, std::span<uint32_t> ids, const Scratch& scratch) const;
  void find_or_add_direct(size_t size, std::span<uint32_t> ids, SelectionVector& new_rows, const Scratch& scratch);
  void grow(size_t keys);
  void grow_one(size_t keys);

  struct WordSlot {
    uint64_t key = 0;
    uint32_t id = kAbsent;  ///< kAbsent: free
  };

  std::vector<Part> parts_;
  std::vector<std::unique_ptr<StringInterner>> interners_;
  size_t words_ = 0;  ///< per key
  /// One interned column: its numbers lead straight to the ids, without hashing.
  bool direct_ = false;
  std::vector<uint32_t> id_of_number_;
  /// One column of 64 bits: NULL has no place in the word, and is kept apart.
  bool null_apart_ = false;
  uint32_t null_id_ = kAbsent;
  std::vector<WordSlot> word_slots_;  ///< keys of one word. Size a power of two
  std::vector<uint64_t> keys_;        ///< longer ones: words_ words a key
  std::vector<uint64_t> slots_;       ///< likewise: high half: hash, low half: id + 1; 0: free. Size a power of two
  size_t count_ = 0;
};

}  // namespace tidemark
