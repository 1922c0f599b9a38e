#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "bench/macro/peer.h"
#include "bench/macro/pg_client.h"

namespace tidemark::bench {

/// A session over the PostgreSQL protocol, with libpq: queries in text; loads by COPY and by statements.
class PgSession : public PeerSession {
 public:
  PgSession(uint16_t port, const std::string& user, const std::string& database, Dialect dialect)
      : client_(port, user, database), dialect_(dialect) {}

  uint64_t run(const std::string& query) override { return client_.run(query, 0).row_count; }
  Answer answer(const std::string& query) override;
  std::function<void()> prepare_load(const TableSpec& spec, const TableBatch& batch, LoadForm form) override;

 private:
  std::function<void()> insert_each(const TableSpec& spec, const TableBatch& batch);
  std::function<void()> run_all(std::vector<std::string> statements);

  PgClient client_;
  Dialect dialect_;
  std::set<std::string> prepared_;  ///< statements by name
};

}  // namespace tidemark::bench
