#include "base/logging.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <memory>

#include "base/io_error.h"

namespace tidemark {
namespace {

spdlog::level::level_enum spdlog_level(LogLevel level) {
  constexpr std::array<spdlog::level::level_enum, 5> kLevels = {
      spdlog::level::debug, spdlog::level::info, spdlog::level::warn, spdlog::level::err, spdlog::level::off};
  return kLevels[static_cast<size_t>(level)];
}

std::shared_ptr<spdlog::logger> make_logger(LogLevel level, std::shared_ptr<spdlog::sinks::sink> sink) {
  auto logger = std::make_shared<spdlog::logger>("tidemark", std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%fZ %l [%t] %v", spdlog::pattern_time_type::utc);
  logger->set_level(spdlog_level(level));
  logger->flush_on(spdlog::level::debug);
  return logger;
}

/// The process has one log, as it has one standard error: the only global of the house.
std::atomic<std::shared_ptr<spdlog::logger>>& current_logger() {
  static std::atomic<std::shared_ptr<spdlog::logger>> logger(
      make_logger(LogLevel::kWarning, std::make_shared<spdlog::sinks::stderr_sink_mt>()));
  return logger;
}

}  // namespace

void configure_logging(LogLevel level, const std::string& file) {
  if (file.empty()) {
    current_logger() = make_logger(level, std::make_shared<spdlog::sinks::stderr_sink_mt>());
    return;
  }
  try {
    current_logger() = make_logger(level, std::make_shared<spdlog::sinks::basic_file_sink_mt>(file));
  } catch (const spdlog::spdlog_ex&) {
    throw make_io_error("open log file", file, errno);
  }
}

bool log_enabled(LogLevel level) { return current_logger().load()->should_log(spdlog_level(level)); }

void log_debug(std::string_view message) { current_logger().load()->debug(message); }
void log_info(std::string_view message) { current_logger().load()->info(message); }
void log_warning(std::string_view message) { current_logger().load()->warn(message); }
void log_error(std::string_view message) { current_logger().load()->error(message); }

}  // namespace tidemark
