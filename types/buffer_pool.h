#pragma once

#include <cstddef>
#include <memory>

namespace tidemark {

/// Memory of at least `bytes` bytes on a cache line's boundary, for the values of a vector. A thread keeps what it
/// frees of up to 64 KiB a piece, 1 MiB of each size at most, for its next ones: a scan makes and drops such buffers
/// page by page, and the general allocator takes as long for that as decoders do for their work. May be freed by any
/// thread.
[[nodiscard]] std::shared_ptr<void> allocate_buffer(size_t bytes);

}  // namespace tidemark
