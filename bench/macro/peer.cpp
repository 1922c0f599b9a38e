#include "bench/macro/peer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/error.h"

namespace tidemark::bench {

void create_indexes(PeerSession& session, const TableSpec& spec) {
  for (const auto& columns : spec.indexes) {
    session.run(fmt::format("CREATE INDEX {}_by_{} ON {} ({})", spec.name, fmt::join(columns, "_"), spec.name,
                            fmt::join(columns, ", ")));
  }
}

std::unique_ptr<Peer> make_peer(std::string_view name, const std::string& folder) {
  struct Entry {
    std::string_view name;
    std::unique_ptr<Peer> (*make)(const std::string& folder);
  };
  constexpr std::array kPeers = {
      Entry{"tidemark", make_tidemark_embedded},
      Entry{"tidemark-server", make_tidemark_server},
      Entry{"duckdb", make_duckdb},
      Entry{"sqlite", make_sqlite},
      Entry{"postgres", make_postgres},
      Entry{"victoriametrics", make_victoriametrics},
  };
  const auto* found =
      std::find_if(kPeers.begin(), kPeers.end(), [&](const Entry& entry) { return entry.name == name; });
  if (found == kPeers.end()) {
    throw Error(sqlstate::kInvalidParameterValue, "there is no peer \"" + std::string(name) + "\"");
  }
  return found->make(folder + "/" + std::string(name));
}

}  // namespace tidemark::bench
