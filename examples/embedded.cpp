// Tidemark in a program of one's own: opens a folder, appends a million rows, asks, prints. Usage: embedded_example
// [FOLDER]

#include <tidemark/database.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <string>

namespace {

constexpr int kSensors = 100;
constexpr int kReadings = 10'000;
// 2024-01-01 00:00 UTC in microseconds since 2000-01-01, PostgreSQL's epoch.
constexpr int64_t kStart = 757'382'400'000'000;

void append_readings(tidemark::Connection& connection) {
  const auto appender = connection.appender("readings");
  for (int reading = 0; reading < kReadings; ++reading) {
    for (int sensor = 0; sensor < kSensors; ++sensor) {
      appender->add("sensor_" + std::to_string(sensor))
          .add_timestamp(kStart + reading * int64_t{1'000'000})
          .add(std::sin(reading * 0.01) + sensor);
      appender->end_row();
    }
  }
  appender->flush();  // returns when the rows are durable
  std::printf("%llu rows appended\n", static_cast<unsigned long long>(appender->row_count()));
}

void print(tidemark::Connection& connection, const std::string& sql) {
  const auto result = connection.query(sql);
  for (const tidemark::ResultColumn& column : result->columns()) {
    std::printf("%-26s", column.name.c_str());
  }
  std::printf("\n");
  tidemark::DataChunk chunk;
  while (result->next(chunk)) {
    for (size_t row = 0; row < chunk.size; ++row) {
      for (const tidemark::Vector& column : chunk.columns) {
        std::string text;
        if (!column.is_null(row)) {
          tidemark::append_text(text, column, row, connection.io_options());
        }
        std::printf("%-26s", text.c_str());
      }
      std::printf("\n");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string folder =
      argc > 1 ? argv[1] : (std::filesystem::temp_directory_path() / "tidemark-example").string();
  try {
    const auto database = tidemark::Database::open(folder);
    const auto connection = database->connect();
    connection->query("DROP TABLE IF EXISTS readings");
    connection->query(
        "CREATE TABLE readings (sensor text, time timestamptz, value float8, PRIMARY KEY (sensor, time))");
    const auto start = std::chrono::steady_clock::now();
    append_readings(*connection);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::printf("in %.2f s\n\n", seconds.count());
    print(*connection,
          "SELECT sensor, date_bin('1 hour', time, '1970-01-01') AS hour, count(*), avg(value) FROM readings "
          "GROUP BY sensor, hour ORDER BY sensor, hour LIMIT 6");
  } catch (const tidemark::Error& error) {
    std::fprintf(stderr, "%s: %s\n", error.sqlstate().c_str(), error.message().c_str());
    return 1;
  }
  return 0;
}
