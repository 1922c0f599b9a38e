// Expressions whose answers are PostgreSQL 15's own (regenerate_cases.py): each is evaluated as a constant and, with
// its literals as columns, in every vector form with NULLs between.

#include <gtest/gtest.h>

#include <fstream>

#include "call_helper.h"
#include "functions/coercion.h"
#include "functions/overload_resolution.h"
#include "types/type_io.h"

namespace tidemark::testing {
namespace {

/// `f(type 'literal', …)`, `type 'literal' op type 'literal'`, `(x)::type`; literals become constants or columns.
class CaseParser {
 public:
  CaseParser(std::string_view text, QueryContext& context) : rest_(text), context_(context) {}

  /// If not null, literals of known type are put there and read as inputs.
  std::vector<Value>* columns = nullptr;

  ExpressionPtr parse() {
    ExpressionPtr left;
    skip_blanks();
    if (is_symbol(rest_[0])) {
      const std::string symbol = take_symbol();
      left = operation(symbol, list(primary()));
    } else {
      left = primary();
    }
    skip_blanks();
    while (!rest_.empty() && is_symbol(rest_[0])) {
      const std::string symbol = take_symbol();
      left = operation(symbol, list(std::move(left), primary()));
      skip_blanks();
    }
    return left;
  }

 private:
  static bool is_symbol(char c) { return std::string_view("+-*/<>=~!@#%^&|?").find(c) != std::string_view::npos; }
  static bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.'; }
  void skip_blanks() {
    while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
  }
  std::string take_symbol() {
    size_t size = 0;
    while (is_symbol(rest_[size])) ++size;
    std::string symbol(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return symbol;
  }
  std::string take_word() {
    size_t size = 0;
    while (size < rest_.size() && is_word(rest_[size])) ++size;
    std::string word(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return word;
  }
  std::string take_literal() {
    std::string text;
    rest_.remove_prefix(1);
    while (rest_[0] != '\'' || (rest_.size() > 1 && rest_[1] == '\'')) {
      text += rest_[0];
      rest_.remove_prefix(rest_[0] == '\'' ? 2 : 1);
    }
    rest_.remove_prefix(1);
    return text;
  }

  LogicalType take_type() {
    LogicalType type;
    const std::string name = take_word();
    EXPECT_TRUE(find_type(name, type)) << name;
    if (rest_.starts_with("(") && name != "date") {
      rest_.remove_prefix(1);
      const int first = std::stoi(take_word());
      int second = 0;
      if (rest_.starts_with(",")) {
        rest_.remove_prefix(1);
        second = std::stoi(take_word());
      }
      rest_.remove_prefix(1);
      type = with_length(type, first, second);
    }
    return type;
  }
  static LogicalType with_length(LogicalType type, int first, int second) {
    if (type.id == TypeId::kNumeric) return LogicalType::numeric(first, second);
    if (is_string_type(type.id)) return {type.id, first + 4};
    return {type.id, first};
  }

  ExpressionPtr literal(LogicalType type) {
    const std::string text = take_literal();
    if (type.id == TypeId::kUnknown) return constant(Value::text(text).with_type(TypeId::kUnknown));
    Value value = parse_value(type, text, *context_.io);
    if (columns == nullptr) return constant(std::move(value));
    columns->push_back(std::move(value));
    return input(static_cast<uint32_t>(columns->size() - 1), type);
  }

  ExpressionPtr primary() {
    skip_blanks();
    ExpressionPtr result;
    if (rest_[0] == '\'') {
      result = literal(TypeId::kUnknown);
    } else if (rest_[0] == '(') {
      rest_.remove_prefix(1);
      result = parse();
      rest_.remove_prefix(1);
    } else {
      result = word();
    }
    while (rest_.starts_with("::")) {
      rest_.remove_prefix(2);
      result = coerce(std::move(result), take_type(), CastContext::kExplicit);
    }
    return result;
  }

  ExpressionPtr word() {
    const std::string_view before = rest_;
    std::string name = take_word();
    if (name.starts_with("pg_catalog.")) name = name.substr(11);
    LogicalType type;
    size_t lookahead = 0;
    while (lookahead < rest_.size() && rest_[lookahead] != '\'' && rest_[lookahead] != ',') ++lookahead;
    const bool has_modifier = rest_.starts_with("(") && rest_.find(") '") < rest_.find('\'');
    if (rest_.starts_with(" '") || has_modifier) {
      rest_ = before;
      type = take_type();
      skip_blanks();
      return literal(type);
    }
    rest_.remove_prefix(1);
    std::vector<ExpressionPtr> arguments;
    skip_blanks();
    while (rest_[0] != ')') {
      arguments.push_back(parse());
      skip_blanks();
      if (rest_[0] == ',') rest_.remove_prefix(1);
      skip_blanks();
    }
    rest_.remove_prefix(1);
    if (FunctionRegistry::instance().scalars(name).empty() && arguments.size() == 1 && find_type(name, type)) {
      return coerce(std::move(arguments[0]), type, CastContext::kExplicit);
    }
    return call(name, std::move(arguments));
  }

  std::string_view rest_;
  QueryContext& context_;
};

std::string text_of(const Value& value, const QueryContext& context) {
  if (value.is_null()) return "<null>";
  std::string text;
  for (const char c : to_text(value, *context.io)) text += c == '\n' ? std::string("\\n") : std::string(1, c);
  return text;
}

template <class Body>
std::string answer_of(const Body& body) {
  try {
    return body();
  } catch (const Error& error) {
    return "ERROR " + error.sqlstate() + ": " + error.message();
  }
}

std::string constant_answer(std::string_view expression, QueryContext& context) {
  return answer_of([&] {
    const ExpressionPtr bound = CaseParser(expression, context).parse();
    return text_of(Evaluator(context).evaluate_constant(*bound), context);
  });
}

/// The literals as columns of three rows, the middle one NULL, in the given form.
std::string column_answer(std::string_view expression, QueryContext& context, size_t form) {
  return answer_of([&]() -> std::string {
    std::vector<Value> literals;
    CaseParser parser(expression, context);
    parser.columns = &literals;
    const ExpressionPtr bound = parser.parse();
    DataChunk chunk;
    chunk.size = 3;
    for (const Value& value : literals) {
      const std::vector<Value> rows = {value, Value::null(value.type()), value};
      chunk.columns.push_back(all_forms(value.type(), rows)[form]);
    }
    const Vector result = Evaluator(context).evaluate(*bound, chunk);
    const std::string first = text_of(result.value(0), context);
    return first == text_of(result.value(2), context) ? first : "rows differ";
  });
}

std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  return lines;
}

void run_cases(const std::string& name) {
  TestContext test;
  const TypeIoOptions io;
  test.context.io = &io;
  const std::string folder = TIDEMARK_CASES_FOLDER;
  const std::vector<std::string> cases = lines_of(folder + "/" + name + ".txt");
  std::ifstream answers(folder + "/" + name + ".answers");
  ASSERT_TRUE(answers.good());
  for (const std::string& line : cases) {
    std::string answer;
    std::getline(answers, answer);
    EXPECT_EQ(constant_answer(line, test.context), answer) << line;
    for (size_t form = 0; form < 3; ++form) {
      EXPECT_EQ(column_answer(line, test.context, form), answer) << line << " in form " << form;
    }
  }
}

TEST(PostgresCases, Expressions) { run_cases("expressions"); }
TEST(PostgresCases, Arrays) { run_cases("arrays"); }
TEST(PostgresCases, Json) { run_cases("json"); }
TEST(PostgresCases, Templates) { run_cases("templates"); }

}  // namespace
}  // namespace tidemark::testing
