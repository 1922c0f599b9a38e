#pragma once

#include <memory>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/catalog.h"
#include "planner/planner.h"
#include "types/type_io.h"

namespace tidemark::testing {

/// A catalog with a table of each kind and columns of the common types:
///
///   metrics(host, region, time, usage, hits), by (host, region, time)      accounts(id, name, balance, since), by id
///   facts(b, i, ts, iv, doc, ia, ta), without a key
std::shared_ptr<const Catalog> sample_catalog();

/// What a statement over the sample catalog is planned with. Everything in it stands still.
class SamplePlanning {
 public:
  SamplePlanning();
  [[nodiscard]] PlannerContext& context() { return context_; }

 private:
  std::shared_ptr<const Catalog> catalog_;
  ManualClock clock_;
  Random random_{1};
  TypeIoOptions io_;
  QueryContext query_;
  PlannerContext context_;
};

}  // namespace tidemark::testing
