#include <charconv>

#include "base/error.h"
#include "parser/sql_ast_builder.h"
#include "parser/sql_scanner.h"

// The list of statements, and those of the session: transactions, settings, prepared statements, cursors, maintenance.
namespace tidemark {
namespace {

ast::ExpressionPtr text_literal(int position, std::string text, ast::LiteralKind kind = ast::LiteralKind::String) {
  auto result = make<ast::Literal>(position);
  result->literal_kind = kind;
  result->text = std::move(text);
  return result;
}

}  // namespace

std::vector<ast::StatementPtr> SqlAstBuilder::statements(const ParseNode* node) {
  std::vector<ast::StatementPtr> result;
  for (TreeCursor children = cursor(node); !children.done();) {
    if (children.rule() == TreeCursor::kNoRule) {
      children.skip();
      continue;
    }
    const ParseNode* entry = children.take_rule();
    ast::StatementPtr made = statement(entry);
    const ScannedToken& first = tokens_[entry->start->getTokenIndex()];
    const ScannedToken& last = tokens_[entry->stop->getTokenIndex()];
    made->source_offset = first.offset;
    made->source_length = last.offset + last.length - first.offset;
    if (made->kind == ast::StatementKind::Unsupported) {
      made->as<ast::UnsupportedStatement>().text = text_.substr(made->source_offset, made->source_length);
    }
    result.push_back(std::move(made));
  }
  return result;
}

ast::StatementPtr SqlAstBuilder::statement(const ParseNode* node) {
  TreeCursor children = cursor(node);
  const ParseNode* inner = children.take_rule();
  switch (inner->getRuleIndex()) {
    case Sql::RuleBareQuery:
    case Sql::RuleInsertStatement:
    case Sql::RuleUpdateStatement:
    case Sql::RuleDeleteStatement:
    case Sql::RuleMergeStatement:
    case Sql::RuleWithStatement:
      return preparable_statement(inner);
    case Sql::RuleCopyStatement:
      return copy_statement(inner);
    case Sql::RuleTruncateStatement:
      return truncate_statement(inner);
    case Sql::RuleCreateStatement:
      return create_statement(inner);
    case Sql::RuleAlterStatement:
      return alter_statement(inner);
    case Sql::RuleDropStatement:
      return drop_statement(inner);
    case Sql::RuleCommentStatement:
      return comment_statement(inner);
    case Sql::RuleGrantStatement:
      return grant_statement(inner);
    case Sql::RuleRevokeStatement:
      return revoke_statement(inner);
    case Sql::RuleRefreshStatement:
      return refresh_statement(inner);
    case Sql::RuleReindexStatement:
      return reindex_statement(inner);
    default:
      return session_statement(inner);
  }
}

ast::StatementPtr SqlAstBuilder::session_statement(const ParseNode* node) {
  TreeCursor children = cursor(node);
  const int place = position(node);
  switch (node->getRuleIndex()) {
    case Sql::RuleTransactionStatement:
      return transaction_statement(node);
    case Sql::RuleSetStatement:
      return set_statement(node);
    case Sql::RuleResetStatement:
      return reset_statement(node);
    case Sql::RuleShowStatement: {
      auto show = make<ast::ShowStatement>(place);
      children.skip();
      show->name = setting_name(children);
      return show;
    }
    case Sql::RulePrepareStatement: {
      auto prepare = make<ast::PrepareStatement>(place);
      children.skip();
      prepare->name = name(children.take_rule());
      if (children.accept(Sql::LP)) {
        for (; children.rule() == Sql::RuleTypeName; children.accept(Sql::COMMA))
          prepare->types.push_back(type_name(children.take_rule()));
        children.skip();
      }
      children.skip();
      prepare->statement = preparable_statement(children.take_rule());
      return prepare;
    }
    case Sql::RuleExecuteStatement: {
      auto execute = make<ast::ExecuteStatement>(place);
      children.skip();
      execute->name = name(children.take_rule());
      if (children.accept(Sql::LP)) execute->arguments = expression_list(children.take_rule());
      return execute;
    }
    case Sql::RuleDeallocateStatement: {
      auto deallocate = make<ast::DeallocateStatement>(place);
      children.skip();
      children.accept(Sql::K_PREPARE);
      if (!children.accept(Sql::K_ALL)) deallocate->name = name(children.take_rule());
      return deallocate;
    }
    case Sql::RuleDeclareStatement:
      return declare_statement(node);
    case Sql::RuleFetchStatement:
      return fetch_statement(node);
    case Sql::RuleCloseStatement: {
      auto close = make<ast::CloseCursorStatement>(place);
      children.skip();
      if (!children.accept(Sql::K_ALL)) close->name = name(children.take_rule());
      return close;
    }
    case Sql::RuleExplainStatement:
      return explain_statement(node);
    case Sql::RuleLockStatement:
      return lock_statement(node);
    case Sql::RuleAnalyzeStatement:
    case Sql::RuleVacuumStatement:
    case Sql::RuleClusterStatement:
    case Sql::RuleMaintenanceStatement:
      return maintenance_statement(node);
    case Sql::RuleDiscardStatement: {
      using What = ast::DiscardStatement::What;
      auto discard = make<ast::DiscardStatement>(place);
      children.skip();
      const size_t word = children.take_token().type;
      discard->what = word == Sql::K_ALL         ? What::All
                      : word == Sql::K_PLANS     ? What::Plans
                      : word == Sql::K_SEQUENCES ? What::Sequences
                                                 : What::Temporary;
      return discard;
    }
    case Sql::RuleNotificationStatement: {
      const size_t word = children.take_token().type;
      if (word == Sql::K_LISTEN) {
        auto listen = make<ast::ListenStatement>(place);
        listen->channel = name(children.take_rule());
        return listen;
      }
      if (word == Sql::K_UNLISTEN) {
        auto unlisten = make<ast::UnlistenStatement>(place);
        if (!children.accept(Sql::STAR)) unlisten->channel = name(children.take_rule());
        return unlisten;
      }
      auto notify = make<ast::NotifyStatement>(place);
      notify->channel = name(children.take_rule());
      if (children.accept(Sql::COMMA)) notify->payload = string_literal(children.take_rule());
      return notify;
    }
    case Sql::RuleUseStatement: {
      auto use = make<ast::UseStatement>(place);
      children.skip();
      use->database = name(children.take_rule());
      return use;
    }
    case Sql::RuleDoStatement: {
      auto block = make<ast::DoStatement>(place);
      block->language = "plpgsql";
      children.skip();
      while (!children.done()) {
        if (children.accept(Sql::K_LANGUAGE)) {
          block->language = name(children.take_rule());
        } else {
          block->body = string_literal(children.take_rule());
        }
      }
      return block;
    }
    case Sql::RuleCallStatement: {
      auto call_node = make<ast::CallStatement>(place);
      children.skip();
      const ParseNode* target = children.take_rule();
      ast::ExpressionPtr made = table_function_call(target);
      if (made->kind != ast::ExpressionKind::FunctionCall) fail_at(target);
      call_node->call.reset(&made.release()->as<ast::FunctionCall>());
      return call_node;
    }
    default:
      return unsupported(node);
  }
}

/// The words until the kind of object is named: `CREATE FUNCTION`, `ALTER TEXT SEARCH CONFIGURATION`.
ast::StatementPtr SqlAstBuilder::unsupported(const ParseNode* node) {
  auto result = make<ast::UnsupportedStatement>(position(node));
  for (TreeCursor children = cursor(node); children.rule() == TreeCursor::kNoRule && !children.done();) {
    const ScannedToken& token = children.take_token();
    if (token.type == Sql::K_OR || token.type == Sql::K_REPLACE || token.type == Sql::LP) continue;
    std::string word(source(token));
    for (char& c : word) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    result->words += (result->words.empty() ? "" : " ") + word;
  }
  return result;
}

// ----------------------------------------------------------------------------------------------------------
// transactions

ast::TransactionModes SqlAstBuilder::transaction_modes(const ParseNode* node) {
  ast::TransactionModes modes;
  for (TreeCursor children = cursor(node); !children.done(); children.accept(Sql::COMMA)) {
    TreeCursor mode = cursor(children.take_rule());
    const size_t word = mode.take_token().type;
    if (word == Sql::K_ISOLATION) {
      mode.skip();
      TreeCursor level = cursor(mode.take_rule());
      switch (level.take_token().type) {
        case Sql::K_READ:
          modes.isolation = level.accept(Sql::K_COMMITTED) ? ast::IsolationLevel::ReadCommitted
                                                           : ast::IsolationLevel::ReadUncommitted;
          break;
        case Sql::K_REPEATABLE:
          modes.isolation = ast::IsolationLevel::RepeatableRead;
          break;
        default:
          modes.isolation = ast::IsolationLevel::Serializable;
          break;
      }
    } else if (word == Sql::K_READ) {
      modes.read_only = mode.accept(Sql::K_ONLY);
    } else {
      modes.deferrable = word == Sql::K_DEFERRABLE;
    }
  }
  return modes;
}

ast::StatementPtr SqlAstBuilder::transaction_statement(const ParseNode* node) {
  using Kind = ast::TransactionKind;
  auto result = make<ast::TransactionStatement>(position(node));
  TreeCursor children = cursor(node);
  const size_t word = children.take_token().type;
  const auto finish = [&](Kind kind) {
    result->transaction_kind = kind;
    if (children.rule() == Sql::RuleColumnName) result->name = name(children.take_rule());
    if (children.rule() == Sql::RuleStringLiteral) result->name = string_literal(children.take_rule());
    return std::move(result);
  };
  switch (word) {
    case Sql::K_BEGIN:
    case Sql::K_START:
      result->start = word == Sql::K_START;
      while (children.rule() == TreeCursor::kNoRule && !children.done()) children.skip();
      if (!children.done()) result->modes = transaction_modes(children.take_rule());
      return finish(Kind::Begin);
    case Sql::K_SAVEPOINT:
      return finish(Kind::Savepoint);
    case Sql::K_RELEASE:
      children.accept(Sql::K_SAVEPOINT);
      return finish(Kind::ReleaseSavepoint);
    case Sql::K_PREPARE:
      children.skip();
      return finish(Kind::PrepareTransaction);
    default:
      break;
  }
  const bool commit = word == Sql::K_COMMIT || word == Sql::K_END;
  if (children.accept(Sql::K_PREPARED)) return finish(commit ? Kind::CommitPrepared : Kind::RollbackPrepared);
  if (!children.accept(Sql::K_WORK)) children.accept(Sql::K_TRANSACTION);
  if (children.accept(Sql::K_TO)) {
    children.accept(Sql::K_SAVEPOINT);
    return finish(Kind::RollbackToSavepoint);
  }
  if (children.accept(Sql::K_AND)) result->chain = !children.accept(Sql::K_NO);
  return finish(commit ? Kind::Commit : Kind::Rollback);
}

// ---------------------------------------------------------------------------------------------------------- settings

/// After SHOW and RESET: a name, or the words that stand for one.
std::string SqlAstBuilder::setting_name(TreeCursor& children) {
  if (const ParseNode* words = children.accept_rule(Sql::RuleSettingName)) {
    std::string result;
    for (const std::string& part : qualified_name(words).parts) result += (result.empty() ? "" : ".") + part;
    return result;
  }
  switch (children.take_token().type) {
    case Sql::K_TIME:
      return "timezone";
    case Sql::K_TRANSACTION:
      return "transaction_isolation";
    case Sql::K_SESSION:
      return "session_authorization";
    default:
      return "all";
  }
}

ast::StatementPtr SqlAstBuilder::reset_statement(const ParseNode* node) {
  auto reset = make<ast::ResetStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  reset->name = setting_name(children);
  return reset;
}

ast::StatementPtr SqlAstBuilder::setting_clause(const ParseNode* node) {
  TreeCursor children = cursor(node);
  if (const ParseNode* reset = children.accept_rule(Sql::RuleResetStatement)) return reset_statement(reset);
  const int place = children.take_token().position;
  return setting(children.take_rule(), place);
}

ast::StatementPtr SqlAstBuilder::set_statement(const ParseNode* node) {
  const int place = position(node);
  TreeCursor children = cursor(node);
  children.skip();
  if (children.accept(Sql::K_CONSTRAINTS)) {
    auto constraints = make<ast::SetConstraintsStatement>(place);
    if (!children.accept(Sql::K_ALL)) constraints->names = qualified_names(children.take_rule());
    constraints->deferred = children.accept(Sql::K_DEFERRED);
    return constraints;
  }
  const bool local = children.accept(Sql::K_LOCAL);
  const bool session = children.accept(Sql::K_SESSION);
  if (const ParseNode* body = children.accept_rule(Sql::RuleSetting)) {
    ast::StatementPtr result = setting(body, place);
    result->as<ast::SetStatement>().local = local;
    return result;
  }
  auto transaction = make<ast::SetTransactionStatement>(place);
  transaction->session = session && children.token() == Sql::K_CHARACTERISTICS;
  while (children.rule() == TreeCursor::kNoRule) children.skip();
  const ParseNode* rest = children.take_rule();
  if (rest->getRuleIndex() == Sql::RuleStringLiteral) {
    transaction->snapshot = string_literal(rest);
  } else {
    transaction->modes = transaction_modes(rest);
  }
  return transaction;
}

ast::StatementPtr SqlAstBuilder::setting(const ParseNode* node, int place) {
  auto set = make<ast::SetStatement>(place);
  TreeCursor children = cursor(node);
  const auto value = [&](const ParseNode* part) -> ast::ExpressionPtr {
    const int where = position(part);
    switch (part->getRuleIndex()) {
      case Sql::RuleStringLiteral:
        return text_literal(where, string_literal(part));
      case Sql::RuleSignedNumber: {
        const std::string number = signed_number(part);
        return text_literal(
            where, number,
            number.find_first_of(".eE") == std::string::npos ? ast::LiteralKind::Integer : ast::LiteralKind::Decimal);
      }
      default:
        return text_literal(where, name(part));
    }
  };
  const auto word_or_string = [&] {
    if (children.accept(Sql::K_DEFAULT)) {
      set->use_default = true;
    } else if (!children.done()) {
      set->values.push_back(value(children.take_rule()));
    } else {
      set->use_default = true;
    }
  };
  if (children.rule() == Sql::RuleSettingName) {
    set->name = setting_name(children);
    if (children.accept(Sql::K_FROM)) {
      set->from_current = true;
      return set;
    }
    children.skip();
    if (children.accept(Sql::K_DEFAULT)) {
      set->use_default = true;
      return set;
    }
    for (; children.rule() == Sql::RuleSettingValue; children.accept(Sql::COMMA)) {
      const ParseNode* entry = children.take_rule();
      TreeCursor inner = cursor(entry);
      if (inner.rule() == TreeCursor::kNoRule) {  // TRUE, FALSE, ON
        set->values.push_back(text_literal(position(entry), identifier_value(text_, inner.take_token())));
      } else {
        set->values.push_back(value(inner.take_rule()));
      }
    }
    return set;
  }
  switch (children.take_token().type) {
    case Sql::K_TIME:
      set->name = "timezone";
      children.skip();
      if (children.accept(Sql::K_LOCAL)) {
        set->use_default = true;
      } else if (children.token() == Sql::IDENT || children.token() == Sql::QIDENT) {
        const ScannedToken& token = children.take_token();
        set->values.push_back(text_literal(token.position, identifier_value(text_, token)));
      } else if (children.token() == Sql::K_INTERVAL) {
        const int where = children.take_token().position;
        while (children.rule() == TreeCursor::kNoRule) children.skip();
        const ParseNode* string = children.take_rule();
        set->values.push_back(
            typed_literal_of(interval_type(where, children.accept_rule(Sql::RuleIntervalFields)), string));
      } else {
        word_or_string();
      }
      break;
    case Sql::K_SCHEMA:
      set->name = "search_path";
      word_or_string();
      break;
    case Sql::K_NAMES:
      set->name = "client_encoding";
      word_or_string();
      break;
    case Sql::K_ROLE:
      set->name = "role";
      word_or_string();
      break;
    case Sql::K_SESSION:
      set->name = "session_authorization";
      children.skip();
      word_or_string();
      break;
    default:
      set->name = "xmloption";
      children.skip();
      set->values.push_back(text_literal(place, identifier_value(text_, children.take_token())));
  }
  return set;
}

// ---------------------------------------------------------------------------------------------------------- cursors,
// EXPLAIN

ast::StatementPtr SqlAstBuilder::declare_statement(const ParseNode* node) {
  auto declare = make<ast::DeclareCursorStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  declare->name = name(children.take_rule());
  while (!children.accept(Sql::K_CURSOR)) {
    switch (children.take_token().type) {
      case Sql::K_BINARY:
        declare->binary = true;
        break;
      case Sql::K_INSENSITIVE:
        declare->insensitive = true;
        break;
      case Sql::K_ASENSITIVE:
        declare->asensitive = true;
        break;
      case Sql::K_SCROLL:
        declare->scroll = true;
        break;
      default:
        children.skip();
        declare->scroll = false;
    }
  }
  if (children.accept(Sql::K_WITH) || children.accept(Sql::WITH_LA)) declare->hold = true;
  while (children.rule() == TreeCursor::kNoRule) children.skip();
  declare->query = query_statement(children.take_rule());
  return declare;
}

ast::StatementPtr SqlAstBuilder::fetch_statement(const ParseNode* node) {
  using Direction = ast::FetchStatement::Direction;
  auto fetch = make<ast::FetchStatement>(position(node));
  TreeCursor children = cursor(node);
  fetch->move = children.take_token().type == Sql::K_MOVE;
  TreeCursor arguments = cursor(children.take_rule());
  const auto count = [&](TreeCursor& from) -> int64_t {
    const ParseNode* number = from.take_rule();
    return std::stoll(signed_number(number));
  };
  if (const ParseNode* direction_node = arguments.accept_rule(Sql::RuleFetchDirection)) {
    TreeCursor direction = cursor(direction_node);
    if (direction.rule() == Sql::RuleSignedInteger) {
      fetch->count = count(direction);
    } else {
      const size_t word = direction.take_token().type;
      switch (word) {
        case Sql::K_PRIOR:
          fetch->direction = Direction::Backward;
          break;
        case Sql::K_FIRST:
          fetch->direction = Direction::Absolute;
          break;
        case Sql::K_LAST:
          fetch->direction = Direction::Absolute;
          fetch->count = -1;
          break;
        case Sql::K_ABSOLUTE:
        case Sql::K_RELATIVE:
          fetch->direction = word == Sql::K_ABSOLUTE ? Direction::Absolute : Direction::Relative;
          fetch->count = count(direction);
          break;
        case Sql::K_ALL:
          fetch->count = ast::FetchStatement::kAll;
          break;
        case Sql::K_FORWARD:
        case Sql::K_BACKWARD:
          fetch->direction = word == Sql::K_FORWARD ? Direction::Forward : Direction::Backward;
          if (direction.accept(Sql::K_ALL)) {
            fetch->count = ast::FetchStatement::kAll;
          } else if (!direction.done()) {
            fetch->count = count(direction);
          }
          break;
        default:
          break;  // NEXT
      }
    }
  }
  while (arguments.rule() == TreeCursor::kNoRule) arguments.skip();
  fetch->cursor = name(arguments.take_rule());
  return fetch;
}

ast::StatementPtr SqlAstBuilder::explain_statement(const ParseNode* node) {
  auto explain = make<ast::ExplainStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  while (children.rule() != Sql::RuleExplainable) {
    if (const ParseNode* entry = children.accept_rule(Sql::RuleExplainOption)) {
      explain->options.push_back(option_entry(entry));
      continue;
    }
    const ScannedToken& word = children.take_token();
    if (word.type != Sql::K_ANALYZE && word.type != Sql::K_ANALYSE && word.type != Sql::K_VERBOSE) continue;
    ast::Option option;
    option.position = word.position;
    option.name = word.type == Sql::K_VERBOSE ? "verbose" : "analyze";
    explain->options.push_back(std::move(option));
  }
  for (ast::Option& option : explain->options) {
    if (option.name == "analyse") option.name = "analyze";
  }
  TreeCursor inner = cursor(children.take_rule());
  const ParseNode* target = inner.take_rule();
  switch (target->getRuleIndex()) {
    case Sql::RulePreparableStatement:
      explain->statement = preparable_statement(target);
      break;
    case Sql::RuleRefreshStatement:
      explain->statement = refresh_statement(target);
      break;
    case Sql::RuleCreateStatement:
      explain->statement = create_statement(target);
      if (explain->statement->kind != ast::StatementKind::CreateTableAs) fail_at(target);
      break;
    default:
      explain->statement = session_statement(target);
  }
  return explain;
}

// ----------------------------------------------------------------------------------------------------------
// maintenance

std::vector<ast::MaintenanceTarget> SqlAstBuilder::maintenance_targets(const ParseNode* node) {
  std::vector<ast::MaintenanceTarget> result;
  for (TreeCursor children = cursor(node); !children.done(); children.accept(Sql::COMMA)) {
    TreeCursor parts = cursor(children.take_rule());
    ast::MaintenanceTarget target;
    target.table = qualified_name(parts.take_rule());
    if (!parts.done()) target.columns = names(parts.take_rule());
    result.push_back(std::move(target));
  }
  return result;
}

ast::StatementPtr SqlAstBuilder::maintenance_statement(const ParseNode* node) {
  const int place = position(node);
  TreeCursor children = cursor(node);
  const size_t word = children.take_token().type;
  const auto options_and_targets = [&](auto statement_node) {
    while (!children.done()) {
      if (const ParseNode* list = children.accept_rule(Sql::RuleOptionList)) {
        statement_node->options = option_list(list);
      } else if (const ParseNode* targets = children.accept_rule(Sql::RuleMaintenanceTargets)) {
        statement_node->targets = maintenance_targets(targets);
      } else {
        const ScannedToken& token = children.take_token();
        ast::Option option;
        option.position = token.position;
        option.name = token.type == Sql::K_ANALYSE ? "analyze" : identifier_value(text_, token);
        statement_node->options.push_back(std::move(option));
      }
    }
    return statement_node;
  };
  switch (word) {
    case Sql::K_ANALYZE:
    case Sql::K_ANALYSE:
      return options_and_targets(make<ast::AnalyzeStatement>(place));
    case Sql::K_VACUUM:
      return options_and_targets(make<ast::VacuumStatement>(place));
    case Sql::K_CLUSTER: {
      auto cluster = make<ast::ClusterStatement>(place);
      children.accept(Sql::K_VERBOSE);
      children.accept_rule(Sql::RuleOptionList);
      if (const ParseNode* table = children.accept_rule(Sql::RuleQualifiedName)) cluster->table = qualified_name(table);
      if (children.accept(Sql::K_USING)) cluster->index = name(children.take_rule());
      return cluster;
    }
    case Sql::K_CHECKPOINT:
      return make<ast::CheckpointStatement>(place);
    default:
      break;
  }
  children.accept(Sql::K_TABLE);
  ast::QualifiedName table;
  if (!children.done()) table = qualified_name(children.take_rule());
  if (word == Sql::K_FLUSH) {
    auto flush = make<ast::FlushStatement>(place);
    flush->table = std::move(table);
    return flush;
  }
  auto compact = make<ast::CompactStatement>(place);
  compact->table = std::move(table);
  return compact;
}

ast::StatementPtr SqlAstBuilder::lock_statement(const ParseNode* node) {
  using Mode = ast::LockTableStatement::Mode;
  auto lock = make<ast::LockTableStatement>(position(node));
  TreeCursor children = cursor(node);
  children.skip();
  children.accept(Sql::K_TABLE);
  for (; children.rule() == Sql::RuleRelation; children.accept(Sql::COMMA))
    lock->tables.push_back(relation(children.take_rule())->name);
  if (children.accept(Sql::K_IN)) {
    TreeCursor words = cursor(children.take_rule());
    const size_t first = words.take_token().type;
    const bool share = words.accept(Sql::K_SHARE);
    if (first == Sql::K_ACCESS) {
      lock->mode = share ? Mode::AccessShare : Mode::AccessExclusive;
    } else if (first == Sql::K_ROW) {
      lock->mode = share ? Mode::RowShare : Mode::RowExclusive;
    } else if (first == Sql::K_EXCLUSIVE) {
      lock->mode = Mode::Exclusive;
    } else {
      lock->mode = words.done()                  ? Mode::Share
                   : words.accept(Sql::K_UPDATE) ? Mode::ShareUpdateExclusive
                                                 : Mode::ShareRowExclusive;
    }
    children.skip();
  }
  lock->no_wait = children.accept(Sql::K_NOWAIT);
  return lock;
}

}  // namespace tidemark
