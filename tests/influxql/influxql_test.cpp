#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "server/http/http_server.h"
#include "tests/influxql/case_file.h"
#include "tests/influxql/http_client.h"
#include "tidemark/database.h"

namespace tidemark::testing {
namespace {

/// A server on a free port over a data folder that goes with it.
class InfluxQl : public ::testing::TestWithParam<std::string> {
 protected:
  InfluxQl()
      : folder_(std::filesystem::temp_directory_path() / ("tidemark_influxql_" + std::to_string(::getpid()))),
        database_((std::filesystem::remove_all(folder_), Database::open(folder_))),
        server_(*database_, {"127.0.0.1", 0}) {
    server_.start();
    request("query", "", "CREATE DATABASE cases");
  }
  ~InfluxQl() override {
    server_.stop();
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  HttpAnswer request(const std::string& kind, const std::string& parameters, const std::string& body) {
    // The first parameter of a name counts: those of the case stand before the usual ones.
    const std::string target = "/" + kind + "?" + parameters + (parameters.empty() ? "" : "&") + "db=cases";
    if (kind == "write") return http_post(server_.port(), target, body);
    return http_post(server_.port(), target + "&q=" + encode_parameter(body), "");
  }

  const std::filesystem::path folder_;
  std::unique_ptr<Database> database_;
  http::HttpServer server_;
};

TEST_P(InfluxQl, AnswersAsInfluxDbDid) {
  const std::vector<Case> cases = read_cases(GetParam());
  ASSERT_FALSE(cases.empty());
  for (const Case& entry : cases) {
    const HttpAnswer answer = request(entry.kind, entry.parameters, entry.body);
    EXPECT_EQ(answer.status, entry.status) << GetParam() << ":" << entry.line << ": " << entry.body;
    EXPECT_EQ(answer.body, entry.answer) << GetParam() << ":" << entry.line << ": " << entry.body;
  }
}

std::vector<std::string> case_files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(TIDEMARK_INFLUXQL_CASES)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

INSTANTIATE_TEST_SUITE_P(Cases, InfluxQl, ::testing::ValuesIn(case_files()),
                         [](const auto& file) { return std::filesystem::path(file.param).stem().string(); });

}  // namespace
}  // namespace tidemark::testing
