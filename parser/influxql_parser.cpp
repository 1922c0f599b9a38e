#include "parser/influxql_parser.h"

#include <re2/re2.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

#include "base/ascii.h"
#include "base/error.h"
#include "base/utf8.h"
#include "grammar/InfluxQlParser.h"
#include "parser/antlr_parser.h"
#include "parser/influxql_scanner.h"

namespace tidemark::influxql {
namespace {

using Grammar = influxql_grammar::InfluxQlParser;

[[noreturn]] void fail(std::string message) { throw Error(sqlstate::kSyntaxError, std::move(message)); }

/// The tree of one statement → its syntax.
class Builder {
 public:
  Builder(std::string_view text, std::span<const ScannedToken> tokens) : text_(text), tokens_(tokens) {}

  decltype(Statement::content) statement(Grammar::StatementContext& tree) {
    if (auto* select_tree = tree.selectStatement()) return select(*select_tree);
    if (auto* show_tree = tree.showStatement()) return show(*show_tree);
    if (auto* create = tree.createDatabase()) return CreateDatabaseStatement{value(create->NAME())};
    if (auto* drop = tree.dropDatabase()) return DropDatabaseStatement{value(drop->NAME())};
    return DropMeasurementStatement{value(tree.dropMeasurement()->NAME())};
  }

 private:
  using Terminal = antlr4::tree::TerminalNode*;

  [[nodiscard]] const ScannedToken& token(Terminal node) const { return tokens_[node->getSymbol()->getTokenIndex()]; }
  [[nodiscard]] std::string value(Terminal node) const { return token_value(text_, token(node)); }
  [[nodiscard]] std::string_view written(Terminal node) const {
    return text_.substr(token(node).offset, token(node).length);
  }

  SelectStatement select(Grammar::SelectStatementContext& tree) {
    SelectStatement statement;
    for (auto* field : tree.fields()->field()) {
      statement.fields.push_back({expression(*field->expression()), field->NAME() ? value(field->NAME()) : ""});
    }
    statement.sources = sources(*tree.fromClause());
    if (auto* where = tree.whereClause()) statement.where = expression(*where->expression());
    if (auto* group = tree.groupByClause()) {
      for (auto* dimension : group->dimension()) statement.dimensions.push_back(expression(*dimension->expression()));
    }
    if (auto* fill = tree.fillClause()) read_fill(*fill->fillOption(), statement);
    if (auto* order = tree.orderByClause()) statement.descending = is_descending(*order);
    statement.limits = limits(*tree.limits());
    if (auto* zone = tree.zoneClause()) statement.time_zone = value(zone->STRING());
    return statement;
  }

  std::vector<Source> sources(Grammar::FromClauseContext& tree) {
    std::vector<Source> list;
    for (auto* source : tree.source()) {
      Source entry;
      if (auto* subquery = source->subquery()) {
        entry.subquery = std::make_shared<SelectStatement>(select(*subquery->selectStatement()));
      } else {
        auto& measurement = *source->measurement();
        const auto names = measurement.NAME();
        const bool two_dots = measurement.DOT().size() == 2;
        if (!names.empty()) (two_dots ? entry.database : entry.policy) = value(names[0]);
        if (names.size() == 2) entry.policy = value(names[1]);
        entry.is_regex = measurement.measurementName()->REGEX() != nullptr;
        entry.name =
            value(entry.is_regex ? measurement.measurementName()->REGEX() : measurement.measurementName()->NAME());
      }
      list.push_back(std::move(entry));
    }
    return list;
  }

  void read_fill(Grammar::FillOptionContext& tree, SelectStatement& statement) const {
    if (tree.NAME() == nullptr) {
      statement.fill = Fill::kNumber;
      statement.fill_number = number(written(tree.INTEGER() != nullptr ? tree.INTEGER() : tree.NUMBER()));
      if (tree.MINUS() != nullptr) statement.fill_number = -statement.fill_number;
      return;
    }
    const std::string word = to_ascii_lower(written(tree.NAME()));
    if (word == "null") {
      statement.fill = Fill::kNull;
    } else if (word == "none") {
      statement.fill = Fill::kNone;
    } else if (word == "previous") {
      statement.fill = Fill::kPrevious;
    } else if (word == "linear") {
      statement.fill = Fill::kLinear;
    } else {
      fail("expected number argument in fill()");
    }
  }

  bool is_descending(Grammar::OrderByClauseContext& tree) const {
    const auto items = tree.orderItem();
    if (items.size() != 1 || (items[0]->NAME() != nullptr && value(items[0]->NAME()) != "time")) {
      fail("only ORDER BY time supported at this time");
    }
    return items[0]->K_DESC() != nullptr;
  }

  Limits limits(Grammar::LimitsContext& tree) const {
    Limits limits;
    for (auto* limit : tree.limit()) {
      const std::string_view digits = written(limit->INTEGER());
      int64_t count = 0;
      if (std::from_chars(digits.data(), digits.data() + digits.size(), count).ec != std::errc()) {
        fail("unable to parse integer at " + std::string(digits));
      }
      (limit->K_LIMIT() != nullptr    ? limits.limit
       : limit->K_OFFSET() != nullptr ? limits.offset
       : limit->K_SLIMIT() != nullptr ? limits.series_limit
                                      : limits.series_offset) = count;
    }
    return limits;
  }

  static double number(std::string_view digits) {
    double result = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), result);
    return result;
  }

  /// Throws what Go's regexp package says of a bad pattern; RE2's words differ in a few.
  void check_regex(const std::string& pattern, size_t offset) const {
    const RE2 regex(pattern, RE2::Quiet);
    if (regex.ok()) return;
    static constexpr std::pair<RE2::ErrorCode, std::string_view> kWords[] = {
        {RE2::ErrorMissingParen, "missing closing )"},
        {RE2::ErrorMissingBracket, "missing closing ]"},
        {RE2::ErrorRepeatArgument, "missing argument to repetition operator"},
        {RE2::ErrorRepeatOp, "invalid nested repetition operator"},
        {RE2::ErrorRepeatSize, "invalid repeat count"},
        {RE2::ErrorBadEscape, "invalid escape sequence"},
        {RE2::ErrorBadCharRange, "invalid character class range"},
        {RE2::ErrorBadCharClass, "invalid character class"},
        {RE2::ErrorTrailingBackslash, "trailing backslash at end of expression"},
    };
    const auto found = std::ranges::find(kWords, regex.error_code(), [](const auto& entry) { return entry.first; });
    const std::string words = found == std::end(kWords) ? regex.error() : std::string(found->second);
    const Place place = place_of(text_, offset);  // InfluxDB names the character before it.
    fail("error parsing regexp: " + words + ": `" + regex.error_arg() + "` at line " + std::to_string(place.line) +
         ", char " + std::to_string(place.character - 1));
  }

  // ------------------------------------------------------------------------------------------------------- expressions

  static int precedence(Operator operation) {
    switch (operation) {
      case Operator::kOr:
        return 1;
      case Operator::kAnd:
        return 2;
      case Operator::kAdd:
      case Operator::kSubtract:
      case Operator::kBitOr:
      case Operator::kBitXor:
        return 4;
      case Operator::kMultiply:
      case Operator::kDivide:
      case Operator::kModulo:
      case Operator::kBitAnd:
        return 5;
      default:
        return 3;
    }
  }

  static Operator operation(size_t token_type) {
    switch (token_type) {
      case Grammar::PLUS:
        return Operator::kAdd;
      case Grammar::MINUS:
        return Operator::kSubtract;
      case Grammar::STAR:
        return Operator::kMultiply;
      case Grammar::SLASH:
        return Operator::kDivide;
      case Grammar::PERCENT:
        return Operator::kModulo;
      case Grammar::AMPERSAND:
        return Operator::kBitAnd;
      case Grammar::PIPE:
        return Operator::kBitOr;
      case Grammar::CARET:
        return Operator::kBitXor;
      case Grammar::EQ:
        return Operator::kEqual;
      case Grammar::NE:
        return Operator::kNotEqual;
      case Grammar::LT:
        return Operator::kLess;
      case Grammar::LE:
        return Operator::kLessEqual;
      case Grammar::GT:
        return Operator::kGreater;
      case Grammar::GE:
        return Operator::kGreaterEqual;
      case Grammar::EQ_REGEX:
        return Operator::kMatches;
      case Grammar::NE_REGEX:
        return Operator::kNotMatches;
      case Grammar::K_AND:
        return Operator::kAnd;
      default:
        return Operator::kOr;
    }
  }

  static Expression binary(Operator operation, Expression left, Expression right) {
    Expression result;
    result.kind = ExpressionKind::kBinary;
    result.operation = operation;
    result.children.push_back(std::move(left));
    result.children.push_back(std::move(right));
    return result;
  }

  /// The flat list of operands and operators → a tree, all operators to the left.
  Expression expression(Grammar::ExpressionContext& tree) {
    const auto operands = tree.operand();
    const auto operators = tree.binaryOperator();
    std::vector<Expression> values;
    std::vector<Operator> pending;
    const auto reduce = [&] {
      Expression right = std::move(values.back());
      values.pop_back();
      values.back() = binary(pending.back(), std::move(values.back()), std::move(right));
      pending.pop_back();
    };
    values.push_back(operand(*operands[0]));
    for (size_t i = 0; i < operators.size(); ++i) {
      const Operator next = operation(operators[i]->getStart()->getType());
      while (!pending.empty() && precedence(pending.back()) >= precedence(next)) reduce();
      pending.push_back(next);
      values.push_back(operand(*operands[i + 1]));
    }
    while (!pending.empty()) reduce();
    return std::move(values.front());
  }

  Expression operand(Grammar::OperandContext& tree) {
    Expression result = primary(*tree.primary());
    if (tree.MINUS() == nullptr) return result;
    if (result.kind == ExpressionKind::kInteger || result.kind == ExpressionKind::kDuration) {
      result.integer = -result.integer;
      return result;
    }
    if (result.kind == ExpressionKind::kNumber) {
      result.number = -result.number;
      return result;
    }
    Expression minus_one;
    minus_one.kind = ExpressionKind::kInteger;
    minus_one.integer = -1;
    return binary(Operator::kMultiply, std::move(minus_one), std::move(result));
  }

  ColumnKind column_kind(Grammar::ColumnKindContext* tree) const {
    if (tree == nullptr) return ColumnKind::kAny;
    if (tree->K_TAG() != nullptr) return ColumnKind::kTag;
    return ColumnKind::kField;  // ::field, or a type: only fields have one.
  }

  Expression primary(Grammar::PrimaryContext& tree) {
    Expression result;
    if (tree.LP() != nullptr) {
      result = expression(*tree.expression());
      result.parenthesized = true;
    } else if (auto* call = tree.call()) {
      result.kind = ExpressionKind::kCall;
      result.text = call->NAME() != nullptr ? to_ascii_lower(value(call->NAME())) : "distinct";
      for (auto* argument : call->argument()) result.children.push_back(expression(*argument->expression()));
    } else if (tree.K_DISTINCT() != nullptr) {
      result.kind = ExpressionKind::kCall;
      result.text = "distinct";
      result.children.emplace_back().text = value(tree.NAME());
    } else if (auto* reference = tree.reference()) {
      result.text = value(reference->NAME());
      result.column = column_kind(reference->columnKind());
    } else if (auto* wildcard = tree.wildcard()) {
      result.kind = ExpressionKind::kWildcard;
      result.column = column_kind(wildcard->columnKind());
    } else {
      read_literal(*static_cast<Terminal>(tree.children.front()), result);
    }
    return result;
  }

  void read_literal(antlr4::tree::TerminalNode& node, Expression& result) const {
    const std::string_view spelling = written(&node);
    switch (node.getSymbol()->getType()) {
      case Grammar::REGEX:
        result.kind = ExpressionKind::kRegex;
        result.text = value(&node);
        check_regex(result.text, token(&node).offset);
        break;
      case Grammar::STRING:
        result.kind = ExpressionKind::kString;
        result.text = value(&node);
        break;
      case Grammar::INTEGER:
        result.kind = ExpressionKind::kInteger;
        if (std::from_chars(spelling.data(), spelling.data() + spelling.size(), result.integer).ec != std::errc()) {
          // What no integer holds is a float, as there.
          result.kind = ExpressionKind::kNumber;
          result.number = number(spelling);
        }
        break;
      case Grammar::NUMBER:
        result.kind = ExpressionKind::kNumber;
        result.number = number(spelling);
        break;
      case Grammar::DURATION: {
        const auto duration = duration_value(spelling);
        if (!duration) fail("invalid duration");
        result.kind = ExpressionKind::kDuration;
        result.integer = *duration;
        break;
      }
      case Grammar::PARAMETER:
        result.kind = ExpressionKind::kParameter;
        result.text = spelling.substr(1);
        break;
      default:
        result.kind = ExpressionKind::kBoolean;
        result.integer = node.getSymbol()->getType() == Grammar::K_TRUE ? 1 : 0;
    }
  }

  // -------------------------------------------------------------------------------------------------------------- SHOW

  ShowStatement show(Grammar::ShowStatementContext& tree) {
    ShowStatement statement;
    if (tree.K_DATABASES() != nullptr) {
      statement.kind = ShowKind::kDatabases;
    } else if (tree.K_RETENTION() != nullptr) {
      statement.kind = ShowKind::kRetentionPolicies;
    } else if (tree.K_MEASUREMENTS() != nullptr) {
      statement.kind = ShowKind::kMeasurements;
    } else if (tree.K_SERIES() != nullptr) {
      statement.kind = ShowKind::kSeries;
    } else if (tree.K_FIELD() != nullptr) {
      statement.kind = ShowKind::kFieldKeys;
    } else {
      statement.kind = tree.K_VALUES() != nullptr ? ShowKind::kTagValues : ShowKind::kTagKeys;
    }
    if (auto* on = tree.onClause()) statement.database = value(on->NAME());
    if (auto* from = tree.fromClause()) statement.sources = sources(*from);
    if (auto* where = tree.whereClause()) statement.where = expression(*where->expression());
    if (auto* order = tree.orderByClause()) static_cast<void>(is_descending(*order));
    if (auto* list = tree.limits()) statement.limits = limits(*list);
    if (auto* match = tree.nameMatch()) {
      const bool regex = match->REGEX() != nullptr;
      statement.match = NameMatch{false, regex, {value(regex ? match->REGEX() : match->NAME())}};
    }
    if (auto* match = tree.keyMatch()) {
      NameMatch keys;
      keys.is_regex = match->REGEX() != nullptr;
      keys.negated = match->NE() != nullptr || match->NE_REGEX() != nullptr;
      if (keys.is_regex) keys.names.push_back(value(match->REGEX()));
      for (auto* name : match->NAME()) keys.names.push_back(value(name));
      statement.match = std::move(keys);
    }
    return statement;
  }

  std::string_view text_;
  std::span<const ScannedToken> tokens_;
};

/// What InfluxDB expects after `previous`, in its words; it is told by the place of the error, not by a full set of
/// tokens.
std::string expectation(std::span<const ScannedToken> tokens, size_t index) {
  constexpr std::string_view kStatements =
      "SELECT, DELETE, SHOW, CREATE, DROP, EXPLAIN, GRANT, REVOKE, ALTER, SET, KILL";
  constexpr std::string_view kOperand = "identifier, string, number, bool";
  if (index == 0) return std::string(kStatements);
  // An open parenthesis wants its end, unless an operand is missing.
  int depth = 0;
  bool from_seen = false;
  const bool is_select = tokens[0].type == Grammar::K_SELECT;
  for (size_t i = 0; i < index; ++i) {
    if (tokens[i].type == Grammar::LP) ++depth;
    if (tokens[i].type == Grammar::RP) --depth;
    if (tokens[i].type == Grammar::K_FROM) from_seen = true;
  }
  switch (tokens[index - 1].type) {
    case Grammar::K_SHOW:
      return "CONTINUOUS, DATABASES, DIAGNOSTICS, FIELD, GRANTS, MEASUREMENT, MEASUREMENTS, QUERIES, RETENTION, "
             "SERIES, "
             "SHARD, SHARDS, STATS, SUBSCRIPTIONS, TAG, USERS";
    case Grammar::K_CREATE:
      return "CONTINUOUS, DATABASE, USER, RETENTION, SUBSCRIPTION";
    case Grammar::K_DROP:
      return "CONTINUOUS, DATABASE, MEASUREMENT, RETENTION, SERIES, SHARD, SUBSCRIPTION, USER";
    case Grammar::K_TAG:
      return "KEY, KEYS, VALUES";
    case Grammar::K_FIELD:
      return "KEY, KEYS";
    case Grammar::K_RETENTION:
      return "POLICIES";
    case Grammar::K_VALUES:
      return "WITH";
    case Grammar::K_WITH:
      return tokens.size() > 1 && tokens[1].type == Grammar::K_MEASUREMENTS ? "MEASUREMENT" : "KEY";
    case Grammar::K_KEY:
      return "IN, =, =~";
    case Grammar::K_GROUP:
    case Grammar::K_ORDER:
      return "BY";
    case Grammar::K_FROM:
    case Grammar::K_DATABASE:
    case Grammar::K_MEASUREMENT:
    case Grammar::K_ON:
    case Grammar::K_AS:
    case Grammar::DOT:
      return "identifier";
    case Grammar::K_LIMIT:
    case Grammar::K_OFFSET:
    case Grammar::K_SLIMIT:
    case Grammar::K_SOFFSET:
      return "integer";
    case Grammar::EQ_REGEX:
    case Grammar::NE_REGEX:
      return "regex";
    case Grammar::K_SELECT:
    case Grammar::K_WHERE:
    case Grammar::K_BY:
    case Grammar::COMMA:
    case Grammar::LP:
    case Grammar::K_AND:
    case Grammar::K_OR:
    case Grammar::EQ:
    case Grammar::NE:
    case Grammar::LT:
    case Grammar::LE:
    case Grammar::GT:
    case Grammar::GE:
    case Grammar::PLUS:
    case Grammar::MINUS:
    case Grammar::STAR:
    case Grammar::SLASH:
    case Grammar::PERCENT:
      if (tokens[index - 1].type != Grammar::STAR || from_seen) return std::string(kOperand);
      break;
    default:
      break;
  }
  if (depth > 0) return ")";
  return is_select && !from_seen ? "FROM" : ";";
}

[[noreturn]] void throw_syntax_error(std::string_view text, size_t statement_end, std::span<const ScannedToken> tokens,
                                     size_t index) {
  std::string found;
  size_t offset = 0;
  size_t past_end = 0;
  if (index < tokens.size()) {
    const ScannedToken& token = tokens[index];
    found = std::string(text.substr(token.offset, token.length));
    offset = token.offset;
    // Key words are shown in capitals, unfinished strings without their quote.
    const bool word = is_ascii_letter(found.front()) && token.type != Grammar::NAME;
    if (word) found = to_ascii_upper(found);
    if (token.type == Grammar::BAD && (found.front() == '\'' || found.front() == '"')) found.erase(0, 1);
    if (token.type == Grammar::STRING || token.type == Grammar::NAME) found = token_value(text, token);
  } else {
    const bool cut = statement_end < text.size();
    found = cut ? ";" : "EOF";
    offset = cut ? statement_end : text.size();
    // InfluxDB's scanner is one further behind a word, and one less far behind blanks.
    if (!cut && !text.empty() && is_ascii_space(text.back())) {
      --offset;
    } else if (!cut && index > 0) {
      const char first = text[tokens[index - 1].offset];
      past_end = is_ascii_letter(first) || first == '_' ? 1 : 0;
    }
  }
  const Place place = place_of(text, offset);
  fail("found " + found + ", expected " + expectation(tokens, index) + " at line " + std::to_string(place.line) +
       ", char " + std::to_string(place.character + past_end));
}

bool is_sql_only(std::string_view word) {
  return equal_ignoring_ascii_case(word, "upsert") || equal_ignoring_ascii_case(word, "flush");
}

/// Statements of InfluxQL that this product understands and does not run.
bool is_unsupported(std::span<const ScannedToken> tokens, std::string_view text, std::string& words) {
  const auto word = [&](size_t index) {
    return index < tokens.size() ? to_ascii_upper(text.substr(tokens[index].offset, tokens[index].length))
                                 : std::string();
  };
  const std::string first = word(0);
  const std::string second = word(1);
  const auto is_one_of = [](std::string_view candidate, std::initializer_list<std::string_view> list) {
    return std::find(list.begin(), list.end(), candidate) != list.end();
  };
  if (is_one_of(first, {"DELETE", "EXPLAIN", "GRANT", "REVOKE", "ALTER", "SET", "KILL"})) {
    words = first;
    return true;
  }
  const bool known =
      (first == "SHOW" && is_one_of(second, {"CONTINUOUS", "DIAGNOSTICS", "GRANTS", "QUERIES", "SHARD", "SHARDS",
                                             "STATS", "SUBSCRIPTIONS", "USERS"})) ||
      (first == "CREATE" && is_one_of(second, {"CONTINUOUS", "USER", "RETENTION", "SUBSCRIPTION"})) ||
      (first == "DROP" && is_one_of(second, {"CONTINUOUS", "RETENTION", "SERIES", "SHARD", "SUBSCRIPTION", "USER"}));
  words = first + " " + second;
  return known;
}

Statement parse_one(std::string_view text, size_t end, std::span<const ScannedToken> tokens) {
  Statement statement;
  const size_t begin = tokens.front().offset;
  const size_t last = tokens.back().offset + tokens.back().length;
  statement.text = std::string(text.substr(begin, last - begin));
  std::string words;
  if (is_sql_only(text.substr(begin, tokens.front().length))) {
    statement.content = SqlStatement{statement.text};
    return statement;
  }
  if (is_unsupported(tokens, text, words)) {
    statement.content = UnsupportedStatement{std::move(words)};
    return statement;
  }
  try {
    statement.content = parse_with_antlr<Grammar>(
        std::vector<ScannedToken>(tokens.begin(), tokens.end()), &Grammar::oneStatement,
        [&](Grammar::OneStatementContext* tree) { return Builder(text, tokens).statement(*tree->statement()); });
  } catch (const SyntaxFailure& failure) {
    throw_syntax_error(text, end, tokens, failure.token_index);
  }
  return statement;
}

}  // namespace

std::vector<Statement> parse_influxql(std::string_view text) {
  require_utf8(text);
  const std::vector<ScannedToken> tokens = scan(text);
  std::vector<Statement> statements;
  size_t first = 0;
  for (size_t i = 0; i <= tokens.size(); ++i) {
    if (i < tokens.size() && tokens[i].type != Grammar::SEMI) continue;
    if (i > first) {
      const size_t end = i < tokens.size() ? tokens[i].offset : text.size();
      statements.push_back(parse_one(text, end, std::span(tokens).subspan(first, i - first)));
    }
    first = i + 1;
  }
  return statements;
}

}  // namespace tidemark::influxql
