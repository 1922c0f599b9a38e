#include "storage/memory_run.h"

#include "base/check.h"

namespace tidemark {

std::unique_ptr<ArrivalSource> MemoryRun::open_arrival(uint64_t /*first*/, uint64_t /*last*/,
                                                       std::span<const ColumnId> /*columns*/) const {
  TIDEMARK_CHECK(false);  // arrival_rows() said that there is none
}

}  // namespace tidemark
