// concat, concat_ws, format, quote_…, and || with what is no text: they take any type, through its text.

#include <algorithm>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/identifier_text.h"
#include "functions/io_options.h"
#include "functions/kernel.h"
#include "functions/scalars/utf8.h"
#include "functions/validity_operations.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

/// Appends the text that casting to text gives: booleans as words.
void append_as_text(KernelCall& call, std::string& out, const Vector& vector, size_t row) {
  append_text(out, vector, row, io_options(call.context));
}

template <class RowText>
void text_rows(KernelCall& call, const RowText& row_text) {
  Vector result = Vector::flat(call.result_type, call.size);
  std::string text;
  for (size_t row = 0; row < call.size; ++row) {
    text.clear();
    if (row_text(row, text)) {
      result.mutable_data<Text>()[row] = result.heap().add(text);
    } else {
      result.set_null(row);
    }
  }
  call.result = std::move(result);
}

void concat(KernelCall& call) {
  text_rows(call, [&](size_t row, std::string& text) {
    for (const Vector& argument : call.arguments) {
      if (is_there(argument, row)) append_as_text(call, text, argument, row);
    }
    return true;
  });
}

void concat_with_separator(KernelCall& call) {
  const Argument<Text> separators(call.arguments[0]);
  text_rows(call, [&](size_t row, std::string& text) {
    if (!is_there(call.arguments[0], row)) return false;
    bool first = true;
    for (const Vector& argument : call.arguments.subspan(1)) {
      if (!is_there(argument, row)) continue;
      if (!first) text += separators[row];
      append_as_text(call, text, argument, row);
      first = false;
    }
    return true;
  });
}

/// `text || anything` and the other way round.
void concatenate_any(KernelCall& call) {
  text_rows(call, [&](size_t row, std::string& text) {
    if (!call.valid.is_valid(row)) return true;  // The evaluator makes it NULL.
    for (const Vector& argument : call.arguments) {
      if (argument.type().id == kBoolean) {
        text += Argument<bool>(argument)[row] ? "true" : "false";
      } else {
        append_as_text(call, text, argument, row);
      }
    }
    return true;
  });
}

bool is_plain_identifier(Text text) {
  if (text.empty() || !((text[0] >= 'a' && text[0] <= 'z') || text[0] == '_')) return false;
  for (const char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) return false;
  }
  // The words that PostgreSQL reserves, or that may not name a column or a type.
  static constexpr Text kReserved[] = {"all",
                                       "analyse",
                                       "analyze",
                                       "and",
                                       "any",
                                       "array",
                                       "as",
                                       "asc",
                                       "asymmetric",
                                       "authorization",
                                       "between",
                                       "bigint",
                                       "binary",
                                       "bit",
                                       "boolean",
                                       "both",
                                       "case",
                                       "cast",
                                       "char",
                                       "character",
                                       "check",
                                       "coalesce",
                                       "collate",
                                       "collation",
                                       "column",
                                       "concurrently",
                                       "constraint",
                                       "create",
                                       "cross",
                                       "current_catalog",
                                       "current_date",
                                       "current_role",
                                       "current_schema",
                                       "current_time",
                                       "current_timestamp",
                                       "current_user",
                                       "dec",
                                       "decimal",
                                       "default",
                                       "deferrable",
                                       "desc",
                                       "distinct",
                                       "do",
                                       "else",
                                       "end",
                                       "except",
                                       "exists",
                                       "extract",
                                       "false",
                                       "fetch",
                                       "float",
                                       "for",
                                       "foreign",
                                       "freeze",
                                       "from",
                                       "full",
                                       "grant",
                                       "greatest",
                                       "group",
                                       "grouping",
                                       "having",
                                       "ilike",
                                       "in",
                                       "initially",
                                       "inner",
                                       "inout",
                                       "int",
                                       "integer",
                                       "intersect",
                                       "interval",
                                       "into",
                                       "is",
                                       "isnull",
                                       "join",
                                       "lateral",
                                       "leading",
                                       "least",
                                       "left",
                                       "like",
                                       "limit",
                                       "localtime",
                                       "localtimestamp",
                                       "national",
                                       "natural",
                                       "nchar",
                                       "none",
                                       "normalize",
                                       "not",
                                       "notnull",
                                       "null",
                                       "nullif",
                                       "numeric",
                                       "offset",
                                       "on",
                                       "only",
                                       "or",
                                       "order",
                                       "out",
                                       "outer",
                                       "overlaps",
                                       "overlay",
                                       "placing",
                                       "position",
                                       "precision",
                                       "primary",
                                       "real",
                                       "references",
                                       "returning",
                                       "right",
                                       "row",
                                       "select",
                                       "session_user",
                                       "setof",
                                       "similar",
                                       "smallint",
                                       "some",
                                       "substring",
                                       "symmetric",
                                       "table",
                                       "tablesample",
                                       "then",
                                       "time",
                                       "timestamp",
                                       "to",
                                       "trailing",
                                       "treat",
                                       "trim",
                                       "true",
                                       "union",
                                       "unique",
                                       "user",
                                       "using",
                                       "values",
                                       "varchar",
                                       "variadic",
                                       "verbose",
                                       "when",
                                       "where",
                                       "window",
                                       "with",
                                       "xmlattributes",
                                       "xmlconcat",
                                       "xmlelement",
                                       "xmlexists",
                                       "xmlforest",
                                       "xmlnamespaces",
                                       "xmlparse",
                                       "xmlpi",
                                       "xmlroot",
                                       "xmlserialize",
                                       "xmltable"};
  return std::ranges::find(kReserved, text) == std::end(kReserved);
}

std::string quote_ident(Text text) {
  if (is_plain_identifier(text)) return std::string(text);
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + '"';
}

std::string quote_literal(Text text) {
  std::string result = text.find('\\') != Text::npos ? " E'" : "'";
  if (result[0] == ' ') result = "E'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += c;
    result += c;
  }
  return result + '\'';
}

/// As the cast to text gives it, which spells booleans out.
void append_as_cast(KernelCall& call, std::string& text, const Vector& column, size_t row) {
  if (column.type().id != TypeId::kBoolean) {
    append_as_text(call, text, column, row);
    return;
  }
  text += column.data<uint8_t>()[column.is_constant() ? 0 : row] != 0 ? "true" : "false";
}

void quote_any(KernelCall& call) {
  text_rows(call, [&](size_t row, std::string& text) {
    if (!call.valid.is_valid(row)) return true;
    std::string plain;
    append_as_cast(call, plain, call.arguments[0], row);
    text = quote_literal(plain);
    return true;
  });
}
void quote_nullable(KernelCall& call) {
  text_rows(call, [&](size_t row, std::string& text) {
    if (!is_there(call.arguments[0], row)) {
      text = "NULL";
      return true;
    }
    std::string plain;
    append_as_cast(call, plain, call.arguments[0], row);
    text = quote_literal(plain);
    return true;
  });
}

/// format(template, …): %[position$][-][width]type with types s, I, L and %%.
class Formatter {
 public:
  Formatter(KernelCall& call, size_t row, std::string& out) : call_(call), row_(row), out_(out) {}

  void run(Text format) {
    while (!format.empty()) {
      const size_t percent = format.find('%');
      out_ += format.substr(0, percent);
      if (percent == Text::npos) return;
      format.remove_prefix(percent + 1);
      if (format.empty()) throw_unterminated();
      if (format[0] == '%') {
        out_ += '%';
        format.remove_prefix(1);
        continue;
      }
      specifier(format);
    }
  }

 private:
  [[noreturn]] static void throw_unterminated() {
    throw Error(sqlstate::kInvalidParameterValue, "unterminated format() type specifier")
        .with_hint("For a single \"%\" use \"%%\".");
  }
  [[noreturn]] static void throw_too_few() {
    throw Error(sqlstate::kInvalidParameterValue, "too few arguments for format()");
  }

  static bool take_number(Text& format, int64_t& number) {
    size_t digits = 0;
    number = 0;
    while (digits < format.size() && format[digits] >= '0' && format[digits] <= '9') {
      number = std::min<int64_t>(number * 10 + (format[digits] - '0'), INT32_MAX);
      ++digits;
    }
    format.remove_prefix(digits);
    if (digits > 0 && format.empty()) throw_unterminated();
    return digits > 0;
  }

  size_t take_argument(int64_t explicit_position) {
    if (explicit_position >= 0) next_ = static_cast<size_t>(explicit_position);
    if (next_ == 0) {
      throw Error(sqlstate::kInvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1");
    }
    if (next_ >= call_.arguments.size()) throw_too_few();
    return next_++;
  }

  void specifier(Text& format) {
    int64_t position = -1;
    int64_t width = 0;
    bool left = false;
    int64_t number = 0;
    if (take_number(format, number)) {
      if (format[0] == '$') {
        position = number;
        format.remove_prefix(1);
        if (position == 0) take_argument(0);
      } else {
        width = number;
      }
    }
    while (!format.empty() && format[0] == '-') {
      left = true;
      format.remove_prefix(1);
    }
    if (format.empty()) throw_unterminated();
    if (format[0] == '*') {
      format.remove_prefix(1);
      int64_t width_position = -1;
      if (take_number(format, number)) {
        if (format[0] != '$') {
          throw Error(sqlstate::kInvalidParameterValue, "width argument position must be ended by \"$\"");
        }
        width_position = number;
        format.remove_prefix(1);
      }
      const Vector& argument = call_.arguments[take_argument(width_position)];
      if (is_there(argument, row_)) {
        std::string text;
        append_as_text(call_, text, argument, row_);
        width = std::stoll(text);
      }
      if (width < 0) {
        left = true;
        width = -width;
      }
    } else if (take_number(format, number)) {
      width = number;
    }
    if (format.empty()) throw_unterminated();
    const char kind = format[0];
    format.remove_prefix(1);
    if (kind != 's' && kind != 'I' && kind != 'L') {
      throw Error(sqlstate::kInvalidParameterValue,
                  std::string("unrecognized format() type specifier \"") + kind + "\"")
          .with_hint("For a single \"%\" use \"%%\".");
    }
    append_padded(converted(kind, call_.arguments[take_argument(position)]), width, left);
  }

  std::string converted(char kind, const Vector& argument) {
    if (!is_there(argument, row_)) {
      if (kind == 'I') {
        throw Error(sqlstate::kNullValueNotAllowed, "null values cannot be formatted as an SQL identifier");
      }
      return kind == 'L' ? "NULL" : "";
    }
    std::string text;
    append_as_text(call_, text, argument, row_);
    return kind == 's' ? text : kind == 'I' ? quote_ident(text) : quote_literal(text);
  }

  void append_padded(const std::string& text, int64_t width, bool left) {
    const auto there = static_cast<int64_t>(count_characters(text));
    const std::string blanks(static_cast<size_t>(std::max<int64_t>(width - there, 0)), ' ');
    out_ += left ? text + blanks : blanks + text;
  }

  KernelCall& call_;
  size_t row_;
  std::string& out_;
  size_t next_ = 1;
};

void format(KernelCall& call) {
  const Argument<Text> templates(call.arguments[0]);
  text_rows(call, [&](size_t row, std::string& text) {
    if (!is_there(call.arguments[0], row)) return false;
    Formatter(call, row, text).run(templates[row]);
    return true;
  });
}

}  // namespace

std::string quoted_identifier(std::string_view name) { return quote_ident(name); }

void add_text_formatting(FunctionTables& tables) {
  const auto variadic = [](ScalarFunction& function) {
    function.variadic = true;
    function.null_rule = NullRule::kCalled;
    function.volatility = Volatility::kStable;
  };
  variadic(tables.function("concat", {kAny}, kText, concat, "texts of all arguments, NULLs left out"));
  variadic(tables.function("concat_ws", {kText, kAny}, kText, concat_with_separator,
                           "texts of all arguments with a separator between, NULLs left out"));
  variadic(tables.function("format", {kText, kAny}, kText, format, "text with %s, %I and %L filled in"));
  ScalarFunction& alone = tables.function("format", {kText}, kText, format, "text with %% replaced");
  alone.null_rule = NullRule::kCalled;
  tables.operation("||", {kText, kAnyNonArray}, kText, concatenate_any, "concatenation").volatility =
      Volatility::kStable;
  tables.operation("||", {kAnyNonArray, kText}, kText, concatenate_any, "concatenation").volatility =
      Volatility::kStable;
  tables.function("quote_ident", {kText}, kText, each_row<quote_ident>, "as an identifier, quoted where needed");
  tables.function("quote_literal", {kText}, kText, each_row<quote_literal>, "as a string literal");
  tables.function("quote_literal", {kAnyElement}, kText, quote_any, "as a string literal").volatility =
      Volatility::kStable;
  tables.function("quote_nullable", {kText}, kText, quote_nullable, "as a string literal, or NULL").null_rule =
      NullRule::kCalled;
  ScalarFunction& nullable =
      tables.function("quote_nullable", {kAnyElement}, kText, quote_nullable, "as a string literal, or NULL");
  nullable.null_rule = NullRule::kCalled;
  nullable.volatility = Volatility::kStable;
}

}  // namespace tidemark
