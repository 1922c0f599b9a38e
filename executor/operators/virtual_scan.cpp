#include "executor/operators/virtual_scan.h"

#include <algorithm>

#include "base/check.h"
#include "catalog/virtual_table.h"
#include "functions/evaluator.h"

namespace tidemark {

class VirtualScanOperator::Stream final : public RowStream {
 public:
  explicit Stream(const VirtualScanOperator& owner) : owner_(owner), evaluator_(owner.query()) {}
  bool next(DataChunk& chunk) override {
    while (index_ < owner_.chunks_.size()) {
      const DataChunk& rows = owner_.chunks_[index_];
      const size_t count = std::min(kVectorSize, rows.size - position_);
      chunk.reset();
      for (const uint32_t column : owner_.plan_.columns) {
        chunk.columns.push_back(rows.columns[column].slice(position_, count));
      }
      chunk.size = count;
      position_ += count;
      if (position_ == rows.size) {
        ++index_;
        position_ = 0;
      }
      if (owner_.residual_) {
        chunk.select(evaluator_.select(*owner_.residual_, chunk));
      }
      if (chunk.size > 0) {
        return true;
      }
    }
    chunk.reset();
    return false;
  }

 private:
  const VirtualScanOperator& owner_;
  Evaluator evaluator_;
  size_t index_ = 0;
  size_t position_ = 0;
};

VirtualScanOperator::VirtualScanOperator(const PhysicalVirtualScan& plan, ExecutionState& state)
    : Operator(plan, state), plan_(plan), residual_(plan.residual.get(), state) {}

void VirtualScanOperator::start() {
  TIDEMARK_CHECK(state().context.system != nullptr);
  chunks_ = plan_.table->rows(*state().context.system);
}

std::unique_ptr<RowStream> VirtualScanOperator::make_stream() { return std::make_unique<Stream>(*this); }

}  // namespace tidemark
