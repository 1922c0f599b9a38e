#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "types/vector.h"

namespace tidemark {

/// Rows of one not yet known table, as line protocol brings them: columns by name. The batch says nothing about ids or
/// declared types; the engine maps it to a table (making or widening one) and hands it to the TableWriter.
///
/// Rows name their tag set by index, so that a tag set is resolved once a batch and not once a row.
struct ColumnBatch {
  struct Tag {
    std::string key;
    std::string value;
    friend bool operator==(const Tag&, const Tag&) = default;
  };
  struct Field {
    std::string name;
    Vector values;  ///< flat, one a row: float64, int64, uint64, text or boolean
    Validity set;   ///< rows that bear this field; the others are *unset*, which is not NULL (D3)
  };

  std::string table;
  std::vector<std::vector<Tag>> tag_sets;  ///< each sorted by key, no key twice
  std::vector<uint32_t> row_tag_set;       ///< one a row
  std::vector<int64_t> time_ns;            ///< one a row
  std::vector<Field> fields;

  [[nodiscard]] size_t size() const { return time_ns.size(); }
};

}  // namespace tidemark
