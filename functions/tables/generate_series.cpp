// generate_series over integers, numeric and timestamps.

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "functions/function_tables.h"
#include "functions/scalars/datetime_session.h"
#include "types/datetime.h"
#include "types/interval.h"
#include "types/numeric.h"

namespace tidemark {
namespace {

using enum TypeId;

[[noreturn]] void throw_zero_step() { throw Error(sqlstate::kInvalidParameterValue, "step size cannot equal zero"); }

template <class T>
class IntegerSeries final : public TableFunctionCall {
 public:
  IntegerSeries(LogicalType type, T first, T last, T step) : type_(type), next_(first), last_(last), step_(step) {
    if (step == 0) throw_zero_step();
    done_ = step > 0 ? first > last : first < last;
  }

  bool next(DataChunk& rows) override {
    if (done_) return false;
    // How many values are left, in unsigned arithmetic: the whole range of T may be asked for.
    using Unsigned = std::make_unsigned_t<T>;
    const auto magnitude = [](T value) {
      return value < 0 ? static_cast<Unsigned>(0 - static_cast<Unsigned>(value)) : static_cast<Unsigned>(value);
    };
    const auto distance =
        static_cast<Unsigned>(step_ > 0 ? static_cast<Unsigned>(last_) - static_cast<Unsigned>(next_)
                                        : static_cast<Unsigned>(next_) - static_cast<Unsigned>(last_));
    const auto steps_left = static_cast<Unsigned>(distance / magnitude(step_));
    const size_t count = steps_left < kVectorSize ? static_cast<size_t>(steps_left) + 1 : kVectorSize;
    Vector values = Vector::flat(type_, count);
    T* to = values.mutable_data<T>();
    const auto first = static_cast<Unsigned>(next_);
    const auto step = static_cast<Unsigned>(step_);
    for (size_t i = 0; i < count; ++i) to[i] = static_cast<T>(first + static_cast<Unsigned>(i) * step);
    done_ = steps_left < kVectorSize;
    next_ = static_cast<T>(first + static_cast<Unsigned>(count) * step);
    rows.reset();
    rows.columns.push_back(std::move(values));
    rows.size = count;
    return true;
  }

 private:
  LogicalType type_;
  T next_;
  T last_;
  T step_;
  bool done_ = false;
};

template <class T>
std::unique_ptr<TableFunctionCall> start_integers(QueryContext& /*context*/, std::span<const Value> arguments,
                                                  std::span<const LogicalType> types) {
  const auto value = [&](size_t i) { return static_cast<T>(arguments[i].as_int64()); };
  return std::make_unique<IntegerSeries<T>>(types[0], value(0), value(1), arguments.size() > 2 ? value(2) : T{1});
}

double count_integers(std::span<const Value> arguments) {
  const double step = arguments.size() > 2 ? static_cast<double>(arguments[2].as_int64()) : 1;
  if (step == 0) return 0;
  return std::max(
      0.0, (static_cast<double>(arguments[1].as_int64()) - static_cast<double>(arguments[0].as_int64())) / step + 1);
}

class NumericSeries final : public TableFunctionCall {
 public:
  NumericSeries(Numeric first, Numeric last, Numeric step)
      : next_(std::move(first)), last_(std::move(last)), step_(std::move(step)) {
    const auto check = [](const Numeric& value, const char* what) {
      if (value.is_nan()) throw Error(sqlstate::kInvalidParameterValue, std::string(what) + " cannot be NaN");
      if (value.is_infinite()) throw Error(sqlstate::kInvalidParameterValue, std::string(what) + " cannot be infinity");
    };
    check(next_, "start value");
    check(last_, "stop value");
    check(step_, "step size");
    if (step_.sign() == 0) throw_zero_step();
    // All values have the scale of the widest of start and step.
    next_ = next_.round(std::max(next_.scale(), step_.scale()));
  }

  bool next(DataChunk& rows) override {
    Vector values = Vector::flat(kNumeric, kVectorSize);
    size_t count = 0;
    for (; count < kVectorSize && (step_.sign() > 0 ? next_ <= last_ : next_ >= last_); ++count) {
      values.mutable_data<std::string_view>()[count] = values.heap().add(next_.packed());
      next_ = next_ + step_;
    }
    if (count == 0) return false;
    rows.reset();
    rows.columns.push_back(values.slice(0, count));
    rows.size = count;
    return true;
  }

 private:
  Numeric next_;
  Numeric last_;
  Numeric step_;
};

std::unique_ptr<TableFunctionCall> start_numerics(QueryContext& /*context*/, std::span<const Value> arguments,
                                                  std::span<const LogicalType> /*types*/) {
  const auto value = [&](size_t i) { return Numeric::unpack(arguments[i].as_bytes()); };
  return std::make_unique<NumericSeries>(value(0), value(1), arguments.size() > 2 ? value(2) : Numeric::from_int64(1));
}

class TimeSeries final : public TableFunctionCall {
 public:
  TimeSeries(QueryContext& context, LogicalType type, int64_t first, int64_t last, Interval step)
      : context_(context), type_(type), next_(first), last_(last), step_(step) {
    const Int128 length = interval_length(step);
    if (length == 0) throw_zero_step();
    ascending_ = length > 0;
  }

  bool next(DataChunk& rows) override {
    context_.check_cancelled();
    Vector values = Vector::flat(type_, kVectorSize);
    int64_t* to = values.mutable_data<int64_t>();
    size_t count = 0;
    for (; count < kVectorSize && (ascending_ ? next_ <= last_ : next_ >= last_); ++count) {
      to[count] = next_;
      next_ = step_from(next_);
    }
    if (count == 0) return false;
    rows.reset();
    rows.columns.push_back(values.slice(0, count));
    rows.size = count;
    return true;
  }

 private:
  [[nodiscard]] int64_t step_from(int64_t time) const {
    const TimeZone& zone = session_zone(context_);
    switch (type_.id) {
      case kTimestamp:
        return timestamp_plus_interval(time, step_);
      case kTimestampTz:
        return timestamptz_plus_interval(time, step_, zone);
      default:
        return timestamptz_ns_plus_interval(time, step_, zone);
    }
  }

  QueryContext& context_;
  LogicalType type_;
  int64_t next_;
  int64_t last_;
  Interval step_;
  bool ascending_ = true;
};

std::unique_ptr<TableFunctionCall> start_times(QueryContext& context, std::span<const Value> arguments,
                                               std::span<const LogicalType> types) {
  return std::make_unique<TimeSeries>(context, types[0], arguments[0].as_int64(), arguments[1].as_int64(),
                                      arguments[2].as_interval());
}

double count_times(std::span<const Value> arguments) {
  const auto step = static_cast<double>(interval_length(arguments[2].as_interval()));
  double span = static_cast<double>(arguments[1].as_int64()) - static_cast<double>(arguments[0].as_int64());
  if (arguments[0].type().id == kTimestampTzNs) span /= 1000;
  return step == 0 ? 0 : std::max(0.0, span / step + 1);
}

}  // namespace

void add_generate_series(FunctionTables& tables) {
  static constexpr std::string_view kDoc = "values from the first to the last, by a step";
  const auto add = [&](TypeId type, LogicalType step, bool step_needed, auto start, auto estimate) {
    for (const bool with_step : {false, true}) {
      if (!with_step && step_needed) continue;
      TableFunction function;
      function.name = "generate_series";
      function.arguments = {type, type};
      if (with_step) function.arguments.push_back(step);
      function.columns = {{"generate_series", type}};
      function.start = start;
      function.estimate = estimate;
      function.doc = kDoc;
      tables.table(std::move(function));
    }
  };
  add(kInt32, kInt32, false, start_integers<int32_t>, count_integers);
  add(kInt64, kInt64, false, start_integers<int64_t>, count_integers);
  add(kNumeric, kNumeric, false, start_numerics, nullptr);
  add(kTimestamp, kInterval, true, start_times, count_times);
  add(kTimestampTz, kInterval, true, start_times, count_times);
  add(kTimestampTzNs, kInterval, true, start_times, count_times);
}

}  // namespace tidemark
