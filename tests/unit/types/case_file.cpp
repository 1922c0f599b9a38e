#include "case_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/error.h"
#include "types/interval_fields.h"
#include "types/time_zone.h"

namespace tidemark {
namespace {

std::string unescape(std::string_view text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      result += text[i] == 't' ? '\t' : text[i] == 'n' ? '\n' : text[i];
    } else {
      result += text[i];
    }
  }
  return result;
}

std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> fields;
  size_t from = 0;
  for (size_t tab = line.find('\t'); tab != std::string::npos; tab = line.find('\t', from)) {
    fields.push_back(unescape(line.substr(from, tab - from)));
    from = tab + 1;
  }
  fields.push_back(unescape(line.substr(from)));
  return fields;
}

/// `@set name = 'value'`
void apply_setting(const std::string& line, TypeIoOptions& options) {
  const size_t equals = line.find(" = ");
  const std::string name = line.substr(5, equals - 5);
  std::string value = line.substr(equals + 3);
  if (value.starts_with('\'')) {
    value = value.substr(1, value.size() - 2);
  }
  if (name == "timezone") {
    options.dates.time_zone = TimeZone::find(value);
    ASSERT_NE(options.dates.time_zone, nullptr) << value;
  } else if (name == "extra_float_digits") {
    options.extra_float_digits = std::stoi(value);
  } else if (name == "bytea_output") {
    options.bytea_output = value == "hex" ? ByteaOutput::kHex : ByteaOutput::kEscape;
  } else if (name == "intervalstyle") {
    options.dates.interval_style = value == "postgres"           ? IntervalStyle::kPostgres
                                   : value == "postgres_verbose" ? IntervalStyle::kPostgresVerbose
                                   : value == "sql_standard"     ? IntervalStyle::kSqlStandard
                                                                 : IntervalStyle::kIso8601;
  } else if (name == "datestyle") {
    options.dates.date_style = value.starts_with("ISO")        ? DateStyle::kIso
                               : value.starts_with("SQL")      ? DateStyle::kSql
                               : value.starts_with("Postgres") ? DateStyle::kPostgres
                                                               : DateStyle::kGerman;
    if (value.ends_with("DMY") || value == "German") {
      options.dates.date_order = DateOrder::kDayMonthYear;
    } else if (value.ends_with("YMD")) {
      options.dates.date_order = DateOrder::kYearMonthDay;
    } else {
      options.dates.date_order = DateOrder::kMonthDayYear;
    }
  } else {
    FAIL() << "no such setting: " << name;
  }
}

int32_t interval_modifier(std::string_view words) {
  using namespace interval_fields;
  int precision = kFullPrecision;
  if (const size_t open = words.find('('); open != std::string_view::npos) {
    precision = words[open + 1] - '0';
    words = words.substr(0, open);
  }
  constexpr struct {
    std::string_view word;
    int field;
  } kOrder[] = {{"year", kYear}, {"month", kMonth},   {"day", kDay},
                {"hour", kHour}, {"minute", kMinute}, {"second", kSecond}};
  int fields = 0;
  const size_t to = words.find(" to ");
  const std::string_view first = words.substr(0, to);
  const std::string_view last = to == std::string_view::npos ? first : words.substr(to + 4);
  bool inside = false;
  for (const auto& [word, field] : kOrder) {
    inside = inside || word == first;
    fields |= inside ? field : 0;
    inside = inside && word != last;
  }
  return ((fields == 0 ? kAll : fields) << 16) | precision;
}

}  // namespace

std::vector<Case> read_cases(const std::string& file) {
  std::ifstream stream(std::string(CASE_FOLDER) + "/" + file);
  EXPECT_TRUE(stream.good()) << file;
  std::vector<Case> cases;
  TypeIoOptions options;
  options.dates.time_zone = &TimeZone::utc();
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    if (line.starts_with('@')) {
      apply_setting(line, options);
    } else if (!line.empty() && !line.starts_with('#')) {
      Case next{split(line), {}, options, file + ":" + std::to_string(number)};
      next.expected = next.fields.back();
      next.fields.pop_back();
      cases.push_back(std::move(next));
    }
  }
  EXPECT_FALSE(cases.empty()) << file;
  return cases;
}

LogicalType parse_type(std::string_view text) {
  LogicalType type;
  if (text.starts_with("interval ") || text.starts_with("interval(")) {
    text.remove_prefix(text[8] == ' ' ? 9 : 8);
    return {TypeId::kInterval, interval_modifier(text)};
  }
  const bool is_array = text.ends_with("[]");
  if (is_array) {
    text.remove_suffix(2);
  }
  const size_t open = text.find('(');
  EXPECT_TRUE(find_type(text.substr(0, open), type)) << text;
  if (open != std::string_view::npos) {
    const std::string arguments(text.substr(open + 1));
    const int first = std::stoi(arguments);
    const size_t comma = arguments.find(',');
    const int second = comma == std::string::npos ? 0 : std::stoi(arguments.substr(comma + 1));
    if (type.id == TypeId::kNumeric) {
      type = LogicalType::numeric(first, second);
    } else if (type.id == TypeId::kVarchar || type.id == TypeId::kBpchar) {
      type.modifier = LogicalType::varchar(first).modifier;
    } else {
      type.modifier = first;
    }
  }
  return is_array ? LogicalType::array_of(type.id, type.modifier) : type;
}

std::vector<std::string> split_at_quotes(const std::string& expression) {
  std::vector<std::string> parts(1);
  for (const char c : expression) {
    if (c == '\'') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

std::string answer_of(const std::function<std::string()>& compute) {
  try {
    return compute();
  } catch (const Error& error) {
    return "!" + error.sqlstate() + " " + error.message() + (error.detail().empty() ? "" : " | " + error.detail()) +
           (error.hint().empty() ? "" : " | " + error.hint());
  }
}

}  // namespace tidemark
