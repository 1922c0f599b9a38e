#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tidemark/result.h"
#include "types/value.h"

namespace tidemark {

/// A statement that was parsed and, where it can be, planned. Stays usable when tables change: it is planned anew when
/// it must be. Belongs to the connection that prepared it.
class Statement {
 public:
  virtual ~Statement() = default;
  [[nodiscard]] virtual const std::string& text() const = 0;
  /// Types of $1 …, as declared or inferred.
  [[nodiscard]] virtual const std::vector<LogicalType>& parameter_types() const = 0;
  /// Empty for statements that return no rows.
  [[nodiscard]] virtual const std::vector<ResultColumn>& columns() const = 0;
  [[nodiscard]] virtual bool returns_rows() const = 0;
  /// BEGIN, COMMIT, ROLLBACK …: allowed in an aborted transaction, and run outside the implicit one.
  [[nodiscard]] virtual bool is_transaction_control() const = 0;
};

}  // namespace tidemark
