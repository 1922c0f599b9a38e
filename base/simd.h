#pragma once

/// Compiles a function three times (baseline, AVX2, AVX-512) and picks one when the program is loaded, by the
/// processor: for plain loops that the compiler vectorizes.
///
///     TIDEMARK_SIMD_CLONES int64_t sum(const int32_t* values, size_t count) { … }   // in a .cpp file
///
/// It works in unnamed namespaces, for static members, in static and shared libraries, and for calls before main(); a
/// call costs as much as one into a shared library. It does not work on templates and lambdas, and what the function
/// calls is not cloned: write the loop as a template marked TIDEMARK_ALWAYS_INLINE, and one cloned function per type
/// that calls it. Floating-point contraction is off for the whole house, so that all clones give the same digits as
/// long as the loop fixes the order of its additions (lanes as in functions/aggregates/float_sum.h).
///
/// Sanitizer builds and other compilers and processors get the baseline only: the choice runs before a sanitizer's own
/// start.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(TIDEMARK_SANITIZED)
#define TIDEMARK_SIMD_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define TIDEMARK_SIMD_CLONES
#endif

#define TIDEMARK_ALWAYS_INLINE inline __attribute__((always_inline))
