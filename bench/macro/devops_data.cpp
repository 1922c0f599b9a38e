#include "bench/macro/devops_data.h"

#include <algorithm>
#include <charconv>

namespace tidemark::bench {
namespace {

constexpr std::array<std::string_view, 9> kRegions = {"us-east-1",      "us-west-1",      "us-west-2",
                                                      "eu-west-1",      "eu-central-1",   "ap-southeast-1",
                                                      "ap-southeast-2", "ap-northeast-1", "sa-east-1"};
constexpr std::array<std::string_view, 3> kOperatingSystems = {"Ubuntu16.10", "Ubuntu16.04LTS", "Ubuntu15.10"};
constexpr std::array<std::string_view, 4> kTeams = {"SF", "NYC", "LON", "CHI"};
constexpr std::array<std::string_view, 3> kEnvironments = {"production", "staging", "test"};

void append_integer(std::string& out, int64_t value) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, value).ptr);
}

/// About normal with deviation 1: the sum of twelve uniforms (central limit), which is the same on every machine.
double normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) {
    sum += random.uniform();
  }
  return sum;
}

}  // namespace

DevopsData::DevopsData(size_t hosts, uint64_t seed) : random_(seed) {
  for (size_t host = 0; host < hosts; ++host) {
    const std::string region(kRegions[random_.below(kRegions.size())]);
    auto& tags = tags_.emplace_back();
    tags[0] = "host_" + std::to_string(host);
    tags[1] = region;
    tags[2] = region + static_cast<char>('a' + random_.below(3));
    tags[3] = std::to_string(random_.below(100));
    tags[4] = kOperatingSystems[random_.below(kOperatingSystems.size())];
    tags[5] = random_.below(2) == 0 ? "x64" : "x86";
    tags[6] = kTeams[random_.below(kTeams.size())];
    tags[7] = std::to_string(random_.below(20));
    tags[8] = std::to_string(random_.below(2));
    tags[9] = kEnvironments[random_.below(kEnvironments.size())];
    auto& walk = walks_.emplace_back();
    for (double& value : walk) {
      value = random_.uniform() * 100;
    }
  }
}

const TableSpec& DevopsData::table() {
  static const TableSpec kTable = [] {
    TableSpec table{.name = "cpu",
                    .columns = {{"time", ColumnKind::kTime}},
                    .key = {"hostname", "time"},
                    .indexes = {{"time"}},
                    .line_protocol = true};
    for (const std::string_view tag : kTags) {
      table.columns.push_back({std::string(tag), ColumnKind::kTag});
    }
    for (const std::string_view field : kFields) {
      table.columns.push_back({std::string(field), ColumnKind::kInteger});
    }
    return table;
  }();
  return kTable;
}

void DevopsData::append_step(TableBatch& rows) {
  const int64_t time_us = (kStart + steps_ * kStepSeconds) * 1'000'000;
  for (size_t host = 0; host < walks_.size(); ++host) {
    rows.columns[0].integers.push_back(time_us);
    for (size_t tag = 0; tag < kTags.size(); ++tag) {
      rows.columns[1 + tag].add_text(tags_[host][tag]);
    }
    for (size_t field = 0; field < kFields.size(); ++field) {
      double& value = walks_[host][field];
      value = std::clamp(value + normal(random_), 0.0, 100.0);
      rows.columns[1 + kTags.size() + field].integers.push_back(static_cast<int64_t>(value));
    }
  }
  rows.size += walks_.size();
  ++steps_;
}

void LoginData::append(std::string& lines, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    // The smaller of two draws: low numbers log in more often.
    const uint64_t user = std::min(random_.below(users_), random_.below(users_));
    time_ns_ += 1 + static_cast<int64_t>(random_.below(100'000'000));
    lines += "logins,user_id=u";
    append_integer(lines, static_cast<int64_t>(user));
    lines += random_.below(50) == 0 ? " ok=f " : " ok=t ";
    append_integer(lines, time_ns_);
    lines += '\n';
  }
}

}  // namespace tidemark::bench
