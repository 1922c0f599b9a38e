#pragma once

#include "functions/function.h"
#include "functions/query_context.h"
#include "types/type_io.h"

namespace tidemark {

/// The session's text settings; defaults where the context has none.
const TypeIoOptions& io_options(const QueryContext& context);

/// Kernels of the I/O casts: any type to text, and text to call.result_type, its modifier applied as by an input
/// function.
void text_output(KernelCall& call);
void text_input(KernelCall& call);

}  // namespace tidemark
