// InfluxQL text → syntax tree, or InfluxDB's words for why not.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parser/influxql_parser.h"
#include "tests/fuzz/refusal.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  tidemark::fuzz::allow_refusal(
      [&] { static_cast<void>(tidemark::influxql::parse_influxql({reinterpret_cast<const char*>(data), size})); });
  return 0;
}
