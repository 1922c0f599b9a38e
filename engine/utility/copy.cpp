#include <algorithm>
#include <optional>

#include "base/error.h"
#include "base/utf8.h"
#include "engine/database_implementation.h"
#include "engine/planned_result.h"
#include "engine/session.h"
#include "engine/statement_result.h"
#include "engine/table_write.h"
#include "engine/utility/copy_file.h"
#include "engine/utility/copy_options.h"
#include "engine/utility/copy_text_column.h"
#include "engine/utility/utility.h"
#include "functions/evaluator.h"
#include "parser/ast_query.h"
#include "types/packed_value.h"

namespace tidemark {
namespace {

/// Rows gathered before they go to the TableWriter, as the appender does.
constexpr size_t kRowsGathered = 16 * kVectorSize;
/// How much of a line or value an error shows, as PostgreSQL limits it.
constexpr size_t kShownBytesMax = 100;

std::string shown(std::string_view text) {
  if (text.size() <= kShownBytesMax) return std::string(text);
  size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

/// Indexes into the table's columns of those that are copied: the named ones, else all that are not generated.
std::vector<size_t> copied_columns(const TableEntry& table, const std::vector<ast::Name>& names) {
  std::vector<size_t> columns;
  if (names.empty()) {
    for (size_t i = 0; i < table.columns.size(); ++i) {
      if (table.columns[i].generated_sql.empty()) columns.push_back(i);
    }
    return columns;
  }
  for (const ast::Name& name : names) {
    const ColumnEntry* column = table.find_column(name.text);
    if (column == nullptr) {
      throw Error(sqlstate::kUndefinedColumn,
                  "column \"" + name.text + "\" of relation \"" + table.name + "\" does not exist");
    }
    if (!column->generated_sql.empty()) {
      throw Error(sqlstate::kInvalidColumnReference, "column \"" + name.text + "\" is a generated column")
          .with_detail("Generated columns cannot be used in COPY.");
    }
    const auto index = static_cast<size_t>(column - table.columns.data());
    if (std::ranges::find(columns, index) != columns.end()) {
      throw Error(sqlstate::kDuplicateColumn, "column \"" + name.text + "\" specified more than once");
    }
    columns.push_back(index);
  }
  return columns;
}

/// Which of the copied columns a FORCE option names.
std::vector<bool> forced_columns(const std::vector<std::string>& names, const std::vector<ResultColumn>& columns,
                                 std::string_view option) {
  std::vector<bool> forced(columns.size(), false);
  for (const std::string& name : names) {
    const auto found = std::ranges::find(columns, name, &ResultColumn::name);
    if (found == columns.end() && name != "*") {
      throw Error(sqlstate::kInvalidColumnReference,
                  std::string(option) + " column \"" + name + "\" not referenced by COPY");
    }
    if (name == "*") {
      forced.assign(columns.size(), true);
    } else {
      forced[static_cast<size_t>(found - columns.begin())] = true;
    }
  }
  return forced;
}

std::unique_ptr<CopyParser> make_parser(const CopyFormat& format, size_t columns) {
  return format.binary ? make_copy_binary_parser(columns)
         : format.csv  ? make_copy_csv_parser(format)
                       : make_copy_text_parser(format);
}

/// COPY … FROM STDIN: rows go to the table as their bytes come.
class CopyFrom final : public Result {
 public:
  CopyFrom(Session& session, TableEntry table, CopyOptions options, std::vector<size_t> copied,
           const ast::Expression* condition)
      : session_(session),
        options_(std::move(options)),
        copied_(std::move(copied)),
        parser_(make_parser(options_.format, copied_.size())) {
    for (const size_t index : copied_) {
      columns_.push_back(
          {table.columns[index].name, table.columns[index].type, table.id, static_cast<int16_t>(index + 1)});
    }
    force_null_ = forced_columns(options_.force_null, columns_, "FORCE_NULL");
    force_not_null_ = forced_columns(options_.force_not_null, columns_, "FORCE_NOT_NULL");
    TableWriteOptions write_options;
    write_options.conflict = conflict_rule(table, ConflictAction::kError);
    write_ = std::make_unique<TableWrite>(session, table, std::move(write_options));
    table_name_ = write_->table().name;
    if (condition != nullptr) {
      const auto catalog = session.current_catalog();
      PlannerContext planner = session.planner_context(*catalog, write_->context());
      condition_ = bind_copy_condition(*condition, write_->table(), planner);
    }
    for (const ResultColumn& column : columns_) {
      auto& texts = texts_.emplace_back();
      if (column.type.id == TypeId::kText) texts.emplace(column.type, kRowsGathered);
    }
    start_rows();
  }

  [[nodiscard]] Kind kind() const override { return Kind::kCopyIn; }
  [[nodiscard]] const std::vector<ResultColumn>& columns() const override { return columns_; }
  bool next(DataChunk& chunk) override {
    chunk.reset();
    return false;
  }
  [[nodiscard]] std::string command_tag() const override { return "COPY " + std::to_string(count_); }
  [[nodiscard]] uint64_t row_count() const override { return count_; }
  [[nodiscard]] bool copy_binary() const override { return options_.format.binary; }

  void copy_in(std::string_view data) override {
    guard([&] {
      write_->context().check_cancelled();
      parser_->feed(data, sink_);
    });
  }

  void copy_done() override {
    guard([&] {
      parser_->finish(sink_);
      hand_over();
      write_->finish();
      write_.reset();
    });
  }

  void copy_fail(std::string_view reason) override {
    guard([&] { throw Error(sqlstate::kQueryCanceled, "COPY from stdin failed: " + std::string(reason)); });
  }

 private:
  template <class Work>
  void guard(Work&& work) {
    try {
      work();
    } catch (Error& error) {
      write_.reset();
      session_.mark_failed();
      if (error.detail().empty() && error.sqlstate() != sqlstate::kQueryCanceled) error.with_detail(context());
      throw;
    } catch (...) {
      write_.reset();
      session_.mark_failed();
      throw;
    }
  }

  /// PostgreSQL's CONTEXT line.
  [[nodiscard]] std::string context() const {
    std::string text =
        "COPY " + table_name_ + ", line " + std::to_string(current_line_ == 0 ? parser_->line() : current_line_);
    if (current_column_ != SIZE_MAX) {
      text += ", column " + columns_[current_column_].name;
      if (!options_.format.binary) text += ": \"" + shown(current_value_) + "\"";
    } else if (current_line_ != 0 && !options_.format.binary) {
      text += ": \"" + shown(current_raw_) + "\"";
    }
    return text;
  }

  /// Room for the next rows; texts have theirs already.
  void start_rows() {
    rows_.clear();
    for (size_t i = 0; i < columns_.size(); ++i) {
      rows_.push_back(texts_[i] ? Vector() : Vector::flat(columns_[i].type, kRowsGathered));
    }
    filled_ = 0;
  }

  void take_row(std::span<CopyField> fields, uint64_t line, std::string_view raw) {
    current_line_ = line;
    current_raw_ = raw;
    current_column_ = SIZE_MAX;
    require_utf8(raw);
    if (line == 1 && options_.header != CopyHeader::kNone) {
      if (options_.header == CopyHeader::kMatch) check_header(fields);
      return;
    }
    if (fields.size() > columns_.size()) {
      throw Error(sqlstate::kBadCopyFileFormat, "extra data after last expected column");
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (i >= fields.size()) {
        current_column_ = SIZE_MAX;
        throw Error(sqlstate::kBadCopyFileFormat, "missing data for column \"" + columns_[i].name + "\"");
      }
      put(i, fields[i]);
    }
    current_column_ = SIZE_MAX;
    if (++filled_ == kRowsGathered) hand_over();
  }

  void put(size_t column, const CopyField& field) {
    bool is_null = field.is_null;
    if (is_null && force_not_null_[column]) is_null = false;
    if (field.quoted && force_null_[column] && field.text == options_.format.null_text) is_null = true;
    if (is_null) {
      if (texts_[column]) {
        texts_[column]->add_null();
      } else {
        rows_[column].set_null(filled_);
      }
      return;
    }
    current_column_ = column;
    current_value_ = field.text;
    if (texts_[column]) {
      require_utf8(field.text);  // Escapes may have made what the line did not have.
      texts_[column]->add(field.text);
      return;
    }
    if (options_.format.binary) {
      packed_.clear();
      append_packed_value(packed_, read_binary(rows_[column].type(), field.text));
      unpack_into(rows_[column], filled_, packed_);
      return;
    }
    parse_into(rows_[column], filled_, field.text, *write_->context().io);
  }

  void check_header(std::span<const CopyField> fields) const {
    if (fields.size() != columns_.size()) {
      throw Error(sqlstate::kBadCopyFileFormat, "wrong number of fields in header line: got " +
                                                    std::to_string(fields.size()) + ", expected " +
                                                    std::to_string(columns_.size()));
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].text == columns_[i].name) continue;
      throw Error(sqlstate::kBadCopyFileFormat, "column name mismatch in header line field " + std::to_string(i + 1) +
                                                    ": got \"" + std::string(fields[i].text) + "\", expected \"" +
                                                    columns_[i].name + "\"");
    }
  }

  /// The gathered rows, with the defaults of the columns that are not copied, to the table.
  void hand_over() {
    if (filled_ == 0) return;
    const TableEntry& table = write_->table();
    DataChunk given;
    given.size = filled_;
    Evaluator evaluator(write_->context());
    DataChunk chunk;
    chunk.size = filled_;
    for (size_t i = 0; i < table.columns.size(); ++i) {
      const auto copied = std::ranges::find(copied_, i);
      const LogicalType type = table.columns[i].type;
      if (copied != copied_.end()) {
        const auto place = static_cast<size_t>(copied - copied_.begin());
        if (texts_[place]) {
          chunk.columns.push_back(texts_[place]->take());
        } else {
          chunk.columns.push_back(filled_ == kRowsGathered ? std::move(rows_[place]) : rows_[place].slice(0, filled_));
        }
      } else if (const ExpressionPtr& value = write_->defaults()[i]; value != nullptr) {
        chunk.columns.push_back(evaluator.evaluate(*value, given));
      } else {
        chunk.columns.push_back(Vector::null_constant(type, filled_));
      }
    }
    if (condition_) keep_wanted(evaluator, chunk);
    count_ += chunk.size;
    if (chunk.size != 0) write_->writer().append(std::move(chunk));
    start_rows();
  }

  /// Leaves the rows for which WHERE holds.
  void keep_wanted(Evaluator& evaluator, DataChunk& chunk) const {
    const Vector truth = evaluator.evaluate(*condition_, chunk).flatten();
    SelectionVector wanted;
    for (size_t row = 0; row < chunk.size; ++row) {
      if (!truth.is_null(row) && truth.data<uint8_t>()[row] != 0) wanted.push_back(static_cast<uint32_t>(row));
    }
    if (wanted.size() != chunk.size) chunk.select(wanted);
  }

  Session& session_;
  const CopyOptions options_;
  const std::vector<size_t> copied_;
  ExpressionPtr condition_;  ///< null: all rows
  std::vector<ResultColumn> columns_;
  std::vector<bool> force_null_;
  std::vector<bool> force_not_null_;
  std::unique_ptr<CopyParser> parser_;
  std::unique_ptr<TableWrite> write_;
  std::string table_name_;
  const CopyRowSink sink_ = [this](std::span<CopyField> fields, uint64_t line, std::string_view raw) {
    take_row(fields, line, raw);
  };
  std::vector<Vector> rows_;                          ///< one a column, but for texts
  std::vector<std::optional<CopyTextColumn>> texts_;  ///< set for columns of texts
  size_t filled_ = 0;
  uint64_t count_ = 0;
  std::string packed_;

  // Where an error would be.
  uint64_t current_line_ = 0;
  std::string_view current_raw_;
  size_t current_column_ = SIZE_MAX;
  std::string_view current_value_;
};

/// COPY … TO STDOUT: the rows of a query, one a piece.
class CopyTo final : public Result {
 public:
  CopyTo(Session& session, CopyOptions options, std::unique_ptr<Result> rows)
      : options_(std::move(options)), rows_(std::move(rows)), io_(session.settings().io()) {
    // COPY shows what is stored (D2).
    io_.dates.timestamp_digits = 9;
    force_quote_ = forced_columns(options_.force_quote, rows_->columns(), "FORCE_QUOTE");
    header_pending_ = options_.header != CopyHeader::kNone || options_.format.binary;
  }

  [[nodiscard]] Kind kind() const override { return Kind::kCopyOut; }
  [[nodiscard]] const std::vector<ResultColumn>& columns() const override { return rows_->columns(); }
  bool next(DataChunk& chunk) override {
    chunk.reset();
    return false;
  }
  [[nodiscard]] std::string command_tag() const override { return "COPY " + std::to_string(count_); }
  [[nodiscard]] uint64_t row_count() const override { return count_; }
  [[nodiscard]] bool copy_binary() const override { return options_.format.binary; }

  bool next_copy_data(std::string& out) override {
    if (header_pending_) {
      header_pending_ = false;
      if (options_.format.binary) {
        append_copy_binary_header(out);
        return true;
      }
      for (size_t i = 0; i < columns().size(); ++i) {
        if (i != 0) out += options_.format.delimiter;
        append_value(out, columns()[i].name, false);
      }
      out += '\n';
      return true;
    }
    while (row_ == chunk_.size) {
      row_ = 0;
      if (!rows_->next(chunk_)) {
        chunk_.reset();
        const bool last_piece = options_.format.binary && !std::exchange(ended_, true);
        if (last_piece) append_copy_binary_end(out);
        return last_piece;
      }
    }
    if (options_.format.binary) {
      append_binary_row(out);
    } else {
      append_row(out);
    }
    ++row_;
    ++count_;
    return true;
  }

 private:
  void append_value(std::string& out, std::string_view value, bool force_quote) const {
    if (options_.format.csv) {
      append_copy_csv(out, value, options_.format, force_quote, columns().size() == 1);
    } else {
      append_copy_text(out, value, options_.format);
    }
  }

  void append_row(std::string& out) {
    for (size_t i = 0; i < chunk_.columns.size(); ++i) {
      if (i != 0) out += options_.format.delimiter;
      const Vector& column = chunk_.columns[i];
      if (column.is_null(row_)) {
        out += options_.format.null_text;
        continue;
      }
      text_.clear();
      append_text(text_, column, row_, io_);
      append_value(out, text_, options_.force_quote_all || force_quote_[i]);
    }
    out += '\n';
  }

  void append_binary_row(std::string& out) {
    append_copy_binary_count(out, chunk_.columns.size());
    for (const Vector& column : chunk_.columns) {
      if (column.is_null(row_)) {
        append_copy_binary_null(out);
        continue;
      }
      text_.clear();
      append_binary(text_, column, row_);
      append_copy_binary_value(out, text_);
    }
  }

  const CopyOptions options_;
  std::unique_ptr<Result> rows_;
  TypeIoOptions io_;
  std::vector<bool> force_quote_;
  bool header_pending_ = false;
  bool ended_ = false;
  DataChunk chunk_;
  size_t row_ = 0;
  std::string text_;
  uint64_t count_ = 0;
};

/// `SELECT columns FROM ONLY table`, as COPY table TO reads it.
std::shared_ptr<const ast::Statement> query_of_table(const ast::CopyStatement& copy, const TableEntry& table) {
  auto query = std::make_shared<ast::SelectQuery>();
  auto reference = std::make_unique<ast::TableReference>();
  reference->name = copy.table;
  query->from.push_back(std::move(reference));
  for (const size_t index : copied_columns(table, copy.columns)) {
    auto column = std::make_unique<ast::ColumnReference>();
    column->parts.push_back(table.columns[index].name);
    query->targets.push_back({0, std::move(column), ""});
  }
  return query;
}

}  // namespace

namespace {

bool lacks_returning(const ast::Statement& query) {
  switch (query.kind) {
    case ast::StatementKind::Insert:
      return query.as<ast::InsertStatement>().returning.empty();
    case ast::StatementKind::Update:
      return query.as<ast::UpdateStatement>().returning.empty();
    case ast::StatementKind::Delete:
      return query.as<ast::DeleteStatement>().returning.empty();
    case ast::StatementKind::Query:
      return false;
    default:
      throw Error(sqlstate::kFeatureNotSupported, "COPY query must be a SELECT, or have a RETURNING clause");
  }
}

/// The table that is copied; 42809 for what is none.
TableEntry copied_table(Session& session, const ast::CopyStatement& copy) {
  TableEntry table;
  session.read_catalog([&](const DdlContext& context) {
    const CatalogEntry* found = context.find_relation(copy.table);
    const auto refuse = [&](const std::string& kind) {
      return Error(sqlstate::kWrongObjectType, std::string("cannot copy ") + (copy.from ? "to " : "from ") + kind +
                                                   " \"" + copy.table.last() + "\"");
    };
    if (found != nullptr && kind_of(*found) == ObjectKind::kView) {
      const bool materialized = std::get<ViewEntry>(*found).materialized_table != kNoObject;
      Error refused = refuse(materialized ? "materialized view" : "view");
      if (!copy.from) refused.with_hint("Try the COPY (SELECT ...) TO variant.");
      throw Error(std::move(refused));
    }
    if (found != nullptr && kind_of(*found) == ObjectKind::kSequence) throw Error(refuse("sequence"));
    table = context.table(copy.table);
  });
  return table;
}

std::unique_ptr<Result> start_copy(Session& session, PreparedStatement& statement, CopyOptions options) {
  const auto& copy = statement.syntax().as<ast::CopyStatement>();
  if (copy.query != nullptr) {
    if (lacks_returning(*copy.query)) {
      throw Error(sqlstate::kFeatureNotSupported, "COPY query must have a RETURNING clause");
    }
    const std::shared_ptr<const ast::Statement> query(statement.shared_syntax(), copy.query.get());
    return std::make_unique<CopyTo>(session, std::move(options), session.start_internal(query, Flavour::kSql));
  }
  TableEntry table = copied_table(session, copy);
  if (!copy.from) {
    auto rows = session.start_internal(query_of_table(copy, table), Flavour::kSql);
    return std::make_unique<CopyTo>(session, std::move(options), std::move(rows));
  }
  session.ensure_transaction();
  if (session.is_read_only() && table.temporary_session == kNoObject) {
    throw Error(sqlstate::kReadOnlySqlTransaction, "cannot execute COPY FROM in a read-only transaction");
  }
  std::vector<size_t> copied = copied_columns(table, copy.columns);
  return std::make_unique<CopyFrom>(session, std::move(table), std::move(options), std::move(copied), copy.where.get());
}

}  // namespace

std::unique_ptr<Result> run_copy(Session& session, PreparedStatement& statement) {
  const auto& copy = statement.syntax().as<ast::CopyStatement>();
  if (copy.program) {
    throw Error(sqlstate::kFeatureNotSupported, "COPY to or from an external program is not supported")
        .with_hint("Use STDIN or STDOUT, or psql's \\copy.");
  }
  CopyOptions options = read_copy_options(copy);
  if (!copy.standard_stream) require_copy_file(session, copy.from);
  auto stream = start_copy(session, statement, std::move(options));
  if (copy.standard_stream) return stream;
  return copy.from ? copy_from_file(session, *stream, copy.file) : copy_to_file(session, *stream, copy.file);
}

}  // namespace tidemark
