#pragma once

#include "parser/ast.h"

/// Expressions. The comment at each kind shows what is written; operands that may be null pointers say so.
namespace tidemark::ast {

/// `a`, `t.a`, `s.t.a`, `*`, `t.*`. The star is the last place and has no part.
struct ColumnReference final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::ColumnReference;
  ColumnReference() : Expression(kKind) {}
  std::vector<std::string> parts;  ///< Empty only for the plain `*`.
  bool star = false;
};

enum class LiteralKind : uint8_t { Null, Boolean, Integer, Decimal, String, BitString, HexString };

/// `NULL`, `TRUE`, `12`, `1.5e3`, `'text'`, `B'01'`, `X'1F'`. A typed literal (`date '2020-01-01'`) is a Cast of a
/// string.
struct Literal final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Literal;
  Literal() : Expression(kKind) {}
  LiteralKind literal_kind = LiteralKind::Null;
  /// String: its value, escapes undone. Integer: digits that fit int32, without sign (greater ones are Decimal, as in
  /// PostgreSQL, whose scanner does the same; the binder chooses int8 or numeric). Boolean: "true" or "false". Bit and
  /// hex strings: the digits.
  std::string text;
};

/// `$1`.
struct Parameter final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Parameter;
  Parameter() : Expression(kKind) {}
  int number = 0;  ///< From 1.
};

/// `DEFAULT` in a VALUES row of INSERT, or as the value of a SET clause. Nowhere else.
struct DefaultValue final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Default;
  DefaultValue() : Expression(kKind) {}
};

/// `left op right`, or `op right` (left null). Comparisons are operators, too. A minus before a numeric literal stays
/// an operator.
struct OperatorExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Operator;
  OperatorExpression() : Expression(kKind) {}
  OperatorName name;
  ExpressionPtr left;  ///< Null for a prefix operator.
  ExpressionPtr right;
};

/// `a AND b AND c`: flat, so that a chain of ten thousand is no deeper than one.
struct LogicalExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Logical;
  LogicalExpression() : Expression(kKind) {}
  bool is_and = true;       ///< Else OR.
  ExpressionList operands;  ///< At least two.
};

/// `NOT a`.
struct NotExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Not;
  NotExpression() : Expression(kKind) {}
  ExpressionPtr operand;
};

/// `a [NOT] BETWEEN [SYMMETRIC] low AND high`.
struct BetweenExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Between;
  BetweenExpression() : Expression(kKind) {}
  bool negated = false;
  bool symmetric = false;
  ExpressionPtr operand, low, high;
};

/// `a [NOT] IN (b, c)` or `a [NOT] IN (SELECT …)`: either `list` is filled or `query` is set.
struct InExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::In;
  InExpression();
  ~InExpression() override;
  bool negated = false;
  ExpressionPtr operand;
  ExpressionList list;
  QueryPtr query;
};

enum class PatternKind : uint8_t { Like, ILike, Similar, Matches };

/// `a [NOT] LIKE | ILIKE | SIMILAR TO pattern [ESCAPE e]`; `a MATCHES 'query'` is the full-text search of this product.
struct PatternExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Pattern;
  PatternExpression() : Expression(kKind) {}
  PatternKind pattern_kind = PatternKind::Like;
  bool negated = false;
  ExpressionPtr operand, pattern;
  ExpressionPtr escape;  ///< Null if not written.
};

enum class TestKind : uint8_t { Null, True, False, Unknown, Document, Normalized };

/// `a IS [NOT] NULL | TRUE | FALSE | UNKNOWN`; ISNULL and NOTNULL are the same.
struct TestExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Test;
  TestExpression() : Expression(kKind) {}
  TestKind test_kind = TestKind::Null;
  bool negated = false;
  ExpressionPtr operand;
};

/// `a IS [NOT] DISTINCT FROM b`.
struct DistinctFromExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::DistinctFrom;
  DistinctFromExpression() : Expression(kKind) {}
  bool negated = false;  ///< IS NOT DISTINCT FROM: equal, with NULL equal to NULL.
  ExpressionPtr left, right;
};

struct CaseBranch {
  int position = 0;
  ExpressionPtr condition;  ///< In the form with an operand: the value that it is compared with.
  ExpressionPtr result;
};

/// `CASE [operand] WHEN … THEN … [ELSE …] END`.
struct CaseExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Case;
  CaseExpression() : Expression(kKind) {}
  ExpressionPtr operand;  ///< Null in the searched form.
  std::vector<CaseBranch> branches;
  ExpressionPtr otherwise;  ///< Null without ELSE.
};

enum class CastSyntax : uint8_t { DoubleColon, Cast, TypedLiteral };

/// `a::type`, `CAST(a AS type)`, `type 'literal'`: one meaning. (PostgreSQL names the output column alike for all
/// three.)
struct CastExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Cast;
  CastExpression() : Expression(kKind) {}
  CastSyntax syntax = CastSyntax::DoubleColon;
  ExpressionPtr operand;
  TypeName type;
};

/// `a COLLATE "C"`.
struct CollateExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Collate;
  CollateExpression() : Expression(kKind) {}
  ExpressionPtr operand;
  QualifiedName collation;
};

/// `a AT TIME ZONE zone`.
struct AtTimeZoneExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::AtTimeZone;
  AtTimeZoneExpression() : Expression(kKind) {}
  ExpressionPtr operand, zone;
};

/// `expression [ASC | DESC | USING op] [NULLS FIRST | LAST]`.
struct OrderItem {
  enum class Direction : uint8_t { Default, Ascending, Descending, Using };
  enum class Nulls : uint8_t { Default, First, Last };
  int position = 0;
  ExpressionPtr expression;
  Direction direction = Direction::Default;
  Nulls nulls = Nulls::Default;
  OperatorName using_operator;  ///< With Direction::Using.
};

enum class FrameUnit : uint8_t { Rows, Range, Groups };
enum class FrameBoundKind : uint8_t { UnboundedPreceding, Preceding, CurrentRow, Following, UnboundedFollowing };
enum class FrameExclusion : uint8_t { NoOthers, CurrentRow, Group, Ties };

struct FrameBound {
  int position = 0;
  FrameBoundKind kind = FrameBoundKind::UnboundedPreceding;
  ExpressionPtr offset;  ///< Of Preceding and Following.
};

/// `ROWS BETWEEN … AND … EXCLUDE …`. Without BETWEEN the end is CURRENT ROW.
struct WindowFrame {
  int position = 0;
  FrameUnit unit = FrameUnit::Range;
  FrameBound start;
  FrameBound end{0, FrameBoundKind::CurrentRow, nullptr};
  FrameExclusion exclusion = FrameExclusion::NoOthers;
};

/// `OVER name`, `OVER (base PARTITION BY … ORDER BY … frame)`, or `WINDOW name AS (…)`.
struct WindowDefinition {
  int position = 0;
  std::string
      name;  ///< In a WINDOW clause: the name that is defined. In OVER: the bare name, everything else is empty then.
  std::string base;  ///< The window that the parentheses start with.
  ExpressionList partition_by;
  std::vector<OrderItem> order_by;
  std::unique_ptr<WindowFrame> frame;  ///< Null: the default frame.
};

struct FunctionArgument {
  std::string name;  ///< `name => value`, or the older `name := value`.
  ExpressionPtr value;
};

/// How a call was written, where SQL has words inside the parentheses: for printing it again. The arguments are in the
/// order of the function that it stands for (`POSITION(a IN b)` is position(b, a)).
enum class CallSyntax : uint8_t {
  Plain,
  Extract,
  Overlay,
  Position,
  Substring,
  Trim,
  TrimLeading,
  TrimTrailing,
  CollationFor,
  Normalize
};

/// `name(arguments) …`. The special forms become plain calls of pg_catalog functions: EXTRACT(f FROM x) → extract('f',
/// x), POSITION, SUBSTRING, OVERLAY, TRIM → btrim/ltrim/rtrim.
struct FunctionCall final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::FunctionCall;
  FunctionCall() : Expression(kKind) {}
  QualifiedName name;
  CallSyntax syntax = CallSyntax::Plain;
  std::vector<FunctionArgument> arguments;
  bool star = false;  ///< `count(*)`.
  bool distinct = false;
  bool variadic = false;            ///< VARIADIC before the last argument.
  std::vector<OrderItem> order_by;  ///< Inside the parentheses, or of WITHIN GROUP.
  bool within_group = false;
  ExpressionPtr filter;                    ///< Null without FILTER.
  std::unique_ptr<WindowDefinition> over;  ///< Null: no window call.
};

/// Forms that are no function of the catalog but have a meaning of their own.
enum class BuiltinKind : uint8_t {
  Coalesce,
  NullIf,
  Greatest,
  Least,
  Grouping,
  CurrentDate,
  CurrentTime,
  CurrentTimestamp,
  LocalTime,
  LocalTimestamp,  ///< The four with a time take an optional precision argument.
  CurrentCatalog,
  CurrentRole,
  CurrentSchema,
  CurrentUser,
  SessionUser,
  User
};

struct BuiltinExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Builtin;
  BuiltinExpression() : Expression(kKind) {}
  BuiltinKind builtin = BuiltinKind::Coalesce;
  ExpressionList arguments;
};

enum class SubqueryKind : uint8_t { Scalar, Exists, Array };

/// `(SELECT …)`, `EXISTS (SELECT …)`, `ARRAY(SELECT …)`.
struct SubqueryExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Subquery;
  SubqueryExpression();
  ~SubqueryExpression() override;
  SubqueryKind subquery_kind = SubqueryKind::Scalar;
  QueryPtr query;
};

/// `a op ANY (…)`, `a op ALL (…)` over a subquery (`query`) or an array (`array`); one of the two is set. SOME is ANY.
/// With LIKE and its kin the operator is `~~`, `!~~`, `~~*`, `!~~*`, as in PostgreSQL.
struct QuantifiedExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Quantified;
  QuantifiedExpression();
  ~QuantifiedExpression() override;
  OperatorName name;
  bool all = false;
  ExpressionPtr operand;
  ExpressionPtr array;
  QueryPtr query;
};

/// `ARRAY[a, b]`; inner brackets of `ARRAY[[1, 2], [3, 4]]` are Arrays, too.
struct ArrayExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Array;
  ArrayExpression() : Expression(kKind) {}
  ExpressionList elements;
};

/// `ROW(a, b)`, or `(a, b)`.
struct RowExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Row;
  RowExpression() : Expression(kKind) {}
  bool explicit_row = false;
  ExpressionList fields;
};

/// `a[i]`, `a[low:high]`; a missing slice bound is null.
struct SubscriptExpression final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::Subscript;
  SubscriptExpression() : Expression(kKind) {}
  ExpressionPtr operand;
  bool closed = false;  ///< Stands in parentheses: subscripts behind them apply to what it gives.
  bool slice = false;
  ExpressionPtr low;   ///< Of a slice, may be null.
  ExpressionPtr high;  ///< The index itself where `slice` is false; of a slice, may be null.
};

/// `(a).field`, `(a).*`.
struct FieldSelection final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::FieldSelection;
  FieldSelection() : Expression(kKind) {}
  ExpressionPtr operand;
  std::string field;  ///< Empty with `star`.
  bool star = false;
};

/// `WHERE CURRENT OF cursor`.
struct CurrentOf final : Expression {
  static constexpr ExpressionKind kKind = ExpressionKind::CurrentOf;
  CurrentOf() : Expression(kKind) {}
  std::string cursor;
};

}  // namespace tidemark::ast
