// VictoriaMetrics as a server of its own: loaded by line protocol, asked in MetricsQL over its range queries. It does
// not wait for its disk.
#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "base/error.h"
#include "bench/macro/command.h"
#include "bench/macro/http_client.h"
#include "bench/macro/measure.h"
#include "bench/macro/peer.h"

namespace tidemark::bench {
namespace {

/// `step=60` of a query's address.
int64_t step_seconds(const std::string& query) {
  const size_t at = query.find("step=");
  return at == std::string::npos ? 1 : std::stoll(query.substr(at + 5));
}

class VictoriaSession final : public PeerSession {
 public:
  explicit VictoriaSession(uint16_t port) : http_("127.0.0.1", port) {}

  uint64_t run(const std::string& query) override {
    const std::string body = get(query);
    return static_cast<uint64_t>(std::count(body.begin(), body.end(), '['));
  }

  /// Rows as SQL has them: start of the bucket, the host where series have one, then the metrics in the order in which
  /// the query names them.
  Answer answer(const std::string& query) override {
    const std::string body = get(query);
    simdjson::dom::parser parser;
    const simdjson::dom::element document = parser.parse(body);
    std::map<std::pair<double, std::string>, std::map<size_t, double>> cells;
    for (const simdjson::dom::element series : document.at_pointer("/data/result").get_array()) {
      std::string_view metric;
      std::string_view host;
      if (series.at_pointer("/metric/__name__").get(metric) != simdjson::SUCCESS) {
        metric = "";
      }
      if (series.at_pointer("/metric/hostname").get(host) != simdjson::SUCCESS) {
        host = "";
      }
      const size_t place = query.find(percent_encode(metric));
      for (const simdjson::dom::element point : series.at_pointer("/values").get_array()) {
        const double time = double(point.at(0)) - static_cast<double>(step_seconds(query) - 1);
        const std::string_view value = point.at(1);
        cells[{time * 1e6, std::string(host)}][place] = std::stod(std::string(value));
      }
    }
    Answer answer;
    for (const auto& [key, values] : cells) {
      auto& row = answer.rows.emplace_back();
      row.emplace_back(key.first);
      if (!key.second.empty()) {
        row.emplace_back(key.second);
      }
      for (const auto& [place, value] : values) {
        row.emplace_back(value);
      }
    }
    return answer;
  }

  std::function<void()> prepare_load(const TableSpec& spec, const TableBatch& batch, LoadForm form) override {
    if (form != LoadForm::kLineProtocol && form != LoadForm::kUsual) {
      return {};
    }
    auto lines = std::make_shared<std::string>();
    append_line_protocol(*lines, spec, batch);
    return [this, lines] {
      const HttpClient::Answer answer = http_.post("/write", *lines);
      if (answer.status != 204) {
        throw Error(sqlstate::kConnectionException, "write was answered with " + answer.body);
      }
    };
  }

 private:
  std::string get(const std::string& query) {
    HttpClient::Answer answer = http_.get(query);
    if (answer.status != 200) {
      throw Error(sqlstate::kConnectionException, answer.body);
    }
    return std::move(answer.body);
  }

  HttpClient http_;
};

class VictoriaPeer final : public Peer {
 public:
  explicit VictoriaPeer(const std::string& folder) : folder_(folder), port_(free_port()) {
    if (!std::filesystem::exists("/usr/bin/victoria-metrics")) {
      throw Error(sqlstate::kUndefinedFile, "VictoriaMetrics is not installed; scripts/install_peers.sh does it");
    }
    std::filesystem::create_directories(folder);
    server_ = std::make_unique<BackgroundCommand>(
        std::vector<std::string>{"victoria-metrics", "-storageDataPath", folder + "/data", "-retentionPeriod", "100y",
                                 "-httpListenAddr", fmt::format("127.0.0.1:{}", port_), "-search.maxUniqueTimeseries",
                                 "1000000"},
        folder + "/server.log");
    wait_until_ready();
  }

  [[nodiscard]] std::string name() const override { return "VictoriaMetrics"; }
  [[nodiscard]] std::string version() const override { return "1.79"; }
  [[nodiscard]] Dialect dialect() const override { return Dialect::kMetricsQl; }
  [[nodiscard]] bool embedded() const override { return false; }
  std::unique_ptr<PeerSession> connect() override { return std::make_unique<VictoriaSession>(port_); }
  void create(const TableSpec& /*spec*/) override {}
  void settle(const TableSpec& /*spec*/) override {
    HttpClient http("127.0.0.1", port_);
    http.get("/internal/force_flush");
    http.get("/internal/force_merge");
  }
  [[nodiscard]] uint64_t disk_bytes() const override { return folder_bytes(folder_); }
  [[nodiscard]] uint64_t memory_bytes_peak() const override { return process_memory_bytes_peak(server_->pid()); }

 private:
  void wait_until_ready() const {
    constexpr double kPatienceMs = 20'000;
    for (const Stopwatch waiting; waiting.ms() < kPatienceMs;) {
      try {
        if (HttpClient("127.0.0.1", port_).get("/health").status == 200) {
          return;
        }
      } catch (const Error&) {  // Not yet.
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    throw Error(sqlstate::kCannotConnectNow, "VictoriaMetrics did not start; see " + folder_ + "/server.log");
  }

  std::string folder_;
  uint16_t port_;
  std::unique_ptr<BackgroundCommand> server_;
};

}  // namespace

std::unique_ptr<Peer> make_victoriametrics(const std::string& folder) { return std::make_unique<VictoriaPeer>(folder); }

}  // namespace tidemark::bench
