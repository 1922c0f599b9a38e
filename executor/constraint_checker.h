#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "catalog/entries.h"
#include "executor/prepared_expression.h"
#include "functions/evaluator.h"
#include "planner/physical_plan.h"
#include "types/data_chunk.h"

namespace tidemark {

/// What a row must be before it may be stored: generated columns computed, NOT NULL and CHECK satisfied.
class ConstraintChecker {
 public:
  /// The expressions of `target` hold no parameters and no stable functions of them; it outlives this.
  ConstraintChecker(const TableEntry& table, const PhysicalWriteTarget& target, QueryContext& context);

  /// Puts the generated columns into `rows`.
  void generate(DataChunk& rows);
  /// Throws 23502 and 23514 for the first row that breaks a rule. UPSERT: `named` has a flag a column, `set` (may be
  /// empty) the rows that set each column; NULLs in what is not set do not count. Otherwise `named` is null.
  void check(const DataChunk& rows, const std::vector<uint8_t>* named = nullptr, std::span<const Validity> set = {});

  /// `Failing row contains (…).`, as PostgreSQL prints it.
  [[nodiscard]] std::string failing_row(const DataChunk& rows, size_t row) const;
  /// 23505 about a key under `constraint`: a row with a value for each of its elements.
  [[nodiscard]] Error duplicate_key(const UniqueConstraint& constraint, const DataChunk& key) const;

 private:
  void refuse_empty_tags(const DataChunk& rows) const;

  const TableEntry& table_;
  const PhysicalWriteTarget& target_;
  QueryContext& context_;
  Evaluator evaluator_;
};

}  // namespace tidemark
