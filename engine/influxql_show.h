#pragma once

#include "catalog/catalog.h"
#include "parser/influxql_ast.h"
#include "tidemark/influxql.h"

namespace tidemark {
class Session;
}

namespace tidemark::influxql {

/// SHOW …: most of it from the catalog; tag values and series from the data.
void run_show(Session& session, const Catalog& catalog, const ShowStatement& show, const InfluxQlOptions& options,
              InfluxQlSink& sink);

}  // namespace tidemark::influxql
