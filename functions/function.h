#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "types/value.h"
#include "types/vector.h"

namespace tidemark {

struct QueryContext;

/// What the evaluator does about NULL arguments before it calls a kernel.
enum class NullRule : uint8_t {
  kStrict,  ///< any NULL argument makes the row NULL; the kernel computes something for such rows and must not complain
            ///< about them
  kCalled,  ///< the kernel looks at NULLs itself
};

enum class Volatility : uint8_t {
  kImmutable,  ///< same arguments, same result: folded at planning
  kStable,     ///< fixed within a statement (now(), settings, time zone): folded at execution start
  kVolatile,   ///< every row anew
};

/// Which dialect a function belongs to (D7): the two share kernels, not rules.
enum class Flavour : uint8_t { kSql, kInfluxQl, kBoth };

/// One call of a kernel on up to a chunk of rows.
struct KernelCall {
  QueryContext& context;
  std::span<const Vector> arguments;  ///< each flat or constant, of the declared types, each of size `size`
  size_t size;
  const void* prepared;  ///< what `prepare` returned, or null
  LogicalType result_type;
  /// kStrict: rows where no argument is NULL. A kernel that can fail (division, range) complains only about rows valid
  /// here.
  const Validity& valid;
  /// Output. The kernel sets it to a flat or constant vector of `size` rows. kStrict: it need not set the NULLs of
  /// `valid`; it may add more.
  Vector& result;
};

using ScalarKernel = void (*)(KernelCall& call);

/// One call of a predicate's filter: which rows are true, without a boolean a row.
struct SelectCall {
  std::span<const Vector> arguments;  ///< each flat or constant, at least one flat, of size `size`
  size_t size;
  const Validity& valid;  ///< rows where no argument is NULL
  /// If not null, only these rows are asked for (ascending).
  const std::span<const uint32_t>* candidates;
  SelectionVector& rows;  ///< output, ascending: the true rows, or positions in `candidates` of those
};

using SelectKernel = void (*)(SelectCall& call);

/// A function, operator or cast. Lives in the registry's tables for the life of the process.
struct ScalarFunction {
  std::string_view name;  ///< "date_trunc", "+", or "cast"
  std::vector<LogicalType> arguments;
  LogicalType result;
  ScalarKernel kernel = nullptr;
  NullRule null_rule = NullRule::kStrict;
  Volatility volatility = Volatility::kImmutable;
  Flavour flavour = Flavour::kSql;
  bool variadic = false;  ///< the last argument repeats
  /// Optional: looks at the arguments that are constant (null pointers for the others) and prepares shared state, once
  /// a plan.
  std::shared_ptr<const void> (*prepare)(QueryContext& context, std::span<const Value* const> constants) = nullptr;
  /// Optional, strict predicates that cannot fail: the fast filter.
  SelectKernel select = nullptr;
  std::string_view doc = {};  ///< one line for docs/SQL.md and \df+
};

/// One call of an aggregate kernel.
struct AggregateCall {
  QueryContext& context;
  std::span<const Vector> arguments;  ///< flat or constant; empty for count(*)
  LogicalType result_type;
};

/// How a page's zone map can stand in for its values (performance.md, technique 2; D30).
enum class PageSummary : uint8_t { kNone, kCountRows, kCountValues, kSum, kMin, kMax, kFirst, kLast };

/// An aggregate: a state of fixed size, made, fed, joined and read by plain functions. NULL arguments are skipped by
/// the update functions.
struct AggregateFunction {
  std::string_view name;
  std::vector<LogicalType> arguments;
  LogicalType result;
  size_t state_bytes = 0;  ///< states are 16-byte aligned
  void (*initialize)(std::byte* state) = nullptr;
  /// Rows [first, last) into one state: the run-aware path; a tight loop.
  void (*update_range)(AggregateCall& call, std::byte* state, size_t first, size_t last) = nullptr;
  /// Row i into states[i]; states may repeat: the hash path.
  void (*update_rows)(AggregateCall& call, std::span<std::byte* const> states) = nullptr;
  /// Adds `from` to `into`; `from` stays destroyable.
  void (*combine)(AggregateCall& call, std::byte* into, std::byte* from) = nullptr;
  /// Writes states.size() results as a flat vector.
  void (*finalize)(AggregateCall& call, std::span<std::byte* const> states, Vector& result) = nullptr;
  /// Null when the state owns nothing.
  void (*destroy)(std::byte* state) = nullptr;
  /// For spilling; null when the state is plain bytes that may be copied.
  void (*serialize)(const std::byte* state, std::string& out) = nullptr;
  void (*deserialize)(std::string_view& in, std::byte* state) = nullptr;
  PageSummary summary = PageSummary::kNone;
  bool order_sensitive = false;  ///< array_agg, string_agg, first, last: input order shows in the result
  bool ordered_set = false;      ///< WITHIN GROUP
  /// Ordered sets: the same over rows in any order, for WITHIN GROUP (ORDER BY one ascending key). It selects among the
  /// values that it kept, which is cheaper than sorting all of them. Null: there is none.
  std::shared_ptr<const AggregateFunction> any_order;
  /// What each row adds to a state that keeps its rows, the bytes of texts aside; 0: states have one size.
  size_t row_bytes = 0;
  Flavour flavour = Flavour::kSql;
  bool variadic = false;
  std::string_view doc = {};
};

}  // namespace tidemark
