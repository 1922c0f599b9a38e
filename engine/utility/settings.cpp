#include <fmt/format.h>

#include "engine/cursor.h"
#include "engine/ddl/ddl_context.h"
#include "engine/session.h"
#include "engine/setting_values.h"
#include "engine/statement_result.h"
#include "engine/utility/utility.h"
#include "parser/ast_expression.h"
#include "parser/ast_statement.h"
#include "parser/ast_to_sql.h"
#include "planner/planner.h"
#include "types/datetime_input.h"
#include "types/interval.h"

namespace tidemark {
namespace {

bool names_role(std::string_view setting) { return setting == "role" || setting == "session_authorization"; }

/// Settings whose value is a list of names; the others take one value.
bool is_name_list(std::string_view name) { return name == "search_path" || name == "disabled_rules"; }

/// SET TIME ZONE INTERVAL '2' HOUR.
std::string hours_east(Session& session, const ast::CastExpression& value) {
  if (value.operand->kind != ast::ExpressionKind::Literal) {
    throw Error(sqlstate::kInvalidParameterValue, "SET takes literals only").at(value.position);
  }
  int32_t fields = -1;
  session.read_catalog([&](const DdlContext& context) {
    PlannerContext planner = context.planner();
    fields = resolve_type(value.type, planner).modifier;
  });
  const Interval interval = parse_interval(value.operand->as<ast::Literal>().text, fields, IntervalStyle::kPostgres);
  if (interval.months != 0 || interval.days != 0) {
    std::string shown;
    append_interval(shown, interval, IntervalStyle::kPostgres);
    throw Error(sqlstate::kInvalidParameterValue,
                "invalid value for parameter \"TimeZone\": \"INTERVAL '" + shown + "'\"")
        .with_detail(std::string("Cannot specify ") + (interval.months != 0 ? "months" : "days") +
                     " in time zone interval.");
  }
  constexpr double kHourMicroseconds = 3600e6;
  return fmt::format("{}", static_cast<double>(interval.microseconds) / kHourMicroseconds);
}

std::string value_text(Session& session, const ast::SetStatement& statement) {
  std::string text;
  for (const ast::ExpressionPtr& value : statement.values) {
    std::string piece;
    if (value->kind == ast::ExpressionKind::Literal) {
      piece = value->as<ast::Literal>().text;
    } else if (value->kind == ast::ExpressionKind::Cast) {
      piece = hours_east(session, value->as<ast::CastExpression>());
    } else {
      throw Error(sqlstate::kInvalidParameterValue, "SET " + statement.name + " takes literals only")
          .at(value->position);
    }
    if (is_name_list(statement.name)) {
      piece = quote_identifier(piece);
    }
    text += (text.empty() ? "" : ", ") + piece;
  }
  if (statement.values.size() > 1 && !is_name_list(statement.name) && statement.name != "datestyle") {
    throw Error(sqlstate::kInvalidParameterValue, "SET " + statement.name + " takes only one argument");
  }
  return text;
}

bool is_transaction_mode(std::string_view name) {
  return name == "transaction_isolation" || name == "transaction_read_only" || name == "transaction_deferrable";
}

/// `SET transaction_read_only = on` and its like are SET TRANSACTION in other words.
void set_transaction_mode(Session& session, const ast::SetStatement& statement) {
  if (statement.use_default || statement.from_current) {
    return;
  }
  // The table of settings knows which values there are.
  Settings checked = session.settings().current();
  checked.set(statement.name, value_text(session, statement), session.settings().actor());
  const std::string value = checked.show(statement.name);
  ast::TransactionModes modes;
  if (statement.name == "transaction_read_only") {
    modes.read_only = value == "on";
  } else if (statement.name == "transaction_deferrable") {
    modes.deferrable = value == "on";
  } else {
    modes.isolation = value == "serializable"      ? ast::IsolationLevel::Serializable
                      : value == "repeatable read" ? ast::IsolationLevel::RepeatableRead
                      : value == "read committed"  ? ast::IsolationLevel::ReadCommitted
                                                   : ast::IsolationLevel::ReadUncommitted;
  }
  session.change_transaction_modes(modes);
}

std::unique_ptr<Result> set(Session& session, const ast::SetStatement& statement) {
  if (statement.local && !session.in_explicit_transaction()) {
    session.notify("WARNING",
                   Error(sqlstate::kNoActiveSqlTransaction, "SET LOCAL can only be used in transaction blocks"));
  }
  if (names_role(statement.name)) {
    const std::string role = statement.use_default ? "none" : value_text(session, statement);
    if (role != "none" && role != "default" && role != session.role()) {
      throw Error(sqlstate::kFeatureNotSupported, "SET ROLE to another role is not supported");
    }
    return BufferedResult::command("SET");
  }
  session.ensure_transaction();
  if (is_transaction_mode(statement.name)) {
    set_transaction_mode(session, statement);
  } else if (statement.use_default) {
    session.settings().reset(statement.name);
  } else if (!statement.from_current) {
    session.settings().set(statement.name, value_text(session, statement), statement.local);
  }
  return BufferedResult::command("SET");
}

std::unique_ptr<Result> show(Session& session, const ast::ShowStatement& statement) {
  if (is_transaction_mode(statement.name)) {
    session.ensure_transaction();  // whose modes they are
  }
  const Settings& settings = session.settings().current();
  if (statement.name != "all") {
    return BufferedResult::text_rows({canonical_setting_name(statement.name)}, {{settings.show(statement.name)}},
                                     "SHOW");
  }
  std::vector<std::vector<std::string>> rows;
  for (const SettingDefinition& definition : setting_definitions()) {
    rows.push_back({std::string(definition.name), settings.show(definition.name), std::string(definition.description)});
  }
  return BufferedResult::text_rows({"name", "setting", "description"}, rows, "SHOW");
}

std::unique_ptr<Result> discard(Session& session, const ast::DiscardStatement& statement) {
  using What = ast::DiscardStatement::What;
  if (statement.what == What::All) {
    if (session.in_explicit_transaction()) {
      throw Error(sqlstate::kActiveSqlTransaction, "DISCARD ALL cannot run inside a transaction block");
    }
    close_transaction_cursors(session.cursors(), true);
    session.prepared_statements().clear();
    session.settings().reset_all();
    session.unlock_all_advisory();
  }
  session.discard_plans();
  if (statement.what == What::All || statement.what == What::Sequences) {
    session.forget_sequence_values();
  }
  if (statement.what == What::All || statement.what == What::Temporary) {
    session.drop_temporary_relations();
  }
  switch (statement.what) {
    case What::All:
      return BufferedResult::command("DISCARD ALL");
    case What::Plans:
      return BufferedResult::command("DISCARD PLANS");
    case What::Sequences:
      return BufferedResult::command("DISCARD SEQUENCES");
    case What::Temporary:
      return BufferedResult::command("DISCARD TEMP");
  }
  return BufferedResult::empty();
}

}  // namespace

std::unique_ptr<Result> run_set(Session& session, const ast::Statement& statement) {
  switch (statement.kind) {
    case ast::StatementKind::Set:
      return set(session, statement.as<ast::SetStatement>());
    case ast::StatementKind::Show:
      return show(session, statement.as<ast::ShowStatement>());
    case ast::StatementKind::Reset: {
      const std::string& name = statement.as<ast::ResetStatement>().name;
      session.ensure_transaction();
      if (name == "all") {
        session.settings().reset_all();
      } else if (!names_role(name)) {  // There is no other role to come back from.
        session.settings().reset(name);
      }
      return BufferedResult::command("RESET");
    }
    default:
      return discard(session, statement.as<ast::DiscardStatement>());
  }
}

}  // namespace tidemark
