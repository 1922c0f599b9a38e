#include "functions/kernel_guard.h"

namespace tidemark {

void KernelGuard::look(size_t bytes) {
  context_.check_cancelled();
  if (bytes < next_bytes_) return;
  made_.resize(static_cast<int64_t>(bytes));
  next_bytes_ = bytes + kBytesBetween;
}

}  // namespace tidemark
