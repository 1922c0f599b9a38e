#include <chrono>

#include "server/auth/policy.h"
#include "server/auth/scram.h"
#include "server/pgwire/pg_server.h"
#include "server/pgwire/pg_session.h"

namespace tidemark::pgwire {
namespace {

// Request codes in the place of a protocol version.
constexpr int32_t kCancelRequest = 80877102;
constexpr int32_t kSslRequest = 80877103;
constexpr int32_t kGssEncryptionRequest = 80877104;
constexpr int32_t kProtocolMajor = 3;

// PostgreSQL's own limits (src/include/libpq/pqcomm.h, sasl.h).
constexpr uint32_t kStartupBytesMax = 10'000;
constexpr uint32_t kSaslBytesMax = 1024;

// Authentication request codes.
constexpr int kAuthenticationOk = 0;
constexpr int kAuthenticationSasl = 10;
constexpr int kAuthenticationSaslContinue = 11;
constexpr int kAuthenticationSaslFinal = 12;

/// `-c name=value --name=value` of the start-up parameter `options`; a backslash keeps the next character.
void read_command_line_options(std::string_view text, std::map<std::string, std::string>& settings) {
  std::vector<std::string> words;
  std::string word;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == ' ') {
      if (!word.empty()) {
        words.push_back(std::move(word));
        word.clear();
      }
    } else {
      i += text[i] == '\\' && i + 1 < text.size() ? 1 : 0;
      word += text[i];
    }
  }
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view option = words[i];
    if (option == "-c" && i + 1 < words.size()) {
      option = words[++i];
    } else if (option.starts_with("-c") || option.starts_with("--")) {
      option.remove_prefix(2);
    }
    const size_t equals = option.find('=');
    if (equals != std::string_view::npos) {
      std::string name(option.substr(0, equals));
      for (char& letter : name) {
        letter = letter == '-' ? '_' : letter;
      }
      settings[std::move(name)] = std::string(option.substr(equals + 1));
    }
  }
}

}  // namespace

std::optional<std::map<std::string, std::string>> PgSession::read_startup_parameters() {
  for (;;) {
    const std::string packet = reader_.read_startup(kStartupBytesMax);
    FieldReader fields(packet);
    const int32_t code = fields.int32();
    if (code == kSslRequest && !stream_->encrypted()) {
      writer_.raw_byte(server_.tls() != nullptr ? 'S' : 'N');
      writer_.flush();
      if (server_.tls() != nullptr) {
        stream_ = server_.tls()->accept(std::move(stream_));
        reader_.move_to(*stream_);
        writer_.move_to(*stream_);
      }
      continue;
    }
    if (code == kGssEncryptionRequest) {
      writer_.raw_byte('N');
      writer_.flush();
      continue;
    }
    if (code == kCancelRequest) {
      const int32_t process_id = fields.int32();
      server_.cancel(process_id, fields.int32());
      return std::nullopt;
    }
    if (code >> 16 != kProtocolMajor) {
      throw Error(sqlstate::kFeatureNotSupported, "unsupported frontend protocol " + std::to_string(code >> 16) + "." +
                                                      std::to_string(code & 0xffff) + ": server supports 3.0 to 3.0");
    }
    std::map<std::string, std::string> parameters;
    std::vector<std::string> unknown;
    for (std::string_view name = fields.text(); !name.empty(); name = fields.text()) {
      const std::string_view value = fields.text();
      if (name.starts_with("_pq_.")) {
        unknown.emplace_back(name);
      } else {
        parameters[std::string(name)] = std::string(value);
      }
    }
    fields.expect_end();
    if ((code & 0xffff) != 0 || !unknown.empty()) {
      // NegotiateProtocolVersion: newer minor versions and options are declined, not refused.
      writer_.begin('v');
      writer_.add_int32(0);
      writer_.add_int32(static_cast<int64_t>(unknown.size()));
      for (const std::string& name : unknown) {
        writer_.add_text(name);
      }
      writer_.end();
    }
    return parameters;
  }
}

void PgSession::authenticate(const std::string& role) {
  Database& database = server_.database();
  if (auth_method(database) == AuthMethod::kTrust) {
    return;
  }
  const RoleLogin login = database.role_login(role);
  const auto stored = ScramVerifier::parse(login.password_verifier);
  const bool possible = login.exists && login.can_login && stored.has_value();
  ScramExchange exchange(possible ? *stored : ScramVerifier::mock(role, server_.mock_secret()));

  const auto request = [this](int code, std::string_view data) {
    writer_.begin('R');
    writer_.add_int32(code);
    writer_.add_bytes(data);
    writer_.end();
    writer_.flush();
  };
  const auto response = [this] {
    Message message = reader_.read(kSaslBytesMax);
    if (message.type != 'p') {
      throw Error(sqlstate::kProtocolViolation,
                  "expected SASL response, got message type " + std::to_string(message.type));
    }
    return std::move(message.body);
  };
  request(kAuthenticationSasl, std::string_view("SCRAM-SHA-256\0\0", 15));
  const std::string initial = response();
  FieldReader fields(initial);
  if (fields.text() != "SCRAM-SHA-256") {
    throw Error(sqlstate::kProtocolViolation, "client selected an invalid SASL authentication mechanism");
  }
  const int32_t length = fields.int32();
  request(kAuthenticationSaslContinue,
          exchange.challenge(length < 0 ? std::string_view() : fields.bytes(static_cast<size_t>(length))));
  const auto proof = exchange.finish(response());
  if (!proof || !possible) {
    throw Error(sqlstate::kInvalidPassword, "password authentication failed for user \"" + role + "\"");
  }
  request(kAuthenticationSaslFinal, *proof);
}

void PgSession::open_connection(std::map<std::string, std::string> parameters) {
  ConnectionOptions options;
  const std::string user = parameters["user"];
  if (user.empty()) {
    throw Error(sqlstate::kInvalidAuthorization, "no PostgreSQL user name specified in startup packet");
  }
  authenticate(user);
  options.role = admitted_role(server_.database(), user);
  const std::string& database = parameters["database"];
  options.database = database.empty() ? user : database;
  // A client that names no database asks for one of its user's name; the built-in one is meant where there is none.
  if (database.empty() && !server_.database().database_exists(user)) {
    options.database = "tidemark";
  }
  read_command_line_options(parameters["options"], options.settings);
  for (const char* name : {"user", "database", "options", "replication"}) {
    parameters.erase(name);
  }
  for (auto& [name, value] : parameters) {
    options.settings[name] = std::move(value);
  }
  connection_ = server_.database().connect(options);
}

bool PgSession::start_up() {
  try {
    auto parameters = read_startup_parameters();
    if (!parameters) {
      return false;
    }
    const Settings& settings = server_.database().server_settings();
    if (settings.boolean(Setting::kSslRequired) && !stream_->encrypted() && !stream_->from_loopback()) {
      throw Error(sqlstate::kInvalidAuthorization, "connection requires TLS");
    }
    open_connection(std::move(*parameters));
  } catch (const Error& error) {
    writer_.error(error, "FATAL");
    writer_.flush();
    return false;
  }
  writer_.begin('R');
  writer_.add_int32(kAuthenticationOk);
  writer_.end();
  connection_->on_notice([this](const Notice& notice) { writer_.notice(notice.content, notice.severity); });
  connection_->on_parameter_status(
      [this](std::string_view name, std::string_view value) { writer_.parameter_status(name, value); });
  writer_.begin('K');
  writer_.add_int32(connection_->process_id());
  writer_.add_int32(server_.register_session(connection_->process_id()));
  writer_.end();
  writer_.ready_for_query('I');
  writer_.flush();
  return true;
}

}  // namespace tidemark::pgwire
