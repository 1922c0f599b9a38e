#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "types/value.h"

namespace tidemark {

struct ScalarFunction;
struct AggregateFunction;
struct WindowFunction;

/// A bound expression: names and overloads are decided, every node has its type, all casts are explicit.
///
/// Children live in the base class, so that a rule can walk and rewrite any tree without knowing its nodes. Which
/// columns a tree reads is said in two ways: in logical plans by `ColumnExpression` (a number unique in the statement),
/// in physical plans by `InputExpression` (a position in the incoming chunk). The evaluator sees only the latter.
enum class ExpressionKind : uint8_t {
  kConstant,
  kColumn,     ///< logical plans only
  kInput,      ///< physical plans only
  kParameter,  ///< $n; a value is put in its place at execution start
  kFunction,   ///< functions, operators and casts alike
  kAnd,        ///< n children, three-valued, evaluated left to right with short circuit by selection
  kOr,
  kCase,       ///< children: when, then, when, then …, else (always present, perhaps a NULL constant)
  kCoalesce,   ///< n children
  kAggregate,  ///< logical plans only, inside an aggregation's list
  kWindow,     ///< logical plans only, inside a window node's list
  kSubquery,   ///< binder only; decorrelation turns it into joins. Defined in planner/.
};

struct Expression;
using ExpressionPtr = std::unique_ptr<Expression>;

struct Expression {
  ExpressionKind kind;
  LogicalType type;
  int position = 0;  ///< in the statement's text, characters from 1, for run-time errors; 0 unknown
  std::vector<ExpressionPtr> children;

  Expression(ExpressionKind expression_kind, LogicalType expression_type)
      : kind(expression_kind), type(expression_type) {}
  virtual ~Expression() = default;
  /// Deep.
  [[nodiscard]] virtual ExpressionPtr clone() const = 0;
  Expression& operator=(const Expression&) = delete;

  template <class T>
  [[nodiscard]] const T& as() const {
    return static_cast<const T&>(*this);
  }
  template <class T>
  [[nodiscard]] T& as() {
    return static_cast<T&>(*this);
  }

 protected:
  Expression(const Expression& other);  ///< copies the children
};

struct ConstantExpression final : Expression {
  Value value;
  explicit ConstantExpression(Value constant)
      : Expression(ExpressionKind::kConstant, constant.type()), value(std::move(constant)) {}
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<ConstantExpression>(*this); }
};

/// Names one output column of some node of the statement's logical plan; unique in the statement.
using PlanColumn = uint32_t;

struct ColumnExpression final : Expression {
  PlanColumn column;
  std::string name;  ///< for EXPLAIN
  ColumnExpression(PlanColumn plan_column, LogicalType column_type, std::string column_name)
      : Expression(ExpressionKind::kColumn, column_type), column(plan_column), name(std::move(column_name)) {}
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<ColumnExpression>(*this); }
};

struct InputExpression final : Expression {
  uint32_t index;  ///< column of the incoming chunk
  InputExpression(uint32_t input_index, LogicalType input_type)
      : Expression(ExpressionKind::kInput, input_type), index(input_index) {}
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<InputExpression>(*this); }
};

struct ParameterExpression final : Expression {
  uint32_t number;  ///< from 1
  ParameterExpression(uint32_t parameter_number, LogicalType parameter_type)
      : Expression(ExpressionKind::kParameter, parameter_type), number(parameter_number) {}
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<ParameterExpression>(*this); }
};

struct FunctionExpression final : Expression {
  const ScalarFunction* function;
  /// What the function prepared from constant arguments (a compiled pattern, a time zone); immutable and shared; may be
  /// null.
  std::shared_ptr<const void> prepared;
  FunctionExpression(const ScalarFunction& scalar_function, LogicalType result_type,
                     std::vector<ExpressionPtr> arguments);
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<FunctionExpression>(*this); }
};

/// kAnd, kOr, kCase and kCoalesce need no data of their own.
struct ControlExpression final : Expression {
  ControlExpression(ExpressionKind control_kind, LogicalType result_type, std::vector<ExpressionPtr> parts);
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<ControlExpression>(*this); }
};

struct SortKey {
  ExpressionPtr expression;
  bool descending = false;
  bool nulls_first = false;
  [[nodiscard]] SortKey clone() const { return {expression->clone(), descending, nulls_first}; }
};

/// children are the arguments.
struct AggregateExpression final : Expression {
  const AggregateFunction* function;
  bool distinct = false;
  ExpressionPtr filter;           ///< FILTER (WHERE …), or null
  std::vector<SortKey> order_by;  ///< ORDER BY inside the call, or WITHIN GROUP
  AggregateExpression(const AggregateFunction& aggregate, LogicalType result_type,
                      std::vector<ExpressionPtr> arguments);
  AggregateExpression(const AggregateExpression& other);
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<AggregateExpression>(*this); }
};

enum class FrameUnit : uint8_t { kRows, kRange, kGroups };
enum class FrameBoundKind : uint8_t { kUnboundedPreceding, kPreceding, kCurrentRow, kFollowing, kUnboundedFollowing };
enum class FrameExclusion : uint8_t { kNone, kCurrentRow, kGroup, kTies };

struct WindowFrame {
  FrameUnit unit = FrameUnit::kRange;
  FrameBoundKind start = FrameBoundKind::kUnboundedPreceding;
  FrameBoundKind end = FrameBoundKind::kCurrentRow;
  ExpressionPtr start_offset;  ///< kPreceding, kFollowing
  ExpressionPtr end_offset;
  FrameExclusion exclusion = FrameExclusion::kNone;
};

/// children are the arguments. Exactly one of `function` and `aggregate` is set.
struct WindowExpression final : Expression {
  const WindowFunction* function = nullptr;
  const AggregateFunction* aggregate = nullptr;
  ExpressionPtr filter;
  std::vector<ExpressionPtr> partition_by;
  std::vector<SortKey> order_by;
  WindowFrame frame;
  explicit WindowExpression(LogicalType result_type) : Expression(ExpressionKind::kWindow, result_type) {}
  WindowExpression(const WindowExpression& other);
  [[nodiscard]] ExpressionPtr clone() const override { return std::make_unique<WindowExpression>(*this); }
};

/// Same tree, same constants, same functions: position and names do not count.
bool same_expression(const Expression& left, const Expression& right);
/// One line, as EXPLAIN prints it.
std::string to_string(const Expression& expression);

}  // namespace tidemark
