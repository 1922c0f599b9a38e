#include <fmt/format.h>
#include <histedit.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

#include "base/error.h"
#include "cli/commands.h"
#include "cli/text_table.h"
#include "tidemark/database.h"

namespace tidemark {
namespace {

/// What the shell talks to: a folder opened in this process, or a server.
class Target {
 public:
  virtual ~Target() = default;
  /// Runs one statement and prints its result.
  virtual void run(const std::string& sql) = 0;
};

class EmbeddedTarget final : public Target {
 public:
  explicit EmbeddedTarget(const std::string& folder)
      : database_(Database::open(folder)), connection_(database_->connect()) {
    connection_->set_setting("tidemark.implicit_group_by", "on");
    connection_->on_notice(
        [](const Notice& notice) { fmt::print(stderr, "{}:  {}\n", notice.severity, notice.content.message()); });
  }

  void run(const std::string& sql) override {
    const auto result = connection_->query(sql);
    if (result->kind() == Result::Kind::kRows) {
      print_table(*result, connection_->io_options());
    } else {
      fmt::print("{}\n", result->command_tag());
    }
  }

 private:
  std::unique_ptr<Database> database_;
  std::unique_ptr<Connection> connection_;
};

class WireTarget final : public Target {
 public:
  explicit WireTarget(const std::string& address) : connection_(PQconnectdb(address.c_str())) {
    if (PQstatus(connection_) != CONNECTION_OK) {
      const std::string problem = PQerrorMessage(connection_);
      PQfinish(connection_);
      throw Error(sqlstate::kConnectionException, problem);
    }
  }
  ~WireTarget() override { PQfinish(connection_); }
  WireTarget(const WireTarget&) = delete;
  WireTarget& operator=(const WireTarget&) = delete;

  void run(const std::string& sql) override {
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection_, sql.c_str()), &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_TUPLES_OK) {
      TextTable table;
      for (int column = 0; column < PQnfields(result.get()); ++column) {
        table.headers.emplace_back(PQfname(result.get(), column));
      }
      for (int row = 0; row < PQntuples(result.get()); ++row) {
        auto& cells = table.rows.emplace_back();
        for (int column = 0; column < PQnfields(result.get()); ++column) {
          cells.emplace_back(PQgetvalue(result.get(), row, column));
        }
      }
      print_table(table);
    } else if (status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) {
      fmt::print("{}\n", PQcmdStatus(result.get()));
    } else {
      throw Error(sqlstate::kConnectionException, PQerrorMessage(connection_));
    }
  }

 private:
  PGconn* connection_;
};

/// Whether `text` ends a statement: a semicolon outside quotes and comments at its end.
bool is_complete(const std::string& text) {
  char quote = 0;
  bool complete = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char letter = text[i];
    if (quote != 0) {
      quote = letter == quote ? '\0' : quote;
    } else if (letter == '\'' || letter == '"') {
      quote = letter;
      complete = false;
    } else if (letter == '-' && i + 1 < text.size() && text[i + 1] == '-') {
      i = std::min(text.find('\n', i), text.size());
    } else if (letter == ';') {
      complete = true;
    } else if (letter != ' ' && letter != '\n' && letter != '\t') {
      complete = false;
    }
  }
  return complete && quote == 0;
}

/// Lines from the terminal with editing and history, or from a pipe.
class LineReader {
 public:
  LineReader() {
    if (isatty(STDIN_FILENO) != 0) {
      editor_ = el_init("tidemark", stdin, stdout, stderr);
      history_ = history_init();
      HistEvent event;
      history(history_, &event, H_SETSIZE, 1000);
      el_set(editor_, EL_EDITOR, "emacs");
      el_set(editor_, EL_HIST, history, history_);
      el_set(editor_, EL_CLIENTDATA, this);
      el_set(
          editor_, EL_PROMPT, +[](EditLine* editor) {
            LineReader* self = nullptr;
            el_get(editor, EL_CLIENTDATA, &self);
            return self->prompt_.data();
          });
    }
  }
  ~LineReader() {
    if (editor_ != nullptr) {
      history_end(history_);
      el_end(editor_);
    }
  }
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// False at the end of the input.
  bool read(bool continues, std::string& line) {
    if (editor_ == nullptr) {
      return static_cast<bool>(std::getline(std::cin, line)) && (line += '\n', true);
    }
    prompt_ = continues ? "      -> " : "tidemark> ";
    int count = 0;
    const char* text = el_gets(editor_, &count);
    if (text == nullptr || count <= 0) {
      return false;
    }
    line.assign(text, static_cast<size_t>(count));
    HistEvent event;
    history(history_, &event, H_ENTER, text);
    return true;
  }
  [[nodiscard]] bool interactive() const { return editor_ != nullptr; }

 private:
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
  std::string prompt_;
};

int shell(const std::string& address) {
  std::unique_ptr<Target> target;
  if (address.starts_with("postgres://") || address.starts_with("postgresql://")) {
    target = std::make_unique<WireTarget>(address);
  } else {
    target = std::make_unique<EmbeddedTarget>(address);
  }
  LineReader reader;
  if (reader.interactive()) {
    fmt::print("Statements end with a semicolon; \\q leaves.\n");
  }
  std::string statement;
  std::string line;
  int exit_code = 0;
  while (reader.read(!statement.empty(), line)) {
    if (statement.empty() && (line.starts_with("\\q") || line.starts_with("exit") || line.starts_with("quit"))) {
      break;
    }
    if (statement.empty() && line.find_first_not_of(" \t\n") == std::string::npos) {
      continue;
    }
    statement += line;
    if (!is_complete(statement)) {
      continue;
    }
    try {
      const auto start = std::chrono::steady_clock::now();
      target->run(statement);
      const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - start;
      if (reader.interactive()) {
        fmt::print("Time: {:.3f} ms\n", elapsed.count());
      }
    } catch (const Error& error) {
      exit_code = 3;
      fmt::print(stderr, "ERROR:  {}\n", error.message());
      if (!error.detail().empty()) {
        fmt::print(stderr, "DETAIL:  {}\n", error.detail());
      }
      if (!error.hint().empty()) {
        fmt::print(stderr, "HINT:  {}\n", error.hint());
      }
    }
    statement.clear();
  }
  return exit_code;
}

}  // namespace

void add_shell_command(CLI::App& app, std::function<int()>& chosen) {
  auto address = std::make_shared<std::string>("tidemark-data");
  CLI::App* command = app.add_subcommand("shell", "Type SQL: into a folder opened in this process, or to a server");
  command->add_option("TARGET", *address, "A data folder, or postgres://USER@HOST:PORT/DB")->capture_default_str();
  command->callback([address, &chosen] { chosen = [address] { return shell(*address); }; });
}

}  // namespace tidemark
