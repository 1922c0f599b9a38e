#pragma once

#include <string>
#include <string_view>

namespace tidemark {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

/// Where the log goes and from which level on. Before the first call: warnings and errors, to standard error, so that
/// an embedding program hears only of trouble. An empty `file` is standard error. Throws IoError if the file cannot be
/// opened.
void configure_logging(LogLevel level, const std::string& file = {});
[[nodiscard]] bool log_enabled(LogLevel level);

/// Writes one line. Never per row; never secrets: statements with passwords, bind values and tokens stay out.
void log_debug(std::string_view message);
void log_info(std::string_view message);
void log_warning(std::string_view message);
void log_error(std::string_view message);

}  // namespace tidemark
