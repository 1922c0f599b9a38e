// Tidemark through its embedded API: queries by Connection, loads by line protocol or by the appender.
#include <charconv>
#include <memory>
#include <string>

#include "base/error.h"
#include "bench/macro/measure.h"
#include "bench/macro/peer.h"
#include "tidemark/database.h"

namespace tidemark::bench {
namespace {

constexpr int64_t kMicrosecondsTo2000 = 946'684'800'000'000;

AnswerCell vector_cell(const Vector& column, size_t row, const TypeIoOptions& io) {
  if (column.is_null(row)) {
    return {};
  }
  const LogicalType type = column.type();
  const Value value = column.value(row);
  switch (type.id) {
    case TypeId::kTimestampTzNs:
      return static_cast<double>(value.as_int64() / 1000);
    case TypeId::kTimestamp:
    case TypeId::kTimestampTz:
      return static_cast<double>(value.as_int64() + kMicrosecondsTo2000);
    case TypeId::kBoolean:
    case TypeId::kInt16:
    case TypeId::kInt32:
    case TypeId::kInt64:
      return static_cast<double>(value.as_int64());
    case TypeId::kUInt64:
      return static_cast<double>(value.as_uint64());
    case TypeId::kFloat32:
    case TypeId::kFloat64:
      return value.as_double();
    default: {
      std::string text;
      append_text(text, column, row, io);
      if (type.id == TypeId::kNumeric) {
        return std::stod(text);
      }
      return text;
    }
  }
}

class EmbeddedSession final : public PeerSession {
 public:
  explicit EmbeddedSession(Database& database) : connection_(database.connect()) {}

  uint64_t run(const std::string& query) override {
    const auto result = connection_->query(query);
    DataChunk chunk;
    uint64_t rows = 0;
    while (result->kind() == Result::Kind::kRows && result->next(chunk)) {
      rows += chunk.size;
    }
    return rows;
  }

  Answer answer(const std::string& query) override {
    const auto result = connection_->query(query);
    Answer answer;
    DataChunk chunk;
    while (result->next(chunk)) {
      for (size_t row = 0; row < chunk.size; ++row) {
        auto& cells = answer.rows.emplace_back();
        for (const Vector& column : chunk.columns) {
          cells.push_back(vector_cell(column, row, connection_->io_options()));
        }
      }
    }
    return answer;
  }

  std::function<void()> prepare_load(const TableSpec& spec, const TableBatch& batch, LoadForm form) override {
    switch (form) {
      case LoadForm::kUsual:
        return spec.line_protocol ? write_lines(spec, batch) : [this, &spec, &batch] { append(spec, batch); };
      case LoadForm::kLineProtocol:
        return write_lines(spec, batch);
      case LoadForm::kInsert:
        return run_all(insert_statements(spec, batch, "INSERT"));
      case LoadForm::kUpsert:
        return run_all(insert_statements(spec, batch, "UPSERT"));
      default:
        return {};
    }
  }

 private:
  std::function<void()> write_lines(const TableSpec& spec, const TableBatch& batch) {
    auto lines = std::make_shared<std::string>();
    append_line_protocol(*lines, spec, batch);
    return [this, lines] {
      const auto outcome = connection_->write(*lines, {});
      if (outcome.dropped > 0 || !outcome.parse_errors.empty()) {
        throw Error(sqlstate::kConnectionException, "lines were refused");
      }
    };
  }

  std::function<void()> run_all(std::vector<std::string> statements) {
    return [this, statements = std::move(statements)] {
      for (const std::string& statement : statements) {
        connection_->query(statement);
      }
    };
  }

  void append(const TableSpec& spec, const TableBatch& batch) {
    const auto appender = connection_->appender(spec.name);
    for (size_t row = 0; row < batch.size; ++row) {
      for (size_t i = 0; i < spec.columns.size(); ++i) {
        const TableBatch::Column& column = batch.columns[i];
        switch (spec.columns[i].kind) {
          case ColumnKind::kTime:
            appender->add_timestamp(column.integers[row] - kMicrosecondsTo2000);
            break;
          case ColumnKind::kInteger:
            appender->add(column.integers[row]);
            break;
          case ColumnKind::kFloat:
            appender->add(column.floats[row]);
            break;
          case ColumnKind::kTag:
          case ColumnKind::kText:
            appender->add(column.text(row));
            break;
        }
      }
      appender->end_row();
    }
    appender->flush();
  }

  std::unique_ptr<Connection> connection_;
};

class EmbeddedPeer final : public Peer {
 public:
  explicit EmbeddedPeer(const std::string& folder) : folder_(folder), database_(Database::open(folder)) {}

  [[nodiscard]] std::string name() const override { return "Tidemark, embedded"; }
  [[nodiscard]] std::string version() const override { return "this build"; }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kTidemark; }
  [[nodiscard]] bool embedded() const override { return true; }
  [[nodiscard]] bool is_tidemark() const override { return true; }
  std::unique_ptr<PeerSession> connect() override { return std::make_unique<EmbeddedSession>(*database_); }

  void create(const TableSpec& spec) override {
    if (!spec.line_protocol) {
      EmbeddedSession session(*database_);
      session.run(create_table_sql(spec, {"timestamptz", "text", "bigint", "double precision"}));
      create_indexes(session, spec);
    }
  }
  void settle(const TableSpec& /*spec*/) override {
    const auto connection = database_->connect();
    connection->query("FLUSH");
    connection->query("COMPACT");
  }
  [[nodiscard]] uint64_t disk_bytes() const override { return folder_bytes(folder_); }

 private:
  std::string folder_;
  std::unique_ptr<Database> database_;
};

}  // namespace

std::unique_ptr<Peer> make_tidemark_embedded(const std::string& folder) {
  return std::make_unique<EmbeddedPeer>(folder);
}

}  // namespace tidemark::bench
