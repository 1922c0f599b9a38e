// A body of line protocol becomes columns whose lengths agree, whose tags are sorted, and whose every line is either a
// row, an error or a conflict.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "parser/line_protocol.h"
#include "tests/fuzz/refusal.h"
#include "types/type_io.h"
#include "types/value.h"

namespace tidemark {
namespace {

using fuzz::fail;

bool tags_are_in_order(const std::vector<ColumnBatch::Tag>& tags) {
  return std::ranges::adjacent_find(tags, [](const auto& a, const auto& b) { return a.key >= b.key; }) == tags.end();
}

void check_batch(const ColumnBatch& batch) {
  if (batch.size() == 0 || batch.table.empty() || batch.row_tag_set.size() != batch.size() || batch.fields.empty()) {
    fail("a batch lacks rows, name or fields");
  }
  if (!std::ranges::all_of(batch.row_tag_set, [&](uint32_t tags) { return tags < batch.tag_sets.size(); }) ||
      !std::ranges::all_of(batch.tag_sets, tags_are_in_order)) {
    fail("tags of " + batch.table + " are out of order");
  }
  for (const ColumnBatch::Field& field : batch.fields) {
    bool any = false;
    for (size_t row = 0; row < batch.size(); ++row) {
      if (field.set.is_valid(row)) {
        any = true;
        static_cast<void>(to_text(field.values.value(row)));
      }
    }
    if (!any) {
      fail("field " + field.name + " is set in no row");
    }
  }
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark;
  if (size == 0) {
    return 0;
  }
  constexpr const char* kUnits[] = {"", "ns", "us", "ms", "s", "m", "h"};
  const int64_t unit = *line_protocol_precision(kUnits[data[0] % std::size(kUnits)]);
  const LineProtocolResult result =
      parse_line_protocol({reinterpret_cast<const char*>(data) + 1, size - 1}, unit, 1'700'000'000'000'000'000);
  size_t rows = 0;
  for (const ColumnBatch& batch : result.batches) {
    check_batch(batch);
    rows += batch.size();
  }
  if (rows != result.rows) {
    fuzz::fail("rows are miscounted");
  }
  return 0;
}
