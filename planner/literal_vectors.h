#pragma once

#include <functional>

#include "base/error.h"
#include "functions/query_context.h"
#include "parser/literal_rows.h"
#include "types/vector.h"

namespace tidemark {

/// Column `column` of the rows as a flat vector of `type`, read straight from their text where the literal's kind and
/// the type allow (`slow` reads the others). Throws as reading a literal does, with the literal's position.
[[nodiscard]] Vector literal_vector(const ast::LiteralRows& rows, size_t column, LogicalType type,
                                    const QueryContext& context,
                                    const std::function<Value(const ast::LiteralRows::Cell&)>& slow);

/// Whether a value could be read but does not fit the length or precision of its type: such an error bears no position.
[[nodiscard]] bool is_modifier_error(const Error& error);

}  // namespace tidemark
