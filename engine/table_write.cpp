#include "engine/table_write.h"

#include "parser/ast_expression.h"
#include "parser/sql_parser.h"

namespace tidemark {

ConflictAction conflict_rule(const TableEntry& table, ConflictAction otherwise) {
  if (table.kind == TableKind::kAppend && table.uniques.empty()) {
    return ConflictAction::kKeepBoth;
  }
  switch (table.on_duplicate) {
    case OnDuplicate::kError:
      return ConflictAction::kError;
    case OnDuplicate::kIgnore:
      return ConflictAction::kIgnore;
    case OnDuplicate::kMerge:
      return ConflictAction::kMerge;
    case OnDuplicate::kReplace:
      return ConflictAction::kReplace;
    case OnDuplicate::kUnset:
    case OnDuplicate::kKeep:
      break;
  }
  return otherwise;
}

TableWrite::TableWrite(Session& session, const TableEntry& table, TableWriteOptions options)
    : session_(session), catalog_(session.current_catalog()), table_(table) {
  session_.ensure_transaction();
  running_ = session_.start_statement();
  PlannerContext planner = session_.planner_context(*catalog_, running_->context);
  for (size_t i = 0; i < table_.columns.size(); ++i) {
    const ColumnEntry& column = table_.columns[i];
    const bool has_rules = column.domain != kNoObject || has_domain_fields(column.type, planner);
    if (has_rules && column.generated_sql.empty()) {
      const auto index = static_cast<uint32_t>(i);
      target_.generated.push_back({index, checked_domain_value(table_, index, planner)});
    }
    if (!column.generated_sql.empty()) {
      target_.generated.push_back(
          {static_cast<uint32_t>(i),
           bind_table_expression(*parse_expression(column.generated_sql), &table_, column.type, planner)});
    }
    defaults_.push_back(column.default_sql.empty() ? nullptr
                                                   : bind_table_expression(*parse_expression(column.default_sql),
                                                                           nullptr, column.type, planner));
  }
  for (const CheckConstraint& check : table_.checks) {
    target_.checks.push_back({check.name, bind_table_expression(*parse_expression(check.sql), &table_,
                                                                LogicalType(TypeId::kBoolean), planner)});
  }
  target_.unique_keys = computed_unique_keys(table_, planner);
  target_.table = table_.id;
  TransactionState& transaction = *session_.transaction();
  transaction.autocommit = !session_.in_explicit_transaction();
  transaction.begin_statement();
  writer_ = std::make_unique<TableWriter>(running_->context, transaction, table_, target_, std::move(options));
}

TableWrite::~TableWrite() {
  writer_.reset();
  if (!finished_ && session_.transaction() != nullptr) {
    session_.transaction()->abort_statement();
  }
  session_.end_statement(*running_);
}

void TableWrite::finish() {
  writer_->finish();
  session_.transaction()->end_statement();
  finished_ = true;
  enforce_foreign_keys(session_);
}

}  // namespace tidemark
