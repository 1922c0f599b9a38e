#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

/// The abstract syntax of InfluxQL: what its parser makes and engine/influxql_query.cpp reads. Plain values.
namespace tidemark::influxql {

enum class Operator : uint8_t {
  kAdd,
  kSubtract,
  kMultiply,
  kDivide,
  kModulo,
  kBitAnd,
  kBitOr,
  kBitXor,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kMatches,
  kNotMatches,
  kAnd,
  kOr
};

enum class ExpressionKind : uint8_t {
  kReference,  ///< `name`, `"name"::tag`; also `time`
  kWildcard,   ///< `*`
  kRegex,      ///< `/…/`
  kString,
  kInteger,
  kNumber,
  kBoolean,
  kDuration,
  kParameter,  ///< `$name`
  kCall,
  kBinary
};

/// What `::` says about a reference or wildcard.
enum class ColumnKind : uint8_t { kAny, kField, kTag };

struct Expression {
  ExpressionKind kind = ExpressionKind::kReference;
  Operator operation = Operator::kAdd;   ///< kBinary
  ColumnKind column = ColumnKind::kAny;  ///< kReference, kWildcard
  bool parenthesized = false;
  std::string text;                  ///< a name, a string's value, a regular expression, a call's lower-case name
  int64_t integer = 0;               ///< kInteger; kBoolean (0 or 1); kDuration in nanoseconds
  double number = 0;                 ///< kNumber
  std::vector<Expression> children;  ///< operands (two) or arguments
};

struct Field {
  Expression expression;
  std::string alias;  ///< empty if not written
};

struct SelectStatement;

/// A measurement by name or regular expression, or a subquery.
struct Source {
  std::string database;  ///< empty: the session's
  std::string policy;    ///< empty: the default one
  std::string name;
  bool is_regex = false;
  std::shared_ptr<SelectStatement> subquery;  ///< null for a measurement
};

enum class Fill : uint8_t { kNull, kNone, kPrevious, kLinear, kNumber };

struct Limits {
  int64_t limit = 0;  ///< 0: none
  int64_t offset = 0;
  int64_t series_limit = 0;
  int64_t series_offset = 0;
};

struct SelectStatement {
  std::vector<Field> fields;
  std::vector<Source> sources;
  std::optional<Expression> where;
  std::vector<Expression> dimensions;
  Fill fill = Fill::kNull;
  double fill_number = 0;
  bool descending = false;
  Limits limits;
  std::string time_zone;  ///< of tz('…'); empty: UTC
};

enum class ShowKind : uint8_t {
  kDatabases,
  kMeasurements,
  kTagKeys,
  kTagValues,
  kFieldKeys,
  kRetentionPolicies,
  kSeries
};

/// Which names a SHOW is about: WITH MEASUREMENT, WITH KEY.
struct NameMatch {
  bool negated = false;
  bool is_regex = false;
  std::vector<std::string> names;  ///< the regular expression, or one or more names
};

struct ShowStatement {
  ShowKind kind = ShowKind::kDatabases;
  std::string database;  ///< ON; empty: the session's
  std::vector<Source> sources;
  std::optional<NameMatch> match;
  std::optional<Expression> where;
  Limits limits;
};

struct CreateDatabaseStatement {
  std::string name;
};
struct DropDatabaseStatement {
  std::string name;
};
struct DropMeasurementStatement {
  std::string name;
};
/// A statement that InfluxDB does not have and SQL does (UPSERT, FLUSH): its text, as written.
struct SqlStatement {
  std::string text;
};
/// InfluxQL that is understood to be such and not supported: its first word.
struct UnsupportedStatement {
  std::string words;
};

struct Statement {
  std::variant<SelectStatement, ShowStatement, CreateDatabaseStatement, DropDatabaseStatement, DropMeasurementStatement,
               SqlStatement, UnsupportedStatement>
      content;
  std::string text;  ///< as written
};

}  // namespace tidemark::influxql
