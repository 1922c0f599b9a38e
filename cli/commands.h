#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace tidemark {

// Each adds its subcommand and flags to `app`; when it is the one that was named, `chosen` runs it and gives the exit
// code.

void add_serve_command(CLI::App& app, std::function<int()>& chosen);
void add_shell_command(CLI::App& app, std::function<int()>& chosen);
void add_check_command(CLI::App& app, std::function<int()>& chosen);
void add_bench_command(CLI::App& app, std::function<int()>& chosen);
void add_demo_command(CLI::App& app, std::function<int()>& chosen);

}  // namespace tidemark
