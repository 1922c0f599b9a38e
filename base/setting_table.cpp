// THE table of settings: flags, lines of the config file, SET, SHOW and pg_settings all come from here.
// To add a setting: a row; if our code reads it, also an id in base/setting_definition.h.
// PostgreSQL's own settings keep their names, units, bounds and meanings; those of the last block are there so that
// clients and tools can set them, and change nothing.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <thread>

#include "base/check.h"
#include "base/setting_definition.h"

namespace tidemark {
namespace {

using enum SettingContext;
using enum SettingUnit;
using Form = SettingDefinition::Form;

constexpr int64_t kIntegerMax = std::numeric_limits<int32_t>::max();  // PostgreSQL's: kB reach 2 TB, ms 24 days.
constexpr double kRealMax = std::numeric_limits<double>::max();

constexpr Form boolean(bool value) { return {.type = SettingType::kBool, .default_bool = value}; }
constexpr Form integer(int64_t value, int64_t min, int64_t max, SettingUnit unit = SettingUnit::kNone) {
  return {
      .type = SettingType::kInteger, .unit = unit, .default_integer = value, .integer_min = min, .integer_max = max};
}
constexpr Form machine_integer(int64_t (*value)(), int64_t min, int64_t max, SettingUnit unit = SettingUnit::kNone) {
  return {
      .type = SettingType::kInteger, .unit = unit, .machine_default = value, .integer_min = min, .integer_max = max};
}
constexpr Form real(double value, double min, double max) {
  return {.type = SettingType::kReal, .default_real = value, .real_min = min, .real_max = max};
}
constexpr Form string(std::string_view value) { return {.type = SettingType::kString, .default_text = value}; }
constexpr Form one_of(std::string_view value, std::span<const std::string_view> choices) {
  return {.type = SettingType::kEnum, .default_text = value, .choices = choices};
}

/// That many percent of the machine's memory, in kB.
template <int64_t percent>
int64_t memory_share() {
  static const int64_t machine_bytes = static_cast<int64_t>(::sysconf(_SC_PHYS_PAGES)) * ::sysconf(_SC_PAGESIZE);
  return std::clamp<int64_t>(machine_bytes / 100 * percent / 1024, 65'536, kIntegerMax);
}
int64_t processor_count() { return std::max<int64_t>(1, std::thread::hardware_concurrency()); }

constexpr int64_t kKilobyte = 1;  // In settings whose unit is kB.
constexpr int64_t kMegabyte = 1024 * kKilobyte;
constexpr int64_t kGigabyte = 1024 * kMegabyte;

constexpr std::string_view kAuthMethods[] = {"auto", "trust", "scram-sha-256"};
constexpr std::string_view kBackslashQuotes[] = {"safe_encoding", "on", "off"};
constexpr std::string_view kByteaOutputs[] = {"escape", "hex"};
constexpr std::string_view kCommitLevels[] = {"local", "remote_write", "remote_apply", "on", "off"};
constexpr std::string_view kIntervalStyles[] = {"postgres", "postgres_verbose", "sql_standard", "iso_8601"};
constexpr std::string_view kIsolationLevels[] = {"serializable", "repeatable read", "read committed",
                                                 "read uncommitted"};
constexpr std::string_view kLogLevels[] = {"debug", "info", "warning", "error", "off"};
constexpr std::string_view kMessageLevels[] = {"debug5", "debug4", "debug3",  "debug2", "debug1",
                                               "log",    "notice", "warning", "error"};
constexpr std::string_view kPasswordEncryptions[] = {"scram-sha-256"};
constexpr std::string_view kPlanCacheModes[] = {"auto", "force_generic_plan", "force_custom_plan"};
constexpr std::string_view kReplicationRoles[] = {"origin", "replica", "local"};
constexpr std::string_view kStatementKinds[] = {"none", "ddl", "mod", "all"};
constexpr std::string_view kToastCompressions[] = {"pglz", "lz4"};
constexpr std::string_view kParallelModes[] = {"off", "on", "regress"};
constexpr std::string_view kTriStates[] = {"partition", "on", "off"};
constexpr std::string_view kXmlBinaries[] = {"base64", "hex"};
constexpr std::string_view kXmlOptions[] = {"content", "document"};

constexpr std::string_view kConnections = "Connections and Authentication";
constexpr std::string_view kStorage = "Storage";
constexpr std::string_view kResources = "Resource Usage";
constexpr std::string_view kDialect = "Query Language";
constexpr std::string_view kClient = "Client Connection Defaults";
constexpr std::string_view kPreset = "Preset Options";
constexpr std::string_view kReporting = "Reporting and Logging";
constexpr std::string_view kCompatibility = "Compatibility (without effect)";

// clang-format off
constexpr SettingDefinition kTable[] = {
  // --- Connections
  {"listen", string("127.0.0.1"), kPostmaster, kConnections, "Address that both doors listen on.", Setting::kListen},
  {"pg_port", integer(5433, 0, 65535), kPostmaster, kConnections, "Port for PostgreSQL clients; 0 picks a free one.", Setting::kPgPort},
  {"http_port", integer(8086, 0, 65535), kPostmaster, kConnections, "Port for InfluxDB clients and the console; 0 picks a free one.", Setting::kHttpPort},
  {"auth", one_of("auto", kAuthMethods), kPostmaster, kConnections, "Who is let in: auto admits all on loopback until a role has a password.", Setting::kAuth},
  {"max_connections", integer(100, 1, 262143), kPostmaster, kConnections, "Connections of PostgreSQL clients at once.", Setting::kMaxConnections},
  {"superuser_reserved_connections", integer(3, 0, 262143), kPostmaster, kConnections, "Connections that are kept free for superusers.", Setting::kSuperuserReservedConnections},
  {"unauthenticated_connections_max", integer(64, 1, 262143), kSighup, kConnections, "Connections at once that have not yet proved who they are.", Setting::kUnauthenticatedConnectionsMax},
  {"authentication_timeout", integer(60, 1, 600, kSeconds), kSighup, kConnections, "Time for TLS, startup and authentication together.", Setting::kAuthenticationTimeout},
  {"max_message_size", integer(256 * kMegabyte, 64, kGigabyte, kKilobytes), kSighup, kConnections, "Longest message of a client; checked before memory is taken.", Setting::kMaxMessageSize},
  {"statement_bytes_max", integer(64 * kMegabyte, 1, kGigabyte, kKilobytes), kSuperuser, kConnections, "Longest statement text.", Setting::kStatementBytesMax},
  {"result_buffer_bytes", integer(kMegabyte, 8, kGigabyte, kKilobytes), kSighup, kConnections, "Result bytes that wait for a slow reader, per connection.", Setting::kResultBufferBytes},
  {"ssl", boolean(false), kPostmaster, kConnections, "Offers TLS; needs ssl_cert_file and ssl_key_file.", Setting::kSsl},
  {"ssl_required", boolean(false), kPostmaster, kConnections, "Refuses connections from other machines without TLS.", Setting::kSslRequired},
  {"ssl_cert_file", string(""), kPostmaster, kConnections, "Certificate chain in PEM form.", Setting::kSslCertFile},
  {"ssl_key_file", string(""), kPostmaster, kConnections, "Private key in PEM form, readable by its owner only.", Setting::kSslKeyFile},
  {"http_connections_max", integer(1000, 1, 262143), kSighup, kConnections, "HTTP connections at once.", Setting::kHttpConnectionsMax},
  {"http_header_bytes_max", integer(16, 1, kMegabyte, kKilobytes), kSighup, kConnections, "Longest HTTP header.", Setting::kHttpHeaderBytesMax},
  {"http_body_bytes_max", integer(25'000'000, 1, kIntegerMax, kBytes), kSighup, kConnections, "Longest HTTP body as it is sent.", Setting::kHttpBodyBytesMax},
  {"http_gzip_ratio_max", integer(10, 1, 1000), kSighup, kConnections, "A compressed body may unpack to that many times http_body_bytes_max.", Setting::kHttpGzipRatioMax},
  {"http_header_timeout", integer(10, 1, 3600, kSeconds), kSighup, kConnections, "Time for a client to send its header.", Setting::kHttpHeaderTimeout},
  {"http_body_timeout", integer(30, 1, 3600, kSeconds), kSighup, kConnections, "Longest pause of a client within a body.", Setting::kHttpBodyTimeout},
  {"http_keep_alive_timeout", integer(60, 1, 86400, kSeconds), kSighup, kConnections, "Longest pause between two requests of a connection.", Setting::kHttpKeepAliveTimeout},

  // --- Data folder
  {"data", string(""), kPostmaster, kStorage, "The data folder.", Setting::kData},
  {"config", string(""), kPostmaster, kStorage, "The config file: lines of name = value.", Setting::kConfig},
  {"synchronous_commit", one_of("on", kCommitLevels), kUser, kStorage, "off acknowledges before the log is on disk: a crash may lose the last commits. All other values mean on.", Setting::kSynchronousCommit},
  {"memtable_bytes_max", integer(256 * kMegabyte, 64, kIntegerMax, kKilobytes), kSighup, kStorage, "Memory of all rows that are not yet in segments; flushed beyond, and writers wait at twice that.", Setting::kMemtableBytesMax},
  {"write_stall_timeout", integer(30, 1, 3600, kSeconds), kSighup, kStorage, "Longest time that a writer waits for memory before it is refused.", Setting::kWriteStallTimeout},
  {"wal_file_bytes", integer(64 * kMegabyte, 64, kGigabyte, kKilobytes), kPostmaster, kStorage, "Size at which a new log file begins.", Setting::kWalFileBytes},
  {"page_cache_bytes", machine_integer(memory_share<15>, 0, kIntegerMax, kKilobytes), kSighup, kStorage, "Memory for pages of segments. By default 15 % of the machine's.", Setting::kPageCacheBytes},
  {"background_workers", integer(4, 1, 64), kPostmaster, kStorage, "Threads for flush, compaction, retention and syncs that nobody waits for.", Setting::kBackgroundWorkers},
  {"compaction_rate_max", integer(0, 0, kIntegerMax, kKilobytes), kSighup, kStorage, "Bytes a second that compaction may write; 0 is no limit.", Setting::kCompactionRateMax},
  {"cold_after", integer(0, 0, 315'360'000, kSeconds), kPostmaster, kStorage, "Windows that ended so long ago are rewritten for size, which reads more slowly; 0 leaves all as they are.", Setting::kColdAfter},
  {"retention_check_interval", integer(60, 1, 86400, kSeconds), kPostmaster, kStorage, "How often files beyond their retention are removed.", Setting::kRetentionCheckInterval},
  {"batch_bytes_max", integer(256 * kMegabyte, 64, kIntegerMax, kKilobytes), kSighup, kStorage, "Largest batch that one commit writes.", Setting::kBatchBytesMax},
  {"value_bytes_max", integer(64 * kMegabyte, 1, kGigabyte, kKilobytes), kSighup, kStorage, "Longest single value.", Setting::kValueBytesMax},
  {"columns_max", integer(4096, 1, 32767), kSighup, kStorage, "Columns of a table.", Setting::kColumnsMax},
  {"series_max", integer(0, 0, kIntegerMax), kSighup, kStorage, "Series of a database that line protocol may create; 0 is no limit.", Setting::kSeriesMax},
  {"tables_max", integer(10'000, 1, kIntegerMax), kSighup, kStorage, "Tables of a database.", Setting::kTablesMax},
  {"line_tags_max", integer(256, 1, 4096), kSighup, kStorage, "Tags of one point of line protocol.", Setting::kLineTagsMax},
  {"line_key_bytes_max", integer(64, 1, kMegabyte, kKilobytes), kSighup, kStorage, "Measurement and tags of one point of line protocol together.", Setting::kLineKeyBytesMax},
  {"copy_server_files", boolean(true), kSighup, kStorage, "Lets superusers COPY from and to files on the server's machine.", Setting::kCopyServerFiles},

  // --- Queries
  {"memory_limit", machine_integer(memory_share<60>, kMegabyte, kIntegerMax, kKilobytes), kSighup, kResources, "Memory of all queries, memtables and caches. By default 60 % of the machine's.", Setting::kMemoryLimit},
  {"query_memory_limit", machine_integer(memory_share<25>, kMegabyte, kIntegerMax, kKilobytes), kUser, kResources, "Memory of one query. By default 25 % of the machine's.", Setting::kQueryMemoryLimit},
  {"work_mem", integer(256 * kMegabyte, 64, kIntegerMax, kKilobytes), kUser, kResources, "Memory of one sort, aggregate or join before it goes to disk.", Setting::kWorkMem},
  {"temp_file_limit", integer(-1, -1, kIntegerMax, kKilobytes), kSuperuser, kResources, "Size of a query's temporary files; -1 is half of the free space.", Setting::kTempFileLimit},
  {"max_parallel_workers", machine_integer(processor_count, 0, 1024), kUser, kResources, "Threads that one query may use beside its own. By default one a processor.", Setting::kMaxParallelWorkers},
  {"nesting_depth_max", integer(1000, 10, 10'000), kSuperuser, kResources, "Depth to which expressions and subqueries may nest.", Setting::kNestingDepthMax},
  {"statement_timeout", integer(0, 0, kIntegerMax, kMilliseconds), kUser, kClient, "Time after which a statement is cancelled; 0 is never.", Setting::kStatementTimeout},
  {"lock_timeout", integer(0, 0, kIntegerMax, kMilliseconds), kUser, kClient, "Longest wait for a lock; 0 is no limit.", Setting::kLockTimeout},
  {"idle_in_transaction_session_timeout", integer(0, 0, kIntegerMax, kMilliseconds), kUser, kClient, "Longest pause within a transaction; 0 is no limit.", Setting::kIdleInTransactionSessionTimeout},
  {"idle_session_timeout", integer(0, 0, kIntegerMax, kMilliseconds), kUser, kClient, "Longest pause outside a transaction; 0 is no limit.", Setting::kIdleSessionTimeout},
  {"plan_cache_mode", one_of("auto", kPlanCacheModes), kUser, kResources, "force_custom_plan plans each execution anew.", Setting::kPlanCacheMode},
  {"plan_cache_entries_max", integer(1000, 0, 1'000'000), kSighup, kResources, "Plans that are kept; 0 keeps none.", Setting::kPlanCacheEntriesMax},
  {"disabled_rules", string(""), kUser, kResources, "Optimizer rules to leave out, by name, separated by commas.", Setting::kDisabledRules, false, true},
  {"tidemark.implicit_group_by", boolean(false), kUser, kDialect, "Lets SELECT a, count() FROM t group by a by itself.", Setting::kImplicitGroupBy, false, true},
  {"tidemark.timestamp_digits", integer(6, 6, 9), kUser, kDialect, "Digits of a second in the text form of nanosecond times for PostgreSQL clients.", Setting::kTimestampDigits},
  {"influxql.extended", boolean(false), kUser, kDialect, "Gives InfluxQL queries that InfluxDB 1.x answers with nothing the answer that was meant.", Setting::kInfluxqlExtended, false, true},
  {"influxql.strict", boolean(false), kUser, kDialect, "Refuses in InfluxQL what InfluxDB 1.x refuses.", Setting::kInfluxqlStrict, false, true},

  // --- The session as PostgreSQL's clients see it
  {"application_name", string(""), kUser, kReporting, "Name that the client gave itself.", Setting::kApplicationName, true},
  {"search_path", string("\"$user\", public"), kUser, kClient, "Schemas in which names without a schema are looked up.", Setting::kSearchPath, false, true},
  {"TimeZone", string("UTC"), kUser, kClient, "Time zone of times that are shown or read without one.", Setting::kTimeZone, true, true},
  {"DateStyle", string("ISO, MDY"), kUser, kClient, "Form of dates, and the order of their parts where that is open.", Setting::kDateStyle, true, true},
  {"IntervalStyle", one_of("postgres", kIntervalStyles), kUser, kClient, "Form of intervals.", Setting::kIntervalStyle, true, true},
  {"extra_float_digits", integer(1, -15, 3), kUser, kClient, "Digits of floats; above 0 the shortest that reads back exactly.", Setting::kExtraFloatDigits},
  {"bytea_output", one_of("hex", kByteaOutputs), kUser, kClient, "Text form of bytea.", Setting::kByteaOutput},
  {"client_encoding", string("UTF8"), kUser, kClient, "Encoding of the client: UTF8 only.", Setting::kClientEncoding, true},
  {"client_min_messages", one_of("notice", kMessageLevels), kUser, kClient, "Least level of messages that are sent to the client.", Setting::kClientMinMessages},
  {"standard_conforming_strings", boolean(true), kUser, kDialect, "Takes a backslash in '...' literally.", Setting::kStandardConformingStrings, true, true},
  {"backslash_quote", one_of("safe_encoding", kBackslashQuotes), kUser, kDialect, "Whether \\' stands for a quote in E'...'.", Setting::kBackslashQuote, false, true},
  {"transform_null_equals", boolean(false), kUser, kDialect, "Takes x = NULL as x IS NULL.", Setting::kTransformNullEquals, false, true},
  {"transaction_isolation", one_of("read committed", kIsolationLevels), kUser, kClient, "Isolation of the current transaction.", Setting::kTransactionIsolation},
  {"transaction_read_only", boolean(false), kUser, kClient, "Whether the current transaction may write.", Setting::kTransactionReadOnly},
  {"transaction_deferrable", boolean(false), kUser, kClient, "Whether the current transaction may wait before it starts.", Setting::kTransactionDeferrable},
  {"default_transaction_isolation", one_of("read committed", kIsolationLevels), kUser, kClient, "Isolation of new transactions.", Setting::kDefaultTransactionIsolation},
  {"default_transaction_read_only", boolean(false), kUser, kClient, "Whether new transactions may not write.", Setting::kDefaultTransactionReadOnly, true},
  {"default_transaction_deferrable", boolean(false), kUser, kClient, "Whether new transactions may wait before they start.", Setting::kDefaultTransactionDeferrable},
  {"password_encryption", one_of("scram-sha-256", kPasswordEncryptions), kUser, kConnections, "How passwords are stored.", Setting::kPasswordEncryption},
  {"default_text_search_config", string("pg_catalog.english"), kUser, kClient, "Configuration of full-text functions that name none.", Setting::kDefaultTextSearchConfig},
  {"xmlbinary", one_of("base64", kXmlBinaries), kUser, kClient, "Form of binary values in XML.", Setting::kXmlbinary},

  // --- The server as they see it
  {"server_version", string("15.12"), kInternal, kPreset, "Version of PostgreSQL that clients may expect.", Setting::kServerVersion, true},
  {"server_version_num", integer(150012, 150012, 150012), kInternal, kPreset, "The same as a number.", Setting::kServerVersionNum},
  {"server_encoding", string("UTF8"), kInternal, kPreset, "Encoding of the data.", Setting::kServerEncoding, true},
  {"is_superuser", boolean(true), kInternal, kPreset, "Whether the current role is a superuser.", Setting::kIsSuperuser, true},
  {"session_authorization", string(""), kInternal, kPreset, "The role that logged in.", Setting::kSessionAuthorization, true},
  {"in_hot_standby", boolean(false), kInternal, kPreset, "Whether the server follows another one.", Setting::kInHotStandby, true},
  {"integer_datetimes", boolean(true), kInternal, kPreset, "Times are integers.", Setting::kNone, true},
  {"max_identifier_length", integer(1024, 1024, 1024), kInternal, kPreset, "Longest name in bytes.", Setting::kMaxIdentifierLength},
  {"max_index_keys", integer(32, 32, 32), kInternal, kPreset, "Columns of an index."},
  {"max_function_args", integer(100, 100, 100), kInternal, kPreset, "Arguments of a function."},
  {"block_size", integer(8192, 8192, 8192), kInternal, kPreset, "PostgreSQL's page size, for tools that compute with it."},
  {"lc_collate", string("C"), kInternal, kPreset, "Order of text: by bytes."},
  {"lc_ctype", string("C"), kInternal, kPreset, "Classes of characters."},

  // --- Log
  {"log_level", one_of("info", kLogLevels), kSighup, kReporting, "Least level of what goes into the server's log.", Setting::kLogLevel},
  {"log_statement", one_of("none", kStatementKinds), kSuperuser, kReporting, "Statements that are logged.", Setting::kLogStatement},
  {"log_min_duration_statement", integer(-1, -1, kIntegerMax, kMilliseconds), kSuperuser, kReporting, "Logs statements that took at least this long; -1 logs none.", Setting::kLogMinDurationStatement},

  // --- Accepted because clients and tools send them; they change nothing
  {"array_nulls", boolean(true), kUser, kCompatibility, "PostgreSQL: NULL in array literals."},
  {"check_function_bodies", boolean(true), kUser, kCompatibility, "PostgreSQL: checks bodies of functions."},
  {"client_connection_check_interval", integer(0, 0, kIntegerMax, kMilliseconds), kUser, kCompatibility, "PostgreSQL: looks for lost clients during a query."},
  {"constraint_exclusion", one_of("partition", kTriStates), kUser, kCompatibility, "PostgreSQL: planning with constraints."},
  {"cursor_tuple_fraction", real(0.1, 0, 1), kUser, kCompatibility, "PostgreSQL: planning of cursors."},
  {"default_statistics_target", integer(100, 1, 10'000), kUser, kCompatibility, "PostgreSQL: detail of statistics."},
  {"default_table_access_method", string("heap"), kUser, kCompatibility, "PostgreSQL: storage of new tables."},
  {"default_tablespace", string(""), kUser, kCompatibility, "PostgreSQL: place of new tables."},
  {"default_toast_compression", one_of("pglz", kToastCompressions), kUser, kCompatibility, "PostgreSQL: compression of long values."},
  {"effective_cache_size", integer(4 * kGigabyte, 8, kIntegerMax, kKilobytes), kUser, kCompatibility, "PostgreSQL: planning with the size of caches."},
  {"effective_io_concurrency", integer(1, 0, 1000), kUser, kCompatibility, "PostgreSQL: reads at once."},
  {"enable_bitmapscan", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_gathermerge", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_hashagg", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_hashjoin", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_incremental_sort", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_indexonlyscan", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_indexscan", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_material", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_memoize", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_mergejoin", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_nestloop", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_parallel_append", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_parallel_hash", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_partition_pruning", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_partitionwise_aggregate", boolean(false), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_partitionwise_join", boolean(false), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_seqscan", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_sort", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"enable_tidscan", boolean(true), kUser, kCompatibility, "PostgreSQL: planner method."},
  {"escape_string_warning", boolean(true), kUser, kCompatibility, "PostgreSQL: warns of backslashes in literals."},
  {"force_parallel_mode", one_of("off", kParallelModes), kUser, kCompatibility, "PostgreSQL: planner's use of parallel plans."},
  {"from_collapse_limit", integer(8, 1, kIntegerMax), kUser, kCompatibility, "PostgreSQL: planning of subqueries."},
  {"geqo", boolean(true), kUser, kCompatibility, "PostgreSQL: planning of many joins."},
  {"geqo_threshold", integer(12, 2, kIntegerMax), kUser, kCompatibility, "PostgreSQL: planning of many joins."},
  {"hash_mem_multiplier", real(2, 1, 1000), kUser, kCompatibility, "PostgreSQL: memory of hash tables; see work_mem."},
  {"jit", boolean(false), kUser, kCompatibility, "PostgreSQL: compiles queries."},
  {"jit_above_cost", real(100'000, -1, kRealMax), kUser, kCompatibility, "PostgreSQL: compiles queries."},
  {"join_collapse_limit", integer(8, 1, kIntegerMax), kUser, kCompatibility, "PostgreSQL: planning of joins."},
  {"lc_messages", string("C"), kSuperuser, kCompatibility, "PostgreSQL: language of messages."},
  {"lc_monetary", string("C"), kUser, kCompatibility, "PostgreSQL: form of money."},
  {"lc_numeric", string("C"), kUser, kCompatibility, "PostgreSQL: form of numbers in to_char."},
  {"lc_time", string("C"), kUser, kCompatibility, "PostgreSQL: names of days and months in to_char."},
  {"maintenance_work_mem", integer(64 * kMegabyte, kMegabyte, kIntegerMax, kKilobytes), kUser, kCompatibility, "PostgreSQL: memory of index builds."},
  {"max_parallel_maintenance_workers", integer(2, 0, 1024), kUser, kCompatibility, "PostgreSQL: threads of index builds."},
  {"max_stack_depth", integer(2 * kMegabyte, 100 * kKilobyte, kIntegerMax, kKilobytes), kSuperuser, kCompatibility, "PostgreSQL: depth of recursion; it is as the system allows."},
  {"min_parallel_index_scan_size", integer(512 * kKilobyte, 0, kIntegerMax, kKilobytes), kUser, kCompatibility, "PostgreSQL: planner's use of parallel plans."},
  {"min_parallel_table_scan_size", integer(8 * kMegabyte, 0, kIntegerMax, kKilobytes), kUser, kCompatibility, "PostgreSQL: planner's use of parallel plans."},
  {"parallel_leader_participation", boolean(true), kUser, kCompatibility, "PostgreSQL: planner's use of parallel plans."},
  {"parallel_setup_cost", real(1000, 0, kRealMax), kUser, kCompatibility, "PostgreSQL: planner cost."},
  {"parallel_tuple_cost", real(0.1, 0, kRealMax), kUser, kCompatibility, "PostgreSQL: planner cost."},
  {"max_parallel_workers_per_gather", integer(2, 0, 1024), kUser, kCompatibility, "PostgreSQL: threads of one plan node; see max_parallel_workers."},
  {"max_prepared_transactions", integer(0, 0, 0), kInternal, kCompatibility, "PostgreSQL: transactions in two phases."},
  {"quote_all_identifiers", boolean(false), kUser, kCompatibility, "PostgreSQL: quotes in generated SQL."},
  {"random_page_cost", real(4, 0, kRealMax), kUser, kCompatibility, "PostgreSQL: planner cost."},
  {"row_security", boolean(true), kUser, kCompatibility, "PostgreSQL: policies of rows."},
  {"seq_page_cost", real(1, 0, kRealMax), kUser, kCompatibility, "PostgreSQL: planner cost."},
  {"session_replication_role", one_of("origin", kReplicationRoles), kSuperuser, kCompatibility, "PostgreSQL: which triggers fire."},
  {"synchronize_seqscans", boolean(true), kUser, kCompatibility, "PostgreSQL: scans that share their reads."},
  {"tcp_keepalives_count", integer(0, 0, kIntegerMax), kUser, kCompatibility, "PostgreSQL: TCP option."},
  {"tcp_keepalives_idle", integer(0, 0, kIntegerMax, kSeconds), kUser, kCompatibility, "PostgreSQL: TCP option."},
  {"tcp_keepalives_interval", integer(0, 0, kIntegerMax, kSeconds), kUser, kCompatibility, "PostgreSQL: TCP option."},
  {"tcp_user_timeout", integer(0, 0, kIntegerMax, kMilliseconds), kUser, kCompatibility, "PostgreSQL: TCP option."},
  {"temp_buffers", integer(8 * kMegabyte, 800, kIntegerMax, kKilobytes), kUser, kCompatibility, "PostgreSQL: memory of temporary tables."},
  {"temp_tablespaces", string(""), kUser, kCompatibility, "PostgreSQL: place of temporary tables."},
  {"timezone_abbreviations", string("Default"), kUser, kCompatibility, "PostgreSQL: file of short time zone names."},
  {"track_activities", boolean(true), kSuperuser, kCompatibility, "PostgreSQL: shows what sessions do."},
  {"vacuum_cost_delay", real(0, 0, 100), kUser, kCompatibility, "PostgreSQL: slows VACUUM."},
  {"xmloption", one_of("content", kXmlOptions), kUser, kCompatibility, "PostgreSQL: XML documents or fragments."},
};
// clang-format on

constexpr size_t kSettingCount = static_cast<size_t>(Setting::kCount);

/// Row of each Setting.
constexpr std::array<size_t, kSettingCount> kRowOfSetting = [] {
  std::array<size_t, kSettingCount> rows{};
  rows.fill(std::size(kTable));
  for (size_t row = 0; row < std::size(kTable); ++row) {
    if (kTable[row].id != Setting::kNone) {
      rows[static_cast<size_t>(kTable[row].id)] = row;
    }
  }
  return rows;
}();
static_assert(std::count(kRowOfSetting.begin(), kRowOfSetting.end(), std::size(kTable)) == 1,
              "each Setting but kNone has a row");

}  // namespace

std::span<const SettingDefinition> setting_definitions() { return kTable; }

const SettingDefinition& setting_definition(Setting setting) {
  TIDEMARK_ASSERT(setting > Setting::kNone && setting < Setting::kCount);
  return kTable[kRowOfSetting[static_cast<size_t>(setting)]];
}

size_t setting_index(const SettingDefinition& definition) { return static_cast<size_t>(&definition - kTable); }

}  // namespace tidemark
