#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <map>
#include <sstream>

#include "base/config_file.h"
#include "base/error.h"
#include "base/logging.h"
#include "base/setting_definition.h"
#include "cli/commands.h"
#include "server/auth/policy.h"
#include "server/http/http_server.h"
#include "server/pgwire/pg_server.h"
#include "tidemark/database.h"
#include "tidemark/maintenance.h"

namespace tidemark {
namespace {

struct ServeFlags {
  std::map<std::string, std::string> settings;  ///< by name, as given on the command line
  bool salvage = false;
};

/// `pg_port` as a flag is `--pg-port`; both spellings are taken.
std::string flag_names(std::string_view name) {
  std::string dashed(name);
  for (char& letter : dashed) {
    letter = letter == '_' ? '-' : letter;
  }
  return dashed == name ? "--" + dashed : "--" + dashed + ",--" + std::string(name);
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    throw Error(sqlstate::kUndefinedFile, "could not open configuration file \"" + path + "\"");
  }
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The config file's values, and over them those of the command line.
DatabaseOptions database_options(const ServeFlags& flags) {
  DatabaseOptions options;
  options.salvage = flags.salvage;
  if (const auto config = flags.settings.find("config"); config != flags.settings.end()) {
    for (ConfigLine& line : parse_config(read_file(config->second), config->second)) {
      options.settings[line.name] = std::move(line.value);
    }
  }
  for (const auto& [name, value] : flags.settings) {
    options.settings[name] = value;
  }
  return options;
}

/// Segment files stay open: take all descriptors that the system gives.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

int serve(const ServeFlags& flags) {
  ::umask(077);
  raise_descriptor_limit();
  // Blocked in every thread that comes later, so that this one can wait for them.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  const DatabaseOptions options = database_options(flags);
  const auto data = options.settings.find("data");
  if (data == options.settings.end() || data->second.empty()) {
    throw Error(sqlstate::kInvalidParameterValue, "no data folder given").with_hint("Use --data DIR.");
  }
  const auto database = Database::open(data->second, options);
  const Settings& settings = database->server_settings();
  const std::string& listen = settings.text(Setting::kListen);
  require_safe_listen(*database, listen);
  pgwire::PgServer pg(*database, {listen, static_cast<uint16_t>(settings.integer(Setting::kPgPort))});
  http::HttpServer http(*database, {listen, static_cast<uint16_t>(settings.integer(Setting::kHttpPort))});
  warm_up(*database);
  pg.start();
  http.start();
  fmt::print("tidemark is ready: PostgreSQL on {0}:{1}, InfluxDB HTTP on {0}:{2}, data in {3}\n", listen, pg.port(),
             http.port(), data->second);
  std::fflush(stdout);

  int received = 0;
  sigwait(&signals, &received);
  log_info("stopping");
  pg.stop();
  http.stop();
  return 0;
}

}  // namespace

void add_serve_command(CLI::App& app, std::function<int()>& chosen) {
  auto flags = std::make_shared<ServeFlags>();
  CLI::App* command = app.add_subcommand("serve", "Serve a data folder to PostgreSQL and InfluxDB clients");
  for (const SettingDefinition& definition : setting_definitions()) {
    if (definition.context == SettingContext::kInternal) {
      continue;
    }
    const std::string name(definition.name);
    command
        ->add_option_function<std::string>(
            flag_names(definition.name), [flags, name](const std::string& value) { flags->settings[name] = value; },
            std::string(definition.description))
        ->group(std::string(definition.category))
        ->type_name("");
  }
  command->add_flag("--salvage", flags->salvage, "Open in spite of damaged log records; the originals are kept aside");
  command->callback([flags, &chosen] { chosen = [flags] { return serve(*flags); }; });
}

}  // namespace tidemark
