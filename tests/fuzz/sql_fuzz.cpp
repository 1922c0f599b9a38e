// SQL text → syntax tree → text → the same tree; then names, types, rules and operators on a small catalog that does
// not change. Nothing is run.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parser/ast_to_sql.h"
#include "parser/sql_parser.h"
#include "tests/fuzz/refusal.h"
#include "tests/unit/planner/sample_catalog.h"

namespace tidemark {
namespace {

using fuzz::fail;

void check_text(const ast::Statement& statement) {
  const std::string text = to_sql(statement);
  const auto again = parse_sql(text, BulkValues::AsExpressions);
  if (again.size() != 1 || to_sql(*again[0]) != text) {
    fail("does not read back as itself: " + text);
  }
}

void plan(const ast::Statement& statement) {
  testing::SamplePlanning planning;
  static_cast<void>(plan_statement(statement, planning.context()));
}

bool runs_in_executor(ast::StatementKind kind) {
  return kind == ast::StatementKind::Query || kind == ast::StatementKind::Insert ||
         kind == ast::StatementKind::Update || kind == ast::StatementKind::Delete;
}

}  // namespace
}  // namespace tidemark

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace tidemark;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<ast::StatementPtr> statements;
  fuzz::allow_refusal([&] { statements = parse_sql(text, BulkValues::AsExpressions); });
  for (const ast::StatementPtr& statement : statements) {
    check_text(*statement);
    if (runs_in_executor(statement->kind)) {
      fuzz::allow_refusal([&] { plan(*statement); });
    }
  }
  fuzz::allow_refusal([&] {
    for (const ast::StatementPtr& statement : parse_sql(text, BulkValues::Compact)) {
      if (statement->kind == ast::StatementKind::Insert) {
        plan(*statement);
      }
    }
  });
  return 0;
}
