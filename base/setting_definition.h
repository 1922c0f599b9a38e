#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace tidemark {

/// The settings that our code reads, one a row of the table in base/setting_table.cpp. Settings that are there for
/// clients only (to be SET and SHOWn) have no name here and are known by their text.
enum class Setting : uint16_t {
  kNone,
  // Connections
  kListen,
  kPgPort,
  kHttpPort,
  kAuth,
  kMaxConnections,
  kSuperuserReservedConnections,
  kUnauthenticatedConnectionsMax,
  kAuthenticationTimeout,
  kMaxMessageSize,
  kStatementBytesMax,
  kResultBufferBytes,
  kSsl,
  kSslRequired,
  kSslCertFile,
  kSslKeyFile,
  kHttpConnectionsMax,
  kHttpHeaderBytesMax,
  kHttpBodyBytesMax,
  kHttpGzipRatioMax,
  kHttpHeaderTimeout,
  kHttpBodyTimeout,
  kHttpKeepAliveTimeout,
  // Data folder
  kData,
  kConfig,
  kSynchronousCommit,
  kMemtableBytesMax,
  kWriteStallTimeout,
  kWalFileBytes,
  kPageCacheBytes,
  kBackgroundWorkers,
  kCompactionRateMax,
  kColdAfter,
  kRetentionCheckInterval,
  kBatchBytesMax,
  kValueBytesMax,
  kColumnsMax,
  kSeriesMax,
  kTablesMax,
  kLineTagsMax,
  kLineKeyBytesMax,
  kCopyServerFiles,
  // Queries
  kMemoryLimit,
  kQueryMemoryLimit,
  kWorkMem,
  kTempFileLimit,
  kMaxParallelWorkers,
  kNestingDepthMax,
  kStatementTimeout,
  kLockTimeout,
  kIdleInTransactionSessionTimeout,
  kIdleSessionTimeout,
  kPlanCacheMode,
  kPlanCacheEntriesMax,
  kDisabledRules,
  kImplicitGroupBy,
  kTimestampDigits,
  kInfluxqlExtended,
  kInfluxqlStrict,
  // The session as PostgreSQL's clients see it
  kApplicationName,
  kSearchPath,
  kTimeZone,
  kDateStyle,
  kIntervalStyle,
  kExtraFloatDigits,
  kByteaOutput,
  kClientEncoding,
  kClientMinMessages,
  kStandardConformingStrings,
  kBackslashQuote,
  kTransformNullEquals,
  kTransactionIsolation,
  kTransactionReadOnly,
  kTransactionDeferrable,
  kDefaultTransactionIsolation,
  kDefaultTransactionReadOnly,
  kDefaultTransactionDeferrable,
  kPasswordEncryption,
  kDefaultTextSearchConfig,
  kXmlbinary,
  // The server as they see it
  kServerVersion,
  kServerVersionNum,
  kServerEncoding,
  kIsSuperuser,
  kSessionAuthorization,
  kInHotStandby,
  kMaxIdentifierLength,
  // Log
  kLogLevel,
  kLogStatement,
  kLogMinDurationStatement,
  kCount,
};

enum class SettingType : uint8_t { kBool, kInteger, kReal, kString, kEnum };

/// What one step of an integer means.
enum class SettingUnit : uint8_t { kNone, kBytes, kKilobytes, kMilliseconds, kSeconds };

/// When a setting may change, and by whom; the words are PostgreSQL's (pg_settings.context).
enum class SettingContext : uint8_t {
  kInternal,    ///< Never: it tells what the server is.
  kPostmaster,  ///< At start: flag or config file.
  kSighup,      ///< At start and when the config file is read again.
  kSuperuser,   ///< Also by SET, of superusers.
  kUser,        ///< Also by SET, of everyone.
};

/// One row of the table: everything about a setting but its value.
struct SettingDefinition {
  /// What values there are and which is the first.
  struct Form {
    SettingType type;
    SettingUnit unit = SettingUnit::kNone;
    bool default_bool = false;
    int64_t default_integer = 0;
    double default_real = 0;
    std::string_view default_text = {};
    int64_t (*machine_default)() = nullptr;  ///< Where the default depends on the machine.
    int64_t integer_min = 0;
    int64_t integer_max = 0;
    double real_min = 0;
    double real_max = 0;
    std::span<const std::string_view> choices = {};  ///< Of an enum.
  };

  std::string_view name;
  Form form;
  SettingContext context;
  std::string_view category;
  std::string_view description;
  Setting id = Setting::kNone;
  bool reported = false;  ///< Sent to PostgreSQL clients as ParameterStatus at start and on each change.
  bool binding = false;   ///< The meaning of a statement depends on it (see Settings::binding_hash).
};

/// bool, integer, real; string and enum as text.
using SettingValue = std::variant<bool, int64_t, double, std::string>;

/// All settings, in the order of the table.
std::span<const SettingDefinition> setting_definitions();
/// Null if there is none of that name. Case is ignored.
const SettingDefinition* find_setting(std::string_view name);
/// Precondition: not kNone.
const SettingDefinition& setting_definition(Setting setting);
/// Place in `setting_definitions()`.
size_t setting_index(const SettingDefinition& definition);

/// Reads a value as PostgreSQL does: units ("300ms", "64MB"), on/off/true/yes/1 and their beginnings, hexadecimal
/// numbers, names of choices without regard to case. Throws Error 22023 in PostgreSQL's words; `name` is as the user
/// wrote it.
SettingValue parse_setting(const SettingDefinition& definition, std::string_view name, std::string_view text);
/// The bare value ("65536"), as in pg_settings.setting.
std::string plain_setting_text(const SettingValue& value);
/// The value with its unit ("64MB"), as SHOW prints it.
std::string setting_text_with_unit(const SettingDefinition& definition, const SettingValue& value);
/// The value that the table gives, on this machine.
SettingValue default_setting(const SettingDefinition& definition);

/// "kB", "ms" …; empty for kNone. As in pg_settings.unit.
std::string_view unit_name(SettingUnit unit);
/// "bool", "integer", "real", "string", "enum": pg_settings.vartype.
std::string_view type_name(SettingType type);
/// "internal", "postmaster", "sighup", "superuser", "user": pg_settings.context.
std::string_view context_name(SettingContext context);

}  // namespace tidemark
