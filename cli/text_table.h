#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tidemark/result.h"
#include "types/type_io.h"

namespace tidemark {

/// Cells as text, to be printed in aligned columns as psql does.
struct TextTable {
  std::vector<std::string> headers;
  std::vector<std::vector<std::string>> rows;
  size_t rows_left_out = 0;
};

void print_table(const TextTable& table);
/// Reads the result to its end; prints at most `rows_max` rows and says how many more there were.
void print_table(Result& result, const TypeIoOptions& options, size_t rows_max = SIZE_MAX);

}  // namespace tidemark
