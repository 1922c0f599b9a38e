// Tidemark as a server: queries over the PostgreSQL protocol, loads by line protocol over HTTP or by COPY.
#include <memory>
#include <string>

#include "base/error.h"
#include "bench/macro/http_client.h"
#include "bench/macro/measure.h"
#include "bench/macro/peer.h"
#include "bench/macro/pg_session.h"
#include "bench/macro/server_process.h"

namespace tidemark::bench {
namespace {

class ServerSession final : public PgSession {
 public:
  explicit ServerSession(const ServerProcess& server)
      : PgSession(server.pg_port(), "tidemark", "tidemark", Dialect::kTidemark),
        http_("127.0.0.1", server.http_port()) {}

  std::function<void()> prepare_load(const TableSpec& spec, const TableBatch& batch, LoadForm form) override {
    if (form != LoadForm::kLineProtocol && !(form == LoadForm::kUsual && spec.line_protocol)) {
      return PgSession::prepare_load(spec, batch, form);
    }
    auto lines = std::make_shared<std::string>();
    append_line_protocol(*lines, spec, batch);
    return [this, lines] {
      const HttpClient::Answer answer = http_.post("/write?db=tidemark", *lines);
      if (answer.status != 204) {
        throw Error(sqlstate::kConnectionException, "write was answered with " + answer.body);
      }
    };
  }

 private:
  HttpClient http_;
};

class ServerPeer final : public Peer {
 public:
  explicit ServerPeer(const std::string& folder) : folder_(folder), server_(folder) {}

  [[nodiscard]] std::string name() const override { return "Tidemark, server"; }
  [[nodiscard]] std::string version() const override { return "this build"; }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kTidemark; }
  [[nodiscard]] bool embedded() const override { return false; }
  [[nodiscard]] bool is_tidemark() const override { return true; }
  std::unique_ptr<PeerSession> connect() override { return std::make_unique<ServerSession>(server_); }

  void create(const TableSpec& spec) override {
    if (!spec.line_protocol) {
      const auto session = connect();
      session->run(create_table_sql(spec, {"timestamptz", "text", "bigint", "double precision"}));
      create_indexes(*session, spec);
    }
  }
  void settle(const TableSpec& /*spec*/) override {
    const auto session = connect();
    session->run("FLUSH");
    session->run("COMPACT");
  }
  [[nodiscard]] uint64_t disk_bytes() const override { return folder_bytes(folder_); }
  [[nodiscard]] uint64_t memory_bytes_peak() const override { return process_memory_bytes_peak(server_.pid()); }

 private:
  std::string folder_;
  ServerProcess server_;
};

}  // namespace

std::unique_ptr<Peer> make_tidemark_server(const std::string& folder) { return std::make_unique<ServerPeer>(folder); }

}  // namespace tidemark::bench
