// PostgreSQL 15: a private cluster with 1 GiB of shared buffers and 256 MiB of work memory, durable commits, primary
// keys and indexes made before the load. Run by root, it belongs to the user `postgres`, as PostgreSQL demands.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/error.h"
#include "bench/macro/command.h"
#include "bench/macro/measure.h"
#include "bench/macro/peer.h"
#include "bench/macro/pg_session.h"

namespace tidemark::bench {
namespace {

constexpr std::string_view kPrograms = "/usr/lib/postgresql/15/bin";

class PostgresPeer final : public Peer {
 public:
  explicit PostgresPeer(const std::string& folder) : folder_(folder), port_(free_port()) {
    if (!std::filesystem::exists(fmt::format("{}/pg_ctl", kPrograms))) {
      throw Error(sqlstate::kUndefinedFile, "PostgreSQL 15 is not installed; scripts/install_peers.sh does it");
    }
    std::filesystem::create_directories(folder);
    if (::geteuid() == 0) {
      run_command({"chown", "postgres", folder_}, "/dev/null");
      // The temporary folder above is closed to others; its owner's searching it is all that PostgreSQL needs.
      ::chmod(std::filesystem::path(folder_).parent_path().c_str(), 0711);
    }
    run({fmt::format("{}/initdb", kPrograms), "-D", data(), "-U", "bench", "-A", "trust", "-E", "UTF8", "--locale=C"});
    std::ofstream(data() + "/postgresql.conf", std::ios::app)
        << "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nshared_buffers = 1GB\nwork_mem = 256MB\n"
           "maintenance_work_mem = 512MB\neffective_cache_size = 8GB\nmax_wal_size = 16GB\njit = off\n";
    run({fmt::format("{}/pg_ctl", kPrograms), "-D", data(), "-l", folder_ + "/server.log", "-o",
         fmt::format("-p {}", port_), "-w", "start"});
    version_ = PgClient(port_, "bench", "postgres").value("SHOW server_version");
  }
  ~PostgresPeer() override {
    try {
      run({fmt::format("{}/pg_ctl", kPrograms), "-D", data(), "-m", "fast", "-w", "stop"});
    } catch (const Error& error) {
      fmt::print(stderr, "{}\n", error.message());
    }
  }
  PostgresPeer(const PostgresPeer&) = delete;
  PostgresPeer& operator=(const PostgresPeer&) = delete;

  [[nodiscard]] std::string name() const override { return "PostgreSQL"; }
  [[nodiscard]] std::string version() const override { return version_; }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kPostgres; }
  [[nodiscard]] bool embedded() const override { return false; }
  std::unique_ptr<PeerSession> connect() override {
    return std::make_unique<PgSession>(port_, "bench", "postgres", dialect());
  }

  void create(const TableSpec& spec) override {
    const auto session = connect();
    session->run(create_table_sql(spec, {"timestamptz", "text", "bigint", "double precision"}));
    create_indexes(*session, spec);
  }
  void settle(const TableSpec& spec) override { connect()->run("VACUUM ANALYZE " + spec.name); }
  [[nodiscard]] uint64_t disk_bytes() const override {
    return std::stoull(PgClient(port_, "bench", "postgres").value("SELECT pg_database_size('postgres')"));
  }

 private:
  [[nodiscard]] std::string data() const { return folder_ + "/data"; }

  /// As the user `postgres` if this is root.
  void run(std::vector<std::string> words) const {
    if (::geteuid() == 0) {
      words.insert(words.begin(), {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"});
    }
    run_command(words, folder_ + ".log");
  }

  std::string folder_;
  uint16_t port_;
  std::string version_;
};

}  // namespace

std::unique_ptr<Peer> make_postgres(const std::string& folder) { return std::make_unique<PostgresPeer>(folder); }

}  // namespace tidemark::bench
