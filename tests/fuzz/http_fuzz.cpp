// A request line, a zero byte, a body: the query string is cut and decoded, and the request is answered by the routes
// of the InfluxDB door. An answer has a known status, and a JSON answer is UTF-8.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/utf8.h"
#include "server/http/routes.h"
#include "tests/fuzz/refusal.h"
#include "tests/fuzz/server_fixture.h"

namespace tidemark {
namespace {

using fuzz::fail;

http::Request request_of(std::string_view line, std::string_view body) {
  http::Request request;
  const size_t blank = std::min(line.find(' '), line.size());
  request.method = line.substr(0, blank);
  std::string_view target = line.substr(std::min(blank + 1, line.size()));
  const size_t question = std::min(target.find('?'), target.size());
  request.path = http::decode_percent(target.substr(0, question), false);
  request.parameters = http::parse_form(target.substr(std::min(question + 1, target.size())));
  request.body = body;
  return request;
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark;
  static fuzz::ScratchDatabase scratch;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view line = input.substr(0, input.find('\0'));
  const http::Request request =
      request_of(line, line.size() < input.size() ? input.substr(line.size() + 1) : std::string_view());
  std::string ignored;
  fuzz::ScriptedStream stream("", 1, ignored);
  const http::Response response = http::Router(scratch.database()).handle(request, stream);
  if (response.status < 200 || response.status >= 600 || response.status == 500) {
    fuzz::fail("status " + std::to_string(response.status) + ": " + response.body);
  }
  if (response.content_type == "application/json" && valid_utf8_prefix(response.body) != response.body.size()) {
    fuzz::fail("the answer is not UTF-8");
  }
  return 0;
}
