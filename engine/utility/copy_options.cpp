#include "engine/utility/copy_options.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/ascii.h"
#include "base/error.h"

namespace tidemark {
namespace {

[[noreturn]] void refuse_value(const std::string& message) { throw Error(sqlstate::kInvalidParameterValue, message); }

char one_byte(const ast::Option& option, std::string_view what) {
  if (option.value.size() != 1) {
    throw Error(sqlstate::kFeatureNotSupported, "COPY " + std::string(what) + " must be a single one-byte character");
  }
  return option.value[0];
}

bool boolean_value(const ast::Option& option) {
  if (option.value_kind == ast::Option::ValueKind::None) return true;
  const std::string word = to_ascii_lower(option.value);
  if (word == "true" || word == "on" || word == "1") return true;
  if (word == "false" || word == "off" || word == "0") return false;
  throw Error(sqlstate::kSyntaxError, option.name + " requires a Boolean value");
}

CopyHeader header_value(const ast::Option& option) {
  if (to_ascii_lower(option.value) == "match") return CopyHeader::kMatch;
  try {
    return boolean_value(option) ? CopyHeader::kSkip : CopyHeader::kNone;
  } catch (const Error&) {
    throw Error(sqlstate::kSyntaxError, "header requires a Boolean value or \"match\"");
  }
}

/// What was written; what was not gets the format's own default later.
struct Written {
  std::optional<char> delimiter, quote, escape;
  std::optional<std::string> null_text;
};

void check_delimiter(const CopyFormat& format) {
  const char delimiter = format.delimiter;
  if (delimiter == '\n' || delimiter == '\r') refuse_value("COPY delimiter cannot be newline or carriage return");
  constexpr std::string_view kRefused = "\\.abcdefghijklmnopqrstuvwxyz0123456789";
  if (!format.csv && kRefused.find(delimiter) != std::string_view::npos) {
    refuse_value(std::string("COPY delimiter cannot be \"") + delimiter + "\"");
  }
}

void check_binary(const CopyOptions& options, const Written& written) {
  if (written.delimiter) throw Error(sqlstate::kSyntaxError, "cannot specify DELIMITER in BINARY mode");
  if (written.null_text) throw Error(sqlstate::kSyntaxError, "cannot specify NULL in BINARY mode");
  if (options.header != CopyHeader::kNone) {
    throw Error(sqlstate::kFeatureNotSupported, "cannot specify HEADER in BINARY mode");
  }
}

void check(const CopyOptions& options, const Written& written, bool from) {
  const CopyFormat& format = options.format;
  if (format.binary) check_binary(options, written);
  check_delimiter(format);
  const auto only_csv = [&](bool given, std::string_view what) {
    if (given && !format.csv) {
      throw Error(sqlstate::kFeatureNotSupported, "COPY " + std::string(what) + " available only in CSV mode");
    }
  };
  if (format.null_text.find_first_of("\r\n") != std::string::npos) {
    refuse_value("COPY null representation cannot use newline or carriage return");
  }
  only_csv(written.quote.has_value(), "quote");
  only_csv(written.escape.has_value(), "escape");
  if (format.csv && format.delimiter == format.quote) refuse_value("COPY delimiter and quote must be different");
  const bool force_quote = options.force_quote_all || !options.force_quote.empty();
  only_csv(force_quote, "force quote");
  only_csv(!options.force_not_null.empty(), "force not null");
  only_csv(!options.force_null.empty(), "force null");
  const auto only_one_way = [](bool given, std::string_view what) {
    if (given) throw Error(sqlstate::kFeatureNotSupported, "COPY " + std::string(what));
  };
  only_one_way(force_quote && from, "force quote only available using COPY TO");
  only_one_way(!options.force_not_null.empty() && !from, "force not null only available using COPY FROM");
  only_one_way(!options.force_null.empty() && !from, "force null only available using COPY FROM");
  if (format.null_text.find(format.delimiter) != std::string::npos) {
    throw Error(sqlstate::kFeatureNotSupported, "COPY delimiter must not appear in the NULL specification");
  }
  if (format.csv && format.null_text.find(format.quote) != std::string::npos) {
    throw Error(sqlstate::kFeatureNotSupported, "CSV quote character must not appear in the NULL specification");
  }
  if (options.header == CopyHeader::kMatch && !from) {
    throw Error(sqlstate::kFeatureNotSupported, "cannot use \"match\" with HEADER in COPY TO");
  }
}

}  // namespace

CopyOptions read_copy_options(const ast::CopyStatement& copy) {
  CopyOptions options;
  Written written;
  std::set<std::string> seen;
  for (const ast::Option& option : copy.options) {
    if (!seen.insert(option.name).second) {
      throw Error(sqlstate::kSyntaxError, "conflicting or redundant options").at(option.position);
    }
    if (option.name == "format") {
      if (option.value != "csv" && option.value != "text" && option.value != "binary") {
        throw Error(sqlstate::kInvalidParameterValue, "COPY format \"" + option.value + "\" not recognized")
            .at(option.position);
      }
      options.format.csv = option.value == "csv";
      options.format.binary = option.value == "binary";
    } else if (option.name == "delimiter" || option.name == "delimiters") {
      written.delimiter = one_byte(option, "delimiter");
    } else if (option.name == "null") {
      written.null_text = option.value;
    } else if (option.name == "quote") {
      written.quote = one_byte(option, "quote");
    } else if (option.name == "escape") {
      written.escape = one_byte(option, "escape");
    } else if (option.name == "header") {
      options.header = header_value(option);
    } else if (option.name == "freeze") {
      static_cast<void>(boolean_value(option));  // Rows are visible at commit either way.
    } else if (option.name == "force_quote") {
      options.force_quote_all = option.list.size() == 1 && option.list[0] == "*";
      if (!options.force_quote_all) options.force_quote = option.list;
      if (option.value == "*") options.force_quote_all = true;
    } else if (option.name == "force_not_null") {
      options.force_not_null = option.list;
    } else if (option.name == "force_null") {
      options.force_null = option.list;
    } else if (option.name == "encoding") {
      std::string encoding = to_ascii_lower(option.value);
      std::erase(encoding, '-');
      if (encoding != "utf8" && encoding != "unicode") {
        throw Error(sqlstate::kFeatureNotSupported, "encoding \"" + option.value + "\" is not supported (UTF8 is)");
      }
    } else {
      throw Error(sqlstate::kSyntaxError, "option \"" + option.name + "\" not recognized").at(option.position);
    }
  }
  CopyFormat& format = options.format;
  format.delimiter = written.delimiter.value_or(format.csv ? ',' : '\t');
  format.null_text = written.null_text.value_or(format.csv ? "" : "\\N");
  format.quote = written.quote.value_or('"');
  format.escape = written.escape.value_or(format.quote);
  check(options, written, copy.from);
  return options;
}

}  // namespace tidemark
