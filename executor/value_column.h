#pragma once

#include <vector>

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

/// Makes a flat vector out of boxed values, one after the other: for small row counts (VALUES, generated rows, tests).
class ValueColumn {
 public:
  explicit ValueColumn(LogicalType type) : type_(type) {}
  /// NULL of any type, or a value of the same physical type.
  void append(Value value) { values_.push_back(std::move(value)); }
  [[nodiscard]] size_t size() const { return values_.size(); }
  /// The vector; this is empty afterwards.
  Vector take();

 private:
  LogicalType type_;
  std::vector<Value> values_;
};

}  // namespace tidemark
