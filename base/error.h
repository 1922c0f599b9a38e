#pragma once

#include <exception>
#include <string>
#include <string_view>

namespace tidemark {

/// SQLSTATE codes that the house uses; the list and its meaning are PostgreSQL's, appendix A of its manual.
namespace sqlstate {
inline constexpr std::string_view kSuccessfulCompletion = "00000";
inline constexpr std::string_view kConnectionException = "08000";
inline constexpr std::string_view kProtocolViolation = "08P01";
inline constexpr std::string_view kFeatureNotSupported = "0A000";
inline constexpr std::string_view kCardinalityViolation = "21000";
inline constexpr std::string_view kStringDataRightTruncation = "22001";
inline constexpr std::string_view kNumericValueOutOfRange = "22003";
inline constexpr std::string_view kNullValueNotAllowed = "22004";
inline constexpr std::string_view kInvalidDatetimeFormat = "22007";
inline constexpr std::string_view kDatetimeFieldOverflow = "22008";
inline constexpr std::string_view kInvalidTimeZoneDisplacement = "22009";
inline constexpr std::string_view kSubstringError = "22011";
inline constexpr std::string_view kDivisionByZero = "22012";
inline constexpr std::string_view kIntervalFieldOverflow = "22015";
inline constexpr std::string_view kInvalidArgumentForLogarithm = "2201E";
inline constexpr std::string_view kInvalidArgumentForPower = "2201F";
inline constexpr std::string_view kInvalidRegularExpression = "2201B";
inline constexpr std::string_view kInvalidRowCountInLimit = "2201W";
inline constexpr std::string_view kInvalidRowCountInOffset = "2201X";
inline constexpr std::string_view kCharacterNotInRepertoire = "22021";
inline constexpr std::string_view kInvalidParameterValue = "22023";
inline constexpr std::string_view kInvalidEscapeSequence = "22025";
inline constexpr std::string_view kInvalidTextRepresentation = "22P02";
inline constexpr std::string_view kInvalidBinaryRepresentation = "22P03";
inline constexpr std::string_view kBadCopyFileFormat = "22P04";
inline constexpr std::string_view kNotNullViolation = "23502";
inline constexpr std::string_view kForeignKeyViolation = "23503";
inline constexpr std::string_view kWithCheckOptionViolation = "44000";
inline constexpr std::string_view kUniqueViolation = "23505";
inline constexpr std::string_view kInvalidForeignKey = "42830";
inline constexpr std::string_view kCheckViolation = "23514";
inline constexpr std::string_view kActiveSqlTransaction = "25001";
inline constexpr std::string_view kReadOnlySqlTransaction = "25006";
inline constexpr std::string_view kNoActiveSqlTransaction = "25P01";
inline constexpr std::string_view kInFailedSqlTransaction = "25P02";
inline constexpr std::string_view kIdleInTransactionTimeout = "25P03";
inline constexpr std::string_view kInvalidSqlStatementName = "26000";
inline constexpr std::string_view kInvalidAuthorization = "28000";
inline constexpr std::string_view kInvalidPassword = "28P01";
inline constexpr std::string_view kDependentObjectsStillExist = "2BP01";
inline constexpr std::string_view kInvalidCursorName = "34000";
inline constexpr std::string_view kInvalidSavepoint = "3B001";
inline constexpr std::string_view kInvalidCatalogName = "3D000";
inline constexpr std::string_view kInvalidSchemaName = "3F000";
inline constexpr std::string_view kSerializationFailure = "40001";
inline constexpr std::string_view kDeadlockDetected = "40P01";
inline constexpr std::string_view kInsufficientPrivilege = "42501";
inline constexpr std::string_view kSyntaxError = "42601";
inline constexpr std::string_view kInvalidName = "42602";
inline constexpr std::string_view kInvalidColumnDefinition = "42611";
inline constexpr std::string_view kDuplicateColumn = "42701";
inline constexpr std::string_view kAmbiguousColumn = "42702";
inline constexpr std::string_view kUndefinedColumn = "42703";
inline constexpr std::string_view kUndefinedObject = "42704";
inline constexpr std::string_view kDuplicateObject = "42710";
inline constexpr std::string_view kDuplicateAlias = "42712";
inline constexpr std::string_view kDuplicateFunction = "42723";
inline constexpr std::string_view kAmbiguousFunction = "42725";
inline constexpr std::string_view kGroupingError = "42803";
inline constexpr std::string_view kDatatypeMismatch = "42804";
inline constexpr std::string_view kWrongObjectType = "42809";
inline constexpr std::string_view kCannotCoerce = "42846";
inline constexpr std::string_view kUndefinedFunction = "42883";
inline constexpr std::string_view kReservedName = "42939";
inline constexpr std::string_view kUndefinedTable = "42P01";
inline constexpr std::string_view kUndefinedParameter = "42P02";
inline constexpr std::string_view kDuplicateCursor = "42P03";
inline constexpr std::string_view kDuplicateDatabase = "42P04";
inline constexpr std::string_view kDuplicatePreparedStatement = "42P05";
inline constexpr std::string_view kDuplicateSchema = "42P06";
inline constexpr std::string_view kDuplicateTable = "42P07";
inline constexpr std::string_view kAmbiguousParameter = "42P08";
inline constexpr std::string_view kInvalidColumnReference = "42P10";
inline constexpr std::string_view kInvalidTableDefinition = "42P16";
inline constexpr std::string_view kIndeterminateDatatype = "42P18";
inline constexpr std::string_view kWindowingError = "42P20";
inline constexpr std::string_view kInsufficientResources = "53000";
inline constexpr std::string_view kDiskFull = "53100";
inline constexpr std::string_view kOutOfMemory = "53200";
inline constexpr std::string_view kTooManyConnections = "53300";
inline constexpr std::string_view kConfigurationLimitExceeded = "53400";
inline constexpr std::string_view kProgramLimitExceeded = "54000";
inline constexpr std::string_view kStatementTooComplex = "54001";
inline constexpr std::string_view kTooManyColumns = "54011";
inline constexpr std::string_view kTooManyArguments = "54023";
inline constexpr std::string_view kObjectNotInPrerequisiteState = "55000";
inline constexpr std::string_view kObjectInUse = "55006";
inline constexpr std::string_view kCantChangeRuntimeParam = "55P02";
inline constexpr std::string_view kLockNotAvailable = "55P03";
inline constexpr std::string_view kQueryCanceled = "57014";
inline constexpr std::string_view kAdminShutdown = "57P01";
inline constexpr std::string_view kCannotConnectNow = "57P03";
inline constexpr std::string_view kIoError = "58030";
inline constexpr std::string_view kUndefinedFile = "58P01";
inline constexpr std::string_view kInternalError = "XX000";
inline constexpr std::string_view kDataCorrupted = "XX001";
}  // namespace sqlstate

/// The one exception of the house. Thrown anywhere, caught at the three doors (embedded API, pgwire, HTTP) and at
/// thread roots. Its class tells whose fault it is: 22xxx and 42xxx the user's, 53xxx out of something, 58030 I/O,
/// XX001 damaged data, XX000 a bug.
class Error : public std::exception {
 public:
  /// `state` is one of the five-character codes above; `message` is PostgreSQL's wording where clients read it.
  Error(std::string_view state, std::string message) : sqlstate_(state), message_(std::move(message)) {}

  Error& with_detail(std::string detail) & {
    detail_ = std::move(detail);
    return *this;
  }
  Error&& with_detail(std::string detail) && {
    detail_ = std::move(detail);
    return std::move(*this);
  }
  Error& with_hint(std::string hint) & {
    hint_ = std::move(hint);
    return *this;
  }
  Error&& with_hint(std::string hint) && {
    hint_ = std::move(hint);
    return std::move(*this);
  }
  /// `position` counts characters (not bytes) of the statement from 1; 0 means unknown.
  Error& at(int position) & {
    position_ = position;
    return *this;
  }
  Error&& at(int position) && {
    position_ = position;
    return std::move(*this);
  }
  /// The object that PostgreSQL names in its error fields t, c and n; any may be empty.
  Error&& about(std::string table, std::string column, std::string constraint) && {
    table_ = std::move(table);
    column_ = std::move(column);
    constraint_ = std::move(constraint);
    return std::move(*this);
  }

  [[nodiscard]] const std::string& sqlstate() const { return sqlstate_; }
  [[nodiscard]] const std::string& message() const { return message_; }
  [[nodiscard]] const std::string& detail() const { return detail_; }
  [[nodiscard]] const std::string& hint() const { return hint_; }
  [[nodiscard]] int position() const { return position_; }
  [[nodiscard]] const std::string& table() const { return table_; }
  [[nodiscard]] const std::string& column() const { return column_; }
  [[nodiscard]] const std::string& constraint() const { return constraint_; }
  [[nodiscard]] const char* what() const noexcept override { return message_.c_str(); }

 private:
  std::string sqlstate_;
  std::string message_;
  std::string detail_;
  std::string hint_;
  std::string table_;
  std::string column_;
  std::string constraint_;
  int position_ = 0;
};

}  // namespace tidemark
