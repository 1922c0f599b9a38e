// SQLite in this process, by its shared library; the few declarations that are used stand here. Write-ahead log, 1 GiB
// of page cache, memory-mapped reads; tables with a primary key are clustered by it (WITHOUT ROWID), indexes are made
// before the load. Times are microseconds since 1970.
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
constexpr int kSqliteRow = 100;
constexpr int kSqliteDone = 101;
enum SqliteType : int { kSqliteInteger = 1, kSqliteFloat = 2, kSqliteText = 3 };

struct SqliteApi {
  SharedLibrary library{"libsqlite3.so.0"};
  const char* (*libversion)();
  int (*open)(const char*, Handle*);
  int (*close)(Handle);
  const char* (*errmsg)(Handle);
  int (*prepare_v2)(Handle, const char*, int, Handle*, const char**);
  int (*step)(Handle);
  int (*reset)(Handle);
  int (*finalize)(Handle);
  int (*column_count)(Handle);
  int (*column_type)(Handle, int);
  int64_t (*column_int64)(Handle, int);
  double (*column_double)(Handle, int);
  const char* (*column_text)(Handle, int);
  int (*bind_int64)(Handle, int, int64_t);
  int (*bind_double)(Handle, int, double);
  int (*bind_text)(Handle, int, const char*, int, void (*)(void*));

  SqliteApi() {
    library.bind(libversion, "sqlite3_libversion");
    library.bind(open, "sqlite3_open");
    library.bind(close, "sqlite3_close");
    library.bind(errmsg, "sqlite3_errmsg");
    library.bind(prepare_v2, "sqlite3_prepare_v2");
    library.bind(step, "sqlite3_step");
    library.bind(reset, "sqlite3_reset");
    library.bind(finalize, "sqlite3_finalize");
    library.bind(column_count, "sqlite3_column_count");
    library.bind(column_type, "sqlite3_column_type");
    library.bind(column_int64, "sqlite3_column_int64");
    library.bind(column_double, "sqlite3_column_double");
    library.bind(column_text, "sqlite3_column_text");
    library.bind(bind_int64, "sqlite3_bind_int64");
    library.bind(bind_double, "sqlite3_bind_double");
    library.bind(bind_text, "sqlite3_bind_text");
  }
};

class SqliteSession final : public PeerSession {
 public:
  SqliteSession(const SqliteApi& api, const std::string& file) : api_(api) {
    if (api_.open(file.c_str(), &database_) != 0) {
      throw Error(sqlstate::kConnectionException, "SQLite does not open its file");
    }
    for (const char* pragma :
         {"PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA cache_size = -1048576",
          "PRAGMA mmap_size = 17179869184", "PRAGMA temp_store = MEMORY", "PRAGMA busy_timeout = 60000"}) {
      run(pragma);
    }
  }
  ~SqliteSession() override { api_.close(database_); }
  SqliteSession(const SqliteSession&) = delete;
  SqliteSession& operator=(const SqliteSession&) = delete;

  uint64_t run(const std::string& query) override {
    uint64_t rows = 0;
    each_row(query, [&rows](Handle /*statement*/) { ++rows; });
    return rows;
  }

  Answer answer(const std::string& query) override {
    Answer answer;
    each_row(query, [&](Handle statement) {
      auto& cells = answer.rows.emplace_back();
      for (int column = 0; column < api_.column_count(statement); ++column) {
        switch (api_.column_type(statement, column)) {
          case kSqliteInteger:
            cells.emplace_back(static_cast<double>(api_.column_int64(statement, column)));
            break;
          case kSqliteFloat:
            cells.emplace_back(api_.column_double(statement, column));
            break;
          case kSqliteText:
            cells.emplace_back(std::string(api_.column_text(statement, column)));
            break;
          default:
            cells.emplace_back();
        }
      }
    });
    return answer;
  }

  std::function<void()> prepare_load(const TableSpec& spec, const TableBatch& batch, LoadForm form) override {
    if (form != LoadForm::kUsual && form != LoadForm::kPrepared) {
      return {};
    }
    return [this, &spec, &batch] { insert(spec, batch); };
  }

 private:
  using Statement = std::unique_ptr<void, int (*)(Handle)>;

  [[noreturn]] void fail() const {
    throw Error(sqlstate::kConnectionException, std::string("SQLite: ") + api_.errmsg(database_));
  }

  [[nodiscard]] Statement prepare(const std::string& sql) const {
    Handle statement = nullptr;
    if (api_.prepare_v2(database_, sql.c_str(), static_cast<int>(sql.size()), &statement, nullptr) != 0) {
      fail();
    }
    return {statement, api_.finalize};
  }

  template <class F>
  void each_row(const std::string& query, const F& visit) {
    const Statement statement = prepare(query);
    int state = api_.step(statement.get());
    for (; state == kSqliteRow; state = api_.step(statement.get())) {
      visit(statement.get());
    }
    if (state != kSqliteDone) {
      fail();
    }
  }

  void insert(const TableSpec& spec, const TableBatch& batch) {
    std::string sql = "INSERT INTO " + spec.name + " VALUES (?";
    for (size_t i = 1; i < spec.columns.size(); ++i) {
      sql += ", ?";
    }
    const Statement statement = prepare(sql + ")");
    run("BEGIN IMMEDIATE");
    for (size_t row = 0; row < batch.size; ++row) {
      for (size_t i = 0; i < spec.columns.size(); ++i) {
        const TableBatch::Column& column = batch.columns[i];
        const int place = static_cast<int>(i) + 1;
        switch (spec.columns[i].kind) {
          case ColumnKind::kTime:
          case ColumnKind::kInteger:
            api_.bind_int64(statement.get(), place, column.integers[row]);
            break;
          case ColumnKind::kFloat:
            api_.bind_double(statement.get(), place, column.floats[row]);
            break;
          case ColumnKind::kTag:
          case ColumnKind::kText: {
            const std::string_view text = column.text(row);
            // Null: the text stays where it is until the step is done.
            api_.bind_text(statement.get(), place, text.data(), static_cast<int>(text.size()), nullptr);
            break;
          }
        }
      }
      if (api_.step(statement.get()) != kSqliteDone) {
        fail();
      }
      api_.reset(statement.get());
    }
    run("COMMIT");
  }

  const SqliteApi& api_;
  Handle database_ = nullptr;
};

class SqlitePeer final : public Peer {
 public:
  explicit SqlitePeer(const std::string& folder) : folder_(folder) { std::filesystem::create_directories(folder); }

  [[nodiscard]] std::string name() const override { return "SQLite"; }
  [[nodiscard]] std::string version() const override { return api_.libversion(); }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kSqlite; }
  [[nodiscard]] bool embedded() const override { return true; }
  std::unique_ptr<PeerSession> connect() override {
    return std::make_unique<SqliteSession>(api_, folder_ + "/lite.db");
  }

  void create(const TableSpec& spec) override {
    const auto session = connect();
    session->run(
        create_table_sql(spec, {"INTEGER", "TEXT", "INTEGER", "REAL"}, spec.key.empty() ? "" : "WITHOUT ROWID"));
    create_indexes(*session, spec);
  }
  void settle(const TableSpec& spec) override {
    const auto session = connect();
    session->run("ANALYZE " + spec.name);
    session->run("PRAGMA wal_checkpoint(TRUNCATE)");
  }
  [[nodiscard]] uint64_t disk_bytes() const override { return folder_bytes(folder_); }

 private:
  SqliteApi api_;
  std::string folder_;
};

}  // namespace

std::unique_ptr<Peer> make_sqlite(const std::string& folder) { return std::make_unique<SqlitePeer>(folder); }

}  // namespace tidemark::bench
