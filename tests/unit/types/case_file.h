#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "types/type_io.h"

namespace tidemark {

/// One line of a file below tests/unit/types/cases: fields as make_expected.py explains, and the settings in force.
struct Case {
  std::vector<std::string> fields;  ///< without the last
  std::string expected;             ///< what PostgreSQL answered
  TypeIoOptions options;
  std::string place;  ///< file:line
};

std::vector<Case> read_cases(const std::string& file);

/// `int4`, `varchar(3)`, `numeric(5,2)`, `interval day to second(1)`, `int4[]`.
LogicalType parse_type(std::string_view text);

/// An expression cut at its quotes: what is outside at even places, what is inside at odd ones.
std::vector<std::string> split_at_quotes(const std::string& expression);

/// What `compute` returns, or its Error written as make_expected.py writes them.
std::string answer_of(const std::function<std::string()>& compute);

}  // namespace tidemark
