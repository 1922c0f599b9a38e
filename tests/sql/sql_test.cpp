// Runs .slt files: see README.md. Exits 1 if a record got another answer than it expects.
#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>
#include <exception>
#include <filesystem>

#include "planner/optimizer.h"
#include "tests/sql/slt_script.h"
#include "tests/sql/sql_target.h"

namespace tidemark::slt {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string target;  ///< embedded, wire, or a PostgreSQL's conninfo
  bool write = false;
  bool each_rule_off = false;  ///< once for each rule of the optimizer, without it
  std::string disabled_rule;   ///< the one that is off now
  std::vector<fs::path> files;
  [[nodiscard]] bool ours() const { return target == "embedded" || target == "wire"; }
};

struct Score {
  size_t records = 0;
  size_t failed = 0;
};

std::unique_ptr<SqlTarget> open_target(const Options& options, const std::string& folder) {
  return options.target == "embedded" ? embedded_target(folder, {{"disabled_rules", options.disabled_rule}})
         : options.target == "wire"   ? wire_target(folder)
                                      : postgres_target(options.target);
}

bool concerns(const Record& record, const Options& options) {
  return std::ranges::all_of(record.only_if, [&](const std::string& name) {
    return name == options.target || name == (options.ours() ? "tidemark" : "postgres");
  });
}

/// The record with `$files` replaced by a folder that this run, and a server, may write to.
Record with_files(Record record, const std::string& files) {
  constexpr std::string_view kMark = "$files";
  for (size_t at = record.sql.find(kMark); at != std::string::npos; at = record.sql.find(kMark, at + files.size())) {
    record.sql.replace(at, kMark.size(), files);
  }
  return record;
}

void run_file(const fs::path& path, const Options& options, const std::string& folder, Score& score) {
  std::vector<Record> records = read_script(path);
  const std::unique_ptr<SqlTarget> target = open_target(options, folder);
  for (Record& record : records) {
    if (!concerns(record, options)) {
      continue;
    }
    if (record.kind == Record::Kind::kRestart) {
      target->restart();
      continue;
    }
    ++score.records;
    const Answer answer = target->run(record.connection, with_files(record, fs::path(folder).parent_path()));
    if (options.write) {
      adopt(record, answer);
    } else if (const std::string wrong = difference(record, answer); !wrong.empty()) {
      ++score.failed;
      fmt::print("{}:{}:{}\n{}\n{}\n", path.string(), record.line,
                 options.disabled_rule.empty() ? "" : " without " + options.disabled_rule, record.sql, wrong);
    }
  }
  if (options.write) {
    write_script(path, records);
  }
}

void add_files(const fs::path& path, std::vector<fs::path>& files) {
  if (!fs::is_directory(path)) {
    files.push_back(path);
    return;
  }
  for (const auto& entry : fs::directory_iterator(path)) {
    if (entry.path().extension() == ".slt") {
      files.push_back(entry.path());
    }
  }
}

void run_files(const Options& options, const fs::path& scratch, Score& score) {
  for (const fs::path& file : options.files) {
    try {
      run_file(file, options, scratch / file.stem(), score);
    } catch (const std::exception& problem) {
      ++score.failed;
      fmt::print("{}: {}\n", file.string(), problem.what());
    }
  }
}

int run(Options options) {
  std::string scratch = (fs::temp_directory_path() / "tidemark-sql-XXXXXX").string();
  if (::mkdtemp(scratch.data()) == nullptr) {
    throw std::runtime_error("cannot make a temporary folder");
  }
  if (!options.ours()) {
    fs::permissions(scratch, fs::perms::all);  // COPY's files are made by another user there
  }
  Score score;
  if (options.each_rule_off) {
    for (const Rule& rule : all_rules()) {
      if (!rule.required) {
        options.disabled_rule = rule.name;
        fs::create_directory(fs::path(scratch) / rule.name);
        run_files(options, fs::path(scratch) / rule.name, score);
        fs::remove_all(fs::path(scratch) / rule.name);
      }
    }
  } else {
    run_files(options, scratch, score);
  }
  fs::remove_all(scratch);
  fmt::print("{} records in {} files, {} failed\n", score.records, options.files.size(), score.failed);
  return score.failed == 0 && score.records > 0 ? 0 : 1;
}

}  // namespace
}  // namespace tidemark::slt

int main(int argument_count, char** arguments) {
  tidemark::slt::Options options;
  for (int i = 1; i < argument_count; ++i) {
    const std::string argument = arguments[i];
    if (argument == "--write") {
      options.write = true;
    } else if (argument == "--each-rule-off") {
      options.each_rule_off = true;
    } else if (options.target.empty()) {
      options.target = argument;
    } else {
      tidemark::slt::add_files(argument, options.files);
    }
  }
  if (options.files.empty() || (options.write && options.ours()) ||
      (options.each_rule_off && options.target != "embedded")) {
    fmt::print(
        "usage: sql_test embedded [--each-rule-off] FILES\n       sql_test wire FILES\n"
        "       sql_test CONNINFO [--write] FILES\n");
    return 2;
  }
  std::ranges::sort(options.files);
  try {
    return tidemark::slt::run(options);
  } catch (const std::exception& problem) {
    fmt::print("{}\n", problem.what());
    return 1;
  }
}
