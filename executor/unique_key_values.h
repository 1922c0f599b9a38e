#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "catalog/entries.h"
#include "functions/evaluator.h"
#include "planner/physical_plan.h"
#include "types/data_chunk.h"

namespace tidemark {

/// What rows of a table hold of one unique constraint or index: the values of its columns and expressions.
class UniqueKeyValues {
 public:
  struct Rows {
    DataChunk keys;                   ///< one vector an element, in declared order
    std::vector<uint8_t> takes_part;  ///< one flag a row; where it is 0 the values mean nothing
  };

  /// `computed`: its expressions and predicate; null if it has none. All outlive this.
  UniqueKeyValues(const TableEntry& table, const UniqueConstraint& constraint,
                  const PhysicalWriteTarget::UniqueKey* computed, QueryContext& context);

  /// `rows` have a vector for each column of the table, and perhaps more. Rows for which the predicate is not true do
  /// not take part, and expressions are not computed for them; neither do rows with a NULL, unless NULLs are not
  /// distinct.
  [[nodiscard]] Rows of(const DataChunk& rows);
  [[nodiscard]] const UniqueConstraint& constraint() const { return constraint_; }
  [[nodiscard]] bool is_computed() const { return computed_ != nullptr; }
  /// Elements as indexes into the table's columns; kNoColumn for expressions.
  [[nodiscard]] const std::vector<uint32_t>& columns() const { return columns_; }

 private:
  [[nodiscard]] Vector evaluate(const Expression& expression, const DataChunk& rows, const SelectionVector* chosen);

  const UniqueConstraint& constraint_;
  const PhysicalWriteTarget::UniqueKey* computed_;
  Evaluator evaluator_;
  std::vector<uint32_t> columns_;
};

/// How error messages name an element: the column, or the expression's text.
std::string unique_key_element(const TableEntry& table, const UniqueConstraint& constraint, size_t element);

}  // namespace tidemark
