#include "parser/ast_to_sql.h"

#include <array>

#include "base/stack_depth.h"
#include "parser/sql_printer.h"
#include "parser/sql_scanner.h"

namespace tidemark {

std::string to_sql(const ast::Statement& statement) {
  SqlPrinter printer;
  printer.statement(statement);
  return printer.take();
}

std::string to_sql(const ast::Expression& expression) {
  SqlPrinter printer;
  printer.expression(expression);
  return printer.take();
}

std::string to_sql(const ast::TypeName& type) {
  SqlPrinter printer;
  printer.type(type);
  return printer.take();
}

std::string to_sql(const ast::QualifiedName& name) {
  SqlPrinter printer;
  printer.name(name);
  return printer.take();
}

std::string quote_identifier(std::string_view name) {
  const auto plain_start = [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; };
  const auto plain = [&](char c) { return plain_start(c) || (c >= '0' && c <= '9'); };
  bool safe = !name.empty() && plain_start(name[0]) && !needs_quotes_as_identifier(name);
  for (const char c : name) safe = safe && plain(c);
  if (safe) return std::string(name);
  std::string result = "\"";
  for (const char c : name) {
    if (c == '"') result += '"';
    result += c;
  }
  return result + "\"";
}

std::string quote_literal(std::string_view text) {
  const bool escape = text.find('\\') != std::string_view::npos;
  std::string result = escape ? "E'" : "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += c;
    result += c;
  }
  return result + "'";
}

}  // namespace tidemark
