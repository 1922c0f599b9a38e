// A client's whole byte stream, from the start-up packet on, into a session on a real database. Whatever is sent, what
// comes back is a row of whole messages, and each Sync or Query that was read is followed by a ReadyForQuery. The first
// byte picks the size of the reads, and whether a good start-up packet goes before the rest.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "server/pgwire/pg_server.h"
#include "server/pgwire/pg_session.h"
#include "tests/fuzz/refusal.h"
#include "tests/fuzz/server_fixture.h"

namespace tidemark {
namespace {

using fuzz::fail;

constexpr std::string_view kStartup("\0\0\0\x17\0\3\0\0user\0tidemark\0\0", 23);

/// The messages of the answer are whole, of kinds that there are.
void check_frames(std::string_view heard) {
  while (!heard.empty()) {
    if (heard[0] == 'N' || heard[0] == 'S') {
      // One byte answers a request for encryption, but the same letters begin notices and parameters: those have a
      // length.
      if (heard.size() < 5 || heard[1] != 0) {
        heard.remove_prefix(1);
        continue;
      }
    }
    if (heard.size() < 5 || std::string_view("RKZSNETDCIGHVWAdcst123nv").find(heard[0]) == std::string_view::npos) {
      fail("the answer is not a message");
    }
    size_t length = 0;
    for (const char byte : heard.substr(1, 4)) {
      length = length << 8 | static_cast<uint8_t>(byte);
    }
    if (length < 4 || length > heard.size() - 1) {
      fail("a message of the answer is cut");
    }
    heard.remove_prefix(length + 1);
  }
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark;
  if (size == 0) {
    return 0;
  }
  static fuzz::ScratchDatabase scratch;
  static pgwire::PgServer server(scratch.database(), {.port = 0});
  std::string input((data[0] & 128) != 0 ? std::string_view() : kStartup);
  input.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t piece_bytes = (data[0] & 64) != 0 ? data[0] % 64u + 1 : input.size();
  std::string heard;
  try {
    pgwire::PgSession(server, std::make_unique<fuzz::ScriptedStream>(std::move(input), piece_bytes, heard)).run();
  } catch (const StreamClosed&) {
    // The client had no more to say.
  }
  check_frames(heard);
  if (heard.find(std::string_view("CXX000\0", 7)) != std::string::npos) {
    fuzz::fail("an internal error: " + heard.substr(heard.find("XX000")));
  }
  return 0;
}
