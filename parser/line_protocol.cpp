#include "parser/line_protocol.h"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/hash.h"
#include "parser/line_protocol_columns.h"

namespace tidemark {
namespace {

/// InfluxDB's range of times: the extremes of int64 and their neighbours are kept for itself.
constexpr int64_t kTimeMin = INT64_MIN + 2;
constexpr int64_t kTimeMax = INT64_MAX - 1;

/// The rows of one measurement under construction.
struct TableBuilder {
  std::string name;
  std::vector<std::vector<ColumnBatch::Tag>> tag_sets;
  std::vector<uint32_t> row_tag_set;
  std::vector<int64_t> time_ns;
  std::vector<FieldColumnBuilder> fields;
  boost::unordered_flat_map<std::string, uint32_t> field_index;

  /// The field of that name, whose place is guessed: lines mostly bear the same fields in the same order.
  FieldColumnBuilder* find(std::string_view key, size_t guess) {
    if (guess < fields.size() && fields[guess].name() == key) {
      return &fields[guess];
    }
    const auto found = field_index.find(std::string(key));
    return found == field_index.end() ? nullptr : &fields[found->second];
  }
  FieldColumnBuilder& add(std::string_view key, TypeId type) {
    field_index.emplace(std::string(key), static_cast<uint32_t>(fields.size()));
    return fields.emplace_back(std::string(key), type);
  }
};

/// The text before the fields as it was first met, and what it means.
struct SeriesEntry {
  std::string_view text;
  uint32_t table = 0;
  uint32_t tag_set = 0;
  uint32_t follower = 0;  ///< number of the series that came after this one last time
};

struct TextHash {
  using is_avalanching = void;
  size_t operator()(std::string_view text) const { return hash64(text); }
};

/// Why a line is refused; InfluxDB's words. Empty: it is good.
using Reason = std::string;

std::string_view influx_type(TypeId type) {
  switch (type) {
    case TypeId::kFloat64:
      return "float";
    case TypeId::kInt64:
      return "integer";
    case TypeId::kUInt64:
      return "unsigned";
    case TypeId::kBoolean:
      return "boolean";
    default:
      return "string";
  }
}

/// Undoes `\,` `\ ` and, if `equals`, `\=`; any other backslash stays.
std::string unescape(std::string_view text, bool equals) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() &&
        (text[i + 1] == ',' || text[i + 1] == ' ' || (equals && text[i + 1] == '='))) {
      ++i;
    }
    result += text[i];
  }
  return result;
}

/// Digits at `at`, with a minus perhaps, that surely fit; what follows them, or null if there are none, too many, or
/// nothing follows.
const char* plain_integer(const char* at, const char* end, int64_t& number) {
  constexpr ptrdiff_t kDigitsMax = 18;
  const bool negative = at < end && *at == '-';
  const char* digits = at + (negative ? 1 : 0);
  const char* stop = digits;
  int64_t value = 0;
  for (; stop < end && *stop >= '0' && *stop <= '9' && stop - digits < kDigitsMax + 1; ++stop) {
    // A nineteenth digit may overflow; then the number is not used.
    value = static_cast<int64_t>(static_cast<uint64_t>(value) * 10 + static_cast<uint64_t>(*stop - '0'));
  }
  // Times in nanoseconds have nineteen digits from 2001 on; those that begin with 8 at most surely fit.
  const bool fits = stop - digits <= kDigitsMax || (*digits <= '8' && stop < end && (*stop < '0' || *stop > '9'));
  if (stop == digits || stop == end || !fits) {
    return nullptr;
  }
  number = negative ? -value : value;
  return stop;
}

/// `12`, `-0.125`: digits with a point perhaps, so few that one division gives the nearest double (Clinger, "How to
/// Read Floating Point Numbers Accurately", 1990). What follows them, or null if it is no such number or nothing
/// follows.
const char* plain_decimal(const char* at, const char* end, double& number) {
  constexpr double kPowers[] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
  constexpr ptrdiff_t kDigitsMax = 15;
  const bool negative = at < end && *at == '-';
  const char* digits = at + (negative ? 1 : 0);
  const char* stop = digits;
  int64_t value = 0;
  for (; stop < end && *stop >= '0' && *stop <= '9' && stop - digits <= kDigitsMax; ++stop) {
    value = value * 10 + (*stop - '0');
  }
  ptrdiff_t count = stop - digits;
  ptrdiff_t decimals = 0;
  if (count > 0 && stop < end && *stop == '.') {
    const char* fraction = ++stop;
    for (; stop < end && *stop >= '0' && *stop <= '9' && count <= kDigitsMax; ++stop, ++count) {
      value = value * 10 + (*stop - '0');
    }
    decimals = stop - fraction;
    if (decimals == 0) {
      return nullptr;
    }
  }
  if (count == 0 || count > kDigitsMax || stop >= end) {
    return nullptr;
  }
  const double magnitude = static_cast<double>(value) / kPowers[decimals];
  number = negative ? -magnitude : magnitude;
  return stop;
}

class BodyParser {
 public:
  BodyParser(std::string_view text, int64_t unit_ns, int64_t now_ns)
      : next_(text.data()), end_(text.data() + text.size()), unit_ns_(unit_ns), now_ns_(now_ns) {}

  LineProtocolResult run() {
    while (next_ < end_) {
      line_ = next_;
      while (next_ < end_ && (*next_ == ' ' || *next_ == '\t')) {
        ++next_;
      }
      if (next_ == end_) {
        break;
      }
      if (*next_ == '\n' || *next_ == '\r') {
        ++next_;
        continue;
      }
      if (*next_ == '#') {
        next_ = line_end(next_);
        continue;
      }
      line_ = next_;
      const Reason reason = parse_line();
      if (!reason.empty()) {
        drop_row(reason);
      }
    }
    return finish();
  }

 private:
  [[nodiscard]] const char* line_end(const char* from) const {
    const void* found = std::memchr(from, '\n', static_cast<size_t>(end_ - from));
    return found == nullptr ? end_ : static_cast<const char*>(found);
  }
  [[nodiscard]] bool at_line_end() const {
    return next_ == end_ || *next_ == '\n' || (*next_ == '\r' && (next_ + 1 == end_ || next_[1] == '\n'));
  }

  void drop_row(const Reason& reason) {
    if (table_ != nullptr) {
      for (FieldColumnBuilder& field : table_->fields) {
        field.cut(row_);
      }
    }
    const char* stop = line_end(std::min(next_, end_));
    std::string_view line(line_, static_cast<size_t>(stop - line_));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    if (conflict_) {
      result_.conflicts.push_back(reason);
    } else {
      result_.errors.push_back("unable to parse '" + std::string(line) + "': " + reason);
    }
    conflict_ = false;
    next_ = stop;
  }

  Reason parse_line() {
    table_ = nullptr;
    if (Reason reason = parse_series(); !reason.empty()) {
      return reason;
    }
    row_ = table_->time_ns.size();
    if (Reason reason = parse_fields(); !reason.empty()) {
      return reason;
    }
    int64_t time = now_ns_;
    while (next_ < end_ && *next_ == ' ') {
      ++next_;
    }
    if (!at_line_end()) {
      if (Reason reason = parse_time(time); !reason.empty()) {
        return reason;
      }
    }
    if (conflict_) {
      return conflict_reason_;
    }
    table_->time_ns.push_back(time);
    table_->row_tag_set.push_back(tag_set_);
    ++result_.rows;
    return {};
  }

  /// Everything up to the first blank that is not escaped.
  Reason parse_series() {
    if (take_expected_series()) {
      return {};
    }
    const char* start = next_;
    const char* stop = start;
    for (;; ++stop) {
      if (stop == end_ || *stop == '\n' || *stop == '\r') {
        next_ = stop;
        // What the line is missing depends on how far it came.
        const std::string_view series(start, static_cast<size_t>(stop - start));
        std::string name;
        std::vector<ColumnBatch::Tag> tags;
        const Reason reason = parse_tags(series, name, tags);
        return reason.empty() ? "missing fields" : reason;
      }
      if (*stop == ' ') {
        break;
      }
      if (*stop == '\\' && stop + 1 < end_ && stop[1] != '\n') {
        ++stop;
      }
    }
    const std::string_view series(start, static_cast<size_t>(stop - start));
    next_ = stop;
    if (const auto known = series_index_.find(series); known != series_index_.end()) {
      enter_series(known->second);
      return {};
    }
    std::string name;
    std::vector<ColumnBatch::Tag> tags;
    if (Reason reason = parse_tags(series, name, tags); !reason.empty()) {
      return reason;
    }
    const auto [place, is_new] = table_index_.try_emplace(name, static_cast<uint32_t>(tables_.size()));
    if (is_new) {
      tables_.push_back(std::make_unique<TableBuilder>());
      tables_.back()->name = std::move(name);
    }
    auto& tag_sets = tables_[place->second]->tag_sets;
    const auto number = static_cast<uint32_t>(series_.size());
    series_.push_back({series, place->second, static_cast<uint32_t>(tag_sets.size())});
    series_index_.emplace(series, number);
    tag_sets.push_back(std::move(tags));
    enter_series(number);
    return {};
  }

  void enter_series(uint32_t number) {
    if (last_series_ < series_.size()) {
      series_[last_series_].follower = number;
    }
    last_series_ = number;
    table_ = tables_[series_[number].table].get();
    tag_set_ = series_[number].tag_set;
  }

  /// Whoever writes many series mostly writes them in the same order again: then one comparison does.
  bool take_expected_series() {
    if (last_series_ >= series_.size()) {
      return false;
    }
    const uint32_t expected = series_[last_series_].follower;
    const std::string_view text = series_[expected].text;
    // Up to its first unescaped blank the text is the same, so it is the whole name of the series here, too.
    if (static_cast<size_t>(end_ - next_) <= text.size() || next_[text.size()] != ' ' ||
        std::memcmp(next_, text.data(), text.size()) != 0) {
      return false;
    }
    next_ += text.size();
    enter_series(expected);
    return true;
  }

  static Reason parse_tags(std::string_view series, std::string& name, std::vector<ColumnBatch::Tag>& tags) {
    const auto part_end = [&series](size_t from, bool at_equals) {
      size_t i = from;
      while (i < series.size() && series[i] != ',' && !(at_equals && series[i] == '=')) {
        i += series[i] == '\\' && i + 1 < series.size() ? 2 : 1;
      }
      return std::min(i, series.size());
    };
    size_t at = part_end(0, false);
    name = unescape(series.substr(0, at), false);
    if (name.empty()) {
      return "missing measurement";
    }
    while (at < series.size()) {
      const size_t key_start = at + 1;
      const size_t key_end = part_end(key_start, true);
      if (key_end == key_start) {
        return "missing tag key";
      }
      if (key_end == series.size() || series[key_end] != '=') {
        return "missing tag value";
      }
      const size_t value_start = key_end + 1;
      at = value_start;
      while (at < series.size() && series[at] != ',') {
        if (series[at] == '=') {
          return "invalid tag format";
        }
        at += series[at] == '\\' && at + 1 < series.size() ? 2 : 1;
      }
      at = std::min(at, series.size());
      if (at == value_start) {
        return "missing tag value";
      }
      tags.push_back({unescape(series.substr(key_start, key_end - key_start), true),
                      unescape(series.substr(value_start, at - value_start), true)});
    }
    std::sort(tags.begin(), tags.end(), [](const auto& a, const auto& b) { return a.key < b.key; });
    for (size_t i = 1; i < tags.size(); ++i) {
      if (tags[i].key == tags[i - 1].key) {
        return "duplicate tags";
      }
    }
    return {};
  }

  Reason parse_fields() {
    while (next_ < end_ && *next_ == ' ') {
      ++next_;
    }
    if (at_line_end()) {
      return "missing fields";
    }
    for (size_t guess = 0;; ++guess) {
      if (take_expected_field(guess)) {
        if (*next_ != ',') {
          return {};
        }
        ++next_;
        continue;
      }
      const char* key_start = next_;
      bool escaped = false;
      while (next_ < end_ && *next_ != '=' && *next_ != ',' && *next_ != ' ' && *next_ != '\n') {
        if (*next_ == '\\' && next_ + 1 < end_ && next_[1] != '\n') {
          escaped = true;
          ++next_;
        }
        ++next_;
      }
      if (next_ >= end_ || *next_ != '=') {
        next_ = std::min(next_, end_);
        return next_ == key_start ? "missing field key" : "invalid field format";
      }
      if (next_ == key_start) {
        return "missing field key";
      }
      std::string_view key(key_start, static_cast<size_t>(next_ - key_start));
      std::string unescaped;
      if (escaped) {
        unescaped = unescape(key, true);
        key = unescaped;
      }
      ++next_;
      if (at_line_end() || *next_ == ',' || *next_ == ' ') {
        return "missing field value";
      }
      if (Reason reason = parse_value(key, guess); !reason.empty()) {
        return reason;
      }
      if (at_line_end() || *next_ == ' ') {
        return {};
      }
      if (*next_ != ',') {
        return "invalid field format";
      }
      ++next_;
    }
  }

  /// A field with the key and type that its place in the line suggests, and a value in its plainest form. False, and
  /// nothing is taken, if it is anything else: the thorough way knows better then. Afterwards a comma, a blank or a
  /// line feed comes next.
  bool take_expected_field(size_t guess) {
    if (guess >= table_->fields.size()) {
      return false;
    }
    FieldColumnBuilder& field = table_->fields[guess];
    const std::string_view key = field.plain_key();
    if (key.empty() || static_cast<size_t>(end_ - next_) <= key.size() + 1 || next_[key.size()] != '=' ||
        std::memcmp(next_, key.data(), key.size()) != 0) {
      return false;
    }
    const char* value = next_ + key.size() + 1;
    switch (field.type()) {
      case TypeId::kInt64: {
        int64_t number = 0;
        const char* stop = plain_integer(value, end_, number);
        if (stop == nullptr || *stop != 'i' || !ends_field(stop + 1)) {
          return false;
        }
        field.set_integer(row_, number);
        next_ = stop + 1;
        return true;
      }
      case TypeId::kFloat64: {
        double number = 0;
        const char* stop = plain_decimal(value, end_, number);
        if (stop == nullptr || !ends_field(stop)) {
          return false;
        }
        field.set_float(row_, number);
        next_ = stop;
        return true;
      }
      default:
        return false;
    }
  }
  [[nodiscard]] bool ends_field(const char* at) const { return at < end_ && (*at == ',' || *at == ' ' || *at == '\n'); }

  Reason parse_value(std::string_view key, size_t guess) {
    const char first = *next_;
    if (first == '"') {
      return parse_string(key, guess);
    }
    const char* start = next_;
    while (next_ < end_ && *next_ != ',' && *next_ != ' ' && *next_ != '\n' && *next_ != '\r') {
      ++next_;
    }
    const std::string_view text(start, static_cast<size_t>(next_ - start));
    if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.' || first == 'N' ||
        first == 'n') {
      return parse_number(key, guess, text);
    }
    bool value = false;
    if (text == "t" || text == "T" || text == "true" || text == "True" || text == "TRUE") {
      value = true;
    } else if (text != "f" && text != "F" && text != "false" && text != "False" && text != "FALSE") {
      return "invalid boolean";
    }
    if (FieldColumnBuilder* field = field_of(key, guess, TypeId::kBoolean)) {
      field->set_boolean(row_, value);
    }
    return {};
  }

  Reason parse_number(std::string_view key, size_t guess, std::string_view text) {
    const char* start = text.data();
    const char* stop = start + text.size();
    if (*start == '+') {
      ++start;
    }
    if (stop[-1] == 'i') {
      int64_t value = 0;
      const auto [end, failure] = std::from_chars(start, stop - 1, value);
      if (failure == std::errc::result_out_of_range) {
        return "unable to parse integer " + std::string(text.substr(0, text.size() - 1)) +
               ": strconv.ParseInt: parsing \"" + std::string(text.substr(0, text.size() - 1)) +
               "\": value out of range";
      }
      if (failure != std::errc() || end != stop - 1) {
        return "invalid number";
      }
      if (FieldColumnBuilder* field = field_of(key, guess, TypeId::kInt64)) {
        field->set_integer(row_, value);
      }
      return {};
    }
    if (stop[-1] == 'u') {
      uint64_t value = 0;
      const auto [end, failure] = std::from_chars(start, stop - 1, value);
      if (failure != std::errc() || end != stop - 1) {
        return "invalid number";
      }
      if (FieldColumnBuilder* field = field_of(key, guess, TypeId::kUInt64)) {
        field->set_unsigned(row_, value);
      }
      return {};
    }
    double value = 0;
    const auto [end, failure] = std::from_chars(start, stop, value);
    if (failure == std::errc::result_out_of_range) {
      return "invalid float";
    }
    if (failure != std::errc() || end != stop || !std::isfinite(value)) {
      return "invalid number";
    }
    if (FieldColumnBuilder* field = field_of(key, guess, TypeId::kFloat64)) {
      field->set_float(row_, value);
    }
    return {};
  }

  Reason parse_string(std::string_view key, size_t guess) {
    const char* start = ++next_;
    bool escaped = false;
    while (next_ < end_ && *next_ != '"') {
      if (*next_ == '\\' && next_ + 1 < end_ && (next_[1] == '"' || next_[1] == '\\')) {
        escaped = true;
        ++next_;
      }
      ++next_;
    }
    if (next_ >= end_) {
      next_ = end_;
      return "unbalanced quotes";
    }
    std::string_view text(start, static_cast<size_t>(next_ - start));
    ++next_;
    FieldColumnBuilder* field = field_of(key, guess, TypeId::kText);
    if (field == nullptr) {
      return {};
    }
    if (escaped) {
      char* out = field->heap().allocate(text.size());
      size_t size = 0;
      for (size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) {
          ++i;
        }
        out[size++] = text[i];
      }
      text = {out, size};
    }
    field->set_text(row_, text);
    return {};
  }

  /// Null if the field has another type already: the point is dropped, but only after the rest of its line was seen to
  /// be good.
  FieldColumnBuilder* field_of(std::string_view key, size_t guess, TypeId type) {
    FieldColumnBuilder* field = table_->find(key, guess);
    if (field == nullptr) {
      return &table_->add(key, type);
    }
    if (field->type() == type) {
      return field;
    }
    if (!conflict_) {
      conflict_ = true;
      conflict_reason_ = "field type conflict: input field \"" + std::string(key) + "\" on measurement \"" +
                         table_->name + "\" is type " + std::string(influx_type(type)) + ", already exists as type " +
                         std::string(influx_type(field->type()));
    }
    return nullptr;
  }

  Reason parse_time(int64_t& time) {
    const char* start = next_;
    int64_t plain = 0;
    const char* stop = plain_integer(start, end_, plain);
    if (unit_ns_ == 1 && stop != nullptr && *stop == '\n') {
      time = plain;
      next_ = stop;
      return {};
    }
    while (next_ < end_ && *next_ != ' ' && *next_ != '\n' && *next_ != '\r') {
      ++next_;
    }
    int64_t value = 0;
    const auto [end, failure] = std::from_chars(start, next_, value);
    if (failure == std::errc::result_out_of_range) {
      return "time outside range " + std::to_string(kTimeMin) + " - " + std::to_string(kTimeMax);
    }
    if (failure != std::errc() || end != next_) {
      conflict_ = false;
      return "bad timestamp";
    }
    if (__builtin_mul_overflow(value, unit_ns_, &time) || time < kTimeMin || time > kTimeMax) {
      return "time outside range " + std::to_string(kTimeMin) + " - " + std::to_string(kTimeMax);
    }
    while (next_ < end_ && *next_ == ' ') {
      ++next_;
    }
    if (!at_line_end()) {
      conflict_ = false;
      return "point is invalid";
    }
    return {};
  }

  LineProtocolResult finish() {
    for (const auto& table : tables_) {
      const size_t rows = table->time_ns.size();
      if (rows == 0) {
        continue;
      }
      ColumnBatch batch;
      batch.table = std::move(table->name);
      batch.tag_sets = std::move(table->tag_sets);
      batch.row_tag_set = std::move(table->row_tag_set);
      batch.time_ns = std::move(table->time_ns);
      for (FieldColumnBuilder& field : table->fields) {
        // A field that only bad lines named must not become a column.
        if (!field.empty()) {
          batch.fields.push_back(std::move(field).finish(rows));
        }
      }
      result_.batches.push_back(std::move(batch));
    }
    return std::move(result_);
  }

  const char* next_;
  const char* end_;
  const int64_t unit_ns_;
  const int64_t now_ns_;
  const char* line_ = nullptr;

  TableBuilder* table_ = nullptr;
  uint32_t tag_set_ = 0;
  size_t row_ = 0;
  bool conflict_ = false;
  std::string conflict_reason_;

  std::vector<std::unique_ptr<TableBuilder>> tables_;
  boost::unordered_flat_map<std::string, uint32_t> table_index_;
  /// By the text before the fields, as written: views into the body.
  boost::unordered_flat_map<std::string_view, uint32_t, TextHash> series_index_;
  std::vector<SeriesEntry> series_;
  uint32_t last_series_ = UINT32_MAX;  ///< of the line before; none yet
  LineProtocolResult result_;
};

}  // namespace

std::optional<int64_t> line_protocol_precision(std::string_view name) {
  constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"", 1},
      {"n", 1},
      {"ns", 1},
      {"u", 1'000},
      {"us", 1'000},
      {"µ", 1'000},
      {"ms", 1'000'000},
      {"s", 1'000'000'000},
      {"m", 60'000'000'000},
      {"h", 3'600'000'000'000},
  };
  for (const auto& [word, unit] : kUnits) {
    if (word == name) {
      return unit;
    }
  }
  return std::nullopt;
}

LineProtocolResult parse_line_protocol(std::string_view text, int64_t unit_ns, int64_t now_ns) {
  return BodyParser(text, unit_ns, now_ns).run();
}

}  // namespace tidemark
