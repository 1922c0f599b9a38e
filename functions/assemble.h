#pragma once

#include <span>
#include <vector>

#include "types/vector.h"

namespace tidemark {

/// Puts a vector together from pieces that cover disjoint rows: the branches of CASE and COALESCE.
class Assembly {
 public:
  Assembly(LogicalType type, size_t size) : type_(type), size_(size) {}
  /// `piece` holds the values of `rows`, in that order.
  void put(std::span<const uint32_t> rows, Vector piece);
  /// `piece` covers all rows: it is the result as it stands.
  void put_all(Vector piece);
  /// Rows that no piece covered are NULL.
  [[nodiscard]] Vector finish() &&;

 private:
  struct Piece {
    std::vector<uint32_t> rows;
    Vector values;
  };
  LogicalType type_;
  size_t size_;
  bool whole_ = false;
  std::vector<Piece> pieces_;
};

}  // namespace tidemark
