#pragma once

namespace tidemark {

/// Call it in every function that recurses as deep as the user's input nests (parser, binder, evaluator, printers of
/// trees). Throws Error 54001 `stack depth limit exceeded` once the calling thread has used three quarters of its stack
/// (at most 6 MiB), so that deep nesting is an error and never a crash. Costs a few instructions.
void check_stack_depth();

}  // namespace tidemark
