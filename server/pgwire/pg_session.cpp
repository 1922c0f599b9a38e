#include "server/pgwire/pg_session.h"

#include <limits>

#include "server/pgwire/pg_server.h"
#include "types/type_naming.h"

namespace tidemark::pgwire {
namespace {

int milliseconds(int64_t nanoseconds) {
  return nanoseconds <= 0
             ? -1
             : static_cast<int>(std::min<int64_t>(nanoseconds / 1'000'000, std::numeric_limits<int>::max()));
}

std::vector<Format> read_formats(FieldReader& fields) {
  std::vector<Format> formats;
  const int count = fields.int16();
  for (int i = 0; i < count; ++i) {
    const int16_t code = fields.int16();
    if (code != 0 && code != 1) {
      throw Error(sqlstate::kInvalidParameterValue, "unsupported format code: " + std::to_string(code));
    }
    formats.push_back(static_cast<Format>(code));
  }
  return formats;
}

void write_parameter_description(MessageWriter& writer, const Statement& statement) {
  writer.begin('t');
  writer.add_int16(static_cast<int>(statement.parameter_types().size()));
  for (LogicalType type : statement.parameter_types()) {
    writer.add_int32(type.oid());
  }
  writer.end();
}

}  // namespace

PgSession::PgSession(PgServer& server, std::unique_ptr<Stream> stream)
    : server_(server),
      stream_(std::move(stream)),
      reader_(*stream_),
      writer_(*stream_,
              static_cast<size_t>(server.database().server_settings().bytes(Setting::kResultBufferBytes)) / 16),
      message_bytes_max_(static_cast<uint32_t>(server.database().server_settings().bytes(Setting::kMaxMessageSize))) {}

PgSession::~PgSession() {
  portals_.clear();
  if (connection_ != nullptr) {
    server_.forget_session(connection_->process_id());
  }
}

void PgSession::run() {
  const Settings& settings = server_.database().server_settings();
  if (const int64_t patience = settings.nanoseconds(Setting::kAuthenticationTimeout); patience > 0) {
    stream_->set_read_deadline(std::chrono::steady_clock::now() + std::chrono::nanoseconds(patience));
  }
  if (!start_up()) {
    return;
  }
  stream_->set_read_deadline(std::nullopt);
  while (!finished_) {
    if (!reader_.holds_message()) {
      writer_.flush();  // the client may be waiting for it
    }
    if (!wait_for_message()) {
      return;
    }
    Message message;
    try {
      message = reader_.read(message_bytes_max_);
    } catch (const Error& error) {
      writer_.error(error, "FATAL");
      writer_.flush();
      return;
    }
    try {
      handle(std::move(message));
    } catch (const Error& error) {
      fail(error);
    } catch (const std::bad_alloc&) {
      fail(Error(sqlstate::kOutOfMemory, "out of memory"));
    } catch (const std::exception& problem) {
      fail(Error(sqlstate::kInternalError, problem.what()));
    }
  }
}

bool PgSession::wait_for_message() {
  const Settings& settings = connection_->current_settings();
  const bool in_transaction = connection_->transaction_status() != TransactionStatus::kIdle;
  const Setting limit = in_transaction ? Setting::kIdleInTransactionSessionTimeout : Setting::kIdleSessionTimeout;
  if (reader_.wait(milliseconds(settings.nanoseconds(limit)))) {
    return true;
  }
  writer_.error(in_transaction ? Error(sqlstate::kIdleInTransactionTimeout,
                                       "terminating connection due to idle-in-transaction timeout")
                               : Error("57P05", "terminating connection due to idle-session timeout"),
                "FATAL");
  writer_.flush();
  return false;
}

void PgSession::fail(const Error& error) {
  connection_->mark_failed();
  writer_.error(error);
  skip_until_sync_ = true;
}

void PgSession::handle(Message message) {
  const TypeNaming naming(connection_->io_options().names);
  FieldReader fields(message.body);
  if (message.type == 'X') {
    finished_ = true;
    return;
  }
  if (message.type == 'S') {
    fields.expect_end();
    sync();
    return;
  }
  if (skip_until_sync_) {
    return;
  }
  switch (message.type) {
    case 'Q':
      simple_query(fields);
      return;
    case 'P':
      parse(fields);
      return;
    case 'B':
      bind(fields);
      return;
    case 'D':
      describe(fields);
      return;
    case 'E':
      execute(fields);
      return;
    case 'C':
      close(fields);
      return;
    case 'H':
      writer_.flush();
      return;
    case 'F':
      throw Error(sqlstate::kFeatureNotSupported, "the function call protocol is not supported");
    case 'd':
    case 'c':
    case 'f':
      return;  // what is left of a COPY that failed
    default:
      finished_ = true;
      writer_.error(Error(sqlstate::kProtocolViolation,
                          "invalid frontend message type " + std::to_string(static_cast<unsigned char>(message.type))),
                    "FATAL");
      writer_.flush();
  }
}

void PgSession::drop_portals() {
  // An explicit transaction keeps its portals from one Sync to the next.
  if (connection_->transaction_status() != TransactionStatus::kInTransaction) {
    portals_.clear();
  }
}

void PgSession::sync() {
  skip_until_sync_ = false;
  drop_portals();
  try {
    connection_->sync();
  } catch (const Error& error) {
    writer_.error(error);
  }
  writer_.ready_for_query(static_cast<char>(connection_->transaction_status()));
  writer_.flush();  // what is in the pipeline behind it may take long
}

void PgSession::simple_query(FieldReader fields) {
  try {
    const std::string_view text = fields.text();
    fields.expect_end();
    portals_.erase("");
    const auto statements = connection_->parse(text);
    if (statements.empty()) {
      writer_.empty('I');
    }
    for (size_t i = 0; i < statements.size(); ++i) {
      run_simple_statement(statements[i], i + 1 == statements.size());
    }
  } catch (const Error& error) {
    fail(error);
  } catch (const std::bad_alloc&) {
    fail(Error(sqlstate::kOutOfMemory, "out of memory"));
  } catch (const std::exception& problem) {
    fail(Error(sqlstate::kInternalError, problem.what()));
  }
  sync();
}

void PgSession::run_simple_statement(const std::shared_ptr<Statement>& statement, bool last) {
  Portal portal;
  portal.statement = statement;
  portal.result = connection_->execute(statement, {});
  Result& result = *portal.result;
  switch (result.kind()) {
    case Result::Kind::kRows: {
      const std::vector<Format> formats(result.columns().size(), Format::kText);
      write_row_description(writer_, result.columns(), formats);
      RowEncoder encoder(formats, connection_->io_options());
      send_rows(portal, encoder, 0);
      break;
    }
    case Result::Kind::kCopyIn:
      copy_in(result);
      break;
    case Result::Kind::kCopyOut:
      copy_out(result);
      break;
    case Result::Kind::kCommand:
      break;
    case Result::Kind::kEmpty:
      writer_.empty('I');
      return;
  }
  const std::string tag = result.command_tag();
  portal.result.reset();
  if (last) {
    // The tag is the acknowledgement: it must not leave before the commit is durable (invariant 1).
    connection_->sync();
  }
  writer_.command_complete(tag);
}

bool PgSession::send_rows(Portal& portal, RowEncoder& encoder, size_t row_limit) {
  size_t sent = 0;
  for (;;) {
    if (portal.pending_first == portal.pending.size) {
      portal.pending_first = 0;
      if (!portal.result->next(portal.pending)) {
        portal.pending.reset();
        portal.complete = true;
        return true;
      }
    }
    const size_t left = portal.pending.size - portal.pending_first;
    const size_t count = row_limit == 0 ? left : std::min(left, row_limit - sent);
    if (count == portal.pending.size) {
      encoder.write(writer_, portal.pending);
    } else {
      encoder.write(writer_, portal.pending.slice(portal.pending_first, count));
    }
    portal.pending_first += count;
    sent += count;
    if (row_limit != 0 && sent == row_limit) {
      return false;
    }
  }
}

void PgSession::parse(FieldReader fields) {
  const std::string name(fields.text());
  const std::string_view text = fields.text();
  std::vector<LogicalType> types;
  const int count = fields.int16();
  for (int i = 0; i < count; ++i) {
    const auto oid = static_cast<uint32_t>(fields.int32());
    LogicalType type;
    if (oid != 0 && !find_type(oid, type)) {
      throw Error(sqlstate::kUndefinedObject, "type with OID " + std::to_string(oid) + " does not exist");
    }
    types.push_back(oid == 0 ? LogicalType(TypeId::kUnknown) : type);
  }
  fields.expect_end();
  if (!name.empty() && statements_.contains(name)) {
    throw Error(sqlstate::kDuplicatePreparedStatement, "prepared statement \"" + name + "\" already exists");
  }
  statements_.insert_or_assign(name, connection_->prepare(text, types));
  writer_.empty('1');
}

void PgSession::bind(FieldReader fields) {
  const std::string portal_name(fields.text());
  const std::string statement_name(fields.text());
  const auto found = statements_.find(statement_name);
  if (found == statements_.end()) {
    throw Error(sqlstate::kInvalidSqlStatementName,
                statement_name.empty() ? std::string("unnamed prepared statement does not exist")
                                       : "prepared statement \"" + statement_name + "\" does not exist");
  }
  if (!portal_name.empty() && portals_.contains(portal_name)) {
    throw Error(sqlstate::kDuplicateCursor, "portal \"" + portal_name + "\" already exists");
  }
  Portal portal;
  portal.statement = found->second;
  const std::vector<Format> parameter_formats = read_formats(fields);
  const auto count = static_cast<size_t>(static_cast<uint16_t>(fields.int16()));
  const std::vector<LogicalType> types =
      portal.statement == nullptr ? std::vector<LogicalType>{} : portal.statement->parameter_types();
  if (parameter_formats.size() > 1 && parameter_formats.size() != count) {
    throw Error(sqlstate::kProtocolViolation, "bind message has " + std::to_string(parameter_formats.size()) +
                                                  " parameter formats but " + std::to_string(count) + " parameters");
  }
  if (count != types.size()) {
    throw Error(sqlstate::kProtocolViolation, "bind message supplies " + std::to_string(count) +
                                                  " parameters, but prepared statement \"" + statement_name +
                                                  "\" requires " + std::to_string(types.size()));
  }
  const std::vector<Format> formats = column_formats(parameter_formats, count);
  for (size_t i = 0; i < count; ++i) {
    const LogicalType type = types[i].id == TypeId::kUnknown ? LogicalType(TypeId::kText) : types[i];
    const int32_t length = fields.int32();
    if (length < 0) {
      portal.parameters.push_back(Value::null(type));
      continue;
    }
    const std::string_view bytes = fields.bytes(static_cast<size_t>(length));
    portal.parameters.push_back(formats[i] == Format::kText ? parse_value(type, bytes, connection_->io_options())
                                                            : read_binary(type, bytes));
  }
  portal.formats = read_formats(fields);
  fields.expect_end();
  portals_.insert_or_assign(portal_name, std::move(portal));
  writer_.empty('2');
}

std::vector<Format> PgSession::column_formats(const std::vector<Format>& wanted, size_t columns) const {
  if (wanted.size() == columns && columns != 0) {
    return wanted;
  }
  if (wanted.size() > 1) {
    throw Error(sqlstate::kProtocolViolation, "bind message has " + std::to_string(wanted.size()) +
                                                  " result formats but query has " + std::to_string(columns) +
                                                  " columns");
  }
  return std::vector<Format>(columns, wanted.empty() ? Format::kText : wanted.front());
}

void PgSession::describe(FieldReader fields) {
  const char what = static_cast<char>(fields.byte());
  const std::string name(fields.text());
  fields.expect_end();
  std::shared_ptr<Statement> statement;
  std::vector<Format> wanted;
  if (what == 'S') {
    const auto found = statements_.find(name);
    if (found == statements_.end()) {
      throw Error(sqlstate::kInvalidSqlStatementName, "prepared statement \"" + name + "\" does not exist");
    }
    statement = found->second;
    if (statement == nullptr) {
      writer_.begin('t');
      writer_.add_int16(0);
      writer_.end();
    } else {
      write_parameter_description(writer_, *statement);
    }
  } else {
    const auto found = portals_.find(name);
    if (found == portals_.end()) {
      throw Error(sqlstate::kInvalidCursorName, "portal \"" + name + "\" does not exist");
    }
    statement = found->second.statement;
    wanted = found->second.formats;
  }
  if (statement == nullptr || !statement->returns_rows()) {
    writer_.empty('n');
    return;
  }
  write_row_description(writer_, statement->columns(), column_formats(wanted, statement->columns().size()));
}

void PgSession::execute(FieldReader fields) {
  const std::string name(fields.text());
  const int32_t row_limit = fields.int32();
  fields.expect_end();
  const auto found = portals_.find(name);
  if (found == portals_.end()) {
    throw Error(sqlstate::kInvalidCursorName, "portal \"" + name + "\" does not exist");
  }
  Portal& portal = found->second;
  if (portal.statement == nullptr) {
    writer_.empty('I');
    return;
  }
  if (portal.result == nullptr) {
    portal.result = connection_->execute(portal.statement, portal.parameters);
  }
  Result& result = *portal.result;
  switch (result.kind()) {
    case Result::Kind::kRows: {
      RowEncoder encoder(column_formats(portal.formats, result.columns().size()), connection_->io_options());
      if (!send_rows(portal, encoder, static_cast<size_t>(std::max(row_limit, 0)))) {
        writer_.empty('s');
        return;
      }
      break;
    }
    case Result::Kind::kCopyIn:
      copy_in(result);
      break;
    case Result::Kind::kCopyOut:
      copy_out(result);
      break;
    case Result::Kind::kCommand:
      break;
    case Result::Kind::kEmpty:
      writer_.empty('I');
      return;
  }
  writer_.command_complete(result.command_tag());
}

void PgSession::close(FieldReader fields) {
  const char what = static_cast<char>(fields.byte());
  const std::string name(fields.text());
  fields.expect_end();
  if (what == 'S') {
    statements_.erase(name);
  } else {
    portals_.erase(name);
  }
  writer_.empty('3');
}

void PgSession::copy_in(Result& result) {
  const size_t columns = result.columns().size();
  writer_.begin('G');
  writer_.add_byte(result.copy_binary() ? 1 : 0);
  writer_.add_int16(static_cast<int>(columns));
  for (size_t i = 0; i < columns; ++i) {
    writer_.add_int16(result.copy_binary() ? 1 : 0);
  }
  writer_.end();
  writer_.flush();
  for (;;) {
    const Message message = reader_.read(message_bytes_max_);
    switch (message.type) {
      case 'd':
        result.copy_in(message.body);
        break;
      case 'c':
        result.copy_done();
        return;
      case 'f': {
        FieldReader fields(message.body);
        result.copy_fail(fields.text());
        return;
      }
      case 'H':
      case 'S':
        break;  // PostgreSQL ignores these while it copies
      default:
        throw Error(sqlstate::kProtocolViolation, "unexpected message type during COPY from stdin");
    }
  }
}

void PgSession::copy_out(Result& result) {
  const size_t columns = result.columns().size();
  writer_.begin('H');
  writer_.add_byte(result.copy_binary() ? 1 : 0);
  writer_.add_int16(static_cast<int>(columns));
  for (size_t i = 0; i < columns; ++i) {
    writer_.add_int16(result.copy_binary() ? 1 : 0);
  }
  writer_.end();
  std::string piece;
  while (result.next_copy_data(piece)) {
    writer_.begin('d');
    writer_.add_bytes(piece);
    writer_.end();
    writer_.flush_if_full();
    piece.clear();
  }
  writer_.empty('c');
}

}  // namespace tidemark::pgwire
