#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "catalog/catalog.h"
#include "tidemark/result.h"

namespace tidemark {

class Session;

/// Statements that the engine makes for itself, inside the running transaction: they see what it has done so far.

/// Runs a query and returns all its rows.
std::unique_ptr<Result> read_sql(Session& session, const std::string& sql);
bool any_row(Session& session, const std::string& sql);
/// Runs INSERT, UPDATE or DELETE; returns the rows changed.
uint64_t run_sql(Session& session, const std::string& sql);

/// `"schema"."table"`, for such statements.
std::string qualified_name(const TableEntry& table, const Catalog& catalog);

}  // namespace tidemark
