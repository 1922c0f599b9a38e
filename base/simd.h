#pragma once

/// Compiles a function three times (baseline, AVX2, AVX-512) and picks one when the program starts: for plain loops
/// that the compiler vectorizes. Put it on a free function that is not a template; what it calls in its loops must be
/// inlined (TIDEMARK_ALWAYS_INLINE), for callees are not cloned. Sanitizers and other compilers get the baseline only:
/// the choice runs before a sanitizer's own start.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(TIDEMARK_SANITIZED)
#define TIDEMARK_SIMD_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define TIDEMARK_SIMD_CLONES
#endif

#define TIDEMARK_ALWAYS_INLINE inline __attribute__((always_inline))
