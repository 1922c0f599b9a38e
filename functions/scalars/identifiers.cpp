// parse_ident: a qualified name taken apart.

#include "base/ascii.h"
#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/kernel.h"
#include "types/array.h"

namespace tidemark {
namespace {

using Text = std::string_view;
using enum TypeId;

bool is_blank_in_name(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool begins_name(char c) { return is_ascii_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80; }
bool continues_name(char c) { return begins_name(c) || is_ascii_digit(c) || c == '$'; }

Error not_an_identifier(Text text) {
  return {sqlstate::kInvalidParameterValue, "string is not a valid identifier: \"" + std::string(text) + "\""};
}

/// The part that `rest` begins with, which is taken from it.
std::string take_part(Text whole, Text& rest, bool after_dot) {
  std::string part;
  if (rest.starts_with('"')) {
    rest.remove_prefix(1);
    for (;;) {
      const size_t quote = rest.find('"');
      if (quote == Text::npos) throw not_an_identifier(whole).with_detail("String has unclosed double quotes.");
      part += rest.substr(0, quote);
      rest.remove_prefix(quote + 1);
      if (!rest.starts_with('"')) break;
      part += '"';
      rest.remove_prefix(1);
    }
    if (part.empty()) throw not_an_identifier(whole).with_detail("Quoted identifier must not be empty.");
    return part;
  }
  if (!rest.empty() && begins_name(rest.front())) {
    size_t end = 1;
    while (end < rest.size() && continues_name(rest[end])) ++end;
    part = to_ascii_lower(rest.substr(0, end));
    rest.remove_prefix(end);
    return part;
  }
  if (rest.starts_with('.')) throw not_an_identifier(whole).with_detail("No valid identifier before \".\".");
  if (after_dot) throw not_an_identifier(whole).with_detail("No valid identifier after \".\".");
  throw not_an_identifier(whole);
}

void skip_blanks(Text& rest) {
  while (!rest.empty() && is_blank_in_name(rest.front())) rest.remove_prefix(1);
}

/// Strict: nothing may follow the last part.
std::string parse_identifier(Text text, bool strict) {
  ArrayBuilder parts(kText);
  Text rest = text;
  skip_blanks(rest);
  for (bool after_dot = false;; after_dot = true) {
    parts.add(Value::text(take_part(text, rest, after_dot)));
    skip_blanks(rest);
    if (rest.starts_with('.')) {
      rest.remove_prefix(1);
      skip_blanks(rest);
      continue;
    }
    if (!rest.empty() && strict) throw not_an_identifier(text);
    return parts.finish();
  }
}
std::string parse_identifier_strictly(Text text) { return parse_identifier(text, true); }

}  // namespace

void add_identifiers(FunctionTables& tables) {
  const LogicalType texts = LogicalType::array_of(kText);
  tables.function("parse_ident", {kText}, texts, each_row<parse_identifier_strictly>, "parts of a qualified name");
  tables.function("parse_ident", {kText, kBoolean}, texts, each_row<parse_identifier>,
                  "parts of a qualified name, and whether nothing may follow it");
}

}  // namespace tidemark
