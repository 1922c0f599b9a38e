#include "engine/influxql_show.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "engine/influxql_condition.h"
#include "engine/influxql_measurement.h"
#include "engine/influxql_syntax.h"
#include "engine/session.h"
#include "engine/statement_result.h"
#include "parser/ast_query.h"

namespace tidemark::influxql {
namespace {

using Rows = std::vector<std::vector<std::string>>;

/// Applies LIMIT and OFFSET and hands over one series.
void give(InfluxQlSink& sink, std::string name, std::vector<std::string> columns, Rows rows, const Limits& limits) {
  InfluxQlShape shape;
  shape.name = std::move(name);
  shape.columns = columns;
  shape.has_time = false;
  const auto offset = static_cast<size_t>(std::max<int64_t>(limits.offset, 0));
  rows.erase(rows.begin(), rows.begin() + static_cast<ptrdiff_t>(std::min(offset, rows.size())));
  if (limits.limit > 0 && rows.size() > static_cast<size_t>(limits.limit))
    rows.resize(static_cast<size_t>(limits.limit));
  if (rows.empty() && offset + static_cast<size_t>(limits.limit) > 0) return;
  const auto result = BufferedResult::text_rows(columns, rows, "SHOW");
  sink.series(shape, *result);
}

/// `72h0m0s`, as Go prints durations of whole seconds.
std::string go_duration(int64_t microseconds) {
  const int64_t seconds = microseconds / 1'000'000;
  if (seconds == 0) return "0s";
  std::string text;
  if (seconds >= 3600) text += std::to_string(seconds / 3600) + "h";
  if (seconds >= 60) text += std::to_string(seconds / 60 % 60) + "m";
  return text + std::to_string(seconds % 60) + "s";
}

/// InfluxDB's choice where none was given: 1 h for policies under two days, a day under 180 days, else a week.
int64_t shard_duration_us(const SchemaEntry& schema) {
  constexpr int64_t kHourUs = 3'600'000'000;
  if (schema.partition_interval_us > 0) return schema.partition_interval_us;
  if (schema.retention_us == 0 || schema.retention_us >= 180 * 24 * kHourUs) return 168 * kHourUs;
  return schema.retention_us < 48 * kHourUs ? kHourUs : 24 * kHourUs;
}

class Show {
 public:
  Show(Session& session, const Catalog& catalog, const ShowStatement& show, const InfluxQlOptions& options,
       InfluxQlSink& sink)
      : session_(session), catalog_(catalog), show_(show), options_(options), sink_(sink), where_(show.where) {
    if (where_) range_ = take_time_range(where_, 0);
  }

  void run() {
    switch (show_.kind) {
      case ShowKind::kDatabases:
        return databases();
      case ShowKind::kRetentionPolicies:
        return retention_policies();
      case ShowKind::kMeasurements:
        return measurements();
      case ShowKind::kFieldKeys:
        return field_keys();
      case ShowKind::kTagKeys:
        return tag_keys();
      case ShowKind::kTagValues:
        return tag_values();
      case ShowKind::kSeries:
        return series();
    }
  }

 private:
  void databases() {
    Rows rows;
    for (const CatalogEntry* entry : catalog_.all(ObjectKind::kDatabase)) rows.push_back({name_of(*entry)});
    give(sink_, "databases", {"name"}, std::move(rows), {});
  }

  void retention_policies() {
    const DatabaseEntry& database = find_database(catalog_, session_, options_, show_.database);
    InfluxQlShape shape;
    shape.columns = {"name", "duration", "shardGroupDuration", "replicaN", "default"};
    shape.has_time = false;
    DataChunk chunk;
    std::vector<const SchemaEntry*> schemas;
    for (const CatalogEntry* entry : catalog_.all(ObjectKind::kSchema)) {
      const auto& schema = std::get<SchemaEntry>(*entry);
      if (schema.database == database.id) schemas.push_back(&schema);
    }
    chunk.size = schemas.size();
    Vector columns[] = {Vector::flat(TypeId::kText, chunk.size), Vector::flat(TypeId::kText, chunk.size),
                        Vector::flat(TypeId::kText, chunk.size), Vector::flat(TypeId::kInt64, chunk.size),
                        Vector::flat(TypeId::kBoolean, chunk.size)};
    for (size_t row = 0; row < schemas.size(); ++row) {
      const SchemaEntry& schema = *schemas[row];
      const std::string texts[] = {schema.name == "public" ? "autogen" : schema.name, go_duration(schema.retention_us),
                                   go_duration(shard_duration_us(schema))};
      for (size_t c = 0; c < 3; ++c) columns[c].mutable_data<std::string_view>()[row] = columns[c].heap().add(texts[c]);
      columns[3].mutable_data<int64_t>()[row] = 1;
      columns[4].mutable_data<uint8_t>()[row] = schema.name == database.default_schema ? 1 : 0;
    }
    std::vector<ResultColumn> names;
    for (size_t c = 0; c < std::size(columns); ++c) {
      names.push_back({shape.columns[c], columns[c].type(), kNoObject, 0});
      chunk.columns.push_back(std::move(columns[c]));
    }
    std::vector<DataChunk> chunks;
    if (chunk.size > 0) chunks.push_back(std::move(chunk));
    BufferedResult result(Result::Kind::kRows, std::move(names), std::move(chunks), "SHOW", schemas.size());
    sink_.series(shape, result);
  }

  [[nodiscard]] std::vector<Measurement> sources() const {
    return find_measurements(catalog_, session_, options_, show_.database, show_.sources);
  }

  void measurements() {
    Rows rows;
    for (const Measurement& measurement : sources()) {
      if (show_.match && !name_matches(*show_.match)(measurement.name())) continue;
      if (where_ && !any_row(measurement)) continue;
      rows.push_back({measurement.name()});
    }
    if (!rows.empty()) give(sink_, "measurements", {"name"}, std::move(rows), show_.limits);
  }

  void field_keys() {
    for (const Measurement& measurement : sources()) {
      Rows rows;
      for (const ColumnEntry* field : measurement.fields()) {
        rows.push_back({field->name, std::string(field_type_name(field_type_of(field->type)))});
      }
      if (!rows.empty()) give(sink_, measurement.name(), {"fieldKey", "fieldType"}, std::move(rows), show_.limits);
    }
  }

  void tag_keys() {
    for (const Measurement& measurement : sources()) {
      Rows rows;
      for (const ColumnEntry* tag : measurement.tags()) {
        if (where_ && !any_row(measurement, tag)) continue;
        rows.push_back({tag->name});
      }
      if (!rows.empty()) give(sink_, measurement.name(), {"tagKey"}, std::move(rows), show_.limits);
    }
  }

  void tag_values() {
    const auto wanted = name_matches(*show_.match);
    for (const Measurement& measurement : sources()) {
      Rows rows;
      for (const ColumnEntry* tag : measurement.tags()) {
        if (!wanted(tag->name)) continue;
        for (std::vector<std::string>& value : distinct_tags(measurement, {tag})) {
          if (!value[0].empty()) rows.push_back({tag->name, std::move(value[0])});
        }
      }
      if (!rows.empty()) give(sink_, measurement.name(), {"key", "value"}, std::move(rows), show_.limits);
    }
  }

  void series() {
    Rows rows;
    for (const Measurement& measurement : sources()) {
      const auto tags = measurement.tags();
      for (const std::vector<std::string>& values : distinct_tags(measurement, tags)) {
        std::string key = escaped(measurement.name(), ", ");
        for (size_t i = 0; i < tags.size(); ++i) {
          if (!values[i].empty()) key += "," + escaped(tags[i]->name, ",= ") + "=" + escaped(values[i], ",= ");
        }
        rows.push_back({std::move(key)});
      }
    }
    std::ranges::sort(rows);
    if (!rows.empty()) give(sink_, "", {"key"}, std::move(rows), show_.limits);
  }

  static std::string escaped(const std::string& text, std::string_view special) {
    std::string result;
    for (const char letter : text) {
      if (special.find(letter) != std::string_view::npos) result += '\\';
      result += letter;
    }
    return result;
  }

  static std::function<bool(std::string_view)> name_matches(const NameMatch& match) {
    if (match.is_regex) {
      return
          [test = compile_regex(match.names[0]), &match](std::string_view name) { return test(name) != match.negated; };
    }
    return [&match](std::string_view name) {
      return (std::ranges::find(match.names, name) != match.names.end()) != match.negated;
    };
  }

  [[nodiscard]] std::shared_ptr<ast::SelectQuery> query_of(const Measurement& measurement) const {
    auto query = std::make_shared<ast::SelectQuery>();
    auto table = std::make_unique<ast::TableReference>();
    table->name = measurement.qualified_name();
    query->from.push_back(std::move(table));
    ast::ExpressionList conditions;
    conditions.push_back(translate_range(range_, measurement));
    if (where_) conditions.push_back(translate_condition(*where_, measurement));
    query->where = make_logical(true, std::move(conditions));
    return query;
  }

  /// The combinations of these tags that the rows have, sorted; a missing one is empty.
  [[nodiscard]] std::vector<std::vector<std::string>> distinct_tags(const Measurement& measurement,
                                                                    const std::vector<const ColumnEntry*>& tags) {
    auto query = query_of(measurement);
    if (tags.empty())
      return any_row(measurement) ? std::vector<std::vector<std::string>>{{}} : std::vector<std::vector<std::string>>{};
    for (size_t i = 0; i < tags.size(); ++i) {
      query->targets.push_back({0, measurement.read(*tags[i]), "t" + std::to_string(i)});
      ast::GroupingItem item;
      auto ordinal = std::make_unique<ast::Literal>();
      ordinal->literal_kind = ast::LiteralKind::Integer;
      ordinal->text = std::to_string(i + 1);
      item.expression = std::move(ordinal);
      query->group_by.push_back(std::move(item));
    }
    query->has_group_by = true;
    const auto result = session_.start_internal(query, Flavour::kInfluxQl);
    std::vector<std::vector<std::string>> found;
    DataChunk chunk;
    while (result->next(chunk)) {
      for (size_t row = 0; row < chunk.size; ++row) {
        std::vector<std::string> values;
        for (const Vector& column : chunk.columns) {
          values.push_back(column.is_null(row) ? std::string() : column.value(row).as_bytes());
        }
        found.push_back(std::move(values));
      }
    }
    std::ranges::sort(found);
    return found;
  }

  /// Whether any row satisfies WHERE, and has `tag` if one is given.
  [[nodiscard]] bool any_row(const Measurement& measurement, const ColumnEntry* tag = nullptr) {
    auto query = query_of(measurement);
    query->targets.push_back({0, make_integer(1), "one"});
    if (tag != nullptr) {
      query->where = make_logical(true, make_list(std::move(query->where), make_is_null(make_column(tag->name), true)));
    }
    query->limit = make_integer(1);
    const auto result = session_.start_internal(query, Flavour::kInfluxQl);
    DataChunk chunk;
    bool any = false;
    while (result->next(chunk)) any = any || chunk.size > 0;
    return any;
  }

  Session& session_;
  const Catalog& catalog_;
  const ShowStatement& show_;
  const InfluxQlOptions& options_;
  InfluxQlSink& sink_;
  std::optional<Expression> where_;
  TimeRange range_;
};

}  // namespace

void run_show(Session& session, const Catalog& catalog, const ShowStatement& show, const InfluxQlOptions& options,
              InfluxQlSink& sink) {
  Show(session, catalog, show, options, sink).run();
}

}  // namespace tidemark::influxql
