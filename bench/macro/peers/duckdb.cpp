// DuckDB in this process, by the C API of its shared library; the few declarations that are used stand here, so that
// building needs no header. Loads go through its appender, a commit a batch. Its table has no index: its planner takes
// one only for a handful of rows, and rows that arrive in order of time are pruned by DuckDB's own zone maps.
#include <filesystem>
#include <memory>
#include <string>

#include "base/error.h"
#include "bench/macro/measure.h"
#include "bench/macro/peer.h"
#include "bench/macro/shared_library.h"

namespace tidemark::bench {
namespace {

using Handle = void*;
constexpr int kDuckSuccess = 0;

/// `duckdb_result`: deprecated fields first, then a pointer of its own. Passed by value in places.
struct DuckResult {
  uint64_t deprecated[5];
  void* internal;
};

/// `duckdb_string_t`, 16 bytes: up to twelve in place, else a prefix of four and a pointer.
union DuckString {
  struct {
    uint32_t length;
    char bytes[12];
  } inlined;
  struct {
    uint32_t length;
    char prefix[4];
    const char* pointer;
  } outside;
  [[nodiscard]] std::string text() const {
    return {inlined.length <= sizeof inlined.bytes ? inlined.bytes : outside.pointer, inlined.length};
  }
};
static_assert(sizeof(DuckString) == 16);

enum DuckType : int {
  kDuckBoolean = 1,
  kDuckInteger = 4,
  kDuckBigint = 5,
  kDuckDouble = 11,
  kDuckTimestamp = 12,
  kDuckHugeint = 16,
  kDuckVarchar = 17,
};

struct DuckDbApi {
  SharedLibrary library{"libduckdb.so"};
  const char* (*library_version)();
  int (*open)(const char*, Handle*);
  void (*close)(Handle*);
  int (*connect)(Handle, Handle*);
  void (*disconnect)(Handle*);
  int (*query)(Handle, const char*, DuckResult*);
  void (*destroy_result)(DuckResult*);
  const char* (*result_error)(DuckResult*);
  uint64_t (*column_count)(DuckResult*);
  int (*column_type)(DuckResult*, uint64_t);
  Handle (*fetch_chunk)(DuckResult);
  void (*destroy_data_chunk)(Handle*);
  uint64_t (*data_chunk_get_size)(Handle);
  Handle (*data_chunk_get_vector)(Handle, uint64_t);
  void* (*vector_get_data)(Handle);
  uint64_t* (*vector_get_validity)(Handle);
  int (*appender_create)(Handle, const char*, const char*, Handle*);
  const char* (*appender_error)(Handle);
  int (*appender_destroy)(Handle*);
  int (*appender_end_row)(Handle);
  int (*append_int64)(Handle, int64_t);
  int (*append_double)(Handle, double);
  int (*append_timestamp)(Handle, int64_t);
  int (*append_varchar_length)(Handle, const char*, uint64_t);

  DuckDbApi() {
    library.bind(library_version, "duckdb_library_version");
    library.bind(open, "duckdb_open");
    library.bind(close, "duckdb_close");
    library.bind(connect, "duckdb_connect");
    library.bind(disconnect, "duckdb_disconnect");
    library.bind(query, "duckdb_query");
    library.bind(destroy_result, "duckdb_destroy_result");
    library.bind(result_error, "duckdb_result_error");
    library.bind(column_count, "duckdb_column_count");
    library.bind(column_type, "duckdb_column_type");
    library.bind(fetch_chunk, "duckdb_fetch_chunk");
    library.bind(destroy_data_chunk, "duckdb_destroy_data_chunk");
    library.bind(data_chunk_get_size, "duckdb_data_chunk_get_size");
    library.bind(data_chunk_get_vector, "duckdb_data_chunk_get_vector");
    library.bind(vector_get_data, "duckdb_vector_get_data");
    library.bind(vector_get_validity, "duckdb_vector_get_validity");
    library.bind(appender_create, "duckdb_appender_create");
    library.bind(appender_error, "duckdb_appender_error");
    library.bind(appender_destroy, "duckdb_appender_destroy");
    library.bind(appender_end_row, "duckdb_appender_end_row");
    library.bind(append_int64, "duckdb_append_int64");
    library.bind(append_double, "duckdb_append_double");
    library.bind(append_timestamp, "duckdb_append_timestamp");
    library.bind(append_varchar_length, "duckdb_append_varchar_length");
  }
};

AnswerCell duckdb_cell(const void* data, size_t row, int type) {
  switch (type) {
    case kDuckBoolean:
      return static_cast<const uint8_t*>(data)[row] != 0 ? 1.0 : 0.0;
    case kDuckInteger:
      return static_cast<double>(static_cast<const int32_t*>(data)[row]);
    case kDuckBigint:
    case kDuckTimestamp:
      return static_cast<double>(static_cast<const int64_t*>(data)[row]);
    case kDuckDouble:
      return static_cast<const double*>(data)[row];
    case kDuckHugeint: {
      struct Wide {
        uint64_t lower;
        int64_t upper;
      };
      const Wide& value = static_cast<const Wide*>(data)[row];
      return static_cast<double>(value.upper) * 0x1p64 + static_cast<double>(value.lower);
    }
    case kDuckVarchar:
      return static_cast<const DuckString*>(data)[row].text();
    default:
      throw Error(sqlstate::kFeatureNotSupported, "the harness does not read DuckDB's type " + std::to_string(type));
  }
}

class DuckDbSession final : public PeerSession {
 public:
  DuckDbSession(const DuckDbApi& api, Handle database) : api_(api) {
    if (api_.connect(database, &connection_) != kDuckSuccess) {
      throw Error(sqlstate::kConnectionException, "could not connect to DuckDB");
    }
  }
  ~DuckDbSession() override { api_.disconnect(&connection_); }
  DuckDbSession(const DuckDbSession&) = delete;
  DuckDbSession& operator=(const DuckDbSession&) = delete;

  uint64_t run(const std::string& query) override {
    uint64_t rows = 0;
    each_chunk(query, [&](DuckResult& /*result*/, Handle chunk) { rows += api_.data_chunk_get_size(chunk); });
    return rows;
  }

  Answer answer(const std::string& query) override {
    Answer answer;
    each_chunk(query, [&](DuckResult& result, Handle chunk) {
      const size_t first = answer.rows.size();
      const uint64_t size = api_.data_chunk_get_size(chunk);
      answer.rows.resize(first + size);
      for (uint64_t column = 0; column < api_.column_count(&result); ++column) {
        const Handle vector = api_.data_chunk_get_vector(chunk, column);
        const void* data = api_.vector_get_data(vector);
        const uint64_t* validity = api_.vector_get_validity(vector);
        for (size_t row = 0; row < size; ++row) {
          const bool valid = validity == nullptr || ((validity[row / 64] >> (row % 64)) & 1) != 0;
          answer.rows[first + row].push_back(valid ? duckdb_cell(data, row, api_.column_type(&result, column))
                                                   : AnswerCell{});
        }
      }
    });
    return answer;
  }

  std::function<void()> prepare_load(const TableSpec& spec, const TableBatch& batch, LoadForm form) override {
    if (form != LoadForm::kUsual) {
      return {};
    }
    return [this, &spec, &batch] { append(spec, batch); };
  }

 private:
  template <class F>
  void each_chunk(const std::string& query, const F& visit) {
    DuckResult result{};
    const int state = api_.query(connection_, query.c_str(), &result);
    const std::unique_ptr<DuckResult, decltype(api_.destroy_result)> owner(&result, api_.destroy_result);
    if (state != kDuckSuccess) {
      throw Error(sqlstate::kConnectionException, std::string("DuckDB: ") + api_.result_error(&result));
    }
    while (Handle chunk = api_.fetch_chunk(result)) {
      visit(result, chunk);
      api_.destroy_data_chunk(&chunk);
    }
  }

  void append(const TableSpec& spec, const TableBatch& batch) {
    Handle appender = nullptr;
    int failed = api_.appender_create(connection_, nullptr, spec.name.c_str(), &appender);
    for (size_t row = 0; row < batch.size && failed == kDuckSuccess; ++row) {
      for (size_t i = 0; i < spec.columns.size(); ++i) {
        const TableBatch::Column& column = batch.columns[i];
        switch (spec.columns[i].kind) {
          case ColumnKind::kTime:
            failed |= api_.append_timestamp(appender, column.integers[row]);
            break;
          case ColumnKind::kInteger:
            failed |= api_.append_int64(appender, column.integers[row]);
            break;
          case ColumnKind::kFloat:
            failed |= api_.append_double(appender, column.floats[row]);
            break;
          case ColumnKind::kTag:
          case ColumnKind::kText: {
            const std::string_view text = column.text(row);
            failed |= api_.append_varchar_length(appender, text.data(), text.size());
            break;
          }
        }
      }
      failed |= api_.appender_end_row(appender);
    }
    const char* error = failed != kDuckSuccess ? api_.appender_error(appender) : nullptr;
    const std::string problem = error == nullptr ? "the appender failed" : error;
    failed |= api_.appender_destroy(&appender);
    if (failed != kDuckSuccess) {
      throw Error(sqlstate::kConnectionException, "DuckDB: " + problem);
    }
  }

  const DuckDbApi& api_;
  Handle connection_ = nullptr;
};

class DuckDbPeer final : public Peer {
 public:
  explicit DuckDbPeer(const std::string& folder) : folder_(folder) {
    std::filesystem::create_directories(folder);
    if (api_.open((folder + "/duck.db").c_str(), &database_) != kDuckSuccess) {
      throw Error(sqlstate::kConnectionException, "DuckDB does not open its file");
    }
  }
  ~DuckDbPeer() override { api_.close(&database_); }
  DuckDbPeer(const DuckDbPeer&) = delete;
  DuckDbPeer& operator=(const DuckDbPeer&) = delete;

  [[nodiscard]] std::string name() const override { return "DuckDB"; }
  [[nodiscard]] std::string version() const override { return api_.library_version(); }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kDuckDb; }
  [[nodiscard]] bool embedded() const override { return true; }
  std::unique_ptr<PeerSession> connect() override { return std::make_unique<DuckDbSession>(api_, database_); }

  void create(const TableSpec& spec) override {
    TableSpec keyless = spec;
    keyless.key.clear();
    connect()->run(create_table_sql(keyless, {"TIMESTAMP", "VARCHAR", "BIGINT", "DOUBLE"}));
  }
  void settle(const TableSpec& /*spec*/) override { connect()->run("CHECKPOINT"); }
  [[nodiscard]] uint64_t disk_bytes() const override { return folder_bytes(folder_); }

 private:
  DuckDbApi api_;
  std::string folder_;
  Handle database_ = nullptr;
};

}  // namespace

std::unique_ptr<Peer> make_duckdb(const std::string& folder) { return std::make_unique<DuckDbPeer>(folder); }

}  // namespace tidemark::bench
