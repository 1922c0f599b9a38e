#pragma once

#include "functions/expression.h"
#include "functions/registry.h"

namespace tidemark {

/// Casts an array element by element. `element_cast` null: the elements have the right type but for the modifier.
ExpressionPtr array_cast(ExpressionPtr array, LogicalType target, const Cast* element_cast, CastContext context);

}  // namespace tidemark
