#include "engine/influxql_select.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/ascii.h"
#include "base/error.h"
#include "engine/influxql_condition.h"
#include "engine/influxql_syntax.h"

namespace tidemark::influxql {
namespace {

using Kind = ExpressionKind;

/// What a function takes and how it is run.
struct FunctionRule {
  std::string_view name;
  PointFunction function;
  bool selector;          ///< picks a point, whose time and other fields can be shown
  bool any_type;          ///< else numbers only
  bool booleans = false;  ///< numbers and booleans
  bool in_sql = true;     ///< an aggregate of the registry says the same
};

constexpr FunctionRule kFunctions[] = {
    {"count", PointFunction::kCount, false, true},
    {"sum", PointFunction::kSum, false, false},
    {"mean", PointFunction::kMean, false, false},
    {"min", PointFunction::kMin, true, false, true},
    {"max", PointFunction::kMax, true, false, true},
    {"first", PointFunction::kFirst, true, true, false, false},
    {"last", PointFunction::kLast, true, true, false, false},
    {"spread", PointFunction::kSpread, false, false},
    {"stddev", PointFunction::kStandardDeviation, false, false, false, false},
    {"median", PointFunction::kMedian, false, false, false, false},
    {"mode", PointFunction::kMode, false, true, false, false},
    {"percentile", PointFunction::kPercentile, true, false, false, false},
    {"distinct", PointFunction::kDistinct, false, true, false, false},
};

const FunctionRule* find_function(std::string_view name) {
  const auto found = std::ranges::find(kFunctions, name, &FunctionRule::name);
  return found == std::end(kFunctions) ? nullptr : &*found;
}

[[noreturn]] void refuse(std::string message) { throw Error(sqlstate::kSyntaxError, std::move(message)); }
[[noreturn]] void not_supported(const std::string& what) {
  throw Error(sqlstate::kFeatureNotSupported, what + " is not supported yet");
}

/// Functions of InfluxQL that are not run here yet: they get another answer than a name that nobody knows.
bool is_known_function(std::string_view name) {
  static const std::set<std::string_view> kNames = {"bottom",
                                                    "cumulative_sum",
                                                    "derivative",
                                                    "difference",
                                                    "elapsed",
                                                    "histogram",
                                                    "holt_winters",
                                                    "holt_winters_with_fit",
                                                    "integral",
                                                    "moving_average",
                                                    "non_negative_derivative",
                                                    "non_negative_difference",
                                                    "sample",
                                                    "top",
                                                    "abs",
                                                    "acos",
                                                    "asin",
                                                    "atan",
                                                    "atan2",
                                                    "ceil",
                                                    "cos",
                                                    "exp",
                                                    "floor",
                                                    "ln",
                                                    "log",
                                                    "log2",
                                                    "log10",
                                                    "pow",
                                                    "round",
                                                    "sin",
                                                    "sqrt",
                                                    "tan"};
  return kNames.contains(name);
}

struct OutputField {
  Expression expression;
  std::string name;
};

void visit(const Expression& expression, const std::function<void(const Expression&)>& visitor) {
  visitor(expression);
  if (expression.kind == Kind::kBinary) {
    for (const Expression& child : expression.children) visit(child, visitor);
  }
}

/// `sum_count` for sum(a) / count(a): the names of what is computed with.
std::string default_name(const Expression& expression) {
  std::string name;
  visit(expression, [&](const Expression& part) {
    if (part.kind == Kind::kReference || part.kind == Kind::kCall) name += (name.empty() ? "" : "_") + part.text;
  });
  return name;
}

/// A call of count() without an argument: an extension that counts rows (D21).
bool counts_rows(const Expression& expression) {
  return expression.kind == Kind::kCall && expression.text == "count" && expression.children.empty();
}

class SelectPlanner {
 public:
  SelectPlanner(const SelectStatement& select, const std::vector<Measurement>& measurements, int64_t now_ns)
      : select_(select), measurements_(measurements), now_ns_(now_ns), where_(select.where) {
    range_ = take_time_range(where_, now_ns);
  }

  std::vector<SelectPlan> plan() {
    if (!select_.time_zone.empty()) not_supported("tz()");
    read_dimensions();
    check_calls();
    expand_fields();
    check_mixture();
    if (window_ns_ != 0 && !range_.to_ns) range_.to_ns = now_ns_;
    std::vector<SelectPlan> plans;
    for (const Measurement& measurement : measurements_) {
      if (has_any_field(measurement)) plans.push_back(plan_measurement(measurement));
    }
    return plans;
  }

 private:
  // -------------------------------------------------------------------------------------------------- the whole
  // statement

  void read_dimensions() {
    std::set<std::string> tags;
    for (const Expression& dimension : select_.dimensions) {
      if (dimension.kind == Kind::kReference) {
        if (to_ascii_lower(dimension.text) == "time") refuse("time() is a function and expects at least one argument");
        tags.insert(dimension.text);
      } else if (dimension.kind == Kind::kWildcard || dimension.kind == Kind::kRegex) {
        const auto matches = compile_regex(dimension.kind == Kind::kRegex ? dimension.text : "");
        for (const Measurement& measurement : measurements_) {
          for (const ColumnEntry* tag : measurement.tags()) {
            if (matches(tag->name)) tags.insert(tag->name);
          }
        }
      } else if (dimension.kind == Kind::kCall && dimension.text == "time") {
        read_window(dimension);
      } else if (dimension.kind == Kind::kCall) {
        refuse("only time() calls allowed in dimensions");
      } else {
        refuse("only time and tag dimensions allowed");
      }
    }
    group_tags_.assign(tags.begin(), tags.end());
  }

  void read_window(const Expression& call) {
    if (window_ns_ != 0) refuse("multiple time dimensions not allowed");
    if (call.children.empty() || call.children.size() > 2) refuse("time dimension expected 1 or 2 arguments");
    if (call.children[0].kind != Kind::kDuration) refuse("time dimension must have duration argument");
    window_ns_ = call.children[0].integer;
    if (window_ns_ <= 0) refuse("time dimension must have a duration greater than zero");
    if (call.children.size() == 1) return;
    const Expression& offset = call.children[1];
    if (offset.kind == Kind::kDuration) {
      window_offset_ns_ = offset.integer;
    } else if (offset.kind == Kind::kCall && offset.text == "now" && offset.children.empty()) {
      window_offset_ns_ = now_ns_ % window_ns_;
    } else if (offset.kind == Kind::kString && parse_time(offset.text)) {
      window_offset_ns_ = *parse_time(offset.text) % window_ns_;
    } else {
      refuse("time dimension offset must be duration or now()");
    }
  }

  void check_calls() {
    for (const Field& field : select_.fields) {
      visit(field.expression, [&](const Expression& part) {
        if (part.kind == Kind::kParameter) refuse("missing parameter: " + part.text);
        if (part.kind != Kind::kCall) return;
        if (find_function(part.text) == nullptr) {
          if (is_known_function(part.text)) not_supported(part.text + "()");
          refuse("undefined function " + part.text + "()");
        }
        check_arguments(part);
      });
    }
  }

  static void check_arguments(const Expression& call) {
    const size_t expected = call.text == "percentile" ? 2 : 1;
    if (call.children.size() != expected && !counts_rows(call)) {
      refuse("invalid number of arguments for " + call.text + ", expected " + std::to_string(expected) + ", got " +
             std::to_string(call.children.size()));
    }
    if (call.children.empty()) return;
    const Expression& argument = call.children[0];
    const bool distinct = call.text == "count" && argument.kind == Kind::kCall && argument.text == "distinct" &&
                          argument.children.size() == 1 && argument.children[0].kind == Kind::kReference;
    if (!distinct && argument.kind != Kind::kReference && argument.kind != Kind::kWildcard &&
        argument.kind != Kind::kRegex) {
      refuse("expected field argument in " + call.text + "()");
    }
    if (expected == 2 && call.children[1].kind != Kind::kInteger && call.children[1].kind != Kind::kNumber) {
      refuse("expected float argument in percentile()");
    }
  }

  /// Wildcards and regular expressions become names; every field gets the name of its column.
  void expand_fields() {
    std::map<std::string, FieldType> fields;
    std::set<std::string> tags;
    for (const Measurement& measurement : measurements_) {
      for (const ColumnEntry* field : measurement.fields()) fields.emplace(field->name, field_type_of(field->type));
      for (const ColumnEntry* tag : measurement.tags()) {
        if (!std::ranges::binary_search(group_tags_, tag->name)) tags.insert(tag->name);
      }
    }
    for (const Field& field : select_.fields) {
      const Expression& expression = field.expression;
      if (expression.kind == Kind::kWildcard || expression.kind == Kind::kRegex) {
        add_matching(expression, fields, tags);
      } else if (expression.kind == Kind::kCall && !expression.children.empty() &&
                 (expression.children[0].kind == Kind::kWildcard || expression.children[0].kind == Kind::kRegex)) {
        add_matching_calls(field, fields);
      } else {
        add_field(expression, field.alias);
      }
    }
  }

  void add_matching(const Expression& pattern, const std::map<std::string, FieldType>& fields,
                    const std::set<std::string>& tags) {
    const auto matches = compile_regex(pattern.kind == Kind::kRegex ? pattern.text : "");
    std::vector<Expression> found;
    const auto add = [&](const std::string& name, ColumnKind kind) {
      if (!matches(name) || (pattern.column != ColumnKind::kAny && pattern.column != kind)) return;
      Expression reference;
      reference.text = name;
      reference.column = kind;
      found.push_back(std::move(reference));
    };
    for (const auto& [name, type] : fields) add(name, ColumnKind::kField);
    for (const std::string& name : tags) add(name, ColumnKind::kTag);
    std::ranges::stable_sort(found, {}, &Expression::text);
    for (const Expression& reference : found) add_field(reference, "");
  }

  void add_matching_calls(const Field& field, const std::map<std::string, FieldType>& fields) {
    const Expression& call = field.expression;
    const Expression& pattern = call.children[0];
    const FunctionRule& rule = *find_function(call.text);
    const auto matches = compile_regex(pattern.kind == Kind::kRegex ? pattern.text : "");
    for (const auto& [name, type] : fields) {
      if (!matches(name) || !takes(rule, type)) continue;
      Expression expanded = call;
      expanded.children[0] = Expression();
      expanded.children[0].text = name;
      add_field(expanded, (field.alias.empty() ? call.text : field.alias) + "_" + name);
    }
  }

  void add_field(const Expression& expression, const std::string& alias) {
    // The time is there anyway, and first.
    if (expression.kind == Kind::kReference && to_ascii_lower(expression.text) == "time") return;
    std::string name = alias.empty() ? default_name(expression) : alias;
    if (alias.empty()) {
      const std::string base = name;
      for (int n = 1; names_.contains(name); ++n) name = base + "_" + std::to_string(n);
    }
    names_.insert(name);
    fields_.push_back({expression, std::move(name)});
  }

  static bool takes(const FunctionRule& rule, FieldType type) {
    return rule.any_type || type == FieldType::kFloat || type == FieldType::kInteger ||
           (rule.booleans && type == FieldType::kBoolean);
  }

  /// What may stand beside what.
  void check_mixture() {
    size_t selectors = 0;
    bool others = false;
    bool distinct = false;
    bool row_count = false;
    for (const OutputField& field : fields_) {
      visit(field.expression, [&](const Expression& part) {
        if (part.kind == Kind::kReference) has_references_ = true;
        if (part.kind != Kind::kCall) return;
        ++call_count_;
        distinct = distinct || part.text == "distinct";
        row_count = row_count || counts_rows(part);
        if (find_function(part.text)->selector) {
          ++selectors;
        } else {
          others = true;
        }
      });
    }
    if (distinct && (fields_.size() > 1 || call_count_ > 1)) {
      refuse("aggregate function distinct() cannot be combined with other functions or fields");
    }
    counts_rows_ = row_count;
    if (row_count) {
      if (call_count_ > 1 || window_ns_ != 0) not_supported("count() without a field beside functions or time windows");
      return;
    }
    if (has_references_ && call_count_ > 0) {
      if (others) refuse("mixing aggregate and non-aggregate queries is not supported");
      if (selectors > 1) refuse("mixing multiple selector functions with tags or fields is not supported");
    }
    if (window_ns_ != 0 && call_count_ == 0) refuse("GROUP BY requires at least one aggregate function");
    only_selector_ = selectors == 1 && call_count_ == 1;
  }

  // ------------------------------------------------------------------------------------------------------ one
  // measurement

  /// Fields that the statement reads and the measurement has; tags alone give nothing.
  [[nodiscard]] bool has_any_field(const Measurement& measurement) const {
    return counts_rows_ || !read_fields(measurement).empty();
  }

  [[nodiscard]] std::vector<const ColumnEntry*> read_fields(const Measurement& measurement) const {
    std::vector<const ColumnEntry*> columns;
    const auto add = [&](const Expression& reference) {
      if (reference.column == ColumnKind::kTag) return;
      const ColumnEntry* column = measurement.field(reference.text);
      if (column != nullptr && std::ranges::find(columns, column) == columns.end()) columns.push_back(column);
    };
    for (const OutputField& field : fields_) {
      visit(field.expression, [&](const Expression& part) {
        // Beside a selector, plain fields are brought along; they make no row.
        if (part.kind == Kind::kReference && call_count_ == 0) add(part);
        if (part.kind == Kind::kCall) add(argument_of(part));
      });
    }
    return columns;
  }

  static const Expression& argument_of(const Expression& call) {
    static const Expression kNone;
    if (call.children.empty()) return kNone;
    return call.children[0].kind == Kind::kCall ? call.children[0].children[0] : call.children[0];
  }

  SelectPlan plan_measurement(const Measurement& measurement) const {
    SelectPlan plan;
    plan.query = std::make_shared<ast::SelectQuery>();
    auto table = std::make_unique<ast::TableReference>();
    table->name = measurement.qualified_name();
    plan.query->from.push_back(std::move(table));
    plan.shape = shape(measurement);
    for (const std::string& tag : group_tags_) add_target(*plan.query, read_tag(measurement, tag));
    set_where(*plan.query, measurement);
    if (counts_rows_) {
      plan_row_count(plan, measurement);
    } else if (call_count_ == 0) {
      plan_raw(plan, measurement);
    } else if (fits_sql(measurement)) {
      plan_sql_aggregates(plan, measurement);
    } else {
      plan_points(plan, measurement);
    }
    return plan;
  }

  [[nodiscard]] InfluxQlShape shape(const Measurement& measurement) const {
    InfluxQlShape shape;
    shape.name = measurement.name();
    shape.tag_keys = group_tags_;
    shape.columns.emplace_back("time");
    for (const OutputField& field : fields_) {
      shape.columns.push_back(field.name);
      const Expression& expression = field.expression;
      shape.is_count.push_back(expression.kind == Kind::kCall && expression.text == "count");
    }
    shape.descending = select_.descending;
    shape.limit = select_.limits.limit;
    shape.offset = select_.limits.offset;
    shape.series_limit = select_.limits.series_limit;
    shape.series_offset = select_.limits.series_offset;
    return shape;
  }

  static ast::ExpressionPtr read_tag(const Measurement& measurement, const std::string& name) {
    const ColumnEntry* tag = measurement.tag(name);
    return tag == nullptr ? make_cast(make_null(), "text") : measurement.read(*tag);
  }

  static void add_target(ast::SelectQuery& query, ast::ExpressionPtr expression) {
    query.targets.push_back({0, std::move(expression), "c" + std::to_string(query.targets.size() + 1)});
  }

  void set_where(ast::SelectQuery& query, const Measurement& measurement) const {
    ast::ExpressionList conditions;
    conditions.push_back(translate_range(range_, measurement));
    if (where_) conditions.push_back(translate_condition(*where_, measurement));
    if (!counts_rows_) {
      ast::ExpressionList present;
      for (const ColumnEntry* column : read_fields(measurement)) {
        present.push_back(make_is_null(make_column(column->name), true));
      }
      conditions.push_back(make_logical(false, std::move(present)));
    }
    query.where = make_logical(true, std::move(conditions));
  }

  static ast::ExpressionPtr make_ordinal(size_t number) {
    auto literal = std::make_unique<ast::Literal>();
    literal->literal_kind = ast::LiteralKind::Integer;
    literal->text = std::to_string(number);
    return literal;
  }

  void order_by(ast::SelectQuery& query, ast::ExpressionPtr expression, bool null_first) const {
    ast::OrderItem item;
    item.expression = std::move(expression);
    item.direction = select_.descending ? ast::OrderItem::Direction::Descending : ast::OrderItem::Direction::Ascending;
    item.nulls = null_first != select_.descending ? ast::OrderItem::Nulls::First : ast::OrderItem::Nulls::Last;
    query.order_by.push_back(std::move(item));
  }

  void order_by_group_tags(ast::SelectQuery& query, const Measurement& measurement) const {
    for (size_t i = 0; i < group_tags_.size(); ++i) {
      if (measurement.is_tag(group_tags_[i])) order_by(query, make_ordinal(i + 1), true);
    }
  }

  void plan_raw(SelectPlan& plan, const Measurement& measurement) const {
    ast::SelectQuery& query = *plan.query;
    const ColumnEntry* time = measurement.time();
    if (time == nullptr) {
      plan.shape.fixed_time_ns = 0;
    } else {
      add_target(query, make_column(time->name));
    }
    for (const OutputField& field : fields_) {
      add_target(query, output_value(translate_value(field.expression, measurement, nullptr)));
    }
    order_by_group_tags(query, measurement);
    if (time != nullptr) order_by(query, make_column(time->name), true);
    // Rows of one time stand in the order of their series, where a missing tag comes last.
    for (const ColumnEntry* tag : measurement.tags()) {
      if (!std::ranges::binary_search(group_tags_, tag->name)) order_by(query, make_column(tag->name), false);
    }
    if (group_tags_.empty()) {
      InfluxQlShape& shape = plan.shape;
      if (shape.limit > 0) query.limit = make_integer(shape.limit);
      if (shape.offset > 0) query.offset = make_integer(shape.offset);
      shape.limit = shape.offset = 0;
    }
  }

  /// A bare NULL has no type that a result could have.
  static ast::ExpressionPtr output_value(ast::ExpressionPtr value) {
    const bool null =
        value->kind == ast::ExpressionKind::Literal && value->as<ast::Literal>().literal_kind == ast::LiteralKind::Null;
    return null ? make_cast(std::move(value), "float8") : std::move(value);
  }

  /// `SELECT user_id, count() FROM logins`: counts rows for each value of what stands beside it (D21).
  void plan_row_count(SelectPlan& plan, const Measurement& measurement) const {
    ast::SelectQuery& query = *plan.query;
    plan.shape.fixed_time_ns = range_.from_ns.value_or(0);
    for (const OutputField& field : fields_) {
      add_target(query, output_value(translate_value(field.expression, measurement, [](const Expression&) {
                   ast::ExpressionPtr call = make_call("count", {});
                   call->as<ast::FunctionCall>().star = true;
                   return call;
                 })));
      if (field.expression.kind != Kind::kReference) continue;
      group_by(query, query.targets.size());
      order_by(query, make_ordinal(query.targets.size()), true);
    }
    for (size_t i = 0; i < group_tags_.size(); ++i) {
      if (measurement.is_tag(group_tags_[i])) group_by(query, i + 1);
    }
    std::vector<ast::OrderItem> inner = std::move(query.order_by);
    query.order_by.clear();
    order_by_group_tags(query, measurement);
    for (ast::OrderItem& item : inner) query.order_by.push_back(std::move(item));
    require_rows(query);
  }

  static void group_by(ast::SelectQuery& query, size_t target) {
    ast::GroupingItem item;
    item.expression = make_ordinal(target);
    query.group_by.push_back(std::move(item));
    query.has_group_by = true;
  }

  /// Without GROUP BY, SQL gives a row even where there are none to aggregate; InfluxQL does not.
  static void require_rows(ast::SelectQuery& query) {
    if (query.has_group_by) return;
    ast::ExpressionPtr count = make_call("count", {});
    count->as<ast::FunctionCall>().star = true;
    query.having = make_operator(">", std::move(count), make_integer(0));
  }

  /// Whether SQL's aggregates answer alike: no point's time, no fields brought along, nothing that only a pass over
  /// points can tell.
  [[nodiscard]] bool fits_sql(const Measurement& measurement) const {
    if (only_selector_ && (window_ns_ == 0 || has_references_)) return false;
    bool fits = true;
    for (const OutputField& field : fields_) {
      visit(field.expression, [&](const Expression& part) {
        if (part.kind != Kind::kCall) return;
        const FunctionRule& rule = *find_function(part.text);
        const ColumnEntry* column = measurement.field(argument_of(part).text);
        const bool boolean = column != nullptr && field_type_of(column->type) == FieldType::kBoolean;
        // Points of one time can only be told apart by their value: SQL's first and last do not look at it.
        const bool ties = !group_covers_key(measurement);
        const bool timed = rule.function == PointFunction::kFirst || rule.function == PointFunction::kLast;
        const bool nested = part.children[0].kind == Kind::kCall;
        fits = fits && !nested && (rule.in_sql || (timed && !ties)) && !(rule.selector && boolean);
      });
    }
    return fits && window_ns_ % 1000 == 0;
  }

  [[nodiscard]] bool group_covers_key(const Measurement& measurement) const {
    if (measurement.table->kind != TableKind::kSeries) return false;
    return std::ranges::all_of(
        measurement.tags(), [&](const ColumnEntry* tag) { return std::ranges::binary_search(group_tags_, tag->name); });
  }

  void check_type(const Expression& call, const Measurement& measurement) const {
    const ColumnEntry* column = measurement.field(argument_of(call).text);
    if (column == nullptr) return;
    const FieldType type = field_type_of(column->type);
    if (takes(*find_function(call.text), type)) return;
    refuse("unsupported " + call.text + " iterator type: *query." + std::string(field_type_name(type)) +
           "InterruptIterator");
  }

  void set_windows(InfluxQlShape& shape, bool fill) const {
    if (window_ns_ == 0) {
      shape.fixed_time_ns = range_.from_ns.value_or(0);
      return;
    }
    if (!fill) return;
    shape.window_ns = window_ns_;
    if (range_.from_ns) shape.first_window_ns = window_start(*range_.from_ns, window_ns_, window_offset_ns_);
    shape.last_window_ns = window_start(*range_.to_ns, window_ns_, window_offset_ns_);
    shape.fill = static_cast<InfluxQlFill>(select_.fill);
    shape.fill_number = select_.fill_number;
  }

  void require_time(const Measurement& measurement) const {
    if (measurement.time() == nullptr) {
      throw Error(sqlstate::kFeatureNotSupported,
                  "measurement \"" + measurement.name() + "\" has no time column to select or group by");
    }
  }

  void plan_sql_aggregates(SelectPlan& plan, const Measurement& measurement) const {
    ast::SelectQuery& query = *plan.query;
    for (size_t i = 0; i < group_tags_.size(); ++i) {
      if (measurement.is_tag(group_tags_[i])) group_by(query, i + 1);
    }
    order_by_group_tags(query, measurement);
    if (window_ns_ != 0) {
      require_time(measurement);
      const ColumnEntry& time = *measurement.time();
      add_target(
          query,
          make_call("date_bin",
                    make_list(make_cast(make_text(std::to_string(window_ns_ / 1000) + " microseconds"), "interval"),
                              make_column(time.name), make_time(window_offset_ns_ % window_ns_, time.type, false))));
      group_by(query, query.targets.size());
      order_by(query, make_ordinal(query.targets.size()), true);
    }
    for (const OutputField& field : fields_) {
      add_target(query, output_value(translate_value(field.expression, measurement, [&](const Expression& call) {
                   return translate_aggregate(call, measurement);
                 })));
    }
    require_rows(query);
    set_windows(plan.shape, true);
  }

  [[nodiscard]] ast::ExpressionPtr translate_aggregate(const Expression& call, const Measurement& measurement) const {
    check_type(call, measurement);
    const ColumnEntry* column = measurement.field(call.children[0].text);
    if (column == nullptr) return make_cast(make_null(), call.text == "count" ? "int8" : "float8");
    ast::ExpressionList arguments = make_list(measurement.read(*column));
    if (call.text == "first" || call.text == "last") {
      require_time(measurement);
      arguments.push_back(make_column(measurement.time()->name));
    }
    return make_call(call.text, std::move(arguments));
  }

  void plan_points(SelectPlan& plan, const Measurement& measurement) const {
    require_time(measurement);
    ast::SelectQuery& query = *plan.query;
    add_target(query, make_column(measurement.time()->name));
    Aggregation aggregation;
    aggregation.tag_count = group_tags_.size();
    aggregation.window_ns = window_ns_;
    aggregation.window_offset_ns = window_offset_ns_;
    aggregation.descending = select_.descending;
    aggregation.point_time = only_selector_ && window_ns_ == 0;
    bool distinct = false;
    for (const OutputField& field : fields_) {
      if (field.expression.kind == Kind::kBinary) not_supported("arithmetic on " + default_name(field.expression));
      if (field.expression.kind != Kind::kCall) continue;
      const Expression& call = field.expression;
      check_type(call, measurement);
      Aggregation::Call entry{find_function(call.text)->function, 0};
      if (call.children[0].kind == Kind::kCall) entry.function = PointFunction::kCountDistinct;
      distinct = distinct || entry.function == PointFunction::kDistinct;
      if (call.text == "percentile") {
        const Expression& rank = call.children[1];
        entry.percentile = rank.kind == Kind::kInteger ? static_cast<double>(rank.integer) : rank.number;
      }
      aggregation.calls.push_back(entry);
      add_target(query, output_value(translate_value(argument_of(call), measurement, nullptr)));
    }
    size_t call = 0;
    for (const OutputField& field : fields_) {
      if (field.expression.kind == Kind::kCall) {
        aggregation.outputs.push_back(call++);
        continue;
      }
      aggregation.outputs.push_back(aggregation.calls.size() + aggregation.carried_count++);
      add_target(query, output_value(translate_value(field.expression, measurement, nullptr)));
    }
    // Windows of distinct() have several rows, and its empty ones none.
    set_windows(plan.shape, !distinct);
    if (aggregation.point_time) {
      plan.shape.fixed_time_ns.reset();
    } else if (window_ns_ == 0) {
      // The rows bear a time column anyway: that of their only window.
      aggregation.fixed_time_ns = plan.shape.fixed_time_ns;
      plan.shape.fixed_time_ns.reset();
    }
    plan.aggregation = std::move(aggregation);
  }

  const SelectStatement& select_;
  const std::vector<Measurement>& measurements_;
  const int64_t now_ns_;
  std::optional<Expression> where_;
  TimeRange range_;
  int64_t window_ns_ = 0;
  int64_t window_offset_ns_ = 0;
  std::vector<std::string> group_tags_;  ///< sorted
  std::vector<OutputField> fields_;
  std::set<std::string> names_ = {"time"};
  size_t call_count_ = 0;
  bool has_references_ = false;
  bool counts_rows_ = false;
  bool only_selector_ = false;  ///< one call, and it selects a point
};

}  // namespace

std::vector<SelectPlan> plan_select(const SelectStatement& select, const std::vector<Measurement>& measurements,
                                    int64_t now_ns) {
  return SelectPlanner(select, measurements, now_ns).plan();
}

}  // namespace tidemark::influxql
