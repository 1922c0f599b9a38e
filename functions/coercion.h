#pragma once

#include <span>
#include <string_view>

#include "functions/expression.h"
#include "functions/registry.h"

namespace tidemark {

/// PostgreSQL's rules of type conversion (chapter 10 of its manual), over the registry's casts.

/// pg_type.typcategory: 'N' numeric, 'S' string, 'D' date/time, 'T' timespan, 'B' boolean, 'A' array, 'X' unknown …
char type_category(LogicalType type);
/// Whether it is the preferred type of its category: text, float8, timestamptz, boolean, interval, oid, varbit.
bool is_preferred_type(LogicalType type);
/// Whether the signature's type stands for several (kAny …).
bool is_pseudo_type(TypeId id);

/// Whether a value of `from` may become one of `to` in this context. Unknown literals may become anything; any type
/// fits a pseudo-type (whether several of them fit together is decided later).
bool can_coerce(LogicalType from, LogicalType to, CastContext context);
/// Same bytes, another name: varchar → text.
bool is_binary_coercible(LogicalType from, LogicalType to);

/// Wraps `expression` so that it has type `target`, modifier included: nothing, a cast, a length coercion. An unknown
/// constant becomes a call of the type's input function, which the binder folds at once. Throws 42846 `cannot cast type
/// … to …` if there is no way in this context.
ExpressionPtr coerce(ExpressionPtr expression, LogicalType target, CastContext context);

/// The common type of UNION, CASE, VALUES, ARRAY …, by PostgreSQL's rule: the first type that is not unknown, unless a
/// later one of the same category takes it implicitly; text if all are unknown. `construct` is named in the error
/// 42804 `UNION types integer and text cannot be matched`. The modifier stays if all have the same.
LogicalType select_common_type(std::span<const LogicalType> types, std::string_view construct);

}  // namespace tidemark
