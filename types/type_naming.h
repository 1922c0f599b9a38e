#pragma once

#include "types/type_io.h"

namespace tidemark {

/// Names of user-defined types for what is said of types on this thread: LogicalType::to_string() and find_type(oid)
/// are called from everywhere and see no catalog. Whoever works for a session makes one for as long; scopes nest.
class TypeNaming {
 public:
  /// `names` may be null, and outlives this.
  explicit TypeNaming(const ObjectNames* names);
  ~TypeNaming();
  TypeNaming(const TypeNaming&) = delete;
  TypeNaming& operator=(const TypeNaming&) = delete;

  /// The innermost scope's names on this thread; null outside of all.
  [[nodiscard]] static const ObjectNames* current();
  /// The names that `options` bring, else the current ones.
  [[nodiscard]] static const ObjectNames* of(const TypeIoOptions& options) {
    return options.names != nullptr ? options.names : current();
  }

 private:
  const ObjectNames* outer_;
};

}  // namespace tidemark
