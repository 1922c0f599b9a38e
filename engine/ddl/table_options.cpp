#include "engine/ddl/table_options.h"

#include <algorithm>
#include <string_view>

#include "types/calendar.h"
#include "types/type_io.h"

namespace tidemark {
namespace {

/// An interval of fixed length in microseconds; months count 30 days, as in interval comparison. InfluxDB's INF is 0.
int64_t parse_duration(std::string_view name, const std::string& text) {
  if (text == "inf" || text == "INF" || text == "0" || text == "off" || text == "none") {
    return 0;
  }
  const Value value = parse_value(TypeId::kInterval, text, TypeIoOptions{});
  const Interval interval = value.as_interval();
  const int64_t microseconds =
      interval.microseconds + (int64_t{interval.days} + 30 * int64_t{interval.months}) * kMicrosecondsPerDay;
  if (microseconds <= 0) {
    throw Error(sqlstate::kInvalidParameterValue,
                "value " + text + " out of bounds for option \"" + std::string(name) + "\"")
        .with_detail("The interval must be positive.");
  }
  return microseconds;
}

OnDuplicate parse_on_duplicate(const std::string& text) {
  constexpr std::pair<std::string_view, OnDuplicate> kWords[] = {
      {"error", OnDuplicate::kError},     {"ignore", OnDuplicate::kIgnore}, {"merge", OnDuplicate::kMerge},
      {"replace", OnDuplicate::kReplace}, {"keep", OnDuplicate::kKeep},
  };
  for (const auto& [word, meaning] : kWords) {
    if (text == word) {
      return meaning;
    }
  }
  throw Error(sqlstate::kInvalidParameterValue, "invalid value for enum option \"on_duplicate\": " + text)
      .with_detail("Valid values are \"error\", \"ignore\", \"merge\", \"replace\" and \"keep\".");
}

bool is_postgres_storage_parameter(std::string_view name) {
  constexpr std::string_view kNames[] = {"fillfactor",
                                         "toast_tuple_target",
                                         "parallel_workers",
                                         "user_catalog_table",
                                         "vacuum_index_cleanup",
                                         "vacuum_truncate",
                                         "log_autovacuum_min_duration",
                                         "oids"};
  return name.starts_with("autovacuum_") || name.starts_with("toast.") ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace

void apply_table_options(TableEntry& table, const std::vector<ast::Option>& options, DdlContext& context) {
  static_cast<void>(context);
  for (const ast::Option& option : options) {
    const std::string text = option_text(option);
    if (option.name == "time") {
      const ColumnEntry* column = table.find_column(text);
      if (column == nullptr) {
        throw Error(sqlstate::kUndefinedColumn, "column \"" + text + "\" does not exist");
      }
      if (!is_timestamp_type(column->type.id)) {
        throw Error(sqlstate::kInvalidTableDefinition, "time column \"" + text + "\" must be a timestamp");
      }
      table.time_column = column->id;
    } else if (option.name == "partition_interval") {
      table.partition_interval_us = parse_duration(option.name, text);
    } else if (option.name == "retention") {
      table.retention_us = parse_duration(option.name, text);
    } else if (option.name == "on_duplicate") {
      table.on_duplicate = parse_on_duplicate(text);
    } else if (!is_postgres_storage_parameter(option.name)) {
      throw Error(sqlstate::kInvalidParameterValue, "unrecognized parameter \"" + option.name + "\"");
    }
  }
}

void reset_table_option(TableEntry& table, const std::string& name) {
  if (name == "partition_interval") {
    table.partition_interval_us = 0;
  } else if (name == "retention") {
    table.retention_us = 0;
  } else if (name == "on_duplicate") {
    table.on_duplicate = OnDuplicate::kUnset;
  } else if (!is_postgres_storage_parameter(name)) {
    throw Error(sqlstate::kInvalidParameterValue, "unrecognized parameter \"" + name + "\"");
  }
}

void decide_kind(TableEntry& table) {
  const auto only_timestamp = [&table](const auto& accepts) {
    ColumnId found = kNoColumn;
    for (const ColumnEntry& column : table.columns) {
      if (is_timestamp_type(column.type.id) && accepts(column)) {
        if (found != kNoColumn) {
          return kNoColumn;
        }
        found = column.id;
      }
    }
    return found;
  };

  if (!table.key.has_value()) {
    table.kind = TableKind::kAppend;
    if (table.time_column == kNoColumn) {
      table.time_column = only_timestamp([](const ColumnEntry&) { return true; });
    }
    if (table.on_duplicate != OnDuplicate::kUnset && table.on_duplicate != OnDuplicate::kKeep) {
      throw Error(sqlstate::kInvalidTableDefinition, "option \"on_duplicate\" needs a table with a primary key");
    }
  } else {
    const auto in_key = [&table](const ColumnEntry& column) {
      const auto& key = table.key->columns;
      // A nullable time cannot order rows; such a key is an ordinary one.
      return column.not_null && std::find(key.begin(), key.end(), column.id) != key.end();
    };
    const ColumnEntry* chosen = table.find_column(table.time_column);
    if (chosen == nullptr) {
      table.time_column = only_timestamp(in_key);
    } else if (!in_key(*chosen)) {
      throw Error(sqlstate::kInvalidTableDefinition,
                  "time column \"" + chosen->name + "\" must be a NOT NULL column of the primary key");
    }
    table.kind = table.time_column == kNoColumn ? TableKind::kKeyed : TableKind::kSeries;
    if (table.on_duplicate == OnDuplicate::kKeep) {
      throw Error(sqlstate::kInvalidTableDefinition,
                  "option \"on_duplicate\" cannot be \"keep\" for a table with a key");
    }
  }
  if (table.time_column == kNoColumn && (table.retention_us != 0 || table.partition_interval_us != 0)) {
    throw Error(sqlstate::kInvalidTableDefinition, std::string("option \"") +
                                                       (table.retention_us != 0 ? "retention" : "partition_interval") +
                                                       "\" needs a table with a time column");
  }
}

}  // namespace tidemark
