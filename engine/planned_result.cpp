#include "engine/planned_result.h"

#include "engine/database_implementation.h"
#include "types/type_naming.h"

namespace tidemark {

PlannedResult::PlannedResult(Session& session, std::shared_ptr<PreparedStatement> statement,
                             std::unique_ptr<RunningStatement> running, ExecutionContext context)
    : session_(session), statement_(std::move(statement)), running_(std::move(running)), analyze_(context.analyze) {
  TransactionState& transaction = *session_.transaction();
  try {
    execution_ = std::make_unique<Execution>(statement_->planned, std::move(context));
    if (statement_->planned->writes) {
      has_first_ = execution_->next(first_);
      affected_rows_ = execution_->affected_rows();
    }
  } catch (Error& error) {
    transaction.abort_statement();
    session_.mark_failed();
    finish();
    throw session_.explain_cancel(std::move(error));
  } catch (...) {
    transaction.abort_statement();
    session_.mark_failed();
    finish();
    throw;
  }
  transaction.end_statement();
  if (!statement_->planned->writes) {
    return;
  }
  if (!has_first_) {
    finish();
  }
  try {
    enforce_foreign_keys(session_);
  } catch (...) {
    session_.mark_failed();
    finish();
    throw;
  }
}

PlannedResult::~PlannedResult() { finish(); }

void PlannedResult::finish() noexcept {
  if (!finished_) {
    finished_ = true;
    if (analyze_ && execution_ != nullptr) {
      counters_ = execution_->counters();
    }
    execution_.reset();
    session_.end_statement(*running_);
  }
}

bool PlannedResult::pull(DataChunk& chunk) {
  if (has_first_) {
    has_first_ = false;
    chunk = std::move(first_);
    return true;
  }
  return execution_->next(chunk);
}

bool PlannedResult::next(DataChunk& chunk) {
  chunk.reset();
  if (finished_) {
    return false;
  }
  const TypeNaming naming(session_.io_options().names);
  try {
    if (pull(chunk)) {
      returned_rows_ += chunk.size;
      return true;
    }
  } catch (Error& error) {
    session_.mark_failed();
    Error explained = session_.explain_cancel(std::move(error));
    finish();
    throw explained;
  } catch (...) {
    session_.mark_failed();
    finish();
    throw;
  }
  finish();
  return false;
}

std::string PlannedResult::command_tag() const {
  std::string tag = command_words(statement_->syntax());
  if (statement_->syntax().kind == ast::StatementKind::Insert) {
    tag += " 0";
  }
  return tag + " " + std::to_string(row_count());
}

}  // namespace tidemark
