#include "bench/macro/ingest_bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "base/error.h"
#include "bench/macro/devops_data.h"

namespace tidemark::bench {
namespace {

constexpr size_t kHosts = 100;

struct Form {
  LoadForm form;
  std::string_view name;
  size_t rows_divisor;  ///< slower ways get fewer rows
};
constexpr std::array kForms = {
    Form{LoadForm::kUsual, "bulk", 1},         Form{LoadForm::kLineProtocol, "line-protocol", 1},
    Form{LoadForm::kCopy, "copy", 1},          Form{LoadForm::kInsert, "insert", 5},
    Form{LoadForm::kPrepared, "prepared", 20}, Form{LoadForm::kUpsert, "upsert", 5},
};

std::vector<TableBatch> make_batches(size_t rows, const IngestOptions& options) {
  DevopsData data(kHosts, options.effort.seed);
  std::vector<TableBatch> batches;
  for (size_t done = 0; done < rows; done += batches.back().size) {
    TableBatch& batch = batches.emplace_back(DevopsData::table());
    while (batch.size < std::min(options.batch_rows, rows - done)) {
      data.append_step(batch);
    }
  }
  return batches;
}

/// Rows a second of `connections` that share the batches; nothing if the peer has no such way in.
std::optional<double> load_rate(Peer& peer, const TableSpec& spec, const std::vector<TableBatch>& batches,
                                LoadForm form, size_t connections) {
  std::vector<std::unique_ptr<PeerSession>> sessions;
  std::vector<std::vector<std::function<void()>>> sends(connections);
  size_t rows = 0;
  for (size_t i = 0; i < connections; ++i) {
    sessions.push_back(peer.connect());
  }
  for (size_t i = 0; i < batches.size(); ++i) {
    auto send = sessions[i % connections]->prepare_load(spec, batches[i], form);
    if (!send) {
      return std::nullopt;
    }
    sends[i % connections].push_back(std::move(send));
    rows += batches[i].size;
  }
  peer.create(spec);
  std::vector<std::function<void()>> works;
  for (const auto& mine : sends) {
    works.emplace_back([&mine] {
      for (const auto& send : mine) {
        send();
      }
    });
  }
  const Stopwatch sending;
  run_at_once(works);
  return static_cast<double>(rows) / sending.ms() * 1000;
}

}  // namespace

Report run_ingest(const IngestOptions& options) {
  const TemporaryFolder folder;
  const auto peers = open_peers(options.against, folder.path());
  Report report(fmt::format("ingest: rows of 10 tags and 10 whole-number fields, {} hosts, {} rows a batch, durable",
                            kHosts, options.batch_rows));
  add_machine(report);
  Report::Table table{.title = "Rows a second", .columns = {"way in", "connections"}, .rows = {}};
  for (const auto& peer : peers) {
    table.columns.push_back(peer->name());
  }
  for (const Form& form : kForms) {
    if (!options.forms.empty() &&
        std::find(options.forms.begin(), options.forms.end(), form.name) == options.forms.end()) {
      continue;
    }
    const auto batches = make_batches(options.rows / form.rows_divisor, options);
    for (const size_t connections : {size_t{1}, size_t{4}}) {
      auto& row = table.rows.emplace_back();
      row.emplace_back(std::string(form.name));
      row.emplace_back(static_cast<double>(connections));
      for (const auto& peer : peers) {
        TableSpec spec = DevopsData::table();
        spec.name = fmt::format("cpu_{}_{}", static_cast<int>(form.form), connections);
        spec.line_protocol = form.form == LoadForm::kLineProtocol;
        try {
          const auto rate = load_rate(*peer, spec, batches, form.form, connections);
          row.push_back(rate ? Report::Cell(*rate) : Report::Cell());
        } catch (const Error& error) {
          row.emplace_back(error.message());
        }
      }
    }
  }
  report.table(std::move(table));
  return report;
}

}  // namespace tidemark::bench
