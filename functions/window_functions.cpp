// The functions that need OVER. Their work is done by the window operator, by kind; here are their signatures.

#include "functions/function_tables.h"

namespace tidemark {

void add_window_functions(FunctionTables& tables) {
  using enum TypeId;
  using enum WindowKind;
  tables.window({"row_number", kRowNumber, {}, kInt64, "number of the row in its partition, from 1"});
  tables.window({"rank", kRank, {}, kInt64, "rank with gaps: the number of the first peer"});
  tables.window({"dense_rank", kDenseRank, {}, kInt64, "rank without gaps"});
  tables.window({"percent_rank", kPercentRank, {}, kFloat64, "(rank - 1) / (rows - 1), from 0 to 1"});
  tables.window({"cume_dist", kCumeDist, {}, kFloat64, "rows up to the last peer / rows"});
  tables.window({"ntile", kNtile, {kInt32}, kInt32, "number of the bucket of as even a division as may be"});
  tables.window({"lag", kLag, {kAnyElement}, kAnyElement, "value one row before, or NULL"});
  tables.window({"lag", kLag, {kAnyElement, kInt32}, kAnyElement, "value n rows before, or NULL"});
  tables.window(
      {"lag", kLag, {kAnyCompatible, kInt32, kAnyCompatible}, kAnyCompatible, "value n rows before, or the default"});
  tables.window({"lead", kLead, {kAnyElement}, kAnyElement, "value one row after, or NULL"});
  tables.window({"lead", kLead, {kAnyElement, kInt32}, kAnyElement, "value n rows after, or NULL"});
  tables.window(
      {"lead", kLead, {kAnyCompatible, kInt32, kAnyCompatible}, kAnyCompatible, "value n rows after, or the default"});
  tables.window({"first_value", kFirstValue, {kAnyElement}, kAnyElement, "value at the frame's first row"});
  tables.window({"last_value", kLastValue, {kAnyElement}, kAnyElement, "value at the frame's last row"});
  tables.window({"nth_value", kNthValue, {kAnyElement, kInt32}, kAnyElement, "value at the frame's n-th row, or NULL"});
}

}  // namespace tidemark
